"""Corner cases of dates, tables and limits, each with its answer by hand, through the command."""

import json
from pathlib import Path

import pytest

from commands.program import ExitCode
from tests.command_line import rackmix

COMMON = """\
rackmix: 1
currency: CNY
sites: {a: {destination: CN}}
items:
  c1: {kind: accelerator, form_factor: PCIe, bf16: 100 TFLOPS, memory: 80 GB, power: 500 W,
       export_jurisdiction: none}
  n8: {kind: node, card: c1, cards: 8, power: 5 kW}
  h4: {kind: host, slots: 4, form_factor: PCIe, power: 1 kW}
  old: {kind: node, card: c1, cards: 8, power: 5 kW, life: 2 years}
  sw: {kind: switch, ports: 40, power: 1 kW}
solve: {gap: 0}
"""

TOTALS = {
    # A minimum term of a month is billed whole: February has 672 hours, whatever the horizon ends.
    "minimum term past the end": (
        """\
horizon: {start: 2023-01-01, end: 2023-02-15, period: month}
offers: {n: {item: n8, vendor: v, lease: 10 CNY/h, minimum_term: 1 month}}
reservations: {r: {cards: 8, from: 2023-02-01}}
""",
        6720.0,
    ),
    # A term in hours stays in hours.
    "minimum term of an hour": (
        """\
horizon: {start: 2024-01-01, hours: 1}
offers: {n: {item: n8, vendor: v, lease: 10 CNY/h, minimum_term: 1 h}}
reservations: {r: {cards: 8}}
""",
        10.0,
    ),
    # One request a day is below the engines' tolerance, and still needs a whole replica.
    "a very small demand": (
        """\
horizon: {start: 2023-01-01, end: 2023-12-31, period: year}
offers: {n: {item: n8, vendor: v, price: 10 CNY}}
inference:
  t: {requests: 1 per day, measured: [{name: m, card: c1, cards: 8, requests_per_second: 12}]}
""",
        10.0,
    ),
    "a very small job": (
        """\
horizon: {start: 2023-01-01, end: 2023-12-31, period: year}
offers: {n: {item: n8, vendor: v, price: 10 CNY}}
training: {t: {flop: 1e13, memory: ignore, mfu: 40 %}}
""",
        10.0,
    ),
    # Supply that begins with the offer's availability.
    "supply from the first day of sale": (
        """\
horizon: {start: 2023-01-01, end: 2023-12-31, period: quarter}
offers:
  n: {item: n8, vendor: v, price: 500 CNY, available: 2023-07-01..,
      supply: {2023-07-01: 100 per quarter}}
reservations: {r: {cards: 8, from: 2023-07-01}}
""",
        500.0,
    ),
}

INFEASIBLE = {
    # At 16 cards the rate is what it was at 8: 3.2 of the 6 PFLOP/s-days in ten days.
    "a rate that does not rise": """\
horizon: {start: 2024-01-01, end: 2024-01-10, period: month}
offers: {n: {item: n8, vendor: v, price: 10 CNY}}
training: {t: {flop: 5.184e20, memory: ignore, mfu: {c1: {8: 40 %, 16: 20 %}}}}
""",
    # 8 cards do 0.8 PFLOP/s-days on the first day; the 25th hour is not the job's.
    "a window that ends before the horizon": """\
horizon: {start: 2024-01-01, hours: 25}
offers: {n: {item: n8, vendor: v, lease: 10 CNY/h, supply: 1}}
training: {t: {flop: 7.1e19, memory: ignore, mfu: 100 %, window: 2024-01-01..2024-01-01}}
""",
    # 53 weeks begin in the year, so at most 530 nodes of 8 cards.
    "weekly supply over months": """\
horizon: {start: 2023-01-01, end: 2023-12-31, period: month}
offers: {n: {item: n8, vendor: v, price: 10 CNY, supply: 10 per week}}
reservations: {r: {cards: 4248, from: 2023-12-01}}
""",
    # Half of the lease falls into 2024, whose budget is 1 CNY.
    "a budget within a yearly period": """\
horizon: {start: 2023-07-01, end: 2024-06-30, period: year}
limits: {budget: {2024: 1 CNY}}
offers: {n: {item: n8, vendor: v, lease: 1 CNY/h}}
reservations: {r: {cards: 8}}
""",
    # The node of 2022 retires at the end of 2023.
    "the life of the fleet": """\
horizon: {start: 2023-01-01, end: 2025-12-31, period: year}
fleet: {o: {item: old, site: a, count: 1, from: 2022-01-01}}
reservations: {r: {cards: 8}}
""",
    # Eight cards in one host of four slots.
    "a fleet without slots": """\
horizon: {start: 2023-01-01, end: 2023-12-31, period: quarter}
fleet: {h: {item: h4, site: a, count: 1}, c: {item: c1, site: a, count: 8, host: h4}}
reservations: {r: {cards: 8}}
""",
}


