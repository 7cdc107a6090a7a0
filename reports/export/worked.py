"""A plan together with what its own problem makes of it: what every table and document draws on.

Belongs here: order lines with their hours, extras and payments, the use of pools, power against
caps, all worked out again from the problem and the facts that the plan carries. Does not belong
here: what the export rules say (rulings), layout, formats.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

from reports.course import Course
from solver.case import case_from_plan
from solver.plan import Plan, PurchaseRow, Term
from solver.plan.matching import options_by_words

CAPITAL = {"card": Term.CARDS, "node": Term.NODES, "host": Term.HOSTS, "fabric": Term.FABRIC}
"""The term of the bill that a purchase belongs to, by its kind; leases have one of their own."""
MIDDLE = (Term.LEASE, Term.ELECTRICITY, Term.MAINTENANCE, Term.SPACE, Term.CARBON)
"""Terms that are paid in the middle of an interval."""


@dataclass(frozen=True, slots=True)
class OrderLine:
    """A purchase of the plan with all that its order costs, in the plan's currency."""

    row: PurchaseRow
    quarter: str
    """Calendar quarter of the delivery, such as `2024-Q1`."""
    term: Term
    """The term of the bill that its amount is part of."""
    hours: float
    """Hours billed of a lease; 1 for purchases."""
    extras: float
    """VAT, freight and the like."""
    surcharge: float
    """Of an export rule."""
    fee: float
    """Its share of the fixed fee of the offer's delivery."""
    payments: tuple[tuple[date, float], ...]
    """Days and amounts, extras, surcharge and fee included; empty for leases, which are paid by
    the hour."""

    @property
    def total(self) -> float:
        """All that it costs."""
        return self.row.amount + self.extras + self.surcharge + self.fee


@dataclass(frozen=True, slots=True)
class Use:
    """The cards of a pool in a period, as means over its hours."""

    period: str
    pool: str
    installed: float
    working: float
    """Installed without spares and those under repair."""
    held: float
    """Held by jobs, replicas and reservations."""
    most_held: float
    """In the busiest interval."""

    @property
    def fraction(self) -> float:
        """Held over working cards."""
        return self.held / self.working if self.working else 0.0


@dataclass(frozen=True, slots=True)
class Power:
    """The power of a site in a period, at its meter, PUE included."""

    period: str
    site: str
    load_kw: float
    """Everything installed under load, which the cap counts; where it comes closest to the cap."""
    cap_kw: float | None
    """The cap then; None without one."""
    draw_kw: float
    """The highest average draw of an interval."""


@dataclass(frozen=True)
class Worked(Course):
    """A plan's course, with its orders and payments; raises KeyError or StartError for a plan that
    its own case does not know.
    """

    @cached_property
    def lines(self) -> tuple[OrderLine, ...]:
        """All order lines by quarter, vendor, site, day of order and offer."""
        return tuple(sorted(self._lines(), key=_place))

    def _lines(self) -> Iterator[OrderLine]:
        options = options_by_words(self.instance)
        together: dict[tuple[str, str], float] = defaultdict(float)
        for row in self.plan.purchases:
            together[row.offer, row.period] += row.quantity
        for row in self.plan.purchases:
            quarter = f"{row.delivered.year}-Q{(row.delivered.month + 2) // 3}"
            if row.kind == "fabric":
                paid = ((row.delivered, row.amount),)
                yield OrderLine(row, quarter, Term.FABRIC, 1.0, 0.0, 0.0, 0.0, paid)
                continue
            option = options[row.offer, row.site, row.period, row.until, row.box]
            offer = self.instance.offer[row.offer]
            fee = offer.fixed_fee * row.quantity / together[row.offer, row.period]
            if row.lease:
                hours = sum(hours for _, hours in option.lease_hours)
                yield OrderLine(row, quarter, Term.LEASE, hours, 0.0, 0.0, fee, ())
                continue
            extras = offer.extra_share * row.amount + offer.extra_per_unit * row.quantity
            surcharge = option.surcharge_fraction * row.amount
            paid_on: dict[date, float] = defaultdict(float)
            for day, share in option.payments:
                paid_on[day] += share * (row.amount + extras + surcharge)
            if fee:
                paid_on[row.delivered] += fee
            payments = tuple(sorted(paid_on.items()))
            yield OrderLine(row, quarter, CAPITAL[row.kind], 1.0, extras, surcharge, fee, payments)

    @cached_property
    def uses(self) -> tuple[Use, ...]:
        """Every pool that holds cards in a period, by period and pool."""
        held: dict[tuple[str, int], float] = defaultdict(float)
        for block in (self.plan.training, self.plan.serving, self.plan.reservations):
            rows: Any = block
            for row in rows:
                held[row.pool, row.interval] += row.cards
        return tuple(
            use
            for period in self.instance.periods
            for pool in self.instance.pools
            if (use := self._use(period.index, pool.key, held)).installed
        )

    def _use(self, period: int, pool: str, held: dict[tuple[str, int], float]) -> Use:
        inside = [i for i in self.instance.intervals if i.period == period]
        hours = sum(i.hours for i in inside)
        standing = self.installed_cards[pool]
        installed = sum(standing[i.index] * i.hours for i in inside) / hours
        busy = [held.get((pool, i.index), 0.0) for i in inside]
        mean = sum(cards * i.hours for cards, i in zip(busy, inside, strict=True)) / hours
        working = installed * self.instance.pool[pool].working_fraction
        label = self.instance.periods[period].label
        return Use(label, pool, installed, working, mean, max(busy))

    @cached_property
    def power(self) -> tuple[Power, ...]:
        """Every site with a meter of its own in every period, by site and period."""
        instance = self.instance
        found = []
        for key, draw in sorted(self.draws.items()):
            site = instance.site[key]
            for period in instance.periods:
                inside = [i for i in instance.intervals if i.period == period.index]
                loads = [(site.pue * draw.load_kw[i.index], i.index) for i in inside]
                caps = site.power_cap_kw
                _, load, at = max(
                    (load - (caps[n] if caps else 0.0), load, -n) for load, n in loads
                )
                cap = caps[-at] if caps else None
                draw_kw = max(draw.kwh[i.index] / i.hours for i in inside)
                found.append(Power(period.label, key, load, cap, draw_kw))
        return tuple(found)

    @cached_property
    def cash_days(self) -> tuple[float, ...]:
        """Of every row of the cash flow the days from the start of the horizon to the payment.

        What runs is paid in the middle of its interval or month, which may be noon: the date of the
        row alone would discount by half a day too little.
        """
        instance = self.instance
        middles = {int(i.middle_day // 1): i.middle_day for i in instance.intervals}
        months = {int(m.middle_day // 1): m.middle_day for m in instance.months}
        days = []
        for row in self.plan.cash_flow:
            day = (row.date - instance.start).days
            if row.term in MIDDLE:
                days.append(middles[day])
            elif row.term is Term.DEMAND_CHARGE:
                days.append(months[day])
            else:
                days.append(instance.days if row.term is Term.RESIDUAL_VALUE else float(day))
        return tuple(days)


def work_out(plan: Plan) -> Worked:
    """The plan with its case, both from the plan alone.

    Raises problems.InputError and catalogs.CatalogError for a plan whose problem does not load.
    """
    return Worked(plan, case_from_plan(plan.problem, plan.facts, "the plan's problem"))


def _place(line: OrderLine) -> tuple[object, ...]:
    row = line.row
    vendor, until, box = row.vendor or "", str(row.until or ""), row.box or ""
    return (line.quarter, vendor, row.site, row.ordered, row.delivered, row.offer, until, box)
