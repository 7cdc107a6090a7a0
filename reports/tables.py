"""Tables of orders, money and machines that fit the width they get.

Belongs here: choosing the columns, folding names, setting rows in plain characters. Where the
width is short, columns go first whose figures stand elsewhere, then the blanks between columns
shrink, then names fold at their hyphens, then columns go that can be worked out; figures are never
cut. Does not belong here: what a table says; listings of single facts (listing.py).
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from itertools import groupby

from rich.cells import cell_len, chop_cells
from rich.console import Console, ConsoleOptions, RenderableType, RenderResult
from rich.text import Text

from reports.paragraph import Paragraph

GAPS = (2, 1)
"""Blanks between columns: as it should be, and where it is tight."""
WHOLE = 10**6
"""No name is folded while columns can be left out whose figures stand elsewhere,"""
COMFORTABLE = 14
"""none to less than this while any column can be left out,"""
TIGHT = 6
"""and none to less than this at all."""
MOST_LINES = 3
"""Lines that a name folds into before its middle is left out."""


class Kind(Enum):
    """What a row is."""

    LINE = "line"
    SUBTOTAL = "subtotal"
    TOTAL = "total"


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table."""

    title: str
    """Line feeds divide it into lines."""
    right: bool = False
    """For figures."""
    name: bool = False
    """May fold over several lines."""
    sparse: bool = False
    """A value like the one above is not repeated."""
    spare: int = 0
    """Above 0: may be left out where it is narrow, the highest first."""
    group: str = ""
    """Columns of a grid that belong together."""
    said: bool = False
    """When left out, its figures stand elsewhere in the report: no note says that it is missing."""


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a table: one text for each column."""

    cells: tuple[str, ...]
    kind: Kind = Kind.LINE


@dataclass(frozen=True)
class Table:
    """Rows under columns; drawn at any width."""

    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    grid: bool = False
    """May be cut into blocks below one another, each with the first column at its left."""

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """Draw it as one table, as blocks below one another, or row by row as a list."""
        rule = "-" if options.ascii_only else "─"
        blocks = self._blocks(options.max_width) if self.grid else [list(range(len(self.columns)))]
        for number, block in enumerate(blocks):
            if number:
                yield Text()
            # A further block has no use for rows that say nothing in it.
            kept = [row for row in self.rows if not number or any(row.cells[n] for n in block[1:])]
            yield from replace(self, rows=tuple(kept))._drawn(block, options.max_width, rule)

    def _blocks(self, width: int) -> list[list[int]]:
        """The columns of each block: as many as fit beside the first; groups that fit whole are
        not torn apart.
        """
        blocks = [[0]]
        places = range(1, len(self.columns))
        for _, group in groupby(places, key=lambda place: self.columns[place].group):
            members = list(group)
            whole = self._needed([0, *members], GAPS[0]) <= width
            if whole and self._needed([*blocks[-1], *members], GAPS[0]) > width:
                blocks.append([0])
            for place in members:
                if self._needed([*blocks[-1], place], GAPS[0]) > width and len(blocks[-1]) > 1:
                    blocks.append([0])
                blocks[-1].append(place)
        return blocks

    def _drawn(self, shown: list[int], width: int, rule: str) -> Iterator[RenderableType]:
        left_out: list[int] = []
        fit = self._fit(shown, width, WHOLE, GAPS[:1])
        while fit is None and (spare := self._most_spare(shown, only_said=True)) is not None:
            shown = [place for place in shown if place != spare]
            left_out.append(spare)
            fit = self._fit(shown, width, WHOLE, GAPS[:1])
        fit = fit or self._fit(shown, width, WHOLE) or self._fit(shown, width, COMFORTABLE)
        while fit is None and (spare := self._most_spare(shown)) is not None:
            shown = [place for place in shown if place != spare]
            left_out.append(spare)
            fit = self._fit(shown, width, COMFORTABLE)
        for least in range(COMFORTABLE, TIGHT - 1, -2):
            fit = fit or self._fit(shown, width, least, GAPS[-1:])
        if fit is None:
            yield from self._listed(sorted([*shown, *left_out]))
            return
        yield from self._set(shown, *fit, rule)
        if missing := [self._title(n) for n in sorted(left_out) if not self.columns[n].said]:
            yield Paragraph(f"A wider terminal also shows: {', '.join(missing)}.", "dim")

    def _fit(
        self, shown: Sequence[int], width: int, least: int, gaps: Sequence[int] = GAPS
    ) -> tuple[list[int], int] | None:
        """Widths of columns and the blanks between them; None where they do not fit."""
        for gap in gaps:
            free = width - self._needed(shown, gap, least)
            if free >= 0:
                return self._widths(shown, least, free), gap
        return None

    def _needed(self, shown: Sequence[int], gap: int, least: int = COMFORTABLE) -> int:
        return sum(self._least(place, least) for place in shown) + gap * (len(shown) - 1)

    def _widths(self, shown: Sequence[int], least: int, free: int) -> list[int]:
        """Least widths, with what is free given to the names that are nearest to whole first."""
        widths = {place: self._least(place, least) for place in shown}
        for place in sorted(shown, key=lambda place: self._natural(place) - widths[place]):
            more = min(free, self._natural(place) - widths[place])
            widths[place] += more
            free -= more
        return [widths[place] for place in shown]

    def _natural(self, place: int) -> int:
        texts = [row.cells[place] for row in self.rows]
        return max(cell_len(text) for text in [*self.columns[place].title.split("\n"), *texts])

    def _least(self, place: int, least: int) -> int:
        natural = self._natural(place)
        if not self.columns[place].name:
            return natural
        title = max(cell_len(text) for text in self.columns[place].title.split("\n"))
        return min(natural, max(least, title))

    def _most_spare(self, shown: Sequence[int], only_said: bool = False) -> int | None:
        columns = {place: self.columns[place] for place in shown}
        spare = [place for place, c in columns.items() if c.spare and (c.said or not only_said)]
        return max(spare, key=lambda place: self.columns[place].spare, default=None)

    def _title(self, place: int) -> str:
        return self.columns[place].title.replace("\n", " ")

    def _set(
        self, shown: Sequence[int], widths: Sequence[int], gap: int, rule: str
    ) -> Iterator[Text]:
        titles = [self.columns[place].title.split("\n") for place in shown]
        depth = max(map(len, titles))
        # Titles stand on the rule, whatever their number of lines.
        titles = [[""] * (depth - len(lines)) + lines for lines in titles]
        line = Text(rule * (sum(widths) + gap * (len(shown) - 1)), style="dim")
        yield from self._lines(shown, titles, widths, gap, "bold")
        yield line
        above: Row | None = None
        for number, row in enumerate(self.rows):
            if row.kind is Kind.TOTAL and number and self.rows[number - 1].kind is not Kind.TOTAL:
                yield line
            cells = [
                [""] if self._repeats(place, row, above) else folded(row.cells[place], width)
                for place, width in zip(shown, widths, strict=True)
            ]
            style = {Kind.LINE: "", Kind.SUBTOTAL: "dim", Kind.TOTAL: "bold"}[row.kind]
            yield from self._lines(shown, cells, widths, gap, style)
            above = row

    def _repeats(self, place: int, row: Row, above: Row | None) -> bool:
        """Whether a sparse cell and all sparse cells before it say the same as above."""
        if above is None or row.kind is not Kind.LINE or not self.columns[place].sparse:
            return False
        before = [n for n in range(place + 1) if self.columns[n].sparse]
        return all(row.cells[n] == above.cells[n] for n in before)

    def _lines(
        self,
        shown: Sequence[int],
        cells: Sequence[list[str]],
        widths: Sequence[int],
        gap: int,
        style: str,
    ) -> Iterator[Text]:
        for number in range(max(map(len, cells))):
            parts = []
            for place, lines, width in zip(shown, cells, widths, strict=True):
                text = lines[number] if number < len(lines) else ""
                blanks = " " * (width - cell_len(text))
                parts.append(blanks + text if self.columns[place].right else text + blanks)
            yield Text((" " * gap).join(parts).rstrip(), style=style, no_wrap=True)

    def _listed(self, shown: Sequence[int]) -> Iterator[RenderableType]:
        """Row by row, one line for each column that says something: for the narrowest widths."""
        for number, row in enumerate(self.rows):
            if number:
                yield Text()
            style = "bold" if row.kind is Kind.TOTAL else ""
            for place in shown:
                if row.cells[place]:
                    yield Paragraph(f"{self._title(place)}: {row.cells[place]}", style)


def folded(name: str, width: int) -> list[str]:
    """A name as lines of a width, folded after `/ - _ . ,` and blanks where it can be; of what
    needs more than three lines the middle is left out.

    >>> folded("qingyang/hgx-a800-8", 12), folded("a800", 12)
    (['qingyang/', 'hgx-a800-8'], ['a800'])
    >>> folded("a-very-long-name-that-goes-on-and-on-for-ever", 10)
    ['a-very-', 'long-…-on-', 'for-ever']
    """
    lines = _fold(name, width)
    kept = name
    while len(lines) > MOST_LINES:
        kept = kept[: len(kept) // 2] + kept[len(kept) // 2 + 1 :]
        middle = (len(kept) + 1) // 2
        lines = _fold(kept[:middle] + "…" + kept[middle:], width)
    return lines


def _fold(name: str, width: int) -> list[str]:
    lines = [""]
    for part in re.findall(r"[^/_.,\s-]*[/_.,\s-]?", name):
        for piece in chop_cells(part, width) or [""]:
            if cell_len(lines[-1] + piece.rstrip()) <= width:
                lines[-1] += piece
            else:
                lines.append(piece)
    return [line.rstrip() for line in lines]
