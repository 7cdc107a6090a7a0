"""How long a training step takes in a layout, part by part.

Belongs here: the times of computing, memory traffic, tensor-parallel collectives, pipeline bubble
and gradient exchange, on arrays of layouts. Does not belong here: which layout fits (memory) or is
best (search).
"""

from dataclasses import dataclass

import numpy as np

from solver.estimate.figures import Job, Machine, TrainingParameters
from solver.estimate.layout import Array, Layouts

FORWARD_AND_BACKWARD = 3
"""The backward pass computes twice what the forward pass does (Kaplan et al. 2020)."""


@dataclass(frozen=True, slots=True)
class StepTime:
    """Seconds of one step, by what they go to; their sum is the step."""

    compute: Array
    """Matrix multiplications that count as work."""
    recomputation: Array
    """Those done a second time."""
    memory: Array
    """Traffic of the layers' other operations and of the optimiser with the card's memory."""
    link: Array
    """Tensor-parallel collectives over the scale-up links."""
    pipeline: Array
    """Stages that wait: bubble, uneven stages, hand-over between stages."""
    fabric: Array
    """Exchange of gradients and weights between replicas, as far as it is not hidden."""
    scale: Array
    """Cards waiting for the slowest of many."""

    @property
    def total(self) -> Array:
        """The whole step."""
        busy = self.compute + self.recomputation + self.memory + self.link
        return busy + self.pipeline + self.fabric + self.scale


def attainable_share(machine: Machine, given: TrainingParameters) -> float:
    """Share of the dense peak that large matrix multiplications reach: e·(x/x0)^-g, at most e_max.

    x is the card's TFLOPS for a watt: the more of them, the further it clocks down under load.

    >>> from solver.estimate.examples import A100, PARAMETERS
    >>> attainable_share(A100, PARAMETERS) <= 1
    True
    """
    density = machine.bf16_tflops / machine.power_w / given.reference_tflops_per_w
    return float(min(given.matmul_share_most, given.matmul_share * density**-given.clock_slope))


def step_time(
    job: Job,
    machine: Machine,
    given: TrainingParameters,
    cut: Layouts,
    cards: Array,
    data: Array,
    micro_batches: Array,
) -> StepTime:
    """Time of a step in every layout.

    `cards`, `data` (replicas) and `micro_batches` (of one pipeline) broadcast with the layouts.
    """
    tokens = job.sequence_tokens * cut.micro_batch
    layers = job.layers / cut.pipeline * micro_batches
    matmul_s, attention_s = _forward_s(job, machine, given, cut, tokens)
    scores = float(job.score_heads > 0)
    compute = layers * FORWARD_AND_BACKWARD * (matmul_s + attention_s)
    again = layers * (cut.full * (matmul_s + attention_s) + (1 - cut.full) * scores * attention_s)
    memory = layers * _memory_s(job, machine, given, cut, tokens)
    link = layers * _link_s(job, machine, given, cut, tokens)
    running = compute + again + memory + link
    pipeline = _pipeline_s(job, machine, given, cut, cards, micro_batches, tokens, running)
    memory = memory + _optimizer_s(job, machine, given, cut, data)
    fabric = _exchange_s(job, machine, given, cut, cards, data)
    busy = compute + again + memory + link + pipeline + fabric
    doublings = np.log2(np.maximum(1.0, cards / machine.domain_cards))
    return StepTime(
        compute, again, memory, link, pipeline, fabric, busy * given.scale_loss * doublings
    )


def _forward_s(
    job: Job, machine: Machine, given: TrainingParameters, cut: Layouts, tokens: Array
) -> tuple[Array, Array]:
    """Forward pass of one layer and micro-batch: 2·N/L FLOP a token, and 4·s·h of attention, of
    which one kernel (FlashAttention) leaves out the masked half.
    """
    share = attainable_share(machine, given)
    slow = 1 / (machine.bf16_tflops * 1e12 * share)
    quick = slow
    if job.precision == "fp8":
        assert machine.fp8_tflops is not None
        eighth = 1 / (machine.fp8_tflops * 1e12 * share)
        quick = given.fp8_share * min(slow, eighth) + (1 - given.fp8_share) * slow
    computed = 1.0 if job.score_heads else 0.5
    matmul = 2 * job.parameters / job.layers * tokens / cut.tensor * quick
    attention = 4 * job.sequence_tokens * job.hidden_size * computed * tokens / cut.tensor * slow
    return matmul, attention


