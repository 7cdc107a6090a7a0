"""The terms of the bill for what is bought and leased, each proven by hand.

Belongs here: capital, extras, fees, surcharge, lease, maintenance, residual value, fabric; what
stands and runs has test_running.py. At 21 % a year what is paid after a year is worth 1/1.21, in
the middle of the first 1/1.1 and of the second 1/1.331. Each test compares the least total with
the one by hand, and with what it would be were the term left out or misread.
"""

import pytest

from tests.solver.families.solving import cheapest, close

YEAR_H = 8760
YEARS = "horizon: {start: 2022-01-01, end: 2023-12-31, period: year}\n"
QUARTERS = "horizon: {start: 2023-01-01, end: 2023-06-30, period: quarter}\n"
ITEMS = """
items:
  acc: {kind: accelerator, form_factor: SXM, memory: 80 GB, bf16: 1000 TFLOPS, power: 500 W,
          idle_power: 100 W}
  loose: {kind: accelerator, form_factor: PCIe, memory: 40 GB, bf16: 100 TFLOPS, power: 300 W,
          idle_power: 100 W}
  box: {kind: node, card: acc, cards: 1, power: 1 kW, idle_power: 0.4 kW}
  lean: {kind: node, card: acc, cards: 1, power: 0.5 kW, idle_power: 0.5 kW}
  shelf: {kind: host, slots: 4, form_factor: PCIe, power: 1 kW, idle_power: 0.6 kW}
  tree: {kind: switch, ports: 8, power: 1 kW}
"""
ONE = "offers: {a: {item: box, vendor: a, price: 100 CNY}}\nreservations: {desk: {cards: 1}}\n"
OWNED = "fleet: {old: {item: box, site: here, count: 3}}\n"


def test_capital_by_kind() -> None:
    """Proves that a node of 100, a host of 50 and 2 cards of 10 are terms of their own, 170, paid
    on delivery. Sensitivity: without the nodes it is 70, without the hosts 120, without the cards
    150.
    """
    text = (
        ITEMS
        + """
offers:
  a: {item: box, vendor: a, price: 100 CNY}
  b: {item: shelf, vendor: a, price: 50 CNY}
  c: {item: loose, vendor: a, price: 10 CNY}
reservations: {desk: {cards: 1, of: [acc]}, den: {cards: 2, of: [loose]}}
"""
    )
    assert cheapest(text) == close(170)
    assert cheapest(text, free="nodes") == close(70)
    assert cheapest(text, free="hosts") == close(120)
    assert cheapest(text, free="cards") == close(150)


def test_extras() -> None:
    """Proves that 13 % are of the price after discount and 8 are for each unit: 2·(90 + 11.7 + 8)
    = 219.4. Sensitivity: if the share were of the list price it would be 222; if the amount were
    for the order, 211.4; without extras 180.
    """
    text = """
offers:
  a: {item: box, vendor: a, price: 100 CNY, extras: {vat: 13 %, freight: 8 CNY},
          discounts: [{from: 1, off: 10 %}]}
reservations: {desk: {cards: 2}}
"""
    assert cheapest(text) == close(219.4)
    assert cheapest(text, free="extras") == close(180)


def test_fees() -> None:
    """Proves that a fee is paid once for each period with a delivery, all sites together: 3 cards
    at once, 300 + 50; with 2 a quarter, 300 + 2·50. Sensitivity: if it were for each site, or for
    each unit, the first would be 400 or 450; without fees 300.
    """
    text = (
        QUARTERS
        + """
sites: {here: {destination: CN}, there: {destination: CN}}
offers: {a: {item: box, vendor: a, price: 100 CNY, fixed_fee: 50 CNY}}
reservations: {desk: {cards: 2, sites: [here]}, den: {cards: 1, sites: [there], from: 2023-04-01}}
"""
    )
    scarce = text.replace("fixed_fee", "supply: 2 per quarter, fixed_fee")
    assert cheapest(text) == close(350)
    assert cheapest(scarce) == close(400)
    assert cheapest(scarce, free="fees") == close(300)


