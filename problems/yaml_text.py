"""YAML text to a tree of values with their places.

Belongs here: what problem files take from YAML 1.2 and what they refuse (duplicate keys, merge
keys, tags, several documents, aliases that swell). Does not belong here: files (reading.py), what
an unquoted word means (scalars.py).
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, NoReturn

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import (
    AliasEvent,
    CollectionEndEvent,
    DocumentStartEvent,
    MappingStartEvent,
    ScalarEvent,
)
from ruamel.yaml.reader import ReaderError

from problems.document import MOST_DEPTH, Location, Node, check_depth, problem_at
from problems.errors import InputError, InputProblem
from problems.paths import KeyPath
from problems.scalars import check_text, plain_scalar

MOST_VALUES = 200_000
"""Values a file may hold with its aliases written out: a guard against aliases of aliases."""

_HINTS = {
    r"found character '\t'": "a tab; YAML indents with spaces only",
    "mapping values are not allowed here": "a second ': ' in one value (put quotes around such a "
    "text), or a wrong indentation",
    "cannot start any token": "a value cannot begin with this character; put quotes around it",
    "unexpected end of stream": "a quote that is never closed",
    "could not find expected ':'": "a key without ': ' after it",
    "expected <block end>": "wrong indentation, or a list and keys mixed in one block",
}


@dataclass(frozen=True, slots=True)
class _Built:
    """A node with its size and depth when its aliases are written out."""

    node: Node
    size: int = 1
    depth: int = 1


def parse_yaml(text: str, file: str) -> tuple[Node | None, list[InputProblem]]:
    """Read one YAML document: its top node (None when empty) and the faults that did not stop it.

    Raises InputError where the text cannot be read on.
    """
    return _Reader(text, file).document()


class _Reader:
    def __init__(self, text: str, file: str) -> None:
        # Events, not ruamel's own trees: half the time, and each carries its place.
        self._events: Iterator[Any] = YAML(typ="base", pure=True).parse(text)
        self._text = text
        self._file = file
        self._anchors: dict[str, _Built] = {}
        self.problems: list[InputProblem] = []

    def document(self) -> tuple[Node | None, list[InputProblem]]:
        try:
            next(self._events)
            start = next(self._events)
            if not isinstance(start, DocumentStartEvent):
                return None, self.problems
            built = self._build(next(self._events), ())
            next(self._events)
            more = next(self._events)
            if isinstance(more, DocumentStartEvent):
                self._stop("a second document begins here; a file holds one", self._at(more))
        except ReaderError as error:
            before = self._text[: error.position]
            at = Location(self._file, before.count("\n") + 1, error.position - before.rfind("\n"))
            self._stop(f"holds a control character (U+{int(error.character):04X})", at)
        except MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            at = Location(self._file, mark.line + 1, mark.column + 1) if mark else self._start()
            self._stop(_in_words(error), at)
        except (YAMLError, ValueError, OverflowError) as error:
            self._stop(f"cannot be read as YAML: {error}", self._start())
        return built.node, self.problems

    def _build(self, event: Any, path: KeyPath) -> _Built:
        at = self._at(event)
        if isinstance(event, AliasEvent):
            return self._alias(event, at, path)
        check_depth(path, at)
        if event.ctag is not None:
            self._fault(f"tags are not read ({event.ctag}); quotes make a text", at, path)
        if isinstance(event, ScalarEvent):
            built = _Built(Node(self._scalar(event, at, path), at))
        elif isinstance(event, MappingStartEvent):
            built = self._mapping(at, path)
        else:
            built = self._sequence(at, path)
        if built.size > MOST_VALUES or built.depth > MOST_DEPTH:
            self._stop(f"swells to more than {MOST_VALUES} values or {MOST_DEPTH} levels", at, path)
        if event.anchor is not None:
            self._anchors[event.anchor] = built
        return built

    def _alias(self, event: Any, at: Location, path: KeyPath) -> _Built:
        if event.anchor not in self._anchors:
            self._stop(f"*{event.anchor} stands for nothing written above it in full", at, path)
        built = self._anchors[event.anchor]
        return replace(built, node=replace(built.node, at=at))

    def _scalar(self, event: Any, at: Location, path: KeyPath) -> str | int | float | bool | None:
        text: str = event.value
        try:
            if event.style is None and event.ctag is None:
                return plain_scalar(text)
            check_text(text)
        except ValueError as error:
            self._fault(str(error), at, path)
        return text

    def _sequence(self, at: Location, path: KeyPath) -> _Built:
        entries: list[_Built] = []
        while not isinstance(event := next(self._events), CollectionEndEvent):
            entries.append(self._build(event, (*path, len(entries))))
        return _sized(Node(tuple(entry.node for entry in entries), at), entries)

    def _mapping(self, at: Location, path: KeyPath) -> _Built:
        entries: dict[str, _Built] = {}
        while not isinstance(event := next(self._events), CollectionEndEvent):
            key_at = self._at(event)
            key = self._key(event, key_at, path)
            built = self._build(next(self._events), (*path, key))
            if built.node.value is None:
                # An empty value has no place of its own: the reader gives that of what follows.
                built = replace(built, node=replace(built.node, at=key_at))
            if key in entries:
                first = entries[key].node.key_at
                assert first is not None
                self._fault(f"duplicate key, first on line {first.line}", key_at, (*path, key))
            else:
                entries[key] = replace(built, node=replace(built.node, key_at=key_at))
        node = Node({key: entry.node for key, entry in entries.items()}, at)
        return _sized(node, list(entries.values()))

    def _key(self, event: Any, at: Location, path: KeyPath) -> str:
        if not isinstance(event, ScalarEvent):
            self._stop("a key must be a plain name, not a list, a mapping or an alias", at, path)
        key: str = event.value
        if key == "<<" and event.style is None:
            self._fault("merge keys (<<) are not read; use include or an alias", at, (*path, key))
        elif not key.strip():
            self._fault("empty key", at, path)
        try:
            check_text(key)
        except ValueError as error:
            self._fault(f"key {error}", at, path)
        return key

    def _at(self, event: Any) -> Location:
        mark = event.start_mark
        return Location(self._file, mark.line + 1, mark.column + 1)

    def _start(self) -> Location:
        return Location(self._file, 1)

    def _fault(self, message: str, at: Location, path: KeyPath) -> None:
        self.problems.append(problem_at(at, message, path))

    def _stop(self, message: str, at: Location, path: KeyPath = ()) -> NoReturn:
        raise InputError([*self.problems, problem_at(at, message, path)]) from None


def _sized(node: Node, entries: list[_Built]) -> _Built:
    size = 1 + sum(entry.size for entry in entries)
    return _Built(node, size, 1 + max((entry.depth for entry in entries), default=0))


def _in_words(error: MarkedYAMLError) -> str:
    said = str(error.problem or error.context or "syntax error")
    for pattern, hint in _HINTS.items():
        if pattern in said:
            return f"cannot be read as YAML: {hint}"
    where = ""
    if error.context and error.context_mark is not None:
        where = f" ({error.context} that begins on line {error.context_mark.line + 1})"
    return f"cannot be read as YAML: {said}{where}"
