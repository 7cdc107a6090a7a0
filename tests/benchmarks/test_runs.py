"""Runs, their records and their scores."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks import records, run, scores, table
from benchmarks.contenders import CONTENDERS, Effort, json_reader
from benchmarks.generate import problem_text
from benchmarks.race import Trace, race
from benchmarks.records import Record

EFFORT = Effort(60.0, 0.001, 1)


def record(
    *events: tuple[float, float | None, float | None],
    contender: str = "rackmix",
    ended_s: float = 60.0,
    seed: int = 0,
) -> Record:
    """A run with these events."""
    trace = Trace(ended_s=ended_s, peak_mib=100.0)
    for event in events:
        trace.tell(*event)
    return records.record("M", seed, contender, EFFORT, "text", trace)


def test_traces_keep_the_best_of_everything() -> None:
    """A worse plan or bound that comes later takes nothing back."""
    run = record((1.0, 100.0, None), (2.0, 120.0, 50.0), (3.0, None, 40.0), (4.0, 90.0, 80.0))
    assert run.events == [(1.0, 100.0, None), (2.0, 100.0, 50.0), (4.0, 90.0, 80.0)]


def test_memory_is_that_of_the_process_itself(tmp_path: Path) -> None:
    """Proves that a large process which starts the measurement is not measured.

    Sensitivity: the operating system's own account of a process begins with its parent's peak.
    """
    problem = tmp_path / "problem.yaml"
    problem.write_text(problem_text("S", 0))
    measure = [sys.executable, "-m", "benchmarks.sizes", str(problem)]
    parent = (
        f"import subprocess; ballast = b'x' * (400 << 20); subprocess.run({measure}, check=True)"
    )
    done = subprocess.run([sys.executable, "-c", parent], capture_output=True, check=True)
    assert 20.0 < json.loads(done.stdout)["peak_mib"]["plain"] < 300.0


def test_times_are_read_off_where_plan_and_bound_meet() -> None:
    """A gap is reached when plan and bound together certify it, not before."""
    run = record((1.0, 100.0, None), (2.0, 100.0, 95.0), (30.0, 100.0, 99.0), (50.0, 99.5, 99.0))
    assert scores.first_plan_s(run) == 1.0
    assert [scores.reached_s(run, gap) for gap in (0.05, 0.01, 0.006, 0.001)] == [
        *(2.0, 30.0, 50.0, scores.NEVER)
    ]


def test_a_gap_after_a_minute_needs_a_run_of_a_minute() -> None:
    """A run cut short says nothing of later; one that reached its gap keeps it."""
    short = record((1.0, 100.0, 90.0), ended_s=60.0)
    assert scores.gap_at(short, 60.0) == pytest.approx(0.1)
    assert scores.gap_at(short, 300.0) is None
    done = record((1.0, 100.0, 99.95), ended_s=2.0)
    assert scores.gap_at(done, 300.0) == pytest.approx(0.0005)


def test_a_bound_above_a_plan_is_a_contradiction() -> None:
    """One program's proof against another's plan is never passed over."""
    honest, wrong = record((1.0, 100.0, 99.0)), record((1.0, 101.0, 100.5), contender="cbc")
    assert list(scores.contradictions([honest, honest])) == []
    assert len(list(scores.contradictions([honest, wrong]))) == 1


def test_records_are_found_again_for_the_same_run_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another problem, another effort or another rackmix is another run."""
    records.save(record((1.0, 100.0, 99.0)), tmp_path)
    assert (
        records.known("M", 0, "rackmix", EFFORT, "text", tmp_path) == records.load_all(tmp_path)[0]
    )
    assert records.known("M", 0, "rackmix", EFFORT, "other text", tmp_path) is None
    assert records.known("M", 0, "rackmix", Effort(300.0, 0.001, 1), "text", tmp_path) is None
    assert records.known("M", 1, "rackmix", EFFORT, "text", tmp_path) is None
    records.save(record((1.0, 100.0, 99.0), contender="cbc"), tmp_path)
    monkeypatch.setattr(records, "code_sha256", lambda: "changed since")
    assert records.known("M", 0, "rackmix", EFFORT, "text", tmp_path) is None
    assert records.known("M", 0, "cbc", EFFORT, "text", tmp_path) is not None


PROGRAM = """
import json, subprocess, sys, time
held = "x = bytearray(80_000_000); import time; time.sleep(1.2)"
child = subprocess.Popen([sys.executable, "-c", held])
print(json.dumps({"best": 7.0}), flush=True)
print("not ours")
print(json.dumps({"bound": 3.0, "status": "fine"}), flush=True)
child.wait()
"""


def test_races_count_the_memory_of_children(tmp_path: Path) -> None:
    """Engines run as children: what they take is counted with the process that started them."""
    trace = race([sys.executable, "-c", PROGRAM], tmp_path, json_reader(10.0), 20.0)
    assert [event[1:] for event in trace.events] == [(70.0, None), (70.0, 30.0)]
    assert trace.notes == {"status": "fine"}
    assert trace.exit_code == 0
    assert trace.peak_mib > 85


def test_a_benchmark_resumes_and_writes_its_table(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Every program runs once, the second call makes no run again, all agree on the optimum."""
    monkeypatch.setattr(records.save, "__defaults__", (tmp_path,))
    monkeypatch.setattr(records.known, "__defaults__", (tmp_path,))
    monkeypatch.setattr(records.load_all, "__defaults__", (tmp_path,))
    monkeypatch.setattr(table, "RESULTS_PAGE", tmp_path / "RESULTS.md")
    asked = ["--sizes", "S", "--seeds", "1", "--limit", "30", "--gap", "0"]
    asked += ["--engines", "rackmix,cbc,highs"]
    run.main(asked)
    first = capsys.readouterr().err
    run.main(asked)
    assert first.count("...") == 4
    assert "..." not in capsys.readouterr().err
    found = [r for r in records.load_all(tmp_path) if r.contender in CONTENDERS]
    plans = [r.events[-1][1] for r in found]
    assert plans == pytest.approx([plans[0]] * 3, rel=1e-6)
    assert all(scores.final_gap(r) < 1e-6 for r in found)
    page = (tmp_path / "RESULTS.md").read_text("utf-8")
    assert "Contradictions" not in page
    assert page.count("| 0 | ") == 3


def test_seeds_and_names_are_checked() -> None:
    """A mistyped engine is an error that lists the right ones."""
    with pytest.raises(SystemExit):
        run.main(["--engines", "gurobi"])


def test_no_result_is_in_another_currency(tmp_path: Path) -> None:
    """Raw engines see costs scaled; the reader brings them back to money."""
    trace = Trace()
    json_reader(1000.0)(json.dumps({"best": 2.0, "bound": 1.0}), 0.5, trace)
    assert trace.events == [(0.5, 2000.0, 1000.0)]
