"""Options that several commands share, and how their values are read.

Belongs here: edits, gaps, durations, formats. Does not belong here: what a command does.
"""

import re
import shlex
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from problems import Edit, InputProblem


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


def same_problem(command: str, file: Path, edits: "list[Edit]", scenarios: tuple[str, ...]) -> str:
    """Return a command line about the same problem, edits included, to be pasted into a shell."""
    words = [shlex.quote(str(file))]
    for name in scenarios:
        words += ["--scenario", shlex.quote(name)]
    for edit in edits:
        option, _, text = edit.at.file.partition(" ")
        words += [option, shlex.quote(text)]
    return " ".join([command, *words])


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


SEARCHING = (
    click.option(
        "--engine",
        type=click.Choice(["cbc", "highs"]),
        help="The solver, alone; default cbc, helped by highs on large problems.",
    ),
    click.option("--gap", type=gap, metavar="0.1%", help="Stop this close to the optimum."),
    click.option("--time-limit", "time_limit_s", type=seconds, metavar="60s", help="Stop then."),
    click.option("--threads", type=click.IntRange(min=1), help="Threads of the solver."),
)


def search_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the options of a search; those not given come from the file's `solve:`."""
    for option in reversed(SEARCHING):
        command = option(command)
    return command
