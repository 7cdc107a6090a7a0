"""From a problem file to a problem that is valid in itself and against the catalogue.

Belongs here: the order of things (read, scenarios, edits, schema, checks) and one error that lists
all that is wrong. Does not belong here: how each of them is done.
"""

import hashlib
import json
import os
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any

from catalogs import Catalog, CatalogError, load_catalog
from problems.checks import check_problem
from problems.document import Document, Location, Node, node_of
from problems.edits import Edit, apply_edits
from problems.errors import InputError, InputProblem, shown
from problems.items import catalog_with_items
from problems.overrides import apply_scenarios, case_documents, scenario_faults
from problems.paths import KeyPath, parse_path
from problems.reading import read_document
from problems.schema import Problem
from problems.units import UnitContext
from problems.validation import validate

BLOCKS = tuple(info.alias or name for name, info in Problem.model_fields.items())
"""The keys a problem file can have at its top."""
_MOST_LEFT_OUT = 500
"""Faults after which a file is not looked at any further."""
_IN_A_FILE = re.compile(r"(.+?):(\d+): (.*)", re.DOTALL)
_LAID_OVER = re.compile(r"items of the problem file: \w+\.(.*)", re.DOTALL)
_IN_ITEMS = re.compile(r"(items\.[^:]+): (.*)", re.DOTALL)


