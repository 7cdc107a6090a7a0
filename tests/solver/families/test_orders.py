"""Constraint families of the orders, each proven by a tiny problem solved by hand.

Belongs here: supply, minimum order, discounts, slots. Each test compares the least total with the
one by hand, and with what it would be were the family left out or misread.
"""

import pytest

from solver.families import Family
from tests.solver.families.solving import INFEASIBLE, cheapest, close

MONTHS = "horizon: {start: 2023-01-01, end: 2023-06-30, period: month}\n"
QUARTERS = "horizon: {start: 2023-01-01, end: 2023-06-30, period: quarter}\n"


def test_supply_by_calendar_window() -> None:
    """Proves that `per quarter` counts the deliveries of three months together: 2 of the 3 cards
    until March and 2 of the 2 more in April are scarce ones, 4·100 + 150 = 550. Sensitivity: if
    supply were left out or counted by month the total would be 500, over the horizon 650.
    """
    text = (
        MONTHS
        + """
offers:
  scarce: {item: box, vendor: a, price: 100 CNY, supply: 2 per quarter}
  plenty: {item: box, vendor: b, price: 150 CNY}
reservations: {desk: {cards: {2023-01-01: 1, 2023-02-01: 3, 2023-04-01: 5}}}
"""
    )
    assert cheapest(text) == close(550)
    assert cheapest(text, without=Family.SUPPLY) == close(500)
    assert cheapest(text.replace("2 per quarter", "2 per month")) == close(500)
    assert cheapest(text.replace("2 per quarter", "2")) == close(650)


def test_unused_supply_lapses() -> None:
    """Proves that the 2 units nobody took in the dear first quarter are gone: 2·100 + 150 = 350.
    Sensitivity: if they were carried over, as 4 over the horizon are, the total would be 300.
    """
    text = (
        QUARTERS
        + """
offers:
  scarce: {item: box, vendor: a, price: {2023-01-01: 1000 CNY, 2023-04-01: 100 CNY},
          supply: 2 per quarter}
  plenty: {item: box, vendor: b, price: 150 CNY}
reservations: {desk: {cards: 3, from: 2023-04-01}}
"""
    )
    assert cheapest(text) == close(350)
    assert cheapest(text.replace("2 per quarter", "4")) == close(300)


def test_supply_windows_shorter_than_a_period() -> None:
    """Proves that a quarter holds three windows of a month: 3·100 + 150 = 450. Sensitivity: if
    only one window were counted the total would be 100 + 3·150 = 550, without supply 400.
    """
    text = (
        QUARTERS
        + """
offers:
  scarce: {item: box, vendor: a, price: 100 CNY, supply: 1 per month, available: ..2023-01-31}
  plenty: {item: box, vendor: b, price: 150 CNY}
reservations: {desk: {cards: 4}}
"""
    )
    assert cheapest(text) == close(450)
    assert cheapest(text.replace("1 per month", "1 per quarter")) == close(550)
    assert cheapest(text.replace("supply: 1 per month, ", "")) == close(400)


def test_supply_is_over_all_sites() -> None:
    """Proves that two sites share a supply of 3: 3·100 + 150 = 450. Sensitivity: if each site had
    3 the total would be 400.
    """
    text = """
sites: {here: {destination: CN}, there: {destination: CN}}
offers:
  scarce: {item: box, vendor: a, price: 100 CNY, supply: 3}
  plenty: {item: box, vendor: b, price: 150 CNY}
reservations: {desk: {cards: 2, sites: [here]}, den: {cards: 2, sites: [there]}}
"""
    assert cheapest(text) == close(450)


def test_supply_of_a_lease_is_held_at_once() -> None:
    """Proves that 2 leased units may run at any time: 2·(744+672+744) h at 1 and the third unit of
    February, 672 h, at 3: 6336. Sensitivity: without supply it would cost 1, in total 4992.
    """
    text = """
horizon: {start: 2023-01-01, end: 2023-03-31, period: month}
offers:
  cheap: {item: box, vendor: a, destination: CN, lease: 1 CNY/h, supply: 2}
  dear: {item: box, vendor: b, destination: CN, lease: 3 CNY/h}
reservations: {desk: {cards: {2023-01-01: 2, 2023-02-01: 3, 2023-03-01: 2}}}
"""
    assert cheapest(text) == close(6336)
    assert cheapest(text, without=Family.SUPPLY) == close(4992)


