"""Every layout of a job on cards with so much memory: what is computed once for all machines.

Belongs here: which layouts with how many replicas fit on which numbers of cards. Does not belong
here: which of them is best on a machine (search), what one takes (step_time) or needs (memory).
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
    least_share: Array
    """Less of the batch leaves fewer micro-batches than interleaved stages need."""
    needs: Needs


class Held(NamedTuple):
    """The layouts that any number of cards with so much memory may hold, those of few cards for a
    replica first.
    """

    order: Array
    """Where they are among all."""
    fewest: Array
    """Cards from which on it fits."""
    shards: Array
    near: Array
    """One over the replicas that a domain holds."""
    most_replicas: Array
    least_share: Array
    most_share: Array
    """More of the batch or of the states does not fit."""
    sizes: Array
    """The different numbers of `shards`."""
    begins: Array
    """Where each of them begins, and the end."""
    least_replicas: Array
    """The fewest replicas with which any of them fits."""
    first: float
    """The fewest cards on which any fits; infinite if none does."""

    def on(self, cards: int) -> tuple[Array, Array]:
        """Which of them fit on one number of cards, and with how many replicas."""
        data = np.minimum(np.floor(cards / self.shards), self.most_replicas)
        share = 1 / np.maximum(data, 1)
        fits = (data >= 1) & (share <= self.most_share) & (share >= self.least_share)
        which = np.flatnonzero(fits)
        return which, data.take(which)


class Tried(NamedTuple):
    """Layouts with the replicas that some numbers of cards hold.

    On all numbers of cards that hold as many replicas a layout takes as long, so that far fewer
    times are computed than there are layouts and numbers.
    """

    which: Array
    """Layouts among `Held`."""
    share: Array
    """Of the batch, that one replica takes."""
    leaving: Array
    """Of the exchange, that leaves a domain."""
    starts: Array
    """Cells: where layouts with as many cards for a replica and as many replicas begin."""
    cells: Array
    """The cells that each number of cards (row) has; their number for none."""


@lru_cache(maxsize=128)
def shapes(job: Job, domain_cards: int, given: MemoryParameters) -> Shapes:
    """All layouts of a job."""
    cut = layouts(job.layers, domain_cards, job.recomputation, job.interleaved)
    each = job.sequences / cut.micro_batch
    least_share = np.where(cut.chunks > 1, cut.pipeline / each, 0.0)
    shards = cut.tensor * cut.pipeline
    return Shapes(cut, each, shards, np.floor(each), least_share, needs(job, given, cut))


@lru_cache(maxsize=128)
def _work(job: Job, domain_cards: int, given: TrainingParameters) -> tuple[Array, Array]:
    found = step_work(job, given, shapes(job, domain_cards, given.memory).cut)
    return found.gathered, found.bubble


@lru_cache(maxsize=64)
def work(
    job: Job, memory_gb: float, domain_cards: int, given: TrainingParameters
) -> tuple[Array, Array]:
    """A step's gathered work, and its bubble, in the layouts that fit."""
    order = held(job, memory_gb, domain_cards, given.memory).order
    gathered, bubble = _work(job, domain_cards, given)
    return gathered.take(order, axis=1), bubble.take(order)


@lru_cache(maxsize=512)
def held(job: Job, memory_gb: float, domain_cards: int, given: MemoryParameters) -> Held:
    """What fits."""
    every = shapes(job, domain_cards, given)
    room = memory_gb * given.usable_memory - job.reserved_gb
    most_share = np.minimum(1.0, every.needs.most_share(every.each, room))
    some = (every.most_replicas >= 1) & (every.most_replicas * most_share >= 1 - ROUNDING)
    order = np.flatnonzero(some & ~_needless(every.cut, most_share))
    replicas = np.ceil((1 - ROUNDING) / most_share[order])
    replicas += 1 / replicas > most_share[order]
    able = replicas * every.least_share[order] <= 1 + ROUNDING
    able &= replicas <= every.most_replicas[order]
    order, replicas = order[able], replicas[able]
    few = every.shards[order].argsort(kind="stable")
    order, replicas = order[few], replicas[few]
    shards = every.shards[order]
    sizes, begins = np.unique(shards, return_index=True)
    return Held(
        order,
        shards * replicas,
        shards,
        every.cut.tensor[order] / domain_cards,
        every.most_replicas[order],
        every.least_share[order],
        most_share[order],
        sizes,
        np.append(begins, len(order)),
        np.minimum.reduceat(replicas, begins) if len(begins) else replicas,
        float((shards * replicas).min(initial=np.inf)),
    )


def _needless(cut: Layouts, most_share: Array) -> Array:
    """Layouts that compute all activations again although the same without fits at any size.

    Such a layout is never the fastest: it differs from the other only by more computing, memory
    traffic and collectives, and both can run on the same numbers of cards. Where both are looked
    for, `layouts` has them side by side.
    """
    needless = np.zeros(cut.full.size, dtype=bool)
    needless[1:] = (cut.full[1:] > cut.full[:-1]) & (most_share[:-1] >= 1)
    return needless


@lru_cache(maxsize=64)
def tried(
    job: Job,
    memory_gb: float,
    domain_cards: int,
    given: MemoryParameters,
    counts: tuple[int, ...],
) -> Tried:
    """What fits on some numbers of cards, given in rising order.

    Replicas beyond the sequences of a batch have nothing to do and are left out.
    """
    layout = held(job, memory_gb, domain_cards, given)
    many = np.floor(np.array(counts, dtype=float) / layout.sizes[:, None])
    # A cell begins wherever the replicas of one size become more.
    new = many >= layout.least_replicas[:, None]
    enough = new.copy()
    new[:, 1:] &= (many[:, 1:] > many[:, :-1]) | ~enough[:, :-1]
    at, column = new.nonzero()
    first = layout.begins[at]
    lengths = layout.begins[at + 1] - first
    begins = lengths.cumsum() - lengths
    which = np.arange(int(lengths.sum())) + (first - begins).repeat(lengths)
    data = np.minimum(many[at, column].repeat(lengths), layout.most_replicas.take(which))
    share = 1 / data
    fits = share <= layout.most_share.take(which)
    fits &= share >= layout.least_share.take(which)
    number = np.add.reduceat(fits, begins, dtype=int) if len(begins) else lengths
    some = number > 0
    starts = (number.cumsum() - number)[some]
    place = np.where(some, some.cumsum() - 1, len(starts))
    last = new.ravel().cumsum().reshape(new.shape) - 1
    cells = np.where(enough, np.append(place, len(starts))[last], len(starts))
    kept = fits.nonzero()[0]
    which, share = which.take(kept), share.take(kept)
    leaving = np.maximum(share, layout.near.take(which))
    return Tried(which, share, leaving, starts, cells.T)
