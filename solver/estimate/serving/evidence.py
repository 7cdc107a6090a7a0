"""Published measurements of serving beside what the estimate says of them.

Belongs here: reading a row of evidence as machine, model, request and measured throughput. Does not
belong here: fitting the parameters (calibration/), showing them (reports).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np

import catalogs
from solver.estimate.serving.figures import (
    Limits,
    Request,
    ServedModel,
    ServingMachine,
    ServingParameters,
)
from solver.estimate.serving.replica import Replica, replicas
from solver.estimate.serving.search import Served, serve
from solver.estimate.serving.step import step_time

BOX_CARDS = 8
"""Cards of a box in which every published measurement was made."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """A measurement and its estimate."""

    row: catalogs.ServingRun
    measured: float
    """Tokens of answers per second and card."""
    estimated: float | None
    """The same; None where figures are missing or the model does not fit."""
    served: Served | None
    """The estimate's replica; None for a batch by itself."""

    @property
    def ratio(self) -> float | None:
        """Estimated over measured."""
        return None if self.estimated is None else self.estimated / self.measured


class Facts(Protocol):
    """The tables of the catalogue that a comparison reads."""

    @property
    def accelerators(self) -> Mapping[str, catalogs.Accelerator]:
        """Cards by id."""

    @property
    def models(self) -> Mapping[str, catalogs.Model]:
        """Models by id."""


PEAKS = {
    "bf16": "bf16_dense_tflops",
    "fp8": "fp8_dense_tflops",
    "int8": "int8_dense_tops",
    "fp4": "fp4_dense_tflops",
}
"""The figure of a card that holds its peak, by precision."""


def machine_of(
    card: catalogs.Accelerator, precisions: Iterable[str], domain_cards: int, box_cards: int | None
) -> ServingMachine | None:
    """The machine that a card is, with the precisions it has; None where a figure is missing."""
    peaks = tuple((p, peak) for p in precisions if (peak := getattr(card, PEAKS[p])) is not None)
    known = (card.bf16_dense_tflops, card.memory_gb, card.memory_bandwidth_gb_per_s)
    if not peaks or None in known:
        return None
    return ServingMachine(
        tflops=peaks,
        bf16_tflops=card.bf16_dense_tflops or 0,
        memory_gb=card.memory_gb or 0,
        memory_bandwidth_gb_per_s=card.memory_bandwidth_gb_per_s or 0,
        link_gb_per_s=card.interconnect_gb_per_s or 0,
        domain_cards=domain_cards,
        pcie_gb_per_s=card.pcie_gb_per_s or 0,
        box_cards=box_cards,
    )


def model_of(row: catalogs.Model) -> ServedModel | None:
    """A model in the terms of an estimate; None where a figure is missing."""
    if row.layers is None or row.hidden_size is None or row.kv_bytes_per_token is None:
        return None
    return ServedModel(
        parameters=row.parameters,
        active_parameters=row.active_parameters or row.parameters,
        layers=row.layers,
        hidden_size=row.hidden_size,
        kv_bytes_per_token=row.kv_bytes_per_token,
        kv_heads=row.kv_heads,
    )


def measured_tokens(row: catalogs.ServingRun) -> float | None:
    """Tokens of answers per second and card; None where lengths are not known."""
    if row.answer_tokens is None or row.prompt_tokens is None:
        return None
    if row.batch_s is not None:
        return (row.batch or 0) * row.answer_tokens / row.batch_s / row.cards
    return row.tokens_per_s_per_card


def compare(
    rows: Iterable[catalogs.ServingRun], facts: Facts, given: ServingParameters
) -> list[Comparison]:
    """Every measurement with known lengths, and what the estimate makes of it."""
    found = []
    for row in rows:
        measured = measured_tokens(row)
        if measured is not None:
            estimated, served = _estimate(row, measured, facts, given)
            found.append(Comparison(row, measured, estimated, served))
    return found


def _estimate(
    row: catalogs.ServingRun, measured: float, facts: Facts, given: ServingParameters
) -> tuple[float | None, Served | None]:
    card, model = facts.accelerators[row.card], model_of(facts.models[row.model])
    machine = machine_of(card, (row.precision,), card.scale_up_cards or 1, BOX_CARDS)
    if machine is None or model is None:
        return None, None
    request = Request(row.prompt_tokens or 0, row.answer_tokens or 0)
    sizes = tuple(
        r
        for r in replicas(machine)
        if r.cards <= BOX_CARDS and row.tensor in (None, r.cards) and r.cards <= row.cards
    )
    if row.batch is not None:
        return _of_batch(machine, model, request, given, sizes[0], row.batch), None
    whole = measured * row.cards / request.answer_tokens
    limits = Limits(ttft_s=row.ttft_limit_s, tpot_s=row.tpot_limit_s, queue_rate=whole)
    if row.ttft_limit_s is None:
        # Measured offline: all requests were there from the start, and none was waited for.
        limits = replace(limits, percentile=0.0)
    found = [s for s in serve(machine, model, request, limits, given, sizes) if s is not None]
    if not found:
        return None, None
    best = max(found, key=lambda s: s.requests_per_second / s.replica.cards)
    return best.requests_per_second * request.answer_tokens / best.replica.cards, best


def _of_batch(
    machine: ServingMachine,
    model: ServedModel,
    request: Request,
    given: ServingParameters,
    replica: Replica,
    batch: int,
) -> float:
    """Tokens per second and card with so many requests running."""
    time = step_time(machine, model, request, given, (replica,), np.array([float(batch)]))
    return batch / float(time.mean[0, 0]) / replica.cards
