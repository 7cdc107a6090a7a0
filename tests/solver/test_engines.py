"""What a solve promises, whichever engine does it: right answers, kept limits, no traces."""

import itertools
import os
import random
import threading
import time
from pathlib import Path

import pulp
import pytest

from solver.engines import ENGINES, Options, Progress, Status, StopReason, engine_version, solve
from tests.solver.engine_models import holds, market_split, problem_of, sites, traced

both = pytest.mark.parametrize("engine", ENGINES)
HARD = market_split(4, 40, slack=True)


def test_a_purchase_solved_by_hand() -> None:
    """Proves that costs, rows, integrality and the constant reach CBC and come back.

    64 cards from nodes of 8 at 10 and of 16 at 18, at most 3 of the larger, 5 for delivery:
    3 · 18 + 2 · 10 + 5 = 79. Sensitivity: without the constant it would be 74, without
    integrality 72 + 5, without the bound of 3 it would be 4 · 18 + 5 = 77.
    """
    problem = problem_of([10, 18], [([8, 16], ">=", 64)], most=[50, 3], constant=5)
    outcome = solve(problem, Options(gap=0.0))
    assert (outcome.status, outcome.stop) == (Status.OPTIMAL, StopReason.PROVEN)
    assert (outcome.objective, outcome.bound, outcome.gap) == (79, 79, 0)
    assert outcome.values == {"x_000000": 2, "x_000001": 3}
    (attempt,) = outcome.attempts
    assert (attempt.engine, attempt.engine_version) == ("cbc", engine_version("cbc"))
    assert attempt.message.startswith("Optimal")


@pytest.mark.parametrize("seed", range(4))
def test_both_engines_find_the_best_of_all_points(seed: int) -> None:
    """Every point of a small box is tried: no engine does better, and none does worse."""
    draw = random.Random(seed)
    costs = [draw.uniform(-5, 20) for _ in range(4)]
    rows = [([draw.uniform(0, 20) for _ in range(4)], ">=", draw.uniform(10, 60))] + [
        ([draw.uniform(-5, 9) for _ in range(4)], "<=", draw.uniform(10, 60)) for _ in range(2)
    ]
    problem = problem_of(costs, rows, most=5, constant=draw.uniform(-50, 50))
    signs = {">=": 1, "<=": -1}

    def feasible(point: tuple[int, ...]) -> bool:
        return all(
            signs[s] * (sum(k * x for k, x in zip(a, point, strict=True)) - b) >= -1e-9
            for a, s, b in rows
        )

    points = filter(feasible, itertools.product(range(6), repeat=4))
    best = min(
        (sum(k * x for k, x in zip(costs, point, strict=True)) for point in points), default=None
    )
    for engine in ENGINES:
        outcome = solve(problem, Options(engine, gap=0.0))
        if best is None:
            assert outcome.status is Status.INFEASIBLE
        else:
            constant = problem.objective.constant  # type: ignore[union-attr]
            assert outcome.status is Status.OPTIMAL
            assert outcome.objective == pytest.approx(best + constant, rel=1e-9)


@both
def test_linear_problems_are_solved(engine: str) -> None:
    """Without integers: 6 of the cheap one at 2, the rest of 10 at 3: 2 · 6 + 3 · 4 = 24."""
    problem = problem_of([2, 3], [([1, 1], ">=", 10)], most=[6, 20], whole=False)
    outcome = solve(problem, Options(engine))
    assert (outcome.status, outcome.stop) == (Status.OPTIMAL, StopReason.PROVEN)
    assert (outcome.objective, outcome.bound) == (24, 24)


@both
def test_a_gap_that_is_asked_for_is_reached_and_proven(engine: str) -> None:
    """A run stopped at its gap has a bound below the true optimum, and within the gap."""
    problem = sites(12, 25)
    truth = solve(problem, Options(engine, gap=0.0)).objective
    assert truth is not None
    for gap in (0.4, 0.05):
        outcome = solve(problem, Options(engine, gap=gap))
        assert outcome.status is Status.OPTIMAL
        assert outcome.objective is not None
        assert outcome.bound is not None
        assert outcome.gap is not None
        assert outcome.bound <= truth * (1 + 1e-9)
        assert truth <= outcome.objective * (1 + 1e-9)
        assert outcome.gap <= gap
        assert outcome.gap == pytest.approx(1 - outcome.bound / outcome.objective)
        assert holds(problem, dict(outcome.values))


