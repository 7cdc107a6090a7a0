"""Each term of the bill by a tiny problem solved by hand.

Every sensitivity is tried: the term is left out of the objective, and the total becomes what the
docstring says.
"""

import pytest

from tests.solver.hand import (
    ITEMS,
    Tree,
    bill,
    card,
    hold,
    job,
    lease,
    node,
    offer,
    problem,
    service,
    total,
)

YEAR = {"start": "2023-01-01", "end": "2023-12-31", "period": "year"}
"""365 days, 8,760 hours."""


def site(**terms: object) -> Tree:
    """The site with more to it."""
    return {"here": {"destination": "CN", **terms}}


def powered(price: object = "0.5 USD/kWh", **terms: object) -> Tree:
    """The site with a price of energy."""
    return site(electricity={"price": price, **terms})


def one_pair(**blocks: object) -> Tree:
    """Two reserved cards and a pair for 100."""
    return problem(**{"offers": {"pair": offer()}, "reservations": hold(2), **blocks})


def test_capital_by_kind() -> None:
    """Proves that a pair is a node, and that cards and hosts have terms of their own: 100, 20, 40.

    Sensitivity: without the term of what they are, the nodes would be free, or the hosts: 20.
    """
    tree = one_pair()
    assert bill(tree) == pytest.approx({"nodes": 100})
    assert total(tree, "nodes") == pytest.approx(0)
    tree = one_pair(offers={"c": offer("c", "10 USD"), "host": offer("host", "40 USD")})
    assert bill(tree) == pytest.approx({"cards": 20, "hosts": 40})
    assert total(tree, "cards") == pytest.approx(40)
    assert total(tree, "hosts") == pytest.approx(20)


def test_fabric_per_card() -> None:
    """Proves that a price per card is paid for each card delivered: 2 pairs of 2 at 15: 60.

    Sensitivity: if it were paid per node, 30; without the term, 200 in all.
    """
    tree = one_pair(
        fabrics={"net": {"site": "here", "price_per_card": "15 USD"}}, reservations=hold(4)
    )
    assert bill(tree) == pytest.approx({"nodes": 200, "fabric": 60})
    assert total(tree, "fabric") == pytest.approx(200)


def test_fabric_of_switches() -> None:
    """Proves that 4 endpoints cost 2 leaves and 1 spine at 10, 4 NICs at 3 and, in two tiers, 8
    cables at 1: 50.

    Sensitivity: without NICs 38, with one cable an endpoint 46.
    """
    net = {"site": "here", "switch": "switch", "switch_price": "10 USD", "nics_per_node": 2}
    tree = one_pair(
        fabrics={"net": {**net, "nic_price": "3 USD", "cable_price": "1 USD"}},
        reservations=hold(4),
    )
    assert bill(tree) == pytest.approx({"nodes": 200, "fabric": 50})


def test_switches_are_bought_when_they_are_cheapest() -> None:
    """Proves that switches may come before they are needed, at the price of the period they come
    in: 2 for 10 in January, not for 50 in February.

    Sensitivity: priced in the period of need, 100.
    """
    prices = {"2024-01-01": "10 USD", "2024-02-01": "50 USD"}
    net = {"site": "here", "switch": "switch", "switch_price": prices, "nics_per_node": 1}
    tree = one_pair(
        horizon={"start": "2024-01-01", "end": "2024-02-29", "period": "month"},
        fabrics={"net": net},
        offers={"pair": offer(available="2024-02-01..")},
        reservations=hold(2, **{"from": "2024-02-01"}),
    )
    assert bill(tree) == pytest.approx({"nodes": 100, "fabric": 20})


def test_extras() -> None:
    """Proves that extras are a share of the price after discount and an amount for each unit: two
    pairs at half price: 100, 13 % of it, and twice 8: 29.

    Sensitivity: on the price before discount, 42; without extras, 100 in all.
    """
    tree = one_pair(
        offers={
            "pair": offer(
                extras={"vat": "13 %", "freight": "8 USD"}, discounts=[{"from": 2, "off": "50 %"}]
            )
        },
        reservations=hold(4),
    )
    assert bill(tree) == pytest.approx({"nodes": 100, "extras": 29})
    assert total(tree, "extras") == pytest.approx(100)


def test_fees() -> None:
    """Proves that a fee is paid once for each period with a delivery: both pairs come in January,
    though one is not needed before February: 30, not 60.

    Sensitivity: paid by unit, 60; without fees, 200 in all.
    """
    tree = one_pair(
        horizon={"start": "2024-01-01", "end": "2024-02-29", "period": "month"},
        offers={"pair": offer(fixed_fee="30 USD")},
        reservations=hold({"2024-01-01": 2, "2024-02-01": 4}),
    )
    assert bill(tree) == pytest.approx({"nodes": 200, "fees": 30})
    assert total(tree, "fees") == pytest.approx(200)


