"""The optimisation: instance, formulation, engines, plan, verification.

Belongs here: everything between a problem file and a plan. Does not belong here: files of problems
(problems), facts (catalogs), what is shown to people (reports). The names below load on first use.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from problems.frames import block_from_frame, frame_from_block
    from solver.answer import Answer, AnswerStatus, check_plan, options_of, solve_case
    from solver.case import Case, case_from_plan, load_case
    from solver.checking import Checked, check_purchases
    from solver.engines import Options, Progress
    from solver.estimating import Estimates, estimates
    from solver.explain import (
        Conflict,
        Explanation,
        Reasons,
        explain_case,
        explain_feasible,
        explain_infeasible,
    )
    from solver.frames import plan_frames, purchases_from_frame, variants_from_frame
    from solver.handover import PlanRefused, verified_plan
    from solver.plan import Plan, PlanError, dump_plan, read_plan
    from solver.screening import Finding
    from solver.studies.alternatives import Alternatives, find_alternatives
    from solver.studies.compare import Comparison, compare
    from solver.studies.front import Front, front
    from solver.studies.keeping import Keeping, keep, kept_from_plan, kept_from_purchases, read_kept
    from solver.studies.result import Sweep
    from solver.studies.sweep import sweep
    from solver.uncertain.answer import UncertainAnswer
    from solver.uncertain.solve import solve_uncertain

_HOMES = {
    "Alternatives": "solver.studies.alternatives",
    "Answer": "solver.answer",
    "AnswerStatus": "solver.answer",
    "Case": "solver.case",
    "Checked": "solver.checking",
    "Comparison": "solver.studies.compare",
    "Conflict": "solver.explain",
    "Estimates": "solver.estimating",
    "Explanation": "solver.explain",
    "Finding": "solver.screening",
    "Front": "solver.studies.front",
    "Keeping": "solver.studies.keeping",
    "Options": "solver.engines",
    "Plan": "solver.plan",
    "PlanError": "solver.plan",
    "PlanRefused": "solver.handover",
    "Progress": "solver.engines",
    "Reasons": "solver.explain",
    "Sweep": "solver.studies.result",
    "UncertainAnswer": "solver.uncertain.answer",
    "block_from_frame": "problems.frames",
    "case_from_plan": "solver.case",
    "check_plan": "solver.answer",
    "check_purchases": "solver.checking",
    "compare": "solver.studies.compare",
    "dump_plan": "solver.plan",
    "estimates": "solver.estimating",
    "explain_case": "solver.explain",
    "explain_feasible": "solver.explain",
    "explain_infeasible": "solver.explain",
    "find_alternatives": "solver.studies.alternatives",
    "frame_from_block": "problems.frames",
    "front": "solver.studies.front",
    "keep": "solver.studies.keeping",
    "kept_from_plan": "solver.studies.keeping",
    "kept_from_purchases": "solver.studies.keeping",
    "load_case": "solver.case",
    "options_of": "solver.answer",
    "plan_frames": "solver.frames",
    "purchases_from_frame": "solver.frames",
    "read_kept": "solver.studies.keeping",
    "read_plan": "solver.plan",
    "solve_case": "solver.answer",
    "solve_uncertain": "solver.uncertain.solve",
    "sweep": "solver.studies.sweep",
    "variants_from_frame": "solver.frames",
    "verified_plan": "solver.handover",
}

__all__ = [
    "Alternatives",
    "Answer",
    "AnswerStatus",
    "Case",
    "Checked",
    "Comparison",
    "Conflict",
    "Estimates",
    "Explanation",
    "Finding",
    "Front",
    "Keeping",
    "Options",
    "Plan",
    "PlanError",
    "PlanRefused",
    "Progress",
    "Reasons",
    "Sweep",
    "UncertainAnswer",
    "block_from_frame",
    "case_from_plan",
    "check_plan",
    "check_purchases",
    "compare",
    "dump_plan",
    "estimates",
    "explain_case",
    "explain_feasible",
    "explain_infeasible",
    "find_alternatives",
    "frame_from_block",
    "front",
    "keep",
    "kept_from_plan",
    "kept_from_purchases",
    "load_case",
    "options_of",
    "plan_frames",
    "purchases_from_frame",
    "read_kept",
    "read_plan",
    "solve_case",
    "solve_uncertain",
    "sweep",
    "variants_from_frame",
    "verified_plan",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'solver' has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)
