"""Several edits on one command line, each a case of its own.

Belongs here: `--set`, `--unset`, `--scenario` in the order given, and cases that join several.
Does not belong here: reading a single edit (problems), solving the cases (solver.studies).
"""

import re
from typing import TYPE_CHECKING, Any

import click

from commands.program import BadInput

if TYPE_CHECKING:
    from solver.studies.variants import Edits

EDITS = ("set", "unset", "scenario", "case")
NAMES = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_NAMED = re.compile(r"\s*([^=:;{}\[\]\"*]+?)\s*:(.*)", re.DOTALL)
_PART = re.compile(r'((?:"(?:[^"\\]|\\.)*"|\{[^{}]*\}|\[[^\[\]]*\]|[^;])*)(?:;|$)', re.DOTALL)


class CasesCommand(click.Command):
    """A command whose edits stand for cases, in the order they were given.

    It gets them as `asked`: pairs of the option's name and its text.
    """

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Parse as always, then merge the options that edit."""
        _, _, order = self.make_parser(ctx).parse_args(args=list(args))
        rest = super().parse_args(ctx, args)
        values = {name: iter(ctx.params.pop(name)) for name in EDITS}
        names = [parameter.name for parameter in order if parameter.name in values]
        ctx.params["asked"] = [(name, next(values[name])) for name in names]
        return rest


def cases_asked(
    asked: list[tuple[str, str]], base: str | None, together: bool
) -> "tuple[Edits, list[Edits]]":
    """The base's edits and those of each case. Raises InputError with all that cannot be read.

    Each option is a case of its own, called A, B, ...; with ``together`` all but `--case` make one.
    """
    from problems import InputError, InputProblem
    from solver.studies.variants import BASE, Edits

    wrong: list[InputProblem] = []
    texts = [(name, parts) for name, parts in _grouped(asked, together) if parts]
    if not texts:
        raise BadInput("name at least one change: --set, --unset, --scenario or --case")
    if len(texts) > len(NAMES):
        raise BadInput(f"{len(texts)} cases are more than the {len(NAMES)} that can be compared")
    cases = []
    for number, (name, parts) in enumerate(texts):
        edits, scenarios = _read(parts, wrong)
        cases.append(Edits(name or NAMES[number], edits, scenarios))
    first = Edits(BASE, *_read(split_case(base)[1], wrong)) if base else Edits(BASE)
    if wrong:
        raise InputError(wrong)
    names = [BASE, *(case.name for case in cases)]
    for name in names:
        if names.count(name) > 1:
            raise BadInput(f"two cases are called {name!r}: give each a name of its own")
    return first, cases


def _grouped(
    asked: list[tuple[str, str]], together: bool
) -> list[tuple[str, list[tuple[str, str]]]]:
    """The names (or nothing) and edits of the cases, in the order they were given."""
    joined = [part for part in asked if part[0] != "case"]
    groups: list[tuple[str, list[tuple[str, str]]]] = []
    for part in asked:
        if part[0] == "case":
            groups.append(split_case(part[1]))
        elif not together:
            groups.append(("", [part]))
        elif joined:
            groups.append(("", joined))
            joined = []
    return groups


def split_case(text: str) -> tuple[str, list[tuple[str, str]]]:
    """The name of a case (or nothing) and its edits, as options and their texts.

    >>> split_case("dear: offers.a.price*=1.5; unset limits.budget; scenario no-rules")
    ('dear', [('set', 'offers.a.price*=1.5'), ('unset', 'limits.budget'), ('scenario', 'no-rules')])
    >>> split_case('limits.budget={2023: 1 CNY; 2024: 2 CNY}')
    ('', [('set', 'limits.budget={2023: 1 CNY; 2024: 2 CNY}')])
    """
    named = _NAMED.fullmatch(text)
    name, rest = (named[1], named[2]) if named else ("", text)
    parts: list[tuple[str, str]] = []
    for match in _PART.finditer(rest):
        part = match[1].strip()
        word, _, after = part.partition(" ")
        if word in ("unset", "scenario") and after.strip():
            parts.append((word, after.strip()))
        elif part:
            parts.append(("set", part))
    return name, parts


def _read(parts: list[tuple[str, str]], wrong: list[Any]) -> tuple[list[Any], list[str]]:
    from problems import InputError, parse_edit, parse_unset

    edits, scenarios = [], []
    for option, text in parts:
        try:
            if option == "scenario":
                scenarios.append(text)
            else:
                edits.append(parse_edit(text) if option == "set" else parse_unset(text))
        except InputError as error:
            wrong += error.problems
    return edits, scenarios
