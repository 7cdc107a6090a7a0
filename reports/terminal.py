"""What passes between a running command and its terminal or pipe.

Belongs here: printing of finished reports, a reader who went away, Ctrl-C. Does not belong
here: what a report says, the progress of a search (progress).
"""

import io
import json
import os
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import TYPE_CHECKING, Any, NoReturn

if TYPE_CHECKING:
    from rich.console import RenderableType


def json_text(document: Any, ascii_only: bool = False) -> str:
    r"""Return a JSON document as it is written to files: indented, ending in a line feed.

    Raises ValueError for NaN and infinities, which JSON does not know.

    >>> json_text({"site": "贵州"})
    '{\n  "site": "贵州"\n}\n'
    """
    return json.dumps(document, indent=2, ensure_ascii=ascii_only, allow_nan=False) + "\n"


def print_json(text: str) -> None:
    """Print the text of a JSON document, escaped where standard output cannot show all of it."""
    try:
        text.encode(sys.stdout.encoding)
    except UnicodeEncodeError:
        text = json_text(json.loads(text), ascii_only=True)
    sys.stdout.write(text)


def print_report(report: "RenderableType") -> None:
    """Print a report on standard output, as wide as the terminal or as COLUMNS says."""
    from rich.console import Console

    class Pipe(Console):
        """Leaves it to the caller what a reader who went away means; rich would exit with 1."""

        def on_broken_pipe(self) -> NoReturn:
            raise BrokenPipeError

    if isinstance(sys.stdout, io.TextIOWrapper):
        # A terminal that lacks a letter shows its code; it must not cost the reader the plan.
        sys.stdout.reconfigure(errors="backslashreplace")
    Pipe().print(report)


def silence_stdout() -> None:
    """Send what is still buffered nowhere, so that the interpreter does not complain at exit."""
    try:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except (OSError, ValueError):
        sys.stdout = open(os.devnull, "w")  # noqa: SIM115 - open until the process ends


@contextmanager
def interruption() -> Iterator[threading.Event]:
    """Let the first Ctrl-C ask for the best plan so far, and the second one end everything."""
    asked = threading.Event()

    def ask(number: int, frame: FrameType | None) -> None:
        if asked.is_set():
            raise KeyboardInterrupt
        asked.set()
        print("\nStopping with the best plan so far; Ctrl-C again stops at once.", file=sys.stderr)

    before = signal.signal(signal.SIGINT, ask)
    try:
        yield asked
    finally:
        signal.signal(signal.SIGINT, before)
