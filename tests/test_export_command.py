"""`rackmix export`: formats, exit codes, and nothing written unless the plan holds."""

import json
import resource
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

import cli
from commands.export import FORMATS, LANGUAGES
from commands.program import ExitCode
from reports.language import LANGUAGES as KNOWN
from solver import dump_plan
from tests.command_line import rackmix
from tests.reports.export.many_orders import write_many_orders
from tests.reports.export.solved import LIBRARY, plan_of

OURS = ("csv", "parquet", "xlsx", "orders", "json")
EXAMPLE = LIBRARY / "card_in_host.yaml"


@pytest.fixture
def plan(tmp_path: Path) -> Path:
    """A plan file."""
    path = tmp_path / "plan.json"
    path.write_text(dump_plan(plan_of("design_example")), encoding="utf-8")
    return path


def names(folder: Path) -> set[str]:
    """What is in a folder."""
    return {path.name for path in folder.iterdir()}


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("kind", OURS)
def test_every_format_is_written(kind: str, lang: str, plan: Path, tmp_path: Path) -> None:
    """Each format becomes a file or a folder with files, and nothing is left beside it."""
    out = tmp_path / "out"
    result = rackmix("export", plan, "--format", kind, "--lang", lang, "-o", out)
    assert result.exit_code == 0, result.output
    assert result.stdout == ""
    assert str(out) in result.stderr
    assert out.is_dir() == FORMATS[kind].folder
    assert names(tmp_path) == {"plan.json", "out"}


@pytest.mark.parametrize(
    ("where", "value", "told"),
    [
        (("facts", "nodes"), 3, "the problem and the facts in it do not hold together (TypeError"),
        (("problem", "sites", "elsewhere"), None, "do not hold together (KeyError"),
        (("provenance", "options"), "\ud800", "holds half a character"),
        (("currency",), None, "currency: must be"),
    ],
)
def test_a_plan_that_was_spoiled_is_bad_input(
    where: tuple[str, ...], value: object, told: str, plan: Path, tmp_path: Path
) -> None:
    """What no version of rackmix has written is told apart from a failure of rackmix."""
    document = json.loads(plan.read_text("utf-8"))
    if where[-1] == "elsewhere":
        document["problem"]["fleet"] = {"old": {"item": "hgx-h20-8", "site": "no", "count": 1}}
        document["problem"]["fleet"]["old"]["from"] = "2020-01-01"
    else:
        node = document
        for key in where[:-1]:
            node = node[key]
        node[where[-1]] = value
    plan.write_text(json.dumps(document), "utf-8")
    result = rackmix("export", plan, "--format", "md", "-o", tmp_path / "out")
    assert result.exit_code == ExitCode.BAD_INPUT, result.stderr
    assert told in result.stderr
    assert names(tmp_path) == {"plan.json"}


@pytest.mark.parametrize("kind", FORMATS)
def test_a_full_disk_leaves_nothing_behind(kind: str, plan: Path, tmp_path: Path) -> None:
    """When the system takes no more bytes, no format is there in part, and the message says why.
    What stood there before still stands.
    """
    out = tmp_path / "out"
    if not FORMATS[kind].folder:
        out.write_text("old")
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (500, hard))
    try:
        result = rackmix("export", plan, "--format", kind, "-o", out)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert result.exit_code == ExitCode.BAD_INPUT
    assert f"{out} cannot be written: File too large" in result.stderr
    assert names(tmp_path) == {"plan.json"} | ({"out"} if not FORMATS[kind].folder else set())
    assert FORMATS[kind].folder or out.read_text() == "old"


def test_the_languages_are_those_of_the_reports() -> None:
    """The command's own list, which help needs without imports, is the reports' list."""
    assert LANGUAGES == KNOWN


