"""`rackmix sweep`: options, exit codes, files, an interrupt, and fronts."""

import csv
import io
import json
import os
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas
import pytest

from commands.program import ExitCode
from commands.sweep import CHARTS, MEASURES, TABLES
from reports.studies import sweep_chart, sweep_table
from solver.answer import AnswerStatus
from solver.studies import trade
from solver.studies.tradeoff import Measure
from tests.command_line import rackmix

PROBLEM = """\
rackmix: 1
title: Seven cards
horizon: {start: 2024-01-01, end: 2024-06-30, period: quarter}
currency: CNY
sites:
  hall: {destination: CN, power_cap: 10 kW, carbon: {intensity: 0.5 kg/kWh}}
offers:
  first: {item: a100_sxm_80, vendor: broker, price: 50_000 CNY, standalone: true}
  second: {item: h20_sxm_96, vendor: other, price: 60_000 CNY, standalone: true}
reservations: {research: {cards: 7, from: 2024-01-01}}
solve: {gap: 0.01 %}
scenarios: {more: {reservations.research.cards: 9}}
"""
POWER = "sites.hall.power_cap=2 kW..6 kW..1 kW"
PRICE = "offers.first.price*=0.8..1.4..0.2"


@pytest.fixture
def problem(tmp_path: Path) -> Path:
    """A problem file that is solved in no time."""
    path = tmp_path / "problem.yaml"
    path.write_text(PROBLEM, encoding="utf-8")
    return path


def test_the_help_names_what_the_reports_know() -> None:
    """The lists that help shows without loading anything are those of the code behind it."""
    assert TABLES == sweep_table.TABLES
    assert CHARTS == sweep_chart.CHARTS
    assert set(MEASURES) == {str(measure) for measure in Measure}


def test_a_table_on_the_terminal(problem: Path) -> None:
    """A row for each point; points without a plan are there, too; the exit code is 0."""
    result = rackmix("sweep", problem, "--vary", POWER)
    assert result.exit_code == ExitCode.DONE, result.output
    assert "Seven cards: 5 × sites.hall.power_cap" in result.stdout
    assert result.stdout.count("optimal") == 4
    assert result.stdout.count("infeasible") == 1
    assert "350,000" in result.stdout


def test_json_is_all_that_standard_output_gets(problem: Path) -> None:
    """One document with axes and points."""
    result = rackmix("sweep", problem, "--vary", POWER, "--format", "json")
    document = json.loads(result.stdout)
    assert [axis["unit"] for axis in document["axes"]] == ["kW"]
    assert [point["status"] for point in document["points"]].count("optimal") == 4
    assert document["points"][-1]["cost"] == 350_000
    assert document["missing"] == 0


