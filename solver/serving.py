"""The engineering of serving: how many cards a replica needs and what it serves.

Belongs here: pure functions of plain numbers. Does not belong here: files, pools, dates.
"""

from collections.abc import Iterator

BYTES_PER_PARAMETER = {"bf16": 2.0, "fp8": 1.0, "int8": 1.0, "fp4": 0.5}


def replica_throughput(
    utilization_fraction: float,
    dense_tflops: float,
    cards: int,
    active_parameters: float,
    tokens: float,
) -> float:
    """Requests per second of a replica: u · peak · g / (2·N·tokens).

    2·N FLOP per token (Kaplan et al. 2020, arXiv:2001.08361); tokens of prompt and answer together.

    >>> round(replica_throughput(0.213, 312, 1, 175e9, 1600 / 3), 6)
    0.356014
    """
    return utilization_fraction * dense_tflops * 1e12 * cards / (2 * active_parameters * tokens)


def replica_sizes(box_cards: int | None, most: int) -> Iterator[int]:
    """Cards a replica may have: divisors of the box, then whole boxes; any number without a box.

    >>> list(replica_sizes(8, 24)), list(replica_sizes(None, 3))
    ([1, 2, 4, 8, 16, 24], [1, 2, 3])
    """
    if box_cards is None:
        yield from range(1, most + 1)
        return
    yield from (g for g in range(1, box_cards + 1) if box_cards % g == 0)
    yield from range(2 * box_cards, most + 1, box_cards)


def fits_box(cards: int, box_cards: int | None) -> bool:
    """Whether a replica of ``cards`` divides its box or is whole boxes.

    >>> fits_box(4, 8), fits_box(3, 8), fits_box(16, 8), fits_box(3, None)
    (True, False, True, True)
    """
    return box_cards is None or box_cards % cards == 0 or cards % box_cards == 0


def replica_cards(
    parameters: float, precision: str, memory_gb: float, kv_share: float, box_cards: int | None
) -> int | None:
    """The smallest replica whose memory holds the weights beside the key-value share.

    None where no replica does (the key-value share fills the memory).

    >>> replica_cards(175e9, "bf16", 80, 0.3, 8), replica_cards(7e9, "bf16", 80, 0.3, 8)
    (8, 1)
    """
    free_gb = memory_gb * (1 - kv_share)
    if free_gb <= 0:
        return None
    weights_gb = parameters * BYTES_PER_PARAMETER[precision] / 1e9
    most = int(weights_gb / free_gb) + 1 + (box_cards or 1)
    return next(
        (g for g in replica_sizes(box_cards, most) if g * free_gb >= weights_gb - 1e-9), None
    )
