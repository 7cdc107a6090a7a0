"""How far a running search is, on a line of the terminal that keeps itself up to date.

Belongs here: what that line says and when there is none. Does not belong here: the search, printing
of reports.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from rich.console import Console, ConsoleOptions, RenderableType, RenderResult
from rich.live import Live
from rich.text import Text

from reports.numbers import money_in_words, percent_up

if TYPE_CHECKING:
    from solver.engines import Progress

HINT = "Ctrl-C: stop and take the best plan so far"
REFRESHES_PER_SECOND = 4


@contextmanager
def progress(
    console: Console, money_scale: float, currency: str
) -> Iterator[Callable[["Progress"], None] | None]:
    """Offer what a search tells its progress to; None where `console` is no terminal.

    `money_scale` is what one unit of the progress's figures is worth in `currency`. The line ticks
    on while the engine is silent and is gone at the end.
    """
    if not console.is_interactive:
        yield None
        return
    line = _Line(money_scale, currency)
    with live(line, console):
        yield line.show


def live(line: RenderableType, console: Console) -> Live:
    """The line, drawn anew four times a second while the context lasts, and gone afterwards."""
    # Nothing but the terminal is ours: standard output may well be a pipe.
    return Live(
        line,
        console=console,
        refresh_per_second=REFRESHES_PER_SECOND,
        transient=True,
        redirect_stdout=False,
    )


class _Line:
    """The line, drawn anew at every refresh."""

    def __init__(self, money_scale: float, currency: str) -> None:
        self._money_scale = money_scale
        self._currency = currency
        self._started = time.monotonic()
        self._latest: Progress | None = None

    def show(self, latest: "Progress") -> None:
        """Take what the engine told last; any thread may call it."""
        self._latest = latest

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """The figures, and beside or below them the hint."""
        elapsed = time.monotonic() - self._started
        text = described(self._latest, elapsed, self._money_scale, self._currency)
        fits = len(text) + 2 + len(HINT) <= options.max_width
        line = Text(text, no_wrap=True, overflow="ellipsis")
        line.append(("  " if fits else "\n") + HINT, style="dim")
        yield line


def described(
    latest: "Progress | None", elapsed_s: float, money_scale: float, currency: str
) -> str:
    """The progress in words.

    >>> described(None, 0.52, 1000.0, "CNY")
    '0.5 s  preparing'
    """
    if latest is None:
        return f"{elapsed_s:.1f} s  preparing"

    def money(amount: float | None, unknown: str) -> str:
        return unknown if amount is None else money_in_words(amount * money_scale, currency)

    parts = [f"{elapsed_s:.1f} s", latest.engine]
    parts.append(f"best {money(latest.best, 'none yet')}")
    parts.append(f"bound {money(latest.bound, 'unknown')}")
    if latest.gap is not None:
        parts.append(f"gap {percent_up(latest.gap)}")
    return "  ".join(parts)
