"""Options of commands that keep to an earlier plan.

Belongs here: `--keep`, `--within`, `--freeze-until` and what they say together. Does not belong
here: keeping (solver.studies.keeping).
"""

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import click

from commands.options import gap
from commands.program import BadInput


def day(text: str) -> date:
    """Return a date, written `2023-06-30`.

    >>> day("2023-06-30")
    datetime.date(2023, 6, 30)
    """
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        raise click.BadParameter(f"{text!r} is no date; expected e.g. 2023-06-30") from None


KEEPING = (
    click.option(
        "--keep",
        type=click.Path(path_type=Path),
        metavar="PLAN",
        help="Change as little as can be of this plan (JSON), or of these purchases (JSON, CSV).",
    ),
    click.option(
        "--within",
        type=gap,
        metavar="0.5%",
        help="With --keep: how much more than the cheapest it may cost; 0.5% unless frozen.",
    ),
    click.option(
        "--freeze-until",
        type=day,
        metavar="DATE",
        help="With --keep: deliveries up to this day are exactly those of the plan.",
    ),
)


def keeping_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the options of keeping to an earlier plan."""
    for option in reversed(KEEPING):
        command = option(command)
    return command


def refuse_without_plan(keep: Path | None, within: float | None, freeze_until: date | None) -> None:
    """Refuse a tolerance or a freeze that has nothing to hold to."""
    for name, value in (("--within", within), ("--freeze-until", freeze_until)):
        if keep is None and value is not None:
            raise BadInput(f"{name} needs --keep PLAN: the plan to hold to")
