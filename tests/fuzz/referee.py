"""One problem put to everybody: both engines, both formulations, screening, and the brute force.

Belongs here: what they must agree on, in sentences that say who differs from whom. Does not belong
here: which problems are asked.
"""

import io
import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from ruamel.yaml import YAML

from problems.loading import problem_from_tree
from solver import engines
from solver.answer import Answer, AnswerStatus, plan_of, solve_case
from solver.case import Case
from solver.formulation import build, build_plain
from solver.instance import build_instance
from solver.screening import screen
from solver.verify import verify
from tests.fuzz.brute_force import Best, cheapest
from tests.fuzz.decisions import decisions_of
from tests.fuzz.effort import TooLarge

RELATIVE = 1e-6
TIME_LIMIT_S = 60.0


@dataclass
class Verdict:
    """What came of one problem."""

    decided: bool = True
    """Whether the brute force could go through all plans."""
    feasible: bool = False
    complaints: list[str] = field(default_factory=list)


def case_of(tree: dict[str, Any]) -> Case:
    """The case of a problem tree."""
    loaded = problem_from_tree(tree, "fuzz")
    return Case(loaded, build_instance(loaded.problem, loaded.catalog))


def judge(tree: dict[str, Any]) -> Verdict:
    """Put a problem to everybody and collect what they disagree on."""
    case = case_of(tree)
    answers = {engine: _answer(case, engine) for engine in engines.ENGINES}
    verdict = Verdict()
    try:
        best = cheapest(case.instance)
    except TooLarge:
        verdict.decided = False
        verdict.complaints += _differing(answers)
        return verdict
    verdict.feasible = best is not None
    verdict.complaints += _screened(case, best)
    for engine, answer in answers.items():
        verdict.complaints += _against(engine, answer, best)
    verdict.complaints += _plain(case, best)
    if best is not None:
        verdict.complaints += _refereed(case, best)
    return verdict


def as_yaml(tree: dict[str, Any]) -> str:
    """A problem as a file that can be solved by hand."""
    text = io.StringIO()
    YAML(typ="safe", pure=True).dump(tree, text)
    return text.getvalue()


def _options(engine: str) -> engines.Options:
    return engines.Options(engine=engine, gap=0.0, time_limit_s=TIME_LIMIT_S)


def _answer(case: Case, engine: str) -> Answer:
    return solve_case(case, _options(engine))


def _same(one: float, two: float) -> bool:
    return math.isclose(one, two, rel_tol=RELATIVE, abs_tol=1e-6)


def _differing(answers: dict[str, Answer]) -> Iterator[str]:
    one, two = answers.values()
    if one.status is not two.status:
        yield f"cbc says {one.status}, highs says {two.status}"
    elif one.plan and two.plan and not _same(one.plan.objective, two.plan.objective):
        yield f"cbc finds {one.plan.objective}, highs finds {two.plan.objective}"


def _against(engine: str, answer: Answer, best: Best | None) -> Iterator[str]:
    """An engine's answer against the brute force."""
    if best is None:
        if answer.status is not AnswerStatus.INFEASIBLE:
            yield f"{engine} says {answer.status}; there is no plan"
        return
    if answer.status is not AnswerStatus.OPTIMAL or answer.plan is None:
        refused = answer.refused.violations if answer.refused else ()
        words = "; ".join(map(str, refused)) or answer.status
        yield f"{engine}: {words}; the best plan costs {best.cost}"
        return
    if not _same(answer.plan.objective, best.cost):
        yield f"{engine} finds {answer.plan.objective}; the best plan costs {best.cost}"
    if not answer.plan.verification.ok:
        yield f"{engine}'s plan breaks {answer.plan.verification.violations}"
    if answer.bound is None or answer.bound > best.cost * (1 + RELATIVE) + 1e-6:
        yield f"{engine}'s bound {answer.bound} is above the best plan, {best.cost}"


def _screened(case: Case, best: Best | None) -> Iterator[str]:
    """Screening refutes only what nobody can do; where it does, both engines must say so too."""
    findings = screen(case.instance)
    if findings and best is not None:
        yield f"screening refutes a problem that has a plan: {findings}"
    for engine in engines.ENGINES if findings else ():
        outcome = engines.solve(build(case.instance).problem, _options(engine))
        if outcome.status is not engines.Status.INFEASIBLE:
            yield f"{engine} says {outcome.status} of what screening refutes: {findings}"


def _plain(case: Case, best: Best | None) -> Iterator[str]:
    """The plain formulation has the same optimum as the tightened one."""
    model = build_plain(case.instance)
    outcome = engines.solve(model.problem, _options("cbc"))
    if best is None:
        if outcome.status is not engines.Status.INFEASIBLE:
            yield f"the plain formulation is {outcome.status}; there is no plan"
    elif outcome.objective is None or not _same(outcome.objective * model.money_scale, best.cost):
        yield f"the plain formulation gives {outcome.objective}; the best plan costs {best.cost}"


def _refereed(case: Case, best: Best) -> Iterator[str]:
    """The brute force's plan passes verification, and the bill finds the same total."""
    plan = plan_of(case, decisions_of(case.instance, best), None)
    if not _same(plan.objective, best.cost):
        yield f"the bill of the best plan is {plan.objective}; by hand it is {best.cost}"
    verification = verify(case.instance, plan)
    if not verification.ok:
        yield f"verification refuses the best plan: {'; '.join(map(str, verification.violations))}"
