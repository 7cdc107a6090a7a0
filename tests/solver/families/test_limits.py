"""Limits on the orders as a whole, each proven by a tiny problem solved by hand.

Belongs here: licences, total TPP, card types, vendor shares, budgets. Each test compares the least
total with the one by hand, and with what it would be were the limit left out or misread.
"""

import pytest

from solver.families import Family
from tests.solver.families.solving import INFEASIBLE, cheapest, close

YEARS = "horizon: {start: 2022-01-01, end: 2023-12-31, period: year}\n"


RULED_YEARS = "horizon: {start: 2023-01-01, end: 2024-12-31, period: year}\n"
RULED = (
    RULED_YEARS
    + """
export_rules: {ruleset: us-bis}
items:
  acc: {kind: accelerator, form_factor: SXM, memory: 80 GB, bf16: 400 TFLOPS, power: 500 W,
          tpp: 6400,
        die_area: 800 mm**2, io_bandwidth: 700 GB/s, data_centre: true}
  free: {kind: accelerator, form_factor: SXM, memory: 80 GB, bf16: 400 TFLOPS, power: 500 W,
         export_jurisdiction: none}
  pair: {kind: node, card: acc, cards: 2}
"""
)


def test_licences() -> None:
    """Proves that 5 licences are enough for 2 nodes of 2 cards over both years: 2·100 + 2·90 = 380.
    Sensitivity: if licences were left out, counted nodes or were granted anew each year, the total
    would be 300.
    """
    text = (
        RULED
        + """
export_licences: {acc: 5}
offers:
  pairs: {item: pair, vendor: a, price: 100 CNY}
  loose: {item: free, vendor: b, price: 90 CNY, standalone: true}
reservations: {desk: {cards: {2023-01-01: 4, 2024-01-01: 6}}}
"""
    )
    assert cheapest(text) == close(380)
    assert cheapest(text, without=Family.LICENCES) == close(300)
    assert cheapest(text.replace("{acc: 5}", "{}")) == close(540)


TWO_CARDS = """
items:
  acc: {kind: accelerator, form_factor: SXM, memory: 80 GB, bf16: 1000 TFLOPS, power: 500 W,
          tpp: 1000}
  low: {kind: accelerator, form_factor: SXM, memory: 80 GB, bf16: 1000 TFLOPS, power: 500 W,
          tpp: 400}
  box: {kind: node, card: acc, cards: 1}
  low-2: {kind: node, card: low, cards: 2}
"""


def test_total_tpp() -> None:
    """Proves that the TPP of all cards in nodes is summed up: of 4 cards at most 2 have 1000, for
    2·1000 + 2·400 <= 3500, so 2·100 + 270 = 470. Sensitivity: if the cap were left out the total
    would be 400; if a node counted as one card, a third box would not help: 300 + 270 = 570.
    """
    text = (
        TWO_CARDS
        + """
export_caps: {total_tpp: 3500}
offers:
  boxes: {item: box, vendor: a, price: 100 CNY}
  lows: {item: low-2, vendor: b, price: 270 CNY}
reservations: {desk: {cards: 4}}
"""
    )
    assert cheapest(text) == close(470)
    assert cheapest(text, without=Family.TOTAL_TPP) == close(400)


def test_total_tpp_is_of_what_is_bought() -> None:
    """Proves that leased cards are not in the TPP cap: one bought and one leased, 100 + 8760.
    Sensitivity: if leases counted there would be no plan.
    """
    text = (
        TWO_CARDS
        + """
export_caps: {total_tpp: 1000}
offers:
  boxes: {item: box, vendor: a, price: 100 CNY}
  rented: {item: box, vendor: b, destination: CN, lease: 1 CNY/h}
reservations: {desk: {cards: 2}}
"""
    )
    assert cheapest(text) == close(8860)
    assert cheapest(text.replace("1000}\noffers", "999}\noffers")) == close(2 * 8760)


def test_card_types() -> None:
    """Proves that with one kind of card all 4 are of the dearer, 2·270 = 540. Sensitivity: if the
    limit were left out the total would be 2·100 + 270 = 470.
    """
    text = (
        TWO_CARDS
        + """
limits: {card_types: 1}
offers:
  boxes: {item: box, vendor: a, price: 100 CNY, supply: 2}
  lows: {item: low-2, vendor: b, price: 270 CNY}
reservations: {desk: {cards: 4}}
"""
    )
    assert cheapest(text) == close(540)
    assert cheapest(text, without=Family.CARD_TYPES) == close(470)


