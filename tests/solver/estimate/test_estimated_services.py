"""Problem files that leave the throughput of services to estimates.

Belongs here: what becomes of such a file in the instance and the plan, and what is refused. Does
not belong here: the formulas (test_serving.py), the command (test_estimate_serving_command.py).
"""

import json
from pathlib import Path
from typing import Any

import pytest

from problems import InputError, parse_edit, parse_unset
from solver import Case, case_from_plan, dump_plan, load_case, options_of, solve_case
from solver.estimating_serving import serving_estimates
from tests.problems import library_serving as by_hand

LIBRARY = Path(__file__).resolve().parents[3] / "problems" / "library"
TEXT = """
rackmix: 1
horizon: {start: 2024-01-01, end: 2024-01-31, period: month}
currency: USD
sites: {hall: {destination: US}}
offers:
  h100: {item: hgx-h100-8, vendor: x, price: 300_000 USD}
  a100: {item: hgx-a100-8, vendor: x, price: 150_000 USD}
  l40s: {item: l40s, vendor: x, price: 8_000 USD}
  host: {item: pcie-host-8, vendor: x, price: 15_000 USD}
inference:
  chat:
    model: llama-3.1-70b
    requests: 5 per second
    throughput: estimated
    latency: {ttft: 2 s, tpot: 100 ms}
    classes:
      short: {share: 80 %, prompt_tokens: 200, answer_tokens: 200}
      long: {share: 20 %, prompt_tokens: 4000, answer_tokens: 400}
"""


@pytest.fixture
def case(tmp_path: Path) -> Any:
    """Makes a case of the text above, with edits; a dash before a path takes it out."""
    path = tmp_path / "problem.yaml"
    path.write_text(TEXT, "utf-8")

    def make(*edits: str) -> Case:
        parsed = [
            parse_unset(edit.removeprefix("-")) if edit.startswith("-") else parse_edit(edit)
            for edit in edits
        ]
        return load_case(path, edits=parsed)

    return make


def throughput(case: Case, configuration: str) -> dict[str, float]:
    """Requests per second of a configuration, by class."""
    (service,) = case.instance.services
    (mode,) = (mode for mode in service.modes if mode.configuration == configuration)
    return dict(mode.throughput)


def assumptions(case: Case, *words: str) -> list[str]:
    """The assumptions that hold all of the words."""
    return [a for a in case.instance.assumptions if all(word in a for word in words)]


def test_the_worked_file_agrees_with_arithmetic() -> None:
    """The throughput of the library's two services is what plain arithmetic gives, to nine digits.

    Sensitivity: any change of a formula or of the calibration shows here first.
    """
    worked = load_case(LIBRARY / "estimated_serving.yaml")
    found = {
        (service.key, mode.configuration): dict(mode.throughput)["all"]
        for service in worked.instance.services
        for mode in service.modes
    }
    chat, reading = by_hand.CHAT, by_hand.READING
    for card, name in ((by_hand.H20, "h20_sxm_96"), (by_hand.H100, "h100_sxm")):
        expected = by_hand.replica_rate(card, chat)
        assert found["chat", f"{name}-x8-bf16"] == pytest.approx(expected, rel=1e-9)
    expected = by_hand.replica_rate(by_hand.H100, reading)
    assert found["reading", "h100_sxm-x8-bf16"] == pytest.approx(expected, rel=1e-9)
    assert ("reading", "h20_sxm_96-x8-bf16") not in found


def test_few_configurations_for_each_card(case: Any) -> None:
    """Each pool gets at most four configurations, each class its own throughput."""
    (service,) = case().instance.services
    for pool in case().instance.pools:
        modes = [mode for mode in service.modes if mode.pool == pool.key]
        assert 1 <= len(modes) <= 4
    rates = throughput(case(), "h100_sxm-x2-fp8")
    assert rates["short"] > 5 * rates["long"] > 0


def test_measured_rows_win_over_estimates(case: Any) -> None:
    """Proves that a card with measured rows is not estimated, and the others still are.

    Sensitivity: were the estimate added, the H100 would have several configurations.
    """
    row = "{name: own, card: h100_sxm, cards: 4, precision: fp8, requests_per_second: 7}"
    mixed = case(f"inference.chat.measured=[{row}]")
    (service,) = mixed.instance.services
    names = [m.configuration for m in service.modes if m.pool == "hall/hgx-h100-8"]
    assert names == ["own"]
    assert any(m.pool == "hall/hgx-a100-8" for m in service.modes)
    bases = {row.card: row.basis for row in serving_estimates(mixed)}
    assert bases == {"h100_sxm": "measured", "a100_sxm_80": "estimated", "l40s": "estimated"}


def test_the_margin_sizes_for_the_low_end(case: Any) -> None:
    """With margin p90 every estimated rate is counted at the low end of the band; it is said."""
    low = case().catalog.calibration["serving_low"].value
    name = "h100_sxm-x2-fp8"
    usual, careful = throughput(case(), name), throughput(case("margin=p90"), name)
    for kind in ("short", "long"):
        assert careful[kind] == pytest.approx(low * usual[kind])
    assert assumptions(case("margin=p90"), "margin: p90", "serving")
    assert not assumptions(case(), "margin: p90")


def test_stricter_latency_needs_more(case: Any) -> None:
    """A shorter time per token or to the first token never serves more, and at some point less."""
    name = "h100_sxm-x2-fp8"
    usual = throughput(case(), name)
    for edit in ("inference.chat.latency.tpot=40 ms", "inference.chat.latency.ttft=500 ms"):
        for kind, rate in throughput(case(edit), name).items():
            assert rate < usual[kind]


