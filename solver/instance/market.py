"""Offers as options: every way to take one, with its dates, price, rules and place.

Belongs here: blocks `offers`, `export_rules`, `export_licences`, `export_caps`. Does not belong
here: bounds on quantities (bounds.py), which need the workloads first.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import catalogs
from problems.dates import DateRange, Span
from problems.quantities import Supply
from problems.schema.market import Offer as OfferBlock
from problems.schema.problem import ExportRules
from solver.instance.machines import Machines, Placement, kind_of, life_of
from solver.instance.model import Exclusion, Interval, Offer, Option, SupplyWindow, Tier
from solver.instance.sources import Path, Sources
from solver.instance.timeline import Timeline, moment

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
        self._classes: dict[tuple[str, int, date, str], catalogs.Ruling] = {}

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
        begin = calendar.period_start(period)
        over = begin if block.minimum_term is None else _moment_after(block.minimum_term, begin)
        shortest = period + 1
        while calendar.period_start(shortest) < over:
            shortest += 1
        intervals = self.timeline.intervals
        for end in range(shortest, max(count, shortest) + 1):
            # The last period may be cut short by the horizon, but never a minimum term.
            cut_short = end == count and over <= calendar.end
            stop = calendar.end if cut_short else calendar.period_start(end)
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
        path: Path = ("offers", key, "supply")
        calendar = self.sources.calendar
        days = block.available or DateRange()
        open_periods = [period for period in calendar.periods if period.start in days]
        at = {p.index: self.sources.at(path, block.supply, p.start) for p in open_periods}
        if block.lease is not None:
            return tuple(SupplyWindow((index,), int(each.count)) for index, each in at.items())
        groups: dict[tuple[date | None, int], list[int]] = {}
        short: list[SupplyWindow] = []
        for index, supply in at.items():
            begun = self._windows_begun(supply, index)
            if begun is None:
                window = _window_index(supply.per, self._start, calendar.periods[index].start)
                step = block.supply.started(calendar.periods[index].start)
                groups.setdefault((step, window), []).append(index)
            else:
                short.append(SupplyWindow((index,), int(supply.count) * begun))
        long = [SupplyWindow(tuple(each), int(at[each[0]].count)) for each in groups.values()]
        return tuple(sorted((*short, *long), key=lambda window: window.periods))

    def _windows_begun(self, supply: Supply, period: int) -> int | None:
        """Supply windows that begin in a period; None where windows are no shorter than periods.

        Windows step from the horizon's start, as periods do.
        """
        calendar = self.sources.calendar
        if supply.per is None:
            return None
        if supply.per.after(self._start) >= calendar.period_start(1).date():
            return None
        begin = calendar.period_start(period).date()
        end = min(calendar.period_start(period + 1), calendar.end).date()
        first = _window_index(supply.per, self._start, begin)
        begun = 0 if supply.per.times(first).after(self._start) < begin else 1
        return begun + _window_index(supply.per, self._start, end - timedelta(days=1)) - first

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
            found = self._classified(rules, card, system, rules.as_of or day, str(destination))
        except catalogs.CatalogError as error:
            self.sources.fail(path, str(error))
            return FREE
        return self._apply(found, card, str(destination))

    def _classified(
        self, rules: ExportRules, card: catalogs.Accelerator, system: int, day: date, to: str
    ) -> catalogs.Ruling:
        """What the rules say; offers of one card to one country share the answer."""
        asked = (card.id, system, day, to)
        if asked not in self._classes:
            self._classes[asked] = catalogs.classify(
                self.sources.catalog,
                rules.ruleset,
                card,
                on=day,
                destination=to,
                headquarters=self.sources.problem.buyer.headquarters,
                system_cards=system,
                enforce=rules.enforce,
                leave_out=rules.except_,
            )
        return self._classes[asked]

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
        if found.surcharge_fraction:
            self.sources.assume("Export surcharges are charged on purchases, not on leases.")
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


def _moment_after(span: Span, begin: datetime) -> datetime:
    """The moment a stretch of time after another; durations count to the hour."""
    if span.months:
        return moment(span.after(begin.date()))
    return begin + timedelta(days=span.days)


def _window_index(per: Span | None, origin: date, day: date) -> int:
    index = 0
    while per is not None and per.times(index + 1).after(origin) <= day:
        index += 1
    return index
