"""The concave segments that the optimiser plans with, from the rates at some numbers of cards.

Belongs here: hulls of points and segments below them. Does not belong here: the rates (curve).
"""

from collections.abc import Iterator, Sequence
from itertools import pairwise

import numpy as np

Points = Sequence[tuple[float, float]]
Segments = tuple[tuple[float, float], ...]


def concave_between(points: Points, most_segments: int) -> tuple[Segments, float]:
    """Segments (a, b) of a concave rate that is nowhere above the points (cards, rate), and by what
    factor the points' upper hull overstates one of them at most.

    Of the hull's corners as many are kept as `most_segments` allows; each segment between two of
    them is lowered by its own largest overstatement. The rate is the least of the segments, so it
    is below every point; and it is nowhere below the hull over its largest overstatement, which no
    concave rate below the points can beat everywhere: at the worst point the hull joins two
    corners, so a rate that came nearer to both would be above that point.

    >>> concave_between([(8, 8.0), (16, 15.0), (32, 28.0)], 4)
    (((0.875, 1.0), (0.8125, 2.0)), 1.0)
    >>> concave_between([(8, 8.0), (16, 8.0), (32, 32.0)], 4)
    (((0.5, 0.0),), 2.0)
    """
    ordered = sorted(points)
    corners = _corners(_hull(ordered), most_segments + 1)
    if len(corners) == 1:
        return ((corners[0][1] / corners[0][0], 0.0),), 1.0
    sizes, rates = np.array(ordered).T
    lines: list[tuple[float, float]] = []
    most = 1.0
    for p, q in pairwise(corners):
        a = _slope(p, q)
        if a <= 0 and lines:
            break
        b = p[1] - a * p[0]
        span = slice(*np.searchsorted(sizes, (p[0], q[0] + 0.5)))
        over = max(1.0, float(np.max((a * sizes[span] + b) / rates[span])))
        over = 1.0 if over < 1 + 1e-9 else over
        lines.append((a / over, b / over))
        most = max(most, over)
    return tuple(lines), most


def overstatements(points: Points) -> Iterator[float]:
    """By what factor the upper hull of points (cards, rate), in rising order, is above one of them
    at most; then the same without the first point, and so on.

    >>> list(overstatements([(8, 8.0), (16, 8.0), (32, 32.0)]))
    [2.0, 1.0, 1.0]
    """
    following = _following(points)
    known: dict[int, float] = {}
    for first in range(len(points)):
        most, start = 1.0, first
        while (end := following[start]) != start:
            if start not in known:
                known[start] = _above(points, start, end)
            most, start = max(most, known[start]), end
        yield most


def _following(points: Points) -> list[int]:
    """For each point the next corner of the upper hull of it and all after it."""
    following = list(range(len(points)))
    for at in range(len(points) - 2, -1, -1):
        m, low = points[at]
        middle = at + 1
        while (end := following[middle]) != middle:
            (k, between), (n, rate) = points[middle], points[end]
            if (rate - low) * (k - m) < (between - low) * (n - m) * (1 - 1e-12):
                break
            middle = end
        following[at] = middle
    return following


def _above(points: Points, start: int, end: int) -> float:
    """By what factor the line between two points is above one between them at most."""
    (m, low), (k, high) = points[start], points[end]
    slope = (high - low) / (k - m)
    return max(((low + slope * (n - m)) / rate for n, rate in points[start + 1 : end]), default=1.0)


def _hull(ordered: Points) -> list[tuple[float, float]]:
    """Corners of the upper hull, points on a straight line between two of them left out."""
    following, at = _following(ordered), 0
    hull = [ordered[0]]
    while following[at] != at:
        at = following[at]
        hull.append(ordered[at])
    return hull


def _slope(p: tuple[float, float], q: tuple[float, float]) -> float:
    return (q[1] - p[1]) / (q[0] - p[0])


def _corners(hull: list[tuple[float, float]], most: int) -> list[tuple[float, float]]:
    """The ends of a hull and the corners whose loss would lower it most, relatively."""
    if len(hull) <= most:
        return hull
    sizes, rates = np.array(hull).T
    kept = [0, len(hull) - 1]
    while len(kept) < most:
        gains = rates / np.interp(sizes, sizes[kept], rates[kept])
        gains[kept] = 0.0
        kept = sorted([*kept, int(gains.argmax())])
    return [hull[at] for at in kept]
