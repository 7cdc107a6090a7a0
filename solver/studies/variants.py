"""Variants of a problem file: edited copies, with what the edits change.

Belongs here: building the cases of a comparison, with all errors of all of them at once. Does not
belong here: reading edits from a command line (commands), solving (compare).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from problems import InputError, InputProblem
from problems.edits import Edit
from problems.loading import ProblemFile
from problems.paths import KeyPath, path_text
from solver.case import Case, case_of

BASE = "base"
"""The name of the problem that variants are held against."""


@dataclass(frozen=True, slots=True)
class ValueChange:
    """A value of the problem that a variant has otherwise."""

    path: str
    before: Any
    """None where the base has none."""
    after: Any
    """None where the variant has none."""


@dataclass(frozen=True)
class Variant:
    """A named case and what it changes of the base."""

    name: str
    case: Case
    changes: tuple[ValueChange, ...] = ()
    scenarios: tuple[str, ...] = ()


@dataclass(frozen=True)
class Edits:
    """Scenarios and then edits, made together."""

    name: str
    edits: Sequence[Edit] = ()
    scenarios: Sequence[str] = ()


@dataclass
class _Built:
    cases: list[Case] = field(default_factory=list)
    wrong: list[InputProblem] = field(default_factory=list)


def variants_of(file: ProblemFile, base: Edits, others: Iterable[Edits]) -> tuple[Variant, ...]:
    """The base and one variant for each of the others; the base's edits come before theirs.

    Raises InputError with everything that is wrong in any of them.
    """
    others, built = tuple(others), _Built()
    for each in (base, *others):
        more = each if each is not base else Edits(base.name)
        scenarios = (*base.scenarios, *more.scenarios)
        try:
            built.cases.append(case_of(file, scenarios=scenarios, edits=(*base.edits, *more.edits)))
        except InputError as error:
            built.wrong += [problem for problem in error.problems if problem not in built.wrong]
    if built.wrong:
        raise InputError(built.wrong)
    first, *rest = built.cases
    found = [Variant(base.name, first, scenarios=tuple(base.scenarios))]
    for each, case in zip(others, rest, strict=True):
        changes = tuple(value_changes(first.loaded.tree, case.loaded.tree))
        found.append(Variant(each.name, case, changes, tuple(each.scenarios)))
    return tuple(found)


def value_changes(before: Any, after: Any, path: KeyPath = ()) -> list[ValueChange]:
    """The values at which two trees differ, by path.

    >>> value_changes({"a": {"b": 1, "c": 2}}, {"a": {"b": 3}})
    [ValueChange(path='a.b', before=1, after=3), ValueChange(path='a.c', before=2, after=None)]
    """
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        found = []
        for key in [*before, *(key for key in after if key not in before)]:
            found += value_changes(before.get(key), after.get(key), (*path, key))
        return found
    return [] if before == after else [ValueChange(path_text(path), before, after)]
