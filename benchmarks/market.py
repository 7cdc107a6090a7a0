"""The market of a generated problem: its calendar, sites, offers, and what can be had where.

Belongs here: drawing sites and offers, and asking the export rules what they leave. Does not belong
here: workloads (demand.py), the plan that shows the problem feasible (witness.py).
"""

import math
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cache, cached_property
from random import Random

import catalogs
from benchmarks.goods import (
    ABROAD,
    CHINA,
    EXCHANGE,
    HOST,
    HOST_KW,
    HOST_RACK_UNITS,
    LESSORS,
    PLACES,
    VENDORS,
    Good,
    Place,
)

ORDERS_FROM_DAYS = 184
"""Orders may be placed this long before the horizon, longer than any lead time drawn."""
NOTIFY_DAYS = 25
RULESET = "us-bis"
HOST_GOOD = Good(HOST, "", 120_000, "CNY", HOST_KW, HOST_RACK_UNITS, cards=0)


@dataclass(frozen=True)
class Calendar:
    """Periods of a whole number of months from a first day of a month on."""

    start: date
    periods: int
    months: int
    """Months of a period: 3 for quarters."""

    @cached_property
    def starts(self) -> tuple[date, ...]:
        """First day of each period, and the first day after the horizon."""
        return tuple(add_months(self.start, self.months * t) for t in range(self.periods + 1))

    @property
    def end(self) -> date:
        """Last day of the horizon."""
        return self.starts[-1] - timedelta(days=1)

    def overlapping(self, first: date, last: date) -> range:
        """Periods that share a day with ``first`` .. ``last``, both included."""
        touched = [
            t for t in range(self.periods) if self.starts[t] <= last and first < self.starts[t + 1]
        ]
        return range(touched[0], touched[-1] + 1) if touched else range(0)


