"""The best layout for a number of cards.

Belongs here: choosing among layouts. Does not belong here: what a layout takes (step_time) or needs
(memory), the rate as cards grow (curve).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from solver.estimate.figures import Job, Machine, MemoryParameters, TrainingParameters
from solver.estimate.layout import Array, Layout, Layouts, layouts
from solver.estimate.memory import Needs, needs
from solver.estimate.step_time import (
    PARTS,
    StepTotals,
    paces,
    scale_factor,
    step_costs,
    step_totals,
)
from solver.estimate.step_work import step_work


@dataclass(frozen=True, slots=True)
class Step:
    """A step in its best layout."""

    layout: Layout
    seconds: float
    parts: tuple[float, ...]
    """Seconds by `PARTS`."""
    mfu: float
    """6·N·tokens over the dense peak of all cards at the job's precision."""

    def pflops(self, job: Job) -> float:
        """6·N·tokens of a step over its time, in PFLOP/s."""
        return 6 * job.parameters * job.batch_tokens / self.seconds / 1e15

    @property
    def shares(self) -> dict[str, float]:
        """Shares of the step's time by part."""
        return {
            part: seconds / self.seconds for part, seconds in zip(PARTS, self.parts, strict=True)
        }

    @property
    def limit(self) -> str:
        """What takes most of the time beside useful computing, or `compute` if that is little."""
        shares = self.shares
        worst = max(PARTS[1:], key=lambda part: shares[part])
        return worst if shares[worst] > MINOR_SHARE else PARTS[0]


MINOR_SHARE = 0.1
"""A part of the step below this is not what limits it."""


class _Shapes(NamedTuple):
    """All layouts of a job in domains of one size, whatever memory and speed the cards have."""

    cut: Layouts
    each: Array
    """Micro-batches of the whole batch."""
    least_share: Array
    """Less of the batch leaves fewer micro-batches than interleaved stages need."""
    needs: Needs


class _Held(NamedTuple):
    """The layouts that any number of cards with so much memory may hold."""

    order: Array
    """Where they are among all, sorted by the fewest cards that hold them."""
    fewest: Array
    beyond: Array
    """Cards on which it no longer fits, since replicas are left too little of the batch."""
    bounds: Array
    """Rows, which `_times` reads: cards of one replica; most replicas, since more have no sequence
    of the batch to work on; least share; most share, since more of the batch or of the states does
    not fit; one over the replicas that a domain holds.
    """


class _Timed(NamedTuple):
    """Layouts with their times on one machine."""

    rows: Array
    """`_Held.bounds` and the three of `StepTotals`."""
    least: Array
    """Two rows: a step on n cards takes at least the first and an n-th of the second."""
    ever: Array
    """What it takes at least on any number."""
    beyond: Array
    """`_Held.beyond`."""
    late_from: float
    """Least of these."""
    idle_from: float
    """Cards from which on some layout leaves replicas idle."""


class _Found(NamedTuple):
    """The best layout for each number of cards."""

    choice: Array
    data: Array
    seconds: Array
    """Infinite where no layout fits."""


AT_ONCE = 60_000
"""Entries of one array of counts and layouts: as many as stay in a processor's cache."""
FEW = 12_000
"""Entries for which it is not worth while to look for layouts to leave out."""
ROUNDING = 1e-9
"""By how much what is below in exact arithmetic may be above in floating point."""


@lru_cache(maxsize=128)
def _shapes(job: Job, domain_cards: int, given: MemoryParameters) -> _Shapes:
    cut = layouts(job.layers, domain_cards, job.recomputation, job.interleaved)
    each = job.sequences / cut.micro_batch
    least_share = np.where(cut.chunks > 1, cut.pipeline / each, 0.0)
    return _Shapes(cut, each, least_share, needs(job, given, cut))


@lru_cache(maxsize=128)
def _work(job: Job, domain_cards: int, given: TrainingParameters) -> tuple[Array, Array]:
    """Of the same layouts: a step's gathered work, and its bubble."""
    work = step_work(job, given, _shapes(job, domain_cards, given.memory).cut)
    return work.gathered, work.bubble


