"""The engineering of training: work, memory fit and the concave rate of a job on n cards.

Belongs here: pure functions of plain numbers. Does not belong here: files, pools, dates.
"""

import math
from collections.abc import Sequence
from itertools import pairwise

PFLOP_PER_S_DAY = 1e15 * 86_400
"""FLOP in one PFLOP/s-day."""


def training_work(active_parameters: float, tokens: float) -> float:
    """Work of training in PFLOP/s-days: 6·N·D FLOP (Kaplan et al. 2020, arXiv:2001.08361).

    >>> round(training_work(175e9, 300e9), 2)
    3645.83
    """
    return 6 * active_parameters * tokens / PFLOP_PER_S_DAY


def rate_per_card(dense_tflops: float, mfu_fraction: float, goodput_fraction: float) -> float:
    """Work per day of one card in PFLOP/s-days: peak x MFU x goodput.

    >>> round(rate_per_card(312, 0.462, 1.0), 6)
    0.144144
    """
    return dense_tflops / 1000 * mfu_fraction * goodput_fraction


def cards_for_memory(
    parameters: float, state_bytes: float, memory_gb: float, activations_gb: float
) -> int | None:
    """Fewest cards whose memory holds the training states beside the activations.

    States are ``state_bytes`` per parameter (mixed-precision Adam: 16; Rajbhandari et al. 2020,
    ZeRO), spread evenly. None where activations alone fill a card.

    >>> cards_for_memory(175e9, 16, 80, 0), cards_for_memory(175e9, 16, 80, 80)
    (35, None)
    """
    free_gb = memory_gb - activations_gb
    if free_gb <= 0:
        return None
    return max(1, math.ceil(parameters * state_bytes / (free_gb * 1e9) - 1e-9))


def round_up(cards: int, multiple: int) -> int:
    """The next multiple.

    >>> round_up(35, 8)
    40
    """
    return -(-cards // multiple) * multiple


def concave_rate(
    points: Sequence[tuple[float, float]],
) -> tuple[tuple[tuple[float, float], ...], float]:
    """Turn a table of (cards, rate) into segments (a, b) with rate = min over a*n + b, concave
    from 0.

    A table that is not concave is replaced by its upper hull, scaled down by the hull's largest
    overstatement so that it never promises more than was measured. Returns the segments, steepest
    first, and that overstatement as a factor (1.0: the table was concave).

    >>> concave_rate([(100, 50.0), (200, 90.0)])
    (((0.5, 0.0), (0.4, 10.0)), 1.0)
    >>> segments, overstatement = concave_rate([(100, 40.0), (200, 100.0)])
    >>> round(overstatement, 4), [(round(a, 4), round(b, 4)) for a, b in segments]
    (1.25, [(0.4, 0.0)])
    """
    table = sorted(points)
    hull: list[tuple[float, float]] = [(0.0, 0.0)]
    for point in table:
        while len(hull) >= 2 and _slope(hull[-2], point) >= _slope(hull[-2], hull[-1]) - 1e-12:
            hull.pop()
        hull.append(point)
    overstatement = max(_value(hull, n) / rate for n, rate in table)
    overstatement = 1.0 if overstatement < 1 + 1e-12 else overstatement
    segments = tuple(
        (_slope(p, q) / overstatement, (p[1] - _slope(p, q) * p[0]) / overstatement)
        for p, q in pairwise(hull)
    )
    return tuple((a, b) for a, b in segments if a > 0) or (segments[0],), overstatement


def rising(points: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
    """The part of a table of (cards, rate) up to its highest rate: more cards are of no use.

    >>> rising([(8, 0.32), (16, 0.32), (32, 0.30)])
    [(8, 0.32)]
    """
    table = sorted(points)
    top = max(rate for _, rate in table)
    last = next(n for n, rate in table if rate >= top * (1 - 1e-12))
    return [(n, rate) for n, rate in table if n <= last]


def units_for_rate(segments: Sequence[tuple[float, float]], rate: float, most: int) -> int | None:
    """Fewest units whose rate reaches ``rate``; None if ``most`` units do not.

    >>> units_for_rate([(0.5, 0.0), (0.4, 10.0)], 70.0, 1000)
    150
    """
    needed = max(1, *(math.ceil((rate - b) / a - 1e-9) for a, b in segments))
    return needed if needed <= most else None


def _slope(p: tuple[float, float], q: tuple[float, float]) -> float:
    return (q[1] - p[1]) / (q[0] - p[0])


def _value(hull: Sequence[tuple[float, float]], n: float) -> float:
    for p, q in pairwise(hull):
        if n <= q[0]:
            return p[1] + _slope(p, q) * (n - p[0])
    return hull[-1][1]