def written(folder: Path, text: str) -> Path:
    """A problem file of the common blocks and some of its own."""
    path = folder / "problem.yaml"
    path.write_text(COMMON + text, encoding="utf-8")
    return path


@pytest.mark.parametrize("name", TOTALS)
def test_totals_by_hand(tmp_path: Path, name: str) -> None:
    """The bill is the one worked out by hand, to a millionth."""
    text, total = TOTALS[name]
    result = rackmix("solve", written(tmp_path, text), "--format", "json")
    assert result.exit_code == 0, result.output
    assert json.loads(result.stdout)["objective"] == pytest.approx(total, rel=1e-6)


@pytest.mark.parametrize("name", INFEASIBLE)
def test_what_cannot_be(tmp_path: Path, name: str) -> None:
    """A little less demand would fit; this much is infeasible, and said so."""
    result = rackmix("solve", written(tmp_path, INFEASIBLE[name]))
    assert result.exit_code == ExitCode.INFEASIBLE, result.output


def test_the_rule_that_excluded_everything_is_named(tmp_path: Path) -> None:
    """Where rules leave nothing to deliver, the finding says which."""
    text = """\
horizon: {start: 2024-10-01, end: 2024-12-31, period: quarter}
export_rules: {ruleset: us-bis}
offers: {n: {item: hgx-h100-8, vendor: v, price: 500 CNY}}
reservations: {r: {cards: 8}}
"""
    result = rackmix("solve", written(tmp_path, text))
    assert result.exit_code == ExitCode.INFEASIBLE
    assert "us_2023_10a1" in result.output


def test_generous_purchases_find_their_switches(tmp_path: Path) -> None:
    """More nodes than any search would buy still fit, with the switches they need."""
    text = """\
horizon: {start: 2023-01-01, end: 2023-12-31, period: year}
offers: {n: {item: n8, vendor: v, price: 10 CNY}}
fabrics: {f: {site: a, switch: sw, switch_price: 100 CNY, nics_per_node: 8, cable_price: 1 CNY}}
reservations: {r: {cards: 8}}
"""
    problem = written(tmp_path, text)
    bought = tmp_path / "bought.csv"
    bought.write_text("offer,quantity,period\nn,20,2023\n", encoding="utf-8")
    result = rackmix("check", problem, bought)
    assert result.exit_code == 0, result.output


def test_a_plans_own_purchases_are_purchases(tmp_path: Path) -> None:
    """The purchases of a plan file, cut out as they are, are read by `check`."""
    problem = written(tmp_path, TOTALS["a very small job"][0])
    document = json.loads(rackmix("solve", problem, "--format", "json").stdout)
    cut = tmp_path / "cut.json"
    cut.write_text(json.dumps({"purchases": document["purchases"]}), encoding="utf-8")
    assert rackmix("check", problem, cut).exit_code == 0


@pytest.mark.parametrize(
    "block",
    [
        "solve: {threads: 0}",
        "solve: {time_limit: 0 s}",
        "solve: {gap: 100 %}",
        "residual_value: {straight_line: 0 days}",
        "offers: {n: {item: n8, vendor: v, lease: 1 CNY/h, supply: 10 per month}}",
        "fabrics: {f: {site: a, price_per_card: 1 CNY}, g: {site: a, price_per_card: 2 CNY}}",
    ],
)
def test_settings_that_cannot_be(tmp_path: Path, block: str) -> None:
    """What could only fail later is refused with file and line."""
    text = COMMON.replace("solve: {gap: 0}\n", "")
    text += "horizon: {start: 2023-01-01, end: 2023-12-31}\n" + block + "\n"
    path = tmp_path / "problem.yaml"
    path.write_text(text, encoding="utf-8")
    result = rackmix("solve", path)
    assert result.exit_code == ExitCode.BAD_INPUT, result.output
    assert f"{path}:" in result.output
