"""Dives: columns are made whole a few at a time, and some of them settled anew in the end."""

import itertools
import math
from dataclasses import asdict
from pathlib import Path
from random import Random

import pulp
import pytest

from solver import engines
from solver.engines import cbc
from solver.engines.dive import Rounding, dive
from solver.engines.diving.anew import Effort, anew
from solver.engines.diving.clp import Clp
from solver.engines.diving.dive import Dive
from solver.engines.diving.highs import Highs
from solver.engines.diving.linear import Linear
from solver.engines.program import Part, Program
from tests.solver.engine_models import knapsack

both = pytest.mark.parametrize("engine", ["cbc", "highs"])


def _opened(engine: str, path: Path) -> Linear:
    """A model in an engine's linear solver."""
    if engine == "highs":
        return Highs(str(path), 10.0)
    return Clp(str(cbc.linear_solver()), str(path), 10.0)


@both
def test_a_linear_program_is_solved_again_with_other_bounds(engine: str, tmp_path: Path) -> None:
    """Proves on 3a + 2b + 7 where 2a + b >= 4.5 and a <= 1 that the least is 15 with a at 1, 15.25
    with b at least 3, and 16 without a, where the reduced cost of a is 3 - 2·2 = -1; that there is
    none where both are too small, and none below 15.5 without a; and that the first basis leads
    back without an iteration.
    """
    Part.all_of(knapsack()).relaxed().write(tmp_path / "small.mps")
    linear = _opened(engine, tmp_path / "small.mps")
    assert linear.bounds()[0] == (0.0, 1.0)
    assert linear.solve() == pytest.approx(15.0)
    assert linear.values()[:2] == pytest.approx([1.0, 2.5])
    first = linear.basis()
    linear.bound(1, 3.0, 10.0)
    assert linear.solve() == pytest.approx(3 * 0.75 + 6 + 7)
    linear.bound(1, 0.0, 10.0)
    linear.bound(0, 0.0, 0.0)
    assert linear.solve() == pytest.approx(16.0)
    assert linear.reduced()[0] == pytest.approx(-1.0)
    linear.bound(1, 0.0, 4.0)
    assert linear.solve() is None
    linear.bound(0, 0.0, 1.0)
    linear.bound(1, 0.0, 10.0)
    linear.start_from(first)
    assert linear.solve(most=0) == pytest.approx(15.0)
    linear.bound(0, 0.0, 0.0)
    assert linear.solve(above=15.5) is None
    assert linear.solve() == pytest.approx(16.0)


def test_cbc_without_its_linear_solver_is_told_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    """Proves that only a library that is there is named."""
    found = cbc.linear_solver()
    assert found is not None
    assert found.is_file()
    monkeypatch.setattr(cbc, "LINEAR_SOLVER", ("no library",))
    assert cbc.linear_solver() is None


@both
def test_a_dive_ends_in_a_point_or_in_nothing(engine: str) -> None:
    """Proves that a dive's bound is the relaxation's, 15, and its point whole and within the rows:
    rounding b up from 2.5 gives the cheapest plan, 16. Where no rounding is possible there is none.
    """
    program = knapsack()
    options = engines.Options(engine, gap=0.0, time_limit_s=10.0)
    dived = dive(Part.all_of(program), [Rounding([0, 1])], options)
    assert dived.bound == pytest.approx(15.0)
    assert dived.point == dived.near == pytest.approx([1.0, 3.0])
    assert program.broken(dived.point or []) is None
    part = Part.all_of(program)
    part.upper[0], part.upper[1] = 0.0, 4.6
    stuck = dive(part, [Rounding([0, 1])], options)
    assert stuck.point is None
    assert stuck.near == pytest.approx([0.0, 4.5])


def _choice(weights: tuple[float, float]) -> tuple[Program, Rounding]:
    """Two jobs that choose a or b each; one unit of a holds both in part, at 1 in all, but a whole
    job costs 3 there and 2 in b; only one may be in b.
    """
    problem = pulp.LpProblem("places")
    x = [[problem.add_variable(f"x{j}{k}", 0, 1, "Integer") for k in "ab"] for j in "01"]
    dear = problem.add_variable("dear", 0, None)
    for pair in x:
        problem.addConstraint(pair[0] + pair[1] == 1)
    problem.addConstraint(x[0][1] + x[1][1] <= 1)
    problem.addConstraint(dear >= 6 * x[0][0] - 2)
    problem.addConstraint(dear >= 5 * x[1][0] - 2)
    problem.setObjective(dear + x[0][1] + x[1][1])
    program = Program.of(problem)
    columns = [0, 1, 2, 3]
    groups, weight = [0, 0, 1, 1], [weights[0]] * 2 + [weights[1]] * 2
    return program, Rounding(columns, rule="one", groups=groups, weights=weight)


@both
@pytest.mark.parametrize("weights", [(1.0, 2.0), (2.0, 1.0)])
def test_a_dive_tries_the_columns_of_a_choice(engine: str, weights: tuple[float, float]) -> None:
    """Proves that each group gets one column, the weightiest group the one that costs least by
    trial: with job 0 in b and job 1 in a 3 + 1 = 4; the other way round 4 + 1 = 5; both in a 4.

    Sensitivity: taking what the relaxation has most of could leave both jobs in b, which has no
    room.
    """
    program, rounding = _choice(weights)
    options = engines.Options(engine, gap=0.0, time_limit_s=10.0)
    point = dive(Part.all_of(program), [rounding], options).point
    assert point is not None
    assert program.broken(point) is None
    assert program.cost(point) == pytest.approx(4.0)


