"""Constraint families of the workloads other than training, each proven by hand: capacity,
replicas, demand, reservations.

Each test compares the least total with the one by hand, and with what it would be were the family
left out or misread.
"""

import pytest

from solver.families import Family
from tests.solver.families.solving import cheapest, close

BOXES = "offers: {a: {item: box, vendor: a, price: 100 CNY}}\n"
QUARTERS = "horizon: {start: 2023-01-01, end: 2023-06-30, period: quarter}\n"


def test_spares_and_availability_multiply() -> None:
    """Proves that with 10 % spares and 90 % availability 81 working cards are 100 installed ones,
    10000. Sensitivity: if the shares were added up it would be 102, without spares 90; if capacity
    were left out, none.
    """
    text = BOXES + "spares: 10 %\navailability: 90 %\nreservations: {desk: {cards: 81}}"
    assert cheapest(text) == close(10000)
    assert cheapest(text, without=Family.CAPACITY) == close(0)
    assert cheapest(text.replace("spares: 10 %", "spares: 0 %")) == close(9000)


def test_the_fleet_needs_spares_too() -> None:
    """Proves that of 10 owned cards 9 work, so that 18 need 10 more: 1000. Sensitivity: if owned
    cards all worked, 8 working ones would be 9 more, 900.
    """
    text = (
        BOXES
        + """
spares: 10 %
fleet: {old: {item: box, site: here, count: 10}}
reservations: {desk: {cards: 18}}
"""
    )
    assert cheapest(text) == close(1000)


def test_hosted_leases_have_no_spares() -> None:
    """Proves that hosted cards lose availability alone: 9 cards are 10 leased, 87600. Sensitivity:
    if they needed spares as well they would be 12 (9/0.81), if neither, 9.
    """
    text = """
spares: 10 %
availability: 90 %
offers: {a: {item: box, vendor: a, destination: CN, lease: 1 CNY/h}}
reservations: {desk: {cards: 9}}
"""
    assert cheapest(text) == close(87600)


def test_workloads_share_the_working_cards() -> None:
    """Proves that a job of 1 card, a service of 2 and a reservation of 3 need 6 cards, 600.
    Sensitivity: if each were held against the cards alone, 3 would do for 300.
    """
    text = (
        BOXES
        + """
training: {job: {flop: 31.536e21, mfu: 100 %, memory: ignore}}
inference: {chat: {requests: 4 per second, measured: [{name: pair, card: acc, cards: 2,
        requests_per_second: 4}]}}
reservations: {desk: {cards: 3}}
"""
    )
    assert cheapest(text) == close(600)


def test_cards_are_free_again() -> None:
    """Proves that cards are held by interval: 3 until March and 2 from April are 3 cards, 300.
    Sensitivity: if the last day overlapped the next it would be 500.
    """
    text = (
        BOXES
        + QUARTERS
        + """
reservations: {desk: {cards: 3, until: 2023-03-31}, den: {cards: 2, from: 2023-04-01}}
"""
    )
    assert cheapest(text) == close(300)


SERVICE = (
    BOXES
    + """
inference:
  chat: {requests: 10 per second, measured: [{name: pair, card: acc, cards: 2,
          requests_per_second: 4}]}
"""
)


def test_whole_and_fractional_replicas() -> None:
    """Proves that 10 requests/s on replicas of 4 are 3 whole ones with 6 cards, 600, and 2.5
    fractional ones with 5, 500. Sensitivity: if replicas were left out they would cost nothing.
    """
    assert cheapest(SERVICE) == close(600)
    assert cheapest(SERVICE, without=Family.REPLICAS) == close(0)
    assert cheapest(SERVICE.replace("{requests", "{replicas: fractional, requests")) == close(500)


def test_classes_share_replicas() -> None:
    """Proves that 5 short requests/s at 8 and 5 long ones at 4 load 5/8 + 5/4 = 1.875, so 2
    replicas of 2 cards, 400. Sensitivity: if classes had replicas of their own it would be 1 + 2,
    600; if only one class counted, 2 or 1.
    """
    text = (
        BOXES
        + """
inference:
  chat:
    classes: {short: {share: 50 %}, long: {share: 50 %}}
    requests: 10 per second
    measured: [{name: pair, card: acc, cards: 2, requests_per_second: {short: 8, long: 4}}]
"""
    )
    assert cheapest(text) == close(400)
    assert cheapest(text.replace("long: 4}", "long: 3}")) == close(600)


def test_a_class_goes_where_it_can_be_served() -> None:
    """Proves that a configuration serves only the classes it names: long requests need the wide
    one, 4 cards, and the short ones ride on its spare half: 400. Sensitivity: if the narrow one
    served both, 2 replicas would do for 200.
    """
    text = (
        BOXES
        + """
inference:
  chat:
    classes: {short: {share: 50 %}, long: {share: 50 %}}
    requests: 10 per second
    measured:
      - {name: narrow, card: acc, cards: 1, requests_per_second: {short: 5}}
      - {name: wide, card: acc, cards: 4, requests_per_second: {short: 10, long: 10}}
"""
    )
    assert cheapest(text) == close(400)
    assert cheapest(text.replace("{short: 5}", "{short: 5, long: 5}")) == close(200)


