"""How strong the prior of the share of the peak should be, by the runs of the calibration alone.

`python -m calibration.cross_validation` prints for each spread how far runs lie from a fit to the
runs of other publishers; the least is what calibration/training.py uses. Held-out runs take no
part. Belongs here: this choice. Does not belong here: the fit (training).
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import catalogs
from calibration.fitting import deviation
from calibration.training import (
    OUTLIER,
    PRIORS,
    SPREAD,
    calibration_runs,
    fit,
    fixed_parameters,
    samples,
)
from catalogs import load_catalog
from solver.estimate.evidence import Sample
from solver.estimate.figures import GoodputParameters, parameters_of

SPREADS = (0.025, 0.05, 0.1, 0.2, 0.4, 0.8)


FOLDS = 4
"""Parts that the publishers are dealt into, so that no publisher is in two of them."""


def left_out(runs: Sequence[Sample], fixed: Mapping[str, float], spread: float) -> float:
    """Deviation of each part's runs from a fit to the runs of all others."""
    priors = {**PRIORS, "matmul_share": replace(PRIORS["matmul_share"], spread=spread)}
    names = sorted({publisher(run.row) for run in runs})
    total = 0.0
    for fold in range(FOLDS):
        part = names[fold::FOLDS]
        given = fit([run for run in runs if publisher(run.row) not in part], fixed, priors)
        ratios = [run.ratio(given) for run in runs if publisher(run.row) in part]
        total += deviation(ratios, SPREAD, OUTLIER)
    return total


def publisher(row: catalogs.TrainingRun) -> str:
    """Who published a run: the first word of its source, repositories without their version.

    >>> publisher(load_catalog().evidence_training["seqpar_22b"])
    'Korthikanti'
    """
    return row.source.split(" ")[0].split("_v")[0]


if __name__ == "__main__":
    catalog = load_catalog()
    losses = parameters_of(GoodputParameters, catalog.calibration)
    evidence = samples(calibration_runs(catalog), catalog.accelerators, losses)
    for tried in SPREADS:
        print(
            f"{tried:.1%}: {left_out(evidence, fixed_parameters(catalog), tried):.2f}", flush=True
        )
