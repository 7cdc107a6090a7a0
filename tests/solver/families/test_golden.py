"""The rows of every constraint family, and every term of the bill, of one small problem in full.

What a change of the formulation does to its rows shows as a change of the files in `golden/`. They
are a listing of our own and not PuLP's LP files, in which columns are called x_000017. After a
change that is meant, write them again with

    RACKMIX_GOLDEN=write python -m pytest tests/solver/families/test_golden.py

and read the difference before committing it.
"""

import os
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from solver.families import Family
from solver.formulation import Model, build_plain
from tests.solver.families.solving import instance_of

FOLDER = Path(__file__).parent / "golden"
PROBLEM = """
horizon: {start: 2023-10-01, end: 2024-03-31, period: quarter}
discount_rate: 8 %
residual_value: {straight_line: 5 years}
maintenance: 3 %
spares: 5 %
availability: 98 %
export_rules: {ruleset: us-bis}
export_licences: {big: 40}
export_caps: {total_tpp: 10e6}
items:
  big: {kind: accelerator, form_factor: SXM, memory: 80 GB, bf16: 400 TFLOPS, power: 500 W,
        tpp: 6400, die_area: 800 mm**2, io_bandwidth: 700 GB/s, data_centre: true}
  small: {kind: accelerator, form_factor: PCIe, memory: 40 GB, bf16: 90 TFLOPS, power: 300 W,
          idle_power: 100 W, tpp: 1440, export_jurisdiction: none}
  big-4: {kind: node, card: big, cards: 4, power: 3 kW, idle_power: 1 kW, rack_units: 4}
  shelf: {kind: host, slots: 4, form_factor: PCIe, power: 1 kW, idle_power: 0.6 kW, rack_units: 2}
  tree: {kind: switch, ports: 8, power: 1 kW}
  tiny: {kind: model, parameters: 30e9}
sites:
  hall:
    destination: CN
    pue: 1.25
    electricity: {price: 0.5 CNY/kWh, demand_charge: 30 CNY/kW/month}
    power_cap: {2023-10-01: 90 kW, 2024-01-01: 120 kW}
    rack_units: 90
    space: 10 CNY/kW/month
    carbon: {intensity: 0.5 kg/kWh, price: 70 CNY/t}
fleet: {old: {item: big-4, site: hall, count: 1, until: 2023-12-31}}
offers:
  nodes: {item: big-4, vendor: one, price: 400 CNY, supply: 9, minimum_order: 3, fixed_fee: 20 CNY,
          discounts: [{from: 5, off: 5 %}], extras: {vat: 13 %}}
  cards: {item: small, vendor: two, price: 60 CNY}
  hosts: {item: shelf, vendor: two, price: 50 CNY}
  cloud: {item: big-4, vendor: three, destination: CN, lease: 1 CNY/h, supply: 2}
fabrics:
  net: {site: hall, switch: tree, switch_price: 10 CNY, nics_per_node: 2, nic_price: 3 CNY,
        cable_price: 1 CNY, vendor: two}
training:
  job: {model: tiny, tokens: 3e9, window: 2024-01-01..2024-02-29, mfu: {big: {8: 40 %, 16: 30 %}}}
inference:
  chat:
    classes: {short: {share: 60 %}, long: {share: 40 %}}
    requests: 10 per second
    peak_factor: 1.5
    from: 2024-01-01
    measured: [{name: pair, card: small, cards: 2, requests_per_second: {short: 4, long: 2}}]
reservations: {desk: {cards: 4, of: [big]}}
limits: {budget: {2023: 900 CNY}, vendor_share: {one: 90 %}, card_types: 2}
"""
WITHOUT_ROWS = {Family.OPTION, Family.TRAINING_WINDOW}
"""Kept by what columns there are."""
NOT_OF_A_MODEL = {
    Family.RECORD,
    Family.PRICE,
    Family.FLEET,
    Family.CASH_FLOW,
    Family.BILL,
    Family.OBJECTIVE,
}
"""Figures that a plan states."""
FAMILIES = [f for f in Family if f not in WITHOUT_ROWS | NOT_OF_A_MODEL]
TERMS = [
    "cards",
    "nodes",
    "hosts",
    "fabric",
    "extras",
    "fees",
    "lease",
    "electricity",
    "demand_charge",
    "maintenance",
    "space",
    "carbon",
    "residual_value",
]


@cache
def model() -> Model:
    """The plain program of the problem: the rows that say what the model means."""
    return build_plain(instance_of(PROBLEM))


def column(number: int) -> str:
    """A column by kind and index: `quantity[nodes@hall/big-4:2023-Q4, 0]`."""
    known = model().columns[number]
    return f"{known.kind}[{', '.join(map(str, known.index))}]"


def sum_of(terms: dict[int, float]) -> Iterator[str]:
    """A line for each term."""
    for number, value in sorted(terms.items()):
        if value:
            yield f"  {value:+.9g} {column(number)}"


def bounds(numbers: set[int]) -> Iterator[str]:
    """A line for each column: whole or not, and its upper bound."""
    for number in sorted(numbers):
        known = model().columns[number]
        kind = "whole" if known.integer else "real"
        yield f"  0 <= {column(number)} <= {known.upper:.9g}, {kind}"


def rows_of(family: Family) -> str:
    """All rows of a family, and the columns in them."""
    number_of = {known.variable.name: n for n, known in enumerate(model().columns)}
    lines, seen = [f"{family}: {family.description}"], set[int]()
    for name, row in zip(model().rows, model().problem.constraints(), strict=True):
        if name.family is family:
            path = ".".join(map(str, name.path))
            lines += ["", f"{family}[{', '.join(map(str, name.index))}] for {path}"]
            terms = {number_of[variable.name]: value for variable, value in row.items()}
            sense = {-1: "<=", 0: "=", 1: ">="}[row.sense]
            lines += [*sum_of(terms), f"  {sense} {0.0 - row.constant:.9g}"]
            seen |= set(terms)
    return "\n".join([*lines, "", "columns", *bounds(seen)]) + "\n"


def term_of(term: str) -> str:
    """A term of the bill: the present value of one of every column, in money."""
    terms: dict[int, float] = {}
    for number, value in model().costs.get(term, []):
        terms[number] = terms.get(number, 0.0) + value
    fixed = model().fixed.get(term, 0.0)
    return "\n".join([term, *sum_of(terms), *([f"  {fixed:+.9g}"] if fixed else [])]) + "\n"


def compare(name: str, text: str) -> None:
    """The text is that of the golden file, which is written where that is asked for."""
    path = FOLDER / f"{name}.txt"
    if os.environ.get("RACKMIX_GOLDEN") == "write":
        FOLDER.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
    assert text.splitlines() == path.read_text(encoding="utf-8").splitlines()


@pytest.mark.parametrize("family", FAMILIES)
def test_rows_are_those_of_the_golden_file(family: Family) -> None:
    """Every row of the family has the terms, sense, limit, name and path that are on file."""
    compare(family, rows_of(family))


@pytest.mark.parametrize("term", TERMS)
def test_terms_are_those_of_the_golden_file(term: str) -> None:
    """Every column has the present value on file in the term."""
    compare(f"bill_{term}", term_of(term))


def test_every_family_and_term_has_a_file() -> None:
    """The problem leaves out no family that has rows, no term but the surcharge, no column."""
    assert {row.family for row in model().rows} == set(FAMILIES)
    assert set(model().costs) | set(model().fixed) == set(TERMS)
    names = {*FAMILIES, *(f"bill_{term}" for term in TERMS)}
    assert {path.stem for path in FOLDER.iterdir()} == names
