"""Whole switches: every way to buy enough of them.

Belongs here: counts by fabric, line and period, their cost and draw. Does not belong here: parts
that come with each delivery (money).

Nothing is lost: switches above the need of the last interval are never cheaper, since each costs
something; where they could dilute a vendor's share, every count up to the instance's bound is
tried.
"""

import math
from collections.abc import Iterator
from itertools import pairwise, product

from solver.instance import Instance
from solver.instance.model import Fabric, FabricLine
from tests.fuzz.effort import NEAR
from tests.fuzz.money import Money
from tests.fuzz.standing import Standing

Switches = dict[tuple[str, str, int], int]
"""Switches bought by the end of a period, by fabric, line and period."""


class SwitchCounts:
    """The switches that what stands needs."""

    def __init__(self, instance: Instance, money: Money, standing: Standing) -> None:
        self.instance = instance
        self.money = money
        self.standing = standing
        self.diluted = bool(instance.limits.vendor_share)
        self.lines = [(f, line) for f in instance.fabrics for line in f.lines if line.switch]

    def all(self) -> Iterator[Switches]:
        """Every count worth considering of every line."""
        for counts in product(*(list(self._cumulative(f, line)) for f, line in self.lines)):
            yield {
                (fabric.key, line.name, period): count
                for (fabric, line), steps in zip(self.lines, counts, strict=True)
                for period, count in enumerate(steps)
            }

    def _cumulative(self, fabric: Fabric, line: FabricLine) -> Iterator[tuple[int, ...]]:
        """Every count by period that never falls and suffices."""
        needs = [0] * len(self.instance.periods)
        for interval, endpoints in enumerate(self.standing.endpoints(fabric)):
            period = self.instance.intervals[interval].period
            needed = math.ceil(endpoints * line.per_endpoint * (1 - NEAR))
            needs[period] = max(needs[period], needed)
        most = line.max_units if self.diluted else max(needs)
        for counts in product(*(range(need, most + 1) for need in needs)):
            if all(a <= b for a, b in pairwise(counts)):
                yield counts

    def bought(self, switches: Switches) -> Iterator[tuple[Fabric, FabricLine, int, int]]:
        """Switches bought in each period: fabric, line, period, count."""
        for fabric, line in self.lines:
            for period in range(len(self.instance.periods)):
                before = switches.get((fabric.key, line.name, period - 1), 0)
                yield fabric, line, period, switches[fabric.key, line.name, period] - before

    def cost(self, switches: Switches) -> float:
        """Present value of switches, their energy, carbon and space."""
        total = sum(
            new * self.money.part(line, period) for _, line, period, new in self.bought(switches)
        )
        for site in self.instance.sites:
            for interval, kw in enumerate(self.kw(site.key, switches)):
                total += kw * self.money.per_kw[site.key][interval]
                total += kw * self.money.per_load_kw[site.key][interval]
        return total

    def kw(self, site: str, switches: Switches) -> list[float]:
        """What the switches of a site draw, by interval."""
        draws = [0.0] * self.money.count
        for fabric, line in self.lines:
            for interval in self.instance.intervals if fabric.site == site else ():
                count = switches[fabric.key, line.name, interval.period]
                draws[interval.index] += line.power_kw * count
        return draws
