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
from solver.estimate.memory import needs
from solver.estimate.step_time import PARTS, StepTotals, scale_factor, step_costs


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


class _Held(NamedTuple):
    """The layouts that any number of cards with so much memory may hold."""

    cut: Layouts
    """Sorted by the cards they share."""
    shards: Array
    """Cards of one replica."""
    most_replicas: Array
    """More have no sequence of the batch to work on."""
    least_share: Array
    """Less of the batch leaves fewer micro-batches than interleaved stages need."""
    most_share: Array
    """More of the batch, or of the states, does not fit."""


class _Found(NamedTuple):
    """The best layout for each number of cards."""

    choice: Array
    data: Array
    seconds: Array
    """Infinite where no layout fits."""


AT_ONCE = 12_000
"""Entries of one array of counts and layouts: as many as stay in a processor's cache."""


@lru_cache(maxsize=256)
def _held(job: Job, memory_gb: float, domain_cards: int, given: MemoryParameters) -> _Held:
    cut = layouts(job.layers, domain_cards, job.recomputation, job.interleaved)
    each = job.sequences / cut.micro_batch
    room = memory_gb * given.usable_memory - job.reserved_gb
    most_share = np.minimum(1.0, needs(job, given, cut).most_share(each, room))
    with np.errstate(divide="ignore"):
        useful = (each >= 1) & (1 / np.floor(each) <= most_share) & ~_needless(cut, most_share)
    order = np.flatnonzero(useful)
    order = order[np.argsort((cut.tensor * cut.pipeline)[order], kind="stable")]
    cut, each = cut.chosen(order), each[order]
    return _Held(
        cut=cut,
        shards=cut.tensor * cut.pipeline,
        most_replicas=np.floor(each),
        least_share=np.where(cut.chunks > 1, cut.pipeline / each, 0.0),
        most_share=most_share[order],
    )


@lru_cache(maxsize=640)
def _totals(
    job: Job, machine: Machine, given: TrainingParameters
) -> tuple[_Held, StepTotals, StepTotals]:
    """What is held, and its times on no more cards than a domain has and on more."""
    held = _held(job, machine.memory_gb, machine.domain_cards, given.memory)
    costs = step_costs(job, machine, given, held.cut)
    return held, costs.totals(within=True), costs.totals(within=False)


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
    held, within, beyond = _totals(job, machine, given)
    cards = np.array(counts, dtype=float)
    found = _Found(
        np.zeros(len(counts), dtype=int), np.zeros(len(counts)), np.full(len(counts), np.inf)
    )
    sizes = np.searchsorted(held.shards, cards, side="right").tolist()
    near = int(np.searchsorted(cards, machine.domain_cards, side="right"))
    for totals, begin, end in ((within, 0, near), (beyond, near, len(counts))):
        for rows in _blocks(sizes, begin, end):
            _fill(found, rows, held, totals, cards[rows], slice(sizes[rows.stop - 1]))
    found.seconds[:] *= scale_factor(cards, machine.domain_cards, given.scale_loss)
    return found


def _blocks(sizes: list[int], begin: int, end: int) -> Iterator[slice]:
    """Numbers of cards that are searched at once, with as many layouts as the last of them holds.

    >>> list(_blocks([0, 5000, 6000, 7000], 0, 4))
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


def _fill(
    found: _Found, rows: slice, held: _Held, totals: StepTotals, cards: Array, first: slice
) -> None:
    data = np.floor(cards[:, None] / held.shards[first])
    np.minimum(data, held.most_replicas[first], out=data)
    # Half a replica stands for none: it takes twice the batch, which never fits.
    share = 1 / np.maximum(data, 0.5)
    valid = (share >= held.least_share[first]) & (share <= held.most_share[first])
    seconds = np.where(valid, totals.seconds(first, share), np.inf)
    choice = np.argmin(seconds, axis=1)
    picked = np.arange(len(choice)), choice
    found.choice[rows], found.data[rows] = choice, data[picked]
    found.seconds[rows] = seconds[picked]


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
    cut = _totals(job, machine, given)[0].cut.chosen(found.choice)
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
