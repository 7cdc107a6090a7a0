"""Violations speak the words of the problem file: where, when, how much of how much, and why."""

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest

from solver.bill import Decisions
from solver.families import Family
from solver.instance.model import SupplyWindow
from solver.verify import verify
from tests.solver.broken_plans import (
    NODE_ROW,
    Case,
    excluded_purchase,
    good_case,
    in_site,
    purchase,
    swap,
    violations,
    with_offers,
    written,
)
from tests.solver.good_plan import RENTED, good_instance
from tests.solver.plans import plan_of


@pytest.fixture(scope="module")
def good() -> Case:
    """The instance and a plan for it that keeps everything."""
    return good_case()


def test_a_violation_speaks_the_words_of_the_file() -> None:
    """Where, when, how much of how much, and the excess in the same unit."""
    (power,) = violations(in_site(power_cap_kw=(155.0, 400.0, 400.0, 400.0)))
    assert str(power) == "sites.here, 2023-01-01..2023-03-31: needs 156.3 kW of 155 kW"
    assert power.amount == pytest.approx(1.3)
    (rule,) = violations(written(excluded_purchase))
    assert str(rule) == (
        "offers.h20, sites.here, 2023-07-01: no h20-node in 2023-07-01: bis: "
        "TPP 4,992 is at least 4,800"
    )
    (late,) = violations(purchase(NODE_ROW, ordered=date(2022, 12, 1)))
    assert "lead time make it 2022-11-06" in late.message
    assert late.amount == 25


def test_supply_of_purchases_counts_a_window_and_of_leases_each_period() -> None:
    """12 nodes over both periods break a supply of 11; leases of 3 and then 2 units are not 5."""
    (found,) = violations(with_offers("node", supply=(SupplyWindow((0, 1), 11),)))
    assert str(found) == "offers.node.supply, 2023-01-01..2023-07-01: needs 12 units of 11"
    (found,) = violations(with_offers("cloud", supply=(SupplyWindow((0, 1), 2),)))
    assert str(found) == "offers.cloud.supply, 2023-01-01: needs 3 units of 2"


def test_unknown_names_get_the_nearest_one(good: Case) -> None:
    """A misspelt offer is named with what was meant."""
    instance, plan = good
    bad = replace(plan, purchases=swap(plan.purchases, NODE_ROW, offer="nodes"))
    first = verify(instance, bad).violations[0]
    assert str(first) == "purchases[4]: unknown offer 'nodes'; did you mean 'node'?"


def test_an_option_that_does_not_exist_is_explained(good: Case) -> None:
    """A period without a delivery, another end of a lease, another box: each has its reason."""
    instance, plan = good
    here = [(row.offer, row.site) for row in plan.purchases].index(("host", "here"))
    for changes, reason in [
        ({"site": "cloud"}, "host is not on offer at this site in any period"),
        ({"box": "node"}, "host comes in 2023-01-01 with box none and until none only"),
    ]:
        bad = replace(plan, purchases=swap(plan.purchases, here, **changes))
        assert reason in str(verify(instance, bad).violations[0])
    options = tuple(o for o in instance.options if o.key != "host@here#1")
    fewer = replace(instance, options=options)
    bad = replace(plan, purchases=swap(plan.purchases, here, period="2023-07-01"))
    assert "cannot be delivered in 2023-07-01" in str(verify(fewer, bad).violations[0])


def test_small_rounding_is_no_violation(good: Case) -> None:
    """Figures may differ by a millionth, as an engine's do; a limit may be missed by as little."""
    instance, plan = good
    rows = tuple(replace(r, rate=r.rate * (1 + 4e-7)) for r in plan.routing)
    near = replace(plan, routing=rows, objective=plan.objective * (1 + 4e-7))
    assert verify(instance, near).ok
    assert RENTED in {row.pool for row in rows}


def test_interval_words_name_hours_where_they_matter() -> None:
    """An interval within a day is named by its hours."""
    instance = good_instance()
    start = datetime(2023, 1, 1)
    hour = replace(instance.intervals[0], start=start, end=start + timedelta(hours=1))
    intervals = (hour, *instance.intervals[1:])
    site = swap(instance.sites, 1, power_cap_kw=(1.0, 400.0, 400.0, 400.0))
    odd = replace(instance, intervals=intervals, sites=site)
    found = verify(odd, plan_of(odd, Decisions({}, {})))
    (power,) = [v for v in found.violations if v.family is Family.POWER]
    assert power.where == "sites.here, 2023-01-01T00:00..2023-01-01T01:00"
