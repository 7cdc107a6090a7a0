"""What the points of a sweep that are done say of one that is not: a plan, a bound, a refutation.

Belongs here: which done points are asked, and fitting a plan of theirs to another problem. Does not
belong here: why a bound carries over (program), the sweep itself (sweep).

A point whose best carried plan is within the asked gap of its best carried bound needs no search:
the plan is verified for its own problem, the bound is proven for it.
"""

import math
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from solver.answer import plan_of
from solver.bill import Decisions
from solver.case import Case
from solver.instance import Instance
from solver.plan import Plan, RoutingRow, ServingRow, TrainingRow
from solver.start import StartError, decisions_of
from solver.studies.grid import Place
from solver.studies.program import Program, carried_bound
from solver.verify import verify

NEAREST = 2
"""Done points that are asked on each side along an axis."""
MOST_PLANS = 6
"""Plans that are fitted to a point, those of the nearest points first."""


@dataclass(frozen=True)
class Known:
    """A point that is done."""

    place: Place
    program: Program
    plan: Plan | None
    bound: float | None
    """No plan of it costs less."""
    infeasible: bool
    """Proven: it has no plan."""
    workloads: tuple[object, ...]
    """All that must be computed at it."""


@dataclass(frozen=True)
class Carried:
    """What is known of a point before any search."""

    plan: Plan | None = None
    """The cheapest plan of a done point that holds here too, verified; with the bound."""
    bound: float | None = None
    bound_from: tuple[Place, ...] = ()
    """The points that the bound is proven by."""
    infeasible_by: Place | None = None
    """A looser problem that has no plan."""
    near: Plan | None = None
    """The plan of the nearest point, which need not hold here."""
    same_workloads: bool = False
    """Whether that point asks for the same work and the same rates."""


@dataclass
class Knowledge:
    """The points that are done, by their place in the grid."""

    done: dict[Place, Known] = field(default_factory=dict)

    def add(self, known: Known) -> None:
        """Keep what a point has come to."""
        self.done[known.place] = known

    def about(self, place: Place, case: Case, program: Program) -> Carried:
        """Everything the done points say of another one."""
        sides = list(self._sides(place))
        near = [known for pair in sides for side in pair for known in side]
        for known in near:
            if known.infeasible and program.within(known.program):
                return Carried(infeasible_by=known.place)
        bound, sources = self._bound(program, sides)
        plan = self._plan(place, case, bound)
        nearest = self._nearest(place)
        same = bool(nearest) and nearest[0].workloads == workloads(case.instance)
        return Carried(
            plan, bound, sources, near=nearest[0].plan if nearest else None, same_workloads=same
        )

    def _sides(self, place: Place) -> Iterator[tuple[list[Known], list[Known]]]:
        """Done points on the lines through a place, below and above it, nearest first."""
        for axis, here in enumerate(place):
            line = [
                (index, self.done[other])
                for other in self.done
                if (index := other[axis]) != here
                and other[:axis] == place[:axis]
                and other[axis + 1 :] == place[axis + 1 :]
            ]
            line.sort(key=lambda entry: abs(entry[0] - here))
            below = [known for index, known in line if index < here]
            above = [known for index, known in line if index > here]
            yield below[:NEAREST], above[:NEAREST]

    def _bound(
        self, program: Program, sides: Sequence[tuple[list[Known], list[Known]]]
    ) -> tuple[float | None, tuple[Place, ...]]:
        """The highest bound that one point, or two on both sides of it, prove."""
        best: tuple[float, tuple[Place, ...]] | None = None
        for below, above in sides:
            singles = [(known,) for known in (*below, *above)]
            pairs = [(low, high) for low in below[:1] for high in above[:1]]
            for group in (*singles, *pairs):
                given = [(k.program, k.bound) for k in group if k.bound is not None]
                if len(given) < len(group):
                    continue
                found = carried_bound(program, *given)
                if found is not None and (best is None or found > best[0]):
                    best = (found, tuple(known.place for known in group))
        return (None, ()) if best is None else best

    def _plan(self, place: Place, case: Case, bound: float | None) -> Plan | None:
        """The cheapest plan of a near point that holds here, whatever the point's own proof."""
        plans = [fitted(case, k.plan, bound) for k in self._nearest(place) if k.plan]
        return min((plan for plan in plans if plan), key=lambda plan: plan.objective, default=None)

    def _nearest(self, place: Place) -> list[Known]:
        """Points with a plan, the nearest first."""
        with_plan = [known for known in self.done.values() if known.plan is not None]
        with_plan.sort(key=lambda known: (math.dist(known.place, place), known.place))
        return with_plan[:MOST_PLANS]


