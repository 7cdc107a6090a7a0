"""Alternatives: tiny problems whose other plans are known, and what holds of every answer."""

import pytest

from solver.answer import AnswerStatus, check_plan
from solver.studies.alternatives import (
    DIFFERENT,
    NO_DIFFERENCE,
    Alternative,
    Alternatives,
    Exhausted,
    find_alternatives,
)
from solver.studies.mixes import distance
from tests.fuzz.generate import problem_of_seed
from tests.solver.studies.small_cases import EXACT, case, case_of_tree


def found(text: str = "", within: float = 0.02, count: int = 1) -> Alternatives:
    """The alternatives of a problem text, searched to the end."""
    return find_alternatives(case(text), within, count, EXACT)


def named(answer: Alternatives, start: str) -> Alternative:
    """The plan one of whose names begins so."""
    return next(p for p in answer.plans if any(name.startswith(start) for name in p.names))


def units(plan: Alternative) -> dict[str, float]:
    """Units by offer."""
    sums: dict[str, float] = {}
    for row in plan.plan.purchases:
        sums[row.offer] = sums.get(row.offer, 0.0) + row.quantity
    return sums


@pytest.mark.parametrize(("within", "apart"), [(0.02, 1.0), (0.005, 0.5), (0.0, 0.0)])
def test_the_ceiling_decides_how_far_apart_plans_are(within: float, apart: float) -> None:
    """Proves that a plan as far as can be swaps all ten cards for 10 more within 2 %, five within
    0.5 % (5 more), none within 0. Sensitivity: were the cost row left out, all three would be 1;
    were the overlap not counted down to the shared cards, it would be 0.
    """
    answer = found(within=within)
    assert answer.plans[0].plan.objective == pytest.approx(1000)
    assert max(answer.apart(plan) for plan in answer.plans) == pytest.approx(apart)
    last = named(answer, DIFFERENT) if apart else answer.plans[0]
    assert answer.extra_cost(last) == pytest.approx(10 * apart)


def test_it_stops_when_nothing_differs() -> None:
    """Proves that with one offer there is one plan, and that this is said to be proven.
    Sensitivity: if more cards of the same kind counted as a difference, there would be a second.
    """
    one = "offers: {a: {item: red, vendor: acme, price: 100 CNY, standalone: true}}"
    answer = found(one, within=0.5, count=3)
    assert len(answer.plans) == 1
    assert answer.exhausted is Exhausted.PROVEN
    assert answer.furthest is not None
    assert answer.furthest <= 0.02


def test_no_plan_at_all_is_no_alternative() -> None:
    """An infeasible problem gives its answer and no plans."""
    answer = found("offers: {a: {item: red, vendor: v, price: 1 CNY, standalone: true, supply: 9}}")
    assert answer.answer.status is AnswerStatus.INFEASIBLE
    assert answer.plans == ()
    assert answer.frame().empty


TWO_VENDORS = """
offers:
  a: {item: red, vendor: acme, price: 100 CNY, standalone: true, supply: 5}
  c: {item: red, vendor: coop, price: 100.5 CNY, standalone: true}
"""


def test_what_is_shared_may_grow() -> None:
    """Proves that five cards of each vendor become ten of one: of the cheapest plan's cards half
    are from another vendor, none of another type, so that the mean over the four levels is 3/8.
    Sensitivity: if cells could not exceed what they had before, there would be no other plan.
    """
    answer = found(TWO_VENDORS)
    plan = named(answer, DIFFERENT)
    assert units(plan) == {"c": 10}
    assert answer.apart(plan) == pytest.approx(3 / 8)
    assert answer.moved(plan)["card_type"] == 0


def test_fewest_vendors() -> None:
    """Proves that 5·100 + 5·100.5 = 1002.5 from two vendors becomes ten from one, 1005.
    Sensitivity: if vendors were not counted, the plan would be the cheapest one.
    """
    answer = found(TWO_VENDORS, count=0)
    plan = named(answer, "fewest vendors")
    assert plan.plan.objective == pytest.approx(1005)
    assert units(plan) == {"c": 10}
    assert (answer.plans[0].measures["fewest vendors"], plan.measures["fewest vendors"]) == (2, 1)


