"""Changed problems solved again and held against the answer that is explained, within a budget.

Belongs here: what one question is, what came of it, how long all of them may take. Does not belong
here: which questions are worth asking (worth, rules_cost, entering, ranges).
"""

import math
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Self

from problems.errors import InputError
from problems.loading import ProblemFile
from solver import engines
from solver.answer import Answer, AnswerStatus, OnProgress, solve_case
from solver.case import Case, case_of
from solver.explain.cures import parsed
from solver.plan import Plan, PlanStatus
from solver.restriction import Restriction
from solver.studies.interval import Difference, difference_of

LEAST_S = 0.5
"""With less time left nothing is asked."""
REFINED = 10.0
"""How much smaller the gap of the questions is made where the answer itself came quickly."""
QUICK_FRACTION = 0.2
"""An answer came quickly that took no more than this share of what one question may take."""


class Effect(StrEnum):
    """What a change can do to the cheapest cost, known before anything is solved."""

    RELAXES = "relaxes"
    """Every plan stays one, at the same cost: nothing gets dearer."""
    EITHER = "either"


class Outcome(StrEnum):
    """What came of a question; the names of JSON."""

    ANSWERED = "answered"
    INFEASIBLE = "infeasible"
    """With the change there is no plan."""
    NO_PLAN_FOUND = "no_plan_found"
    """A limit came before any plan, or the engines failed."""
    REFUSED = "refused"
    """The file is no valid problem with the change; `why` says it."""
    NOT_ASKED = "not_asked"
    """The time was over, or the caller asked to stop."""


@dataclass(frozen=True)
class Reply:
    """What came of a question."""

    outcome: Outcome
    answer: Answer | None = None
    difference: Difference | None = None
    """How much more the cheapest plan costs with the change; None without a plan."""
    case: Case | None = None
    """The problem with the change."""
    why: str = ""