def test_surcharge() -> None:
    """Proves that the surcharge of 25 % on its class of cards is added for deliveries to CN: a pair
    for 100 and 25.

    Sensitivity: without it, 100.
    """
    figures = {"io_bandwidth": "464 GB/s", "interconnect": "400 GB/s", "die_area": "800 mm**2"}
    tree = one_pair(
        horizon={"start": "2026-02-01", "end": "2026-02-28", "period": "month"},
        items={"c": card(tpp=15_000, memory_bandwidth="4800 GB/s", **figures)},
        export_rules={"ruleset": "us-bis"},
        export_licences={"c": 2},
    )
    assert bill(tree) == pytest.approx({"nodes": 100, "surcharge": 25})
    assert total(tree, "surcharge") == pytest.approx(100)


def test_lease() -> None:
    """Proves that a lease is billed for the hours of whole periods: January's 744 at 0.1.

    Sensitivity: without the term, 0.
    """
    tree = one_pair(offers={"rent": lease(hour="0.1 USD/h")})
    assert bill(tree) == pytest.approx({"lease": 74.4})
    assert total(tree, "lease") == pytest.approx(0)


def test_lease_runs_its_shortest_term_past_the_horizon() -> None:
    """Proves that a term of 40 days is two months, billed to the end of February: 60 days.

    Sensitivity: cut at the horizon, 74.4.
    """
    tree = one_pair(offers={"rent": lease(hour="0.1 USD/h", minimum_term="40 days")})
    assert bill(tree) == pytest.approx({"lease": 144})


def test_lease_for_what_is_needed() -> None:
    """Proves that leases start and end with the periods that need them: one pair in January and
    March, two in February: 91 + 29 days of 24 hours at 0.1: 288.

    Sensitivity: if leases ran to the end of the horizon, more.
    """
    tree = one_pair(
        horizon={"start": "2024-01-01", "end": "2024-03-31", "period": "month"},
        offers={"rent": lease(hour="0.1 USD/h")},
        reservations=hold({"2024-01-01": 2, "2024-02-01": 4, "2024-03-01": 2}),
    )
    assert bill(tree) == pytest.approx({"lease": 288})


def test_electricity_of_idle_and_busy() -> None:
    """Proves that a pair draws 1 kW idle and 2 kW with both cards busy: one reserved card of two
    makes 1.5 kW x 744 h x PUE 1.2 x 0.5 USD = 669.6; two make 892.8.

    Sensitivity: at load power whatever is busy, 892.8 both times; without the term, 100.
    """
    tree = one_pair(sites=site(electricity={"price": "0.5 USD/kWh"}, pue=1.2), reservations=hold(1))
    assert bill(tree) == pytest.approx({"nodes": 100, "electricity": 669.6})
    tree["reservations"] = hold(2)
    assert bill(tree) == pytest.approx({"nodes": 100, "electricity": 892.8})
    assert total(tree, "electricity") == pytest.approx(100)


def test_electricity_of_cards_in_hosts() -> None:
    """Proves that a busy card in a host adds its share of the host: 1 idle card of 1 kW (idle like
    load) and a host of 0.5 kW idle and 1 kW full: 1 + 0.5 + 0.25 kW with its one card of two busy.

    Sensitivity: without the host's share, 1.5 kW.
    """
    tree = one_pair(
        sites=powered("1 USD/kWh"),
        offers={"c": offer("c", "10 USD"), "host": offer("host", "40 USD")},
        reservations=hold(1),
    )
    assert bill(tree)["electricity"] == pytest.approx(1.75 * 744)


def test_electricity_of_services_follows_the_average() -> None:
    """Proves that energy follows the average rate and capacity the peak: 2 requests per second at a
    peak of 2 hold both cards of a pair at 2 each, but keep one busy: 1.5 kW.

    Sensitivity: at the peak, 2 kW.
    """
    tree = one_pair(
        sites=powered("1 USD/kWh"), inference=service(2, 2, peak_factor=2), reservations={}
    )
    assert bill(tree)["electricity"] == pytest.approx(1.5 * 744)


