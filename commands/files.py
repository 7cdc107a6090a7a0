"""`rackmix validate`, `new` and `schema`: problem files without solving them."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from commands.options import EditingCommand, debug_option, editing_options, problem_argument
from commands.program import BadInput

if TYPE_CHECKING:
    from problems import Edit


@click.command(cls=EditingCommand)
@problem_argument
@editing_options
@debug_option
def validate(file: Path, edits: "list[Edit]", scenario: tuple[str, ...]) -> None:
    """Check a problem file without solving it; its scenarios too, unless one is chosen."""
    from solver.case import load_case, validate_file

    if scenario:
        load_case(file, scenarios=scenario, edits=edits)
    else:
        validate_file(file, edits=edits)
    click.echo(f"{file}: valid")


@click.command()
@problem_argument
@debug_option
def new(file: Path) -> None:
    """Write a commented problem file to begin with."""
    from problems import starter_text
    from reports.files import write_whole

    if file.suffix not in (".yaml", ".yml"):
        raise BadInput(f"{file}: the starter is YAML; give the file a name that ends in .yaml")
    write_whole(file, starter_text(), overwrite=False)
    click.echo(f"Wrote {file}; next: rackmix solve {file}", err=True)


@click.command()
@debug_option
def schema() -> None:
    """Print the JSON Schema of problem files."""
    from problems import json_schema
    from reports.terminal import json_text, print_json

    print_json(json_text(json_schema()))
