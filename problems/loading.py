"""From a problem file to a validated problem.

Belongs here: the order of things: read, scenarios, edits, validation, checks; and one error that
lists all that is wrong. Does not belong here: how each of them is done.
"""

import hashlib
import json
import os
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any

from problems.document import Document, Location, Node, node_of
from problems.edits import Edit, apply_edits
from problems.errors import InputError, InputProblem
from problems.overrides import apply_overrides, apply_scenarios, check_overrides
from problems.paths import KeyPath
from problems.quantities import UnitContext
from problems.reading import read_document
from problems.schema import Problem
from problems.validation import validate

Check = Callable[[Problem], Iterable[tuple[KeyPath, str]]]
"""A check of what the schema cannot see (names, dates within the horizon): paths with messages."""

BLOCKS = tuple(info.alias or name for name, info in Problem.model_fields.items())
_MOST_LEFT_OUT = 500
"""Faults after which a file is not looked at any further."""


@dataclass(frozen=True)
class LoadedProblem:
    """A valid problem with the file it came from."""

    problem: Problem
    """The problem."""
    document: Document
    """The file after includes, scenarios and edits, with the place of every value."""
    cases: Mapping[str, "LoadedProblem"] = field(default_factory=dict)
    """The problem in each case of its uncertainty."""

    @cached_property
    def tree(self) -> dict[str, Any]:
        """The values as JSON holds them; problem_from_tree reads them back."""
        return self.document.tree

    @cached_property
    def sha256(self) -> str:
        """Hash of the values, whatever their order and however they are written down."""
        text = json.dumps(self.tree, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        return hashlib.sha256(text.encode()).hexdigest()

    @property
    def catalog_files(self) -> tuple[Path, ...]:
        """The problem's own catalogue files; they are named from the problem's folder."""
        folder = Path(self.document.file).parent
        return tuple(folder / name for name in self.problem.catalogs)

    def error(self, findings: Iterable[tuple[KeyPath, str]]) -> InputError:
        """The error for faults found later, with the places of their paths."""
        return InputError(self.document.problem(path, message) for path, message in findings)


def load_problem(
    path: str | os.PathLike[str],
    *,
    scenarios: Iterable[str] = (),
    edits: Iterable[Edit] = (),
    check: Check | None = None,
) -> LoadedProblem:
    """Read, edit and validate a problem file: scenarios first, then edits, each in the order given.

    Raises InputError with everything that is wrong.
    """
    document = read_document(path)
    faults = _scenario_faults(document)
    document = apply_edits(apply_scenarios(document, scenarios), edits)
    if document.root.child("scenarios"):
        document = replace(document, root=document.root.with_child("scenarios", None))
    return _loaded(replace(document, problems=(*document.problems, *faults)), check)


def problem_from_tree(
    tree: Mapping[str, Any], origin: str, check: Check | None = None
) -> LoadedProblem:
    """The problem of a tree that was kept, e.g. in a plan file; ``origin`` names it in messages.

    Raises InputError.
    """
    return _loaded(Document(node_of(tree, Location(origin)), origin), check)


def _loaded(document: Document, check: Check | None) -> LoadedProblem:
    problem, problems = _validated(document, check)
    cases = {}
    for name, case in _cases(document, problems).items():
        case_problem, case_problems = _validated(case, check)
        problems += [p for p in case_problems if p not in problems]
        if case_problem is not None:
            cases[name] = LoadedProblem(case_problem, case)
    if problem is None or problems:
        raise InputError(problems)
    return LoadedProblem(problem, document, cases)


def _scenario_faults(document: Document) -> list[InputProblem]:
    """What is wrong with scenarios, chosen or not; a chosen one is validated in full later."""
    problems: list[InputProblem] = []
    scenarios = document.root.child("scenarios")
    if scenarios is None:
        return problems
    if not isinstance(scenarios.value, Mapping):
        problems.append(document.problem(("scenarios",), "must be a mapping of names to changes"))
    else:
        for name, over in scenarios.value.items():
            check_overrides(over, ("scenarios", name), BLOCKS, problems)
    return problems


def _cases(document: Document, problems: list[InputProblem]) -> dict[str, Document]:
    """The document in each case of its uncertainty; what cannot be applied is noted."""
    cases = document.find(("uncertainty", "cases"))
    if cases is None or not isinstance(cases.value, Mapping):
        return {}
    blocks = [block for block in BLOCKS if block != "uncertainty"]
    root = document.root.with_child("uncertainty", None)
    documents = {}
    for name, case in cases.value.items():
        faults: list[InputProblem] = []
        changed, changes = root, case.child("set")
        if changes is not None and isinstance(changes.value, Mapping):
            check_overrides(changes, ("uncertainty", "cases", name, "set"), blocks, faults)
            if not faults:
                changed = apply_overrides(root, changes, faults)
        problems += faults
        documents[name] = replace(document, root=changed, problems=())
    return documents


def _validated(
    document: Document, check: Check | None
) -> tuple[Problem | None, list[InputProblem]]:
    """The problem, if the schema takes it, and all that is wrong with the document."""
    problem, faults, faulty = validate(Problem, document, UnitContext.from_tree(document.tree))
    # What the reader has refused (NaN) the schema may refuse again at the same place.
    noted = {(p.file, p.line, p.column) for p in document.problems}
    problems = [*document.problems]
    problems += [p for p in faults if not p.column or (p.file, p.line, p.column) not in noted]
    if check is not None:
        problems += _check_sound_part(document, problem, faulty, check)
    return problem, problems


def _check_sound_part(
    document: Document, problem: Problem | None, faulty: list[KeyPath], check: Check
) -> list[InputProblem]:
    """Run the check even where the schema has refused parts: on what is left without them.

    Findings that may come from the gap itself (near it, or naming what was left out) are dropped.
    """
    sound = document
    left_out: list[KeyPath] = []
    while problem is None:
        if () in faulty or len(left_out) > _MOST_LEFT_OUT:
            return []
        left_out += faulty
        for path in faulty:
            sound = _without(sound, path)
        problem, _, faulty = validate(Problem, sound, UnitContext.from_tree(sound.tree))
    return [
        document.problem(path, message)
        for path, message in check(problem)
        if not any(_concerns(path, message, gap) for gap in left_out)
    ]


def _without(document: Document, path: KeyPath) -> Document:
    def cut(node: Node, path: KeyPath) -> Node:
        child = node.child(path[0])
        if child is None:
            return node
        return node.with_child(path[0], cut(child, path[1:]) if len(path) > 1 else None)

    return replace(document, root=cut(document.root, path))


def _concerns(path: KeyPath, message: str, gap: KeyPath) -> bool:
    shared = min(len(path), len(gap))
    name = re.escape(str(gap[-1]))
    return path[:shared] == gap[:shared] or bool(re.search(rf"(?<![\w-]){name}(?![\w-])", message))
