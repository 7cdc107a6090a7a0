"""A quick search around the plan of a neighbouring point, for a better plan to start from.

Belongs here: the rows that keep a plan near another one. Does not belong here: the search that
proves anything (solver.answer). Nothing found here is a bound: it only saves the engines the time
in which they look for a good plan.
"""

import math
import threading
from collections.abc import Mapping
from dataclasses import dataclass, replace

from solver.answer import solve_case
from solver.case import Case
from solver.engines import Options
from solver.families import Family
from solver.formulation import Model
from solver.formulation.purchases import units_of
from solver.formulation.workloads import POOL_CHOSEN
from solver.instance import Instance
from solver.plan import Plan
from solver.restriction import HELD, Restriction
from solver.start import StartError, decisions_of

ENGINE = "highs"
"""It finds good plans of small programs faster than CBC."""
LEAST_UNITS, SHARE = 2, 0.05
"""How far the units of an option may move: this many, or this share of them."""
TIME_FRACTION, MOST_S = 0.2, 15.0
"""What the search around a plan may take of the time limit, and at most."""


@dataclass(frozen=True)
class Neighbourhood:
    """What a search is held near to."""

    units: Mapping[str, float]
    """By option key."""
    pools: frozenset[tuple[str, str]]
    """Occurrence and the pool it runs in."""

    @classmethod
    def of(cls, instance: Instance, plan: Plan) -> "Neighbourhood":
        """That of a plan, in the keys of an instance. Raises StartError where it has others."""
        decisions = decisions_of(instance, plan)
        keys = {(o.job, o.number): o.key for o in instance.occurrences}
        pools = {(keys.get((row.job, row.occurrence), ""), row.pool) for row in decisions.training}
        return cls(decisions.units, frozenset(pools))

    def apply(self, model: Model) -> None:
        """Units of every option near the plan's, and the same pools for training."""
        for option in model.instance.options:
            if terms := units_of(model, option):
                units = self.units.get(option.key, 0.0)
                room = max(LEAST_UNITS, math.ceil(SHARE * units))
                row, path = ("near", option.key), ("purchases", option.offer)
                model.at_most(Family.OPTION, row, path, terms, units + room)
                if units > room:
                    model.at_least(Family.OPTION, row, path, terms, units - room)
        for index, column in model.of(POOL_CHOSEN).items():
            if index in self.pools:
                model.at_least(Family.OPTION, ("near", *index), ("training",), [(column, 1.0)], 1)


def better_start(
    case: Case,
    near: Plan,
    start: Plan | None,
    options: Options,
    interrupted: threading.Event | None,
) -> Plan | None:
    """The cheaper of ``start`` and what is found around ``near``, which need not hold here."""
    try:
        neighbourhood = Neighbourhood.of(case.instance, near)
    except StartError:
        return start
    answer = solve_case(
        case,
        replace(
            options,
            engine=ENGINE,
            gap=options.gap / 2,
            time_limit_s=min(MOST_S, TIME_FRACTION * options.time_limit_s),
        ),
        start=start,
        restriction=Restriction(neighbourhood.apply, f"{HELD}a plan near another one."),
        interrupted=interrupted,
    )
    if answer.plan is None:
        return start
    return answer.plan if start is None or answer.plan.objective < start.objective else start
