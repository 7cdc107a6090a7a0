"""Problem files that leave utilisation, goodput or power to estimates.

Belongs here: what becomes of such a file in the instance, and what is refused. Does not belong
here: the formulas (test_training.py), the command (test_estimate_command.py).
"""

import json
from pathlib import Path
from typing import Any

import pytest

from problems import InputError, parse_edit
from solver import Case, case_from_plan, dump_plan, load_case, options_of, solve_case
from solver.estimate import curve
from solver.estimating import training_estimates

TEXT = """
rackmix: 1
horizon: {start: 2023-06-01, end: 2023-07-31, period: month}
currency: USD
sites: {hall: {destination: US, electricity: {price: 0.1 USD/kWh}}}
offers:
  a100: {item: hgx-a100-8, vendor: x, price: 200_000 USD}
  h100: {item: dgx-h100, vendor: x, price: 400_000 USD}
training:
  job: {model: llama-2-13b, tokens: 300e9, mfu: estimated}
"""


@pytest.fixture
def case(tmp_path: Path) -> Any:
    """Makes a case of the text above, with edits."""
    path = tmp_path / "problem.yaml"
    path.write_text(TEXT, "utf-8")

    def make(*edits: str) -> Case:
        return load_case(path, edits=[parse_edit(edit) for edit in edits])

    return make


def rate(case: Case, pool: str, units: int) -> float:
    """Work a day of so many units in a pool."""
    (occurrence,) = case.instance.occurrences
    mode = next(mode for mode in occurrence.modes if mode.pool == pool)
    return min(a * units + b for a, b in mode.segments)


def assumption(case: Case, *words: str) -> str:
    """The one assumption that holds all of the words."""
    found = [a for a in case.instance.assumptions if all(word in a for word in words)]
    assert len(found) == 1, found
    return found[0]


def test_a_measured_table_wins_over_the_estimate(case: Any) -> None:
    """Proves that a card with measured utilisation is not estimated, and the other still is.

    Sensitivity: were the estimate taken, the rate would be near 53 % of the peak, not 10 %.
    """
    mixed = case("training.job.measured={a100_sxm_80: 10 %}")
    assert rate(mixed, "hall/hgx-a100-8", 1) == pytest.approx(8 * 0.312 * 0.10)
    assert rate(mixed, "hall/dgx-h100", 2) == pytest.approx(rate(case(), "hall/dgx-h100", 2))
    rows = {row.card: row for row in training_estimates(mixed)}
    assert rows["a100_sxm_80"].basis == "measured"
    assert rows["h100_sxm"].basis == "estimated"


