"""Constraint families of places - power, rack units, fabric - each proven by hand.

Each test compares the least total with the one by hand, and with what it would be were the family
left out or misread.
"""

from dataclasses import replace

import pytest

from solver.families import Family
from tests.solver.families.solving import INFEASIBLE, cheapest, close, instance_of

ITEMS = """
items:
  acc: {kind: accelerator, form_factor: SXM, memory: 80 GB, bf16: 1000 TFLOPS, power: 500 W}
  loose: {kind: accelerator, form_factor: PCIe, memory: 40 GB, bf16: 100 TFLOPS, power: 500 W}
  box: {kind: node, card: acc, cards: 1, power: 1 kW, rack_units: 2}
  lean: {kind: node, card: acc, cards: 1, power: 0.5 kW, rack_units: 1}
  shelf: {kind: host, slots: 4, form_factor: PCIe, power: 1 kW, rack_units: 3}
  tree: {kind: switch, ports: 8, power: 1 kW}
  bush: {kind: switch, ports: 4, power: 1 kW}
"""
BOTH = """
offers:
  a: {item: box, vendor: a, price: 100 CNY}
  b: {item: lean, vendor: b, price: 150 CNY}
"""
BOXES = """
offers: {a: {item: box, vendor: a, price: 100 CNY, sites: [here]}}
"""


def test_power_at_the_meter() -> None:
    """Proves that 10 kW at a PUE of 1.25 are 8 kW of load: 6 boxes of 1 kW and 4 lean ones of 0.5,
    1200. Sensitivity: if the PUE or the cap were left out it would be 10 boxes for 1000.
    """
    text = (
        ITEMS
        + BOTH
        + """
sites: {here: {destination: CN, pue: 1.25, power_cap: 10 kW}}
reservations: {desk: {cards: 10}}
"""
    )
    assert cheapest(text) == close(1200)
    assert cheapest(text, without=Family.POWER) == close(1000)
    assert cheapest(text.replace("pue: 1.25, ", "")) == close(1000)


@pytest.mark.parametrize(
    ("cap", "total"),
    [
        ("{2023-01-01: 8 kW, 2023-07-01: 6 kW}", 1400),
        ("{2023-01-01: 4 kW, 2023-07-01: 8 kW}", 1200),
        ("{2023-01-01: 4 kW, 2023-07-02: 8 kW}", None),
    ],
)
def test_power_steps(cap: str, total: float | None) -> None:
    """Proves that the cap of each day holds for what stands then: 4 cards from January, 10 from
    July. A fall to 6 kW leaves 2 boxes and 8 lean ones, 1400; a rise to 8 kW in time 6 and 4,
    1200; a day late there is no plan. Sensitivity: if only the first cap held the first total
    would be 1200.
    """
    text = (
        ITEMS
        + BOTH
        + f"""
horizon: {{start: 2023-01-01, end: 2023-12-31, period: quarter}}
sites: {{here: {{destination: CN, power_cap: {cap}}}}}
reservations: {{desk: {{cards: {{2023-01-01: 4, 2023-07-01: 10}}}}}}
"""
    )
    assert cheapest(text) == (INFEASIBLE if total is None else close(total))


def test_power_of_the_fleet() -> None:
    """Proves that 2 owned boxes draw 2 of the 8 kW: of 8 more, 4 boxes and 4 lean ones, 1000.
    Sensitivity: if the fleet were not counted the total would be 800.
    """
    text = (
        ITEMS
        + BOTH
        + """
sites: {here: {destination: CN, power_cap: 8 kW}}
fleet: {old: {item: box, site: here, count: 2}}
reservations: {desk: {cards: 10}}
"""
    )
    assert cheapest(text) == close(1000)
    assert cheapest(text, without=Family.POWER) == close(800)


def test_power_of_cards_in_hosts() -> None:
    """Proves that 4 cards of 0.5 kW and their host draw 3 kW: with 3 kW, 4·10 + 50 = 90. A watt
    less leaves 3 cards and one lean box: 30 + 50 + 150 = 230. Sensitivity: if the host (or the
    cards) drew nothing it would be 90 for both.
    """
    text = (
        ITEMS
        + """
offers:
  cards: {item: loose, vendor: a, price: 10 CNY}
  hosts: {item: shelf, vendor: a, price: 50 CNY, sites: [here]}
  b: {item: lean, vendor: b, price: 150 CNY, sites: [there]}
sites: {here: {destination: CN, power_cap: 3 kW}, there: {destination: CN}}
reservations: {desk: {cards: 4}}
"""
    )
    assert cheapest(text) == close(90)
    assert cheapest(text.replace("cap: 3 kW", "cap: 2.999 kW")) == close(230)


