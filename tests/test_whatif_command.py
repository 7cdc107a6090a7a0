"""`rackmix whatif`: cases on the command line, what is printed, exit codes."""

import json
import os
import signal
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result

from commands.cases import cases_asked, split_case
from commands.program import BadInput, ExitCode
from tests.command_line import rackmix
from tests.solver.studies.small_cases import BASE


@pytest.fixture
def problem(tmp_path: Path) -> Path:
    """Ten cards for 1,000; another offer asks 1,010."""
    path = tmp_path / "problem.yaml"
    path.write_text(BASE + "scenarios: {blue-only: {offers.a: null}}\n", encoding="utf-8")
    return path


def whatif(*arguments: str | Path) -> Result:
    """Run the command in this process."""
    return rackmix("whatif", *arguments)


def document(*arguments: str | Path) -> dict[str, Any]:
    """Its JSON document."""
    result = whatif(*arguments, "--format", "json")
    assert result.exit_code == 0, result.output
    found: dict[str, Any] = json.loads(result.stdout)
    return found


def test_each_edit_is_a_column(problem: Path) -> None:
    """Options make a case each, in the order given, scenarios too; differences are exact here."""
    found = document(
        problem, "--set", "offers.a.price*=2", "--scenario", "blue-only", "--unset", "offers.b"
    )
    assert found["base"]["objective"] == 1000
    assert [case["name"] for case in found["cases"]] == ["A", "B", "C"]
    assert [case["objective"] for case in found["cases"]] == [1010, 1010, 1000]
    against = [case["against_base"] for case in found["cases"]]
    assert [each["verdict"] for each in against] == ["dearer", "dearer", "same"]
    assert [each["difference"] for each in against] == [10, 10, 0]
    assert against[0]["bill"] == {"cards": 10}
    assert found["cases"][1]["scenarios"] == ["blue-only"]
    assert found["cases"][0]["changes"][0]["path"] == "offers.a.price"
    assert found["cases"][0]["plan"]["verification"]["ok"] is True


def test_edits_join_into_cases(problem: Path) -> None:
    """`--together` makes one case of all, `--case` names several edits, `--base` is for all."""
    found = document(
        problem,
        *("--base", "offers.a.price=99 CNY; offers.b.price=99 CNY"),
        *("--set", "offers.a.price*=2", "--set", "offers.b.price*=2", "--together"),
        *("--case", "less: reservations.desk.cards=5; unset offers.b"),
    )
    assert found["base"]["objective"] == 990
    assert [(case["name"], case["objective"]) for case in found["cases"]] == [
        ("A", 1980),
        ("less", 495),
    ]


def test_the_page_fits_80_columns(problem: Path) -> None:
    """The edits, what is certain, the bill and the cards are on the page, nothing is cut off."""
    result = whatif(
        problem, *(part for n in range(6) for part in ("--set", f"offers.a.price={110 + n} CNY"))
    )
    assert result.exit_code == 0
    assert max(map(len, result.stdout.splitlines())) <= 80
    assert "A     offers.a.price: 100 CNY -> 110 CNY" in result.stdout
    assert "- A: dearer by 10 CNY (1 %)." in result.stdout
    assert "dropped: 10 a (red), 2023-01-01 at here in standalone" in result.stdout
    assert "Verified: all 7 plans." in result.stdout


def test_an_infeasible_case_is_shown_with_its_reason(problem: Path) -> None:
    """The rest still compares, and the exit code is 0."""
    result = whatif(
        problem, "--case", "few: offers.a.supply=4; unset offers.b", "--set", "offers.a.price*=2"
    )
    assert result.exit_code == 0
    assert (
        "- few: no plan can meet the demand within the limits: reservations.desk" in result.stdout
    )
    assert "dearer by 10 CNY" in result.stdout


def test_nothing_but_infeasible_exits_with_3(problem: Path) -> None:
    """Where no case has a plan, the exit code is the base's."""
    result = whatif(
        problem, "--base", "offers.a.supply=4; unset offers.b", "--set", "offers.a.price*=2"
    )
    assert result.exit_code == ExitCode.INFEASIBLE


