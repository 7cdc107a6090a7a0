"""What one problem proves for another, held against solving both."""

from functools import cache
from random import Random
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from problems import InputError, parse_edit
from problems.document import Document, Location, node_of
from problems.loading import ProblemFile
from solver.answer import Answer, AnswerStatus, solve_case
from solver.case import Case, case_of
from solver.engines import Options
from solver.studies.carry import fitted
from solver.studies.program import Program, carried_bound
from tests.fuzz.generate import problem_of_seed

EXACT = Options(gap=0.0, time_limit_s=20.0)
NEAR = 1e-6
"""Relative: what engines call optimal."""

LIMITS = {
    "sites.east.power_cap": ("40 kW", "25 kW", "16 kW", "9 kW"),
    "sites.east.rack_units": ("40", "20", "10", "5"),
    "limits.budget": ("9000 USD", "6000 USD", "4500 USD", "2500 USD"),
    "limits.vendor_share": ("{acme: 90 %}", "{acme: 70 %}", "{acme: 50 %}", "{acme: 30 %}"),
    "limits.card_types": ("3", "2", "1", "0"),
    "offers.node1.supply": ("9", "5", "3", "1"),
    "offers.node1.minimum_order": ("1", "2", "3", "4"),
    "export_licences.large": ("8", "4", "2", "0"),
    "export_caps.total_tpp": ("60000", "30000", "12000", "5000"),
    "export_caps.interconnect": ("600 GB/s", "500 GB/s", "400 GB/s", "300 GB/s"),
    "export_caps.scale_up_cards": ("8", "4", "2", "1"),
    "horizon.orders_from": ("2023-01-01", "2023-09-01", "2024-01-01", "2024-02-10"),
    "offers.node1.available": ("2023-01-01..", "2023-09-01..", "2024-01-01..", "2024-03-01.."),
    "spares": ("0 %", "5 %", "10 %", "20 %"),
    "availability": ("100 %", "97 %", "92 %", "85 %"),
}
"""Every limit with values from loose to tight."""
COSTS = {
    "offers.node1.price*": ("0.5", "0.8", "1", "1.6"),
    "maintenance": ("0 %", "3 %", "10 %", "20 %"),
    "discount_rate": ("0 %", "5 %", "10 %", "30 %"),
    "sites.east.electricity": tuple(f"{{price: {p} USD/kWh}}" for p in (0, 0.1, 0.4, 1)),
    "offers.node1.fixed_fee": ("0 USD", "100 USD", "400 USD", "900 USD"),
    "residual_value": tuple(f"{{straight_line: {years} years}}" for years in (2, 3, 5, 8)),
    "sites.east.space": tuple(f"{rent} USD/kW/month" for rent in (0, 5, 30, 90)),
}
"""Figures that change costs, and at most the spend that limits look at."""


@cache
def file_of(seed: int) -> ProblemFile:
    """A random problem as a file that was read."""
    return ProblemFile(Document(node_of(problem_of_seed(seed), Location("random")), "random"))


@cache
def solved(seed: int, *edits: str) -> tuple[Case, Answer] | None:
    """A random problem after edits with its cheapest plan; None where it does not take them."""
    try:
        case = case_of(file_of(seed), edits=[parse_edit(edit) for edit in edits])
    except InputError:
        return None
    return case, solve_case(case, EXACT)


def least_cost(answer: Answer) -> float | None:
    """The proven least cost; None where there is no plan."""
    if answer.status is AnswerStatus.INFEASIBLE:
        return None
    assert answer.status is AnswerStatus.OPTIMAL, answer.attempts
    assert answer.plan is not None
    return answer.plan.objective


def below(one: float, two: float) -> bool:
    """Whether a cost is at most another, up to what engines call equal."""
    return one <= two + NEAR * max(1.0, abs(two))


seeds = st.integers(0, 400)
paths = st.sampled_from(sorted(LIMITS))
steps = st.integers(0, 2)