@both
def test_a_dive_orders_or_not_as_costs_less(engine: str) -> None:
    """Proves that an order of at least 8 units at 1, of which 3 are needed, is not made where 3
    units cost 2 each elsewhere: 6 instead of 8. In parts the order would cost 3.

    Sensitivity: rounding the order up would cost 8.
    """
    problem = pulp.LpProblem("order")
    order = problem.add_variable("order", 0, 1, "Integer")
    few = problem.add_variable("few", 0, 20, "Integer")
    elsewhere = problem.add_variable("elsewhere", 0, 20, "Integer")
    problem.addConstraint(few + elsewhere >= 3)
    problem.addConstraint(few - 8 * order >= 0)
    problem.addConstraint(few - 20 * order <= 0)
    problem.setObjective(few + 2 * elsewhere)
    program = Program.of(problem)
    options = engines.Options(engine, gap=0.0, time_limit_s=10.0)
    dived = dive(Part.all_of(program), [Rounding([0], rule="order"), Rounding([1, 2])], options)
    assert dived.bound == pytest.approx(3.0)
    assert dived.point == pytest.approx([0.0, 0.0, 3.0])


def _assignment(costs: list[list[float]], over: float) -> tuple[Program, Rounding]:
    """Each job in one place at its cost, and ``over`` for each job too many in a place of one."""
    problem = pulp.LpProblem("assignment")
    places = range(len(costs[0]))
    x = [
        [problem.add_variable(f"x{j}_{k}", 0, 1, "Integer") for k in places]
        for j in range(len(costs))
    ]
    many = [problem.add_variable(f"many{k}", 0, None) for k in places]
    for job in x:
        problem.addConstraint(pulp.lpSum(job) == 1)
    for k in places:
        problem.addConstraint(many[k] >= pulp.lpSum(job[k] for job in x) - 1)
    terms = [
        c * v for row, job in zip(costs, x, strict=True) for c, v in zip(row, job, strict=True)
    ]
    problem.setObjective(pulp.lpSum(terms) + over * pulp.lpSum(many))
    program = Program.of(problem)
    columns = list(range(len(costs) * len(places)))
    groups = [column // len(places) for column in columns]
    return program, Rounding(columns, rule="one", groups=groups, weights=[1.0] * len(columns))


def _settled_anew(
    engine: str, costs: list[list[float]], over: float, start: list[int], tries: int, folder: Path
) -> float:
    """What jobs cost after settling anew from the places where they start."""
    program, rounding = _assignment(costs, over)
    Part.all_of(program).relaxed().write(folder / "assignment.mps")
    linear = _opened(engine, folder / "assignment.mps")
    relaxed = linear.solve()
    assert relaxed is not None
    found, width = Dive(linear, relaxed, linear.bounds()), len(costs[0])
    for job, place in enumerate(start):
        found.bound(job * width + place, 1.0, 1.0)
    cost = linear.solve()
    assert cost is not None
    found.arrive(cost)
    stage = asdict(rounding)
    together = [[job * width + k for k in range(width)] for job in range(len(costs))]
    anew(found, [stage], together, Effort(rounds=9, tries=tries, seconds=math.inf))
    assert all(found.values[c] == pytest.approx(round(found.values[c])) for c in rounding.columns)
    assert found.cost <= cost
    return found.cost


@both
def test_one_choice_after_the_other_is_settled_anew(engine: str, tmp_path: Path) -> None:
    """Proves that two jobs in one place, at 1 + 1 and 10 for one too many, end in two, at 1 + 2:
    the first that may move goes where it costs 3, then the other has no reason to.

    Sensitivity: settling anew only what costs most by itself would leave 12.
    """
    assert _settled_anew(engine, [[1, 4], [1, 2]], 10, [0, 0], 0, tmp_path) == pytest.approx(5.0)
    assert _settled_anew(engine, [[1, 2], [1, 4]], 10, [0, 0], 0, tmp_path) == pytest.approx(3.0)


@both
def test_choices_that_block_each_other_are_settled_anew_together(
    engine: str, tmp_path: Path
) -> None:
    """Proves that two jobs in each other's place, 3 + 3, change places, 1 + 1, only together: one
    alone would pay 10 for the crowd.
    """
    assert _settled_anew(engine, [[1, 3], [3, 1]], 10, [1, 0], 0, tmp_path) == pytest.approx(6.0)
    assert _settled_anew(engine, [[1, 3], [3, 1]], 10, [1, 0], 4, tmp_path) == pytest.approx(2.0)


@both
@pytest.mark.parametrize("seed", range(6))
def test_what_is_settled_anew_is_whole_and_no_dearer(
    engine: str, seed: int, tmp_path: Path
) -> None:
    """Random jobs end whole, no dearer than where they started, and never below the least total of
    all assignments; with many tries they reach it.
    """
    random = Random(seed)
    costs = [[random.randint(1, 20) for _ in range(3)] for _ in range(4)]
    ways = itertools.product(range(3), repeat=4)
    least = min(
        sum(costs[j][k] for j, k in enumerate(way)) + 7 * sum(way.count(k) - 1 for k in set(way))
        for way in ways
    )
    start = [random.randrange(3) for _ in range(4)]
    assert _settled_anew(engine, costs, 7, start, 0, tmp_path) >= least - 1e-6
    assert _settled_anew(engine, costs, 7, start, 40, tmp_path) == pytest.approx(least)
