"""What is drawn: metered energy by site and interval, and the energy rows a plan states.

Belongs here: energy from what is installed and busy. Does not belong here: its price in the bill.
"""

from collections import defaultdict
from dataclasses import dataclass

from solver.families import Family
from solver.instance.model import Instance
from solver.plan import Plan
from solver.verify.places import Standing
from solver.verify.tally import Tally
from solver.verify.workloads import ByPool


@dataclass(frozen=True)
class Metered:
    """Of the sites with a meter of their own, by interval."""

    kwh: dict[str, list[float]]
    """PUE included."""
    load_kw: dict[str, list[float]]
    """Installed IT load, without PUE."""


def check_energy(
    instance: Instance, plan: Plan, standing: Standing, busy: ByPool, tally: Tally
) -> Metered:
    """Compute the energy of every site and check the energy rows against it."""
    draw = {key: list(levels) for key, levels in standing.idle_kw.items()}
    for (pool_key, interval), cards in busy.items():
        pool = instance.pool[pool_key]
        draw[pool.site][interval] += cards * pool.busy_kw_per_card
    owned = [site for site in instance.sites if not site.hosted]
    metered = Metered(
        kwh={
            site.key: [
                kw * site.pue * interval.hours
                for kw, interval in zip(draw[site.key], instance.intervals, strict=True)
            ]
            for site in owned
        },
        load_kw={site.key: standing.load_kw[site.key] for site in owned},
    )
    _check_rows(instance, plan, metered, tally)
    return metered


def _check_rows(instance: Instance, plan: Plan, metered: Metered, tally: Tally) -> None:
    """By site and period: energy, the highest interval's draw, cost."""
    expected: dict[tuple[str, str], list[float]] = defaultdict(lambda: [0.0, 0.0, 0.0])
    for site, energy in metered.kwh.items():
        for interval, kwh in zip(instance.intervals, energy, strict=True):
            figures = expected[site, instance.periods[interval.period].label]
            figures[0] += kwh
            figures[1] = max(figures[1], kwh / interval.hours)
            figures[2] += kwh * instance.site[site].price_per_kwh[interval.index]
    stated: set[tuple[str, str]] = set()
    for row in plan.energy:
        key = (row.site, row.period)
        where = f"energy of sites.{row.site}, {row.period}"
        if not tally.holds(Family.ENERGY, key not in stated):
            tally.violate(Family.ENERGY, where, "stands here twice")
        stated.add(key)
        kwh, peak_kw, cost = expected.pop(key, [0.0, 0.0, 0.0])
        tally.equal(Family.ENERGY, where, "kwh", row.kwh, kwh)
        tally.equal(Family.ENERGY, where, "peak_kw", row.peak_kw, peak_kw)
        tally.equal(Family.ENERGY, where, "cost", row.cost, cost)
    for (site, period), (kwh, _, _) in expected.items():
        tally.equal(Family.ENERGY, f"energy of sites.{site}, {period}", "kwh", None, kwh)
