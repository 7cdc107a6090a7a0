"""Each family of constraints on orders and money, by a tiny problem solved by hand.

Every sensitivity is tried: the family's rows are left out, and the total becomes what the
docstring says.
"""

from typing import Any

import pytest

from solver.families import Family
from tests.solver.hand import Tree, card, hold, job, lease, node, offer, problem, total

EXPORT_CARD = {
    "io_bandwidth": "464 GB/s",
    "interconnect": "400 GB/s",
    "memory_bandwidth": "2000 GB/s",
    "die_area": "800 mm**2",
}


MONTHS = {"start": "2024-01-01", "end": "2024-02-29", "period": "month"}


def test_supply_of_the_horizon() -> None:
    """Proves that no more than the supply is bought in all: of 3 pairs wanted from February on, 2
    cost 100, in whichever months they come, and the third 150: 350.

    Sensitivity: if supply were broken, 2 cheap ones would come in each month: 300.
    """
    tree = problem(
        horizon=MONTHS,
        offers={"cheap": offer(supply=2), "dear": offer(price="150 USD")},
        reservations=hold(6, **{"from": "2024-02-01"}),
    )
    assert total(tree) == pytest.approx(350)
    assert total(tree, Family.SUPPLY) == pytest.approx(300)


def test_supply_per_step_lapses() -> None:
    """Proves that `1 per quarter` is a limit for each quarter and that unused supply lapses: of 2
    pairs wanted from April on, one comes in the first quarter and one in April: 200. With orders
    from April only, the first quarter's has lapsed: 250. Wanted from March on, both fall into the
    first quarter: 250.

    Sensitivity: if supply were broken, one could come in February and one in March: 200.
    """
    year = {"start": "2024-01-01", "end": "2024-04-30", "period": "month"}
    offers = {"cheap": offer(supply="1 per quarter"), "dear": offer(price="150 USD")}
    april = problem(horizon=year, offers=offers, reservations=hold(4, **{"from": "2024-04-01"}))
    assert total(april) == pytest.approx(200)
    assert total(april | {"horizon": {**year, "orders_from": "2024-04-01"}}) == pytest.approx(250)
    march = april | {"reservations": hold(4, **{"from": "2024-03-01"})}
    assert total(march) == pytest.approx(250)
    assert total(march, Family.SUPPLY) == pytest.approx(200)


def test_supply_of_a_lease_counts_what_runs_at_once() -> None:
    """Proves that a lease's supply bounds the units held in each month, not those started: one
    cheap pair serves January, and again February; the second pair is leased dear in both months:
    31 + 29 days = 1,440 hours at 1 and at 2 USD: 4,320.

    Sensitivity: if supply were broken, two cheap pairs: 2,880.
    """
    tree = problem(
        horizon=MONTHS,
        offers={"cheap": lease(supply=1), "dear": lease(hour="2 USD/h")},
        reservations=hold(4),
    )
    assert total(tree) == pytest.approx(4320)
    assert total(tree, Family.SUPPLY) == pytest.approx(2880)


def test_minimum_order() -> None:
    """Proves that an order reaches its minimum: for 3 pairs, 5 at 100 are cheaper than 3 at 180.

    Sensitivity: if the minimum were broken, 3 pairs would cost 300, not 500.
    """
    tree = problem(
        offers={"five": offer(minimum_order=5), "any": offer(price="180 USD")}, reservations=hold(6)
    )
    assert total(tree) == pytest.approx(500)
    assert total(tree, Family.MINIMUM_ORDER) == pytest.approx(300)


def test_minimum_order_counts_all_sites_together() -> None:
    """Proves that an order is counted over its sites: 2 pairs here and 1 there make the 3 wanted.

    Sensitivity: counted by site, 3 pairs would go to each: 600, not 300.
    """
    tree = problem(
        sites={"here": {"destination": "CN"}, "there": {"destination": "CN"}},
        offers={"pair": offer(minimum_order=3)},
        reservations={
            "a": {"cards": 4, "sites": ["here"]},
            "b": {"cards": 2, "sites": ["there"]},
        },
    )
    assert total(tree) == pytest.approx(300)


def test_discount_holds_for_all_units() -> None:
    """Proves that a tier's discount holds for all units once its quantity is reached: 3 pairs cost
    300, but 4 at half price 200.

    Sensitivity: if the tier were broken, 3 at half price: 150.
    """
    tree = problem(
        offers={"pair": offer(discounts=[{"from": 4, "off": "50 %"}])}, reservations=hold(6)
    )
    assert total(tree) == pytest.approx(200)
    assert total(tree, Family.DISCOUNT) == pytest.approx(150)


def test_licences_count_cards() -> None:
    """Proves that cards under a licence stay within the 4 granted: 2 licensed pairs for 100 each
    and a free one for 150: 350.

    Sensitivity: if licences were broken, 3 licensed pairs: 300.
    """
    items = {
        "c": card(tpp=5000, **EXPORT_CARD),
        "d": card(tpp=1000, **EXPORT_CARD),
        "four": node("d", 2),
    }
    tree = problem(
        items=items,
        export_rules={"ruleset": "us-bis"},
        export_licences={"c": 4},
        offers={"licensed": offer(), "free": offer("four", "150 USD")},
        reservations=hold(6),
    )
    assert total(tree) == pytest.approx(350)
    assert total(tree, Family.LICENCES) == pytest.approx(300)


