"""A workbook under construction: formats, tables, print set-up, text that stays text.

Belongs here: how cells and sheets are written. Does not belong here: what stands in them (the other
modules of this package). Every formula is written with its value, so that viewers which do not
calculate show the same numbers as those that do.
"""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple

import xlsxwriter  # type: ignore[import-untyped]
from xlsxwriter.utility import xl_col_to_name, xl_range_abs  # type: ignore[import-untyped]
from xlsxwriter.workbook import Workbook  # type: ignore[import-untyped]
from xlsxwriter.worksheet import Worksheet  # type: ignore[import-untyped]

from reports.export.words import on_one_line, printable
from reports.language import Language

LONGEST = 32_000
"""Characters that a cell takes, with some to spare."""
SHORT = 100
"""Characters of names in headers and charts: programs take 255, and every & counts twice."""
LEAST_WIDE, MOST_WIDE = 8, 44
"""Bounds of the width of a column, in characters."""
LINE, HIGHEST = 15, 405
"""Height of a line of text, and of the highest row there can be, in points."""
WIDE = 190
"""Characters of a table that is printed on A3: on A4 its letters would be too small to read."""
LEAST_ROWS = 1
"""A table without rows keeps an empty one, so that ranges over it are never upside down."""


class Formula(NamedTuple):
    """A live formula with the value it has."""

    text: str
    value: float | str


type Cell = str | float | int | date | Formula | None


class Column(NamedTuple):
    """A column of a table."""

    title: str
    """In the reader's language."""
    kind: str
    """A key of `Book.formats`."""
    width: float = 0.0
    """In characters; 0: as wide as its cells."""
    total: bool = False
    """Whether the last row adds it up."""


@dataclass(frozen=True)
class Placed:
    """Where a table stands; ranges of its columns for formulas elsewhere."""

    sheet: Worksheet
    first: int
    """Row of the first record, counted from 0."""
    last: int
    left: int
    columns: tuple[Column, ...]

    def range(self, number: int) -> str:
        """A column of records, as other sheets name it."""
        column = self.left + number
        return f"{self.name}!{xl_range_abs(self.first, column, self.last, column)}"

    def cell(self, row: int, number: int) -> str:
        """One cell, as other sheets name it."""
        return f"{self.name}!${xl_col_to_name(self.left + number)}${row + 1}"

    @property
    def name(self) -> str:
        """The sheet, as formulas name it."""
        return quoted(self.sheet.get_name())

    @property
    def total_row(self) -> int:
        """The row below the records."""
        return self.last + 1


def quoted(sheet: str) -> str:
    """The name of a sheet in a formula.

    >>> quoted("Cash flow"), quoted("Buyer's")
    ("'Cash flow'", "'Buyer''s'")
    """
    doubled = sheet.replace("'", "''")
    return f"'{doubled}'"


class _Sheet(Worksheet):  # type: ignore[misc]
    """A sheet that takes formulas as they are.

    XlsxWriter looks in every formula for thirty functions that are younger than the file format,
    one after the other: with ten thousand order lines that is a third of all time. Ours use none.
    """

    def _prepare_formula(self, formula: str, expand_future_functions: bool = False) -> str:
        return formula.removeprefix("=")


