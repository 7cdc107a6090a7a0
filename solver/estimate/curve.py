"""The rate of work as cards grow, and the concave segments that the optimiser plans with.

Belongs here: at which numbers of cards a rate is computed, and how segments follow from it. Does
not belong here: the best layout for one number of cards (search), goodput.
"""

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from functools import cache
from itertools import accumulate, pairwise

import numpy as np

from solver.estimate.figures import Job, Machine, TrainingParameters
from solver.estimate.search import fewest_cards, most_pflops_of_card, step_seconds_of
from solver.estimate.table import ROUNDING

MOST_CARDS = 2**17
"""Cards of the largest estimate; no published run held more."""
NEAR_SIZES = 4
"""Up to so many times the smallest size that fits rates are far from straight."""
NEAR = 64
"""Sizes computed up to there."""
PER_DOUBLING = 8
"""Sizes computed for each doubling from there on."""
ROUND = 8
"""Numbers of cards over which a rate that has come to its end does not rise."""
STRIDE = 4
"""Numbers of cards that are searched at once for one that is fast enough."""
Points = Sequence[tuple[float, float]]
RatePoints = tuple[tuple[int, float], ...]
Segments = tuple[tuple[float, float], ...]
MOST_KNOWN = 32768
_known: dict[tuple[Job, Machine, int, TrainingParameters, float], RatePoints] = {}
"""Curves that were computed before: a problem is read again and again with other prices."""


@cache
def card_counts(unit: int, most: int) -> tuple[int, ...]:
    """Numbers of cards at which a curve is computed first: multiples of the unit, a third apart.

    >>> card_counts(8, 100)
    (8, 16, 24, 32, 48, 64, 96, 100)
    """
    steps = sorted({s for i in range(40) for s in (2**i, 3 * 2**i) if s * unit < most})
    return (*(s * unit for s in steps), most)


def rate_points(
    job: Job, machine: Machine, given: TrainingParameters, unit: int, enough: float
) -> tuple[tuple[int, float], ...]:
    """(cards, PFLOP/s of 6·N·D work), goodput not counted, from the fewest cards that hold the job
    until the rate is enough or more are of no use; none where the job fits nowhere.

    Rates never fall: cards that only slow a job down are left idle.
    """
    return rate_points_of(job, [(machine, unit)], given, enough)[0]


def rate_points_of(
    job: Job, machines: Sequence[tuple[Machine, int]], given: TrainingParameters, enough: float
) -> list[RatePoints]:
    """The same for many machines, each with its unit, which takes far less time than one by one."""
    keys = [(job, machine, unit, given, enough) for machine, unit in machines]
    answers = {key: _known[key] for key in keys if key in _known}
    new = [key for key in dict.fromkeys(keys) if key not in answers]
    if new:
        found = _searched(job, [(key[1], key[2]) for key in new], given, enough)
        if len(_known) + len(new) > MOST_KNOWN:
            _known.clear()
        _known.update(zip(new, found, strict=True))
        answers.update(zip(new, found, strict=True))
    return [answers[key] for key in keys]


