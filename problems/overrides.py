"""Whole blocks laid over a problem: included files, scenarios, the cases of an uncertain future.

Belongs here: how two trees become one, and choosing scenarios. Does not belong here: edits of
single values (edits.py), reading files (reading.py).
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace

from problems.document import Document, Location, Node, problem_at
from problems.edits import apply_edit, edit_of_key
from problems.errors import InputError, InputProblem, did_you_mean
from problems.paths import KeyPath

NOT_IN_OVERRIDES = ("scenarios", "include", "rackmix")
"""Blocks that say how a file is read, which no scenario can change."""
SAME_IN_ALL_CASES = ("horizon", "currency", "solve", "uncertainty")
"""Blocks that all cases of an uncertain future share: one calendar, one money, one search."""


def merge(base: Node, over: Node, problems: list[InputProblem], path: KeyPath = ()) -> Node:
    """Lay ``over`` on ``base``: mappings merge by key, anything else replaces, null takes out."""
    if not (isinstance(base.value, Mapping) and isinstance(over.value, Mapping)):
        return over
    merged = dict(base.value)
    for key, child in over.value.items():
        below = merged.get(key)
        if child.value is None and below is None:
            message = f"null takes a key out, but there is none here{did_you_mean(key, merged)}"
            problems.append(problem_at(child.key_at or child.at, message, (*path, key)))
        elif child.value is None:
            del merged[key]
        elif below is None:
            merged[key] = child
        else:
            merged[key] = merge(below, child, problems, (*path, key))
    return replace(base, value=merged)


def is_edit(key: str) -> bool:
    """Whether a key of a scenario is a path to edit (``sites.guizhou.pue``, ``spares*``), no block.

    >>> is_edit("sites.guizhou.pue"), is_edit("spares*"), is_edit("sites")
    (True, True, False)
    """
    return key.endswith("*") or any(c in key for c in '."[')


def apply_overrides(root: Node, over: Node, problems: list[InputProblem]) -> Node:
    """Lay the changes of a scenario or case on a problem, in the order they are written: blocks are
    merged, keys that are paths are edits. What cannot be applied is noted in ``problems``.
    """
    assert isinstance(over.value, Mapping)
    for key, child in over.value.items():
        if is_edit(key):
            try:
                root = apply_edit(root, edit_of_key(key, child))
            except InputError as error:
                problems += error.problems
        else:
            root = merge(root, Node({key: child}, over.at), problems)
    return root


def apply_scenarios(document: Document, names: Iterable[str]) -> Document:
    """The document with the named scenarios applied one after the other.

    Unknown names and changes that cannot be applied are noted among its problems.
    """
    problems = list(document.problems)
    root, scenarios = document.root, document.root.child("scenarios")
    known = scenarios.value if scenarios and isinstance(scenarios.value, Mapping) else {}
    for name in names:
        scenario = known.get(name)
        if scenario is None:
            at = Location(f"--scenario {name}")
            hint = did_you_mean(name, known) or "; the file has none"
            problems.append(problem_at(at, f"no such scenario in {document.file}{hint}"))
        elif isinstance(scenario.value, Mapping):
            root = apply_overrides(root, scenario, problems)
    return replace(document, root=root, problems=tuple(problems))


def check_overrides(
    over: Node,
    path: KeyPath,
    blocks: Collection[str],
    problems: list[InputProblem],
    fixed: Collection[str] = (),
) -> None:
    """Note changes of blocks that no problem has, in scenarios that are not chosen too.

    ``fixed`` blocks must be the same in every case.
    """
    if not isinstance(over.value, Mapping):
        message = "must be a mapping of changes"
        problems.append(problem_at(over.key_at or over.at, message, path))
        return
    for key, child in over.value.items():
        at = child.key_at or child.at
        try:
            block = str(edit_of_key(key, child).path[0]) if is_edit(key) else key
        except InputError as error:
            problems += error.problems
            continue
        if block in NOT_IN_OVERRIDES:
            message = f"'{block}' cannot be changed here"
        elif block in fixed:
            message = f"'{block}' must be the same in every case: change it for the whole file"
        elif block not in blocks:
            message = f"no such block{did_you_mean(block, blocks)}"
        else:
            continue
        problems.append(problem_at(at, message, (*path, key)))


def scenario_faults(document: Document, blocks: Collection[str]) -> list[InputProblem]:
    """What is wrong with scenarios, chosen or not; a chosen one is validated in full later."""
    problems: list[InputProblem] = []
    scenarios = document.root.child("scenarios")
    if scenarios is None:
        return problems
    if not isinstance(scenarios.value, Mapping):
        problems.append(document.problem(("scenarios",), "must be a mapping of names to changes"))
    else:
        for name, over in scenarios.value.items():
            check_overrides(over, ("scenarios", name), blocks, problems)
    return problems


def case_documents(
    document: Document, blocks: Collection[str], problems: list[InputProblem]
) -> dict[str, Document]:
    """The document in each case of its uncertainty; what cannot be applied is noted."""
    cases = document.find(("uncertainty", "cases"))
    if cases is None or not isinstance(cases.value, Mapping):
        return {}
    root = document.root.with_child("uncertainty", None)
    documents = {}
    for name, case in cases.value.items():
        faults: list[InputProblem] = []
        changed, changes = root, case.child("set")
        if changes is not None and isinstance(changes.value, Mapping):
            path = ("uncertainty", "cases", name, "set")
            check_overrides(changes, path, blocks, faults, SAME_IN_ALL_CASES)
            if not faults:
                changed = apply_overrides(root, changes, faults)
        problems += faults
        documents[name] = replace(document, root=changed, problems=())
    return documents
