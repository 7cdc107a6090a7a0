"""The search over all cases together: one program, a plan for each case, all of them verified.

Belongs here: solving a joint program and reading plans out of it. Does not belong here: the program
(solver.formulation.joint), which searches are made and what they mean together (solve).
"""

import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import TypedDict

from solver import engines
from solver.answer import OnProgress, in_currency, plan_of, provenance
from solver.binding import binding_limits
from solver.case import Case
from solver.engines import Outcome
from solver.extract import extract
from solver.formulation import Joint, build_joint
from solver.formulation.joint import widened
from solver.plan import Plan, PlanStatus, Verification
from solver.restriction import HELD
from solver.start import StartError, start_values
from solver.uncertain.common import differences
from solver.uncertain.value import Range, objective_of
from solver.verify import verify

SLACK = 1e-9
"""Relative room for the worst case while waste elsewhere is taken out: rounding alone."""
LEAST_S = 0.2


class Watch(TypedDict):
    """Who looks on at every search."""

    on_progress: OnProgress | None
    interrupted: threading.Event | None


@dataclass(frozen=True)
class Found:
    """What came of a search over all cases."""

    outcome: Outcome
    """The engines' answer; amounts in the program's unit of money."""
    plans: Mapping[str, Plan]
    cost: float | None
    bound: float | None
    refused: Verification | None = None
    refused_case: str = ""


class Joining:
    """One search over all cases."""

    def __init__(
        self,
        cases: Mapping[str, Case],
        weights: Mapping[str, float],
        until: date,
        *,
        worst: bool,
        options: engines.Options,
        watch: Watch,
    ) -> None:
        self.cases, self.weights, self.until, self.worst = cases, weights, until, worst
        self.options, self.watch = options, watch
        self.started = time.monotonic()
        instances = widened({name: case.instance for name, case in cases.items()})
        self.joint: Joint = build_joint(instances, weights, until, worst=worst)
        self.refused: Verification | None = None
        self.refused_case = ""

    def run(self, start: Mapping[str, Plan], known: Mapping[str, Range]) -> Found:
        """Search, beginning at plans that agree on what comes first, if there are any.

        ``known`` are each case's cheapest costs, for the bounds of the plans.
        """
        values = self._begin(start)
        outcome = self._solve(self.options, values)
        bound = None if outcome.bound is None else outcome.bound * self.joint.scale
        if self.worst and outcome.values:
            outcome = self._without_waste(outcome)
        plans = self._plans(outcome.values) if outcome.values else {}
        finished = {
            name: self._finished(name, plan, outcome, known[name]) for name, plan in plans.items()
        }
        costs = {name: plan.objective for name, plan in plans.items()}
        cost = objective_of(costs, self.weights, worst=self.worst) if costs else None
        if bound is not None and cost is not None:
            # Rounding in the engine's last digits must not put the bound above the plans.
            bound = min(bound, cost)
        refused = None if plans else self.refused
        return Found(outcome, finished, cost, bound, refused, self.refused_case)

    def accept(self, values: Mapping[str, float]) -> bool:
        """Whether the plans that these values make hold, each in its case, and agree at first."""
        plans = self._plans(values)
        for name, plan in plans.items():
            found = verify(self.cases[name].instance, plan)
            if not found.ok:
                self.refused, self.refused_case = found, name
                return False
        self.refused, self.refused_case = None, ""
        return not differences(plans, self.until)

    def _solve(self, options: engines.Options, start: Mapping[str, float] | None) -> Outcome:
        told = self.watch["on_progress"]
        return engines.solve(
            self.joint.problem,
            options,
            on_progress=None if told is None else in_currency(told, self.joint.scale),
            interrupted=self.watch["interrupted"],
            accept=self.accept,
            start=start,
        )

    def _without_waste(self, outcome: Outcome) -> Outcome:
        """Of all plans as good at worst, the cheapest by weight: the other cases shall not waste.

        It begins at the plans found, and keeps them where it finds none better.
        """
        assert outcome.objective is not None
        worst = outcome.objective
        self.joint.hold_worst(worst + SLACK * max(1.0, abs(worst)))
        left = self.options.time_limit_s - (time.monotonic() - self.started)
        if left < LEAST_S or engines.why_no_start(self.joint.problem, outcome.values, self.accept):
            return outcome
        again = self._solve(replace(self.options, time_limit_s=left), outcome.values)
        if not again.values:
            return outcome
        return replace(outcome, values=again.values, attempts=(*outcome.attempts, *again.attempts))

    def _begin(self, start: Mapping[str, Plan]) -> dict[str, float] | None:
        """The values to start from, or None where the plans do not fit together."""
        if start.keys() != self.cases.keys():
            return None
        values: dict[str, float] = {}
        try:
            for name, model in self.joint.models.items():
                values |= start_values(model, start[name])
        except StartError:
            return None
        if self.joint.worst is not None:
            highest = max(plan.objective for plan in start.values()) / self.joint.scale
            values[self.joint.worst.name] = highest + SLACK * max(1.0, abs(highest))
        refused = engines.why_no_start(self.joint.problem, values, self.accept)
        return values if refused is None else None

    def _plans(self, values: Mapping[str, float]) -> dict[str, Plan]:
        return {
            name: plan_of(self.cases[name], extract(model, values), None)
            for name, model in self.joint.models.items()
        }

    def _finished(self, name: str, plan: Plan, outcome: Outcome, known: Range) -> Plan:
        """The plan as it is shown: verified, with what is known of its own case alone."""
        case, objective = self.cases[name], plan.objective
        bound = None if known.low is None else min(known.low, objective)
        gap = None if bound is None else engines.relative_gap(objective, bound)
        near = engines.near_enough(gap, self.options.gap)
        told = (
            f"{HELD}early deliveries that are the same in all cases: this is the plan for case "
            f"{name!r}, and what is delivered after {self.until} holds for this case alone."
        )
        return replace(
            plan,
            status=PlanStatus.OPTIMAL if near else PlanStatus.FEASIBLE,
            bound=bound,
            gap=gap,
            binding=binding_limits(self.joint.models[name], outcome.values),
            assumptions=(told, *plan.assumptions),
            verification=verify(case.instance, replace(plan, bound=bound, gap=gap)),
            provenance=provenance(case, self.options, outcome, self.started),
        )
