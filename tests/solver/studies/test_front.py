"""Pareto fronts: solved by hand, certified, and without dominated points."""

import threading
from dataclasses import replace
from pathlib import Path

import pytest

from problems import InputError
from solver.answer import AnswerStatus
from solver.case import Case
from solver.studies.front import Front, FrontPoint, front, non_dominated
from solver.studies.workers import Here, Task

PROBLEM = """\
rackmix: 1
horizon: {start: 2024-01-01, end: 2024-03-31, period: quarter}
currency: CNY
sites: {hall: {destination: CN, power_cap: 900 kW, pue: 1.25, carbon: {intensity: 0.5 kg/kWh}}}
items:
  thirsty: {kind: accelerator, form_factor: SXM, bf16: 100 TFLOPS, power: 1 kW, idle_power: 1 kW,
            tpp: 1600, source: made up, date: 2024}
  frugal: {kind: accelerator, form_factor: SXM, bf16: 100 TFLOPS, power: 0.4 kW, idle_power: 0.4 kW,
           tpp: 1600, source: made up, date: 2024}
offers:
  cheap: {item: thirsty, vendor: acme, price: 100 CNY, standalone: true}
  dear: {item: frugal, vendor: bolt, price: 150 CNY, standalone: true}
reservations: {research: {cards: 10, from: 2024-01-01}}
solve: {gap: 0}
"""
"""Ten cards; each frugal one in place of a thirsty one costs 50 more and draws 0.6 kW less."""

JOB = """\
training: {job: {flop: 7.8624e20, mfu: 100 %, memory: ignore, window: 2024-01-01..2024-01-20}}
"""
"""91 days of one card at 100 TFLOPS."""


@pytest.fixture
def problem(tmp_path: Path) -> Path:
    """The problem file."""
    path = tmp_path / "problem.yaml"
    path.write_text(PROBLEM, encoding="utf-8")
    return path


def figures(found: Front) -> list[tuple[float, float]]:
    """Measure and cost of every point."""
    return [(round(point.measure, 6), round(point.cost, 6)) for point in found.points]


def test_power_against_cost(problem: Path) -> None:
    """Proves the front of power: from 5 kW (10 frugal cards, PUE 1.25) for 1,500 to 12.5 kW for
    1,000; half way, at 8.75 kW, five of each for 1,250.

    Sensitivity: without PUE the ends would be 4 and 10 kW.
    """
    found = front(problem, "power", steps=3)
    assert figures(found) == [(5.0, 1500.0), (8.75, 1250.0), (12.5, 1000.0)]
    assert found.least == pytest.approx(5.0)
    assert [point.dearer for point in found.points] == [True, True, None]
    assert all(point.gap is not None and point.gap < 1e-6 for point in found.points)
    assert all(point.plan.verification.ok for point in found.points)


def test_carbon_against_cost(problem: Path) -> None:
    """Proves the front of carbon: 91 days x 24 h x 1.25 x 0.5 kg/kWh = 1,365 kg for each kW.

    Sensitivity: counted at the cards, without PUE, the least would be 4,368 kg.
    """
    found = front(problem, "carbon", steps=3)
    kg = 91 * 24 * 1.25 * 0.5
    assert figures(found) == [(4 * kg, 1500.0), (7 * kg, 1250.0), (10 * kg, 1000.0)]
    assert found.least == pytest.approx(4 * kg)


def test_card_types_against_cost(problem: Path, tmp_path: Path) -> None:
    """Proves the front of card types: two kinds while the cheap one is short, one for more money.

    Sensitivity: a dominated point (one kind at the price of two) would be shown.
    """
    path = tmp_path / "short.yaml"
    path.write_text(PROBLEM.replace("price: 100 CNY,", "price: 100 CNY, supply: 6,"), "utf-8")
    assert figures(front(path, "card_types")) == [(1.0, 1500.0), (2.0, 1200.0)]
    assert figures(front(problem, "card_types")) == [(1.0, 1000.0)]


def test_deadlines_against_cost(problem: Path, tmp_path: Path) -> None:
    """Proves the front of deadlines: 91 card-days in 20 days take 5 cards, in 10 days 10, in 30
    days 4. With the moves -10, 0 and +10 days they cost 1,000, 500 and 400.

    Sensitivity: if windows did not move, all would cost 500 and one point would be left.
    """
    path = tmp_path / "job.yaml"
    path.write_text(PROBLEM.replace("reservations: {", "#") + JOB, "utf-8")
    found = front(path, "deadline", steps=3)
    assert figures(found) == [(-10.0, 1000.0), (0.0, 500.0), (10.0, 400.0)]
    with pytest.raises(InputError, match="no training job"):
        front(problem, "deadline")


