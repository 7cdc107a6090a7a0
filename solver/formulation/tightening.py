"""Rows that every whole-number solution keeps anyway, and that bring the relaxation closer to it.

Belongs here: valid rows on top of the plain formulation, each with the reason why it cuts off no
plan. Does not belong here: rows that define the model.
"""

from solver.families import Family
from solver.formulation.model import Model, Terms
from solver.formulation.workloads import DONE, POOL_CHOSEN
from solver.instance.model import Occurrence


def add_tightening(model: Model) -> None:
    """Add every family of valid rows."""
    for occurrence in model.instance.occurrences:
        _work_by_pool(model, occurrence)


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
