"""What an estimate of serving starts from: a machine, a model, a request, limits, parameters.

Belongs here: frozen records of plain numbers. Does not belong here: the formulas (step, headroom,
search).
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ServingMachine:
    """One card, what joins it to others, and the box they stand in."""

    tflops: tuple[tuple[str, float], ...]
    """Dense peak by precision, for the precisions a configuration may use."""
    bf16_tflops: float
    """Dense peak at 16 bits: attention runs at 16 bits whatever the precision."""
    memory_gb: float
    memory_bandwidth_gb_per_s: float
    link_gb_per_s: float
    """Scale-up links of a card, both directions together; 0 where there are none."""
    domain_cards: int
    """Cards of one scale-up domain; beyond it cards talk over PCIe."""
    pcie_gb_per_s: float
    """PCIe link of a card, both directions together."""
    box_cards: int | None
    """Cards of one box; None for cards counted alone, which share boxes as large as a domain."""


@dataclass(frozen=True, slots=True)
class ServedModel:
    """A decoder that is served."""

    parameters: float
    active_parameters: float
    """Those that one token uses; all of them unless experts are mixed."""
    layers: int
    hidden_size: int
    kv_bytes_per_token: float
    """Keys and values of one token at 16 bits, all layers: small with grouped queries (GQA) or a
    latent (MLA)."""
    kv_heads: int | None
    """Heads that keep keys and values: beyond so many cards they are kept twice. None: a latent,
    which cards split by requests."""


@dataclass(frozen=True, slots=True)
class Request:
    """Lengths of one class of requests."""

    prompt_tokens: float
    answer_tokens: float


@dataclass(frozen=True, slots=True)
class Limits:
    """What an answer must keep to."""

    percentile: float = 0.99
    """Share of requests that wait no longer than the limit leaves."""
    burstiness: float = 1.0
    """Squared coefficient of variation of the times between requests; 1: independent requests."""
    ttft_s: float | None = None
    """Time to first token. None: waiting may take as long as answering does."""
    tpot_s: float | None = None
    """Time per token after the first."""
    queue_rate: float = 0.0
    """Requests per second of the queue that replicas share; at least a replica's own."""


@dataclass(frozen=True, slots=True)
class ServingParameters:
    """Parameters of the catalogue's calibration, by their ids there, where each is explained."""

    serving_compute_share: float
    serving_bandwidth_share: float
    serving_token_bytes: float
    serving_step_ms: float
    serving_request_us: float
    serving_collective_us: float
    serving_memory_share: float
    serving_most_requests: float
    serving_answer_variation: float
    serving_link_share: float


@dataclass(frozen=True, slots=True)
class ServingBand:
    """Ends of the uncertainty band of serving throughput: measured over estimated."""

    serving_low: float
    serving_high: float
