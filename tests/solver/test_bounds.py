"""Bounds on orders cut off no plan: the cheapest may need more than a steady run would.

Each was once called infeasible, or solved too dear, by a bound that counted too little.
"""

from tests.solver.families.solving import cheapest, close

CARDS_AND_HOSTS = """
items:
  c: {kind: accelerator, form_factor: SXM, memory: 40 GB, bf16: 100 TFLOPS, power: 1 kW}
  h: {kind: host, slots: 2, form_factor: SXM, power: 1 kW}
"""


def test_hosts_for_a_minimum_order() -> None:
    """Proves that hosts are bounded by the cards an order may bring, not by those in use: of at
    least 5 cards for 10 one is wanted, and all want slots, in 3 hosts for 40: 170. Sensitivity: one
    host, enough for the card in use, leaves no plan.
    """
    text = (
        CARDS_AND_HOSTS
        + """
offers:
  card: {item: c, vendor: a, price: 10 CNY, minimum_order: 5}
  host: {item: h, vendor: a, price: 40 CNY}
reservations: {hold: {cards: 1}}
"""
    )
    assert cheapest(text) == close(170)


def test_hosts_for_owned_cards() -> None:
    """Proves that hosts are bounded by owned cards as well: 4 of them stay when their hosts leave
    after the first half year, so 2 are bought, though no workload asks: 80. Sensitivity: no host
    at all, enough for the workloads, leaves no plan.
    """
    text = (
        CARDS_AND_HOSTS
        + """
horizon: {start: 2023-01-01, end: 2023-12-31, period: quarter}
fleet:
  boxes: {item: h, site: here, count: 2, until: 2023-06-30}
  inside: {item: c, site: here, count: 4, host: h}
offers: {host: {item: h, vendor: a, price: 40 CNY}}
"""
    )
    assert cheapest(text) == close(80)


def test_many_cards_for_cheap_hours() -> None:
    """Proves that a job may hold many cards for a short while: 10 card-days of work fit one box in
    a month, but energy is free on the last day alone, so 10 boxes for 1 run on it: 10. Sensitivity:
    bounded by a steady run, a box pays 10 days of 1 kW at 100: 24,001.
    """
    text = """
horizon: {start: 2023-01-01, end: 2023-01-31, period: month}
items:
  acc: {kind: accelerator, form_factor: SXM, memory: 80 GB, bf16: 1000 TFLOPS, power: 500 W}
  box: {kind: node, card: acc, cards: 1, power: 1 kW, idle_power: 0 kW}
sites:
  here:
    destination: CN
    electricity: {price: {2023-01-01: 100 CNY/kWh, 2023-01-31: 0 CNY/kWh}}
offers: {box: {item: box, vendor: a, price: 1 CNY}}
training: {job: {flop: 864e18, mfu: 100 %, memory: ignore}}
"""
    assert cheapest(text) == close(10)


def test_many_cards_before_they_retire() -> None:
    """Proves that what retires within a period is counted for as long as it stands: boxes with a
    life of a month do the 62 card-days of a quarter in January, 2 of them: 200. Sensitivity: one
    box, enough for the whole quarter, leaves no plan.
    """
    text = """
horizon: {start: 2023-01-01, end: 2023-03-31, period: quarter}
items:
  acc: {kind: accelerator, form_factor: SXM, memory: 80 GB, bf16: 1000 TFLOPS, power: 500 W}
  box: {kind: node, card: acc, cards: 1, power: 1 kW, life: 1 month}
offers: {box: {item: box, vendor: a, price: 100 CNY}}
training: {job: {flop: 5356.8e18, mfu: 100 %, memory: ignore}}
"""
    assert cheapest(text) == close(200)


def test_larger_replicas_that_draw_less() -> None:
    """Proves that a service may take the configuration of more cards: a pair that serves 6 per
    second is busy a sixth of the time for 1, 2 cards for 10 and 8,760 h x 2/6 kW at 1: 2,940.
    Sensitivity: with no more cards than the smaller one takes, 10 + 8,760.
    """
    text = """
items:
  acc: {kind: accelerator, form_factor: SXM, memory: 80 GB, power: 1 kW, idle_power: 0 kW}
sites: {here: {destination: CN, electricity: {price: 1 CNY/kWh}}}
offers: {card: {item: acc, vendor: a, price: 10 CNY, standalone: true}}
inference:
  chat:
    requests: 1 per second
    measured:
      - {name: one, card: acc, cards: 1, requests_per_second: 1}
      - {name: pair, card: acc, cards: 2, requests_per_second: 6}
"""
    assert cheapest(text) == close(2940)
