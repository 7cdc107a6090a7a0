"""Every layout of a job on cards with so much memory: what is computed once for all machines.

Belongs here: which layouts with how many replicas fit, and their work. Does not belong here: which
of them is best on a machine (search), what one takes (step_time) or needs (memory).
"""

from functools import lru_cache
from typing import NamedTuple

import numpy as np

from solver.estimate.figures import Job, MemoryParameters, TrainingParameters
from solver.estimate.layout import Array, Layouts, layouts
from solver.estimate.memory import Needs, needs
from solver.estimate.step_work import step_work

ROUNDING = 1e-9
"""By how much what is below in exact arithmetic may be above in floating point."""


class Shapes(NamedTuple):
    """All layouts of a job in domains of one size, whatever memory and speed the cards have."""

    cut: Layouts
    each: Array
    """Micro-batches of the whole batch."""
    shards: Array
    """Cards of one replica."""
    most_replicas: Array
    """More have no sequence of the batch to work on."""
    most: Array
    """Replicas up to which interleaved stages have the micro-batches they need."""
    needs: Needs


class Held(NamedTuple):
    """The layouts that some machines with domains of one size hold, a column for each."""

    order: Array
    """Where they are among all."""
    shards: Array
    near: Array
    """One over the replicas that a domain holds."""
    most_replicas: Array
    fewest: Array
    """Replicas from which on one fits, a row for each machine; infinite where it never does."""
    most: Array
    """Replicas up to which it fits, and no faster one that differs in recomputation alone."""


@lru_cache(maxsize=128)
def shapes(job: Job, domain_cards: int, given: MemoryParameters) -> Shapes:
    """All layouts of a job."""
    cut = layouts(job.layers, domain_cards, job.recomputation, job.interleaved)
    each = job.sequences / cut.micro_batch
    least_share = cut.pipeline / each
    with np.errstate(divide="ignore"):
        most = np.floor((1 + ROUNDING) / least_share)
        most -= 1 / most < least_share
    most = np.where(cut.chunks > 1, most, np.inf)
    shards = cut.tensor * cut.pipeline
    return Shapes(cut, each, shards, np.floor(each), most, needs(job, given, cut))


@lru_cache(maxsize=128)
def work(job: Job, domain_cards: int, given: TrainingParameters) -> tuple[Array, Array]:
    """A step's gathered work, and its bubble, in all layouts."""
    found = step_work(job, given, shapes(job, domain_cards, given.memory).cut)
    return found.gathered, found.bubble


@lru_cache(maxsize=256)
def held(
    job: Job, memories_gb: tuple[float, ...], domain_cards: int, given: MemoryParameters
) -> Held:
    """What fits on machines with these memories."""
    every = shapes(job, domain_cards, given)
    different = sorted(set(memories_gb))
    fewest, most = _replicas(job, every, np.array(different) * given.usable_memory)
    order = np.flatnonzero(np.isfinite(fewest).any(axis=0))
    rows = np.searchsorted(different, memories_gb)[:, None]
    return Held(
        order,
        every.shards[order],
        every.cut.tensor[order] / domain_cards,
        every.most_replicas[order],
        fewest[rows, order],
        most[rows, order],
    )


def _replicas(job: Job, every: Shapes, usable_gb: Array) -> tuple[Array, Array]:
    """The fewest and the most replicas with which each layout is of use; a row for each memory."""
    room = usable_gb[:, None] - job.reserved_gb
    most_share = np.clip(every.needs.most_share(every.each, room), 0, 1)
    most_share[most_share * every.most_replicas < 1 - ROUNDING] = 0
    with np.errstate(divide="ignore"):
        fewest = np.ceil((1 - ROUNDING) / most_share)
        fewest += 1 / fewest > most_share
    most = np.tile(every.most, (len(room), 1))
    # The same without computing all activations again, beside it in `layouts`, is faster wherever
    # it fits: it has less to compute and to move.
    again = np.flatnonzero(every.cut.full[1:] > every.cut.full[:-1]) + 1
    most[:, again] = np.minimum(most[:, again], fewest[:, again - 1] - 1)
    fewest[fewest > np.minimum(most, every.most_replicas)] = np.inf
    return fewest, most
