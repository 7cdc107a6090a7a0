"""Keeping to an earlier plan: what changes, what it costs, and what is no longer offered."""

import json
from datetime import date
from pathlib import Path

import pytest

from solver.answer import AnswerStatus, check_plan, solve_case
from solver.case import Case
from solver.plan import Plan, PlanError, dump_plan
from solver.studies.keeping import Keeping, keep, kept_from_plan, read_kept
from solver.studies.orders import Kind, Order, changes, orders_of, units_changed
from tests.fuzz.generate import problem_of_seed
from tests.solver.studies.small_cases import EXACT, case, case_of_tree


def cheapest(problem: Case) -> Plan:
    """The cheapest plan of a case."""
    plan = solve_case(problem, EXACT).plan
    assert plan is not None
    return plan


def kept(
    before: str, now: str, within: float | None = None, freeze_until: date | None = None
) -> Keeping:
    """The problem of today, kept near the cheapest plan of the problem before."""
    problem = case(now)
    orders = kept_from_plan(problem.instance, cheapest(case(before)))
    return keep(problem, orders, EXACT, within=within, freeze_until=freeze_until)


def bought(answer: Keeping) -> dict[str, float]:
    """Units by offer."""
    assert answer.answer.plan is not None
    return {offer: sum(n.values()) for (offer, _), n in orders_of(answer.answer.plan).items()}


def market(price: float) -> str:
    """The market with another price for the offer that was not taken before."""
    return f"""
offers:
  a: {{item: red, vendor: acme, price: 100 CNY, standalone: true}}
  b: {{item: blue, vendor: bond, price: {price} CNY, standalone: true}}
"""


def test_small_savings_change_nothing() -> None:
    """Proves that ten cards at 100 stay where the cheapest plan, ten at 99.9, is 0.1 % below: the
    default tolerance is 0.5 %. Sensitivity: if the tolerance were left out, all would change.
    """
    answer = kept("", market(99.9))
    assert answer.changes == ()
    assert bought(answer) == {"a": 10}
    assert answer.cost == pytest.approx((1, 1))


def test_large_savings_change_as_little_as_needed() -> None:
    """Proves that with ten at 99 for 990 and a tolerance of 0.5 %, 994.95, four of the ten at 100
    stay: 400 + 6·99 = 994. Sensitivity: if change were not minimised, none would stay; if the limit
    were taken of the earlier plan, all ten.
    """
    answer = kept("", market(99), within=0.005)
    assert bought(answer) == {"a": 4, "b": 6}
    assert units_changed(answer.changes) == {Kind.ADDED: 6, Kind.DROPPED: 6, Kind.MOVED: 0}
    assert answer.cost == pytest.approx((4, 4))
    assert answer.answer.plan is not None
    assert answer.answer.plan.bound == pytest.approx(990)


def two_years(first: int = 5, other: float = 101) -> str:
    """Some cards wanted in 2023 and ten in 2024, when they cost 90 instead of 100."""
    return f"""
horizon: {{start: 2023-01-01, end: 2024-12-31, period: year}}
offers:
  a: {{item: red, vendor: acme, price: {{2023-01-01: 100 CNY, 2024-01-01: 90 CNY}},
      standalone: true}}
  b: {{item: blue, vendor: bond, price: {other} CNY, standalone: true}}
reservations: {{desk: {{cards: {{2023-01-01: {first}, 2024-01-01: 10}}}}}}
"""


def test_a_freeze_holds_deliveries_up_to_its_day() -> None:
    """Proves that five at 100 in 2023 stay and the five of 2024 are bought at 50: 750, which is 250
    more than ten at 50. Sensitivity: if the freeze held everything it would be 950, if nothing 500.
    """
    answer = kept(two_years(), two_years(other=50), freeze_until=date(2023, 12, 31))
    assert answer.answer.plan is not None
    assert answer.answer.plan.objective == pytest.approx(750)
    assert answer.cost == pytest.approx((250, 250))
    assert bought(answer) == {"a": 5, "b": 5}


def test_a_freeze_takes_nothing_on_either() -> None:
    """Proves that up to the day nothing is added: with five more cards needed in 2023 than were
    ordered there is no plan. Sensitivity: if only dropping were forbidden there would be one.
    """
    answer = kept(two_years(), two_years(first=10), freeze_until=date(2023, 1, 1))
    assert answer.free.plan is not None
    assert answer.answer.status is AnswerStatus.INFEASIBLE
    assert answer.changes == ()
    assert answer.cost is None


def test_a_freeze_and_a_tolerance_together() -> None:
    """Proves that after the freeze as little changes as the tolerance allows: the frozen problem
    costs 5·100 + 5·89 = 945, 0.2 % more is 946.89, so that one of five stays at 90 in 2024.
    Sensitivity: if the tolerance were of the free 890, the limit 891.78 would allow no plan.
    """
    now = two_years(other=89)
    answer = kept(two_years(), now, within=0.002, freeze_until=date(2023, 6, 30))
    assert bought(answer) == {"a": 6, "b": 4}


