"""What the ladder believes: engines say what a test lets them say, and it makes the answer."""

import time

import pulp
import pytest

from solver.engines import Options, Status, StopReason, ladder, solve
from solver.engines.claim import Claim, Job
from tests.solver.engine_models import holds, problem_of, rungs


def play(monkeypatch: pytest.MonkeyPatch, **claims: Claim | list[Claim]) -> None:
    """Let engines claim what is given, run after run, instead of running."""
    for engine, given in claims.items():
        told = iter([given] * 9 if isinstance(given, Claim) else given)
        monkeypatch.setitem(ladder.RUN, engine, lambda _job, told=told: next(told))


def says(status: Status, stop: StopReason = StopReason.PROVEN, **more: object) -> Claim:
    """What an engine might say."""
    return Claim(status, stop, "in its own words", **more)  # type: ignore[arg-type]


def whole_and_odd() -> pulp.LpProblem:
    """2a + 2b = 7 has no whole solution, though it has others."""
    return problem_of([1, 1], [([2, 2], "==", 7)])


def test_when_everything_crashes_the_answer_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    """Never "infeasible"."""
    play(
        monkeypatch,
        cbc=says(Status.ERROR, StopReason.CRASH),
        highs=says(Status.ERROR, StopReason.CRASH),
    )
    outcome = solve(problem_of([10], [([8], ">=", 20)]), Options())
    assert (outcome.status, outcome.stop, outcome.values) == (Status.ERROR, StopReason.CRASH, {})


def test_infeasible_without_preprocessing_too_is_not_confirmed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """CBC twice is one engine; where HiGHS cannot say, neither can we."""
    play(monkeypatch, cbc=says(Status.INFEASIBLE), highs=says(Status.ERROR, StopReason.CRASH))
    outcome = solve(whole_and_odd(), Options())
    assert (outcome.status, outcome.stop) == (Status.ERROR, StopReason.DISAGREEMENT)


def test_a_plan_outweighs_any_number_of_infeasibles(monkeypatch: pytest.MonkeyPatch) -> None:
    """CBC has called feasible models infeasible: a plan that passes every check settles it."""
    monkeypatch.setitem(ladder.RUN, "cbc", lambda _job: says(Status.INFEASIBLE))
    outcome = solve(problem_of([10], [([8], ">=", 20)]), Options())
    assert rungs(outcome) == [("cbc", ""), ("cbc", "preprocess off"), ("highs", "")]
    assert (outcome.status, outcome.objective) == (Status.OPTIMAL, 30)


