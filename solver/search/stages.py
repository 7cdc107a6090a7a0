"""The stages of a search: a relaxation for the bound, a plan near it, better plans near that.

Belongs here: one function for each stage, each on one engine, one run after the other. Does not
belong here: what runs beside what (search).
"""

import itertools
import threading
import time
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from solver import engines
from solver.engines import cbc
from solver.engines.dive import Anew, Dived, Rounding, dive
from solver.engines.parts import Found, run_part
from solver.engines.points import Point
from solver.engines.program import Part
from solver.search.diving import is_large, jobs_of, of_jobs, of_the_rest
from solver.search.incumbent import Incumbent
from solver.search.neighbourhoods import BOUGHT, Neighbourhoods
from solver.search.parts import Parts
from solver.search.placing import likely_pools, placed
from solver.search.shortage import Shortage
from solver.search.stock import Room

HIGHS = "highs"
JOBS_NODES, WINDOW_NODES = 200, 60
"""Nodes of a search tree: where a part is not done by then, the next one is worth more."""
NEIGHBOURHOOD_NODES = {cbc.NAME: 300, HIGHS: 60}
"""Of a neighbourhood's tree: most of the time goes by at its root. With 300 nodes CBC takes half as
long again as with 60, and finds better plans where it found none."""
GUARD_S = 60.0
"""No part is worth more time, on however slow a machine."""
NEIGHBOURHOOD_GUARD_S = 15.0
"""Nor any neighbourhood: a smaller one is worth more by then."""
PATIENCE_S, LEAST_PATIENCE_S = 5.0, 0.3
"""How long a stopped engine may take to hand over its plan, without and with a plan at hand."""
WIDTHS = (1, 3, None)
"""How far counts may be from the relaxation's; the first that has a plan will do."""
MARGINS = (0.95, 0.88, 1.0, 0.8)
"""Shares of power, racks and fabrics that a first plan may use."""
SHARES, SHARES_OF_LARGE = (1.0, 0.9, 0.8), (0.85, 0.75, 0.95)
"""Shares of the limits that a dive for jobs may use; the first that leaves room for the rest."""
TRIES = 8
"""How often some jobs are settled anew together."""
SHARE_OF_HUGE, LIKELY = 0.95, 6
"""The share of the limits that jobs settled anew may use, and so many pools of each workload."""
REPAIRS = 4
"""How often a large program is placed anew because what was placed could not be bought: of others a
dive has a plan sooner.
"""
AGAIN = 400
"""How often a first plan is thought over before anything is bought for it."""
ROUGH, ROUGH_OF_LARGE, BUYING_NODES, REST_NODES = 0.02, 0.03, 200, 1
"""What is bought for a first plan need not be the best."""
SHARES_BOUGHT, ROUGH_BOUGHT = (1.0, 0.95), 0.005
"""Shares of the limits that what is bought for jobs may use: the first that has a point will do;
near enough, where neighbourhoods of the plan follow."""
IN_VAIN = 5
"""So many neighbourhoods that hardly saved, and the search tree of the whole is worth more."""


@dataclass(frozen=True)
class Stage:
    """What every stage needs."""

    parts: Parts
    incumbent: Incumbent
    options: engines.Options
    """Of one engine on one thread; its time limit is that of the whole search."""
    helper: str
    """The engine that dives, thinks over neighbourhoods and finds what the other does not."""
    started: float
    stop: threading.Event
    """Set when everybody is to stop."""

    @cached_property
    def shortage(self) -> Shortage:
        """What finds out what cannot be bought: made once, if anything cannot."""
        return Shortage(self.parts)

    def left_s(self) -> float:
        """Seconds left."""
        return self.options.time_limit_s - (time.monotonic() - self.started)

    def over(self) -> bool:
        """Whether there is nothing left to do, or no time."""
        return self.stop.is_set() or self.incumbent.done.is_set() or self.left_s() <= 0.2

    def run(
        self,
        part: Part,
        *,
        gap: float,
        nodes: int | None,
        start: Point | None = None,
        engine: str | None = None,
        on_bound: Callable[[float], None] | None = None,
        guard_s: float = GUARD_S,
        branch_first: Sequence[Collection[int]] = (),
    ) -> Found:
        """Run the engine, or another, on a part, within what time is left."""
        seconds = max(0.2, min(self.left_s(), guard_s))
        options = replace(
            self.options, engine=engine or self.options.engine, gap=gap, time_limit_s=seconds
        )
        return run_part(
            part,
            options,
            nodes=nodes,
            start=start,
            interrupted=self.stop,
            patience_s=LEAST_PATIENCE_S if self.incumbent.point is not None else PATIENCE_S,
            on_bound=on_bound,
            branch_first=branch_first,
        )

    def dive(self, part: Part, roundings: list[Rounding], anew: Anew | None = None) -> Dived:
        """Dive into a part, within what time is left."""
        seconds = max(0.2, self.left_s())
        options = replace(self.options, engine=self.helper, time_limit_s=seconds)
        return dive(part, roundings, options, anew=anew, interrupted=self.stop)


