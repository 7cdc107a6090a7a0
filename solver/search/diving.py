"""The order in which a dive makes a relaxation's columns whole.

Belongs here: what is decided first - where jobs run, then what they and the services hold, then
what is ordered, period by period. Does not belong here: the dive itself (solver.engines.dive).
"""

import math
from collections import defaultdict
from dataclasses import replace

from solver.engines.dive import Rounding
from solver.formulation import Model
from solver.formulation.model import Index
from solver.formulation.places import SWITCHES
from solver.formulation.purchases import CARD_TYPE, ORDERED, QUANTITY, useful_tiers
from solver.formulation.workloads import (
    HELD,
    POOL_CHOSEN,
    REPLICAS,
    RESERVED,
    RUNNING,
    SITE_CHOSEN,
)

LARGE_STRETCHES, COARSE = 4, 0.7
LARGE = 20_000
"""Columns from which on a relaxation takes seconds, so that few of them must do."""


def roundings(model: Model) -> list[Rounding]:
    """Every whole column of a program, in the order in which it is decided.

    What stands is the sum of what was ordered, and whole when that is.
    """
    if len(model.columns) >= LARGE:
        return [
            rounding if rounding.rule == "one" else replace(rounding, share=COARSE)
            for rounding in _in_order(model, LARGE_STRETCHES)
        ]
    return _in_order(model, len(model.instance.periods))


def _in_order(model: Model, stretches: int) -> list[Rounding]:
    return [
        Rounding(list(model.of(CARD_TYPE).values())),
        _one_each(model, SITE_CHOSEN),
        _one_each(model, POOL_CHOSEN),
        Rounding(_whole(model, RUNNING)),
        Rounding(_whole(model, HELD)),
        Rounding([*_whole(model, REPLICAS), *_whole(model, RESERVED)], share=0.4),
        *_orders(model, stretches),
        Rounding(_whole(model, SWITCHES), share=1.0),
    ]


def _whole(model: Model, kind: str) -> list[int]:
    return [column for column in model.of(kind).values() if model.columns[column].integer]


def _one_each(model: Model, kind: str) -> Rounding:
    """One pool, or one site, of each occurrence."""
    chosen = model.of(kind)
    names = {occurrence: n for n, occurrence in enumerate(sorted({str(i[0]) for i in chosen}))}
    groups = [names[str(index[0])] for index in chosen]
    return Rounding(list(chosen.values()), rule="one", share=0.2, groups=groups)


def _orders(model: Model, stretches: int) -> list[Rounding]:
    """By stretches of periods, whether and in which tier offers are ordered, then how many."""
    length = math.ceil(len(model.instance.periods) / stretches)
    by_order: dict[Index, list[int]] = defaultdict(list)
    by_period: dict[int, list[int]] = defaultdict(list)
    for (key, number), column in model.of(QUANTITY).items():
        option = model.instance.option[str(key)]
        by_order[option.offer, option.period, number].append(column)
        by_period[option.period // length].append(column)
    found = []
    for period in sorted(by_period):
        switches = [index for index in model.of(ORDERED) if int(index[1]) // length == period]
        if switches:
            found.append(
                Rounding(
                    [model.of(ORDERED)[index] for index in switches],
                    rule="order",
                    share=0.5,
                    quantities=[by_order[index] for index in switches],
                    firsts=[_first(model, index) for index in switches],
                )
            )
        found.append(Rounding(by_period[period], share=0.5))
    return found


def _first(model: Model, order: Index) -> float:
    """The least quantity of an order in a tier."""
    offer = model.instance.offer[str(order[0])]
    return float(max(useful_tiers(offer)[int(order[2])].first_units, offer.minimum_order))
