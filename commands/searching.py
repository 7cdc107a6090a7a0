"""Searches as the shell sees them: progress while they run, Ctrl-C heeded, files kept apart.

Belongs here: what every command that solves needs around its search. Does not belong here: options
(options) or commands.
"""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from commands.program import BadInput

if TYPE_CHECKING:
    from solver import Case


def watched[T](search: Callable[..., T], case: "Case", *more: Any) -> tuple[T, bool]:
    """Search, showing progress and heeding Ctrl-C; return the result and whether it was stopped."""
    from rich.console import Console

    from reports.progress import progress
    from reports.terminal import interruption

    console = Console(stderr=True)
    with interruption() as asked, progress(console, 1.0, case.instance.currency) as show:
        found = search(case, *more, on_progress=show, interrupted=asked)
    return found, asked.is_set()


def refuse_same_file(problem: Path, output: Path) -> None:
    """Refuse to write a plan over the problem it answers."""
    if output.exists() and problem.exists() and output.samefile(problem):
        raise BadInput(f"{output} is the problem file: name another file for the plan")