def test_moves_that_drop_an_occurrence_are_no_saving(tmp_path: Path) -> None:
    """A repeated job whose last occurrence would end after the horizon is not moved so far.

    Sensitivity: the later deadline would have one occurrence less and cost less for that.
    """
    job = JOB.replace("2024-01-20}", "2024-01-20, every: 2 months}").replace("..", "..")
    late = job.replace("2024-01-01..2024-01-20", "2024-01-20..2024-01-30")
    path = tmp_path / "job.yaml"
    path.write_text(PROBLEM.replace("reservations: {", "#") + late, "utf-8")
    found = front(path, "deadline", steps=3)
    assert max(point.measure for point in found.points) == 0


def test_a_problem_without_a_plan_has_no_front(problem: Path) -> None:
    """No points, and no error."""
    path = problem.with_name("none.yaml")
    path.write_text(PROBLEM.replace("900 kW", "1 kW"), "utf-8")
    assert front(path, "power").points == ()


def test_only_what_nothing_beats_is_kept(problem: Path) -> None:
    """Points that cost as much or more for as much or more of the measure are dropped."""
    point = front(problem, "power", steps=2).points[0]

    def at(measure: float, cost: float) -> FrontPoint:
        return replace(point, measure=measure, plan=replace(point.plan, objective=cost))

    given = [at(3, 5), at(1, 9), at(2, 9), at(2, 7), at(4, 5), at(5, 6), at(6, 1)]
    kept = [(p.measure, p.cost) for p in non_dominated(given)]
    assert kept == [(1, 9), (2, 7), (3, 5), (6, 1)]


@pytest.mark.parametrize("measure", ["power", "carbon", "card_types", "deadline"])
def test_workers_find_the_same_front(problem: Path, measure: str) -> None:
    """Two processes find what one does; each search is handed out.

    Sensitivity: if workers were not asked, no process would be made.
    """
    job = problem.with_name("both.yaml")
    job.write_text(PROBLEM + JOB, "utf-8")
    assert figures(front(job, measure, steps=3, workers=2)) == figures(front(job, measure, steps=3))


def test_the_limits_of_a_front_are_searched_by_the_workers(
    problem: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Proves that the two ends and both limits between them are tasks: four, each with what its
    plan is held to; all but the first carry a restriction.
    """
    handed: list[object] = []
    submit = Here.submit

    def noted(here: Here, task: Task, case: Case) -> None:
        handed.append(task.restriction)
        submit(here, task, case)

    monkeypatch.setattr(Here, "submit", noted)
    front(problem, "power", steps=3)
    assert [restriction is None for restriction in handed] == [True, False, False, False]


@pytest.mark.parametrize("measure", ["power", "carbon", "card_types", "deadline"])
def test_a_front_goes_on_from_what_is_kept(
    problem: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, measure: str
) -> None:
    """Stopped after two searches and started again, a front makes the others only, and is the
    same as in one go.

    Sensitivity: if the limits were not among the keys, one point would be shown for all of them.
    """
    job = problem.with_name("both.yaml")
    job.write_text(PROBLEM + JOB, "utf-8")
    searched: list[int] = []
    submit = Here.submit

    def counting(here: Here, task: Task, case: Case) -> None:
        searched.append(task.number)
        submit(here, task, case)

    monkeypatch.setattr(Here, "submit", counting)
    whole = front(job, measure, steps=3)
    in_one_go = len(searched)
    asked = threading.Event()

    def stop(done: int, total: int) -> None:
        if done >= 2:
            asked.set()

    folder = tmp_path / "points"
    first = front(job, measure, steps=3, folder=folder, on_progress=stop, interrupted=asked)
    assert first.interrupted
    assert len(list(folder.iterdir())) >= 1
    again = front(job, measure, steps=3, folder=folder)
    assert len(searched) == 2 * in_one_go
    assert figures(again) == figures(whole)
    assert [p.bound for p in again.points] == pytest.approx([p.bound for p in whole.points])
    assert again.least == pytest.approx(whole.least)


def test_why_a_front_has_no_points(problem: Path) -> None:
    """A problem without a plan is infeasible; one that was not searched to the end is not."""
    none = problem.with_name("none.yaml")
    none.write_text(PROBLEM.replace("900 kW", "1 kW"), "utf-8")
    assert front(none, "power").status is AnswerStatus.INFEASIBLE
    asked = threading.Event()
    asked.set()
    stopped = front(problem, "power", interrupted=asked)
    assert stopped.interrupted
    assert stopped.status is None