@both
def test_the_gap_is_one_of_the_whole_bill(engine: str) -> None:
    """Proves that engines see the objective's constant.

    The same plan space with a constant of 1e6 on top: a gap of 5 % then is 50,000, so the first
    plan will do. Sensitivity: were the constant kept from the engine, it would search on until
    5 % of the variable part and stop with a gap far below 1 %.
    """
    problem = sites(12, 25)
    problem.setObjective(problem.objective + 1e6)
    outcome = solve(problem, Options(engine, gap=0.05))
    assert outcome.stop is StopReason.GAP
    assert outcome.gap is not None
    assert 1e6 < outcome.bound < outcome.objective  # type: ignore[operator]
    assert outcome.objective - outcome.bound > 0.05 * (outcome.objective - 1e6)  # type: ignore[operator]


@both
def test_the_same_input_gives_the_same_values(engine: str) -> None:
    """On one thread a run that ends by its gap is repeatable, to the last digit."""
    problem = sites(10, 20, seed=3)
    first, second = (solve(problem, Options(engine, gap=0.01)) for _ in range(2))
    assert first.values == second.values
    assert (first.objective, first.bound) == (second.objective, second.bound)


def test_a_seed_is_passed_on() -> None:
    """Another seed may find another plan, but no worse answer."""
    problem = sites(10, 20, seed=3)
    values = [solve(problem, Options(gap=0.0, seed=seed)).objective for seed in (0, 7)]
    assert values[0] == pytest.approx(values[1], rel=1e-9)


@both
def test_several_threads_solve_the_same_problem(engine: str) -> None:
    """The answer does not depend on the number of threads."""
    problem = sites(10, 20, seed=3)
    one, two = (solve(problem, Options(engine, gap=0.0, threads=n)).objective for n in (1, 2))
    assert one == pytest.approx(two, rel=1e-9)


