"""Listings: rows that are drawn without rich's measuring look as rich would draw them."""

import io
from collections.abc import Iterator

import pytest
from rich.console import Console, ConsoleOptions, RenderableType
from rich.table import Table
from rich.text import Text

from reports.listing import Column, Listing, _table, cell

COLUMNS = (
    Column("box", lambda row: row[0], numeric=False),
    Column("地点", lambda row: row[1]),
    Column("cards", lambda row: row[2]),
)
ROWS = (
    ("hgx-a100-8", Text("贵州", style="bold"), 1024),
    ("[b]x[/b]", Text.assemble(("上海", "red"), " 2", style="green"), None),
    ("", "贵", True),
)


class _ByRich:
    """The same table, every cell measured and wrapped by rich."""

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> Iterator[Table]:
        table = _table(COLUMNS)
        for row in ROWS:
            table.add_row(*(cell(column.value(row)) for column in COLUMNS))
        yield table


def _coloured(report: RenderableType, width: int) -> str:
    console = Console(
        file=io.StringIO(), force_terminal=True, color_system="truecolor", width=width
    )
    console.print(report)
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


@pytest.mark.parametrize("width", [26, 27, 80])
def test_a_listing_looks_as_rich_draws_it(width: int) -> None:
    """Wide letters, styles, markup taken literally and dashes stand as in rich's own table.

    Sensitivity: padding counted in letters instead of cells would shift 贵州 by two.
    """
    assert _coloured(Listing(COLUMNS, ROWS), width) == _coloured(_ByRich(), width)
