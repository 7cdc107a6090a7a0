"""Several searches of one problem, each held to something else: handed out, kept, taken in.

Belongs here: the course of such searches. Does not belong here: what they are held to (tradeoff),
who makes them (workers), sweeps, whose points are problems of their own (sweep).
"""

import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from solver.answer import Answer, AnswerStatus
from solver.case import Case
from solver.engines import Options, StopReason
from solver.formulation.build import money_scale
from solver.plan import Plan
from solver.restriction import Restriction
from solver.studies.measures import measures_of
from solver.studies.point import How, Point, Shelf, key_of, why_failed, with_problem
from solver.studies.workers import Crew, task_of
from solver.verify import verify

KEPT = (
    AnswerStatus.OPTIMAL,
    AnswerStatus.FEASIBLE,
    AnswerStatus.INFEASIBLE,
    AnswerStatus.NO_PLAN_FOUND,
)
"""What is kept on disk: what failed is tried again."""


@dataclass(frozen=True)
class Question:
    """The cheapest plan that keeps a restriction, or whatever else that makes the program seek."""

    held_to: str
    """Tells questions of one problem apart, to the last digit; empty for the problem itself."""
    restriction: Restriction | None = None
    keeps: Callable[[Plan], bool] = lambda plan: True
    """Whether a plan is held to it; plans from disk and plans to start from are asked."""
    starts: bool = False
    """Whether it is searched from the cheapest plan found so far that keeps it."""


@dataclass
class Searches:
    """Asks questions of a case, several at a time where there are several to search."""

    case: Case
    options: Options
    crew: Crew
    shelf: Shelf | None
    on_done: Callable[[], None]
    interrupted: threading.Event | None
    plans: list[Plan] = field(default_factory=list)
    """All plans found so far."""
    _running: dict[int, tuple[Question, float]] = field(default_factory=dict)
    _number: int = 0

    def ask(self, questions: Sequence[Question]) -> dict[str, Point]:
        """What came of each question, by what it is held to; those are missing that an interrupt
        came before.
        """
        waiting, found = deque(questions), dict[str, Point]()
        while (waiting or self._running) and not self.stopped():
            idle = self.crew.room() > 0
            if waiting and idle:
                question = waiting.popleft()
                kept = self._kept(question)
                if kept is not None:
                    self._take(found, question, kept)
                    continue
                self._submit(question)
            for number, result in self.crew.collect(wait=not (waiting and idle)):
                question, began = self._running.pop(number)
                point = self._point(question, result, began)
                if point is not None:
                    self._take(found, question, point)
        return found

    def _take(self, found: dict[str, Point], question: Question, point: Point) -> None:
        found[question.held_to] = point
        if point.plan is not None:
            self.plans.append(point.plan)
        self.on_done()

    def stopped(self) -> bool:
        """Whether the searches shall end before their time."""
        return self.interrupted is not None and self.interrupted.is_set()

    def _submit(self, question: Question) -> None:
        fitting = [plan for plan in self.plans if question.starts and question.keeps(plan)]
        start = min(fitting, key=lambda plan: plan.objective, default=None)
        self._number += 1
        self._running[self._number] = (question, time.monotonic())
        task = task_of(self._number, self.case, self.options, start)
        self.crew.submit(replace(task, restriction=question.restriction), self.case)

    def _key(self, question: Question) -> str:
        return key_of(self.case, self.options, question.held_to)

    def _kept(self, question: Question) -> Point | None:
        """The point from disk, its plan verified once more."""
        point = None if self.shelf is None else self.shelf.find(self._key(question))
        if point is not None and point.plan is not None:
            point = self._whole(point, question)
        return point

    def _point(self, question: Question, result: Answer | Exception, began: float) -> Point | None:
        """What came of a search, kept on disk; None where an interrupt ended it."""
        point = Point(
            (),
            AnswerStatus.ERROR,
            How.FAILED,
            key=self._key(question),
            seconds=time.monotonic() - began,
        )
        if isinstance(result, Exception):
            return replace(point, error=f"{type(result).__name__}: {result}")
        if result.stop is StopReason.INTERRUPTED:
            return None
        if result.status is AnswerStatus.ERROR:
            return replace(point, error=why_failed(result))
        bound = result.bound
        if question.restriction is not None:
            bound = self._proven(result)
        point = replace(point, status=result.status, how=How.SEARCHED, bound=bound)
        if result.plan is not None:
            whole = self._whole(replace(point, plan=result.plan), question)
            if whole is None:
                words = "the plan that came back does not pass verification"
                return replace(point, status=AnswerStatus.ERROR, how=How.FAILED, error=words)
            point = whole
        if self.shelf is not None and point.status in KEPT:
            self.shelf.keep(point)
        return point

    def _proven(self, answer: Answer) -> float | None:
        """What the search of a restricted program proved of it, in the units of its objective."""
        if not answer.attempts or answer.plan is None or answer.attempts[-1].bound is None:
            return None
        return answer.attempts[-1].bound * money_scale(self.case.instance)

    def _whole(self, point: Point, question: Question) -> Point | None:
        """A point whose plan was kept or sent, with its problem, verified and measured again."""
        assert point.plan is not None
        plan = with_problem(point.plan, self.case)
        verification = verify(self.case.instance, plan)
        if not verification.ok or not question.keeps(plan):
            return None
        plan = replace(plan, verification=verification)
        return replace(point, plan=plan, measures=measures_of(self.case.instance, plan))