def test_typos_are_told_before_anything_is_solved(
    problem: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Exit code 2 with the nearest name; all cases are looked at."""
    monkeypatch.setattr("solver.studies.compare.compare", lambda *_, **__: pytest.fail("solved"))
    result = whatif(problem, "--set", "offers.a.prise=1 CNY", "--scenario", "blue")
    assert result.exit_code == ExitCode.BAD_INPUT
    assert "price" in result.stderr
    assert "blue-only" in result.stderr
    assert result.stdout == ""


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["--case", "A: offers.a.price=1 CNY", "--case", "A: offers.a.price=2 CNY"],
        ["--set", "offers.a.price=1 CNY", "--within", "1%"],
        ["--set", "offers.a.price=1 CNY", "--freeze-until", "2023-13-01"],
        ["--set", "offers.a.price=1 CNY", "--keep", "missing.json"],
        ["--case", "base: offers.a.price=1 CNY"],
    ],
)
def test_bad_calls_exit_with_2(problem: Path, arguments: list[str]) -> None:
    """What the caller has to change is told, and nothing is printed."""
    result = whatif(problem, *arguments)
    assert result.exit_code == ExitCode.BAD_INPUT, result.output
    assert result.stdout == ""
    assert result.stderr


def test_the_document_is_written_too(problem: Path, tmp_path: Path) -> None:
    """`-o` holds what `--format json` prints; the problem file is never overwritten."""
    output = tmp_path / "whatif.json"
    result = whatif(problem, "--set", "offers.a.price*=2", "-o", output)
    assert result.exit_code == 0
    written = json.loads(output.read_text("utf-8"))
    assert written["cases"][0]["against_base"]["difference"] == 10
    assert whatif(problem, "--set", "offers.a.price*=2", "-o", problem).exit_code == 2


def test_keeping_shows_what_changes(problem: Path, tmp_path: Path) -> None:
    """With `--keep` every case stays near the plan: at 0.5 % ten at 100 stay beside ten at 99.8."""
    plan = tmp_path / "plan.json"
    solve = rackmix("solve", str(problem), "-o", str(plan))
    assert solve.exit_code == 0
    cheaper = ("--set", "offers.b.price=99.8 CNY")
    found = document(problem, *cheaper, "--keep", plan)
    kept = found["cases"][0]["keeping"]
    assert (kept["changes"], kept["costs_at_least"]) == ([], pytest.approx(2))
    result = whatif(problem, *cheaper, "--keep", plan)
    assert "keeping costs 2 CNY (0.2 %)" in result.stdout


def test_ctrl_c_ends_the_row(problem: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """After an interrupt the columns that were not searched say so; exit code 130."""
    from solver.answer import solve_case

    def interrupted_search(*given: Any, interrupted: Any, **more: Any) -> Any:
        os.kill(os.getpid(), signal.SIGINT)
        interrupted.wait(5)
        return solve_case(*given, **more)

    monkeypatch.setattr("solver.studies.compare.solve_case", interrupted_search)
    result = whatif(problem, "--set", "offers.a.price*=2")
    assert result.exit_code == ExitCode.INTERRUPTED
    assert "A: not searched: stopped by hand before." in result.stdout


def test_cases_are_split_outside_of_brackets_and_quotes() -> None:
    """A semicolon inside a value does not end an edit; a colon inside one is no name."""
    assert split_case("a={x: 1; y: 2}; b=3") == ("", [("set", "a={x: 1; y: 2}"), ("set", "b=3")])
    assert split_case('n: "a;b".c=1') == ("n", [("set", '"a;b".c=1')])
    assert split_case("offers.a.available=2023-01-01..; unset b")[1][1] == ("unset", "b")
    with pytest.raises(BadInput, match="at least one change"):
        cases_asked([("case", "empty:")], None, together=False)


def test_an_infeasible_base_has_no_orders_to_compare_with(problem: Path) -> None:
    """Where the base has no plan, nothing is said of orders against it, least of all "the same"."""
    none = "offers.a.supply=4; unset offers.b"
    result = whatif(problem, "--base", none, "--unset", "offers.a.supply")
    assert result.exit_code == 0
    assert "infeasible" in result.stdout
    assert "against the base's" not in result.stdout
    assert "The same." not in result.stdout
