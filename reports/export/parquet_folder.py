"""A plan as Parquet: a folder with one tidy table in each file, and a data dictionary.

Belongs here: the types of the columns. Does not belong here: the tables (tables), the dictionary.
"""

import io

import pyarrow as pa  # type: ignore[import-untyped]
import pyarrow.parquet as pq  # type: ignore[import-untyped]

from reports.export.columns import COLUMNS
from reports.export.dictionary import NAME, dictionary
from reports.export.tables import Table, tables
from reports.export.words import printable
from reports.export.worked import work_out
from reports.language import Language
from solver.plan import Plan

TYPES = {
    "string": pa.string(),
    "number": pa.float64(),
    "integer": pa.int64(),
    "boolean": pa.bool_(),
    "date": pa.date32(),
    "datetime": pa.timestamp("s"),
}
"""By the type of the data dictionary."""


def render(plan: Plan, language: Language) -> dict[str, bytes]:
    """The files of the folder by name; texts are exact but for characters that UTF-8 refuses."""
    worked = work_out(plan)
    found = tables(worked, language)
    files = {f"{table.name}.parquet": _file(table) for table in found}
    return {NAME: dictionary(worked, found, files, "parquet", language), **files}


def _file(table: Table) -> bytes:
    arrays = []
    for number, name in enumerate(table.columns):
        kind, cells = COLUMNS[name].type, [row[number] for row in table.rows]
        if kind == "string":
            cells = [None if cell is None else printable(str(cell)) for cell in cells]
        elif kind == "integer":
            cells = [None if cell is None else int(cell) for cell in cells]  # type: ignore[arg-type]
        arrays.append(pa.array(cells, TYPES[kind]))
    out = io.BytesIO()
    pq.write_table(pa.table(dict(zip(table.columns, arrays, strict=True))), out)
    return out.getvalue()
