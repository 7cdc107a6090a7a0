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
PARTS = ("compute", "recomputation", "memory", "link", "pipeline", "fabric", "scale")
"""What the time of a step goes to: matrix multiplications that count as work; those done a second
time; traffic of other operations and of the optimiser with the card's memory; tensor-parallel
collectives; stages that wait; exchange between replicas as far as it is not hidden; cards waiting
for the slowest of many."""


@dataclass(frozen=True, slots=True)
class StepCosts:
    """Every layout's parts as they depend on the number of cards, all else computed once.

    With u = 1/d of d replicas (the share of the batch that each one takes) and q = max(u, t/D) the
    share of its exchange that leaves a domain of D cards, a step takes

        [u·busy + bubble + (u·handed + x·(q - u))/F + x·(1 - q)/S] · (1 + c·log2(n/D))

    where F and S are the bandwidths of fabric and links: for one machine three numbers for each
    layout. Tests hold this to the sum of `parts`.
    """

    compute: Array
    """Seconds at u = 1; so are the next four."""
    recomputation: Array
    memory: Array
    link: Array
    uneven: Array
    """Waiting for the longest stage."""
    bubble: Array
    """Seconds: (p-1)/v micro-batches of the longest stage, whatever their number."""
    handed: Array
    """Bytes between stages at u = 1."""
    exchanged: Array
    """Bytes between replicas that computing does not hide, if there are endlessly many."""
    near: Array
    """t/D: one over the replicas that a domain holds."""
    shards: Array
    """Cards of one replica."""
    busy: Array
    """Sum of the parts at u = 1 that no bandwidth between cards' domains touches."""
    domain_cards: int
    link_s: float
    """Seconds a byte between cards of a domain."""
    fabric_s: float
    """The same between domains."""
    scale_loss: float

    def totals(self, within: bool) -> "StepTotals":
        """The whole step as it depends on u alone; `within`: of the layouts, sorted by the cards
        they share, those that a domain holds, on no more cards than it has.
        """
        held = slice(int(np.searchsorted(self.shards, self.domain_cards, side="right")))
        some = held if within else slice(None)
        # Between domains the fabric; a job within one domain has its links.
        outside_s = self.link_s if within else self.fabric_s
        exchanged = self.exchanged[some]
        return StepTotals(
            fixed=self.bubble[some] + exchanged * self.link_s,
            by_share=self.busy[some] + (self.handed[some] - exchanged) * outside_s,
            by_leaving=exchanged * (outside_s - self.link_s),
            near=self.near[some],
        )

    def parts(self, cards: Array, share: Array) -> tuple[Array, ...]:
        """Seconds by `PARTS` of each layout, on its own number of cards and its u."""
        outside_s = np.where(cards > self.domain_cards, self.fabric_s, self.link_s)
        leaving = np.maximum(share, self.near)
        waiting = self.uneven * share + self.bubble
        across = (leaving - share) * outside_s + (1 - leaving) * self.link_s
        parts = (
            self.compute * share,
            self.recomputation * share,
            self.memory * share,
            self.link * share,
            waiting + self.handed * share * outside_s,
            self.exchanged * across,
        )
        slowest = scale_factor(cards, self.domain_cards, self.scale_loss) - 1
        return (*parts, sum(parts) * slowest)


def scale_factor(cards: Array, domain_cards: int, scale_loss: float) -> Array:
    """Factor on a step for waiting for the slowest of so many cards: 1 + c·log2(n/D).

    >>> float(scale_factor(np.array(64.0), 8, 0.01))
    1.03
    """
    factor: Array = 1 + scale_loss * np.log2(np.maximum(1.0, cards / domain_cards))
    return factor


@dataclass(frozen=True, slots=True)
class StepTotals:
    """Seconds of a step before waiting for the slowest card: fixed + by_share·u + by_leaving·q."""

    fixed: Array
    by_share: Array
    by_leaving: Array
    near: Array

    def seconds(self, first: slice, share: Array) -> Array:
        """Time of a slice of the layouts."""
        time: Array = self.by_share[first] * share
        time += self.fixed[first]
        time += self.by_leaving[first] * np.maximum(share, self.near[first])
        return time


def step_costs(job: Job, machine: Machine, given: TrainingParameters, cut: Layouts) -> StepCosts:
    """Costs of every layout."""
    sequences = job.sequences
    tokens = job.sequence_tokens * cut.micro_batch
    layers = job.layers / cut.pipeline * sequences / cut.micro_batch
    matmul_s, attention_s = _forward_s(job, machine, given, cut, tokens)
    scores = float(job.score_heads > 0)
    compute = layers * FORWARD_AND_BACKWARD * (matmul_s + attention_s)
    again = layers * (cut.full * (matmul_s + attention_s) + (1 - cut.full) * scores * attention_s)
    memory = layers * _memory_s(job, machine, given, cut, tokens)
    link = layers * _link_s(job, machine, given, cut, tokens)
    running = compute + again + memory + link
    even = job.layers / cut.pipeline
    longest = np.ceil(even) / even
    # The optimiser reads and writes the states it updates once a step.
    bandwidth = machine.memory_bandwidth_gb_per_s * 1e9 * given.memory_bandwidth_share
    memory = memory + 2 * job.state_bytes * job.parameters / cut.tensor / cut.pipeline / bandwidth
    uneven = running * (longest - 1)
    return StepCosts(
        compute=compute,
        recomputation=again,
        memory=memory,
        link=link,
        uneven=uneven,
        bubble=_bubble_s(cut, running * longest * cut.micro_batch / sequences),
        handed=_handed_bytes(job, cut, tokens, sequences),
        exchanged=_exchanged_bytes(job, given, cut),
        near=cut.tensor / machine.domain_cards,
        shards=cut.tensor * cut.pipeline,
        busy=compute + again + memory + link + uneven,
        domain_cards=machine.domain_cards,
        link_s=1 / _link_bytes_per_s(machine, given),
        fabric_s=1 / (machine.fabric_gb_per_s * 1e9 * given.fabric_share),
        scale_loss=given.scale_loss,
    )


def attainable_share(machine: Machine, given: TrainingParameters) -> float:
    """Share of the dense peak that large matrix multiplications reach: e·(x/x0)^-g, at most e_max.

    x is the card's TFLOPS for a watt: the more of them, the further it clocks down under load.

    >>> from solver.estimate.examples import A100, PARAMETERS
    >>> attainable_share(A100, PARAMETERS) <= 1
    True
    """
    density = machine.bf16_tflops / machine.power_w / given.reference_tflops_per_w
    return float(min(given.matmul_share_most, given.matmul_share * density**-given.clock_slope))


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


def _bubble_s(cut: Layouts, stage_s: Array) -> Array:
    """Waiting at both ends of a step: (p-1)/v times a micro-batch in the longest stage (Narayanan
    et al. 2021, section 2.2: (p-1)/(v·m) of the running time of m).
    """
    seconds: Array = stage_s * (cut.pipeline - 1) / cut.chunks
    return seconds


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
