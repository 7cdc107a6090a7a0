"""The command line: parse, call, print, exit code.

Belongs here: the commands with their options, and what each outcome means to the shell. Does not
belong here: any decision about problems, plans or facts, and any layout of tables. Imports of the
rooms stand inside the commands, so that help and a mistyped option cost nothing.
"""

import re
import sys
import traceback
from collections.abc import Callable
from datetime import date
from enum import IntEnum
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, ClassVar

import click

if TYPE_CHECKING:
    from problems import Edit, InputProblem
    from solver import Case


class ExitCode(IntEnum):
    """What the shell is told."""

    DONE = 0
    """What was asked for is done; for `solve`: a verified plan is there."""
    BAD_INPUT = 2
    """A file, an option or a fact has to be changed first."""
    INFEASIBLE = 3
    """Confirmed: no plan can meet the demand within the limits."""
    NO_PLAN_FOUND = 4
    """A limit stopped the search before any plan was found."""
    FAILED = 5
    """The solver failed, a plan did not pass verification, or rackmix has a fault."""
    INTERRUPTED = 130
    """Stopped by Ctrl-C."""
    BROKEN_PIPE = 141
    """Whoever read the output stopped reading; 128 + SIGPIPE, as for other programs."""


EXIT_CODES = {
    "optimal": ExitCode.DONE,
    "feasible": ExitCode.DONE,
    "infeasible": ExitCode.INFEASIBLE,
    "no_plan_found": ExitCode.NO_PLAN_FOUND,
    "error": ExitCode.FAILED,
}
"""By the status of an answer."""


class BadInput(click.ClickException):
    """Something that the caller has to change."""

    exit_code: ClassVar[int] = ExitCode.BAD_INPUT

    def show(self, file: IO[Any] | None = None) -> None:
        """Show the message as it is, so that editors find file and line at its beginning."""
        click.echo(self.message, file=file, err=True)


class Failure(click.ClickException):
    """Something that is not the caller's fault."""

    exit_code: ClassVar[int] = ExitCode.FAILED


class Program(click.Group):
    """The group of all commands; turns every ending into a message and an exit code."""

    def main(self, *args: Any, **extra: Any) -> Any:
        """Run the program; in standalone mode exit with one of `ExitCode`."""
        if not extra.get("standalone_mode", True):
            return super().main(*args, **extra)
        try:
            code = super().main(*args, **{**extra, "standalone_mode": False})
        except click.ClickException as error:
            error.show()
            code = error.exit_code
        except (click.Abort, KeyboardInterrupt):
            click.echo("Interrupted.", err=True)
            code = ExitCode.INTERRUPTED
        sys.exit(code or ExitCode.DONE)

    def invoke(self, ctx: click.Context) -> Any:
        """Run a command; errors come out as click's, with a traceback only under `--debug`."""
        try:
            code = super().invoke(ctx)
            sys.stdout.flush()
            return code
        except (click.ClickException, click.exceptions.Exit, click.Abort):
            raise
        except BrokenPipeError:
            from reports.terminal import silence_stdout

            silence_stdout()
            return ExitCode.BROKEN_PIPE
        except Exception as error:
            if ctx.meta.get("debug"):
                traceback.print_exc()
            raise as_click_error(error) from error


def as_click_error(error: Exception) -> click.ClickException:
    """Return the error as one that click shows and that carries the exit code."""
    from catalogs import CatalogError
    from problems import InputError
    from reports.files import OutputError
    from solver import PlanError

    if isinstance(error, InputError | CatalogError | PlanError | OutputError):
        return BadInput(str(error))
    return Failure(f"rackmix failed: {type(error).__name__}: {error} (--debug shows where)")


class EditingCommand(click.Command):
    """A command with `--set` and `--unset`, which count in the order they were given.

    Click collects each option's values apart; the order of both together is read once more, and
    the command gets all of them as `edits`.
    """

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Parse as always, then merge the two options."""
        _, _, order = self.make_parser(ctx).parse_args(args=list(args))
        rest = super().parse_args(ctx, args)
        values = {name: iter(ctx.params.pop(name)) for name in ("set", "unset")}
        names = [parameter.name for parameter in order if parameter.name in values]
        ctx.params["edits"] = [(name, next(values[name])) for name in names]
        return rest

    def invoke(self, ctx: click.Context) -> Any:
        """Read the edits, reporting all that is wrong with them at once, and run the command."""
        from problems import InputError, parse_edit, parse_unset

        parsed: list[Edit] = []
        wrong: list[InputProblem] = []
        for option, text in ctx.params["edits"]:
            try:
                parsed.append(parse_edit(text) if option == "set" else parse_unset(text))
            except InputError as error:
                wrong += error.problems
        if wrong:
            raise InputError(wrong)
        ctx.params["edits"] = parsed
        return super().invoke(ctx)


def gap(text: str) -> float:
    """Return a relative gap, written `0.1%`, `0.1 %` or `0.001`, as a fraction.

    >>> gap("0.1%"), gap("0.01")
    (0.001, 0.01)
    """
    match = re.fullmatch(r"\s*(\d+\.?\d*(?:e-?\d+)?|\.\d+)\s*(%?)\s*", text, re.IGNORECASE)
    fraction = float(match[1]) / (100 if match[2] else 1) if match else 1
    if fraction >= 1:
        raise click.BadParameter(f"{text!r} is no gap; expected e.g. 0.1% or 0.001, below 100%")
    if match and not match[2] and fraction > 0.02:
        raise click.BadParameter(f"{text!r} would be {fraction:.3g} of the cost; write it with %")
    return fraction


def seconds(text: str) -> float:
    """Return a duration, written with its unit as `60s`, `5 min` or `1h`, in seconds.

    >>> seconds("1.5 min")
    90.0
    """
    match = re.fullmatch(r"\s*(\d+\.?\d*|\.\d+)\s*(s|min|h)\s*", text)
    duration = float(match[1]) * {"s": 1, "min": 60, "h": 3600}[match[2]] if match else 0
    if not 0 < duration < float("inf"):
        raise click.BadParameter(f"{text!r} is no duration; expected e.g. 60s, 5min or 1h")
    return duration


def remember_debug(ctx: click.Context, _: click.Parameter, value: bool) -> None:
    """Note that tracebacks are wanted, whether asked for before or after the command's name."""
    if value:
        ctx.meta["debug"] = True


