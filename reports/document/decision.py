"""The decision: what to buy, what it costs, how sure that is.

Belongs here: the three sentences and the figures at the top of a document. Does not belong here:
lists.
"""

import math
from collections.abc import Sequence
from dataclasses import replace

from problems.quantities import parse_fraction
from problems.units import UnitContext
from reports.cases import carried, decided_now, in_all_cases
from reports.document.parts import clean
from reports.document.source import Source, total
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
from reports.sureness import held_to, sureness
from solver.engines import ROUNDING
from solver.plan import Plan, PurchaseRow, Term
from solver.uncertain.document import WORST_CASE, UncertaintyRecord

MOST_NAMED = 4
"""Items that the sentence names; of more only the three dearest."""
UNITS = {
    "node": ("{count} {item} node", "{count} {item} nodes"),
    "card": ("{count} {item} card", "{count} {item} cards"),
    "host": ("{count} {item} host", "{count} {item} hosts"),
}
"""One and several units of an item, by its kind."""


def decision(source: Source) -> tuple[str, ...]:
    """What to buy and by when; what it costs; how near that is to the cheapest.

    Of a plan that a study held to more than its problem asks, that as well. Of a plan for several
    cases: what to decide now; what all cases cost, and how near that is to
    the least; what follows in the case of the plan.
    """
    cases = carried(source.plan)
    if cases is None:
        told = (what(source), _cost(source), _sure(source))
        held = held_to(source.plan)
        return told if held is None else (*told, source.language.sentence(clean(held)))
    text, money = source.text, source.money(cases.cost)
    overall = in_all_cases(cases, source.language, money)
    bought = _within(what(source))
    then = text(
        "In case {case}: {what} {cost}", case=clean(cases.case), what=bought, cost=_cost(source)
    )
    said = text("{said}; {checked}.", said=overall, checked=_checked(source))
    return _now(source, cases), said, then


def _now(source: Source, cases: UncertaintyRecord) -> str:
    """What is decided before the case is known."""
    plan, text = decided_now(source.plan, cases), source.text
    if not plan.purchases:
        day = source.language.date(cases.decide_until)
        return text("Nothing is delivered or leased up to {day}: every order can wait.", day=day)
    said = _within(what(replace(source, plan=plan)))
    return text("Now, whatever happens: {what}", what=said)


def _within(sentence: str) -> str:
    """A sentence as it stands after a colon."""
    return f"{sentence[:1].lower()}{sentence[1:]}"


def what(source: Source) -> str:
    """What is bought and leased in all, and from when to when."""
    plan, text = source.plan, source.text
    bought, hired, fabric = machines(plan), leases(plan), fabric_parts(plan)
    parts = []
    if bought:
        values = {"items": _items(source, bought), "money": source.money(_sum(bought))}
        if fabric:
            values["fabric"] = source.money(_sum(fabric))
            parts.append(text("Buy {items} for {money}, and fabric for {fabric}", **values))
        else:
            parts.append(text("Buy {items} for {money}", **values))
    elif fabric:
        parts.append(text("Buy fabric for {money}", money=source.money(_sum(fabric))))
    if hired:
        values = {"items": _items(source, hired), "money": source.money(_sum(hired))}
        parts.append(
            text("lease {items} for {money}" if parts else "Lease {items} for {money}", **values)
        )
    if not parts:
        return text("Buy nothing: what is owned meets the demand.")
    said = text("; ").join(parts)
    return text("{said}{when}.", said=said, when=_when(source, [*bought, *hired]))


def _when(source: Source, rows: Sequence[PurchaseRow]) -> str:
    if not rows:
        return ""
    first, last = min(row.ordered for row in rows), max(row.delivered for row in rows)
    one = len({row.delivered for row in rows}) == 1
    days = {"ordered": source.language.date(first), "delivered": source.language.date(last)}
    if one and first == last:
        return source.text(", ordered and delivered on {delivered}", **days)
    if one:
        return source.text(", ordered by {ordered} for {delivered}", **days)
    return source.text(
        ", from a first order by {ordered} to a last delivery on {delivered}", **days
    )