def test_rack_units() -> None:
    """Proves that 10 rack units hold 2 boxes of 2 and 6 lean ones of 1: 200 + 900 = 1100.
    Sensitivity: if rack units were left out the total would be 800.
    """
    text = (
        ITEMS
        + BOTH
        + """
sites: {here: {destination: CN, rack_units: 10}}
reservations: {desk: {cards: 8}}
"""
    )
    assert cheapest(text) == close(1100)
    assert cheapest(text, without=Family.RACK_UNITS) == close(800)


@pytest.mark.parametrize(("until", "total"), [("2023-12-31", 1000), ("2023-06-30", 1100)])
def test_rack_units_of_the_fleet(until: str, total: float) -> None:
    """Proves that an owned box takes 2 of 10 rack units while it stands: 7 more cards are 1 box
    and 6 lean ones, 1000. Gone in July, it leaves room for the box that follows it, 1100.
    Sensitivity: if the fleet took no rack units, the first would be 3·100 + 4·150 = 900; if it
    never left them, there would be no second plan.
    """
    text = (
        ITEMS
        + BOTH
        + f"""
horizon: {{start: 2023-01-01, end: 2023-12-31, period: quarter}}
sites: {{here: {{destination: CN, rack_units: 10}}}}
fleet: {{old: {{item: box, site: here, count: 1, until: {until}}}}}
reservations: {{desk: {{cards: {{2023-01-01: 8, 2023-07-01: 8}}}}}}
"""
    )
    assert cheapest(text) == close(total)


def fabric(text: str) -> str:
    """A problem with a fabric here, of which the test says the rest."""
    return ITEMS + BOXES + f"fabrics: {{net: {{site: here, switch_price: 30 CNY, {text}}}}}\n"


TWO_TIERS = fabric("switch: tree, nics_per_node: 2, tiers: 2, nic_price: 5 CNY, cable_price: 1 CNY")


def test_a_fabric_of_two_tiers() -> None:
    """Proves that 10 endpoints on switches of 8 ports need ceil(20/8) = 3 leaves and ceil(10/8) =
    2 spines, 10 NICs and 20 cables: 500 + 150 + 50 + 20 = 720. Sensitivity: if the family were
    left out there would be no switches, 570; if they were not whole, 682.5.
    """
    text = TWO_TIERS + "reservations: {desk: {cards: 5}}"
    assert cheapest(text) == close(720)
    assert cheapest(text, without=Family.FABRIC) == close(570)


def test_a_fabric_of_three_tiers() -> None:
    """Proves that three tiers need 3 leaves, 3 spines, ceil(10/8) = 2 cores and 30 cables: 500 +
    240 + 50 + 30 = 820. Sensitivity: if spines were those of two tiers the total would be 790.
    """
    text = TWO_TIERS.replace("tiers: 2", "tiers: 3") + "reservations: {desk: {cards: 5}}"
    assert cheapest(text) == close(820)


def test_the_reach_of_a_fabric() -> None:
    """Proves that two tiers of 4 ports reach 8 endpoints, 4 boxes; the fifth stands elsewhere at
    200: 400 + 6·30 + 200 = 780. Sensitivity: if the reach were left out, 5 boxes on 5 leaves and 3
    spines would cost 740; a third tier reaches 16 and costs 500 + 13·30 = 890.
    """
    text = fabric("switch: bush, nics_per_node: 2, tiers: 2").replace(
        "sites: [here]}}",
        "sites: [here]}, far: {item: box, vendor: a, price: 200 CNY, sites: [there]}}",
    )
    text += "sites: {here: {destination: CN}, there: {destination: CN}}\n"
    instance = instance_of(text + "reservations: {desk: {cards: 5}}")
    (net,) = instance.fabrics
    lines = tuple(replace(line, max_units=10) for line in net.lines)
    endless = (replace(net, max_endpoints=100, lines=lines),)
    assert cheapest(instance) == close(780)
    assert cheapest(replace(instance, fabrics=endless)) == close(740)
    three = text.replace("tiers: 2", "tiers: 3") + "reservations: {desk: {cards: 5, sites: [here]}}"
    assert cheapest(three) == close(890)


@pytest.mark.parametrize(("tiers", "boxes"), [(2, 2), (3, 6)])
def test_the_reach_of_two_and_three_tiers(tiers: int, boxes: int) -> None:
    """Proves that switches of 6 ports reach 6²/2 = 18 endpoints in two tiers, 6³/4 = 54 in three:
    2 or 6 boxes of 9. Sensitivity: if the reach were larger, one more would have a plan.
    """
    text = fabric(f"switch: shrub, nics_per_node: 9, tiers: {tiers}")
    text = text.replace("  bush:", "  shrub: {kind: switch, ports: 6, power: 1 kW}\n  bush:")
    found = cheapest(text + f"reservations: {{desk: {{cards: {boxes}}}}}")
    assert isinstance(found, float)
    assert cheapest(text + f"reservations: {{desk: {{cards: {boxes + 1}}}}}") == INFEASIBLE


