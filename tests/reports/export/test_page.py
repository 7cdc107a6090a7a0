"""The page of a plan: its figures are the plan's, it is whole, safe and in one language.

How it looks and behaves in a browser is tested in test_page_browser.
"""

import math
import re
from base64 import b64encode
from dataclasses import replace
from functools import cache
from hashlib import sha256
from pathlib import Path

import pytest

from reports.document.build import document_of
from reports.document.parts import Table
from reports.document.running import MOST_CHARTS
from reports.export import page
from reports.language import LANGUAGES, language
from solver.plan import Plan, PlanStatus, plan_from_json, plan_to_json
from tests.reports.export.many_orders import many_orders_case, many_orders_plan
from tests.reports.export.page_reading import ATTACKS, Page, attacking_plan
from tests.reports.export.solved import FILES, RICH, library_plan

EN, ZH = language("en"), language("zh")
CENT = 0.00501
"""Two amounts that are the same to the cent differ by no more."""


def number(text: str) -> float:
    """Return the figure in a cell."""
    return float(text.replace(",", ""))


def read(plan: Plan, code: str = "en") -> Page:
    """Return the page of a plan, taken apart."""
    return Page(page.render(plan, language(code)))


@cache
def rendered(name: str, code: str = "en") -> bytes:
    """Return the page of a plan of the library."""
    return page.render(library_plan(name), language(code))


@cache
def library_page(name: str, code: str = "en") -> Page:
    """Return the same, taken apart."""
    return Page(rendered(name, code))


@pytest.mark.parametrize("name", [*RICH, "card_in_host", "serving_mix_llmplan"])
def test_the_bill_of_the_page_is_the_bill_of_the_plan(name: str) -> None:
    """Proves: every term, and their sum, to the cent; present values add up to the objective.

    Sensitivity: a term left out, rounded to thousands or shown nominal instead of discounted
    differs by more than a cent.
    """
    plan = library_plan(name)
    grid = library_page(name).table("term")
    assert [row[0] for row in grid.rows] == [row.term.replace("_", " ") for row in plan.bill]
    for shown, row in zip(grid.rows, plan.bill, strict=True):
        assert math.isclose(number(shown[1]), row.amount, abs_tol=CENT)
        if "present value" in grid.head:
            assert math.isclose(number(shown[2]), row.present_value, abs_tol=CENT)
    assert math.isclose(number(grid.totals[-2]), plan.objective, abs_tol=CENT)
    assert ("present value" in grid.head) == any(r.amount != r.present_value for r in plan.bill)


@pytest.mark.parametrize("name", [*RICH, "card_in_host", "serving_mix_llmplan"])
@pytest.mark.parametrize("code", LANGUAGES)
def test_orders_of_the_page_are_the_orders_of_the_plan(name: str, code: str) -> None:
    """Proves: the page lists every purchase, with its amount to the cent, in any language.

    Sensitivity: a line left out or listed twice changes the count and the sum.
    """
    plan = library_plan(name)
    found = [
        float(row[-1] or "nan")
        for grid in library_page(name, code).grids
        if grid.head[0] in ("delivery", "交付日")
        for row in grid.values
    ]
    assert sorted(found) == pytest.approx(sorted(row.amount for row in plan.purchases))


def test_payments_of_the_page_are_the_cash_flow_of_the_plan() -> None:
    """Every step's payments add up to all of them; the running total ends there."""
    plan = library_plan("roll_out")
    grid = library_page("roll_out").table("paid in")
    paid = math.fsum(row.amount for row in plan.cash_flow)
    assert math.isclose(number(grid.totals[-2]), paid, abs_tol=CENT)
    assert math.isclose(number(grid.rows[-1][-1]), paid, abs_tol=CENT)
    assert math.isclose(
        math.fsum(number(row[-2]) for row in grid.rows), paid, abs_tol=CENT * len(grid.rows)
    )


@pytest.mark.parametrize("name", FILES)
def test_every_plan_of_the_library_has_a_page_in_both_languages(name: str) -> None:
    """Titles, decision and figures stand in it; no text is left in a template's braces."""
    plan = library_plan(name)
    for code in LANGUAGES:
        shown = library_page(name, code).text
        assert str(plan.problem["title"]).split(",")[0] in shown
        assert language(code).money(plan.objective, plan.currency) in shown
        assert not re.search(r"\{\w*\}|\bNone\b|\bnan\b|undefined", shown)


@pytest.mark.parametrize("name", RICH)
def test_the_chinese_page_speaks_chinese(name: str) -> None:
    """Headings, heads of tables and sentences hold no English words but names and sources."""
    for section in document_of(library_plan(name), ZH).sections:
        assert re.search(r"[\u4e00-\u9fff]", section.title)
        for block in section.blocks:
            for column in getattr(block, "columns", ()):
                words = set(re.findall(r"[A-Za-z_]{2,}", column.title))
                assert words <= {"kW", "MWh", "PFLOP"} or "_" in column.title or words <= NAMES
            if text := getattr(block, "text", ""):
                assert re.search(r"[\u4e00-\u9fff]", text)


