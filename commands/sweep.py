"""`rackmix sweep`: the same problem at every point of a grid."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from commands.options import (
    EditingCommand,
    debug_option,
    editing_options,
    format_option,
    problem_argument,
    search_options,
)
from commands.program import EXIT_CODES, BadInput, ExitCode
from commands.searching import refuse_same_file
from commands.uncertain import tell_base_alone

if TYPE_CHECKING:
    from problems.loading import ProblemFile
    from solver.studies.result import Sweep

TABLES, CHARTS = (".csv", ".parquet"), (".svg", ".png")
"""As the reports have them, which help must not import."""
MEASURES = ("carbon", "power", "card_types", "deadline")
"""As solver.studies.tradeoff has them, likewise."""


@click.command(cls=EditingCommand)
@problem_argument
@click.option(
    "--vary",
    multiple=True,
    metavar="PATH=VALUES",
    help="Values a,b,c or from..to..step; PATH*= scales; scenario=a,b. Repeatable: a grid.",
)
@click.option(
    "--front",
    type=click.Choice([f"cost,{measure}" for measure in MEASURES]),
    help="A Pareto front: cost against another measure, in place of --vary.",
)
@click.option(
    "--steps",
    type=click.IntRange(min=2),
    help="Limits that a front tries, 7 unless told; not for card_types, which tries every number.",
)
@editing_options
@search_options
@click.option("--workers", type=click.IntRange(min=1), default=1, help="Processes that search.")
@click.option("--dask", metavar="ADDRESS", help="The scheduler of a Dask cluster that searches.")
@click.option(
    "-o",
    "output",
    type=click.Path(path_type=Path),
    help="Write a table, .csv or .parquet; points are kept beside it while the sweep runs.",
)
@click.option("--chart", type=click.Path(path_type=Path), help="Draw a chart, .svg or .png.")
@format_option
@debug_option
def sweep(
    file: Path,
    vary: tuple[str, ...],
    front: str | None,
    steps: int | None,
    edits: Any,
    scenario: tuple[str, ...],
    workers: int,
    dask: str | None,
    output: Path | None,
    chart: Path | None,
    output_format: str,
    **options: Any,
) -> ExitCode:
    """Solve a problem file at every point of a grid of values, or trade cost for something else.

    With -o every finished point is kept in the folder OUTPUT.points: the same command, started
    again after an interrupt, goes on from there. --workers and --dask search points at the same
    time; of a front the cheapest plan and the least there can be come first, since the limits
    between them follow from both.
    """
    from problems.loading import read_problem

    if bool(vary) == bool(front):
        words = "name what to vary: --vary PATH=a,b,c or --vary PATH=from..to..step; or --front"
        raise click.UsageError(words)
    if steps is not None and front is None:
        raise click.UsageError("--steps belongs to --front; a range has its own: from..to..step")
    if steps is not None and front == "cost,card_types":
        raise click.UsageError("--steps: a front of card types tries every number of them")
    if dask is not None and workers > 1:
        raise click.UsageError("--workers and --dask: choose one of them")
    _check_outputs(file, output, chart)
    problem = read_problem(file)
    tell_base_alone(problem.uncertain)
    given = {name: value for name, value in options.items() if value is not None}
    how: dict[str, Any] = {"scenarios": scenario, "edits": edits, "options": given}
    how |= {"workers": workers, "dask": dask}
    if front is not None:
        return _front(problem, front.partition(",")[2], steps, how, output, chart, output_format)
    return _sweep(problem, vary, how, output, chart, output_format)


def _sweep(
    problem: "ProblemFile",
    vary: tuple[str, ...],
    how: dict[str, Any],
    output: Path | None,
    chart: Path | None,
    output_format: str,
) -> ExitCode:
    """Sweep and show what came of it."""
    from rich.console import Console

    from reports.studies.sweep_progress import sweep_progress
    from reports.terminal import interruption
    from solver.studies.sweep import sweep as run

    with interruption() as asked, sweep_progress(Console(stderr=True)) as show:
        found = run(
            problem,
            vary,
            **how,
            folder=None if output is None else points_folder(output),
            on_progress=show,
            interrupted=asked,
        )
    _show(found, output, chart, output_format)
    return _code(found)


def _front(
    problem: "ProblemFile",
    measure: str,
    steps: int | None,
    how: dict[str, Any],
    output: Path | None,
    chart: Path | None,
    output_format: str,
) -> ExitCode:
    """Trade cost for a measure and show what came of it."""
    from rich.console import Console

    from reports.studies.front import front_chart, front_json, render_front
    from reports.studies.sweep_progress import counted
    from reports.terminal import interruption, print_json, print_report
    from solver.answer import AnswerStatus
    from solver.studies.front import front as run

    how |= {} if steps is None else {"steps": steps}
    with interruption() as asked, counted(Console(stderr=True)) as show:
        found = run(
            problem,
            measure,
            **how,
            folder=None if output is None else points_folder(output),
            on_progress=show,
            interrupted=asked,
        )
    if output_format == "json":
        print_json(front_json(found))
    else:
        print_report(render_front(found))
    if found.interrupted:
        if output is not None:
            _tell_kept(output, "the front is not finished")
        return ExitCode.INTERRUPTED
    if not found.points:
        return EXIT_CODES[found.status or AnswerStatus.NO_PLAN_FOUND]
    _write(found.frame, output, lambda: front_chart(found), chart)
    return ExitCode.DONE


def points_folder(output: Path) -> Path:
    """Where the points of a table are kept.

    >>> points_folder(Path("out/prices.csv")).name
    'prices.csv.points'
    """
    return output.with_name(f"{output.name}.points")


def _check_outputs(file: Path, output: Path | None, chart: Path | None) -> None:
    """Refuse what could not be written in the end, before anything is searched."""
    from reports.files import refuse_unwritable

    for path, endings in ((output, TABLES), (chart, CHARTS)):
        if path is None:
            continue
        if path.suffix.lower() not in endings:
            raise BadInput(f"{path}: the name must end in {' or '.join(endings)}")
        refuse_same_file(file, path)
        refuse_unwritable(path)


def _show(found: "Sweep", output: Path | None, chart: Path | None, output_format: str) -> None:
    """Print the sweep; write table and chart only when all points are there."""
    from reports.studies.sweep_table import render_sweep, sweep_json
    from reports.terminal import print_json, print_report

    if output_format == "json":
        print_json(sweep_json(found))
    else:
        print_report(render_sweep(found))
    if found.interrupted:
        missing = found.grid.size - len(found.points)
        if output is not None:
            _tell_kept(output, f"{missing} of {found.grid.size} points are missing")
        return

    def picture() -> Any:
        from reports.studies.sweep_chart import sweep_chart

        return sweep_chart(found)

    _write(found.frame, output, picture, chart)


def _tell_kept(output: Path, why: str) -> None:
    """Say that a table was not written, and where its points are."""
    click.echo(
        f"{output} was not written: {why}. "
        f"What is done is kept in {points_folder(output)}: the same command goes on.",
        err=True,
    )


def _write(
    frame: Callable[[], Any], output: Path | None, picture: Callable[[], Any], chart: Path | None
) -> None:
    """Write the table and the chart that were asked for; each is made only then."""
    from reports.files import write_whole
    from reports.studies.as_files import chart_bytes, table_bytes

    for path, make, content in ((output, frame, table_bytes), (chart, picture, chart_bytes)):
        if path is not None:
            write_whole(path, content(make(), path))
            click.echo(f"Wrote {path}", err=True)


def _code(found: "Sweep") -> ExitCode:
    """Interrupted, or failed where every point did; points without a plan are answers, too."""
    if found.interrupted:
        return ExitCode.INTERRUPTED
    if all(point.error for point in found.points):
        return ExitCode.FAILED
    return ExitCode.DONE
