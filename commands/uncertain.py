"""What commands do with a problem that has several cases: plan for all, or say that they do not.

Belongs here: the ending of `rackmix solve` for such problems, and the sentence of commands that
look at the file as it stands. Does not belong here: planning (solver.uncertain), pages (reports).
"""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from commands.program import EXIT_CODES, BadInput, ExitCode
from commands.searching import watched

if TYPE_CHECKING:
    from solver import Case, Options


def solve_cases(
    case: "Case",
    options: "Options",
    output: Path | None,
    output_format: str,
    *,
    keep: Path | None,
    baselines: bool,
) -> ExitCode:
    """Plan for all cases at once and show what is decided now and what follows."""
    from reports.files import write_whole
    from reports.terminal import print_json, print_report
    from reports.uncertain import render_uncertain_answer, uncertain_json
    from solver.uncertain.solve import solve_uncertain

    for given, name in ((keep is not None, "--keep"), (baselines, "--baselines")):
        if given:
            raise BadInput(
                f"{name} goes with problems that have no uncertainty: block; "
                "--unset uncertainty leaves it out"
            )
    answer, stopped = watched(solve_uncertain, case, options)
    if output_format == "json":
        print_json(uncertain_json(case, answer))
    else:
        print_report(render_uncertain_answer(case, answer))
    if output and answer.plans and answer.status != "error":
        write_whole(output, uncertain_json(case, answer))
        click.echo(f"Wrote {output}", err=True)
    elif output:
        click.echo(f"{output} was not written: there is no plan.", err=True)
    return ExitCode.INTERRUPTED if stopped else EXIT_CODES[answer.status]


def tell_base_alone(uncertain: object) -> None:
    """Say, where a problem has cases, that this command looks at the file as it stands."""
    if uncertain:
        from solver.case import BASE_ALONE

        click.echo(BASE_ALONE, err=True)
