"""A plan as JSON: the plan file itself, with the verification of today.

Belongs here: nothing but that. Does not belong here: the format of plan files (solver.plan).
"""

from reports.language import Language
from solver.plan import Plan, dump_plan


def render(plan: Plan, language: Language) -> bytes:
    """The plan file; the same in every language, since programs read it."""
    return dump_plan(plan).encode()
