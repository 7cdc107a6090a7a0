"""A plan as CSV: a folder with one tidy table in each file, and a data dictionary.

Belongs here: how cells are written. Does not belong here: the tables (tables), the dictionary.
"""

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any

from reports.export.columns import COLUMNS
from reports.export.dictionary import NAME, dictionary
from reports.export.tables import tables
from reports.export.words import guarded, printable
from reports.export.worked import work_out
from reports.language import Language
from solver.plan import Plan


def render(plan: Plan, language: Language) -> dict[str, bytes]:
    """The files of the folder by name: UTF-8, commas, CRLF, one header line, no index.

    Numbers as Python writes them back exactly, days as 2024-01-31, nothing for what is missing.
    """
    worked = work_out(plan)
    found = tables(worked, language)
    files = {
        f"{table.name}.csv": csv_bytes(
            table.columns,
            table.rows,
            whole=[COLUMNS[name].type == "integer" for name in table.columns],
        )
        for table in found
    }
    return {NAME: dictionary(worked, found, files, "csv", language), **files}


def csv_bytes(
    header: Sequence[str], rows: Iterable[Sequence[Any]], whole: Sequence[bool] | None = None
) -> bytes:
    """The bytes of a CSV file; columns that are `whole` are written without a decimal point."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(header)
    for row in rows:
        writer.writerow(
            [cell(value, bool(whole and whole[n])) for n, value in enumerate(row)],
        )
    return out.getvalue().encode()


def cell(value: Any, whole: bool = False) -> str:
    """The text of a cell.

    >>> cell(None), cell(True), cell(0.1), cell(3.0, whole=True), cell("=1"), cell(848.0)
    ('', 'true', '0.1', '3', "'=1", '848.0')
    """
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return guarded(printable(value))
    if isinstance(value, date | datetime):
        return value.isoformat()
    return str(int(value)) if whole and value == int(value) else repr(value)
