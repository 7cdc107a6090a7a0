"""`rackmix alternatives`: different plans that cost almost the same."""

from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from commands.options import (
    EditingCommand,
    debug_option,
    editing_options,
    format_option,
    gap,
    problem_argument,
    search_options,
)
from commands.program import EXIT_CODES, BadInput, ExitCode
from commands.searching import watched
from commands.uncertain import tell_base_alone

if TYPE_CHECKING:
    from problems import Edit


@click.command(cls=EditingCommand)
@problem_argument
@editing_options
@click.option("--within", type=gap, default="1%", metavar="1%", help="How much more they may cost.")
@click.option("-n", "count", type=click.IntRange(min=0), default=5, help="How many; default 5.")
@search_options
@click.option(
    "-o",
    "output",
    type=click.Path(path_type=Path, file_okay=False),
    help="Write each plan as a plan file into this folder.",
)
@format_option
@debug_option
def alternatives(
    file: Path,
    edits: "list[Edit]",
    scenario: tuple[str, ...],
    within: float,
    count: int,
    output: Path | None,
    output_format: str,
    **options: Any,
) -> ExitCode:
    """Find plans that cost almost the least and differ as much as can be.

    Beside them one plan each with the fewest card types, the fewest vendors, the least power and
    the least early spending. After the first, each search takes at most 30 s and begins with HiGHS,
    unless --time-limit or --engine say otherwise.
    """
    from reports.answer import answer_json, render_answer
    from reports.files import write_whole
    from reports.studies.alternatives import file_name, render_alternatives
    from reports.studies.documents import alternatives_json
    from reports.terminal import print_json, print_report
    from solver import load_case, options_of
    from solver.plan import dump_plan
    from solver.studies.alternatives import aside_of, find_alternatives
    from solver.studies.others import with_others

    case = load_case(file, scenarios=scenario, edits=edits)
    tell_base_alone(case.uncertain)
    chosen = options_of(case, **options)
    given = {name: value for name, value in options.items() if value is not None}
    aside = replace(aside_of(chosen), **given)
    if output is not None:
        _make_folder(output)
    search = partial(find_alternatives, within=within, count=count, options=chosen, aside=aside)
    found, stopped = watched(search, case)
    if output_format == "json":
        # Without any plan, the document that solve prints: it says why.
        print_json(alternatives_json(found) if found.plans else answer_json(case, found.answer))
    else:
        print_report(
            render_alternatives(found) if found.plans else render_answer(case, found.answer)
        )
    if output is not None:
        # Each file knows of the others, so that what is exported from it can show them.
        named = zip(found.plans, with_others(found), strict=True)
        for number, (each, plan) in enumerate(named, start=1):
            path = output / file_name(number, each)
            write_whole(path, dump_plan(plan))
            click.echo(f"Wrote {path}", err=True)
    return ExitCode.INTERRUPTED if stopped else EXIT_CODES[found.answer.status]


def _make_folder(folder: Path) -> None:
    """Make the folder for the plans, before any work is done for it."""
    try:
        folder.mkdir(exist_ok=True)
    except OSError as error:
        raise BadInput(f"{folder} cannot be made: {error.strerror}") from None