@lru_cache(maxsize=512)
def _held(job: Job, memory_gb: float, domain_cards: int, given: MemoryParameters) -> _Held:
    shapes = _shapes(job, domain_cards, given)
    room = memory_gb * given.usable_memory - job.reserved_gb
    most_share = np.minimum(1.0, shapes.needs.most_share(shapes.each, room))
    most_replicas = np.floor(shapes.each)
    some = (most_replicas >= 1) & (most_replicas * most_share >= 1 - ROUNDING)
    order = np.flatnonzero(some & ~_needless(shapes.cut, most_share))
    replicas = np.ceil((1 - ROUNDING) / most_share[order])
    able = replicas * shapes.least_share[order] <= 1 + ROUNDING
    order, replicas = order[able], replicas[able]
    shards = (shapes.cut.tensor * shapes.cut.pipeline)[order]
    rising = np.argsort(shards * replicas, kind="stable")
    order, shards = order[rising], shards[rising]
    with np.errstate(divide="ignore"):
        too_many = np.floor((1 + ROUNDING) / shapes.least_share[order]) + 1
    too_many[too_many > most_replicas[order]] = np.inf
    bounds = (
        shards,
        most_replicas[order],
        shapes.least_share[order],
        most_share[order],
        shapes.cut.tensor[order] / domain_cards,
    )
    fewest, beyond = shards * replicas[rising], shards * too_many
    return _Held(order, fewest, beyond, np.array(bounds))


@lru_cache(maxsize=64)
def _timed(
    job: Job, machine: Machine, given: TrainingParameters
) -> tuple[_Held, _Timed | None, _Timed]:
    """What is held, and its times on no more cards than a domain has and on more."""
    held = _held(job, machine.memory_gb, machine.domain_cards, given.memory)
    gathered, bubble = _work(job, machine.domain_cards, given)
    gathered, bubble = gathered.take(held.order, axis=1), bubble[held.order]
    pace = paces(job, machine, given)
    near = int(held.fewest.searchsorted(machine.domain_cards, side="right"))
    within = None
    if near:
        totals = step_totals(gathered[:, :near], bubble[:near], pace, within=True)
        within = _with_bounds(held, near, totals)
    totals = step_totals(gathered, bubble, pace, within=False)
    return held, within, _with_bounds(held, len(held.order), totals)


