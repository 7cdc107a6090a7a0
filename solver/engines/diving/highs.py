"""A linear program in HiGHS.

Belongs here: the calls to highspy. Does not belong here: what is solved (dive).
"""

import math
from typing import Any

import highspy

from .linear import ENDLESS, Bounds, Linear


class Highs(Linear):
    """One program in HiGHS."""

    def __init__(self, model: str, time_limit_s: float) -> None:
        self.highs: Any = highspy.Highs()  # type: ignore[no-untyped-call]
        self.highs.setOptionValue("output_flag", False)
        self.highs.setOptionValue("threads", 1)
        self.highs.setOptionValue("time_limit", time_limit_s)
        if self.highs.readModel(model) == highspy.HighsStatus.kError:
            raise SystemExit("HiGHS could not read the model")

    def bounds(self) -> Bounds:
        """The bounds of every column as they are."""
        lp = self.highs.getLp()
        return dict(enumerate(zip(lp.col_lower_, lp.col_upper_, strict=True)))

    def bound(self, column: int, low: float, high: float) -> None:
        """Give a column other bounds."""
        self.highs.changeColBounds(column, low, high)

    def solve(self, most: int = ENDLESS, above: float = math.inf) -> float | None:
        """Solve from the basis at hand."""
        self.highs.setOptionValue("simplex_iteration_limit", most)
        self.highs.setOptionValue("objective_bound", above)
        self.highs.run()
        if self.highs.getModelStatus() != highspy.HighsModelStatus.kOptimal:
            return None
        cost: float = self.highs.getInfo().objective_function_value
        return cost if cost < above else None

    def values(self) -> list[float]:
        """The columns' values."""
        return list(self.highs.getSolution().col_value)

    def reduced(self) -> list[float]:
        """The columns' reduced costs."""
        return list(self.highs.getSolution().col_dual)

    def basis(self) -> Any:
        """Where the last solve ended."""
        return self.highs.getBasis()

    def start_from(self, basis: Any) -> None:
        """Let the next solve begin with a basis."""
        self.highs.setBasis(basis)