def test_card_types_count_leases_and_not_the_fleet() -> None:
    """Proves that a leased kind counts and an owned one does not: beside 2 owned boxes 4 cards are
    2 nodes of the other kind, 540. Sensitivity: if leases did not count, 2 leased boxes at
    87.6 would make it 445.2; if the fleet counted there would be no plan.
    """
    text = (
        TWO_CARDS
        + """
limits: {card_types: 1}
fleet: {old: {item: box, site: here, count: 2}}
offers:
  rented: {item: box, vendor: a, destination: CN, lease: 0.01 CNY/h, supply: 2}
  lows: {item: low-2, vendor: b, price: 270 CNY}
reservations: {desk: {cards: 6}}
"""
    )
    assert cheapest(text) == close(540)
    assert cheapest(text, without=Family.CARD_TYPES) == close(2 * 87.6 + 270)


def test_a_vendor_share_is_of_the_spend() -> None:
    """Proves that 4 cards at 100 or 120 with half of the spend for the first are 2 and 2, 440: a
    third would be 300 of 420. Sensitivity: if the share were left out the total would be 400.
    """
    text = """
limits: {vendor_share: {b: 50 %}}
offers:
  most: {item: box, vendor: b, price: 100 CNY}
  rest: {item: box, vendor: a, price: 120 CNY}
reservations: {desk: {cards: 4}}
"""
    assert cheapest(text) == close(440)
    assert cheapest(text, without=Family.VENDOR_SHARE) == close(400)


@pytest.mark.parametrize(
    ("vendor", "total"), [("", 660), (", vendor: b", 700), (", vendor: c", 660)]
)
def test_a_vendor_share_counts_the_fabric(vendor: str, total: float) -> None:
    """Proves that 4·60 for the fabric are part of the spend: 3 of b's cards are 300 of 660. A
    fabric sold by b leaves it 1 card: 100 + 240 of 700. Sensitivity: if the fabric did not count,
    b would sell 2 cards and the total would be 680.
    """
    text = f"""
limits: {{vendor_share: {{b: 50 %}}}}
fabrics: {{net: {{site: here, price_per_card: 60 CNY{vendor}}}}}
offers:
  most: {{item: box, vendor: b, price: 100 CNY}}
  rest: {{item: box, vendor: a, price: 120 CNY}}
reservations: {{desk: {{cards: 4}}}}
"""
    assert cheapest(text) == close(total)


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


def test_budget_of_a_year() -> None:
    """Proves that 250 in 2022 buy 2 of 4 cards at 100, the others cost 120 in 2023, which has no
    limit: 440. Sensitivity: if the budget were left out the total would be 400; if it held for
    both years there would be no plan.
    """
    text = (
        YEARS
        + """
limits: {budget: {2022: 250 CNY}}
offers: {a: {item: box, vendor: a, price: {2022-01-01: 100 CNY, 2023-01-01: 120 CNY}}}
reservations: {desk: {cards: 4, from: 2023-01-01}}
"""
    )
    assert cheapest(text) == close(440)
    assert cheapest(text, without=Family.BUDGET) == close(400)


@pytest.mark.parametrize(("terms", "total"), [("order: 100 %", 400), ("delivery: 100 %", 440)])
def test_a_budget_counts_the_day_of_payment(terms: str, total: float) -> None:
    """Proves that what is paid with the order in November 2021 leaves the budget of 2022 alone:
    400. Sensitivity: if the delivery's year counted it would be 440 for both.
    """
    text = f"""
horizon: {{start: 2022-01-01, end: 2023-12-31, period: year, orders_from: 2021-11-01}}
limits: {{budget: {{2022: 250 CNY}}}}
offers:
  a: {{item: box, vendor: a, price: 100 CNY, lead_time: 8 weeks, payment: {{{terms}}},
          available: ..2022-12-31}}
  b: {{item: box, vendor: a, price: 120 CNY, available: 2023-01-01..}}
reservations: {{desk: {{cards: 4, from: 2023-01-01}}}}
"""
    assert cheapest(text) == close(total)


