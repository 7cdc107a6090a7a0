"""What is paid: cash flow, bill, objective, and the limits on the spend.

Belongs here: every cost term computed from purchases by date and from what stands and runs by
interval. Does not belong here: prices of orders (orders), energy (energy).
"""

import math
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from solver.families import Family
from solver.instance.model import Instance
from solver.plan import Plan, PlanStatus, Term
from solver.verify.energy import Metered
from solver.verify.orders import Priced
from solver.verify.rows import Decided
from solver.verify.tally import Tally, figure, keeps

SPEND = frozenset(
    {
        Term.CARDS,
        Term.NODES,
        Term.HOSTS,
        Term.FABRIC,
        Term.EXTRAS,
        Term.FEES,
        Term.SURCHARGE,
        Term.LEASE,
    }
)
"""Terms that budgets and vendor shares count."""

type Ledger = dict[tuple[float, Term, str], float]
"""Nominal amounts by day since the start, term and site."""


@dataclass(frozen=True)
class Money:
    """An amount and its present value."""

    amount: float = 0.0
    present_value: float = 0.0

    def __add__(self, other: "Money") -> "Money":
        return Money(self.amount + other.amount, self.present_value + other.present_value)


def check_money(
    instance: Instance,
    plan: Plan,
    decided: Decided,
    priced: tuple[Priced, ...],
    metered: Metered,
    tally: Tally,
) -> None:
    """Recompute every payment, then check limits, cash flow, bill and objective."""
    ledger = ledger_of(instance, decided, priced, metered)
    _check_budget(instance, ledger, tally)
    _check_vendors(instance, decided, priced, ledger, tally)
    flows = cash_flow_of(instance, ledger)
    _check_cash_flow(plan, flows, tally)
    terms: dict[Term, Money] = defaultdict(Money)
    for (_, term, _), money in flows.items():
        terms[term] += money
    _check_bill(plan, terms, tally)
    _check_objective(plan, terms, tally)


def ledger_of(
    instance: Instance, decided: Decided, priced: tuple[Priced, ...], metered: Metered
) -> Ledger:
    """All payments, summed by day, term and site."""
    ledger: Ledger = defaultdict(float)
    _post_orders(instance, priced, ledger)
    for part in decided.fabric:
        day = instance.periods[part.period].start_day
        price = part.quantity * part.line.prices[part.period]
        ledger[day, Term.FABRIC, part.fabric.site] += price
    _post_ownership(instance, decided, priced, ledger)
    _post_running(instance, metered, ledger)
    return ledger


def _post_orders(instance: Instance, priced: tuple[Priced, ...], ledger: Ledger) -> None:
    """Prices, extras and surcharges by their payment terms; fees on delivery; leases by the hour."""
    for order in priced:
        option, offer, site = order.bought.option, order.bought.offer, order.bought.option.site
        for on, share in option.payments:
            day, paid = (on - instance.start).days, order.price * share
            extras = offer.extra_share * paid + offer.extra_per_unit * order.bought.units * share
            ledger[day, Term(f"{offer.kind}s"), site] += paid
            ledger[day, Term.EXTRAS, site] += extras
            ledger[day, Term.SURCHARGE, site] += option.surcharge_fraction * paid
        delivered = (option.delivered - instance.start).days
        ledger[delivered, Term.FEES, site] += offer.fixed_fee * order.share
        for interval, hours in option.lease_hours:
            day_paid = instance.intervals[interval].middle_day
            ledger[day_paid, Term.LEASE, site] += order.price * hours


def _owned(
    instance: Instance, decided: Decided, priced: tuple[Priced, ...]
) -> dict[tuple[str, float, int, int], float]:
    """Prices of all that was bought, by site, day of delivery and the intervals it is in use."""
    owned: dict[tuple[str, float, int, int], float] = defaultdict(float)
    for order in priced:
        option = order.bought.option
        if option.until is None:
            day = (option.delivered - instance.start).days
            owned[option.site, day, option.first, option.last] += order.price
    for part in decided.fabric:
        day, count = instance.periods[part.period].start_day, len(instance.intervals)
        first = min(i.index for i in instance.intervals if i.period == part.period)
        price = part.quantity * part.line.prices[part.period]
        owned[part.fabric.site, day, first, count] += price
    return owned


