"""The terms of the bill for what stands and runs, each proven by a tiny problem solved by hand.

Belongs here: electricity, demand charge, space, carbon. At 21 % a year what is paid in the middle
of the first year is worth 1/1.1, of the second 1/1.331. Each test compares the least total with
the one by hand, and with what it would be were the term left out or misread.
"""

from solver.families import Family
from tests.solver.families.solving import cheapest, close

YEARS = "horizon: {start: 2022-01-01, end: 2023-12-31, period: year}\n"
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


def powered(electricity: str, more: str = "") -> str:
    """Three owned boxes of 0.4 kW idle and 1 kW busy at a site with a PUE of 1.25."""
    site = f"{{destination: CN, pue: 1.25, electricity: {{{electricity}}}{more}}}"
    return ITEMS + OWNED + f"sites: {{here: {site}}}\n"


def test_electricity_idle_and_busy() -> None:
    """Proves that 3 boxes idle at 0.4 kW and 2 busy ones draw 0.6 more: 2.4 kW · 1.25 · 8760 h ·
    0.1 = 2628. Sensitivity: if all ran at load it would be 3285, if none 1314; without the PUE
    2102.4; without electricity 0.
    """
    text = powered("price: 0.1 CNY/kWh") + "reservations: {desk: {cards: 2}}"
    assert cheapest(text) == close(2628)
    assert cheapest(text, free="electricity") == close(0)


def test_electricity_of_what_is_bought() -> None:
    """Proves that a node at 100 that draws 0.5 kW beats one at 60 of 1 kW, for the year's 438 at
    0.1: 100 + 438. Sensitivity: if electricity did not count for the choice it would be 60 + 876;
    without electricity 60.
    """
    text = (
        ITEMS
        + """
sites: {here: {destination: CN, electricity: {price: 0.1 CNY/kWh}}}
offers: {a: {item: box, vendor: a, price: 60 CNY}, b: {item: lean, vendor: a, price: 100 CNY}}
reservations: {desk: {cards: 1}}
"""
    )
    assert cheapest(text) == close(538)
    assert cheapest(text, free="electricity") == close(60)


def test_electricity_of_cards_in_hosts() -> None:
    """Proves that 2 busy cards in an owned host of 4 slots draw their 0.2 kW more and a quarter
    each of the host's 0.4: idle 0.6 + 2·0.1, busy 2·0.3: 1.4 kW · 8760 · 0.1 = 1226.4.
    Sensitivity: if the host's part were left out it would be 1051.2.
    """
    text = (
        ITEMS
        + """
sites: {here: {destination: CN, electricity: {price: 0.1 CNY/kWh}}}
fleet: {a: {item: shelf, site: here, count: 1}, b: {item: loose, site: here, count: 2, host: shelf}}
reservations: {desk: {cards: 2}}
"""
    )
    assert cheapest(text) == close(1226.4)


def test_electricity_of_a_service_follows_the_average() -> None:
    """Proves that a service of 2 requests/s at a peak of 4, on a replica of 4 a card, keeps its
    card busy half the time: (3·0.4 + 0.3)·1.25·876 = 1642.5. Sensitivity: if the peak counted it
    would be 1971; if whole replicas counted, the same.
    """
    text = (
        powered("price: 0.1 CNY/kWh")
        + """
inference:
  chat: {requests: 2 per second, peak_factor: 2, measured: [{name: one, card: acc, cards: 1,
          requests_per_second: 4}]}
"""
    )
    assert cheapest(text) == close(1642.5)


def test_electricity_by_hours_of_the_day() -> None:
    """Proves that 8 hours at 0.3 and 16 at 0.6 are 0.5 on average: 1.2·1.25·8760·0.5 = 6570.
    Sensitivity: if the prices were averaged without their hours it would be 5913.
    """
    text = powered("time_of_use: {00-08: 0.3 CNY/kWh, 08-24: 0.6 CNY/kWh}")
    assert cheapest(text) == close(6570)


def test_electricity_steps_and_work_moves_to_cheap_hours() -> None:
    """Proves that a job of 362 PFLOP/s-days runs on 2 cards in the 181 days at 0.1, not in the 184
    at 0.2: idle 1.2·1.25·24·(18.1 + 36.8) = 1976.4 and busy 2·0.6·1.25·24·18.1 = 651.6.
    Sensitivity: in the second half year alone 2 cards are held for 184 days at 0.2, 1324.8.
    """
    text = powered("price: {2023-01-01: 0.1 CNY/kWh, 2023-07-01: 0.2 CNY/kWh}")
    text += (
        f"training: {{job: {{flop: {362 * 8.64e19!r}, mfu: 100 %, memory: ignore, window: WHEN}}}}"
    )
    assert cheapest(text.replace("WHEN", "2023-01-01..2023-12-31")) == close(1976.4 + 651.6)
    assert cheapest(text.replace("WHEN", "2023-07-01..2023-12-31")) == close(1976.4 + 1324.8)


