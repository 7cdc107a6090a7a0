"""`rackmix check`: verify a plan, or fit workloads to purchases made by hand."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from commands.options import EditingCommand, debug_option, editing_options, problem_argument
from commands.program import EXIT_CODES, ExitCode
from commands.searching import watched
from commands.uncertain import tell_base_alone

if TYPE_CHECKING:
    from problems import Edit


@click.command(cls=EditingCommand)
@problem_argument
@click.argument("plan", type=click.Path(path_type=Path))
@editing_options
@debug_option
def check(file: Path, plan: Path, edits: "list[Edit]", scenario: tuple[str, ...]) -> ExitCode:
    """Verify a plan (JSON), or purchases alone (JSON or CSV), against a problem file.

    Purchases alone are fixed and the rest is solved; exit code 5 when they do not fit.
    """
    from reports.answer import render_checked
    from reports.terminal import print_report
    from solver import load_case
    from solver.checking import check_file

    case = load_case(file, scenarios=scenario, edits=edits)
    checked, stopped = watched(check_file, case, plan)
    if checked.plan is None or checked.plan.uncertainty is None:
        tell_base_alone(case.uncertain)
    print_report(render_checked(case, checked))
    code = ExitCode.INTERRUPTED if stopped else EXIT_CODES[checked.status]
    return ExitCode.FAILED if code is ExitCode.INFEASIBLE else code
