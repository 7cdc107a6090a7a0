"""Bills computed by hand, and a referee that agrees with each.

Every test settles decisions and compares terms with arithmetic on paper; `check` also has the plan
verified, so that both computations are held to the same figures.
"""

from datetime import date

import pytest

from solver.bill import Decisions, settle
from solver.instance.model import Instance, Kind
from solver.plan import ReservationRow, Term
from solver.verify import verify
from tests.solver.instances import World
from tests.solver.plans import plan_of, serves, trains

ACCURATE = 1e-12


def check(instance: Instance, decisions: Decisions, **expected: float) -> None:
    """The bill is exactly `expected` (nominal, by term), and verification agrees."""
    found = {row.term.value: row.amount for row in settle(instance, decisions).bill}
    assert found == pytest.approx(expected, rel=ACCURATE)
    assert verify(instance, plan_of(instance, decisions)).violations == ()


def present(instance: Instance, decisions: Decisions) -> dict[str, float]:
    """Present values by term."""
    return {row.term.value: row.present_value for row in settle(instance, decisions).bill}


def test_capital_by_kind() -> None:
    """Proves that nodes, hosts and cards have terms of their own: 3·1000, 2·300, 8·50.

    Sensitivity: if hosts were billed as nodes, nodes would be 3,600 instead of 3,000.
    """
    world = World()
    world.add_item("node")
    world.add_item("host", Kind.HOST, slots=4)
    world.add_item("card", Kind.CARD)
    world.sell("n", "node", 1000.0)
    world.sell("h", "host", 300.0)
    world.sell("c", "card", 50.0, box="host")
    units = {"n@here#0": 3, "h@here#0": 2, "c@here#0": 8}
    check(world.build(), Decisions(units, {}), nodes=3000, hosts=600, cards=400)


def test_discount_counts_all_sites_and_all_units() -> None:
    """Proves that 6 + 4 units at two sites reach the tier from 10: 10·1000·0.9 = 9,000.

    Sensitivity: tiers by site would give 10,000; a discount on units beyond the tenth alone 9,900.
    """
    world = World()
    world.add_site("there")
    world.add_item("node")
    world.sell("n", "node", 1000.0, sites=("here", "there"), discounts=[(10, 0.1)])
    check(world.build(), Decisions({"n@here#0": 6, "n@there#0": 4}, {}), nodes=9000)
    check(world.build(), Decisions({"n@here#0": 5, "n@there#0": 4}, {}), nodes=9000)


def test_extras_surcharge_and_fee() -> None:
    """Proves P = 10·1000·0.9 = 9,000, extras 13 % of P + 80 a unit, surcharge 25 % of P, one fee.

    Sensitivity: extras on the price before discount would be 2,100 instead of 1,970, a fee for
    each site 1,000 instead of 500.
    """
    world = World()
    world.add_site("there")
    world.add_item("node")
    world.sell(
        "n",
        "node",
        1000.0,
        sites=("here", "there"),
        discounts=[(10, 0.1)],
        extra_share=0.13,
        extra_per_unit=80.0,
        surcharge=0.25,
        fixed_fee=500.0,
    )
    decisions = Decisions({"n@here#0": 6, "n@there#0": 4}, {})
    check(world.build(), decisions, nodes=9000, extras=1970, surcharge=2250, fees=500)
    fees = [r.amount for r in settle(world.build(), decisions).cash_flow if r.term is Term.FEES]
    assert fees == pytest.approx([300, 200])


def test_payment_terms_and_discounting() -> None:
    """Proves that 30 % at the order, 365 days before delivery, grows; 70 % at delivery do not.

    With 10 % a year, PV = 300·1.1 + 700 = 1,030, and the fee of 100 is paid at delivery, at day 0.
    Sensitivity: paying all at delivery would give 1,000; a fee paid with the order 110.
    """
    world = World()
    world.add_item("node")
    world.sell("n", "node", 1000.0, lead_days=365, pay_at_order=0.3, fixed_fee=100.0)
    instance = world.build(discount_rate=0.10)
    check(instance, Decisions({"n@here#0": 1}, {}), nodes=1000, fees=100)
    assert present(instance, Decisions({"n@here#0": 1}, {})) == pytest.approx(
        {"nodes": 1030.0, "fees": 100.0}, rel=ACCURATE
    )


def test_running_costs_fall_on_the_middle_of_their_interval() -> None:
    """Proves that a year of 2 kW idle at 0.5 is 8,760, dated and discounted at day 182.5.

    At 21 % a year, PV = 8,760/1.1. Sensitivity: discounting from the whole day 182 would give
    7,965.7 instead of 7,963.6.
    """
    world = World()
    world.add_site("here", price_per_kwh=0.5)
    world.add_item("node")
    world.own("node", 1)
    instance = world.build(discount_rate=0.21)
    check(instance, Decisions({}, {}), electricity=8760)
    assert present(instance, Decisions({}, {}))["electricity"] == pytest.approx(8760 / 1.1)
    (row,) = settle(instance, Decisions({}, {})).cash_flow
    assert row.date == date(2023, 7, 2)


