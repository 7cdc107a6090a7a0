"""What a layout keeps in the memory of each card.

Belongs here: states and activations in bytes. Does not belong here: time (step_time).
"""

from dataclasses import dataclass

import numpy as np

from solver.estimate.figures import Job, MemoryParameters
from solver.estimate.layout import Array, Layouts


@dataclass(frozen=True, slots=True)
class Needs:
    """Memory of one card in every layout, in GB: a sum of three terms.

    Of these only the share of the optimiser and the micro-batches in flight change with the number
    of cards, so that a search over many sizes computes the rest once.
    """

    always: Array
    """Weights, gradients, the layer in work, and what interleaved stages hold in flight."""
    spread: Array
    """What the replicas share between them, in full."""
    flying: Array
    """Activations of one micro-batch in a stage without interleaving; 0 with."""
    pipeline: Array

    def gb(self, share: Array, micro_batches: Array) -> Array:
        """Need where each replica holds this share of what is spread (one over the replicas)."""
        flying = self.flying * np.minimum(micro_batches, self.pipeline)
        total: Array = self.always + self.spread * share + flying
        return total

    def most_share(self, each: Array, room_gb: Array) -> Array:
        """The largest share with which a layout fits, where ``each`` micro-batches are split over
        the replicas; 0 or less where none does. A row for each room.

        The need rises with the share, along one line until all stages hold a micro-batch and along
        another from there on.
        """
        bent = self.pipeline / each
        with np.errstate(divide="ignore", invalid="ignore"):
            before = (room_gb - self.always) / (self.spread + self.flying * each)
            after = (room_gb - self.always - self.flying * self.pipeline) / self.spread
        # 0/0: nothing is spread and the room is used up to the last byte.
        after[np.isnan(after)] = 1.0
        found: Array = np.where(before <= bent, before, after)
        return found


def needs(job: Job, given: MemoryParameters, cut: Layouts) -> Needs:
    """States and activations of one card of the first pipeline stage, which holds most of them.

    States: tensor and pipeline parallelism cut all of them; the optimiser's part is also spread
    over the d replicas (Rajbhandari et al. 2020, ZeRO stage 1): N/(t·p) · (w + o/d).
    Activations: k·s·b·h/t bytes a layer, or 2·s·b·h/t and one layer in work where all are computed
    again, for every micro-batch in flight (Korthikanti et al. 2022, arXiv:2205.05198, equations 1
    to 6, where k is 34): at most p of them, p + (p-1)/v with v interleaved chunks.

    >>> from solver.estimate.examples import GPT3, PARAMETERS
    >>> from solver.estimate.layout import layouts
    >>> cut = layouts(96, 8)
    >>> one = cut.chosen((cut.tensor == 8) & (cut.pipeline == 8) & (cut.micro_batch == 1))
    >>> found = needs(GPT3, PARAMETERS.memory, one.chosen((one.chunks == 1) & (one.full == 1)))
    >>> found.gb(1 / 16, 100.0).round(1).tolist()  # 13.0 GB of states, 0.6 and 0.1 of activations
    [13.7]
    """
    parameters = job.parameters / (cut.tensor * cut.pipeline)
    spread = min(given.optimizer_bytes, job.state_bytes) if job.spread_optimizer else 0.0
    one = job.sequence_tokens * cut.micro_batch * job.hidden_size / cut.tensor
    own = np.ceil(job.layers / cut.pipeline)
    kept = np.where(cut.full == 1, given.recomputed_activation_bytes, given.activation_bytes)
    stage = one * kept * own
    interleaved = cut.chunks > 1
    held = np.where(interleaved, cut.pipeline + (cut.pipeline - 1) / cut.chunks, 0.0)
    working = one * cut.full * given.activation_bytes
    return Needs(
        always=(parameters * (job.state_bytes - spread) + stage * held + working) / 1e9,
        spread=parameters * spread / 1e9,
        flying=np.where(interleaved, 0.0, stage) / 1e9,
        pipeline=cut.pipeline,
    )
