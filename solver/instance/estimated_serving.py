"""What estimates of serving need from the problem and the catalogue, and the configurations they
give.

Belongs here: machines, models and limits in the terms of solver.estimate.serving, with what is
assumed on the way. Does not belong here: the formulas (solver.estimate.serving), the optimiser's
modes (serving_modes.py).
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

from problems.schema.workloads import Service
from solver.estimate.figures import parameters_of
from solver.estimate.serving.configurations import Configuration, configurations
from solver.estimate.serving.evidence import PEAKS
from solver.estimate.serving.figures import (
    Limits,
    Request,
    ServedModel,
    ServingBand,
    ServingMachine,
    ServingParameters,
)
from solver.estimate.serving.replica import WIDEST, replicas
from solver.estimate.serving.search import shortage_gb
from solver.instance.kinds import Kind
from solver.instance.machines import Machines
from solver.instance.model import Pool
from solver.instance.sources import Path, Sources

PRECISIONS = ("bf16", "fp8")
"""Arithmetic that configurations use unless the file says otherwise: what models are trained in, or
lose little by. Fewer bits for weights and activations can change what a model answers, which no
throughput shows, so int8 and fp4 are the file's decision."""
ANY_MEMORY_GB = 1e9
"""Where the file says not to count memory."""


@dataclass(frozen=True)
class EstimatedServing:
    """Estimates of serving for the pools of one problem."""

    sources: Sources
    machines: Machines
    _machines: dict[tuple[str, tuple[str, ...], str], ServingMachine] = field(default_factory=dict)
    """Machines found before, by pool, precisions and memory of the service."""
    _models: dict[str, ServedModel] = field(default_factory=dict)
    """Models found before, by their names."""

    @cached_property
    def given(self) -> ServingParameters:
        """Parameters of the calibration."""
        return parameters_of(ServingParameters, self.sources.catalog.calibration)

    @cached_property
    def band(self) -> ServingBand:
        """Ends of the band of serving throughput."""
        return parameters_of(ServingBand, self.sources.catalog.calibration)

    @property
    def margin(self) -> float:
        """Factor on estimated throughput: 1, or its low end where the file sizes for that."""
        return self.band.serving_low if self.sources.problem.margin == "p90" else 1.0

    def configurations(
        self, path: Path, service: Service, pool: Pool, queue_rate: float
    ) -> tuple[Configuration, ...] | None:
        """Configurations of a service in a pool, none where it does not fit or is too slow.

        None where the card has none of its precisions, or where a figure is missing, an error.
        ``queue_rate``: requests per second that wait in one queue.
        """
        machine, model = self.machine(path, service, pool), self.model(path, service)
        if machine is None or model is None:
            return None
        limits = limits_of(service, queue_rate)
        return configurations(machine, model, requests_of(service), limits, self.given)

    def model(self, path: Path, service: Service) -> ServedModel | None:
        """The model of a service; None where a figure is missing, which is an error."""
        assert service.model is not None
        found = self._models.get(service.model) or self._model(path, service.model)
        if found is not None:
            self._models[service.model] = found
        return found

    def _model(self, path: Path, name: str) -> ServedModel | None:
        where, row = (*path, "throughput"), self.sources.catalog.models[name]
        names = ("layers", "hidden_size", "kv_bytes_per_token")
        layers, width, kept = (self.sources.figure(where, row, name) for name in names)
        if not (layers and width and kept):
            return None
        return ServedModel(
            parameters=row.parameters,
            active_parameters=row.active_parameters or row.parameters,
            layers=int(layers),
            hidden_size=int(width),
            kv_bytes_per_token=kept,
            kv_heads=row.kv_heads,
        )

    def machine(self, path: Path, service: Service, pool: Pool) -> ServingMachine | None:
        """The machine of a pool; None where it has none of the service's precisions, or where a
        figure is missing, which is an error.
        """
        key = pool.key, tuple(service.precisions or PRECISIONS), str(service.memory)
        found = self._machines.get(key) or self._machine(path, service, pool)
        if found is not None:
            self._machines[key] = found
        return found

    def _machine(self, path: Path, service: Service, pool: Pool) -> ServingMachine | None:
        where, card = (*path, "throughput"), self.sources.catalog.accelerators[pool.card]
        names = ("bf16_dense_tflops", "memory_gb", "memory_bandwidth_gb_per_s")
        half, memory, bandwidth = (self.sources.figure(where, card, name) for name in names)
        peaks = self.peaks(service, pool)
        domain, box = self._domain_cards(pool), self.machines.box_cards(pool)
        link = pcie = 0.0
        if domain > 1:
            link = self.sources.figure(where, card, "interconnect_gb_per_s")
        if min(box or domain, WIDEST) > domain:
            pcie = self.sources.figure(where, card, "pcie_gb_per_s")
        if not (peaks and half and memory and bandwidth):
            return None
        machine = ServingMachine(
            tflops=peaks,
            bf16_tflops=half,
            memory_gb=memory,
            memory_bandwidth_gb_per_s=bandwidth,
            link_gb_per_s=link,
            domain_cards=domain,
            pcie_gb_per_s=pcie,
            box_cards=box,
        )
        return replace(machine, memory_gb=ANY_MEMORY_GB) if service.memory == "ignore" else machine

    def peaks(self, service: Service, pool: Pool) -> tuple[tuple[str, float], ...]:
        """Dense peaks of a pool's card at the precisions that a service may use."""
        card = self.sources.catalog.accelerators[pool.card]
        return tuple(
            (precision, peak)
            for precision in service.precisions or PRECISIONS
            if (peak := getattr(card, PEAKS[precision])) is not None
        )

    def _domain_cards(self, pool: Pool) -> int:
        if pool.kind is not Kind.CARD:
            return self.machines.domain_cards(pool)
        return self.sources.catalog.accelerators[pool.card].scale_up_cards or 1

    def refusal(self, path: Path, service: Service, pool: Pool) -> str:
        """Why a pool serves nothing of a service: memory that is missing, or the limit it breaks.

        Empty where a figure is missing.
        """
        machine, model = self.machine(path, service, pool), self.model(path, service)
        if machine is None or model is None:
            return ""
        name = f"{pool.card} in {pool.box}"
        short = min(
            (shortage_gb(machine, model, request, self.given, replica), str(replica))
            for replica in replicas(machine)
            for request in requests_of(service)
        )
        if short[0] > 0:
            usable = machine.memory_gb * self.given.serving_memory_share
            return (
                f"{name} lacks {short[0]:.3g} GB of memory for each card as {short[1]}, the "
                f"replica that needs least (it has {machine.memory_gb:g} GB, {usable:.3g} of them "
                "usable)"
            )
        alone = replace(self.given, serving_most_requests=1)
        free = limits_of(service.model_copy(update={"latency": None}), 0.0)
        found = configurations(machine, model, requests_of(service), free, alone)
        served = [one for each in found for one in each.served if one is not None]
        given = service.latency
        if given is None or not served:
            return f"{name} cannot keep {100 * service.percentile:.4g} % of the requests waiting"
        words = [f"{key} {value:g} s" for key, value in given if value is not None]
        ttft = min(one.ttft_s for one in served)
        tpot = min(one.tpot_s for one in served)
        return (
            f"{name} breaks latency: {', '.join(words)} (one request alone, no waiting: ttft "
            f"{ttft:.3g} s, tpot {tpot:.3g} s)"
        )

    def list_assumptions(self, path: Path, service: Service) -> None:
        """What a plan with estimated throughput rests on."""
        band = self.band
        subject = ".".join(map(str, path))
        self.sources.assume(
            "Serving throughput is estimated (docs/estimates_serving.md); eight of ten published "
            f"measurements reached {band.serving_low:.2f} to {band.serving_high:.2f} of it: {{}}.",
            f"{subject} ({', '.join(service.precisions or PRECISIONS)})",
        )
        self.sources.assume(
            f"{subject}: replicas share one queue and are loaded so far that "
            f"{100 * service.percentile:.4g} % of the requests wait no longer than "
            f"{_waiting(service)} (burstiness {service.burstiness:g})."
        )
        if service.precisions is None:
            self.sources.assume(
                "Estimated configurations compute in bf16 or fp8; int8 and fp4 can change what a "
                "model answers and are used only where `precisions` names them."
            )
        self.sources.assume(
            "Estimated configurations keep keys and values at 16 bits for bf16, else at 8 bits."
        )
        if self.sources.problem.margin == "p90":
            self.sources.assume(
                "margin: p90: estimated serving throughput is counted at "
                f"{band.serving_low:.2f} of its middle."
            )

    def list_assumptions_of(
        self, service: Service, pool: Pool, found: Sequence[Configuration]
    ) -> None:
        """What the estimates of one pool rest on that no measurement stands behind."""
        catalog = self.sources.catalog
        kin = str(catalog.accelerators[pool.card].architecture)
        if f"measurements_on_{kin.lower().replace(' ', '_')}" not in catalog.calibration:
            self.sources.assume(
                "No published measurement of serving on cards of these architectures is in the "
                "calibration, so the band of their estimates is not known: {}.",
                kin,
            )
        for precision in sorted({one.replica.precision for one in found}):
            if f"measurements_at_{precision}" not in catalog.calibration:
                self.sources.assume(
                    "No published measurement of serving at these precisions is in the "
                    "calibration, so the band of their estimates is not known: {}.",
                    precision,
                )
        model = catalog.models[service.model or ""]
        if model.active_parameters is not None:
            self.sources.assume(
                "Experts are split over the cards of a replica like every layer; spreading them "
                "over many boxes, which serves several times as much, is not modelled: {}.",
                model.id,
            )


def _waiting(service: Service) -> str:
    if service.latency is not None and service.latency.ttft is not None:
        return f"the time to first token of {service.latency.ttft:g} s leaves"
    return "answering them takes"


def requests_of(service: Service) -> tuple[Request, ...]:
    """Lengths of a service's classes, sorted by their names."""
    if service.classes:
        kinds = [service.classes[name] for name in sorted(service.classes)]
        return tuple(Request(kind.prompt_tokens, kind.answer_tokens) for kind in kinds)
    return (Request(service.prompt_tokens or 0.0, service.answer_tokens or 0.0),)


def limits_of(service: Service, queue_rate: float) -> Limits:
    """What the answers of a service must keep to."""
    latency = service.latency
    return Limits(
        percentile=service.percentile,
        burstiness=service.burstiness,
        ttft_s=None if latency is None else latency.ttft,
        tpot_s=None if latency is None else latency.tpot,
        queue_rate=queue_rate,
    )
