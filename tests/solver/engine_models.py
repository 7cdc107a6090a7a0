"""Small problems whose answers are known, and the means to look behind a run.

Belongs here: what the tests of the engines share. Does not belong here: tests.
"""

import random
import subprocess
import tempfile
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pulp
import pytest

from solver.engines import Outcome
from solver.engines.program import Program


def problem_of(
    costs: Sequence[float],
    rows: Sequence[tuple[Sequence[float], str, float]],
    *,
    most: Sequence[float] | float = 9,
    whole: Sequence[bool] | bool = True,
    constant: float = 0.0,
) -> pulp.LpProblem:
    """A problem in variables from 0 to `most`, from its numbers."""
    count = len(costs)
    problem = pulp.LpProblem("test")
    tops = [most] * count if isinstance(most, int | float) else most
    kinds = [whole] * count if isinstance(whole, bool) else whole
    variables = [
        problem.add_variable(f"x_{i:06d}", 0, tops[i], "Integer" if kinds[i] else "Continuous")
        for i in range(count)
    ]
    for number, (factors, sense, limit) in enumerate(rows):
        total = pulp.lpSum(k * v for k, v in zip(factors, variables, strict=True))
        row = {">=": total >= limit, "<=": total <= limit, "==": total == limit}[sense]
        problem.addConstraint(row, f"r_{number:06d}")
    problem.setObjective(
        pulp.lpSum(k * v for k, v in zip(costs, variables, strict=True)) + constant
    )
    return problem


def sites(count: int, jobs: int, seed: int = 0) -> pulp.LpProblem:
    """Which sites to open and which jobs to run where: mixed, feasible, seconds to prove."""
    draw = random.Random(seed)
    problem = pulp.LpProblem("sites")
    opened = [problem.add_variable(f"y_{i:06d}", cat="Binary") for i in range(count)]
    share = [
        [problem.add_variable(f"w_{i * jobs + j:06d}", 0, 1) for j in range(jobs)]
        for i in range(count)
    ]
    load = [draw.randrange(5, 30) for _ in range(jobs)]
    problem.setObjective(
        pulp.lpSum(draw.randrange(200, 600) * y for y in opened)
        + pulp.lpSum(load[j] * draw.random() * 20 * row[j] for row in share for j in range(jobs))
    )
    for j in range(jobs):
        problem.addConstraint(pulp.lpSum(row[j] for row in share) == 1, f"d_{j:06d}")
    for i, (y, row) in enumerate(zip(opened, share, strict=True)):
        used = pulp.lpSum(load[j] * row[j] for j in range(jobs))
        problem.addConstraint(used <= draw.randrange(80, 200) * y, f"c_{i:06d}")
    return problem


def curves(jobs: int, pools: int, periods: int, seed: int) -> pulp.LpProblem:
    """Where jobs run and on how much, when what they get done follows a curve of three tangents and
    what is bought, of eight each and 93 % of them at work, lasts: our own rows, small.
    """
    draw = random.Random(seed)
    problem = pulp.LpProblem("curves")
    units = [
        [problem.add_variable(f"u_{k}_{t}", 0, 30, "Integer") for t in range(periods)]
        for k in range(pools)
    ]
    prices = [draw.randint(5, 20) for _ in range(pools)]
    problem.setObjective(
        pulp.lpSum((prices[k] - t) * units[k][t] for k in range(pools) for t in range(periods))
    )
    used: dict[tuple[int, int], list[Any]] = defaultdict(list)
    for j in range(jobs):
        work, everything = draw.choice([500, 800, 1110]), []
        chosen = [problem.add_variable(f"c_{j}_{k}", cat="Binary") for k in range(pools)]
        problem.addConstraint(pulp.lpSum(chosen) == 1)
        for k in range(pools):
            here = []
            for t in range(periods):
                most, least = draw.choice([5, 8, 20]), draw.choice([1, 2, 4])
                first = draw.uniform(20, 250)
                runs = problem.add_variable(f"r_{j}_{k}_{t}", cat="Binary")
                held = problem.add_variable(f"h_{j}_{k}_{t}", 0, most, "Integer")
                done = problem.add_variable(f"d_{j}_{k}_{t}", 0, work)
                problem.addConstraint(runs <= chosen[k])
                problem.addConstraint(held <= most * runs)
                problem.addConstraint(held >= least * runs)
                for slope, from_zero in ((1.0, 0.0), (0.8, 0.6), (0.6, 1.8)):
                    problem.addConstraint(done <= first * (slope * held + from_zero * runs))
                problem.addConstraint(done <= work * runs)
                used[k, t].append(held)
                here.append(done)
            problem.addConstraint(pulp.lpSum(here) <= work * chosen[k])
            everything += here
        problem.addConstraint(pulp.lpSum(everything) >= work)
    for (k, t), held in used.items():
        problem.addConstraint(8 * pulp.lpSum(held) <= 7.448 * pulp.lpSum(units[k][: t + 1]))
    return problem


