"""Frames and courses: what a plan comes to over time agrees with the plan, wherever both say it."""

import math
from pathlib import Path

import pytest

from reports import frames
from reports.course import Course, course_of
from reports.figures import FABRIC, leases
from solver.plan import Plan, Term
from tests.reports.export.many_orders import many_orders_case, many_orders_plan
from tests.reports.export.solved import FILES, RICH, library_plan

SERVING = ("design_example", "roll_out", "serving_mix_inferno_small", "serving_mix_melange")


def course(name: str) -> Course:
    """Return the course of a plan of the library."""
    return course_of(library_plan(name))


@pytest.mark.parametrize("name", FILES)
def test_orders_and_payments_add_up_to_the_plan(name: str) -> None:
    """Proves: nothing is lost on the way from rows to frames.

    Sensitivity: a group or step left out of a sum changes it.
    """
    plan = library_plan(name)
    lines, flow = frames.order_lines(plan), frames.cash_flow(plan)
    assert len(lines) == len(plan.purchases)
    assert math.isclose(lines["amount"].sum(), math.fsum(row.amount for row in plan.purchases))
    assert math.isclose(flow["present_value"].sum(), plan.objective)
    assert set(flow["group"]) <= set(frames.GROUPS)
    cards = math.fsum(row.cards for row in plan.purchases if row.kind != FABRIC)
    assert math.isclose(frames.cards_ordered(plan)["cards"].sum(), cards)


def test_a_residual_value_is_a_credit_after_the_horizon() -> None:
    """It stands in a group of its own, negative, in the step that follows the last period."""
    plan = library_plan("design_example")
    flow = frames.cash_flow(plan)
    credit = flow[flow["group"] == "residual value"]
    assert list(credit["step"]) == ["2026-Q1"]
    bill = {row.term: row.amount for row in plan.bill}
    assert math.isclose(credit["amount"].iloc[0], bill[Term.RESIDUAL_VALUE])


@pytest.mark.parametrize("name", FILES)
def test_cards_installed_are_those_of_the_fleet_rows(name: str) -> None:
    """The course, worked out from decisions, has on each period's first day what the plan says."""
    found = course(name)
    plan, instance = found.plan, found.instance
    for period in instance.periods:
        first = next(i.index for i in instance.intervals if i.period == period.index)
        stated = math.fsum(row.cards for row in plan.fleet if row.period == period.label)
        assert math.isclose(sum(c[first] for c in found.installed_cards.values()), stated)


@pytest.mark.parametrize("name", FILES)
def test_no_more_cards_are_held_than_work(name: str) -> None:
    """A verified plan never lies above its line of working cards."""
    found = course(name)
    for number in range(len(found.instance.intervals)):
        held = sum(levels[number] for levels in found.held_cards.values())
        assert held <= sum(levels[number] for levels in found.working_cards.values()) + 1e-6


@pytest.mark.parametrize("name", SERVING)
def test_capacity_of_services_covers_their_demand(name: str) -> None:
    """Proves: capacity is what replicas serve of the mix that is routed to them.

    Sensitivity: with classes weighed wrongly, or idle replicas forgotten, capacity falls short of
    the demand that the plan is verified to serve.
    """
    for loads in course(name).service_loads.values():
        for load in loads:
            assert load.capacity >= load.demand * (1 - 1e-6)


def test_capacity_of_two_classes_by_hand() -> None:
    """Proves: where several classes run on a card, its capacity is the rate that it serves over the
    share of its time that this takes.

    Sensitivity: the mean of the classes' speeds instead gives another figure.
    """
    found = course("serving_mix_melange")
    (loads,) = found.service_loads.values()
    plan, service = found.plan, found.instance.services[0]
    speed = {(m.configuration, m.pool, n): r for m in service.modes for n, r in m.throughput}
    expected = 0.0
    for row in plan.serving:
        routed = [
            r for r in plan.routing if (r.configuration, r.pool) == (row.configuration, row.pool)
        ]
        time = sum(r.rate / speed[r.configuration, r.pool, r.class_] for r in routed)
        expected += row.replicas * sum(r.rate for r in routed) / time
    assert math.isclose(loads[0].capacity, expected)


@pytest.mark.parametrize("name", ["design_example", "roll_out"])
def test_power_agrees_with_the_energy_of_the_plan(name: str) -> None:
    """Hours times draw are the plan's energy; load keeps every cap and is never below the draw."""
    found = course(name)
    power = frames.power(found)
    hours = (power["end"] - power["start"]).dt.total_seconds() / 3600
    energy = math.fsum(row.kwh for row in found.plan.energy)
    assert math.isclose((power["draw_kw"] * hours).sum(), energy, rel_tol=1e-9)
    assert (power["draw_kw"] <= power["load_kw"] + 1e-6).all()
    capped = power[power["cap_kw"].notna()]
    assert len(capped)
    assert (capped["load_kw"] <= capped["cap_kw"] * (1 + 1e-6)).all()


@pytest.mark.parametrize("name", RICH)
def test_leases_are_told_from_purchases(name: str) -> None:
    """Cards of leases stand in rows of their own."""
    plan: Plan = library_plan(name)
    ordered = frames.cards_ordered(plan)
    leased = math.fsum(row.cards for row in leases(plan))
    assert math.isclose(ordered.loc[ordered["lease"], "cards"].sum(), leased)


def test_many_orders_make_frames(tmp_path: Path) -> None:
    """Sizes of frames follow the plan, not the square of anything."""
    plan = many_orders_plan(many_orders_case(tmp_path, sites=5, offers=20, vendors=5))
    found = course_of(plan)
    assert len(frames.order_lines(plan)) == len(plan.purchases) == 5 * 20 * 12
    assert len(frames.power(found)) == 5 * len(plan.intervals)
    assert len(frames.cards_working(found)) == len(found.instance.pools) * len(plan.intervals)