def test_a_lease_given_back_can_be_leased_again() -> None:
    """Proves that 2 units leased for January and 2 for March keep a supply of 2: 4·744 = 2976.
    Sensitivity: if supply counted leases begun, holding on through February would cost 4320.
    """
    text = """
horizon: {start: 2023-01-01, end: 2023-03-31, period: month}
offers: {cheap: {item: box, vendor: a, destination: CN, lease: 1 CNY/h, supply: 2}}
reservations: {desk: {cards: {2023-01-01: 2, 2023-02-01: 0, 2023-03-01: 2}}}
"""
    assert cheapest(text) == close(2976)


def test_a_lease_given_back_makes_room_at_once() -> None:
    """Proves that one unit leased for January is back when two come in February with 40 % off:
    744 + 2·0.6·672 = 1550.4, within a supply of 2. Sensitivity: if a lease counted in the month
    after its end, two would be leased throughout for 1699.2.
    """
    text = """
horizon: {start: 2023-01-01, end: 2023-02-28, period: month}
offers:
  a: {item: box, vendor: a, destination: CN, lease: 1 CNY/h, supply: 2,
      discounts: [{from: 2, off: 40 %}]}
reservations: {desk: {cards: {2023-01-01: 1, 2023-02-01: 2}}}
"""
    assert cheapest(text) == close(1550.4)


@pytest.mark.parametrize(
    ("cards", "dearer", "total"), [(2, 140, 280), (2, 160, 300), (3, 140, 300)]
)
def test_minimum_order(cards: int, dearer: int, total: float) -> None:
    """Proves that an order of the cheap offer is of 3 or more: 2 cards are the dearer offer's
    2·140 = 280, or an order too large, 3·100 = 300. Sensitivity: if it were left out each card
    would cost 100.
    """
    text = f"""
offers:
  bulk: {{item: box, vendor: a, price: 100 CNY, minimum_order: 3}}
  single: {{item: box, vendor: b, price: {dearer} CNY}}
reservations: {{desk: {{cards: {cards}}}}}
"""
    assert cheapest(text) == close(total)
    assert cheapest(text, without=Family.MINIMUM_ORDER) == close(cards * 100)


def test_minimum_order_is_of_all_sites_in_one_period() -> None:
    """Proves that 2 cards here and 1 there make an order of 3, 300, while 2 in the first quarter
    and 1 in the second do not, and all 3 are bought at once. Sensitivity: if the minimum held at
    each site the total would be 3·140 = 420; if it held over the horizon 2·100 + 60 = 260.
    """
    text = (
        QUARTERS
        + """
sites: {here: {destination: CN}, there: {destination: CN}}
offers:
  bulk: {item: box, vendor: a, price: {2023-01-01: 100 CNY, 2023-04-01: 60 CNY}, minimum_order: 3}
  single: {item: box, vendor: b, price: 140 CNY}
reservations:
  desk: {cards: 2, sites: [here]}
  den: {cards: 1, sites: [there], from: 2023-04-01}
"""
    )
    assert cheapest(text) == close(300)
    assert cheapest(text, without=Family.MINIMUM_ORDER) == close(260)


@pytest.mark.parametrize(("cards", "total", "free"), [(3, 280, 210), (5, 350, 350), (2, 200, 140)])
def test_discount_tiers(cards: int, total: float, free: float) -> None:
    """Proves that from 4 units on all units cost 70: 3 cards are an order of 4, 280 < 300, and 5
    cost 350. Sensitivity: if the discount held for the units beyond the third alone, 5 would cost
    440; if the tiers had no first quantity, 3 would cost 210.
    """
    text = f"""
offers: {{a: {{item: box, vendor: a, price: 100 CNY, discounts: [{{from: 4, off: 30 %}}]}}}}
reservations: {{desk: {{cards: {cards}}}}}
"""
    assert cheapest(text) == close(total)
    assert cheapest(text, without=Family.DISCOUNT) == close(free)


