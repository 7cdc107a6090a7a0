"""Why a problem has no plan: requirements that contradict each other, and the least changes.

Belongs here: `explain_case` and what it is made of: requirements and how to lift them, plans asked
for quickly, conflicts by deletion, knobs and cures. Does not belong here: words around the findings
(reports), solving (solver.answer).
"""

from solver.explain.conclusion import Conflict, Hopeless, explain_infeasible
from solver.explain.conflict import Contradiction
from solver.explain.cures import Cure
from solver.explain.explanation import Explanation, explain_case
from solver.explain.requirements import Kind, Requirement, requirements_of

__all__ = [
    "Conflict",
    "Contradiction",
    "Cure",
    "Explanation",
    "Hopeless",
    "Kind",
    "Requirement",
    "explain_case",
    "explain_infeasible",
    "requirements_of",
]
