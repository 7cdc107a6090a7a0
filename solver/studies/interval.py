"""What two proven intervals say of the difference of two cheapest costs.

Belongs here: the arithmetic of intervals and the verdict. Does not belong here: which answers are
compared (compare), words for people (reports).
"""

from dataclasses import dataclass
from enum import StrEnum

SAME = 1e-7
"""Relative difference of costs that is nothing but the engines' rounding."""


class Verdict(StrEnum):
    """What is certain of a difference."""

    DEARER = "dearer"
    CHEAPER = "cheaper"
    SAME = "same"
    NOT_DISTINGUISHABLE = "not_distinguishable"
    """The intervals overlap: the gaps are larger than the difference."""


@dataclass(frozen=True, slots=True)
class Difference:
    """How much more the cheapest plan of one problem costs than that of another (the base).

    The cheapest cost of a problem lies between its bound and the cost of its plan. So the
    difference is at least bound - base cost, and at most cost - base bound.
    """

    plans: float
    """The difference of the plans found."""
    low: float | None
    """The cheapest costs differ by at least this; None where nothing is proven."""
    high: float | None
    """... and by at most this."""
    scale: float
    """The base's cost, for shares."""

    @property
    def verdict(self) -> Verdict:
        """What is certain.

        >>> difference_of(110.0, 105.0, 100.0, 99.0).verdict
        <Verdict.DEARER: 'dearer'>
        >>> difference_of(100.4, 99.9, 100.0, 99.0).verdict
        <Verdict.NOT_DISTINGUISHABLE: 'not_distinguishable'>
        """
        least = SAME * max(abs(self.scale), abs(self.scale + self.plans))
        if self.low is not None and self.low > least:
            return Verdict.DEARER
        if self.high is not None and self.high < -least:
            return Verdict.CHEAPER
        if self.low is None or self.high is None or self.high - self.low > 2 * least:
            return Verdict.NOT_DISTINGUISHABLE
        return Verdict.SAME

    @property
    def exact(self) -> bool:
        """Whether both cheapest costs are known, up to rounding."""
        least = SAME * max(abs(self.scale), abs(self.scale + self.plans))
        return self.low is not None and self.high is not None and self.high - self.low <= 2 * least


def difference_of(
    cost: float, bound: float | None, base_cost: float, base_bound: float | None
) -> Difference:
    """The difference of two problems whose cheapest costs lie between bound and cost."""
    return Difference(
        plans=cost - base_cost,
        low=None if bound is None else bound - base_cost,
        high=None if base_bound is None else cost - base_bound,
        scale=base_cost,
    )
