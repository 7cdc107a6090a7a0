"""A problem file as it was written: plain values, each with the place it stands at.

Belongs here: the tree of values with their places, and following a path through it. Does not
belong here: any file format (yaml_text, json_text, toml_text), and what the values mean (schema).
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from problems.errors import InputError, InputProblem
from problems.paths import KeyPath, path_text
from problems.scalars import Scalar, check_finite

MOST_DEPTH = 64
"""Levels of nesting, far beyond any problem file and within Python's recursion limit."""
Value = Mapping[str, "Node"] | tuple["Node", ...] | Scalar


@dataclass(frozen=True, slots=True)
class Location:
    """Where something was written."""

    file: str
    """The file as the user named it, or the edit as it was written."""
    line: int = 0
    """Line counted from 1; 0 where there is none."""
    column: int = 0
    """Column counted from 1; 0 where it is not known."""
    note: str = ""
    """For a block that an edit made on its way: what the edit probably meant."""


@dataclass(frozen=True, slots=True)
class Node:
    """A value with its place; a mapping holds nodes by key, a list holds them in order.

    Nodes are never changed, so that one node can stand at several paths (YAML aliases) and an
    edited tree shares what was not edited.
    """

    value: Value
    at: Location
    """Where the value stands."""
    key_at: Location | None = None
    """Where its key stands; None in a list and at the top."""

    def with_child(self, key: str | int, child: "Node | None") -> "Node":
        """The same mapping or list with one entry put in place, or taken out for None."""
        if isinstance(self.value, tuple):
            assert isinstance(key, int)
            entries = () if child is None else (child,)
            return replace(self, value=self.value[:key] + entries + self.value[key + 1 :])
        children = dict(self.value) if isinstance(self.value, Mapping) else {}
        if child is None:
            del children[str(key)]
        else:
            children[str(key)] = child
        return replace(self, value=children)

    def child(self, part: str | int) -> "Node | None":
        """The entry at one part of a path; None where there is none."""
        if isinstance(self.value, Mapping):
            return self.value.get(str(part))
        if isinstance(self.value, tuple) and str(part).isdecimal():
            return self.value[int(part)] if int(part) < len(self.value) else None
        return None

    def plain(self) -> Any:
        """The value alone, as JSON would hold it."""
        if isinstance(self.value, Mapping):
            return {key: child.plain() for key, child in self.value.items()}
        if isinstance(self.value, tuple):
            return [child.plain() for child in self.value]
        return self.value


def node_of(value: Any, at: Location, path: KeyPath = ()) -> Node:
    """Wrap a plain value that has no places of its own, e.g. one read back out of a plan file.

    Raises InputError for NaN, infinities and bottomless nesting.
    """
    check_depth(path, at)
    if isinstance(value, Mapping):
        keys = {str(key): child for key, child in value.items()}
        return Node({key: node_of(child, at, (*path, key)) for key, child in keys.items()}, at)
    if isinstance(value, list | tuple):
        return Node(tuple(node_of(child, at, (*path, i)) for i, child in enumerate(value)), at)
    if isinstance(value, int | float):
        try:
            check_finite(value)
        except ValueError as error:
            raise InputError([problem_at(at, str(error), path)]) from None
    return Node(value, at)


@dataclass(frozen=True, slots=True)
class Document:
    """A problem file with its includes, and what was found wrong with it so far."""

    root: Node
    """The mapping at its top."""
    file: str
    """The file as the user named it."""
    problems: tuple[InputProblem, ...] = ()
    """Faults that did not stop the reading; load_problem raises them with all others."""

    @property
    def tree(self) -> dict[str, Any]:
        """Its values alone, as JSON would hold them."""
        tree: dict[str, Any] = self.root.plain()
        return tree

    def find(self, path: KeyPath) -> Node | None:
        """The value at ``path``; None where there is none."""
        node: Node | None = self.root
        for part in path:
            node = node.child(part) if node else None
        return node

    def locate(self, path: KeyPath, *, key: bool = False) -> Location:
        """Where the value at ``path`` stands (its key with ``key``), or the nearest block above."""
        depth = len(path)
        while (node := self.find(path[:depth])) is None:
            depth -= 1
        if node.key_at is None:
            return node.at
        # An indented block begins on the line after its name, where nobody would look for it.
        is_indented = isinstance(node.value, Mapping | tuple) and node.at.line > node.key_at.line
        return node.key_at if key or depth < len(path) or is_indented else node.at

    def problem(self, path: KeyPath, message: str, *, key: bool = False) -> InputProblem:
        """A fault of the value at ``path``, with its place."""
        known: KeyPath = ()
        for part in path:
            above = self.find(known)
            in_list = above is not None and isinstance(above.value, tuple)
            known = (*known, part if in_list else str(part))
        return problem_at(self.locate(known, key=key), message, known)


def check_depth(path: KeyPath, at: Location) -> None:
    """Refuse a file that nests beyond reason, before recursion does. Raises InputError."""
    if len(path) > MOST_DEPTH:
        raise InputError([problem_at(at, f"is nested more than {MOST_DEPTH} levels deep")])


def problem_at(at: Location, message: str, path: KeyPath = ()) -> InputProblem:
    """A fault with its place."""
    return InputProblem(message, at.file, at.line, at.column, path_text(path))
