"""How far a sweep is, on a line of the terminal that keeps itself up to date.

Belongs here: what that line says. Does not belong here: the line of a single search
(reports.progress).
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console, ConsoleOptions, RenderResult
from rich.text import Text

from reports.progress import live
from solver.studies.result import Progress


@contextmanager
def sweep_progress(console: Console) -> Iterator[Callable[[Progress], None] | None]:
    """Offer what a sweep tells its progress to; None where `console` is no terminal."""
    if not console.is_interactive:
        yield None
        return
    line = _Line()
    with live(line, console):
        yield line.show


@contextmanager
def counted(console: Console) -> Iterator[Callable[[int, int], None] | None]:
    """Offer searches done and searches in all the same line; None where there is no terminal."""
    began = time.monotonic()
    with sweep_progress(console) as show:
        if show is None:
            yield None
            return

        def tell(done: int, total: int) -> None:
            show(Progress(time.monotonic() - began, done, max(done, total), 1, 0, 0, 0))

        yield tell


class _Line:
    """The line, drawn anew at every refresh."""

    def __init__(self) -> None:
        self._latest: Progress | None = None
        self._at = time.monotonic()

    def show(self, latest: Progress) -> None:
        """Take what the sweep told last."""
        self._latest, self._at = latest, time.monotonic()

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """The figures, running on between two reports."""
        since = time.monotonic() - self._at
        yield Text(described(self._latest, since), no_wrap=True, overflow="ellipsis")


def described(latest: Progress | None, since_s: float = 0.0) -> str:
    """The progress in words, some seconds after it was told.

    >>> described(Progress(60.0, 30, 100, 2, 12, 0, 0))
    '30 of 100 points  12 without a search  2 running  1:00  about 2:20 left'
    >>> described(None)
    'checking every value'
    """
    if latest is None:
        return "checking every value"
    parts = [f"{latest.done} of {latest.total} points"]
    if latest.found_on_disk:
        parts.append(f"{latest.found_on_disk} from disk")
    if latest.carried:
        parts.append(f"{latest.carried} without a search")
    if latest.failed:
        parts.append(f"{latest.failed} failed")
    if latest.running:
        parts.append(f"{latest.running} running")
    parts.append(clock(latest.elapsed_s + since_s))
    if latest.left_s is not None and latest.done < latest.total:
        parts.append(f"about {clock(max(0.0, latest.left_s - since_s))} left")
    return "  ".join(parts)


def clock(seconds: float) -> str:
    """A stretch of time as a clock shows it.

    >>> clock(75), clock(3_725)
    ('1:15', '1:02:05')
    """
    whole = round(seconds)
    hours, minutes, rest = whole // 3600, whole // 60 % 60, whole % 60
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