def test_a_plan_that_does_not_hold_is_refused(plan: Path, tmp_path: Path) -> None:
    """Exit 5 names what is wrong, and nothing is written."""
    document = json.loads(plan.read_text("utf-8"))
    document["bill"][0]["amount"] += 1000
    document["verification"]["ok"] = True
    plan.write_text(json.dumps(document), "utf-8")
    for kind in OURS:
        result = rackmix("export", plan, "--format", kind, "-o", tmp_path / "out")
        assert result.exit_code == ExitCode.FAILED
        assert "bill, nodes: amount" in result.stderr
    assert names(tmp_path) == {"plan.json"}


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ([EXAMPLE, "--format", "xlsx", "-o", "out"], "is a problem file, not a plan"),
        (["plan.json", "--format", "lp", "-o", "out"], "is a plan: lp is written from a problem"),
        (["nothing.json", "--format", "csv", "-o", "out"], "cannot be read"),
        (["plan.json", "--format", "xslx", "-o", "out"], "'xslx' is not one of"),
        (["plan.json", "--format", "csv"], "Missing option '-o'"),
        (["plan.json", "--format", "json", "-o", "plan.json"], "name another one"),
        (["plan.json", "--format", "csv", "-o", "full"], "holds files already"),
        (["plan.json", "--format", "xlsx", "-o", "full"], "is a folder"),
        (["plan.json", "--format", "xlsx", "-o", "no/out"], "there is no folder"),
        (["plan.json", "--format", "csv", "-o", "out", "--plain"], "go with lp and mps"),
        (["plan.json", "--format", "csv", "-o", "out", "--set", "spares=1 %"], "with lp and mps"),
        ([EXAMPLE, "--format", "lp", "-o", "out", "--set", "spare=1 %"], "did you mean 'spares'"),
        ([EXAMPLE, "--format", "lp", "-o", "out", "--lang", "zh"], "no language"),
    ],
)
def test_what_is_wrong_is_said(
    arguments: list[Any], told: str, plan: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Bad input ends with exit 2 and a sentence, and writes nothing."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "mine").write_text("mine")
    result = rackmix("export", *arguments)
    assert result.exit_code == ExitCode.BAD_INPUT
    assert told in result.stderr
    assert names(tmp_path) == {"plan.json", "full"}


@pytest.mark.parametrize("kind", ["lp", "mps"])
def test_a_problem_becomes_a_program(kind: str, tmp_path: Path) -> None:
    """The program stands beside the table of its names; edits change it."""
    out = tmp_path / f"model.{kind}"
    arguments = ["export", EXAMPLE, "--format", kind, "-o", out]
    assert rackmix(*arguments).exit_code == 0
    assert names(tmp_path) == {out.name, "model.names.csv"}
    before = out.read_text()
    assert rackmix(*arguments, "--set", "spares=5 %").exit_code == 0
    assert out.read_text() != before
    assert rackmix(*arguments, "--plain").exit_code == 0
    assert "plain formulation" in out.read_text().splitlines()[0]


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A plan with 10,080 order lines."""
    return write_many_orders(tmp_path_factory.mktemp("many"), sites=28, offers=30, vendors=12)


@pytest.mark.slow
@pytest.mark.parametrize("kind", [*OURS, "md"])
def test_ten_thousand_lines_take_seconds(kind: str, many: Path, tmp_path: Path) -> None:
    """10,080 order lines are exported within ten seconds of processor time and 1 GiB."""
    out = tmp_path / "out"
    command = [sys.executable, "-m", "cli", "export", str(many), "--format", kind, "-o", str(out)]
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    limited = f"import resource; resource.setrlimit(resource.RLIMIT_DATA, ({2**30}, {2**30}));"
    limited += (
        "import runpy, sys; sys.argv = sys.argv[1:]; runpy.run_module('cli', run_name='__main__')"
    )
    started = time.monotonic()
    run = subprocess.run(
        [sys.executable, "-c", limited, *command[2:]],
        cwd=Path(cli.__file__).parent,
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    spent = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    assert spent < 10, f"{spent:.1f} s of processor, {time.monotonic() - started:.1f} s in all"
    assert out.exists()
