"""The parts that every document is made of: sections, tables, points, charts.

Belongs here: frozen records without any format. Does not belong here: what a document says.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from problems.errors import printable


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell of a table."""

    text: str
    value: float | str | None = None
    """What it is sorted by; None: its text."""
    share: float | None = None
    """Length of a bar behind it, between 0 and 1; None: no bar."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table."""

    title: str
    right: bool = False
    """For figures."""
    spare: bool = False
    """Not shown where it is narrow."""


@dataclass(frozen=True)
class Table:
    """Rows under columns."""

    title: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    total: tuple[Cell, ...] = ()
    """A last row that is not sorted; empty without."""
    aside: bool = False
    """For readers who look something up: shown on request."""


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A sentence or several."""

    text: str
    note: bool = False
    """Explains what stands around it."""


@dataclass(frozen=True, slots=True)
class Points:
    """One point for each text."""

    texts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Facts:
    """Names and what they are."""

    rows: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Chart:
    """A chart, drawn when its page is."""

    title: str
    draw: Callable[[int], Any]
    """From a width in pixels to a chart of Altair."""
    small: bool = False
    """One of several side by side."""


type Block = Table | Paragraph | Points | Facts | Chart


@dataclass(frozen=True)
class Section:
    """A heading and what stands below it."""

    key: str
    """For links within a page."""
    title: str
    blocks: tuple[Block, ...]
    memo: bool = True
    """Whether it belongs in a memo of one page."""


@dataclass(frozen=True)
class Document:
    """Everything that is said of a plan."""

    title: str
    decision: tuple[str, ...]
    """Three sentences: what to buy, what it costs, how sure that is; and what was asked beside the
    problem."""
    standing: tuple[tuple[str, str], ...]
    """The figures a decision rests on."""
    sections: tuple[Section, ...]
    foot: str
    """What it was made with."""


def clean(text: object) -> str:
    """A text of the plan on one line, without characters that could steer a reader."""
    return _clean(str(text))


@lru_cache(maxsize=4096)
def _clean(text: str) -> str:
    # The same few names stand in thousands of rows.
    return printable(" ".join(text.split()))


def plain(text: object) -> Cell:
    """A cell of words."""
    return Cell(clean(text))


def columns(
    *titles: str, right: Sequence[int] = (), spare: Sequence[int] = ()
) -> tuple[Column, ...]:
    """Columns by their titles; those numbered in `right` hold figures, those in `spare` may go.

    >>> [column.right for column in columns("item", "amount", right=(1,))]
    [False, True]
    """
    return tuple(Column(title, n in right, n in spare) for n, title in enumerate(titles))
