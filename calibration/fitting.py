"""Searching parameters that explain measurements: what every script of this folder shares.

Belongs here: the cost of deviations and the pattern search. Does not belong here: priors and
formulas of one kind of estimate.
"""

import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, product

FIRST_STEP = 0.16
LAST_STEP = 0.004
DIGITS = ".3g"


@dataclass(frozen=True)
class Prior:
    """What engineering expects of a parameter before any measurement is seen."""

    middle: float
    spread: float
    """Expected spread of its logarithm."""
    most: float
    """Highest possible value."""
    unit: str
    meaning: str


def deviation(ratios: Iterable[float], spread: float, outlier: float) -> float:
    """Squared logarithms of ratios over the spread; beyond ``outlier`` a deviation counts by its
    size, no longer by its square (Huber 1964).

    >>> deviation([1.0, 1.0], 0.1, 0.2)
    0.0
    """
    total = 0.0
    for ratio in ratios:
        off = abs(math.log(ratio))
        total += off * off if off < outlier else 2 * outlier * off - outlier * outlier
    return total / spread**2


def quantile(values: Sequence[float], share: float) -> float:
    """The value below which that share of them lies, between neighbours in proportion.

    >>> quantile([1.0, 2.0, 3.0], 0.75)
    2.5
    """
    ordered = sorted(values)
    at = share * (len(ordered) - 1)
    low = math.floor(at)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (at - low) * (ordered[high] - ordered[low])


def distance(values: Mapping[str, float], priors: Mapping[str, Prior]) -> float:
    """Squared deviations of parameters from their priors."""
    return sum(
        (math.log(values[name] / prior.middle) / prior.spread) ** 2
        for name, prior in priors.items()
    )


def search(
    cost: Callable[[Mapping[str, float]], float], priors: Mapping[str, Prior]
) -> dict[str, float]:
    """Pattern search from the priors: deterministic, to three digits, one or two at a time."""
    values = {name: prior.middle for name, prior in priors.items()}
    best, step = cost(values), FIRST_STEP
    while step > LAST_STEP:
        before = best
        for factors in _moves(priors, step):
            candidate = {**values, **_moved(values, factors, priors)}
            if candidate != values and (found := cost(candidate)) < best - 1e-6:
                best, values = found, candidate
        if before - best < 0.02:
            step /= 2
    return values


def _moves(priors: Mapping[str, Prior], step: float) -> Iterator[dict[str, float]]:
    factors = (1 + step, 1 / (1 + step))
    for name in priors:
        yield from ({name: factor} for factor in factors)
    for one, other in combinations(priors, 2):
        yield from ({one: f, other: g} for f, g in product(factors, factors))


def _moved(
    values: Mapping[str, float], factors: Mapping[str, float], priors: Mapping[str, Prior]
) -> dict[str, float]:
    return {
        name: min(priors[name].most, float(f"{values[name] * factor:{DIGITS}}"))
        for name, factor in factors.items()
    }