def test_bursts_need_more(case: Any) -> None:
    """Bursty arrivals leave less of the throughput than independent ones."""
    name = "h100_sxm-x2-fp8"
    bursty = throughput(case("inference.chat.burstiness=8"), name)
    assert bursty["short"] < throughput(case(), name)["short"]


def test_only_the_precisions_asked_for(case: Any) -> None:
    """`precisions` confines the configurations; a card that has none of them is left out."""
    (service,) = case("inference.chat.precisions=[fp8]").instance.services
    assert {mode.configuration.rsplit("-", 1)[1] for mode in service.modes} == {"fp8"}
    assert not any(mode.pool == "hall/hgx-a100-8" for mode in service.modes)


def test_a_model_that_fits_nowhere_names_the_memory(case: Any) -> None:
    """Where no card holds the model, the error says what each lacks."""
    with pytest.raises(InputError) as caught:
        case(
            "inference.chat.model=gpt-3-175b",
            "inference.chat.precisions=[bf16]",
            "-inference.chat.latency",
            "items={l40s: {kind: accelerator, memory: 2 GB}}",
            "-offers.h100",
            "-offers.a100",
        )
    assert "inference.chat.throughput" in str(caught.value)
    assert "GB of memory for each card" in str(caught.value)


def test_latency_that_nothing_keeps_is_an_error(case: Any) -> None:
    """Where no card keeps the limits, the error names them and what one request alone takes."""
    with pytest.raises(InputError, match=r"breaks latency: ttft 0.01 s.*one request alone"):
        case("inference.chat.latency.ttft=10 ms")


def test_a_card_too_slow_is_left_out_and_named(case: Any) -> None:
    """A pool that breaks the limits has no configuration, and the plan says why."""
    strict = case("inference.chat.latency.tpot=20 ms")
    (service,) = strict.instance.services
    assert not any("l40s" in mode.pool for mode in service.modes)
    assert assumptions(strict, "does not run there: l40s in pcie-host-8 breaks latency")


def test_a_missing_figure_is_named(case: Any) -> None:
    """A model without its shape is an error that names the figure."""
    with pytest.raises(InputError, match=r"layers"):
        case("inference.chat.model=titan-200b")


def test_eight_bit_integers_are_used_only_where_the_file_says_so(case: Any) -> None:
    """Proves that a card with INT8 and no FP8 serves in 16 bits unless `precisions` names int8, and
    that the plan says which precisions were allowed.

    Sensitivity: were int8 among the defaults, A100 would be planned at up to twice the rate, of a
    model that may answer differently.
    """

    def on_a100(made: Case) -> set[str]:
        (service,) = made.instance.services
        names = [mode.configuration for mode in service.modes]
        return {name.rsplit("-", 1)[1] for name in names if name.startswith("a100")}

    plain, asked = case(), case("inference.chat.precisions=[bf16, int8]")
    assert on_a100(plain) == {"bf16"}
    assert assumptions(plain, "estimated", "inference.chat (bf16, fp8)")
    assert assumptions(plain, "only where `precisions` names them")
    assert "int8" in on_a100(asked)
    assert assumptions(asked, "estimated", "inference.chat (bf16, int8)")
    assert not assumptions(asked, "only where `precisions` names them")


def test_what_no_measurement_stands_behind_is_said(case: Any) -> None:
    """INT8 and mixed experts are estimated, with a word that nothing measured is behind them."""
    assert assumptions(case("inference.chat.precisions=[int8]"), "precisions", "int8")
    assert not assumptions(case("inference.chat.precisions=[fp8]"), "precisions", "not known")
    assert assumptions(case("inference.chat.model=deepseek-v3"), "Experts", "deepseek-v3")


@pytest.mark.parametrize(
    ("edits", "words"),
    [
        (
            ["-inference.chat.throughput", "inference.chat.utilization=20 %"],
            "latency only with",
        ),
        (["inference.chat.utilization=20 %"], "not both"),
        (["-inference.chat.model"], "needs a model"),
        (["inference.chat.latency={}"], "needs ttft, tpot or both"),
        (["inference.chat.latency={tpt: 1 s}"], "tpot"),
        (["inference.chat.percentile=100 %"], "percentile"),
        (["inference.chat.precisions=[]"], "at least one"),
        (["inference.chat.precisions=[fp7]"], "fp8"),
    ],
)
def test_what_makes_no_sense_is_refused(case: Any, edits: list[str], words: str) -> None:
    """Contradictory or misspelt fields are errors that say what was expected."""
    with pytest.raises(InputError, match=words):
        case(*edits)


def test_a_plan_is_checked_from_its_file_alone(case: Any) -> None:
    """A plan on estimates carries the calibration it rests on: the same instance comes from it."""
    made = case()
    answer = solve_case(made, options_of(made, gap=0.01))
    assert answer.plan is not None
    document = json.loads(dump_plan(answer.plan))
    again = case_from_plan(document["problem"], document["facts"], "plan.json")
    assert again.instance.sha256 == made.instance.sha256


def test_estimates_say_what_the_optimiser_counts(case: Any) -> None:
    """The rows of `rackmix estimate` hold the instance's own rates, inside their band."""
    made = case()
    rows = serving_estimates(made)
    assert {row.service for row in rows} == {"chat"}
    for row in rows:
        assert row.configuration is not None
        rates = throughput(made, row.configuration)
        assert {one.name: one.requests_per_second for one in row.classes} == rates
        for one in row.classes:
            assert one.low is not None
            assert one.high is not None
            assert one.low < one.requests_per_second < one.high
            assert one.limit
        assert len(row.evidence) == 2
        assert all(run.source for run in row.evidence)
