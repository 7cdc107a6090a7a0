"""The best layout for a number of cards, and the rate of work as cards grow.

Belongs here: choosing among layouts, and turning rates into a concave curve for the optimiser. Does
not belong here: what a layout takes (step_time) or needs (memory).
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import pairwise

import numpy as np

from solver.estimate.figures import Job, Machine, TrainingParameters
from solver.estimate.layout import Layout, Layouts, layouts
from solver.estimate.memory import fits, needed_gb
from solver.estimate.step_time import step_time

PARTS = ("compute", "recomputation", "memory", "link", "pipeline", "fabric", "scale")


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


@lru_cache(maxsize=4096)
def best_steps(
    job: Job, machine: Machine, given: TrainingParameters, counts: tuple[int, ...]
) -> tuple[Step | None, ...]:
    """The fastest step on each number of cards; None where the job does not fit.

    Replicas beyond the sequences of a batch have nothing to do and are left out.
    """
    sequences = max(1.0, job.batch_tokens / job.sequence_tokens)
    cut = _possible(job, machine, given, max(counts), sequences)
    if not cut.tensor.size:
        return (None,) * len(counts)
    cards = np.array(counts, dtype=float)[:, None]
    shards = cut.tensor * cut.pipeline
    data = np.minimum(np.floor(cards / shards), np.floor(sequences / cut.micro_batch))
    valid = data >= 1
    data = np.maximum(data, 1)
    micro_batches = sequences / (data * cut.micro_batch)
    valid &= (cut.chunks == 1) | (micro_batches >= cut.pipeline)
    valid &= fits(job, machine, given, cut, data, micro_batches)
    time = step_time(job, machine, given, cut, cards, data, micro_batches)
    total = np.where(valid, time.total, np.inf)
    parts_of = [np.broadcast_to(getattr(time, part), total.shape) for part in PARTS]
    choice = np.argmin(total, axis=1)
    found: list[Step | None] = []
    for row, count in enumerate(counts):
        best = int(choice[row])
        seconds = float(total[row, best])
        if not np.isfinite(seconds):
            found.append(None)
            continue
        layout = Layout(
            cards=count,
            tensor=int(cut.tensor[best]),
            pipeline=int(cut.pipeline[best]),
            data=int(data[row, best]),
            micro_batch=int(cut.micro_batch[best]),
            chunks=int(cut.chunks[best]),
            recomputation="full" if cut.full[best] else "selective",
        )
        parts = tuple(float(part[row, best]) for part in parts_of)
        found.append(Step(layout, seconds, parts, mfu(job, machine, count, seconds)))
    return tuple(found)


def _possible(
    job: Job, machine: Machine, given: TrainingParameters, most: int, sequences: float
) -> Layouts:
    """Layouts that up to so many cards may hold: others are not worth their arithmetic."""
    cut = layouts(job.layers, machine.domain_cards, job.recomputation, job.interleaved)
    shards = cut.tensor * cut.pipeline
    data = np.maximum(1, np.minimum(most // shards, sequences // cut.micro_batch))
    # One micro-batch in flight is the least there can be.
    lone = replace(cut, chunks=np.ones_like(cut.chunks))
    room = fits(job, machine, given, lone, data, np.ones_like(data))
    return cut.chosen((shards <= most) & room)


def mfu(job: Job, machine: Machine, cards: int, seconds: float) -> float:
    """Model-FLOP utilisation of a step: 6·N·tokens over what the cards could do in its time."""
    peak = machine.fp8_tflops if job.precision == "fp8" else machine.bf16_tflops
    assert peak is not None
    return 6 * job.parameters * job.batch_tokens / (seconds * cards * peak * 1e12)


def best_step(job: Job, machine: Machine, given: TrainingParameters, cards: int) -> Step | None:
    """The fastest step on a number of cards; None where the job does not fit."""
    return best_steps(job, machine, given, (cards,))[0]


def shortage_gb(job: Job, machine: Machine, given: TrainingParameters, most: int) -> float:
    """Memory that each card lacks in the layout that needs least on up to ``most`` cards; 0 where
    one fits.
    """
    cut = layouts(job.layers, machine.domain_cards, job.recomputation, job.interleaved)
    sequences = max(1.0, job.batch_tokens / job.sequence_tokens)
    data = np.minimum(
        np.floor(most / (cut.tensor * cut.pipeline)), np.floor(sequences / cut.micro_batch)
    )
    data = np.maximum(1, data)
    needed = needed_gb(job, given, cut, data, sequences / (data * cut.micro_batch))
    room = machine.memory_gb * given.usable_memory - job.reserved_gb
    return max(0.0, float(np.min(needed)) - room)


def card_counts(unit: int, most: int) -> tuple[int, ...]:
    """Numbers of cards at which a curve is computed: multiples of the unit, a third apart.

    >>> card_counts(8, 100)
    (8, 16, 24, 32, 48, 64, 96, 100)
    """
    steps = sorted({s for i in range(40) for s in (2**i, 3 * 2**i) if s * unit < most})
    return (*(s * unit for s in steps), most)


Points = Sequence[tuple[float, float]]
Segments = tuple[tuple[float, float], ...]


def concave_between(points: Points, most_segments: int) -> tuple[Segments, tuple[float, ...]]:
    """Segments (a, b) of a concave rate from the first to the last of (cards, rate), and by what
    factor they overstate each point.

    The upper hull of the points; of its corners as many are kept as `most_segments` allows, always
    below the hull.

    >>> concave_between([(8, 8.0), (16, 15.0), (32, 28.0)], 4)
    (((0.875, 1.0), (0.8125, 2.0)), (1.0, 1.0, 1.0))
    """
    hull: list[tuple[float, float]] = []
    for point in sorted(points):
        while len(hull) > 1 and _slope(hull[-2], point) >= _slope(hull[-2], hull[-1]) - 1e-12:
            hull.pop()
        hull.append(point)
    hull = _corners(hull, most_segments + 1)
    if len(hull) == 1:
        return ((hull[0][1] / hull[0][0], 0.0),), (1.0,)
    lines: list[tuple[float, float]] = []
    for p, q in pairwise(hull):
        a = _slope(p, q)
        if a > 0 or not lines:
            lines.append((a, p[1] - a * p[0]))
    return tuple(lines), tuple(_at(hull, n) / rate for n, rate in points)


def _slope(p: tuple[float, float], q: tuple[float, float]) -> float:
    return (q[1] - p[1]) / (q[0] - p[0])


def _at(hull: Sequence[tuple[float, float]], n: float) -> float:
    for p, q in pairwise(hull):
        if n <= q[0]:
            return p[1] + _slope(p, q) * (n - p[0])
    return hull[-1][1]


def _corners(hull: list[tuple[float, float]], most: int) -> list[tuple[float, float]]:
    """The ends of a hull and the corners whose loss would lower it most, relatively."""
    kept = [hull[0], hull[-1]] if len(hull) > 1 else hull
    while len(kept) < min(most, len(hull)):
        rest = [point for point in hull if point not in kept]
        kept = sorted([*kept, max(rest, key=lambda p: p[1] / _at(kept, p[0]))])
    return kept
