"""A plan for several cases as a page of text: what to decide now, then what follows in each case.

Belongs here: the sections of such a page and their order. Does not belong here: what the figures
mean (solver.uncertain.value), tables of a single plan (the other modules of this package).
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace

from reports.figures import fabric_parts, is_discounted, leases, machines
from reports.language import language
from reports.numbers import count, money_column, money_in_words, percent, percent_up
from reports.sureness import sureness_of_cases
from reports.tables import Column, Kind, Row
from reports.text.headline import decision
from reports.text.order_tables import fabric_table, lease_table, order_table
from reports.text.page import (
    Page,
    Section,
    clean,
    facts,
    heading,
    in_words,
    note,
    points,
    sentence,
    table,
)
from solver.answer import AnswerStatus
from solver.plan import Plan, PurchaseRow, Term
from solver.studies.interval import SAME
from solver.uncertain.answer import CaseAnswer, UncertainAnswer
from solver.uncertain.common import later_purchases, ordered_too_soon
from solver.uncertain.value import Figure, Range

NOTHING = "nothing"


def render_uncertain(answer: UncertainAnswer, title: str, width: int | None = None) -> Page:
    """The page of an answer with plans, to be printed by a rich console."""
    plans = answer.plans
    sections = [
        _headline(answer, title),
        _standing(answer),
        _now(answer),
        _cases(answer),
        *(_case(answer, each) for each in answer.cases.values()),
        _bill(plans),
        _worth(answer),
        _not_now(answer),
        _too_soon(answer),
        _assumptions(answer),
        _verified(plans),
    ]
    return Page(tuple(sections), width)


def _currency(answer: UncertainAnswer) -> str:
    return next(iter(answer.plans.values())).currency


def _headline(answer: UncertainAnswer, title: str) -> Section:
    plan = answer.heaviest.plan
    assert plan is not None
    what = _decision(replace(plan, purchases=answer.now), "Buy and lease nothing")
    told = f"Now, whatever happens: {what[:1].lower()}{what[1:]}. What follows depends on the case."
    return heading(clean(title or "Plan")), sentence(told)


def _decision(plan: Plan, none: str) -> str:
    return decision(plan) if plan.purchases else none


def _standing(answer: UncertainAnswer) -> Section:
    """The figure that was minimised, and how near it is to the least."""
    assert answer.cost is not None
    currency, plan = _currency(answer), answer.heaviest.plan
    assert plan is not None
    name = "Cost at worst" if answer.worst else "Expected cost"
    how = "the dearest case" if answer.worst else "weighted over the cases"
    value = "present value" if is_discounted(plan) else "nothing discounted"
    rows = [
        (name, f"{money_in_words(answer.cost, currency)}, {how}, {value}"),
        ("Status", _status(answer)),
    ]
    if answer.bound is not None and answer.gap is not None:
        bound = money_in_words(answer.bound, currency)
        rows.append(("Bound", f"{bound}: no such plans are cheaper; gap {percent_up(answer.gap)}"))
    return (facts(rows),)


def _status(answer: UncertainAnswer) -> str:
    optimal = answer.status is AnswerStatus.OPTIMAL
    sure = sureness_of_cases(optimal, answer.gap, str(answer.stop), language("en"))
    return f"{answer.status}: {sure}"


def _now(answer: UncertainAnswer) -> Section:
    """What is common to all cases."""
    plan = answer.heaviest.plan
    assert plan is not None
    until = answer.decide_until
    if not answer.now:
        told = f"Nothing is delivered or leased up to {until}: every order can wait."
        return heading("Decide now"), sentence(told)
    said = note(
        f"Deliveries and starts of leases up to {until}, the same in every case; prices of case "
        f"{clean(answer.heaviest.name)}."
    )
    return heading("Decide now"), said, *_tables(plan, answer.now)


def _tables(plan: Plan, rows: Sequence[PurchaseRow]) -> Section:
    part = replace(plan, purchases=tuple(rows))
    found: list[object] = []
    if ordered := machines(part):
        found.append(order_table(ordered))
    if hired := leases(part):
        found.append(lease_table(hired))
    if fabric := fabric_parts(part):
        found.append(fabric_table(fabric))
    return tuple(found)  # type: ignore[arg-type]


def _cases(answer: UncertainAnswer) -> Section:
    """Every case with its cost, and what it would cost if it were known."""
    cases = list(answer.cases.values())
    costs = [case.plan.objective for case in cases if case.plan]
    texts, unit = money_column(costs)
    scale = f"\n{unit}" if unit else ""
    columns = (
        Column("case", name=True),
        Column("weight", right=True),
        Column(f"cost{scale}", right=True),
        Column("if known from the start"),
        Column("not knowing costs"),
    )
    currency = _currency(answer)
    rows = [
        Row(
            (
                case.name,
                percent(case.weight),
                text,
                _known(case.known),
                between(case.price, currency, cost, bare=True),
            )
        )
        for case, text, cost in zip(cases, texts, costs, strict=True)
    ]
    return heading("The cases"), note(f"In {currency}."), table(columns, rows)


def _known(known: Range) -> str:
    """The cheapest cost of a case by itself, as far as it is known."""
    if known.low is None or known.high is None:
        return "not known" if known.high is None else f"at most {_bare(known.high)}"
    if known.high - known.low <= SAME * abs(known.high):
        return _bare(known.high)
    return f"{_bare(known.low)} to {_bare(known.high)}"


def _bare(amount: float) -> str:
    return money_in_words(amount, "").rstrip()


def between(found: Range, currency: str, scale: float, *, bare: bool = False) -> str:
    """An amount that lies in a range, no surer than it is.

    >>> between(Range(18.0, 21.0), "CNY", 100.0), between(Range(20.0, 20.0), "CNY", 100.0)
    ('between 18 CNY and 21 CNY', '20 CNY')
    >>> between(Range(0.0, 3.0), "CNY", 100.0), between(Range(0.0, 0.0), "CNY", 100.0)
    ('at most 3 CNY, if anything', 'nothing')
    """
    currency = "" if bare else currency
    least = SAME * abs(scale)

    def money(amount: float) -> str:
        return money_in_words(amount, currency).rstrip()

    if found.high is None:
        known = found.low is not None and found.low > least
        return f"at least {money(found.low or 0.0)}" if known else "not known"
    if found.high <= least:
        return NOTHING
    low = found.low or 0.0
    if found.high - low <= 2 * least:
        return money(found.high)
    if low <= least:
        return f"at most {money(found.high)}, if anything"
    return f"between {money(low)} and {money(found.high)}"


def _case(answer: UncertainAnswer, case: CaseAnswer) -> Section:
    """What follows in a case."""
    plan = case.plan
    assert plan is not None
    title = heading(f"Then, in case {clean(case.name)}")
    rows = later_purchases(plan, answer.decide_until)
    if not rows:
        return title, sentence("Nothing more is bought or leased.")
    told = sentence(f"{decision(replace(plan, purchases=rows))}.")
    return title, told, *_tables(plan, rows)


def _bill(plans: Mapping[str, Plan]) -> Section:
    """The terms of the bills side by side, at present value."""
    found = {name: {row.term: row.present_value for row in p.bill} for name, p in plans.items()}
    terms = [term for term in Term if any(term in bill for bill in found.values())]
    if not terms:
        return ()
    values = [bill.get(term, 0.0) for term in terms for bill in found.values()]
    totals = [math.fsum(bill.values()) for bill in found.values()]
    texts, unit = money_column([*values, *totals])
    width = len(found)
    names = [*(str(term).replace("_", " ") for term in terms), "total"]
    rows = [
        Row(
            (name, *texts[width * n : width * (n + 1)]),
            Kind.TOTAL if name == "total" else Kind.LINE,
        )
        for n, name in enumerate(names)
    ]
    columns = (Column("term"), *(Column(clean(name), right=True) for name in found))
    plan = next(iter(plans.values()))
    said = f"In {f'{unit} ' if unit else ''}{plan.currency}"
    said += ", present value." if is_discounted(plan) else "; nothing is discounted."
    return heading("The bill by case"), note(said), table(columns, rows, grid=True)


def _worth(answer: UncertainAnswer) -> Section:
    """What knowing, planning for all cases and waiting are worth."""
    assert answer.cost is not None
    figures, currency, cost = answer.figures, _currency(answer), answer.cost
    at = " in the dearest case" if answer.worst else ", weighted over the cases"
    told = []
    if (found := figures.perfect_information) is not None:
        amount = between(found.difference, currency, cost)
        told.append(
            f"Knowing the case from the start would save {amount}{_at(amount, at)}. No forecast is "
            "worth more."
        )
    if (found := figures.planning) is not None:
        told.append(_planning(found, currency, cost, at))
    if (found := figures.waiting) is not None:
        told.append(_waiting(found, currency, cost, at))
    missing = [
        name
        for name, figure in (
            ("planning for all cases", figures.planning),
            ("waiting", figures.waiting),
        )
        if figure is None
    ]
    if missing:
        told.append(f"What {in_words(missing)} is worth was not found out before the search ended.")
    return heading("What it is worth"), points(told)


def _at(amount: str, at: str) -> str:
    return "" if amount == NOTHING else at


def _planning(found: Figure, currency: str, cost: float, at: str) -> str:
    start = "Early deliveries that are best for the file as it stands, adapted later,"
    if found.fails_in:
        names = in_words([clean(name) for name in found.fails_in])
        case = "case" if len(found.fails_in) == 1 else "cases"
        return (
            f"{start} would leave {case} {names} without any plan: planning for all cases avoids "
            "that."
        )
    amount = between(found.difference, currency, cost)
    if amount == NOTHING:
        return f"{start} would cost nothing more."
    return f"Planning for all cases saves {amount}{at}. {start} would cost so much more."


def _waiting(found: Figure, currency: str, cost: float, at: str) -> str:
    if found.fails_in:
        return "No one list of deliveries serves all cases: what comes later has to wait."
    amount = between(found.difference, currency, cost)
    if amount == NOTHING:
        return "Deciding all deliveries now, the same for every case, would cost nothing more."
    return (
        f"Waiting is worth {amount}{at}. Deciding all deliveries now, the same for every case, "
        "would cost so much more."
    )


def _not_now(answer: UncertainAnswer) -> Section:
    """What some case does not offer early."""
    if not answer.not_now:
        return ()
    return heading("Not to be had in every case"), points(map(clean, answer.not_now))


def _too_soon(answer: UncertainAnswer) -> Section:
    """Orders that have to be placed before the case is known."""
    found = ordered_too_soon(answer.plans, answer.decide_until)
    if not found:
        return ()
    said = note(
        f"Only deliveries up to {answer.decide_until} are the same in all cases; a later "
        "decide_until makes these the same, too."
    )
    return heading("Ordered before the case is known"), said, points(map(clean, found))


def _assumptions(answer: UncertainAnswer) -> Section:
    """What the plans assume; the first of each says only which case it is for."""
    texts: dict[str, list[str]] = {}
    for name, plan in answer.plans.items():
        for text in plan.assumptions[1:]:
            texts.setdefault(text, []).append(name)
    told = [
        clean(text) if len(names) == len(answer.cases) else f"{clean(text)} ({in_words(names)})"
        for text, names in texts.items()
    ]
    return (heading("Assumptions"), points(told)) if told else ()


def _verified(plans: Mapping[str, Plan]) -> Section:
    checks = sum(c.count for plan in plans.values() for c in plan.verification.checks)
    told = f"Verified: {count(checks)} checks of {count(len(plans))} plans, each in its own case."
    return (sentence(told),)
