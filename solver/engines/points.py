"""What arithmetic alone says about a problem and about a point of it, without believing an engine.

Belongs here: refuting a problem at sight, the objective at a point, rounding a point and checking
it against every row and bound. A point is a list of values by variable id. Does not belong here:
running an engine.
"""

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pulp

TOLERANCE = 1e-6
"""Relative: of the right-hand side, the largest term, or 1, whichever is the largest."""
ABOVE = 1e-5
"""How far a bound may lie above the plan it came with, of the sum of the costs' sizes."""
WHOLE = 1e-5
"""How far an engine's integer may be from a whole number."""

Point = list[float]


@dataclass(frozen=True)
class Variables:
    """The variables of a problem by id, as plain lists: reading PuLP's objects again is slow."""

    names: list[str]
    lower: list[float]
    upper: list[float]
    whole: list[bool]

    @classmethod
    def of(cls, problem: pulp.LpProblem) -> "Variables":
        """Raises ValueError where two variables share a name: values could not be told apart."""
        variables = problem.variables()
        names = [v.name for v in variables]
        check_unique(names, "variables")
        return cls(
            names=names,
            lower=[v.lowBound for v in variables],
            upper=[v.upBound for v in variables],
            whole=[v.cat == pulp.LpInteger for v in variables],
        )

    def nearest_to_zero(self, index: int) -> float:
        """Return the value of least size that a variable may take."""
        low, high = self.lower[index], self.upper[index]
        if self.whole[index]:
            low, high = _ceil(low), _floor(high)
        return min(max(0.0, low), high)

    def point(self, values: Mapping[str, float]) -> Point:
        """Raises ValueError naming a variable without a value, or a value without a variable."""
        if missing := [name for name in self.names if name not in values]:
            raise ValueError(f"no value for variable {missing[0]!r} ({len(missing)} are missing)")
        if len(values) > len(self.names):
            unknown = next(iter(values.keys() - set(self.names)))
            raise ValueError(f"a value for {unknown!r}, which is no variable of the problem")
        return [float(values[name]) for name in self.names]


def check_unique(names: Sequence[str], kind: str) -> None:
    """Raises ValueError where two of a kind share a name."""
    name, count = Counter(names).most_common(1)[0] if names else ("", 0)
    if count > 1:
        raise ValueError(f"two {kind} are called {name!r}; names must be unique")


def refute(problem: pulp.LpProblem, variables: Variables) -> str | None:
    """Say why no point can satisfy the problem, where one bound or one row alone shows it.

    Crossed bounds make CBC refuse to read the model, and rows without variables are where PuLP's
    writers and the engines part ways; so neither reaches an engine.
    """
    for name, low, high, whole in zip(
        variables.names, variables.lower, variables.upper, variables.whole, strict=True
    ):
        if low > high:
            return f"variable {name} must be at least {low:g} and at most {high:g}"
        if whole and _ceil(low) > _floor(high):
            return (
                f"no whole number lies within {low:g} and {high:g}, the bounds of variable {name}"
            )
    for row in problem.constraints():
        if not row.keys() and _excess(row.sense, 0.0, -row.constant) > 0:
            sense = pulp.LpConstraintSenses[row.sense]
            return f"row {row.name} has no variables and reads 0 {sense} {-row.constant:g}"
    return None


def objective_terms(problem: pulp.LpProblem, point: Sequence[float]) -> list[float]:
    """Return what each variable adds to the objective, and its constant."""
    objective = problem.objective  # PuLP copies it at every look
    if objective is None:
        return [0.0]
    return [objective.constant, *(factor * point[v.id] for v, factor in objective.items())]


def objective_at(problem: pulp.LpProblem, point: Sequence[float]) -> float:
    """Return the objective, its constant included."""
    return math.fsum(objective_terms(problem, point))


def rounded(variables: Variables, point: Sequence[float]) -> tuple[Point, str | None]:
    """Round integers, put what misses a bound by a hair onto it; say what is too far off."""
    result = []
    for index, value in enumerate(point):
        low, high = variables.lower[index], variables.upper[index]
        name = variables.names[index]
        if not math.isfinite(value):
            return list(point), f"variable {name} is {value}"
        if variables.whole[index]:
            # 1e-12 of the value: beyond 1e7, 1e-5 asks for more digits than a double carries on.
            if abs(value - round(value)) > WHOLE + 1e-12 * abs(value):
                return list(point), f"variable {name} is {value!r}, not a whole number"
            value = float(round(value))
        if (off := max(low - value, value - high)) > 0:
            if off > TOLERANCE * max(1.0, abs(value)):
                return list(point), f"variable {name} is {value:g}, {off:g} outside its bounds"
            if not variables.whole[index]:
                value = low if value < low else high
        result.append(value + 0.0)  # no -0.0
    return result, None


def broken_row(problem: pulp.LpProblem, point: Sequence[float]) -> str | None:
    """Name the row that a point breaks by most, beyond the tolerance; None where it breaks none."""
    worst, words = 1.0, None
    for row in problem.constraints():
        terms = [factor * point[v.id] for v, factor in row.items()]
        limit = -row.constant
        excess = _excess(row.sense, math.fsum(terms), limit)
        if excess <= 0:
            continue
        scale = max(1.0, abs(limit), max(map(abs, terms), default=0.0))
        if (size := excess / (TOLERANCE * scale)) > worst:
            worst, words = size, f"row {row.name} is broken by {excess:g}"
    return words


def bound_above(problem: pulp.LpProblem, point: Sequence[float], bound: float | None) -> str | None:
    """Say so where a bound lies above a plan by more than rounding: then plan or bound is wrong."""
    terms = objective_terms(problem, point)
    excess = -math.inf if bound is None else bound - math.fsum(terms)
    if excess <= ABOVE * math.fsum(map(abs, terms)) + 1e-9:
        return None
    return f"its bound lies {excess:g} above its plan"


def _excess(sense: int, activity: float, limit: float) -> float:
    """Return by how much a row is broken; negative where it holds with room to spare."""
    if sense == pulp.LpConstraintLE:
        return activity - limit
    if sense == pulp.LpConstraintGE:
        return limit - activity
    return abs(activity - limit)


def _ceil(value: float) -> float:
    return float(math.ceil(value - WHOLE)) if math.isfinite(value) else value


def _floor(value: float) -> float:
    return float(math.floor(value + WHOLE)) if math.isfinite(value) else value
