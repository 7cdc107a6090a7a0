"""The alternatives of a plan, in what is exported from a plan file of `rackmix alternatives`."""

from functools import cache
from pathlib import Path

import pytest

from reports.export import markdown, page
from reports.language import language
from solver import Plan, load_case, options_of
from solver.handover import verified_plan
from solver.plan import dump_plan
from solver.studies.alternatives import Alternatives, find_alternatives
from solver.studies.others import OTHERS, with_others
from tests.reports.export.page_reading import Page
from tests.reports.export.solved import LIBRARY, library_plan


@cache
def study() -> Alternatives:
    """Three plans within ten per cent."""
    case = load_case(LIBRARY / "yearly_cost.yaml")
    options = options_of(case, engine="highs", gap=0.01, time_limit_s=10.0)
    found = find_alternatives(case, within=0.1, count=2, options=options, aside=options)
    assert len(found.plans) >= 2
    return found


@cache
def plans() -> tuple[Plan, ...]:
    """The same plans, each knowing of the others."""
    return with_others(study())


def test_every_plan_knows_all_others() -> None:
    """Each record is that of another plan, with its cost and cards; leases count at once."""
    for number, plan in enumerate(plans()):
        costs = [each["objective"] for each in plan.provenance[OTHERS]]
        assert costs == [p.objective for n, p in enumerate(plans()) if n != number]
    one = next(p for p in plans() if any(row.lease for row in p.purchases))
    at = plans().index(one)
    other = plans()[0 if at else 1]
    record = other.provenance[OTHERS][at if at < plans().index(other) else at - 1]
    for item, cards in record["cards_leased"].items():
        rows = [row for row in one.purchases if row.lease and row.item == item]
        starts = [period.start for period in one.periods]
        held = (sum(r.cards for r in rows if r.delivered <= d < (r.until or d)) for d in starts)
        assert cards == max(held)


@pytest.mark.parametrize("code", ["en", "zh"])
def test_page_and_memo_show_the_others(code: str, tmp_path: Path) -> None:
    """Both name what the other plans cost, to the cent, from the verified file alone."""
    path = tmp_path / "plan.json"
    path.write_text(dump_plan(plans()[0]), "utf-8")
    plan, say = verified_plan(path), language(code)
    shown = Page(page.render(plan, say)).text
    memo = markdown.render(plan, say).decode()
    title = say.text("Alternatives")
    assert f"## {title}" in memo
    for other in plans()[1:]:
        assert f"{other.objective:,.2f}" in shown
        assert f"{other.objective:,.2f}" in memo
    if code == "zh":
        part = memo.partition(f"## {title}")[2].partition("## ")[0]
        assert "different" not in part


def test_a_plan_without_alternatives_says_nothing_of_them() -> None:
    """No empty section where none were looked for."""
    memo = markdown.render(library_plan("yearly_cost"), language("en")).decode()
    assert "Alternatives" not in memo