def market_split(rows: int, count: int, *, slack: bool, seed: int = 0) -> pulp.LpProblem:
    """Halve several weights at once: minutes to prove; without slack, minutes to find a plan."""
    draw = random.Random(seed)
    problem = pulp.LpProblem("split")
    taken = [problem.add_variable(f"x_{i:06d}", cat="Binary") for i in range(count)]
    off = []
    for i in range(rows):
        weights = [draw.randrange(100) for _ in range(count)]
        total = pulp.lpSum(k * x for k, x in zip(weights, taken, strict=True))
        if slack:
            over, under = (problem.add_variable(f"s_{i:06d}_{side}", 0) for side in "ou")
            off += [over, under]
            total += over - under
        problem.addConstraint(total == sum(weights) // 2, f"r_{i:06d}")
    problem.setObjective(pulp.lpSum(off) + 100 if slack else pulp.lpSum(taken))
    return problem


def holds(problem: pulp.LpProblem, values: dict[str, float]) -> bool:
    """Whether values keep every row and bound to 1e-6 relative, and integers are whole."""
    for variable in problem.variables():
        value = values[variable.name]
        if not variable.lowBound - 1e-6 <= value <= variable.upBound + 1e-6:
            return False
        if variable.cat == pulp.LpInteger and value != round(value):
            return False
    for row in problem.constraints():
        excess = row.constant + sum(k * values[v.name] for v, k in row.items())
        signed = {-1: excess, 1: -excess, 0: abs(excess)}[row.sense]
        if signed > 1e-6 * max(1.0, abs(row.constant)):
            return False
    return True


def rungs(outcome: Outcome) -> list[tuple[str, str]]:
    """The runs that were made."""
    return [(attempt.engine, attempt.variant) for attempt in outcome.attempts]


class Traces:
    """The processes that were started and the folders that were made for them."""

    def __init__(self) -> None:
        self.processes: list[subprocess.Popen[bytes]] = []
        self.folder = Path()

    def assert_nothing_left(self, least: int = 1) -> None:
        """Every process is dead and reaped, every folder gone."""
        assert len(self.processes) >= least
        assert all(process.returncode is not None for process in self.processes)
        assert list(self.folder.iterdir()) == []


@contextmanager
def traced(monkeypatch: pytest.MonkeyPatch, folder: Path) -> Iterator[Traces]:
    """Record processes; private folders are made in `folder`, whose name has a space."""
    traces = Traces()
    traces.folder = folder / "with a space"
    traces.folder.mkdir()

    class Recorded(subprocess.Popen):  # type: ignore[type-arg]
        def __init__(self, *args: Any, **kwargs: Any) -> None:
            super().__init__(*args, **kwargs)
            traces.processes.append(self)

    with monkeypatch.context() as patch:
        patch.setattr(subprocess, "Popen", Recorded)
        patch.setattr(tempfile, "tempdir", str(traces.folder))
        yield traces


def knapsack() -> Program:
    """Minimise 3a + 2b + 7 where 2a + b >= 4.5, a <= 1, both whole: 1 and 3, cost 16."""
    problem = pulp.LpProblem("small")
    a = problem.add_variable("a", 0, 1, "Integer")
    b = problem.add_variable("b", 0, 10, "Integer")
    problem.addConstraint(2 * a + b >= 4.5, "need")
    problem.setObjective(3 * a + 2 * b + 7)
    return Program.of(problem)
