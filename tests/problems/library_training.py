"""Steps of training by hand: the layouts of estimated_training.yaml, beside and apart from the
estimate.

Belongs here: one step of one given layout in plain numbers. Does not belong here: choosing a
layout; nothing is imported from rackmix, and the calibration's figures are written out, so that a
change of either shows.
"""

from dataclasses import dataclass
from math import ceil, log2

SHARE, SLOPE, REFERENCE = 0.631, 0.0758, 0.78
"""Share of the peak that matrix multiplications reach, and how it falls with TFLOPS a watt."""
MEMORY, LINK, FABRIC = 0.9, 0.8, 0.8
"""Shares of the bandwidths that are reached."""
TRAFFIC, EXPOSED, WAITING = 71.1, 0.546, 0.00172
"""Bytes of a layer's other operations, share of the exchange not hidden, loss per doubling."""
BAND_LOW = 0.888
"""What nine of ten runs reach of their estimate."""
MONTH_S = 30 * 86_400


@dataclass(frozen=True)
class Card:
    """A card with its links: FLOP/s, W, B/s; link both directions, fabric one."""

    peak: float
    watts: float
    memory: float
    link: float
    fabric: float


A100 = Card(312e12, 400, 2039e9, 600e9, 25e9)
A800 = Card(312e12, 400, 2039e9, 400e9, 25e9)
H100 = Card(989.5e12, 700, 3350e9, 900e9, 50e9)


@dataclass(frozen=True)
class Training:
    """A model and its batch."""

    parameters: float
    layers: int
    width: int
    batch: float
    sequence: int


LLAMA = Training(13e9, 40, 5120, 4e6, 4096)
GPT3 = Training(175e9, 96, 12288, 3.2e6, 2048)


def tokens_per_s(
    job: Training,
    card: Card,
    cards: float,
    tensor: int,
    pipeline: int,
    chunks: int = 1,
    sequences: int = 1,
) -> float:
    """Tokens a second of all cards in a layout, attention in one kernel, nothing computed again."""
    tokens = job.sequence * sequences
    replicas = cards / tensor / pipeline
    batches = job.batch / tokens / replicas
    layers = job.layers / pipeline * batches
    reached = card.peak * SHARE * (card.peak / 1e12 / card.watts / REFERENCE) ** -SLOPE
    flop = 6 * job.parameters / job.layers + 6 * job.sequence * job.width
    compute = layers * flop * tokens / tensor / reached
    values = job.width * tokens
    operands = 2 * (values * (4 + 12 / tensor) + job.parameters / job.layers / tensor)
    moved = layers * 3 * (operands + TRAFFIC * values / tensor) / (card.memory * MEMORY)
    shared = layers * 4 * 2 * (tensor - 1) / tensor * 2 * values / (card.link / 2 * LINK)
    bubble = (pipeline - 1) / (chunks * batches)
    handed = 4 * chunks * values / tensor * batches / (card.fabric * FABRIC) * (pipeline > 1)
    updated = 2 * 16 * job.parameters / cards / (card.memory * MEMORY)
    own = 6 * job.parameters / tensor / pipeline
    near = min(8 / tensor, replicas)
    exchange = own * (near - 1) / near / (card.link / 2 * LINK)
    exchange += own / near * (1 - near / replicas) / (card.fabric * FABRIC)
    busy = (compute + moved + shared) * (1 + bubble) + handed + updated + EXPOSED * exchange
    return job.batch / (busy * (1 + WAITING * log2(max(1, cards / 8))))


def nodes_in_a_month(tokens: float, job: Training, card: Card, **layout: int) -> int:
    """Nodes of eight that train on so many tokens in thirty days."""
    return next(
        n for n in range(1, 200) if tokens_per_s(job, card, 8 * n, **layout) * MONTH_S >= tokens
    )


def nodes_by_memory(job: Training) -> int:
    """Nodes of eight cards of 80 GB, 92 % usable, that hold 16 bytes a parameter beside 24 bytes
    for each token of a sequence and unit of width in every layer, cut by eight cards.
    """
    activations = 24 * job.sequence * job.width * job.layers / 8
    return ceil(16 * job.parameters / (80e9 * 0.92 - activations) / 8)
