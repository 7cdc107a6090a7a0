"""Fits the parameters of serving throughput to the catalogue's evidence.

`python -m calibration.serving` writes catalogs/data/calibration_serving.yaml; the same evidence
gives the same bytes. A third of the measurements, chosen by the hash of their ids, and all excluded
ones are never looked at. Belongs here: priors. Does not belong here: formulas
(solver.estimate.serving), the search (fitting).
"""

import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from statistics import median

import catalogs
from calibration.fitting import Prior, deviation, distance, quantile, search
from calibration.writing import Fitted, band, write_parameters
from catalogs import load_catalog
from solver.estimate.evidence import held_out
from solver.estimate.serving.evidence import Comparison, compare
from solver.estimate.serving.figures import ServingParameters

FILE = "calibration_serving.yaml"
DATE = "2026-11"
PRIORS = {
    "serving_compute_share": Prior(
        0.7,
        0.08,
        0.843,
        "fraction",
        "Share of the dense peak that matrix multiplications reach in serving",
    ),
    "serving_bandwidth_share": Prior(
        0.8,
        0.05,
        0.92,
        "fraction",
        "Share of the memory bandwidth that reading weights, keys and values reaches",
    ),
    "serving_link_share": Prior(
        0.6,
        0.3,
        0.85,
        "fraction",
        "Share of the scale-up bandwidth that joining the results of tensor-parallel cards reaches",
    ),
    "serving_token_bytes": Prior(
        60.0,
        0.7,
        math.inf,
        "B",
        "Bytes to and from memory for each token, layer and unit of width, beside weights, keys "
        "and values",
    ),
    "serving_step_ms": Prior(
        2.0,
        0.35,
        math.inf,
        "ms",
        "Time of a step that the engine takes for itself: scheduling, launching, sampling",
    ),
    "serving_request_us": Prior(
        5.0,
        0.7,
        math.inf,
        "us",
        "The same for each request in the step",
    ),
    "serving_collective_us": Prior(
        20.0,
        0.2,
        math.inf,
        "us",
        "Time lost whenever tensor-parallel cards join results, beside the transfer: waiting for "
        "the slowest, launching",
    ),
    "serving_memory_share": Prior(
        0.88,
        0.03,
        0.95,
        "fraction",
        "Share of a card's memory left to weights, keys and values",
    ),
}
"""What engineering expects of each parameter before any measurement is seen."""
SPREAD = 0.1
"""Expected spread of the logarithm of measured over estimated throughput."""
OUTLIER = 0.25
"""From here on a deviation counts by its size, no longer by its square."""


def ratios(comparisons: Sequence[Comparison]) -> list[float]:
    """Estimated over measured throughput; a measurement without an estimate stops the fit."""
    missing = [c.row.id for c in comparisons if c.ratio is None]
    if missing:
        raise SystemExit(f"{', '.join(missing)}: no estimate; exclude with a reason")
    return [c.ratio for c in comparisons if c.ratio is not None]


def penalty(
    rows: Sequence[catalogs.ServingRun], catalog: catalogs.Catalog, given: ServingParameters
) -> float:
    """Deviations of measurements from their estimates and of parameters from their priors."""
    values = {name: getattr(given, name) for name in PRIORS}
    found = ratios(compare(rows, catalog, given))
    return deviation(found, SPREAD, OUTLIER) + distance(values, PRIORS)


def fit(
    rows: Sequence[catalogs.ServingRun], catalog: catalogs.Catalog, assumed: Mapping[str, float]
) -> dict[str, float]:
    """Values of the fitted parameters."""

    def cost(values: Mapping[str, float]) -> float:
        return penalty(rows, catalog, ServingParameters(**assumed, **values))

    return search(cost, PRIORS)


def calibrating(catalog: catalogs.Catalog) -> list[catalogs.ServingRun]:
    """The measurements that the calibration looks at."""
    rows = catalog.evidence_inference.values()
    return [row for row in rows if row.excluded is None and not held_out(row.id)]


def parameter_rows(
    rows: Sequence[catalogs.ServingRun], catalog: catalogs.Catalog, given: ServingParameters
) -> list[Fitted]:
    """The file's rows: parameters with their residuals, then the band."""
    found = ratios(compare(rows, catalog, given))
    errors = [abs(ratio - 1) for ratio in found]
    source = f"fitted to {len(rows)} rows of evidence_inference by calibration/serving.py"
    residuals = f"median error {median(errors):.1%}, nine of ten within {quantile(errors, 0.9):.1%}"
    fitted = [
        _row(
            name,
            prior.meaning,
            getattr(given, name),
            prior.unit,
            source,
            f"prior {prior.middle:g} with a spread of {prior.spread:.0%}; {residuals}",
        )
        for name, prior in PRIORS.items()
    ]
    ends = band("serving", "measurements", found, source, DATE)
    return [*fitted, *ends, *_seen(rows, catalog, source)]


def _seen(
    rows: Sequence[catalogs.ServingRun], catalog: catalogs.Catalog, source: str
) -> Iterator[Fitted]:
    """How many measurements the calibration saw, by architecture and by precision."""
    kins = Counter(str(catalog.accelerators[row.card].architecture) for row in rows)
    precisions = Counter(row.precision for row in rows)
    for words, counts in (("on", kins), ("at", precisions)):
        for name in sorted(counts):
            yield Fitted(
                id=f"measurements_{words}_{name.lower().replace(' ', '_')}",
                name=f"Measurements of serving {words} {name} in the calibration",
                value=counts[name],
                unit="measurements",
                kind="measured",
                source=source,
                date=DATE,
                confidence="high",
                notes="an estimate for anything else rests on none of its kind",
            )


def _row(name: str, meaning: str, value: float, unit: str, source: str, notes: str) -> Fitted:
    return Fitted(name, meaning, value, unit, "fitted", source, DATE, "medium", notes)


HEADING = (
    "Written by `make calibrate`; do not edit. Assumed and measured: assumptions_serving.yaml."
)


def main() -> None:
    """Fit, and write the calibration."""
    catalog = load_catalog()
    names = [name for name in ServingParameters.__slots__ if name not in PRIORS]
    assumed = {name: catalog.find("calibration", name).value for name in names}
    rows = calibrating(catalog)
    given = ServingParameters(**assumed, **fit(rows, catalog, assumed))
    write_parameters(FILE, HEADING, parameter_rows(rows, catalog, given))


if __name__ == "__main__":
    main()
