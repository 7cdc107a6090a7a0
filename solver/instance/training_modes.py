"""How a training job can run in each pool: fewest and most units, and the concave rate.

Belongs here: utilisation that is given, measured or estimated, as segments of a rate. Does not
belong here: windows and occurrences (workloads.py), the engineering formulas (solver.training,
solver.estimate).
"""

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from problems.schema.workloads import MfuTable, TrainingJob
from solver import training
from solver.estimate.concave import Segments, concave_between, overstatements
from solver.instance.estimated import Curve, Estimating
from solver.instance.machines import Machines
from solver.instance.model import Pool, TrainingMode
from solver.instance.sources import Path, Sources
from solver.instance.timeline import Timeline

FIGURE = {
    "bf16": "bf16_dense_tflops",
    "fp8": "fp8_dense_tflops",
    "int8": "int8_dense_tops",
    "fp4": "fp4_dense_tflops",
}
SEGMENTS = 4
"""Most segments of an estimated rate: each is a row of the model in every interval."""
CONCAVE_ENOUGH = 1.1
"""The smallest size is planned with where the hull overstates no size by more than this."""
FARTHEST_START = 2
"""Otherwise the smallest size planned with, over the smallest that fits, is at most this."""


@dataclass(frozen=True)
class TrainingModes:
    """Builds the modes of training jobs."""

    sources: Sources
    timeline: Timeline
    machines: Machines
    estimating: Estimating

    def of(self, key: str, job: TrainingJob, pools: Iterable[Pool]) -> Iterator[TrainingMode]:
        """A mode for each pool whose throughput is known and whose memory holds the job.

        A pool that cannot run it is left out; an estimated job that runs nowhere is an error.
        """
        path: Path = ("training", key)
        refused: list[str] = []
        found = False
        pools = tuple(pools)
        curves = self._curves(path, job, pools)
        for pool in pools:
            share = utilisation(job, pool.card)
            if share == "estimated":
                mode = self._estimated(path, job, pool, curves[pool.key], refused)
            elif share is not None:
                mode = self._given(path, job, pool, share)
            else:
                continue
            if mode is not None:
                found = True
                yield mode
        if refused and not found:
            self.sources.fail((*path, "mfu"), "fits nowhere: " + "; ".join(dict.fromkeys(refused)))

    def work(self, job: TrainingJob) -> float:
        """Work of one occurrence in PFLOP/s-days."""
        if job.flop is not None:
            return job.flop / training.PFLOP_PER_S_DAY
        assert job.model is not None
        assert job.tokens is not None
        model = self.sources.catalog.models[job.model]
        return training.training_work(
            float(model.active_parameters or model.parameters), job.tokens
        )

    def _given(
        self, path: Path, job: TrainingJob, pool: Pool, share: float | MfuTable
    ) -> TrainingMode | None:
        """Utilisation given or measured, constant or as a table over card counts."""
        peak = self._peak_tflops((*path, "mfu"), pool, job.precision)
        least = self._least_units(path, job, pool) if peak else None
        if not peak or least is None:
            return None
        most: float = math.inf
        if isinstance(share, tuple):
            table = [(n, n * training.rate_per_card(peak, s, 1.0)) for n, s in share]
            points = training.rising([(n, r * self.estimating.goodput(job, n)) for n, r in table])
            segments, over = training.concave_rate(points)
            most = points[-1][0] // pool.unit_cards
        elif job.goodput == "estimated":
            rate = training.rate_per_card(peak, share, 1.0)
            segments, over = self._falling(job, pool, least * pool.unit_cards, rate), 1.0
        else:
            rate = training.rate_per_card(peak, share, job.goodput)
            segments, over = training.concave_rate([(1, rate)])
        if over > 1:
            self.sources.assume(
                f"{'.'.join(map(str, path))}.mfu of {pool.card} is not concave: its hull is scaled "
                f"down by {over:.4f}."
            )
        if least > most:
            return None
        return self._mode(job, pool, segments, least, most)

    def _falling(self, job: TrainingJob, pool: Pool, least: int, rate: float) -> Segments:
        """A constant rate for each card, less the goodput that is lost as cards grow."""
        counts = self.estimating.counts(least, pool.unit_cards)
        points = [(n, n * rate * self.estimating.goodput(job, n)) for n in counts]
        return concave_between(training.rising(points), SEGMENTS)[0]

    def _curves(
        self, path: Path, job: TrainingJob, pools: Iterable[Pool]
    ) -> dict[str, Curve | None]:
        """Rates in each pool with estimated utilisation, by its key."""
        some = [pool for pool in pools if utilisation(job, pool.card) == "estimated"]
        if not some:
            return {}
        curves = self.estimating.curves(path, job, some, self._target(job))
        return {pool.key: curve for pool, curve in zip(some, curves, strict=True)}

    def _estimated(
        self, path: Path, job: TrainingJob, pool: Pool, curve: Curve | None, refused: list[str]
    ) -> TrainingMode | None:
        """Utilisation from the figures of card, node, fabric and model."""
        if curve is None:
            return None
        if not curve.points:
            refused.append(curve.refusal)
            return None
        low, target = self.estimating.margin, self._target(job)
        if not job.split and len(self.timeline.intervals) == 1:
            # Only what finishes within the one interval is of use: one size, and no curve.
            (only,) = self.estimating.fewest_cards(path, job, (pool,), target / low)
            if only is not None:
                n, rate = only
                return self._mode(
                    job, pool, ((rate * low / n, 0.0),), n // pool.unit_cards, math.inf
                )
        points = training.rising(
            [(n, rate * low * self.estimating.goodput(job, n)) for n, rate in curve.points]
        )
        start, segments, over = concave_from(tuple(points))
        if start[0] > points[0][0]:
            self.sources.assume(
                f"{'.'.join(map(str, path))} on {pool.card} is planned from {start[0]:,.0f} "
                f"cards on: it fits on {points[0][0]:,.0f}, but much slower for each card."
            )
        if over > 1:
            self.sources.assume(
                "Estimated rates are not concave; so that no size is planned faster than its "
                "estimate, their hull is scaled down by up to this much: {}.",
                f"{over:.3f} ({'.'.join(map(str, path))} on {pool.card})",
            )
        least, most = (int(n) // pool.unit_cards for n in (start[0], points[-1][0]))
        return self._mode(job, pool, segments, least, most)

    def _mode(
        self,
        job: TrainingJob,
        pool: Pool,
        segments: Segments,
        least: int,
        most: float,
    ) -> TrainingMode:
        units = tuple((a * pool.unit_cards, b) for a, b in segments)
        cap = int(most) if most != math.inf else 10**9
        needed = training.units_for_rate(units, self._target(job), cap)
        return TrainingMode(pool.key, least, max(least, cap if needed is None else needed), units)

    def _target(self, job: TrainingJob) -> float:
        """The rate that finishes the work within the shortest interval: more is of no use."""
        shortest = min(interval.hours for interval in self.timeline.intervals) / 24
        return self.work(job) / shortest

    def _peak_tflops(self, path: Path, pool: Pool, precision: str) -> float | None:
        """Dense peak; None where the card has no arithmetic of that precision."""
        card = self.sources.catalog.accelerators[pool.card]
        if precision == "bf16":
            return self.sources.figure(path, card, FIGURE[precision])
        peak = getattr(card, FIGURE[precision])
        return None if peak is None else float(peak)

    def _least_units(self, path: Path, job: TrainingJob, pool: Pool) -> int | None:
        """Fewest units whose memory holds the states, in whole scale-up domains."""
        if job.memory == "ignore" or job.model is None:
            return 1
        card = self.sources.catalog.accelerators[pool.card]
        memory = self.sources.figure((*path, "state_bytes"), card, "memory_gb")
        parameters = float(self.sources.catalog.models[job.model].parameters)
        cards = training.cards_for_memory(parameters, job.state_bytes, memory, job.activations)
        if cards is None:
            return None
        domain = min(self.machines.domain_cards(pool), max(cards, pool.unit_cards))
        return -(-training.round_up(cards, domain) // pool.unit_cards)


@lru_cache(maxsize=8192)
def concave_from(
    points: tuple[tuple[float, float], ...],
) -> tuple[tuple[float, float], Segments, float]:
    """The first point kept, segments of a concave rate that no point from there on is below, and by
    what factor one was scaled down at most.

    An estimate goes up and down with how well cards divide into a layout, and just enough memory
    makes the smallest sizes slow: up to twice the smallest they are left out where the hull of all
    overstates one of them much, since a concave rate below them would be too slow for all others.

    >>> first, segments, over = concave_from(((8, 4.0), (16, 6.0), (24, 23.0), (32, 30.0)))
    >>> first, len(segments), over
    ((16, 6.0), 2, 1.0)
    """
    best, least = 0, math.inf
    for i, ((n, _), over) in enumerate(zip(points, overstatements(points), strict=True)):
        if n > FARTHEST_START * points[0][0]:
            break
        if over < least:
            best, least = i, over
        if over <= CONCAVE_ENOUGH:
            break
    return points[best], *concave_between(points[best:], SEGMENTS)


def utilisation(job: TrainingJob, card: str) -> float | Literal["estimated"] | MfuTable | None:
    """What is known of a job's utilisation on a card: measured, else as `mfu` says."""
    if card in job.measured:
        return job.measured[card]
    return job.mfu.get(card) if isinstance(job.mfu, dict) else job.mfu
