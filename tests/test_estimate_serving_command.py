"""`rackmix estimate` on services: what it prints, and how it ends."""

import json
from pathlib import Path

from click.testing import CliRunner, Result

from cli import main

FILE = str(Path(__file__).resolve().parents[1] / "problems" / "library" / "estimated_serving.yaml")


def run(*arguments: str) -> Result:
    """Run the command line in this process."""
    return CliRunner().invoke(main, ["estimate", *arguments], env={"COLUMNS": "160"})


def test_tables_for_each_service() -> None:
    """Every service has its configurations with cards, rates, layout and limit, the cards that do
    not serve it with the reason, and published measurements with their sources.
    """
    result = run(FILE)
    assert result.exit_code == 0
    for word in (
        "inference.chat",
        "inference.reading",
        "h20_sxm_96-x8-bf16",
        "TP8 bf16",
        "8 of 10",
        "latency",
        "l40s in pcie-host-8 breaks latency",
        "github:NVIDIA/TensorRT-LLM",
    ):
        assert word in result.stdout, word


def test_one_document_on_standard_output() -> None:
    """With --format json there is one document, with figures and evidence of each configuration."""
    result = run(FILE, "--format", "json")
    assert result.exit_code == 0
    rows = json.loads(result.stdout)["serving"]
    (row,) = (r for r in rows if r["service"] == "chat" and r["card"] == "h20_sxm_96")
    assert row["cards"] == 64
    (one,) = row["classes"]
    assert one["low"] < one["requests_per_second"] < one["high"]
    assert one["batch"] == 33
    assert row["evidence"]


def test_given_and_measured_throughput_is_shown() -> None:
    """A service on a given share of the peak, or on measured rows, has its rates without a band."""
    library = Path(FILE).parent
    for name, basis in (("gpt3_serving.yaml", "given"), ("serving_mix_llmplan.yaml", "measured")):
        result = run(str(library / name), "--format", "json")
        assert result.exit_code == 0
        rows = json.loads(result.stdout)["serving"]
        assert {row["basis"] for row in rows} == {basis}
        assert all(one["low"] is None for row in rows for one in row["classes"])
        assert run(str(library / name)).exit_code == 0
