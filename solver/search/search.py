"""What runs when and what runs beside what, and the answer that all runs make together.

Belongs here: `search`, for programs on which it pays. Does not belong here: the stages.
"""

import logging
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from solver import engines
from solver.engines import Attempt, Outcome, Status, StopReason, cbc
from solver.engines.points import Point
from solver.engines.program import Part, Program
from solver.formulation import Model
from solver.search.bounds import Bounds
from solver.search.diving import is_huge, is_large
from solver.search.incumbent import Incumbent
from solver.search.parts import Parts
from solver.search.stages import (
    HIGHS,
    IN_VAIN,
    Stage,
    first_plan,
    improve,
    plan_near,
    relax,
    settle,
    settle_anew,
)

Accept = Callable[[Mapping[str, float]], bool]
OnProgress = Callable[[engines.Progress], None]

MANY = 800
"""Whole numbers from which on the search pays; below, an engine alone is done sooner."""
TICK_S = 0.1

log = logging.getLogger(__name__)


def pays(model: Model) -> bool:
    """Whether a program is large enough for more than one run of one engine."""
    return sum(column.integer for column in model.columns) >= MANY


def search(
    model: Model,
    options: engines.Options,
    *,
    on_progress: OnProgress | None = None,
    interrupted: threading.Event | None = None,
    accept: Accept | None = None,
    start: Mapping[str, float] | None = None,
) -> Outcome:
    """Find the cheapest plan of a program, like `solver.engines.solve`.

    On one thread the chosen engine looks for a plan and for better plans near it, or HiGHS does
    where `options.helped` says so; then the ladder of `solver.engines.solve` takes over with the
    best plan to start from. On two threads or more, search trees - of a large program one over
    where its jobs run - grow from the beginning, while plans are looked for beside them; what
    either side finds guides the other, and the answer has the best plan and bound of both.
    """
    return _Search(model, options, on_progress, interrupted, accept).run(start)


