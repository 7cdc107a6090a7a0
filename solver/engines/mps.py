"""Programs as MPS text: names, and the lines of many entries made at once.

Belongs here: what a line looks like. Does not belong here: what is left out of a part (program).
"""

import math
from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from solver.engines.rows import Floats, Integers

AT_ONCE = 200_000
"""Lines made together: enough to be fast, and few megabytes."""

Text = npt.NDArray[np.bytes_]


def row_name(number: int) -> str:
    """The name of a row.

    >>> row_name(3), column_name(12345678)
    ('C0000003', 'X12345678')
    """
    return f"C{number:07d}"


def column_name(number: int) -> str:
    """The name of a column."""
    return f"X{number:07d}"


def kind_line(name: str, low: float, high: float) -> str:
    """The line that says what kind of limit a row has."""
    if low == high:
        return f" E {name}\n"
    return f" L {name}\n" if low == -math.inf else f" G {name}\n"


def bound_lines(name: str, low: float, high: float) -> str:
    """The two lines of a column's bounds."""
    lower = f" LO BND {name} {low!r}\n" if math.isfinite(low) else f" MI BND {name}\n"
    return lower + (f" UP BND {name} {high!r}\n" if math.isfinite(high) else f" PL BND {name}\n")


def column_lines(number: int, cost: float, entries: str, whole: bool) -> str:
    """All lines of a column; one without a cost and entries needs a line too."""
    if cost or not entries:
        entries = f" {column_name(number)} OBJ {cost or 0!r}\n{entries}"
    if not whole:
        return entries
    return f" MARKER 'MARKER' 'INTORG'\n{entries} MARKER 'MARKER' 'INTEND'\n"


def entry_lines(
    rows: Integers, columns: Integers, factors: Floats, row_count: int, column_count: int
) -> Iterator[str]:
    """The lines of each column's entries together, column by column.

    Entries are given row by row. Python's own formatting of millions of numbers takes most of a
    minute; few of them differ, so each one is formatted once and put in place as bytes.
    """
    order = np.argsort(columns, kind="stable")
    ends = np.cumsum(np.bincount(columns, minlength=column_count)).tolist()
    row_names = _texts([row_name(n) for n in range(row_count)])
    column_names = _texts([column_name(n) for n in range(column_count)])
    column, begin, rest = 0, 0, b""
    for at in range(0, len(order), AT_ONCE):
        few = order[at : at + AT_ONCE]
        values, which = np.unique(factors[few], return_inverse=True)
        numbers = _texts([repr(value) for value in values.tolist()])
        text, places = _joined(column_names[columns[few]], row_names[rows[few]], numbers[which])
        done = at + len(few)
        while column < column_count and ends[column] <= done:
            end = places[ends[column] - at] if ends[column] > at else 0
            yield (rest + text[begin:end]).decode()
            begin, rest = end, b""
            column += 1
        begin, rest = 0, rest + text[begin:]
    for _ in range(column, column_count):
        yield ""


def _texts(words: list[str]) -> Text:
    return np.array(words or [""], dtype=np.bytes_)


def _joined(*words: Text) -> tuple[bytes, list[int]]:
    """Lines of words, and where each begins."""
    parts = [word.view(np.uint8).reshape(len(word), -1) for word in words]
    space = np.full((len(parts[0]), 1), ord(" "), np.uint8)
    newline = np.full_like(space, ord("\n"))
    lines = np.hstack([*(part for word in parts for part in (space, word)), newline])
    used = lines != 0
    places = np.concatenate([[0], np.cumsum(used.sum(axis=1))])
    return lines[used].tobytes(), places.tolist()
