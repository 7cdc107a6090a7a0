"""Whether a claim is believed: the checks a plan has to pass, and what it is then worth.

Belongs here: one engine's answer against the problem itself. Does not belong here: which engine
runs when, and what several answers make together (ladder), or the arithmetic of a check (points).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import pulp

from solver.engines.claim import Claim, Model
from solver.engines.outcome import Status, StopReason, near_enough, relative_gap
from solver.engines.points import (
    Point,
    Variables,
    bound_above,
    broken_row,
    objective_at,
    rounded,
)

NOISE = 1e-9
"""Of a cost of 1 as engines see it, or of the objective: less is not told apart."""

Accept = Callable[[Mapping[str, float]], bool]


@dataclass(frozen=True)
class Plan:
    """A point that passed every check."""

    point: Point
    objective: float
    bound: float | None
    stop: StopReason


@dataclass(frozen=True)
class Refusal:
    """Why a point is no plan."""

    words: str
    rounded: Point | None = None
    """The point, where it breaks rows only and its integers may be worth keeping."""


@dataclass(frozen=True)
class Judge:
    """The problem that plans are held against, and what the caller asks of them."""

    problem: pulp.LpProblem
    variables: Variables
    accept: Accept | None
    gap: float

    def check(self, model: Model, claim: Claim) -> Plan | Refusal | None:
        """Believe a plan or say why not; None where there is none to believe."""
        if claim.column_values is None:
            return None
        point = self.idle()
        for variable, value in zip(model.ids, claim.column_values, strict=False):
            point[variable] = value
        point, words = rounded(self.variables, point)
        if words is None and (words := broken_row(self.problem, point)):
            mixed = any(model.whole) and not all(model.whole)
            return Refusal(words, point if mixed else None)
        words = words or bound_above(self.problem, point, claim.bound)
        if words is None and not self.accepted(point):
            words = "the caller did not accept the plan"
        if words is not None:
            return Refusal(words)
        # Ten times: engines add up thousands of costs, and their zero is not quite zero.
        return self.plan_at(point, claim.bound, claim.stop, 10 * NOISE / model.scale)

    def accepted(self, point: Point) -> bool:
        """Whether the caller's own check passes."""
        return self.accept is None or self.accept(self.values(point))

    def values(self, point: Point) -> dict[str, float]:
        """A point by variable name."""
        return dict(zip(self.variables.names, point, strict=True))

    def check_start(self, start: Mapping[str, float]) -> Point:
        """Raises ValueError where the start is no plan: engines ignore such a start, or worse."""
        point, words = rounded(self.variables, self.variables.point(start))
        if words := words or broken_row(self.problem, point):
            raise ValueError(f"the start is no plan: {words}")
        if not self.accepted(point):
            raise ValueError("the start is no plan: the caller did not accept it")
        return point

    def status(self, plan: Plan) -> Status:
        """Whether the bound proves the plan within the asked gap."""
        gap = None if plan.bound is None else relative_gap(plan.objective, plan.bound)
        return Status.OPTIMAL if near_enough(gap, self.gap) else Status.FEASIBLE

    def idle(self) -> Point:
        """The point with every variable as near to 0 as its bounds let it be."""
        return [self.variables.nearest_to_zero(i) for i in range(len(self.variables.names))]

    def plan_at(
        self, point: Point, bound: float | None, stop: StopReason, noise: float = 0.0
    ) -> Plan:
        """A plan at a checked point; a bound above its cost, or below it by noise, is its cost."""
        objective = objective_at(self.problem, point)
        if bound is not None and objective - bound <= max(noise, NOISE * abs(objective)):
            bound = objective
        return Plan(point, objective, bound, stop)