@both
def test_the_time_limit_is_kept(
    engine: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A search that would take minutes ends in its limit and grace, with plan and honest bound."""
    with traced(monkeypatch, tmp_path) as traces:
        began = time.monotonic()
        outcome = solve(HARD, Options(engine, gap=0.0, time_limit_s=1.5))
        assert time.monotonic() - began < 1.5 + 1.0 + 1.0
        traces.assert_nothing_left()
    assert (outcome.status, outcome.stop) == (Status.FEASIBLE, StopReason.TIME_LIMIT)
    assert holds(HARD, dict(outcome.values))
    assert outcome.bound == pytest.approx(100, abs=1e-3)
    assert outcome.bound <= outcome.objective  # type: ignore[operator]


@both
def test_an_interrupt_returns_the_best_plan_so_far(
    engine: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """The plan and bound at that moment come back, long before the limit."""
    interrupted = threading.Event()
    timer = threading.Timer(1.5, interrupted.set)
    with traced(monkeypatch, tmp_path) as traces:
        timer.start()
        began = time.monotonic()
        outcome = solve(HARD, Options(engine, gap=0.0, time_limit_s=60), interrupted=interrupted)
        assert time.monotonic() - began < 10
        traces.assert_nothing_left()
    assert (outcome.status, outcome.stop) == (Status.FEASIBLE, StopReason.INTERRUPTED)
    assert holds(HARD, dict(outcome.values))
    assert outcome.bound is not None
    assert len(outcome.attempts) == 1


def test_an_interrupt_before_the_start_runs_nothing_for_long() -> None:
    """With the event already set, the answer is "no plan", not a climb through every engine."""
    interrupted = threading.Event()
    interrupted.set()
    outcome = solve(HARD, Options(gap=0.0, time_limit_s=60), interrupted=interrupted)
    assert (outcome.status, outcome.stop) == (Status.NO_PLAN, StopReason.INTERRUPTED)
    assert outcome.values == {}


@both
def test_progress_is_told(engine: str) -> None:
    """At most five times a second; the best plan only gets better; the bound stays below it."""
    told: list[Progress] = []
    solve(HARD, Options(engine, gap=0.0, time_limit_s=1.2), on_progress=told.append)
    assert len(told) >= 3
    times = [progress.elapsed_s for progress in told]
    assert all(later - earlier >= 0.19 for earlier, later in itertools.pairwise(times))
    best = [progress.best for progress in told if progress.best is not None]
    assert best == sorted(best, reverse=True)
    assert {progress.engine for progress in told} == {engine}
    last = told[-1]
    assert last.best is not None
    assert last.bound is not None
    assert last.gap == pytest.approx((last.best - last.bound) / last.best)


@both
def test_an_exception_in_the_caller_leaves_nothing_behind(
    engine: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Ctrl-C where nobody turned it into an event: the process is killed, the folder removed."""

    def fail(_: Progress) -> None:
        raise KeyboardInterrupt

    with traced(monkeypatch, tmp_path) as traces:
        with pytest.raises(KeyboardInterrupt):
            solve(HARD, Options(engine, gap=0.0, time_limit_s=60), on_progress=fail)
        traces.assert_nothing_left()
        with pytest.raises(ProcessLookupError):
            os.kill(traces.processes[0].pid, 0)


@both
def test_a_start_is_where_the_search_begins(engine: str) -> None:
    """The first plan an engine tells of is the start: nothing worse is looked at again."""
    problem = sites(60, 120, seed=1)
    good = solve(problem, Options("highs", gap=0.02, time_limit_s=30))
    told: list[Progress] = []
    options = Options(engine, gap=0.02, time_limit_s=4)
    outcome = solve(problem, options, start=good.values, on_progress=told.append)
    assert outcome.objective is not None
    assert good.objective is not None
    assert outcome.objective <= good.objective * (1 + 1e-9)
    assert "start was not taken" not in outcome.attempts[0].message
    best = [progress.best for progress in told if progress.best is not None]
    assert max(best, default=0) <= good.objective * (1 + 1e-6)


def test_a_start_that_is_no_plan_is_refused() -> None:
    """Engines ignore such a start in silence; here it is an error that names the row."""
    problem = problem_of([10, 18], [([8, 16], ">=", 64)])
    with pytest.raises(ValueError, match="row r_000000 is broken by 40"):
        solve(problem, Options(), start={"x_000000": 1, "x_000001": 1})
    with pytest.raises(ValueError, match="no value for variable 'x_000001'"):
        solve(problem, Options(), start={"x_000000": 1})


def test_the_problem_is_left_as_it_was() -> None:
    """No variable is added, no value written, whatever the objective is like."""
    problem = pulp.LpProblem("constant")
    cards = problem.add_variable("cards", 0, 9, "Integer")
    problem.addConstraint(cards >= 2.5, "demand")
    problem.setObjective(7)
    before = repr(problem)
    assert solve(problem, Options()).objective == 7
    assert solve(problem, Options("highs")).values == {"cards": 3}
    assert repr(problem) == before
    assert cards.varValue is None


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"engine": "glpk"}, "one of cbc, highs"),
        ({"gap": -0.1}, "gap must be"),
        ({"gap": float("nan")}, "gap must be"),
        ({"time_limit_s": float("inf")}, "finite number of seconds"),
        ({"threads": 0}, "at least 1"),
        ({"seed": -1}, "seed must be"),
    ],
)
def test_options_that_nobody_can_follow_are_refused(wrong: dict[str, object], words: str) -> None:
    """They are named before anything runs."""
    with pytest.raises(ValueError, match=words):
        Options(**wrong)  # type: ignore[arg-type]


def test_problems_that_would_be_misread_are_refused() -> None:
    """Maximisation and equal names: values would come back with the wrong sign or place."""
    problem = problem_of([1], [([1], ">=", 2)])
    problem.sense = pulp.LpMaximize
    with pytest.raises(ValueError, match="minimise"):
        solve(problem, Options())
    problem = problem_of([1, 1], [([1, 1], ">=", 2)])
    problem.variables()[1].name = "x_000000"
    with pytest.raises(ValueError, match="two variables are called 'x_000000'"):
        solve(problem, Options())
    with pytest.raises(ValueError, match="engine must be one of"):
        engine_version("glpk")
