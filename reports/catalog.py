"""The catalogue as people read it: its tables, one row in full, every card judged.

Belongs here: choosing and naming columns, and the same facts as plain JSON values. Does not belong
here: the facts (catalogs), parsing of command lines (cli).
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict
from datetime import date
from functools import partial
from typing import Any

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from catalogs.catalog import Catalog, plain
from catalogs.errors import CatalogError, nearest
from catalogs.row import Row
from catalogs.rules import Treatment
from catalogs.ruling import Ruling, classify_all, rules_of, rulesets_of
from reports.listing import GAP, Column, Listing, cell, number

TABLES: dict[str, tuple[str, ...]] = {
    "accelerators": ("accelerators",),
    "nodes": ("nodes",),
    "hosts": ("hosts",),
    "fabrics": ("switches", "nics", "cables"),
    "tariffs": ("tariffs",),
    "models": ("models",),
    "carbon": ("carbon",),
    "rules": ("export_rules",),
}
"""What can be listed, and the tables of the catalogue behind each."""

_STYLES = {
    Treatment.FREE: "green",
    Treatment.ADVISORY: "cyan",
    Treatment.SURCHARGE: "cyan",
    Treatment.NOTIFY: "yellow",
    Treatment.LICENCE: "yellow",
    Treatment.PROHIBITED: "red",
    Treatment.UNDECIDED: "magenta",
}


def table_rows(
    catalog: Catalog, table: str | None, name: str | None = None
) -> list[dict[str, Any]]:
    """The rows of a listing, or the one named, as JSON values with every known figure.

    Without a table: each table with its number of rows. Raises CatalogError for an unknown table or
    name.
    """
    if table is None:
        return [{"table": each, "rows": len(_rows(catalog, each))} for each in TABLES]
    rows = [_named(catalog, table, name)] if name is not None else _rows(catalog, table)
    return [_with_prices(catalog, row) for row in rows]


def render_table(catalog: Catalog, table: str | None, name: str | None = None) -> RenderableType:
    """A listing of a table, or every figure of the row named.

    Without a table: each table with its number of rows. Raises CatalogError for an unknown table or
    name.
    """
    if table is None:
        hint = "`rackmix catalog TABLE` lists a table, `TABLE NAME` shows every figure of a row."
        return Listing(_OVERVIEW, table_rows(catalog, None), note=hint)
    if name is not None:
        return _sheet(catalog, _named(catalog, table, name))
    rows = _rows(catalog, table)
    return Listing(_COLUMNS[table], rows)


def rules_rows(
    catalog: Catalog,
    ruleset: str,
    on: date,
    destination: str,
    headquarters: str | None = None,
    name: str | None = None,
) -> list[dict[str, Any]]:
    """Every card, or the one named, judged by a ruleset, as JSON values.

    Raises CatalogError for an unknown ruleset, country or card.
    """
    rulings = classify_all(
        catalog, ruleset, on=on, destination=destination, headquarters=headquarters
    )
    if name is not None:
        rulings = {name: rulings[catalog.find("accelerators", name).id]}
    return [
        {"card": card, "name": catalog.accelerators[card].name, **asdict(ruling)}
        for card, ruling in rulings.items()
    ]


def render_rules(
    catalog: Catalog,
    ruleset: str,
    on: date,
    destination: str,
    headquarters: str | None = None,
    name: str | None = None,
) -> RenderableType:
    """Every card judged by a ruleset; with the name of a card all its findings, of a rule its row.

    Raises CatalogError for an unknown ruleset, country or name.
    """
    if name is not None and name in catalog.export_rules:
        return _sheet(catalog, catalog.export_rules[name])
    if name is not None and name not in catalog.accelerators:
        hint = nearest(name, [*catalog.accelerators, *catalog.export_rules])
        raise CatalogError([f"rules: no card or rule '{name}' in the catalogue{hint}"])
    rulings = classify_all(
        catalog, ruleset, on=on, destination=destination, headquarters=headquarters
    )
    owner = f", for a buyer headquartered in {headquarters}" if headquarters else ""
    asked = f"Delivered on {on.isoformat()} to {destination}{owner}, by ruleset {ruleset}."
    if name is not None:
        return Group(Text(f"{name}. {asked}"), Text(), _ruling_sheet(rulings[name]))
    listing = Listing(
        (
            Column("card", lambda row: row[0], numeric=False),
            Column("treatment", lambda row: _treatment(row[1].treatment), numeric=False),
            Column("why", lambda row: _why(row[1]), numeric=False, wraps=True),
        ),
        list(rulings.items()),
    )
    notes = [
        Text(f"Not modelled: {rule}: {why}", style="dim")
        for each in rulesets_of(catalog, ruleset)
        for rule, why in each.not_modelled.items()
    ]
    in_force = sum(
        rule.effective <= on < (rule.until or date.max) for rule in rules_of(catalog, ruleset)
    )
    return Group(Text(f"{asked} Rules in force: {in_force}."), Text(), listing, *notes)


def _why(ruling: Ruling) -> str:
    """A ruling in one cell: the reason, and what comes with it."""
    parts = [ruling.reason]
    if ruling.treatment is Treatment.FREE and ruling.rule is None:
        # Every comparison that keeps a card free fills a screen; the card's own page shows them.
        parts = [ruling.reason.split(";")[0]]
    if ruling.review:
        parts.append(f"({ruling.review})")
    if ruling.extra_lead_days:
        parts.append(f"(+{ruling.extra_lead_days} days)")
    if ruling.surcharge_fraction:
        parts.append(f"(+{ruling.surcharge_fraction:.0%} of the price)")
    return " ".join(parts)


def _ruling_sheet(ruling: Ruling) -> RenderableType:
    table = Table.grid(padding=(0, GAP, 0, 0))
    table.add_column(no_wrap=True)
    table.add_column()
    table.add_row("treatment", _treatment(ruling.treatment))
    table.add_row("reason", ruling.reason)
    if ruling.extra_lead_days:
        table.add_row("lead time", f"+{ruling.extra_lead_days} days")
    if ruling.surcharge_fraction:
        table.add_row("surcharge", f"{ruling.surcharge_fraction:.0%} of the price")
    for finding in ruling.findings:
        review = f"; {finding.review}" if finding.review else ""
        words = (
            f"{finding.treatment}: {finding.name}: {finding.reason} ({finding.citation}{review})"
        )
        table.add_row(finding.rule, words)
    return table


def _treatment(treatment: Treatment) -> Text:
    return Text(str(treatment), style=_STYLES[treatment])


def _rows(catalog: Catalog, table: str) -> list[Row]:
    if table not in TABLES:
        hint = _home_of(catalog, table) or nearest(table, TABLES)
        raise CatalogError([f"no table '{table}' to list{hint}"])
    return [row for home in TABLES[table] for row in getattr(catalog, home).values()]


def _home_of(catalog: Catalog, name: str) -> str:
    """Where the row of that name is listed, for someone who named a row in place of a table."""
    for table in TABLES:
        if any(row.id == name for row in _rows(catalog, table)):
            return f"; it is a row: rackmix catalog {table} {name}"
    return ""


def _named(catalog: Catalog, table: str, name: str) -> Row:
    rows = {row.id: row for row in _rows(catalog, table)}
    if name not in rows:
        raise CatalogError([f"{table}: no '{name}' in the catalogue{nearest(name, rows)}"])
    return rows[name]


def _with_prices(catalog: Catalog, row: Row) -> dict[str, Any]:
    prices = catalog.prices_of(row.id)
    return plain(row) | ({"prices": [plain(price) for price in prices]} if prices else {})


def _sheet(catalog: Catalog, row: Row) -> RenderableType:
    """One row in full: every figure, known or not, then the evidence of its prices."""
    table = Table.grid(padding=(0, GAP, 0, 0))
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    # What it is first, where that comes from after it.
    own = [figure for figure in type(row).model_fields if figure not in Row.model_fields]
    for figure in ("id", *own, *(name for name in Row.model_fields if name != "id")):
        value = getattr(row, figure)
        table.add_row(figure, cell(None) if value in (None, (), {}) else _lines(value))
    for price in catalog.prices_of(row.id):
        noted = f"; {price.notes}" if price.notes else ""
        words = f"{_range(price.low, price.high)} {price.currency} ({price.source}{noted})"
        table.add_row(f"price {price.date}", words)
    return table


def _lines(value: Any) -> str:
    """A figure as text; one line for each entry of a list."""
    if isinstance(value, Mapping):
        return "\n".join(f"{key}: {_lines(entry)}" for key, entry in value.items())
    if isinstance(value, tuple):
        simple = all(isinstance(entry, str) for entry in value)
        return (", " if simple else "\n").join(_lines(entry) for entry in value)
    if hasattr(value, "model_dump"):
        given = value.model_dump(exclude_none=True)
        return ", ".join(f"{key} {_lines(entry)}" for key, entry in given.items())
    return cell(value).plain


def _range(low: float | None, high: float | None) -> str | None:
    if low is None or high is None:
        return None
    return number(low) if low == high else f"{number(low)}-{number(high)}"


def _figures(*figures: str) -> Iterable[Column]:
    """Columns named by figures: `title=figure`, or the figure itself."""
    for entry in figures:
        title, _, figure = entry.rpartition("=")
        yield Column(title or figure, partial(_figure, figure))


def _figure(name: str, row: Any) -> Any:
    return getattr(row, name, None)


def _words(*figures: str) -> Iterable[Column]:
    return (Column(column.title, column.value, numeric=False) for column in _figures(*figures))


_OVERVIEW = (
    Column("table", lambda row: row["table"], numeric=False),
    Column("rows", lambda row: row["rows"]),
)
_EVIDENCE = tuple(_words("date", "confidence"))
_COLUMNS: dict[str, tuple[Column, ...]] = {
    "accelerators": (
        *_words("id"),
        *_figures("BF16=bf16_dense_tflops", "FP8=fp8_dense_tflops", "GB=memory_gb"),
        *_figures("GB/s=memory_bandwidth_gb_per_s", "link=interconnect_gb_per_s", "W=power_w"),
        *_figures("TPP=tpp", "density=performance_density", "I/O=io_gb_per_s"),
        *_words("form=form_factor", "launched=launch_date", "vendor", "confidence", "name"),
    ),
    "nodes": (
        *_words("id", "card"),
        *_figures("cards", "kW=power_kw", "idle=idle_power_kw", "U=rack_units"),
        *_figures("scale-up=scale_up_cards", "NICs=nics"),
        *_EVIDENCE,
        *_words("name"),
    ),
    "hosts": (
        *_words("id"),
        *_figures("slots"),
        *_words("form=form_factor"),
        *_figures("kW=power_kw", "idle=idle_power_kw", "U=rack_units"),
        *_EVIDENCE,
        *_words("name"),
    ),
    "fabrics": (
        *_words("id"),
        Column("kind", lambda row: type(row).__name__.lower(), numeric=False),
        *_figures("ports", "Gbit/s=port_gbit_per_s", "kW=power_kw"),
        Column("price", lambda row: _range(row.price_low, row.price_high)),
        *_words("currency"),
        *_EVIDENCE,
        *_words("name"),
    ),
    "tariffs": (
        *_words("id", "currency"),
        Column("mean/kWh", lambda row: row.mean_price_per_kwh()),
        Column("low", lambda row: _extreme(row, min)),
        Column("high", lambda row: _extreme(row, max)),
        *_figures("per kW/month=demand_charge_per_kw_month"),
        *_EVIDENCE,
        *_words("name"),
    ),
    "models": (
        *_words("id"),
        Column("parameters", lambda row: _billions(row.parameters)),
        Column("active", lambda row: _billions(row.active_parameters)),
        *_figures("layers", "width=hidden_size", "KV bytes/token=kv_bytes_per_token"),
        *_EVIDENCE,
        *_words("name"),
    ),
    "carbon": (*_words("id"), *_figures("kg/kWh=kg_per_kwh"), *_words("name"), *_EVIDENCE),
    "rules": tuple(_words("id", "treatment", "effective", "until", "name", "citation")),
}


def _extreme(tariff: Any, pick: Callable[[Iterable[float]], float]) -> float | None:
    """The lowest or highest price of a tariff by the hour."""
    return pick(block.price_per_kwh for block in tariff.blocks) if tariff.blocks else None


def _billions(parameters: float | None) -> str | None:
    return None if parameters is None else f"{number(parameters / 1e9)} B"
