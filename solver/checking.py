"""A plan file or a list of purchases, held against a problem.

Belongs here: which kind of file it is, and what is done with each. Does not belong here: reading
the files (solver.plan), verification (solver.verify), solving (solver.answer).
"""

import json
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from solver.answer import Answer, AnswerStatus, check_plan, solve_case
from solver.case import Case, Uncertain
from solver.engines import Progress
from solver.frames import purchases_of
from solver.plan import (
    HandPurchase,
    Plan,
    PlanError,
    Verification,
    Violation,
    match_purchases,
    purchases_from_json_or_csv,
    read_plan,
)
from solver.uncertain.check import check_uncertain

if TYPE_CHECKING:
    import pandas


@dataclass(frozen=True)
class Checked:
    """What came of a check: of a whole plan its verdict, of purchases misfits or an answer."""

    plan: Plan | None = None
    """The whole plan that was read."""
    verdict: Verification | None = None
    """What verification says of it."""
    same_problem: bool = True
    """Whether it was made from this very problem, so that its bound speaks of it."""
    misfits: tuple[Violation, ...] = ()
    """Purchases that the problem does not offer."""
    answer: Answer | None = None
    """The cheapest way to use exactly these purchases."""

    @property
    def status(self) -> AnswerStatus:
        """In the words of an answer; what does not hold or does not fit is infeasible."""
        if self.answer:
            return self.answer.status
        holds = self.verdict is not None and self.verdict.ok
        return AnswerStatus.FEASIBLE if holds else AnswerStatus.INFEASIBLE


def check_file(
    case: Case,
    path: Path,
    *,
    on_progress: Callable[[Progress], None] | None = None,
    interrupted: threading.Event | None = None,
) -> Checked:
    """Verify a whole plan; for purchases alone fix them, solve the rest and verify.

    Raises PlanError for a file that cannot be read or names what the problem does not know.
    """
    if not lists_purchases_only(path):
        plan = read_plan(path)
        if plan.uncertainty is not None and case.uncertain is not None:
            same = plan.uncertainty.get("problem") == case.uncertain.loaded.tree
            return Checked(plan, _check_cases(case.uncertain, plan, path), same_problem=same)
        verdict = check_plan(case, plan)
        return Checked(plan, verdict, same_problem=dict(plan.problem) == case.loaded.tree)
    purchases = purchases_from_json_or_csv(path)
    return check_purchases(case, purchases, on_progress=on_progress, interrupted=interrupted)


def check_purchases(
    case: Case,
    purchases: "pandas.DataFrame | Iterable[HandPurchase]",
    *,
    on_progress: Callable[[Progress], None] | None = None,
    interrupted: threading.Event | None = None,
) -> Checked:
    """Whether the workloads fit on these purchases and nothing else, and how they do at least cost.

    A frame has one row for each purchase and the columns of the CSV that `rackmix check` reads:
    offer, quantity (units), period or delivered; site, until and box where they are needed. Of what
    the problem does not offer the result has `misfits`, else an `answer` without a bound. Raises
    PlanError naming row and column for what cannot be read and for names the problem lacks.
    """
    units, misfits = match_purchases(case.instance, purchases_of(purchases))
    if misfits:
        return Checked(misfits=misfits)
    answer = solve_case(case, units=units, on_progress=on_progress, interrupted=interrupted)
    return Checked(answer=answer)


def _check_cases(uncertain: Uncertain, plan: Plan, path: Path) -> Verification:
    try:
        return check_uncertain(uncertain, plan)
    except PlanError as fault:
        raise PlanError(f"{path}: {fault}") from None


def lists_purchases_only(path: Path) -> bool:
    """Tell a list of purchases from a whole plan: by the name of a CSV, by the keys of a JSON.

    A file that cannot be read counts as a plan; its reader says what is wrong with it.
    """
    if path.suffix.lower() == ".csv":
        return True
    try:
        document = json.loads(path.read_bytes())
    except (OSError, ValueError):
        return False
    return isinstance(document, list) or (
        isinstance(document, dict) and set(document) == {"purchases"}
    )