def test_electricity_of_jobs_by_the_cards_they_hold() -> None:
    """Proves that a job keeps busy what it holds while it holds it: 20 card-days in 10 of 31 days
    need the pair for 10 days: 1 kW x 744 h + 1 kW x 240 h.

    Sensitivity: busy all month, 1,488.
    """
    tree = problem(
        sites=powered("1 USD/kWh"),
        offers={"pair": offer()},
        training=job(20, window="2024-01-01..2024-01-10"),
    )
    assert bill(tree)["electricity"] == pytest.approx(744 + 240)


def test_electricity_by_time_of_use_and_by_date() -> None:
    """Proves that time-of-use prices enter as their hour-weighted mean, 8 h at 0.3 and 16 h at 0.6:
    0.5 USD/kWh; and that prices by date hold from their date on: 15 days at 0.5, 16 at 1.

    Sensitivity: the plain mean of the two prices would be 0.45.
    """
    blocks = {"00-08": "0.3 USD/kWh", "08-24": "0.6 USD/kWh"}
    tree = one_pair(sites=site(electricity={"time_of_use": blocks}))
    assert bill(tree)["electricity"] == pytest.approx(2 * 744 * 0.5)
    steps = {"2024-01-01": "0.5 USD/kWh", "2024-01-16": "1 USD/kWh"}
    tree["sites"] = powered(steps)
    assert bill(tree)["electricity"] == pytest.approx(2 * 24 * (15 * 0.5 + 16))


def test_electricity_of_the_fleet_and_of_switches() -> None:
    """Proves that the owned pair draws its idle power unasked and switches theirs always: 1 kW, and
    with a bought pair busy and two switches of 0.5 kW 4 kW.

    Sensitivity: if only bought nodes drew, 2 kW.
    """
    net = {"site": "here", "switch": "switch", "switch_price": "10 USD", "nics_per_node": 1}
    tree = one_pair(
        sites=powered("1 USD/kWh"),
        fleet={"old": {"item": "four", "site": "here", "count": 1}},
        reservations=hold(2, of=["c"]),
        fabrics={"net": net},
    )
    assert bill(tree)["electricity"] == pytest.approx(4 * 744)


def test_cheap_hours_are_worth_more_cards() -> None:
    """Proves that orders are not bounded by what a steady run would need: 48 card-days fit one pair
    in a month, but 31 January alone is free, so 24 pairs for 1 USD run on that day: 24, not 1 and
    24 days of 1 kW at 100 USD/kWh.

    Sensitivity: with orders bounded by the month, more than 50,000.
    """
    steps = {"2024-01-01": "100 USD/kWh", "2024-01-31": "0 USD/kWh"}
    items = {"pair": {**ITEMS["pair"], "idle_power": "0 kW"}}
    tree = problem(
        items=items,
        sites=powered(steps),
        offers={"pair": offer(price="1 USD")},
        training=job(48),
    )
    assert total(tree) == pytest.approx(24)


def test_demand_charge() -> None:
    """Proves that each month pays its highest interval's metered draw: 2 kW at PUE 1.5 in January,
    4 kW from 15 February: (3 + 6) kW x 10 USD.

    Sensitivity: on the average of February, less; without the term, 300.
    """
    tree = one_pair(
        horizon={"start": "2024-01-01", "end": "2024-02-29", "period": "month"},
        sites=site(pue=1.5, electricity={"price": "0 USD/kWh", "demand_charge": "10 USD/kW/month"}),
        items={"pair": {**ITEMS["pair"], "idle_power": "0 kW"}},
        reservations=hold({"2024-01-01": 2, "2024-02-15": 4}),
    )
    assert bill(tree) == pytest.approx({"nodes": 200, "demand_charge": 90})
    assert total(tree, "demand_charge") == pytest.approx(200)


def test_demand_charge_levels_jobs() -> None:
    """Proves that a job is spread to keep the highest draw low: 62 card-days in two pairs run all
    month on one of them, 2 kW, though both could finish by the 16th.

    Sensitivity: if the charge did not count, 4 kW might come out: 240.
    """
    tree = problem(
        sites=site(electricity={"price": "0 USD/kWh", "demand_charge": "10 USD/kW/month"}),
        items={"pair": {**ITEMS["pair"], "idle_power": "0 kW"}},
        fleet={"old": {"item": "pair", "site": "here", "count": 2}},
        training=job(62),
        reservations=hold({"2024-01-01": 0, "2024-01-17": 0}),
    )
    assert bill(tree) == pytest.approx({"demand_charge": 20})


