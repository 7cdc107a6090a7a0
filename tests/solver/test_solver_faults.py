"""Faults of PuLP, CBC and HiGHS that have been met, each pinned so that it cannot come back.

Here are those that show with the installed engines, or with a program that behaves like them.
Faults of the log are in test_engines_log, answers that must not be believed in
test_engines_claims.
"""

import logging
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pulp
import pytest

from solver.engines import (
    ENGINES,
    Options,
    Status,
    StopReason,
    cbc,
    coefficient_ranges,
    solve,
)
from solver.engines.parts import run_part
from solver.engines.program import Part, Program
from tests.solver.engine_models import curves, market_split, problem_of, rungs, sites, traced

both = pytest.mark.parametrize("engine", ["cbc", "highs"])


def cards_that_abort_cbc() -> pulp.LpProblem:
    """Found by trying 12,000 random purchases of four items: 26 of them abort cbcbox 2.929."""
    return problem_of(
        [237241.9, 3471.9, 4.7, 3973.9],
        [
            ([0, 0, 32.6, 1284.9], ">=", 246582.7),
            ([0, 0, 1517.8, 0], ">=", 2368027.68),
            ([0, 1, -40.8, 0], "<=", 0),
            ([-120.5, 0, 0, 1], "<=", 0),
            ([0, 1, 0, 0], ">=", 1),
        ],
        most=[114, 1, 1841, 2291],
    )


