"""The ladder: which engine runs when, and what is believed of its answer.

Belongs here: `solve`, the order of the rungs, the checks a plan has to pass, and what counts as confirmed.
Does not belong here: running an engine (cbc, highs) or the arithmetic of a check (points).
"""

import importlib.metadata
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import pulp

from solver.engines import cbc, highs
from solver.engines.child import Watch, private_folder
from solver.engines.claim import Claim, Job, Model
from solver.engines.outcome import (
    Attempt,
    Options,
    Outcome,
    Progress,
    Status,
    StopReason,
    relative_gap,
)
from solver.engines.points import Point, Variables, broken_row, objective_at, refute, rounded
from solver.engines.ranges import log_ranges

RUN = {cbc.NAME: cbc.run, highs.NAME: highs.run}
PACKAGE = {cbc.NAME: cbc.PACKAGE, highs.NAME: highs.PACKAGE}
LADDERS = {
    cbc.NAME: ((cbc.NAME, ""), (cbc.NAME, cbc.PREPROCESS_OFF), (highs.NAME, "")),
    highs.NAME: ((highs.NAME, ""), (cbc.NAME, cbc.PREPROCESS_OFF)),
}
CONFIRM_S = 5.0
"""What a run that has to confirm "infeasible" or "unbounded" may take at least."""
LEAST_RUN_S = 0.2
"""Less than this is not worth starting an engine for."""
POLISH = "integers fixed"
ARITHMETIC = "arithmetic"
SETTLED = (Status.INFEASIBLE, Status.UNBOUNDED)
"""Answers without a plan that another engine can confirm."""

Accept = Callable[[Mapping[str, float]], bool]


@dataclass(frozen=True)
class Plan:
    """A point that passed every check."""

    point: Point
    objective: float
    bound: float | None
    stop: StopReason


def engine_version(engine: str) -> str:
    """Return the version of an engine as installed. Raises ValueError for an unknown engine.

    >>> engine_version("highs").count(".")
    2
    """
    if engine not in PACKAGE:
        raise ValueError(f"engine must be one of {', '.join(PACKAGE)} (given {engine!r})")
    return importlib.metadata.version(PACKAGE[engine])


def solve(
    problem: pulp.LpProblem,
    options: Options,
    *,
    on_progress: Callable[[Progress], None] | None = None,
    interrupted: threading.Event | None = None,
    accept: Accept | None = None,
    start: Mapping[str, float] | None = None,
) -> Outcome:
    """Find the point of least objective, and say truthfully how far that was achieved.

    The rungs: the chosen engine; after any answer without a plan that passed the checks, CBC with
    its preprocessing off; after that HiGHS, where CBC was chosen. A plan passes when its integers are
    whole within 1e-5, when rounded it keeps every row and bound to 1e-6 (relative), and when `accept`
    says yes to its values. Where only the rounding broke a row, the continuous variables are solved
    for again with the integers fixed.

    Confirmed: a problem is called infeasible (or unbounded) when CBC and HiGHS each said so in at
    least one run and no run returned a plan that passed; or when a single bound or a row without
    variables shows it. The time limit is wall clock for everything, and an engine may overrun it by a
    grace of 1 to 5 s to hand its plan over; but each run that may confirm such an answer gets
    at least 5 s, however little time is left.

    `start` is a whole plan that keeps every row; it is handed to the engines, and it is the answer
    where they find none. `on_progress` is called at most five times a second, from the calling
    thread. Setting `interrupted` stops the search with the best plan so far. The problem itself is
    not changed, and no values are written into it.

    Raises ValueError for a problem that is not to be minimised, has special ordered sets or equal
    names, and for a start that breaks it.
    """
    _check_form(problem)
    climb = _Climb(problem, options, Watch(on_progress, interrupted), accept)
    if words := refute(problem, climb.variables):
        return climb.without_engine(Status.INFEASIBLE, words)
    if not problem.exported_variables():
        return climb.without_engine(Status.OPTIMAL, "no row and no cost has a variable")
    log_ranges(problem)
    begun = None if start is None else climb.check_start(start)
    with private_folder() as folder:
        return climb.up(folder, begun)


def _check_form(problem: pulp.LpProblem) -> None:
    if problem.sense != pulp.LpMinimize:
        raise ValueError("the problem must be one to minimise")
    if problem.has_sos():
        raise ValueError("special ordered sets are not supported")
    names = [row.name for row in problem.constraints()]
    if len(set(names)) < len(names):
        twice = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"two rows are called {twice!r}; names must be unique")


class _Climb:
    """One solve: the runs made so far and the plan found, if any."""

    def __init__(
        self, problem: pulp.LpProblem, options: Options, watch: Watch, accept: Accept | None
    ) -> None:
        self.problem, self.options, self.watch, self.accept = problem, options, watch, accept
        self.variables = Variables.of(problem)
        self.attempts: list[Attempt] = []

    def left_s(self) -> float:
        """Seconds left of the time limit."""
        return self.options.time_limit_s - self.watch.elapsed_s()

    def up(self, folder: Path, start: Point | None) -> Outcome:
        """Climb until a plan passes, an answer is confirmed, or a limit comes."""
        model = Model.write(self.problem, folder)
        for engine, variant in LADDERS[self.options.engine]:
            settling = any(a.status in SETTLED for a in self.attempts)
            budget = max(self.left_s(), CONFIRM_S) if settling else self.left_s()
            if self.watch.stop_wanted() or (self.attempts and budget < LEAST_RUN_S):
                break
            budget = max(budget, LEAST_RUN_S)
            plan = self.rung(folder, model, engine, variant, budget, start)
            if plan is not None:
                return self.outcome(plan)
            if self.attempts[-1].stop is StopReason.INTERRUPTED or self.confirmed():
                break
        if start is not None:
            stop = self.why_no_plan()[1]
            return self.outcome(Plan(start, objective_at(self.problem, start), None, stop))
        status, stop = self.why_no_plan()
        return Outcome(status, stop, attempts=tuple(self.attempts))

    def rung(
        self,
        folder: Path,
        model: Model,
        engine: str,
        variant: str,
        budget_s: float,
        start: Point | None,
    ) -> Plan | None:
        """Make one run and check what it returned."""
        began = time.monotonic()
        place = folder / str(len(self.attempts))
        place.mkdir()
        options = replace(self.options, engine=engine, time_limit_s=budget_s)
        claim = RUN[engine](Job(model, place, options, self.watch, variant, start))
        plan, refusal = self.judge(model, claim)
        polishing: Attempt | None = None
        if plan is None and refusal and claim.column_values is not None:
            pass
        self.attempts.append(self.attempt(options, variant, claim, plan, refusal, began))
        return plan
