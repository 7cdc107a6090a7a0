"""The command line: options, exit codes, and what goes to which stream."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click
import pytest

from commands.options import gap, seconds
from commands.program import EXIT_CODES, ExitCode
from tests.command_line import rackmix

PROBLEM = """\
rackmix: 1
horizon: {start: 2024-01-01, end: 2024-01-31, period: month}
currency: CNY
sites: {hall: {destination: CN}}
offers: {card: {item: a100_sxm_80, vendor: broker, price: 50_000 CNY, standalone: true}}
reservations: {research: {cards: 7, from: 2024-01-01}}
solve: {gap: 0}
"""
"""Seven cards are needed: 350,000 CNY."""


@pytest.fixture
def problem(tmp_path: Path) -> Path:
    """A problem file that is solved in no time."""
    path = tmp_path / "problem.yaml"
    path.write_text(PROBLEM, encoding="utf-8")
    return path


def solved(*arguments: str | Path) -> dict[str, Any]:
    """Solve with `--format json` and return the document."""
    result = rackmix("solve", *arguments, "--format", "json")
    assert result.exit_code == 0, result.output
    document: dict[str, Any] = json.loads(result.stdout)
    return document


def test_solve_prints_a_verified_plan(problem: Path) -> None:
    """Proves the way from file to page. Sensitivity: a card more or less changes the 350,000."""
    result = rackmix("solve", problem)
    assert result.exit_code == 0
    assert "350,000" in result.stdout
    assert "Verified" in result.stdout
    assert result.stderr == ""


def test_json_is_all_that_standard_output_gets(problem: Path) -> None:
    """With `--format json` standard output is one JSON document: the plan file."""
    document = solved(problem)
    assert document["objective"] == 350_000
    assert document["verification"]["ok"] is True


def test_the_plan_file_is_what_json_prints(problem: Path, tmp_path: Path) -> None:
    """`-o` writes the same plan, and `check` accepts it."""
    output = tmp_path / "plan.json"
    printed = solved(problem, "-o", output)
    written = json.loads(output.read_text("utf-8"))
    assert written["provenance"].pop("seconds") is not None
    assert {**written, "provenance": 0} == {**printed, "provenance": 0}
    result = rackmix("check", problem, output)
    assert result.exit_code == 0
    assert "Verified" in result.stdout


def test_a_changed_plan_does_not_pass(problem: Path, tmp_path: Path) -> None:
    """Proves that `check` looks. Sensitivity: if it trusted the file, it would exit with 0."""
    plan = solved(problem)
    plan["purchases"][0]["quantity"] = 6
    output = tmp_path / "plan.json"
    output.write_text(json.dumps(plan), encoding="utf-8")
    assert rackmix("check", problem, output).exit_code == ExitCode.FAILED


@pytest.mark.parametrize(("cards", "code"), [(8, 0), (7, 0), (6, 5)])
def test_purchases_alone_are_checked(problem: Path, tmp_path: Path, cards: int, code: int) -> None:
    """Enough cards fit, with the rest solved; too few exit with 5."""
    for name, text in {
        "own.csv": f"offer,quantity,period\ncard,{cards},2024-01\n",
        "own.json": json.dumps([{"offer": "card", "quantity": cards, "period": "2024-01"}]),
    }.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
        assert rackmix("check", problem, tmp_path / name).exit_code == code


def test_edits_count_in_the_order_given(problem: Path) -> None:
    """A value that is set, taken out and set again is there; `--unset` at the end is refused.

    Sensitivity: if all `--set` came before all `--unset`, the first call would fail.
    """
    offer = "offers.card.price"
    plan = solved(
        problem, "--set", f"{offer}=1 CNY", "--unset", offer, "--set", f"{offer}=2 CNY"
    )  # fmt: skip
    assert plan["objective"] == 14
    result = rackmix("solve", problem, "--set", f"{offer}=1 CNY", "--unset", offer)
    assert result.exit_code == ExitCode.BAD_INPUT
    assert "price" in result.stderr


def test_scaling_edits_reach_the_problem(problem: Path) -> None:
    """`PATH*=` is not taken for an assignment."""
    assert solved(problem, "--set", "offers.card.price*=2")["objective"] == 700_000


def test_all_faulty_edits_are_told_at_once(problem: Path) -> None:
    """One call shows every edit that cannot be read."""
    result = rackmix("solve", problem, "--set", "nothing", "--set", "neither", "--unset", "a..b")
    assert result.exit_code == ExitCode.BAD_INPUT
    assert len(result.stderr.splitlines()) == 3


def test_options_reach_the_solver(problem: Path) -> None:
    """Engine, gap, limit and threads of the command line win over the file's."""
    given = ("--engine", "highs", "--gap", "5%", "--time-limit", "2 min", "--threads", "2")
    options = solved(problem, *given)["provenance"]["options"]
    assert (options["engine"], options["gap"], options["time_limit_s"]) == ("highs", 0.05, 120)
    assert options["threads"] == 2