def test_configurations_mix() -> None:
    """Proves that 14 requests/s are best on one replica of 10 with 4 cards and one of 4 with 2:
    600. Sensitivity: if a service had one configuration alone it would be 8 cards.
    """
    text = (
        BOXES
        + """
inference:
  chat:
    requests: 14 per second
    measured:
      - {name: pair, card: acc, cards: 2, requests_per_second: 4}
      - {name: quad, card: acc, cards: 4, requests_per_second: 10}
"""
    )
    assert cheapest(text) == close(600)


@pytest.mark.parametrize(
    ("more", "total"),
    [
        ("", 300),
        (", peak_factor: 1.5", 400),
        (", growth: 100 % per quarter", 500),
        (", growth: 100 % per quarter, peak_factor: 1.5", 800),
    ],
)
def test_demand_grows_and_peaks(more: str, total: float) -> None:
    """Proves that 10 requests/s, twice that from April, at a peak 1.5 times as high, are 30 on
    replicas of 4: 8 cards, 800. Sensitivity: without growth 4 cards, without the peak 5; if demand
    were left out, none.
    """
    text = (
        BOXES
        + QUARTERS
        + f"""
inference:
  chat: {{requests: 10 per second, measured: [{{name: one, card: acc, cards: 1,
          requests_per_second: 4}}]{more}}}
"""
    )
    assert cheapest(text) == close(total)
    assert cheapest(text, without=Family.DEMAND) == close(0)


@pytest.mark.parametrize(("until", "total"), [("2023-04-30", 300), ("2023-05-01", 500)])
def test_growth_steps_from_the_first_day(until: str, total: float) -> None:
    """Proves that a service that begins on 1 February grows first on 1 May: 3 cards for 10
    requests/s until then, 5 for 20 from then. Sensitivity: if growth stepped with the periods it
    would be 500 for both.
    """
    text = (
        BOXES
        + QUARTERS
        + f"""
inference:
  chat: {{requests: 10 per second, growth: 100 % per quarter, from: 2023-02-01, until: {until},
         measured: [{{name: one, card: acc, cards: 1, requests_per_second: 4}}]}}
"""
    )
    assert cheapest(text) == close(total)


def test_growth_compounds() -> None:
    """Proves that three steps of 100 % a month make 8 of 1: 8 cards, 800. Sensitivity: if growth
    were simple it would be 4.
    """
    text = (
        BOXES
        + """
horizon: {start: 2023-01-01, end: 2023-04-30, period: month}
inference:
  chat: {requests: 1 per second, growth: 100 % per month,
         measured: [{name: one, card: acc, cards: 1, requests_per_second: 1}]}
"""
    )
    assert cheapest(text) == close(800)


MODEL = """
items:
  acc: {kind: accelerator, form_factor: SXM, memory: 80 GB, bf16: 1000 TFLOPS, power: 500 W}
  box: {kind: node, card: acc, cards: 4}
  one-card: {kind: model, parameters: 1e9}
  two-cards: {kind: model, parameters: 50e9}
  three-cards: {kind: model, parameters: 75e9, active_parameters: 50e9}
"""


@pytest.mark.parametrize(
    ("model", "requests", "total"),
    [
        ("one-card", 400, 100),
        ("one-card", 401, 200),
        ("two-cards", 8, 100),
        ("two-cards", 9, 200),
        ("three-cards", 8, 100),
        ("three-cards", 9, 200),
    ],
)
def test_throughput_from_utilisation(model: str, requests: int, total: float) -> None:
    """Proves that at 10 % a node of 4 cards serves 400 requests/s of 500 tokens with 1e9
    parameters; 8 with 50e9, whose 100 GB beside 30 % of memory take replicas of 2 cards; and 8
    with 50e9 active of 75e9, whose 150 GB take 4, for 3 do not divide a node. Sensitivity: if a
    replica had 3 cards, or all parameters worked, 8 requests/s would take two nodes.
    """
    text = (
        MODEL
        + f"""
offers: {{a: {{item: box, vendor: a, price: 100 CNY}}}}
inference: {{chat: {{model: {model}, requests: {requests} per second, utilization: 10 %,
        prompt_tokens: 100, answer_tokens: 400}}}}
"""
    )
    assert cheapest(text) == close(total)


def test_reservations() -> None:
    """Proves that a reservation holds its cards on the kind and at the site it names: 1 card of
    any kind, 2 of the dear one, 1 there: 100 + 2·250 + 150 = 750. Sensitivity: if kinds did not
    matter the total would be 450, if sites did not 700; if it were left out, 0.
    """
    text = """
items:
  acc: {kind: accelerator, form_factor: SXM, memory: 80 GB, bf16: 1000 TFLOPS, power: 500 W}
  low: {kind: accelerator, form_factor: SXM, memory: 80 GB, bf16: 500 TFLOPS, power: 500 W}
sites: {here: {destination: CN}, there: {destination: CN}}
offers:
  a: {item: low, vendor: a, price: 100 CNY, standalone: true, sites: [here]}
  b: {item: low, vendor: a, price: 150 CNY, standalone: true, sites: [there]}
  c: {item: acc, vendor: a, price: 250 CNY, standalone: true, sites: [here]}
reservations:
  any: {cards: 1}
  kind: {cards: 2, of: [acc]}
  place: {cards: 1, sites: [there]}
"""
    assert cheapest(text) == close(750)
    assert cheapest(text, without=Family.RESERVATION) == close(0)