def test_estimates_compute_no_curves(case: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Proves that both ends of a band are looked for without the curves an instance is built from.

    Sensitivity: were each end searched up to its own rate, every pool would be searched twice more.
    """
    made = case("training.job.batch_tokens=3.7e6")
    monkeypatch.setattr(curve, "_searched", None)
    rows = training_estimates(made)
    assert all(row.cards_low and row.cards_high for row in rows)


def test_measured_rows_alone_need_no_mfu(case: Any) -> None:
    """A job with measured rows only runs on their cards and no others."""
    only = case("training.job={model: llama-2-13b, tokens: 1e9, measured: {h100_sxm: {8: 40 %}}}")
    (occurrence,) = only.instance.occurrences
    assert [mode.pool for mode in occurrence.modes] == ["hall/dgx-h100"]


def test_a_margin_sizes_for_the_low_end(case: Any) -> None:
    """Under margin: p90 every rate is the band's low end of the middle, and the plan says so."""
    low = case().catalog.calibration["training_low"].value
    safe = case("margin=p90")
    assert rate(safe, "hall/dgx-h100", 3) == pytest.approx(low * rate(case(), "hall/dgx-h100", 3))
    assumption(safe, "margin: p90")


def test_estimated_goodput_takes_its_share(case: Any) -> None:
    """Goodput by estimate lowers the rate, by more where there are more cards."""
    plain, lossy = case(), case("training.job.goodput=estimated")
    shares = [
        rate(lossy, "hall/hgx-a100-8", n) / rate(plain, "hall/hgx-a100-8", n) for n in (2, 64)
    ]
    assert 0.95 < shares[1] < min(0.998, shares[0])


def test_goodput_can_be_estimated_for_a_given_utilisation(case: Any) -> None:
    """A constant utilisation with estimated goodput is a rate that bends, below the given one."""
    bent = case("training.job.mfu=40 %", "training.job.goodput=estimated")
    straight = case("training.job.mfu=40 %")
    (occurrence,) = bent.instance.occurrences
    assert all(len(mode.segments) > 1 for mode in occurrence.modes)
    for units in (2, 16):
        assert rate(bent, "hall/dgx-h100", units) < rate(straight, "hall/dgx-h100", units)


def test_a_switch_of_the_file_is_the_network(case: Any) -> None:
    """A fabric of the file sets the bandwidth between nodes; without one an assumption does."""
    assumption(case(), "No network is known", "hgx-a100-8")
    fabric = "fabrics={ib: {site: hall, switch: qm9700, nics_per_node: 1, cable_price: 1 USD}}"
    narrow = case(fabric)
    assert not any("No network is known" in a for a in narrow.instance.assumptions)
    assert rate(narrow, "hall/hgx-a100-8", 32) < rate(case(), "hall/hgx-a100-8", 32)


@pytest.mark.parametrize(
    ("edits", "words"),
    [
        (["training.job.model=deepseek-v3"], "mixture of experts: the catalogue lacks how many"),
        (["training.job.precision=int8"], "only bf16 and fp8 are calibrated"),
        (["training.job.model=nemotron-3-8b"], "hidden_size"),
        (["training.job.batch_tokens=100"], "at least one sequence"),
        (
            ["items={a100_sxm_80: {memory: 0.1 GB}}", "training.job.of=[a100_sxm_80]"],
            "lacks .* GB for each card .*has 0.1 GB",
        ),
    ],
)
def test_what_cannot_be_estimated_is_refused_in_words(
    case: Any, edits: list[str], words: str
) -> None:
    """Each refusal names what is missing, never a plan on a guess."""
    with pytest.raises(InputError, match=words):
        case(*edits)


def test_the_plan_carries_what_its_estimates_rest_on(case: Any) -> None:
    """A plan file holds the calibration it used: the same instance comes out of it alone."""
    made = case("training.job.goodput=estimated", "power=estimated")
    answer = solve_case(made, options_of(made))
    assert answer.plan is not None
    document = json.loads(dump_plan(answer.plan))
    assert {"matmul_share", "training_low"} <= {row["id"] for row in made.facts["calibration"]}
    again = case_from_plan(document["problem"], document["facts"], "plan.json")
    assert again.instance.sha256 == made.instance.sha256


def test_a_single_interval_needs_no_curve(case: Any) -> None:
    """Proves that where a job has one interval alone, its rate is the estimate at the one size that
    is of use, to the last digit: the fewest nodes whose estimate finishes in time.

    Sensitivity: on the concave curve of other jobs GPT-3 would need 13 nodes, as it is planned
    slower than its estimate between sizes that divide well.
    """
    one = case(
        "horizon.end=2023-06-30",
        "training.job={model: gpt-3-175b, tokens: 39e9, mfu: estimated, batch_tokens: 3.2e6, "
        "sequence_tokens: 2048}",
    )
    (row,) = (row for row in training_estimates(one) if row.card == "a100_sxm_80")
    assert row.mfu == pytest.approx(row.mfu_estimated, rel=1e-9)
    (occurrence,) = one.instance.occurrences
    mode = next(mode for mode in occurrence.modes if mode.pool == "hall/hgx-a100-8")
    assert (mode.min_units, mode.max_units, len(mode.segments)) == (12, 12, 1)
    assert not any("not concave" in words for words in one.instance.assumptions)


def test_a_single_interval_takes_the_fewest_cards(case: Any) -> None:
    """Proves that the one size of a single interval is the fewest cards that finish in time: here
    918, which cut the 80 layers into 27 stages with 34 replicas.

    Sensitivity: looked for after the last too slow size of a curve, which leaves 918 out and has
    slower sizes after it, they were 2,096.
    """
    one = case(
        "horizon={start: 2024-01-01, end: 2024-03-31, period: quarter}",
        "offers={a10: {item: a10, vendor: x, price: 100_000 USD, standalone: true}}",
        "training.job={model: llama-3.1-70b, tokens: 620e9, mfu: estimated, batch_tokens: 3.8e6}",
    )
    (occurrence,) = one.instance.occurrences
    assert [mode.min_units for mode in occurrence.modes] == [918]
    (row,) = training_estimates(one)
    assert (row.cards, row.layout) == (
        918,
        "TP1 PP27x3 DP34, micro-batch 1, full recomputation",
    )


def test_what_a_curve_is_scaled_down_by_is_reported(case: Any) -> None:
    """The plan says by how much single sizes are planned below their estimates."""
    assumption(case("training.job.model=mt-nlg-530b"), "not concave", "training.job on a100_sxm_80")


def test_estimated_power_is_a_share_of_nameplate(case: Any) -> None:
    """Proves peak, mean and idle of a node of 10.2 kW with a measured idle of 2.63 kW.

    The cap counts 82.4 % and 7.61 % of overhead; a busy card draws (77.6 % of 10.2 kW - 2.63 kW)/8
    more than an idle one. Sensitivity: at nameplate the cap would count 10.2 kW.
    """
    made = case("power=estimated")
    item, pool = made.instance.item["dgx-h100"], made.instance.pool["hall/dgx-h100"]
    assert item.load_kw == pytest.approx(10.2 * (0.824 + 0.0761), rel=1e-3)
    assert item.idle_kw == pytest.approx(2.63 + 10.2 * 0.0761, rel=1e-3)
    assert pool.busy_kw_per_card == pytest.approx((10.2 * 0.776 - 2.63) / 8, rel=1e-3)
    assumption(made, "Power is estimated")
    assert case().instance.item["dgx-h100"].load_kw == 10.2


def test_every_card_has_its_row(case: Any) -> None:
    """The estimate of each pair: cards that suffice, a band around them, evidence with sources."""
    rows = {row.card: row for row in training_estimates(case())}
    assert set(rows) == {"a100_sxm_80", "h100_sxm"}
    for row in rows.values():
        assert row.cards is not None
        assert row.cards_low is not None
        assert row.cards_high is not None
        assert row.cards_low <= row.cards <= row.cards_high
        assert row.days is not None
        assert row.days <= row.window_days * (1 + 1e-9)
        assert row.mfu is not None
        assert row.mfu_estimated == pytest.approx(row.mfu, rel=0.08)
        assert all(run.source for run in row.evidence)
    assert rows["h100_sxm"].evidence[0].card == "h100_sxm"