def test_fewest_vendors_counts_the_fabrics() -> None:
    """Proves that a card from the fabric's own vendor, 101 instead of 100, saves a vendor.
    Sensitivity: if fabrics were not counted, `a` alone would have one vendor already.
    """
    fabric = "fabrics: {net: {site: here, price_per_card: 10 CNY, vendor: bond}}"
    plan = named(found(fabric, count=0), "fewest vendors")
    assert units(plan)["b"] == 10
    assert plan.plan.objective == pytest.approx(1110)


def test_fewest_card_types() -> None:
    """Proves that 5 red and 5 blue, 1005, become ten blue, 1010. Sensitivity: as for vendors."""
    text = """
offers:
  a: {item: red, vendor: acme, price: 100 CNY, standalone: true, supply: 5}
  b: {item: blue, vendor: acme, price: 101 CNY, standalone: true}
"""
    plan = named(found(text, count=0), "fewest card types")
    assert units(plan) == {"b": 10}
    assert plan.plan.objective == pytest.approx(1010)


def test_least_power() -> None:
    """Proves that ten blue cards of 0.5 kW replace ten red of 1 kW: 5 kW for 10 kW, PUE 1.
    Sensitivity: if power were not counted, the cheapest plan would be named.
    """
    plan = named(found(count=0), "least power")
    assert plan.measures["least power"] == pytest.approx(5)
    assert units(plan) == {"b": 10}


def test_least_early_spending() -> None:
    """Proves that cards needed in the second year only are bought then, for 100.5 instead of 100.
    Sensitivity: if the day were not looked at, 1000 would be spent early.
    """
    text = """
horizon: {start: 2023-01-01, end: 2024-12-31, period: year}
offers:
  a: {item: red, vendor: acme, price: {2023-01-01: 100 CNY, 2024-01-01: 100.5 CNY},
      standalone: true}
reservations: {desk: {cards: 10, from: 2024-01-01}}
"""
    answer = found(text, count=0)
    plan = named(answer, "least spending before 2024-01-01")
    assert plan.measures[plan.names[0]] == 0
    assert plan.plan.objective == pytest.approx(1005)
    assert answer.plans[0].measures[plan.names[0]] == pytest.approx(1000)


def test_what_the_cheapest_plan_meets_anyway_is_its_name() -> None:
    """The cheapest plan has one vendor and one card type: no search can find fewer."""
    answer = found(count=0)
    assert {"cheapest", "fewest vendors", "fewest card types"} <= set(answer.plans[0].names)


def test_the_frame_has_a_row_for_each_plan() -> None:
    """Cost, extra cost, distance and measures by plan."""
    frame = found().frame()
    assert list(frame["extra_cost"].round(6)) == [0, 10]
    assert list(frame["moved_card_type"]) == [0, 1]


@pytest.mark.parametrize("within", [-0.1, 1.0, float("nan")])
def test_a_ceiling_that_is_none_is_refused(within: float) -> None:
    """A share from 0 to below 1."""
    with pytest.raises(ValueError, match="within must be"):
        find_alternatives(case(), within)


@pytest.mark.parametrize("number", range(12))
def test_every_alternative_is_verified_within_and_different(number: int) -> None:
    """What must hold of any answer: every plan passes verification once more, costs no more than
    the ceiling, orders something else than all others, is far from those before if it is said to
    be different, and is by no measure below what is proven to be the least.
    """
    problem = case_of_tree(problem_of_seed(number))
    answer = find_alternatives(problem, 0.05, 2, EXACT)
    for place, plan in enumerate(answer.plans):
        assert plan.plan.verification.ok
        assert check_plan(problem, plan.plan).ok
        assert answer.ceiling.admits(plan.plan.objective)
        for words, floor in answer.floors.items():
            assert plan.measures[words] >= floor - 1e-6 * abs(floor)
        before = answer.plans[:place]
        assert all(plan.plan.purchases != other.plan.purchases for other in before)
        if DIFFERENT in plan.names:
            assert min(distance(other.mix, plan.mix) for other in before) >= NO_DIFFERENCE
