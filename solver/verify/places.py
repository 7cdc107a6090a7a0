"""What stands where: slots, power, rack units, fabric, and the fleet a plan states.

Belongs here: what is installed by interval, summed up from the fleet and the purchases, and the
limits of places on it. Does not belong here: what runs on it (workloads), energy and money.
"""

import math
from collections import defaultdict
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from itertools import accumulate

from solver.families import Family
from solver.instance.model import Fabric, FabricLine, Instance, Item, Kind
from solver.plan import Plan
from solver.verify.rows import Decided
from solver.verify.tally import Tally, figure, same


class Levels[Key: Hashable]:
    """What is in use, by key and interval, from where it begins and ends."""

    def __init__(self, intervals: int) -> None:
        self.intervals = intervals
        self._jumps: dict[Key, list[float]] = {}

    def add(self, key: Key, amount: float, first: int, last: int) -> None:
        """Count `amount` in intervals `first` .. `last` - 1."""
        jumps = self._jumps.setdefault(key, [0.0] * (self.intervals + 1))
        jumps[first] += amount
        jumps[last] -= amount

    def of(self, key: Key) -> list[float]:
        """The amount in use in each interval."""
        return list(accumulate(self._jumps.get(key, [0.0] * (self.intervals + 1))))[:-1]

    def all(self) -> dict[Key, list[float]]:
        """The amounts in use of every key that was counted."""
        return {key: self.of(key) for key in self._jumps}


@dataclass(frozen=True)
class Standing:
    """What is installed, by interval."""

    cards: dict[str, list[float]]
    """Of each pool."""
    load_kw: dict[str, list[float]]
    """Of all that stands at a site, switches included, without PUE."""
    idle_kw: dict[str, list[float]]


@dataclass(frozen=True)
class _Use:
    """Units in use, whoever owns them."""

    item: Item
    site: str
    pool: str | None
    bay: str | None
    units: float
    first: int
    last: int


def check_places(instance: Instance, plan: Plan, decided: Decided, tally: Tally) -> Standing:
    """Sum up what is installed, and check slots, power, rack units, fabrics and the fleet rows."""
    uses = [
        _Use(instance.item[e.item], e.site, e.pool, e.bay, e.units, e.first, e.last)
        for e in instance.fleet
    ]
    for bought in decided.bought:
        o = bought.option
        uses.append(_Use(bought.item, o.site, o.pool, o.bay, bought.units, o.first, o.last))
    count = len(instance.intervals)
    units: Levels[tuple[str, str]] = Levels(count)
    cards: Levels[str] = Levels(count)
    for use in uses:
        units.add((use.site, use.item.key), use.units, use.first, use.last)
        if use.pool is not None:
            cards.add(use.pool, use.units * use.item.cards, use.first, use.last)
    installed = units.all()
    _check_slots(instance, uses, tally)
    _check_fleet(instance, plan, installed, tally)
    for fabric in instance.fabrics:
        _check_fabric(instance, fabric, decided, tally)
    standing = Standing(
        cards={pool.key: cards.of(pool.key) for pool in instance.pools},
        load_kw=_kilowatts(instance, decided, installed, lambda item: item.load_kw),
        idle_kw=_kilowatts(instance, decided, installed, lambda item: item.idle_kw),
    )
    _check_sites(instance, standing, installed, tally)
    return standing


def _kilowatts(
    instance: Instance,
    decided: Decided,
    installed: dict[tuple[str, str], list[float]],
    each: Callable[[Item], float],
) -> dict[str, list[float]]:
    """Draw of everything at each site, by interval; switches draw the same at all times."""
    total = {site.key: [0.0] * len(instance.intervals) for site in instance.sites}
    for (site, item), levels in installed.items():
        kw = each(instance.item[item])
        total[site] = [
            sum_kw + number * kw for sum_kw, number in zip(total[site], levels, strict=True)
        ]
    for part in decided.fabric:
        for i in instance.intervals:
            if i.period >= part.period:
                total[part.fabric.site][i.index] += part.quantity * part.line.power_kw
    return total


def _check_slots(instance: Instance, uses: list[_Use], tally: Tally) -> None:
    count = len(instance.intervals)
    cards: Levels[str] = Levels(count)
    hosts: Levels[str] = Levels(count)
    for use in uses:
        if use.bay is not None:
            kind = hosts if use.item.kind is Kind.HOST else cards
            kind.add(use.bay, use.units, use.first, use.last)
    for bay in instance.bays:
        path = f"sites.{bay.site}, cards in {bay.host}"
        needed, there = cards.of(bay.key), hosts.of(bay.key)
        for interval in range(count):
            slots = bay.slots * there[interval]
            tally.limit(Family.SLOTS, path, needed[interval], slots, "slots", interval)


