"""Plan files that are handed on: read, and verified once more before anybody relies on them.

Belongs here: from a file to a plan that holds. Does not belong here: reading (plan), checking
(verify), a plan against another problem than its own (checking).
"""

import json
from dataclasses import replace
from pathlib import Path

from solver.answer import check_plan
from solver.case import Case, case_from_plan
from solver.plan import Plan, PlanError, Verification, dump_plan, read_plan
from solver.uncertain.check import check_carried

MOST_TOLD = 20
"""Violations that the text of a refusal names; causes come before what follows from them."""


class PlanRefused(Exception):
    """A plan does not hold; the text names the first violations and counts the rest."""

    def __init__(self, path: Path, verification: Verification) -> None:
        self.verification = verification
        violations = verification.violations
        told = [f"{each.family}: {each}" for each in violations[:MOST_TOLD]]
        if len(violations) > MOST_TOLD:
            told.append(f"and {len(violations) - MOST_TOLD:,} more that may follow from these")
        super().__init__("\n  ".join([f"{path}: the plan does not hold:", *told]))


def verified_plan(path: Path) -> Plan:
    """The plan in a file, with a verification of today: against the problem it carries.

    Raises PlanError for a file that is no plan, problems.InputError and catalogs.CatalogError for a
    plan whose problem or facts do not load, and PlanRefused for a plan that does not hold. What it
    says of its bound stays its own claim.
    """
    plan = read_plan(path)
    try:
        dump_plan(plan).encode()
    except UnicodeEncodeError:
        raise PlanError(f"{path}: holds half a character (\\ud800 to \\udfff)") from None
    verification = check_plan(_case_of(plan, path), plan)
    if verification.ok and plan.uncertainty is not None:
        # The figures shown are this case's, but what they mean rests on the other cases.
        verification = _check_cases(plan, path)
    if not verification.ok:
        raise PlanRefused(path, verification)
    return replace(plan, verification=verification)


def _case_of(plan: Plan, path: Path) -> Case:
    """The case that a plan carries; PlanError where its problem names what its facts lack.

    A file that rackmix wrote holds together. Of one that was edited since nothing is certain: what
    is read from the problem file is checked against the catalogue, what a plan carries is not.
    """
    try:
        return case_from_plan(plan.problem, plan.facts, f"{path}: problem")
    except (LookupError, TypeError, UnicodeError) as fault:
        told = f"{type(fault).__name__}: {fault}"
        raise PlanError(
            f"{path}: the problem and the facts in it do not hold together ({told})"
        ) from fault


def _check_cases(plan: Plan, path: Path) -> Verification:
    try:
        return check_carried(plan, f"{path}")
    except PlanError as fault:
        raise PlanError(f"{path}: {fault}") from None


def is_plan(path: Path) -> bool:
    """Tell a plan file from a problem file; what cannot be read counts as a problem file."""
    try:
        document = json.loads(path.read_bytes())
    except (OSError, ValueError, RecursionError):
        return False
    return isinstance(document, dict) and {"problem", "objective"} <= document.keys()
