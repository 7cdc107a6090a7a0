"""`rackmix estimate`: what it prints, and how it ends."""

import json
from pathlib import Path

import pytest
from click.testing import Result

from tests.command_line import rackmix

LIBRARY = Path(__file__).resolve().parents[1] / "problems" / "library"
FILE = str(LIBRARY / "estimated_training.yaml")


def run(*arguments: str) -> Result:
    """Run the command line in this process."""
    return rackmix("estimate", *arguments)


def test_a_table_for_each_workload() -> None:
    """Every kind of node has a line with its cards, and published runs stand below with sources."""
    result = run(FILE)
    assert result.exit_code == 0
    for word in ("training.run", "hgx-a100-8", "hgx-a800-8", "hgx-h100-8", "arXiv:", "8 of 10"):
        assert word in result.stdout


def test_one_document_on_standard_output() -> None:
    """With --format json there is one document, with cards, layout and limit of every pair."""
    result = run(FILE, "--format", "json", "--scenario", "gpt3-h100")
    assert result.exit_code == 0
    (row,) = json.loads(result.stdout)["training"]
    assert row["card"] == "h100_sxm"
    assert row["cards"] == 48
    assert row["layout"].startswith("TP")
    assert row["limit"]


def test_edits_count() -> None:
    """An edit changes what is estimated: twice the tokens need more cards."""
    base, more = (
        json.loads(run(FILE, "--format", "json", "--set", f"training.run.tokens={tokens}").stdout)
        for tokens in ("300e9", "600e9")
    )
    assert more["training"][0]["cards"] > 1.8 * base["training"][0]["cards"]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((FILE, "--set", "training.run.mfu=guessed"), "mfu"),
        ((FILE, "--set", "training.runn.mfu=estimated"), "run"),
        (("nowhere.yaml",), "nowhere.yaml"),
    ],
)
def test_bad_input_ends_with_2(arguments: tuple[str, ...], words: str) -> None:
    """A typo is bad input, named on standard error, with nothing on standard output."""
    result = run(*arguments)
    assert result.exit_code == 2
    assert words in result.stderr
    assert not result.stdout


def test_a_margin_on_the_command_line() -> None:
    """`solve --margin p90` buys for what nine of ten runs reach, without an edit of the file."""
    plain, safe = (
        rackmix("solve", FILE, "--scenario", "gpt3-a100", *extra)
        for extra in ((), ("--margin", "p90"))
    )
    assert "Buy 12 hgx-a100-8" in plain.stdout
    assert "Buy 14 hgx-a100-8" in safe.stdout


def test_a_file_without_workloads_says_so(tmp_path: Path) -> None:
    """Nothing to estimate is an answer, not an error."""
    path = tmp_path / "empty.yaml"
    path.write_text(
        "rackmix: 1\nhorizon: {start: 2024-01-01, end: 2024-01-31, period: month}\n"
        "currency: USD\nsites: {hall: {destination: US}}\n",
        "utf-8",
    )
    result = run(str(path))
    assert result.exit_code == 0
    assert "no training job" in result.stdout