@dataclass(frozen=True)
class LoadedProblem:
    """A valid problem with the file it came from and the facts it rests on."""

    problem: Problem
    """The problem."""
    catalog: Catalog
    """The shipped catalogue, the problem's own files and its own items, one on top of the other."""
    document: Document
    """The file after includes, scenarios and edits, with the place of every value."""
    cases: Mapping[str, "LoadedProblem"] = field(default_factory=dict)
    """The problem in each case of its uncertainty."""

    @property
    def without_uncertainty(self) -> "LoadedProblem":
        """The file as it stands, as if it had no cases."""
        root = self.document.root
        if root.child("uncertainty"):
            root = root.with_child("uncertainty", None)
        return LoadedProblem(
            self.problem.model_copy(update={"uncertainty": None}),
            self.catalog,
            replace(self.document, root=root),
        )

    @cached_property
    def tree(self) -> dict[str, Any]:
        """The values as JSON holds them; problem_from_tree reads them back."""
        return self.document.tree

    @cached_property
    def sha256(self) -> str:
        """Hash of the values, whatever their order and however they are written down."""
        text = json.dumps(self.tree, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        return hashlib.sha256(text.encode()).hexdigest()

    def error(self, findings: Iterable[tuple[KeyPath, str]]) -> InputError:
        """The error for faults found later, with the places of their paths."""
        return InputError(self.document.problem(path, message) for path, message in findings)


@dataclass(frozen=True)
class ProblemFile:
    """A problem file that was read once and can be edited any number of times."""

    document: Document
    """As it stands in the file, its includes taken in."""

    @property
    def scenarios(self) -> tuple[str, ...]:
        """Names of the scenarios it offers."""
        block = self.document.root.child("scenarios")
        return tuple(map(str, block.value)) if block and isinstance(block.value, Mapping) else ()

    @property
    def uncertain(self) -> bool:
        """Whether it has cases to plan for at once."""
        return self.document.find(("uncertainty", "cases")) is not None

    def problem(self, scenarios: Iterable[str] = (), edits: Iterable[Edit] = ()) -> LoadedProblem:
        """The valid problem after scenarios and then edits, each in the order given.

        Raises InputError with everything that is wrong.
        """
        faults = scenario_faults(self.document, BLOCKS)
        document = apply_edits(apply_scenarios(self.document, scenarios), edits)
        if document.root.child("scenarios"):
            document = replace(document, root=document.root.with_child("scenarios", None))
        return _loaded(replace(document, problems=(*document.problems, *faults)), None)


type Source = str | os.PathLike[str] | Mapping[str, Any] | ProblemFile
"""Where a problem comes from: a file's path, the mapping it would hold, or a file that was read."""


def read_problem(source: Source) -> ProblemFile:
    """Read a problem file and what it includes; a mapping stands for what a file would hold.

    In a mapping dates and numbers of numpy may stand as they are; its catalogue files are looked
    for in the current folder, and it cannot `include:`. Raises InputError where it cannot be read.
    """
    if isinstance(source, ProblemFile):
        return source
    if isinstance(source, Mapping):
        from problems.frames import document_of

        return ProblemFile(document_of(source, "problem"))
    return ProblemFile(read_document(source))


def load_problem(
    path: str | os.PathLike[str],
    *,
    scenarios: Iterable[str] = (),
    edits: Iterable[Edit] = (),
) -> LoadedProblem:
    """Read, edit and validate a problem file: scenarios first, then edits, each in the order given.

    Raises InputError with everything that is wrong.
    """
    return read_problem(path).problem(scenarios, edits)


def problem_from_tree(
    tree: Mapping[str, Any], origin: str, catalog: Catalog | None = None
) -> LoadedProblem:
    """The problem of a tree that was kept, e.g. in a plan file; ``origin`` names it in messages.

    With the ``catalog`` it was kept with, it is not checked against the catalogue of today.
    Raises InputError.
    """
    root = node_of(tree, Location(origin))
    if not isinstance(root.value, Mapping):
        raise InputError([InputProblem(f"must hold a problem (given {shown(tree)})", origin)])
    return _loaded(Document(root, origin), catalog)


def _loaded(document: Document, kept: Catalog | None) -> LoadedProblem:
    loaded, problems = _validated(document, kept)
    cases = {}
    for name, case in case_documents(document, BLOCKS, problems).items():
        case_loaded, case_problems = _validated(case, kept)
        told = [p for p in case_problems if p not in problems]
        problems += [replace(p, message=f"{p.message}, in case {name!r}") for p in told]
        if case_loaded is not None:
            cases[name] = case_loaded
    if loaded is None or problems:
        raise InputError(problems)
    return replace(loaded, cases=cases)


def _validated(
    document: Document, kept: Catalog | None
) -> tuple[LoadedProblem | None, list[InputProblem]]:
    """The problem, as far as the schema and the catalogue allow, and all that is wrong with it."""
    problem, faults, faulty = validate(Problem, document, UnitContext.from_tree(document.tree))
    problems = [*document.problems, *(p for p in faults if not _noted(p, document))]
    if problem is None:
        return None, problems + _faults_of_sound_part(document, faulty)
    catalog, found = (kept, []) if kept is not None else _against_catalog(problem, document)
    loaded = LoadedProblem(problem, catalog, document) if catalog is not None else None
    return loaded, problems + found


def _noted(problem: InputProblem, document: Document) -> bool:
    """Whether the reader has refused a value (NaN) that the schema refuses again."""
    place = (problem.file, problem.line, problem.column)
    return bool(problem.column and problem.path) and any(
        place == (p.file, p.line, p.column) for p in document.problems
    )


def _against_catalog(
    problem: Problem, document: Document
) -> tuple[Catalog | None, list[InputProblem]]:
    """The catalogue with all that the problem adds to it, and what the checks find."""
    folder = Path(document.file).parent
    try:
        files = [folder / name for name in problem.catalogs]
        catalog = catalog_with_items(problem, load_catalog(files))
    except CatalogError as error:
        return None, [_of_catalog(line, problem, document) for line in error.problems]
    return catalog, [document.problem(path, text) for path, text in check_problem(problem, catalog)]


def _of_catalog(line: str, problem: Problem, document: Document) -> InputProblem:
    """A line of the catalogue's error, at its place in a catalogue file or among the items."""
    if found := _LAID_OVER.fullmatch(line):
        for key in problem.items:
            if found[1].startswith(f"{key}."):
                return document.problem(("items", key), found[1].removeprefix(f"{key}."), key=True)
    if found := _IN_ITEMS.fullmatch(line):
        return document.problem(parse_path(found[1]), found[2])
    if found := _IN_A_FILE.fullmatch(line):
        return InputProblem(found[3], found[1], int(found[2]))
    return document.problem(("catalogs",), line)


def _faults_of_sound_part(document: Document, faulty: list[KeyPath]) -> list[InputProblem]:
    """What the catalogue and the checks say of a refused problem, looked at without its faults.

    Findings that may come from the gap itself (near it, or naming what was left out) are dropped.
    """
    problem, sound, left_out = None, document, list[KeyPath]()
    while problem is None:
        if () in faulty or len(left_out) > _MOST_LEFT_OUT:
            return []
        left_out += faulty
        for path in faulty:
            sound = _without(sound, path)
        problem, _, faulty = validate(Problem, sound, UnitContext.from_tree(sound.tree))
    _, found = _against_catalog(problem, replace(document, root=sound.root))
    return [fault for fault in found if not any(_concerns(fault, gap) for gap in left_out)]


def _without(document: Document, path: KeyPath) -> Document:
    def cut(node: Node, path: KeyPath) -> Node:
        child = node.child(path[0])
        if child is None:
            return node
        return node.with_child(path[0], cut(child, path[1:]) if len(path) > 1 else None)

    return replace(document, root=cut(document.root, path))


def _concerns(fault: InputProblem, gap: KeyPath) -> bool:
    """Whether a fault stands where something was left out, or names it."""
    path = parse_path(fault.path) if fault.path else ()
    shared = min(len(path), len(gap))
    name = re.escape(str(gap[-1]))
    return path[:shared] == gap[:shared] or bool(
        re.search(rf"(?<![\w-]){name}(?![\w-])", fault.message)
    )
