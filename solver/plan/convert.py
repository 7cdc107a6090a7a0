"""Between records and JSON values, strictly.

Belongs here: turning any frozen record into plain JSON values and back by its type hints, refusing
in words what does not fit. Does not belong here: what a plan is, files.
"""

import math
import types
from collections.abc import Callable, Collection, Mapping
from dataclasses import fields, is_dataclass
from datetime import date, datetime
from difflib import get_close_matches
from enum import StrEnum
from functools import cache
from typing import Any, TypeAliasType, get_args, get_origin, get_type_hints

type Reader = Callable[[Any], Any]


class Misread(Exception):
    """A value that does not fit; `path` grows from the inside out while it travels up."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.path: list[str | int] = []

    def at(self, step: str | int) -> "Misread":
        """The same fault, seen from one level further out."""
        self.path.insert(0, step)
        return self

    def __str__(self) -> str:
        where = "".join(f"[{s}]" if isinstance(s, int) else f".{s}" for s in self.path)
        return f"{where.removeprefix('.') or 'the file'}: {self.args[0]}"


def nearest(name: str, known: "list[str] | tuple[str, ...]") -> str:
    """A hint at the nearest known name, or at what is known where none is near.

    >>> nearest("quantitty", ["offer", "quantity"]), nearest("x", ["offer", "quantity"])
    ("; did you mean 'quantity'?", '; known: offer, quantity')
    """
    close = get_close_matches(name, known, n=1)
    if close:
        return f"; did you mean {close[0]!r}?"
    return f"; known: {', '.join(known[:12])}" if known else ""


def json_name(field_name: str) -> str:
    """The key of a field in a file: Python's reserved words carry an underscore only in Python."""
    return field_name.removesuffix("_")


def to_json(value: Any) -> Any:
    """Plain JSON values of a record, its tuples, dates and names."""
    if isinstance(value, StrEnum):
        return value.value
    if value is None or isinstance(value, str | int | float):
        return value
    if isinstance(value, date | datetime):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {key: to_json(inner) for key, inner in value.items()}
    if isinstance(value, tuple | list):
        return [to_json(inner) for inner in value]
    kind: Any = type(value)
    optional = _optional(kind)
    found = {name: getattr(value, field) for field, name in _names(kind)}
    return {n: to_json(v) for n, v in found.items() if v is not None or n not in optional}


def from_json(kind: Any, value: Any) -> Any:
    """The record of class `kind` that `value` holds; raises Misread in words."""
    return reader(kind)(value)


@cache
def _names(kind: Any) -> tuple[tuple[str, str], ...]:
    return tuple((field.name, json_name(field.name)) for field in fields(kind))


@cache
def _optional(kind: Any) -> frozenset[str]:
    """Keys that a file leaves out where there is nothing to say: fields that default to None."""
    return frozenset(json_name(field.name) for field in fields(kind) if field.default is None)


@cache
def reader(hint: Any) -> Reader:
    """What reads a value of this type hint."""
    if isinstance(hint, TypeAliasType):
        return reader(hint.__value__)
    if hint is Any:
        return _read_json
    if get_origin(hint) is types.UnionType:
        (inner,) = [option for option in get_args(hint) if option is not types.NoneType]
        read = reader(inner)
        return lambda value: None if value is None else read(value)
    if get_origin(hint) is tuple:
        return _tuple_reader(reader(get_args(hint)[0]))
    if get_origin(hint) is Mapping:
        return _read_mapping
    if is_dataclass(hint):
        return _record_reader(hint)
    if isinstance(hint, type) and issubclass(hint, StrEnum):
        return _name_reader(hint)
    return _SCALARS[hint]


def _tuple_reader(read: Reader) -> Reader:
    def read_rows(value: Any) -> tuple[Any, ...]:
        if not isinstance(value, list):
            raise Misread(f"must be a list (given {_brief(value)})")
        rows = []
        for number, row in enumerate(value):
            try:
                rows.append(read(row))
            except Misread as fault:
                raise fault.at(number) from None
        return tuple(rows)

    return read_rows


def _record_reader(kind: Any) -> Reader:
    hints = get_type_hints(kind)
    readers = {name: reader(hints[field]) for field, name in _names(kind)}
    optional = _optional(kind)
    required = readers.keys() - optional

    def read_record(value: Any) -> Any:
        if not isinstance(value, dict):
            raise Misread(f"must be an object with keys (given {_brief(value)})")
        if not required <= value.keys() <= readers.keys():
            raise _wrong_keys(value, list(readers), optional)
        name = ""
        try:
            found = []
            for name, read in readers.items():
                found.append(None if name not in value else read(value[name]))
        except Misread as fault:
            raise fault.at(name) from None
        return kind(*found)

    return read_record


def _wrong_keys(value: dict[str, Any], known: list[str], optional: Collection[str]) -> Misread:
    for key in value:
        if key not in known:
            return Misread(f"unknown key {key!r}{nearest(str(key), known)}")
    missing = [key for key in known if key not in value and key not in optional]
    return Misread(f"lacks {', '.join(map(repr, missing))}")


def _name_reader(kind: type[StrEnum]) -> Reader:
    known = {member.value: member for member in kind}

    def read_name(value: Any) -> StrEnum:
        if not isinstance(value, str) or value not in known:
            raise Misread(f"unknown {_brief(value)}{nearest(str(value), list(known))}")
        return known[value]

    return read_name


def _read_text(value: Any) -> str:
    if not isinstance(value, str):
        raise Misread(f"must be text (given {_brief(value)})")
    return value


def _read_flag(value: Any) -> bool:
    if not isinstance(value, bool):
        raise Misread(f"must be true or false (given {_brief(value)})")
    return value


def _read_index(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise Misread(f"must be a whole number (given {_brief(value)})")
    return value


def _read_number(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise Misread(f"must be a number (given {_brief(value)})")
    if not math.isfinite(value):
        raise Misread(f"must be a finite number (given {value})")
    return value


def _read_day(value: Any) -> date:
    try:
        return date.fromisoformat(_read_text(value))
    except ValueError:
        raise Misread(f"must be a date like 2023-11-17 (given {_brief(value)})") from None


def _read_moment(value: Any) -> datetime:
    try:
        return datetime.fromisoformat(_read_text(value))
    except ValueError:
        raise Misread(f"must be a time like 2023-11-17T00:00:00 (given {_brief(value)})") from None


def _read_json(value: Any) -> Any:
    return value


def _read_mapping(value: Any) -> Any:
    if not isinstance(value, dict):
        raise Misread(f"must be an object with keys (given {_brief(value)})")
    return value


def _brief(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 40 else text[:37] + "..."


_SCALARS: dict[Any, Reader] = {
    str: _read_text,
    bool: _read_flag,
    int: _read_index,
    float: _read_number,
    date: _read_day,
    datetime: _read_moment,
}