def test_fees_are_discounted_to_the_delivery() -> None:
    """Proves that a fee is paid on delivery: (100 + 50)/1.21 after a year. Sensitivity: if it were
    not discounted the total would be 132.6.
    """
    text = (
        YEARS
        + """
discount_rate: 21 %
offers: {a: {item: box, vendor: a, price: 100 CNY, fixed_fee: 50 CNY}}
reservations: {desk: {cards: 1, from: 2023-01-01}}
"""
    )
    assert cheapest(text) == close(150 / 1.21)


def test_surcharge() -> None:
    """Proves that a card of TPP 15,000 and 4,800 GB/s bound for China in 2026 costs 25 % on the
    price after discount, paid with it: (90 + 22.5)/1.21 as the order was a year before, 30 % then:
    0.3·112.5·1.21 + 0.7·112.5. Sensitivity: if it were of the list price it would be 25; without
    the surcharge 4/5 of it all.
    """
    text = """
horizon: {start: 2027-01-01, end: 2027-12-31, period: year, orders_from: 2026-01-01}
discount_rate: 21 %
export_rules: {ruleset: us-bis}
export_licences: {acc: 9}
items:
  acc: {kind: accelerator, form_factor: SXM, memory: 80 GB, bf16: 1000 TFLOPS, power: 500 W,
          tpp: 15000,
        die_area: 800 mm**2, memory_bandwidth: 4800 GB/s, interconnect: 900 GB/s,
        io_bandwidth: 1000 GB/s, data_centre: true}
  box: {kind: node, card: acc, cards: 1}
offers:
  a: {item: box, vendor: a, price: 100 CNY, lead_time: 365 days, payment: {order: 30 %,
          delivery: 70 %},
      discounts: [{from: 1, off: 10 %}]}
reservations: {desk: {cards: 1}}
"""
    paid = 0.3 * 1.21 + 0.7
    assert cheapest(text) == close(112.5 * paid)
    assert cheapest(text, free="surcharge") == close(90 * paid)


def test_payment_terms() -> None:
    """Proves that 30 % a year before, 50 % on and 20 % a year after delivery of price and extras
    are worth 0.3·1.21 + 0.5 + 0.2/1.21. Sensitivity: if all were paid on delivery it would be 113.
    """
    text = """
horizon: {start: 2023-01-01, end: 2023-12-31, period: year, orders_from: 2022-01-01}
discount_rate: 21 %
offers:
  a: {item: box, vendor: a, price: 100 CNY, lead_time: 365 days, extras: {vat: 13 %},
      payment: {order: 30 %, delivery: 50 %, after: {365: 20 %}}}
reservations: {desk: {cards: 1}}
"""
    assert cheapest(text) == close(113 * (0.3 * 1.21 + 0.5 + 0.2 / 1.21))


@pytest.mark.parametrize("term", ["2 months", "40 days"])
def test_lease_with_minimum_term(term: str) -> None:
    """Proves that a lease from March of at least 2 months, or 40 days rounded up to months, is
    billed until the end of April, past the horizon: 744 + 720 = 1464. Sensitivity: if the term
    were ignored or the hours past the end were free the total would be 744; if days were not
    rounded up, 960.
    """
    text = f"""
horizon: {{start: 2023-01-01, end: 2023-03-31, period: month}}
offers: {{a: {{item: box, vendor: a, destination: CN, lease: 1 CNY/h, minimum_term: {term},
        available: 2023-03-01..}}}}
reservations: {{desk: {{cards: 1, from: 2023-03-01}}}}
"""
    assert cheapest(text) == close(1464)
    assert cheapest(text.replace("2023-03-01..}", "2023-02-01..}")) == close(672 + 744)
    assert cheapest(text, free="lease") == close(0)


def test_lease_is_discounted_from_the_middle_of_its_intervals() -> None:
    """Proves that two years' lease with 10 % off from 2 units is worth 2·0.9·8760·(1/1.1 +
    1/1.331). Sensitivity: if it were paid at the start, 31536; if the discount were lost, a tenth
    more.
    """
    text = (
        YEARS
        + """
discount_rate: 21 %
offers: {a: {item: box, vendor: a, destination: CN, lease: 1 CNY/h, minimum_term: 2 years,
        discounts: [{from: 2, off: 10 %}]}}
reservations: {desk: {cards: 2}}
"""
    )
    assert cheapest(text) == close(2 * 0.9 * YEAR_H * (1 / 1.1 + 1 / 1.331))