def test_residual_value_of_what_is_still_in_use() -> None:
    """Proves -1000·(1 - 730/1825) - 1000·(1 - 365/1825) = -1,400 after two years of five.

    Discounted at the horizon's end, day 730: at 10 % -1,400/1.21. A retired unit is worth nothing.
    Sensitivity: crediting the retired unit too would give -1,700, one age for all -1,200.
    """
    world = World(date(2022, 1, 1), periods=2)
    world.add_item("node")
    world.sell("n", "node", 1000.0)
    world.sell("gone", "node", 500.0, last=1)
    instance = world.build(residual_life_days=1825.0, discount_rate=0.10)
    decisions = Decisions({"n@here#0": 1, "n@here#1": 1, "gone@here#0": 1}, {})
    check(instance, decisions, nodes=2500, residual_value=-1400)
    value = present(instance, decisions)["residual_value"]
    assert value == pytest.approx(-1400 / 1.21, rel=ACCURATE)


def test_maintenance_of_what_was_bought_while_in_use() -> None:
    """Proves 3 % a year on the price after discount: 900·0.03·(1 + 1) for two years, 54.

    The retired unit pays one year, the fleet and the lease none. Sensitivity: maintenance on list
    prices would be 87 instead of 81.
    """
    world = World(date(2022, 1, 1), periods=2)
    world.add_item("node")
    world.own("node", 5)
    world.sell("n", "node", 1000.0, discounts=[(1, 0.1)])
    world.sell("gone", "node", 900.0, last=1)
    world.let("l", "node", 1.0, 0, date(2022, 1, 2))
    instance = world.build(maintenance_fraction=0.03)
    lease = next(o.key for o in instance.options if o.until)
    decisions = Decisions({"n@here#0": 1, "gone@here#0": 1, lease: 1}, {})
    check(instance, decisions, nodes=1800, lease=24, maintenance=81)


def test_demand_charge_by_calendar_month() -> None:
    """Proves that each month pays its highest interval: 10 months at 2 kW, 2 at 6 kW, 12 per kW.

    A job keeps one node busy in November and December: 12·(10·2 + 2·6) = 384.
    Sensitivity: the year's highest draw in every month would give 864, one charge a year 72.
    """
    world = World(cuts=[date(2023, 11, 1)])
    world.add_site("here", demand_charge_per_kw=12.0)
    world.add_item("node")
    world.own("node", 1)
    world.train("job", 1.0, ["here/node"])
    rows = (trains("job#1", "here/node", 8, 1.0, 1),)
    check(world.build(), Decisions({}, {}, training=rows), demand_charge=384)


def test_time_of_use_prices_and_pue() -> None:
    """Proves that each interval pays its own price at the meter: PUE 1.5, 2 kW, 0.2 then 0.4.

    31 days of January at 0.2, the other 334 at 0.4: 1.5·2·24·(31·0.2 + 334·0.4) = 10,065.6.
    Sensitivity: without PUE 6,710.4.
    """
    world = World(cuts=[date(2023, 2, 1)])
    world.add_site("here", pue=1.5, price_per_kwh=[0.2, 0.4])
    world.add_item("node")
    world.own("node", 1)
    check(world.build(), Decisions({}, {}), electricity=10065.6)


def test_carbon_and_space() -> None:
    """Proves carbon on metered energy and rent on installed load: 2·8,760·1.5·0.5·0.1 and 12·6·100.

    Sensitivity: rent with PUE would be 10,800, rent on the idle draw 2,400, carbon without PUE 876.
    """
    world = World()
    world.add_site(
        "here", pue=1.5, space_per_kw_month=100.0, carbon_kg_per_kwh=0.5, carbon_price_per_kg=0.1
    )
    world.add_item("node")
    world.own("node", 1)
    check(world.build(), Decisions({}, {}), carbon=1314, space=7200)


def test_busy_cards_draw_more() -> None:
    """Proves idle draw plus busy cards: 8 reserved cards and 4 serving at half their peak.

    Two nodes idle at 2 kW, 0.5 kW more for each busy card: 4 + (8 + 4/2)·0.5 = 9 kW, a year at 1.
    Sensitivity: services at their peak rate would give 10 kW, held replicas unused or not 10.
    """
    world = World()
    world.add_site("here", price_per_kwh=1.0)
    world.add_item("node")
    world.own("node", 2)
    world.serve("chat", {"all": 10.0}, [("tp4", "here/node", 4, {"all": 10.0})], peak_factor=2.0)
    world.reserve("lab", 8, ["here/node"])
    replicas, routed = serves("chat", "tp4", "here/node", 1, 4, {"all": 10.0})
    held = (ReservationRow("lab", "here/node", 0, 8),)
    decisions = Decisions({}, {}, serving=(replicas,), routing=routed, reservations=held)
    check(world.build(), decisions, electricity=9 * 8760)


