"""Branching for a bound: it ends at the optimum, is never above it on the way, and can be stopped.

The programs are small, so that an engine knows the truth.
"""

import json
import math
import subprocess
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from random import Random

import pulp
import pytest

from solver.engines import Options, Status
from solver.engines.branch import Branched, branch
from solver.engines.child import package_command
from solver.engines.parts import run_part
from solver.engines.program import Part, Program
from solver.formulation import Model, build_tight
from solver.search.branching import groups, stages
from tests.fuzz.generate import problem_of_seed
from tests.fuzz.referee import case_of
from tests.solver.test_search import children

TO_THE_END = Options(gap=0.0, time_limit_s=60.0)
NEAR = 1e-6
Groups = list[list[int]]


@pytest.fixture(autouse=True)
def nothing_left_running() -> Iterator[None]:
    """Every process that a test's branching started is gone at its end."""
    before = children()
    yield
    assert not children() - before


def branched(model: Model) -> tuple[Branched, list[float]]:
    """Branch a model, and what was heard on the way."""
    part = Part.all_of(Program.of(model.problem))
    heard: list[float] = []
    found = branch(part, groups(model), stages(model), TO_THE_END, on_bound=heard.append)
    return found, heard


def truth(model: Model) -> float | None:
    """What CBC says the part with only jobs' choices and holdings whole costs."""
    program = Program.of(model.problem)
    whole = [False] * len(program.whole)
    for column in (c for columns in (*groups(model), *stages(model)) for c in columns):
        whole[column] = True
    found = run_part(replace(Part.all_of(program), whole=whole), TO_THE_END)
    if found.status is Status.INFEASIBLE:
        return None
    assert found.status is Status.OPTIMAL
    assert found.point is not None
    return program.cost(found.point)


@pytest.mark.parametrize("seed", range(1, 80, 3))
def test_branching_ends_at_the_optimum(seed: int) -> None:
    """Branched to the end, the bound is what CBC finds, and no bound on the way was above it.

    Sensitivity: a child that was forgotten, or closed without proof, would lift a bound above.
    """
    model = build_tight(case_of(problem_of_seed(seed)).instance)
    best = truth(model)
    found, heard = branched(model)
    assert found.ended
    if best is None:
        assert found.bound == math.inf
        return
    slack = NEAR * max(1.0, abs(best))
    assert found.bound == pytest.approx(best, abs=slack)
    assert all(bound <= best + slack for bound in heard)
    assert heard == sorted(heard)
    assert found.point is not None
    program = Program.of(model.problem)
    assert program.broken(found.point) is None
    assert program.cost(found.point) >= best - slack


def plant(seed: int, jobs: int, pools: int, times: int) -> tuple[Program, Groups, Groups]:
    """A random program of jobs that run in one pool each, hold whole units while they run, and
    share what is bought there; its groups and stages.
    """
    draw = Random(seed)
    problem = pulp.LpProblem("plant")
    bought = [problem.add_variable(f"q{k}", 0, 60) for k in range(pools)]
    cost = pulp.lpSum(draw.uniform(5, 9) * bought[k] for k in range(pools))
    use: dict[tuple[int, int], list[pulp.LpVariable]] = {}
    chosen, running, held = [], [], []
    for j in range(jobs):
        ran = [problem.add_variable(f"x{j}_{k}", 0, 1, "Integer") for k in range(pools)]
        problem.addConstraint(pulp.lpSum(ran) == 1, f"one{j}")
        chosen.append([x.id for x in ran])
        work = draw.uniform(3, 10) * times
        for k in range(pools):
            least, speed = draw.randint(2, 6), draw.uniform(0.7, 1.5)
            done = []
            for t in range(times):
                y = problem.add_variable(f"y{j}_{k}_{t}", 0, 1, "Integer")
                n = problem.add_variable(f"n{j}_{k}_{t}", 0, 15, "Integer")
                problem.addConstraint(y - ran[k] <= 0, f"at{j}_{k}_{t}")
                problem.addConstraint(n - least * y >= 0, f"least{j}_{k}_{t}")
                problem.addConstraint(n - 15 * y <= 0, f"most{j}_{k}_{t}")
                cost += draw.uniform(0.1, 1.0) * n
                done.append(speed * n + 0.5 * y)
                use.setdefault((k, t), []).append(n)
                running.append(y.id)
                held.append(n.id)
            problem.addConstraint(pulp.lpSum(done) - work * ran[k] >= 0, f"work{j}_{k}")
    for (k, t), units in use.items():
        problem.addConstraint(pulp.lpSum(units) - bought[k] <= draw.uniform(0, 3), f"room{k}_{t}")
    problem.setObjective(cost)
    return Program.of(problem), chosen, [running, held]


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("size", [(2, 3, 3), (3, 2, 2), (4, 2, 1)])
def test_branching_deep_ends_at_the_optimum(seed: int, size: tuple[int, int, int]) -> None:
    """As above, on programs that take hundreds of nodes; a cutoff changes nothing below it."""
    program, chosen, whole = plant(seed, *size)
    part, heard = Part.all_of(program), list[float]()
    told = run_part(part, TO_THE_END)
    assert told.status is Status.OPTIMAL
    assert told.point is not None
    best = program.cost(told.point)
    found = branch(part, chosen, whole, TO_THE_END, on_bound=heard.append)
    assert found.ended
    assert found.bound == pytest.approx(best, rel=NEAR)
    assert all(bound <= best * (1 + NEAR) for bound in heard)
    assert found.point is not None
    assert program.broken(found.point) is None
    for cutoff in (best * 0.97, best * 1.02):
        cut = branch(part, chosen, whole, TO_THE_END, cutoff=lambda cost=cutoff: cost)  # type: ignore[misc]
        assert cut.bound == pytest.approx(min(best, cutoff), rel=NEAR)


