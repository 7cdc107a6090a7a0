"""The answer to an uncertain problem: a plan for every case, and what they cost together.

Belongs here: the record and what follows from it alone. Does not belong here: the searches (solve),
the plan file (document).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from solver.answer import AnswerStatus
from solver.engines import Attempt, StopReason
from solver.plan import Plan, PurchaseRow, Verification
from solver.screening import Finding
from solver.uncertain.common import early_purchases
from solver.uncertain.value import UNKNOWN, Figures, Range, surplus


@dataclass(frozen=True)
class CaseAnswer:
    """What happens in one case."""

    name: str
    weight: float
    plan: Plan | None
    """The plan for this case; its early deliveries are those of all cases."""
    known: Range = UNKNOWN
    """The cheapest cost if this case were known from the start."""
    refuted: bool = False
    """Whether this case has no plan even if it were known from the start."""
    findings: tuple[Finding, ...] = ()
    """What arithmetic refutes of it."""

    @property
    def price(self) -> Range:
        """What not knowing costs here: the plan's cost less the cheapest, were the case known."""
        if self.plan is None:
            return UNKNOWN
        return surplus(Range(self.plan.objective, self.plan.objective), self.known)


@dataclass(frozen=True)
class UncertainAnswer:
    """The answer to an uncertain problem; money in the problem's currency, time in seconds."""

    status: AnswerStatus
    """Of the search over all cases together."""
    stop: StopReason | None
    """Why that search ended; None where arithmetic decided."""
    worst: bool
    """Whether the worst case counts, not the weighted sum."""
    decide_until: date
    cases: Mapping[str, CaseAnswer]
    """By name, in the order of the file."""
    cost: float | None
    """The weighted sum of what the plans cost, or the highest; None without plans."""
    bound: float | None
    """No plans with common early deliveries cost less together."""
    gap: float | None
    """(cost - bound) / |cost|."""
    figures: Figures
    not_now: tuple[str, ...] = ()
    """Sentences on what some case does not offer early, so that none can have it."""
    attempts: tuple[Attempt, ...] = ()
    seconds: float = 0.0
    refused: Verification | None = None
    """What was wrong with the engines' last plans, where none passed."""
    refused_case: str = ""

    @property
    def plans(self) -> dict[str, Plan]:
        """The plans by case; empty where there are none."""
        return {name: case.plan for name, case in self.cases.items() if case.plan is not None}

    @property
    def heaviest(self) -> CaseAnswer:
        """The case of the greatest weight, the first of equals."""
        return max(self.cases.values(), key=lambda case: case.weight)

    @property
    def now(self) -> tuple[PurchaseRow, ...]:
        """What to buy and lease whatever happens: the common rows, as the heaviest case has them.

        Quantities are the same in every case; prices are those of this one.
        """
        plan = self.heaviest.plan
        return () if plan is None else early_purchases(plan, self.decide_until)

    @property
    def refuted(self) -> tuple[str, ...]:
        """Cases that have no plan even if they were known from the start."""
        return tuple(name for name, case in self.cases.items() if case.refuted)
