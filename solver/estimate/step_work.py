"""What a training step computes and moves in a layout, whatever the machine.

Belongs here: FLOP and bytes of one card, on arrays of layouts, and how long stages wait for each
other. Does not belong here: the seconds these take (step_time), which layout fits (memory).
"""

from dataclasses import dataclass

import numpy as np

from solver.estimate.figures import Job, TrainingParameters
from solver.estimate.layout import Array, Layouts

FORWARD_AND_BACKWARD = 3
"""The backward pass computes twice what the forward pass does (Kaplan et al. 2020)."""


@dataclass(frozen=True, slots=True)
class StepWork:
    """One card's work in every layout where one replica takes the whole batch (u = 1)."""

    matmul: Array
    """FLOP of matrix multiplications that count as work."""
    attention: Array
    """FLOP of attention that count as work."""
    matmul_again: Array
    """FLOP done a second time; so is the next one."""
    attention_again: Array
    memory: Array
    """Bytes to and from the card's memory, without the optimiser's."""
    optimizer: Array
    """Bytes the optimiser reads and writes, once a step."""
    link: Array
    """Bytes of tensor-parallel collectives that a card sends."""
    longest: Array
    """The longest stage over the mean one."""
    bubble: Array
    """Waiting at both ends over the running time of the longest stage at u = 1."""
    handed: Array
    """Bytes between stages."""
    exchanged: Array
    """Bytes between replicas that computing does not hide, if there are endlessly many."""

    @property
    def gathered(self) -> Array:
        """Rows of what takes time in proportion to u: matrix multiplications, attention, memory
        and link of the longest stage; optimiser; bytes handed on; bytes exchanged.
        """
        running = (
            self.matmul + self.matmul_again,
            self.attention + self.attention_again,
            self.memory,
            self.link,
        )
        rows = [part * self.longest for part in running]
        return np.array([*rows, self.optimizer, self.handed, self.exchanged])


def step_work(job: Job, given: TrainingParameters, cut: Layouts) -> StepWork:
    """Work of every layout."""
    sequences = job.sequences
    tokens = job.sequence_tokens * cut.micro_batch
    layers = job.layers / cut.pipeline * sequences / cut.micro_batch
    matmul, attention = (layers * flop for flop in _forward_flop(job, cut, tokens))
    scores = float(job.score_heads > 0)
    even = job.layers / cut.pipeline
    return StepWork(
        matmul=FORWARD_AND_BACKWARD * matmul,
        attention=FORWARD_AND_BACKWARD * attention,
        matmul_again=cut.full * matmul,
        attention_again=(cut.full + (1 - cut.full) * scores) * attention,
        memory=layers * _memory_bytes(job, given, cut, tokens),
        # It reads and writes the states it updates.
        optimizer=2 * job.state_bytes * job.parameters / cut.tensor / cut.pipeline,
        link=layers * _link_bytes(job, cut, tokens),
        longest=np.ceil(even) / even,
        bubble=_bubble(cut, sequences),
        handed=_handed_bytes(job, cut, tokens, sequences),
        exchanged=_exchanged_bytes(job, given, cut),
    )


def _forward_flop(job: Job, cut: Layouts, tokens: Array) -> tuple[Array, Array]:
    """Forward pass of one layer and micro-batch: 2·N/L FLOP a token, and 4·s·h of attention, of
    which one kernel (FlashAttention) leaves out the masked half.
    """
    computed = 1.0 if job.score_heads else 0.5
    matmul = 2 * job.parameters / job.layers * tokens / cut.tensor
    attention = 4 * job.sequence_tokens * job.hidden_size * computed * tokens / cut.tensor
    return matmul, attention


def _memory_bytes(job: Job, given: TrainingParameters, cut: Layouts, tokens: Array) -> Array:
    """Traffic of one layer and micro-batch with the card's memory.

    The operands of its matrix multiplications at 2 bytes, (4 + 12/t)·b·s·h values and N/(L·t)
    weights in each pass; a number of bytes for each value of the residual stream in all other
    operations; and one for each attention score where scores pass through memory.
    """
    passes = FORWARD_AND_BACKWARD + cut.full
    stream = job.hidden_size * tokens
    operands = 2 * (stream * (4 + 12 / cut.tensor) + job.parameters / job.layers / cut.tensor)
    others = given.layer_traffic_bytes * stream / cut.tensor
    heads = given.score_traffic_bytes * job.score_heads * job.sequence_tokens
    scores = heads * (FORWARD_AND_BACKWARD + 1) * tokens / cut.tensor
    found: Array = (operands + others) * passes + scores
    return found


def _link_bytes(job: Job, cut: Layouts, tokens: Array) -> Array:
    """Tensor-parallel collectives of one layer and micro-batch: two all-reduces in each pass of
    2·b·s·h bytes, 2·(t-1)/t of which every card sends (Korthikanti et al. 2022, section 4.2.2).
    """
    sent = 2 * (cut.tensor - 1) / cut.tensor * 2 * job.hidden_size * tokens
    found: Array = 2 * (2 + cut.full) * sent
    return found


def _bubble(cut: Layouts, sequences: float) -> Array:
    """Waiting at both ends of a step: (p-1)/v times a micro-batch in the longest stage (Narayanan
    et al. 2021, section 2.2: (p-1)/(v·m) of the running time of m).
    """
    found: Array = cut.micro_batch / sequences * (cut.pipeline - 1) / cut.chunks
    return found


def _handed_bytes(job: Job, cut: Layouts, tokens: Array, sequences: float) -> Array:
    """Hand-over between stages: 2·b·s·h/t bytes each way for every chunk and micro-batch."""
    one = 2 * cut.chunks * 2 * job.hidden_size * tokens / cut.tensor
    return np.where(cut.pipeline > 1, one * sequences / cut.micro_batch, 0.0)


def _exchanged_bytes(job: Job, given: TrainingParameters, cut: Layouts) -> Array:
    """Reduction of gradients and gathering of weights between replicas, the exposed share of it.

    (d-1)/d of these bytes travel between d replicas. Those within a domain first join theirs over
    its links, so that each card carries only its part over the fabric.
    """
    own = given.exchange_bytes * job.parameters / (cut.tensor * cut.pipeline)
    found: Array = given.exchange_exposed * own
    return found
