"""How long a training step takes in a layout on a machine, part by part.

Belongs here: the times of computing, memory traffic, tensor-parallel collectives, pipeline bubble
and gradient exchange, on arrays of layouts. Does not belong here: what is computed and moved
(step_work), which layout fits (memory) or is best (search).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from solver.estimate.figures import Job, Machine, TrainingParameters
from solver.estimate.layout import Array, Layouts
from solver.estimate.step_work import step_work

PARTS = ("compute", "recomputation", "memory", "link", "pipeline", "fabric", "scale")
"""What the time of a step goes to: matrix multiplications that count as work; those done a second
time; traffic of other operations and of the optimiser with the card's memory; tensor-parallel
collectives; stages that wait; exchange between replicas as far as it is not hidden; cards waiting
for the slowest of many."""


class Paces(NamedTuple):
    """Seconds that a machine takes for each FLOP or byte of a job; arrays for several machines."""

    matmul_s: Any
    attention_s: Any
    memory_s: Any
    link_s: Any
    """A byte between cards of a domain."""
    fabric_s: Any
    """The same between domains."""


@dataclass(frozen=True, slots=True)
class StepCosts:
    """Every layout's parts as they depend on the number of cards, all else computed once.

    With u = 1/d of d replicas (the share of the batch that each one takes) and q = max(u, t/D) the
    share of its exchange that leaves a domain of D cards, a step takes

        [u·busy + bubble + (u·handed + x·(q - u))/F + x·(1 - q)/S] · (1 + c·log2(n/D))

    where F and S are the bandwidths of fabric and links: for one machine three numbers for each
    layout (StepTotals). Tests hold these to the sum of `parts`.
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
    domain_cards: int | Array
    """Of the machine, or of each layout's own; so are the paces."""
    paces: Paces
    scale_loss: float

    def parts(self, cards: Array, share: Array) -> tuple[Array, ...]:
        """Seconds by `PARTS` of each layout, on its own number of cards and its u."""
        link_s = self.paces.link_s
        outside_s = np.where(cards > self.domain_cards, self.paces.fabric_s, link_s)
        leaving = np.maximum(share, self.near)
        waiting = self.uneven * share + self.bubble
        across = (leaving - share) * outside_s + (1 - leaving) * link_s
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


def step_costs(
    job: Job, machines: Sequence[Machine], given: TrainingParameters, cut: Layouts
) -> StepCosts:
    """Costs of each layout on the machine at its place, or of all on one."""
    pace = Paces(*np.array([paces(job, machine, given) for machine in machines]).T)
    domain_cards = np.array([machine.domain_cards for machine in machines])
    work = step_work(job, given, cut)
    compute = work.matmul * pace.matmul_s + work.attention * pace.attention_s
    again = work.matmul_again * pace.matmul_s + work.attention_again * pace.attention_s
    memory, link = work.memory * pace.memory_s, work.link * pace.link_s
    running = compute + again + memory + link
    return StepCosts(
        compute=compute,
        recomputation=again,
        memory=memory + work.optimizer * pace.memory_s,
        link=link,
        uneven=running * (work.longest - 1),
        bubble=running * work.longest * work.bubble,
        handed=work.handed,
        exchanged=work.exchanged,
        near=cut.tensor / domain_cards,
        domain_cards=domain_cards,
        paces=pace,
        scale_loss=given.scale_loss,
    )


class StepTotals(NamedTuple):
    """Seconds of a step before waiting for the slowest card: fixed + by_share·u + by_leaving·q,
    with u and q of StepCosts.
    """

    fixed: Array
    by_share: Array
    by_leaving: Array


def step_totals(gathered: Array, bubble: Array, pace: Paces, within: bool) -> StepTotals:
    """The whole step as it depends on u alone, from a step's gathered work and its bubble; a row
    for each of several machines whose paces are columns.

    Between domains the fabric carries what is handed on and exchanged; a job `within` one domain
    has its links.
    """
    matmul, attention, memory, link, optimizer, handed, exchanged = gathered
    outside_s = pace.link_s if within else pace.fabric_s
    stage = matmul * pace.matmul_s + attention * pace.attention_s
    stage += memory * pace.memory_s
    stage += link * pace.link_s
    fixed = stage * bubble
    fixed += exchanged * pace.link_s
    stage += optimizer * pace.memory_s
    stage += (handed - exchanged) * outside_s
    return StepTotals(fixed, stage, exchanged * (outside_s - pace.link_s))


def scale_factor(cards: Array, domain_cards: int | Array, scale_loss: float) -> Array:
    """Factor on a step for waiting for the slowest of so many cards: 1 + c·log2(n/D).

    >>> float(scale_factor(np.array(64.0), 8, 0.01))
    1.03
    """
    factor: Array = 1 + scale_loss * np.log2(np.maximum(1.0, cards / domain_cards))
    return factor


def paces(job: Job, machine: Machine, given: TrainingParameters) -> Paces:
    """Seconds for each FLOP and byte: peaks and bandwidths at the share of them that is reached."""
    share = attainable_share(machine, given)
    slow = 1 / (machine.bf16_tflops * 1e12 * share)
    quick = slow
    if job.precision == "fp8":
        assert machine.fp8_tflops is not None
        eighth = 1 / (machine.fp8_tflops * 1e12 * share)
        quick = given.fp8_share * min(slow, eighth) + (1 - given.fp8_share) * slow
    fabric_s = 1 / (machine.fabric_gb_per_s * 1e9 * given.fabric_share)
    link = machine.link_gb_per_s / 2 * 1e9 * given.link_share
    return Paces(
        matmul_s=quick,
        attention_s=slow,
        memory_s=1 / (machine.memory_bandwidth_gb_per_s * 1e9 * given.memory_bandwidth_share),
        # A domain of one card has no links, whatever its kind could have.
        link_s=1 / link if machine.domain_cards > 1 else fabric_s,
        fabric_s=fabric_s,
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
