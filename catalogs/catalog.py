"""The catalogue as a whole: its tables, lookups across them, rows laid on top, and its hash.

Belongs here: what holds between rows (unique ids, references) and building a catalogue from plain
values. Does not belong here: files (reader.py), what one row is (items.py, rows.py ...).
"""

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, fields
from functools import cached_property
from types import MappingProxyType
from typing import Any, cast

from pydantic import ValidationError

from catalogs.errors import CatalogError, nearest
from catalogs.evidence import Parameter, PowerDraw, ServingRun, TrainingRun
from catalogs.items import Accelerator, Host, Node
from catalogs.row import Row
from catalogs.rows import Cable, Carbon, Model, Nic, Price, Switch
from catalogs.rules import CountryGroup, Rule, Ruleset, is_place
from catalogs.tariffs import Tariff
from catalogs.wording import in_words

TABLES: dict[str, type[Row]] = {
    row.table: row
    for row in (
        Accelerator,
        Node,
        Host,
        Switch,
        Nic,
        Cable,
        Price,
        Model,
        Tariff,
        Carbon,
        CountryGroup,
        Rule,
        Ruleset,
        Parameter,
        TrainingRun,
        PowerDraw,
        ServingRun,
    )
}
"""The class of a row, by the name of its table."""
ITEM_TABLES = ("accelerators", "nodes", "hosts")
"""Tables whose rows can be offered and owned; their ids are unique across all three."""
PRICED_TABLES = (*ITEM_TABLES, "switches", "nics", "cables")
"""Tables whose rows a price can speak of."""

Figures = Mapping[str, Any]
Tables = Mapping[str, Mapping[str, Figures]]
"""Plain rows: table, id, figure, value."""
Place = Callable[[str, str, str], str]
"""Where a figure stands, by table, id and figure; an empty one means the row or table itself."""


