"""YAML text to plain values, and the line of every key.

Belongs here: what catalogue files take from YAML 1.2. Does not belong here: tables and rows
(reader.py).
"""

from collections.abc import Iterator
from typing import Any, NoReturn

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

from catalogs.errors import CatalogError

Path = tuple[str, ...]
_WORDS: dict[str, bool | None] = {"true": True, "false": False, "null": None, "~": None, "": None}
_DEEPEST = 20


def parse_yaml(text: str, name: str) -> tuple[Any, dict[Path, int]]:
    """Read one document: its values, and the line of each key by its path.

    Plain words are read as in YAML 1.2: `NO` is a text, `1e6` a number, `2023-01-01` a text. Raises
    CatalogError with file and line for what cannot be read, duplicate keys, aliases and tags.
    """
    reader = _Reader(text, name)
    try:
        return reader.document(), reader.lines
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = f":{mark.line + 1}" if mark else ""
        problem = (error.problem or "").strip()
        raise CatalogError([f"{name}{line}: cannot be read as YAML: {problem}"]) from error
    except YAMLError as error:
        raise CatalogError([f"{name}: cannot be read as YAML: {error}"]) from error


class _Reader:
    def __init__(self, text: str, name: str) -> None:
        # Events, not trees: half the time, and each carries its line.
        self._events: Iterator[Any] = YAML(typ="base", pure=True).parse(text)
        self._name = name
        self.lines: dict[Path, int] = {}

    def document(self) -> Any:
        next(self._events)
        start = next(self._events)
        if not isinstance(start, DocumentStartEvent):
            return None
        value = self._value(next(self._events), ())
        next(self._events)
        more = next(self._events)
        if isinstance(more, DocumentStartEvent):
            self._stop("a second document begins here; a file holds one", more)
        return value

    def _value(self, event: Any, path: Path) -> Any:
        if isinstance(event, AliasEvent):
            self._stop("aliases are not read; write the value out", event)
        if event.ctag is not None:
            self._stop("tags are not read; quotes make a text", event)
        if isinstance(event, ScalarEvent):
            return _scalar(event.value) if event.implicit[0] else event.value
        if len(path) >= _DEEPEST:
            self._stop(f"is nested more than {_DEEPEST} levels deep", event)
        if isinstance(event, MappingStartEvent):
            return dict(self._entries(path))
        assert isinstance(event, SequenceStartEvent)
        return list(self._items(path))

    def _entries(self, path: Path) -> Iterator[tuple[str, Any]]:
        while not isinstance(key := next(self._events), MappingEndEvent):
            if not isinstance(key, ScalarEvent):
                self._stop("a key must be a plain word", key)
            here = (*path, key.value)
            if here in self.lines:
                self._stop(f"'{key.value}' is given twice, first in line {self.lines[here]}", key)
            self.lines[here] = key.start_mark.line + 1
            yield key.value, self._value(next(self._events), here)

    def _items(self, path: Path) -> Iterator[Any]:
        while not isinstance(event := next(self._events), SequenceEndEvent):
            here = (*path, str(len(self.lines)))
            self.lines[here] = event.start_mark.line + 1
            yield self._value(event, here)

    def _stop(self, problem: str, event: Any) -> NoReturn:
        raise CatalogError([f"{self._name}:{event.start_mark.line + 1}: {problem}"])


def _scalar(word: str) -> Any:
    """An unquoted word as YAML 1.2 means it; a number that is none stays a text.

    >>> [_scalar(word) for word in ("NO", "1e6", "12", "-0.5", "2023-01-01", "true", "1_0", "")]
    ['NO', 1000000.0, 12, -0.5, '2023-01-01', True, '1_0', None]
    """
    if word.lower() in _WORDS:
        return _WORDS[word.lower()]
    if word[0] in "+-.0123456789":
        for number in (int, float):
            try:
                # Python reads 1_000 and nan as numbers, YAML 1.2 does not.
                return number(word) if "_" not in word else word
            except ValueError:
                continue
    return word
