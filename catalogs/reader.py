"""Catalogue files, the shipped ones and the user's own, to plain rows with their places.

Belongs here: CSV (one table, named by the file) and YAML (several tables), and where each value
stands. Does not belong here: what a row must hold (row.py), what holds between rows (catalog.py).
"""

import csv
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

from catalogs.catalog import EMPTY, TABLES, Catalog
from catalogs.errors import CatalogError, nearest
from catalogs.yaml_text import parse_yaml

FABRICS = "fabrics"
"""A CSV file of this name holds three tables, told apart by its column `kind`."""
_KINDS = {"switch": "switches", "nic": "nics", "cable": "cables"}


@dataclass
class _Rows:
    """Rows of one or more files, and the line each stands on."""

    tables: dict[str, dict[str, Mapping[str, Any]]] = field(default_factory=dict)
    places: dict[tuple[str, str, str], str] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)

    def add(self, table: str, row_id: str, figures: Mapping[str, Any], place: str) -> None:
        rows = self.tables.setdefault(table, {})
        if row_id in rows:
            before = self.places[table, row_id, ""]
            self.problems.append(f"{place}: {table}.{row_id} is given twice, first at {before}")
        rows[row_id] = figures
        self.places[table, row_id, ""] = place

    def place(self, table: str, row_id: str, figure: str) -> str:
        """Where a figure stands, or else its row, or else its table."""
        for key in ((table, row_id, figure), (table, row_id, ""), (table, "", "")):
            if key in self.places:
                return self.places[key]
        return "the catalogue files together"


def load_catalog(paths: Sequence[Path] = ()) -> Catalog:
    """The shipped catalogue with the user's files on top, in their order; each row wins over those
    before.

    A user's file is YAML (`{accelerators: {id: {...}}, nodes: ...}`) or CSV of one table, named by
    the file. Every row in it states source and date. Raises CatalogError listing every problem.
    """
    catalog = _shipped()
    for path in paths:
        rows = _Rows()
        _read(path, str(path), rows)
        for table, entries in rows.tables.items():
            rows.problems += _unsourced(table, entries, rows)
        catalog = _laid_over(catalog, rows)
    return catalog


@cache
def _shipped() -> Catalog:
    rows = _Rows()
    for entry in sorted(files("catalogs").joinpath("data").iterdir(), key=lambda e: e.name):
        if entry.name.endswith((".csv", ".yaml")):
            _read(entry, entry.name, rows)
    return _laid_over(EMPTY, rows)


def _laid_over(catalog: Catalog, rows: _Rows) -> Catalog:
    try:
        built = catalog.laid_over(rows.tables, rows.place)
    except CatalogError as error:
        raise CatalogError(rows.problems + error.problems) from None
    if rows.problems:
        raise CatalogError(rows.problems)
    return built


def _unsourced(table: str, entries: Mapping[str, Mapping[str, Any]], rows: _Rows) -> Iterator[str]:
    """What a user's rows do not say of where they come from."""
    for row_id, figures in entries.items():
        # A rule is dated by its publication.
        dated = figures.get("date") or figures.get("published")
        given = {"source": figures.get("source"), "date": dated}
        for figure, value in given.items():
            if value is None:
                place = rows.place(table, row_id, "")
                yield f"{place}: {table}.{row_id}.{figure}: is required, and not given"


def _read(file: Path | Traversable, name: str, rows: _Rows) -> None:
    """Add the rows of one file; raise CatalogError where it cannot be read at all."""
    suffix = Path(name).suffix.lower()
    if suffix not in (".csv", ".yaml", ".yml"):
        raise CatalogError([f"{name}: a catalogue file is .yaml or .csv"])
    try:
        text = file.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is not UTF-8 text"
        raise CatalogError([f"{name}: cannot be read: {reason}"]) from error
    if suffix == ".csv":
        _read_csv(text, name, rows)
    else:
        _read_yaml(text, name, rows)


def _read_csv(text: str, name: str, rows: _Rows) -> None:
    table = Path(name).stem
    if table != FABRICS and table not in TABLES:
        hint = nearest(table, [*TABLES, FABRICS])
        raise CatalogError([f"{name}: a CSV file holds the table it is named by{hint}"])
    reader = csv.DictReader(text.splitlines(), strict=True)
    if len(set(reader.fieldnames or ())) != len(reader.fieldnames or ()):
        raise CatalogError([f"{name}:1: two columns have the same name"])
    try:
        for line in reader:
            place = f"{name}:{reader.line_num}"
            if None in line or None in line.values():
                rows.problems.append(f"{place}: has another number of cells than the first line")
                continue
            figures = {column: cell for column, cell in line.items() if cell != ""}
            home = table
            if table == FABRICS:
                kind = figures.pop("kind", "")
                home = _KINDS.get(kind, "")
                if not home:
                    wanted = ", ".join(_KINDS)
                    rows.problems.append(f"{place}: kind '{kind}' is none of {wanted}")
                    continue
            rows.add(home, figures.pop("id", ""), figures, place)
    except csv.Error as error:
        raise CatalogError([f"{name}:{reader.line_num}: cannot be read as CSV: {error}"]) from error


def _read_yaml(text: str, name: str, rows: _Rows) -> None:
    tree, lines = parse_yaml(text, name)
    if not isinstance(tree, dict):
        raise CatalogError([f"{name}: needs tables at its top, as in `accelerators: {{id: ...}}`"])
    for table, entries in tree.items():
        place = f"{name}:{lines[table,]}"
        rows.places[table, "", ""] = place
        if table not in TABLES:
            rows.problems.append(f"{place}: no table '{table}'{nearest(table, TABLES)}")
        elif not isinstance(entries, dict):
            rows.problems.append(f"{place}: {table} needs rows by their id")
        else:
            for row_id, figures in entries.items():
                place = f"{name}:{lines[table, row_id]}"
                if isinstance(figures, dict):
                    rows.add(table, row_id, figures, place)
                    for figure in figures:
                        key = (table, row_id, figure)
                        rows.places[key] = f"{name}:{lines[key]}"
                else:
                    rows.problems.append(f"{place}: {table}.{row_id} needs figures by their name")