@settings(max_examples=40)
@given(seed=seeds, path=paths, step=steps)
def test_tightening_any_limit_never_lowers_the_cost(seed: int, path: str, step: int) -> None:
    """A tighter limit costs as much or more, and what has no plan gets none by tightening."""
    values = LIMITS[path]
    loose, tight = (solved(seed, f"{path}={values[step + n]}") for n in (0, 1))
    assume(loose is not None and tight is not None)
    assert loose is not None
    assert tight is not None
    before, after = least_cost(loose[1]), least_cost(tight[1])
    assert after is None or (before is not None and below(before, after)), (before, after)


@settings(max_examples=80)
@given(seed=seeds, random=st.randoms(use_true_random=False))
def test_carried_bounds_are_never_above_the_least_cost(seed: int, random: Random) -> None:
    """Whatever three problems are put side by side - limits, costs and demand moved up or down -
    a bound carried from two to the third never exceeds the third's least cost, and an inclusion
    that is shown never leads from a problem with a plan to one without.
    """
    edited = [solved(seed, *edits) for edits in random_edits(random)]
    assume(all(edited))
    programs = [Program.of(each[0].instance) for each in edited if each]
    costs = [least_cost(each[1]) for each in edited if each]
    asked, cost = programs[1], costs[1]
    for program, other in zip(programs, costs, strict=True):
        if asked.within(program) and other is None:
            assert cost is None
        if other is not None and (bound := carried_bound(asked, (program, other))) is not None:
            assert cost is None or below(bound, cost), (bound, cost)
    if costs[0] is not None and costs[2] is not None:
        both = carried_bound(asked, (programs[0], costs[0]), (programs[2], costs[2]))
        assert both is None or cost is None or below(both, cost), (both, cost)


def random_edits(random: Random) -> list[tuple[str, ...]]:
    """Three lists of edits of the same one or two figures."""
    changed: dict[str, Any] = {**LIMITS, **COSTS, "offers.node2.price*": ("0.7", "1", "1.4")}
    chosen = random.sample(sorted(changed), random.choice([1, 1, 2]))
    sets = []
    for _ in range(3):
        sets.append(tuple(f"{path}={random.choice(changed[path])}" for path in chosen))
    return sets


@pytest.mark.parametrize("seed", [3, 8, 21, 40])
def test_fitted_plans_are_verified_or_none(seed: int) -> None:
    """A plan fitted to a problem with other costs holds there, and costs no less than the least."""
    base = solved(seed)
    assert base is not None
    if base[1].plan is None:
        return
    for path, values in COSTS.items():
        other = solved(seed, f"{path}={values[-1]}")
        if other is None or other[1].plan is None:
            continue
        found = fitted(other[0], base[1].plan)
        if found is not None:
            assert found.verification.ok
            assert below(other[1].plan.objective, found.objective)


def test_limits_and_costs_carry_at_all() -> None:
    """The property above is not empty: tighter limits are seen to be tighter, and a cost between
    two others gets the straight line between their bounds.

    Sensitivity: if the weights were swapped the bound would be 175 instead of 125.
    """
    file = file_of(0)

    def program(*edits: str) -> Program:
        return Program.of(case_of(file, edits=[parse_edit(edit) for edit in edits]).instance)

    for path in ("sites.east.power_cap", "limits.budget", "offers.node1.supply"):
        loose, tight = (program(f"{path}={LIMITS[path][n]}") for n in (0, 2))
        assert tight.within(loose), path
        assert not loose.within(tight), path
    low, middle, high = (program(f"maintenance={share} %") for share in (2, 3, 6))
    bound = carried_bound(middle, (low, 100.0), (high, 200.0))
    assert bound == pytest.approx(125.0)
    alone = carried_bound(middle, (low, 100.0))
    assert alone is not None
    assert 100.0 <= alone < 125.0
