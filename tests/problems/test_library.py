"""The worked problem files in problems/library: they load, and their answers are the expected ones.

Belongs here: every file and scenario of the library against expected.yaml, and expected.yaml
against arithmetic (library_arithmetic.py). Does not belong here: whether a plan keeps its
constraints, which verification has held before an answer comes back.
"""

from functools import cache
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from problems.schema import Problem
from solver import Answer, load_case, options_of, solve_case
from solver.case import Case
from solver.instance import Instance
from tests.problems import library_arithmetic as by_hand

LIBRARY = Path(__file__).resolve().parents[2] / "problems" / "library"
STARTER = LIBRARY.parent / "starter.yaml"
BASE = "base"
"""The name of a file without a scenario."""


def read_yaml(path: Path) -> Any:
    """The plain content of a YAML file."""
    return YAML(typ="safe", pure=True).load(path)


EXPECTED: dict[str, dict[str, dict[str, Any]]] = read_yaml(
    Path(__file__).with_name("expected.yaml")
)
FILES = sorted(path.name for path in LIBRARY.glob("*.yaml"))


def entries(kind: str) -> list[tuple[str, str]]:
    """Files and scenarios whose expected answer has such a field."""
    return [(f, s) for f, scenarios in EXPECTED.items() for s, e in scenarios.items() if kind in e]


each_objective = pytest.mark.parametrize(("file", "scenario"), entries("objective"))
each_search = pytest.mark.parametrize(("file", "scenario"), entries("between"))


@cache
def case_of(file: str, scenario: str) -> Case:
    """The case of a file and scenario of the library."""
    return load_case(LIBRARY / file, scenarios=[] if scenario == BASE else [scenario])


def solve(case: Case, **options: Any) -> Answer:
    """The answer with the file's own options; keywords win over them."""
    return solve_case(case, options_of(case, **options))


def units_bought(answer: Answer) -> dict[str, float]:
    """Units bought and leased by offer, over all periods and sites."""
    assert answer.plan is not None
    units: dict[str, float] = {}
    for row in answer.plan.purchases:
        units[row.offer] = units.get(row.offer, 0) + row.quantity
    return units


def cards_of_work(instance: Instance, card: str) -> float:
    """Cards that all occurrences and services need before whole cards are counted, on one card."""
    total = 0.0
    for occurrence in instance.occurrences:
        days = sum(i.hours for i in instance.intervals[occurrence.first : occurrence.last]) / 24
        mode = next(m for m in occurrence.modes if instance.pool[m.pool].card == card)
        cards = instance.pool[mode.pool].unit_cards
        total += occurrence.work / (mode.segments[0][0] * days) * cards
    for service in instance.services:
        serving = next(m for m in service.modes if instance.pool[m.pool].card == card)
        total += max(service.demand[0]) / serving.throughput[0][1] * serving.cards
    return total


def inferno() -> tuple[list[by_hand.Service], dict[str, int], dict[str, int]]:
    """Services, prices in quarter cents and stock of the case, out of its file."""
    tree = read_yaml(LIBRARY / "serving_mix_inferno_small.yaml")
    services = [
        (
            float(block["requests"].split()[0]),
            [(r["card"], r["cards"], r["requests_per_second"]) for r in block["measured"]],
        )
        for block in tree["inference"].values()
    ]
    offers = tree["offers"]
    prices = {name: round(float(o["lease"].split()[0]) * 400) for name, o in offers.items()}
    return services, prices, {name: o["supply"] for name, o in offers.items()}


def derived(file: str, scenario: str) -> float:
    """The objective by arithmetic."""
    if file != "serving_mix_inferno_small.yaml":
        return by_hand.OBJECTIVE[file][scenario]()
    services, prices, stock = inferno()
    if scenario == BASE:
        return by_hand.cheapest_mix(services, prices, stock) / 400
    alone = (
        by_hand.cheapest_replicas([(prices[card] * g, rate) for card, g, rate in rows], demand)
        for demand, rows in services
    )
    return sum(alone) / 400


def test_every_file_and_scenario_has_an_expected_answer() -> None:
    """Nothing ships whose answer is not recorded, and nothing is recorded that does not ship."""
    shipped = {
        (file, scenario)
        for file in FILES
        for scenario in (BASE, *(read_yaml(LIBRARY / file).get("scenarios") or ()))
    }
    assert shipped == {(file, s) for file, scenarios in EXPECTED.items() for s in scenarios}


def test_every_objective_is_derived() -> None:
    """No expected objective is taken on trust: each has its arithmetic, and all of it is used."""
    worked = {(file, s) for file, scenarios in by_hand.OBJECTIVE.items() for s in scenarios}
    cases = {("serving_mix_inferno_small.yaml", s) for s in (BASE, "no-stock-limits")}
    assert worked | cases == set(entries("objective"))


