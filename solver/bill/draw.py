"""What stands at each site and what it draws, interval by interval.

Belongs here: installed units, their load and idle draw, busy cards, metered energy. Does not belong
here: money.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from solver.bill.decisions import Decisions, Order, Part
from solver.instance.model import Instance, Item
from solver.plan import EnergyRow, FleetRow


@dataclass(frozen=True)
class Machines:
    """Units of an item at a site, in use over intervals `first` .. `last` - 1."""

    item: Item
    site: str
    units: float
    first: int
    last: int


@dataclass(frozen=True)
class Draw:
    """Electric power of one site, by interval, without PUE."""

    load_kw: tuple[float, ...]
    """All installed machines busy."""
    kw: tuple[float, ...]
    """On average: idle machines, busy cards, switches."""
    kwh: tuple[float, ...]
    """At the meter, PUE included."""


def machines(instance: Instance, lines: Iterable[Order]) -> tuple[Machines, ...]:
    """What is installed: the fleet, then what was ordered."""
    owned = (
        Machines(instance.item[e.item], e.site, e.units, e.first, e.last) for e in instance.fleet
    )
    ordered = (
        Machines(line.item, line.option.site, line.units, line.option.first, line.option.last)
        for line in lines
    )
    return (*owned, *ordered)


def draws(
    instance: Instance,
    decisions: Decisions,
    standing: Iterable[Machines],
    bought: Iterable[Part],
) -> dict[str, Draw]:
    """The draw of every site that has a meter of its own, by site."""
    count = len(instance.intervals)
    load: dict[str, list[float]] = defaultdict(lambda: [0.0] * count)
    average: dict[str, list[float]] = defaultdict(lambda: [0.0] * count)
    for group in standing:
        for n in range(group.first, group.last):
            load[group.site][n] += group.units * group.item.load_kw
            average[group.site][n] += group.units * group.item.idle_kw
    for part in bought:
        for interval in instance.intervals:
            if interval.period >= part.period:
                load[part.fabric.site][interval.index] += part.quantity * part.line.power_kw
                average[part.fabric.site][interval.index] += part.quantity * part.line.power_kw
    for pool_key, interval_index, cards in _busy(instance, decisions):
        pool = instance.pool[pool_key]
        average[pool.site][interval_index] += cards * pool.busy_kw_per_card
    return {
        site.key: Draw(
            load_kw=tuple(load[site.key]),
            kw=tuple(average[site.key]),
            kwh=tuple(
                site.pue * interval.hours * kw
                for interval, kw in zip(instance.intervals, average[site.key], strict=True)
            ),
        )
        for site in instance.sites
        if not site.hosted
    }


def _busy(instance: Instance, decisions: Decisions) -> Iterable[tuple[str, int, float]]:
    """Busy cards by pool and interval: held ones, and for services their average load."""
    for job in decisions.training:
        yield job.pool, job.interval, job.cards
    for held in decisions.reservations:
        yield held.pool, held.interval, held.cards
    cards_per_rate = {
        (s.key, mode.configuration, mode.pool, name): mode.cards / (rate * s.peak_factor)
        for s in instance.services
        for mode in s.modes
        for name, rate in mode.throughput
    }
    for routed in decisions.routing:
        key = (routed.service, routed.configuration, routed.pool, routed.class_)
        yield routed.pool, routed.interval, routed.rate * cards_per_rate[key]


def energy_rows(instance: Instance, drawn: dict[str, Draw]) -> tuple[EnergyRow, ...]:
    """Energy, highest draw and cost by site and period; nothing for a period without any."""
    rows = []
    for site_key, draw in sorted(drawn.items()):
        prices = instance.site[site_key].price_per_kwh
        for period in instance.periods:
            inside = [i for i in instance.intervals if i.period == period.index]
            kwh = sum(draw.kwh[i.index] for i in inside)
            peak_kw = max((draw.kwh[i.index] / i.hours for i in inside), default=0.0)
            cost = sum(draw.kwh[i.index] * prices[i.index] for i in inside)
            if kwh:
                rows.append(EnergyRow(site_key, period.label, kwh, peak_kw, cost))
    return tuple(rows)


def fleet_rows(instance: Instance, standing: Iterable[Machines]) -> tuple[FleetRow, ...]:
    """What is installed on the first day of each period, by period, site and item."""
    standing = tuple(standing)
    rows = []
    for period in instance.periods:
        now = next(i.index for i in instance.intervals if i.period == period.index)
        count: dict[tuple[str, str], float] = defaultdict(float)
        for group in standing:
            if group.first <= now < group.last:
                count[group.site, group.item.key] += group.units
        for (site, item), units in sorted(count.items()):
            if units:
                cards = units * instance.item[item].cards
                rows.append(FleetRow(period.label, site, item, units, cards))
    return tuple(rows)
