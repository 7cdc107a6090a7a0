"""A job on several machines: what is found at once for all that have domains of one size.

Belongs here: times of the fastest layout, the fewest cards that are fast enough. Does not belong
here: the layout itself and its parts (search), at which numbers of cards a curve is computed
(curve).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np

from solver.estimate.figures import Job, Machine, TrainingParameters
from solver.estimate.layout import Array
from solver.estimate.lines import Lines
from solver.estimate.step_time import Paces, paces, scale_factor, step_totals
from solver.estimate.table import Held, held, work


@dataclass(frozen=True)
class Alike:
    """Machines with domains of one size, whose layouts are looked at together: an entry or a row of
    every array for each of them.
    """

    job: Job
    machines: tuple[Machine, ...]
    given: TrainingParameters

    @property
    def domain_cards(self) -> int:
        """Cards of each domain."""
        return self.machines[0].domain_cards

    @property
    def work_pflop(self) -> float:
        """6·N·D of a step."""
        return 6 * self.job.parameters * self.job.batch_tokens / 1e15

    @cached_property
    def held(self) -> Held:
        """What fits."""
        memories = tuple(machine.memory_gb for machine in self.machines)
        return held(self.job, memories, self.domain_cards, self.given.memory)

    @cached_property
    def first(self) -> Array:
        """The fewest cards that hold the job, as all larger numbers do; infinite where none do."""
        found: Array = (self.held.shards * self.held.fewest).min(axis=1, initial=np.inf)
        return found

    @cached_property
    def within(self) -> Lines:
        """Times on no more cards than a domain has."""
        return self._lines(True)

    @cached_property
    def beyond(self) -> Lines:
        """Times on more."""
        return self._lines(False)

    def _lines(self, within: bool) -> Lines:
        fits = self.held
        gathered, bubble = work(self.job, self.domain_cards, self.given)
        totals = step_totals(gathered[:, fits.order], bubble[fits.order], self._paces, within)
        return Lines(*fits[1:], *totals)

    @cached_property
    def _paces(self) -> Paces:
        each = np.array([paces(self.job, machine, self.given) for machine in self.machines])
        return Paces(*each.T[:, :, None])

    def scale(self, cards: Array) -> Array:
        """Factor on a step for waiting for the slowest card."""
        return scale_factor(cards, self.domain_cards, self.given.scale_loss)

    def fastest(self, at: int, counts: Sequence[int]) -> Array:
        """Seconds of one machine's fastest step on numbers of cards in rising order; infinite where
        the job does not fit.
        """
        cards = np.array(counts, dtype=float)
        found = np.full(len(cards), np.inf)
        first, far = np.searchsorted(cards, (self.first[at], self.domain_cards + 0.5))
        if first < far:
            found[first:far] = self.within.of_one(at, cards[-1]).fastest(cards[first:far])
        far = max(first, far)
        if far < len(cards):
            found[far:] = self.beyond.of_one(at, cards[-1]).fastest(cards[far:])
        return found * self.scale(cards)

    def times(self, cards: Array, machines: Array | slice = slice(None)) -> Array:
        """Seconds of each layout on numbers of cards of all machines, or of those at these places,
        without waiting for the slowest card; infinite where it cannot be used.
        """
        near = cards <= self.domain_cards
        if near.all():
            return self.within.of(machines).seconds(cards[:, None])
        found = self.beyond.of(machines).seconds(cards[:, None])
        if near.any():
            inside = self.within.of(machines).of(near)
            found[near] = inside.seconds(cards[near, None])
        return found

    def seconds(self, cards: Array) -> Array:
        """Seconds of the fastest step on each machine's own number of cards."""
        found: Array = self.times(cards).min(axis=1, initial=np.inf) * self.scale(cards)
        return found

    def too_few(self, seconds: Array, units: Array) -> Array:
        """The fewest cards, multiples of each machine's unit, that may take no more than so many
        seconds without waiting for the slowest card; all below take more.
        """
        found = self.beyond.enough_cards(seconds, units).min(axis=1, initial=np.inf)
        found = np.maximum(found, (self.domain_cards // units + 1) * units)
        computing = self.work_pflop * 1e15 * self._paces.matmul_s[:, 0]
        if np.any((units <= self.domain_cards) & (computing <= self.domain_cards * seconds)):
            near = self.within.enough_cards(seconds, units).min(axis=1, initial=np.inf)
            found = np.where(near <= self.domain_cards, near, found)
        return found

    def fewest_cards(
        self, rate: float, goodput: Callable[[Array], Array], units: Array, most: Array
    ) -> tuple[Array, Array]:
        """The fewest cards, multiples of each machine's unit, whose PFLOP/s of 6·N·D work times
        their goodput are at least the rate, and how many they are; infinite where ``most`` are not
        enough.

        Goodput only falls with cards, so what fewer cards would be allowed is too much: sizes that
        are too few by that are passed over, and those after them are computed.
        """
        cards = np.ceil(self.first / units) * units
        while True:
            for _ in range(2):
                allowed = self.work_pflop / rate * goodput(cards) / self.scale(cards)
                cards = np.maximum(cards, self.too_few(allowed, units))
                cards[cards > most] = np.inf
            rates = self.work_pflop / self.seconds(cards) * goodput(cards)
            slow = (rates < rate) & np.isfinite(cards)
            if not slow.any():
                return cards, rates
            cards[slow] += units[slow]


@lru_cache(maxsize=4)
def groups(
    job: Job, machines: tuple[Machine, ...], given: TrainingParameters
) -> tuple[tuple[Alike, tuple[int, ...]], ...]:
    """Machines with domains of one size, and where they are among all."""
    places: dict[int, list[int]] = {}
    for at, machine in enumerate(machines):
        places.setdefault(machine.domain_cards, []).append(at)
    return tuple(
        (Alike(job, tuple(machines[at] for at in group), given), tuple(group))
        for group in places.values()
    )
