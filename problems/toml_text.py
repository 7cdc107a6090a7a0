"""TOML text to a tree of values with their places.

Belongs here: what problem files take from TOML (dates become texts), and finding the lines of its
keys, which Python's reader does not tell. Does not belong here: files (reading.py).
"""

import re
import tomllib
from datetime import date, time
from typing import Any

from problems.document import Location, Node, check_depth, problem_at
from problems.errors import InputError, InputProblem
from problems.paths import KeyPath
from problems.scalars import check_finite

_KEY = r"""(?:"(?:[^"\\]|\\.)*"|'[^']*'|[A-Za-z0-9_-]+)"""
_DOTTED = rf"{_KEY}(?:\s*\.\s*{_KEY})*"
_HEADER = re.compile(rf"^\s*(\[\[?)\s*({_DOTTED})\s*\]")
_LINE = re.compile(rf"^(\s*)({_DOTTED})\s*=\s*")
_INLINE = re.compile(rf"({_DOTTED})\s*=")
_SAID = re.compile(r"^(.*) \(at (?:line (\d+), column (\d+)|end of document)\)$", re.DOTALL)


def parse_toml(text: str, file: str) -> tuple[Node | None, list[InputProblem]]:
    """Read TOML: its top node (None when empty) and the faults that did not stop it.

    The places are those of lines that begin with a key or a table header; a value inside a longer
    one stands where that begins. Raises InputError where the text is not TOML.
    """
    try:
        values = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        said = _SAID.match(str(error))
        message, line, column = said.groups() if said else (str(error), None, None)
        at = Location(file, int(line or text.count("\n") + 1), int(column or 1))
        message = message[:1].lower() + message[1:]
        raise InputError([problem_at(at, f"cannot be read as TOML: {message}")]) from None
    except (RecursionError, ValueError) as error:
        message = "is nested too deep" if isinstance(error, RecursionError) else str(error)
        raise InputError([InputProblem(f"cannot be read as TOML: {message}", file)]) from None
    if not values:
        return None, []
    places = _places(text, file)
    problems: list[InputProblem] = []
    return _node(values, (), Location(file, 1, 1), places, problems), problems


def _node(
    value: Any,
    path: KeyPath,
    above: Location,
    places: dict[KeyPath, Location],
    problems: list[InputProblem],
) -> Node:
    at = places.get(path, above)
    check_depth(path, at)
    key_at = at if path and isinstance(path[-1], str) else None
    if isinstance(value, dict):
        children = {
            key: _node(child, (*path, key), at, places, problems) for key, child in value.items()
        }
        return Node(children, at, key_at)
    if isinstance(value, list):
        entries = [_node(child, (*path, i), at, places, problems) for i, child in enumerate(value)]
        return Node(tuple(entries), at, key_at)
    if isinstance(value, date | time):
        return Node(value.isoformat(), at, key_at)
    if isinstance(value, int | float):
        try:
            check_finite(value, str(value) if isinstance(value, float) else "")
        except ValueError as error:
            problems.append(problem_at(at, str(error), path))
            value = "not finite"
    return Node(value, at, key_at)


def _places(text: str, file: str) -> dict[KeyPath, Location]:
    """Where each key is written first; lines inside a text of several lines may add paths that
    do not exist, which harms nothing.
    """
    places: dict[KeyPath, Location] = {}
    counts: dict[KeyPath, int] = {}
    table: KeyPath = ()
    for number, line in enumerate(text.split("\n"), 1):
        if header := _HEADER.match(line):
            table = _header_path(header, counts)
            places.setdefault(table, Location(file, number, 1))
        elif match := _LINE.match(line):
            path = (*table, *_keys(match[2]))
            for depth in range(len(table) + 1, len(path) + 1):
                places.setdefault(path[:depth], Location(file, number, match.start(2) + 1))
            if line[match.end() :].startswith("{"):
                for inner in _INLINE.finditer(line, match.end()):
                    at = Location(file, number, inner.start() + 1)
                    places.setdefault((*path, *_keys(inner[1])), at)
    return places


def _header_path(header: re.Match[str], counts: dict[KeyPath, int]) -> KeyPath:
    """The path of a table header; the entries of an array of tables are counted."""
    path: KeyPath = ()
    keys = _keys(header[2])
    for depth, key in enumerate(keys, 1):
        path = (*path, key)
        if header[1] == "[[" and depth == len(keys):
            counts[path] = counts.get(path, -1) + 1
        if path in counts:
            path = (*path, counts[path])
    return path


def _keys(dotted: str) -> list[str]:
    """The keys of a dotted key; escapes inside quotes are left as written."""
    return [key if key[0] not in "\"'" else key[1:-1] for key in re.findall(_KEY, dotted)]
