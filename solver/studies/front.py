"""Pareto fronts: what less of something else costs.

Belongs here: the course of a front, its points and their certificates. Does not belong here: how
each measure is limited (tradeoff), sweeps (sweep), layout (reports).

A front is found by limits: the cheapest plan at several limits of the measure (the epsilon
constraint). Of what is found only plans that no other one beats in both are kept. Each point's
bound is proven for its limit: no plan that keeps the limit costs less. A tighter limit's plans are
a looser one's too, so that a looser limit's bound holds for every tighter one.
"""

import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from itertools import pairwise
from os import PathLike
from typing import TYPE_CHECKING, Any

from problems import InputError, InputProblem
from problems.edits import Edit
from problems.loading import ProblemFile, read_problem
from solver.answer import Answer, AnswerStatus, options_of, solve_case
from solver.case import Case, case_of
from solver.engines import Options, relative_gap
from solver.formulation.build import money_scale
from solver.plan import Plan
from solver.studies.grid import Axis, Grid
from solver.studies.measures import Measures, measures_of
from solver.studies.sweep import sweep
from solver.studies.tradeoff import Measure, at_most, deadlines, least, shortest_window_days

if TYPE_CHECKING:
    import pandas

STEPS = 7
"""Limits that are tried, the least and the free one included."""
ROOM = 1e-6
"""Relative: what a limit gives beyond the least that was found, so that rounding keeps it."""


@dataclass(frozen=True)
class FrontPoint:
    """A plan that none of the others beats in cost and in the measure."""

    measure: float
    """The plan's figure."""
    limit: float | None
    """The limit it was found at; None for the cheapest plan of all."""
    plan: Plan
    bound: float | None
    """No plan that keeps the limit costs less."""
    measures: Measures
    dearer: bool | None = None
    """Whether it is proven that keeping this limit costs more than the next, looser point; None for
    the last."""

    @property
    def cost(self) -> float:
        """What the plan costs."""
        return self.plan.objective

    @property
    def gap(self) -> float | None:
        """How far the plan can be from the cheapest at its limit, as a fraction."""
        return None if self.bound is None else relative_gap(self.cost, self.bound)


@dataclass(frozen=True)
class Front:
    """Cost against a measure: points from little of it to the cheapest."""

    measure: Measure
    points: tuple[FrontPoint, ...]
    currency: str
    title: str
    least: float | None
    """No plan has less of the measure, where that was proven; None where it was not."""
    tried: int
    """Limits that were tried."""
    infeasible: tuple[float, ...]
    """Limits that are proven to have no plan."""
    open: tuple[float, ...]
    """Limits at which no plan was found, and none was proven away."""
    interrupted: bool = False

    def rows(self) -> list[dict[str, Any]]:
        """One row for each point."""
        name = f"{self.measure} ({self.measure.unit})"
        return [
            {
                name: point.measure,
                "limit": point.limit,
                "cost": point.cost,
                "bound": point.bound,
                "gap": point.gap,
                "dearer": point.dearer,
                "power_kw": point.measures.power_kw,
                "energy_kwh": point.measures.energy_kwh,
                "carbon_kg": point.measures.carbon_kg,
                "card_types": point.measures.card_types,
            }
            for point in self.points
        ]

    def frame(self) -> "pandas.DataFrame":
        """The same rows as a pandas frame."""
        import pandas

        return pandas.DataFrame(self.rows())


def front(
    file: str | PathLike[str] | ProblemFile,
    measure: str,
    *,
    steps: int = STEPS,
    scenarios: Iterable[str] = (),
    edits: Iterable[Edit] = (),
    options: Mapping[str, Any] | None = None,
    workers: int = 1,
    dask: str | None = None,
    on_progress: Callable[[int, int], None] | None = None,
    interrupted: threading.Event | None = None,
) -> Front:
    """The trade of cost against `carbon`, `power`, `card_types` or `deadline`.

    ``steps`` limits are tried: for carbon and power from the least there can be to what the
    cheapest plan has; for card types from one to what the cheapest plan has; for deadlines from
    half the shortest window earlier to half of it later. ``workers`` and ``dask`` search card types
    and deadlines; carbon and power are searched here, each from the plan of the tighter limit.
    Progress is told as searches done and searches in all. Raises problems.InputError.
    """
    read = file if isinstance(file, ProblemFile) else read_problem(file)
    base = case_of(read, scenarios=scenarios, edits=edits)
    chosen = options_of(base, **dict(options or {}))
    trade = _Trade(Measure(measure), base, chosen, steps, on_progress, interrupted)
    if trade.measure.is_limited_by_rows:
        return trade.by_rows()
    return trade.by_edits(
        read,
        scenarios=tuple(scenarios),
        edits=tuple(edits),
        options=dict(options or {}),
        workers=workers,
        dask=dask,
    )


