"""Sweeps: the same problem at every point of a grid of values.

Belongs here: the course of a sweep - which points carry over, which are searched, what is kept.
Does not belong here: reading axes (grid), what carries over (carry), who searches (workers), layout
(reports).
"""

import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any

from problems import InputError, InputProblem
from problems.edits import Edit
from problems.frames import is_frame
from problems.loading import ProblemFile, Source, read_problem
from problems.units import UnitContext
from solver.answer import Answer, AnswerStatus, options_of
from solver.case import Case, case_of
from solver.engines import Options, StopReason, relative_gap
from solver.plan import Plan, PlanStatus
from solver.studies.carry import Knowledge, Known, workloads
from solver.studies.grid import Grid, Place, grid_of, parse_grid
from solver.studies.measures import measures_of
from solver.studies.point import How, Point, Shelf, key_of, why_failed, with_problem
from solver.studies.points import points_from_frame
from solver.studies.program import Program
from solver.studies.result import Progress, Sweep
from solver.studies.workers import Crew, crew_of, task_of
from solver.verify import verify

if TYPE_CHECKING:
    import pandas

FINAL = (AnswerStatus.OPTIMAL, AnswerStatus.FEASIBLE, AnswerStatus.INFEASIBLE)
"""What is kept on disk beside "no plan found in the time": what failed is tried again."""

LARGE = 500
"""Columns of a program from which a quick search around a neighbour's plan pays, where the
neighbour's plan does not hold or was made for other work: smaller ones are solved as quickly."""


def sweep(
    file: Source,
    vary: "Mapping[str, str | Iterable[object]] | Iterable[str] | Grid | pandas.DataFrame",
    *,
    scenarios: Iterable[str] = (),
    edits: Iterable[Edit] = (),
    options: Mapping[str, Any] | None = None,
    workers: int = 1,
    dask: str | None = None,
    folder: str | PathLike[str] | None = None,
    on_progress: Callable[[Progress], None] | None = None,
    interrupted: threading.Event | None = None,
) -> Sweep:
    """Solve a problem at every point of a grid.

    ``vary`` maps paths to values: `{"sites.a.power_cap": "10 MW..40 MW..10 MW", "offers.b.price*":
    [0.9, 1, 1.1], "scenario": ["base", "no-rules"]}`, or lists axes as the command line does, or
    is a pandas frame with a column for each path and a row for each point, which need not be all
    combinations; the points then come in the order of its rows. ``file`` is a path, or a mapping as
    `load_case` takes it. ``options`` are the search options of `options_of`. In ``folder`` each
    point is kept as soon as it is done, and what is there already is not searched again. Searches
    run in this process, in ``workers`` processes of this machine, or on the Dask cluster at an
    address.

    Every plan is verified for its own point. A point that fails becomes a point with an error.
    Raises problems.InputError for a path or a value that the problem does not take, before
    anything is searched.
    """
    read = read_problem(file)
    units = UnitContext.from_tree(read.document.tree)
    if isinstance(vary, Grid):
        grid = vary
    elif is_frame(vary):
        grid = points_from_frame(vary, read.scenarios)
    else:
        axes: Any = vary
        grid = grid_of(axes, units) if isinstance(vary, Mapping) else parse_grid(axes, units)
    study = Study(read, grid, tuple(scenarios), tuple(edits), dict(options or {}))
    shelf = None if folder is None else Shelf(Path(folder))
    course = _Course(study, shelf, on_progress, interrupted)
    return course.run(crew_of(workers, dask, interrupted))


@dataclass(frozen=True)
class Study:
    """What a sweep asks."""

    file: ProblemFile
    grid: Grid
    scenarios: tuple[str, ...]
    edits: tuple[Edit, ...]
    options: dict[str, Any]

    def case(self, place: Place) -> Case:
        """The problem of a point. Raises InputError."""
        return case_of(
            self.file,
            scenarios=(*self.scenarios, *self.grid.scenarios(place)),
            edits=(*self.edits, *self.grid.edits(place)),
        )

    def check(self) -> dict[Place, Case]:
        """The cases on the lines through the first point: every value of every axis, once.

        Raises InputError with everything that is wrong with any of them.
        """
        cases, wrong = {}, list[InputProblem]()
        for place in self.grid.lines():
            try:
                cases[place] = self.case(place)
            except InputError as error:
                wrong += [problem for problem in error.problems if problem not in wrong]
        if wrong:
            raise InputError(wrong)
        return cases


