"""`rackmix explain`: pages, documents, exit codes and cures that can be pasted."""

import json
import shlex
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.command_line import rackmix

PROBLEM = """\
rackmix: 1
title: Ten cards in a small room
horizon: {start: 2024-01-01, end: 2024-12-31, period: quarter}
currency: CNY
sites: {hall: {destination: CN, power_cap: 3 kW}}
items: {a100_sxm_80: {power: 400 W}}
offers: {card: {item: a100_sxm_80, vendor: broker, price: 50_000 CNY, standalone: true}}
reservations: {research: {cards: 10}}
scenarios: {more-power: {sites.hall.power_cap: 5 kW}}
"""
"""Ten cards of 400 W need 4 kW; 3 kW feed seven."""


@pytest.fixture
def problem(tmp_path: Path) -> Path:
    """A problem file without a plan."""
    path = tmp_path / "room.yaml"
    path.write_text(PROBLEM, encoding="utf-8")
    return path


def test_the_page_names_the_conflict_and_its_cures(problem: Path) -> None:
    """What contradicts, by how much it has to move, and what it then costs."""
    result = rackmix("explain", problem)
    assert result.exit_code == 3
    assert "Ten cards in a small room" in result.stdout
    assert "sites.hall.power_cap: hall draws at most 3 kW" in result.stdout
    assert "--set 'sites.hall.power_cap=4 kW'" in result.stdout
    assert "500,000 CNY" in result.stdout
    assert all(len(line) <= 80 for line in result.stdout.splitlines())


def test_cures_can_be_pasted(problem: Path) -> None:
    """Every cure, split as a shell does, makes `solve` find a plan."""
    page = rackmix("explain", problem).stdout
    pasted = [line.strip() for line in page.splitlines() if line.strip().startswith("--")]
    assert len(pasted) >= 2
    for line in pasted:
        assert rackmix("solve", problem, *shlex.split(line)).exit_code == 0, line


def test_the_document(problem: Path) -> None:
    """One JSON document on standard output; what it proposes is what the page does."""
    result = rackmix("explain", problem, "--format", "json")
    assert result.exit_code == 3
    document = json.loads(result.stdout)
    assert document["status"] == "infeasible"
    (conflict,) = document["conflicts"]
    assert {m["path"] for m in conflict["members"]} == {
        "reservations.research",
        "sites.hall.power_cap",
    }
    assert conflict["confirmed"]
    assert conflict["minimal"]
    sets = [cure["set"] for cure in document["cures"]]
    assert ["sites.hall.power_cap=4 kW"] in sets
    assert ["reservations.research.cards=7"] in sets
    costs = {tuple(cure["set"]): cure["cost"] for cure in document["cures"]}
    assert costs["sites.hall.power_cap=4 kW",] == pytest.approx(500_000)


def test_weights_and_edits(problem: Path) -> None:
    """Weights change the order; edits come first, so cures build on them."""
    arguments = ("explain", problem, "--format", "json", "--set", "reservations.research.cards=8")
    document = json.loads(rackmix(*arguments).stdout)
    assert document["cures"][0]["set"] == ["sites.hall.power_cap=3.2 kW"]
    weighted = json.loads(rackmix(*arguments, "--weight", "sites.hall.power_cap=5").stdout)
    assert weighted["cures"][0]["set"] == ["reservations.research.cards=7"]


def test_what_is_mistyped_is_bad_input(problem: Path) -> None:
    """A weight of nothing, a weight of 0 and an edit of nothing are refused."""
    result = rackmix("explain", problem, "--weight", "sites.hal.power_cap=2")
    assert result.exit_code == 2
    assert "did you mean sites.hall.power_cap" in result.stderr
    assert rackmix("explain", problem, "--weight", "sites=0").exit_code == 2
    assert rackmix("explain", problem, "--set", "sites.hall.power=5 kW").exit_code == 2


def test_a_problem_with_a_plan(problem: Path) -> None:
    """Nothing contradicts: exit code 0."""
    result = rackmix("explain", problem, "--scenario", "more-power")
    assert result.exit_code == 0
    assert "there is a plan" in result.stdout


def test_solve_points_to_explain(problem: Path) -> None:
    """With the same scenario and edits, ready for a shell."""
    arguments = ("--scenario", "more-power", "--set", "sites.hall.power_cap=2 kW")
    result = rackmix("solve", problem, *arguments)
    assert result.exit_code == 3
    line = next(line for line in result.stderr.splitlines() if "rackmix explain" in line)
    words = shlex.split(line[line.index("rackmix explain") :])
    assert words == ["rackmix", "explain", str(problem), *arguments]


def test_an_interrupt_shows_what_is_known(problem: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ctrl-C ends with exit code 130 and a page that says that there may be more."""

    @contextmanager
    def interrupted() -> Iterator[threading.Event]:
        asked = threading.Event()
        asked.set()
        yield asked

    monkeypatch.setattr("reports.terminal.interruption", interrupted)
    result = rackmix("explain", problem)
    assert result.exit_code == 130
    assert "Infeasible" in result.stdout
    assert "The search ended before all was looked at" in result.stdout


def test_options_that_change_nothing_are_named(problem: Path) -> None:
    """Ranges without a plan and weights with one are no use, and are told on standard error."""
    path = "sites.hall.power_cap"
    without = rackmix("explain", problem, "--range", path, "--format", "json")
    assert "--range was not looked at" in without.stderr
    assert json.loads(without.stdout)["cures"]
    cured = ("--scenario", "more-power", "--budget", "1s")
    assert (
        "--weight was not needed"
        in rackmix("explain", problem, *cured, "--weight", f"{path}=2").stderr
    )
