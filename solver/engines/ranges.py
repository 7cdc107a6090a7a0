"""How far apart the numbers of a problem lie: the first thing to look at when an engine errs.

Belongs here: measuring coefficients and warning of them. Does not belong here: scaling
(formulation).
"""

import logging
import math
from collections.abc import Iterable
from dataclasses import dataclass

import pulp

WIDE = 1e8

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Range:
    """The smallest and the largest size among some numbers, zeros left out."""

    smallest: float
    largest: float

    @property
    def spread(self) -> float:
        """The largest over the smallest."""
        return self.largest / self.smallest

    def __str__(self) -> str:
        return f"{self.smallest:.3g} to {self.largest:.3g}"


@dataclass(frozen=True)
class CoefficientRanges:
    """The ranges of one problem; None where there is no number but zero."""

    rows: Range | None
    """Factors of variables in rows."""
    objective: Range | None
    """Factors of variables in the objective."""
    limits: Range | None
    """Right-hand sides of rows."""
    bounds: Range | None
    """Finite bounds of variables."""

    def wide(self) -> dict[str, Range]:
        """Return the factors that spread too far for an engine's absolute tolerances."""
        factors = {"rows": self.rows, "objective": self.objective}
        return {name: r for name, r in factors.items() if r is not None and r.spread > WIDE}


def coefficient_ranges(problem: pulp.LpProblem) -> CoefficientRanges:
    """Measure a problem.

    >>> problem = pulp.LpProblem("example")
    >>> cards = problem.add_variable("cards", 0, 500, "Integer")
    >>> _ = problem.addConstraint(0.5 * cards >= 12, "demand")
    >>> problem.setObjective(80 * cards)
    >>> str(coefficient_ranges(problem).rows), str(coefficient_ranges(problem).bounds)
    ('0.5 to 0.5', '500 to 500')
    """
    constraints = problem.constraints()
    objective = problem.objective
    bounds = (b for v in problem.variables() for b in (v.lowBound, v.upBound) if math.isfinite(b))
    return CoefficientRanges(
        rows=_range(factor for row in constraints for factor in row.values()),
        objective=None if objective is None else _range(k for _, k in objective.items()),
        limits=_range(row.constant for row in constraints),
        bounds=_range(bounds),
    )


def log_ranges(problem: pulp.LpProblem) -> None:
    """Write the ranges to the log, and a warning for each that spreads beyond 1e8."""
    ranges = coefficient_ranges(problem)
    log.info(
        "coefficients: rows %s, objective %s, limits %s, bounds %s",
        *(ranges.rows, ranges.objective, ranges.limits, ranges.bounds),
    )
    for name, found in ranges.wide().items():
        log.warning("coefficients of the %s spread over %s: engines may err", name, found)


def _range(numbers: Iterable[float]) -> Range | None:
    smallest, largest = math.inf, 0.0
    for size in map(abs, numbers):
        if 0.0 < size < smallest:
            smallest = size
        if size > largest:
            largest = size
    return Range(smallest, largest) if largest else None
