"""Fits the parameters of training throughput and power to the catalogue's evidence.

`python -m calibration.training` writes catalogs/data/calibration.yaml; the same evidence gives the
same bytes. A third of the runs, chosen by the hash of their ids, and all excluded ones are never
looked at. Belongs here: priors and the search. Does not belong here: formulas (solver.estimate).
"""

import math
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import combinations, product
from statistics import median

import catalogs
from calibration.writing import DATA, Fitted, parameters_text
from catalogs import load_catalog
from solver.estimate.evidence import Comparison, compare, held_out
from solver.estimate.figures import GoodputParameters, TrainingParameters, parameters_of

FILE = "calibration.yaml"
DATE = "2026-11"
PRIORS = {
    "matmul_share": (0.8, 0.06, 0.843, "fraction"),
    "fp8_share": (0.85, 0.1, 1.0, "fraction"),
    "layer_traffic_bytes": (60.0, 0.7, math.inf, "B"),
    "score_traffic_bytes": (8.0, 0.5, math.inf, "B"),
    "exchange_exposed": (0.5, 0.5, 1.0, "fraction"),
    "scale_loss": (0.002, 0.7, math.inf, "fraction"),
}
"""What engineering expects of each parameter before any run is seen: middle, spread of its
logarithm, highest possible value, unit."""
MEANING = {
    "matmul_share": "Share of the dense peak that large matrix multiplications reach in training, "
    "on a card of reference_tflops_per_w",
    "fp8_share": "Share of the matrix multiplications that run at 8 bits in FP8 training",
    "layer_traffic_bytes": "Bytes to and from memory for each token and unit of width, in the "
    "forward pass of a layer, beside the operands of matrix multiplications",
    "score_traffic_bytes": "The same for each attention score, where scores pass through memory",
    "exchange_exposed": "Share of the exchange between replicas that computing does not hide",
    "scale_loss": "Time lost to the slowest card, for each doubling of scale-up domains",
}
SPREAD = 0.1
"""Expected spread of the logarithm of measured over estimated throughput."""
OUTLIER = 0.2
"""From here on a deviation counts by its size, no longer by its square (Huber 1964)."""


def loss(comparisons: Sequence[Comparison], given: TrainingParameters) -> float:
    """Squared deviations of runs from their estimates and of parameters from their priors."""
    total = 0.0
    for comparison in comparisons:
        if comparison.ratio is None:
            raise SystemExit(f"{comparison.row.id}: has no estimate; exclude it with a reason")
        off = abs(math.log(comparison.ratio))
        total += off * off if off < OUTLIER else 2 * OUTLIER * off - OUTLIER * OUTLIER
    priors = sum(
        (math.log(getattr(given, name) / middle) / spread) ** 2
        for name, (middle, spread, _, _) in PRIORS.items()
    )
    return total / SPREAD**2 + priors


def moves(step: float) -> Iterator[dict[str, float]]:
    """Factors for one parameter, or for two at once."""
    factors = (1 + step, 1 / (1 + step))
    for name in PRIORS:
        yield from ({name: factor} for factor in factors)
    for one, other in combinations(PRIORS, 2):
        yield from ({one: f, other: g} for f, g in product(factors, factors))


def moved(given: TrainingParameters, factors: dict[str, float]) -> TrainingParameters:
    """Parameters multiplied by factors, to three digits, within what is possible."""
    changed = {
        name: min(PRIORS[name][2], float(f"{getattr(given, name) * factor:.3g}"))
        for name, factor in factors.items()
    }
    return replace(given, **changed)


def fit(
    rows: Sequence[catalogs.TrainingRun],
    cards: dict[str, catalogs.Accelerator],
    given: TrainingParameters,
    losses: GoodputParameters,
) -> TrainingParameters:
    """Pattern search from the priors: deterministic, and in steps of at least half a percent."""

    def cost(candidate: TrainingParameters) -> float:
        return loss(compare(rows, cards, candidate, losses), candidate)

    best, step = cost(given), 0.16
    while step > 0.004:
        before = best
        for factors in moves(step):
            candidate = moved(given, factors)
            if candidate != given and (found := cost(candidate)) < best - 1e-6:
                best, given = found, candidate
        if before - best < 0.02:
            step /= 2
    return given


def quantile(values: Sequence[float], share: float) -> float:
    """The value below which that share of them lies, between neighbours in proportion."""
    ordered = sorted(values)
    at = share * (len(ordered) - 1)
    low = math.floor(at)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (at - low) * (ordered[high] - ordered[low])


def band(comparisons: Sequence[Comparison], source: str) -> list[Fitted]:
    """The tenth and ninetieth percentile of measured over estimated throughput."""
    actual = [1 / comparison.ratio for comparison in comparisons if comparison.ratio]
    return [
        Fitted(
            id=f"training_{end}",
            name=f"Measured over estimated training throughput, {share:.0%} of runs below",
            value=round(quantile(actual, share), 3),
            unit="fraction",
            kind="fitted",
            source=source,
            date=DATE,
            confidence="medium",
            notes="residuals of the runs in the calibration",
        )
        for end, share in (("low", 0.1), ("high", 0.9))
    ]


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
    known = {name: row for name, row in catalog.calibration.items() if name not in PRIORS}
    losses = parameters_of(GoodputParameters, known)
    start = {name: middle for name, (middle, _, _, _) in PRIORS.items()}
    fixed = {name: row.value for name, row in known.items() if name in TrainingParameters.__slots__}
    cards = dict(catalog.accelerators)
    rows = [
        row
        for row in catalog.evidence_training.values()
        if row.excluded is None and not held_out(row.id)
    ]
    given = fit(rows, cards, TrainingParameters(**fixed, **start), losses)
    comparisons = compare(rows, cards, given, losses)
    errors = [abs((comparison.ratio or 0) - 1) for comparison in comparisons]
    source = f"fitted to {len(rows)} runs of evidence_training by calibration/training.py"
    residuals = f"median error {median(errors):.1%}, nine of ten within {quantile(errors, 0.9):.1%}"
    fitted = [
        Fitted(
            id=name,
            name=MEANING[name],
            value=getattr(given, name),
            unit=unit,
            kind="fitted",
            source=source,
            date=DATE,
            confidence="medium",
            notes=f"prior {middle:g} with a spread of {spread:.0%}; {residuals}",
        )
        for name, (middle, spread, _, unit) in PRIORS.items()
    ]
    heading = "Written by `make calibrate`; do not edit. Assumed and measured: assumptions.yaml."
    seen = architectures(rows, cards, source)
    draws = power(list(catalog.evidence_power.values()))
    return parameters_text(heading, [*fitted, *band(comparisons, source), *seen, *draws])


if __name__ == "__main__":
    (DATA / FILE).write_text(calibrated(), encoding="utf-8")
