"""Estimates of training against published runs, those in the calibration and those held out.

Belongs here: how near the estimates come, and that the calibration is what its script writes. Does
not belong here: single formulas (doctests), what must hold for any figures (test_training.py).
"""

from statistics import median

import pytest

from calibration.fitting import quantile
from calibration.training import FILE, calibrated, calibration_runs
from calibration.writing import DATA
from catalogs import load_catalog
from solver.estimate.evidence import Comparison, held_out
from solver.estimating import runs_compared

RUNS = {run.row.id: run for run in runs_compared(load_catalog())}
SC21 = [name for name in RUNS if name.startswith("megatron21_")]


def errors(runs: list[Comparison]) -> list[float]:
    """Absolute relative errors of estimated throughput."""
    return [abs(run.ratio - 1) for run in runs if run.ratio is not None]


def chosen(*, seen: bool, excluded: bool) -> list[Comparison]:
    """Runs the calibration saw or never saw, with or without the excluded ones."""
    return [
        run
        for run in RUNS.values()
        if held_out(run.row.id) is not seen and (excluded or run.row.excluded is None)
    ]


def test_held_out_runs_are_estimated_well() -> None:
    """On runs the calibration never saw: median error at most 12 %, nine of ten within 35 %."""
    unseen = errors(chosen(seen=False, excluded=False))
    assert len(unseen) >= 15
    assert median(unseen) <= 0.12
    assert quantile(unseen, 0.9) <= 0.35


def test_held_out_runs_are_estimated_well_with_exclusions() -> None:
    """The median bar holds even where the runs count that cannot be compared; their tail does not,
    and is shown in docs/estimates.md.
    """
    assert median(errors(chosen(seen=False, excluded=True))) <= 0.12
    assert median(errors(chosen(seen=True, excluded=True))) <= 0.12


def test_the_table_of_2021_is_met() -> None:
    """The ten rows of the SC21 table come out within 10 % of their throughput."""
    assert len(SC21) == 10
    for name in SC21:
        assert RUNS[name].ratio == pytest.approx(1, abs=0.10), name


def test_gpt3_on_1024_cards_takes_34_days() -> None:
    """300 billion tokens of GPT-3 on 1,024 A100 with recomputation: 34 days, within 10 %."""
    run = RUNS["sc21_175b_1024"]
    assert run.estimated is not None
    days = 300e9 / (run.estimated * 1024 * 86_400)
    assert days == pytest.approx(34, rel=0.10)


@pytest.mark.parametrize(
    ("size", "within"), [("22b", 0.10), ("175b", 0.10), ("530b", 0.15), ("1t", 0.12)]
)
def test_batch_times_with_selective_recomputation(size: str, within: float) -> None:
    """The batch times of Korthikanti et al. come out within 10 %, but for the two largest models,
    which miss that bar: see docs/estimates.md.
    """
    run = RUNS[f"seqpar_{size}"]
    assert run.step is not None
    assert run.step.seconds == pytest.approx(run.row.step_s, rel=within)


def test_llama_405b_end_to_end() -> None:
    """Llama-3.1-405B on 16,384 H100, failures and restarts included, comes out within 15 %."""
    assert RUNS["llama31_405b_run"].ratio == pytest.approx(1, abs=0.15)


def test_the_band_covers_what_it_says() -> None:
    """Eight of ten held-out runs lie in the band of the calibrated ones, give or take two."""
    parameters = load_catalog().calibration
    low, high = parameters["training_low"].value, parameters["training_high"].value
    unseen = [1 / run.ratio for run in chosen(seen=False, excluded=False) if run.ratio]
    inside = sum(low <= actual <= high for actual in unseen)
    assert 0.8 * len(unseen) - 2 <= inside


def test_every_excluded_run_has_a_reason_of_its_own_kind() -> None:
    """A run is excluded for how it was published, in words, never for its error."""
    for run in load_catalog().evidence_training.values():
        if run.excluded is not None:
            assert len(run.excluded.split()) >= 1
            assert "error" not in run.excluded


def test_held_out_runs_take_no_part_in_any_choice() -> None:
    """Neither the fit nor the choice of its priors reads a held-out or an excluded run."""
    rows = calibration_runs(load_catalog())
    assert len(rows) >= 40
    assert not any(held_out(row.id) or row.excluded for row in rows)


@pytest.mark.slow
def test_calibration_is_repeatable() -> None:
    """The shipped file is byte for byte what the script makes of the evidence."""
    assert calibrated() == (DATA / FILE).read_text("utf-8")
