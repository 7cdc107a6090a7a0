"""Limits that purchases only ever use up, so that a partial plan beyond one can be given up.

Belongs here: places, supply, rules and budgets as sums of weights. Budgets count every unit at its
lowest price here; the exact sums, and vendor shares, are for whole plans (brute_force). Does not
belong here: host slots, which hosts make more of.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from solver.instance import Instance
from solver.instance.model import Kind, Option
from tests.fuzz.money import Money
from tests.fuzz.orders import Orders


@dataclass(frozen=True)
class Limit:
    """The sum of weight x units, by option, stays within the limit."""

    limit: float
    weights: Mapping[str, float]


def limits_of(instance: Instance, orders: Orders, money: Money) -> list[Limit]:
    """Every such limit of an instance."""
    return [
        *_places(instance, orders),
        *_supplies(instance, orders),
        *_rules(instance, orders),
        *_reaches(instance, orders),
        *_budgets(instance, orders, money),
    ]


def _standing(orders: Orders, site: str, interval: int) -> list[Option]:
    return [
        option
        for _, option in orders.options
        if option.site == site and option.first <= interval < option.last
    ]


def _places(instance: Instance, orders: Orders) -> Iterator[Limit]:
    """Power and racks, the fleet's share taken off; switches come on top later."""
    for site in instance.sites:
        for i in range(len(instance.intervals)):
            fleet = [
                (instance.item[e.item], e.units)
                for e in instance.fleet
                if e.site == site.key and e.first <= i < e.last
            ]
            here = {o.key: instance.item[o.item] for o in _standing(orders, site.key, i)}
            if site.power_cap_kw is not None:
                owned = sum(item.load_kw * units for item, units in fleet)
                room = site.power_cap_kw[i] / site.pue - owned
                yield Limit(room, {key: item.load_kw for key, item in here.items()})
            if site.rack_units is not None:
                owned = sum(item.rack_units * units for item, units in fleet)
                room = site.rack_units[i] - owned
                yield Limit(room, {key: item.rack_units for key, item in here.items()})


def _supplies(instance: Instance, orders: Orders) -> Iterator[Limit]:
    """Deliveries in a window; for a lease, units held in each of its periods."""
    for offer in instance.offers:
        mine = [option for _, option in orders.options if option.offer == offer.key]
        for window in offer.supply:
            if not offer.leased:
                yield Limit(window.units, {o.key: 1 for o in mine if o.period in window.periods})
                continue
            for period in window.periods:
                first = next(i.index for i in instance.intervals if i.period == period)
                held = {o.key: 1 for o in mine if o.first <= first < o.last}
                yield Limit(window.units, held)


def _rules(instance: Instance, orders: Orders) -> Iterator[Limit]:
    """Licences, and the buyer's cap on TPP."""
    options = [option for _, option in orders.options]
    granted = dict(instance.limits.licences)
    for card in sorted({o.licensed_card for o in options if o.licensed_card}):
        licensed = {o.key: instance.item[o.item].cards for o in options if o.licensed_card == card}
        yield Limit(granted.get(card, 0), licensed)
    if instance.limits.total_tpp is not None:
        bought = {o.key: instance.item[o.item].tpp_per_unit for o in options if o.until is None}
        yield Limit(instance.limits.total_tpp, bought)


def _reaches(instance: Instance, orders: Orders) -> Iterator[Limit]:
    """Endpoints that a fabric reaches."""
    for fabric in instance.fabrics:
        if fabric.max_endpoints is not None:
            for i in range(len(instance.intervals)):
                here = _standing(orders, fabric.site, i)
                ends = [o for o in here if instance.item[o.item].kind is not Kind.CARD]
                yield Limit(fabric.max_endpoints, {o.key: fabric.nics_per_unit for o in ends})


def _budgets(instance: Instance, orders: Orders, money: Money) -> Iterator[Limit]:
    least = {option.key: money.payments(option, order.best_off) for order, option in orders.options}
    limits = instance.limits
    if limits.budget_total is not None:
        yield Limit(limits.budget_total, {key: sum(paid.values()) for key, paid in least.items()})
    for year, budget in limits.budget_by_year:
        weights = {
            key: sum(money for (y, _), money in paid.items() if y == year)
            for key, paid in least.items()
        }
        yield Limit(budget, weights)
