"""Estimates for people: each workload on each kind of card alone, with the evidence beside it.

Belongs here: cards needed alone, time, layout, limit, band and nearest published runs. Does not
belong here: the formulas (solver.estimate), the optimiser's modes (solver.instance), layout on
paper (reports).
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

import catalogs
from problems.schema.workloads import TrainingJob
from solver import training
from solver.case import Case
from solver.estimate.evidence import Comparison, compare
from solver.estimate.search import Step, best_steps_of
from solver.estimating_serving import ServingEstimate, serving_estimates
from solver.instance.estimated import Estimating
from solver.instance.machines import Machines
from solver.instance.model import Occurrence, Pool, TrainingMode
from solver.instance.sources import Sources
from solver.instance.timeline import Calendar
from solver.instance.training_modes import utilisation

FARTHEST = 4
"""Cards of the pessimistic end of a band, over the most that the optimiser considers, at most."""
NEAREST = 2
"""Published runs shown beside an estimate."""


@dataclass(frozen=True, slots=True)
class Published:
    """A published run near to an estimate."""

    id: str
    name: str
    card: str
    cards: int
    mfu: float
    """Measured, as 6·N·D over the peak at 16 bits."""
    ratio: float
    """Estimated over measured throughput of that run."""
    source: str


@dataclass(frozen=True, slots=True)
class TrainingEstimate:
    """A training job alone on one kind of machine."""

    job: str
    card: str
    box: str
    site: str
    basis: str
    """measured, given or estimated: where the utilisation comes from."""
    cards: int | None
    """Cards that finish the work within the window; None where none do."""
    cards_low: int | None
    """The same where throughput is at the high end of the band."""
    cards_high: int | None
    """The same where it is at the low end; None where none do."""
    days: float | None
    """How long those cards take."""
    window_days: float
    mfu: float | None
    """Utilisation counted with on those cards."""
    mfu_estimated: float | None
    """What the estimate says, whatever the basis."""
    goodput: float | None
    layout: str | None
    """The estimate's best layout on those cards."""
    limit: str | None
    """What takes most of a step's time beside computing."""
    parts: tuple[tuple[str, float], ...]
    """Shares of a step's time."""
    evidence: tuple[Published, ...]
    note: str = ""
    """Why there is no number."""


@dataclass(frozen=True, slots=True)
class _Alone:
    """A kind of machine on which a job runs alone."""

    pool: Pool
    mode: TrainingMode | None
    """As in the instance; None where it does not run."""
    cards: int | None
    """Fewest that are fast enough, by the optimiser's own segments."""
    ends: tuple[int | None, int | None] | None
    """Fewest at both ends of the band, if it is estimated."""


@dataclass(frozen=True)
class _Evidence:
    """Published runs by how near they are to a job."""

    catalog: catalogs.Catalog
    runs: tuple[Comparison, ...]
    """In the order of their ids, which decides between equals."""
    _apart: dict[tuple[str, float], NDArray[np.float64]] = field(default_factory=dict)
    """By card and parameters, for each run: how far in all but the number of cards."""

    def nearest(self, pool: Pool, parameters: float, cards: int) -> tuple[Published, ...]:
        """The published runs most like a job: card first, then size of model and cluster."""
        found = self._apart.get((pool.card, parameters))
        if found is None:
            found = self._apart[pool.card, parameters] = self._distances(pool.card, parameters)
        far = found + np.abs(self._sizes - math.log(cards)) / 2
        return tuple(self._published[at] for at in far.argsort(kind="stable")[:NEAREST])

    def _distances(self, name: str, parameters: float) -> NDArray[np.float64]:
        card, found = self.catalog.accelerators[name], []
        for run in self.runs:
            other = self.catalog.accelerators[run.row.card]
            kin = 1.0 if other.architecture == card.architecture else 2.0
            apart = 0.0 if other.id == card.id else 2.0 * kin
            found.append(apart + abs(math.log(run.row.parameters / parameters)))
        return np.array(found)

    @cached_property
    def _sizes(self) -> NDArray[np.float64]:
        return np.log([run.row.cards or 1 for run in self.runs])

    @cached_property
    def _published(self) -> list[Published]:
        return [_published(self.catalog, run) for run in self.runs]


