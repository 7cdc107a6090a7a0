"""The page of a plan at every width, with awkward names, numbers and lengths; and in a pipe."""

from dataclasses import replace
from io import StringIO

import pytest
from rich.cells import cell_len
from rich.console import Console

from reports.text import render_plan
from solver.plan import Plan
from tests.reports.plans import one_hour, one_order, roll_out
from tests.reports.printing import printed

LONG = "a-name-that-nobody-would-choose-but-somebody-does-"
PLANS = {
    "one order": one_order(),
    "one hour": one_hour(),
    "12 quarters": roll_out(),
    "36 months": roll_out(36, 1),
    "many sites": roll_out(4, sites=[f"site-number-{n}" for n in range(9)], types=4),
    "long names": roll_out(4, prefix=LONG),
    "Chinese names": roll_out(4, sites=("贵州数据中心", "上海"), prefix="算力集群"),
    "large numbers": roll_out(4, scale=9e6),
    "small numbers": roll_out(4, scale=1e-7),
}
WIDTHS = (40, 60, 80, 100, 140, 220)


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("name", PLANS)
def test_every_line_fits(name: str, width: int) -> None:
    """No line is wider than the terminal or ends in blanks: nothing wraps, no table breaks."""
    for line in printed(render_plan(PLANS[name]), width).split("\n"):
        assert cell_len(line) <= width, line
        assert line == line.rstrip(), line


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("name", PLANS)
def test_no_amount_is_cut_off(name: str, width: int) -> None:
    """Every order's quantity and the bill's amounts stand in the page whole at every width."""
    plan = PLANS[name]
    words = printed(render_plan(plan), width).split()
    million = max(abs(row.amount) for row in plan.bill) >= 1e12
    for row in plan.bill:
        amount = row.amount / 1e6 if million else row.amount
        assert f"{amount:,.0f}" in words or row.amount < 99_999.5
    if name != "one hour":
        for order in plan.purchases:
            assert f"{order.quantity:,.0f}" in words


def test_figures_of_a_rule_are_as_long_as_its_table() -> None:
    """Tables are drawn in one piece: the lines below a rule are never longer than it."""
    lines = printed(render_plan(PLANS["12 quarters"])).split("\n")
    for number, line in enumerate(lines):
        if line.startswith("──") and lines[number + 1]:
            assert cell_len(lines[number + 1]) <= cell_len(line)


def test_a_pipe_gets_plain_text() -> None:
    """No escape sequence, no control character, whatever the environment of the test."""
    text = printed(render_plan(PLANS["12 quarters"]))
    assert all(character.isprintable() or character == "\n" for character in text)


def test_no_color_is_honoured(monkeypatch: pytest.MonkeyPatch) -> None:
    """With NO_COLOR a terminal gets bold and dim at most."""
    monkeypatch.setenv("NO_COLOR", "1")
    file = StringIO()
    console = Console(file=file, width=80, force_terminal=True, color_system="truecolor")
    console.print(render_plan(PLANS["12 quarters"]))
    codes = {part.split("m")[0] for part in file.getvalue().split("\x1b[")[1:]}
    assert codes <= {"0", "1", "2"}


def test_a_width_can_be_asked_for() -> None:
    """The page takes at most the width it was given, and never more than the console has."""
    wide = printed(render_plan(PLANS["12 quarters"], 80), 140)
    assert wide == printed(render_plan(PLANS["12 quarters"]), 80)
    narrow = printed(render_plan(PLANS["12 quarters"], 100), 60)
    assert narrow == printed(render_plan(PLANS["12 quarters"]), 60)


def test_sentences_stay_readable_on_wide_terminals() -> None:
    """Paragraphs end at 100 columns; only tables grow further."""
    lines = printed(render_plan(PLANS["12 quarters"]), 220).split("\n")
    buy = next(line for line in lines if line.startswith("Buy "))
    assert len(buy) <= 100


def hostile() -> Plan:
    """A plan whose names carry markup, line feeds and escape sequences."""
    plan = one_order()
    name = "[bold]n\x1b[2J\nx[/bold]"
    return replace(
        plan,
        problem={"title": f"title {name}"},
        purchases=tuple(replace(row, offer=name, vendor=name) for row in plan.purchases),
        assumptions=(f"assumed {name}",),
    )


def test_names_cannot_steer_the_terminal() -> None:
    """Control characters are escaped, line feeds become blanks, markup stays as it was written."""
    text = printed(render_plan(hostile()), 140)
    assert "\x1b" not in text
    assert text.startswith("title [bold]n\\x1b[2J x[/bold]\n")
    assert "- assumed [bold]n\\x1b[2J x[/bold]" in text
