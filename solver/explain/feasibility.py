"""Whether a problem has any plan at all, asked many times over.

Belongs here: quick verdicts, of which "there is a plan" is proven by a verified plan and "there is
none" is an opinion, and the confirmation of the latter by the ladder of engines. Does not belong
here: which problems are asked (conflict.py, cures.py).
"""

import math
import threading
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import StrEnum
from types import TracebackType
from typing import Literal, Self

from problems.loading import LoadedProblem
from solver import engines
from solver.answer import plan_of
from solver.bill import Decisions
from solver.case import Case
from solver.engines.sieve import Elastic, Sieve, Sifted
from solver.explain.requirements import Requirement
from solver.extract import extract
from solver.formulation import Model, build
from solver.instance import InstanceError, build_instance
from solver.screening import screen
from solver.verify import verify

QUICK_FRACTION = 0.05
"""What one quick question may take of the time limit. What is hard to refute stays unrefuted: a
conflict that can be confirmed is worth more than a smaller one that cannot."""
GIVE_FRACTION = 0.1
"""What looking for the least change of one requirement may take."""
RELAXED: Literal["Continuous"] = "Continuous"
"""How PuLP calls a column that need not be whole."""
LEAST_S = 0.5
CONFIRM_S = 30.0
"""What the confirmation of "there is none" may take at most."""


class Verdict(StrEnum):
    """What is known of a problem."""

    PLAN = "plan"
    """There is a plan: one was found and verified."""
    NONE = "none"
    """There is none: by arithmetic, or so one engine says until it is confirmed."""
    OPEN = "open"
    """Not found out: time ran out, or a plan did not pass verification."""


@dataclass
class Feasibility:
    """Asks for plans until its time is over; leave it by ``with``, which ends its process."""

    options: engines.Options
    interrupted: threading.Event | None = None
    asked: int = 0
    """Questions so far."""
    believes_sieve: bool = True
    """Whether a quick "none" counts; once it was wrong, every one is confirmed at once."""
    last: Decisions | None = None
    """What the last plan that was found and verified decides."""
    _began: float = field(default_factory=time.monotonic)
    _until: float = math.inf

    def begin_again(self) -> None:
        """Let the time limit count from now: for the next step of an explanation."""
        self._began = time.monotonic()

    @contextmanager
    def within(self, fraction: float) -> Iterator[None]:
        """Let what is asked inside take this share of the time limit at most."""
        before = self._until
        self._until = min(before, time.monotonic() + fraction * self.options.time_limit_s)
        try:
            yield
        finally:
            self._until = before

    def __post_init__(self) -> None:
        self._sieve = Sieve(self.interrupted)

    def __enter__(self) -> Self:
        """Ready."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """End the sieve's process."""
        self._sieve.close()

    @property
    def left_s(self) -> float:
        """Seconds left of the time limit; none once interrupted."""
        if self.interrupted is not None and self.interrupted.is_set():
            return 0.0
        return min(self._began + self.options.time_limit_s, self._until) - time.monotonic()

    def ask(self, case: Case) -> Verdict:
        """Whether a case has a plan, quickly."""
        self.asked += 1
        if screen(case.instance):
            return Verdict.NONE
        if self.left_s < LEAST_S:
            return Verdict.OPEN
        model = build(case.instance)
        limit = min(max(LEAST_S, QUICK_FRACTION * self.options.time_limit_s), self.left_s)
        found = self._sieve.ask(model.problem, time_limit_s=limit)
        if found is None:
            return Verdict.OPEN
        if not found.refuted:
            return Verdict.PLAN if self._verified(case, model, found.values) else self.confirm(case)
        return Verdict.NONE if self.believes_sieve else self.confirm(case)

    def refutes_relaxed(self, case: Case) -> bool:
        """Whether arithmetic refutes a case, or its program has no point though nothing need be
        whole: quickly found out, and quickly confirmed.
        """
        self.asked += 1
        if screen(case.instance):
            return True
        if self.left_s < LEAST_S or not self.believes_sieve:
            return False
        problem = build(case.instance).problem
        for variable in problem.variables():
            variable.cat = RELAXED
        limit = min(max(LEAST_S, QUICK_FRACTION * self.options.time_limit_s), self.left_s)
        found = self._sieve.ask(problem, time_limit_s=limit)
        return found is not None and found.refuted

    def confirm(self, case: Case) -> Verdict:
        """Whether a case has a plan, by arithmetic or by every engine that is needed."""
        if screen(case.instance):
            return Verdict.NONE
        if self.left_s < LEAST_S:
            return Verdict.OPEN
        model = build(case.instance)
        model.minimise(())
        options = engines.Options(
            engine=self.options.engine,
            gap=self.options.gap,
            time_limit_s=min(CONFIRM_S, self.left_s),
            threads=self.options.threads,
        )
        outcome = engines.solve(
            model.problem,
            options,
            interrupted=self.interrupted,
            accept=lambda values: self._verified(case, model, values),
        )
        if outcome.status is engines.Status.INFEASIBLE:
            return Verdict.NONE
        return Verdict.PLAN if outcome.values else Verdict.OPEN

    def give(self, model: Model, elastic: list[Elastic]) -> Sifted | None:
        """The least cost of elastic columns that let a model have a point; None if not found."""
        if self.left_s < LEAST_S:
            return None
        self.asked += 1
        limit = min(max(LEAST_S, GIVE_FRACTION * self.options.time_limit_s), self.left_s)
        found = self._sieve.ask(model.problem, time_limit_s=limit, elastic=elastic)
        return None if found is None or found.refuted else found

    def keeps(self, case: Case, model: Model, values: Mapping[str, float]) -> bool:
        """Whether the plan at a point of one program is a plan of a case with the same intervals,
        as the verification of plans finds.
        """
        if len(case.instance.intervals) != len(model.instance.intervals):
            return False
        return self._verified(case, model, values)

    def _verified(self, case: Case, model: Model, values: Mapping[str, float]) -> bool:
        """Whether the plan that values make passes verification."""
        decisions = extract(model, values)
        if not decisions.units.keys() <= case.instance.option.keys():
            return False
        ok = verify(case.instance, plan_of(case, decisions, None)).ok
        self.last = decisions if ok else self.last
        return ok


def lifted(loaded: LoadedProblem, requirements: Iterable[Requirement]) -> Case | None:
    """The case without these requirements; None where a figure it then needs is missing.

    ``requirements`` come in the order of `requirements_of`.
    """
    for requirement in requirements:
        loaded = requirement.lift(loaded)
    try:
        return Case(loaded, build_instance(loaded.problem, loaded.catalog))
    except InstanceError:
        return None