def test_an_abort_of_cbc_is_cured_without_preprocessing(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Proves the ladder's second rung.

    By hand: all 1841 of the third give 60,016.6 of 246,582.7, so 146 of the fourth are needed,
    which need 2 of the first; then 1810 of the third will do: 474,483.8 + 3,471.9 + 8,507 +
    580,189.4 = 1,066,652.1. Sensitivity: without the ladder the answer would be an error.
    """
    with traced(monkeypatch, tmp_path) as traces:
        outcome = solve(cards_that_abort_cbc(), Options(gap=0.0))
        traces.assert_nothing_left(least=2)
    assert rungs(outcome) == [("cbc", ""), ("cbc", "preprocess off")]
    assert outcome.attempts[0].stop is StopReason.CRASH
    assert "SIGABRT" in outcome.attempts[0].message
    assert "CglProbing" in outcome.attempts[0].message
    assert outcome.objective == pytest.approx(1_066_652.1, rel=1e-12)
    assert list(outcome.values.values()) == [2, 1, 1810, 146]


@pytest.mark.parametrize(
    ("program", "words"),
    [
        ("import os; os.abort()", "SIGABRT"),
        ("raise SystemExit(3)", "ended with code 3"),
        ("pass", "ended with code 0"),
        ("open('plan.txt', 'w').write('Optimal - objective value 1\\n')", "no values to read"),
        (
            "open('plan.txt', 'w').write('Optimal - objective value 1\\n');"
            "open('plan.bin', 'wb').write(bytes(40))",
            "no values to read",
        ),
    ],
)
def test_every_way_to_die_leads_to_the_next_engine(
    program: str, words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A signal, a code, no solution or half a solution: recorded, and HiGHS answers."""
    monkeypatch.setattr(cbc, "command", lambda _job: [sys.executable, "-c", program])
    outcome = solve(problem_of([10], [([8], ">=", 20)]), Options(gap=0.0))
    assert rungs(outcome) == [("cbc", ""), ("cbc", "preprocess off"), ("highs", "")]
    assert [attempt.stop for attempt in outcome.attempts[:2]] == [StopReason.CRASH] * 2
    assert words in outcome.attempts[0].message
    assert (outcome.status, outcome.objective) == (Status.OPTIMAL, 30)


@pytest.mark.parametrize(
    ("seconds", "status", "stop"),
    [(0.0, Status.INFEASIBLE, StopReason.PROVEN), (0.7, Status.NO_PLAN, StopReason.TIME_LIMIT)],
)
def test_infeasible_at_the_time_limit_is_no_proof(
    seconds: float, status: Status, stop: StopReason, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Proves that what CBC says once its clock has run out is not believed: when that happens in
    the first linear program of a feasible problem, cbcbox 2.929 says "Integer infeasible".

    Sensitivity: a target that a tree had no time to rule out would be a bound.
    """
    words = "Integer infeasible - objective value 72605.04002847\\n"
    program = f"import time; time.sleep({seconds}); open('plan.txt', 'w').write('{words}')"
    monkeypatch.setattr(cbc, "command", lambda _job: [sys.executable, "-c", program])
    part = Part.all_of(Program.of(problem_of([10], [([8], ">=", 20)])))
    found = run_part(part, Options(time_limit_s=0.7), cutoff=25.0)
    bound = 25.0 if status is Status.INFEASIBLE else None
    assert (found.status, found.stop, found.bound) == (status, stop, bound)


@pytest.mark.parametrize(
    ("size", "words", "wrong", "right"),
    [((3, 2, 2), [], 102, 95), ((2, 2, 2), ["-preprocess", "off"], 78, 71)],
)
def test_flow_covers_of_cbc_are_off(
    size: tuple[int, int, int], words: list[str], wrong: int, right: int, tmp_path: Path
) -> None:
    """Proves that CBC finds the cheapest plan without the cuts that cut it off.

    Found by solving 200 random problems of jobs on curves with both engines. Flow covers are wrong
    where several rows bound a column by the same yes or no: of done <= 1110 * runs, done <= 17.6 *
    held + 235 * runs and held <= 50 * runs, CBC makes done <= 1339 * runs - 229, which says that
    the job runs. Sensitivity: with flow covers CBC calls the wrong figure optimal; when it does so
    no more, they may be switched on again.
    """
    problem = curves(*size, seed=4)
    for engine in ("cbc", "highs"):
        outcome = solve(problem, Options(engine, gap=0.0))
        assert (outcome.status, outcome.stop) == (Status.OPTIMAL, StopReason.PROVEN)
        assert outcome.objective == pytest.approx(right)
    problem.writeMPS(str(tmp_path / "curves.mps"))
    program = str(pulp.COIN_CMD(msg=False).path)  # type: ignore[no-untyped-call]
    command = [program, "curves.mps", *words, "-solve"]
    said = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True).stdout
    assert "Optimal solution found" in said
    assert float(said.split("Objective value:")[1].split()[0]) == pytest.approx(wrong)


@pytest.mark.parametrize("seed", range(24))
def test_cbc_and_highs_agree_on_jobs_on_curves(seed: int) -> None:
    """Proves that both engines find the same cost of random jobs, pools and periods, or none."""
    size = ((1, 2, 2), (2, 2, 1), (2, 2, 2))[seed % 3]
    one, two = (solve(curves(*size, seed), Options(engine, gap=0.0)) for engine in ENGINES)
    assert (one.status, one.objective) == (two.status, pytest.approx(two.objective))


# Time


@both
def test_a_time_out_without_a_plan_has_no_values(engine: str) -> None:
    """PuLP leaves the fractional relaxation in the variables; here nothing is returned."""
    problem = market_split(5, 45, slack=False)
    outcome = solve(problem, Options(engine, time_limit_s=1.0))
    assert (outcome.status, outcome.stop) == (Status.NO_PLAN, StopReason.TIME_LIMIT)
    assert (outcome.objective, outcome.gap, outcome.values) == (None, None, {})


def stubborn(tmp_path: Path) -> list[str]:
    """A program that ignores requests to stop, and has a child of its own."""
    program = (
        "import signal, subprocess, sys, time;"
        "signal.signal(signal.SIGINT, signal.SIG_IGN);"
        "child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)']);"
        f"open({str(tmp_path / 'pid')!r}, 'w').write(str(child.pid));"
        "time.sleep(60)"
    )
    return [sys.executable, "-c", program]


def gone(pid: int) -> bool:
    """Whether a process is dead, if perhaps not yet reaped by whoever inherited it, or dies of the
    signal that it has got: that may take a moment on a busy machine.
    """
    latest = time.monotonic() + 5.0
    while time.monotonic() < latest:
        try:
            if Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z":
                return True
        except (FileNotFoundError, ProcessLookupError):
            return True
        time.sleep(0.05)
    return False


def test_a_child_that_does_not_stop_is_killed_with_its_own(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """The guard is the wall clock: CBC looks at the time in its search only."""
    monkeypatch.setattr(cbc, "command", lambda _job: stubborn(tmp_path))
    began = time.monotonic()
    with traced(monkeypatch, tmp_path) as traces:
        outcome = solve(problem_of([10], [([8], ">=", 20)]), Options(time_limit_s=0.7))
        traces.assert_nothing_left()
    assert time.monotonic() - began < 0.7 + 1.0 + 1.0
    assert (outcome.status, outcome.stop) == (Status.NO_PLAN, StopReason.TIME_LIMIT)
    assert "killed" in outcome.attempts[0].message
    assert gone(int((tmp_path / "pid").read_text()))


def test_a_killed_highs_has_saved_its_plan(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """HiGHS writes every better plan down, so the kill costs the rest of the search only."""
    slow = tmp_path / "slow.py"
    slow.write_text(
        "import array, time\n"
        "array.array('d', [3.0]).tofile(open('plan.bin', 'wb'))\n"
        'print(\'{"best": 30.0, "bound": 25.0}\', flush=True)\n'
        "time.sleep(60)\n"
    )
    monkeypatch.setattr("solver.engines.highs.CHILD", slow)
    problem = problem_of([10], [([8], ">=", 20)])
    outcome = solve(problem, Options("highs", time_limit_s=0.5))
    assert (outcome.status, outcome.stop) == (Status.FEASIBLE, StopReason.TIME_LIMIT)
    assert (outcome.objective, outcome.bound) == (30, 25)
    assert "killed" in outcome.attempts[0].message


def test_cbc_is_asked_to_stop_until_it_listens(monkeypatch: pytest.MonkeyPatch) -> None:
    """CBC forgets a request that comes while it reads the model: one alone would be lost."""
    interrupted = threading.Event()
    asked: list[float] = []
    send = subprocess.Popen.send_signal

    def counted(process: object, number: int) -> None:
        asked.append(time.monotonic())
        if len(asked) > 1:  # the first is lost
            send(process, number)  # type: ignore[arg-type]

    monkeypatch.setattr(subprocess.Popen, "send_signal", counted)
    threading.Timer(1.0, interrupted.set).start()
    outcome = solve(market_split(4, 40, slack=True), Options(gap=0.0), interrupted=interrupted)
    assert (outcome.status, outcome.stop) == (Status.FEASIBLE, StopReason.INTERRUPTED)
    assert len(asked) >= 2


# Feasibility


def whole_and_odd() -> pulp.LpProblem:
    """2a + 2b = 7 has no whole solution, though it has others."""
    return problem_of([1, 1], [([2, 2], "==", 7)])


def without_end() -> pulp.LpProblem:
    """Two whole numbers that may grow together."""
    problem = pulp.LpProblem("without_end")
    a, b = (problem.add_variable(name, 0, None, "Integer") for name in "ab")
    problem.addConstraint(a - b <= 2, "difference")
    problem.setObjective(-a - b)
    return problem


@both
@pytest.mark.parametrize(
    ("make", "status"),
    [
        (whole_and_odd, Status.INFEASIBLE),
        (lambda: problem_of([1], [([1], ">=", 10)], whole=False), Status.INFEASIBLE),
        (without_end, Status.UNBOUNDED),
    ],
)
def test_no_and_endless_are_confirmed_by_both_engines(
    engine: str, make: Callable[[], pulp.LpProblem], status: Status
) -> None:
    """One engine's word is not enough, whichever is asked first."""
    outcome = solve(make(), Options(engine))
    assert (outcome.status, outcome.stop) == (status, StopReason.PROVEN)
    assert {a.engine for a in outcome.attempts if a.status is status} == {"cbc", "highs"}
    assert (outcome.objective, outcome.bound, outcome.values) == (None, None, {})


def test_a_row_without_variables_can_refute() -> None:
    """0 <= -1 is where PuLP's writers put a variable of their own, fixed at 0."""
    problem = problem_of([1], [([1], ">=", 2)])
    problem.addConstraint(pulp.LpAffineExpression.from_constant(1.0) <= 0, "r_none")
    for engine in ("cbc", "highs"):
        outcome = solve(problem, Options(engine))
        assert outcome.status is Status.INFEASIBLE
        assert outcome.attempts[0].message == "row r_none has no variables and reads 0 <= -1"


@both
def test_a_row_without_variables_that_holds_is_no_obstacle(engine: str) -> None:
    """0 <= 1 changes nothing."""
    problem = problem_of([1], [([1], ">=", 2)])
    problem.addConstraint(pulp.LpAffineExpression.from_constant(-1.0) <= 0, "r_none")
    assert solve(problem, Options(engine)).objective == 2


@pytest.mark.parametrize(
    ("low", "high", "kind", "words"),
    [
        (5, 3, "Continuous", "at least 5 and at most 3"),
        (0.2, 0.8, "Integer", "no whole number lies within 0.2 and 0.8"),
    ],
)
def test_bounds_that_leave_no_value_refute(low: float, high: float, kind: str, words: str) -> None:
    """CBC does not read a model with crossed bounds: "1 errors on input"."""
    problem = pulp.LpProblem("crossed")
    variable = problem.add_variable("x_000000", low, high, kind)  # type: ignore[arg-type]
    problem.setObjective(variable + 0)
    outcome = solve(problem, Options())
    assert outcome.status is Status.INFEASIBLE
    assert words in outcome.attempts[0].message


@both
@pytest.mark.parametrize("unit", [1e-5, 1e-8])
def test_small_costs_are_costs(engine: str, unit: float) -> None:
    """CBC's own increment of 1e-4 called a plan of 61 optimal where 54 is (in 1e-5).

    By hand: 5a + 7b + 8c with 9a + 3b + 10c >= 83 and a + 3b + 16c >= 41: 6 of the first and 3 of
    the third. Sensitivity: with costs left as small as they are, and in units of 1e-8, CBC proves
    101 and HiGHS 116.
    """
    costs = [5 * unit, 7 * unit, 8 * unit]
    problem = problem_of(costs, [([9, 3, 10], ">=", 83), ([1, 3, 16], ">=", 41)])
    outcome = solve(problem, Options(engine, gap=0.0))
    assert outcome.objective == pytest.approx(54 * unit, rel=1e-9)
    assert outcome.bound == pytest.approx(54 * unit, rel=1e-6)
    assert outcome.status is Status.OPTIMAL


# Empty problems


def test_a_problem_of_nothing_costs_its_constant() -> None:
    """No rows, no costs: any values within the bounds will do, and no engine is asked."""
    problem = pulp.LpProblem("nothing")
    problem.add_variable("x_000000", 2.5, 9, "Integer")
    problem.add_variable("x_000001", -4, None)
    problem.setObjective(7)
    outcome = solve(problem, Options())
    assert (outcome.status, outcome.objective, outcome.bound) == (Status.OPTIMAL, 7, 7)
    assert outcome.values == {"x_000000": 3, "x_000001": 0}
    assert [attempt.engine for attempt in outcome.attempts] == ["arithmetic"]
    assert solve(pulp.LpProblem("less"), Options()).objective == 0


@both
def test_a_problem_without_rows_is_solved(engine: str) -> None:
    """Costs alone drive the values to their bounds."""
    problem = problem_of([2, -3], [], most=4, constant=1)
    outcome = solve(problem, Options(engine, gap=0.0))
    assert (outcome.status, outcome.objective) == (Status.OPTIMAL, -11)


@both
def test_a_problem_without_costs_is_solved(engine: str) -> None:
    """Any plan is optimal; a variable that nothing uses has a value too."""
    problem = pulp.LpProblem("free")
    cards = problem.add_variable("cards", 0, 9, "Integer")
    problem.add_variable("unused", 3, 8)
    problem.addConstraint(cards >= 2.5, "demand")
    outcome = solve(problem, Options(engine))
    assert (outcome.status, outcome.objective, outcome.gap) == (Status.OPTIMAL, 0, 0)
    assert outcome.values["cards"] >= 3
    assert outcome.values["unused"] == 3


# Names and places


@both
def test_names_that_pulp_would_make_one_are_kept_apart(engine: str) -> None:
    """`a100-80` and `a100_80` both become `a100_80` in a model file."""
    problem = pulp.LpProblem("names")
    dash = problem.add_variable("a100-80", 0, 3, "Integer")
    line = problem.add_variable("a100_80", 0, 9, "Integer")
    problem.addConstraint(dash + line >= 5, "demand [1]")
    problem.setObjective(dash + 2 * line)
    outcome = solve(problem, Options(engine))
    assert outcome.values == {"a100-80": 3, "a100_80": 2}


@both
def test_a_temporary_folder_with_a_space_will_do(
    engine: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """PuLP's own wrapper splits its command at spaces."""
    with traced(monkeypatch, tmp_path) as traces:
        outcome = solve(problem_of([10], [([8], ">=", 20)]), Options(engine))
        assert " " in str(traces.folder)
        traces.assert_nothing_left()
    assert outcome.objective == 30


def test_coefficients_that_spread_too_far_are_warned_of(caplog: pytest.LogCaptureFixture) -> None:
    """Beyond 1e8 an engine's absolute tolerances decide: a sentinel of 1e6 beside 1e-4 is seen."""
    problem = problem_of([1, 1], [([1e6, 1e-4], ">=", 2)])
    ranges = coefficient_ranges(problem)
    assert ranges.rows is not None
    assert (ranges.rows.smallest, ranges.rows.largest) == (1e-4, 1e6)
    assert ranges.limits is not None
    assert ranges.limits.largest == 2
    with caplog.at_level(logging.WARNING):
        solve(problem, Options("highs"))
    assert "coefficients of the rows spread over 0.0001 to 1e+06" in caplog.text
    caplog.clear()
    with caplog.at_level(logging.WARNING):
        solve(problem_of([1], [([1e6], ">=", 2)]), Options("highs"))
    assert caplog.text == ""


def test_the_child_does_not_get_the_terminals_interrupt(monkeypatch: pytest.MonkeyPatch) -> None:
    """It leads a session of its own: Ctrl-C reaches us alone, and we can still ask for its plan."""
    sessions: list[int] = []
    popen = subprocess.Popen.__init__

    def recorded(self: object, *args: object, **kwargs: object) -> None:
        popen(self, *args, **kwargs)  # type: ignore[arg-type, call-overload]
        sessions.append(os.getsid(self.pid))  # type: ignore[attr-defined]

    monkeypatch.setattr(subprocess.Popen, "__init__", recorded)
    solve(sites(6, 10), Options())
    assert sessions
    assert os.getsid(0) not in sessions