def relax(stage: Stage, relaxation: Part) -> Found:
    """Solve a relaxation of the program, whose bound holds for the program."""
    found = stage.run(
        relaxation,
        gap=stage.options.gap / 2,
        nodes=JOBS_NODES,
        on_bound=stage.incumbent.raise_bound,
    )
    stage.incumbent.raise_bound(found.bound)
    return found


def settle(stage: Stage) -> bool:
    """Settle where jobs run by diving in a relaxation, then solve for the rest; whether there is a
    plan.

    Services do the same all through a period meanwhile: that costs little and makes relaxations
    several times as fast. The less of every limit the dive may use, the likelier the rest has room;
    but where CBC found no plan in the first rest it found none in others in 5 s each, which
    neighbourhoods of a plan are worth more.
    """
    model, parts = stage.parts.model, stage.parts.steady
    large = is_large(model)
    shares: Sequence[float] = SHARES_OF_LARGE if large else SHARES
    if stage.helper == cbc.NAME and stage.incumbent.point is not None:
        shares = shares[:1]
    for share in shares:
        if stage.over():
            break
        narrow = stage.parts.narrow(share).steady
        again = Anew(jobs_of(model), tries=0 if large else TRIES)
        jobs = stage.dive(Part.all_of(narrow.program), of_jobs(model), again).near
        if jobs is None:
            continue
        rest, gap, found = parts.jobs_as(jobs), ROUGH_OF_LARGE if large else ROUGH, None
        # Solved afresh: where the dive ended costs the same, but led to a plan 1.4 % dearer.
        relaxed = stage.dive(narrow.jobs_as(jobs).relaxed(), []).near if large else None
        if relaxed is not None:
            part = parts.used_only(rest, relaxed)
            found = stage.run(part, gap=gap, nodes=REST_NODES, engine=stage.helper).point
        if found is None and not stage.over():
            found = stage.run(rest, gap=gap, nodes=REST_NODES, engine=stage.helper).point
        if found is None and not stage.over():
            found = stage.dive(rest, of_the_rest(model)).point
        if found is not None:
            return stage.incumbent.offer(parts.spread(found))
    return False


def settle_anew(stage: Stage) -> bool:
    """Settle jobs anew from the best plan, one after the other, then solve for the rest, as long as
    that brings a better plan; whether it did.

    For huge programs, whose relaxation with all jobs free takes minutes. The workloads run in their
    likeliest pools only.
    """
    model, better = stage.parts.model, False
    steady, narrow = stage.parts.steady, stage.parts.narrow(SHARE_OF_HUGE).steady
    pools = likely_pools(model, stage.parts.program, LIKELY)
    while not stage.over():
        best = stage.incumbent.point
        assert best is not None
        again = Anew(jobs_of(model), rounds=1, held=best)
        likely = narrow.likely(Part.all_of(narrow.program), pools, best)
        near = stage.dive(likely, of_jobs(model), again).near
        if near is None:
            break
        rest = steady.used_only(steady.likely(steady.jobs_as(near), pools, best), near)
        found = stage.run(rest, gap=ROUGH_OF_LARGE, nodes=REST_NODES, engine=stage.helper).point
        if found is None or not stage.incumbent.offer(steady.spread(found)):
            break
        better = True
    return better


def first_plan(stage: Stage, diving: bool) -> bool:
    """Place every workload without an engine, then let one buy for it; whether there is a plan.

    What cannot be bought is placed anew, in pools that have not proven too small.
    """
    parts = stage.parts
    repairs = REPAIRS if is_large(parts.model) else 0
    for margin in MARGINS:
        room: Room = {}
        for turn in range(1 + repairs):
            if stage.over():
                return False
            use = placed(parts.model, parts.program, margin, AGAIN, stage.over, room)
            if use is None:
                break
            if _bought(stage, use, diving):
                return True
            if turn == repairs or stage.over():
                break
            less = _too_small(stage, use)
            if not less:
                break
            room = {**room, **less}
    return False


