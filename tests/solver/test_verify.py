"""The referee passes a plan that keeps every limit, and names the family of each that is broken."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date

import pytest

from solver.families import Family
from solver.instance.model import SupplyWindow
from solver.plan import PlanStatus, ReservationRow
from solver.verify import verify
from tests.solver.broken_plans import (
    NODE_ROW,
    Case,
    decided,
    excluded_purchase,
    good_case,
    in_fabric,
    in_modes,
    in_site,
    judged,
    less,
    purchase,
    split_order,
    swap,
    violations,
    with_offers,
    written,
)
from tests.solver.good_plan import LOOSE, NODES, RENTED, SLOTTED, with_limits
from tests.solver.plans import trains


@pytest.fixture(scope="module")
def good() -> Case:
    """The instance and a plan for it that keeps everything."""
    return good_case()


def test_a_good_plan_passes_every_check(good: Case) -> None:
    """Nothing is found, every family was looked at, and the bound and gap are accepted too."""
    instance, plan = good
    bounded = replace(plan, status=PlanStatus.OPTIMAL, bound=plan.objective, gap=0.0)
    for case in (plan, bounded):
        found = verify(instance, case)
        assert found.violations == ()
        assert found.ok
        assert {check.family for check in found.checks if check.count} == set(Family)


BROKEN: list[tuple[str, Family, Callable[[], Case]]] = [
    ("ordered too late", Family.OPTION, purchase(NODE_ROW, ordered=date(2022, 12, 1))),
    ("delivered later", Family.OPTION, purchase(NODE_ROW, delivered=date(2023, 2, 1))),
    ("excluded by a rule", Family.OPTION, written(excluded_purchase)),
    ("supply", Family.SUPPLY, with_offers("node", supply=(SupplyWindow((0,), 9),))),
    ("supply of leases", Family.SUPPLY, with_offers("cloud", supply=(SupplyWindow((1,), 1),))),
    ("minimum order", Family.MINIMUM_ORDER, with_offers("node", minimum_order=3)),
    ("another discount", Family.DISCOUNT, purchase(NODE_ROW, discount=0.05)),
    ("fewer licences", Family.LICENCES, judged(lambda i: with_limits(i, licences=(("a100", 95),)))),
    ("no licences", Family.LICENCES, judged(lambda i: with_limits(i, licences=()))),
    ("TPP", Family.TOTAL_TPP, less("total_tpp")),
    ("one kind of card", Family.CARD_TYPES, judged(lambda i: with_limits(i, card_types=1))),
    ("budget of the year before", Family.BUDGET, less("budget_by_year", 2022)),
    ("budget of a year", Family.BUDGET, less("budget_by_year", 2023)),
    ("budget of all", Family.BUDGET, less("budget_total")),
    ("share of a lessor", Family.VENDOR_SHARE, less("vendor_share", "cloud")),
    ("share of a vendor of cards", Family.VENDOR_SHARE, less("vendor_share", "dell")),
    ("share of a vendor of fabric", Family.VENDOR_SHARE, less("vendor_share", "fabrico")),
    ("share of a vendor with fees", Family.VENDOR_SHARE, less("vendor_share", "inspur")),
    ("slots", Family.SLOTS, judged(lambda i: replace(i, bays=swap(i.bays, 0, slots=3)))),
    ("power", Family.POWER, in_site(power_cap_kw=(155.0, 400.0, 400.0, 400.0))),
    ("rack units", Family.RACK_UNITS, in_site(rack_units=(90, 90, 90, 65))),
    ("reach", Family.FABRIC, judged(
        lambda i: replace(i, fabrics=swap(i.fabrics, 0, max_endpoints=119))
    )),
    ("leaves", Family.FABRIC, in_fabric(0, per_endpoint=4.1 / 120)),
    ("switches too late", Family.FABRIC, decided(
        fabric=lambda d: d.fabric | {("ib", "leaf", 0): 3, ("ib", "leaf", 1): 1}
    )),
    ("NICs", Family.FABRIC, in_fabric(2, per_endpoint=2.0)),
    ("fewer working cards", Family.CAPACITY, judged(
        lambda i: replace(i, pools=tuple(replace(p, working_fraction=0.1) for p in i.pools))
    )),
    ("idle replicas", Family.CAPACITY, decided(
        serving=lambda d: swap(d.serving, 0, replicas=40, cards=160)
    )),
    ("a job too large", Family.CAPACITY, decided(
        training=lambda d: swap(d.training, 0, cards=160)
    )),
    ("a reservation too large", Family.CAPACITY, decided(
        reservations=lambda d: swap(d.reservations, 0, cards=19)
    )),
    ("more memory", Family.MEMORY_FIT, in_modes(0, 0, min_units=3)),
    ("half a node", Family.MEMORY_FIT, decided(training=lambda d: swap(d.training, 0, cards=20))),
    ("more work than cards do", Family.TRAINING_RATE, decided(
        training=lambda d: swap(d.training, 2, work_done=90.1)
    )),
    ("second segment", Family.TRAINING_RATE, in_modes(1, 1, segments=((1.0, 0.0), (0.1, 0.2)))),
    ("after the deadline", Family.TRAINING_WINDOW, decided(
        training=lambda d: (*d.training, trains("gpt#1", NODES, 16, 0.0, 3))
    )),
    ("two pools", Family.TRAINING_POOL, decided(
        training=lambda d: (*d.training, trains("gpt#1", LOOSE, 2, 0.0, 1))
    )),
    ("two sites", Family.TRAINING_POOL, decided(
        training=lambda d: (*d.training, trains("wide#1", LOOSE, 2, 0.0, 1))
    )),
    ("a pool it cannot run in", Family.TRAINING_POOL, decided(
        training=lambda d: (*d.training, trains("gpt#1", SLOTTED, 1, 0.0, 1))
    )),
    ("work left over", Family.TRAINING_WORK, decided(
        training=lambda d: swap(d.training, 3, work_done=89.99)
    )),
    ("job never run", Family.TRAINING_WORK, decided(training=lambda d: d.training[:2])),
    ("too few replicas", Family.REPLICAS, decided(
        serving=lambda d: swap(d.serving, 0, replicas=1, cards=4)
    )),
    ("replicas left out", Family.REPLICAS, decided(serving=lambda d: d.serving[1:])),
    ("half a replica", Family.REPLICAS, decided(
        serving=lambda d: swap(d.serving, 0, replicas=2.5, cards=10)
    )),
    ("wrong cards", Family.REPLICAS, decided(serving=lambda d: swap(d.serving, 0, cards=9))),
    ("unknown configuration", Family.REPLICAS, decided(
        serving=lambda d: (*d.serving, replace(d.serving[0], configuration="tp16"))
    )),
    ("class it cannot serve", Family.REPLICAS, written(
        lambda p: replace(p, routing=(*p.routing, replace(p.routing[1], class_="long", rate=0.0)))
    )),
    ("demand not met", Family.DEMAND, decided(routing=lambda d: swap(d.routing, 0, rate=19.9))),
    ("more than the demand", Family.DEMAND, decided(
        routing=lambda d: swap(d.routing, 2, rate=1.01)
    )),
    ("fewer cards held", Family.RESERVATION, decided(
        reservations=lambda d: swap(d.reservations, 0, cards=5)
    )),
    ("held in the wrong pool", Family.RESERVATION, decided(
        reservations=lambda d: (*d.reservations, ReservationRow("lab", NODES, 0, 1))
    )),
    ("an order in two rows", Family.RECORD, written(split_order)),
    ("another currency", Family.RECORD, written(lambda p: replace(p, currency="USD"))),
    ("another calendar", Family.RECORD, written(lambda p: replace(p, periods=p.periods[:1]))),
    ("exclusions hidden", Family.RECORD, written(lambda p: replace(p, excluded=()))),
    ("another vendor", Family.RECORD, purchase(NODE_ROW, vendor="dell")),
    ("cards of a row", Family.RECORD, purchase(NODE_ROW, cards=81)),
    ("unit price", Family.PRICE, purchase(NODE_ROW, unit_price=1001.0)),
    ("amount", Family.PRICE, purchase(NODE_ROW, amount=9601.0)),
    ("fleet", Family.FLEET, written(lambda p: replace(p, fleet=swap(p.fleet, 0, count=99)))),
    ("fleet left out", Family.FLEET, written(lambda p: replace(p, fleet=p.fleet[1:]))),
    ("energy", Family.ENERGY, written(lambda p: replace(p, energy=swap(p.energy, 0, peak_kw=1.0)))),
    ("energy left out", Family.ENERGY, written(lambda p: replace(p, energy=p.energy[1:]))),
    ("cash flow", Family.CASH_FLOW, written(
        lambda p: replace(p, cash_flow=swap(p.cash_flow, 0, present_value=0.0))
    )),
    ("cash flow left out", Family.CASH_FLOW, written(
        lambda p: replace(p, cash_flow=p.cash_flow[1:])
    )),
    ("bill", Family.BILL, written(lambda p: replace(p, bill=swap(p.bill, 0, amount=1.0)))),
    ("bill left out", Family.BILL, written(lambda p: replace(p, bill=p.bill[1:]))),
    ("objective", Family.OBJECTIVE, written(lambda p: replace(p, objective=p.objective * 1.0001))),
    ("bound above", Family.OBJECTIVE, written(
        lambda p: replace(p, bound=p.objective * 1.0001, gap=0.0)
    )),
    ("gap", Family.OBJECTIVE, written(lambda p: replace(p, bound=p.objective * 0.9, gap=0.05))),
    ("gap without bound", Family.OBJECTIVE, written(lambda p: replace(p, gap=0.05))),
    ("optimal without bound", Family.OBJECTIVE, written(
        lambda p: replace(p, status=PlanStatus.OPTIMAL)
    )),
]  # fmt: skip


@pytest.mark.parametrize(
    ("family", "case"), [case[1:] for case in BROKEN], ids=[case[0] for case in BROKEN]
)
def test_what_is_broken_is_named(family: Family, case: Callable[[], Case]) -> None:
    """A plan good but for one thing is refused for that thing's family and no other."""
    found = verify(*case())
    assert not found.ok
    assert {violation.family for violation in found.violations} == {family}


