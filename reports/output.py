"""How a report gets to its reader: a terminal, a pipe, a file's text.

Belongs here: printing of finished reports and of the progress of a search. Does not belong here:
what a report says, and which one is wanted.
"""

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rich.console import RenderableType

    from solver import Progress

CLEAR_LINE = "\r\x1b[K"


def json_text(document: Any, ascii_only: bool = False) -> str:
    r"""Return a JSON document as it is written to files: indented, ending in a line feed.

    Raises ValueError for NaN and infinities, which JSON does not know.

    >>> json_text({"site": "贵州"})
    '{\n  "site": "贵州"\n}\n'
    """
    return json.dumps(document, indent=2, ensure_ascii=ascii_only, allow_nan=False) + "\n"


def print_json(document: Any) -> None:
    """Print one JSON document on standard output, escaped where that cannot show all of it."""
    text = json_text(document)
    try:
        text.encode(sys.stdout.encoding)
    except UnicodeEncodeError:
        text = json_text(document, ascii_only=True)
    sys.stdout.write(text)


def print_report(report: "RenderableType") -> None:
    """Print a report on standard output, as wide as the terminal or as COLUMNS says."""
    from rich.console import Console

    Console().print(report)


@contextmanager
def progress_line() -> Iterator[Callable[["Progress"], None] | None]:
    """Offer what keeps one line of standard error up to date; None where nobody watches.

    The line is gone at the end, so that the report starts on an empty one.
    """
    if not sys.stderr.isatty():
        yield None
        return

    def show(progress: "Progress") -> None:
        best = "none yet" if progress.best is None else f"{progress.best:,.0f}"
        gap = "unknown" if progress.gap is None else f"{progress.gap:.2%}"
        line = f"{progress.engine}  {progress.elapsed_s:.1f} s  best plan {best}  gap {gap}"
        print(f"{CLEAR_LINE}{line}", end="", file=sys.stderr, flush=True)

    try:
        yield show
    finally:
        print(CLEAR_LINE, end="", file=sys.stderr, flush=True)
