"""Plans for the tests of exports: those of the library, and one full of hostile names."""

import json
from functools import cache
from pathlib import Path
from typing import Any

from problems.loading import problem_from_tree
from solver import Plan, load_case, options_of, solve_case
from solver.case import Case
from solver.instance import build_instance

LIBRARY = Path(__file__).resolve().parents[3] / "problems" / "library"
FILES = tuple(sorted(path.stem for path in LIBRARY.glob("*.yaml")))
RICH = ("design_example", "roll_out", "yearly_cost")
"""Problems with discounting, leases, fabrics, export rules."""

HOSTILE = "=cmd|' /C calc'!A0"
NAMES = {
    "site": "+cmd()",
    "offer": HOSTILE,
    "vendor": "@SUM(1+1)*cmd|' /C calc'!A0",
    "second offer": "\t=1+1",
    "second vendor": "../../etc/passwd\x01\n<script>alert(1)</script>|`&",
    "reservation": "-2+3",
    "title": '=HYPERLINK("http://x")&<b>\'"',
}
"""What somebody might call things in a problem file."""


@cache
def library_plan(name: str) -> Plan:
    """A plan of a problem of the library, within five per cent."""
    case = load_case(LIBRARY / f"{name}.yaml")
    answer = solve_case(case, options_of(case, engine="highs", gap=0.05))
    assert answer.plan is not None
    return answer.plan


def hostile_tree() -> dict[str, Any]:
    """A problem whose names are attacks."""
    return {
        "rackmix": 1,
        "title": NAMES["title"],
        "horizon": {"start": "2024-01-01", "end": "2024-12-31", "period": "quarter"},
        "currency": "CNY",
        "discount_rate": "8 %",
        "sites": {
            NAMES["site"]: {"destination": "SG", "electricity": {"price": "0.5 CNY/kWh"}},
        },
        "offers": {
            NAMES["offer"]: {
                "item": "l40s",
                "vendor": NAMES["vendor"],
                "price": "50_000 CNY",
                "standalone": True,
                "supply": 5,
            },
            NAMES["second offer"]: {
                "item": "l40s",
                "vendor": NAMES["second vendor"],
                "price": "60_000 CNY",
                "standalone": True,
            },
        },
        "reservations": {NAMES["reservation"]: {"cards": 7, "from": "2024-01-01"}},
    }


@cache
def hostile_plan() -> Plan:
    """The plan of that problem: both offers are needed."""
    loaded = problem_from_tree(json.loads(json.dumps(hostile_tree())), "hostile")
    case = Case(loaded, build_instance(loaded.problem, loaded.catalog))
    answer = solve_case(case)
    assert answer.plan is not None
    assert len(answer.plan.purchases) == 2
    return answer.plan


@cache
def plan_of(name: str) -> Plan:
    """A plan of the library, or `hostile`."""
    return hostile_plan() if name == "hostile" else library_plan(name)
