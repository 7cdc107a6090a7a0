"""The cases of an uncertain problem: what they cost, and what each goes on to buy.

Belongs here: the section on them. Does not belong here: what is decided now (decision), reading
them from a plan (reports.cases).
"""

from dataclasses import replace

from reports.cases import carried
from reports.document import decision
from reports.document.parts import Cell, Paragraph, Section, Table, columns, plain
from reports.document.source import Source
from solver.uncertain.common import later_purchases
from solver.uncertain.document import CaseRecord, plans_of


def cases(source: Source) -> Section | None:
    """Every case with its weight, its cost and its later purchases; None for a certain problem."""
    plan, text = source.plan, source.text
    record = carried(plan)
    if record is None:
        return None
    heads = columns(
        text("case"),
        text("weight"),
        text("cost, {currency}", currency=source.currency),
        text("if known from the start"),
        text("not knowing costs"),
        text("bought and leased later"),
        right=(1, 2, 3, 4),
        spare=(3, 4),
    )
    plans = plans_of(plan, record)
    rows = []
    for each in record.cases:
        then = replace(
            plans[each.name],
            purchases=later_purchases(plans[each.name], record.decide_until),
        )
        bought = decision.what(replace(source, plan=then)) if then.purchases else text("nothing")
        rows.append((plain(each.name), *_figures(source, each), Cell(bought)))
    said = text(
        "Deliveries up to {day} are the same in every case. Everything below is for case {case} "
        "alone: its later deliveries, its demand and its bill.",
        day=source.language.date(record.decide_until),
        case=record.case,
    )
    told = Table(text("What each case costs, and what follows in it"), heads, tuple(rows))
    return Section("cases", text("The cases"), (Paragraph(said), told))


def _figures(source: Source, case: CaseRecord) -> tuple[Cell, ...]:
    known = _between(source, case.known_low, case.known_high)
    price = _between(source, case.price_low, case.price_high)
    return source.percent(case.weight), source.amount(case.cost), known, price


def _between(source: Source, low: float | None, high: float | None) -> Cell:
    """An amount that lies between two, or is unknown on either side."""
    if high is None:
        return Cell(source.text("not known"))
    if low is not None and source.amount(low).text == source.amount(high).text:
        return source.amount(high)
    least = source.text("not known") if low is None else source.amount(low).text
    return Cell(source.text("{first} to {last}", first=least, last=source.amount(high).text), high)