def test_switches_stay_and_prices_change() -> None:
    """Proves that switches bought in 2023 serve in 2024: 4 endpoints on 1 leaf and 1 spine at 30,
    then 8 on 2 leaves at 20 and the same spine: 800 + 60 + 20 = 880. Sensitivity: if every year
    bought its own the total would be 920; if switches could be sold back it would be less.
    """
    text = fabric("switch: tree, nics_per_node: 1, tiers: 2").replace(
        "switch_price: 30 CNY", "switch_price: {2023-01-01: 30 CNY, 2024-01-01: 20 CNY}"
    )
    text += "horizon: {start: 2023-01-01, end: 2024-12-31, period: year}\n"
    assert cheapest(
        text + "reservations: {desk: {cards: {2023-01-01: 4, 2024-01-01: 8}}}"
    ) == close(880)


def test_switches_are_kept_when_machines_retire() -> None:
    """Proves that switches are never given back: 4 boxes for 2023 alone, of a life of a year, cost
    400 + 2·30, and 1 in 2024 another 100 with the switches there are: 560. Sensitivity: if the
    count could fall the unused leaf and spine would bring money back.
    """
    text = fabric("switch: bush, nics_per_node: 1, tiers: 2").replace(
        "power: 1 kW, rack_units: 2", "power: 1 kW, life: 1 year"
    )
    text += "horizon: {start: 2023-01-01, end: 2024-12-31, period: year}\n"
    text += "reservations: {desk: {cards: {2023-01-01: 4, 2024-01-01: 1}}}"
    assert cheapest(text) == close(500 + 3 * 30)
    assert cheapest(text, without=Family.FABRIC) == close(500)


def test_the_fleet_brings_its_own_fabric() -> None:
    """Proves that 4 owned boxes take no endpoints: 1 more needs 1 leaf and 1 spine, 160.
    Sensitivity: if they were counted, 10 endpoints would need 5 switches, 250.
    """
    text = (
        TWO_TIERS.replace(", nic_price: 5 CNY, cable_price: 1 CNY", "")
        + """
fleet: {old: {item: box, site: here, count: 4}}
reservations: {desk: {cards: 5}}
"""
    )
    assert cheapest(text) == close(160)


def test_cards_in_hosts_hang_on_the_hosts_endpoints() -> None:
    """Proves that 4 cards in a host have its 2 endpoints: 40 + 50 + 2·30 + 2·5 + 4 = 164.
    Sensitivity: if cards had endpoints of their own, 10 would need 5 switches, 10 NICs and 20
    cables: 310.
    """
    text = TWO_TIERS.replace(
        "{a: {item: box, vendor: a, price: 100 CNY",
        """{
  hosts: {item: shelf, vendor: a, price: 50 CNY, sites: [here]},
  cards: {item: loose, vendor: a, price: 10 CNY""",
    )
    assert cheapest(text + "reservations: {desk: {cards: 4}}") == close(164)


def test_switches_draw_power() -> None:
    """Proves that 2 switches of 1 kW leave 3 of 5 kW: 2 boxes and 2 lean ones, 500 + 60 = 560.
    Sensitivity: if they drew nothing, 4 boxes would fit for 460.
    """
    text = (
        fabric("switch: tree, nics_per_node: 1, tiers: 2").replace(BOXES, BOTH)
        + """
sites: {here: {destination: CN, power_cap: 5 kW}}
reservations: {desk: {cards: 4}}
"""
    )
    assert cheapest(text) == close(560)
    assert cheapest(text, without=Family.POWER) == close(460)


def test_a_fabric_price_per_card() -> None:
    """Proves that a fabric at 30 a card costs 4·30 for 2 nodes of 2 cards, with the price of the
    quarter of delivery: 200 + 2·30 + 2·40 = 340. Sensitivity: if nodes were counted for cards,
    270; if the first price held, 320.
    """
    text = (
        ITEMS.replace(
            "box: {kind: node, card: acc, cards: 1", "box: {kind: node, card: acc, cards: 2"
        )
        + """
horizon: {start: 2023-01-01, end: 2023-06-30, period: quarter}
offers: {a: {item: box, vendor: a, price: 100 CNY, supply: 1 per quarter}}
fabrics: {net: {site: here, price_per_card: {2023-01-01: 30 CNY, 2023-04-01: 40 CNY}}}
reservations: {desk: {cards: {2023-01-01: 2, 2023-04-01: 4}}}
"""
    )
    assert cheapest(text) == close(340)
    assert cheapest(text, free="fabric") == close(200)
