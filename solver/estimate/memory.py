"""What a layout keeps in the memory of each card.

Belongs here: states and activations in bytes. Does not belong here: time (step_time).
"""

import numpy as np

from solver.estimate.figures import Job, Machine, TrainingParameters
from solver.estimate.layout import Array, Layouts


def state_bytes(job: Job, given: TrainingParameters, shards: Array, data: Array) -> Array:
    """Weights, gradients and optimiser of one card.

    Tensor and pipeline parallelism cut all of them; the optimiser's part is also spread over the
    data-parallel replicas (Rajbhandari et al. 2020, ZeRO stage 1): N/(t·p) · (w + o/d).
    """
    spread = min(given.optimizer_bytes, job.state_bytes) if job.spread_optimizer else 0.0
    return job.parameters / shards * (job.state_bytes - spread + spread / data)


def activation_bytes(
    job: Job, given: TrainingParameters, cut: Layouts, micro_batches: Array
) -> Array:
    """Activations of the first pipeline stage, which holds most of them.

    34·s·b·h/t bytes a layer, or 2·s·b·h/t and one layer in work where all are computed again, for
    every micro-batch in flight (Korthikanti et al. 2022, arXiv:2205.05198, equations 1 to 6).
    """
    one = job.sequence_tokens * cut.micro_batch * job.hidden_size / cut.tensor
    own = np.ceil(job.layers / cut.pipeline)
    flying = np.where(
        cut.chunks > 1,
        cut.pipeline + (cut.pipeline - 1) / cut.chunks,
        np.minimum(micro_batches, cut.pipeline),
    )
    kept = np.where(cut.full == 1, given.recomputed_activation_bytes, given.activation_bytes)
    working = cut.full * given.activation_bytes
    return one * (kept * own * flying + working)


def needed_gb(
    job: Job, given: TrainingParameters, cut: Layouts, data: Array, micro_batches: Array
) -> Array:
    """States and activations of one card."""
    states = state_bytes(job, given, cut.tensor * cut.pipeline, data)
    total: Array = (states + activation_bytes(job, given, cut, micro_batches)) / 1e9
    return total


def fits(
    job: Job,
    machine: Machine,
    given: TrainingParameters,
    cut: Layouts,
    data: Array,
    micro_batches: Array,
) -> Array:
    """Whether states and activations fit into what is usable of a card's memory."""
    room = machine.memory_gb * given.usable_memory - job.reserved_gb
    found: Array = needed_gb(job, given, cut, data, micro_batches) <= room
    return found