def test_infeasible_and_unbounded_are_a_disagreement(monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither is reported."""
    play(monkeypatch, cbc=says(Status.UNBOUNDED), highs=says(Status.INFEASIBLE))
    outcome = solve(whole_and_odd(), Options())
    assert (outcome.status, outcome.stop) == (Status.ERROR, StopReason.DISAGREEMENT)


def test_a_confirmation_gets_its_seconds(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the first engine used the time limit up, the others still get 5 s to agree."""
    given: list[float] = []

    def late(job: Job) -> Claim:
        given.append(job.options.time_limit_s)
        time.sleep(0.3)
        return says(Status.INFEASIBLE)

    monkeypatch.setitem(ladder.RUN, "cbc", late)
    monkeypatch.setitem(ladder.RUN, "highs", late)
    outcome = solve(whole_and_odd(), Options(time_limit_s=0.3))
    assert outcome.status is Status.INFEASIBLE
    assert given == [pytest.approx(0.3, abs=0.1), 5.0, 5.0]


def test_one_confirmation_leaves_time_for_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    """CBC without preprocessing gets a tenth of the limit to agree, HiGHS all that is left."""
    given: list[float] = []

    def at_once(job: Job) -> Claim:
        given.append(job.options.time_limit_s)
        return says(Status.INFEASIBLE)

    monkeypatch.setitem(ladder.RUN, "cbc", at_once)
    monkeypatch.setitem(ladder.RUN, "highs", at_once)
    solve(whole_and_odd(), Options(time_limit_s=100))
    assert given == [pytest.approx(x, abs=1) for x in (100, 10, 100)]


def test_a_plan_that_breaks_a_row_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """After a time-out CBC's solution file once held a point that broke a row by 486."""
    problem = problem_of([1], [([1], ">=", 500)], most=900)
    claim = says(Status.FEASIBLE, StopReason.TIME_LIMIT, column_values=[14.0], bound=10.0)
    play(monkeypatch, cbc=claim)
    outcome = solve(problem, Options())
    assert outcome.attempts[0].stop is StopReason.REFUSED
    assert "row r_000000 is broken by 486" in outcome.attempts[0].message
    assert rungs(outcome)[-1] == ("highs", "")
    assert (outcome.status, outcome.objective) == (Status.OPTIMAL, 500)


def test_half_a_card_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """Integers off by more than 1e-5 are not rounded into a plan."""
    problem = problem_of([1], [([1], ">=", 2)])
    bad = says(Status.OPTIMAL, column_values=[2.5], bound=2.0)
    play(monkeypatch, cbc=bad, highs=bad)
    outcome = solve(problem, Options())
    assert (outcome.status, outcome.stop) == (Status.ERROR, StopReason.REFUSED)
    assert "2.5, not a whole number" in outcome.attempts[0].message


def test_a_value_outside_its_bounds_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """A hair outside is put onto the bound, more is refused."""
    problem = problem_of([1], [([1], ">=", 2)], whole=False)
    play(
        monkeypatch,
        cbc=says(Status.OPTIMAL, column_values=[9.1], bound=2.0),
        highs=says(Status.OPTIMAL, column_values=[9.0 + 1e-9], bound=9.0),
    )
    outcome = solve(problem, Options())
    assert "0.1 outside its bounds" in outcome.attempts[0].message
    assert outcome.values == {"x_000000": 9.0}


def test_what_the_caller_does_not_accept_is_not_returned() -> None:
    """`accept` sends the ladder on; when nobody satisfies it, the answer is an error."""
    shown: list[float] = []

    def accept(values: object) -> bool:
        shown.append(values["x_000000"])  # type: ignore[index]
        return len(shown) == 3

    problem = problem_of([10], [([8], ">=", 20)])
    outcome = solve(problem, Options(), accept=accept)
    assert rungs(outcome) == [("cbc", ""), ("cbc", "preprocess off"), ("highs", "")]
    assert (outcome.status, shown) == (Status.OPTIMAL, [3, 3, 3])
    refused = solve(problem, Options("highs"), accept=lambda _: False)
    assert (refused.status, refused.stop) == (Status.ERROR, StopReason.REFUSED)
    assert refused.values == {}


def large_factors() -> pulp.LpProblem:
    """Work y = 1e6 x: with x = 0.999999, whole enough for an engine, y is 1 short of x = 1."""
    problem = pulp.LpProblem("large")
    x = problem.add_variable("x", 0, 5, "Integer")
    y = problem.add_variable("y", 0, 9e6)
    problem.addConstraint(y - 1e6 * x == 0, "work")
    problem.addConstraint(x >= 0.5, "some")
    problem.setObjective(x + 1e-6 * y)
    return problem


def test_rounding_that_breaks_a_row_is_mended(monkeypatch: pytest.MonkeyPatch) -> None:
    """Proves that the continuous part is solved again with the integers fixed.

    x = 1 − 1e-6 with y = 1e6 x becomes x = 1, and y must become 1e6. Sensitivity: unmended, the row
    would be broken by 1, a million times the tolerance of a row of ones.
    """
    x = 1 - 5e-6
    claim = says(Status.OPTIMAL, column_values=[x, 1e6 * x], bound=1.99)
    play(monkeypatch, cbc=claim)
    outcome = solve(large_factors(), Options(gap=0.01))
    assert rungs(outcome) == [("cbc", ""), ("highs", "integers fixed")]
    assert outcome.attempts[0].stop is StopReason.REFUSED
    assert outcome.values == {"x": 1, "y": pytest.approx(1e6, rel=1e-9)}
    assert (outcome.status, outcome.bound) == (Status.OPTIMAL, 1.99)
    assert holds(large_factors(), {"x": 1.0, "y": 1e6})


def test_integers_that_cannot_be_mended_prove_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """HiGHS finding no plan for an engine's integers does not confirm that there is none at all.

    Sensitivity: counted as HiGHS's word, it would with CBC's second answer make "infeasible".
    """
    wrong = says(Status.OPTIMAL, column_values=[0.0, 0.0], bound=0.0)
    play(monkeypatch, cbc=[wrong, says(Status.INFEASIBLE)])
    outcome = solve(large_factors(), Options())
    assert [a.variant for a in outcome.attempts] == ["", "integers fixed", "preprocess off", ""]
    assert outcome.attempts[1].stop is StopReason.REFUSED
    assert outcome.values == {"x": 1, "y": pytest.approx(1e6)}


def test_a_bound_above_its_own_plan_is_no_proof(monkeypatch: pytest.MonkeyPatch) -> None:
    """An engine that proves 40 and shows a plan of 30 is wrong in one of them."""
    problem = problem_of([10], [([8], ">=", 20)])
    play(monkeypatch, cbc=says(Status.OPTIMAL, column_values=[3.0], bound=40.0))
    outcome = solve(problem, Options())
    assert "its bound lies 10 above its plan" in outcome.attempts[0].message
    assert (outcome.status, outcome.bound) == (Status.OPTIMAL, 30)


def test_a_start_survives_the_engines(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where no engine returns a plan, the start is one, without a bound."""
    play(
        monkeypatch,
        cbc=says(Status.ERROR, StopReason.CRASH),
        highs=says(Status.ERROR, StopReason.CRASH),
    )
    outcome = solve(problem_of([10], [([8], ">=", 20)]), Options(), start={"x_000000": 4})
    assert (outcome.status, outcome.stop) == (Status.FEASIBLE, StopReason.DISAGREEMENT)
    assert (outcome.objective, outcome.bound, outcome.gap) == (40, None, None)