def _searched(
    job: Job, machines: Sequence[tuple[Machine, int]], given: TrainingParameters, enough: float
) -> list[RatePoints]:
    coarse = [card_counts(unit, max(unit, MOST_CARDS // unit * unit)) for _, unit in machines]
    kinds = [machine for machine, _ in machines]
    firsts = [
        bisect_left(tried, fewest_cards(job, machine, given))
        for tried, machine in zip(coarse, kinds, strict=True)
    ]
    stops = _stops(job, kinds, given, coarse, firsts, enough)
    counts = [
        _counts(tried[first - 1] if first else 0, tried[first], tried[stop], unit)
        if first < len(tried)
        else ()
        for (_, unit), tried, first, stop in zip(machines, coarse, firsts, stops, strict=True)
    ]
    found = rates_of(job, kinds, given, counts)
    return [_never_falling(*each) for each in zip(counts, found, strict=True)]


def _never_falling(counts: tuple[int, ...], rates: tuple[float, ...]) -> RatePoints:
    """Without the numbers of cards that do not hold the job."""
    useless = next((i for i, rate in enumerate(rates) if rate), len(rates))
    return tuple(zip(counts[useless:], accumulate(rates[useless:], max), strict=True))


def _stops(
    job: Job,
    machines: Sequence[Machine],
    given: TrainingParameters,
    counts: Sequence[tuple[int, ...]],
    firsts: Sequence[int],
    enough: float,
) -> list[int]:
    """Where in its numbers of cards each machine's rate is enough first, else highest first."""
    stops = [len(each) for each in counts]
    going: dict[int, int] = {}
    for at, (machine, tried, first) in enumerate(zip(machines, counts, firsts, strict=True)):
        if first < len(tried):
            few = enough / most_pflops_of_card(job, machine, given)
            going[at] = max(first, bisect_left(tried, few * (1 - ROUNDING)))
    ended: list[int] = []
    best = [0.0] * len(machines)
    while going:
        tried_now = [counts[at][start : start + STRIDE] for at, start in going.items()]
        found = rates_of(job, [machines[at] for at in going], given, tried_now)
        for at, rates in zip(list(going), found, strict=True):
            fast = next((i for i, rate in enumerate(rates) if rate > enough), None)
            if fast is not None:
                stops[at] = going.pop(at) + fast
            elif max(rates, default=0.0) <= best[at]:
                ended.append(at)
                del going[at]
            else:
                best[at] = max(rates)
                going[at] += STRIDE
    some = _ends(job, [machines[at] for at in ended], given, [counts[at] for at in ended])
    for at, stop in zip(ended, some, strict=True):
        stops[at] = stop
    return stops


def _ends(
    job: Job,
    machines: Sequence[Machine],
    given: TrainingParameters,
    counts: Sequence[tuple[int, ...]],
) -> list[int]:
    """Where rates are highest first, searched round by round until they no longer rise."""
    known: list[list[float]] = [[] for _ in machines]
    going = list(range(len(machines)))
    while going:
        start = len(known[going[0]])
        tried = [counts[at][start : start + ROUND] for at in going]
        found = rates_of(job, [machines[at] for at in going], given, tried)
        rising = []
        for at, now in zip(going, found, strict=True):
            before = max(known[at], default=0.0)
            known[at] += now
            if len(now) == ROUND and (max(now) > before or not max(now)):
                rising.append(at)
        going = rising
    return [rates.index(max(rates)) for rates in known]


def rates_of(
    job: Job,
    machines: Sequence[Machine],
    given: TrainingParameters,
    counts: Sequence[tuple[int, ...]],
) -> list[tuple[float, ...]]:
    """PFLOP/s of each machine at its numbers of cards in rising order; 0 where the job does not
    fit.
    """
    work = 6 * job.parameters * job.batch_tokens / 1e15
    seconds = step_seconds_of(job, machines, given, counts)
    return [tuple((work / each).tolist()) for each in seconds]


@cache
def _counts(before: int, first: int, last: int, unit: int) -> tuple[int, ...]:
    """Numbers of cards after one and up to another: close up to four times the first, a constant
    factor apart from there on.

    >>> _counts(8, 16, 128, 8)
    (16, 24, 32, 40, 48, 56, 64, 72, 80, 88, 96, 104, 112, 120, 128)
    >>> _counts(0, 72, 4608, 72)[-9:]
    (2304, 2520, 2808, 3024, 3312, 3600, 3888, 4248, 4608)
    """
    near = min(NEAR_SIZES * first, max(last, first))
    apart = -(-(near - before) // (unit * NEAR)) * unit
    found = set(range(before + apart, near + 1, apart))
    steps = round(PER_DOUBLING * np.log2(last / near))
    found |= {int(-(-near * 2 ** (i / PER_DOUBLING) // unit)) * unit for i in range(steps)}
    return tuple(sorted(n for n in found | {near, max(last, near)} if n <= max(last, near)))


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
    hull: list[tuple[float, float]] = []
    for point in ordered:
        n, rate = point
        while len(hull) > 1:
            m, low = hull[-2]
            k, middle = hull[-1]
            if (rate - low) * (k - m) < (middle - low) * (n - m) * (1 - 1e-12):
                break
            del hull[-1]
        hull.append(point)
    return hull


def _slope(p: tuple[float, float], q: tuple[float, float]) -> float:
    return (q[1] - p[1]) / (q[0] - p[0])


def _corners(hull: list[tuple[float, float]], most: int) -> list[tuple[float, float]]:
    """The ends of a hull and the corners whose loss would lower it most, relatively."""
    kept = [hull[0], hull[-1]] if len(hull) > 1 else hull
    while len(kept) < min(most, len(hull)):
        sizes, rates = zip(*kept, strict=True)
        rest = [point for point in hull if point not in kept]
        between = np.interp([n for n, _ in rest], sizes, rates)
        gains = [rate / low for (_, rate), low in zip(rest, between, strict=True)]
        kept = sorted([*kept, rest[int(np.argmax(gains))]])
    return kept
