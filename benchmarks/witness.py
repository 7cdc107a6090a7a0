"""The plan that shows a generated problem feasible, and the limits drawn around it.

Belongs here: cards needed by pool and period, the purchases that give them, and from these every
limit of the problem: supply, minimum orders, power, racks, budgets, shares. Does not belong here:
what needs the cards (demand.py), writing the file (generate.py).

The witness serves each workload in a pool of its choice, buys late, takes no discount and leases
nothing. Limits leave it a little room, so that they bind near where a sensible plan ends.
"""

import math
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from benchmarks.goods import HOST, HOST_SLOTS, Good
from benchmarks.market import Market, Offer

Pool = tuple[str, str]
"""Site and item."""
MARGIN = 1.03
"""Room for what is only estimated here: rounding, discounts in shares, the cost of switches."""


@dataclass(frozen=True)
class Purchase:
    """Units of an offer delivered to a site at a period's start."""

    offer: Offer
    site: str
    period: int
    units: int


@dataclass(frozen=True)
class Fleet:
    """Nodes owned before the horizon; the witness leaves them idle."""

    good: Good
    site: str
    count: int


class Witness:
    """Needs of cards, and the purchases that meet them."""

    def __init__(self, market: Market, spares: float, availability: float) -> None:
        self.market = market
        self.working = (1 - spares) * availability
        self.need: dict[Pool, list[int]] = defaultdict(lambda: [0] * market.calendar.periods)
        self.goods = {good.item: good for good in market.goods}
        self.chosen: dict[Pool, Offer] = {}

    def periods(self, pool: Pool) -> list[int]:
        """Periods in which the witness can buy for a pool: those of its offer for it."""
        site, item = pool
        if pool not in self.chosen:
            market = self.market
            best = max(
                market.offers_of(item),
                key=lambda o: sum(
                    market.deliverable(o, site, t) for t in range(market.calendar.periods)
                ),
            )
            self.chosen[pool] = best
        offer = self.chosen[pool]
        return [
            t
            for t in range(self.market.calendar.periods)
            if self.market.deliverable(offer, site, t)
        ]

    def pools(self, first: int, sites: Iterable[str], trains: bool) -> list[Pool]:
        """Pools that can have cards by a period."""
        return [
            (site, item)
            for site in sites
            for item, good in self.goods.items()
            if (good.trains or not trains) and min(self.periods((site, item)), default=99) <= first
        ]

    def hold(self, pool: Pool, cards: Sequence[tuple[int, int]]) -> None:
        """Note cards held in a pool, as (period, cards)."""
        for period, count in cards:
            self.need[pool][period] += count

    def purchases(self) -> list[Purchase]:
        """Orders as late as offers allow; hosts beside loose cards."""
        found = []
        hosts = self.market.offers_of(HOST)[0]
        slots: dict[tuple[str, int], int] = defaultdict(int)
        for pool, need in sorted(self.need.items()):
            site, item = pool
            good = self.goods[item]
            for period, units in self._orders(pool, need, good):
                found.append(Purchase(self.chosen[pool], site, period, units))
                if good.cards == 1:
                    slots[site, period] += math.ceil(units / HOST_SLOTS)
        found += [
            Purchase(hosts, site, period, units) for (site, period), units in sorted(slots.items())
        ]
        return found

    def _orders(self, pool: Pool, need: list[int], good: Good) -> Iterable[tuple[int, int]]:
        periods = self.periods(pool)
        orders: dict[int, int] = defaultdict(int)
        owned = 0
        for period, cards in enumerate(need):
            units = math.ceil(math.ceil(cards / self.working - 1e-9) / good.cards)
            if units > owned:
                orders[max(t for t in periods if t <= period)] += units - owned
                owned = units
        return sorted(orders.items())


class Limits:
    """What the witness uses of everything that is limited."""

    def __init__(self, market: Market, purchases: Sequence[Purchase], fleet: Sequence[Fleet]):
        self.market = market
        self.purchases = purchases
        self.fleet = fleet

    def ordered(self, offer: Offer) -> list[int]:
        """Units of an offer by period of delivery, all sites together; zeros left out."""
        units: dict[int, int] = defaultdict(int)
        for purchase in self.purchases:
            if purchase.offer is offer:
                units[purchase.period] += purchase.units
        return [count for _, count in sorted(units.items())]

    def nodes(self, site: str) -> list[int]:
        """Nodes and hosts at a site by period, with the fleet's."""
        return [round(n) for n in self._standing(site, lambda good: float(good.cards != 1))]

    def cards(self, site: str) -> int:
        """Cards bought for a site over the horizon."""
        return sum(p.units * p.offer.good.cards for p in self.purchases if p.site == site)

    def load_kw(self, site: str) -> list[float]:
        """Installed load power at a site by period."""
        return self._standing(site, lambda good: good.load_kw)

    def rack_units(self, site: str) -> list[float]:
        """Rack units at a site by period."""
        return self._standing(site, lambda good: float(good.rack_units))

    def spend(self, fabrics: dict[str, float]) -> tuple[dict[int, float], dict[str, float]]:
        """Payments by calendar year and by vendor; ``fabrics``: cost of a card's share by site."""
        years: dict[int, float] = defaultdict(float)
        vendors: dict[str, float] = defaultdict(float)
        for purchase in self.purchases:
            offer = purchase.offer
            delivered = self.market.calendar.starts[purchase.period]
            ordered = delivered - timedelta(weeks=offer.lead_weeks)
            unit = offer.price_on(delivered) * (1 + offer.extra_share) + offer.extra_per_unit
            amount = purchase.units * self.market.money(unit, offer.good.currency)
            vendors[offer.vendor] += amount
            years[ordered.year] += amount * offer.order_share
            years[delivered.year] += amount * (1 - offer.order_share)
            network = fabrics.get(purchase.site, 0.0) * purchase.units * offer.good.cards
            years[delivered.year] += network
            vendors[""] += network
        return years, vendors

    def card_types(self) -> int:
        """Kinds of card the witness buys."""
        return len({p.offer.good.card for p in self.purchases if p.offer.good.card})

    def _standing(self, site: str, figure: Callable[[Good], float]) -> list[float]:
        periods = self.market.calendar.periods
        total = [0.0] * periods
        for entry in self.fleet:
            if entry.site == site:
                total = [t + entry.count * figure(entry.good) for t in total]
        for purchase in self.purchases:
            if purchase.site == site:
                for period in range(purchase.period, periods):
                    total[period] += purchase.units * figure(purchase.offer.good)
        return total
