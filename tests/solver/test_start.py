"""A plan to start a search from: whatever a search finds can be the start of the next one."""

from dataclasses import replace
from pathlib import Path

import pytest

import problems
from problems import parse_edit
from solver import engines
from solver.answer import Answer, AnswerStatus, solve_case
from solver.case import Case, load_case
from solver.formulation import build, build_plain, build_tight
from solver.start import StartError, start_values
from tests.fuzz.generate import problem_of_seed
from tests.fuzz.referee import case_of

TO_THE_END = engines.Options(gap=0.0, time_limit_s=30.0)
ONE_PLACE = Path(problems.__file__).parent / "library" / "a800_stand_in.yaml"


def solved(case: Case) -> Answer:
    """The answer at gap 0."""
    return solve_case(case, TO_THE_END)


@pytest.mark.parametrize("seed", range(0, 200, 5))
def test_every_plan_is_a_start_for_its_own_problem(seed: int) -> None:
    """The values of a plan keep every row of the tightened and of the plain program, and cost what
    the plan costs, whatever families the problem has.

    Sensitivity: without highest draws, tiers or cumulative switches a row would be broken.
    """
    case = case_of(problem_of_seed(seed))
    answer = solved(case)
    if answer.plan is None:
        assert answer.status is AnswerStatus.INFEASIBLE
        return
    for model in (build(case.instance), build_plain(case.instance), build_tight(case.instance)):
        values = start_values(model, answer.plan)
        assert engines.why_no_start(model.problem, values) is None
        objective = model.problem.objective
        assert objective is not None
        cost = objective.constant + sum(k * values[v.name] for v, k in objective.items())
        assert cost * model.money_scale == pytest.approx(answer.plan.objective, rel=1e-6, abs=1e-4)


def test_a_search_takes_the_start_and_is_never_worse() -> None:
    """A search from the cheapest plan ends with it, however little time it has."""
    case = load_case(ONE_PLACE)
    best = solved(case)
    assert best.plan is not None
    again = solve_case(case, replace(TO_THE_END, time_limit_s=5.0), start=best.plan)
    assert again.start_refused is None
    assert again.plan is not None
    assert again.plan.objective == pytest.approx(best.plan.objective, rel=1e-9)


def test_a_start_that_does_not_fit_is_said_so_and_not_used() -> None:
    """The plan of a problem with less to do breaks a row: the answer says so and is right."""
    small = load_case(ONE_PLACE, edits=[parse_edit("training.gpt3.tokens*=0.5")])
    large = load_case(ONE_PLACE)
    start = solved(small).plan
    assert start is not None
    answer = solve_case(large, TO_THE_END, start=start)
    assert answer.start_refused is not None
    assert "no plan" in answer.start_refused
    assert answer.plan is not None
    direct = solved(large).plan
    assert direct is not None
    assert answer.plan.objective == pytest.approx(direct.objective, rel=1e-9)


def test_a_start_of_another_problem_is_named() -> None:
    """A plan whose purchases the problem knows no way to make is refused by name."""
    case = load_case(ONE_PLACE)
    plan = solved(case).plan
    assert plan is not None
    strange = replace(plan, purchases=(replace(plan.purchases[0], offer="nobody"),))
    with pytest.raises(StartError, match="nobody"):
        start_values(build(case.instance), strange)
