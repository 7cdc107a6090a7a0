"""The alternatives: the plans that were found beside this one and cost almost the same.

Belongs here: the section on them, from the record in the plan's provenance. Does not belong here:
finding them, comparisons with restricted plans (reasons).
"""

from collections.abc import Mapping
from typing import Any

from reports.document.parts import Cell, Paragraph, Section, Table, clean, columns
from reports.document.source import Source
from solver.studies.others import OTHERS


def alternatives(source: Source) -> Section | None:
    """What each of the other plans costs and buys; None where none was looked for."""
    plan, text = source.plan, source.text
    found = plan.provenance.get(OTHERS) or []
    if not found:
        return None
    heads = columns(
        text("plan"),
        text("total cost, {currency}", currency=source.currency),
        text("against this plan"),
        text("cards bought"),
        text("cards leased at most"),
        right=(1, 2),
        spare=(4,),
    )
    table = Table(text("Other plans"), heads, tuple(_row(source, each) for each in found))
    bounds = [each["bound"] for each in [*found, {"bound": plan.bound}]]
    known = [bound for bound in bounds if bound is not None]
    said = text("Each of these plans was verified. How far any is from the cheapest is not known.")
    if known:
        english = "Each of these plans was verified; no plan costs less than {bound}, as proven."
        said = text(english, bound=source.money(max(known)))
    return Section("alternatives", text("Alternatives"), (table, Paragraph(said, note=True)))


def _row(source: Source, each: Mapping[str, Any]) -> tuple[Cell, ...]:
    names = [source.language.sentence(clean(name)) for name in each["names"]]
    return (
        Cell(source.language.listed(names)),
        source.amount(each["objective"]),
        source.amount(each["objective"] - source.plan.objective),
        Cell(_cards(source, each["cards_bought"])),
        Cell(_cards(source, each["cards_leased"])),
    )


def _cards(source: Source, cards: Mapping[str, float]) -> str:
    named = (
        source.text("{count} in {item}", count=source.language.count(number), item=clean(item))
        for item, number in cards.items()
    )
    return source.language.listed(list(named)) if cards else ""
