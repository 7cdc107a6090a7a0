"""A table that fits the width it gets: whole columns, the most important first.

Belongs here: how values stand in the cells of a terminal table, and which columns are shown. Does
not belong here: what is listed.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from rich import box
from rich.cells import cell_len
from rich.console import Console, ConsoleOptions, RenderResult
from rich.segment import Segment
from rich.table import Table
from rich.text import Text

GAP = 2
"""Blanks between columns."""
_LEAST_WRAPPED = 24


@dataclass(frozen=True)
class Column:
    """A column of a listing."""

    title: str
    value: Callable[[Any], Any]
    """The value of a row, as `cell` takes it."""
    numeric: bool = True
    """Whether it stands to the right."""
    wraps: bool = False
    """Whether it takes what is left of the width, over several lines. At most one, the last."""


@dataclass(frozen=True)
class Listing:
    """A table of rows that shows as many of its columns as the width allows, never cut off."""

    columns: Sequence[Column]
    """The most important first; the last are left out first."""
    rows: Sequence[Any]
    note: str = ""
    """A line below."""

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """Choose the columns and draw the table."""
        cells = [[cell(column.value(row)) for row in self.rows] for column in self.columns]
        count = self._fitting(cells, options.max_width)
        widths = [_width(*each) for each in zip(self.columns, cells[:count], strict=False)]
        shown = self.columns[:count]
        if sum(widths) + GAP * (count - 1) <= options.max_width and not any(
            column.wraps for column in shown
        ):
            yield from _drawn(console, shown, cells[:count], widths)
        else:
            table = _table(shown)
            for line in zip(*cells[:count], strict=True):
                table.add_row(*line)
            yield table
        if count < len(self.columns):
            hidden = ", ".join(column.title for column in self.columns[count:])
            yield Text(f"A wider terminal, or --format json, also shows: {hidden}.", style="dim")
        if self.note:
            yield Text(self.note, style="dim")

    def _fitting(self, cells: Sequence[Sequence[Text]], width: int) -> int:
        """How many columns fit, at least one."""
        used = 0
        for count, (column, texts) in enumerate(zip(self.columns, cells, strict=True)):
            used += _width(column, texts) + (GAP if count else 0)
            if count and used > width:
                return count
        return len(self.columns)


def _width(column: Column, texts: Sequence[Text]) -> int:
    widest = max((text.cell_len for text in texts), default=0)
    return max(cell_len(column.title), min(widest, _LEAST_WRAPPED) if column.wraps else widest)


def _table(columns: Sequence[Column], widths: Sequence[int] = ()) -> Table:
    # The box adds one blank between columns to the padding.
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False, padding=(0, GAP - 1, 0, 0))
    for number, column in enumerate(columns):
        table.add_column(
            column.title,
            justify="right" if column.numeric else "left",
            no_wrap=not column.wraps,
            width=widths[number] if widths else None,
        )
    return table


def _drawn(
    console: Console,
    columns: Sequence[Column],
    cells: Sequence[Sequence[Text]],
    widths: Sequence[int],
) -> RenderResult:
    """A table that is known to fit: its head is rich's, but rich measures and wraps every cell
    again and again, which makes thousands of rows take seconds.
    """
    yield _table(columns, widths)
    line = Segment.line()
    gap = Segment(" " * GAP)
    for row in zip(*cells, strict=True):
        for number, (column, text, width) in enumerate(zip(columns, row, widths, strict=True)):
            if number:
                yield gap
            if text.spans:
                aligned = text.copy()
                aligned.align("right" if column.numeric else "left", width)
                yield from aligned.render(console)
                continue
            blanks = " " * (width - text.cell_len)
            words = blanks + text.plain if column.numeric else text.plain + blanks
            yield Segment(words, console.get_style(text.style) if text.style else None)
        yield line


def cell(value: Any) -> Text:
    """A value as it stands in a table; a dash for None."""
    if isinstance(value, Text):
        return value
    if value is None:
        return Text("-", style="dim")
    if isinstance(value, bool):
        return Text("yes" if value else "no")
    if isinstance(value, int | float):
        return Text(number(value))
    return Text(str(value))


def number(value: float) -> str:
    """A number with thousands separated and no needless digits.

    >>> number(989.5), number(20919.2), number(8), number(0.0045)
    ('989.5', '20,919.2', '8', '0.0045')
    """
    digits = 3 if abs(value) >= 10 else 4
    text = f"{value:,.{digits}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
