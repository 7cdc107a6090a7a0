"""Problems handed over by a program: Python's values and pandas frames as a problem file has them.

Belongs here: what a cell or a mapping says in the problem language, blocks from frames and back.
Does not belong here: studies that take frames (solver.frames), files (reading). pandas is imported
only where a frame is made: who hands one over has imported it already.

A text in a cell is read like a value after `--set PATH=`: `20 MW`, `5e6 per day`, `[guizhou]`; a
missing cell (NaN, NaT, None, blank) says nothing.
"""

import json
import math
import sys
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date, datetime, time
from numbers import Integral, Real
from typing import TYPE_CHECKING, Any, TypeGuard

from problems.document import Document, Location, Node, check_depth, node_of, problem_at
from problems.edits import Edit, edit_of_key, node_of_text
from problems.errors import InputError, InputProblem, did_you_mean, shown
from problems.paths import KeyPath, parse_path, path_text

if TYPE_CHECKING:
    import pandas

_MISSING = ("NAType", "NaTType")
"""How pandas calls the types of what it misses; comparing with them raises."""
_EXACT = 2.0**53
"""Whole numbers below it are what they look like after pandas made floats of them."""


def is_frame(value: object) -> "TypeGuard[pandas.DataFrame]":
    """Whether a value is a pandas frame; pandas is not imported to find out."""
    pandas = sys.modules.get("pandas")
    return pandas is not None and isinstance(value, pandas.DataFrame)


def document_of(tree: Mapping[Any, Any], origin: str) -> Document:
    """A problem given as a mapping, as if it had been read from a file.

    Dates become texts and numbers of numpy plain ones. Raises InputError for what no problem file
    can hold, and for `include`: a mapping has no folder.
    """
    at = Location(origin)
    root = node_of(plain(tree, at), at)
    if root.child("include") is not None:
        message = "only a file can include others: join the mappings"
        raise InputError([problem_at(at, message, ("include",))])
    return Document(root, origin)


def plain(value: object, at: Location, path: KeyPath = ()) -> Any:
    """A value of Python or numpy as JSON has it; dates are texts. Raises InputError.

    >>> plain({"from": date(2024, 1, 1), "sites": ("a",)}, Location("x"))
    {'from': '2024-01-01', 'sites': ['a']}
    """
    check_depth(path, at)
    if type(value).__module__ == "numpy":
        value = _without_numpy(value)
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, str):
        return str(value)
    if isinstance(value, Mapping):
        keys = [_key(key, at, path) for key in value]
        parts = zip(keys, value.values(), strict=True)
        return {key: plain(child, at, (*path, key)) for key, child in parts}
    if isinstance(value, list | tuple):
        return [plain(child, at, (*path, place)) for place, child in enumerate(value)]
    if type(value).__name__ in _MISSING:
        raise InputError([problem_at(at, "is missing: leave the key out", path)])
    if isinstance(value, date):
        return _day(value, at, path)
    if isinstance(value, Integral):
        return int(value)
    if isinstance(value, Real):
        return float(value)
    message = f"is a {type(value).__name__}: expected a text such as '20 MW', a number, a date, "
    raise InputError([problem_at(at, f"{message}a list or a mapping", path)])


def _without_numpy(value: Any) -> object:
    """A scalar or an array of numpy as Python has it."""
    if value.dtype.kind == "M":
        value = value.astype("datetime64[us]")  # finer ones would become counts of nanoseconds
    found: object = value.tolist()
    return found


def _key(key: object, at: Location, path: KeyPath) -> str:
    if isinstance(key, str):
        return str(key)
    if isinstance(key, date):
        return _day(key, at, path)
    if isinstance(key, Integral) and not isinstance(key, bool):
        return str(int(key))
    raise InputError([problem_at(at, f"the key {key!r} must be a text or a date", path)])


def _day(value: date, at: Location, path: KeyPath) -> str:
    if isinstance(value, datetime):
        if value.time() != time() or value.tzinfo is not None:
            message = f"must be a day, without a time or a time zone (given {value})"
            raise InputError([problem_at(at, message, path)])
        value = value.date()
    return value.isoformat()