def _bought(stage: Stage, use: Point, diving: bool) -> bool:
    """Let an engine buy for a use of machines; whether it found a way.

    Where HiGHS may dive it buys in a moment, if dearly, and the plan is there a little sooner; but
    not for a large program, in which dives mostly find no way out. Where the engine finds nothing
    the helper searches too.
    """
    buying = stage.parts.buying(use)
    if diving and not is_large(stage.parts.model):
        dived = stage.dive(buying, of_the_rest(stage.parts.model))
        if dived.point is not None:
            stage.incumbent.offer(dived.point)
    found = stage.run(buying, gap=ROUGH, nodes=BUYING_NODES)
    point = found.point
    proven = found.status is engines.Status.INFEASIBLE
    if point is None and not (proven or stage.helper == stage.options.engine or stage.over()):
        point = stage.run(buying, gap=ROUGH_OF_LARGE, nodes=BUYING_NODES, engine=stage.helper).point
    if point is not None:
        stage.incumbent.offer(point)
    return stage.incumbent.point is not None


def _too_small(stage: Stage, use: Point) -> Room:
    """What pools have room for that are too small for a use of machines, by a relaxation in which
    cards may be missing; nothing where all can be bought in parts, or no relaxation was solved.
    """
    relaxed = stage.shortage.parts.buying(use).relaxed()
    point = stage.run(relaxed, gap=ROUGH, nodes=REST_NODES).point
    return {} if point is None else stage.shortage.room(point)


def plan_near(stage: Stage, relaxed: Point, widths: Sequence[int | None] = WIDTHS) -> bool:
    """Look for a better plan that keeps the places of a relaxation; whether there is one."""
    for width in widths:
        if stage.over():
            break
        part = stage.parts.window(relaxed, width)
        found = stage.run(part, gap=stage.options.gap, nodes=WINDOW_NODES)
        if found.point is not None and stage.incumbent.offer(found.point):
            return True
    return False


def plan_with_jobs(stage: Stage, jobs: Point) -> Point | None:
    """Run jobs as in the point of a relaxation, make whole what is bought, then what serves; the
    point in between, whose plan is offered, or None.

    CBC finds no plan in the rest as a whole, or one several per cent too dear.
    """
    parts, bought = stage.parts, None
    for share in SHARES_BOUGHT:
        if bought is None and not stage.over():
            rest = parts.bought(parts.narrow(share).jobs_as(jobs))
            bought = stage.run(rest, gap=ROUGH_BOUGHT, nodes=WINDOW_NODES).point
    if bought is None:
        return None
    for fewer in (False, True):
        if stage.over():
            break
        part = parts.rounded(parts.jobs_as(jobs), bought, fewer=fewer)
        found = stage.run(part, gap=ROUGH_BOUGHT, nodes=WINDOW_NODES).point
        if found is not None:
            stage.incumbent.offer(found)
            break
    return bought


def improve(
    stage: Stage,
    hint: Callable[[], Point | None],
    seed: int,
    *,
    in_vain: int | None = None,
    most: int | None = None,
) -> None:
    """Think over one neighbourhood of the best plan after another, and near the newest point of a
    relaxation that ``hint`` has.

    A large program's plan was settled with services that do the same all through a period, and is
    thought over so: what that costs is less than what larger neighbourhoods bring. CBC's plans come
    from points of its relaxations mostly. Ends when ``in_vain`` neighbourhoods in a row hardly
    saved, after ``most`` of them, or when the whole was thought over.
    """
    best, parts = stage.incumbent.point, stage.parts
    if best is not None and is_large(parts.model) and parts.steady.has(best):
        parts = parts.steady
    relaxing = stage.helper == cbc.NAME and not is_large(parts.model)
    near = Neighbourhoods(parts, seed, relaxing)
    for turn in itertools.count():
        if turn == most or stage.over() or near.exhausted():
            return
        if in_vain is not None and stage.incumbent.in_vain >= in_vain:
            return
        best, cost = stage.incumbent.point, stage.incumbent.cost
        if best is None or cost is None:
            return
        near.hint(hint())
        kind, part = near.next(best)
        found = stage.run(
            part,
            gap=stage.options.gap / 4,
            nodes=round(near.effort(kind) * NEIGHBOURHOOD_NODES[stage.helper]),
            start=best,
            engine=stage.helper,
            branch_first=parts.branched_first,
            guard_s=NEIGHBOURHOOD_GUARD_S,
        )
        if kind == BOUGHT:
            near.found(found.point)
            stage.incumbent.in_vain += 1
            continue
        point = None if found.point is None else parts.spread(found.point)
        after = cost
        if point is not None and stage.incumbent.offer(point):
            after = stage.parts.program.cost(point)
        done = found.status is engines.Status.OPTIMAL
        near.tell(kind, done, engines.relative_gap(cost, after))
        if not stage.incumbent.saves(cost, after):
            stage.incumbent.in_vain += 1
