"""Orders of plans, and how those of one plan differ from those of another.

Belongs here: orders of machines and leases as one reads them, and what is added, dropped or moved.
Does not belong here: fabrics, which follow from what is delivered; searching (keeping).
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from solver.instance.model import Instance
from solver.plan import Plan
from solver.plan.matching import box_of


@dataclass(frozen=True, slots=True)
class Order:
    """What is ordered of one offer, for one day and site."""

    delivered: date
    site: str
    until: date | None
    """First day after a lease."""
    box: str | None
    """For cards their host item or `standalone`."""

    def __str__(self) -> str:
        until = f" until {self.until}" if self.until else ""
        box = f" in {self.box}" if self.box else ""
        return f"{self.delivered}{until} at {self.site}{box}"


type Orders = Mapping[tuple[str, str], Mapping[Order, float]]
"""By offer and item: units by order."""


class Kind(StrEnum):
    """What became of an order."""

    ADDED = "added"
    DROPPED = "dropped"
    MOVED = "moved"
    """Taken at another time or place, for another term or in another box."""


@dataclass(frozen=True, slots=True)
class Change:
    """Units of an offer that one plan orders and another does not, or otherwise."""

    kind: Kind
    offer: str
    item: str
    quantity: float
    before: Order | None
    """None for what is added."""
    after: Order | None
    """None for what is dropped."""


def orders_of(plan: Plan) -> dict[tuple[str, str], dict[Order, float]]:
    """The orders of a plan."""
    found: dict[tuple[str, str], dict[Order, float]] = defaultdict(lambda: defaultdict(float))
    for row in plan.purchases:
        if row.kind != "fabric":
            order = Order(row.delivered, row.site, row.until, row.box)
            found[row.offer, row.item][order] += row.quantity
    return {key: dict(orders) for key, orders in found.items()}


def orders_of_units(
    instance: Instance, units: Mapping[str, float]
) -> dict[tuple[str, str], dict[Order, float]]:
    """The orders that units by option key make."""
    found: dict[tuple[str, str], dict[Order, float]] = defaultdict(lambda: defaultdict(float))
    for key, count in units.items():
        option = instance.option[key]
        order = Order(option.delivered, option.site, option.until, box_of(instance, option))
        found[option.offer, option.item][order] += count
    return {key: dict(orders) for key, orders in found.items()}


def changes(before: Orders, after: Orders) -> tuple[Change, ...]:
    """What has to be added, dropped and moved to get from the orders of one plan to another's.

    Of an offer whose orders change in both directions, units are moved, the earliest first; what
    is left over is added or dropped.
    """
    found: list[Change] = []
    for offer, item in sorted({*before, *after}):
        old, new = before.get((offer, item), {}), after.get((offer, item), {})
        dropped = _beyond(old, new)
        added = _beyond(new, old)
        while dropped and added:
            quantity = min(dropped[0][1], added[0][1])
            moved = (dropped[0][0], added[0][0])
            found.append(Change(Kind.MOVED, offer, item, quantity, *moved))
            for side in (dropped, added):
                order, left = side.pop(0)
                if left > quantity:
                    side.insert(0, (order, left - quantity))
        found += [Change(Kind.DROPPED, offer, item, count, order, None) for order, count in dropped]
        found += [Change(Kind.ADDED, offer, item, count, None, order) for order, count in added]
    return tuple(found)


def _beyond(
    orders: Mapping[Order, float], others: Mapping[Order, float]
) -> list[tuple[Order, float]]:
    """By how much orders exceed others, the earliest first."""
    more = ((order, count - others.get(order, 0.0)) for order, count in orders.items())
    return sorted(((o, n) for o, n in more if n > 0), key=lambda entry: _rank(entry[0]))


def _rank(order: Order) -> tuple[str, ...]:
    return (str(order.delivered), order.site, str(order.until or ""), order.box or "")


def units_changed(found: Iterable[Change]) -> dict[Kind, float]:
    """Units added, dropped and moved in all."""
    sums = dict.fromkeys(Kind, 0.0)
    for change in found:
        sums[change.kind] += change.quantity
    return sums