def test_orders_no_longer_offered_are_named() -> None:
    """An offer that is gone is said by name; the rest of the plan is kept."""
    answer = kept("", "offers: {b: {item: blue, vendor: v, price: 90 CNY, standalone: true}}")
    (gone,) = answer.kept.gone
    assert (gone.offer, gone.quantity) == ("a", 10)
    assert "offers.a: 10 red for here on 2023-01-01: the problem has no such offer" in gone.sentence
    assert bought(answer) == {"b": 10}
    assert [change.kind for change in answer.changes] == [Kind.DROPPED, Kind.ADDED]


def test_a_frozen_order_that_is_gone_is_infeasible() -> None:
    """What must stay and cannot be had is the reason, by name."""
    now = "offers: {b: {item: blue, vendor: v, price: 90 CNY, standalone: true}}"
    answer = kept("", now, freeze_until=date(2023, 1, 1))
    assert answer.answer.status is AnswerStatus.INFEASIBLE
    (finding,) = answer.answer.findings
    assert finding.path == ("offers", "a")


def test_more_than_a_search_would_consider_is_kept() -> None:
    """Proves that ten frozen cards stay where only four are needed now. Sensitivity: if orders were
    bounded by what the workloads can use, nothing would keep to them.
    """
    answer = kept("", "reservations: {desk: {cards: 4}}", freeze_until=date(2023, 1, 1))
    assert bought(answer) == {"a": 10}


def test_a_list_of_purchases_is_kept_too(tmp_path: Path) -> None:
    """A CSV of offers, quantities and periods is as good as a plan file; typos in it are errors."""
    path = tmp_path / "own.csv"
    path.write_text("offer,quantity,period\nb,10,2023\n", encoding="utf-8")
    problem = case()
    answer = keep(problem, read_kept(problem, path), EXACT, within=0.02)
    assert bought(answer) == {"b": 10}
    path.write_text("offer,quantity,period\nbb,10,2023\n", encoding="utf-8")
    with pytest.raises(PlanError, match="unknown offer 'bb'"):
        read_kept(problem, path)


def test_a_plan_file_is_kept_as_it_was_written(tmp_path: Path) -> None:
    """Reading the file gives the orders of the plan."""
    path = tmp_path / "plan.json"
    problem = case()
    plan = cheapest(problem)
    path.write_text(dump_plan(plan), encoding="utf-8")
    assert read_kept(problem, path).orders == orders_of(plan)
    document = json.loads(path.read_text("utf-8"))
    document["purchases"][0]["delivered"] = "2022-01-01"
    path.write_text(json.dumps(document), encoding="utf-8")
    (gone,) = read_kept(problem, path).gone
    assert "before the horizon" in gone.sentence


def test_a_move_is_one_change() -> None:
    """Units that one offer delivers at another time are moved, what is left over is added."""
    early = cheapest(case(two_years()))
    late = cheapest(case(two_years(first=2)))
    assert units_changed(changes(orders_of(early), orders_of(late))) == {
        Kind.ADDED: 0,
        Kind.DROPPED: 0,
        Kind.MOVED: 3,
    }


def test_what_is_moved_only_in_part_is_added_or_dropped() -> None:
    """Proves that of three units on one day and five on two others, three are moved and two added,
    and the reverse. Sensitivity: if all of the first order counted as moved, the sums would not
    add up.
    """

    def orders(*units: float) -> dict[tuple[str, str], dict[Order, float]]:
        days = (date(2023, 1, 1), date(2023, 4, 1), date(2023, 7, 1))
        placed = {Order(day, "here", None, None): n for day, n in zip(days, units, strict=True)}
        return {("a", "red"): placed}

    one, two = orders(3, 0, 0), orders(0, 2, 3)
    assert units_changed(changes(one, two)) == {Kind.ADDED: 2, Kind.DROPPED: 0, Kind.MOVED: 3}
    assert units_changed(changes(two, one)) == {Kind.ADDED: 0, Kind.DROPPED: 2, Kind.MOVED: 3}
    assert [change.quantity for change in changes(one, two)] == [2, 1, 2]
    assert changes(two, two) == ()


@pytest.mark.parametrize("seed", range(10))
def test_the_same_problem_keeps_every_purchase(seed: int) -> None:
    """What must hold of any problem: kept near its own plan, the plan orders the same, costs no
    more, and passes verification.
    """
    problem = case_of_tree(problem_of_seed(seed))
    plan = solve_case(problem, EXACT).plan
    if plan is None:
        pytest.skip("no plan to keep")
    answer = keep(problem, kept_from_plan(problem.instance, plan), EXACT)
    assert answer.answer.plan is not None
    assert answer.changes == ()
    assert answer.kept.gone == ()
    assert answer.answer.plan.objective <= plan.objective * (1 + 1e-6)
    assert check_plan(problem, answer.answer.plan).ok
