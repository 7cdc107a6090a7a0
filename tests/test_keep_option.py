"""`rackmix solve --keep`: plan stability from the command line."""

import json
from pathlib import Path

import pytest
from click.testing import Result

from commands.program import ExitCode
from tests.command_line import rackmix
from tests.solver.studies.small_cases import BASE

CHEAPER = ("--set", "offers.b.price=99 CNY")


@pytest.fixture
def problem(tmp_path: Path) -> Path:
    """Ten cards for 1,000; another offer asks 1,010."""
    path = tmp_path / "problem.yaml"
    path.write_text(BASE, encoding="utf-8")
    return path


@pytest.fixture
def plan(problem: Path) -> Path:
    """The file of its cheapest plan."""
    path = problem.parent / "plan.json"
    assert solve(problem, "-o", path).exit_code == 0
    return path


def solve(*arguments: str | Path) -> Result:
    """Run the command in this process."""
    return rackmix("solve", *arguments)


def test_the_same_problem_keeps_its_plan(problem: Path, plan: Path) -> None:
    """Nothing changes and nothing is paid for it."""
    result = solve(problem, "--keep", plan)
    assert result.exit_code == 0
    assert "All orders stay as they were; keeping costs nothing" in result.stdout
    assert "optimal: proven" in result.stdout
    kept = json.loads(solve(problem, "--keep", plan, "--format", "json").stdout)
    assert kept["purchases"] == json.loads(plan.read_text("utf-8"))["purchases"]


def test_changes_and_their_cost_are_shown(problem: Path, plan: Path) -> None:
    """At a tolerance of 0.5 % six of ten change: 994 instead of 990. The status claims no more than
    the bound of the free problem proves.
    """
    result = solve(problem, *CHEAPER, "--keep", plan)
    assert result.exit_code == 0
    text = " ".join(result.stdout.split())
    assert "Of 10 units ordered before: 6 added and 6 dropped; keeping costs 4 CNY" in text
    assert "- dropped: 6 a (red), 2023-01-01 at here in standalone" in text
    assert "held to more than the problem asks; at most 0.41 % could be saved" in text
    assert max(map(len, result.stdout.splitlines())) <= 80
    document = json.loads(solve(problem, *CHEAPER, "--keep", plan, "--format", "json").stdout)
    kept = document["provenance"]["kept"]
    assert (document["objective"], kept["cheapest"]) == (994, 990)
    assert kept["within"] == 0.005
    assert [change["kind"] for change in kept["changes"]] == ["dropped", "added"]


def test_a_kept_plan_passes_check(problem: Path, plan: Path) -> None:
    """What `-o` writes is a plan of the edited problem."""
    output = problem.parent / "kept.json"
    assert solve(problem, *CHEAPER, "--keep", plan, "-o", output).exit_code == 0
    checked = rackmix("check", str(problem), str(output), *CHEAPER)
    assert checked.exit_code == 0, checked.output


def test_a_freeze_is_kept_to_the_letter(problem: Path, plan: Path) -> None:
    """However cheap the other offer is, frozen deliveries stay."""
    result = solve(
        problem, "--set", "offers.b.price=1 CNY", "--keep", plan, "--freeze-until", "2023-01-01"
    )
    assert result.exit_code == 0
    assert "All orders stay as they were; keeping costs 990 CNY" in result.stdout


def test_a_frozen_order_that_is_gone_exits_with_3(problem: Path, plan: Path) -> None:
    """The order is named; without the freeze the problem has a plan, which is said."""
    gone = ("--unset", "offers.a", "--keep", plan)
    result = solve(problem, *gone, "--freeze-until", "2023-01-01")
    assert result.exit_code == ExitCode.INFEASIBLE
    text = " ".join(result.stdout.split())
    assert "offers.a: 10 red for here on 2023-01-01: the problem has no such offer" in text
    assert "nothing keeps to it" in text
    free = solve(problem, *gone)
    assert free.exit_code == 0
    assert "No longer offered:" in free.stdout


@pytest.mark.parametrize(
    "arguments",
    [["--within", "1%"], ["--freeze-until", "2023-01-01"], ["--keep", "missing.json"]],
)
def test_bad_calls_exit_with_2(problem: Path, arguments: list[str]) -> None:
    """A tolerance without a plan, or a plan that is not there."""
    result = solve(problem, *arguments)
    assert result.exit_code == ExitCode.BAD_INPUT
    assert result.stdout == ""
    assert result.stderr


def test_keeping_to_a_plan_where_there_is_none(problem: Path, plan: Path) -> None:
    """An infeasible problem says so under the heading of what is kept, and exits with 3."""
    none = ("--unset", "offers.b", "--set", "offers.a.supply=4")
    result = solve(problem, "--keep", plan, *none)
    assert result.exit_code == ExitCode.INFEASIBLE
    assert "there is no plan without the earlier one, either" in result.stdout
