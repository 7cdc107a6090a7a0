"""The ladder: which engine runs when, and what their answers make together.

Belongs here: `solve`, the order of the rungs, and what counts as confirmed. Does not belong here:
running an engine (cbc, highs) or whether a single answer is believed (judge).
"""

import importlib.metadata
import logging
import math
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

import pulp

from solver.engines import cbc, highs
from solver.engines.child import Watch, private_folder
from solver.engines.claim import Claim, Job, Model
from solver.engines.judge import Accept, Judge, Plan, Refusal
from solver.engines.outcome import (
    Attempt,
    Options,
    Outcome,
    Progress,
    Status,
    StopReason,
    relative_gap,
)
from solver.engines.points import Point, Variables, check_unique, refute
from solver.engines.ranges import log_ranges

RUN = {cbc.NAME: cbc.run, highs.NAME: highs.run}
PACKAGE = {cbc.NAME: cbc.PACKAGE, highs.NAME: highs.PACKAGE}
LADDERS = {
    cbc.NAME: ((cbc.NAME, ""), (cbc.NAME, cbc.PREPROCESS_OFF), (highs.NAME, "")),
    highs.NAME: ((highs.NAME, ""), (cbc.NAME, cbc.PREPROCESS_OFF), (cbc.NAME, "")),
}
CONFIRM_S = 5.0
"""What a run that has to confirm "infeasible" or "unbounded" may take at least."""
CONFIRM_FRACTION = 0.1
"""What such a run may take of the time limit where another follows: CBC without preprocessing can
search for long where the next engine sees at once that there is nothing to find."""
LEAST_RUN_S = 0.2
"""Less than this is not worth starting an engine for."""
POLISH = "integers fixed"
ARITHMETIC = "arithmetic"
SETTLED = (Status.INFEASIBLE, Status.UNBOUNDED)
"""Answers without a plan that another engine can confirm."""

