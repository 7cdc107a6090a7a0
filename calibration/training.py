"""Fits the parameters of training throughput and power to the catalogue's evidence.

`python -m calibration.training` writes catalogs/data/calibration.yaml; the same evidence gives the
same bytes. A third of the runs, chosen by the hash of their ids, and all excluded ones are never
looked at, neither by the fit nor by the choice of how strong its priors are (cross_validation.py).
Belongs here: priors. Does not belong here: formulas (solver.estimate), the search (fitting).
"""

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from statistics import median

import catalogs
from calibration.fitting import Prior, deviation, distance, quantile, search
from calibration.writing import DATA, Fitted, band, parameters_text
from catalogs import load_catalog
from solver.estimate.evidence import Sample, compare, held_out, sample_of
from solver.estimate.figures import GoodputParameters, TrainingParameters, parameters_of

FILE = "calibration.yaml"
DATE = "2026-11"
PRIORS = {
    "matmul_share": Prior(
        0.8,
        0.4,
        0.843,
        "fraction",
        "Share of the dense peak that large matrix multiplications reach in training, on a card of "
        "reference_tflops_per_w",
    ),
    "clock_slope": Prior(
        0.19,
        0.7,
        math.inf,
        "exponent",
        "How the share falls with TFLOPS a watt: share ~ (TFLOPS/W)^-slope, as clocks fall under "
        "load",
    ),
    "fp8_share": Prior(
        0.85,
        0.1,
        1.0,
        "fraction",
        "Share of the matrix multiplications that run at 8 bits in FP8 training",
    ),
    "layer_traffic_bytes": Prior(
        60.0,
        0.7,
        math.inf,
        "B",
        "Bytes to and from memory for each token and unit of width, in the forward pass of a "
        "layer, beside the operands of matrix multiplications",
    ),
    "score_traffic_bytes": Prior(
        8.0,
        0.5,
        math.inf,
        "B",
        "The same for each attention score, where scores pass through memory",
    ),
    "exchange_exposed": Prior(
        0.5,
        0.5,
        1.0,
        "fraction",
        "Share of the exchange between replicas that computing does not hide",
    ),
    "scale_loss": Prior(
        0.002,
        0.7,
        math.inf,
        "fraction",
        "Time lost to the slowest card, for each doubling of scale-up domains",
    ),
}
"""What engineering expects of each parameter before any run is seen. The slope: between none and
the 0.38 of 220 TFLOPS on a 250 W A100 PCIe against 263 on a 400 W A100 SXM (arXiv:2408.14158, table
I). How far training falls short of the best matrix multiplications nobody publishes: the spread of
`matmul_share` is the one that cross_validation.py finds best on the runs of the calibration."""
SPREAD = 0.1
"""Expected spread of the logarithm of measured over estimated throughput."""
OUTLIER = 0.2
"""From here on a deviation counts by its size, no longer by its square (Huber 1964)."""


def calibration_runs(catalog: catalogs.Catalog) -> list[catalogs.TrainingRun]:
    """The runs that are neither held out nor excluded."""
    return [
        row
        for row in catalog.evidence_training.values()
        if row.excluded is None and not held_out(row.id)
    ]


def fixed_parameters(catalog: catalogs.Catalog) -> dict[str, float]:
    """Parameters that are measured or assumed, not fitted."""
    names = [name for name in TrainingParameters.__slots__ if name not in PRIORS]
    return {name: catalog.calibration[name].value for name in names}


def samples(
    rows: Sequence[catalogs.TrainingRun],
    cards: Mapping[str, catalogs.Accelerator],
    losses: GoodputParameters,
) -> list[Sample]:
    """Runs as the fit sees them; one without an estimate must be excluded with a reason."""
    found = []
    for row in rows:
        sample = sample_of(row, cards, losses)
        if sample is None:
            raise SystemExit(f"{row.id}: has no estimate; exclude it with a reason")
        found.append(sample)
    return found


