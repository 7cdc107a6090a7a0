"""Small instances by hand, for tests of everything right of the seam.

A `World` collects records and fills in what a test does not care about: prices of 0, no limits, one
site `here`. `build()` gives the Instance. Plans for it come from tests/solver/plans.py.
"""

import calendar
import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from typing import Any

from problems.dates import add_months
from solver.instance.model import (
    Bay,
    Fabric,
    FabricLine,
    FleetEntry,
    Instance,
    Interval,
    Item,
    Kind,
    Limits,
    Month,
    Occurrence,
    Offer,
    Option,
    Period,
    Pool,
    Reservation,
    Service,
    ServingMode,
    Site,
    SupplyWindow,
    Tier,
    TrainingMode,
)

NO_LIMITS = Limits(
    budget_by_year=(),
    budget_total=None,
    vendor_share=(),
    card_types=None,
    licences=(),
    total_tpp=None,
)


def midnight(day: date) -> datetime:
    """The first moment of a day."""
    return datetime.combine(day, time())


class World:
    """Collects the records of an instance."""

    def __init__(
        self,
        start: date = date(2023, 1, 1),
        periods: int = 1,
        months: int = 12,
        cuts: Sequence[date] = (),
    ) -> None:
        """`periods` of so many `months` each, cut further at `cuts`."""
        self.start = start
        starts = [add_months(start, months * n) for n in range(periods + 1)]
        self.days = float((starts[-1] - start).days)
        self.periods = tuple(
            Period(n, a.isoformat(), a, midnight(b), float((a - start).days))
            for n, (a, b) in enumerate(pairwise(starts))
        )
        edges = sorted({*starts, *cuts})
        self.intervals = tuple(
            self._interval(n, a, b, sum(s <= a for s in starts) - 1)
            for n, (a, b) in enumerate(pairwise(edges))
        )
        self.months = self._months(starts[-1])
        self.count = len(self.intervals)
        self.sites: dict[str, Site] = {}
        self.items: dict[str, Item] = {}
        self.pools: dict[str, Pool] = {}
        self.bays: dict[str, Bay] = {}
        self.fleet: list[FleetEntry] = []
        self.offers: dict[str, Offer] = {}
        self.options: dict[str, Option] = {}
        self.occurrences: list[Occurrence] = []
        self.services: dict[str, Service] = {}
        self.reservations: list[Reservation] = []
        self.fabrics: list[Fabric] = []
        self.working_fraction = 1.0
        self.fields: dict[str, Any] = {}
        self.add_site("here")

    def _interval(self, index: int, a: date, b: date, period: int) -> Interval:
        days = (b - a).days
        middle = (a - self.start).days + days / 2
        each = (a + timedelta(days=n) for n in range(days))
        months = math.fsum(1 / calendar.monthrange(d.year, d.month)[1] for d in each)
        return Interval(index, period, midnight(a), midnight(b), 24.0 * days, middle, months)

    def _months(self, end: date) -> tuple[Month, ...]:
        months, first = [], self.start.replace(day=1)
        while first < end:
            a, b = max(first, self.start), min(add_months(first, 1), end)
            inside = [
                i.index for i in self.intervals if i.start < midnight(b) and midnight(a) < i.end
            ]
            middle = (a - self.start).days + (b - a).days / 2
            months.append(Month(f"{first:%Y-%m}", tuple(inside), middle))
            first = add_months(first, 1)
        return tuple(months)

    def _each(self, value: Any, count: int | None = None) -> tuple[Any, ...]:
        """A figure for every interval (or month), from one figure or one for each."""
        if isinstance(value, list | tuple):
            return tuple(value)
        return (value,) * (self.count if count is None else count)

    def add_site(
        self,
        key: str,
        *,
        pue: float = 1.0,
        hosted: bool = False,
        power_cap_kw: Any = None,
        rack_units: Any = None,
        price_per_kwh: Any = 0.0,
        demand_charge_per_kw: Any = 0.0,
        space_per_kw_month: Any = 0.0,
        carbon_kg_per_kwh: Any = 0.0,
        carbon_price_per_kg: Any = 0.0,
    ) -> str:
        """Add a site, or replace it; figures hold for every interval or are given for each."""
        self.sites[key] = Site(
            key=key,
            hosted=hosted,
            pue=pue,
            power_cap_kw=None if power_cap_kw is None else self._each(power_cap_kw),
            rack_units=None if rack_units is None else self._each(rack_units),
            price_per_kwh=self._each(price_per_kwh),
            demand_charge_per_kw=self._each(demand_charge_per_kw, len(self.months)),
            space_per_kw_month=self._each(space_per_kw_month),
            carbon_kg_per_kwh=self._each(carbon_kg_per_kwh),
            carbon_price_per_kg=self._each(carbon_price_per_kg),
        )
        return key

    def add_item(
        self,
        key: str,
        kind: Kind = Kind.NODE,
        *,
        card: str | None = "a100",
        cards: int = 8,
        slots: int = 0,
        load_kw: float = 6.0,
        idle_kw: float = 2.0,
        rack_units: int = 4,
        tpp: float = 0.0,
    ) -> str:
        """Add a node of 8 cards, or a card or host with its usual numbers of cards."""
        if kind is Kind.CARD:
            cards = 1
        if kind is Kind.HOST:
            card, cards = None, 0
        item = Item(key, kind, card, cards, slots, load_kw, idle_kw, rack_units, tpp)
        self.items[key] = item
        return key

    def place(self, item_key: str, site: str, box: str | None) -> tuple[str | None, str | None]:
        """The pool and bay of an item at a site, made where they are missing."""
        item = self.items[item_key]
        if item.kind is Kind.HOST:
            return None, self._bay(site, item_key)
        box = item_key if item.kind is Kind.NODE else box or "standalone"
        key = f"{site}/{box}" if item.kind is Kind.NODE else f"{site}/{box}/{item.card}"
        host = self.items[box] if item.kind is Kind.CARD and box != "standalone" else None
        kind = {Kind.NODE: Kind.NODE, Kind.CARD: Kind.HOST if host else Kind.CARD}[item.kind]
        busy_kw = (item.load_kw - item.idle_kw) / item.cards
        if host:
            busy_kw += (host.load_kw - host.idle_kw) / host.slots
        unit_cards = item.cards if kind is Kind.NODE else 1
        working = 1.0 if self.sites[site].hosted else self.working_fraction
        self.pools[key] = Pool(key, site, str(item.card), box, kind, unit_cards, working, busy_kw)
        return key, self._bay(site, box) if host else None

    def _bay(self, site: str, host: str) -> str:
        key = f"{site}/{host}"
        self.bays[key] = Bay(key, site, host, self.items[host].slots)
        return key

    def own(
        self,
        item: str,
        units: int,
        site: str = "here",
        first: int = 0,
        last: int | None = None,
        box: str | None = None,
    ) -> None:
        """Units owned before the horizon."""
        pool, bay = self.place(item, site, box)
        end = self.count if last is None else last
        key = f"fleet-{len(self.fleet)}"
        self.fleet.append(FleetEntry(key, item, site, pool, bay, units, first, end))

    def sell(
        self,
        offer: str,
        item: str,
        price: float = 1000.0,
        *,
        sites: Sequence[str] = ("here",),
        periods: Sequence[int] | None = None,
        box: str | None = None,
        vendor: str = "acme",
        minimum_order: int = 0,
        fixed_fee: float = 0.0,
        discounts: Sequence[tuple[int, float]] = (),
        supply: Sequence[tuple[Sequence[int], int]] = (),
        extra_share: float = 0.0,
        extra_per_unit: float = 0.0,
        max_units: int = 1000,
        lead_days: int = 0,
        pay_at_order: float = 0.0,
        surcharge: float = 0.0,
        licensed: bool = False,
        last: int | None = None,
    ) -> list[str]:
        """An offer with an option for each site and period; returns the options' keys."""
        self._offer(offer, item, vendor, False, minimum_order, fixed_fee, discounts, supply)
        self.offers[offer] = replace(
            self.offers[offer],
            extra_share=extra_share,
            extra_per_unit=extra_per_unit,
            max_units=max_units,
        )
        keys = []
        for site in sites:
            pool, bay = self.place(item, site, box)
            for p in range(len(self.periods)) if periods is None else periods:
                start = self.periods[p].start
                ordered = start - timedelta(days=lead_days)
                shares = ((ordered, pay_at_order), (start, 1 - pay_at_order))
                key = f"{offer}@{site}#{p}"
                self.options[key] = Option(
                    key=key,
                    offer=offer,
                    item=item,
                    site=site,
                    pool=pool,
                    bay=bay,
                    period=p,
                    ordered=ordered,
                    delivered=start,
                    until=None,
                    first=self._opening(p),
                    last=self.count if last is None else last,
                    unit_price=price,
                    lease_hours=(),
                    payments=tuple((day, share) for day, share in shares if share),
                    surcharge_fraction=surcharge,
                    licensed_card=self.items[item].card if licensed else None,
                )
                keys.append(key)
        return keys

    def let(
        self,
        offer: str,
        item: str,
        per_hour: float,
        period: int,
        until: date,
        *,
        site: str = "here",
        vendor: str = "cloud",
        minimum_order: int = 0,
        fixed_fee: float = 0.0,
        discounts: Sequence[tuple[int, float]] = (),
        supply: Sequence[tuple[Sequence[int], int]] = (),
    ) -> str:
        """An offer to lease from a period's start until a day, which may lie past the horizon."""
        self._offer(offer, item, vendor, True, minimum_order, fixed_fee, discounts, supply)
        pool, bay = self.place(item, site, None)
        first = self._opening(period)
        inside = [i for i in self.intervals[first:] if i.start < midnight(until)]
        hours = {i.index: i.hours for i in inside}
        billed = (midnight(until) - inside[0].start) / timedelta(hours=1)
        hours[inside[-1].index] += billed - sum(hours.values())
        start = self.periods[period].start
        key = f"{offer}@{site}#{period}-{until}"
        self.options[key] = Option(
            key=key,
            offer=offer,
            item=item,
            site=site,
            pool=pool,
            bay=bay,
            period=period,
            ordered=start,
            delivered=start,
            until=until,
            first=first,
            last=inside[-1].index + 1,
            unit_price=per_hour,
            lease_hours=tuple(sorted(hours.items())),
            payments=(),
            surcharge_fraction=0.0,
            licensed_card=None,
        )
        return key

    def _offer(
        self,
        key: str,
        item: str,
        vendor: str,
        leased: bool,
        minimum_order: int,
        fixed_fee: float,
        discounts: Sequence[tuple[int, float]],
        supply: Sequence[tuple[Sequence[int], int]],
    ) -> None:
        steps = [*([] if discounts and discounts[0][0] == 1 else [(1, 0.0)]), *discounts]
        ends = [first - 1 for first, _ in steps[1:]] + [1000]
        self.offers[key] = Offer(
            key=key,
            item=item,
            kind=self.items[item].kind,
            vendor=vendor,
            leased=leased,
            minimum_order=minimum_order,
            fixed_fee=fixed_fee,
            tiers=tuple(Tier(a, b, off) for (a, off), b in zip(steps, ends, strict=True)),
            supply=tuple(SupplyWindow(tuple(periods), units) for periods, units in supply),
            extra_share=0.0,
            extra_per_unit=0.0,
            max_units=1000,
        )

    def _opening(self, period: int) -> int:
        return next(i.index for i in self.intervals if i.period == period)

    def train(
        self,
        job: str,
        work: float,
        pools: Sequence[str],
        *,
        number: int = 1,
        first: int = 0,
        last: int | None = None,
        min_units: int = 1,
        max_units: int = 1000,
        segments: Sequence[tuple[float, float]] = ((1.0, 0.0),),
        split: bool = False,
    ) -> str:
        """An occurrence of a job that can run in pools; 1 PFLOP/s for each unit unless told."""
        modes = tuple(TrainingMode(p, min_units, max_units, tuple(segments)) for p in sorted(pools))
        end = self.count if last is None else last
        key = f"{job}#{number}"
        self.occurrences.append(Occurrence(key, job, number, first, end, work, split, modes))
        return key

    def serve(
        self,
        service: str,
        demand: Mapping[str, Any],
        modes: Sequence[tuple[str, str, int, Mapping[str, float]]],
        *,
        peak_factor: float = 1.0,
        whole: bool = True,
    ) -> str:
        """A service with demand by class, and modes (configuration, pool, cards, throughput)."""
        self.services[service] = Service(
            key=service,
            classes=tuple(demand),
            demand=tuple(self._each(rate) for rate in demand.values()),
            peak_factor=peak_factor,
            whole_replicas=whole,
            modes=tuple(ServingMode(n, p, g, tuple(rates.items())) for n, p, g, rates in modes),
        )
        return service

    def reserve(self, key: str, cards: Any, pools: Sequence[str]) -> str:
        """Cards held busy in some of the pools."""
        self.reservations.append(Reservation(key, self._each(cards), tuple(pools)))
        return key

    def connect(
        self,
        key: str,
        lines: Sequence[FabricLine],
        *,
        site: str = "here",
        vendor: str | None = "fabrico",
        nics_per_unit: int = 8,
        max_endpoints: int | None = 2048,
    ) -> str:
        """A fabric at a site."""
        self.fabrics.append(Fabric(key, site, vendor, nics_per_unit, max_endpoints, tuple(lines)))
        return key

    def line(
        self,
        name: str,
        price: float,
        *,
        switch: bool = False,
        per_endpoint: float = 0.0,
        per_card: float = 0.0,
        power_kw: float = 0.0,
    ) -> FabricLine:
        """A line of a fabric at the same price in all periods."""
        prices = (price,) * len(self.periods)
        return FabricLine(
            name, f"{name}-part", switch, per_endpoint, per_card, prices, power_kw, 1000
        )

    def build(self, **fields: Any) -> Instance:
        """The instance; `fields` override its own, such as discount_rate or limits."""
        return Instance(
            **{
                "currency": "CNY",
                "start": self.start,
                "days": self.days,
                "discount_rate": 0.0,
                "residual_life_days": None,
                "maintenance_fraction": 0.0,
                "periods": self.periods,
                "intervals": self.intervals,
                "months": self.months,
                "sites": tuple(v for _, v in sorted(self.sites.items())),
                "items": tuple(v for _, v in sorted(self.items.items())),
                "pools": tuple(v for _, v in sorted(self.pools.items())),
                "bays": tuple(v for _, v in sorted(self.bays.items())),
                "fleet": tuple(self.fleet),
                "offers": tuple(v for _, v in sorted(self.offers.items())),
                "options": tuple(v for _, v in sorted(self.options.items())),
                "occurrences": tuple(self.occurrences),
                "services": tuple(v for _, v in sorted(self.services.items())),
                "reservations": tuple(self.reservations),
                "fabrics": tuple(self.fabrics),
                "limits": NO_LIMITS,
                "excluded": (),
                "assumptions": (),
                **fields,
            }
        )
