"""Problems with several cases on the command line: solve, check, export, and who looks at the base.

Belongs here: exit codes, what is printed where, files. Does not belong here: the figures
(tests/solver/uncertain).
"""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result

from commands.program import ExitCode
from tests.command_line import rackmix
from tests.solver.studies.small_cases import BASE
from tests.solver.uncertain.two_stages import cases

TEXT = (
    BASE.replace("2023-12-31", "2024-12-31")
    .replace("price: 100 CNY", "price: {2023-01-01: 100 CNY, 2024-01-01: 150 CNY}")
    .replace("{cards: 10}", "{cards: {2023-01-01: 2, 2024-01-01: 10}}")
    .replace("  b: {item: blue, vendor: bond, price: 101 CNY, standalone: true}\n", "")
)
"""Ten cards in 2024, or twenty in case high; 100 CNY now, 150 later."""
BASE_ALONE = "The problem is looked at as it stands"


@pytest.fixture
def problem(tmp_path: Path) -> Path:
    """Ten cards now for 1,000 CNY, and 1,500 more in case high, three times in ten."""
    return written(tmp_path, TEXT + cases("0.3"))


def written(folder: Path, text: str) -> Path:
    """A problem file."""
    path = folder / "problem.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def flowing(result: Result) -> str:
    """What was printed, as if lines never ended."""
    return " ".join(result.stdout.split())


def test_the_page_says_what_to_decide_now(problem: Path) -> None:
    """Decision, expected cost, common orders, cases, bills and worths stand on 80 columns."""
    result = rackmix("solve", problem)
    assert result.exit_code == ExitCode.DONE, result.output
    assert max(map(len, result.stdout.splitlines())) <= 80
    text = flowing(result)
    assert "Now, whatever happens: buy 10 red cards for 1,000 CNY." in text
    assert "Expected cost 1,450 CNY" in text
    assert "the same in every case" in text
    assert "Then, in case base Nothing more is bought or leased." in text
    assert "Then, in case high Buy 10 red cards for 1,500 CNY." in text
    assert "Knowing the case from the start would save 150 CNY, weighted over the cases." in text
    assert "Waiting is worth 550 CNY, weighted over the cases." in text
    assert "of 2 plans, each in its own case." in text


def test_the_worst_case_is_called_so(tmp_path: Path) -> None:
    """The other objective has its own words; planning for the file alone would cost 500 more."""
    path = written(tmp_path, TEXT + cases("0.3", "  objective: worst_case\n"))
    text = flowing(rackmix("solve", path))
    assert "Cost at worst 2,000 CNY, the dearest case" in text
    assert "Planning for all cases saves 500 CNY in the dearest case." in text


def test_the_document_is_a_plan_file(problem: Path, tmp_path: Path) -> None:
    """`--format json` prints what `-o` writes, timings aside, and `check` passes it."""
    out = tmp_path / "plan.json"
    result = rackmix("solve", problem, "--format", "json", "-o", out)
    assert result.exit_code == ExitCode.DONE
    document = json.loads(result.stdout)
    assert document == json.loads(out.read_text("utf-8"))
    assert document["uncertainty"]["cost"] == pytest.approx(1450)
    checked = rackmix("check", problem, out)
    assert checked.exit_code == ExitCode.DONE, checked.output
    assert "Over all cases it is 1,450 CNY expected." in flowing(checked)
    assert BASE_ALONE not in checked.stderr


def plan_file(problem: Path) -> tuple[Path, Any]:
    """A plan file of a problem, and its values."""
    out = problem.with_name("plan.json")
    assert rackmix("solve", problem, "-o", out).exit_code == ExitCode.DONE
    return out, json.loads(out.read_text("utf-8"))


def test_check_and_export_refuse_a_tampered_case(problem: Path) -> None:
    """A case that is not at the top counts for `check` and for `export`: exit code 5."""
    path, document = plan_file(problem)
    document["uncertainty"]["cases"][1]["plan"]["purchases"][0]["quantity"] = 11
    path.write_text(json.dumps(document), "utf-8")
    checked = rackmix("check", problem, path)
    assert checked.exit_code == ExitCode.FAILED
    assert "is not the same in all: 10 in base, 11 in high" in flowing(checked)
    exported = rackmix("export", path, "--format", "json", "-o", path.with_name("copy.json"))
    assert exported.exit_code == ExitCode.FAILED
    assert "case high" in exported.stderr


def test_check_names_what_it_cannot_read(problem: Path) -> None:
    """A block that is broken is bad input, with file and path."""
    path, document = plan_file(problem)
    del document["uncertainty"]["cases"][1]["weight"]
    path.write_text(json.dumps(document), "utf-8")
    checked = rackmix("check", problem, path)
    assert checked.exit_code == ExitCode.BAD_INPUT
    assert f"{path}: uncertainty.cases[1]: lacks 'weight'" in checked.stderr


def test_exports_carry_all_cases(problem: Path) -> None:
    """The exported plan file is complete; a report of it says which case it shows."""
    path, document = plan_file(problem)
    copy, page = path.with_name("copy.json"), path.with_name("plan.md")
    assert rackmix("export", path, "--format", "json", "-o", copy).exit_code == ExitCode.DONE
    assert json.loads(copy.read_text("utf-8"))["uncertainty"] == document["uncertainty"]
    assert rackmix("export", path, "--format", "md", "-o", page).exit_code == ExitCode.DONE
    assert "this is the plan for case 'base'" in page.read_text("utf-8")
    chinese = rackmix("export", path, "--format", "md", "--lang", "zh", "-o", page)
    assert chinese.exit_code == ExitCode.DONE
    assert "早期交付在各情景中保持一致" in page.read_text("utf-8")