def is_missing(value: object) -> bool:
    """Whether a cell says nothing.

    >>> [is_missing(cell) for cell in (None, math.nan, " ", 0, "nan")]
    [True, True, True, False, False]
    """
    if isinstance(value, str):
        return not value.strip()
    return (
        value is None
        or type(value).__name__ in _MISSING
        or (isinstance(value, float) and math.isnan(value))
    )


def node_of_cell(value: object, at: Location) -> Node:
    """What a cell says that is not missing. Raises InputError.

    >>> cells = ("20 MW", "7", 8.0, date(2024, 1, 1), {"price": "1 CNY"})
    >>> [node_of_cell(cell, Location("x")).plain() for cell in cells]
    ['20 MW', 7, 8, '2024-01-01', {'price': '1 CNY'}]
    """
    if isinstance(value, str):
        return node_of_text(value.strip(), at)
    found = plain(value, at)
    # A column of whole numbers with a gap in it is one of floats.
    if isinstance(found, float) and found.is_integer() and abs(found) < _EXACT:
        found = int(found)
    return node_of(found, at)


def text_of_cell(value: object, at: Location) -> str:
    """A cell that is not missing, written as `--set` reads it. Raises InputError.

    >>> [text_of_cell(cell, Location("x")) for cell in (" 20 MW", 8.0, 0.5, [1, 2])]
    ['20 MW', '8', '0.5', '[1, 2]']
    """
    if isinstance(value, str):
        return value.strip()
    found = node_of_cell(value, at).plain()
    return found if isinstance(found, str) else json.dumps(found, ensure_ascii=False)


def edit_of_cell(column: str, value: object, at: Location) -> Edit:
    """The edit that a cell makes at the path its column names; `null` takes the value out.

    Raises InputError.
    """
    try:
        return edit_of_key(column, node_of_cell(value, at))
    except InputError as error:
        # What went wrong with reading the cell does not know yet where it would have stood.
        path = column.removesuffix("*")
        raise InputError(
            InputProblem(p.message, p.file, p.line, p.column, p.path or path)
            for p in error.problems
        ) from None


def check_scenario(name: str, known: Collection[str], at: Location) -> str:
    """The name of a scenario, which the problem must have. Raises InputError.

    >>> check_scenario("no-rules", ["no-rules"], Location("x"))
    'no-rules'
    """
    if name not in known:
        hint = did_you_mean(name, known) or "; the problem has none"
        raise InputError([problem_at(at, f"no such scenario{hint}")])
    return name


def cell_at(origin: str, row: object, column: object) -> Location:
    """Where a cell stands, for messages.

    >>> cell_at("edits", "dear", "spares").file
    "edits: row 'dear', column 'spares'"
    """
    return Location(f"{origin}: row {row!r}, column {column!r}")


def rows_of(frame: "pandas.DataFrame") -> Iterator[tuple[Any, dict[str, object]]]:
    """Every row's name, and what its cells say by column; missing cells are left out."""
    columns = list(frame.columns)
    cells = (frame.iloc[:, number].tolist() for number in range(len(columns)))
    for name, *row in zip(frame.index.tolist(), *cells, strict=True):
        yield name, {c: v for c, v in zip(columns, row, strict=True) if not is_missing(v)}


def check_labels(frame: "pandas.DataFrame", origin: str) -> None:
    """Refuse columns that are no texts or stand there twice, and rows of the same name.

    Raises InputError with all of them.
    """
    wrong: list[str] = []
    if max(frame.index.nlevels, frame.columns.nlevels) > 1:
        raise InputError([InputProblem("must have one level of rows and of columns", origin)])
    columns: Sequence[object] = frame.columns.tolist()
    for name in dict.fromkeys(columns):
        if not isinstance(name, str) or not name.strip():
            wrong.append(f"column {name!r}: the name must be a text")
        elif columns.count(name) > 1:
            wrong.append(f"column {name!r}: stands there twice")
    twice = frame.index[frame.index.duplicated()].unique().tolist()
    wrong += [f"row {name!r}: stands there twice" for name in twice]
    if wrong:
        raise InputError(InputProblem(text, origin) for text in wrong)