log = logging.getLogger(__name__)


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
    its preprocessing off; after that HiGHS, or CBC as it is where HiGHS was chosen. A plan passes
    when its integers are whole within 1e-5, when rounded it keeps every row and bound to 1e-6
    (relative), when the engine's bound does not lie above it, and when `accept` says yes to its
    values. Where only rows are broken, the continuous variables are solved for again with the
    integers fixed.

    Confirmed: a problem is called infeasible (or unbounded) when CBC and HiGHS each said so in at
    least one run and no run returned a plan that passed; or when a single bound or a row without
    variables shows it. The time limit is wall clock for everything, and an engine may overrun it
    by a grace of 1 to 5 s to hand its plan over; but each run that may confirm such an answer
    gets at least 5 s, however little time is left.

    `start` is a whole plan that keeps every row; it is handed to the engines, and it is the answer
    where they find none. `on_progress` is called at most five times a second, from the calling
    thread. Setting `interrupted` stops the search with the best plan so far. The problem itself is
    not changed, and no values are written into it.

    Raises ValueError for a problem that is not to be minimised, has special ordered sets or equal
    names, and for a start that breaks it.
    """
    _check_form(problem)
    climb = _Climb(problem, options, Watch(on_progress, interrupted), accept)
    if words := refute(problem, climb.judge.variables):
        return climb.by_arithmetic(Status.INFEASIBLE, words)
    if not problem.exported_variables():
        return climb.by_arithmetic(Status.OPTIMAL, "no row and no cost has a variable")
    log_ranges(problem)
    begun = None if start is None else climb.judge.check_start(start)
    with private_folder() as folder:
        return climb.up(folder, begun)


def why_no_start(
    problem: pulp.LpProblem, start: Mapping[str, float], accept: Accept | None = None
) -> str | None:
    """Why `solve` would not take these values to start from; None where it would."""
    judge = Judge(problem, Variables.of(problem), accept, 0.0)
    try:
        judge.check_start(start)
    except ValueError as error:
        return str(error)
    return None


def _check_form(problem: pulp.LpProblem) -> None:
    if problem.sense != pulp.LpMinimize:
        raise ValueError("the problem must be one to minimise")
    if problem.has_sos():
        raise ValueError("special ordered sets are not supported")
    check_unique([row.name for row in problem.constraints()], "rows")


class _Climb:
    """One solve: the runs made so far, and what became of them."""

    def __init__(
        self, problem: pulp.LpProblem, options: Options, watch: Watch, accept: Accept | None
    ) -> None:
        self.problem, self.options, self.watch = problem, options, watch
        self.judge = Judge(problem, Variables.of(problem), accept, options.gap)
        self.attempts: list[Attempt] = []

    def left_s(self) -> float:
        """Seconds left of the time limit."""
        return self.options.time_limit_s - self.watch.elapsed_s()

    def up(self, folder: Path, start: Point | None) -> Outcome:
        """Climb until a plan passes, an answer is confirmed, or a limit comes."""
        model = Model.write(self.problem, folder)
        for engine, variant in LADDERS[self.options.engine]:
            budget_s = self.budget_s()
            if self.watch.stop_wanted() or (self.attempts and budget_s < LEAST_RUN_S):
                break
            place = folder / str(len(self.attempts))
            place.mkdir()
            options = replace(self.options, engine=engine, time_limit_s=max(budget_s, LEAST_RUN_S))
            plan = self.rung(Job(model, place, options, self.watch, variant, start))
            if plan is not None:
                return self.outcome(plan, start)
            if self.attempts[-1].stop is StopReason.INTERRUPTED or self.confirmed():
                break
        return self.without_plan(start)

    def budget_s(self) -> float:
        """Seconds for the next run; more than are left where it has something to confirm."""
        if not any(attempt.status in SETTLED for attempt in self.attempts):
            return self.left_s()
        last = len(self.attempts) >= len(LADDERS[self.options.engine]) - 1
        most = math.inf if last else CONFIRM_FRACTION * self.options.time_limit_s
        return max(CONFIRM_S, min(self.left_s(), most))

    def rung(self, job: Job) -> Plan | None:
        """Make one run and check the plan it returns."""
        began = time.monotonic()
        claim = RUN[job.options.engine](job)
        verdict = self.judge.check(job.model, claim)
        self.record(job.options.engine, job.variant, job.options, claim, verdict, began)
        if isinstance(verdict, Refusal) and verdict.rounded is not None:
            return self.polish(job, claim, verdict.rounded)
        return verdict if isinstance(verdict, Plan) else None

    def polish(self, job: Job, claim: Claim, point: Point) -> Plan | None:
        """Solve for the continuous variables with the integers fixed: rounding moved them.

        The bound stays that of the first run; the plan is checked like any other.
        """
        began = time.monotonic()
        rest = self.problem.copy()
        for variable, value, whole in zip(
            rest.variables(), point, self.judge.variables.whole, strict=True
        ):
            if whole:
                variable.lowBound = variable.upBound = value
        place = job.folder / "polish"
        place.mkdir()
        options = replace(
            self.options, engine=highs.NAME, time_limit_s=min(max(self.left_s(), 1.0), CONFIRM_S)
        )
        model = Model.write(rest, job.folder, relaxed=True)
        # Not interrupted: it is what makes a plan of the best that an interrupted run has found.
        again = Job(model, place, options, Watch(started=self.watch.started), POLISH)
        polished = replace(highs.run(again), stop=claim.stop, bound=claim.bound)
        if polished.status in SETTLED:  # of these integers: it says nothing of the problem
            polished = replace(polished, status=Status.ERROR, stop=StopReason.REFUSED)
        verdict = self.judge.check(model, polished)
        self.record(highs.NAME, POLISH, options, polished, verdict, began)
        return verdict if isinstance(verdict, Plan) else None

    def record(
        self,
        engine: str,
        variant: str,
        options: Options,
        claim: Claim,
        verdict: Plan | Refusal | None,
        began: float,
    ) -> None:
        """Keep what a run was worth."""
        status, stop, message = claim.status, claim.stop, claim.message
        if isinstance(verdict, Refusal):
            status, stop = Status.ERROR, StopReason.REFUSED
            message = f"refused: {verdict.words}; the engine said: {message}"
        plan = verdict if isinstance(verdict, Plan) else None
        attempt = Attempt(
            engine=engine,
            engine_version=engine_version(engine) if engine in PACKAGE else "",
            variant=variant,
            options=options,
            status=self.judge.status(plan) if plan else status,
            stop=stop,
            seconds=time.monotonic() - began,
            message=message,
            objective=plan.objective if plan else None,
            bound=plan.bound if plan else claim.bound,
        )
        log.info("%s", attempt)
        self.attempts.append(attempt)

    def outcome(self, plan: Plan, start: Point | None) -> Outcome:
        """The answer with a plan: the engine's, or the start where that is the cheaper one."""
        begun = None if start is None else self.judge.plan_at(start, plan.bound, plan.stop)
        if begun is not None and begun.objective < plan.objective:
            plan = begun
        return Outcome(
            status=self.judge.status(plan),
            stop=plan.stop,
            objective=plan.objective,
            bound=plan.bound,
            gap=None if plan.bound is None else relative_gap(plan.objective, plan.bound),
            values=self.judge.values(plan.point),
            attempts=tuple(self.attempts),
        )

    def confirmed(self) -> Status | None:
        """The answer without a plan that both engines gave, each in at least one run."""
        for status in SETTLED:
            if {a.engine for a in self.attempts if a.status is status} == set(RUN):
                return status
        return None

    def without_plan(self, start: Point | None) -> Outcome:
        """The answer where no engine returned a plan that passed."""
        status, stop = self.why()
        if start is not None:
            if status is not Status.NO_PLAN:
                stop = StopReason.DISAGREEMENT
            return self.outcome(self.judge.plan_at(start, None, stop), None)
        return Outcome(status, stop, attempts=tuple(self.attempts))

    def why(self) -> tuple[Status, StopReason]:
        """Status and reason of a climb that found no plan."""
        if status := self.confirmed():
            return status, StopReason.PROVEN
        stops = [attempt.stop for attempt in self.attempts]
        if self.watch.stop_wanted() or StopReason.INTERRUPTED in stops:
            return Status.NO_PLAN, StopReason.INTERRUPTED
        if self.left_s() < LEAST_RUN_S or stops[-1] is StopReason.TIME_LIMIT:
            return Status.NO_PLAN, StopReason.TIME_LIMIT
        if any(attempt.status in SETTLED for attempt in self.attempts):
            return Status.ERROR, StopReason.DISAGREEMENT
        return Status.ERROR, stops[-1]

    def by_arithmetic(self, status: Status, words: str) -> Outcome:
        """The answer where no engine is needed: one plan is as good as another, or none exists."""
        claim = Claim(status, StopReason.PROVEN, words)
        if status is Status.INFEASIBLE:
            self.record(ARITHMETIC, "", self.options, claim, None, self.watch.started)
            return Outcome(status, StopReason.PROVEN, attempts=tuple(self.attempts))
        plan = self.judge.plan_at(self.judge.idle(), None, StopReason.PROVEN)
        plan = replace(plan, bound=plan.objective)
        self.record(ARITHMETIC, "", self.options, claim, plan, self.watch.started)
        if not self.judge.accepted(plan.point):
            return Outcome(Status.ERROR, StopReason.REFUSED, attempts=tuple(self.attempts))
        return self.outcome(plan, None)