def test_an_infeasible_case_is_named(tmp_path: Path) -> None:
    """Exit code 3; page and document say which case and why; nothing is written."""
    path = written(tmp_path, TEXT + cases("0.5", edits="offers.a.supply: 5"))
    out = tmp_path / "plan.json"
    result = rackmix("solve", path, "-o", out)
    assert result.exit_code == ExitCode.INFEASIBLE
    assert "Infeasible: in case high no plan can meet the demand" in flowing(result)
    assert "high: reservations.desk" in flowing(result)
    assert not out.exists()
    document = json.loads(rackmix("solve", path, "--format", "json").stdout)
    assert document["status"] == "infeasible"
    assert [case["infeasible"] for case in document["cases"]] == [False, True]


def test_cases_that_agree_on_nothing_are_told(tmp_path: Path) -> None:
    """Each case has an offer of its own for the first cards: no common delivery serves both."""
    terms = "{item: blue, vendor: bond, price: 101 CNY, standalone: true}"
    text = TEXT.replace("reservations:", f"  b: {terms}\nreservations:")
    both = "{one: {weight: 0.5, set: {offers.a: null}}, two: {weight: 0.5, set: {offers.b: null}}}"
    path = written(tmp_path, text + f"uncertainty: {{decide_until: 2023-06-30, cases: {both}}}\n")
    result = rackmix("solve", path)
    assert result.exit_code == ExitCode.INFEASIBLE
    assert "every case has a plan of its own, but no early deliveries serve all" in flowing(result)
    assert "a in 2023 is not on offer in one" in flowing(result)


def test_orders_before_the_case_is_known_are_told(tmp_path: Path) -> None:
    """A lead time of ten months has next year's cards ordered before the day they depend on."""
    text = TEXT.replace("vendor: acme,", "vendor: acme, lead_time: 10 months,")
    text = text.replace("period: year}", "period: year, orders_from: 2022-01-01}")
    text = (text + cases("0.3")).replace("decide_until: 2023-06-30", "decide_until: 2023-05-31")
    shown = flowing(rackmix("solve", written(tmp_path, text)))
    assert (
        "has to be ordered by 2023-03-01, but depends on the case: 0 in base, 10 in high" in shown
    )


@pytest.mark.parametrize(
    ("edit", "words"),
    [
        ("uncertainty.cases.high.weight=0.5", "weights must add up to 1"),
        ("uncertainty.decide_untill=2023-01-01", "decide_until"),
        ("uncertainty.decide_until=2022-01-01", "outside the horizon"),
        ('uncertainty.cases.high.set={"offers.a.prise": 1 CNY}', "did you mean"),
    ],
)
def test_faults_of_the_block_are_bad_input(problem: Path, edit: str, words: str) -> None:
    """Exit code 2, with the place and what was expected."""
    result = rackmix("solve", problem, "--set", edit)
    assert result.exit_code == ExitCode.BAD_INPUT
    assert words in result.stderr


def test_edits_reach_every_case(problem: Path) -> None:
    """`--set` changes the file before its cases are made, and `--unset` makes it a plain one."""
    dear = rackmix("solve", problem, "--set", "offers.a.price=200 CNY", "--format", "json")
    # At one price there is no reason to buy early: 0.7 x 2,000 + 0.3 x 4,000.
    assert json.loads(dear.stdout)["uncertainty"]["cost"] == pytest.approx(2600)
    plain = rackmix("solve", problem, "--unset", "uncertainty", "--format", "json")
    assert "uncertainty" not in json.loads(plain.stdout)


@pytest.mark.parametrize("option", [["--baselines"], ["--keep", "plan.json"]])
def test_what_goes_with_certain_problems_only_is_refused(problem: Path, option: list[str]) -> None:
    """Options that compare one plan with another say how to use them."""
    result = rackmix("solve", problem, *option)
    assert result.exit_code == ExitCode.BAD_INPUT
    assert f"{option[0]} goes with problems that have no uncertainty" in result.stderr


@pytest.mark.parametrize(
    "command",
    [
        ["whatif", "--set", "offers.a.price*=2"],
        ["sweep", "--vary", "offers.a.price*=1,2"],
        ["alternatives", "-n", "0", "--time-limit", "2s"],
        ["explain", "--time-limit", "2s"],
        ["estimate"],
    ],
)
def test_who_looks_at_the_base_says_so(problem: Path, command: list[str]) -> None:
    """Commands that do not plan for all cases say in one sentence what they look at."""
    result = rackmix(command[0], problem, *command[1:])
    assert BASE_ALONE in result.stderr
    assert result.exit_code == ExitCode.DONE, result.output
    certain = rackmix(command[0], written(problem.parent, TEXT), *command[1:])
    assert BASE_ALONE not in certain.stderr


def test_a_plan_of_the_base_says_so(problem: Path, tmp_path: Path) -> None:
    """A plain plan file against a problem with cases is one of the file as it stands."""
    out = tmp_path / "plan.json"
    rackmix("solve", problem, "--unset", "uncertainty", "-o", out)
    checked = rackmix("check", problem, out)
    assert checked.exit_code == ExitCode.DONE
    assert BASE_ALONE in checked.stderr


def test_validate_knows_all_cases(problem: Path) -> None:
    """A fault that only one case has is found, with the name of the case."""
    assert rackmix("validate", problem).exit_code == ExitCode.DONE
    bad = rackmix("validate", written(problem.parent, TEXT + cases("0.3", edits="spares: 2")))
    assert bad.exit_code == ExitCode.BAD_INPUT
    assert "in case 'high'" in bad.stderr
