"""What an explanation of a planted conflict is held to.

Belongs here: the checks, one problem at a time, so that other processes can make them. Does not
belong here: planting (planted), which problems are asked (test_planted).
"""

from copy import deepcopy
from functools import cache
from typing import Any

from problems.edits import parse_edit, parse_unset
from problems.loading import ProblemFile
from problems.paths import parse_path
from solver import engines
from solver.answer import solve_case
from solver.case import Case, case_of
from solver.explain import Conflict, explain_infeasible
from solver.explain.feasibility import Feasibility, Verdict
from tests.explain.planted import base_case, planted
from tests.fuzz.referee import as_yaml
from tests.fuzz.referee import case_of as case_of_tree

LIMIT_S = 60.0
ANY_PLAN = engines.Options(gap=0.9, time_limit_s=LIMIT_S)
"""For questions whose answer is a plan: any verified plan will do."""


@cache
def _quick() -> Feasibility:
    """One for each process; its own process ends with it."""
    return Feasibility(engines.Options(time_limit_s=3600.0))


def solvable(case: Case, *, quick: bool = False) -> bool:
    """Whether the engines, or quicker one of them, find a plan that passes verification."""
    if quick:
        return _quick().ask(case) is Verdict.PLAN
    answer = solve_case(case, ANY_PLAN)
    return answer.plan is not None and answer.plan.verification.ok


def without(tree: dict[str, Any], name: str) -> Case:
    """The problem with one requirement taken out of the file by hand."""
    changed = deepcopy(tree)
    if name == "horizon.orders_from":
        changed["horizon"]["orders_from"] = "1971-01-01"
        return case_of_tree(changed)
    *above, last = parse_path(name)
    block = changed
    for part in above:
        block = block[str(part)]
    del block[str(last)]
    return case_of_tree(changed)


def cured(case: Case, options: tuple[tuple[str, str], ...]) -> Case:
    """The problem with a cure, as its options are printed."""
    edits = [
        parse_edit(text) if option == "--set" else parse_unset(text) for option, text in options
    ]
    return case_of(ProblemFile(case.loaded.document), edits=edits)


def complaints(seed: int) -> tuple[bool, list[str]]:
    """Whether a seed's random problem can be solved, and what is wrong with the explanation."""
    if not solvable(base_case(seed), quick=True):
        return False, []
    problem = planted(seed)
    assert problem is not None
    tree, case, expected = problem
    conflict = explain_infeasible(case, engines.Options(time_limit_s=LIMIT_S), price=False)
    wrong = _wrong(tree, case, conflict, expected, by_hand=seed % 3 == 0)
    return True, [f"seed {seed}: {words}\n{as_yaml(tree)}" for words in wrong]


def _wrong(
    tree: dict[str, Any],
    case: Case,
    conflict: Conflict,
    expected: frozenset[str],
    *,
    by_hand: bool,
) -> list[str]:
    wrong = []
    found = [frozenset(m.name for m in each.members) for each in conflict.contradictions]
    if found != [expected]:
        wrong.append(f"planted {sorted(expected)}, found {[sorted(each) for each in found]}")
    if not all(each.confirmed and each.minimal for each in conflict.contradictions):
        wrong.append("the conflict is not proven")
    for name in sorted(expected) if by_hand else ():
        if not solvable(without(tree, name)):
            wrong.append(f"without {name} there is still no plan")
    if not conflict.cures:
        wrong.append("no cure")
    for cure in conflict.cures:
        if not solvable(cured(case, cure.options), quick=not by_hand):
            wrong.append(f"{cure.edits} does not cure it")
    return wrong
