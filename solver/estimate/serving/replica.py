"""How a replica spreads over cards: tensor-parallel within a box, stages across boxes.

Belongs here: the sizes a replica may have and what follows from size and precision alone. Does not
belong here: times (step), which size is best (search).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from math import gcd

from solver.estimate.serving.figures import ServedModel, ServingMachine
from solver.serving import BYTES_PER_PARAMETER, fits_box

MOST_STAGES = 8
"""More are not estimated: stages that wait for each other are not modelled."""
WIDEST = 8
"""Cards that split a layer, at most: models have few more heads of keys and values."""


@dataclass(frozen=True, slots=True)
class Replica:
    """One way to hold the model."""

    cards: int
    tensor: int
    """Cards that split every layer."""
    stages: int
    """Groups of them that hold a part of the layers each."""
    precision: str

    def __str__(self) -> str:
        stages = f" PP{self.stages}" if self.stages > 1 else ""
        return f"TP{self.tensor}{stages} {self.precision}"


def replicas(machine: ServingMachine) -> Iterator[Replica]:
    """Powers of two within a box, then stages over more cards that still fill boxes; each at every
    precision.

    >>> from solver.estimate.serving.examples import H100
    >>> [str(replica) for replica in replicas(H100)][:6]
    ['TP1 fp8', 'TP2 fp8', 'TP4 fp8', 'TP8 fp8', 'TP8 PP2 fp8', 'TP8 PP3 fp8']
    """
    box = machine.box_cards or machine.domain_cards
    widest = gcd(box, WIDEST)
    for stages in range(1, MOST_STAGES + 1):
        for tensor in (2**i for i in range(widest.bit_length())):
            cards = tensor * stages
            if (stages == 1 or tensor == widest) and fits_box(cards, box):
                for precision, _ in machine.tflops:
                    yield Replica(cards, tensor, stages, precision)


def weights_gb(model: ServedModel, replica: Replica) -> float:
    """Memory that the weights take, all cards together."""
    return model.parameters * BYTES_PER_PARAMETER[replica.precision] / 1e9


def kv_gb_per_token(model: ServedModel, replica: Replica) -> float:
    """Memory that keys and values of one token take in a stage's cards, all stages together.

    They are kept at 16 bits in a model at 16 bits, else at 8 bits. Tensor-parallel cards beyond
    the heads that keep them hold copies.
    """
    size = 1.0 if replica.precision == "bf16" else 0.5
    copies = max(1.0, replica.tensor / model.kv_heads) if model.kv_heads else 1.0
    return model.kv_bytes_per_token * size * copies / 1e9


def peak_tflops(machine: ServingMachine, replica: Replica) -> float:
    """Dense peak of one card at the replica's precision."""
    return dict(machine.tflops)[replica.precision]


def link_gb_per_s(machine: ServingMachine, replica: Replica) -> float:
    """What joins its tensor-parallel cards: scale-up links within their domain, else PCIe."""
    within = replica.tensor <= machine.domain_cards
    return machine.link_gb_per_s if within else machine.pcie_gb_per_s
