"""The parallel layouts that a job can be cut into: tensor x pipeline x data, and the micro-batch.

Belongs here: which layouts exist. Does not belong here: what they need (memory), how long they
take (step_time).
"""

from dataclasses import dataclass, fields
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
MICRO_BATCHES = (1, 2, 4, 8)
"""Sequences of one micro-batch that are tried; larger ones fill memory and save nothing."""
MOST_UNEVEN = 1.1
"""The longest stage over the mean one, at most."""
CHUNKS = (1, 2, 3, 4)
"""Chunks of layers that a pipeline stage is interleaved into."""


@dataclass(frozen=True, slots=True)
class Layouts:
    """Layouts as parallel arrays, one entry for each combination."""

    tensor: Array
    """Cards that share each layer."""
    pipeline: Array
    """Stages."""
    micro_batch: Array
    """Sequences."""
    chunks: Array
    """Chunks of layers for each stage (interleaving); 1 without."""
    full: Array
    """1 where all activations are computed again, 0 where only attention's."""

    def chosen(self, which: Array) -> "Layouts":
        """Those that an index or a mask chooses."""
        return Layouts(*(getattr(self, field.name)[which] for field in fields(self)))


@dataclass(frozen=True, slots=True)
class Layout:
    """One layout on a number of cards."""

    cards: int
    tensor: int
    pipeline: int
    data: int
    micro_batch: int
    chunks: int
    recomputation: str

    def __str__(self) -> str:
        """As engineers write it.

        >>> str(Layout(1024, 8, 8, 16, 1, 2, "full"))
        'TP8 PP8x2 DP16, micro-batch 1, full recomputation'
        """
        stages = f"PP{self.pipeline}" + (f"x{self.chunks}" if self.chunks > 1 else "")
        return (
            f"TP{self.tensor} {stages} DP{self.data}, micro-batch {self.micro_batch}, "
            f"{self.recomputation} recomputation"
        )


@cache
def layouts(
    layers: int, domain_cards: int, recomputation: str | None = None, interleaved: bool = True
) -> Layouts:
    """Every layout of a model of so many layers in domains of so many cards.

    Tensor parallelism stays within a domain and is a power of two that divides it; a stage holds
    whole layers, as even as they go.

    >>> sorted({int(t) for t in layouts(96, 8).tensor})
    [1, 2, 4, 8]
    >>> sorted({int(p) for p in layouts(6, 1).pipeline})
    [1, 2, 3, 6]
    """
    tensor = [2**i for i in range(domain_cards.bit_length()) if domain_cards % 2**i == 0]
    fulls = {"full": [1], "selective": [0], None: [0, 1]}[recomputation]
    rows = [
        (t, p, b, v, full)
        for t in tensor
        for p in stages(layers)
        for b in MICRO_BATCHES
        for v in CHUNKS
        if v == 1 or (interleaved and p > 1 and -(-layers // p) % v == 0)
        for full in fulls
    ]
    columns = np.array(rows, dtype=float).T
    return Layouts(*columns)


def stages(layers: int) -> list[int]:
    """Numbers of pipeline stages worth trying: those that cut the layers evenly enough.

    >>> stages(40)
    [1, 2, 3, 4, 5, 6, 7, 8, 10, 11, 14, 20, 21, 22, 40]
    """
    return [p for p in range(1, layers + 1) if -(-layers // p) * p <= MOST_UNEVEN * layers]
