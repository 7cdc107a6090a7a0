"""The library's problems with several cases: their answers for all cases at once.

Belongs here: every `together` of expected.yaml, solved and against arithmetic. Does not belong
here: the same files as they stand (test_library.py).
"""

from pathlib import Path
from typing import Any

import pytest

from solver import AnswerStatus, load_case, solve_uncertain
from solver.answer import options_of
from solver.uncertain.value import Figure
from tests.problems.test_library import EXPECTED, LIBRARY, entries

each_together = pytest.mark.parametrize(("file", "scenario"), entries("together"))

NOW = 1.0
"""What a server costs in 2023, in millions."""
LATER = {"calm": (0.9, 30), "ban": (1.4, 30), "slump": (0.9, 15)}
"""What it costs in 2024, and how many are needed then; ten are needed in 2023."""
WEIGHTS = {
    "base": {"calm": 0.5, "ban": 0.3, "slump": 0.2},
    "worst-case": {"calm": 0.5, "ban": 0.3, "slump": 0.2},
    "ban-likely": {"calm": 0.2, "ban": 0.6, "slump": 0.2},
}


def objective(costs: dict[str, float], scenario: str) -> float:
    """The weighted sum, or the highest."""
    if scenario == "worst-case":
        return max(costs.values())
    return sum(WEIGHTS[scenario][name] * cost for name, cost in costs.items())


def adapted(now: int) -> dict[str, float]:
    """The cost of each case with so many servers bought now."""
    return {n: now * NOW + max(0, need - now) * price for n, (price, need) in LATER.items()}


def by_hand(scenario: str) -> dict[str, Any]:
    """The answer by going through every number of servers bought now, in CNY."""
    steps = range(10, 31)
    now = min(steps, key=lambda number: objective(adapted(number), scenario))
    best = objective(adapted(now), scenario)
    known = {name: min(adapted(number)[name] for number in steps) for name in LATER}
    alone = min(steps, key=lambda number: adapted(number)["calm"])
    in_all = min(
        objective({n: q * NOW + (30 - q) * price for n, (price, _) in LATER.items()}, scenario)
        for q in steps
    )
    amounts = {
        "cost": best,
        "perfect_information": best - objective(known, scenario),
        "planning": objective(adapted(alone), scenario) - best,
        "waiting": in_all - best,
    }
    found: dict[str, Any] = {name: pytest.approx(1e6 * a, abs=1) for name, a in amounts.items()}
    cases = {name: pytest.approx(1e6 * cost) for name, cost in adapted(now).items()}
    return {**found, "now": now, "cases": cases}


def amount(figure: Figure | None) -> float:
    """A figure that is known without a gap."""
    assert figure is not None
    low, high = figure.difference.low, figure.difference.high
    assert low is not None
    assert high == pytest.approx(low, abs=30)
    return low


@each_together
def test_arithmetic_gives_the_expected_answer(file: str, scenario: str) -> None:
    """What is recorded is what going through all first steps finds."""
    assert file == "uncertain_demand.yaml"
    assert EXPECTED[file][scenario]["together"] == by_hand(scenario)


@pytest.mark.parametrize("engine", ["cbc", "highs"])
@each_together
def test_the_answer_is_the_expected_one(file: str, scenario: str, engine: str) -> None:
    """Both engines prove cost, first step, what each case costs, and the three figures."""
    chosen = [] if scenario == "base" else [scenario]
    case = load_case(LIBRARY / file, scenarios=chosen)
    answer = solve_uncertain(case, options_of(case, engine=engine))
    expected = EXPECTED[file][scenario]["together"]
    assert answer.status is AnswerStatus.OPTIMAL
    assert answer.cost == pytest.approx(expected["cost"])
    assert sum(row.quantity for row in answer.now) == expected["now"]
    costs = {name: plan.objective for name, plan in answer.plans.items()}
    assert costs == pytest.approx(expected["cases"])
    assert amount(answer.figures.perfect_information) == pytest.approx(
        expected["perfect_information"], abs=30
    )
    assert amount(answer.figures.planning) == pytest.approx(expected["planning"], abs=30)
    assert amount(answer.figures.waiting) == pytest.approx(expected["waiting"], abs=30)


@pytest.mark.slow
def test_the_example_of_the_design_is_planned_for_both_its_cases() -> None:
    """Every block of the language at once, two cases: plans within 2 %, all of them verified, that
    agree up to the day; the base case costs no less than its bound.
    """
    case = load_case(Path(LIBRARY) / "design_example.yaml")
    answer = solve_uncertain(case, options_of(case, gap=0.02, time_limit_s=60))
    assert answer.status is AnswerStatus.OPTIMAL
    assert set(answer.plans) == {"base", "high"}
    assert all(plan.verification.ok for plan in answer.plans.values())
    low, _ = EXPECTED["design_example.yaml"]["base"]["between"]
    assert answer.plans["base"].objective >= low * (1 - 1e-6)
    assert answer.plans["high"].objective > answer.plans["base"].objective