def _post_ownership(
    instance: Instance, decided: Decided, priced: tuple[Priced, ...], ledger: Ledger
) -> None:
    """Maintenance of what is in use, and what is left of it at the end."""
    maintained: dict[tuple[str, int], float] = defaultdict(float)
    for (site, day, first, last), price in _owned(instance, decided, priced).items():
        for interval in range(first, last):
            maintained[site, interval] += price
        life = instance.residual_life_days
        if life is not None and last == len(instance.intervals):
            left = price * max(0.0, (life - (instance.days - day)) / life)
            ledger[instance.days, Term.RESIDUAL_VALUE, site] -= left
    for (site, interval), price in maintained.items():
        i = instance.intervals[interval]
        yearly = price * instance.maintenance_fraction
        ledger[i.middle_day, Term.MAINTENANCE, site] += yearly * (i.hours / 24) / 365


def _post_running(instance: Instance, metered: Metered, ledger: Ledger) -> None:
    """Electricity, carbon and space by interval; the highest draw of each month."""
    for key, energy in metered.kwh.items():
        site = instance.site[key]
        for i, kwh in zip(instance.intervals, energy, strict=True):
            n, day = i.index, i.middle_day
            kg = kwh * site.carbon_kg_per_kwh[n]
            rent = metered.load_kw[key][n] * site.space_per_kw_month[n]
            ledger[day, Term.ELECTRICITY, key] += kwh * site.price_per_kwh[n]
            ledger[day, Term.CARBON, key] += kg * site.carbon_price_per_kg[n]
            ledger[day, Term.SPACE, key] += rent * i.months
        draw = [kwh / i.hours for i, kwh in zip(instance.intervals, energy, strict=True)]
        for month, charge in zip(instance.months, site.demand_charge_per_kw, strict=True):
            highest = max(draw[interval] for interval in month.intervals)
            ledger[month.middle_day, Term.DEMAND_CHARGE, key] += charge * highest


def cash_flow_of(
    instance: Instance, ledger: Mapping[tuple[float, Term, str], float]
) -> dict[tuple[date, Term, str], Money]:
    """The payments of a ledger by date, with present values: amount·exp(-ln(1+r)·day/365)."""
    growth = math.log1p(instance.discount_rate) / 365
    flows: dict[tuple[date, Term, str], Money] = defaultdict(Money)
    for (day, term, site), amount in ledger.items():
        if amount:
            money = Money(amount, amount * math.exp(-growth * day))
            flows[_on(instance, day), term, site] += money
    return flows


def _on(instance: Instance, day: float) -> date:
    return instance.start + timedelta(days=math.floor(day))


def _check_budget(instance: Instance, ledger: Ledger, tally: Tally) -> None:
    by_year: dict[int, float] = defaultdict(float)
    for (day, term, _), amount in ledger.items():
        if term in SPEND:
            by_year[_on(instance, day).year] += amount
    limits = instance.limits
    for year, budget in limits.budget_by_year:
        path = f"limits.budget.{year}"
        tally.limit(Family.BUDGET, path, by_year[year], budget, instance.currency, None)
    if limits.budget_total is not None:
        total, budget = sum(by_year.values()), limits.budget_total
        tally.limit(Family.BUDGET, "limits.budget", total, budget, instance.currency, None)


def _check_vendors(
    instance: Instance,
    decided: Decided,
    priced: tuple[Priced, ...],
    ledger: Ledger,
    tally: Tally,
) -> None:
    spend: dict[str | None, float] = defaultdict(float)
    for vendor, amount in _spend(decided, priced):
        spend[vendor] += amount
    total = sum(amount for (_, term, _), amount in ledger.items() if term in SPEND)
    for vendor, share in instance.limits.vendor_share:
        # Relative to the whole spend: a vendor with no share may still have a rounding error of it.
        if not tally.holds(Family.VENDOR_SHARE, keeps(spend[vendor] - share * total, 0.0 * total)):
            message = (
                f"gets {figure(spend[vendor])} of {figure(total)} spent, more than {share:.4%}"
            )
            excess = spend[vendor] - share * total
            tally.violate(Family.VENDOR_SHARE, f"limits.vendor_share.{vendor}", message, excess)


