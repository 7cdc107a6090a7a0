"""Which deliveries an offer leaves open, and which days its prices and rules look at.

Belongs here: availability, lead time, first order day, price by delivery, export rules and caps by
delivery, life; each a tiny problem solved by hand. What is open is decided before any program is
built: in place of leaving rows out, a test changes the date by a day or takes the condition away.
"""

import pytest

from tests.solver.families.solving import INFEASIBLE, cheapest, close

QUARTERS = "horizon: {start: 2023-01-01, end: 2023-06-30, period: quarter}\n"
YEARS = "horizon: {start: 2023-01-01, end: 2024-12-31, period: year}\n"

SLOW = """
offers:
  slow: {item: box, vendor: a, price: 100 CNY, lead_time: 8 weeks}
  quick: {item: box, vendor: b, price: 150 CNY}
reservations: {desk: {cards: {2023-01-01: 1, 2023-04-01: 2}}}
"""


@pytest.mark.parametrize(("first", "total"), [("2022-11-06", 200), ("2022-11-07", 250)])
def test_lead_time_and_first_order_day(first: str, total: float) -> None:
    """Proves that what is delivered on 1 January is ordered 56 days before, on 6 November: with
    that day 2·100, a day later 150 + 100. Sensitivity: if lead times were ignored it would be 200
    for both; if orders_from counted for the delivery, 250 for both.
    """
    start = (
        f"horizon: {{start: 2023-01-01, end: 2023-06-30, period: quarter, orders_from: {first}}}\n"
    )
    assert cheapest(start + SLOW) == close(total)


def test_orders_begin_with_the_horizon() -> None:
    """Proves that without orders_from nothing is ordered before the horizon: 150 + 100 = 250.
    Sensitivity: if it could be, the total would be 200.
    """
    assert cheapest(QUARTERS + SLOW) == close(250)
    assert cheapest(QUARTERS + SLOW.replace(", lead_time: 8 weeks", "")) == close(200)


@pytest.mark.parametrize(
    ("days", "total"),
    [
        ("2023-04-01..2023-04-01", 200),
        ("..2023-03-31", 240),
        ("2023-01-02..2023-03-31", 300),
        ("2023-01-02..", 200),
        ("..2023-04-01", 200),
    ],
)
def test_availability_and_price_are_of_the_delivery_day(days: str, total: float) -> None:
    """Proves that `a..b` holds both days and open ends, that deliveries fall on first days of
    quarters, and that each has the price of its day: 120 in January, 100 in April, 150 elsewhere.
    Sensitivity: if the last day were not included, the first total would be 300.
    """
    text = (
        QUARTERS
        + f"""
offers:
  a: {{item: box, vendor: a, price: {{2023-01-01: 120 CNY, 2023-04-01: 100 CNY}},
          available: {days}}}
  b: {{item: box, vendor: b, price: 150 CNY}}
reservations: {{desk: {{cards: 2, from: 2023-04-01}}}}
"""
    )
    assert cheapest(text) == close(total)


def test_price_is_of_the_delivery_and_not_of_the_order() -> None:
    """Proves that what is ordered in February for April has April's price, 80. Sensitivity: if
    the order's day decided the total would be 100.
    """
    text = (
        QUARTERS
        + """
offers: {a: {item: box, vendor: a, price: {2023-01-01: 100 CNY, 2023-04-01: 80 CNY},
        lead_time: 8 weeks}}
reservations: {desk: {cards: 1, from: 2023-04-01}}
"""
    )
    assert cheapest(text) == close(80)


RULED = """
items:
  acc: {kind: accelerator, form_factor: SXM, memory: 80 GB, bf16: 400 TFLOPS, power: 500 W,
          tpp: 6400,
        die_area: 800 mm**2, io_bandwidth: 500 GB/s, data_centre: true}
  free: {kind: accelerator, form_factor: SXM, memory: 80 GB, bf16: 400 TFLOPS, power: 500 W,
         export_jurisdiction: none}
  box: {kind: node, card: acc, cards: 1}
"""


@pytest.mark.parametrize(
    ("when", "total"), [("", 240), (", as_of: 2023-01-01", 200), (", as_of: 2024-01-01", 300)]
)
def test_export_rules_are_of_the_delivery_day(when: str, total: float) -> None:
    """Proves that a card free until 16 November 2023 is bought in January at 120, not in 2024 at
    100, for what needs it in 2024: 240. Sensitivity: if rules were ignored or those of 2023 held
    throughout it would be 200, under those of 2024 two other cards for 300.
    """
    text = (
        YEARS
        + RULED
        + f"""
export_rules: {{ruleset: us-bis{when}}}
offers:
  a: {{item: box, vendor: a, price: {{2023-01-01: 120 CNY, 2024-01-01: 100 CNY}}}}
  b: {{item: free, vendor: b, price: 150 CNY, standalone: true}}
reservations: {{desk: {{cards: 2, from: 2024-01-01}}}}
"""
    )
    assert cheapest(text) == close(total)