@each_objective
def test_arithmetic_gives_the_expected_objective(file: str, scenario: str) -> None:
    """The recorded objective is what the figures of the article or case amount to by hand."""
    recorded = EXPECTED[file][scenario]["objective"]
    assert derived(file, scenario) == pytest.approx(recorded, rel=1e-6)


@pytest.mark.parametrize("file", FILES)
def test_a_file_says_what_it_is_about(file: str) -> None:
    """Every file opens with a comment and carries a title and a description of its sources."""
    problem = case_of(file, BASE).problem
    assert (LIBRARY / file).read_text("utf-8").startswith("# ")
    assert problem.title
    assert len(problem.description) > 100


@pytest.mark.parametrize(("file", "scenario"), entries("cards_of_work"))
def test_cards_of_work(file: str, scenario: str) -> None:
    """Before anything is rounded, the instance asks for the cards that the article counts."""
    for card, cards in EXPECTED[file][scenario]["cards_of_work"].items():
        assert cards_of_work(case_of(file, scenario).instance, card) == pytest.approx(
            cards, abs=1e-4
        )


@each_objective
def test_the_answer_is_the_expected_one(file: str, scenario: str) -> None:
    """CBC proves the expected objective, and what is bought where only one plan is that cheap."""
    expected = EXPECTED[file][scenario]
    answer = solve(case_of(file, scenario))
    assert answer.plan is not None
    assert answer.status == expected["status"]
    assert answer.plan.objective == pytest.approx(expected["objective"], rel=1e-6)
    if "units" in expected:
        assert units_bought(answer) == expected["units"]


@pytest.mark.parametrize("file", [f for f, entry in EXPECTED.items() if "objective" in entry[BASE]])
def test_highs_agrees(file: str) -> None:
    """The second engine proves the same objective of every file."""
    answer = solve(case_of(file, BASE), engine="highs")
    assert answer.plan is not None
    assert answer.plan.objective == pytest.approx(EXPECTED[file][BASE]["objective"], rel=1e-6)


@pytest.mark.parametrize(("file", "scenario"), entries("excluded"))
def test_excluded_offers(file: str, scenario: str) -> None:
    """What may not be delivered is excluded by the rule of its day, other offers by none."""
    excluded = case_of(file, scenario).instance.excluded
    assert {e.offer: e.rule for e in excluded} == EXPECTED[file][scenario]["excluded"]


@pytest.mark.slow
@pytest.mark.parametrize("engine", ["cbc", "highs"])
@each_search
def test_a_search_ends_in_the_expected_interval(file: str, scenario: str, engine: str) -> None:
    """Both engines find a plan within one per cent: it lies between the best proven bound and the
    best plan known divided by 0.99.
    """
    low, high = EXPECTED[file][scenario]["between"]
    answer = solve(case_of(file, scenario), engine=engine, gap=0.01)
    assert answer.status == "optimal"
    assert answer.plan is not None
    assert low * (1 - 1e-6) <= answer.plan.objective <= high
    assert answer.bound is not None
    assert answer.bound <= high * 0.99


def test_the_rule_of_november_2023_bites_in_the_roll_out() -> None:
    """The roll-out loses A800, H800 and L40S to the rule of 17 November 2023, in Singapore too."""
    excluded = case_of("roll_out.yaml", BASE).instance.excluded
    lost = {(e.offer, e.site) for e in excluded if e.rule == "us_2023_10a1"}
    assert {("a800-node", "qingyang"), ("h800-node", "shanghai")} <= lost
    assert {("a100-node", "singapore"), ("h100-node", "singapore")} <= lost
    assert {e.first.isoformat() for e in excluded if e.rule == "us_2023_10a1"} == {"2024-01-01"}


def test_the_starter_solves_at_once() -> None:
    """A new user's first file has a plan that buys something, within two seconds."""
    answer = solve(load_case(STARTER))
    assert answer.status == "optimal"
    assert units_bought(answer)
    assert answer.seconds < 2


def test_the_starter_explains_the_common_blocks() -> None:
    """Every common block of the language stands in the starter, each with a comment."""
    text = STARTER.read_text("utf-8")
    tree = read_yaml(STARTER)
    rare = {"description", "include", "catalogs", "export_licences", "export_caps", "fabrics"}
    blocks = {info.alias or name for name, info in Problem.model_fields.items()}
    assert blocks - set(tree) == rare | {"uncertainty"}
    for line in text.splitlines():
        if line[:1].isalpha() and not line.startswith(("title:", "currency:", "limits:")):
            assert "#" in line, line
