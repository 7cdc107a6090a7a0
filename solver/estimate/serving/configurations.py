"""The configurations of a service worth giving to the optimiser.

Belongs here: which replicas serve at all, and which of them no plan is better for. Does not belong
here: how much one serves (search).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from solver.estimate.serving.figures import (
    Limits,
    Request,
    ServedModel,
    ServingMachine,
    ServingParameters,
)
from solver.estimate.serving.replica import Replica, replicas
from solver.estimate.serving.search import Served, serve

SAME = 1e-9


@dataclass(frozen=True, slots=True)
class Configuration:
    """A replica and what it serves of each class."""

    replica: Replica
    served: tuple[Served | None, ...]
    """By class, in the order asked for; None: it cannot serve the class."""

    def rate(self, number: int) -> float:
        """Requests per second of a class; 0 where it serves none."""
        served = self.served[number]
        return served.requests_per_second if served else 0.0


@lru_cache(maxsize=8192)
def configurations(
    machine: ServingMachine,
    model: ServedModel,
    requests: tuple[Request, ...],
    limits: Limits,
    given: ServingParameters,
) -> tuple[Configuration, ...]:
    """Replicas that serve something and that no smaller one makes needless, smallest first.

    Stages over several groups of cards are looked at only where nothing less serves.
    """
    alone, staged = _sizes(machine)
    found = _serving(machine, model, requests, limits, given, alone)
    if not found:
        found = _serving(machine, model, requests, limits, given, staged)
        found = [c for c in found if c.replica.cards == found[0].replica.cards]
    return tuple(undominated(found))


@lru_cache(maxsize=1024)
def _sizes(machine: ServingMachine) -> tuple[tuple[Replica, ...], tuple[Replica, ...]]:
    """Replicas within a box, and those of several stages."""
    every = tuple(replicas(machine))
    return tuple(r for r in every if r.stages == 1), tuple(r for r in every if r.stages > 1)


def _serving(
    machine: ServingMachine,
    model: ServedModel,
    requests: Sequence[Request],
    limits: Limits,
    given: ServingParameters,
    candidates: tuple[Replica, ...],
) -> list[Configuration]:
    if not candidates:
        return []
    by_class = [serve(machine, model, request, limits, given, candidates) for request in requests]
    found = [
        Configuration(replica, tuple(served[number] for served in by_class))
        for number, replica in enumerate(candidates)
    ]
    return sorted((c for c in found if any(c.served)), key=lambda c: c.replica.cards)


def undominated(found: Iterable[Configuration]) -> list[Configuration]:
    """Leave out every configuration that n replicas of another replace on no more cards.

    If n·g' <= g, and n replicas of g' cards serve at least as much of every class as one of g, then
    x replicas of g in any plan may become n·x of g': no more cards are busy, and
    sum(rate/throughput) <= replicas still holds, since each term grows at most n-fold and the right
    side does n-fold. So some best plan does without g. Of equals the first one stays.
    """
    kept: list[Configuration] = []
    for one in sorted(found, key=lambda c: c.replica.cards):
        if not any(_replaces(other, one) for other in kept):
            kept = [other for other in kept if not _replaces(one, other)]
            kept.append(one)
    return kept


def _replaces(other: Configuration, one: Configuration) -> bool:
    times = one.replica.cards // other.replica.cards
    return all(
        times * other.rate(number) >= one.rate(number) * (1 - SAME)
        for number in range(len(one.served))
    )