def _items(source: Source, rows: Sequence[PurchaseRow]) -> str:
    """How many of which item, the dearest first; cards where nodes and hosts hide them."""
    shown, others = dearest_items(rows, MOST_NAMED)
    named = [_item(source, *group) for group in shown]
    if others:
        named.append(source.text("{count} other items", count=others))
    listed = source.language.listed(named)
    cards = cards_of(source.plan, rows)
    if cards and any(row.kind != "card" for row in rows):
        english = "{items} ({count} cards in all)" if len(named) > 1 else "{items} ({count} cards)"
        return source.text(english, items=listed, count=source.language.count(cards))
    return listed


def _item(source: Source, item: str, kind: str, rows: Sequence[PurchaseRow]) -> str:
    number = total(row.quantity for row in rows)
    varies = False
    if rows[0].lease:
        number = most_at_once(source.plan, rows)
        varies = min(units_held(source.plan, rows)) < number
    said = source.several(*UNITS[kind], number, item=clean(item))
    return source.text("up to {items}", items=said) if varies else said


def _sum(rows: Sequence[PurchaseRow]) -> float:
    return total(row.amount for row in rows)


def _cost(source: Source) -> str:
    plan, text = source.plan, source.text
    start, end = source.language.span(plan.intervals[0].start, plan.intervals[-1].end)
    money = source.money(plan.objective)
    said = text("From {start} to {end} that costs {money}", start=start, end=end, money=money)
    if is_discounted(plan):
        rate = parse_fraction(
            plan.problem.get("discount_rate", 0), UnitContext.from_tree(plan.problem)
        )
        said += text(", present value at {rate} a year", rate=source.language.percent(rate))
    credit = -present_value_of(plan, Term.RESIDUAL_VALUE)
    if credit:
        said += text(", after {money} of residual value", money=source.money(credit))
    paid = paid_in_all(plan)
    if not math.isclose(paid, plan.objective, rel_tol=1e-9):
        said += text("; {money} are paid in all", money=source.money(paid))
    return text("{said}.", said=said)


def paid_in_all(plan: Plan) -> float:
    """Nominal payments, without the residual value, which nobody pays."""
    return total(spent + running for _, spent, running in payments_by_year(plan))


def _sure(source: Source) -> str:
    """What is proven of the cost, or why nothing is; and that the plan was verified."""
    plan, text = source.plan, source.text
    said = sureness(plan, source.language)
    said = f"{said[:1].upper()}{said[1:]}"
    if plan.bound is not None and plan.gap is not None and plan.gap > ROUNDING:
        bound = source.money(plan.bound)
        said = text("{said}; no plan costs less than {bound}", said=said, bound=bound)
    return text("{said}; {checked}.", said=said, checked=_checked(source))


def _checked(source: Source) -> str:
    checks = sum(check.count for check in source.plan.verification.checks)
    return source.text("{count} checks of the plan passed", count=source.language.count(checks))


def standing(source: Source) -> tuple[tuple[str, str], ...]:
    """The figures that a decision rests on: money, cards, the first date, the gap."""
    plan, text, language = source.plan, source.text, source.language
    rows, gap = [(text("Total cost"), source.money(plan.objective))], plan.gap
    if (cases := carried(plan)) is not None:
        worst = cases.objective == WORST_CASE
        name = text("Cost at worst") if worst else text("Expected cost")
        own = text("Cost in case {case}", case=clean(cases.case))
        rows = [(name, source.money(cases.cost)), (own, source.money(plan.objective))]
        gap = cases.gap
    hours = (plan.problem.get("horizon") or {}).get("hours")
    if isinstance(hours, int) and hours > 1:
        rows.append((text("Per hour"), source.money(plan.objective / hours)))
    bought, hired = machines(plan), leases(plan)
    if bought:
        name = text("Cards bought")
        if cases is not None:
            name = text("Cards bought in case {case}", case=clean(cases.case))
        rows.append((name, language.count(cards_of(plan, bought))))
    if hired:
        rows.append((text("Cards leased at most"), language.count(cards_of(plan, hired))))
    if orders := [*bought, *hired]:
        rows.append((text("First order by"), language.date(min(row.ordered for row in orders))))
    if gap is None:
        rows.append((text("Could be saved"), text("not known")))
    elif gap <= ROUNDING:
        rows.append((text("Could be saved"), text("nothing, proven")))
    else:
        rows.append((text("Could be saved"), text("at most {gap}", gap=language.percent_up(gap))))
    return tuple(rows)