def test_the_best_tier_reached_holds() -> None:
    """Proves that the second of three tiers ends where the third begins: 6 units at 60 = 360 beat
    5 at 80. Sensitivity: if the third were left out, 5 would cost 400; if it began at 5, 300.
    """
    text = """
offers:
  a: {item: box, vendor: a, price: 100 CNY,
      discounts: [{from: 3, off: 20 %}, {from: 6, off: 40 %}]}
reservations: {desk: {cards: 5}}
"""
    assert cheapest(text) == close(360)
    assert cheapest(text.replace(", {from: 6, off: 40 %}", "")) == close(400)
    assert cheapest(text.replace("from: 6", "from: 5")) == close(300)


def test_a_later_tier_is_never_worse() -> None:
    """Proves that 5 units cost 70 each though a tier from 4 on takes off only 10 %: 350.
    Sensitivity: if the last tier reached held the total would be 450.
    """
    text = """
offers:
  a: {item: box, vendor: a, price: 100 CNY, supply: 5,
      discounts: [{from: 2, off: 30 %}, {from: 4, off: 10 %}]}
reservations: {desk: {cards: 5}}
"""
    assert cheapest(text) == close(350)


def test_a_discount_counts_one_period_and_all_sites() -> None:
    """Proves that 2 units here and 2 there reach the tier of 4 units, 280, when the supply allows
    both at once. Sensitivity: if sites were counted apart the total would be 400; if orders of two
    quarters were added up, it would be 280 with a supply of 3 per quarter too.
    """
    text = (
        QUARTERS
        + """
sites: {here: {destination: CN}, there: {destination: CN}}
offers: {a: {item: box, vendor: a, price: 100 CNY, supply: 4, discounts: [{from: 4, off: 30 %}]}}
reservations: {desk: {cards: 2, sites: [here]}, den: {cards: 2, sites: [there], from: 2023-04-01}}
"""
    )
    assert cheapest(text) == close(280)
    assert cheapest(text.replace("supply: 4", "supply: 3 per quarter")) == close(400)


LOOSE = """
items:
  loose: {kind: accelerator, form_factor: PCIe, memory: 40 GB, bf16: 100 TFLOPS, power: 300 W}
  shelf: {kind: host, slots: 4, form_factor: PCIe, power: 1 kW}
offers:
  cards: {item: loose, vendor: a, price: 10 CNY}
  hosts: {item: shelf, vendor: b, price: 50 CNY}
"""


def test_slots() -> None:
    """Proves that 5 cards need 2 hosts of 4 slots: 5·10 + 2·50 = 150. Sensitivity: if slots were
    left out the total would be 50.
    """
    text = LOOSE + "reservations: {desk: {cards: 5}}"
    assert cheapest(text) == close(150)
    assert cheapest(text, without=Family.SLOTS) == close(50)


def test_slots_of_the_fleet() -> None:
    """Proves that a host of the fleet brings 4 slots of which its 3 cards take 3: 5 cards need 2
    more and one host, 2·10 + 50 = 70. Sensitivity: if the fleet's cards took no slots, or slots
    were left out, the total would be 20; if its host brought none, 120.
    """
    text = (
        LOOSE
        + """
fleet:
  old: {item: shelf, site: here, count: 1}
  taken: {item: loose, site: here, count: 3, host: shelf}
reservations: {desk: {cards: 5}}
"""
    )
    assert cheapest(text) == close(70)
    assert cheapest(text, without=Family.SLOTS) == close(20)


def test_slots_of_a_fleet_that_leaves() -> None:
    """Proves that slots are found in every interval: when the owned host goes in April its 2 cards
    need another one, 2·10 + 50 = 70. Sensitivity: if only the first interval counted it would be
    20.
    """
    text = (
        QUARTERS
        + LOOSE
        + """
fleet: {old: {item: shelf, site: here, count: 1, until: 2023-03-31}}
reservations: {desk: {cards: 2}}
"""
    )
    assert cheapest(text) == close(70)


def test_no_plan_is_no_plan() -> None:
    """A supply below the demand has no plan, whoever is asked. Sensitivity: without it, 300."""
    text = """
offers: {only: {item: box, vendor: a, price: 100 CNY, supply: 2}}
reservations: {desk: {cards: 3}}
"""
    assert cheapest(text) == INFEASIBLE
    assert cheapest(text, without=Family.RESERVATION) == close(0)