def test_tables_and_charts_are_written(problem: Path, tmp_path: Path) -> None:
    """CSV and Parquet hold the same; the chart is a picture, or a drawing; points are kept."""
    for name, chart in (("out.csv", "out.svg"), ("out.parquet", "out.png")):
        files = ("-o", tmp_path / name, "--chart", tmp_path / chart)
        result = rackmix("sweep", problem, "--vary", POWER, "--vary", PRICE, *files)
        assert result.exit_code == ExitCode.DONE, result.output
        assert len(list((tmp_path / f"{name}.points").glob("*.json"))) == 20
    rows = list(csv.DictReader(io.StringIO((tmp_path / "out.csv").read_text("utf-8"))))
    frame = pandas.read_parquet(tmp_path / "out.parquet")
    assert len(rows) == len(frame) == 20
    assert list(rows[0]) == list(frame.columns)
    assert [row["status"] for row in rows] == list(frame["status"])
    assert "<svg" in (tmp_path / "out.svg").read_text("utf-8")
    assert (tmp_path / "out.png").read_bytes().startswith(b"\x89PNG")


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        ([], "--vary"),
        (["--vary", "sites.hal.power_cap=1 kW,2 kW"], "did you mean sites.hall"),
        (["--vary", "sites.hall.powercap=1 kW,2 kW"], "power_cap"),
        (["--vary", "sites.hall.power_cap=1 kW,2 kg"], "kg"),
        (["--vary", "sites.hall.power_cap"], "expected PATH"),
        (["--vary", "scenario=moer"], "more"),
        (["--vary", POWER, "-o", "out.txt"], ".csv or .parquet"),
        (["--vary", POWER, "--chart", "out.gif"], ".svg or .png"),
        (["--vary", POWER, "-o", "nowhere/out.csv"], "no folder"),
        (["--vary", POWER, "--workers", "2", "--dask", "x:1"], "choose one"),
        (["--vary", POWER, "--front", "cost,power"], "--front"),
        (["--front", "cost,beauty"], "cost,carbon"),
        (["--vary", POWER, "--steps", "3"], "--steps belongs to --front"),
        (["--front", "cost,card_types", "--steps", "3"], "tries every number"),
        (["--vary", POWER, "--set", "ofers.first.price=1 CNY"], "offers"),
    ],
)
def test_what_cannot_be_done_is_refused_before_anything_runs(
    problem: Path, arguments: list[str], word: str
) -> None:
    """Exit code 2, a message that names the fault, nothing on standard output."""
    result = rackmix("sweep", problem, *arguments)
    assert result.exit_code == ExitCode.BAD_INPUT, result.output
    assert word in result.stderr
    assert result.stdout == ""


def test_base_edits_scenarios_and_options_hold_for_every_point(problem: Path) -> None:
    """`--set`, `--scenario` and `--gap` are those of `solve`."""
    extra = ("--set", "offers.first.price=1_000 CNY", "--scenario", "more", "--gap", "0")
    result = rackmix("sweep", problem, "--vary", "maintenance=0 %,3 %", *extra, "--format", "json")
    assert json.loads(result.stdout)["points"][0]["cost"] == 9_000


def test_a_failed_point_does_not_fail_the_sweep(problem: Path) -> None:
    """The row says what is wrong; the exit code is 0 as long as any point came out."""
    first = "reservations.research.from=2024-01-01,2024-05-01"
    last = "reservations.research.until=2024-06-30,2024-03-31"
    result = rackmix("sweep", problem, "--vary", first, "--vary", last)
    assert result.exit_code == ExitCode.DONE
    assert "What failed" in result.stdout
    assert "reservations.research.from=2024-05-01" in result.stdout


SLOW = """\
import time
from solver.studies import workers
honest = workers.solve_case
def slow(*args, **kwargs):
    print("searching", flush=True)
    time.sleep(0.3)
    return honest(*args, **kwargs)
workers.solve_case = slow
import cli
cli.main(prog_name="rackmix")
"""


def test_ctrl_c_keeps_what_is_done_and_exits_with_130(
    problem: Path, tmp_path: Path, repository: Path
) -> None:
    """No table is written from half a sweep; the same command goes on and writes it."""
    output = tmp_path / "out.csv"
    words = ["sweep", str(problem), "--vary", POWER, "--vary", PRICE, "-o", str(output)]
    command = [sys.executable, "-c", SLOW, *words]
    run = subprocess.Popen(
        command,
        cwd=repository,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(repository)},
    )
    assert run.stdout is not None
    for _ in range(2):
        assert run.stdout.readline() == "searching\n"
    run.send_signal(signal.SIGINT)
    _, errors = run.communicate(timeout=60)
    assert run.returncode == ExitCode.INTERRUPTED, errors
    assert "the same command goes on" in errors
    assert not output.exists()
    kept = len(list((tmp_path / "out.csv.points").glob("*.json")))
    assert 0 < kept < 20, errors
    result = rackmix(*words)
    assert result.exit_code == ExitCode.DONE
    assert len(output.read_text("utf-8").splitlines()) == 21


