"""What decided a problem: where it has a plan and where it has none.

Belongs here: `explain_case` and what it is made of. Without a plan: requirements and how to lift
them, plans asked for quickly, conflicts by deletion, knobs and cures. With one: steps of limits and
demands, the cost of rules, the price at which a card enters, how far figures can move. Does not
belong here: words around the findings (reports), solving (solver.answer).
"""

from solver.explain.conclusion import Conflict, Hopeless, explain_infeasible
from solver.explain.conflict import Contradiction
from solver.explain.cures import Cure
from solver.explain.explanation import Explanation, explain_case
from solver.explain.reasons import Reasons, explain_feasible
from solver.explain.requirements import Kind, Requirement, requirements_of

__all__ = [
    "Conflict",
    "Contradiction",
    "Cure",
    "Explanation",
    "Hopeless",
    "Kind",
    "Reasons",
    "Requirement",
    "explain_case",
    "explain_feasible",
    "explain_infeasible",
    "requirements_of",
]
