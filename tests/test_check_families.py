"""`rackmix check` names the family of every constraint that a plan breaks, and exits with 5.

One plan is solved for a problem in which every family plays a part; then it is held against the
same problem with one limit, demand or figure made a little harder.
"""

from pathlib import Path

import pytest

from commands.program import ExitCode
from solver.families import Family
from tests.command_line import rackmix

PROBLEM = """\
rackmix: 1
horizon: {start: 2024-01-01, end: 2024-06-30, period: quarter, orders_from: 2023-10-01}
currency: CNY
discount_rate: 8 %
export_rules: {ruleset: us-bis}
export_licences: {big: 100}
export_caps: {total_tpp: 10e6}
items:
  big: {kind: accelerator, form_factor: SXM, memory: 80 GB, bf16: 400 TFLOPS, power: 500 W,
        tpp: 6400, die_area: 800 mm**2, io_bandwidth: 700 GB/s, scale_up_cards: 4}
  small: {kind: accelerator, form_factor: PCIe, memory: 40 GB, bf16: 90 TFLOPS, power: 300 W,
          tpp: 1440, die_area: 600 mm**2, io_bandwidth: 64 GB/s, export_jurisdiction: none}
  big-4: {kind: node, card: big, cards: 4, power: 3 kW, rack_units: 4}
  shelf: {kind: host, slots: 4, form_factor: PCIe, power: 1 kW, rack_units: 2}
  tree: {kind: switch, ports: 8, power: 1 kW}
sites:
  hall: {destination: CN, electricity: {price: 0.5 CNY/kWh}, power_cap: 90 kW, rack_units: 90}
  shed: {destination: CN, electricity: {price: 0.9 CNY/kWh}, power_cap: 1 kW, rack_units: 2}
offers:
  nodes: {item: big-4, vendor: one, price: 400 CNY, lead_time: 4 weeks, supply: 20 per quarter,
          minimum_order: 3, discounts: [{from: 4, off: 5 %}], sites: [hall]}
  cards: {item: small, vendor: two, price: 60 CNY}
  hosts: {item: shelf, vendor: two, price: 50 CNY}
fabrics:
  net: {site: hall, switch: tree, switch_price: 10 CNY, nics_per_node: 1, tiers: 2,
        cable_price: 1 CNY, vendor: two}
training:
  job: {model: llama-2-7b, tokens: 30e9, window: 2024-02-01..2024-03-31, mfu: 40 %, of: [big]}
inference:
  chat:
    requests: 10 per second
    measured: [{name: pair, card: small, cards: 2, requests_per_second: 4}]
reservations:
  desk: {cards: 4, of: [big], from: 2024-02-01}
limits: {budget: {2023: 100_000 CNY, 2024: 100_000 CNY}, vendor_share: {one: 90 %}, card_types: 2}
spares: 5 %
solve: {gap: 0}
"""

HARDER = [
    (Family.OPTION, "lead_time: 4 weeks", "lead_time: 40 weeks"),
    (Family.SUPPLY, "supply: 20 per", "supply: 2 per"),
    (Family.MINIMUM_ORDER, "minimum_order: 3", "minimum_order: 19"),
    (Family.DISCOUNT, "discounts: [{from: 4,", "discounts: [{from: 3,"),
    (Family.LICENCES, "{big: 100}", "{big: 8}"),
    (Family.TOTAL_TPP, "total_tpp: 10e6", "total_tpp: 10e3"),
    (Family.CARD_TYPES, "card_types: 2", "card_types: 1"),
    (Family.BUDGET, "2024: 100_000 CNY", "2024: 500 CNY"),
    (Family.VENDOR_SHARE, "{one: 90 %}", "{one: 10 %}"),
    (Family.SLOTS, "slots: 4", "slots: 2"),
    (Family.POWER, "power_cap: 90 kW", "power_cap: 10 kW"),
    (Family.RACK_UNITS, "rack_units: 90", "rack_units: 10"),
    (Family.FABRIC, "ports: 8", "ports: 4"),
    (Family.CAPACITY, "spares: 5 %", "spares: 60 %"),
    (Family.MEMORY_FIT, "mfu: 40 %", "mfu: 40 %, state_bytes: 400"),
    (Family.TRAINING_RATE, "mfu: 40 %", "mfu: 5 %"),
    (Family.TRAINING_WINDOW, "2024-02-01..2024-03-31", "2024-04-01..2024-06-30"),
    (Family.TRAINING_POOL, "mfu: 40 %, of: [big]", "mfu: 40 %, of: [small]"),
    (Family.TRAINING_WORK, "tokens: 30e9", "tokens: 31e9"),
    (Family.REPLICAS, "requests_per_second: 4", "requests_per_second: 3"),
    (Family.DEMAND, "requests: 10 per", "requests: 11 per"),
    (Family.RESERVATION, "{cards: 4, of", "{cards: 9, of"),
    (Family.PRICE, "price: 60 CNY", "price: 61 CNY"),
    (Family.ENERGY, "price: 0.5 CNY/kWh", "price: 0.6 CNY/kWh"),
    (Family.CASH_FLOW, "discount_rate: 8 %", "discount_rate: 9 %"),
    (Family.BILL, "discount_rate: 8 %", "discount_rate: 9 %"),
    (Family.OBJECTIVE, "discount_rate: 8 %", "discount_rate: 9 %"),
    (Family.FLEET, "spares: 5 %", "fleet: {old: {item: shelf, site: shed, count: 1}}\nspares: 5 %"),
    (Family.RECORD, "end: 2024-06-30", "end: 2024-06-29"),
]


@pytest.fixture(scope="module")
def plan(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The plan of the unchanged problem."""
    folder = tmp_path_factory.mktemp("families")
    (folder / "problem.yaml").write_text(PROBLEM, encoding="utf-8")
    result = rackmix("solve", folder / "problem.yaml", "-o", folder / "plan.json")
    assert result.exit_code == 0, result.output
    return folder / "plan.json"


def test_the_plan_is_good(plan: Path) -> None:
    """The unchanged problem takes its own plan."""
    result = rackmix("check", plan.with_name("problem.yaml"), plan)
    assert result.exit_code == 0, result.output


@pytest.mark.parametrize(("family", "old", "new"), HARDER, ids=lambda value: str(value)[:24])
def test_a_broken_family_is_named(
    plan: Path, tmp_path: Path, family: Family, old: str, new: str
) -> None:
    """The family whose limit, demand or figure changed is among those named, and the code is 5."""
    assert PROBLEM.count(old) == 1
    harder = tmp_path / "harder.yaml"
    harder.write_text(PROBLEM.replace(old, new), encoding="utf-8")
    result = rackmix("check", harder, plan)
    assert result.exit_code == ExitCode.FAILED, result.output
    assert f"- {family}:" in result.output


def test_every_family_has_a_case() -> None:
    """A new family must be broken here too."""
    assert {family for family, _, _ in HARDER} == set(Family)
