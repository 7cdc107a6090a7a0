"""`rackmix explain`: what decided a problem, and what would change it."""

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
    seconds,
)
from commands.program import EXIT_CODES, ExitCode
from commands.searching import watched
from commands.uncertain import tell_base_alone

if TYPE_CHECKING:
    from problems import Edit


def weight(text: str) -> tuple[str, float]:
    """Return a path and its weight, written `sites.guizhou.power_cap=2`.

    >>> weight("limits.budget = 0.5")
    ('limits.budget', 0.5)
    """
    path, sign, number = text.rpartition("=")
    try:
        value = float(number)
    except ValueError:
        value = 0.0
    if not sign or not 0 < value < float("inf"):
        raise click.BadParameter(f"{text!r} is no weight; expected PATH=2, above 0")
    return path.strip(), value


@click.command(cls=EditingCommand)
@problem_argument
@editing_options
@search_options
@click.option(
    "--weight",
    "weights",
    type=weight,
    multiple=True,
    metavar="PATH=2",
    help="Count changes there so many times. Repeatable.",
)
@click.option(
    "--budget",
    "budget_s",
    type=seconds,
    metavar="5min",
    default="5min",
    help="Where there is a plan: stop asking what would change it then.",
)
@click.option(
    "--range",
    "ranges",
    multiple=True,
    metavar="PATH",
    help="Find how far this figure can move with the plan still right. Repeatable.",
)
@format_option
@debug_option
def explain(
    file: Path,
    edits: "list[Edit]",
    scenario: tuple[str, ...],
    weights: tuple[tuple[str, float], ...],
    budget_s: float,
    ranges: tuple[str, ...],
    output_format: str,
    **options: Any,
) -> ExitCode:
    """Say what decided a problem, and what would change it.

    Where there is no plan: what contradicts what, and what cures it. Where there is one: what a
    step of each limit is worth, what the export rules cost, why not another card, how far the
    answer holds. Every change is an edit that was tried: paste it behind the command.
    """
    from functools import partial

    from reports.explain import explanation_json, render_explanation
    from reports.terminal import print_json, print_report
    from solver import load_case, options_of
    from solver.explain import explain_case

    case = load_case(file, scenarios=scenario, edits=edits)
    tell_base_alone(case.uncertain)
    chosen = options_of(case, **options)
    explained = partial(explain_case, weights=dict(weights), budget_s=budget_s, ranges=ranges)
    explanation, stopped = watched(explained, case, chosen)
    if explanation.conflict is None and weights:
        click.echo("--weight was not needed: no change has to cure anything here", err=True)
    if explanation.reasons is None and ranges:
        click.echo("--range was not looked at: there is no plan whose figures could move", err=True)
    if output_format == "json":
        print_json(explanation_json(case, explanation))
    else:
        print_report(render_explanation(case, explanation))
    return ExitCode.INTERRUPTED if stopped else EXIT_CODES[explanation.answer.status]
