"""The order in which a dive makes a relaxation's columns whole.

Belongs here: what is decided first - where jobs run, then what they and the services hold, then
what is ordered, period by period. Does not belong here: the dive itself (solver.engines.dive).
"""

import math
from collections import defaultdict

from solver.engines.dive import Rounding
from solver.formulation import Model
from solver.formulation.places import SWITCHES
from solver.formulation.purchases import CARD_TYPE, ORDERED, QUANTITY
from solver.formulation.workloads import (
    HELD,
    POOL_CHOSEN,
    REPLICAS,
    RESERVED,
    RUNNING,
    SITE_CHOSEN,
)

LARGE, HUGE = 20_000, 200_000
"""Columns from which on a relaxation takes seconds, and minutes."""
STRETCHES, COARSE, FINE = 4, 0.7, 0.25
"""So many stretches of periods, and shares of the columns rounded at once, of large programs."""


def of_jobs(model: Model) -> list[Rounding]:
    """What decides where jobs run, when and on how much, in the order in which it is decided."""
    return [
        Rounding(list(model.of(CARD_TYPE).values())),
        _one_each(model),
        Rounding(_whole(model, RUNNING), share=_share(model)),
        Rounding(_whole(model, HELD), share=_share(model)),
    ]


def jobs_of(model: Model) -> list[list[int]]:
    """What decides where, when and on how much each occurrence runs: one set for each."""
    columns: dict[str, list[int]] = {o.key: [] for o in model.instance.occurrences}
    for kind in (SITE_CHOSEN, POOL_CHOSEN, RUNNING, HELD):
        for index, column in model.of(kind).items():
            columns[str(index[0])].append(column)
    return [found for found in columns.values() if found]


def of_the_rest(model: Model) -> list[Rounding]:
    """What is left when jobs are settled: what serves, and what is ordered, period by period.

    What stands is the sum of what was ordered, and whole when that is.
    """
    serving = [*_whole(model, REPLICAS), *_whole(model, RESERVED)]
    return [
        Rounding(list(model.of(CARD_TYPE).values())),
        Rounding(serving, share=max(0.4, _share(model))),
        *_orders(model),
        Rounding(_whole(model, SWITCHES), share=1.0),
    ]


def is_large(model: Model) -> bool:
    """Whether a relaxation takes so long that few of them must do."""
    return len(model.columns) >= LARGE


def is_huge(model: Model) -> bool:
    """Whether a first plan is settled anew instead of a relaxation."""
    return len(model.columns) >= HUGE


def _share(model: Model) -> float:
    return COARSE if is_large(model) else FINE


def _whole(model: Model, kind: str) -> list[int]:
    return [column for column in model.of(kind).values() if model.columns[column].integer]


def _one_each(model: Model) -> Rounding:
    """One pool, or one site, of each occurrence; those that need the most at a time first."""
    rate = {}
    for occurrence in model.instance.occurrences:
        window = model.instance.intervals[occurrence.first : occurrence.last]
        rate[occurrence.key] = occurrence.work / sum(interval.hours for interval in window)
    number = {occurrence: n for n, occurrence in enumerate(rate)}
    chosen = [*model.of(SITE_CHOSEN).items(), *model.of(POOL_CHOSEN).items()]
    return Rounding(
        [column for _, column in chosen],
        rule="one",
        groups=[number[str(index[0])] for index, _ in chosen],
        weights=[rate[str(index[0])] for index, _ in chosen],
    )


def _orders(model: Model) -> list[Rounding]:
    """By stretches of periods, whether and in which tier offers are ordered, then how many."""
    periods = len(model.instance.periods)
    length, share = (math.ceil(periods / STRETCHES), COARSE) if is_large(model) else (1, 0.5)
    orders: dict[int, list[int]] = defaultdict(list)
    for index, column in model.of(ORDERED).items():
        orders[int(index[1]) // length].append(column)
    quantities: dict[int, list[int]] = defaultdict(list)
    for (key, _), column in model.of(QUANTITY).items():
        quantities[model.instance.option[str(key)].period // length].append(column)
    found = []
    for stretch in sorted(quantities):
        found.append(Rounding(orders[stretch], rule="order"))
        found.append(Rounding(quantities[stretch], share=share))
    return found
