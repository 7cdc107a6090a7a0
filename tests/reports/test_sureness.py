"""How sure a plan is, in the same words for every reader; plans that are one case of several."""
# ruff: noqa: RUF001

import io
import json
from dataclasses import replace
from functools import cache

import openpyxl
import pytest

from reports.document.build import document_of
from reports.export import csv_folder, markdown, orders, page, workbook
from reports.language import language
from reports.sureness import sureness
from reports.text import render_plan
from reports.text.headline import status_in_words
from solver.given import GIVEN
from solver.plan import Plan, PlanStatus
from solver.uncertain.document import plan_of_answer
from solver.uncertain.solve import solve_uncertain
from tests.reports.export.solved import library_plan
from tests.reports.printing import flowing, printed
from tests.solver.uncertain.two_stages import EXACT, MARKET, cases, uncertain_case

pytestmark = pytest.mark.filterwarnings("ignore:.*extension is not supported:UserWarning")
EN, ZH = language("en"), language("zh")
HELD = (
    "Held to at most 0.5 % over the cheapest plan; within that, as few orders changed as could be "
    "found."
)


def plan_that(**changes: object) -> Plan:
    """A plan of the library whose search ended otherwise."""
    return replace(library_plan("yearly_cost"), **changes)  # type: ignore[arg-type]


FEASIBLE = {"status": PlanStatus.FEASIBLE, "gap": 0.0231, "bound": 1e6}
ENDINGS = {
    "proven": ({"gap": 0.0}, "proven, no plan is cheaper", "已证明没有更便宜的方案"),
    "within": (
        {"gap": 0.004},
        "proven within 0.4 % of the cheapest",
        "已证明与最低成本相差不超过 0.4%",
    ),
    "time": (
        {**FEASIBLE, "provenance": {"stop": "time_limit"}},
        "the time limit came before the proof; at most 2.4 % could be saved",
        "证明完成前已到时限，最多还能节省 2.4%",
    ),
    "held": (
        {**FEASIBLE, "provenance": {"stop": "proven"}, "assumptions": (HELD,)},
        "held to more than the problem asks; at most 2.4 % could be saved",
        "方案另受问题之外的条件限定，最多还能节省 2.4%",
    ),
    "given": (
        {**FEASIBLE, "provenance": {"stop": "proven"}, "assumptions": (GIVEN,), "bound": None},
        "these purchases fit; what runs on them is the cheapest use of them",
        "采购清单为给定且可行；其使用方式已是成本最低",
    ),
    "unknown": (
        {**FEASIBLE, "bound": None, "gap": None, "provenance": {}},
        "the search ended before the proof; how much could be saved is not known",
        "搜索在证明完成前结束，尚不知还能节省多少",
    ),
}


@pytest.mark.parametrize(("changes", "english", "chinese"), ENDINGS.values(), ids=ENDINGS)
def test_every_reader_gets_the_same_words(
    changes: dict[str, object], english: str, chinese: str
) -> None:
    """Terminal, page, memo and workbook say the same of a proof or of what came before it."""
    plan = plan_that(**changes)
    assert status_in_words(plan) == f"{plan.status}: {english}"
    assert english in flowing(printed(render_plan(plan)))
    for say, words in ((EN, english), (ZH, chinese)):
        assert sureness(plan, say) == words
        said = words[:1].upper() + words[1:]
        assert document_of(plan, say).decision[2].startswith(said)
        assert said in markdown.render(plan, say).decode()
        book = openpyxl.load_workbook(io.BytesIO(workbook.render(plan, say)))
        assert str(book.worksheets[0]["A2"].value).startswith(said)


@pytest.mark.parametrize("status", PlanStatus)
def test_what_a_plan_was_held_to_stands_at_the_top(status: PlanStatus) -> None:
    """Who reads of a kept plan or an alternative learns what was asked beside the problem, though
    it may still be proven near the cheapest.
    """
    plan = plan_that(status=status, gap=0.004, assumptions=(HELD, "Another."))
    assert document_of(plan, EN).decision[3] == HELD
    chinese = document_of(plan, ZH).decision[3]
    assert chinese == "限定成本比最便宜的方案至多高 0.5%；在此范围内，改动的订单尽可能少。"
    book = openpyxl.load_workbook(io.BytesIO(workbook.render(plan, EN)))
    assert book.worksheets[0]["A3"].value == HELD
    free = plan_that(assumptions=("Another.",))
    assert len(document_of(free, EN).decision) == 3