def _two_pools() -> Program:
    """A job of 3 in one of two pools, whole units: 2 each in a, or 3.1 each in b after 2 at once.

    Minimise 5a + 4b + 10·(b used), a <= 4x, b <= 4y, x + y = 1, 2a + 3.1b >= 5: a = 3 costs 15;
    b = 2 costs 18. Relaxed, the least is 12.5 (a = 2.5).
    """
    problem = pulp.LpProblem("pools")
    a, b = (problem.add_variable(name, 0, 4, "Integer") for name in "ab")
    x, y = (problem.add_variable(name, 0, 1, "Integer") for name in "xy")
    problem.addConstraint(x + y == 1, "one")
    problem.addConstraint(a - 4 * x <= 0, "in_a")
    problem.addConstraint(b - 4 * y <= 0, "in_b")
    problem.addConstraint(2 * a + 3.1 * b >= 5, "work")
    problem.setObjective(5 * a + 4 * b + 10 * y)
    return Program.of(problem)


def test_a_bound_by_hand() -> None:
    """Proves that with only pools whole the bound is 12.5, and with units whole it is 15."""
    part = Part.all_of(_two_pools())
    assert branch(part, [[2, 3]], [], TO_THE_END).bound == pytest.approx(12.5)
    found = branch(part, [[2, 3]], [[0, 1]], TO_THE_END)
    assert found.bound == pytest.approx(15.0)
    assert found.point == pytest.approx([3.0, 0.0, 1.0, 0.0])


def test_a_choice_that_is_made_is_no_choice() -> None:
    """Proves that a group of which one is held at 1 is left alone: 18 in b."""
    part = Part.all_of(_two_pools())
    part.lower[3] = 1.0
    assert branch(part, [[2, 3]], [[0, 1]], TO_THE_END).bound == pytest.approx(18.0)


def test_nothing_is_proven_beyond_the_cutoff() -> None:
    """Proves that a bound stops at the cutoff, 14, though 15 could be proven."""
    part = Part.all_of(_two_pools())
    found = branch(part, [[2, 3]], [[0, 1]], TO_THE_END, cutoff=lambda: 14.0)
    assert found.ended
    assert found.bound == pytest.approx(14.0)


def test_what_has_no_point_has_an_endless_bound() -> None:
    """Proves that no unit allowed leaves no point, and that this is said."""
    part = Part.all_of(_two_pools())
    part.upper[0] = part.upper[1] = 1.0
    found = branch(part, [[2, 3]], [[0, 1]], TO_THE_END)
    assert found.ended
    assert found.bound == math.inf
    assert found.point is None


def test_groups_and_stages_must_be_what_they_are_said_to_be() -> None:
    """A group without the row that makes one of it be 1 would cut off plans: it is refused."""
    part = Part.all_of(_two_pools())
    with pytest.raises(ValueError, match="no row makes exactly one"):
        branch(part, [[0, 1]], [], TO_THE_END)
    part.upper[0] = math.inf
    with pytest.raises(ValueError, match="column 0 is not whole, or not bounded"):
        branch(part, [[2, 3]], [[0]], TO_THE_END)


def test_the_same_nodes_give_the_same_bound() -> None:
    """A limit in nodes ends the tree at the same bound every time, however long it took."""
    program, chosen, whole = plant(1, 6, 3, 4)
    part = Part.all_of(program)
    one, two = (branch(part, chosen, whole, TO_THE_END, nodes=20) for _ in range(2))
    assert not one.ended
    assert (one.bound, one.nodes) == (two.bound, two.nodes)


def test_an_interrupt_ends_it_with_the_bound_so_far() -> None:
    """Once asked to stop, the process is gone in a moment, and what it proved is kept."""
    program, chosen, whole = plant(2, 10, 6, 8)
    asked, began = threading.Event(), time.monotonic()

    def stop(_: float) -> None:
        asked.set()

    part = Part.all_of(program)
    found = branch(part, chosen, whole, TO_THE_END, interrupted=asked, on_bound=stop)
    assert time.monotonic() - began < 20
    assert found.bound is not None
    assert not found.ended


@pytest.mark.parametrize("limit_s", [0.001, 1.5])
def test_the_time_limit_ends_it(limit_s: float) -> None:
    """Time that is over leaves the bound so far, if any, and no error."""
    program, chosen, whole = plant(2, 10, 6, 8)
    began = time.monotonic()
    found = branch(Part.all_of(program), chosen, whole, Options(time_limit_s=limit_s))
    assert time.monotonic() - began < 20
    assert not found.ended
    assert (found.bound is None) == (limit_s < 1)


def test_the_process_ends_with_its_input(tmp_path: Path) -> None:
    """A process whose starter is gone, so that its input ends, ends too."""
    Part.all_of(_two_pools()).write(tmp_path / "part.mps")
    job = {"model": "part.mps", "time_limit_s": 60, "nodes": 1, "groups": [], "stages": []}
    (tmp_path / "job.json").write_text(json.dumps(job))
    process = subprocess.Popen(
        package_command("branching"),
        cwd=tmp_path,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
    )
    assert process.wait(20) in (0, 3)
