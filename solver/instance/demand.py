"""The instance's records of what must be computed: occurrences, services, reservations.

Belongs here: frozen records alone. Does not belong here: how they are derived (workloads.py).
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class TrainingMode:
    """How an occurrence runs in a pool: n units hold n x unit_cards cards."""

    pool: str
    min_units: int
    """Fewest units at once, from memory and whole scale-up domains."""
    max_units: int
    """Most units at once that can be of use."""
    segments: tuple[tuple[float, float], ...]
    """(a, b): work per day is at most a*n + b PFLOP/s-days for each, goodput included."""


@dataclass(frozen=True, slots=True)
class Occurrence:
    """One run of a training job between intervals `first` and `last` - 1."""

    key: str
    """`job#1`."""
    job: str
    number: int
    first: int
    last: int
    work: float
    """PFLOP/s-days."""
    split: bool
    """May run in several pools of one site at once."""
    modes: tuple[TrainingMode, ...]


@dataclass(frozen=True, slots=True)
class ServingMode:
    """A configuration in a pool: replicas of `cards` cards, each serving its throughput."""

    configuration: str
    pool: str
    cards: int
    throughput: tuple[tuple[str, float], ...]
    """Requests per second of one replica serving that class alone; a class absent cannot be
    served."""


@dataclass(frozen=True, slots=True)
class Service:
    """An inference service. Demand is the peak rate; energy follows demand / peak_factor."""

    key: str
    classes: tuple[str, ...]
    demand: tuple[tuple[float, ...], ...]
    """By class, then interval: requests per second at the peak."""
    peak_factor: float
    whole_replicas: bool
    modes: tuple[ServingMode, ...]


@dataclass(frozen=True, slots=True)
class Reservation:
    """Cards held busy."""

    key: str
    cards: tuple[int, ...]
    """By interval."""
    pools: tuple[str, ...]
