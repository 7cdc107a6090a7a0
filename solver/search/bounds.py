"""Bounds of a program: the trees that raise them, one after the other.

Belongs here: which tree is grown when, and when it is left for the next. Does not belong here:
plans (stages), which cost a tree is to rule out (targets), how a tree over jobs grows
(solver.engines.branch).
"""

import math
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace

from solver import engines
from solver.engines import Status, StopReason
from solver.engines.branch import branch
from solver.engines.parts import Found, run_part
from solver.engines.points import Point
from solver.engines.program import Part
from solver.search import branching
from solver.search.incumbent import Incumbent
from solver.search.stages import HIGHS, WIDTHS, Stage, improve, plan_near, plan_with_jobs
from solver.search.steady import average
from solver.search.targets import Either, Targets

SETTLED, SETTLED_OF_PLAN = 0.2, 0.005
"""What a relaxation's best point may cost more than its bound once it has little left to tell: a
share of what the plan does, or of the plan."""
CALM = 4
"""So many neighbourhoods that hardly saved, and points of a relaxation bring no better plan either:
then a target may be nearer to the plan. A tree that rules out half a per cent less takes hardly
longer than one for 1.5 %: on M4 of the benchmarks 16 s and 13 s, the one after the other 36 s."""
BESIDE = 6
"""So many neighbourhoods at most are thought over beside others before CBC's first target."""
ROOT_NODES = 1
"""Of that relaxation where plans have settled before, as on one thread: for a first bound."""
LOOKING = 0.5
"""The share of a relaxation's effort that goes into points rather than into its bound. With HiGHS's
own 0.05, points as good come 20 s later or never."""

LOOKING_NODES, LOOKING_S = 250, 15.0
"""Of CBC's tree over what is bought: with fewer it has no point yet on half of the problems
measured, and where that takes longer, ruling targets out is worth more."""
CBC_NODES, CBC_BOLDEST, CBC_NEAR, CBC_MORE = 1200, 0.35, 0.007, 2
"""CBC's trees have more nodes than those of HiGHS in as much time, and its plans are further from
the optimum: nearer targets lie above it mostly, but for plans that get no better. What lies 0.5 %
below the optimum is ruled out in 7 to 23 s, 2 % in 5 to 18 s, but the one is no help to the other:
so both cores look for plans before the first target.
"""

Note = Callable[[str, str, Status, StopReason, float, str], None]
"""Hears of a run: engine, variant, status, why it stopped, when it began, its words."""


