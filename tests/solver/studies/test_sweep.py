"""Sweeps: the same answers as solving point by point, resumed, shared out, and never lost."""

import json
import os
import signal
import subprocess
import sys
import threading
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from problems import InputError, parse_edit
from solver import AnswerStatus, load_case, options_of, solve_case
from solver.studies import workers
from solver.studies.point import How, Point
from solver.studies.result import Progress, Sweep
from solver.studies.sweep import sweep
from solver.studies.workers import Task

PROBLEM = """\
rackmix: 1
horizon: {start: 2024-01-01, end: 2024-06-30, period: quarter}
currency: CNY
sites: {hall: {destination: CN, power_cap: 10 kW, electricity: {price: 0.5 CNY/kWh}}}
offers:
  first: {item: a100_sxm_80, vendor: broker, price: 50_000 CNY, standalone: true}
  second: {item: h20_sxm_96, vendor: other, price: 60_000 CNY, standalone: true, supply: 6}
reservations: {research: {cards: 7, from: 2024-01-01}}
solve: {gap: 0.01 %}
scenarios: {more: {reservations.research.cards: 9}}
"""
"""Seven cards, whichever is cheaper."""

POWER = {"sites.hall.power_cap": "1 kW..6 kW..1 kW"}
GRID = {**POWER, "offers.first.price*": [0.8, 1, 1.2, 1.4]}


@pytest.fixture
def problem(tmp_path: Path) -> Path:
    """A problem file that is solved in no time."""
    path = tmp_path / "problem.yaml"
    path.write_text(PROBLEM, encoding="utf-8")
    return path


def costs(found: Sweep) -> list[float | None]:
    """The cost of every point."""
    return [
        None if cost is None else round(cost, 2) for cost in (p.objective for p in found.points)
    ]


def test_points_are_what_solving_them_alone_gives(problem: Path) -> None:
    """Proves that carrying changes no answer: every point of a grid is within the gap of its own
    solve, or infeasible like it, and every plan is verified.

    Sensitivity: a plan or a bound carried to where it does not hold would differ.
    """
    found = sweep(problem, GRID)
    assert len(found.points) == 24
    assert found.count(How.CARRIED) > 8
    for point in found.points:
        power, factor = found.grid.axes[0].at(point.place[0]), found.grid.axes[1].at(point.place[1])
        edits = [f"sites.hall.power_cap={power:g} kW", f"offers.first.price*={factor:g}"]
        case = load_case(problem, edits=[parse_edit(edit) for edit in edits])
        alone = solve_case(case)
        assert point.status == alone.status
        if alone.plan is not None:
            assert point.plan is not None
            assert point.plan.verification.ok
            assert point.plan.problem == case.loaded.tree
            assert point.objective == pytest.approx(alone.plan.objective, rel=2e-4)
            assert point.bound is not None
            assert point.bound <= alone.plan.objective * (1 + 1e-9)
            assert point.gap is not None
            assert point.gap <= 1e-4 + 1e-9


def test_a_frame_has_a_row_for_each_point(problem: Path) -> None:
    """The table: axes with their units, status, cost, cards; nothing where there is no plan."""
    frame = sweep(problem, POWER).frame()
    assert list(frame["sites.hall.power_cap (kW)"]) == [1, 2, 3, 4, 5, 6]
    assert list(frame["status"][:2]) == ["infeasible", "infeasible"]
    assert frame["cards: a100_sxm_80"].iloc[-1] == 7
    assert frame["cost"].isna().sum() == 2
    bill = frame[[name for name in frame.columns if name.startswith("bill: ")]]
    assert bill.iloc[-1].sum() == pytest.approx(frame["cost"].iloc[-1])


def test_scenarios_and_base_edits(problem: Path) -> None:
    """An axis of scenarios, on top of edits that hold for all points."""
    found = sweep(
        problem,
        {"scenario": ["base", "more"]},
        edits=[parse_edit("offers.first.price=1_000 CNY")],
        options={"gap": 0.0},
    )
    cards = [point.measures.bought["a100_sxm_80"] for point in found.points if point.measures]
    assert cards == [7, 9]


@pytest.mark.parametrize(
    "vary",
    [
        {"sites.hal.power_cap": ["1 kW", "2 kW"]},
        {"sites.hall.power_cap": ["1 kW", "2 kg"]},
        {"scenario": ["base", "moer"]},
        {"offers.first.price*": ["x"]},
    ],
)
def test_a_typo_ends_a_sweep_before_it_begins(problem: Path, vary: Any, tmp_path: Path) -> None:
    """A path, a unit or a scenario that does not exist is refused; nothing was searched."""
    with pytest.raises(InputError):
        sweep(problem, vary, folder=tmp_path / "points")
    assert not (tmp_path / "points").exists()