@cache
def uncertain_plan() -> Plan:
    """Ten cards at 100 for either case, ten more at 150 in case high, which is the heaviest."""
    case = uncertain_case(MARKET + cases("0.6"))
    assert case.uncertain is not None
    return plan_of_answer(solve_uncertain(case, EXACT), case.uncertain)


def test_a_plan_for_several_cases_says_what_is_decided_now() -> None:
    """Proves that the document begins with what is common to all cases and their expected cost:
    0.4 x 1,000 + 0.6 x 2,500 = 1,900. Sensitivity: read as a certain plan it would say that 2,500
    are spent, and nothing of the other case.
    """
    document = document_of(uncertain_plan(), EN)
    now, overall, then = document.decision
    assert now.startswith("Now, whatever happens: buy 10 red cards for 1,000 CNY")
    assert "Weighted over the 2 cases it costs 1,900 CNY: proven, no plans" in overall
    assert then.startswith("In case high: buy ")
    assert document.standing[:2] == (
        ("Expected cost", "1,900 CNY"),
        ("Cost in case high", "2,500 CNY"),
    )
    section = document.sections[0]
    assert section.key == "cases"
    table = section.blocks[1]
    assert [[cell.text for cell in row[:3]] for row in table.rows] == [  # type: ignore[union-attr]
        ["base", "40 %", "1,000.00"],
        ["high", "60 %", "2,500.00"],
    ]


def test_a_certain_plan_has_no_cases() -> None:
    """Neither section, sheet nor rows."""
    plan = library_plan("yearly_cost")
    assert document_of(plan, EN).sections[0].key != "cases"
    assert "Cases" not in openpyxl.load_workbook(io.BytesIO(workbook.render(plan, EN))).sheetnames
    assert len(csv_folder.render(plan, EN)["cases.csv"].splitlines()) == 1


def test_cases_stand_in_workbook_and_tables() -> None:
    """Each case with its weight and cost, and which of them the file shows."""
    plan = uncertain_plan()
    book = openpyxl.load_workbook(io.BytesIO(workbook.render(plan, EN)))
    assert "Weighted over the 2 cases it costs 1,900 CNY" in book["Summary"]["A2"].value
    found = [[cell.value for cell in row] for row in book["Cases"].iter_rows(min_row=2, max_row=3)]
    assert [(row[0], row[1], row[2], row[6]) for row in found] == [
        ("base", 0.4, 1000, "no"),
        ("high", 0.6, 2500, "yes"),
    ]
    lines = csv_folder.render(plan, ZH)["cases.csv"].decode().splitlines()
    assert [line.split(",")[:4] for line in lines[1:]] == [
        ["base", "0.4", "false", "1000.0"],
        ["high", "0.6", "true", "2500.0"],
    ]


def test_orders_of_one_case_say_so() -> None:
    """An order that depends on the case cannot be taken for one that is decided: it and the list
    of orders name the case. Early orders carry no condition.
    """
    plan = uncertain_plan()
    assert plan.uncertainty is not None
    until = plan.uncertainty["decide_until"]
    days = {row.delivered.isoformat() for row in plan.purchases}
    files = orders.render(plan, EN)
    told = f"only in case high: what is delivered after {until} depends on the case"
    assert any(day > until for day in days)
    for name, content in files.items():
        if name.endswith(".md") and name != orders.INDEX:
            day = name[5:15]
            assert (told in content.decode()) is (day > until)
    assert told in files[orders.INDEX].decode()


def test_hostile_names_of_cases_stay_text() -> None:
    """A name like a formula or like markup is shown, and runs nothing in any format."""
    name = "=cmd|' /C calc'!A0<script>alert(1)</script>"
    plan = uncertain_plan()
    assert plan.uncertainty is not None
    block = json.loads(json.dumps(plan.uncertainty))
    renamed = [each | {"name": name} if each["plan"] is None else each for each in block["cases"]]
    plan = replace(plan, uncertainty=block | {"case": name, "cases": renamed})
    text = page.render(plan, EN).decode()
    assert "<script>alert" not in text
    assert "&lt;script&gt;alert(1)" in text
    book = openpyxl.load_workbook(io.BytesIO(workbook.render(plan, EN)))
    assert (book["Cases"]["A3"].value, book["Cases"]["A3"].data_type) == (name, "s")
    assert "\n'=cmd|" in csv_folder.render(plan, EN)["cases.csv"].decode().replace('"', "")
    for content in (markdown.render(plan, EN), orders.render(plan, EN)[orders.INDEX]):
        assert "\\<script" in content.decode()
        assert "<script>" not in content.decode().replace("\\<script", "")