class Book:
    """A workbook in one currency and one language."""

    def __init__(self, title: str, currency: str, language: Language, made: date) -> None:
        """Begin; `made` stands in the file's properties, so that the same plan gives the same."""
        self._out = io.BytesIO()
        self.book: Workbook = xlsxwriter.Workbook(self._out, {"in_memory": True})
        title = on_one_line(title)
        self.title, self.currency, self.language = title, currency, language
        moment = datetime.combine(made, datetime.min.time())
        self.book.set_properties(
            {"title": _clipped(title, SHORT), "author": "rackmix", "created": moment}
        )
        self.formats = {name: self.book.add_format(each) for name, each in self._styles().items()}

    def _styles(self) -> dict[str, dict[str, Any]]:
        day = 'yyyy"年"m"月"d"日"' if self.language.code == "zh" else "yyyy-mm-dd"
        money = f"#,##0.00\\ [${self.currency}]"
        none = '"–"'
        plain: dict[str, dict[str, Any]] = {
            "text": {"num_format": "@", "align": "left", "indent": 1},
            "long": {"text_wrap": True, "align": "left", "indent": 1},
            "right": {"num_format": "@", "align": "right"},
            "date": {"num_format": day, "align": "right"},
            "money": {"num_format": f"{money};-{money};{none}", "align": "right"},
            "price": {"num_format": f"#,##0.00##\\ [${self.currency}]"},
            "count": {"num_format": f"#,##0.00;-#,##0.00;{none}", "align": "right"},
            "count whole": {"num_format": f"#,##0;-#,##0;{none}", "align": "right"},
            "whole": {"num_format": "#,##0"},
            "number": {"num_format": "#,##0.00"},
            "factor": {"num_format": "0.000000"},
            "year": {"num_format": "0"},
            "percent": {"num_format": "0.0 %"},
            "fine": {"num_format": "0.00 %"},
        }
        styles = {name: {"valign": "top", **style} for name, style in plain.items()}
        heavy = {"bold": True, "top": 1}
        styles |= {f"{name}+": {**style, **heavy} for name, style in styles.items()}
        head = {"bold": True, "text_wrap": True, "valign": "vcenter", "bottom": 1}
        head |= {"bg_color": "#DCE6F1", "font_color": "#000000"}
        styles["head"] = {**head, "indent": 1}
        styles["head right"] = {**head, "align": "right"}
        styles["title"] = {"bold": True, "font_size": 16}
        styles["section"] = {"bold": True, "font_size": 12}
        styles["note"] = {"italic": True, "font_color": "#555555"}
        styles["lead"] = {"font_size": 12, "text_wrap": True, "valign": "top"}
        return styles

    def say(self, english: str, /, **values: object) -> str:
        """A text in the reader's language."""
        return self.language.text(english, **values)

    def sheet(self, english: str) -> Worksheet:
        """A new sheet, set up to be printed."""
        sheet = self.book.add_worksheet(self.say(english), _Sheet)
        sheet.set_landscape()
        sheet.set_paper(9)  # A4
        sheet.fit_to_pages(1, 0)
        sheet.set_margins(0.5, 0.5, 0.8, 0.7)
        title = _clipped(self.title, SHORT).replace("&", "&&")
        sheet.set_header(f"&L{title}&R&A")
        sheet.set_footer("&Lrackmix&R&P / &N")
        sheet.hide_gridlines(2)
        return sheet

    def close(self) -> bytes:
        """The finished file."""
        self.book.close()
        return self._out.getvalue()

    def put(self, sheet: Worksheet, row: int, column: int, value: Cell, kind: str) -> None:
        """Write one cell; text is written as text, whatever it begins with."""
        if kind.startswith("count") and _is_whole(value):
            kind = kind.replace("count", "count whole")
        style = self.formats[kind]
        if value is None:
            sheet.write_blank(row, column, None, style)
        elif isinstance(value, Formula):
            sheet.write_formula(row, column, value.text, style, value.value)
        elif isinstance(value, str):
            sheet.write_string(row, column, _clipped(value), style)
        elif isinstance(value, date):
            sheet.write_datetime(row, column, value, style)
        else:
            sheet.write_number(row, column, value, style)

    def table(
        self,
        sheet: Worksheet,
        top: int,
        columns: Sequence[Column],
        rows: Sequence[Sequence[Cell]],
        *,
        left: int = 0,
        frozen: int | None = None,
        totals: Sequence[float] | None = None,
    ) -> Placed:
        """Write a table with its header at row `top`.

        With `frozen`, header and so many columns stay in sight, the header is repeated on every
        page and rows can be filtered. `totals` are the values of the sums of the columns that have
        one, in their order.
        """
        widths = [
            column.width or self._width(column, [row[number] for row in rows], totals)
            for number, column in enumerate(columns)
        ]
        lines = max(_lines(c.title, w - 2) for c, w in zip(columns, widths, strict=True))
        sheet.set_row(top, LINE * lines + 3)
        for number, column in enumerate(columns):
            right = column.kind not in ("text", "long")
            style = "head right" if right else "head"
            self.put(sheet, top, left + number, column.title, style)
            sheet.set_column(left + number, left + number, widths[number])
        kinds = [column.kind for column in columns]
        for line, cells in enumerate(rows, start=top + 1):
            for number, value in enumerate(cells):
                self.put(sheet, line, left + number, value, columns[number].kind)
            if "long" in kinds:
                # Not every program makes room for text that runs over several lines.
                texts = zip(kinds, cells, widths, strict=True)
                high = max(_lines(str(text or ""), w - 1) for k, text, w in texts if k == "long")
                sheet.set_row(line, min(HIGHEST, LINE * high))
        last = top + max(len(rows), LEAST_ROWS)
        placed = Placed(sheet, top + 1, last, left, tuple(columns))
        if frozen is not None:
            sheet.freeze_panes(top + 1, frozen)
            sheet.repeat_rows(top)
            sheet.autofilter(top, left, last, left + len(columns) - 1)
            if sum(widths) > WIDE:
                sheet.set_paper(8)  # A3
        if totals is not None:
            self._add_up(placed, totals)
        return placed

    def _width(
        self, column: Column, cells: Sequence[Cell], totals: Sequence[float] | None
    ) -> float:
        """Characters that the cells of a column take, sums included."""
        added = totals if column.total and totals else ()
        widest = max((_shown(cell, column.kind, self) for cell in (*cells, *added)), default=0)
        longest_word = max(map(_wide, column.title.split()), default=0)
        return min(MOST_WIDE, max(widest + 2, longest_word + 3, LEAST_WIDE))

    def _add_up(self, placed: Placed, totals: Sequence[float]) -> None:
        values = iter(totals)
        for number, column in enumerate(placed.columns):
            at = placed.left + number
            if column.total:
                letter = xl_col_to_name(at)
                text = f"=SUM({letter}{placed.first + 1}:{letter}{placed.last + 1})"
                value: Cell = Formula(text, next(values))
            else:
                value = self.say("Total") if number == 0 else None
            kind = column.kind if column.total or number else "text"
            self.put(placed.sheet, placed.total_row, at, value, f"{kind}+")

    def chart(
        self,
        kind: str,
        title: str,
        categories: str,
        series: Sequence[tuple[str, str]],
        *,
        stacked: bool = True,
        axis: str = "",
    ) -> Any:
        """A native chart of ranges: (name, range) for each series."""
        options = {"type": kind, "subtype": "stacked"} if stacked else {"type": kind}
        chart: Any = self.book.add_chart(options)
        for name, values in series:
            # A name that begins with = would be taken for the address of a cell.
            label = name if not name.startswith("=") else f" {name}"
            chart.add_series(
                {"name": _clipped(label, SHORT), "categories": categories, "values": values}
            )
        chart.set_title({"name": _clipped(title, SHORT), "name_font": {"size": 12}})
        chart.set_legend({"position": "bottom"})
        # Names stay below the columns where some of them are negative.
        chart.set_x_axis({"label_position": "low"})
        chart.set_y_axis({"name": axis, "num_format": "#,##0", "major_gridlines": {"visible": 1}})
        chart.set_size({"width": 720, "height": 320})
        return chart


