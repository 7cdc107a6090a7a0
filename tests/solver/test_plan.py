"""The plan file, both ways: strict in, the same bytes out."""

import json
import math
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from solver.families import Family
from solver.plan import (
    Check,
    Plan,
    PlanError,
    Verification,
    Violation,
    dump_plan,
    plan_from_json,
    plan_to_json,
    read_plan,
)
from tests.solver.good_plan import good_decisions, good_instance
from tests.solver.plans import plan_of

KEYS = [
    "status",
    "objective",
    "bound",
    "gap",
    "currency",
    "problem",
    "facts",
    "periods",
    "intervals",
    "bill",
    "cash_flow",
    "purchases",
    "fleet",
    "training",
    "serving",
    "routing",
    "reservations",
    "energy",
    "excluded",
    "binding",
    "assumptions",
    "verification",
    "provenance",
]


@pytest.fixture(scope="module")
def plan() -> Plan:
    """A plan with a row in every table."""
    verification = Verification(
        ok=False,
        checks=(Check(Family.POWER, "kept", 4),),
        violations=(Violation(Family.POWER, "sites.here", "needs 2 kW of 1 kW", 1.0),),
    )
    return plan_of(
        good_instance(),
        good_decisions(),
        bound=1234567.25,
        gap=0.001,
        problem={"title": "训练", "sites": {"here": {"pue": 1.5}}},
        facts=[{"item": "node", "source": "data sheet"}],
        binding=({"family": "power", "where": "sites.here"},),
        assumptions=("idle = load",),
        verification=verification,
        provenance={"engine": "cbc", "attempts": [{"seconds": 0.5}]},
    )


def test_a_plan_survives_its_file(plan: Plan) -> None:
    """What is written is read back as the same plan, and written again as the same bytes."""
    text = dump_plan(plan)
    again = plan_from_json(json.loads(text))
    assert again == plan
    assert dump_plan(again) == text
    assert text.endswith("}\n")


def test_the_keys_are_those_of_the_design(plan: Plan) -> None:
    """The top-level keys and the columns of every table stand as documented, in order."""
    document = plan_to_json(plan)
    assert list(document) == KEYS
    columns = {key: list(document[key][0]) for key in ("purchases", "routing", "energy")}
    assert columns["purchases"] == [
        "period",
        "ordered",
        "delivered",
        "until",
        "site",
        "offer",
        "item",
        "kind",
        "vendor",
        "box",
        "lease",
        "quantity",
        "unit_price",
        "discount",
        "amount",
        "cards",
    ]
    assert columns["routing"] == ["service", "class", "configuration", "pool", "interval", "rate"]
    assert columns["energy"] == ["site", "period", "kwh", "peak_kw", "cost"]


def test_the_cash_flow_is_sorted(plan: Plan) -> None:
    """The cash flow stands by date, term and site, whatever the order it came in."""
    shuffled = replace(plan, cash_flow=plan.cash_flow[::-1])
    rows = [(r["date"], r["term"], r["site"]) for r in plan_to_json(shuffled)["cash_flow"]]
    assert rows == sorted(rows)
    assert dump_plan(shuffled) == dump_plan(plan)


def test_numbers_come_back_exactly(plan: Plan) -> None:
    """Amounts are unrounded and whole counts stay whole."""
    odd = replace(plan, objective=0.1 + 0.2, bound=1e-17)
    again = plan_from_json(json.loads(dump_plan(odd)))
    assert (again.objective, again.bound) == (0.1 + 0.2, 1e-17)
    assert '"quantity": 10,' in dump_plan(plan)


def test_one_row_stands_on_one_line(plan: Plan) -> None:
    """Rows of tables are lines, so that plans can be compared line by line; text is readable."""
    lines = dump_plan(plan).splitlines()
    assert sum('"offer": "node"' in line for line in lines) == 2
    assert any("训练" in line for line in lines)


@pytest.mark.parametrize("value", [math.nan, math.inf])
def test_a_number_that_is_none_is_not_written(plan: Plan, value: float) -> None:
    """JSON has no such numbers, so the plan has no file."""
    with pytest.raises(PlanError, match="not finite"):
        dump_plan(replace(plan, objective=value))


def broken(document: dict[str, Any], path: str, value: Any) -> dict[str, Any]:
    """The document with one value replaced; a value of None removes the key."""
    copied: dict[str, Any] = json.loads(json.dumps(document))
    *steps, last = [int(step) if step.isdigit() else step for step in path.split(".")]
    inner: Any = copied
    for step in steps:
        inner = inner[step]
    if value is None:
        del inner[last]
    else:
        inner[last] = value
    return copied


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        ("objektive", 1.0, "the file: unknown key 'objektive'; did you mean 'objective'?"),
        ("objective", None, "the file: lacks 'objective'"),
        ("objective", "1", "objective: must be a number (given '1')"),
        ("objective", True, "objective: must be a number (given True)"),
        ("objective", math.nan, "objective: must be a finite number (given nan)"),
        ("status", "best", "status: unknown 'best'; known: optimal, feasible"),
        ("purchases", {}, "purchases: must be a list (given {})"),
        ("purchases.2", 7, "purchases[2]: must be an object with keys (given 7)"),
        ("purchases.2.amounts", 1, "purchases[2]: unknown key 'amounts'; did you mean 'amount'?"),
        ("purchases.2.amount", None, "purchases[2]: lacks 'amount'"),
        ("purchases.2.lease", "no", "purchases[2].lease: must be true or false (given 'no')"),
        ("purchases.2.offer", 7, "purchases[2].offer: must be text (given 7)"),
        ("purchases.2.ordered", "soon", "purchases[2].ordered: must be a date like"),
        ("intervals.0.start", "soon", "intervals[0].start: must be a time like"),
        ("training.1.interval", 1.5, "training[1].interval: must be a whole number (given 1.5)"),
        ("bill.0.term", "node", "bill[0].term: unknown 'node'; did you mean 'nodes'?"),
        ("verification.checks.0.family", "x", "verification.checks[0].family: unknown 'x'"),
        ("problem", [], "problem: must be an object with keys (given [])"),
    ],
)
def test_what_does_not_fit_is_refused_in_words(
    plan: Plan, path: str, value: Any, message: str
) -> None:
    """Each fault is named by its path, with what was expected or the nearest known name."""
    with pytest.raises(PlanError) as refused:
        plan_from_json(broken(plan_to_json(plan), path, value))
    assert str(refused.value).startswith(message)


def test_a_plan_is_read_from_its_file(plan: Plan, tmp_path: Path) -> None:
    """The file gives the plan back."""
    path = tmp_path / "plan.json"
    path.write_text(dump_plan(plan), encoding="utf-8")
    assert read_plan(path) == plan


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b'{\n "status":', r":2: not JSON"),
        (b'{"status": "optimal", "status": "optimal"}', r": duplicate key 'status'"),
        (b"[]", r": the file: must be an object with keys \(given \[\]\)"),
        (b"\xff\xfe\x00", r": is not UTF-8 text"),
        (b"[" * 100_000, r": nested too deeply"),
    ],
)
def test_a_file_that_holds_no_plan_is_named(tmp_path: Path, content: bytes, message: str) -> None:
    """The file and, where it helps, the line."""
    path = tmp_path / "plan.json"
    path.write_bytes(content)
    with pytest.raises(PlanError, match=message) as refused:
        read_plan(path)
    assert str(refused.value).startswith(str(path))


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    """A file that is not there is no plan."""
    with pytest.raises(PlanError, match=r"none\.json: cannot be read: No such file"):
        read_plan(tmp_path / "none.json")
