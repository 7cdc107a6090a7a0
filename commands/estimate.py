"""`rackmix estimate`: every workload on every kind of card alone, with its evidence."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from commands.options import (
    EditingCommand,
    debug_option,
    editing_options,
    format_option,
    problem_argument,
)
from commands.program import ExitCode
from commands.uncertain import tell_base_alone

if TYPE_CHECKING:
    from problems import Edit


@click.command(cls=EditingCommand)
@problem_argument
@editing_options
@format_option
@debug_option
def estimate(
    file: Path, edits: "list[Edit]", scenario: tuple[str, ...], output_format: str
) -> ExitCode:
    """Show what each workload needs on each kind of card alone, and how far to trust it.

    Nothing is solved: cards needed, time or requests per second, parallel layout, what limits it,
    the band in which eight of ten published measurements lie, and the nearest of them.
    """
    from reports.estimate import estimate_json, render_estimates
    from reports.terminal import print_json, print_report
    from solver import load_case
    from solver.estimating import estimates

    case = load_case(file, scenarios=scenario, edits=edits)
    tell_base_alone(case.uncertain)
    found = estimates(case)
    if output_format == "json":
        print_json(estimate_json(found))
    else:
        print_report(render_estimates(found))
    return ExitCode.DONE
