"""Small charts of the terminal: true to their figures, plain in pipes, never too wide."""

from dataclasses import replace
from io import StringIO

import pytest
from rich.console import Console

from reports.text.charts import deliveries, lengths, power
from reports.text.page import Page
from solver.plan import Plan
from tests.reports.plans import one_order, roll_out


def drawn(plan: Plan, *, terminal: bool = False, width: int = 80, **options: bool) -> str:
    """Return both charts as a console prints them."""
    out = StringIO()
    console = Console(
        file=out, width=width, force_terminal=terminal, _environ={}, legacy_windows=False, **options
    )
    console.print(Page((deliveries(plan), power(plan))))
    return out.getvalue()


def test_bars_are_as_long_as_their_figures() -> None:
    """The longest bar takes all the room, half of it is half as long; types differ by mark."""
    lines = [line.split() for line in drawn(roll_out(4, types=2)).split("\n") if "-Q" in line]
    bars = {line[0]: (line[1], line[-1]) for line in lines if len(line) == 3}
    top = max(int(count.replace(",", "")) for _, count in bars.values())
    for bar, count in bars.values():
        assert abs(len(bar) - 40 * int(count.replace(",", "")) / top) <= 1
        assert set(bar) <= {"#", "="}


def test_a_part_that_is_there_is_drawn() -> None:
    """A single card beside a thousand has its mark."""
    assert lengths([1000.0, 1.0], 1001.0, 40)[1] == 1


def test_pipes_get_plain_characters_without_colour() -> None:
    """Proves: no escape codes and nothing beyond ASCII but what names bring.

    Sensitivity: blocks or colours in a pipe break mails and logs.
    """
    text = drawn(roll_out())
    assert text.isascii()
    assert "\x1b" not in text
    assert "Digits are tenths of the cap" in text


def test_terminals_get_blocks_and_colour_unless_unwanted() -> None:
    """Blocks in a terminal; NO_COLOR leaves the bars, which marks still tell apart."""
    text = drawn(roll_out(), terminal=True)
    assert "\x1b[34m#" in text
    assert any(block in text for block in "▁▂▃▄▅▆▇█")
    assert "\x1b[34m" not in drawn(roll_out(), terminal=True, no_color=True)


@pytest.mark.parametrize("width", [40, 60, 80])
@pytest.mark.parametrize("count", [12, 60])
def test_charts_keep_to_the_width(width: int, count: int) -> None:
    """No line is wider than the console, whatever the number of periods."""
    plan = roll_out(count, 1, types=8)
    assert all(len(line) <= width for line in drawn(plan, width=width).split("\n"))


def test_a_single_order_needs_no_chart() -> None:
    """One delivery is said in words."""
    assert deliveries(one_order()) == ()
    assert power(one_order()) == ()


def test_periods_without_energy_are_told_from_low_ones() -> None:
    """A dash where nothing is drawn, a digit where little is."""
    plan = roll_out(4)
    later = tuple(row for row in plan.energy if row.period != plan.periods[0].id)
    lines = drawn(replace(plan, energy=later)).split("\n")
    course = next(line for line in lines if line.startswith("guizhou")).split()[1]
    assert course[0] == "-"
    assert course[1:].isdigit()