def _spend(decided: Decided, priced: tuple[Priced, ...]) -> Iterator[tuple[str | None, float]]:
    """What each purchase brings its vendor, over the horizon."""
    for order in priced:
        option, offer = order.bought.option, order.bought.offer
        yield offer.vendor, offer.fixed_fee * order.share
        if option.until is not None:
            yield offer.vendor, order.price * sum(hours for _, hours in option.lease_hours)
        else:
            paid = sum(share for _, share in option.payments)
            whole = order.price * (1 + offer.extra_share + option.surcharge_fraction)
            yield offer.vendor, paid * (whole + offer.extra_per_unit * order.bought.units)
    for part in decided.fabric:
        yield part.fabric.vendor, part.quantity * part.line.prices[part.period]


def _check_cash_flow(
    plan: Plan, flows: Mapping[tuple[date, Term, str], Money], tally: Tally
) -> None:
    expected = dict(flows)
    stated: set[tuple[date, Term, str]] = set()
    for row in plan.cash_flow:
        key = (row.date, row.term, row.site)
        where = f"cash_flow of {row.term}, sites.{row.site}, {row.date}"
        if not tally.holds(Family.CASH_FLOW, key not in stated):
            tally.violate(Family.CASH_FLOW, where, "stands here twice")
        stated.add(key)
        money = expected.pop(key, Money())
        tally.equal(Family.CASH_FLOW, where, "amount", row.amount, money.amount)
        what = "present value"
        tally.equal(Family.CASH_FLOW, where, what, row.present_value, money.present_value)
    for (on, term, site), money in expected.items():
        where = f"cash_flow of {term}, sites.{site}, {on}"
        tally.equal(Family.CASH_FLOW, where, "amount", None, money.amount)


def _check_bill(plan: Plan, terms: Mapping[Term, Money], tally: Tally) -> None:
    expected = dict(terms)
    stated: set[Term] = set()
    for row in plan.bill:
        where = f"bill, {row.term}"
        if not tally.holds(Family.BILL, row.term not in stated):
            tally.violate(Family.BILL, where, "stands here twice")
        stated.add(row.term)
        money = expected.pop(row.term, Money())
        tally.equal(Family.BILL, where, "amount", row.amount, money.amount)
        tally.equal(Family.BILL, where, "present value", row.present_value, money.present_value)
    for term, money in expected.items():
        tally.equal(Family.BILL, f"bill, {term}", "amount", None, money.amount)


def _check_objective(plan: Plan, terms: Mapping[Term, Money], tally: Tally) -> None:
    values = [money.present_value for money in terms.values()]
    objective, scale = math.fsum(values), math.fsum(map(abs, values))
    tally.equal(Family.OBJECTIVE, "objective", "objective", plan.objective, objective, scale)
    optimal = plan.status is PlanStatus.OPTIMAL
    if not tally.holds(Family.OBJECTIVE, (plan.bound is None) == (plan.gap is None)):
        tally.violate(Family.OBJECTIVE, "gap", "must be known exactly when the bound is")
    if not tally.holds(Family.OBJECTIVE, plan.bound is not None or not optimal):
        tally.violate(Family.OBJECTIVE, "status", "cannot be optimal without a bound")
    if plan.bound is None or plan.gap is None:
        return
    # A bound of the wrong side by no more than rounding is none the worse: the gap is then zero.
    if not tally.holds(Family.OBJECTIVE, plan.bound <= objective + 1e-6 * max(1.0, scale)):
        message = f"is {figure(plan.bound)}, above the objective {figure(objective)}"
        tally.violate(Family.OBJECTIVE, "bound", message, plan.bound - objective)
    gap = max(0.0, objective - plan.bound) / max(abs(objective), 1e-9)
    tally.equal(Family.OBJECTIVE, "gap", "gap", plan.gap, gap)
