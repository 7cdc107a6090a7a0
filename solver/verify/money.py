"""What is paid: limits on the spend, and the cash flow, bill and objective that a plan states.

Belongs here: comparing a plan's money with the ledger of its decisions. Does not belong here: how
the ledger comes about (ledger).
"""

import math
from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import date

from solver.families import Family
from solver.instance.model import Instance
from solver.plan import Plan, PlanStatus, Term
from solver.verify.energy import Metered
from solver.verify.ledger import Ledger, Money, cash_flow_of, ledger_of, paid_on
from solver.verify.orders import Priced
from solver.verify.rows import Decided
from solver.verify.tally import Tally, figure, same

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


def _check_budget(instance: Instance, ledger: Ledger, tally: Tally) -> None:
    by_year: dict[int, float] = defaultdict(float)
    for (day, term, _), amount in ledger.items():
        if term in SPEND:
            by_year[paid_on(instance, day).year] += amount
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
        excess = spend[vendor] - share * total
        kept = excess <= 0 or same(excess, 0.0, scale=total)
        if not tally.holds(Family.VENDOR_SHARE, kept):
            message = (
                f"gets {figure(spend[vendor])} of {figure(total)} spent, more than {share:.4%}"
            )
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
