"""The plan file of an answer for several cases: there and back, and held against its problem."""

import json
from dataclasses import replace
from typing import Any

import pytest

from solver.plan import PlanError, dump_plan, plan_from_json
from solver.uncertain.answer import UncertainAnswer
from solver.uncertain.check import check_carried, check_uncertain
from solver.uncertain.document import plan_of_answer, plans_of, read_record
from tests.solver.uncertain.two_stages import EXACT, MARKET, cases, solved, uncertain_case

CASE = uncertain_case(MARKET + cases("0.3"))


@pytest.fixture(scope="module")
def answer() -> UncertainAnswer:
    """Ten cards now, ten more in case high."""
    return solved(MARKET + cases("0.3"), EXACT)


@pytest.fixture
def document(answer: UncertainAnswer) -> Any:
    """The values of its plan file."""
    assert CASE.uncertain is not None
    return json.loads(dump_plan(plan_of_answer(answer, CASE.uncertain)))


def violations(document: Any) -> list[str]:
    """What is found wrong with a plan file."""
    assert CASE.uncertain is not None
    found = check_uncertain(CASE.uncertain, plan_from_json(document))
    assert found.ok == (not found.violations)
    return [str(each) for each in found.violations]


def test_the_file_is_the_plan_of_the_heaviest_case(answer: UncertainAnswer, document: Any) -> None:
    """Its own keys are a whole plan of case base; the block holds the rest, once."""
    assert document["uncertainty"]["case"] == "base"
    assert document["objective"] == pytest.approx(1000)
    assert document["uncertainty"]["cost"] == pytest.approx(1450)
    assert document["uncertainty"]["figures"]["perfect_information"]["low"] == pytest.approx(150)
    plans = [case["plan"] for case in document["uncertainty"]["cases"]]
    assert plans[0] is None
    assert plans[1]["objective"] == pytest.approx(2500)
    assert "uncertainty" not in plans[1]
    assert "the plan for case 'base'" in document["assumptions"][0]


def test_there_and_back(answer: UncertainAnswer, document: Any) -> None:
    """Reading the file gives the same plans and the same bytes."""
    plan = plan_from_json(document)
    assert json.loads(dump_plan(plan)) == document
    assert plans_of(plan, read_record(plan)) == answer.plans


def test_a_sound_file_passes(document: Any) -> None:
    """Against its problem, and against the problems it carries."""
    assert violations(document) == []
    assert check_carried(plan_from_json(document), "plan.json").ok


def test_plain_plans_have_no_block(answer: UncertainAnswer) -> None:
    """The key is there only where there is something to say."""
    assert '"uncertainty"' not in dump_plan(answer.plans["base"])


def test_a_tampered_common_decision_is_caught(document: Any) -> None:
    """A plan that holds by itself but decides otherwise at first: twenty now in case high."""
    other = solved(MARKET + cases("0.8"))
    changed = json.loads(dump_plan(other.plans["high"]))
    entry = document["uncertainty"]["cases"][1]
    entry |= {"plan": changed, "cost": changed["objective"]}
    found = violations(document)
    assert any("a at here in 2023, standalone is not the same in all" in each for each in found)
    assert any("uncertainty: cost is 1,450, its cases make it 1,300" in each for each in found)
    assert len(found) == 2


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"cost": 1400.0}, "uncertainty: cost is 1,400, its cases make it 1,450"),
        ({"bound": 1500.0}, "uncertainty: bound 1,500 lies above the cost 1,450"),
        ({"decide_until": "2024-06-30"}, "decides until 2024-06-30, the problem until 2023-06-30"),
        ({"objective": "worst_case"}, "is for the objective worst_case, the problem for expected"),
    ],
)
def test_a_wrong_claim_is_caught(document: Any, change: dict[str, Any], words: str) -> None:
    """What the block says of all cases together is computed again."""
    document["uncertainty"] |= change
    assert any(words in each for each in violations(document))


def test_a_broken_case_is_caught_in_its_own_words(document: Any) -> None:
    """Every case is verified, not only the one at the top."""
    rows = document["uncertainty"]["cases"][1]["plan"]["purchases"]
    rows[1]["quantity"] -= 1
    found = violations(document)
    assert all(each.startswith("case high: ") for each in found)
    assert "case high: purchases[1]: cards must be 9 (given 10)" in found


def test_other_weights_or_cases_are_told(document: Any) -> None:
    """A file for other cases is not checked against these."""
    document["uncertainty"]["cases"][0]["weight"] = 0.6
    assert violations(document) == ["uncertainty: other weights than the problem's: base"]
    document["uncertainty"]["cases"][0]["name"] = "low"
    document["uncertainty"]["case"] = "low"
    expected = ["uncertainty: is for the cases low, high; the problem has base, high"]
    assert violations(document) == expected


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (lambda block: block.pop("cost"), r"uncertainty: lacks 'cost'"),
        (lambda block: block.update(csot=1), r"uncertainty: unknown key 'csot'"),
        (lambda block: block.update(case="high"), r"every case but 'high' has a plan"),
        (lambda block: block["cases"][1].update(name="base"), r"two cases are called 'base'"),
        (lambda block: block["cases"][1]["plan"].pop("bill"), r"cases\[1\].plan: .*lacks 'bill'"),
    ],
)
def test_what_cannot_be_read_is_named(document: Any, spoil: Any, words: str) -> None:
    """A fault of the block is told with its path."""
    spoil(document["uncertainty"])
    assert CASE.uncertain is not None
    with pytest.raises(PlanError, match=words):
        check_uncertain(CASE.uncertain, plan_from_json(document))


def test_the_base_alone_says_so() -> None:
    """Who ignores the cases gets the file as it stands, with a sentence in every plan."""
    assert CASE.problem.uncertainty is None
    assert "uncertainty" not in CASE.loaded.tree
    assert CASE.instance.assumptions[0].startswith("The problem is looked at as it stands")
    assert replace(CASE, uncertain=None).instance == CASE.instance
