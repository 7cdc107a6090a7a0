"""Rows that follow from counts being whole: mixed-integer rounding of work and of demand.

Belongs here: valid rows that engines do not find by themselves, because they come from summing a
row over every pool. Does not belong here: valid rows of other kinds (tightening.py).

Rounding: from sum of c·n >= R with n whole and not negative follows, with f the fraction of R,
sum of F(c)·n >= ceil(R), where F(c) = floor(c) + min(1, fraction of c / f) (Nemhauser and Wolsey
1990).
"""

import math

from solver.families import Family
from solver.formulation.model import Model, Terms
from solver.formulation.workloads import (
    DONE,
    HELD,
    POOL_CHOSEN,
    REPLICAS,
    RUNNING,
    most_units,
)
from solver.instance.model import Occurrence, Service, TrainingMode

NEAR = 1e-5
"""A fraction nearer to a whole number gives a row of no use, or one that is true by rounding."""
MANY = 200
"""Of more units than this, rounding up one decides nothing."""


def round_work(model: Model) -> None:
    """Add the rows of training: few, and each closes much of what a relaxation leaves open."""
    for occurrence in model.instance.occurrences:
        _running(model, occurrence)
        if occurrence.split and len(occurrence.modes) > 1:
            _whole_units_together(model, occurrence)
            continue
        for mode in occurrence.modes:
            _whole_units(model, occurrence, mode)


def round_demand(model: Model) -> None:
    """Add the rows of services: for each interval several."""
    for service in model.instance.services:
        if service.whole_replicas:
            _whole_replicas(model, service)


def rounded(factor: float, fraction: float) -> float:
    """The factor of a whole number after rounding; ``fraction`` is that of the right-hand side.

    >>> rounded(1.0, 0.25), rounded(2.125, 0.25), rounded(0.5, 0.25)
    (1.0, 2.5, 1.0)
    """
    whole = math.floor(factor + 1e-9)
    return whole + min(1.0, max(0.0, factor - whole) / fraction)


def _whole_units(model: Model, occurrence: Occurrence, mode: TrainingMode) -> None:
    """Units of a pool that an occurrence holds when it runs there: sum of F·n >= ceil(R)·x.

    In a single interval that many units as finish the work; else, for each length u of an
    interval, from sum of (days/u)·n >= work / (rate of one unit · u). Valid for x = 0 too, where n
    is 0.
    """
    intervals = range(occurrence.first, occurrence.last)
    days = {i: model.instance.intervals[i].hours / 24 for i in intervals}
    rows: list[tuple[dict[int, float], int]] = []
    if len(days) == 1:
        rows = [({i: 1.0}, most_units(model, occurrence, mode, i)) for i in days]
    elif all(b >= 0 for _, b in mode.segments) and any(b == 0 for _, b in mode.segments):
        best = min(a for a, b in mode.segments if b == 0)
        for unit in sorted(set(days.values())):
            need = occurrence.work / (best * unit)
            fraction = need - math.floor(need)
            if NEAR < fraction < 1 - NEAR and need < MANY:
                rows.append(
                    ({i: rounded(d / unit, fraction) for i, d in days.items()}, math.ceil(need))
                )
    switch = model.of(POOL_CHOSEN).get((occurrence.key, mode.pool))
    path = ("training", occurrence.job, "window")
    for number, (factors, least) in enumerate(rows):
        held = model.of(HELD)
        terms: Terms = [(held[occurrence.key, mode.pool, i], f) for i, f in factors.items()]
        index = (occurrence.key, mode.pool, "whole", number)
        if switch is None:
            model.at_least(Family.TRAINING_WORK, index, path, terms, least)
        else:
            row = [*terms, (switch, -float(least))]
            model.at_least(Family.TRAINING_WORK, index, path, row, 0)


def _running(model: Model, occurrence: Occurrence) -> None:
    """What does not run does nothing, and nothing does more than all: done <= work·y.

    A relaxation that runs a fraction of the least units then does no more than that fraction.
    """
    path = ("training", occurrence.job)
    for mode in occurrence.modes:
        for interval in range(occurrence.first, occurrence.last):
            index = (occurrence.key, mode.pool, interval)
            switch = model.of(RUNNING).get(index)
            if switch is not None:
                row = [(model.of(DONE)[index], 1.0), (switch, -occurrence.work)]
                model.at_most(Family.TRAINING_RATE, index, path, row, 0)


def _whole_units_together(model: Model, occurrence: Occurrence) -> None:
    """Units of all pools that a split occurrence holds, counted in units of one of them.

    With w the work of a unit of a pool in an interval, at most: for each w' among them, from sum of
    (w/w')·n >= work/w', rounded.
    """
    worth: dict[int, float] = {}
    for mode in occurrence.modes:
        straight = [a for a, b in mode.segments if b == 0]
        if not straight or any(b < 0 for _, b in mode.segments):
            return
        for interval in range(occurrence.first, occurrence.last):
            days = model.instance.intervals[interval].hours / 24
            column = model.of(HELD)[occurrence.key, mode.pool, interval]
            worth[column] = min(straight) * days
    path = ("training", occurrence.job, "window")
    for number, unit in enumerate(sorted(set(worth.values()))):
        need = occurrence.work / unit
        fraction = need - math.floor(need)
        if NEAR < fraction < 1 - NEAR and need < MANY:
            terms: Terms = [(c, rounded(w / unit, fraction)) for c, w in worth.items()]
            index = (occurrence.key, "together", number)
            model.at_least(Family.TRAINING_WORK, index, path, terms, math.ceil(need))


def _whole_replicas(model: Model, service: Service) -> None:
    """Replicas that serve a demand: for each configuration, counting in replicas of it.

    With R the replicas of one configuration that all demand is worth, and c what a replica of
    another is worth at most: sum of c·r >= R, rounded.
    """
    kinds = sorted(
        {m.throughput for m in service.modes if len(m.throughput) == len(service.classes)}
    )
    for interval in range(len(model.instance.intervals)):
        peak = {n: service.demand[k][interval] for k, n in enumerate(service.classes)}
        served = {name: rate for name, rate in peak.items() if rate > 0}
        for number, kind in enumerate(kinds if served else ()):
            unit = dict(kind)
            need = sum(rate / unit[name] for name, rate in served.items())
            fraction = need - math.floor(need)
            if NEAR < fraction < 1 - NEAR and need < MANY:
                terms = _worth(model, service, interval, unit, served, fraction)
                index = (service.key, "whole", number, interval)
                path = ("inference", service.key, "requests")
                model.at_least(Family.REPLICAS, index, path, terms, math.ceil(need))


def _worth(
    model: Model,
    service: Service,
    interval: int,
    unit: dict[str, float],
    served: dict[str, float],
    fraction: float,
) -> Terms:
    """Replicas of every mode, each times what it is worth at most, rounded."""
    terms: Terms = []
    for mode in service.modes:
        index = (service.key, mode.configuration, mode.pool, interval)
        column = model.of(REPLICAS).get(index)
        if column is not None:
            worth = max(rate / unit[name] for name, rate in mode.throughput if name in served)
            terms.append((column, rounded(worth, fraction)))
    return terms
