"""A plan that keeps to an earlier one, as a page and as a plan file.

Belongs here: the section on what was kept and changed, and its place among the others. Does not
belong here: keeping (solver.studies), the rest of the page (reports.text).
"""

from dataclasses import replace

from reports.numbers import count, percent
from reports.studies.documents import keeping_row
from reports.studies.wording import changes_in_words, keeping_costs
from reports.text.page import Page, Section, clean, heading, in_words, note, points, sentence
from solver.answer import Answer
from solver.studies.keeping import Keeping
from solver.studies.orders import units_changed

TOP = 2
"""Sections of a plan's page that come first: the decision, and what it costs."""


def answer_of(keeping: Keeping) -> Answer:
    """The answer, its plan saying in its provenance what was kept."""
    answer = keeping.answer
    if answer.plan is None:
        return answer
    provenance = {**answer.plan.provenance, "kept": keeping_row(keeping)}
    return replace(answer, plan=replace(answer.plan, provenance=provenance))


def with_keeping(page: Page, keeping: Keeping, currency: str) -> Page:
    """The page of the answer, with what was kept after what it costs."""
    top = TOP if keeping.answer.plan else len(page.sections)
    section = _section(keeping, currency)
    return replace(page, sections=(*page.sections[:top], section, *page.sections[top:]))


def _section(keeping: Keeping, currency: str) -> Section:
    kept = keeping.kept
    parts: Section = (heading(f"Kept from {clean(kept.origin)}"),)
    if keeping.answer.plan is not None:
        parts += (sentence(f"{_summary(keeping)}; {keeping_costs(keeping, currency)}."),)
    elif keeping.free.plan is not None:
        parts += (sentence("Without the earlier plan there is a plan; nothing keeps to it."),)
    else:
        parts += (sentence("Nothing: there is no plan without the earlier one, either."),)
    if kept.gone:
        parts += (sentence("No longer offered:"), points(clean(g.sentence) for g in kept.gone))
    if keeping.answer.plan is not None:
        if keeping.changes:
            parts += (sentence("What changes:"), points(changes_in_words(keeping.changes)))
        parts += (note(_held(keeping)),)
    return parts


def _summary(keeping: Keeping) -> str:
    if not keeping.changes:
        return "All orders stay as they were"
    sums = units_changed(keeping.changes)
    told = [f"{count(number)} {kind}" for kind, number in sums.items() if number]
    before = sum(number for orders in keeping.kept.orders.values() for number in orders.values())
    return f"Of {count(before)} units ordered before: {in_words(told)}"


def _held(keeping: Keeping) -> str:
    """What the plan was held to."""
    told = []
    if keeping.freeze_until is not None:
        told.append(f"Deliveries up to {keeping.freeze_until} are those of the earlier plan.")
    if keeping.within is not None:
        told.append(
            f"The plan costs at most {percent(keeping.within)} more than the cheapest found and "
            "changes as little as could be found."
        )
    return " ".join(told)
