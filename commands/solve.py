"""`rackmix solve`: from a problem file to a verified plan."""

from datetime import date
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from commands.keeping import keeping_options, refuse_without_plan
from commands.options import (
    EditingCommand,
    debug_option,
    editing_options,
    format_option,
    output_option,
    problem_argument,
    same_problem,
    search_options,
)
from commands.program import EXIT_CODES, ExitCode
from commands.searching import refuse_same_file, watched
from commands.uncertain import solve_cases

if TYPE_CHECKING:
    from problems import Edit


@click.command(cls=EditingCommand)
@problem_argument
@editing_options
@search_options
@keeping_options
@click.option(
    "--margin",
    type=click.Choice(["p50", "p90"]),
    help="Size for the middle of estimates, or for what nine of ten runs reach.",
)
@click.option("--baselines", is_flag=True, help="Compare with one card type and with no rules.")
@output_option
@format_option
@debug_option
def solve(
    file: Path,
    edits: "list[Edit]",
    scenario: tuple[str, ...],
    keep: Path | None,
    within: float | None,
    freeze_until: date | None,
    margin: str | None,
    baselines: bool,
    output: Path | None,
    output_format: str,
    **options: Any,
) -> ExitCode:
    """Solve a problem file and show the plan.

    Options that are not given are taken from the file's `solve:` block.
    """
    from problems import parse_edit
    from reports.answer import answer_json, compared, render_answer
    from reports.files import refuse_unwritable, write_whole
    from reports.terminal import print_json, print_report
    from solver import load_case, options_of, solve_case
    from solver.baselines import solve_baselines

    refuse_without_plan(keep, within, freeze_until)
    if output is not None:
        refuse_same_file(file, output)
        refuse_unwritable(output)
    if margin is not None:
        edits = [*edits, parse_edit(f"margin={margin}")]
    case = load_case(file, scenarios=scenario, edits=edits)
    chosen = options_of(case, **options)
    if case.uncertain is not None:
        return solve_cases(case, chosen, output, output_format, keep=keep, baselines=baselines)
    keeping = None
    if keep is None:
        answer, stopped = watched(solve_case, case, chosen)
    else:
        from reports.studies.keeping import answer_of, with_keeping
        from solver.studies.keeping import keep as keep_orders
        from solver.studies.keeping import read_kept

        search = partial(
            keep_orders,
            kept=read_kept(case, keep),
            options=chosen,
            within=within,
            freeze_until=freeze_until,
            aside=chosen if options["engine"] else None,
        )
        keeping, stopped = watched(search, case)
        answer = answer_of(keeping)
    others = []
    if baselines and answer.plan and not stopped:
        solved, stopped = watched(solve_baselines, case, chosen)
        others = compared(solved)
    if output_format == "json":
        print_json(answer_json(case, answer, others))
    else:
        page = render_answer(case, answer, others)
        print_report(with_keeping(page, keeping, case.instance.currency) if keeping else page)
    if answer.status == "infeasible":
        again = same_problem("rackmix explain", file, edits, scenario)
        click.echo(f"What contradicts what, and what would cure it: {again}", err=True)
    if output and answer.plan:
        write_whole(output, answer_json(case, answer, others))
        click.echo(f"Wrote {output}", err=True)
    elif output:
        click.echo(f"{output} was not written: there is no plan.", err=True)
    return ExitCode.INTERRUPTED if stopped else EXIT_CODES[answer.status]