def _published(catalog: catalogs.Catalog, run: Comparison) -> Published:
    peak = catalog.accelerators[run.row.card].bf16_dense_tflops or math.inf
    return Published(
        id=run.row.id,
        name=run.row.name,
        card=run.row.card,
        cards=run.row.cards or 0,
        mfu=run.measured * 6 * run.row.parameters / (peak * 1e12),
        ratio=run.ratio or 0.0,
        source=run.row.source,
    )


def training_estimates(case: Case) -> list[TrainingEstimate]:
    """Every training job on every kind of machine it may run on, one row for each site's kind."""
    sources = Sources(case.problem, case.catalog, Calendar.of(case.problem.horizon))
    estimating = Estimating(sources, Machines(sources, case.instance.sites))
    runs = compare(
        (row for row in case.catalog.evidence_training.values() if row.excluded is None),
        case.catalog.accelerators,
        estimating.training,
        estimating.losses,
    )
    known = (run for run in runs if run.ratio is not None)
    evidence = _Evidence(case.catalog, tuple(sorted(known, key=lambda run: run.row.id)))
    found = []
    for key, job in sorted(case.problem.training.items()):
        occurrence = next((o for o in case.instance.occurrences if o.job == key), None)
        if occurrence is None:
            continue
        pools = [pool for pool in case.instance.pools if allowed(job, pool)]
        modes = {mode.pool: mode for mode in occurrence.modes}
        rate = occurrence.work / _days(case, occurrence)
        cards = {p.key: _cards(modes.get(p.key), p, rate) for p in pools}
        able = [pool for pool in pools if cards[pool.key] is not None]
        ends = _band_of_cards(estimating, job, able, rate)
        alone = [_Alone(p, modes.get(p.key), cards[p.key], ends.get(p.key)) for p in pools]
        steps = _steps(estimating, job, alone)
        found += [
            _estimate(case, estimating, evidence, job, occurrence, one, step)
            for one, step in zip(alone, steps, strict=True)
        ]
    return found


def _band_of_cards(
    estimating: Estimating, job: TrainingJob, pools: Sequence[Pool], needed: float
) -> dict[str, tuple[int | None, int | None]]:
    """Fewest cards at the high and at the low end of the band that reach a rate, for each estimated
    pool's key; None where none are enough.
    """
    some = [pool for pool in pools if utilisation(job, pool.card) == "estimated"]
    if not some:
        return {}
    band = estimating.band
    few, many = (
        estimating.fewest_cards(("training", ""), job, some, needed / end)
        for end in (band.training_high, band.training_low)
    )
    return {
        pool.key: (low and low[0], high and high[0])
        for pool, low, high in zip(some, few, many, strict=True)
    }


def _days(case: Case, occurrence: Occurrence) -> float:
    intervals = case.instance.intervals[occurrence.first : occurrence.last]
    return sum(interval.hours for interval in intervals) / 24


def allowed(job: TrainingJob, pool: Pool) -> bool:
    """Whether the file lets a job run in a pool."""
    return (job.sites is None or pool.site in job.sites) and (job.of is None or pool.card in job.of)


