"""LP and MPS files: CBC and HiGHS read them back to the plan's optimum; names say what is what."""

import csv
import io
import subprocess
from pathlib import Path

import highspy
import pulp
import pytest

from reports.export.program import render_program
from solver import load_case
from solver.case import Case
from tests.reports.export.solved import LIBRARY

SMALL = {
    "card_in_host": 1_390_000.0,
    "electricity_3617_servers": 47_002.1916,
    "serving_mix_melange": 4.68,
    "yearly_cost": 22_755_799.934,
}
"""Objectives of the library, the second of which no decision changes at all."""


def case_of(name: str) -> Case:
    """A case of the library."""
    return load_case(LIBRARY / f"{name}.yaml")


def read_by_highs(path: Path) -> float:
    """The optimum that HiGHS finds."""
    highs = highspy.Highs()
    highs.setOptionValue("output_flag", False)
    highs.setOptionValue("mip_rel_gap", 1e-9)
    assert highs.readModel(str(path)) == highspy.HighsStatus.kOk
    highs.run()
    assert highs.getModelStatus() == highspy.HighsModelStatus.kOptimal
    return float(highs.getInfo().objective_function_value)


def read_by_cbc(path: Path) -> float:
    """The optimum that CBC finds."""
    program = str(pulp.COIN_CMD(msg=False).path)
    words = [program, path.name, "-ratio", "0", "-solve", "-solution", f"{path.name}.sol"]
    subprocess.run(words, cwd=path.parent, check=True, capture_output=True, timeout=60)
    first = path.with_name(f"{path.name}.sol").read_text().splitlines()[0]
    assert first.startswith("Optimal")
    return float(first.rpartition(" ")[2])


@pytest.mark.parametrize("plain", [False, True])
@pytest.mark.parametrize("kind", ["lp", "mps"])
@pytest.mark.parametrize("name", SMALL)
def test_both_engines_read_back_the_bill(name: str, kind: str, plain: bool, tmp_path: Path) -> None:
    """Proves the written objective, its constant included, in the currency. Sensitivity: without
    the constant column electricity_3617_servers would cost nothing; in thousands all were a
    thousandth.
    """
    program, _ = render_program(case_of(name), kind, plain=plain)  # type: ignore[arg-type]
    path = tmp_path / f"program.{kind}"
    path.write_bytes(program)
    assert read_by_highs(path) == pytest.approx(SMALL[name], rel=1e-7)
    assert read_by_cbc(path) == pytest.approx(SMALL[name], rel=1e-7)


def test_every_row_and_column_has_a_name() -> None:
    """The table names every id of the program once, with family or kind, meaning and path, in the
    words of the problem file.
    """
    program, table = render_program(case_of("design_example"), "lp", names="model.names.csv")
    names = list(csv.DictReader(io.StringIO(table.decode(), newline="")))
    text = program.decode()
    assert "names in model.names.csv" in text.splitlines()[0]
    ids = [row["id"] for row in names]
    assert len(set(ids)) == len(ids)
    assert all(row["kind"] and row["meaning"] for row in names)
    assert sum(row["what"] == "row" for row in names) == text.count("\nc_")
    budget = next(row for row in names if row["kind"] == "budget")
    assert budget["path"] == "limits.budget.2023"
    assert any(
        row["index"] == "offer a800-node; period 2023-Q2; tier 1"
        for row in names
        if row["kind"] == "ordered"
    )
