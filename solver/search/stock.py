"""What stands where while workloads are placed by hand: units, their cost, and what limits them.

Belongs here: the count of units that each pool needs by period, an estimate of what they cost, and
whether supply, power, racks and fabrics have room for them. All of it estimates that guide a
choice: what is bought in the end, and whether it is right, others decide. Does not belong here:
workloads (placing).
"""

import math
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate

from solver.formulation import Model
from solver.formulation.places import has_endpoints
from solver.instance.model import Item, Kind, Offer, Option, Pool
from solver.search.prices import NEVER, Prices, Unit

Room = Mapping[tuple[str, int], float]
"""Cards that can be had in a pool in an interval, where that is known; as many as asked else."""
ENOUGH = 1e-9
"""Cards or units: less is none, by rounding."""


@dataclass
class Limit:
    """What the units of several pools share."""

    room: list[float]
    """By period."""
    used: list[float]


@dataclass
class Holding:
    """A pool: what its units cost, what they take of limits, and how many there are."""

    pool: Pool
    rented: bool
    cards_per_unit: float
    """Working ones."""
    owned: list[int]
    """Units of the fleet, by interval."""
    best: list[Unit]
    """Cheapest by period: bought until then, or rented during it."""
    price: list[float]
    """What that one counts for."""
    shares: list[tuple[Limit, float]]
    """What one unit takes."""
    most: list[float]
    """Cards that can be had for it, by interval, as far as that is known."""
    need: list[float]
    """Cards, by interval."""
    units: list[int]
    """Bought so far or rented, by period."""
    spent: float = 0.0
    """What they cost."""

    def cost(self, units: Sequence[int]) -> float:
        """Of these units by period."""
        total = 0.0
        for period, count in self.paid(units):
            total += count * self.price[period]
        return total

    def paid(self, units: Sequence[int]) -> Iterator[tuple[int, int]]:
        """How many of these units by period are bought, or rented, in which."""
        before = 0
        for period, count in enumerate(units):
            if count > before:
                yield period, count - before
                before = 0 if self.rented else count


