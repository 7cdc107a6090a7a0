"""The line that shows how far a search is: on terminals only, and gone at the end."""

from io import StringIO

import pytest
from rich.console import Console

from reports.progress import HINT, described, progress
from solver.engines import Progress

LATEST = Progress(12.3, 84_910.0, 84_130.0, 0.0091859, "cbc")


def terminal(width: int = 80) -> tuple[Console, StringIO]:
    """A console that believes to be a terminal, and what it wrote."""
    file = StringIO()
    return Console(file=file, force_terminal=True, width=width, _environ={"TERM": "xterm"}), file


def test_figures_are_in_the_currency() -> None:
    """Best and bound are scaled from model units, the gap is rounded up."""
    assert described(LATEST, 12.34, 1000.0, "CNY") == (
        "12.3 s  cbc  best 84.91 million CNY  bound 84.13 million CNY  gap 0.92 %"
    )


def test_what_is_not_known_is_said() -> None:
    """Before the first plan and the first bound nothing is made up."""
    early = Progress(0.2, None, None, None, "highs")
    assert described(early, 0.2, 1000.0, "CNY") == "0.2 s  highs  best none yet  bound unknown"


def test_nothing_is_written_where_nobody_watches() -> None:
    """A pipe gets no line, and the search is told that nobody listens."""
    file = StringIO()
    with progress(Console(file=file), 1000.0, "CNY") as on_progress:
        assert on_progress is None
    assert file.getvalue() == ""


def test_a_dumb_terminal_counts_as_none() -> None:
    """Where no line can be taken back, none is drawn."""
    file = StringIO()
    console = Console(file=file, force_terminal=True, _environ={"TERM": "dumb"})
    with progress(console, 1000.0, "CNY") as on_progress:
        assert on_progress is None
    assert file.getvalue() == ""


@pytest.mark.parametrize("width", [60, 80, 140])
def test_the_line_follows_the_search(width: int) -> None:
    """The latest figures and the way to stop are on the screen, and cleared at the end."""
    console, file = terminal(width)
    with progress(console, 1000.0, "CNY") as on_progress:
        assert on_progress is not None
        on_progress(LATEST)
    text = file.getvalue()
    assert "best 84.91 million CNY" in text
    assert HINT in text
    # Transient: the last thing written erases the line.
    assert text.endswith("\x1b[2K") or "\x1b[2K" in text.rsplit(HINT, 1)[1]


def test_standard_output_is_left_alone(capsys: pytest.CaptureFixture[str]) -> None:
    """What is printed meanwhile goes where it belongs, not above the line."""
    console, file = terminal()
    with progress(console, 1.0, "CNY"):
        print("result")
    assert capsys.readouterr().out == "result\n"
    assert "result" not in file.getvalue()
