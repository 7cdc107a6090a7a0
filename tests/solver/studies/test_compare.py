"""What-ifs: differences by hand, what intervals prove, columns without a plan."""

import threading
from pathlib import Path

import pytest

from problems import InputError, parse_edit, parse_unset
from problems.loading import read_problem
from solver.studies.compare import NOT_SEARCHED, compare
from solver.studies.interval import Verdict, difference_of
from solver.studies.keeping import KeptOrders, kept_from_plan
from solver.studies.variants import Edits, ValueChange, Variant, value_changes, variants_of
from tests.solver.studies.small_cases import BASE, EXACT, case

DEARER = """
offers:
  a: {item: red, vendor: acme, price: 150 CNY, standalone: true}
  b: {item: blue, vendor: bond, price: 101 CNY, standalone: true}
"""


def test_a_difference_by_hand() -> None:
    """Proves that with `a` at 150 the ten cards are blue ones for 1,010, exactly 10 dearer, and
    that the tables say which. Sensitivity: if the base were not the first case, it would be -10.
    """
    found = compare({"base": case(), "dear": case(DEARER)})
    frame = found.frame()
    assert list(frame["cost"]) == pytest.approx([1000, 1010])
    assert frame.loc["dear", "difference"] == pytest.approx(10)
    assert frame.loc["dear", "at_least"] == pytest.approx(10)
    assert frame.loc["dear", "verdict"] == "dearer"
    assert found.cards().loc[("blue", "bought"), "dear"] == 10
    assert list(found.purchases().loc[("a", "red")]) == [10, 0]
    assert found.bill().loc["cards", "dear"] == pytest.approx(1010)
    kinds = [str(change.kind) for change in found.changes(found.columns[1])]
    assert kinds == ["dropped", "added"]


def test_an_infeasible_case_does_not_end_the_row() -> None:
    """A case without a plan is a column with its reason; the others are compared."""
    little = "offers: {a: {item: red, vendor: v, price: 1 CNY, standalone: true, supply: 9}}"
    found = compare({"base": case(), "little": case(little), "dear": case(DEARER)})
    assert [column.status for column in found.columns] == ["optimal", "infeasible", "optimal"]
    answer = found.columns[1].answer
    assert answer is not None
    assert "at most 9 can work" in answer.findings[0].sentence
    assert found.difference(found.columns[1]) is None
    assert found.bill()["little"].isna().all()


def test_a_base_without_a_plan_has_no_differences() -> None:
    """The cases are still solved and shown."""
    little = "offers: {a: {item: red, vendor: v, price: 1 CNY, standalone: true, supply: 9}}"
    found = compare({"base": case(little), "cured": case()})
    assert found.columns[1].plan is not None
    assert found.difference(found.columns[1]) is None
    assert found.changes(found.columns[1]) == ()


def test_the_same_mathematics_is_solved_once() -> None:
    """Another title changes nothing that counts: the answer is taken, the plan carries its own
    problem.
    """
    found = compare({"base": case(), "retitled": case("title: another")})
    column = found.columns[1]
    assert column.same_as == "base"
    assert column.plan is not None
    assert column.plan.problem["title"] == "another"
    difference = found.difference(column)
    assert difference is not None
    assert difference.verdict is Verdict.SAME


def test_an_interrupt_ends_the_row() -> None:
    """What was not searched says so."""
    asked = threading.Event()
    asked.set()
    found = compare({"base": case(), "dear": case(DEARER)}, interrupted=asked)
    assert [column.status for column in found.columns] == [NOT_SEARCHED, NOT_SEARCHED]


def test_options_of_the_call_win() -> None:
    """Keywords reach every search."""
    found = compare({"base": case()}, engine="highs", gap=0.5)
    plan = found.base.plan
    assert plan is not None
    assert plan.provenance["options"]["engine"] == "highs"


def test_every_case_can_keep_to_a_plan() -> None:
    """Kept near ten red cards at a tolerance of 1 %, both columns order them, and the difference of
    the cheapest costs is still that of the free plans.
    """
    plan = compare({"base": case()}).base.plan
    assert plan is not None

    def kept(problem: object) -> KeptOrders:
        return kept_from_plan(case().instance, plan)

    cheaper = DEARER.replace("150", "100").replace("101", "99.5")
    found = compare({"base": case(), "cheaper": case(cheaper)}, kept=kept, within=0.01)
    column = found.columns[1]
    assert column.units == {("a", "red"): 10}
    difference = found.difference(column)
    assert difference is not None
    assert difference.plans == pytest.approx(-5)
    assert EXACT.gap == 0


@pytest.mark.parametrize(
    ("cost", "bound", "base_cost", "base_bound", "verdict"),
    [
        (110, 105, 100, 99, Verdict.DEARER),
        (90, 85, 100, 95, Verdict.CHEAPER),
        (101, 99, 100, 99, Verdict.NOT_DISTINGUISHABLE),
        (101, None, 100, 99, Verdict.NOT_DISTINGUISHABLE),
        (101, 100.5, 100, None, Verdict.DEARER),
        (90, None, 100, 95, Verdict.CHEAPER),
        (100, 100, 100, 100, Verdict.SAME),
        (100, 100, 100 * (1 + 1e-9), 100, Verdict.SAME),
        (-90, -91, -100, -101, Verdict.DEARER),
        (0, 0, 0, 0, Verdict.SAME),
    ],
)
def test_what_intervals_prove(
    cost: float,
    bound: float | None,
    base_cost: float,
    base_bound: float | None,
    verdict: Verdict,
) -> None:
    """Only intervals that do not overlap make a difference certain."""
    assert difference_of(cost, bound, base_cost, base_bound).verdict is verdict


def test_all_wrong_edits_of_all_cases_are_told(tmp_path: Path) -> None:
    """Nothing is solved before every case is valid; one error lists what is wrong in all."""
    path = tmp_path / "problem.yaml"
    path.write_text(BASE, encoding="utf-8")
    edits = [
        Edits("A", [parse_edit("offers.a.prize=1 CNY")]),
        Edits("B", [parse_unset("offers.c")]),
    ]
    with pytest.raises(InputError) as caught:
        variants_of(read_problem(path), Edits("base"), edits)
    text = str(caught.value)
    assert "prize" in text
    assert "offers.c" in text


def test_a_variant_says_what_it_changes(tmp_path: Path) -> None:
    """Values before and after, by path; the base's own edits come first and are no change."""
    path = tmp_path / "problem.yaml"
    path.write_text(BASE, encoding="utf-8")
    base, variant = variants_of(
        read_problem(path),
        Edits("base", [parse_edit("offers.a.price=90 CNY")]),
        [Edits("A", [parse_edit("offers.a.price*=2"), parse_unset("offers.b")])],
    )
    assert isinstance(variant, Variant)
    assert base.changes == ()
    price, gone = variant.changes[0], variant.changes[-1]
    assert price == ValueChange("offers.a.price", "90 CNY", "180 CNY")
    assert (gone.path, gone.after) == ("offers.b", None)
    assert value_changes({"a": [1]}, {"a": [1]}) == []
