"""`rackmix solve`: from a problem file to a verified plan."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from commands.options import (
    EditingCommand,
    debug_option,
    editing_options,
    format_option,
    output_option,
    problem_argument,
    search_options,
)
from commands.program import EXIT_CODES, ExitCode
from commands.searching import refuse_same_file, watched

if TYPE_CHECKING:
    from problems import Edit


@click.command(cls=EditingCommand)
@problem_argument
@editing_options
@search_options
@click.option("--baselines", is_flag=True, help="Compare with one card type and with no rules.")
@output_option
@format_option
@debug_option
def solve(
    file: Path,
    edits: "list[Edit]",
    scenario: tuple[str, ...],
    baselines: bool,
    output: Path | None,
    output_format: str,
    **options: Any,
) -> ExitCode:
    """Solve a problem file and show the plan.

    Options that are not given are taken from the file's `solve:` block.
    """
    from reports.answer import answer_json, compared, render_answer
    from reports.files import refuse_unwritable, write_whole
    from reports.terminal import print_json, print_report
    from solver import load_case, options_of, solve_case
    from solver.baselines import solve_baselines

    if output is not None:
        refuse_same_file(file, output)
        refuse_unwritable(output)
    case = load_case(file, scenarios=scenario, edits=edits)
    chosen = options_of(case, **options)
    answer, stopped = watched(solve_case, case, chosen)
    others = []
    if baselines and answer.plan and not stopped:
        solved, stopped = watched(solve_baselines, case, chosen)
        others = compared(solved)
    if output_format == "json":
        print_json(answer_json(case, answer, others))
    else:
        print_report(render_answer(case, answer, others))
    if output and answer.plan:
        write_whole(output, answer_json(case, answer, others))
        click.echo(f"Wrote {output}", err=True)
    elif output:
        click.echo(f"{output} was not written: there is no plan.", err=True)
    return ExitCode.INTERRUPTED if stopped else EXIT_CODES[answer.status]
