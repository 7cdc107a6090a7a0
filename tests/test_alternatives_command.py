"""`rackmix alternatives`: what is printed and written, exit codes."""

import json
import os
import signal
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result

from commands.program import ExitCode
from tests.command_line import rackmix
from tests.solver.studies.small_cases import BASE


@pytest.fixture
def problem(tmp_path: Path) -> Path:
    """Ten cards for 1,000; another offer asks 1,010."""
    path = tmp_path / "problem.yaml"
    path.write_text(BASE, encoding="utf-8")
    return path


def alternatives(*arguments: str | Path) -> Result:
    """Run the command in this process."""
    return rackmix("alternatives", *arguments)


def test_the_document_has_every_plan(problem: Path) -> None:
    """The cheapest plan, and ten of the other card within 2 %, each with its whole plan."""
    result = alternatives(problem, "--within", "2%", "-n", "1", "--format", "json")
    assert result.exit_code == 0, result.output
    found = json.loads(result.stdout)
    assert [plan["objective"] for plan in found["plans"]] == [1000, 1010]
    assert found["limit"] == pytest.approx(1020)
    other = found["plans"][1]
    assert other["names"][0] == "different"
    assert (other["extra_cost"], other["distance"]) == (pytest.approx(10), 1)
    assert other["moved"]["card_type"] == 1
    assert all(plan["plan"]["verification"]["ok"] for plan in found["plans"])


def test_the_page_fits_80_columns(problem: Path) -> None:
    """What each plan is, costs more and differs by; nothing is cut off."""
    result = alternatives(problem, "--within", "2%")
    assert result.exit_code == 0
    assert max(map(len, result.stdout.splitlines())) <= 80
    assert "1  cheapest" in result.stdout
    assert "+1 %" in result.stdout
    assert "Verified: all" in result.stdout


def test_nothing_different_is_said(problem: Path) -> None:
    """With one offer there is no other plan, and that is proven."""
    result = alternatives(problem, "--unset", "offers.b")
    assert result.exit_code == 0
    assert "proven: no further plan within 1 % differs" in " ".join(result.stdout.split())
    assert "Verified: the plan." in result.stdout


def test_plans_are_written_as_plan_files(problem: Path, tmp_path: Path) -> None:
    """Each file is a plan that `check` accepts, and says that it was held to a ceiling."""
    folder = tmp_path / "plans"
    result = alternatives(problem, "--within", "2%", "-n", "1", "-o", folder)
    assert result.exit_code == 0
    names = sorted(path.name for path in folder.iterdir())
    assert names[0] == "plan-1-cheapest.json"
    for name in names:
        checked = rackmix("check", str(problem), str(folder / name))
        assert checked.exit_code == 0, checked.output
    other = json.loads((folder / names[1]).read_text("utf-8"))
    assert other["assumptions"][0].startswith("Held to at most 2 % over the cheapest plan")
    assert other["status"] == "feasible"
    assert other["bound"] == pytest.approx(1000)


def test_without_any_plan_it_says_why(problem: Path) -> None:
    """An infeasible problem exits with 3, in both formats, as `solve` does."""
    few = ("--set", "offers.a.supply=4", "--unset", "offers.b")
    result = alternatives(problem, *few)
    assert result.exit_code == ExitCode.INFEASIBLE
    assert "Infeasible" in result.stdout
    result = alternatives(problem, *few, "--format", "json")
    assert result.exit_code == ExitCode.INFEASIBLE
    assert json.loads(result.stdout)["status"] == "infeasible"


@pytest.mark.parametrize(
    "arguments",
    [["--within", "5"], ["-n", "-1"], ["--set", "offers.a.prise=1 CNY"], ["--engine", "glpk"]],
)
def test_bad_calls_exit_with_2(problem: Path, arguments: list[str]) -> None:
    """What the caller has to change is told, and nothing is printed."""
    result = alternatives(problem, *arguments)
    assert result.exit_code == ExitCode.BAD_INPUT
    assert result.stdout == ""
    assert result.stderr


def test_a_folder_that_cannot_be_made_is_refused_first(
    problem: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A long search must not end with nowhere to put the plans."""
    monkeypatch.setattr(
        "solver.studies.alternatives.find_alternatives", lambda *_, **__: pytest.fail("searched")
    )
    result = alternatives(problem, "-o", problem.parent / "missing" / "plans")
    assert result.exit_code == ExitCode.BAD_INPUT
    assert alternatives(problem, "-o", problem).exit_code == ExitCode.BAD_INPUT


def test_ctrl_c_ends_with_what_there_is(problem: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """After an interrupt the plans so far are shown; exit code 130."""
    from solver.answer import solve_case

    def interrupted_search(*given: Any, interrupted: Any, **more: Any) -> Any:
        answer = solve_case(*given, **more)
        os.kill(os.getpid(), signal.SIGINT)
        interrupted.wait(5)
        return answer

    monkeypatch.setattr("solver.studies.alternatives.solve_case", interrupted_search)
    result = alternatives(problem)
    assert result.exit_code == ExitCode.INTERRUPTED
    assert "stopped by hand" in result.stdout
    assert "1  cheapest" in result.stdout