def add_months(day: date, months: int) -> date:
    """The same day of the month, months later.

    >>> add_months(date(2023, 11, 1), 3)
    datetime.date(2024, 2, 1)
    """
    month = day.month - 1 + months
    return day.replace(year=day.year + month // 12, month=month % 12 + 1)


@dataclass
class Offer:
    """A purchase offer under construction; the witness sets what depends on quantities."""

    key: str
    good: Good
    vendor: str
    sites: tuple[str, ...]
    price: dict[date, float]
    """Steps, in the good's currency."""
    lead_weeks: int
    extra_share: float
    extra_per_unit: float
    order_share: float
    """Share of the price paid at the order."""
    block: dict[str, object] = field(default_factory=dict)

    def price_on(self, day: date) -> float:
        """Price of a unit delivered on a day."""
        return [price for first, price in sorted(self.price.items()) if first <= day][-1]


@cache
def catalog() -> catalogs.Catalog:
    """The shipped facts."""
    return catalogs.load_catalog()


class Market:
    """Sites and offers drawn for one problem."""

    def __init__(self, rng: Random, calendar: Calendar, sites: int, offers: int) -> None:
        self.rng = rng
        self.calendar = calendar
        self.from_china = rng.random() < 2 / 3
        self.headquarters = "CN" if self.from_china else "SG"
        self.currency = "CNY" if self.from_china else "USD"
        self.sites = {place.name: place for place in self._places(sites)}
        self.goods: tuple[Good, ...] = ()
        self.offers: list[Offer] = []
        self.leases: dict[str, dict[str, object]] = {}
        leases = max(1, offers // 6)
        self._draw_offers(offers - leases - 1)
        self._draw_leases(leases)

    def money(self, amount: float, currency: str) -> float:
        """An amount in the problem's currency."""
        return amount * (1.0 if currency == self.currency else EXCHANGE[self.currency][currency])

    def text(self, amount: float) -> str:
        """An amount of the problem's currency as a problem file writes it."""
        return f"{amount:.0f} {self.currency}" if amount >= 100 else f"{amount:.2f} {self.currency}"

    def offers_of(self, item: str) -> list[Offer]:
        """Purchase offers of an item."""
        return [offer for offer in self.offers if offer.good.item == item]

    def deliverable(self, offer: Offer, site: str, period: int) -> bool:
        """Whether the offer can be delivered to a site at the start of a period."""
        day = self.calendar.starts[period]
        if site not in offer.sites or day < offer.good.first:
            return False
        return not offer.good.card or self._allowed(offer.good, self.sites[site].country, day)

    def _allowed(self, good: Good, country: str, day: date) -> bool:
        return allowed(good.card, good.cards, country, self.headquarters, day)

    def _places(self, count: int) -> list[Place]:
        china = [place for place in PLACES if place.country == "CN"]
        abroad = [place for place in PLACES if place.country != "CN"]
        at_home = math.ceil(0.6 * count) if self.from_china else 0
        return self.rng.sample(china, at_home) + self.rng.sample(abroad, count - at_home)

    def _draw_offers(self, count: int) -> None:
        table = CHINA if self.from_china else ABROAD
        usable = [good for good in table if good.first <= self.calendar.end and self._lasts(good)]
        kinds = min(len(usable), max(3, round(count * 0.75)))
        self.goods = (*usable[:3], *self.rng.sample(usable[3:], kinds - 3))
        chosen = list(self.goods)
        chosen += [self.rng.choice(self.goods) for _ in range(count - kinds)]
        for good in chosen:
            again = any(offer.good is good for offer in self.offers)
            self.offers.append(self._offer(good, again))
        self.offers.append(self._offer(HOST_GOOD, again=False))

    def _lasts(self, good: Good) -> bool:
        """Whether the good can be had on at least one period's first day, somewhere."""
        days = [day for day in self.calendar.starts[:-1] if day >= good.first]
        return any(
            self._allowed(good, place.country, day) for place in self.sites.values() for day in days
        )

    def _offer(self, good: Good, again: bool) -> Offer:
        """An offer to all sites, or, where the good is offered already, perhaps to some only."""
        rng = self.rng
        sites = tuple(self.sites)
        if again and len(sites) > 1 and rng.random() < 0.4:
            sites = tuple(rng.sample(sites, rng.randint(1, len(sites) - 1)))
        base = good.price * rng.uniform(0.92, 1.08)
        price = {date(2000, 1, 1): round(base, -2)}
        if self.calendar.periods > 2 and rng.random() < 0.5:
            change = self.calendar.starts[rng.randrange(1, self.calendar.periods)]
            price[change] = round(base * rng.uniform(0.82, 1.12), -2)
        return Offer(
            key=f"{good.item.removeprefix('hgx-').removeprefix('dgx-')}-{len(self.offers) + 1}",
            good=good,
            vendor=rng.choice(VENDORS["CN" if self.from_china else "SG"]),
            sites=sites,
            price=price,
            lead_weeks=rng.choice((0, 4, 8, 12, 16)) if good.cards > 1 else rng.choice((0, 4)),
            extra_share=rng.choice((0.0, 0.06, 0.13)),
            extra_per_unit=round(good.price * rng.choice((0.0, 0.008)), -1),
            order_share=rng.choice((0.0, 0.0, 0.3, 0.5)),
        )

    def _draw_leases(self, count: int) -> None:
        """Nodes rented from their owners, dearer by the hour than what a purchase comes to."""
        nodes = [good for good in self.goods if good.trains]
        three_years_hours = 3 * 8760
        lessors = self.rng.sample(LESSORS, len(LESSORS))
        for number in range(1, count + 1):
            good = self.rng.choice(nodes)
            hourly = self.money(good.price, good.currency) / three_years_hours
            lease: dict[str, object] = {
                "item": good.item,
                "vendor": lessors[number % len(lessors)],
                "destination": self.rng.choice([p.country for p in self.sites.values()]),
                "lease": f"{hourly * self.rng.uniform(1.6, 3.2):.2f} {self.currency}/h",
                "supply": self.rng.choice((2, 4, 8, 16, 32)),
            }
            if good.first > self.calendar.start:
                lease["available"] = f"{good.first}.."
            if self.rng.random() < 0.4:
                lease["minimum_term"] = self.rng.choice(("6 months", "12 months"))
            self.leases[f"cloud-{number}"] = lease


@cache
def allowed(card: str, cards: int, country: str, headquarters: str, day: date) -> bool:
    """Whether the rules let a card be delivered without a licence."""
    ruling = catalogs.classify(
        catalog(),
        RULESET,
        catalog().accelerators[card],
        on=day,
        destination=country,
        headquarters=headquarters,
        system_cards=max(1, cards),
    )
    return ruling.treatment in (
        catalogs.Treatment.FREE,
        catalogs.Treatment.NOTIFY,
        catalogs.Treatment.ADVISORY,
    )