@pytest.mark.parametrize(
    ("offer", "fabric", "dear"),
    [
        ("", "", 2),
        (", fixed_fee: 10 CNY", "", 1),
        (", extras: {vat: 20 %}", "", 1),
        (", extras: {freight: 30 CNY}", "", 1),
        ("", "10 CNY", 1),
    ],
)
def test_a_budget_over_the_horizon(offer: str, fabric: str, dear: int) -> None:
    """Proves that 500 buy boxes at 100 and, so far as they reach, lean ones at 150 that save 438
    of electricity a year: 2 of 4; only 1 where a fee of 10, 20 % or 30 on the lean ones' price, or
    10 a card for the fabric are paid too. Sensitivity: if the budget were left out all 4 would be
    lean; if fees, extras or fabric were not counted, 2.
    """
    text = (
        ITEMS
        + f"""
sites: {{here: {{destination: CN, electricity: {{price: 0.1 CNY/kWh}}}}}}
limits: {{budget: 500 CNY}}
offers:
  a: {{item: box, vendor: a, price: 100 CNY}}
  b: {{item: lean, vendor: b, price: 150 CNY{offer}}}
reservations: {{desk: {{cards: 4}}}}
"""
    )
    if fabric:
        text += f"fabrics: {{net: {{site: here, price_per_card: {fabric}}}}}\n"
    fee = 10 if "fee" in offer else 0
    each = 180 if "extras" in offer else 150
    net = 4 * 10 if fabric else 0

    def total(lean: int) -> float:
        return (4 - lean) * (100 + 876) + lean * (each + 438) + fee + net

    assert cheapest(text) == close(total(dear))
    assert cheapest(text, without=Family.BUDGET) == close(total(4))


def test_a_budget_counts_leases_by_the_year_they_run() -> None:
    """Proves that 9000 in 2023 pay for one of two leased cards, 8760, so that one is bought at
    20000 and one leased for both years: 37520. Sensitivity: if leases were left out of budgets, or
    all counted in the year they begin, two leased throughout would cost 35040.
    """
    text = (
        YEARS
        + """
limits: {budget: {2023: 9000 CNY}}
offers:
  a: {item: box, vendor: a, price: 20_000 CNY}
  b: {item: box, vendor: b, destination: CN, lease: 1 CNY/h}
reservations: {desk: {cards: 2}}
"""
    )
    assert cheapest(text) == close(37520)
    assert cheapest(text, without=Family.BUDGET) == close(35040)


@pytest.mark.parametrize(("budget", "total"), [(250, 250), (249, INFEASIBLE)])
def test_a_budget_counts_surcharges(budget: int, total: float | str) -> None:
    """Proves that two cards of 100 with a surcharge of 25 % take 250 of the budget. Sensitivity: if
    the surcharge were not counted, 249 would be enough.
    """
    text = f"""
horizon: {{start: 2027-01-01, end: 2027-12-31, period: year}}
export_rules: {{ruleset: us-bis}}
export_licences: {{acc: 9}}
limits: {{budget: {budget} CNY}}
items:
  acc: {{kind: accelerator, form_factor: SXM, memory: 80 GB, bf16: 1000 TFLOPS, power: 500 W,
        tpp: 15000, die_area: 800 mm**2, memory_bandwidth: 4800 GB/s, interconnect: 900 GB/s,
        io_bandwidth: 1000 GB/s, data_centre: true}}
  box: {{kind: node, card: acc, cards: 1}}
offers: {{a: {{item: box, vendor: a, price: 100 CNY}}}}
reservations: {{desk: {{cards: 2}}}}
"""
    assert cheapest(text) == total


def test_a_budget_counts_switches_once() -> None:
    """Proves that switches of 2022 are not paid again in 2023: 300 for a card then with a leaf and
    a spine at 30, and 100 for another in 2023, which is all its budget: 460. Sensitivity: if the
    switches were counted again the second card would be bought in 2022 too, for 660 in all.
    """
    text = (
        YEARS
        + ITEMS
        + """
limits: {budget: {2023: 100 CNY}}
offers: {a: {item: box, vendor: a, price: {2022-01-01: 300 CNY, 2023-01-01: 100 CNY}}}
fabrics: {net: {site: here, switch: tree, switch_price: 30 CNY, nics_per_node: 1, tiers: 2}}
reservations: {desk: {cards: {2022-01-01: 1, 2023-01-01: 2}}}
"""
    )
    assert cheapest(text) == close(460)