@dataclass
class _Trade:
    """One front under way."""

    measure: Measure
    case: Case
    options: Options
    steps: int
    on_progress: Callable[[int, int], None] | None
    interrupted: threading.Event | None
    done: int = 0

    def stopped(self) -> bool:
        return self.interrupted is not None and self.interrupted.is_set()

    def solve(self, **more: Any) -> Answer:
        """One search."""
        answer = solve_case(self.case, self.options, interrupted=self.interrupted, **more)
        self.done += 1
        if self.on_progress is not None:
            self.on_progress(self.done, self.steps + 1)
        return answer

    def by_rows(self) -> Front:
        """Limits as rows of the program: from the least of the measure to the cheapest plan's."""
        cheapest = self.solve()
        if cheapest.plan is None:
            return self.nothing(cheapest)
        highest = self.figure(cheapest.plan)
        free = self.point(cheapest.plan, None, cheapest.bound)
        lowest = self.solve(restriction=least(self.measure))
        found, infeasible, open_ended = [free], list[float](), list[float]()
        proven = _restricted_bound(self.case, lowest)
        if lowest.plan is not None and not self.stopped():
            low = min(self.figure(lowest.plan), highest)
            start = lowest.plan
            for limit in _between(low, highest, self.steps):
                if self.stopped():
                    break
                held = at_most(self.measure, limit, cheapest.bound)
                answer = self.solve(restriction=held, start=start)
                if answer.plan is not None:
                    start = answer.plan
                    bound = _restricted_bound(self.case, answer)
                    found.append(self.point(answer.plan, limit, bound))
                elif answer.status is AnswerStatus.INFEASIBLE:
                    infeasible.append(limit)
                else:
                    open_ended.append(limit)
        return self.front(found, proven, infeasible, open_ended)

    def by_edits(self, file: ProblemFile, **how: Any) -> Front:
        """Limits as edits of the problem: a sweep over them."""
        if self.measure is Measure.CARD_TYPES:
            cheapest = self.solve()
            if cheapest.plan is None:
                return self.nothing(cheapest)
            most = round(self.figure(cheapest.plan))
            vary: Any = {"limits.card_types": [str(kinds) for kinds in range(1, max(most, 1) + 1)]}
        else:
            vary = self.deadline_grid(file, how["scenarios"], how["edits"])
        course = sweep(
            file,
            vary,
            **how,
            on_progress=lambda told: self.tell(told.done, told.total),
            interrupted=self.interrupted,
        )
        found, infeasible, open_ended = [], list[float](), list[float]()
        for point in course.points:
            limit = float(course.grid.axes[0].values[point.place[0]].text)
            if point.plan is not None and point.measures is not None:
                by_edit = self.measure is Measure.DEADLINE
                figure = limit if by_edit else self.measure.of(point.measures)
                one = FrontPoint(figure, limit, point.plan, point.bound, point.measures)
                found.append(one)
            elif point.status is AnswerStatus.INFEASIBLE:
                infeasible.append(limit)
            else:
                open_ended.append(limit)
        return self.front(found, None, infeasible, open_ended)

    def tell(self, done: int, total: int) -> None:
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
        return self.measure.of(measures_of(self.case.instance, plan))

    def point(self, plan: Plan, limit: float | None, bound: float | None) -> FrontPoint:
        measures = measures_of(self.case.instance, plan)
        return FrontPoint(self.measure.of(measures), limit, plan, bound, measures)

    def nothing(self, answer: Answer) -> Front:
        """The front of a problem without a plan."""
        stopped = answer.status is not AnswerStatus.INFEASIBLE
        return replace(self.front([], None, [], []), interrupted=stopped and self.stopped())

    def front(
        self,
        found: list[FrontPoint],
        proven: float | None,
        infeasible: list[float],
        open_ended: list[float],
    ) -> Front:
        """The points that no other beats, with the bounds that looser limits add."""
        exact = self.measure is not Measure.DEADLINE
        points = non_dominated(_with_looser_bounds(found) if exact else found)
        return Front(
            measure=self.measure,
            points=_compared(points),
            currency=self.case.instance.currency,
            title=self.case.problem.title,
            least=proven,
            tried=len(found) + len(infeasible) + len(open_ended),
            infeasible=tuple(infeasible),
            open=tuple(open_ended),
            interrupted=self.stopped(),
        )


def _between(low: float, high: float, steps: int) -> list[float]:
    """Limits from the lowest to just below the highest; none where they are the same.

    >>> [round(limit, 3) for limit in _between(10.0, 40.0, 4)]
    [10.0, 20.0, 30.0]
    """
    if high - low <= ROOM * abs(high):
        return []
    width = (high - low) / max(steps - 1, 1)
    return [low + width * n + ROOM * abs(low) for n in range(max(steps - 1, 1))]


def _restricted_bound(case: Case, answer: Answer) -> float | None:
    """What the search of a restricted program proved of it, in the units of its objective."""
    if not answer.attempts or answer.plan is None or answer.attempts[-1].bound is None:
        return None
    return answer.attempts[-1].bound * money_scale(case.instance)


def _with_looser_bounds(points: list[FrontPoint]) -> list[FrontPoint]:
    """Every point with the highest bound of all limits that are no tighter than its own."""
    found = []
    for point in points:
        bounds = [
            other.bound
            for other in points
            if other.bound is not None and _limit_of(other) >= _limit_of(point)
        ]
        best = max(bounds, default=None)
        found.append(replace(point, bound=None if best is None else min(best, point.cost)))
    return found


def _limit_of(point: FrontPoint) -> float:
    return float("inf") if point.limit is None else point.limit


def non_dominated(points: Iterable[FrontPoint]) -> list[FrontPoint]:
    """The points that no other one beats or equals in both, by their measure."""
    kept: list[FrontPoint] = []
    for point in sorted(points, key=lambda p: (p.measure, p.cost)):
        if not kept or point.cost < kept[-1].cost:
            kept.append(point)
    return kept


def _compared(points: list[FrontPoint]) -> tuple[FrontPoint, ...]:
    """The points, each saying whether it is proven dearer than the next one."""
    compared = [
        replace(point, dearer=point.bound is not None and point.bound > after.cost)
        for point, after in pairwise(points)
    ]
    return (*compared, *points[-1:])