def _is_whole(value: Cell) -> bool:
    number = value.value if isinstance(value, Formula) else value
    return isinstance(number, int | float) and abs(number - round(number)) < 1e-9


def _shown(cell: Cell, kind: str, book: Book) -> int:
    """About how many characters a cell shows."""
    value = cell.value if isinstance(cell, Formula) else cell
    if value is None:
        return 0
    if isinstance(value, str):
        return _wide(value)
    if isinstance(value, date) or kind == "date":
        return 12 if book.language.code == "zh" else 10
    currency = len(book.currency) + 2 if kind in ("money", "price") else 0
    return len(f"{value:,.2f}") + currency


def _lines(text: str, width: float) -> int:
    """About how many lines a text takes in a column."""
    found = 0
    for part in text.split("\n"):
        left, lines = width, 1
        for word in part.split():
            size = _wide(word)
            if size + 1 > left and left < width:
                lines, left = lines + 1, width
            lines += int(size // width) if size > width else 0
            left -= size % width + 1
        found += lines
    return found


def _wide(text: str) -> int:
    """Columns of a text: Chinese characters take two."""
    return sum(2 if character > "\u2e80" else 1 for character in text)


def _clipped(text: str, most: int = LONGEST) -> str:
    text = printable(text)
    return text if len(text) <= most else f"{text[:most]} …"
