"""The top of the page: what is bought for how much, and how near that is to the cheapest.

Belongs here: the decision in one sentence, total, status, bound. Does not belong here: any list.
"""

import math
from collections.abc import Iterable, Sequence
from typing import Any

from problems.quantities import parse_fraction
from problems.units import UnitContext
from reports.figures import (
    cards_of,
    dearest_items,
    fabric_parts,
    is_discounted,
    leases,
    machines,
    most_at_once,
    payments_by_year,
    present_value_of,
    units_held,
)
from reports.language import language
from reports.numbers import count, figure, money_in_words, percent_up
from reports.sureness import sureness
from reports.text.page import Section, clean, facts, heading, in_words, sentence
from solver.plan import Plan, PurchaseRow, Term

MOST_NAMED = 4
"""Items that the sentence names; of more only the three dearest."""


def headline(plan: Plan) -> Section:
    """Title and decision."""
    title = clean(plan.problem.get("title") or "Plan")
    return heading(title), sentence(f"{decision(plan)}.")


def decision(plan: Plan) -> str:
    """What is bought and leased in all, as a sentence without its full stop."""
    bought, hired, fabric = machines(plan), leases(plan), fabric_parts(plan)
    parts = []
    if bought:
        text = f"Buy {_items(plan, bought)} for {_money(plan, bought)}"
        parts.append(text + (f", and fabric for {_money(plan, fabric)}" if fabric else ""))
    elif fabric:
        parts.append(f"Buy fabric for {_money(plan, fabric)}")
    if hired:
        verb = "lease" if parts else "Lease"
        parts.append(f"{verb} {_items(plan, hired)} for {_money(plan, hired)}")
    return "; ".join(parts) or "Buy nothing: what is owned meets the demand"


def _money(plan: Plan, rows: Iterable[PurchaseRow]) -> str:
    return money_in_words(math.fsum(row.amount for row in rows), plan.currency)


def _items(plan: Plan, rows: Sequence[PurchaseRow]) -> str:
    """How many of which item, the dearest first; cards where nodes and hosts hide them."""
    shown, others = dearest_items(rows, MOST_NAMED)
    named = [_item(plan, *group) for group in shown]
    if others:
        named.append(f"{others} other items")
    cards = cards_of(plan, rows)
    if cards and any(row.kind != "card" for row in rows):
        named[-1] += f" ({count(cards)} cards{' in all' if len(named) > 1 else ''})"
    return in_words(named)


def _item(plan: Plan, item: str, kind: str, rows: Sequence[PurchaseRow]) -> str:
    number = math.fsum(row.quantity for row in rows)
    upto = ""
    if rows[0].lease:
        number = most_at_once(plan, rows)
        upto = "up to " if min(units_held(plan, rows)) < number else ""
    return f"{upto}{count(number)} {clean(item)} {kind}{'' if number == 1 else 's'}"


def standing(plan: Plan) -> Section:
    """Total, status, bound and engine."""
    rows = [("Total cost", _total(plan))]
    if paid := _payments(plan):
        rows.append(("Payments", paid))
    hours = (plan.problem.get("horizon") or {}).get("hours")
    if isinstance(hours, int) and hours > 1:
        per_hour = money_in_words(plan.objective / hours, plan.currency)
        rows.append(("Per hour", f"{per_hour}, over {count(hours)} hours"))
    rows.append(("Status", status_in_words(plan)))
    if plan.bound is not None and plan.gap is not None:
        bound = money_in_words(plan.bound, plan.currency)
        rows.append(("Bound", f"{bound}: no plan is cheaper; gap {percent_up(plan.gap)}"))
    if plan.provenance.get("engine"):
        rows.append(("Found by", _engine(plan.provenance)))
    return (facts(rows),)


def _total(plan: Plan) -> str:
    text = money_in_words(plan.objective, plan.currency)
    if is_discounted(plan):
        units = UnitContext.from_tree(plan.problem)
        rate = parse_fraction(plan.problem.get("discount_rate", 0), units)
        text += f", present value at {figure(rate * 100)} % a year" if rate else ", present value"
    else:
        text += ", nothing discounted"
    credit = -present_value_of(plan, Term.RESIDUAL_VALUE)
    if credit:
        text += f", after {money_in_words(credit, plan.currency)} of residual value"
    return text


def _payments(plan: Plan) -> str:
    """The cash that is handed over, where that is not the total cost."""
    years = payments_by_year(plan)
    spent = math.fsum(amount for _, amount, _ in years)
    running = math.fsum(amount for _, _, amount in years)
    if math.isclose(spent + running, plan.objective, rel_tol=1e-9):
        return ""
    parts = [
        f"{money_in_words(amount, plan.currency)} for {what}"
        for amount, what in ((spent, "purchases and leases"), (running, "running costs"))
        if amount
    ]
    return f"{money_in_words(spent + running, plan.currency)}, nominal: {in_words(parts)}"


def status_in_words(plan: Plan) -> str:
    """The status with what is proven, or why it is not."""
    return f"{plan.status}: {sureness(plan, language('en'))}"


def _engine(provenance: Any) -> str:
    engine = clean(f"{provenance['engine']} {provenance.get('engine_version', '')}")
    seconds = provenance.get("seconds")
    spent = f" in {seconds:,.1f} s" if isinstance(seconds, int | float) else ""
    attempts = provenance.get("attempts")
    runs = len(attempts) if isinstance(attempts, list) else 1
    return f"{engine}{spent}" + (f", {runs} runs" if runs > 1 else "")