def _memory_s(
    job: Job, machine: Machine, given: TrainingParameters, cut: Layouts, tokens: Array
) -> Array:
    """Traffic of one layer and micro-batch with the card's memory.

    The operands of its matrix multiplications at 2 bytes, (4 + 12/t)·b·s·h values and N/(L·t)
    weights in each pass; a number of bytes for each value of the residual stream in all other
    operations; and one for each attention score where scores pass through memory.
    """
    bandwidth = machine.memory_bandwidth_gb_per_s * 1e9 * given.memory_bandwidth_share
    passes = FORWARD_AND_BACKWARD + cut.full
    stream = job.hidden_size * tokens
    operands = 2 * (stream * (4 + 12 / cut.tensor) + job.parameters / job.layers / cut.tensor)
    others = given.layer_traffic_bytes * stream / cut.tensor
    heads = given.score_traffic_bytes * job.score_heads * job.sequence_tokens
    scores = heads * (FORWARD_AND_BACKWARD + 1) * tokens / cut.tensor
    seconds: Array = ((operands + others) * passes + scores) / bandwidth
    return seconds


def _link_s(
    job: Job, machine: Machine, given: TrainingParameters, cut: Layouts, tokens: Array
) -> Array:
    """Tensor-parallel collectives of one layer and micro-batch: two all-reduces in each pass of
    2·b·s·h bytes, 2·(t-1)/t of which every card sends (Korthikanti et al. 2022, section 4.2.2).
    """
    sent = 2 * (cut.tensor - 1) / cut.tensor * 2 * job.hidden_size * tokens
    passes = 2 + cut.full
    seconds: Array = 2 * passes * sent / _link_bytes_per_s(machine, given)
    return seconds


def _link_bytes_per_s(machine: Machine, given: TrainingParameters) -> float:
    # A card without links takes no part in collectives of a domain of its own.
    return max(machine.link_gb_per_s / 2 * 1e9 * given.link_share, 1.0)


def _fabric_bytes_per_s(machine: Machine, given: TrainingParameters, cards: Array) -> Array:
    """Between domains the fabric; a job within one domain has its links."""
    fabric = machine.fabric_gb_per_s * 1e9 * given.fabric_share
    return np.where(cards > machine.domain_cards, fabric, _link_bytes_per_s(machine, given))


def _pipeline_s(
    job: Job,
    machine: Machine,
    given: TrainingParameters,
    cut: Layouts,
    cards: Array,
    micro_batches: Array,
    tokens: Array,
    running: Array,
) -> Array:
    """Waiting: (p-1)/(v·m) of the running time for the bubble (Narayanan et al. 2021, section
    2.2), more where stages are uneven, and the hand-over of 2·b·s·h/t bytes each way.
    """
    even = job.layers / cut.pipeline
    uneven = np.ceil(even) / even
    bubble = uneven * (1 + (cut.pipeline - 1) / (cut.chunks * micro_batches)) - 1
    handed = 2 * cut.chunks * 2 * job.hidden_size * tokens / cut.tensor * micro_batches
    over = np.where(cut.pipeline > 1, handed / _fabric_bytes_per_s(machine, given, cards), 0.0)
    seconds: Array = running * bubble + over
    return seconds


def _exchange_s(
    job: Job,
    machine: Machine,
    given: TrainingParameters,
    cut: Layouts,
    cards: Array,
    data: Array,
) -> Array:
    """Reduction of gradients and gathering of weights between replicas, the exposed share of it.

    Replicas within a domain first join theirs over its links, so that each card carries only its
    part over the fabric.
    """
    own = given.exchange_bytes * job.parameters / (cut.tensor * cut.pipeline)
    near = np.clip(machine.domain_cards / cut.tensor, 1, data)
    inside = own * (near - 1) / near / _link_bytes_per_s(machine, given)
    far = data / near
    outside = own / near * (far - 1) / far / _fabric_bytes_per_s(machine, given, cards)
    seconds: Array = given.exchange_exposed * (inside + outside)
    return seconds


def _optimizer_s(
    job: Job, machine: Machine, given: TrainingParameters, cut: Layouts, data: Array
) -> Array:
    """The optimiser reads and writes the states it updates once a step."""
    bandwidth = machine.memory_bandwidth_gb_per_s * 1e9 * given.memory_bandwidth_share
    states = job.state_bytes * job.parameters / (cut.tensor * cut.pipeline * data)
    seconds: Array = 2 * states / bandwidth
    return seconds