def test_baselines_stand_in_the_report_and_the_file(problem: Path) -> None:
    """`--baselines` solves two more problems and compares."""
    result = rackmix("solve", problem, "--baselines")
    assert "one card type" in result.stdout
    assert len(solved(problem, "--baselines")["provenance"]["baselines"]) == 2


@pytest.mark.parametrize("text", ["5", "100%", "-1%", "nan", "%", "1 %%", ""])
def test_bad_gaps_are_refused(text: str) -> None:
    """A gap is a fraction or a percentage from 0 to below 100 %."""
    with pytest.raises(click.BadParameter, match=r"expected e\.g\. 0\.1%"):
        gap(text)


@pytest.mark.parametrize("text", ["60", "0s", "-5s", "1 day", "1e400s", "s", "9" * 400 + "s"])
def test_bad_durations_are_refused(text: str) -> None:
    """A duration has a unit and is a finite time above zero."""
    with pytest.raises(click.BadParameter, match="expected e\\.g\\. 60s"):
        seconds(text)


def test_bad_input_names_file_and_line(problem: Path) -> None:
    """Exit code 2; the message begins with the file, so that editors can jump to it."""
    problem.write_text(PROBLEM.replace("vendor:", "vendr:"), encoding="utf-8")
    result = rackmix("validate", problem)
    assert result.exit_code == ExitCode.BAD_INPUT
    assert result.stderr.startswith(f"{problem}:5:")
    assert "vendor" in result.stderr
    assert result.stdout == ""


def test_infeasible_exits_with_3(problem: Path) -> None:
    """No plan can meet the demand: the page says why, and no plan file is left behind."""
    output = problem.with_suffix(".json")
    result = rackmix("solve", problem, "--set", "offers.card.supply=3", "-o", output)
    assert result.exit_code == ExitCode.INFEASIBLE
    assert "Infeasible" in result.stdout
    assert not output.exists()
    assert str(output) in result.stderr


@pytest.mark.parametrize(("status", "code"), [("no_plan_found", 4), ("error", 5)])
def test_endings_without_a_plan(
    problem: Path, monkeypatch: pytest.MonkeyPatch, status: str, code: int
) -> None:
    """A limit before any plan exits with 4, failed engines with 5, in both formats."""
    from solver.answer import Answer, AnswerStatus

    answer = Answer(AnswerStatus(status), None, None, (), None, (), 1.0)
    monkeypatch.setattr("solver.solve_case", lambda *_, **__: answer)
    assert rackmix("solve", problem).exit_code == code
    result = rackmix("solve", problem, "--format", "json")
    assert result.exit_code == code
    assert json.loads(result.stdout)["status"] == status


def test_every_status_has_an_exit_code() -> None:
    """A status added to the solver must not surprise the command line."""
    from solver import AnswerStatus

    assert set(EXIT_CODES) == {str(status) for status in AnswerStatus}


