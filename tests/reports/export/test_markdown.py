"""The memo of a plan: short, complete in money, and text whatever the names are."""

import math
import re
from pathlib import Path

import pytest

from reports.export import markdown
from reports.export.markdown import MOST_ROWS, escaped
from reports.language import LANGUAGES, language
from solver.plan import Plan
from tests.reports.export.many_orders import many_orders_case, many_orders_plan
from tests.reports.export.page_reading import ATTACKS, attacking_plan
from tests.reports.export.solved import FILES, RICH, library_plan


def memo(plan: Plan, code: str = "en") -> str:
    """Return the memo of a plan."""
    return markdown.render(plan, language(code)).decode()


def rows(text: str, title: str) -> list[list[str]]:
    """Return the cells of the table below a title, without its head."""
    table = text.split(f"**{title}**\n\n")[1].split("\n\n")[0]
    lines = table.strip().split("\n")[2:]
    return [[cell.strip(" *") for cell in line.strip("|").split(" | ")] for line in lines]


@pytest.mark.parametrize("name", RICH)
def test_the_bill_of_the_memo_is_the_bill_of_the_plan(name: str) -> None:
    """Every term to the cent, and below them the objective."""
    plan = library_plan(name)
    found = rows(memo(plan), "Cost terms")
    for shown, row in zip(found, plan.bill, strict=False):
        assert math.isclose(float(shown[1].replace(",", "")), row.amount, abs_tol=0.00501)
    assert math.isclose(float(found[-1][-2].replace(",", "")), plan.objective, abs_tol=0.00501)
    assert len(found) == len(plan.bill) + 1


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("code", LANGUAGES)
def test_every_plan_of_the_library_has_a_memo(name: str, code: str) -> None:
    """The decision stands at the top, tables are whole: each row has the cells of its head."""
    text = memo(library_plan(name), code)
    lines = text.split("\n")
    assert lines[0].startswith("# ")
    assert lines[2].startswith("**")
    for table in re.findall(r"(?:^\|.*\n)+", text, re.MULTILINE):
        cells = {len(re.findall(r"(?<!\\)\|", line)) for line in table.strip().split("\n")}
        assert len(cells) == 1, table
    assert not re.search(r"\{\w*\}|\bNone\b|\bnan\b", text)


def test_hostile_names_become_neither_markup_nor_links() -> None:
    """No tag, link, cell or list item comes from a name."""
    text = memo(attacking_plan())
    assert not re.search(r"(?<!\\)<[A-Za-z/!]", text)
    assert not re.search(r"(?<!\\)\](?=\()", text)
    assert escaped(ATTACKS["site"]) in text


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("a|b", r"a\|b"),
        ("<script>", r"\<script>"),
        ("[x](javascript:y)", r"\[x\](javascript:y)"),
        ("# no title", r"\# no title"),
        ("1. no list", r"1\. no list"),
        ("- no list", r"\- no list"),
        ("&lt;b&gt;", r"\&lt;b\&gt;"),
        ("hgx_a800_8", "hgx_a800_8"),
        ("R&D", "R&D"),
        ("https://example.com", "https&#8203;://example.com"),
    ],
)
def test_what_markdown_would_read_is_escaped(given: str, shown: str) -> None:
    """A backslash before what would be markup, and nothing before what would not."""
    assert escaped(given) == shown


def test_a_memo_stays_short(tmp_path: Path) -> None:
    """Of many orders it shows the first, says how many there are, and sums them all."""
    plan = many_orders_plan(many_orders_case(tmp_path, sites=2, offers=20, vendors=5))
    text = memo(plan)
    left = len(plan.purchases) - MOST_ROWS
    assert left > 0
    assert f"{left:,} more rows are in the plan file" in text
    found = rows(text, "Order schedule")
    assert len(found) == MOST_ROWS + 1
    total = math.fsum(row.amount for row in plan.purchases)
    assert math.isclose(float(found[-1][-1].replace(",", "")), total, abs_tol=0.00501)
