"""Items of a problem file's own as catalogue rows.

Belongs here: from the fields of `items` to the figures of the catalogue's tables. Does not belong
here: what a figure means (catalogs) or who needs it (solver.instance).
"""

from collections.abc import Mapping
from typing import Any

from catalogs import Catalog, CatalogError
from problems.schema import Problem
from problems.schema.market import Item

TABLE = {
    "accelerator": "accelerators",
    "node": "nodes",
    "host": "hosts",
    "switch": "switches",
    "model": "models",
}
FIELDS = {
    "accelerators": {
        "form_factor": "form_factor",
        "memory": "memory_gb",
        "memory_bandwidth": "memory_bandwidth_gb_per_s",
        "interconnect": "interconnect_gb_per_s",
        "pcie": "pcie_gb_per_s",
        "io_bandwidth": "io_gb_per_s",
        "bf16": "bf16_dense_tflops",
        "fp8": "fp8_dense_tflops",
        "int8": "int8_dense_tops",
        "fp4": "fp4_dense_tflops",
        "tpp": "tpp",
        "die_area": "die_area_mm2",
        "data_centre": "data_centre",
        "export_jurisdiction": "export_jurisdiction",
        "scale_up_cards": "scale_up_cards",
    },
    "nodes": {
        "card": "card",
        "cards": "cards",
        "power": "power_kw",
        "idle_power": "idle_power_kw",
        "rack_units": "rack_units",
        "scale_up_cards": "scale_up_cards",
        "nics": "nics",
        "nic_bandwidth": "nic_gbit_per_s",
    },
    "hosts": {
        "slots": "slots",
        "form_factor": "form_factor",
        "power": "power_kw",
        "idle_power": "idle_power_kw",
        "rack_units": "rack_units",
    },
    "switches": {"ports": "ports", "power": "power_kw", "port_bandwidth": "port_gbit_per_s"},
    "models": {
        "parameters": "parameters",
        "active_parameters": "active_parameters",
        "layers": "layers",
        "hidden_size": "hidden_size",
        "kv_bytes_per_token": "kv_bytes_per_token",
    },
}
"""The catalogue's name of each field, by table."""

COMMON = ("kind", "name", "life", "source", "date")


def catalog_with_items(problem: Problem, catalog: Catalog) -> Catalog:
    """The catalogue with the problem's own items on top.

    Raises CatalogError with everything that is wrong with them.
    """
    rows: dict[str, dict[str, Mapping[str, Any]]] = {}
    problems: list[str] = []
    for key, item in problem.items.items():
        try:
            table = _table(key, item, catalog)
            rows.setdefault(table, {})[key] = _row(key, item, table, catalog)
        except CatalogError as error:
            problems += error.problems
    if problems:
        raise CatalogError(problems)
    return catalog.overlay(rows, "items of the problem file") if rows else catalog


def _table(key: str, item: Item, catalog: Catalog) -> str:
    if item.kind is not None:
        return TABLE[item.kind]
    for table in TABLE.values():
        if key in getattr(catalog, table):
            return table
    raise CatalogError(
        [f"items.{key}: needs kind: {', '.join(TABLE)} (the catalogue knows no such item)"]
    )


def _row(key: str, item: Item, table: str, catalog: Catalog) -> dict[str, Any]:
    given = {name for name in item.model_fields_set if getattr(item, name) is not None}
    fields = FIELDS[table] | (
        {"power": "power_w", "idle_power": "idle_power_w"} if table == "accelerators" else {}
    )
    known = key in getattr(catalog, table)
    wrong = sorted(given - set(fields) - set(COMMON))
    if wrong:
        kind = next(kind for kind, name in TABLE.items() if name == table)
        raise CatalogError([f"items.{key}: {', '.join(wrong)} does not belong to a {kind}"])
    row: dict[str, Any] = {
        fields[name]: getattr(item, name) for name in sorted(given & set(fields))
    }
    for watts in ("power_w", "idle_power_w"):
        if watts in row:
            row[watts] *= 1000
    for gigabits in ("nic_gbit_per_s", "port_gbit_per_s"):
        if gigabits in row:
            row[gigabits] *= 8
    if item.life is not None:
        row["life_years"] = _life_years(key, item, table)
    if item.name is not None or not known:
        row["name"] = item.name or key
    return row | {name: getattr(item, name) for name in ("source", "date") if name in given}


def _life_years(key: str, item: Item, table: str) -> float:
    assert item.life is not None
    if table not in ("accelerators", "nodes", "hosts"):
        raise CatalogError([f"items.{key}: life belongs to an accelerator, node or host"])
    if item.life.days or not item.life.months:
        raise CatalogError(
            [f"items.{key}: life must be in calendar steps, e.g. 48 months or 4 years"]
        )
    return item.life.months / 12
