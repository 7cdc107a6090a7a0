"""Pareto fronts: solved by hand, certified, and without dominated points."""

from dataclasses import replace
from pathlib import Path

import pytest

from problems import InputError
from solver.studies.front import Front, FrontPoint, front, non_dominated

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