@pytest.mark.parametrize(
    ("first", "total"), [("2023-11-30", 200), ("2023-12-01", 250), ("2024-01-01", 250)]
)
def test_a_notified_card_takes_25_days_more(first: str, total: float) -> None:
    """Proves that a card of TPP 3000 and density 3.75 with a week's lead is ordered 7 + 25 days
    before 1 January 2024, on 30 November: from then on 2·100, a day later 150 + 100. Sensitivity:
    if the notification took no time, 200 for the second too.
    """
    text = (
        RULED.replace("tpp: 6400", "tpp: 3000")
        + f"""
horizon: {{start: 2024-01-01, end: 2024-06-30, period: quarter, orders_from: {first}}}
export_rules: {{ruleset: us-bis}}
offers:
  a: {{item: box, vendor: a, price: 100 CNY, lead_time: 1 week}}
  b: {{item: free, vendor: b, price: 150 CNY, standalone: true}}
reservations: {{desk: {{cards: {{2024-01-01: 1, 2024-04-01: 2}}}}}}
"""
    )
    assert cheapest(text) == close(total)


def test_leases_are_not_exported_unless_said() -> None:
    """Proves that capacity hosted by its vendor is free of export rules, 8784 h at 1, and that
    `rules_apply` puts it under them. Sensitivity: if rules judged every lease there would be no
    plan for either.
    """
    text = (
        RULED
        + """
horizon: {start: 2024-01-01, end: 2024-12-31, period: year}
export_rules: {ruleset: us-bis}
offers: {a: {item: box, vendor: a, destination: CN, lease: 1 CNY/h}}
reservations: {desk: {cards: 1}}
"""
    )
    assert cheapest(text) == close(8784)
    assert cheapest(text.replace("1 CNY/h}", "1 CNY/h, rules_apply: true}")) == INFEASIBLE


@pytest.mark.parametrize(
    ("cap", "total"),
    [
        ("interconnect: 400 GB/s", 100),
        ("interconnect: 399 GB/s", 150),
        ("scale_up_cards: 4", 100),
        ("scale_up_cards: 3", 150),
    ],
)
def test_the_buyers_own_caps(cap: str, total: float) -> None:
    """Proves that a card at a cap is allowed and one above it is not: 100, or 150 for another.
    Sensitivity: if caps were ignored the total would be 100 for all.
    """
    text = f"""
export_caps: {{{cap}}}
items:
  acc: {{kind: accelerator, form_factor: SXM, memory: 80 GB, bf16: 400 TFLOPS, power: 500 W,
          interconnect: 400 GB/s}}
  low: {{kind: accelerator, form_factor: SXM, memory: 80 GB, bf16: 400 TFLOPS, power: 500 W,
          interconnect: 100 GB/s}}
  quad: {{kind: node, card: acc, cards: 2, scale_up_cards: 4}}
offers:
  a: {{item: quad, vendor: a, price: 100 CNY}}
  b: {{item: low, vendor: b, price: 75 CNY, standalone: true}}
reservations: {{desk: {{cards: 2}}}}
"""
    assert cheapest(text) == close(total)


def test_a_machine_retires_at_the_end_of_its_life() -> None:
    """Proves that a node with a life of a year is bought again in the second, 200, and that it
    still works on its last day. Sensitivity: if it never retired the total would be 100.
    """
    text = (
        YEARS
        + """
items:
  acc: {kind: accelerator, form_factor: SXM, memory: 80 GB, bf16: 1000 TFLOPS, power: 500 W}
  box: {kind: node, card: acc, cards: 1, life: 1 year}
offers: {a: {item: box, vendor: a, price: 100 CNY}}
reservations: {desk: {cards: 1}}
"""
    )
    assert cheapest(text) == close(200)
    assert cheapest(text.replace("cards: 1}}", "cards: 1, until: 2023-12-31}}")) == close(100)
    assert cheapest(text.replace(", life: 1 year", "")) == close(100)


@pytest.mark.parametrize(
    ("days", "total"),
    [("from: 2023-04-01", 200), ("until: 2023-03-31", 200), ("until: 2023-06-30", 100)],
)
def test_the_fleet_comes_and_goes(days: str, total: float) -> None:
    """Proves that one owned box stands from its first to its last day, both included, beside 2
    wanted throughout. Sensitivity: if its dates were ignored the total would be 100 for all.
    """
    text = (
        QUARTERS
        + f"""
fleet: {{old: {{item: box, site: here, count: 1, {days}}}}}
offers: {{a: {{item: box, vendor: a, price: 100 CNY}}}}
reservations: {{desk: {{cards: 2}}}}
"""
    )
    assert cheapest(text) == close(total)


def test_the_fleet_stands_on_its_last_day() -> None:
    """Proves that a box owned until 1 April is there on that first day of a quarter: nothing to
    buy. Sensitivity: if the last day were not included the total would be 100.
    """
    text = (
        QUARTERS
        + """
fleet: {old: {item: box, site: here, count: 1, until: 2023-04-01}}
offers: {a: {item: box, vendor: a, price: 100 CNY}}
reservations: {desk: {cards: 1, until: 2023-04-01}}
"""
    )
    assert cheapest(text) == close(0)
    assert cheapest(text.replace("cards: 1, until: 2023-04-01", "cards: 1")) == close(100)
