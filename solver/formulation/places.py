"""The limits of places: slots of hosts, power, rack units, and the switches of fabrics.

Belongs here: rows per site and the columns of fabrics. Does not belong here: what they cost
(costs.py).
"""

from collections import defaultdict
from collections.abc import Callable
from functools import partial

from solver.families import Family
from solver.formulation.model import Model, Terms
from solver.formulation.standing import in_use
from solver.instance.model import Bay, Fabric, Item, Option, Site

SWITCHES = "switches"
"""Switches of a line bought by the end of a period, cumulative: (fabric, line, period)."""


def installed(
    model: Model, site: Site, weight: Callable[[Item], float]
) -> tuple[dict[int, Terms], list[float]]:
    """What stands at a site by interval, weighted by item: terms of options, and the fleet's
    sum.
    """
    instance = model.instance

    def each(option: Option) -> float:
        return weight(instance.item[option.item]) if option.site == site.key else 0.0

    terms = in_use(model, each)
    fixed = [0.0] * len(instance.intervals)
    for entry in instance.fleet:
        if entry.site == site.key:
            for interval in range(entry.first, entry.last):
                fixed[interval] += weight(instance.item[entry.item]) * entry.units
    return terms, fixed


def add_slots(model: Model) -> None:
    """Cards in hosts find slots: per bay and interval, cards <= slots x hosts."""
    instance = model.instance
    for bay in instance.bays:
        fixed = [0.0] * len(instance.intervals)
        for entry in instance.fleet:
            if entry.bay == bay.key:
                weight = 1.0 if entry.pool is not None else -float(bay.slots)
                for interval in range(entry.first, entry.last):
                    fixed[interval] += weight * entry.units
        cards = in_use(model, partial(_slots_taken, bay))
        previous: tuple[Terms, float] | None = None
        for interval in range(len(instance.intervals)):
            row = (cards[interval], fixed[interval])
            if row != previous and (row[0] or row[1] > 0):
                index = (bay.key, interval)
                model.at_most(Family.SLOTS, index, ("offers",), row[0], -row[1])
            previous = row


def _slots_taken(bay: Bay, option: Option) -> float:
    """Slots that a card takes; a host takes none and brings its own."""
    if option.bay != bay.key:
        return 0.0
    return 1.0 if option.pool is not None else -float(bay.slots)


def add_fabrics(model: Model) -> None:
    """Whole switches for every endpoint: for a line with f switches per endpoint, S[p] >= f·e.

    S is cumulative and never falls; e counts nodes and hosts delivered to the site and still in
    use, and never exceeds what the tree reaches (k^2/2 with two tiers, k^3/4 with three).
    """
    for fabric in model.instance.fabrics:
        if fabric.max_endpoints is not None:
            _add_switches(model, fabric)


def _add_switches(model: Model, fabric: Fabric) -> None:
    instance = model.instance
    path = ("fabrics", fabric.key)
    endpoints = endpoint_terms(model, fabric)
    for line in fabric.lines:
        if not line.switch:
            continue
        for period in instance.periods:
            index = (fabric.key, line.name, period.index)
            column = model.column(SWITCHES, index, line.max_units, integer=True)
            if period.index:
                before = model.of(SWITCHES)[fabric.key, line.name, period.index - 1]
                model.at_least(Family.FABRIC, index, path, [(column, 1.0), (before, -1.0)], 0)
    for interval, terms in sorted(endpoints.items()):
        period_index = instance.intervals[interval].period
        limit = float(fabric.max_endpoints or 0)
        model.at_most(Family.FABRIC, (fabric.key, "reach", interval), path, terms, limit)
        for line in fabric.lines:
            if line.switch:
                column = model.of(SWITCHES)[fabric.key, line.name, period_index]
                row = [(column, 1.0), *((c, -v * line.per_endpoint) for c, v in terms)]
                needed = (fabric.key, line.name, "endpoints", interval)
                model.at_least(Family.FABRIC, needed, path, row, 0)


def endpoint_terms(model: Model, fabric: Fabric) -> dict[int, Terms]:
    """Endpoints by interval: NICs of nodes and hosts delivered to the site and still in use."""
    nics = float(fabric.nics_per_unit)

    def each(option: Option) -> float:
        here = option.site == fabric.site and has_endpoints(model, option.item)
        return nics if here else 0.0

    return in_use(model, each)


def has_endpoints(model: Model, item: str) -> bool:
    """Nodes and hosts have endpoints; cards alone have none."""
    return model.instance.item[item].kind != "card"


def switch_terms(model: Model, site: str, weight_by_kw: float) -> dict[int, Terms]:
    """Draw of the switches at a site by interval, times a weight."""
    terms: dict[int, Terms] = defaultdict(list)
    for fabric in model.instance.fabrics:
        if fabric.site != site:
            continue
        for line in fabric.lines:
            if line.switch and line.power_kw:
                for interval in model.instance.intervals:
                    column = model.of(SWITCHES)[fabric.key, line.name, interval.period]
                    terms[interval.index].append((column, line.power_kw * weight_by_kw))
    return terms


def add_power(model: Model) -> None:
    """Installed load power at the meter stays within the cap: PUE·(sum of units·load + switches)
    <= cap.
    """
    for site in model.instance.sites:
        if site.power_cap_kw is None:
            continue
        terms, fixed = installed(model, site, lambda item: item.load_kw)
        switches = switch_terms(model, site.key, 1.0)
        for interval, cap in enumerate(site.power_cap_kw):
            row = [*terms[interval], *switches[interval]]
            if row or fixed[interval] * site.pue > cap:
                index = (site.key, interval)
                path = ("sites", site.key, "power_cap")
                model.at_most(Family.POWER, index, path, row, cap / site.pue - fixed[interval])


def add_rack_units(model: Model) -> None:
    """What stands at a site finds rack units: sum of units·rack_units <= rack units."""
    for site in model.instance.sites:
        if site.rack_units is None:
            continue
        terms, fixed = installed(model, site, lambda item: item.rack_units)
        for interval, units in enumerate(site.rack_units):
            if terms[interval] or fixed[interval] > units:
                index, path = (site.key, interval), ("sites", site.key, "rack_units")
                limit = units - fixed[interval]
                model.at_most(Family.RACK_UNITS, index, path, terms[interval], limit)