class Stock:
    """All pools of a model."""

    def __init__(self, model: Model, prices: Prices, margin: float, room: Room) -> None:
        self.model, self.prices, self.margin, self.room = model, prices, margin, room
        instance = model.instance
        self.period_of = [i.period for i in instance.intervals]
        self.periods = len(instance.periods)
        self.types: dict[str, int] = defaultdict(int)
        """Units bought by type of card."""
        self._options: dict[str, list[Option]] = defaultdict(list)
        for option in instance.options:
            if option.pool is not None:
                self._options[option.pool].append(option)
        self._sites = self._site_limits()
        self._supplies: dict[tuple[str, str | None, bool], Limit] = {}
        self.holdings = {pool.key: self._holding(pool) for pool in instance.pools}

    def dearer(self, pool: str, cards: Mapping[int, float]) -> float:
        """What more cards in a pool add to the cost; infinite where there is no room for them."""
        holding = self.holdings[pool]
        units = self._more(holding, cards)
        if units is None:
            return NEVER
        pairs = zip(units, holding.units, strict=True)
        more = [(period, n - old) for period, (n, old) in enumerate(pairs) if n > old]
        if not more:
            return 0.0
        most, card = self.model.instance.limits.card_types, holding.pool.card
        types = sum(1 for count in self.types.values() if count)
        if most is not None and not self.types[card] and types >= most:
            return NEVER
        for limit, each in holding.shares:
            used, room = limit.used, limit.room
            for period, count in more:
                if used[period] + each * count > room[period]:
                    return NEVER
        return holding.cost(units) - holding.spent

    def change(self, pool: str, cards: Mapping[int, float]) -> None:
        """Hold more cards in a pool, or fewer where they are negative."""
        holding = self.holdings[pool]
        added = all(count >= 0 for count in cards.values())
        units = self._more(holding, cards) if added else None
        for interval, count in cards.items():
            holding.need[interval] = max(0.0, holding.need[interval] + count)
        units = units or self._less(holding)
        for limit, each in holding.shares:
            for period, count in enumerate(units):
                limit.used[period] += each * (count - holding.units[period])
        self.types[holding.pool.card] += max(units) - max(holding.units)
        holding.units, holding.spent = units, holding.cost(units)

    def cost(self) -> float:
        """Of everything that stands."""
        return math.fsum(holding.spent for holding in self.holdings.values())

    def overdrawn(self) -> list[int]:
        """The budgets, by row, of which more is spent than there is."""
        spent: dict[int, float] = defaultdict(float)
        for holding in self.holdings.values():
            for period, count in holding.paid(holding.units):
                for row, amount in holding.best[period].takes.items():
                    spent[row] += count * amount
        room = self.prices.budgets
        return [row for row, amount in spent.items() if amount > room[row] * self.margin]

    def _more(self, holding: Holding, cards: Mapping[int, float]) -> list[int] | None:
        """Units by period with more cards; None where there is no way to have them in time."""
        asked = list(holding.units)
        for interval, count in cards.items():
            period = self.period_of[interval]
            need = holding.need[interval] + count
            if need > holding.most[interval]:
                return None
            missing = self._missing(holding, interval, need)
            if missing > asked[period]:
                if holding.price[period] == NEVER:
                    return None
                asked[period] = missing
        return asked if holding.rented else list(accumulate(asked, max))

    def _less(self, holding: Holding) -> list[int]:
        """Units by period that are needed, where it may be fewer than there are."""
        asked = [0] * self.periods
        for interval, need in enumerate(holding.need):
            period = self.period_of[interval]
            if (missing := self._missing(holding, interval, need)) > asked[period]:
                asked[period] = missing
        return asked if holding.rented else list(accumulate(asked, max))

    def _missing(self, holding: Holding, interval: int, cards: float) -> int:
        """Units beside those owned."""
        if cards <= ENOUGH:
            return 0
        return math.ceil(cards / holding.cards_per_unit - ENOUGH) - holding.owned[interval]

    def _holding(self, pool: Pool) -> Holding:
        instance, options = self.model.instance, self._options[pool.key]
        rented = bool(options) and all(option.until is not None for option in options)
        if not rented:
            options = [option for option in options if option.until is None]
        owned = [0] * len(instance.intervals)
        for entry in instance.fleet:
            if entry.pool == pool.key:
                for interval in range(entry.first, entry.last):
                    owned[interval] += entry.units
        shares: list[tuple[Limit, float]] = []
        if options:
            item = options[0].item
            shares.append((self._supply(item, pool.site, rented), 1.0))
            if not rented:
                shares.append((self._supply(item, None, rented), 1.0))
            shares += self._shares(pool, options[0])
        best = self.prices.rented(options) if rented else self.prices.bought(options)
        return Holding(
            pool=pool,
            rented=rented,
            cards_per_unit=pool.unit_cards * pool.working_fraction,
            owned=owned,
            best=best,
            price=[self.prices.counted(unit) for unit in best],
            shares=shares,
            most=[self.room.get((pool.key, i), NEVER) for i in range(len(owned))],
            need=[0.0] * len(instance.intervals),
            units=[0] * self.periods,
        )

    def _supply(self, item: str, site: str | None, rented: bool) -> Limit:
        """Units of an item on the market, for one site or for all: until a period, or for rent in
        it.
        """
        key = (item, site, rented)
        if key not in self._supplies:
            room = [0.0] * self.periods
            found: dict[str, set[int]] = defaultdict(set)
            licensed = None
            options = [
                option
                for option in self.model.instance.options
                if option.item == item and site in (None, option.site)
            ]
            for option in options:
                if (option.until is not None) == rented:
                    found[option.offer].add(option.period)
            for name, periods in found.items():
                offered = _offered(self.model.instance.offer[name], periods, self.periods, rented)
                room = [a + b for a, b in zip(room, offered, strict=True)]
            if options and all(o.licensed_card for o in options) and not rented:
                granted = dict(self.model.instance.limits.licences)
                card = str(options[0].licensed_card)
                licensed = granted.get(card, 0) / self.model.instance.item[item].cards
                room = [min(units, licensed) for units in room]
            self._supplies[key] = Limit(room, [0.0] * self.periods)
        return self._supplies[key]

    def _site_limits(self) -> dict[tuple[str, str], Limit]:
        """Power, racks and fabrics: what is left beside the fleet."""
        instance = self.model.instance
        limits: dict[tuple[str, str], Limit] = {}
        for site in instance.sites:
            caps: dict[str, Sequence[float]] = {}
            if site.power_cap_kw is not None:
                caps["power"] = [cap / site.pue for cap in site.power_cap_kw]
            if site.rack_units is not None:
                caps["racks"] = site.rack_units
            for name, cap in caps.items():
                room = [NEVER] * self.periods
                for interval, period in enumerate(self.period_of):
                    taken = sum(
                        _taken(instance.item[entry.item], name) * entry.units
                        for entry in instance.fleet
                        if entry.site == site.key and entry.first <= interval < entry.last
                    )
                    room[period] = min(room[period], cap[interval] * self.margin - taken)
                limits[site.key, name] = Limit(room, [0.0] * self.periods)
        for fabric in instance.fabrics:
            if fabric.max_endpoints is not None:
                room = [fabric.max_endpoints * self.margin] * self.periods
                limits[fabric.site, "endpoints"] = Limit(room, [0.0] * self.periods)
        return limits

    def _shares(self, pool: Pool, option: Option) -> list[tuple[Limit, float]]:
        """What a unit of a pool, with its share of a host, takes of its site."""
        instance = self.model.instance
        parts = [(instance.item[option.item], 1.0)]
        if pool.kind is Kind.HOST:
            bay = next(b for b in instance.bays if b.key == option.bay)
            parts.append((instance.item[bay.host], 1 / bay.slots))
        taken: dict[str, float] = defaultdict(float)
        for item, each in parts:
            taken["power"] += item.load_kw * each
            taken["racks"] += item.rack_units * each
            if has_endpoints(self.model, item.key):
                for fabric in instance.fabrics:
                    if fabric.site == pool.site:
                        ends = fabric.nics_per_unit * each
                        taken["endpoints"] += ends
                        lines = (line for line in fabric.lines if line.switch)
                        taken["power"] += sum(ends * n.per_endpoint * n.power_kw for n in lines)
        return [
            (limit, taken[name])
            for (site, name), limit in self._sites.items()
            if site == pool.site and taken[name]
        ]


def _taken(item: Item, name: str) -> float:
    return item.load_kw if name == "power" else float(item.rack_units)


def _offered(offer: Offer, periods: set[int], count: int, rented: bool) -> list[float]:
    """Units of an offer that can be had by a period, or rented in it."""
    room = [0.0] * count
    windows = [(window.periods, float(window.units)) for window in offer.supply]
    if not windows:
        windows = [((period,), float(offer.max_units)) for period in sorted(periods)]
    for inside, units in windows:
        usable = sorted(periods & set(inside))
        if rented:
            for period in inside:
                room[period] += units
        elif usable:
            for period in range(usable[0], count):
                ready = sum(1 for p in usable if p <= period)
                room[period] += min(units, float(offer.max_units * ready))
    return room