def test_a_failing_point_is_a_row(problem: Path) -> None:
    """Two values that go well alone and not together fail one point; the others are there."""
    vary = {
        "reservations.research.from": ["2024-01-01", "2024-05-01"],
        "reservations.research.until": ["2024-06-30", "2024-03-31"],
    }
    found = sweep(problem, vary)
    failed = [point for point in found.points if point.how is How.FAILED]
    assert [point.place for point in failed] == [(1, 1)]
    assert "reservations.research" in failed[0].error
    assert failed[0].status is AnswerStatus.ERROR
    assert len(found.points) == 4


def test_a_search_that_raises_is_a_row(problem: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What goes wrong inside a search is an error of its point."""

    def broken(*_: Any, **__: Any) -> None:
        raise RuntimeError("out of order")

    monkeypatch.setattr(workers, "solve_case", broken)
    found = sweep(problem, POWER)
    assert {point.error for point in found.points} == {"RuntimeError: out of order"}


def test_a_finished_sweep_is_not_searched_again(
    problem: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Everything comes from disk, the same to the digit; a changed problem is searched anew."""
    folder = tmp_path / "points"
    first = sweep(problem, GRID, folder=folder)
    searched: list[int] = []
    honest = workers.solve_case

    def counted(*args: Any, **kwargs: Any) -> Any:
        searched.append(1)
        return honest(*args, **kwargs)

    monkeypatch.setattr(workers, "solve_case", counted)
    told: list[Progress] = []
    again = sweep(problem, GRID, folder=folder, on_progress=told.append)
    assert not searched
    assert told[-1].found_on_disk == 24
    assert costs(again) == costs(first)
    assert [p.bound for p in again.points] == [p.bound for p in first.points]
    assert [p.measures for p in again.points] == [p.measures for p in first.points]
    problem.write_text(PROBLEM.replace("cards: 7", "cards: 8"), encoding="utf-8")
    changed = sweep(problem, GRID, folder=folder)
    assert searched
    assert costs(changed) != costs(first)


def test_files_that_were_tampered_with_are_not_believed(problem: Path, tmp_path: Path) -> None:
    """A kept plan is verified when it is read; broken files are searched again."""
    folder = tmp_path / "points"
    first = sweep(problem, POWER, folder=folder)
    for number, path in enumerate(sorted(folder.iterdir())):
        document = json.loads(path.read_text("utf-8"))
        if document["plan"]:
            document["plan"]["purchases"][0]["quantity"] = 1
        path.write_text("{" if number % 2 else json.dumps(document), encoding="utf-8")
    assert costs(sweep(problem, POWER, folder=folder)) == costs(first)


def test_the_same_problem_is_searched_once(problem: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Points with the same mathematics share one search: 3 kW and 3000 W."""
    tasks: list[Task] = []
    honest = workers.Here.submit

    def counted(self: workers.Here, task: Task, case: Any) -> None:
        tasks.append(task)
        honest(self, task, case)

    monkeypatch.setattr(workers.Here, "submit", counted)
    found = sweep(problem, {"sites.hall.power_cap": ["3 kW", "3000 W", "0.003 MW"]})
    assert len(tasks) == 1
    assert len(set(costs(found))) == 1
    assert len(found.points) == 3


def test_two_processes_give_the_same(problem: Path) -> None:
    """Searched by two processes the answers are those of one."""
    one, two = sweep(problem, GRID), sweep(problem, GRID, workers=2)
    assert [p.status for p in two.points] == [p.status for p in one.points]
    for cost, other in zip(costs(two), costs(one), strict=True):
        assert (cost is None) == (other is None)
        assert cost is None or cost == pytest.approx(other, rel=2e-4)


def dying(task: Task) -> None:
    """Take the process down with it, as the kernel does when memory is short."""
    os.kill(os.getpid(), signal.SIGKILL)


def dying_once(task: Task) -> Any:
    """Take the process down at the first try."""
    mark = Path(os.environ["RACKMIX_TEST_MARK"])
    if not mark.exists():
        mark.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return workers.perform(task)


def test_a_process_that_dies_takes_no_point_with_it(
    problem: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What a killed process had is searched by another; all points are there."""
    monkeypatch.setenv("RACKMIX_TEST_MARK", str(tmp_path / "mark"))
    monkeypatch.setattr(workers, "_perform_here", dying_once)
    found = sweep(problem, POWER, workers=2)
    assert (tmp_path / "mark").exists()
    assert costs(found) == costs(sweep(problem, POWER))


def test_a_point_that_kills_every_process_is_given_up(
    problem: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After three processes it is an error; the sweep ends."""
    monkeypatch.setattr(workers, "_perform_here", dying)
    found = sweep(problem, {"sites.hall.power_cap": ["5 kW", "6 kW"]}, workers=2)
    assert all("processes died" in point.error for point in found.points)


def test_an_interrupt_keeps_what_is_done(problem: Path, tmp_path: Path) -> None:
    """Stopped in the middle, the finished points are there and on disk; the next run adds the
    rest and repeats none.
    """
    asked, folder = threading.Event(), tmp_path / "points"

    def stop_at_five(progress: Progress) -> None:
        if progress.done >= 5:
            asked.set()

    part = sweep(problem, GRID, folder=folder, on_progress=stop_at_five, interrupted=asked)
    assert part.interrupted
    assert 5 <= len(part.points) < 24
    kept = {path.name: path.stat().st_mtime_ns for path in folder.iterdir()}
    whole = sweep(problem, GRID, folder=folder)
    assert len(whole.points) == 24
    after = {path.name: path.stat().st_mtime_ns for path in folder.iterdir()}
    assert kept.items() <= after.items()
    assert costs(whole) == costs(sweep(problem, GRID))


KILLED = """\
import sys, os, signal, json
from solver.studies import workers
from solver.studies.sweep import sweep
honest = workers.solve_case
def slow(*args, **kwargs):
    answer = honest(*args, **kwargs)
    print("searched", flush=True)
    return answer
workers.solve_case = slow
sweep(sys.argv[1], json.loads(sys.argv[2]), folder=sys.argv[3])
"""


def test_a_killed_sweep_goes_on_where_it_was(
    problem: Path, tmp_path: Path, repository: Path
) -> None:
    """Killed without warning in the middle, no finished point is searched again."""
    folder = tmp_path / "points"
    command = [sys.executable, "-c", KILLED, str(problem), json.dumps(GRID), str(folder)]
    run = subprocess.Popen(command, cwd=repository, stdout=subprocess.PIPE, text=True)
    assert run.stdout is not None
    lines = [run.stdout.readline() for _ in range(3)]
    run.send_signal(signal.SIGKILL)
    rest = run.communicate()[0]
    assert lines == ["searched\n"] * 3
    first = len(lines) + rest.count("searched")
    kept = len(list(folder.glob("*.json")))
    assert kept >= 2
    again = subprocess.run(command, cwd=repository, capture_output=True, text=True, check=True)
    whole = sweep(problem, GRID)
    # Only the search that the signal hit can have been made twice.
    assert first + again.stdout.count("searched") <= whole.count(How.SEARCHED) + 1
    assert costs(sweep(problem, GRID, folder=folder)) == costs(whole)


def test_time_left_is_estimated_from_this_run() -> None:
    """Points from disk took no time: they do not make the rest look quick."""
    told = Progress(60.0, 30, 40, 1, 0, 0, found_on_disk=10)
    assert told.left_s == pytest.approx(30.0)
    assert replace(told, done=10).left_s is None


def test_a_search_that_ended_early_gains_from_later_points(
    problem: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A point whose search proved nothing is optimal in the end, by the bound of its neighbour.

    Sensitivity: if nobody looked again it would stay feasible.
    """
    honest = workers.solve_case
    calls: list[int] = []

    def first_proves_nothing(case: Any, *args: Any, **kwargs: Any) -> Any:
        answer = honest(case, *args, **kwargs)
        calls.append(1)
        if len(calls) > 1 or answer.plan is None:
            return answer
        plan = replace(answer.plan, bound=None, gap=None, status="feasible")
        return replace(answer, plan=plan, bound=None, status=AnswerStatus.FEASIBLE)

    monkeypatch.setattr(workers, "solve_case", first_proves_nothing)
    found = sweep(problem, {"sites.hall.power_cap": ["5 kW", "6 kW"]})
    assert [point.status for point in found.points] == [AnswerStatus.OPTIMAL] * 2
    point: Point = found.points[0]
    assert point.sources == ((1,),)


def test_options_stand_over_the_file(problem: Path) -> None:
    """Search options of a sweep win over the file's; they are part of what is kept."""
    assert options_of(load_case(problem)).gap == pytest.approx(1e-4)
    found = sweep(problem, {"sites.hall.power_cap": ["6 kW"]}, options={"gap": 0.0})
    assert found.points[0].gap is not None
    assert found.points[0].gap <= 1e-9
