"""CSV and Parquet folders: what is in them, what their dictionary says, and that it is safe."""

import csv
import hashlib
import io
import json
import math
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from reports.export import csv_folder, json_file, parquet_folder
from reports.export.columns import COLUMNS
from reports.export.tables import KINDS
from reports.language import language
from solver.case import case_from_plan
from solver.plan import match_purchases, plan_from_json, purchases_from_json_or_csv
from tests.reports.export.solved import FILES, NAMES, RICH, plan_of

MODULES = {"csv": csv_folder, "parquet": parquet_folder}


@cache
def rendered(kind: str, name: str, code: str = "en") -> dict[str, bytes]:
    """The files of a folder."""
    return MODULES[kind].render(plan_of(name), language(code))


def rows(name: str, table: str) -> list[dict[str, str]]:
    """The rows of a CSV file."""
    text = rendered("csv", name)[f"{table}.csv"].decode("utf-8")
    return list(csv.DictReader(io.StringIO(text, newline=""), strict=True))


READERS: dict[str, Any] = {
    "string": str,
    "number": float,
    "integer": int,
    "boolean": {"true": True, "false": False}.__getitem__,
    "date": date.fromisoformat,
    "datetime": datetime.fromisoformat,
}


@pytest.mark.parametrize("name", [*FILES, "hostile"])
def test_every_cell_is_what_the_dictionary_says(name: str) -> None:
    """The dictionary names every file with its size, hash and columns, every cell reads as the type
    of its column, keys tell rows apart and references lead to rows.
    """
    files = rendered("csv", name)
    package = json.loads(files["datapackage.json"])
    resources = {resource["name"]: resource for resource in package["resources"]}
    assert {f"{each}.csv" for each in resources} == set(files) - {"datapackage.json"}
    assert set(resources) == set(KINDS)
    for table, resource in resources.items():
        content = files[resource["path"]]
        assert resource["bytes"] == len(content)
        assert resource["hash"] == f"sha256:{hashlib.sha256(content).hexdigest()}"
        fields = {field["name"]: field["type"] for field in resource["schema"]["fields"]}
        found = rows(name, table)
        header = content.decode().splitlines()[0].split(",")
        assert header == list(fields)
        for row in found:
            for column, cell in row.items():
                if cell:
                    READERS[fields[column]](cell)
        if key := resource["schema"].get("primaryKey"):
            keys = [tuple(row[column] for column in key) for row in found]
            assert len(set(keys)) == len(keys), table
            assert all(all(key) for key in keys), table
        for reference in resource["schema"].get("foreignKeys", []):
            column, other = reference["fields"], reference["reference"]["resource"]
            assert {r[column] for r in found} <= {r[column] for r in rows(name, other)}


@pytest.mark.parametrize("name", FILES)
def test_csv_holds_the_plan_exactly(name: str) -> None:
    """Numbers come back as they are in the plan: sums of lines are the bill, to the last bit."""
    plan = plan_of(name)
    assert [float(row["amount"]) for row in rows(name, "bill")] == [r.amount for r in plan.bill]
    assert math.fsum(float(r["present_value"]) for r in rows(name, "bill")) == plan.objective
    assert [float(r["amount"]) for r in rows(name, "purchases")] == [
        row.amount for row in plan.purchases
    ]
    costs = rows(name, "order_costs")
    paid = math.fsum(float(row["amount"]) for row in rows(name, "payments"))
    leased = math.fsum(float(row["total"]) for row in costs if row["term"] == "lease")
    total = math.fsum(float(row["total"]) for row in costs)
    assert paid + leased == pytest.approx(total, abs=0.005)


@pytest.mark.parametrize("name", RICH)
def test_purchases_can_be_checked_again(name: str, tmp_path: Path) -> None:
    """`purchases.csv` is a list of purchases that `rackmix check` takes, with nothing amiss."""
    path = tmp_path / "purchases.csv"
    path.write_bytes(rendered("csv", name)["purchases.csv"])
    plan = plan_of(name)
    case = case_from_plan(plan.problem, plan.facts, "plan")
    units, misfits = match_purchases(case.instance, purchases_from_json_or_csv(path))
    assert not misfits
    bought = sum(row.quantity for row in plan.purchases if row.kind != "fabric")
    assert sum(units.values()) == bought


@pytest.mark.parametrize("name", [*FILES, "hostile"])
def test_parquet_and_csv_hold_the_same(name: str) -> None:
    """Both folders have the same tables, columns and figures; Parquet has their types."""
    files = rendered("parquet", name)
    for table in KINDS:
        content = pq.read_table(io.BytesIO(files[f"{table}.parquet"]))
        found = rows(name, table)
        assert content.num_rows == len(found)
        for column in content.column_names:
            if COLUMNS[column].type == "number":
                told = [None if row[column] == "" else float(row[column]) for row in found]
                assert content[column].to_pylist() == told
            if COLUMNS[column].type == "date":
                told_days = [date.fromisoformat(r[column]) if r[column] else None for r in found]
                assert content[column].to_pylist() == told_days


def test_hostile_names_begin_no_formula() -> None:
    """No cell of text in a CSV file begins as a formula does; Parquet keeps every name exactly."""
    for table in KINDS:
        columns = {name for name, column in COLUMNS.items() if column.type == "string"}
        for row in rows("hostile", table):
            for column in columns & row.keys():
                assert not row[column].lstrip(" \n").startswith(tuple("=+-@\t\r")), row[column]
    bought = pq.read_table(io.BytesIO(rendered("parquet", "hostile")["purchases.parquet"]))
    assert set(bought["offer"].to_pylist()) == {NAMES["offer"], NAMES["second offer"]}
    assert set(bought["site"].to_pylist()) == {NAMES["site"]}
    assert f"'{NAMES['offer']}" in {row["offer"] for row in rows("hostile", "purchases")}


def test_chinese_folders_keep_english_names() -> None:
    """Columns and words of the plan file stay, descriptions and sentences are Chinese."""
    files, english = rendered("csv", "roll_out", "zh"), rendered("csv", "roll_out")
    for table in KINDS:
        path = f"{table}.csv"
        assert files[path].splitlines()[0] == english[path].splitlines()[0]
    assert files["purchases.csv"] == english["purchases.csv"]
    assert "需要许可证" in files["excluded.csv"].decode()
    assert "数量。" in files["datapackage.json"].decode()


@pytest.mark.parametrize("name", [*FILES, "hostile"])
def test_json_is_the_plan(name: str) -> None:
    """The JSON file reads back as the very plan."""
    plan = plan_of(name)
    assert plan_from_json(json.loads(json_file.render(plan, language("zh")))).bill == plan.bill


def test_moments_say_how_they_are_written() -> None:
    """Without a format of its own a moment of a data package ends in Z, which ours do not."""
    package = json.loads(rendered("csv", "roll_out")["datapackage.json"])
    fields = [each for r in package["resources"] for each in r["schema"]["fields"]]
    moments = [each for each in fields if each["type"] == "datetime"]
    assert {each.get("format") for each in moments} == {"%Y-%m-%dT%H:%M:%S"}
    assert moments
