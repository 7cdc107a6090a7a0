"""Edits of a problem file: set a value, scale it, or take it out, by its path.

Belongs here: reading ``PATH=VALUE`` and ``PATH*=1.5``, and applying them to a document before it
is validated. Does not belong here: whole blocks laid over a file (overrides.py).
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from problems.document import Document, Location, Node, problem_at
from problems.errors import InputError, InputProblem, did_you_mean, nearest
from problems.paths import KeyPath, parse_path, path_text
from problems.scalars import plain_scalar
from problems.scaling import parse_factor, scaled
from problems.yaml_text import parse_yaml

_ASSIGNMENT = re.compile(r'((?:"(?:[^"\\]|\\.)*"|[^"=])*)=(.*)', re.DOTALL)


class Op(StrEnum):
    """What an edit does."""

    SET = "set"
    """Put a value at the path, whether or not there was one."""
    SCALE = "scale"
    """Multiply the value at the path."""
    UNSET = "unset"
    """Take the value at the path out."""


@dataclass(frozen=True, slots=True)
class Edit:
    """One change of one value."""

    path: KeyPath
    op: Op
    value: Node
    """The new value, the factor, or nothing; its place is where the edit was written."""

    @property
    def at(self) -> Location:
        """Where the edit was written."""
        return self.value.at


def parse_edit(text: str) -> Edit:
    """Read ``PATH=VALUE`` or ``PATH*=FACTOR`` as given to --set.

    The value is read as in a YAML file: a plain word, or with quotes, ``{...}`` or ``[...]``.
    Raises InputError.

    >>> edit = parse_edit("sites.guizhou.power_cap = 20 MW")
    >>> edit.path, edit.op.value, edit.value.value
    (('sites', 'guizhou', 'power_cap'), 'set', '20 MW')
    """
    at = Location(f"--set {text}")
    match = _ASSIGNMENT.fullmatch(text)
    if not match:
        raise InputError([problem_at(at, "expected PATH=VALUE, e.g. sites.guizhou.pue=1.2")])
    path, value = match[1].strip(), node_of_text(match[2].strip(), at)
    if value.value is None:
        raise InputError([problem_at(at, "has no value; --unset PATH takes a value out")])
    if path.endswith("*"):
        return Edit(_path(path[:-1], at), Op.SCALE, value)
    return Edit(_path(path, at), Op.SET, value)


def parse_unset(text: str) -> Edit:
    """Read the PATH given to --unset. Raises InputError.

    >>> parse_unset("limits.budget").op.value
    'unset'
    """
    at = Location(f"--unset {text}")
    return Edit(_path(text, at), Op.UNSET, Node(None, at))


def edit_of_key(key: str, value: Node) -> Edit:
    """An edit written as ``"inference.chat.requests*": 1.5`` inside a file; null takes out.

    Raises InputError.
    """
    at = value.key_at or value.at
    if key.endswith("*"):
        return Edit(_path(key[:-1], at), Op.SCALE, value)
    return Edit(_path(key, at), Op.UNSET if value.value is None else Op.SET, value)


def apply_edits(document: Document, edits: Iterable[Edit]) -> Document:
    """The document with the edits made one after the other; one that cannot be made is noted among
    the document's problems and left out.
    """
    root, problems = document.root, list(document.problems)
    for edit in edits:
        try:
            root = apply_edit(root, edit)
        except InputError as error:
            problems += error.problems
    return replace(document, root=root, problems=tuple(problems))


def apply_edit(root: Node, edit: Edit) -> Node:
    """The tree with one edit made. Raises InputError."""
    return _changed(root, edit, 0)


def _changed(node: Node, edit: Edit, depth: int) -> Node:
    """The node at the first ``depth`` parts of the edit's path, with what is below it changed."""
    part = _entry(node, edit, depth)
    child = node.child(part)
    last = depth == len(edit.path) - 1
    if child is None and edit.op is not Op.SET:
        raise _missing(node, edit, depth)
    if not last:
        below = child or _new_block(node, edit, depth)
        return node.with_child(part, _changed(below, edit, depth + 1))
    if edit.op is Op.UNSET:
        return node.with_child(part, None)
    key_at = None if isinstance(node.value, tuple) else edit.at
    if edit.op is Op.SET:
        return node.with_child(part, replace(edit.value, key_at=key_at))
    assert child is not None
    try:
        new = scaled(child, parse_factor(_scalar(edit.value)), edit.value.at)
    except ValueError as error:
        raise _refusal(edit, depth, str(error)) from None
    return node.with_child(part, new)


def _entry(node: Node, edit: Edit, depth: int) -> str | int:
    """The next part of the path as the node needs it: a key, or a place in a list."""
    part = edit.path[depth]
    if isinstance(node.value, tuple):
        count = len(node.value)
        if not str(part).isdecimal() or int(part) >= count:
            given = f"entries 0 to {count - 1}" if count else "no entries"
            raise _refusal(edit, depth, f"there is no such entry: the list has {given}")
        return int(part)
    if isinstance(part, int) and node.value is not None:
        raise _refusal(edit, depth, "is not a list")
    if isinstance(node.value, Mapping) or node.value is None:
        return str(part)
    raise _refusal(edit, depth - 1, f"is one value, not a block with a '{part}'")


def _new_block(node: Node, edit: Edit, depth: int) -> Node:
    """An empty block on the way to a value that is set; carries what the edit may have meant."""
    path, part = edit.path[: depth + 1], str(edit.path[depth])
    near = nearest(part, node.value) if isinstance(node.value, Mapping) else None
    note = ""
    if near is not None:
        note = f"there is no {path_text(path)}; did you mean {path_text((*path[:-1], near))}?"
    at = replace(edit.at, note=note)
    return Node({}, at, key_at=at)


def _missing(node: Node, edit: Edit, depth: int) -> InputError:
    names = list(node.value) if isinstance(node.value, Mapping) else []
    part, above = str(edit.path[depth]), path_text(edit.path[:depth])
    hint = did_you_mean(part, names, prefix=f"{above}." if above else "")
    return _refusal(edit, depth, f"there is nothing here to {edit.op.value}{hint}")


def _refusal(edit: Edit, depth: int, message: str) -> InputError:
    return InputError([problem_at(edit.at, message, edit.path[: depth + 1])])


def _path(text: str, at: Location) -> KeyPath:
    try:
        return parse_path(text)
    except ValueError as error:
        raise InputError([problem_at(at, str(error))]) from None


def node_of_text(text: str, at: Location) -> Node:
    """A value written as one text: structured where it begins like it, else a plain word.

    Raises InputError.
    """
    if text[:1] in ("{", "[", '"', "'"):
        try:
            node, problems = parse_yaml(text, at.file)
        except InputError as error:
            node, problems = None, list(error.problems)
        if problems:
            raise InputError(replace(problem, line=0, column=0) for problem in problems)
        return _moved(node, at) if node else Node(None, at)
    try:
        return Node(plain_scalar(text), at)
    except ValueError as error:
        raise InputError([InputProblem(str(error), at.file)]) from None


def _moved(node: Node, at: Location) -> Node:
    """The same value, all of it standing at one place."""
    if isinstance(node.value, Mapping):
        children = {key: _moved(child, at) for key, child in node.value.items()}
        return Node(children, at, node.key_at and at)
    if isinstance(node.value, tuple):
        return Node(tuple(_moved(child, at) for child in node.value), at)
    return Node(node.value, at, node.key_at and at)


def _scalar(node: Node) -> str | int | float | bool | None:
    if isinstance(node.value, Mapping | tuple):
        return None
    return node.value