def _estimate(
    case: Case,
    estimating: Estimating,
    evidence: _Evidence,
    job: TrainingJob,
    occurrence: Occurrence,
    alone: _Alone,
    step: Step | None,
) -> TrainingEstimate:
    pool, mode, cards = alone.pool, alone.mode, alone.cards
    share = utilisation(job, pool.card)
    basis = "estimated" if share == "estimated" else "given"
    basis = "measured" if pool.card in job.measured else basis
    days = _days(case, occurrence)
    fewest = most = cards
    if alone.ends is not None and basis == "estimated" and cards is not None:
        fewest, most = alone.ends
        # The optimiser counts with no more than the estimate, at the end the file sizes for.
        fewest = cards if fewest is None else min(cards, fewest)
        most = None if most is None else max(cards, most)
    rate = _rate(mode, pool, cards)
    lost = estimating.goodput(job, cards) if cards else None
    return TrainingEstimate(
        job=occurrence.job,
        card=pool.card,
        box=pool.box,
        site=pool.site,
        basis=basis,
        cards=cards,
        cards_low=fewest,
        cards_high=most,
        days=occurrence.work / rate if rate else None,
        window_days=days,
        mfu=_mfu(case, job, pool, cards, rate, lost),
        mfu_estimated=step.mfu if step else None,
        goodput=lost,
        layout=str(step.layout) if step else None,
        limit=step.limit if step else None,
        parts=tuple(step.shares.items()) if step else (),
        evidence=(
            evidence.nearest(pool, float(case.catalog.models[job.model].parameters), cards)
            if cards and job.model is not None
            else ()
        ),
        note=_note(estimating, share, mode, job, pool, cards),
    )


def _cards(mode: TrainingMode | None, pool: Pool, rate: float) -> int | None:
    """Fewest cards whose rate suffices by the optimiser's own segments; None where none do."""
    if mode is None:
        return None
    units = training.units_for_rate(mode.segments, rate, FARTHEST * mode.max_units)
    return None if units is None else max(units, mode.min_units) * pool.unit_cards


def _rate(mode: TrainingMode | None, pool: Pool, cards: int | None) -> float | None:
    if mode is None or cards is None:
        return None
    return min(a * cards / pool.unit_cards + b for a, b in mode.segments)


def _mfu(
    case: Case,
    job: TrainingJob,
    pool: Pool,
    cards: int | None,
    rate: float | None,
    lost: float | None,
) -> float | None:
    card = case.catalog.accelerators[pool.card]
    peaks = {
        "bf16": card.bf16_dense_tflops,
        "fp8": card.fp8_dense_tflops,
        "int8": card.int8_dense_tops,
        "fp4": card.fp4_dense_tflops,
    }
    peak = peaks[job.precision]
    if not (peak and cards and rate and lost):
        return None
    return rate * 1000 / (peak * cards * lost)


def _steps(estimating: Estimating, job: TrainingJob, alone: Sequence[_Alone]) -> list[Step | None]:
    """The estimate's steps, where everything they need is known."""
    found: list[Step | None] = [None] * len(alone)
    path = ("training", "")
    own = None if job.model is None else estimating.job(path, job)
    if own is None:
        return found
    known = {
        at: (machine, one.cards)
        for at, one in enumerate(alone)
        if one.cards is not None
        and (machine := estimating.machine(path, job, one.pool)) is not None
    }
    steps = best_steps_of(own, list(known.values()), estimating.training)
    for at, step in zip(known, steps, strict=True):
        found[at] = step
    return found


def _note(
    estimating: Estimating,
    share: object,
    mode: TrainingMode | None,
    job: TrainingJob,
    pool: Pool,
    cards: int | None,
) -> str:
    if cards is not None:
        return ""
    if share is None:
        return "no utilisation known"
    if mode is not None:
        return "no number of cards is fast enough"
    if share == "estimated":
        curve = estimating.curve(("training", ""), job, pool, math.inf)
        if curve is not None and not curve.points:
            return curve.refusal
    return "has no such arithmetic, or too little memory"


def runs_compared(catalog: catalogs.Catalog) -> list[Comparison]:
    """Every published run of a catalogue beside its estimate, excluded ones too."""
    from solver.estimate.figures import GoodputParameters, TrainingParameters, parameters_of

    return compare(
        catalog.evidence_training.values(),
        catalog.accelerators,
        parameters_of(TrainingParameters, catalog.calibration),
        parameters_of(GoodputParameters, catalog.calibration),
    )


@dataclass(frozen=True, slots=True)
class Estimates:
    """What `rackmix estimate` shows."""

    training: list[TrainingEstimate]
    serving: list[ServingEstimate]


def estimates(case: Case) -> Estimates:
    """Every workload of a case on every kind of machine alone."""
    return Estimates(training_estimates(case), serving_estimates(case))