@dataclass
class _Searched:
    """A point whose search is under way."""

    place: Place
    case: Case
    program: Program | None
    options: Options
    key: str
    bound: float | None
    sources: tuple[Place, ...]
    began: float
    near: Plan | None = None
    """A plan that is worth a quick search around it first."""


class _Course:
    """One run of a sweep."""

    def __init__(
        self,
        study: Study,
        shelf: Shelf | None,
        on_progress: Callable[[Progress], None] | None,
        interrupted: threading.Event | None,
    ) -> None:
        self.study, self.shelf = study, shelf
        self.on_progress, self.interrupted = on_progress, interrupted
        self.cases = study.check()
        self.points: dict[Place, Point] = {}
        self.by_key: dict[str, Point] = {}
        self.knowledge = Knowledge()
        self.running: dict[int, _Searched] = {}
        self.began = time.monotonic()
        self.found_on_disk = 0

    def run(self, make_crew: Callable[[], Crew]) -> Sweep:
        """Do all points, corners first."""
        waiting = deque(self.study.grid.in_order_of_search())
        first = next(iter(self.cases.values()))
        currency, title = first.instance.currency, first.problem.title
        crew = make_crew()
        try:
            while (waiting or self.running) and not self.stopped():
                idle = crew.room() > 0
                if waiting and idle:
                    self.take_up(waiting.popleft(), crew, waiting)
                for number, result in crew.collect(wait=not (waiting and idle)):
                    self.take_in(number, result)
                self.tell()
        finally:
            crew.close()
        if not self.stopped():
            self.look_again()
        return Sweep(
            grid=self.study.grid,
            points=tuple(self.points[p] for p in self.study.grid.places() if p in self.points),
            currency=currency,
            title=title,
            seconds=time.monotonic() - self.began,
            interrupted=self.stopped(),
        )

    def stopped(self) -> bool:
        """Whether the sweep shall end before its time."""
        return self.interrupted is not None and self.interrupted.is_set()

    def tell(self) -> None:
        """Report how far the sweep is."""
        if self.on_progress is None:
            return
        done = list(self.points.values())
        self.on_progress(
            Progress(
                elapsed_s=time.monotonic() - self.began,
                done=len(done),
                total=self.study.grid.size,
                running=len(self.running),
                carried=sum(point.how is How.CARRIED for point in done),
                failed=sum(point.how is How.FAILED for point in done),
                found_on_disk=self.found_on_disk,
            )
        )

    def take_up(self, place: Place, crew: Crew, waiting: deque[Place]) -> None:
        """Answer a point from what is known, or have it searched."""
        began = time.monotonic()
        try:
            case = self.cases.pop(place, None) or self.study.case(place)
        except InputError as error:
            self.finish(Point(place, AnswerStatus.ERROR, How.FAILED, error=str(error)))
            return
        options = options_of(case, **self.study.options)
        key = key_of(case, options)
        if any(other.key == key for other in self.running.values()):
            waiting.append(place)  # the same problem is being searched
            self.cases[place] = case
            return
        program = None if case.loaded.cases else Program.of(case.instance)
        if kept := self.kept(place, case, key):
            self.learn(kept, program, case)
            self.finish(kept, keep=False)
            return
        searched = _Searched(place, case, program, options, key, None, (), began)
        carried = self.carry(searched)
        if isinstance(carried, Point):
            self.learn(carried, program, case)
            self.finish(carried)
            return
        number = len(self.points) + len(self.running)
        while number in self.running:
            number += 1
        self.running[number] = searched
        self.tell()
        crew.submit(task_of(number, case, options, carried, searched.near), case)

    def kept(self, place: Place, case: Case, key: str) -> Point | None:
        """The point of the same key, from this sweep or from disk, its plan verified once more."""
        point = self.by_key.get(key)
        if point is None and self.shelf is not None:
            point = self.shelf.find(key)
            self.found_on_disk += point is not None
        if point is None or point.plan is None:
            return None if point is None else replace(point, place=place)
        return _whole(replace(point, place=place), case)

    def carry(self, asked: _Searched) -> Point | Plan | None:
        """The point, where what is known answers it; else the plan to start its search from."""
        if asked.program is None:
            return None
        carried = self.knowledge.about(asked.place, asked.case, asked.program)
        asked.bound, asked.sources = carried.bound, carried.bound_from
        if len(asked.program.columns) >= LARGE and not (carried.plan and carried.same_workloads):
            asked.near = carried.near
        point = Point(
            asked.place,
            AnswerStatus.INFEASIBLE,
            How.CARRIED,
            key=asked.key,
            seconds=time.monotonic() - asked.began,
        )
        if carried.infeasible_by is not None:
            return replace(point, sources=(carried.infeasible_by,))
        plan = carried.plan
        if plan is None or plan.gap is None or plan.gap > asked.options.gap + 1e-9:
            return plan
        provenance = {"carried_from": [list(place) for place in carried.bound_from]}
        plan = replace(plan, status=PlanStatus.OPTIMAL, provenance=provenance)
        return replace(
            point,
            status=AnswerStatus.OPTIMAL,
            plan=plan,
            bound=plan.bound,
            sources=carried.bound_from,
            measures=measures_of(asked.case.instance, plan),
        )

    def take_in(self, number: int, result: Answer | Exception) -> None:
        """Keep what a search has come to."""
        asked = self.running.pop(number)
        seconds = time.monotonic() - asked.began
        point = Point(asked.place, AnswerStatus.ERROR, How.FAILED, key=asked.key, seconds=seconds)
        if isinstance(result, Exception):
            self.finish(replace(point, error=f"{type(result).__name__}: {result}"))
            return
        if result.stop is StopReason.INTERRUPTED:
            return
        point = replace(point, status=result.status, how=How.SEARCHED, bound=result.bound)
        if result.status is AnswerStatus.ERROR:
            point = replace(point, how=How.FAILED, error=why_failed(result))
        if result.plan is not None:
            found = _whole(replace(point, plan=result.plan), asked.case)
            if found is None:
                words = "the plan that came back does not pass verification"
                self.finish(replace(point, status=AnswerStatus.ERROR, how=How.FAILED, error=words))
                return
            point = _with_bound(found, asked.bound, asked.options.gap, asked.sources)
        self.learn(point, asked.program, asked.case)
        self.finish(point)

    def learn(self, point: Point, program: Program | None, case: Case) -> None:
        """Let later points know of this one."""
        if program is not None and point.how is not How.FAILED:
            infeasible = point.status is AnswerStatus.INFEASIBLE
            known = Known(
                point.place, program, point.plan, point.bound, infeasible, workloads(case.instance)
            )
            self.knowledge.add(known)

    def finish(self, point: Point, *, keep: bool = True) -> None:
        """Count a point as done, and keep it on disk."""
        self.points[point.place] = point
        if point.status in FINAL or point.status is AnswerStatus.NO_PLAN_FOUND:
            self.by_key[point.key] = point
            if keep and self.shelf is not None:
                self.shelf.keep(point)
        self.tell()

    def look_again(self) -> None:
        """Improve points whose search ended early by what later points have found."""
        open_ended = (AnswerStatus.FEASIBLE, AnswerStatus.NO_PLAN_FOUND)
        for place, point in list(self.points.items()):
            known = self.knowledge.done.get(place)
            if point.status not in open_ended or known is None:
                continue
            case = self.study.case(place)
            options = options_of(case, **self.study.options)
            carried = self.knowledge.about(place, case, known.program)
            better = _with_bound(point, carried.bound, options.gap, carried.bound_from)
            plan = carried.plan
            if plan is not None and (point.objective is None or plan.objective < point.objective):
                found = replace(point, status=AnswerStatus.FEASIBLE, plan=plan, bound=plan.bound)
                whole = _whole(found, case)
                if whole is not None:
                    better = _with_bound(whole, better.bound, options.gap, carried.bound_from)
            if better != point:
                self.learn(better, known.program, case)
                self.finish(better)


def _whole(point: Point, case: Case) -> Point | None:
    """A point whose plan was kept or sent, with its problem, verified and measured again."""
    assert point.plan is not None
    plan = with_problem(point.plan, case)
    verification = verify(case.instance, plan)
    if not verification.ok:
        return None
    plan = replace(plan, verification=verification)
    return replace(point, plan=plan, measures=measures_of(case.instance, plan))


def _with_bound(point: Point, bound: float | None, gap: float, sources: tuple[Place, ...]) -> Point:
    """The point with a carried bound, where that is higher than its own."""
    plan = point.plan
    if bound is None or (point.bound is not None and bound <= point.bound):
        bound, sources = point.bound, point.sources
    if plan is None or bound is None:
        return replace(point, bound=bound, sources=sources)
    bound = min(bound, plan.objective)
    distance = relative_gap(plan.objective, bound)
    proven = distance <= gap + 1e-9
    status = PlanStatus.OPTIMAL if proven else PlanStatus.FEASIBLE
    plan = replace(plan, bound=bound, gap=distance, status=status)
    return replace(point, plan=plan, bound=bound, sources=sources, status=AnswerStatus(str(status)))