def _check_sites(
    instance: Instance,
    standing: Standing,
    installed: dict[tuple[str, str], list[float]],
    tally: Tally,
) -> None:
    """Power at the meter and rack units, in every interval."""
    racks: dict[str, list[float]] = {
        site.key: [0.0] * len(instance.intervals) for site in instance.sites
    }
    for (site_key, item), levels in installed.items():
        for interval, number in enumerate(levels):
            racks[site_key][interval] += number * instance.item[item].rack_units
    for site in instance.sites:
        path = f"sites.{site.key}"
        for interval in range(len(instance.intervals)):
            if site.power_cap_kw is not None:
                need, cap = site.pue * standing.load_kw[site.key][interval], site.power_cap_kw
                tally.limit(Family.POWER, path, need, cap[interval], "kW", interval)
            if site.rack_units is not None:
                need, room = racks[site.key][interval], site.rack_units[interval]
                tally.limit(Family.RACK_UNITS, path, need, room, "rack units", interval)


def _check_fabric(instance: Instance, fabric: Fabric, decided: Decided, tally: Tally) -> None:
    """Switches for the endpoints in use; NICs, cables and cards for what was delivered."""
    periods, intervals = len(instance.periods), len(instance.intervals)
    endpoints: Levels[str] = Levels(intervals)
    delivered_endpoints, delivered_cards = [0.0] * periods, [0.0] * periods
    for bought in decided.bought:
        option = bought.option
        if option.site != fabric.site:
            continue
        if bought.item.kind is not Kind.CARD:
            nics = fabric.nics_per_unit * bought.units
            endpoints.add(fabric.site, nics, option.first, option.last)
            delivered_endpoints[option.period] += nics
        delivered_cards[option.period] += bought.units * bought.item.cards
    needed = endpoints.of(fabric.site)
    path = f"fabrics.{fabric.key}"
    if fabric.max_endpoints is not None:
        for interval, ends in enumerate(needed):
            reach = fabric.max_endpoints
            tally.limit(Family.FABRIC, path, ends, reach, "endpoints", interval)
    for line in fabric.lines:
        parts = [0.0] * periods
        for part in decided.fabric:
            if part.fabric is fabric and part.line is line:
                parts[part.period] += part.quantity
        if line.switch:
            _check_switches(instance, path, line, list(accumulate(parts)), needed, tally)
            continue
        for period, found in enumerate(parts):
            expected = line.per_endpoint * delivered_endpoints[period]
            expected += line.per_card * delivered_cards[period]
            if not tally.holds(Family.FABRIC, same(found, expected)):
                where = f"{path}, {instance.periods[period].label}"
                message = f"buys {figure(found)} of {line.name}, deliveries need {figure(expected)}"
                tally.violate(Family.FABRIC, where, message, abs(found - expected))


def _check_switches(
    instance: Instance,
    path: str,
    line: FabricLine,
    bought: list[float],
    endpoints: list[float],
    tally: Tally,
) -> None:
    """Whole switches of a line, counted over all periods so far, are enough for the endpoints."""
    for i in instance.intervals:
        # A ratio such as 2/64 is not exact: what exceeds a whole switch by a hair needs no other.
        least = math.ceil(line.per_endpoint * endpoints[i.index] * (1 - 1e-9))
        tally.at_least(
            Family.FABRIC, path, bought[i.period], least, f"{line.name} switches", i.index
        )


def _check_fleet(
    instance: Instance,
    plan: Plan,
    installed: dict[tuple[str, str], list[float]],
    tally: Tally,
) -> None:
    """The fleet rows state what is installed on the first day of each period, and nothing else."""
    expected: dict[tuple[str, str, str], float] = defaultdict(float)
    seen: set[int] = set()
    for interval in instance.intervals:
        if interval.period not in seen:
            seen.add(interval.period)
            label = instance.periods[interval.period].label
            for (site, item), levels in installed.items():
                expected[label, site, item] = levels[interval.index]
    stated: set[tuple[str, str, str]] = set()
    for row in plan.fleet:
        key = (row.period, row.site, row.item)
        where = f"fleet of sites.{row.site}, {row.item}, {row.period}"
        if not tally.holds(Family.FLEET, key not in stated):
            tally.violate(Family.FLEET, where, "stands here twice")
        stated.add(key)
        each = instance.item[row.item].cards if row.item in instance.item else 0
        count = expected.pop(key, 0.0)
        tally.equal(Family.FLEET, where, "count", row.count, count)
        tally.equal(Family.FLEET, where, "cards", row.cards, count * each)
    for (period, site, item), count in expected.items():
        where = f"fleet of sites.{site}, {item}, {period}"
        tally.equal(Family.FLEET, where, "count", None, count)
