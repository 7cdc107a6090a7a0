"""Running the solvers: a built PuLP problem in, a checked and truthful outcome out.

Belongs here: the only code that knows solver processes, their logs and their ways of failing. It
knows nothing of clusters. `ladder` decides, `cbc` and `highs` run, `child` watches processes,
`judge` checks answers. Does not belong here: building problems (solver.formulation) or reading
plans out of values (solver.plan).
"""

from solver.engines.ladder import engine_version, solve, why_no_start
from solver.engines.outcome import (
    ENGINES,
    ROUNDING,
    Attempt,
    Options,
    Outcome,
    Progress,
    Status,
    StopReason,
    near_enough,
    relative_gap,
)
from solver.engines.ranges import CoefficientRanges, Range, coefficient_ranges

__all__ = [
    "ENGINES",
    "ROUNDING",
    "Attempt",
    "CoefficientRanges",
    "Options",
    "Outcome",
    "Progress",
    "Range",
    "Status",
    "StopReason",
    "coefficient_ranges",
    "engine_version",
    "near_enough",
    "relative_gap",
    "solve",
    "why_no_start",
]
