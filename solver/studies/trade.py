"""The course of a Pareto front: its limits, their searches, and what comes of them.

Belongs here: which limits are tried, in which order. Does not belong here: the rows and edits that
limit a measure (tradeoff), making and keeping searches (searches, sweep), records (frontier).
"""

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from os import PathLike
from pathlib import Path
from typing import Any

from problems import InputError, InputProblem
from problems.edits import Edit
from problems.loading import ProblemFile
from solver.answer import AnswerStatus
from solver.case import Case, case_of
from solver.engines import Options
from solver.plan import Plan
from solver.studies.frontier import Front, FrontPoint, compared, non_dominated, with_looser_bounds
from solver.studies.grid import Axis, Grid
from solver.studies.measures import measures_of
from solver.studies.point import Point, Shelf
from solver.studies.searches import Question, Searches
from solver.studies.sweep import sweep
from solver.studies.tradeoff import Measure, at_most, deadlines, least, shortest_window_days
from solver.studies.workers import Crew

ROOM = 1e-6
"""Relative: what a limit gives beyond the least that was found, so that rounding keeps it."""


@dataclass
class Trade:
    """One front under way."""

    measure: Measure
    case: Case
    options: Options
    steps: int
    make_crew: Callable[[], Crew]
    folder: str | PathLike[str] | None
    on_progress: Callable[[int, int], None] | None
    interrupted: threading.Event | None
    done: int = 0
    searches: int = 1
    """How many there will be, as far as is known."""

    def stopped(self) -> bool:
        """Whether the front shall end before its time."""
        return self.interrupted is not None and self.interrupted.is_set()

    def by_rows(self) -> Front:
        """Limits as rows of the program: from the least of the measure to the cheapest plan's."""
        free = Question("")
        lowest = Question(f"the least {self.measure}", least(self.measure))
        self.searches = self.steps + 1
        with self._asking() as searches:
            ends = searches.ask((free, lowest))
            cheapest, low = ends.get(free.held_to), ends.get(lowest.held_to)
            if cheapest is None or cheapest.plan is None:
                return self.nothing(cheapest)
            asked = dict[float, Question]()
            if low is not None and low.plan is not None:
                highest = self.figure(cheapest.plan)
                limits = _between(min(self.figure(low.plan), highest), highest, self.steps)
                asked = {limit: self._at(limit, cheapest.bound) for limit in limits}
            self.searches = self.done + len(asked)
            found = searches.ask(tuple(asked.values()))
        points = [(limit, found.get(question.held_to)) for limit, question in asked.items()]
        tried = [(None, cheapest), *((limit, point) for limit, point in points if point)]
        return self.front(tried, None if low is None else low.bound)

    def _at(self, limit: float, bound: float | None) -> Question:
        """The cheapest plan with at most so much of the measure."""
        held = at_most(self.measure, limit, bound)

        def keeps(plan: Plan) -> bool:
            return self.figure(plan) <= limit * (1 + ROOM)

        return Question(f"{self.measure} <= {limit!r}", held, keeps, starts=True)

    def by_edits(self, file: ProblemFile, **how: Any) -> Front:
        """Limits as edits of the problem: a sweep over them."""
        if self.measure is Measure.CARD_TYPES:
            with self._asking() as searches:
                cheapest = searches.ask((Question(""),)).get("")
            if cheapest is None or cheapest.plan is None:
                return self.nothing(cheapest)
            most = round(self.figure(cheapest.plan))
            vary: Any = {"limits.card_types": [str(kinds) for kinds in range(1, max(most, 1) + 1)]}
        else:
            vary = self.deadline_grid(file, how["scenarios"], how["edits"])
        before = self.done
        course = sweep(
            file,
            vary,
            **how,
            on_progress=lambda told: self.tell(before + told.done, before + told.total),
            interrupted=self.interrupted,
        )
        values = course.grid.axes[0].values
        tried = [(float(values[point.place[0]].text), point) for point in course.points]
        return self.front(tried, None)

    @contextmanager
    def _asking(self) -> Iterator[Searches]:
        """Who makes the searches of this problem."""
        shelf = None if self.folder is None else Shelf(Path(self.folder))
        crew = self.make_crew()
        try:
            yield Searches(self.case, self.options, crew, shelf, self._tell_one, self.interrupted)
        finally:
            crew.close()

    def _tell_one(self) -> None:
        self.done += 1
        self.tell(self.done, max(self.done, self.searches))

    def tell(self, done: int, total: int) -> None:
        """Report how far the front is."""
        if self.on_progress is not None:
            self.on_progress(done, total)

    def deadline_grid(
        self, file: ProblemFile, scenarios: tuple[str, ...], edits: tuple[Edit, ...]
    ) -> Grid:
        """Deadlines from half the shortest window earlier to half of it later.

        Only those that the problem takes, and under which every occurrence still ends within the
        horizon: one that does not is left out of the problem, which would look like a saving.
        """
        half = shortest_window_days(self.case.problem) // 2
        widths = max(self.steps - 1, 1)
        shifts = sorted({round(half * (2 * n / widths - 1)) for n in range(widths + 1)} | {0})
        wanted = [(o.key, o.work) for o in self.case.instance.occurrences]
        kept = []
        try:
            for value in deadlines(self.case.problem, shifts).axes[0].values:
                try:
                    case = case_of(file, scenarios=scenarios, edits=(*edits, *value.edits))
                except InputError:
                    continue
                if [(o.key, o.work) for o in case.instance.occurrences] == wanted:
                    kept.append(value)
        except ValueError as error:
            raise InputError([InputProblem(str(error), "--front cost,deadline")]) from None
        return Grid((Axis("deadline", tuple(kept)),))

    def figure(self, plan: Plan) -> float:
        """What a plan has of the measure."""
        return self.measure.of(measures_of(self.case.instance, plan))

    def nothing(self, cheapest: Point | None) -> Front:
        """The front of a problem of which no plan is known."""
        front = self.front([], None)
        if cheapest is None:
            return front
        failed = ((None, cheapest.error),) if cheapest.error else ()
        return replace(front, status=cheapest.status, failed=failed)

    def front(
        self,
        tried: Sequence[tuple[float | None, Point]],
        proven: float | None,
    ) -> Front:
        """The points that no other beats, with the bounds that looser limits add."""
        by_shift = self.measure is Measure.DEADLINE
        found = [
            FrontPoint(
                limit if by_shift and limit is not None else self.measure.of(point.measures),
                limit,
                point.plan,
                point.bound,
                point.measures,
            )
            for limit, point in tried
            if point.plan is not None and point.measures is not None
        ]
        points = non_dominated(found if by_shift else with_looser_bounds(found))
        without = [(limit or 0.0, point) for limit, point in tried if point.plan is None]
        infeasible = [limit for limit, p in without if p.status is AnswerStatus.INFEASIBLE]
        open_ended = [limit for limit, p in without if p.status is AnswerStatus.NO_PLAN_FOUND]
        status = None
        if not points and without and not self.stopped():
            status = _status([point for _, point in without])
        return Front(
            measure=self.measure,
            points=compared(points),
            currency=self.case.instance.currency,
            title=self.case.problem.title,
            least=proven,
            tried=len(tried),
            infeasible=tuple(infeasible),
            open=tuple(open_ended),
            failed=tuple((limit, point.error) for limit, point in without if point.error),
            interrupted=self.stopped(),
            status=status,
        )


def _status(points: Sequence[Point]) -> AnswerStatus:
    """What is known of a problem none of whose limits has a plan."""
    found = {point.status for point in points}
    if AnswerStatus.NO_PLAN_FOUND in found:
        return AnswerStatus.NO_PLAN_FOUND
    return AnswerStatus.ERROR if AnswerStatus.ERROR in found else AnswerStatus.INFEASIBLE


def _between(low: float, high: float, steps: int) -> list[float]:
    """Limits from the lowest to just below the highest; none where they are the same.

    >>> [round(limit, 3) for limit in _between(10.0, 40.0, 4)]
    [10.0, 20.0, 30.0]
    """
    if high - low <= ROOM * abs(high):
        return []
    width = (high - low) / max(steps - 1, 1)
    return [low + width * n + ROOM * abs(low) for n in range(max(steps - 1, 1))]