def test_demand_charge() -> None:
    """Proves that each calendar month costs 10 a kW of its highest interval: January 1.25·(1.2 +
    2·0.6) = 3 kW from the 16th, February 1.25·1.2 = 1.5: 45. Sensitivity: if the mean counted
    January would cost less than 30; if the highest of all months, 60; without the rows nothing.
    """
    text = (
        powered("price: 0 CNY/kWh, demand_charge: 10 CNY/kW/month")
        + """
horizon: {start: 2023-01-01, end: 2023-02-28, period: quarter}
reservations: {desk: {cards: {2023-01-01: 1, 2023-01-16: 2, 2023-02-01: 0}}}
"""
    )
    assert cheapest(text) == close(45)
    assert cheapest(text, without=Family.ENERGY) == close(0)
    assert cheapest(text, free="demand_charge") == close(0)


def test_demand_charge_of_an_interval_over_several_months() -> None:
    """Proves that an interval without a change pays in every month it lies in, at the middle of
    the month: 12·10·1.5 kW, 18 in 2023 discounted month by month. Sensitivity: if it paid once it
    would be 15.
    """
    text = powered("price: 0 CNY/kWh, demand_charge: 10 CNY/kW/month")
    assert cheapest(text) == close(180)
    middles = [15.5, 45, 74.5, 105, 135.5, 166, 196.5, 227.5, 258, 288.5, 319, 349.5]
    value = sum(15 * 1.21 ** (-day / 365) for day in middles)
    assert cheapest(text + "discount_rate: 21 %") == close(value)


def test_space() -> None:
    """Proves that 12 months at 10 a kW of load, without the PUE, are 120 for each of 3 owned boxes
    and a bought one, and 60 for two switches of 0.25 kW: 540 + 100 + 60. Sensitivity: with the PUE
    it would be 675, by idle power 216, without the fleet 120; without space 160.
    """
    text = powered("price: 0 CNY/kWh", ", space: 10 CNY/kW/month").replace(
        "ports: 8, power: 1", "ports: 8, power: 0.25"
    )
    text += """
offers: {a: {item: box, vendor: a, price: 100 CNY}}
fabrics: {net: {site: here, switch: tree, switch_price: 30 CNY, nics_per_node: 1, tiers: 2}}
reservations: {desk: {cards: 4}}
"""
    assert cheapest(text) == close(540 + 100 + 60)
    assert cheapest(text, free="space") == close(160)


def test_carbon() -> None:
    """Proves that 0.5 kg/kWh at 100 a tonne are 0.05 a kWh at the meter: 2.4·1.25·8760·0.05 =
    1314. Sensitivity: if kilograms were taken for tonnes it would be 1.314e6; without the PUE
    1051.2; without carbon 0.
    """
    text = powered("price: 0 CNY/kWh", ", carbon: {intensity: 0.5 kg/kWh, price: 100 CNY/t}")
    text += "reservations: {desk: {cards: 2}}"
    assert cheapest(text) == close(1314)
    assert cheapest(text, free="carbon") == close(0)


def test_switches_draw_energy() -> None:
    """Proves that 2 switches of 1 kW run all year beside one busy box: 3·8760·0.1 = 2628, with 100
    and 2·30 to buy. Sensitivity: if switches drew nothing it would be 876.
    """
    text = (
        ITEMS
        + ONE
        + """
sites: {here: {destination: CN, electricity: {price: 0.1 CNY/kWh}}}
fabrics: {net: {site: here, switch: tree, switch_price: 30 CNY, nics_per_node: 1, tiers: 2}}
"""
    )
    assert cheapest(text) == close(2788)
    assert cheapest(text, free="electricity") == close(160)


def test_running_costs_are_paid_in_the_middle() -> None:
    """Proves that each year's electricity of 3 idle boxes, 1314, is worth 1314/1.1 + 1314/1.331.
    Sensitivity: if it were paid at the start of each year it would be 1314 + 1314/1.21.
    """
    text = YEARS + powered("price: 0.1 CNY/kWh") + "discount_rate: 21 %"
    assert cheapest(text) == close(1314 / 1.1 + 1314 / 1.331)