def test_total_tpp_counts_cards_bought() -> None:
    """Proves that the TPP of all cards bought stays within the cap: pairs of 2 x 1,000 under 5,000
    are 2; the third pair of cards is leased for 744 hours: 200 + 744.

    Sensitivity: if the cap were broken, 3 pairs: 300.
    """
    tree = problem(
        export_caps={"total_tpp": 5000},
        offers={"bought": offer(), "leased": lease()},
        reservations=hold(6),
    )
    assert total(tree) == pytest.approx(944)
    assert total(tree, Family.TOTAL_TPP) == pytest.approx(300)


def test_card_types() -> None:
    """Proves that one kind of card means one: the one cheap pair of c does not go with a node of d,
    so 6 cards are two nodes of d: 300.

    Sensitivity: if the limit were broken, a pair and a node: 250.
    """
    tree = problem(
        limits={"card_types": 1},
        offers={"c": offer(supply=1), "d": offer("four", "150 USD")},
        reservations=hold(6),
    )
    assert total(tree) == pytest.approx(300)
    assert total(tree, Family.CARD_TYPES) == pytest.approx(250)


def test_budget_of_the_horizon() -> None:
    """Proves that payments stay within the budget, fees counted and energy not: 200 USD buy the
    pair for 100 that burns 2 kW x 744 h x 0.5 USD = 744 more, not the frugal one for 150 with a fee
    of 150.

    Sensitivity: if the budget were broken, the frugal pair: 300 + 74.4.
    """
    tree = frugal_or_thirsty(budget="200 USD", price="150 USD", fixed_fee="150 USD")
    assert total(tree) == pytest.approx(844)
    assert total(tree, Family.BUDGET) == pytest.approx(374.4)


def test_budget_of_a_year() -> None:
    """Proves that a year's budget counts the payments dated in it: with half of 300 paid on 10
    January 2025, 2024 pays 150 of the 200 allowed and the frugal pair may be bought: 374.4. With
    all of it paid on delivery it may not: 844.

    Sensitivity: if the budget were broken, 374.4 both times.
    """
    late = frugal_or_thirsty(
        budget={2024: "200 USD"}, payment={"delivery": "50 %", "after": {375: "50 %"}}
    )
    assert total(late) == pytest.approx(374.4)
    now = frugal_or_thirsty(budget={2024: "200 USD"})
    assert total(now) == pytest.approx(844)
    assert total(now, Family.BUDGET) == pytest.approx(374.4)


def frugal_or_thirsty(budget: object, **terms: Any) -> Tree:
    """Two cards for a month: 100 USD and 2 kW, or 300 USD and 0.2 kW, at 0.5 USD/kWh."""
    items = {"frugal": node("d", 2, power="0.2 kW", idle_power="0.1 kW")}
    return problem(
        items=items,
        sites={"here": {"destination": "CN", "electricity": {"price": "0.5 USD/kWh"}}},
        offers={"thirsty": offer(), "frugal": offer("frugal", **{"price": "300 USD", **terms})},
        reservations=hold(2),
        limits={"budget": budget},
    )


def test_vendor_share() -> None:
    """Proves that a vendor gets no more than half of the spend: of 4 pairs, 2 for 100 come from
    acme and 2 for 150 from bolt: 500 (with 3 from acme it would have 300 of 450).

    Sensitivity: if the share were broken, 4 from acme: 400.
    """
    tree = problem(
        limits={"vendor_share": {"acme": "50 %"}},
        offers={"a": offer(), "b": offer(price="150 USD", vendor="bolt")},
        reservations=hold(8),
    )
    assert total(tree) == pytest.approx(500)
    assert total(tree, Family.VENDOR_SHARE) == pytest.approx(400)


def test_option_availability() -> None:
    """Proves that deliveries fall on days of availability: the cheap pair can be had from February
    only, so January takes the dear one: 150.

    Sensitivity: if it were broken, the total would be 100, as without the word `available`.
    """
    offers = {"cheap": offer(available="2024-02-01.."), "dear": offer(price="150 USD")}
    tree = problem(offers=offers, reservations=hold(2))
    assert total(tree) == pytest.approx(150)
    assert total(tree | {"offers": {**offers, "cheap": offer()}}) == pytest.approx(100)


def test_option_lead_time() -> None:
    """Proves that an order placed on 1 January is delivered 4 weeks later at the earliest, which is
    1 February: with orders from December on, January is served as well.

    Sensitivity: if lead times were broken, both problems would have the plan for 100.
    """
    tree = problem(offers={"pair": offer(lead_time="4 weeks")}, reservations=hold(2))
    assert total(tree) is None
    tree["horizon"] = tree["horizon"] | {"orders_from": "2023-12-04"}
    assert total(tree) == pytest.approx(100)
    tree["horizon"] = tree["horizon"] | {"orders_from": "2023-12-05"}
    assert total(tree) is None


def test_option_export_rules() -> None:
    """Proves that the destination decides: the ruled card may not go to CN without a licence, but
    to SG, where the job can run as well: 100. With only the site in CN it is the dear card: 150.

    Sensitivity: if the rules were broken, both totals would be 100.
    """
    items = {"c": card(tpp=5000, **EXPORT_CARD), "d": card(tpp=1000, **EXPORT_CARD)}
    offers = {"ruled": offer(), "free": offer("four", "150 USD")}
    tree = problem(
        items=items,
        export_rules={"ruleset": "us-bis"},
        sites={"here": {"destination": "CN"}, "there": {"destination": "SG"}},
        offers=offers,
        training=job(30),
    )
    assert total(tree) == pytest.approx(100)
    assert total(tree | {"sites": {"here": {"destination": "CN"}}}) == pytest.approx(150)
