"""The data dictionary of a folder of tables: a Frictionless data package.

Belongs here: `datapackage.json`. Does not belong here: tables (tables), the files it describes.
"""

import hashlib
from typing import Any

from reports.export.columns import COLUMNS
from reports.export.tables import Table
from reports.export.worked import Worked
from reports.language import Language
from reports.terminal import json_text

NAME = "datapackage.json"
_FORMATS = {"csv": "text/csv", "parquet": "application/vnd.apache.parquet"}


def dictionary(
    worked: Worked, found: tuple[Table, ...], files: dict[str, bytes], kind: str, say: Language
) -> bytes:
    """The dictionary of these tables, written as `files` of a format `csv` or `parquet`.

    Nothing in it depends on the day or the machine: the same plan gives the same bytes.
    """
    plan = worked.plan
    escaped = (
        "Cells of text that begin with = + - @ or a tab carry an apostrophe before them, so that "
        "no spreadsheet runs them; Parquet and JSON hold the exact texts."
    )
    package: dict[str, Any] = {
        "profile": "tabular-data-package" if kind == "csv" else "data-package",
        "name": "rackmix-plan",
        "title": str(plan.problem.get("title") or say.text("A plan of rackmix")),
        "description": say.text(escaped) if kind == "csv" else "",
        "rackmix": {
            "currency": plan.currency,
            "language": say.code,
            "provenance": dict(plan.provenance),
        },
        "resources": [_resource(table, files, kind, plan.currency, say) for table in found],
    }
    if kind != "csv":
        del package["description"]
    return json_text(package).encode()


def _resource(
    table: Table, files: dict[str, bytes], kind: str, currency: str, say: Language
) -> dict[str, Any]:
    path = f"{table.name}.{kind}"
    schema: dict[str, Any] = {
        "fields": [_field(name, currency, say) for name in table.columns],
        "missingValues": [""],
    }
    if table.key:
        schema["primaryKey"] = list(table.key)
    if table.refers:
        schema["foreignKeys"] = [
            {"fields": column, "reference": {"resource": resource, "fields": column}}
            for column, resource in table.refers
        ]
    return {
        "profile": "tabular-data-resource" if kind == "csv" else "data-resource",
        "name": table.name,
        "path": path,
        "description": say.text(table.description),
        "format": kind,
        "mediatype": _FORMATS[kind],
        **({"encoding": "utf-8"} if kind == "csv" else {}),
        "bytes": len(files[path]),
        "hash": f"sha256:{hashlib.sha256(files[path]).hexdigest()}",
        "schema": schema,
    }


def _field(name: str, currency: str, say: Language) -> dict[str, Any]:
    column = COLUMNS[name]
    unit = {"unit": currency} if column.money else {}
    # Without a format of its own a moment ends in Z, and those of a plan know no time zone.
    form = {"format": "%Y-%m-%dT%H:%M:%S"} if column.type == "datetime" else {}
    return {
        "name": name,
        "type": column.type,
        **form,
        "description": say.text(column.description),
        **unit,
    }
