"""What decided a problem: solved first, then explained by what came of it.

Belongs here: which explanation an answer gets. Does not belong here: the explanations themselves
(conclusion.py for problems without a plan, reasons.py for those with one).
"""

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from solver import engines
from solver.answer import Answer, AnswerStatus, OnProgress, options_of, solve_case
from solver.case import Case
from solver.explain.conclusion import Conflict, explain_infeasible
from solver.explain.ranges import check_ranges
from solver.explain.reasons import BUDGET_S, Reasons, explain_feasible


@dataclass(frozen=True)
class Explanation:
    """An answer and what explains it."""

    answer: Answer
    conflict: Conflict | None
    """Where there is no plan: why, and what would give one."""
    reasons: Reasons | None = None
    """Where there is a plan: what decided it, and what would change it."""


def explain_case(
    case: Case,
    options: engines.Options | None = None,
    *,
    weights: Mapping[str, float] | None = None,
    budget_s: float = BUDGET_S,
    ranges: Sequence[str] = (),
    on_progress: OnProgress | None = None,
    interrupted: threading.Event | None = None,
) -> Explanation:
    """Solve a case and explain what came of it.

    ``weights`` are those of `explain_infeasible`, ``budget_s`` and ``ranges`` those of
    `explain_feasible`. Raises problems.InputError for a weight of a path that names no requirement,
    and for a range of a path at which the file holds no figure.
    """
    check_ranges(case, tuple(ranges))
    options = options or options_of(case)
    answer = solve_case(case, options, on_progress=on_progress, interrupted=interrupted)
    conflict = None
    if answer.status is AnswerStatus.INFEASIBLE:
        conflict = explain_infeasible(
            case, options, weights=weights, on_progress=on_progress, interrupted=interrupted
        )
    if answer.plan is None:
        return Explanation(answer, conflict)
    reasons = explain_feasible(
        case,
        answer,
        options,
        budget_s=budget_s,
        ranges=ranges,
        on_progress=on_progress,
        interrupted=interrupted,
    )
    return Explanation(reasons.answer, None, reasons)
