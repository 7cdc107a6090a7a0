"""Offers as options: every way to take one, with its dates, price, rules and place.

Belongs here: blocks `offers`, `export_rules`, `export_licences`, `export_caps`. Does not belong
here: bounds on quantities (bounds.py), which need the workloads first.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import catalogs
from problems.dates import Span
from problems.quantities import Supply
from problems.schema.market import Offer as OfferBlock
from solver.instance.machines import Machines, Placement, kind_of
from solver.instance.model import Exclusion, Interval, Offer, Option, SupplyWindow, Tier
from solver.instance.sources import Path, Sources
from solver.instance.timeline import Timeline

UNBOUNDED = 10**9
"""Placeholder until bounds.py has counted what can be of use."""


@dataclass(frozen=True)
class Ruling:
    """What the export rules say of one delivery."""

    excluded_by: str | None = None
    reason: str = ""
    licensed: bool = False
    extra_lead_days: int = 0
    surcharge_fraction: float = 0.0


FREE = Ruling()


class Market:
    """Builds offers and options; exclusions are collected on the way."""

    def __init__(self, sources: Sources, timeline: Timeline, machines: Machines) -> None:
        self.sources = sources
        self.timeline = timeline
        self.machines = machines
        self._excluded: dict[tuple[str, str, str, str, str], list[date]] = {}
        self._rulings: dict[tuple[str, str, date], Ruling] = {}

    def build(self) -> tuple[tuple[Offer, ...], tuple[Option, ...], tuple[Exclusion, ...]]:
        """All offers, the options to take them, and what rules excluded."""
        offers: list[Offer] = []
        options: list[Option] = []
        for key, block in sorted(self.sources.problem.offers.items()):
            options += self._options(key, block)
            offers.append(self._offer(key, block))
        excluded = tuple(
            Exclusion(
                offer, item, site, rule, f"{reason} ({_deliveries(days)})", min(days), max(days)
            )
            for (offer, item, site, rule, reason), days in sorted(self._excluded.items())
        )
        return tuple(offers), tuple(sorted(options, key=lambda o: o.key)), excluded

    def _offer(self, key: str, block: OfferBlock) -> Offer:
        return Offer(
            key=key,
            item=block.item,
            kind=kind_of(self.sources.catalog.item(block.item)),
            vendor=block.vendor,
            leased=block.lease is not None,
            minimum_order=block.minimum_order,
            fixed_fee=block.fixed_fee,
            tiers=_tiers(block),
            supply=self._supply(key, block),
            extra_share=sum(extra.share_fraction for extra in block.extras.values()),
            extra_per_unit=sum(extra.per_unit for extra in block.extras.values()),
            max_units=UNBOUNDED,
        )

    def _options(self, key: str, block: OfferBlock) -> Iterator[Option]:
        path: Path = ("offers", key)
        for placement in self._placements(key, block):
            for period in self.sources.calendar.periods:
                day = period.start
                if block.available is not None and day not in block.available:
                    continue
                ruling = self._ruling(key, block, placement.site, day)
                if ruling.excluded_by:
                    names = (key, block.item, placement.site, ruling.excluded_by, ruling.reason)
                    self._excluded.setdefault(names, []).append(day)
                    continue
                ordered = self._order_day(block, day, ruling)
                if ordered >= (self.sources.problem.horizon.orders_from or self._start):
                    yield from self._in_period(
                        path, block, placement, period.index, ordered, ruling
                    )

    @property
    def _start(self) -> date:
        return self.sources.problem.horizon.start

    def _placements(self, key: str, block: OfferBlock) -> tuple[Placement, ...]:
        path: Path = ("offers", key, "item")
        if block.lease is not None:
            sites = [block.site or key]
        else:
            sites = sorted(block.sites or self.sources.problem.sites)
        found = tuple(
            place
            for site in sites
            for place in self.machines.placements(
                path, block.item, site, standalone=block.standalone or (site == key)
            )
        )
        if sites and not found:
            self.sources.fail(
                path,
                f"{block.item} is a card and no host on offer or in the fleet takes it: "
                "offer a host of its form factor, or say standalone: true",
            )
        return found

    def _order_day(self, block: OfferBlock, delivered: date, ruling: Ruling) -> date:
        day = delivered if block.lead_time is None else block.lead_time.before(delivered)
        return day - timedelta(days=ruling.extra_lead_days)

    def _in_period(
        self,
        path: Path,
        block: OfferBlock,
        place: Placement,
        period: int,
        ordered: date,
        ruling: Ruling,
    ) -> Iterator[Option]:
        """The purchase in a period, or its leases by the period they run to."""
        delivered = self.sources.calendar.periods[period].start
        first = self.timeline.index_from(delivered)
        box = "" if place.pool is None else f"/{place.pool.removeprefix(place.site + '/')}"
        key = f"{path[1]}@{place.site}{box}:{self.sources.calendar.periods[period].label}"

        def option(key: str, until: date | None, last: int, price: float, hours: object) -> Option:
            return Option(
                key=key,
                offer=str(path[1]),
                item=block.item,
                site=place.site,
                pool=place.pool,
                bay=place.bay,
                period=period,
                ordered=ordered,
                delivered=delivered,
                until=until,
                first=first,
                last=last,
                unit_price=price,
                lease_hours=hours,  # type: ignore[arg-type]
                payments=() if until else _payments(block, ordered, delivered),
                surcharge_fraction=ruling.surcharge_fraction,
                licensed_card=self.machines.card_row(block.item).id if ruling.licensed else None,
            )

        if block.price is not None:
            price = self.sources.at((*path, "price"), block.price, delivered)
            yield option(key, None, self._retires(block.item, delivered), price, ())
        else:
            assert block.lease is not None
            price = self.sources.at((*path, "lease"), block.lease, delivered)
            for until, last, hours in self._terms(block, period, first):
                yield option(f"{key}..{until}", until, last, price, hours)

    def _terms(
        self, block: OfferBlock, period: int, first: int
    ) -> Iterator[tuple[date, int, tuple[tuple[int, float], ...]]]:
        """Ends a lease can have: (first day after it, last interval, hours billed by interval)."""
        calendar, count = self.sources.calendar, len(self.sources.calendar.periods)
        begin = calendar.period_start(period).date()
        shortest = period + 1
        if block.minimum_term is not None:
            over = block.minimum_term.after(begin)
            while calendar.period_start(shortest).date() < over:
                shortest += 1
        intervals = self.timeline.intervals
        for end in range(shortest, max(count, shortest) + 1):
            stop = calendar.end if end == count else calendar.period_start(end)
            last = count_before(intervals, stop)
            hours = {i: intervals[i].hours for i in range(first, last)}
            hours[last - 1] += max(0.0, (stop - calendar.end).total_seconds() / 3600)
            yield stop.date(), last, tuple(hours.items())

    def _retires(self, item: str, delivered: date) -> int:
        """The interval from which a unit delivered on a day is no longer in use."""
        life = life_of(self.sources.catalog.item(item))
        return (
            self.timeline.count if life is None else self.timeline.index_from(life.after(delivered))
        )

    def _supply(self, key: str, block: OfferBlock) -> tuple[SupplyWindow, ...]:
        if block.supply is None:
            return ()
        periods = self.sources.calendar.periods
        at = [
            self.sources.at(("offers", key, "supply"), block.supply, period.start)
            for period in periods
        ]
        if block.lease is not None:
            return tuple(SupplyWindow((p.index,), int(at[p.index].count)) for p in periods)
        groups: dict[tuple[int, int, int], list[int]] = {}
        for period in periods:
            step = block.supply.points.index(
                max(
                    (point for point in block.supply.points if _in_force(point[0], period.start)),
                    key=lambda point: point[0] or date.min,
                )
            )
            groups.setdefault((step, *self._windows(at[period.index], period.index)), []).append(
                period.index
            )
        return tuple(
            SupplyWindow(tuple(members), int(at[members[0]].count) * (last - first + 1))
            for (_, first, last), members in sorted(groups.items())
        )

    def _windows(self, supply: Supply, period: int) -> tuple[int, int]:
        """First and last supply window that a period touches; windows step from the horizon's
        start.
        """
        if supply.per is None:
            return 0, 0
        begin = self.sources.calendar.period_start(period).date()
        end = min(self.sources.calendar.period_start(period + 1), self.sources.calendar.end).date()
        return (
            _window_index(supply.per, self._start, begin),
            _window_index(supply.per, self._start, max(begin, end - timedelta(days=1))),
        )

    def _ruling(self, key: str, block: OfferBlock, site: str, day: date) -> Ruling:
        if (key, site, day) not in self._rulings:
            self._rulings[key, site, day] = self._judge(key, block, site, day)
        return self._rulings[key, site, day]

    def _judge(self, key: str, block: OfferBlock, site: str, day: date) -> Ruling:
        """The buyer's own caps, then the export rules of the day."""
        row = self.sources.catalog.item(block.item)
        hosted = self.machines.sites[site].hosted
        if isinstance(row, catalogs.Host) or (hosted and not block.rules_apply):
            return FREE
        card = self.machines.card_row(block.item)
        system = (row.scale_up_cards or row.cards) if isinstance(row, catalogs.Node) else 1
        path: Path = ("offers", key, "item")
        capped = self._capped(path, card, system)
        rules = self.sources.problem.export_rules
        if capped or rules is None:
            return capped or FREE
        destination = block.destination if hosted else self.sources.problem.sites[site].destination
        try:
            found = catalogs.classify(
                self.sources.catalog,
                rules.ruleset,
                card,
                on=rules.as_of or day,
                destination=str(destination),
                headquarters=self.sources.problem.buyer.headquarters,
                system_cards=system,
                enforce=rules.enforce,
            )
        except catalogs.CatalogError as error:
            self.sources.fail(path, str(error))
            return FREE
        return self._apply(found, card, str(destination))

    def _apply(self, found: catalogs.Ruling, card: catalogs.Accelerator, to: str) -> Ruling:
        """Turn the catalogue's ruling into what it means for a delivery."""
        licences = self.sources.problem.export_licences.get(card.id, 0)
        for finding in found.findings:
            if finding.treatment == "advisory":
                advice = finding.reason.replace("{}", "")
                self.sources.assume(f"Advisory {finding.rule} to {to} ({{}}): {advice}", card.id)
        if found.treatment == "prohibited":
            return Ruling(excluded_by=found.rule, reason=found.reason)
        if found.treatment == "licence" and not licences:
            return Ruling(excluded_by=found.rule, reason=f"needs a licence: {found.reason}")
        return Ruling(
            licensed=found.treatment == "licence",
            extra_lead_days=found.extra_lead_days,
            surcharge_fraction=found.surcharge_fraction,
        )

    def _capped(self, path: Path, card: catalogs.Accelerator, system: int) -> Ruling | None:
        caps = self.sources.problem.export_caps
        if caps.interconnect is not None:
            speed = self.sources.figure(path, card, "interconnect_gb_per_s")
            if speed > caps.interconnect:
                reason = f"interconnect {speed:,.0f} GB/s > {caps.interconnect:,.0f} GB/s"
                return Ruling(excluded_by="export_caps.interconnect", reason=reason)
        if caps.scale_up_cards is not None and system > caps.scale_up_cards:
            reason = f"{system} cards in a scale-up domain > {caps.scale_up_cards}"
            return Ruling(excluded_by="export_caps.scale_up_cards", reason=reason)
        return None