def test_maintenance() -> None:
    """Proves that 10 % a year of the price after discount, 9, are paid in the middle of each year
    of use for nodes and the fabric's 20: 11/1.1 + 11/1.331. Sensitivity: if it were of the list
    price it would be 12 a year; if the fabric were left out, 9; for the fleet, more; without
    maintenance 110.
    """
    text = (
        YEARS
        + OWNED
        + """
discount_rate: 21 %
maintenance: 10 %
offers: {a: {item: box, vendor: a, price: 100 CNY, discounts: [{from: 1, off: 10 %}]}}
fabrics: {net: {site: here, price_per_card: 20 CNY}}
reservations: {desk: {cards: 4}}
"""
    )
    assert cheapest(text) == close(110 + 11 / 1.1 + 11 / 1.331)
    assert cheapest(text, free="maintenance") == close(110)


def test_maintenance_runs_from_the_delivery() -> None:
    """Proves that what is delivered in the second year is maintained for that year alone: 100 +
    10. Sensitivity: if it ran from the start the total would be 120.
    """
    text = YEARS + "maintenance: 10 %\n" + ONE.replace("{cards: 1}", "{cards: 1, from: 2023-01-01}")
    assert cheapest(text) == close(110)


@pytest.mark.parametrize(
    ("since", "kept"), [("2022-01-01", 0.6 / 1.4641), ("2023-01-01", 0.8 / 1.4641)]
)
def test_residual_value(since: str, kept: float) -> None:
    """Proves that of 90 after discount and 20 of fabric 60 % are left after 2 of 5 years, 80 %
    after one, credited at the end, 1/1.21² later; extras of 13 % are not. Sensitivity: if it were
    credited undiscounted, of the list price or of extras too, the total would be lower; without
    residual value it is what was paid.
    """
    text = (
        YEARS
        + f"""
discount_rate: 21 %
residual_value: {{straight_line: 5 years}}
offers: {{a: {{item: box, vendor: a, price: 100 CNY, discounts: [{{from: 1, off: 10 %}}],
        extras: {{vat: 13 %}}}}}}
fabrics: {{net: {{site: here, price_per_card: 20 CNY}}}}
reservations: {{desk: {{cards: 1, from: {since}}}}}
"""
    )
    if since == "2023-01-01":
        text = text.replace("item: box, ", "item: box, available: 2023-01-01.., ")
    paid = (90 + 11.7 + 20) / (1.21 if since == "2023-01-01" else 1)
    assert cheapest(text) == close(paid - 110 * kept)
    assert cheapest(text, free="residual_value") == close(paid)


def test_nothing_is_left_of_what_retired() -> None:
    """Proves that a node with a life of a year, gone by the end, is worth nothing then: 100.
    Sensitivity: if only its age counted, 60 % would be credited.
    """
    text = (
        YEARS
        + ITEMS.replace("cards: 1, power: 1 kW", "cards: 1, life: 1 year, power: 1 kW")
        + """
residual_value: {straight_line: 5 years}
offers: {a: {item: box, vendor: a, price: 100 CNY}}
reservations: {desk: {cards: 1, until: 2022-12-31}}
"""
    )
    assert cheapest(text) == close(100)


def test_nothing_is_left_after_the_life() -> None:
    """Proves that a value never falls below nothing: 100 after 2 years of a life of 1. Sensitivity:
    if the line ran on below zero the total would be 200.
    """
    assert cheapest(YEARS + ONE + "residual_value: {straight_line: 1 year}") == close(100)


def test_fabric_is_paid_with_its_delivery() -> None:
    """Proves that switches and NICs are paid on the day of delivery: (100 + 2·30 + 5)/1.21 after a
    year. Sensitivity: if they were not discounted it would be 147.6; without fabric 82.6.
    """
    text = (
        ITEMS
        + YEARS
        + """
discount_rate: 21 %
offers: {a: {item: box, vendor: a, price: 100 CNY}}
fabrics: {net: {site: here, switch: tree, switch_price: 30 CNY, nic_price: 5 CNY,
        nics_per_node: 1, tiers: 2}}
reservations: {desk: {cards: 1, from: 2023-01-01}}
"""
    )
    assert cheapest(text) == close(165 / 1.21)
    assert cheapest(text, free="fabric") == close(100 / 1.21)
