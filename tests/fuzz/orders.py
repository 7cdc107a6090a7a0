"""Orders and what they cost.

Belongs here: the options of one offer in one period, counted and priced together. Does not belong
here: limits, and which orders are placed.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from solver.instance import Instance
from solver.instance.model import Kind, Offer, Option
from tests.fuzz.effort import TooLarge
from tests.fuzz.money import Money


@dataclass
class Order:
    """The options of one offer in one period."""

    offer: Offer
    period: int
    options: list[Option] = field(default_factory=list)

    @property
    def reach(self) -> int:
        """The units from which on more of them change neither tier nor minimum."""
        return max(1, self.offer.minimum_order, *(tier.first_units for tier in self.offer.tiers))

    @property
    def best_off(self) -> float:
        """The largest discount."""
        return max(tier.off for tier in self.offer.tiers)

    def off(self, units: int) -> float:
        """The discount of an order of so many units."""
        return next(t.off for t in self.offer.tiers if t.first_units <= units <= t.last_units)


class Orders:
    """All orders of an instance; cards and nodes before hosts, whose number follows from cards."""

    def __init__(self, instance: Instance, money: Money) -> None:
        self.money = money
        self.fabrics = instance.fabrics
        found: dict[tuple[str, int], Order] = {}
        for option in instance.options:
            offer = instance.offer[option.offer]
            order = found.setdefault((offer.key, option.period), Order(offer, option.period))
            order.options.append(option)
        self.all = sorted(
            found.values(), key=lambda o: (o.offer.kind is Kind.HOST, -o.period, o.offer.key)
        )
        self._prices: dict[tuple[str, float], float] = {}
        for order in self.all:
            for option in order.options:
                if self.unit_cost(option, order.best_off) <= 0:
                    raise TooLarge(f"{option.key} costs nothing: plans have no bound")

    @property
    def options(self) -> list[tuple[Order, Option]]:
        """All options with their orders."""
        return [(order, option) for order in self.all for option in order.options]

    def unit_cost(self, option: Option, off: float) -> float:
        """Present value of one unit standing idle, with the fabric parts it brings along."""
        key = (option.key, off)
        if key not in self._prices:
            parts = sum(self.money.parts(fabric, option) for fabric in self.fabrics)
            self._prices[key] = self.money.unit(option, off) + parts
        return self._prices[key]

    def cost(self, order: Order, counts: Sequence[int]) -> float:
        """Present value of an order, its fee included."""
        if not (units := sum(counts)):
            return 0.0
        off = order.off(units)
        return self.money.fee(order.offer, order.period) + sum(
            count * self.unit_cost(option, off)
            for option, count in zip(order.options, counts, strict=True)
            if count
        )
