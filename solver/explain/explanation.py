"""What decided a problem: solved first, then explained by what came of it.

Belongs here: which explanation an answer gets. Does not belong here: the explanations themselves
(conclusion.py for problems without a plan).
"""

import threading
from collections.abc import Mapping
from dataclasses import dataclass

from solver import engines
from solver.answer import Answer, AnswerStatus, OnProgress, options_of, solve_case
from solver.case import Case
from solver.explain.conclusion import Conflict, explain_infeasible


@dataclass(frozen=True)
class Explanation:
    """An answer and what explains it."""

    answer: Answer
    conflict: Conflict | None
    """Where there is no plan: why, and what would give one."""


def explain_case(
    case: Case,
    options: engines.Options | None = None,
    *,
    weights: Mapping[str, float] | None = None,
    on_progress: OnProgress | None = None,
    interrupted: threading.Event | None = None,
) -> Explanation:
    """Solve a case and explain what came of it.

    ``weights`` are those of `explain_infeasible`. Raises problems.InputError for a weight of a path
    that names no requirement.
    """
    options = options or options_of(case)
    answer = solve_case(case, options, on_progress=on_progress, interrupted=interrupted)
    conflict = None
    if answer.status is AnswerStatus.INFEASIBLE:
        conflict = explain_infeasible(
            case, options, weights=weights, on_progress=on_progress, interrupted=interrupted
        )
    return Explanation(answer, conflict)
