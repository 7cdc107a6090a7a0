"""The optimisation: instance, formulation, engines, plan, verification.

Belongs here: everything between a problem file and a plan. Does not belong here: files of problems
(problems), facts (catalogs), what is shown to people (reports). The names below load on first use.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from solver.answer import Answer, AnswerStatus, check_plan, options_of, solve_case
    from solver.case import Case, case_from_plan, load_case
    from solver.engines import Options, Progress
    from solver.plan import Plan, PlanError, dump_plan, read_plan
    from solver.screening import Finding

_HOMES = {
    "Answer": "solver.answer",
    "AnswerStatus": "solver.answer",
    "Case": "solver.case",
    "Finding": "solver.screening",
    "Options": "solver.engines",
    "Plan": "solver.plan",
    "PlanError": "solver.plan",
    "Progress": "solver.engines",
    "case_from_plan": "solver.case",
    "check_plan": "solver.answer",
    "dump_plan": "solver.plan",
    "load_case": "solver.case",
    "options_of": "solver.answer",
    "read_plan": "solver.plan",
    "solve_case": "solver.answer",
}

__all__ = [
    "Answer",
    "AnswerStatus",
    "Case",
    "Finding",
    "Options",
    "Plan",
    "PlanError",
    "Progress",
    "case_from_plan",
    "check_plan",
    "dump_plan",
    "load_case",
    "options_of",
    "read_plan",
    "solve_case",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'solver' has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)