@dataclass
class Bounds:
    """Raises the bound of an incumbent, and finds points of relaxations on the way."""

    stage: Stage
    take_hint: Callable[[Point], None]
    note: Note
    hoped: float = math.inf
    """What the best point of a relaxation costs."""

    def by_trees(self) -> None:
        """Search trees, each to rule out that anything costs less than a target, after those of
        relaxations, from which come the first bound and points that plans are looked for near.

        CBC's tree over all that is bought has hardly a bound, and points late or never; that over
        what jobs hold ends within seconds, and the best plans run jobs nearly as it does.
        """
        stage, parts = self.stage, self.stage.parts
        if stage.helper != HIGHS:
            ended = self._stepped()
        elif stage.incumbent.in_vain >= CALM:
            ended = self._few_nodes("bought whole", parts.bought(), ROOT_NODES).status
        else:
            ended = self._settled("bought whole", parts.bought())
        if ended is not Status.INFEASIBLE:
            targets, more = self._targets(), True
            while more and not stage.stop.is_set():
                more = self._rule_out(targets)
        stage.stop.set()

    def by_branches(self) -> None:
        """For a large program, whose tree as a whole would not grow: a tree over where jobs run,
        after a first bound.
        """
        self._average()
        stage, began = self.stage, time.monotonic()
        found = branch(
            Part.all_of(stage.parts.program),
            branching.groups(stage.parts.model),
            branching.stages(stage.parts.model),
            self._from_now(HIGHS),
            cutoff=lambda: stage.incumbent.cost,
            interrupted=stage.stop,
            on_bound=stage.incumbent.raise_bound,
        )
        words = f"{found.nodes} nodes"
        self.note(HIGHS, "branches", Status.NO_PLAN, StopReason.UNKNOWN, began, words)

    def _average(self) -> None:
        """A bound long before that of the relaxation, and a little below it: that of periods on
        average.
        """
        stage = self.stage
        program = stage.parts.program.summed(*average(stage.parts.model))
        began = time.monotonic()
        found = run_part(
            Part.all_of(program).relaxed(), self._from_now(HIGHS), interrupted=stage.stop
        )
        self._keep("average", found, HIGHS, began)

    def _targets(self) -> Targets:
        gap = self.stage.options.gap
        if self.stage.helper == HIGHS:
            return Targets(gap)
        return Targets(
            gap,
            share=CBC_BOLDEST,
            nodes=CBC_NODES,
            boldest=CBC_BOLDEST,
            near=CBC_NEAR,
            more=CBC_MORE,
        )

    def _settled(self, name: str, relaxation: Part) -> Status:
        """A tree over a relaxation that looks for points too, until it has little left to tell."""
        stage, began = self.stage, time.monotonic()
        known = stage.incumbent
        settled = Settled(known, stage.stop)

        def found_point(point: Point) -> None:
            settled.found(stage.parts.program.cost(point))
            self.take_hint(point)

        found = run_part(
            relaxation,
            self._from_now(stage.helper),
            start=known.point,
            heuristics=LOOKING,
            interrupted=settled,
            on_bound=settled.raised,
            on_point=found_point,
        )
        self.hoped = settled.cost
        return self._keep(name, found, stage.helper, began)

    def _stepped(self) -> Status:
        """CBC's tree over what jobs hold, for a first bound, and a plan with jobs as there; then
        better plans, here too, for a while. Where there is no plan at all after the
        tree, its tree over what is bought has one sooner, if a dear one.
        """
        known, parts = self.stage.incumbent, self.stage.parts
        found = self._few_nodes("jobs whole", parts.jobs(), CBC_NODES, heuristics=0.0)
        if known.point is None:
            near = self._few_nodes("bought whole", parts.bought(), LOOKING_NODES, most_s=LOOKING_S)
            if near.point is not None:
                plan_near(self.stage, near.point, WIDTHS[:1])
        if found.point is not None:
            began = time.monotonic()
            bought = plan_with_jobs(self.stage, found.point)
            status = Status.NO_PLAN if bought is None else Status.FEASIBLE
            self.note(self.stage.helper, "with jobs", status, StopReason.UNKNOWN, began, "")
            if bought is not None:
                known.in_vain = 0  # near a new point plans may get better
                self.take_hint(bought)
        seed = self.stage.options.seed + 1
        improve(self.stage, lambda: None, seed, in_vain=CALM, most=BESIDE)
        return found.status

    def _few_nodes(
        self,
        name: str,
        relaxation: Part,
        nodes: int,
        *,
        heuristics: float | None = None,
        most_s: float = math.inf,
    ) -> Found:
        """A tree of few nodes over a relaxation."""
        stage, began = self.stage, time.monotonic()
        options = self._from_now(stage.helper)
        found = run_part(
            relaxation,
            replace(options, time_limit_s=min(most_s, options.time_limit_s)),
            nodes=nodes,
            start=stage.incumbent.point,
            heuristics=heuristics,
            interrupted=stage.stop,
            on_bound=stage.incumbent.raise_bound,
        )
        if found.point is not None:
            self.take_hint(found.point)
        self._keep(name, found, stage.helper, began)
        return found

    def _rule_out(self, targets: Targets) -> bool:
        """Let a tree rule out the next target, or without a plan find one; whether anything is left
        to find.
        """
        stage, began = self.stage, time.monotonic()
        known = stage.incumbent
        cost = known.cost
        calm = known.in_vain >= CALM
        target = None if cost is None else targets.next(cost, known.bound, self.hoped, calm=calm)
        nodes = targets.nodes * (targets.more if calm else 1)
        with targets.stay(target, known, stage.stop) as void:
            found = run_part(
                Part.all_of(stage.parts.program),
                self._from_now(stage.helper),
                nodes=None if cost is None else nodes,
                cutoff=target,
                branch_first=stage.parts.branched_first,
                interrupted=void,
                on_bound=known.raise_bound,
                on_point=known.offer,
            )
        self._keep("whole", found, stage.helper, began)
        if found.point is not None:
            known.offer(found.point)
        if target is not None and not void.is_set():
            targets.tell(found.bound is not None and found.bound >= target)
        last = cost is None or target == targets.last(cost)
        ended = found.status in (Status.OPTIMAL, Status.INFEASIBLE)
        return not (last and ended and known.cost == cost)

    def _keep(self, name: str, found: Found, engine: str, began: float) -> Status:
        self.stage.incumbent.raise_bound(found.bound)
        self.note(engine, name, found.status, found.stop, began, found.message)
        return found.status

    def _from_now(self, engine: str) -> engines.Options:
        """What an engine is given: the time that is left."""
        seconds = max(0.2, self.stage.left_s())
        return replace(self.stage.options, engine=engine, time_limit_s=seconds)


class Settled(Either):
    """Set with another event, or when a relaxation of a program has little left to tell: its best
    point, which may be the plan, costs little more than its bound, or plans get no better.
    """

    def __init__(self, incumbent: Incumbent, stop: threading.Event) -> None:
        super().__init__(stop)
        self.incumbent = incumbent
        self.cost = math.inf

    def found(self, cost: float) -> None:
        """Hear of the cost of a point of the relaxation: much less, and plans may get better."""
        known = self.incumbent
        least = self.cost if known.cost is None else min(self.cost, known.cost)
        if math.isfinite(least) and known.saves(least, cost):
            known.in_vain = 0
        self.cost = min(self.cost, cost)

    def raised(self, bound: float) -> None:
        """Hear of the relaxation's bound, which is one of the program."""
        self.incumbent.raise_bound(bound)
        plan = self.incumbent.cost
        if plan is not None:
            enough = max(SETTLED * (plan - bound), SETTLED_OF_PLAN * abs(plan))
            near = min(plan, self.cost) - bound <= enough
            if near or self.incumbent.in_vain >= CALM:
                self.set()
