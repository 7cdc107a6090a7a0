"""JSON text to a tree of values with their places.

Belongs here: what problem files refuse of JSON (duplicate keys, NaN). Does not belong here: files
(reading.py).
"""

import json
import re
from collections.abc import Iterator

from problems.document import Location, Node, check_depth, problem_at
from problems.errors import InputError, InputProblem
from problems.paths import KeyPath
from problems.scalars import Scalar, check_finite, check_text

_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[{}\[\]]|[^\s{}\[\]:,"]+')


def parse_json(text: str, file: str) -> tuple[Node | None, list[InputProblem]]:
    """Read JSON: its top node (None when empty) and the faults that did not stop it.

    Raises InputError where the text is not JSON.
    """
    if not text.strip():
        return None, []
    try:
        json.loads(text, parse_int=str, parse_float=str)
    except json.JSONDecodeError as error:
        at = Location(file, error.lineno, error.colno)
        raise InputError([problem_at(at, f"cannot be read as JSON: {error.msg}")]) from None
    except RecursionError:
        raise InputError([InputProblem("is nested too deep", file)]) from None
    reader = _Reader(text, file)
    return reader.value(next(reader.tokens), ()), reader.problems


class _Reader:
    """Walks the tokens of a text that is known to be JSON; the places are what it is for."""

    def __init__(self, text: str, file: str) -> None:
        self._file = file
        self._line, self._line_start, self._newlines = 1, 0, iter(re.finditer("\n", text))
        self._next_newline = next(self._newlines, None)
        self.tokens: Iterator[re.Match[str]] = _TOKEN.finditer(text)
        self.problems: list[InputProblem] = []

    def value(self, token: re.Match[str], path: KeyPath) -> Node:
        at = self._at(token)
        check_depth(path, at)
        if token[0] == "{":
            return Node(self._members(path), at)
        if token[0] == "[":
            entries: list[Node] = []
            while (token := next(self.tokens))[0] != "]":
                entries.append(self.value(token, (*path, len(entries))))
            return Node(tuple(entries), at)
        return Node(self._scalar(token[0], at, path), at)

    def _members(self, path: KeyPath) -> dict[str, Node]:
        members: dict[str, Node] = {}
        while (token := next(self.tokens))[0] != "}":
            at = self._at(token)
            key = str(self._scalar(token[0], at, path))
            node = self.value(next(self.tokens), (*path, key))
            if key in members:
                first = members[key].key_at
                assert first is not None
                message = f"duplicate key, first on line {first.line}"
                self.problems.append(problem_at(at, message, (*path, key)))
            elif not key.strip():
                self.problems.append(problem_at(at, "empty key", path))
            else:
                members[key] = Node(node.value, node.at, key_at=at)
        return members

    def _scalar(self, text: str, at: Location, path: KeyPath) -> Scalar:
        try:
            value: Scalar = json.loads(text)
            if isinstance(value, str):
                check_text(value)
            elif isinstance(value, int | float):
                check_finite(value, text)
        except ValueError as error:
            # Python refuses to read integers of thousands of digits; all other faults are ours.
            message = str(error) if len(text) < 400 else "is a number too long to read"
            self.problems.append(problem_at(at, message, path))
            return text
        return value

    def _at(self, token: re.Match[str]) -> Location:
        while self._next_newline is not None and self._next_newline.start() < token.start():
            self._line += 1
            self._line_start = self._next_newline.end()
            self._next_newline = next(self._newlines, None)
        return Location(self._file, self._line, token.start() - self._line_start + 1)
