"""The rate of work as cards grow.

Belongs here: at which numbers of cards a rate is computed. Does not belong here: the fastest layout
on one of them (lines, search), what the optimiser plans with (concave), goodput.
"""

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from functools import cache
from itertools import accumulate

import numpy as np

from solver.estimate.figures import Job, Machine, TrainingParameters
from solver.estimate.fleet import Alike, groups

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
RatePoints = tuple[tuple[int, float], ...]
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
    found: list[RatePoints] = [()] * len(machines)
    for alike, places in groups(job, tuple(machine for machine, _ in machines), given):
        units = [machines[at][1] for at in places]
        for at, points in zip(places, _curves(alike, units, enough), strict=True):
            found[at] = points
    return found


def _curves(alike: Alike, units: Sequence[int], enough: float) -> Iterator[RatePoints]:
    coarse = [card_counts(unit, max(unit, MOST_CARDS // unit * unit)) for unit in units]
    firsts = [
        bisect_left(tried, few) for tried, few in zip(coarse, alike.first.tolist(), strict=True)
    ]
    stops = _stops(alike, units, coarse, firsts, enough)
    for at, (unit, tried, first) in enumerate(zip(units, coarse, firsts, strict=True)):
        if first == len(tried):
            yield ()
            continue
        counts = _counts(tried[first - 1] if first else 0, tried[first], tried[stops[at]], unit)
        yield _never_falling(counts, _rates(alike, at, counts))


def _never_falling(counts: tuple[int, ...], rates: list[float]) -> RatePoints:
    """Without the numbers of cards that do not hold the job."""
    useless = next((i for i, rate in enumerate(rates) if rate), len(rates))
    return tuple(zip(counts[useless:], accumulate(rates[useless:], max), strict=True))


def _stops(
    alike: Alike,
    units: Sequence[int],
    counts: Sequence[tuple[int, ...]],
    firsts: Sequence[int],
    enough: float,
) -> list[int]:
    """Where in its numbers of cards each machine's rate is enough first, else highest first."""
    # The size after the last is any: what is looked for is not there.
    sizes = [(*tried, tried[-1]) for tried in counts]
    few = np.array([some[first] for some, first in zip(sizes, firsts, strict=True)], dtype=float)
    least = alike.too_few(alike.work_pflop / enough / alike.scale(few), np.array(units))
    starts = [
        max(first, bisect_left(tried, n))
        for tried, first, n in zip(counts, firsts, least.tolist(), strict=True)
    ]
    some = np.array([some[start] for some, start in zip(sizes, starts, strict=True)], dtype=float)
    fast = alike.work_pflop / alike.seconds(some) > enough
    return [
        starts[at]
        if fast[at] and starts[at] < len(tried)
        else _stop(alike, at, tried, firsts[at], starts[at], enough)
        for at, tried in enumerate(counts)
    ]


def _stop(
    alike: Alike, at: int, counts: tuple[int, ...], first: int, start: int, enough: float
) -> int:
    """The same for one machine, whose rate is not enough before ``start``."""
    before = 0.0
    while found := _rates(alike, at, counts[start : start + ROUND]):
        fast = next((i for i, rate in enumerate(found) if rate > enough), None)
        if fast is not None:
            return start + fast
        if max(found) <= before:
            break
        before = max(found)
        start += ROUND
    known = [0.0] * (first // ROUND * ROUND)
    while now := _rates(alike, at, counts[len(known) : len(known) + ROUND]):
        before = max(known, default=0.0)
        known += now
        if before and max(now) <= before:
            break
    return known.index(max(known))


def _rates(alike: Alike, at: int, counts: Sequence[int]) -> list[float]:
    found: list[float] = (alike.work_pflop / alike.fastest(at, counts)).tolist()
    return found


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
