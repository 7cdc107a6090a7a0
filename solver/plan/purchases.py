"""Lists of purchases written by hand, as JSON or CSV.

Belongs here: reading what a planner writes down - an offer, a quantity, a period - with the line of
every fault. Does not belong here: whether the problem has such offers (matching), what they cost,
plans.
"""

import csv
import io
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from solver.plan.convert import Misread, nearest
from solver.plan.files import PlanError, read_json, read_text, without_doubles

KEYS = ("offer", "quantity", "period", "delivered", "site", "until", "box")
FOLLOWING = (
    "ordered",
    "item",
    "kind",
    "vendor",
    "lease",
    "unit_price",
    "discount",
    "amount",
    "cards",
    "card",
)
"""Keys of a whole plan's purchases, and of tables of them, that follow from the others and are not
read."""
_ROWS_BEGIN = re.compile(r'\s*(?:\{\s*"purchases"\s*:\s*)?\[\s*')
_NEXT_ROW = re.compile(r"[\s,]*")


@dataclass(frozen=True, slots=True)
class HandPurchase:
    """A purchase or lease as a planner writes it; None where only one thing fits."""

    offer: str
    quantity: int
    period: str | None
    """Label of the period of delivery; this or `delivered` is given."""
    delivered: date | None
    site: str | None
    until: date | None
    """First day after a lease."""
    box: str | None
    """Host item or `standalone`, for cards."""
    where: str = field(compare=False)
    """File and line, for messages."""


def purchases_from_json_or_csv(path: Path) -> tuple[HandPurchase, ...]:
    """The purchases in a file: CSV by its name, otherwise JSON, a list or `{"purchases": [...]}`.

    Keys or columns: offer, quantity, period or delivered; site, until and box where they are
    needed. Raises PlanError naming file and line, what is wrong and the nearest known name.
    """
    text = read_text(path)
    rows = _csv_rows(path, text) if path.suffix.lower() == ".csv" else _json_rows(path, text)
    return purchases_from_rows(rows)


def purchases_from_rows(
    rows: Iterable[tuple[str, Mapping[str, Any]]],
) -> tuple[HandPurchase, ...]:
    """The purchases of rows that were read, each with its place for messages; what a row does not
    say is left out of it. Raises PlanError.
    """
    # Fabric follows from what is delivered.
    return tuple(_purchase(where, row) for where, row in rows if row.get("kind") != "fabric")


def check_columns(where: str, names: list[str]) -> None:
    """Refuse columns that no list of purchases has, or lacks. Raises PlanError."""
    _check_keys(where, names, "column")


def _csv_rows(path: Path, text: str) -> Iterator[tuple[str, dict[str, Any]]]:
    lines = csv.reader(io.StringIO(text), strict=True)
    header = [name.strip() for name in next(lines, [])]
    if len(header) == 1 and (found := re.search(r"[;\t|]", header[0])):
        raise PlanError(f"{path}:1: columns are parted by {found[0]!r}, expected commas")
    check_columns(f"{path}:1", header)
    try:
        for cells in lines:
            where = f"{path}:{lines.line_num}"
            if not any(cell.strip() for cell in cells):
                continue
            if len(cells) != len(header):
                raise PlanError(f"{where}: has {len(cells)} cells, the header {len(header)}")
            row = {key: cell.strip() for key, cell in zip(header, cells, strict=True)}
            yield where, {key: cell for key, cell in row.items() if cell}
    except csv.Error as fault:
        raise PlanError(f"{path}:{lines.line_num}: not CSV: {fault}") from None


def _json_rows(path: Path, text: str) -> Iterator[tuple[str, dict[str, Any]]]:
    document = read_json(path, text)
    begin = _ROWS_BEGIN.match(text)
    if not begin or (isinstance(document, dict) and len(document) > 1):
        raise PlanError(f'{path}:1: must be a list of purchases or {{"purchases": [...]}}')
    # Decoded again row by row: only so does every row know its line.
    decoder = json.JSONDecoder(object_pairs_hook=without_doubles)
    at = begin.end()
    for _ in document["purchases"] if isinstance(document, dict) else document:
        where = f"{path}:{text.count(chr(10), 0, at) + 1}"
        try:
            row, end = decoder.raw_decode(text, at)
        except Misread as fault:
            raise PlanError(f"{where}: {fault.args[0]}") from None
        if not isinstance(row, dict):
            raise PlanError(f"{where}: must be an object with keys {', '.join(KEYS)}")
        yield where, {key: value for key, value in row.items() if value is not None}
        at = _NEXT_ROW.match(text, end).end()  # type: ignore[union-attr] # it may match nothing


def _purchase(where: str, row: Mapping[str, Any]) -> HandPurchase:
    _check_keys(where, list(row), "key")
    if "period" not in row and "delivered" not in row:
        raise PlanError(f"{where}: needs 'period' or 'delivered'")
    return HandPurchase(
        offer=_text(where, row, "offer") or "",
        quantity=_quantity(where, row["quantity"]),
        period=_text(where, row, "period"),
        delivered=_day(where, row, "delivered"),
        site=_text(where, row, "site"),
        until=_day(where, row, "until"),
        box=_text(where, row, "box"),
        where=where,
    )


def _check_keys(where: str, names: list[str], word: str) -> None:
    for name in names:
        if name not in (*KEYS, *FOLLOWING):
            raise PlanError(f"{where}: unknown {word} {name!r}{nearest(name, KEYS)}")
        if names.count(name) > 1:
            raise PlanError(f"{where}: duplicate {word} {name!r}")
    for name in ("offer", "quantity"):
        if name not in names:
            raise PlanError(f"{where}: lacks {word} {name!r}")


def _text(where: str, row: Mapping[str, Any], key: str) -> str | None:
    value = row.get(key)
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)  # a period such as 2023 is written without quotes
    if value is not None and (not isinstance(value, str) or not value.strip()):
        raise PlanError(f"{where}: {key} must be a name (given {value!r})")
    return value


def _quantity(where: str, value: Any) -> int:
    try:
        number = float(value) if isinstance(value, int | float | str) else None
    except ValueError:
        number = None
    if number is None or isinstance(value, bool) or not number.is_integer() or number < 0:
        raise PlanError(
            f"{where}: quantity must be a whole number of units, not negative (given {value!r})"
        )
    return int(number)


def _day(where: str, row: Mapping[str, Any], key: str) -> date | None:
    value = row.get(key)
    if value is None:
        return None
    try:
        return date.fromisoformat(value)
    except (TypeError, ValueError):
        raise PlanError(
            f"{where}: {key} must be a date like 2023-11-17 (given {value!r})"
        ) from None