@dataclass(frozen=True)
class Catalog:
    """Every table of facts, by id."""

    accelerators: Mapping[str, Accelerator]
    """GPUs and NPUs."""
    nodes: Mapping[str, Node]
    """Servers sold with cards."""
    hosts: Mapping[str, Host]
    """Servers sold without."""
    switches: Mapping[str, Switch]
    """Fabric: switches."""
    nics: Mapping[str, Nic]
    """Fabric: network cards."""
    cables: Mapping[str, Cable]
    """Fabric: cables and transceivers."""
    prices: Mapping[str, Price]
    """Evidence of market prices."""
    models: Mapping[str, Model]
    """Language models."""
    tariffs: Mapping[str, Tariff]
    """Electricity tariffs."""
    carbon: Mapping[str, Carbon]
    """Carbon intensities: countries by their code, regions by name."""
    country_groups: Mapping[str, CountryGroup]
    """Country groups named by export rules."""
    export_rules: Mapping[str, Rule]
    """Export rules of all rulesets."""
    rulesets: Mapping[str, Ruleset]
    """Choices of export rules."""
    calibration: Mapping[str, Parameter]
    """Parameters of the estimates."""
    evidence_training: Mapping[str, TrainingRun]
    """Published training runs."""
    evidence_power: Mapping[str, PowerDraw]
    """Measured draws of machines."""
    evidence_inference: Mapping[str, ServingRun]
    """Published measurements of serving."""

    def find(self, kind: str, row_id: str) -> Any:
        """Return the row of a table; raise CatalogError with the nearest name otherwise."""
        if kind not in TABLES:
            raise CatalogError([f"no table '{kind}' in the catalogue{nearest(kind, TABLES)}"])
        rows: Mapping[str, Row] = getattr(self, kind)
        if row_id not in rows:
            raise CatalogError([f"{kind}: no '{row_id}' in the catalogue{nearest(row_id, rows)}"])
        return rows[row_id]

    def item(self, row_id: str) -> Accelerator | Node | Host:
        """Return the accelerator, node or host of that id; raise CatalogError otherwise."""
        table = self.table_of(row_id)
        return cast("Accelerator | Node | Host", getattr(self, table)[row_id])

    def table_of(self, row_id: str) -> str:
        """Name the table an item stands in; raise CatalogError where it stands in none."""
        for table in ITEM_TABLES:
            if row_id in getattr(self, table):
                return table
        known = [name for table in ITEM_TABLES for name in getattr(self, table)]
        raise CatalogError(
            [f"no accelerator, node or host '{row_id}' in the catalogue{nearest(row_id, known)}"]
        )

    def prices_of(self, item: str) -> list[Price]:
        """Evidence of prices for one item, the latest first."""
        found = [price for price in self.prices.values() if price.item == item]
        return sorted(found, key=lambda price: "" if price.date == "undated" else price.date)[::-1]

    def rows(self) -> Iterator[Row]:
        """Every row, table by table."""
        for table in TABLES:
            yield from getattr(self, table).values()

    @cached_property
    def sha256(self) -> str:
        """Hash of the whole content, the same wherever and in whatever order it was read."""
        content = [[row.table, row.id, plain(row)] for row in self.rows()]
        text = json.dumps(sorted(content, key=lambda entry: entry[:2]), sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()

    def overlay(self, rows: Tables, origin: str) -> "Catalog":
        """Lay rows on top: figures of a known id replace its own, a new id must be complete.

        `origin` names where they come from, in messages and as the source where a row gives none.
        Raises CatalogError listing every problem.
        """
        given = {
            table: {
                row_id: {"date": "undated", **self._sourced(table, row_id, figures, origin)}
                for row_id, figures in entries.items()
            }
            for table, entries in rows.items()
        }
        return self.laid_over(given, lambda table, row_id, figure: origin)

    def _sourced(self, table: str, row_id: str, figures: Figures, origin: str) -> Figures:
        if figures.get("source") is not None:
            return figures
        known = getattr(self, table, {}).get(row_id)
        source = f"{origin}; otherwise {known.source}" if known else origin
        return {**figures, "source": source}

    def laid_over(self, rows: Tables, place: Place) -> "Catalog":
        """As `overlay`, for rows that carry source and date; `place` tells where each stands."""
        problems: list[str] = []
        built: dict[str, dict[str, Row]] = {table: dict(getattr(self, table)) for table in TABLES}
        for table, entries in rows.items():
            if table not in TABLES:
                hint = nearest(table, TABLES)
                problems.append(f"{place(table, '', '')}: no table '{table}'{hint}")
                continue
            for row_id, figures in entries.items():
                known = built[table].get(row_id)
                row = _build(TABLES[table], row_id, figures, known, place, problems)
                if row is not None:
                    built[table][row_id] = row
        catalog = _catalog(built)
        problems += _broken(catalog, rows, place)
        if problems:
            raise CatalogError(problems)
        return catalog

    @classmethod
    def from_rows(cls, rows: Mapping[str, Iterable[Figures]]) -> "Catalog":
        """Rebuild a catalogue from dumped rows alone, e.g. those a plan file carries.

        Raises CatalogError listing every problem.
        """
        tables = {
            table: {str(figures.get("id", "")): figures for figures in entries}
            for table, entries in rows.items()
        }
        return EMPTY.laid_over(tables, lambda table, row_id, figure: "catalogue rows")

    def rows_used(self, used: Iterable[tuple[str, str]]) -> dict[str, list[dict[str, Any]]]:
        """Dump the rows named as (table, id) and every row they refer to, ready for `from_rows`.

        Raises CatalogError for a name that is not in the catalogue.
        """
        wanted = list(used)
        chosen: dict[tuple[str, str], Row] = {}
        while wanted:
            table, row_id = wanted.pop()
            if (table, row_id) not in chosen:
                row = self.find(table, row_id)
                chosen[table, row_id] = row
                wanted += _referred(self, row)
        return {
            table: dumped
            for table in TABLES
            if (dumped := [plain(row) for key, row in sorted(chosen.items()) if key[0] == table])
        }


def plain(row: Row) -> dict[str, Any]:
    """A row as JSON values, without its empty figures."""
    return row.model_dump(mode="json", exclude_none=True)


def _catalog(tables: Mapping[str, Mapping[str, Row]]) -> Catalog:
    proxies: dict[str, Any] = {
        field.name: MappingProxyType(tables.get(field.name, {})) for field in fields(Catalog)
    }
    return Catalog(**proxies)


EMPTY = _catalog({})
"""A catalogue without rows, to build others on."""


def _build(
    kind: type[Row],
    row_id: str,
    figures: Figures,
    known: Row | None,
    place: Place,
    problems: list[str],
) -> Row | None:
    """Validate one row, on top of a known one if there is; add what is wrong to `problems`."""
    base = {} if known is None else known.model_dump(mode="json", exclude_none=True)
    if known is None and "name" in kind.model_fields:
        base["name"] = row_id
    try:
        return kind.model_validate({**kind.merged(base, figures), "id": row_id})
    except ValidationError as error:
        for fault in error.errors(include_url=False):
            path = [str(part) for part in fault["loc"]]
            where = place(kind.table, row_id, path[0] if path else "")
            name = ".".join([kind.table, row_id, *path])
            problems.append(f"{where}: {name}: {in_words(fault, kind)}")
        return None


def _referred(catalog: Catalog, row: Row) -> list[tuple[str, str]]:
    """Rows of the catalogue that a row names."""
    if isinstance(row, Node):
        return [("accelerators", row.card)]
    if isinstance(row, Rule):
        places = (*row.destinations, *row.exempt, *row.headquarters)
        groups = [("country_groups", place) for place in places if place in catalog.country_groups]
        return [("rulesets", row.ruleset), *groups]
    if isinstance(row, Ruleset):
        own = [rule.id for rule in catalog.export_rules.values() if rule.ruleset == row.id]
        return [("rulesets", name) for name in row.includes] + [("export_rules", r) for r in own]
    return []


def _broken(catalog: Catalog, rows: Tables, place: Place) -> list[str]:
    """What does not fit together: ids in two tables, references to rows that are not there."""
    problems = []
    for table in ITEM_TABLES:
        for row_id in rows.get(table, {}):
            others = [t for t in ITEM_TABLES if t != table and row_id in getattr(catalog, t)]
            if others:
                problems.append(
                    f"{place(table, row_id, '')}: {table}.{row_id}: the id is taken in "
                    f"{others[0]}; accelerators, nodes and hosts share their names"
                )
    for row in catalog.rows():
        for table, name, figure in _references(catalog, row):
            known = getattr(catalog, table)
            if name not in known:
                problems.append(
                    f"{place(row.table, row.id, figure)}: {row.table}.{row.id}.{figure}: "
                    f"no '{name}' among the {table}{nearest(name, known)}"
                )
    return problems


def _references(catalog: Catalog, row: Row) -> Iterator[tuple[str, str, str]]:
    """Names that must exist, as (table, id, figure)."""
    if isinstance(row, Node):
        yield "accelerators", row.card, "card"
    elif isinstance(row, Price) and row.item is not None:
        homes = [table for table in PRICED_TABLES if row.item in getattr(catalog, table)]
        yield (homes or ["accelerators"])[0], row.item, "item"
    elif isinstance(row, ServingRun):
        yield "accelerators", row.card, "card"
        yield "models", row.model, "model"
    elif isinstance(row, Ruleset):
        yield from (("rulesets", name, "includes") for name in row.includes)
    elif isinstance(row, Rule):
        yield "rulesets", row.ruleset, "ruleset"
        for figure in ("destinations", "exempt", "headquarters"):
            for place in getattr(row, figure):
                if not is_place(place, catalog.country_groups):
                    yield "country_groups", place, figure
