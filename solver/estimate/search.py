"""The best layout for a number of cards.

Belongs here: choosing among layouts. Does not belong here: what a layout takes (step_time) or needs
(memory), the rate as cards grow (curve).
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, fields
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from solver.estimate.figures import Job, Machine, TrainingParameters
from solver.estimate.layout import Array, Layout, Layouts, layouts
from solver.estimate.memory import needs
from solver.estimate.step_time import (
    PARTS,
    StepTotals,
    paces,
    scale_factor,
    step_costs_of,
    step_totals,
)
from solver.estimate.table import Tried, held, shapes, tried, work


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


@lru_cache(maxsize=64)
def _totals(job: Job, machine: Machine, given: TrainingParameters, within: bool) -> StepTotals:
    """Times of what is held, on no more cards than a domain has or on more."""
    gathered, bubble = work(job, machine.memory_gb, machine.domain_cards, given)
    return step_totals(gathered, bubble, paces(job, machine, given), within)


def _sides(domain_cards: int, counts: tuple[int, ...]) -> Iterator[tuple[bool, slice]]:
    """Which numbers of cards, given in rising order, are no more than a domain has, and which are.

    >>> list(_sides(8, (4, 8, 16)))
    [(True, slice(0, 2, None)), (False, slice(2, 3, None))]
    """
    near = bisect_right(counts, domain_cards)
    if near:
        yield True, slice(0, near)
    if near < len(counts):
        yield False, slice(near, len(counts))


def _seconds(
    job: Job, machine: Machine, given: TrainingParameters, counts: tuple[int, ...]
) -> Array:
    """Time of the fastest step on each number of cards, given in rising order."""
    found = np.full(len(counts), np.inf)
    fits = held(job, machine.memory_gb, machine.domain_cards, given.memory)
    first = bisect_left(counts, fits.first)
    for within, side in _sides(machine.domain_cards, counts[first:]):
        some = _tried(job, machine, given, counts[first:][side])
        if len(some.starts):
            times = _times(job, machine, given, within, some)
            best = np.minimum.reduceat(times, some.starts)
            found[first:][side] = np.append(best, np.inf)[some.cells].min(axis=1)
    return found * _scale(machine.domain_cards, given.scale_loss, counts)


@lru_cache(maxsize=256)
def _scale(domain_cards: int, scale_loss: float, counts: tuple[int, ...]) -> Array:
    return scale_factor(np.array(counts, dtype=float), domain_cards, scale_loss)


def _tried(job: Job, machine: Machine, given: TrainingParameters, counts: tuple[int, ...]) -> Tried:
    return tried(job, machine.memory_gb, machine.domain_cards, given.memory, counts)


def _times(
    job: Job, machine: Machine, given: TrainingParameters, within: bool, some: Tried
) -> Array:
    totals = _totals(job, machine, given, within)
    return StepTotals(*(a.take(some.which) for a in totals)).seconds(some.share, some.leaving)


def step_seconds_of(
    job: Job,
    machines: Sequence[Machine],
    given: TrainingParameters,
    counts: Sequence[tuple[int, ...]],
) -> list[Array]:
    """Time of the fastest step of each machine on its numbers of cards, given in rising order;
    infinite where the job does not fit.

    Machines that differ only in speed have all their numbers tried by each of them, so that what
    fits is found once.
    """
    found: list[Array] = [np.zeros(0)] * len(machines)
    for group in _alike(machines):
        together = tuple(sorted({n for at in group for n in counts[at]}))
        places = {n: at for at, n in enumerate(together)}
        for at in group:
            if counts[at]:
                every = _seconds(job, machines[at], given, together)
                found[at] = every[[places[n] for n in counts[at]]]
    return found


def _alike(machines: Sequence[Machine]) -> Iterable[list[int]]:
    by_size: dict[tuple[float, int], list[int]] = {}
    for at, machine in enumerate(machines):
        by_size.setdefault((machine.memory_gb, machine.domain_cards), []).append(at)
    return by_size.values()


def fewest_cards(job: Job, machine: Machine, given: TrainingParameters) -> float:
    """The fewest cards that hold a job; infinite where none do. All larger numbers do, too."""
    return held(job, machine.memory_gb, machine.domain_cards, given.memory).first


def most_pflops_of_card(job: Job, machine: Machine, given: TrainingParameters) -> float:
    """PFLOP/s of 6·N·D work that no layout on any number of cards has for each of them.

    A step takes at least the matrix multiplications that count as work, spread over all cards.
    """
    return float(1 / paces(job, machine, given).matmul_s / 1e15)


def step_seconds(
    job: Job, machine: Machine, given: TrainingParameters, counts: Sequence[int]
) -> Array:
    """Time of the fastest step on each number of cards, given in rising order; infinite where the
    job does not fit.
    """
    return _seconds(job, machine, given, tuple(counts))


def best_steps(
    job: Job, machine: Machine, given: TrainingParameters, counts: Sequence[int]
) -> tuple[Step | None, ...]:
    """The fastest step on each number of cards; None where the job does not fit."""
    return tuple(best_step(job, machine, given, n) for n in counts)


def best_step(job: Job, machine: Machine, given: TrainingParameters, cards: int) -> Step | None:
    """The fastest step on a number of cards; None where the job does not fit."""
    return best_steps_of(job, [(machine, cards)], given)[0]


def best_steps_of(
    job: Job, machines: Sequence[tuple[Machine, int]], given: TrainingParameters
) -> list[Step | None]:
    """The same for many machines, each with its number of cards, which takes less time than one by
    one.
    """
    found = [_best(job, machine, given, cards) for machine, cards in machines]
    known = [each for each in found if each is not None]
    if not known:
        return [None] * len(machines)
    cut = Layouts(*np.array([each.cut for each in known]).T)
    steps = iter(_steps(job, given, known, cut))
    return [None if each is None else next(steps) for each in found]


class _Best(NamedTuple):
    """The fastest layout of a machine on a number of cards."""

    machine: Machine
    cards: int
    cut: tuple[float, ...]
    """Its fields of Layouts."""
    share: float
    replicas: float
    seconds: float


def _best(job: Job, machine: Machine, given: TrainingParameters, cards: int) -> _Best | None:
    fits = held(job, machine.memory_gb, machine.domain_cards, given.memory)
    which, replicas = fits.on(cards)
    if not len(which):
        return None
    share = 1 / replicas
    totals = _totals(job, machine, given, cards <= machine.domain_cards)
    leaving = np.maximum(share, fits.near.take(which))
    times = StepTotals(*(a.take(which) for a in totals)).seconds(share, leaving)
    equal = np.flatnonzero(times == times.min())
    # Of equals the one that fits on fewest cards.
    at = equal[np.lexsort((fits.order[which[equal]], fits.fewest[which[equal]]))[0]]
    every = shapes(job, machine.domain_cards, given.memory).cut
    factor = _scale(machine.domain_cards, given.scale_loss, (cards,))[0]
    return _Best(
        machine,
        cards,
        tuple(getattr(every, field.name)[fits.order[which[at]]] for field in fields(every)),
        float(share[at]),
        float(replicas[at]),
        float(times[at] * factor),
    )


def _steps(
    job: Job, given: TrainingParameters, found: Sequence[_Best], cut: Layouts
) -> Iterator[Step]:
    """Steps in their layouts, part by part."""
    costs = step_costs_of(job, [each.machine for each in found], given, cut)
    cards = np.array([float(each.cards) for each in found])
    parts = np.array(costs.parts(cards, np.array([each.share for each in found]))).T.tolist()
    for each, seconds in zip(found, parts, strict=True):
        tensor, pipeline, micro_batch, chunks, full = each.cut
        layout = Layout(
            cards=each.cards,
            tensor=int(tensor),
            pipeline=int(pipeline),
            data=int(each.replicas),
            micro_batch=int(micro_batch),
            chunks=int(chunks),
            recomputation="full" if full else "selective",
        )
        used = mfu(job, each.machine, each.cards, each.seconds)
        yield Step(layout, each.seconds, tuple(seconds), used)


def mfu(job: Job, machine: Machine, cards: int, seconds: float) -> float:
    """Model-FLOP utilisation of a step: 6·N·tokens over what the cards could do in its time."""
    peak = machine.fp8_tflops if job.precision == "fp8" else machine.bf16_tflops
    assert peak is not None
    return 6 * job.parameters * job.batch_tokens / (seconds * cards * peak * 1e12)


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