def test_maintenance() -> None:
    """Proves that upkeep is 3 % of the price after discount for 8,760 hours: two pairs at half price
    bought for a year: 3; for the second half of it, 184 days: 184/365 of that.

    Sensitivity: on the price before discount, 6; without the term, 100.
    """
    half_price = {"pair": offer(discounts=[{"from": 2, "off": "50 %"}])}
    tree = one_pair(horizon=YEAR, offers=half_price, reservations=hold(4), maintenance="3 %")
    assert bill(tree) == pytest.approx({"nodes": 100, "maintenance": 3})
    assert total(tree, "maintenance") == pytest.approx(100)
    tree["horizon"] = {**YEAR, "period": "quarter"}
    tree["offers"] = {"pair": {**half_price["pair"], "available": "2023-07-01..2023-07-01"}}
    tree["reservations"] = hold(4, **{"from": "2023-07-01"})
    assert bill(tree)["maintenance"] == pytest.approx(3 * 184 / 365)


def test_space() -> None:
    """Proves that rent is paid for installed load, without PUE, by the calendar month: 2 kW x 50 for
    January, and 16/31 of it for what comes on the 16th. Half of it for an owned host of 1 kW.

    Sensitivity: with PUE, 120 for a month; without the term, 100.
    """
    tree = one_pair(sites=site(pue=1.2, space="50 USD/kW/month"))
    assert bill(tree) == pytest.approx({"nodes": 100, "space": 100})
    assert total(tree, "space") == pytest.approx(100)
    owned = {"old": {"item": "host", "site": "here", "count": 1, "from": "2024-01-16"}}
    tree["fleet"] = owned
    assert bill(tree)["space"] == pytest.approx(100 + 50 * 16 / 31)


def test_carbon() -> None:
    """Proves that 2 kW x 744 h at 0.5 kg/kWh are 744 kg, 74.4 USD at 100 a tonne.

    Sensitivity: without the term, 100.
    """
    carbon = {"intensity": "0.5 kg/kWh", "price": "100 USD/t"}
    tree = one_pair(sites=site(carbon=carbon))
    assert bill(tree) == pytest.approx({"nodes": 100, "carbon": 74.4})
    assert total(tree, "carbon") == pytest.approx(100)


def test_residual_value() -> None:
    """Proves that a pair of a life of 4 years is worth three quarters of its price after a year,
    discounted at the end of it: -75 / 1.08.

    Sensitivity: undiscounted, -75; without the term, 100.
    """
    tree = one_pair(horizon=YEAR, residual_value={"straight_line": "4 years"}, discount_rate="8 %")
    assert bill(tree) == pytest.approx({"nodes": 100, "residual_value": -75 / 1.08})
    assert total(tree, "residual_value") == pytest.approx(100)


def test_residual_value_of_what_has_retired() -> None:
    """Proves that nothing is credited for a node that retired within the horizon.

    Sensitivity: if it were, 87.5 of the first would be credited.
    """
    tree = one_pair(
        horizon=YEAR,
        items={"pair": node("c", 2, life="6 months")},
        offers={"pair": offer(available="2023-01-01..2023-01-01")},
        residual_value={"straight_line": "4 years"},
        reservations=hold(2, until="2023-06-30"),
    )
    assert bill(tree) == pytest.approx({"nodes": 100})


def test_payments_are_discounted_from_their_day() -> None:
    """Proves that 30 % are paid with the order, 365 days before delivery, and 70 % 365 days after it:
    30 x 1.1 + 70 / 1.1.

    Sensitivity: paid on delivery, 100.
    """
    terms = {"order": "30 %", "after": {365: "70 %"}}
    tree = one_pair(
        horizon={**YEAR, "orders_from": "2022-01-01"},
        offers={"pair": offer(lead_time="365 days", payment=terms)},
        discount_rate="10 %",
    )
    assert bill(tree) == pytest.approx({"nodes": 33 + 70 / 1.1})


def test_running_costs_are_discounted_from_the_middle() -> None:
    """Proves that a year's energy, 2 kW x 8,760 h at 1 USD, is paid in the middle of the year.

    Sensitivity: from its end, divided by 1.21; from its start, undivided.
    """
    tree = one_pair(horizon=YEAR, sites=powered("1 USD/kWh"), discount_rate="21 %")
    assert bill(tree)["electricity"] == pytest.approx(17_520 / 1.1)


def test_prices_by_the_day_of_delivery() -> None:
    """Proves that the price of the period of delivery holds: 80 from February on for what is wanted
    from February on.

    Sensitivity: January's price, 100.
    """
    prices = {"2024-01-01": "100 USD", "2024-02-01": "80 USD"}
    tree = one_pair(
        horizon={"start": "2024-01-01", "end": "2024-02-29", "period": "month"},
        offers={"pair": offer(price=prices)},
        reservations=hold(2, **{"from": "2024-02-01"}),
    )
    assert total(tree) == pytest.approx(80)