debug_option = click.option(
    "--debug", is_flag=True, expose_value=False, callback=remember_debug, help="Show tracebacks."
)
format_option = click.option(
    "--format", "output_format", type=click.Choice(["text", "json"]), default="text"
)
output_option = click.option(
    "-o", "output", type=click.Path(path_type=Path), help="Write the plan as JSON."
)
problem_argument = click.argument("file", type=click.Path(path_type=Path))

EDITING = {
    "--scenario": ("NAME", "Apply a scenario of the file, before all edits."),
    "--set": ("PATH=VALUE", "Set a value; PATH*=1.5 scales it."),
    "--unset": ("PATH", "Remove a value."),
}


def editing_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the options that change a problem before it is validated."""
    for name, (metavar, text) in reversed(EDITING.items()):
        option = click.option(name, multiple=True, metavar=metavar, help=f"{text} Repeatable.")
        command = option(command)
    return command


@click.group(cls=Program, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="rackmix", message="%(prog)s %(version)s")
@debug_option
def main() -> None:
    """Find the cheapest mix of accelerator cards and nodes to buy, and prove how close it is."""


@main.command(cls=EditingCommand)
@problem_argument
@editing_options
@click.option("--engine", type=click.Choice(["cbc", "highs"]), help="The solver to begin with.")
@click.option("--gap", type=gap, metavar="0.1%", help="Stop this close to the optimum.")
@click.option("--time-limit", "time_limit_s", type=seconds, metavar="60s", help="Stop then.")
@click.option("--threads", type=click.IntRange(min=1), help="Threads of the solver.")
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


@main.command(cls=EditingCommand)
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


@main.command()
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


@main.command()
@debug_option
def schema() -> None:
    """Print the JSON Schema of problem files."""
    from problems import json_schema
    from reports.terminal import json_text, print_json

    print_json(json_text(json_schema()))


@main.command(cls=EditingCommand)
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
    print_report(render_checked(case, checked))
    code = ExitCode.INTERRUPTED if stopped else EXIT_CODES[checked.status]
    return ExitCode.FAILED if code is ExitCode.INFEASIBLE else code


@main.command()
@click.argument("table", required=False)
@click.argument("name", required=False)
@click.option("--on", type=click.DateTime(["%Y-%m-%d"]), help="Rules: the day to judge on.")
@click.option("--to", "destination", metavar="CC", help="Rules: the destination country.")
@click.option("--headquarters", metavar="CC", help="Rules: where the buyer has its headquarters.")
@format_option
@debug_option
@click.pass_context
def catalog(
    ctx: click.Context,
    table: str | None,
    name: str | None,
    on: Any,
    destination: str | None,
    headquarters: str | None,
    output_format: str,
) -> None:
    """Show the facts with their sources, or classify every card with `catalog rules --to CC`.

    TABLE is one of accelerators, nodes, hosts, fabrics, tariffs, models, carbon and rules; with
    NAME every figure of one row is shown.
    """
    from catalogs import load_catalog
    from reports.catalog import render_rules, render_table, rules_rows, table_rows
    from reports.terminal import json_text, print_json, print_report

    if destination is None and (on or headquarters):
        raise click.UsageError("--on and --headquarters need --to, the destination country", ctx)
    if destination and table != "rules":
        raise click.UsageError("--to goes with `rackmix catalog rules`", ctx)
    facts = load_catalog()
    if destination:
        day = on.date() if on else date.today()
        owner = headquarters.upper() if headquarters else None
        query = (facts, "us-bis", day, destination.upper(), owner, name)
        rows, report = rules_rows(*query), render_rules(*query)
    else:
        rows, report = table_rows(facts, table, name), render_table(facts, table, name)
    if output_format == "json":
        print_json(json_text(rows))
    else:
        print_report(report)


def watched[T](search: Callable[..., T], case: "Case", *more: Any) -> tuple[T, bool]:
    """Search, showing progress and heeding Ctrl-C; return the result and whether it was stopped."""
    from rich.console import Console

    from reports.progress import progress
    from reports.terminal import interruption

    console = Console(stderr=True)
    with interruption() as asked, progress(console, 1.0, case.instance.currency) as show:
        found = search(case, *more, on_progress=show, interrupted=asked)
    return found, asked.is_set()


def refuse_same_file(problem: Path, output: Path) -> None:
    """Refuse to write a plan over the problem it answers."""
    if output.exists() and problem.exists() and output.samefile(problem):
        raise BadInput(f"{output} is the problem file: name another file for the plan")


if __name__ == "__main__":
    main(prog_name="rackmix")