def fit(
    runs: Sequence[Sample], fixed: Mapping[str, float], expected: Mapping[str, Prior]
) -> TrainingParameters:
    """The parameters that explain the runs best without straying from what is expected."""

    def cost(values: Mapping[str, float]) -> float:
        given = TrainingParameters(**fixed, **values)
        off = deviation((run.ratio(given) for run in runs), SPREAD, OUTLIER)
        return off + distance(values, expected)

    return TrainingParameters(**fixed, **search(cost, expected))


def architectures(
    rows: Sequence[catalogs.TrainingRun], cards: dict[str, catalogs.Accelerator], source: str
) -> list[Fitted]:
    """How many runs the calibration saw on cards of each architecture."""
    counts = Counter(cards[row.card].architecture for row in rows)
    return [
        Fitted(
            id=f"runs_on_{str(name).lower().replace(' ', '_')}",
            name=f"Runs on {name} cards in the calibration",
            value=counts[name],
            unit="runs",
            kind="measured",
            source=source,
            date=DATE,
            confidence="high",
            notes="an estimate for a card of another architecture rests on none of its kind",
        )
        for name in sorted(counts, key=str)
    ]


def power(rows: Sequence[catalogs.PowerDraw]) -> list[Fitted]:
    """Shares of nameplate, as means of what was metered or stated."""
    kinds = {
        "load_peak_fraction": ("peak", 0.0, "Highest draw of a node under training load"),
        "load_mean_fraction": ("training", 0.0, "Mean draw of a node in training"),
        "idle_fraction": ("idle", 0.0, "Draw of an idle node with a model loaded"),
        "cluster_overhead_fraction": (
            "cluster",
            1.0,
            "Draw of network, storage and management for the nodes they serve",
        ),
    }
    found = []
    for name, (doing, less, meaning) in kinds.items():
        used = [row for row in rows if row.used and row.doing == doing and row.nameplate_kw]
        shares = [row.drawn_kw / (row.nameplate_kw or 1) - less for row in used]
        found.append(
            Fitted(
                id=name,
                name=f"{meaning}, over nameplate",
                value=float(f"{sum(shares) / len(shares):.3g}"),
                unit="fraction",
                kind="fitted",
                source="evidence_power: " + ", ".join(row.id for row in used),
                date=DATE,
                confidence="medium" if len(used) > 1 else "low",
                notes="; ".join(f"{share:.3f}" for share in shares),
            )
        )
    return found


def calibrated() -> str:
    """Fit to the evidence; return the text of the calibration file."""
    catalog = load_catalog()
    losses = parameters_of(GoodputParameters, catalog.calibration)
    rows, cards = calibration_runs(catalog), dict(catalog.accelerators)
    given = fit(samples(rows, cards, losses), fixed_parameters(catalog), PRIORS)
    comparisons = compare(rows, cards, given, losses)
    errors = [abs((comparison.ratio or 0) - 1) for comparison in comparisons]
    source = f"fitted to {len(rows)} runs of evidence_training by calibration/training.py"
    residuals = f"median error {median(errors):.1%}, nine of ten within {quantile(errors, 0.9):.1%}"
    fitted = [
        Fitted(
            id=name,
            name=prior.meaning,
            value=getattr(given, name),
            unit=prior.unit,
            kind="fitted",
            source=source,
            date=DATE,
            confidence="medium",
            notes=f"prior {prior.middle:g} with a spread of {prior.spread:.0%}; {residuals}",
        )
        for name, prior in PRIORS.items()
    ]
    heading = "Written by `make calibrate`; do not edit. Assumed and measured: assumptions.yaml."
    seen = architectures(rows, cards, source)
    draws = power(list(catalog.evidence_power.values()))
    ratios = [comparison.ratio for comparison in comparisons if comparison.ratio]
    ends = band("training", "runs", ratios, source, DATE)
    return parameters_text(heading, [*fitted, *ends, *seen, *draws])


if __name__ == "__main__":
    (DATA / FILE).write_text(calibrated(), encoding="utf-8")