@pytest.mark.parametrize("measure", MEASURES)
def test_fronts(problem: Path, tmp_path: Path, measure: str) -> None:
    """Every measure gives points, a table and a chart; or says why there is nothing to move."""
    files = ("-o", tmp_path / "front.csv", "--chart", tmp_path / "front.svg")
    steps = () if measure == "card_types" else ("--steps", "3")
    result = rackmix("sweep", problem, "--front", f"cost,{measure}", *steps, *files)
    if measure == "deadline":
        assert result.exit_code == ExitCode.BAD_INPUT
        assert "no training job" in result.stderr
        return
    assert result.exit_code == ExitCode.DONE, result.output
    rows = list(csv.DictReader(io.StringIO((tmp_path / "front.csv").read_text("utf-8"))))
    assert rows
    assert float(rows[-1]["cost"]) == 350_000
    assert "<svg" in (tmp_path / "front.svg").read_text("utf-8")


def test_a_front_as_json(problem: Path) -> None:
    """One document; a problem without a plan has no front and exits with 3."""
    result = rackmix("sweep", problem, "--front", "cost,power", "--format", "json")
    document: dict[str, Any] = json.loads(result.stdout)
    assert document["unit"] == "kW"
    assert document["points"][-1]["cost"] == 350_000
    tight = ("--set", "sites.hall.power_cap=1 kW")
    nothing = rackmix("sweep", problem, "--front", "cost,power", *tight)
    assert nothing.exit_code == ExitCode.INFEASIBLE


def test_an_interrupted_front_goes_on(problem: Path, tmp_path: Path) -> None:
    """Ctrl-C in the middle of a front: exit code 130, no table, what is done is kept beside it and
    said so; the same command then makes the rest.

    Sensitivity: without the folder the second run would begin from nothing.
    """
    table = tmp_path / "front.csv"
    slow = "from solver.studies import trade; keep = trade.Trade.tell; import os, signal; "
    slow += "trade.Trade.tell = lambda self, done, total: os.kill(os.getpid(), signal.SIGINT); "
    slow += "from cli import main; main()"
    asked = ("sweep", str(problem), "--front", "cost,power", "-o", str(table))
    run = subprocess.run(
        [sys.executable, "-c", slow, *asked], capture_output=True, text=True, timeout=120
    )
    assert run.returncode == ExitCode.INTERRUPTED, run.stderr
    assert "the front is not finished" in run.stderr
    assert not table.exists()
    kept = sorted(p.name for p in (tmp_path / "front.csv.points").iterdir())
    assert kept
    result = rackmix(*asked)
    assert result.exit_code == ExitCode.DONE, result.output
    assert table.exists()
    assert {*kept} < {p.name for p in (tmp_path / "front.csv.points").iterdir()}


def test_a_front_that_ran_out_of_time_is_not_infeasible(
    problem: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No plan in the time is exit code 4 and said so, never "the problem has no plan"."""
    real = trade.Trade.nothing

    def out_of_time(self: trade.Trade, cheapest: Any) -> Any:
        return real(self, replace(cheapest, status=AnswerStatus.NO_PLAN_FOUND))

    monkeypatch.setattr(trade.Trade, "nothing", out_of_time)
    tight = ("--set", "sites.hall.power_cap=1 kW")
    result = rackmix("sweep", problem, "--front", "cost,power", *tight)
    assert result.exit_code == ExitCode.NO_PLAN_FOUND
    assert "No plan was found in the time" in result.stdout


@pytest.mark.parametrize(
    ("cards", "said"),
    [("7", "1 point, its plan verified"), ("700,800", "2 points, none with a plan")],
)
def test_the_summary_says_what_was_verified(problem: Path, cards: str, said: str) -> None:
    """One point is one, and of points without a plan nothing is called verified."""
    result = rackmix("sweep", problem, "--vary", f"reservations.research.cards={cards}")
    assert said in " ".join(result.stdout.split())
