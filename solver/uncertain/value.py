"""What knowing, planning and waiting are worth: the figures of two-stage stochastic programming.

Belongs here: the definitions, over costs that are known within an interval. Does not belong here:
the searches that find the costs.

With c(s) the cost in case s and F the objective, the weighted sum of c or the highest of them:

    RP   recourse problem: F of the best plan whose early deliveries are common (the robust plan)
    WS   wait and see: F of each case's cheapest cost, if the case were known from the start
    EEV  F of the costs when the early deliveries are those of the best plan for the file as it
         stands, and everything later adapts
    NOW  F of the best plan in which all deliveries are common, early or late

In Birge and Louveaux, Introduction to Stochastic Programming, 2nd ed., chapter 4: WS <= RP <= EEV;
EVPI = RP - WS; VSS = EEV - RP. There EEV is built on the mean of the data; cases of a problem file
may differ in dates and blocks, which have no mean, so the file as it stands takes its place (a
reference scenario). RP <= NOW since NOW has the same cases and more equalities.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from solver.studies.interval import SAME


@dataclass(frozen=True, slots=True)
class Range:
    """A figure that is known to lie between two values; None where nothing is proven."""

    low: float | None
    high: float | None

    @property
    def known(self) -> bool:
        """Whether either end is."""
        return self.low is not None or self.high is not None


UNKNOWN = Range(None, None)


def objective_of(costs: Mapping[str, float], weights: Mapping[str, float], *, worst: bool) -> float:
    """F: the weighted sum of the costs of all cases, or the highest.

    >>> objective_of({"a": 100.0, "b": 200.0}, {"a": 0.75, "b": 0.25}, worst=False)
    125.0
    >>> objective_of({"a": 100.0, "b": 200.0}, {"a": 0.75, "b": 0.25}, worst=True)
    200.0
    """
    if worst:
        return max(costs.values())
    return math.fsum(weights[name] * cost for name, cost in costs.items())


def range_of(ranges: Mapping[str, Range], weights: Mapping[str, float], *, worst: bool) -> Range:
    """F of costs that are known within ranges; F never falls when a cost rises.

    >>> each = {"a": Range(90.0, 100.0), "b": Range(None, 200.0)}
    >>> range_of(each, {"a": 0.5, "b": 0.5}, worst=False)
    Range(low=None, high=150.0)
    >>> range_of(each, {"a": 0.5, "b": 0.5}, worst=True)
    Range(low=90.0, high=200.0)
    """
    lows = {name: each.low for name, each in ranges.items() if each.low is not None}
    highs = {name: each.high for name, each in ranges.items() if each.high is not None}
    # The highest of all is at least the highest of those that are known; a sum needs all.
    low = lows and (worst or len(lows) == len(ranges))
    return Range(
        objective_of(lows, weights, worst=worst) if low else None,
        objective_of(highs, weights, worst=worst) if len(highs) == len(ranges) else None,
    )


def surplus(over: Range, under: Range) -> Range:
    """How much a cost lies above another that can never exceed it: over - under, not below 0.

    >>> surplus(Range(118.0, 120.0), Range(99.0, 100.0))
    Range(low=18.0, high=21.0)
    >>> surplus(Range(99.0, 100.0), Range(99.5, 100.0)), surplus(Range(None, 5.0), Range(4.0, 4.0))
    (Range(low=0.0, high=0.5), Range(low=0.0, high=1.0))
    """
    low = 0.0
    if over.low is not None and under.high is not None:
        low = max(0.0, over.low - under.high)
    high = None
    if over.high is not None and under.low is not None:
        high = max(0.0, over.high - under.low)
    return Range(low, high)


@dataclass(frozen=True, slots=True)
class Figure:
    """What a different way to decide costs more, or saves."""

    difference: Range
    """In the problem's currency, at present value; never below 0."""
    fails_in: Sequence[str] = ()
    """Cases that it leaves without any plan; then there is no difference."""

    def proven(self, scale: float) -> bool:
        """Whether it is more than nothing, beyond rounding of costs of this size."""
        low = self.difference.low
        return bool(self.fails_in) or (low is not None and low > SAME * abs(scale))


@dataclass(frozen=True, slots=True)
class Figures:
    """What planning for all cases is worth. None where nothing was found out."""

    perfect_information: Figure | None
    """EVPI = RP - WS: what knowing the case from the start would save."""
    planning: Figure | None
    """VSS = EEV - RP: what it costs to decide the early deliveries for the file as it stands."""
    waiting: Figure | None
    """NOW - RP: what it costs to decide everything now, later deliveries too."""