NAMES = {"hall", "l20", "l40s", "l40", "qingyang", "shanghai", "singapore", "guizhou", "sxm", "SHA"}
"""Names of cards and sites that head columns."""


def test_attacks_show_as_text_and_become_no_markup() -> None:
    """Proves: every hostile name stands in the page as it was written, and adds no element that
    runs or loads anything.

    Sensitivity: one value put into the template unescaped adds a script, an image or a handler.
    """
    raw = page.render(attacking_plan(), EN)
    found = Page(raw)
    for attack in ATTACKS.values():
        assert attack in found.text
    tags = [tag for tag, _ in found.tags]
    assert tags.count("script") == 1
    assert not {"img", "iframe", "object", "embed", "link", "base", "form", "image"} & set(tags)
    for tag, attributes in found.tags:
        for key, value in attributes.items():
            assert not key.startswith("on"), (tag, key)
            assert key not in ("src", "srcset", "action", "data", "formaction"), (tag, key)
            if "href" in key:
                assert re.fullmatch(r"#[a-z]+", value or ""), (tag, value)
    assert "49{%" not in found.text


def test_the_policy_allows_the_page_s_own_script_alone() -> None:
    """The hash in the policy is that of the script, and nothing may be fetched."""
    text = rendered("card_in_host").decode()
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', text)
    script = re.search(r"<script>(.*?)</script>", text, re.DOTALL)
    assert policy
    assert script
    digest = b64encode(sha256(script[1].encode()).digest()).decode()
    assert f"script-src 'sha256-{digest}'" in policy[1].replace("&#39;", "'")
    assert policy[1].startswith("default-src 'none'")


@pytest.mark.parametrize("name", ["roll_out", "design_example"])
def test_a_page_names_no_address_that_could_be_fetched(name: str) -> None:
    """Styles and charts refer to nothing outside the file; namespaces are no addresses."""
    text = rendered(name).decode()
    markup = re.sub(r">[^<]*<", "><", text)
    markup = markup.replace("http://www.w3.org/2000/svg", "").replace(
        "http://www.w3.org/1999/xlink", ""
    )
    assert not re.search(r"https?:|@import|url\((?!#)", markup)


def test_charts_of_one_page_have_ids_of_their_own() -> None:
    """A clip of one chart never cuts another."""
    ids = [
        attributes["id"] for _, attributes in library_page("roll_out").tags
        if "id" in attributes
    ]  # fmt: skip
    assert len(ids) == len(set(ids))


def test_the_same_plan_gives_the_same_bytes() -> None:
    """A page can be compared, signed and stored by its hash."""
    plan = library_plan("design_example")
    assert page.render(plan, ZH) == rendered("design_example", "zh")


def test_the_plan_file_suffices() -> None:
    """A plan that was written and read again makes the same page: nothing comes from elsewhere."""
    plan = library_plan("yearly_cost")
    again = plan_from_json(plan_to_json(plan))
    assert page.render(again, EN) == rendered("yearly_cost")


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"status": PlanStatus.FEASIBLE, "provenance": {"stop": "time_limit"}}, "at most"),
        ({"status": PlanStatus.FEASIBLE, "bound": None, "gap": None}, "not known"),
        ({"gap": 0.0}, "no plan is cheaper"),
    ],
)
def test_the_page_claims_no_more_than_was_proven(changes: dict[str, object], said: str) -> None:
    """A search that was cut short is never called proven."""
    plan = replace(library_plan("design_example"), **changes)
    sentence = document_of(plan, EN).decision[2]
    assert said in sentence
    if plan.status is PlanStatus.FEASIBLE:
        assert "proven" not in sentence


def test_ten_thousand_orders_are_all_in_the_page(tmp_path: Path) -> None:
    """Long tables fold on the screen; the file holds every line, and its sum is the bill's."""
    plan = many_orders_plan(many_orders_case(tmp_path, sites=20, offers=42, vendors=10))
    assert len(plan.purchases) > 10_000
    found = read(plan)
    grid = found.table("delivery")
    assert len(grid.rows) == len(plan.purchases)
    assert math.isclose(
        math.fsum(float(row[-1] or 0) for row in grid.values),
        math.fsum(row.amount for row in plan.purchases),
    )
    assert any(tag == "details" for tag, _ in found.tags)
    # Twenty sites are more small charts than anybody looks at, and each takes its time to draw.
    assert found.text.count(": power, kW") == MOST_CHARTS
    assert "Drawn are the 9 sites that come closest to their caps." in found.text


def test_shares_of_the_bill_say_what_they_are_of() -> None:
    """Beside a residual value the shares do not add up to the total's: the note says why."""
    told = "Shares are of all costs before residual value."
    assert told in library_page("design_example").text
    assert told not in library_page("card_in_host").text


def test_orders_fit_a_telephone() -> None:
    """Where it is narrow no more than item, units, amount and one day are shown of an order."""
    for grid in document_of(library_plan("roll_out"), EN).sections[0].blocks:
        if isinstance(grid, Table) and grid.title in ("Order schedule", "Leases"):
            shown = [column.title for column in grid.columns if not column.spare]
            day = "order by" if grid.title == "Order schedule" else "delivery"
            assert shown == [day, "item", "units", "amount, CNY"]