def _with_bounds(held: _Held, size: int, totals: StepTotals) -> _Timed:
    """Times of the first layouts, and what they take at least on n cards.

    With u >= s/n and near <= q <= 1 that is fixed + by_leaving·q' + by_share·s/n, where q' is near,
    or 1 if leaving a domain saves time; where u saves time it is 1. With all replicas that have
    work u is one over them.
    """
    bounds = held.bounds[:, :size]
    shards, most_replicas, near = bounds[0], bounds[1], bounds[4]
    least = totals.fixed + np.minimum(totals.by_leaving * near, totals.by_leaving)
    least += np.minimum(totals.by_share, 0)
    by_share = np.maximum(totals.by_share, 0)
    return _Timed(
        rows=np.concatenate((bounds, totals)),
        least=np.array((least, by_share * shards)),
        ever=least + by_share / most_replicas,
        beyond=held.beyond[:size],
        late_from=float(held.beyond[:size].min(initial=np.inf)),
        idle_from=float((shards * most_replicas).min(initial=np.inf)),
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


def _search(job: Job, machine: Machine, given: TrainingParameters, counts: Sequence[int]) -> _Found:
    """The fastest layout on each number of cards, given in rising order.

    Replicas beyond the sequences of a batch have nothing to do and are left out.
    """
    held, within, beyond = _timed(job, machine, given)
    cards = np.array(counts, dtype=float)
    found = _Found(
        np.zeros(len(counts), dtype=int), np.zeros(len(counts)), np.full(len(counts), np.inf)
    )
    sizes = held.fewest.searchsorted(cards, side="right").tolist()
    near = int(cards.searchsorted(machine.domain_cards, side="right"))
    for timed, begin, end in ((within, 0, near), (beyond, near, len(counts))):
        for rows in _blocks(sizes, begin, end):
            if timed is not None:
                _fill(found, rows, timed, cards[rows], sizes[rows])
    found.seconds[:] *= scale_factor(cards, machine.domain_cards, given.scale_loss)
    return found


def _blocks(sizes: list[int], begin: int, end: int) -> Iterator[slice]:
    """Numbers of cards that are searched at once, with as many layouts as the last of them holds.

    >>> list(_blocks([0, 5000, 6000, 70000], 0, 4))
    [slice(1, 3, None), slice(3, 4, None)]
    """
    start = begin
    for at in range(begin, end):
        if sizes[at] and (at - start + 1) * sizes[at] > AT_ONCE and at > start:
            yield slice(start, at)
            start = at
        if not sizes[at]:
            start = at + 1
    if start < end:
        yield slice(start, end)


def _fill(found: _Found, rows: slice, timed: _Timed, cards: Array, sizes: list[int]) -> None:
    most = sizes[-1]
    if len(sizes) * most > FEW:
        which = _promising(timed, cards, sizes)
        seconds, data = _times(timed.rows.take(which, axis=1), cards)
        best = seconds.argmin(axis=1)
        choice = which[best]
    else:
        seconds, data = _times(timed.rows[:, :most], cards)
        choice = best = seconds.argmin(axis=1)
    picked = np.arange(len(best)), best
    found.choice[rows], found.data[rows] = choice, data[picked]
    found.seconds[rows] = seconds[picked]


def _times(rows: Array, cards: Array) -> tuple[Array, Array]:
    """Seconds of layouts on each number of cards, infinite where one does not fit; replicas."""
    shards, most_replicas, least_share, most_share, near, *totals = rows
    data = np.floor(cards[:, None] / shards)
    np.minimum(data, most_replicas, out=data)
    # Half a replica stands for none: it takes twice the batch, which never fits.
    share = 1 / np.maximum(data, 0.5)
    seconds = StepTotals(*totals).seconds(share, np.maximum(share, near))
    seconds[(share < least_share) | (share > most_share)] = np.inf
    return seconds, data


def _promising(timed: _Timed, cards: Array, sizes: list[int]) -> Array:
    """Layouts that may be the fastest somewhere: all but those that even by what `_Timed` says
    are slower on each number of cards than some other is in truth.

    The others are those that by it are the fastest.
    """
    most = sizes[-1]
    least = np.array((np.ones(len(cards)), 1 / cards)).T @ timed.least[:, :most]
    if cards[-1] > timed.idle_from:
        np.maximum(least, timed.ever[:most], out=least)
    for row, size in zip(least, sizes, strict=True):
        if size == most:
            break
        row[size:] = np.inf
    if cards[-1] >= timed.late_from:
        late = int(cards.searchsorted(timed.late_from))
        least[late:][cards[late:, None] >= timed.beyond[:most]] = np.inf
    others = np.array(list(set(least.argmin(axis=1).tolist())))
    reached = _times(timed.rows.take(others, axis=1), cards)[0].min(axis=1, keepdims=True)
    return np.flatnonzero((least <= (1 + ROUNDING) * reached).any(axis=0))


def step_seconds(
    job: Job, machine: Machine, given: TrainingParameters, counts: Sequence[int]
) -> Array:
    """Time of the fastest step on each number of cards; infinite where the job does not fit."""
    return _search(job, machine, given, counts).seconds


def best_steps(
    job: Job, machine: Machine, given: TrainingParameters, counts: Sequence[int]
) -> tuple[Step | None, ...]:
    """The fastest step on each number of cards; None where the job does not fit."""
    found = _search(job, machine, given, counts)
    if not np.isfinite(found.seconds).any():
        return (None,) * len(counts)
    held = _timed(job, machine, given)[0]
    cut = _shapes(job, machine.domain_cards, given.memory).cut.chosen(held.order[found.choice])
    costs = step_costs(job, machine, given, cut)
    parts_of = costs.parts(np.array(counts, dtype=float), 1 / np.maximum(found.data, 1))
    steps: list[Step | None] = []
    for i, count in enumerate(counts):
        if not np.isfinite(found.seconds[i]):
            steps.append(None)
            continue
        layout = Layout(
            cards=count,
            tensor=int(cut.tensor[i]),
            pipeline=int(cut.pipeline[i]),
            data=int(found.data[i]),
            micro_batch=int(cut.micro_batch[i]),
            chunks=int(cut.chunks[i]),
            recomputation="full" if cut.full[i] else "selective",
        )
        seconds = float(found.seconds[i])
        parts = tuple(float(part[i]) for part in parts_of)
        steps.append(Step(layout, seconds, parts, mfu(job, machine, count, seconds)))
    return tuple(steps)


def mfu(job: Job, machine: Machine, cards: int, seconds: float) -> float:
    """Model-FLOP utilisation of a step: 6·N·tokens over what the cards could do in its time."""
    peak = machine.fp8_tflops if job.precision == "fp8" else machine.bf16_tflops
    assert peak is not None
    return 6 * job.parameters * job.batch_tokens / (seconds * cards * peak * 1e12)


@lru_cache(maxsize=8192)
def best_step(job: Job, machine: Machine, given: TrainingParameters, cards: int) -> Step | None:
    """The fastest step on a number of cards; None where the job does not fit."""
    return best_steps(job, machine, given, (cards,))[0]


def shortage_gb(job: Job, machine: Machine, given: TrainingParameters, most: int) -> float:
    """Memory that each card lacks in the layout that needs least on up to ``most`` cards; 0 where
    one fits.
    """
    cut = layouts(job.layers, machine.domain_cards, job.recomputation, job.interleaved)
    each = job.sequences / cut.micro_batch
    data = np.minimum(np.floor(most / (cut.tensor * cut.pipeline)), np.floor(each))
    share = 1 / np.maximum(1, data)
    needed = needs(job, given.memory, cut).gb(share, each * share)
    room = machine.memory_gb * given.usable_memory - job.reserved_gb
    return max(0.0, float(np.min(needed)) - room)
