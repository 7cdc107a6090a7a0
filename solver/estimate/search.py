"""The best layout for a number of cards.

Belongs here: choosing among layouts. Does not belong here: what a layout takes (step_time) or needs
(memory), the rate as cards grow (curve).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from typing import NamedTuple

import numpy as np

from solver.estimate.figures import Job, Machine, TrainingParameters
from solver.estimate.fleet import Alike, groups
from solver.estimate.layout import Array, Layout, Layouts, layouts
from solver.estimate.memory import needs
from solver.estimate.step_time import PARTS, step_costs
from solver.estimate.table import shapes


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


def step_seconds(
    job: Job, machine: Machine, given: TrainingParameters, counts: Sequence[int]
) -> Array:
    """Time of the fastest step on each number of cards, given in rising order; infinite where the
    job does not fit.
    """
    return Alike(job, (machine,), given).fastest(0, counts)


def best_step(job: Job, machine: Machine, given: TrainingParameters, cards: int) -> Step | None:
    """The fastest step on a number of cards; None where the job does not fit."""
    return best_steps_of(job, [(machine, cards)], given)[0]


def best_steps_of(
    job: Job, machines: Sequence[tuple[Machine, int]], given: TrainingParameters
) -> list[Step | None]:
    """The same for many machines, each with its number of cards, which takes less time than one by
    one.
    """
    wanted: dict[Machine, dict[int, None]] = {}
    for machine, cards in machines:
        wanted.setdefault(machine, {})[cards] = None
    different = tuple(wanted)
    found: dict[tuple[Machine, int], _Best] = {}
    for alike, places in groups(job, different, given):
        pairs = [(row, cards) for row, at in enumerate(places) for cards in wanted[different[at]]]
        for best in _best(alike, *np.array(pairs).T):
            found[best.machine, best.cards] = best
    steps: dict[tuple[Machine, int], Step] = {}
    if found:
        cut = Layouts(*np.array([best.cut for best in found.values()]).T)
        steps = dict(zip(found, _steps(job, given, list(found.values()), cut), strict=True))
    return [steps.get(each) for each in machines]


class _Best(NamedTuple):
    """The fastest layout of a machine on a number of cards."""

    machine: Machine
    cards: int
    cut: tuple[float, ...]
    """Its fields of Layouts."""
    replicas: float
    seconds: float


def _best(alike: Alike, rows: Array, cards: Array) -> Iterator[_Best]:
    """The fastest layouts of machines on numbers of cards, where the job fits."""
    held = alike.held
    times = alike.times(cards, rows)
    least = times.min(axis=1, initial=np.inf)
    every = shapes(alike.job, alike.domain_cards, alike.given.memory).cut
    cut = np.array([getattr(every, field.name)[held.order] for field in fields(every)])
    seconds = least * alike.scale(cards)
    for at in np.flatnonzero(np.isfinite(least)):
        row, n = rows[at], int(cards[at])
        equal = np.flatnonzero(times[at] == least[at])
        # Of equals the one that fits on fewest cards.
        best = equal[(held.shards[equal] * held.fewest[row, equal]).argmin()]
        replicas = min(n // held.shards[best], held.most_replicas[best])
        layout = tuple(cut[:, best].tolist())
        yield _Best(alike.machines[row], n, layout, float(replicas), float(seconds[at]))


def _steps(
    job: Job, given: TrainingParameters, found: Sequence[_Best], cut: Layouts
) -> Iterator[Step]:
    """Steps in their layouts, part by part."""
    costs = step_costs(job, [each.machine for each in found], given, cut)
    cards = np.array([float(each.cards) for each in found])
    parts = np.array(costs.parts(cards, np.array([1 / each.replicas for each in found]))).T.tolist()
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