def test_every_family_is_broken_once() -> None:
    """The list above leaves no family out."""
    assert {family for _, family, _ in BROKEN} == set(Family)


def test_work_outside_the_window_does_not_count() -> None:
    """A run moved past its deadline breaks the window, and its work is missing."""
    moved = decided(training=lambda d: swap(d.training, 1, interval=3))
    assert {v.family for v in violations(moved)} == {Family.TRAINING_WINDOW, Family.TRAINING_WORK}


@pytest.mark.parametrize("units", [{"loose@there#1": -1}, {"loose@there#0": 19.5}])
def test_units_given_back_or_halved_are_no_order(units: dict[str, float]) -> None:
    """Even where all figures follow from it, a quantity is whole and not negative."""
    first = violations(decided(units=lambda d: d.units | units))[0]
    assert first.family is Family.RECORD
    assert "quantit" in first.message


@pytest.mark.parametrize(
    "case",
    [
        decided(reservations=lambda d: (*d.reservations, ReservationRow("lab", LOOSE, 0, -5))),
        decided(
            routing=lambda d: (
                *d.routing,
                replace(d.routing[0], configuration="tp8", pool=RENTED, rate=-5.0),
            )
        ),
        decided(training=lambda d: (*d.training, trains("gpt#1", NODES, -8, 0.0, 1))),
    ],
)
def test_nothing_is_held_or_served_less_than_not_at_all(case: Callable[[], Case]) -> None:
    """Negative cards would free room and save energy: such rows are refused as they stand."""
    first = violations(case)[0]
    assert first.family is Family.RECORD
    assert "not negative" in first.message
