"""What runs are worth: times to a plan and to certified gaps, gaps at given times, contradictions.

Belongs here: arithmetic on records. Does not belong here: layout (table.py).
"""

from collections.abc import Iterator, Sequence
from statistics import median

from benchmarks.records import Record

GAPS = (0.05, 0.01, 0.005, 0.001)
"""Certified gaps that are timed."""
MOMENTS_S = (60.0, 300.0)
"""Seconds after which the gap is read off."""
NEVER = float("inf")
PROGRAM_TOLERANCE = 1e-5
"""Relative: plans and bounds of different programs this close do not contradict each other."""


def gap_of(best: float | None, bound: float | None) -> float:
    """(plan − bound) / plan; infinite without both.

    >>> gap_of(200.0, 190.0), gap_of(None, 190.0)
    (0.05, inf)
    """
    if best is None or bound is None:
        return NEVER
    return max(0.0, (best - bound) / abs(best)) if best else NEVER


def first_plan_s(run: Record) -> float:
    """Seconds to the first plan; infinite where there was none."""
    return next((seconds for seconds, best, _ in run.events if best is not None), NEVER)


def reached_s(run: Record, gap: float) -> float:
    """Seconds until plan and bound together certified a gap; infinite where they never did."""
    hits = (t for t, best, bound in run.events if gap_of(best, bound) <= gap * (1 + 1e-9))
    return next(hits, NEVER)


def gap_at(run: Record, moment_s: float) -> float | None:
    """The certified gap after so many seconds; None where the run was not given so long."""
    ended = float(run.trace["ended_s"])
    if run.effort["limit_s"] < moment_s and ended < moment_s and final_gap(run) > run.effort["gap"]:
        return None
    gaps = [gap_of(best, bound) for t, best, bound in run.events if t <= moment_s]
    return gaps[-1] if gaps else NEVER


def final_gap(run: Record) -> float:
    """The certified gap at the end."""
    return gap_of(*run.events[-1][1:]) if run.events else NEVER


def middle(values: Sequence[float]) -> float:
    """The median; of an even number the worse of the two in the middle where one is infinite.

    >>> middle([1.0, 3.0, NEVER]), middle([1.0, NEVER])
    (3.0, inf)
    """
    return median(values) if values else NEVER


def contradictions(runs: Sequence[Record]) -> Iterator[str]:
    """Pairs of runs on one instance where one's bound lies above the other's plan."""
    for one in runs:
        for other in runs:
            if (one.size, one.seed) != (other.size, other.seed) or not one.events:
                continue
            bound = one.events[-1][2]
            best = other.events[-1][1] if other.events else None
            if bound is None or best is None:
                continue
            if bound > best + PROGRAM_TOLERANCE * abs(best):
                yield (
                    f"{one.size} seed {one.seed}: {one.contender} proves {bound:.9g}, "
                    f"{other.contender} has a plan of {best:.9g}"
                )
