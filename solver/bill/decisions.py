"""Decisions, and the lines of an order that they make.

Belongs here: what a plan decides, priced by discount tier, and its purchase rows. Does not belong
here: when it is paid and what runs cost (terms, draw).
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from solver.instance.model import Fabric, FabricLine, Instance, Item, Offer, Option
from solver.plan import PurchaseRow, ReservationRow, RoutingRow, ServingRow, TrainingRow
from solver.plan.matching import box_of


@dataclass(frozen=True)
class Decisions:
    """What a plan decides; everything else in it follows. Zeros may be left out."""

    units: Mapping[str, float]
    """Units ordered, by option key."""
    fabric: Mapping[tuple[str, str, int], float]
    """Parts bought, by fabric key, line name and period."""
    training: tuple[TrainingRow, ...] = ()
    serving: tuple[ServingRow, ...] = ()
    routing: tuple[RoutingRow, ...] = ()
    reservations: tuple[ReservationRow, ...] = ()


@dataclass(frozen=True)
class Order:
    """Units of one option, with the discount that its whole order earns."""

    option: Option
    offer: Offer
    item: Item
    units: float
    discount: float
    share: float
    """Of the units that its offer delivers in the period, all sites together."""

    @property
    def price(self) -> float:
        """After discount, of all units: for purchases in money, for leases per hour."""
        return self.units * self.option.unit_price * (1.0 - self.discount)

    @property
    def amount(self) -> float:
        """After discount, of all units; a lease for all hours billed."""
        if self.option.until is None:
            return self.price
        return self.price * sum(hours for _, hours in self.option.lease_hours)


@dataclass(frozen=True)
class Part:
    """Parts of a fabric line bought in one period."""

    fabric: Fabric
    line: FabricLine
    period: int
    quantity: float

    @property
    def price(self) -> float:
        """Of all of them."""
        return self.quantity * self.line.prices[self.period]


def orders(instance: Instance, decisions: Decisions) -> tuple[Order, ...]:
    """The order lines, sorted by period, offer, site, end of lease and box."""
    taken = [(instance.option[key], units) for key, units in decisions.units.items() if units]
    together: dict[tuple[str, int], float] = defaultdict(float)
    for option, units in taken:
        together[option.offer, option.period] += units
    lines = []
    for option, units in taken:
        offer, total = instance.offer[option.offer], together[option.offer, option.period]
        discount = tier_discount(offer, total)
        item = instance.item[option.item]
        lines.append(Order(option, offer, item, units, discount, units / total))
    return tuple(sorted(lines, key=lambda line: _place(instance, line.option)))


def _place(instance: Instance, option: Option) -> tuple[int, str, str, str, str]:
    until = option.until.isoformat() if option.until else ""
    return option.period, option.offer, option.site, until, box_of(instance, option) or ""


def tier_discount(offer: Offer, units: float) -> float:
    """The discount of the tier that `units` fall in; beyond the last tier, the last one's."""
    reached = [tier.off for tier in offer.tiers if tier.first_units <= units]
    return reached[-1] if reached else 0.0


def parts(instance: Instance, decisions: Decisions) -> tuple[Part, ...]:
    """The fabric parts bought, by fabric, line and period; the keys must be the instance's."""
    known = {(f.key, line.name): (f, line) for f in instance.fabrics for line in f.lines}
    bought = sorted((key, quantity) for key, quantity in decisions.fabric.items() if quantity)
    return tuple(
        Part(*known[fabric, name], period, quantity) for (fabric, name, period), quantity in bought
    )


def purchase_rows(
    instance: Instance, lines: tuple[Order, ...], bought: tuple[Part, ...]
) -> tuple[PurchaseRow, ...]:
    """Rows of all purchases, period by period, fabrics last in each."""
    rows = [(line.option.period, 0, _order_row(instance, line)) for line in lines]
    rows += [(part.period, 1, _part_row(instance, part)) for part in bought]
    return tuple(row for _, _, row in sorted(rows, key=lambda entry: entry[:2]))


def _order_row(instance: Instance, line: Order) -> PurchaseRow:
    option = line.option
    return PurchaseRow(
        period=instance.periods[option.period].label,
        ordered=option.ordered,
        delivered=option.delivered,
        until=option.until,
        site=option.site,
        offer=option.offer,
        item=option.item,
        kind=line.item.kind.value,
        vendor=line.offer.vendor,
        box=box_of(instance, option),
        lease=line.offer.leased,
        quantity=line.units,
        unit_price=option.unit_price,
        discount=line.discount,
        amount=line.amount,
        cards=line.units * line.item.cards,
    )


def _part_row(instance: Instance, part: Part) -> PurchaseRow:
    period = instance.periods[part.period]
    return PurchaseRow(
        period=period.label,
        ordered=period.start,
        delivered=period.start,
        until=None,
        site=part.fabric.site,
        offer=part.fabric.key,
        item=part.line.item,
        kind="fabric",
        vendor=part.fabric.vendor,
        box=part.line.name,
        lease=False,
        quantity=part.quantity,
        unit_price=part.line.prices[part.period],
        discount=0.0,
        amount=part.price,
        cards=0,
    )
