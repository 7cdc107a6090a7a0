"""Published training runs beside what the estimate says of them.

Belongs here: reading a row of evidence as machine, job and measured throughput, and its ratio to
the estimate. Does not belong here: fitting the parameters (calibration/), showing them (reports).
"""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import catalogs
from solver.estimate.figures import GoodputParameters, Job, Machine, TrainingParameters
from solver.estimate.goodput import goodput
from solver.estimate.search import Step, best_step, step_seconds

HELD_OUT_OF = 3
"""One in so many rows, by the hash of its id, is never used in calibration."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """A run, measured and estimated."""

    row: catalogs.TrainingRun
    measured: float
    """Tokens per second and card."""
    estimated: float | None
    """The same; None where figures are missing or the job does not fit."""
    step: Step | None

    @property
    def ratio(self) -> float | None:
        """Estimated over measured."""
        return None if self.estimated is None else self.estimated / self.measured


def held_out(row_id: str) -> bool:
    """Whether a row is for checking only: a third of all rows, chosen by the hash of the id.

    >>> held_out("seqpar_22b")
    False
    """
    return int(hashlib.sha256(row_id.encode()).hexdigest(), 16) % HELD_OUT_OF == 0


def measured_tokens(row: catalogs.TrainingRun) -> float | None:
    """Tokens per second and card of a run; None where its row lacks a figure for that.

    What counts as work: 6·N for each token; with attention 12·L·h·s more (Narayanan et al. 2021,
    equation 3); with recomputation a third more of both.
    """
    if row.step_s is not None:
        if row.batch_tokens is None or row.cards is None:
            return None
        return row.batch_tokens / row.step_s / row.cards
    flop = 6 * row.parameters
    if row.counts != "parameters":
        if None in (row.layers, row.hidden_size, row.sequence_tokens):
            return None
        flop += 12.0 * (row.layers or 0) * (row.hidden_size or 0) * (row.sequence_tokens or 0)
    if row.counts == "hardware":
        flop *= 4 / 3
    return (row.tflops_per_card or 0) * 1e12 / flop


def machine_of(
    row: catalogs.TrainingRun, cards: Mapping[str, catalogs.Accelerator]
) -> Machine | None:
    """The machine of a run; None where a figure is missing."""
    card = cards.get(row.card)
    if card is None or row.fabric_gbit_per_s is None:
        return None
    figures = (card.bf16_dense_tflops, card.memory_gb, card.memory_bandwidth_gb_per_s, card.power_w)
    if row.precision == "fp8" and card.fp8_dense_tflops is None:
        return None
    if None in figures or card.interconnect_gb_per_s is None:
        return None
    return Machine(
        bf16_tflops=card.bf16_dense_tflops or 0,
        fp8_tflops=card.fp8_dense_tflops,
        memory_gb=card.memory_gb or 0,
        memory_bandwidth_gb_per_s=card.memory_bandwidth_gb_per_s or 0,
        power_w=card.power_w or 0,
        link_gb_per_s=card.interconnect_gb_per_s,
        domain_cards=row.scale_up_cards or 1,
        fabric_gb_per_s=row.fabric_gbit_per_s / 8,
    )


def job_of(row: catalogs.TrainingRun) -> Job | None:
    """The job of a run; None where a figure is missing or its arithmetic is not modelled."""
    if None in (row.layers, row.hidden_size, row.batch_tokens, row.sequence_tokens):
        return None
    if row.precision == "int8":
        return None
    return Job(
        parameters=row.parameters,
        layers=row.layers or 0,
        hidden_size=row.hidden_size or 0,
        batch_tokens=row.batch_tokens or 0,
        sequence_tokens=float(row.sequence_tokens or 0),
        precision=row.precision,
        recomputation=row.recomputation,
        spread_optimizer=row.optimizer == "spread",
        interleaved=row.pipeline == "interleaved",
        score_heads=(row.heads or 0) if row.attention == "separate" else 0,
    )


@dataclass(frozen=True, slots=True)
class Sample:
    """A run that can be estimated: all that does not depend on the parameters of a fit."""

    row: catalogs.TrainingRun
    job: Job
    machine: Machine
    cards: int
    measured: float
    """Tokens per second and card."""
    goodput: float
    """Share of the time that counts where whole runs are reported, else 1."""

    def estimated(self, seconds: float) -> float:
        """Tokens per second and card where a step takes so long."""
        return self.job.batch_tokens / seconds / self.cards * self.goodput

    def ratio(self, training: TrainingParameters) -> float:
        """Estimated over measured; 0 where the job does not fit."""
        seconds = float(step_seconds(self.job, self.machine, training, (self.cards,))[0])
        return self.estimated(seconds) / self.measured


def sample_of(
    row: catalogs.TrainingRun,
    cards: Mapping[str, catalogs.Accelerator],
    losses: GoodputParameters,
) -> Sample | None:
    """A run as a sample; None where a figure is missing or its arithmetic is not modelled."""
    measured, job, machine = measured_tokens(row), job_of(row), machine_of(row, cards)
    if measured is None or job is None or machine is None or row.cards is None:
        return None
    lost = goodput(row.cards, losses) if row.scope == "run" else 1.0
    return Sample(row, job, machine, row.cards, measured, lost)


def compare(
    rows: Iterable[catalogs.TrainingRun],
    cards: Mapping[str, catalogs.Accelerator],
    training: TrainingParameters,
    losses: GoodputParameters,
) -> list[Comparison]:
    """Every run with a measured throughput, and what the estimate makes of it."""
    found = []
    for row in rows:
        measured = measured_tokens(row)
        if measured is None:
            continue
        sample, step = sample_of(row, cards, losses), None
        if sample is not None:
            step = best_step(sample.job, sample.machine, training, sample.cards)
        estimated = sample.estimated(step.seconds) if sample and step else None
        found.append(Comparison(row, measured, estimated, step))
    return found