@dataclass
class Asking:
    """Asks until its time is over; what was not asked is kept by name."""

    case: Case
    base: Answer
    """The answer that is explained; it has a plan."""
    options: engines.Options
    until: float
    """When the time is over, by time.monotonic()."""
    on_progress: OnProgress | None = None
    interrupted: threading.Event | None = None
    question_s: float = 60.0
    """What one question may take at most."""
    asked: int = 0
    missed: list[str] = field(default_factory=list)
    """What there was no time for."""
    part_until: float = 0.0
    """When the time of the part that is being asked is over."""
    turn_until: float = math.inf
    """When it is the next one's turn within the part."""

    @classmethod
    def begin(
        cls,
        case: Case,
        answer: Answer,
        options: engines.Options,
        budget_s: float,
        on_progress: OnProgress | None,
        interrupted: threading.Event | None,
    ) -> Self:
        """Ready to ask; an answer that came quickly is first brought closer to the cheapest."""
        until = time.monotonic() + budget_s
        asking = cls(case, answer, options, until, on_progress, interrupted)
        asking.question_s = min(options.time_limit_s, budget_s / 10)
        asking.part_until = until
        asking._refine()
        return asking

    @property
    def plan(self) -> Plan:
        """The plan that is explained."""
        assert self.base.plan is not None
        return self.base.plan

    @property
    def cost(self) -> float:
        """What the plan costs."""
        return self.plan.objective

    @property
    def bound(self) -> float | None:
        """No plan is cheaper; None where nothing is proven."""
        return self.base.bound

    @property
    def tolerance(self) -> float:
        """The difference in money that the search does not resolve: its gap, or the plan's."""
        gap = max(self.options.gap, self.plan.gap or 0.0, engines.ROUNDING)
        return gap * abs(self.cost)

    @property
    def left_s(self) -> float:
        """Seconds left for the part that is being asked; none once interrupted."""
        if self.interrupted is not None and self.interrupted.is_set():
            return 0.0
        return min(self.until, self.part_until, self.turn_until) - time.monotonic()

    @property
    def over(self) -> bool:
        """Whether nothing more is asked in this part."""
        return self.left_s < LEAST_S

    def part(self, share: float) -> None:
        """Begin a part, which may take this share of the time that is left."""
        left = max(0.0, self.until - time.monotonic())
        self.part_until, self.turn_until = time.monotonic() + share * left, math.inf

    def turn(self, waiting: int) -> None:
        """Begin one of several searches of a part: each may take its share of what is left."""
        left = max(0.0, min(self.until, self.part_until) - time.monotonic())
        self.turn_until = time.monotonic() + left / waiting

    def edited(self, edits: tuple[str, ...]) -> Case:
        """The case after more edits. Raises InputError."""
        return case_of(ProblemFile(self.case.loaded.document), edits=parsed(edits))

    def ask(
        self, name: str, changed: Case | tuple[str, ...], effect: Effect = Effect.EITHER
    ) -> Reply:
        """Solve a changed problem, from the present plan on, and hold it against the answer."""
        if self.over:
            self.missed.append(name)
            return Reply(Outcome.NOT_ASKED)
        try:
            case = self.edited(changed) if isinstance(changed, tuple) else changed
        except InputError as error:
            return Reply(Outcome.REFUSED, why=error.problems[0].message)
        answer = self.solve(name, case, start=self.plan)
        if answer.plan is None:
            return Reply(_OUTCOMES.get(answer.status, Outcome.NO_PLAN_FOUND), answer, case=case)
        found = difference_of(answer.plan.objective, answer.bound, self.cost, self.bound)
        return Reply(Outcome.ANSWERED, answer, narrowed(found, effect), case)

    def solve(
        self,
        name: str,
        case: Case,
        *,
        start: Plan | None = None,
        units: Mapping[str, int] | None = None,
        restriction: Restriction | None = None,
        gap: float | None = None,
    ) -> Answer:
        """Solve a case within the time of one question, saying what is being asked."""
        self.asked += 1
        limit = max(LEAST_S, min(self.question_s, self.left_s))
        options = replace(self.options, time_limit_s=limit)
        if gap is not None:
            options = replace(options, gap=gap)
        return solve_case(
            case,
            options,
            on_progress=self._told(name),
            interrupted=self.interrupted,
            units=units,
            restriction=restriction,
            start=start,
        )

    def _told(self, name: str) -> OnProgress | None:
        """Progress with what is being asked before the engine's name."""
        tell = self.on_progress
        if tell is None:
            return None
        return lambda progress: tell(replace(progress, engine=f"{name}: {progress.engine}"))

    def _refine(self) -> None:
        """Ask for a smaller gap where that is cheap: differences below the gap are not seen."""
        gap, quick = self.plan.gap, QUICK_FRACTION * self.question_s
        if gap is None or gap <= engines.ROUNDING or self.base.seconds > quick or self.over:
            return
        finer = self.options.gap / REFINED
        answer = self.solve("a closer look at the plan", self.case, start=self.plan, gap=finer)
        if answer.plan is None or answer.bound is None:
            return
        if answer.plan.objective <= self.cost and answer.bound >= (self.bound or answer.bound):
            self.base = _as_asked(answer, self.options.gap)
        if answer.status is AnswerStatus.OPTIMAL:
            self.options = replace(self.options, gap=finer)


def _as_asked(answer: Answer, gap: float) -> Answer:
    """An answer by the gap that was asked for first, which it may reach without a smaller one."""
    plan = answer.plan
    if plan is None or not engines.near_enough(plan.gap, gap):
        return answer
    plan = replace(plan, status=PlanStatus.OPTIMAL)
    return replace(answer, status=AnswerStatus.OPTIMAL, plan=plan)


_OUTCOMES = {AnswerStatus.INFEASIBLE: Outcome.INFEASIBLE}


def narrowed(found: Difference, effect: Effect) -> Difference:
    """A difference with what is known of it beforehand.

    >>> narrowed(difference_of(99.0, 95.0, 100.0, 98.0), Effect.RELAXES).high
    0.0
    """
    if effect is Effect.EITHER:
        return found
    low = None if found.low is None else min(found.low, 0.0)
    high = 0.0 if found.high is None else min(found.high, 0.0)
    return replace(found, low=low, high=high)
