"""`rackmix export`: a verified plan as something to hand over, or a problem as a program."""

import gc
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import click

from commands.options import EditingCommand, debug_option, editing_options
from commands.program import BadInput, Failure
from commands.uncertain import tell_base_alone

if TYPE_CHECKING:
    from problems import Edit


class Format(NamedTuple):
    """A format of a plan: the module that renders it, and whether it makes a folder."""

    module: str
    folder: bool


FORMATS = {
    "csv": Format("reports.export.csv_folder", True),
    "parquet": Format("reports.export.parquet_folder", True),
    "xlsx": Format("reports.export.workbook", False),
    "md": Format("reports.export.markdown", False),
    "html": Format("reports.export.page", False),
    "orders": Format("reports.export.orders", True),
    "json": Format("reports.export.json_file", False),
}
PROGRAMS = ("lp", "mps")
PROBLEM_FILES = (".yaml", ".yml", ".toml")
"""Endings that plan files never have."""
LANGUAGES = ("en", "zh")
"""As reports.language has them, which help must not import."""


@click.command(cls=EditingCommand)
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--format", "kind", type=click.Choice([*FORMATS, *PROGRAMS]), required=True)
@click.option("--lang", type=click.Choice(LANGUAGES), default="en", help="Language of the reports.")
@click.option("--plain", is_flag=True, help="lp, mps: the reference formulation.")
@click.option(
    "-o",
    "output",
    type=click.Path(path_type=Path),
    required=True,
    help="The file to write; for csv, parquet and orders the folder to make.",
)
@editing_options
@debug_option
def export(
    file: Path,
    kind: str,
    lang: str,
    plain: bool,
    output: Path,
    edits: "list[Edit]",
    scenario: tuple[str, ...],
) -> None:
    """Hand over a plan, or write a problem as a program.

    FILE is a plan (from `rackmix solve -o`), which is verified once more before anything is
    written; for lp and mps it is a problem file.
    """
    if output.exists() and file.exists() and output.samefile(file):
        raise BadInput(f"{output} is the file to export from: name another one")
    if kind in PROGRAMS:
        if lang != "en":
            raise click.UsageError("--lang goes with reports: programs have no language")
        _export_program(file, kind, plain, output, edits, scenario)
        return
    if edits or scenario or plain:
        raise click.UsageError(
            "--set, --unset, --scenario and --plain go with lp and mps: a plan is exported as it is"
        )
    _export_plan(file, kind, lang, output)


def _export_plan(file: Path, kind: str, lang: str, output: Path) -> None:
    from reports.files import (
        refuse_unwritable,
        refuse_unwritable_folder,
        write_folder,
        write_whole,
    )
    from reports.language import language
    from solver import PlanError
    from solver.handover import PlanRefused, verified_plan

    form = FORMATS[kind]
    (refuse_unwritable_folder if form.folder else refuse_unwritable)(output)
    try:
        plan = verified_plan(file)
    except PlanError as error:
        written = file.exists() and file.suffix.lower() in PROBLEM_FILES
        told = f"{file} is a problem file, not a plan." if written else str(error)
        raise BadInput(
            f"{told}\nA plan is what `rackmix solve FILE -o plan.json` writes."
        ) from None
    except PlanRefused as refused:
        raise Failure(str(refused)) from None
    # A large plan is a million objects that stay to the end: the collector need not look at them
    # again and again while as many are made from them.
    gc.freeze()
    try:
        made = import_module(form.module).render(plan, language(lang))
    finally:
        gc.unfreeze()
    if form.folder:
        write_folder(output, made)
        click.echo(f"Wrote {len(made)} files to {output}", err=True)
    else:
        write_whole(output, made)
        click.echo(f"Wrote {output}", err=True)


def _export_program(
    file: Path,
    kind: str,
    plain: bool,
    output: Path,
    edits: "list[Edit]",
    scenario: tuple[str, ...],
) -> None:
    from reports.export.program import render_program
    from reports.files import refuse_unwritable, write_whole
    from solver import load_case
    from solver.handover import is_plan

    names = output.with_name(f"{output.stem}.names.csv")
    for path in (output, names):
        refuse_unwritable(path)
    if is_plan(file):
        raise BadInput(f"{file} is a plan: {kind} is written from a problem file")
    case = load_case(file, scenarios=scenario, edits=edits)
    tell_base_alone(case.uncertain)
    program, table = render_program(case, kind, plain=plain, names=names.name)  # type: ignore[arg-type]
    write_whole(names, table)
    write_whole(output, program)
    click.echo(f"Wrote {output} and {names}", err=True)