def workloads(instance: Instance) -> tuple[object, ...]:
    """All that must be computed: what two points have in common where only costs or limits
    differ.
    """
    return (instance.occurrences, instance.services, instance.reservations)


def fitted(case: Case, plan: Plan, bound: float | None = None) -> Plan | None:
    """A plan of another problem as a plan of this one, priced and verified; None if it does not
    hold.

    Its orders stay as they are. What is routed and trained is brought to this problem's demand, in
    the same proportions.
    """
    try:
        decisions = decisions_of(case.instance, plan)
        decisions = _to_demand(case.instance, decisions)
        found = plan_of(case, decisions, bound)
    except (StartError, KeyError, IndexError):
        return None  # its offers, pools, intervals or periods are none of this problem's
    verification = verify(case.instance, found)
    return replace(found, verification=verification) if verification.ok else None


def _to_demand(instance: Instance, decisions: Decisions) -> Decisions:
    """Decisions with rates that add up to the demand, their replicas, and the work to be done."""
    routing = _routing(instance, decisions)
    return replace(
        decisions,
        routing=routing,
        serving=_serving(instance, decisions, routing),
        training=_training(instance, decisions),
    )


def _routing(instance: Instance, decisions: Decisions) -> tuple[RoutingRow, ...]:
    demand = {
        (service.key, name, interval): rate
        for service in instance.services
        for name, rates in zip(service.classes, service.demand, strict=True)
        for interval, rate in enumerate(rates)
    }
    routed: dict[tuple[str, str, int], float] = defaultdict(float)
    for row in decisions.routing:
        routed[row.service, row.class_, row.interval] += row.rate
    rows = []
    for row in decisions.routing:
        key = (row.service, row.class_, row.interval)
        if demand[key] > 0:
            rows.append(replace(row, rate=row.rate * demand[key] / routed[key]))
    return tuple(rows)


def _serving(
    instance: Instance, decisions: Decisions, routing: Sequence[RoutingRow]
) -> tuple[ServingRow, ...]:
    load: dict[tuple[str, str, str, int], float] = defaultdict(float)
    modes = {(s.key, m.configuration, m.pool): m for s in instance.services for m in s.modes}
    whole = {service.key: service.whole_replicas for service in instance.services}
    for row in routing:
        mode = modes[row.service, row.configuration, row.pool]
        each = dict(mode.throughput)[row.class_]
        load[row.service, row.configuration, row.pool, row.interval] += row.rate / each
    rows = []
    for held in decisions.serving:
        need = load[held.service, held.configuration, held.pool, held.interval]
        replicas = float(math.ceil(need - 1e-7)) if whole[held.service] else need
        if replicas:
            cards = replicas * modes[held.service, held.configuration, held.pool].cards
            rows.append(replace(held, replicas=replicas, cards=cards))
    return tuple(rows)


def _training(instance: Instance, decisions: Decisions) -> tuple[TrainingRow, ...]:
    work = {(o.job, o.number): o.work for o in instance.occurrences}
    done: dict[tuple[str, int], float] = defaultdict(float)
    for row in decisions.training:
        done[row.job, row.occurrence] += row.work_done
    return tuple(
        replace(
            row,
            work_done=row.work_done * work[row.job, row.occurrence] / done[row.job, row.occurrence],
        )
        for row in decisions.training
    )
