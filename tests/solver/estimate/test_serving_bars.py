"""Estimates of serving against published measurements, those in the calibration and those held out.

Belongs here: how near the estimates come, and that the calibration is what its script writes. Does
not belong here: single formulas (doctests), what must hold for any figures (test_serving.py).
"""

from dataclasses import replace
from statistics import median

import pytest

from calibration.fitting import quantile
from calibration.serving import (
    FILE,
    HEADING,
    PRIORS,
    calibrating,
    parameter_rows,
    penalty,
)
from calibration.writing import DATA, parameters_text
from catalogs import load_catalog
from solver.estimate.evidence import held_out
from solver.estimate.figures import parameters_of
from solver.estimate.serving.evidence import Comparison
from solver.estimate.serving.figures import ServingParameters
from solver.estimating_serving import measurements_compared

CATALOG = load_catalog()
GIVEN = parameters_of(ServingParameters, CATALOG.calibration)
RUNS = measurements_compared(CATALOG)


def errors(*, seen: bool, excluded: bool) -> list[float]:
    """Absolute relative errors of rows the calibration saw or never saw."""
    return [
        abs(run.ratio - 1)
        for run in RUNS
        if run.ratio is not None
        and held_out(run.row.id) is not seen
        and (excluded or run.row.excluded is None)
    ]


def test_held_out_measurements_are_estimated_well() -> None:
    """On measurements the calibration never saw: median error at most 25 %; it is half of that."""
    unseen = errors(seen=False, excluded=False)
    assert len(unseen) >= 15
    assert median(unseen) <= 0.125
    assert quantile(unseen, 0.9) <= 0.35


def test_held_out_measurements_are_estimated_well_with_exclusions() -> None:
    """The bar holds even where the rows count that a reason excludes."""
    assert median(errors(seen=False, excluded=True)) <= 0.25
    assert median(errors(seen=True, excluded=True)) <= 0.25


def test_every_measurement_with_lengths_has_an_estimate() -> None:
    """No row fails to be compared in silence: those without an estimate lack lengths."""
    assert [run.row.id for run in RUNS if run.ratio is None] == []
    missing = set(CATALOG.evidence_inference) - {run.row.id for run in RUNS}
    assert all(CATALOG.evidence_inference[name].excluded for name in missing)


def test_the_calibration_never_sees_a_held_out_row() -> None:
    """A third of the rows stays out of the calibration, and nothing excluded is in it."""
    rows = calibrating(CATALOG)
    assert not any(held_out(row.id) or row.excluded for row in rows)
    kept = [row for row in CATALOG.evidence_inference.values() if held_out(row.id)]
    assert 0.2 < len(kept) / len(CATALOG.evidence_inference) < 0.45


def test_the_calibration_file_follows_from_its_parameters() -> None:
    """Residuals, band and counts in the file are those of its own parameters, byte for byte."""
    text = parameters_text(HEADING, parameter_rows(calibrating(CATALOG), CATALOG, GIVEN))
    assert (DATA / FILE).read_text("utf-8") == text


@pytest.mark.parametrize("name", PRIORS)
def test_no_parameter_alone_explains_the_evidence_better(name: str) -> None:
    """The shipped parameters are where the search ends: one moved by 2 % fits worse."""
    rows = calibrating(CATALOG)
    best = penalty(rows, CATALOG, GIVEN)
    for factor in (1.02, 1 / 1.02):
        value = getattr(GIVEN, name) * factor
        if value <= PRIORS[name].most:
            assert penalty(rows, CATALOG, replace(GIVEN, **{name: value})) > best - 0.05


@pytest.mark.parametrize("run", RUNS, ids=lambda run: run.row.id)
def test_no_estimate_exceeds_the_card(run: Comparison) -> None:
    """No estimate of published work needs more FLOP/s than the dense peak."""
    row, model = run.row, CATALOG.models[run.row.model]
    card = CATALOG.accelerators[row.card]
    peaks = {
        "bf16": card.bf16_dense_tflops,
        "fp8": card.fp8_dense_tflops,
        "int8": card.int8_dense_tops,
        "fp4": card.fp4_dense_tflops,
    }
    flop = 2 * (model.active_parameters or model.parameters)
    per_token = flop * (1 + (row.prompt_tokens or 0) / (row.answer_tokens or 1))
    assert (run.estimated or 0) * per_token <= (peaks[row.precision] or 0) * 1e12