class _Search:
    """One search and what it has found so far."""

    def __init__(
        self,
        model: Model,
        options: engines.Options,
        on_progress: OnProgress | None,
        interrupted: threading.Event | None,
        accept: Accept | None,
    ) -> None:
        self.started = time.monotonic()
        self.model, self.options = model, options
        self.on_progress, self.accept = on_progress, accept
        self.interrupted = interrupted or threading.Event()
        self.stop = threading.Event()
        self.names = [column.variable.name for column in model.columns]
        self.program = Program.of(model.problem)
        self.parts = Parts(model, self.program)
        self.incumbent = Incumbent(self.program, options.gap, self._accepted)
        self.beside = options.threads > 1
        self.helper = HIGHS if options.helped else options.engine
        """The engine that dives, thinks over neighbourhoods and grows trees."""
        self.stage = Stage(
            self.parts,
            self.incumbent,
            replace(options, threads=1),
            self.helper,
            self.started,
            self.stop,
        )
        self.bounds = Bounds(self.stage, self._take_hint, self._note)
        self.diving = self.helper == HIGHS or cbc.linear_solver() is not None
        self.large = is_large(model)
        self.attempts: list[Attempt] = []
        self.failures: list[BaseException] = []
        self.hint: Point | None = None
        """The newest point of a relaxation: better plans are looked for near it."""

    def run(self, start: Mapping[str, float] | None) -> Outcome:
        """Run the streams until the gap is reached or a limit comes, then make the answer."""
        if start is not None:
            self.incumbent.offer([float(start[name]) for name in self.names])
        streams: list[Callable[[], None]] = [self._near]
        if self.beside:
            large = self.large and self.helper == HIGHS
            streams.append(self.bounds.by_branches if large else self.bounds.by_trees)
        self._watch([threading.Thread(target=self._guarded, args=(s,)) for s in streams])
        if self.failures:
            raise self.failures[0]
        return self._answer()

    def _accepted(self, point: Point) -> bool:
        return self.accept is None or self.accept(self._values(point))

    def _values(self, point: Sequence[float]) -> dict[str, float]:
        return dict(zip(self.names, point, strict=True))

    def _guarded(self, stream: Callable[[], None]) -> None:
        """Run a stream; what it raises is raised again where the search was called."""
        try:
            stream()
        except BaseException as error:
            self.failures.append(error)
            self.stop.set()

    def _watch(self, threads: list[threading.Thread]) -> None:
        """Wait for the streams, tell of progress, and stop them when it is time."""
        for thread in threads:
            thread.start()
        try:
            while any(thread.is_alive() for thread in threads):
                time.sleep(TICK_S)
                if (
                    self.interrupted.is_set()
                    or self.incumbent.done.is_set()
                    or self.stage.left_s() <= 0
                ):
                    self.stop.set()
                self._report()
        finally:
            self.stop.set()
            for thread in threads:
                thread.join()

    def _report(self) -> None:
        if self.on_progress is not None:
            known, elapsed = self.incumbent, time.monotonic() - self.started
            together = self.beside and self.options.helped
            engine = f"{self.options.engine}+{HIGHS}" if together else self.options.engine
            self.on_progress(engines.Progress(elapsed, known.cost, known.bound, known.gap, engine))

    def _near(self) -> None:
        """One stream: a first plan, better plans near it and near relaxations; and on one thread a
        tree.
        """
        engine, stage = self.options.engine, self.stage
        if self.incumbent.point is None:
            began = time.monotonic()
            found = first_plan(stage, diving=self.diving)
            status = Status.FEASIBLE if found else Status.NO_PLAN
            self._note(engine, "first plan", status, StopReason.UNKNOWN, began, "")
        settled = False
        if self.diving and not stage.over():
            began = time.monotonic()
            settled = (settle_anew if is_huge(self.model) else settle)(stage)
            status = Status.FEASIBLE if settled else Status.NO_PLAN
            self._note(self.helper, "dive", status, StopReason.UNKNOWN, began, "")
        without = self.incumbent.point is None and not self.large
        if without or not self.beside:
            self._near_relaxation("jobs whole", self.parts.jobs(), not settled)
            if self.incumbent.point is None and not stage.over():
                self._near_relaxation("choices whole", self.parts.choices(), True)
        if self.incumbent.point is None or stage.over():
            return
        began = time.monotonic()
        in_vain = None if self.beside else IN_VAIN
        improve(stage, lambda: self.hint, self.options.seed, in_vain=in_vain)
        self._note(engine, "neighbourhoods", Status.FEASIBLE, StopReason.UNKNOWN, began, "")
        if self.helper == HIGHS and not (self.beside or self.large or stage.over()):
            self.bounds.by_trees()

    def _near_relaxation(self, name: str, relaxation: Part, look: bool) -> None:
        """Solve a relaxation and, if asked, look for a plan near its point."""
        stage, engine = self.stage, self.options.engine
        began = time.monotonic()
        found = relax(stage, relaxation)
        self._note(engine, name, found.status, found.stop, began, found.message)
        if found.point is not None and self.hint is None:
            self.hint = found.point
        if found.point is None or not look:
            return
        began = time.monotonic()
        status = Status.FEASIBLE if plan_near(stage, found.point) else Status.NO_PLAN
        self._note(engine, f"near {name}", status, StopReason.UNKNOWN, began, "")

    def _take_hint(self, point: Point) -> None:
        self.hint = point

    def _note(
        self, engine: str, variant: str, status: Status, stop: StopReason, began: float, words: str
    ) -> None:
        attempt = Attempt(
            engine=engine,
            engine_version=engines.engine_version(engine),
            variant=variant,
            options=self.options,
            status=status,
            stop=stop,
            seconds=time.monotonic() - began,
            message=words,
            objective=self.incumbent.cost,
            bound=self.incumbent.bound,
        )
        log.info("%s", attempt)
        self.attempts.append(attempt)

    def _answer(self) -> Outcome:
        """The answer where the gap is reached or time is up; else the ladder's, with what is
        known.
        """
        known = self.incumbent
        over = self.interrupted.is_set() or self.stage.left_s() <= 0.2
        if known.done.is_set() or (over and known.point is not None):
            return self._outcome(known.point, known.bound, self._why())
        options = replace(self.options, time_limit_s=max(0.2, self.stage.left_s()))
        outcome = engines.solve(
            self.model.problem,
            options,
            on_progress=self._passed_on if self.on_progress else None,
            interrupted=self.interrupted,
            accept=self.accept,
            start=None if known.point is None else self._values(known.point),
        )
        self.attempts += outcome.attempts
        if not outcome.values:
            return replace(outcome, attempts=tuple(self.attempts))
        point = [outcome.values[name] for name in self.names]
        bounds = [bound for bound in (outcome.bound, known.bound) if bound is not None]
        return self._outcome(point, max(bounds, default=None), outcome.stop)

    def _passed_on(self, progress: engines.Progress) -> None:
        """Progress of the ladder, with the bound that was known before and the search's clock."""
        assert self.on_progress is not None
        known = self.incumbent
        best = known.cost if progress.best is None else progress.best
        bounds = [b for b in (progress.bound, known.bound) if b is not None]
        bound = max(bounds, default=None)
        gap = None if best is None or bound is None else engines.relative_gap(best, bound)
        elapsed = time.monotonic() - self.started
        self.on_progress(replace(progress, elapsed_s=elapsed, best=best, bound=bound, gap=gap))

    def _why(self) -> StopReason:
        if self.incumbent.done.is_set():
            return StopReason.GAP
        return StopReason.INTERRUPTED if self.interrupted.is_set() else StopReason.TIME_LIMIT

    def _outcome(self, point: Point | None, bound: float | None, stop: StopReason) -> Outcome:
        assert point is not None
        cost = self.program.cost(point)
        if bound is not None:
            bound = min(bound, cost)  # by rounding only: a bound above a plan is not kept
        gap = None if bound is None else engines.relative_gap(cost, bound)
        near = engines.near_enough(gap, self.options.gap)
        return Outcome(
            status=Status.OPTIMAL if near else Status.FEASIBLE,
            stop=stop,
            objective=cost,
            bound=bound,
            gap=gap,
            values=self._values(point),
            attempts=tuple(self.attempts),
        )