def life_of(row: object) -> Span | None:
    """The life of an item in calendar months; None: it never retires."""
    years = getattr(row, "life_years", None)
    return None if years is None else Span(months=round(years * 12))


def _deliveries(days: list[date]) -> str:
    """The deliveries that an exclusion holds for, in words."""
    if len(days) == 1:
        return f"delivery on {days[0]}"
    return f"deliveries {min(days)} to {max(days)}"


def count_before(intervals: tuple[Interval, ...], stop: datetime) -> int:
    """How many intervals begin before a moment."""
    return sum(1 for interval in intervals if interval.start < stop)


def _tiers(block: OfferBlock) -> tuple[Tier, ...]:
    """Tiers from 1 unit on; a later tier is never worse than an earlier one it includes."""
    starts = {1: 0.0}
    best = 0.0
    for tier in sorted(block.discounts, key=lambda tier: tier.from_):
        best = max(best, tier.off)
        starts[max(1, tier.from_)] = best
    firsts = sorted(starts)
    lasts = [*(first - 1 for first in firsts[1:]), UNBOUNDED]
    return tuple(Tier(a, b, starts[a]) for a, b in zip(firsts, lasts, strict=True))


def _payments(block: OfferBlock, ordered: date, delivered: date) -> tuple[tuple[date, float], ...]:
    shares = [(ordered, block.payment.order), (delivered, block.payment.delivery)]
    shares += [(delivered + timedelta(days=n), share) for n, share in block.payment.after.items()]
    return tuple((day, share) for day, share in shares if share > 0)


def _in_force(start: date | None, day: date) -> bool:
    return start is None or start <= day


def _window_index(per: Span, origin: date, day: date) -> int:
    index = 0
    while per.times(index + 1).after(origin) <= day:
        index += 1
    return index
