"""Rows that every whole-number solution keeps anyway, and that bring the relaxation closer to it.

Belongs here: valid rows on top of the plain formulation, each with the reason why it cuts off no
plan. Does not belong here: rows that define the model.
"""

from collections.abc import Mapping

from solver.families import Family
from solver.formulation.model import Model, Terms
from solver.formulation.workloads import (
    DONE,
    HELD,
    POOL_CHOSEN,
    REPLICAS,
    RUNNING,
    SITE_CHOSEN,
    bought_to_work,
    owned_that_work,
)
from solver.instance.model import Occurrence, Service, TrainingMode

NEAR_TOLERANCE = 1e-3
"""Work in PFLOP/s-days, or load in replicas, that engines with tolerances of 1e-6 may overlook."""


def add_tightening(model: Model) -> None:
    """Add every family of valid rows."""
    owned = owned_that_work(model)
    bought = bought_to_work(model, {pool for pool, _ in owned})
    for occurrence in model.instance.occurrences:
        _work_by_pool(model, occurrence)
        _within_fleet(model, occurrence, bought, owned)
        _something_held(model, occurrence)
    for service in model.instance.services:
        if service.whole_replicas:
            _some_replica(model, service)


def _work_by_pool(model: Model, occurrence: Occurrence) -> None:
    """An occurrence that runs in one pool does all its work there: sum of done[o,k] >= work·x[o,k].

    Valid since x[o,k] = 1 leaves no other pool to do any; it replaces the sum over pools, in which
    a fraction of a dear pool's minimum could hide.
    """
    chosen = model.of(POOL_CHOSEN)
    for mode in occurrence.modes:
        switch = chosen.get((occurrence.key, mode.pool))
        if switch is None:
            continue
        terms: Terms = [
            (model.of(DONE)[occurrence.key, mode.pool, interval], 1.0)
            for interval in range(occurrence.first, occurrence.last)
        ]
        row = [*terms, (switch, -occurrence.work)]
        index = (occurrence.key, mode.pool)
        path = ("training", occurrence.job, "window")
        model.at_least(Family.TRAINING_WORK, index, path, row, 0)


def _within_fleet(
    model: Model,
    occurrence: Occurrence,
    bought: Mapping[tuple[str, int], Terms],
    owned: Mapping[tuple[str, int], float],
) -> None:
    """A fraction of an occurrence uses that fraction of the cards owned before, at most:
    unit_cards·n <= owned·y + bought, with y whether it runs there, or may.

    Valid since y = 1 leaves the row of capacity, and y = 0 leaves n = 0. Without it a relaxation
    runs a little of an occurrence on what each of many small fleets has left.
    """
    for mode in occurrence.modes:
        unit_cards = float(model.instance.pool[mode.pool].unit_cards)
        for interval in range(occurrence.first, occurrence.last):
            key, index = (mode.pool, interval), (occurrence.key, mode.pool, interval)
            held, switch = model.of(HELD)[index], _switch(model, occurrence, mode, interval)
            fleet = owned.get(key, 0.0)
            if switch is None or not 0 < fleet < unit_cards * model.columns[held].upper:
                continue
            terms: Terms = [(held, unit_cards), (switch, -fleet)]
            terms += [(column, -cards) for column, cards in bought.get(key, ())]
            path = ("training", occurrence.job)
            model.at_most(Family.CAPACITY, (*index, "fleet"), path, terms, 0)


def _switch(model: Model, occurrence: Occurrence, mode: TrainingMode, interval: int) -> int | None:
    """Whether an occurrence runs in a pool then, or else whether it may at all."""
    where = (occurrence.key, mode.pool)
    site = (occurrence.key, model.instance.pool[mode.pool].site)
    chosen = model.of(POOL_CHOSEN).get(where, model.of(SITE_CHOSEN).get(site))
    return model.of(RUNNING).get((*where, interval), chosen)


def _something_held(model: Model, occurrence: Occurrence) -> None:
    """Work needs at least one unit at some time, however little it is: sum of n >= 1.

    A work below the engines' tolerance would otherwise count as done by nothing.
    """
    held = [(column, 1.0) for index, column in model.of(HELD).items() if index[0] == occurrence.key]
    if held and 0 < occurrence.work < NEAR_TOLERANCE:
        path = ("training", occurrence.job)
        model.at_least(Family.TRAINING_WORK, (occurrence.key, "some"), path, held, 1)


def _some_replica(model: Model, service: Service) -> None:
    """Where there is demand there is a whole replica, however small the demand: sum of r >= 1."""
    most = max((rate for mode in service.modes for _, rate in mode.throughput), default=0.0)
    by_interval: dict[int, Terms] = {}
    for index, column in model.of(REPLICAS).items():
        if index[0] == service.key:
            by_interval.setdefault(int(index[3]), []).append((column, 1.0))
    for interval, terms in sorted(by_interval.items()):
        if sum(demand[interval] for demand in service.demand) >= NEAR_TOLERANCE * most:
            continue
        path = ("inference", service.key)
        model.at_least(Family.REPLICAS, (service.key, "some", interval), path, terms, 1)