def test_leases_pay_by_the_hour_and_run_over() -> None:
    """Proves hours times price in each interval, hours past the horizon billed in the last one.

    Two units at 10 an hour from July for 7 months: 184 days in 2023, 31 more past the horizon,
    2·10·24·215 = 103,200, all paid at the middle of the second half year, day 273.
    Sensitivity: cut at the horizon it would be 88,320.
    """
    world = World(periods=2, months=6)
    world.add_site("cloud", hosted=True, price_per_kwh=1.0)
    world.add_item("node")
    key = world.let("l", "node", 10.0, 1, date(2024, 2, 1), site="cloud", fixed_fee=7.0)
    instance = world.build(discount_rate=0.10)
    check(instance, Decisions({key: 2}, {}), lease=103200, fees=7)
    found = present(instance, Decisions({key: 2}, {}))
    assert found["lease"] == pytest.approx(103200 / 1.1 ** (273 / 365), rel=ACCURATE)


def test_fabric_pays_on_delivery_and_keeps_its_value() -> None:
    """Proves switches, NICs and a price per card: 3·500 + 16·20 + 16·5 = 1,900.

    Maintenance 10 % of it, half its value back after one of two years, 3 kW of switches at 1.
    Sensitivity: without the switches' draw electricity would be that of two idle nodes, 35,040.
    """
    world = World()
    world.add_site("here", price_per_kwh=1.0)
    world.add_item("node")
    world.sell("n", "node", 0.0)
    leaf = world.line("leaf", 500.0, switch=True, per_endpoint=3 / 16, power_kw=1.0)
    nic, card = world.line("nic", 20.0, per_endpoint=1.0), world.line("card", 5.0, per_card=1.0)
    world.connect("ib", [leaf, nic, card])
    instance = world.build(maintenance_fraction=0.1, residual_life_days=730.0)
    parts = {("ib", "leaf", 0): 3, ("ib", "nic", 0): 16, ("ib", "card", 0): 16}
    check(
        instance,
        Decisions({"n@here#0": 2}, parts),
        fabric=1900,
        maintenance=190,
        residual_value=-950,
        electricity=7 * 8760,
    )


def test_hosted_leases_have_no_running_costs() -> None:
    """Proves that the vendor's place has no meter: no energy rows, no space, no carbon.

    Sensitivity: were the hosted site metered, 1 an hour of idle draw would be billed.
    """
    world = World()
    world.add_site(
        "cloud",
        hosted=True,
        price_per_kwh=1.0,
        demand_charge_per_kw=1.0,
        space_per_kw_month=1.0,
        carbon_kg_per_kwh=1.0,
        carbon_price_per_kg=1.0,
    )
    world.add_item("node")
    key = world.let("l", "node", 1.0, 0, date(2024, 1, 1), site="cloud")
    check(world.build(), Decisions({key: 1}, {}), lease=8760)
    assert settle(world.build(), Decisions({key: 1}, {})).energy == ()


def test_rows_of_the_plan() -> None:
    """Purchases, fleet and energy rows state what was decided, in the order of the plan file."""
    world = World(periods=2, months=6)
    world.add_site("here", price_per_kwh=0.5, pue=2.0)
    world.add_item("node")
    world.own("node", 1, last=1)
    world.sell("n", "node", 1000.0, discounts=[(3, 0.1)], lead_days=10)
    settled = settle(world.build(), Decisions({"n@here#1": 3}, {}))
    (row,) = settled.purchases
    assert (row.period, row.ordered, row.delivered) == (
        "2023-07-01",
        date(2023, 6, 21),
        date(2023, 7, 1),
    )
    assert (row.quantity, row.unit_price, row.discount, row.amount, row.cards) == pytest.approx(
        (3, 1000, 0.1, 2700, 24)
    )
    assert [(f.period, f.count, f.cards) for f in settled.fleet] == [
        ("2023-01-01", 1, 8),
        ("2023-07-01", 3, 24),
    ]
    energy = [(e.period, e.kwh, e.peak_kw, e.cost) for e in settled.energy]
    assert energy[0] == pytest.approx(("2023-01-01", 2 * 2 * 24 * 181, 4, 2 * 24 * 181))
    assert energy[1] == pytest.approx(("2023-07-01", 2 * 6 * 24 * 184, 12, 6 * 24 * 184))
