"""What an estimate of training starts from: a machine, a job, parameters of the calibration.

Belongs here: frozen records of plain numbers, and reading the parameters. Does not belong here: the
formulas (step_time, memory, goodput, power).
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Literal

import catalogs

Recomputation = Literal["full", "selective"]


@dataclass(frozen=True, slots=True)
class Machine:
    """One card and what joins it to others."""

    bf16_tflops: float
    """Dense peak at 16 bits."""
    fp8_tflops: float | None
    """Dense peak at 8 bits; None where the card has none."""
    memory_gb: float
    memory_bandwidth_gb_per_s: float
    power_w: float
    """Nameplate of the card: the more FLOP for a watt, the further it clocks down under load."""
    link_gb_per_s: float
    """Scale-up links, both directions together (A100: 600, A800: 400)."""
    domain_cards: int
    """Cards of one scale-up domain."""
    fabric_gb_per_s: float
    """Scale-out bandwidth of one card, one direction."""


@dataclass(frozen=True, slots=True)
class Job:
    """A dense decoder and how it is trained."""

    parameters: float
    layers: int
    hidden_size: int
    batch_tokens: float
    sequence_tokens: float
    precision: Literal["bf16", "fp8"] = "bf16"
    state_bytes: float = 16.0
    """Bytes of weights, gradients and optimiser for each parameter."""
    reserved_gb: float = 0.0
    """Memory of each card kept free of states and activations."""
    recomputation: Recomputation | None = None
    """None: whatever is fastest."""
    spread_optimizer: bool = True
    """Whether the optimiser's states are spread over the replicas (ZeRO stage 1)."""
    interleaved: bool = True
    """Whether pipeline stages may be cut into interleaved chunks (Narayanan et al. 2021)."""
    score_heads: int = 0
    """Attention heads whose scores pass through memory; 0: attention is one kernel
    (FlashAttention)."""

    @property
    def sequences(self) -> float:
        """Sequences of a batch, at least one."""
        return max(1.0, self.batch_tokens / self.sequence_tokens)


@dataclass(frozen=True, slots=True)
class MemoryParameters:
    """Those of the calibration's parameters of training that say what fits."""

    usable_memory: float
    optimizer_bytes: float
    activation_bytes: float
    recomputed_activation_bytes: float


@dataclass(frozen=True, slots=True)
class TrainingParameters:
    """Parameters of the catalogue's calibration, by their ids there, where each is explained."""

    matmul_share: float
    matmul_share_most: float
    reference_tflops_per_w: float
    clock_slope: float
    fp8_share: float
    memory_bandwidth_share: float
    layer_traffic_bytes: float
    score_traffic_bytes: float
    link_share: float
    fabric_share: float
    exchange_bytes: float
    exchange_exposed: float
    scale_loss: float
    usable_memory: float
    optimizer_bytes: float
    activation_bytes: float
    recomputed_activation_bytes: float

    @property
    def memory(self) -> MemoryParameters:
        """What fits depends on these alone."""
        return MemoryParameters(
            self.usable_memory,
            self.optimizer_bytes,
            self.activation_bytes,
            self.recomputed_activation_bytes,
        )


@dataclass(frozen=True, slots=True)
class GoodputParameters:
    """Parameters of the calibration for goodput."""

    failures_per_card_day: float
    restart_minutes: float
    checkpoint_stall_s: float


@dataclass(frozen=True, slots=True)
class PowerParameters:
    """Parameters of the calibration for power."""

    load_peak_fraction: float
    load_mean_fraction: float
    idle_fraction: float
    cluster_overhead_fraction: float


@dataclass(frozen=True, slots=True)
class BandParameters:
    """Ends of the uncertainty band of training throughput: actual over estimated."""

    training_low: float
    training_high: float


def parameters_of[T](kind: type[T], rows: Mapping[str, catalogs.Parameter]) -> T:
    """Read one group of parameters; raise CatalogError naming those the calibration lacks."""
    names = [field.name for field in fields(kind)]  # type: ignore[arg-type]
    missing = [name for name in names if name not in rows]
    if missing:
        raise catalogs.CatalogError([f"calibration: there is no '{name}'" for name in missing])
    return kind(**{name: rows[name].value for name in names})