def block_from_frame(frame: "pandas.DataFrame", origin: str = "block") -> dict[str, dict[str, Any]]:
    """A block of a problem (offers, sites, training, ...) from a frame, to put into a mapping.

    One row for each entry, under its name (the index); one column for each key, or for one below
    it: `electricity.price`. Units stand in the cells as in a file: `20 MW`. ``origin`` names the
    frame in messages. Raises problems.InputError with everything that is wrong with names and
    cells; whether the problem has such keys is found out when it is loaded.
    """
    check_labels(frame, origin)
    wrong: list[InputProblem] = []
    block: dict[str, dict[str, Any]] = {}
    for name, row in rows_of(frame):
        if not isinstance(name, str) or not name.strip():
            message = f"row {name!r}: the index must hold names: set_index(...)"
            wrong.append(InputProblem(message, origin))
            continue
        block[name] = {}
        for column, value in row.items():
            try:
                _put(block[name], column, value, cell_at(origin, name, column))
            except InputError as error:
                wrong += error.problems
    if wrong:
        raise InputError(wrong)
    return block


def _put(entry: dict[str, Any], column: str, value: object, at: Location) -> None:
    """Put a cell into an entry, below the blocks that its column names. Raises InputError."""
    try:
        path = parse_path(column)
    except ValueError as error:
        raise InputError([problem_at(at, str(error))]) from None
    found = node_of_cell(value, at).plain()
    if found is None:
        return
    if any(isinstance(part, int) for part in path):
        raise InputError([problem_at(at, "a list goes into one cell, whole")])
    for part in path[:-1]:
        entry = entry.setdefault(str(part), {})
        if not isinstance(entry, dict):
            raise InputError([problem_at(at, f"{part} stands in a column of its own, too")])
    if str(path[-1]) in entry:
        raise InputError([problem_at(at, f"{path[-1]} stands in columns of its own, too")])
    entry[str(path[-1])] = found


def frame_from_block(block: Mapping[str, Any]) -> "pandas.DataFrame":
    """A block of a problem as a frame: one row for each entry, one column for each value in it.

    The way back from `block_from_frame`: `case.loaded.tree["offers"]` gives the offers as the file
    has them. Values of nested blocks have columns like `electricity.price`; a list is one cell.
    Raises problems.InputError for a block whose entries are no mappings (`limits`, `solve`).
    """
    import pandas

    at = Location("block")
    rows: list[dict[str, Any]] = []
    for name, entry in block.items():
        if not isinstance(entry, Mapping):
            message = f"must be a mapping of keys to values (given {shown(entry)})"
            raise InputError([problem_at(at, message, (str(name),))])
        rows.append(dict(_cells(plain(entry, at, (str(name),)))))
    return pandas.DataFrame(rows, index=pandas.Index(list(block), name="name", dtype=object))


def _cells(value: Mapping[str, Any], path: Sequence[str] = ()) -> Iterator[tuple[str, Any]]:
    """Every value below, under the path of its column."""
    for key, child in value.items():
        below = (*path, key)
        if isinstance(child, Mapping) and child:
            yield from _cells(child, below)
        elif child is not None:
            yield path_text(below), _quoted(child) if isinstance(child, str) else child


def _quoted(text: str) -> str:
    """A text as a cell must hold it to be read as this text: in quotes where it looks like more.

    >>> _quoted("8 weeks"), _quoted("007")
    ('8 weeks', '"007"')
    """
    try:
        same = bool(text.strip()) and node_of_text(text.strip(), Location("")).value == text
    except InputError:
        same = False
    if same:
        return text
    quoted = json.dumps(text, ensure_ascii=False)
    return "".join(c if c.isprintable() else f"\\U{ord(c):08x}" for c in quoted)
