"""`rackmix whatif`: a problem and edited copies of it, side by side."""

from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

import click

from commands.cases import CasesCommand, cases_asked
from commands.keeping import keeping_options, refuse_without_plan
from commands.options import (
    debug_option,
    editing_options,
    format_option,
    problem_argument,
    search_options,
)
from commands.program import EXIT_CODES, ExitCode
from commands.searching import refuse_same_file, watched
from commands.uncertain import tell_base_alone


@click.command(cls=CasesCommand)
@problem_argument
@editing_options
@click.option(
    "--case",
    multiple=True,
    metavar="'NAME: EDITS'",
    help="Several edits as one case, e.g. 'dear: offers.a.price*=1.5; unset limits.budget; "
    "scenario no-rules'. Repeatable.",
)
@click.option("--together", is_flag=True, help="All --set, --unset, --scenario make one case.")
@click.option("--base", metavar="EDITS", help="Edits of the base and of all cases, as in --case.")
@keeping_options
@search_options
@click.option("-o", "output", type=click.Path(path_type=Path), help="Write the result as JSON.")
@format_option
@debug_option
def whatif(
    file: Path,
    asked: list[tuple[str, str]],
    together: bool,
    base: str | None,
    keep: Path | None,
    within: float | None,
    freeze_until: date | None,
    output: Path | None,
    output_format: str,
    **options: Any,
) -> ExitCode:
    """Solve a problem file and edited copies of it, and show them side by side.

    Each --set, --unset and --scenario is a case of its own beside the base. Of differences no more
    is said than the bounds prove.
    """
    from problems.loading import read_problem
    from reports.files import refuse_unwritable, write_whole
    from reports.studies.documents import comparison_json
    from reports.studies.whatif import render_comparison
    from reports.terminal import print_json, print_report
    from solver.studies.compare import compare
    from solver.studies.keeping import read_kept
    from solver.studies.variants import variants_of

    refuse_without_plan(keep, within, freeze_until)
    if output is not None:
        refuse_same_file(file, output)
        refuse_unwritable(output)
    variants = variants_of(read_problem(file), *cases_asked(asked, base, together))
    tell_base_alone(variants[0].case.uncertain)
    kept = None if keep is None else partial(read_kept, path=keep)

    def search(_: Any, **watch: Any) -> Any:
        chosen = {name: value for name, value in options.items() if value is not None}
        held: dict[str, Any] = {"kept": kept, "within": within, "freeze_until": freeze_until}
        return compare(variants, **held, **watch, **chosen)

    found, stopped = watched(search, variants[0].case)
    if output_format == "json":
        print_json(comparison_json(found))
    else:
        print_report(render_comparison(found))
    if output is not None:
        write_whole(output, comparison_json(found))
        click.echo(f"Wrote {output}", err=True)
    if stopped:
        return ExitCode.INTERRUPTED
    statuses = [column.status for column in found.columns]
    if "error" in statuses:
        return ExitCode.FAILED
    has_plan = any(column.plan for column in found.columns)
    return ExitCode.DONE if has_plan else EXIT_CODES[found.base.status]