def test_no_traceback_without_debug(problem: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A fault of ours is one line and exit code 5; `--debug`, anywhere, adds the traceback."""

    def fail(*_: Any, **__: Any) -> None:
        raise ZeroDivisionError("a fault")

    monkeypatch.setattr("solver.load_case", fail)
    plain = rackmix("solve", problem)
    assert plain.exit_code == ExitCode.FAILED
    assert plain.stderr.startswith("Error: rackmix failed: ZeroDivisionError: a fault")
    assert "Traceback" not in plain.stderr
    for arguments in (["--debug", "solve", problem], ["solve", problem, "--debug"]):
        debugged = rackmix(*arguments)
        assert debugged.exit_code == ExitCode.FAILED
        assert "Traceback" in debugged.stderr


def test_ctrl_c_before_a_search_exits_with_130(
    problem: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An interrupt where nothing can be saved ends the program at once, without a traceback."""

    def interrupt(*_: Any, **__: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("solver.load_case", interrupt)
    result = rackmix("solve", problem)
    assert result.exit_code == ExitCode.INTERRUPTED
    assert "Traceback" not in result.output


def test_ctrl_c_asks_the_search_for_its_best_plan(
    problem: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first Ctrl-C sets the event that the search watches; the plan is shown, exit code 130."""
    from solver import solve_case

    def interrupted_search(*given: Any, interrupted: Any, **more: Any) -> Any:
        os.kill(os.getpid(), signal.SIGINT)
        deadline = time.monotonic() + 5
        while not interrupted.is_set() and time.monotonic() < deadline:
            time.sleep(0.01)
        assert interrupted.is_set()
        return solve_case(*given, **more)

    monkeypatch.setattr("solver.solve_case", interrupted_search)
    before = signal.getsignal(signal.SIGINT)
    result = rackmix("solve", problem)
    assert result.exit_code == ExitCode.INTERRUPTED
    assert "350,000" in result.stdout
    assert "Ctrl-C again" in result.stderr
    assert signal.getsignal(signal.SIGINT) is before


def piped(repository: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run a command whose standard output nobody reads, in a process of its own."""
    # Unbuffered output would fail at once; what is to be seen is the last flush.
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONUNBUFFERED"}
    reader, writer = os.pipe()
    os.close(reader)
    try:
        return subprocess.run(
            [sys.executable, "-m", "cli", *arguments],
            cwd=repository,
            env=environment,
            stdout=writer,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    finally:
        os.close(writer)


@pytest.mark.parametrize(
    "arguments", [["catalog", "carbon"], ["schema"], ["catalog", "--format", "json"]]
)
def test_a_reader_who_went_away_is_no_fault(repository: Path, arguments: Sequence[str]) -> None:
    """`rackmix ... | head` stays quiet."""
    done = piped(repository, *arguments)
    assert done.returncode == ExitCode.BROKEN_PIPE
    assert done.stderr == ""


def test_output_with_nowhere_to_go(repository: Path) -> None:
    """A full device is named without a traceback; a closed standard output is no fault."""
    command = f"'{sys.executable}' -m cli catalog carbon"
    full = subprocess.run(
        ["sh", "-c", f"{command} >/dev/full"], cwd=repository, capture_output=True, text=True
    )
    assert full.returncode == ExitCode.FAILED
    assert full.stderr == "Error: No space left on device\n"
    closed = subprocess.run(
        ["sh", "-c", f"{command} >&-"], cwd=repository, capture_output=True, text=True
    )
    assert (closed.returncode, closed.stderr) == (0, "")


def test_new_never_overwrites(tmp_path: Path) -> None:
    """A file that exists is left as it is."""
    path = tmp_path / "own.yaml"
    assert rackmix("new", path).exit_code == 0
    assert rackmix("validate", path).exit_code == 0
    path.write_text("mine", encoding="utf-8")
    assert rackmix("new", path).exit_code == ExitCode.BAD_INPUT
    assert path.read_text("utf-8") == "mine"


def test_a_plan_that_cannot_be_written_is_refused_before_the_search(
    problem: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A long search must not end with nowhere to put the plan."""
    monkeypatch.setattr("solver.solve_case", None)
    result = rackmix("solve", problem, "-o", problem.parent / "missing" / "plan.json")
    assert result.exit_code == ExitCode.BAD_INPUT
    assert result.stdout == ""


def test_schema_is_json_schema() -> None:
    """`rackmix schema` prints one JSON document that knows the blocks of a problem file."""
    document = json.loads(rackmix("schema").stdout)
    assert {"horizon", "offers", "training", "inference"} <= set(document["properties"])


def test_catalog_lists_and_shows() -> None:
    """Without a name a table, with a name every figure; JSON has the same rows."""
    assert "h20_sxm_96" in rackmix("catalog", "accelerators").stdout
    assert "source" in rackmix("catalog", "accelerators", "h20_sxm_96").stdout
    (row,) = json.loads(rackmix("catalog", "accelerators", "h20_sxm_96", "--format", "json").stdout)
    assert row["id"] == "h20_sxm_96"


def test_catalog_classifies_cards() -> None:
    """The A800 was free for China the day before the 2023 rule and needed a licence on its day."""

    def treatment(day: str) -> str:
        asked = ("rules", "a800_sxm_80", "--to", "cn", "--on", day, "--format", "json")
        (row,) = json.loads(rackmix("catalog", *asked).stdout)
        return str(row["treatment"])

    assert (treatment("2023-11-16"), treatment("2023-11-17")) == ("free", "licence")


@pytest.mark.parametrize(
    "arguments",
    [
        ["catalog", "nods"],
        ["catalog", "nodes", "hgx-a100"],
        ["catalog", "nodes", "--to", "CN"],
        ["catalog", "rules", "--on", "2023-11-17"],
        ["catalog", "rules", "--to", "ZZ"],
        ["solve"],
        ["solve", "no-such-file.yaml"],
        ["solve", "--engine", "glpk", "x.yaml"],
        ["slove", "x.yaml"],
    ],
)
def test_bad_calls_exit_with_2(arguments: list[str]) -> None:
    """What the caller has to change exits with 2 and leaves standard output empty."""
    result = rackmix(*arguments)
    assert result.exit_code == ExitCode.BAD_INPUT
    assert result.stdout == ""
    assert result.stderr


def test_a_plan_never_replaces_its_problem(problem: Path) -> None:
    """Proves that `-o` looks at what it would overwrite. Sensitivity: else the problem is JSON."""
    before = problem.read_text(encoding="utf-8")
    result = rackmix("solve", problem, "-o", problem)
    assert result.exit_code == ExitCode.BAD_INPUT
    assert problem.read_text(encoding="utf-8") == before


@pytest.mark.parametrize("name", ["missing/plan.json", "problem.yaml/plan.json", ""])
def test_an_unwritable_plan_is_refused_before_the_search(
    problem: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """Where the plan cannot go, nothing is searched: no solver is even loaded."""
    monkeypatch.setattr("solver.load_case", lambda *_, **__: pytest.fail("searched"))
    monkeypatch.chdir(problem.parent)
    result = rackmix("solve", problem, "-o", name)
    assert result.exit_code == ExitCode.BAD_INPUT


def test_validate_looks_into_every_scenario(problem: Path) -> None:
    """A scenario that could not be solved makes the file invalid, with its line."""
    text = problem.read_text(encoding="utf-8") + "scenarios: {broken: {spares: 3 kg}}\n"
    problem.write_text(text, encoding="utf-8")
    result = rackmix("validate", problem)
    assert result.exit_code == ExitCode.BAD_INPUT
    assert "spares" in result.output


def test_check_takes_the_edits_of_the_plan(problem: Path, tmp_path: Path) -> None:
    """A plan of an edited problem holds for the problem with the same edits."""
    edit = "reservations.research.cards=9"
    assert rackmix("solve", problem, "--set", edit, "-o", tmp_path / "p.json").exit_code == 0
    assert rackmix("check", problem, tmp_path / "p.json", "--set", edit).exit_code == 0


def test_the_starter_is_yaml(tmp_path: Path) -> None:
    """`new` refuses a name that the other commands would read as something else."""
    assert rackmix("new", tmp_path / "x.json").exit_code == ExitCode.BAD_INPUT
    assert not (tmp_path / "x.json").exists()


def test_a_gap_without_its_sign_is_questioned(problem: Path) -> None:
    """`--gap 0.1` would be ten per cent, which hardly anybody means."""
    assert rackmix("solve", problem, "--gap", "0.1").exit_code == ExitCode.BAD_INPUT
    assert rackmix("solve", problem, "--gap", "10%").exit_code == 0
