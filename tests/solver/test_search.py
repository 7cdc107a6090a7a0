"""The search on large programs: it finds what one engine finds, and claims no more than is proven.

The problems are small and the search is forced upon them, so that the truth is known.
"""

import math
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pulp
import pytest

import problems
from problems import parse_edit
from solver import engines
from solver.answer import Answer, AnswerStatus, solve_case
from solver.case import load_case
from solver.engines.parts import run_part
from solver.engines.program import Part, Program
from solver.engines.rows import Rows
from solver.formulation import build_tight
from solver.search.incumbent import Incumbent
from solver.search.placing import likely_pools
from solver.search.steady import average, steady
from tests.fuzz.generate import problem_of_seed
from tests.fuzz.referee import case_of
from tests.solver.engine_models import knapsack

TO_THE_END = engines.Options(gap=0.0, time_limit_s=60.0)
ROLL_OUT = Path(problems.__file__).parent / "library" / "roll_out.yaml"
WHOLE = [parse_edit(f"inference.{s}.replicas=whole") for s in ("chat", "drafts", "abroad")]


@pytest.fixture
def forced(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the search pay for every program."""
    monkeypatch.setattr("solver.answer.pays", lambda _: True)


def same(one: Answer, two: Answer) -> bool:
    """Whether two answers say the same of a problem solved to the end."""
    if one.plan is None or two.plan is None:
        return one.status is two.status
    near = one.plan.objective == pytest.approx(two.plan.objective, rel=1e-6, abs=1e-6)
    return one.status is two.status and near


def children() -> set[int]:
    """Processes that this one has started and that are not gone."""
    tasks = Path("/proc/self/task").glob("*/children")
    return {int(number) for task in tasks for number in task.read_text().split()}


@pytest.fixture(autouse=True)
def nothing_left_running() -> Iterator[None]:
    """Every process that a test's search started is gone at its end; others' may go on."""
    before = children()
    yield
    assert not children() - before


def check_agreement(seed: int, options: engines.Options) -> None:
    """The search and one engine alone say the same of a seeded problem, and no bound or plan told
    on the way lies beyond the optimum.
    """
    case = case_of(problem_of_seed(seed))
    told: list[engines.Progress] = []
    answer = solve_case(case, options, on_progress=told.append)
    with pytest.MonkeyPatch.context() as usual:
        usual.setattr("solver.answer.pays", lambda _: False)
        direct = solve_case(case, TO_THE_END)
    assert same(answer, direct)
    if direct.plan is not None:
        near = 1e-6 * max(1.0, abs(direct.plan.objective))
        assert all(p.bound is None or p.bound <= direct.plan.objective + near for p in told)
        assert all(p.best is None or p.best >= direct.plan.objective - near for p in told)


@pytest.mark.parametrize("helped", [True, False])
@pytest.mark.parametrize("threads", [1, 2])
@pytest.mark.parametrize("seed", range(0, 60, 7))
def test_the_search_agrees_with_one_engine(
    forced: None, seed: int, threads: int, helped: bool
) -> None:
    """Relaxations, windows, neighbourhoods and trees end with the same optimum or verdict.

    Sensitivity: a part that lost a row, or a bound of a restricted part, would show here.
    """
    check_agreement(seed, replace(TO_THE_END, threads=threads, helped=helped))


@pytest.mark.parametrize("engine", ["cbc", "highs"])
def test_an_engine_that_is_named_works_alone(forced: None, engine: str) -> None:
    """On two threads both streams are the named engine's."""
    case = load_case(ROLL_OUT, edits=WHOLE)
    options = engines.Options(engine=engine, gap=0.002, time_limit_s=45.0, threads=2)
    alone = solve_case(case, options)
    assert {attempt.engine for attempt in alone.attempts} == {engine}
    first = "bought whole" if engine == "highs" else "jobs whole"
    assert {"first plan", first, "whole"} <= {attempt.variant for attempt in alone.attempts}


def test_cbc_without_its_linear_solver_does_not_dive(
    forced: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """CBC that came without CLP finds plans all the same."""
    options = engines.Options(engine="cbc", gap=0.05, time_limit_s=20.0)
    case = load_case(ROLL_OUT, edits=WHOLE)
    dives = [a.variant == "dive" for a in solve_case(case, options).attempts]
    assert any(dives)
    monkeypatch.setattr("solver.engines.cbc.LINEAR_SOLVER", ())
    answer = solve_case(case, options)
    assert answer.plan is not None
    assert not any(a.variant == "dive" for a in answer.attempts)


def test_highs_helps_beside_where_no_engine_is_named(forced: None) -> None:
    """With help, the tree is HiGHS's and the first plan CBC's."""
    options = engines.Options(gap=0.002, time_limit_s=20.0, threads=2, helped=True)
    answer = solve_case(load_case(ROLL_OUT, edits=WHOLE), options)
    by = {attempt.variant: attempt.engine for attempt in answer.attempts}
    assert by["first plan"] == "cbc"
    assert by["bought whole"] == "highs"


@pytest.mark.parametrize("threads", [1, 2])
@pytest.mark.parametrize("engine", ["cbc", "highs"])
@pytest.mark.parametrize("seed", range(3, 60, 11))
def test_the_search_of_large_programs_agrees_with_one_engine(
    forced: None, monkeypatch: pytest.MonkeyPatch, seed: int, engine: str, threads: int
) -> None:
    """A steady program, a dive and a tree over places end with the same optimum or verdict.

    Sensitivity: a bound of a tied or narrowed program told as one of the whole would show here.
    """
    monkeypatch.setattr("solver.search.diving.LARGE", 0)
    check_agreement(seed, replace(TO_THE_END, engine=engine, threads=threads))


@pytest.mark.parametrize("threads", [1, 2])
@pytest.mark.parametrize("seed", range(2, 60, 11))
def test_the_search_of_huge_programs_agrees_with_one_engine(
    forced: None, monkeypatch: pytest.MonkeyPatch, seed: int, threads: int
) -> None:
    """Jobs settled anew from the first plan, in the likeliest pools, end with the same optimum or
    verdict.

    Sensitivity: a relaxation in which jobs are held told as a bound of the whole would show here.
    """
    monkeypatch.setattr("solver.search.diving.LARGE", 0)
    monkeypatch.setattr("solver.search.diving.HUGE", 0)
    check_agreement(seed, replace(TO_THE_END, threads=threads, helped=True))


def test_each_workload_has_likely_pools() -> None:
    """Of the roll-out's pools each workload keeps those that cost least, and every pool where all
    may stay.
    """
    model = build_tight(load_case(ROLL_OUT, edits=WHOLE).instance)
    program = Program.of(model.problem)
    one, all_ = likely_pools(model, program, 1), likely_pools(model, program, 99)
    assert set(one) == set(all_)
    assert all(one[name] <= all_[name] for name in one)
    assert any(len(one[name]) < len(all_[name]) for name in one)


def test_the_same_input_gives_the_same_plan() -> None:
    """On one thread a search that ends by its gap does the same again."""
    case = load_case(ROLL_OUT, edits=WHOLE)
    options = engines.Options(gap=0.05, time_limit_s=60.0)
    one, two = solve_case(case, options), solve_case(case, options)
    assert one.plan is not None
    assert two.plan is not None
    assert one.status is two.status is AnswerStatus.OPTIMAL
    assert replace(one.plan, provenance={}) == replace(two.plan, provenance={})


@pytest.mark.parametrize("threads", [1, 2])
@pytest.mark.parametrize("after_s", [0.2, 1.0, 3.0])
def test_an_interrupt_is_heeded_at_every_stage(after_s: float, threads: int) -> None:
    """Ctrl-C ends the search within seconds, with the best verified plan so far if there is one,
    and no process is left.
    """
    case = load_case(ROLL_OUT, edits=WHOLE)
    asked = threading.Event()
    timer = threading.Timer(after_s, asked.set)
    timer.start()
    began = time.monotonic()
    options = engines.Options(gap=0.0, time_limit_s=120.0, threads=threads)
    answer = solve_case(case, options, interrupted=asked)
    assert time.monotonic() - began < after_s + 20
    assert answer.stop is engines.StopReason.INTERRUPTED
    assert answer.status in (AnswerStatus.FEASIBLE, AnswerStatus.NO_PLAN_FOUND)
    assert answer.plan is None or answer.plan.verification.ok


@pytest.mark.parametrize("threads", [1, 2])
def test_the_time_limit_is_kept(threads: int) -> None:
    """A search has its time and a grace, whatever it is at, and no process is left."""
    case = load_case(ROLL_OUT, edits=WHOLE)
    began = time.monotonic()
    answer = solve_case(case, engines.Options(gap=0.0, time_limit_s=3.0, threads=threads))
    assert time.monotonic() - began < 20
    assert answer.stop is engines.StopReason.TIME_LIMIT
    assert answer.plan is None or answer.plan.verification.ok


@pytest.mark.parametrize("engine", ["cbc", "highs"])
@pytest.mark.parametrize(
    ("fixed", "whole", "cost"), [(None, True, 16.0), (0.0, True, 17.0), (None, False, 15.0)]
)
def test_parts_mean_what_they_say(
    engine: str, fixed: float | None, whole: bool, cost: float
) -> None:
    """Proves that a part written without what it holds fast costs what it should: 16 with both
    free, 17 without a, 15 (= 3 + 2·2.5 + 7) relaxed.
    """
    program = knapsack()
    part = Part.all_of(program)
    if fixed is not None:
        part.lower[0] = part.upper[0] = fixed
    part = replace(part, whole=[whole, whole])
    found = run_part(part, engines.Options(engine=engine, gap=0.0, time_limit_s=10.0))
    assert found.point is not None
    assert program.cost(found.point) == pytest.approx(cost)
    assert found.bound == pytest.approx(cost)


def test_a_part_without_a_point_is_empty() -> None:
    """Too little of b with a held at 0 is infeasible, and says so."""
    program = knapsack()
    part = Part.all_of(program)
    part.upper[0], part.upper[1] = 0.0, 4.0
    found = run_part(part, engines.Options(gap=0.0, time_limit_s=10.0))
    assert found.status is engines.Status.INFEASIBLE


def test_only_checked_points_and_bounds_below_them_are_kept() -> None:
    """A point that breaks a row, or that the caller refuses, is no plan; a bound above a plan is
    no bound.
    """
    program = knapsack()
    kept = Incumbent(program, 0.0, lambda point: point != [1.0, 5.0])
    assert not kept.offer([0.0, 4.0])
    assert not kept.offer([1.0, 5.0])
    assert kept.offer([1.0, 4.0])
    assert not kept.offer([1.0, 4.0])
    kept.raise_bound(15.0)
    assert kept.gap == pytest.approx(3 / 18)
    kept.raise_bound(19.0)
    assert kept.bound is None
    kept.raise_bound(16.0)
    assert kept.offer([1.0, 3.0])
    assert kept.done.is_set()


def test_a_tied_program_is_a_restriction() -> None:
    """Proves that where b follows a the cost is 3a + 2a + 7 with 2a + a >= 4.5: a = 2 is too much
    for a <= 1, so a relaxation has no point; with a <= 10 a plan costs 17, and rows that became the
    same are one.

    Sensitivity: a forgotten cost of b would give 13, a forgotten bound a plan in the first case.
    """
    program = knapsack()
    options = engines.Options(gap=0.0, time_limit_s=10.0)
    tied = program.tied([0, 0])
    assert run_part(Part.all_of(tied), options).status is engines.Status.INFEASIBLE
    twice = Rows.of([*program.rows] * 2)
    wider = replace(program, upper=[10.0, 10.0], rows=twice)
    wider = replace(wider, low=program.low * 2, high=program.high * 2).tied([0, 0])
    found = run_part(Part.all_of(wider), options)
    assert found.point is not None
    assert wider.cost(found.point) == pytest.approx(17.0)
    assert len(wider.rows) == 1


def test_a_narrowed_program_has_less_to_use() -> None:
    """Only limits from above, and only of the rows named, shrink."""
    problem = pulp.LpProblem("limits")
    a = problem.add_variable("a", 0, 10)
    problem.addConstraint(a <= 8)
    problem.addConstraint(a <= 6)
    problem.addConstraint(a >= 1)
    program = Program.of(problem)
    assert program.narrowed([0, 2], 0.5).high == [4.0, 6.0, math.inf]
    assert program.narrowed([0, 2], 0.5).low == program.low


@pytest.mark.parametrize(("cost", "total"), [(9.0, -10.0), (4.0, -11.0), (2.0, -20.0)])
def test_limits_of_an_eased_program_are_exceeded_at_a_cost(cost: float, total: float) -> None:
    """Proves what -5x comes to where x <= 2 and 2x <= 5 may be exceeded by the same s: 2·-5 where s
    is dearer than 5; 3·-5 + 4 where it is worth more up to s = 1 only, from where on the second row
    gives half an x for each; 10·-5 + 15·2 where it is worth it to the end.

    Sensitivity: with an s for each row the second total would be -10.5, for half an s of the first.
    """
    problem = pulp.LpProblem("small")
    x = problem.add_variable("x", 0, 10)
    problem.addConstraint(x <= 2, "first")
    problem.addConstraint(2 * x <= 5, "second")
    problem.setObjective(-5 * x)
    eased = Program.of(problem).eased([[0, 1]], cost)
    found = run_part(Part.all_of(eased), TO_THE_END)
    assert found.point is not None
    assert eased.cost(found.point) == pytest.approx(total)


def test_services_are_steady_within_a_period() -> None:
    """A plan of the steady program is a plan of the program, at the same cost; and columns follow
    one another only within a period.
    """
    case = load_case(ROLL_OUT, edits=WHOLE)
    model = build_tight(case.instance)
    like = steady(model)
    assert any(first != number for number, first in enumerate(like))
    period = [interval.period for interval in case.instance.intervals]
    for number, first in enumerate(like):
        one, other = model.columns[number].index, model.columns[first].index
        if number != first:
            assert one[:-1] == other[:-1]
            assert period[int(one[-1])] == period[int(other[-1])]
    program = Program.of(model.problem)
    tied = program.tied(like)
    found = run_part(Part.all_of(tied), engines.Options(engine="highs", gap=0.1, time_limit_s=30.0))
    assert found.point is not None
    point = [found.point[first] for first in like]
    assert program.broken(point) is None
    assert program.cost(point) == pytest.approx(tied.cost(found.point))


def test_rows_added_up_keep_what_every_row_keeps() -> None:
    """Proves a weighted sum of rows is a relaxation: with a >= 2, b >= 4 at 1 and 3 a unit the
    cheapest costs 2 + 12 = 14; with a/2 + b/2 >= 3 alone a does it all, for 6.

    Sensitivity: were limits not weighted, a + b >= 12 would cost 9 + 3 * 3 = 18, more than 14.
    """
    problem = pulp.LpProblem("rows")
    a, b = problem.add_variable("a", 0, 20), problem.add_variable("b", 0, 20)
    problem.setObjective(a + 3 * b)
    problem.addConstraint(a >= 2)
    problem.addConstraint(a <= 9)
    problem.addConstraint(b >= 4)
    program = Program.of(problem)
    summed = program.summed([0, 1, 0], [0.5, 1.0, 0.5])
    assert list(summed.rows) == [([0, 1], [0.5, 0.5]), ([0], [1.0])]
    assert (summed.low, summed.high) == ([3.0, -math.inf], [math.inf, 9.0])
    options = engines.Options(gap=0.0)
    assert run_part(Part.all_of(program), options).bound == pytest.approx(14.0)
    assert run_part(Part.all_of(summed), options).bound == pytest.approx(6.0)


def test_the_average_of_periods_bounds_the_relaxation() -> None:
    """Fewer rows, and a bound that is below the relaxation's by a few percent at most."""
    model = build_tight(load_case(ROLL_OUT, edits=WHOLE).instance)
    program = Program.of(model.problem)
    summed = program.summed(*average(model))
    assert len(summed.rows) < 0.8 * len(program.rows)
    options = engines.Options(engine="highs", gap=0.0)
    exact = run_part(Part.all_of(program).relaxed(), options).bound
    bound = run_part(Part.all_of(summed).relaxed(), options).bound
    assert exact is not None
    assert bound is not None
    assert 0.9 * exact < bound <= exact * (1 + 1e-9)
