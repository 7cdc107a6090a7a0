"""The workloads, when it is known which cards stand where: the cheapest way to run them, if any.

Belongs here: what jobs hold, and how intervals join. Does not belong here: what is bought; demand
charges (charges).

Nothing is lost on the way:
- A job never needs more units in an interval than finish its whole work in that interval.
- Intervals are joined only by the work of jobs: so from interval to interval it is enough to keep,
  of two states, the one in which no job has more work left and which costs no more.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product

from solver.instance import Instance
from solver.instance.model import Occurrence, TrainingMode
from tests.fuzz.effort import NEAR, Effort, Figures, fits, less, undominated
from tests.fuzz.money import Money
from tests.fuzz.routing import Rates, Routing
from tests.fuzz.settings import Setting, Settings

Choice = tuple[tuple[TrainingMode, ...], ...]
"""By occurrence the modes it runs in: one, or all of a site where it may be split."""
State = tuple[Figures, float, tuple["Step", ...]]
"""Work left by occurrence, cost so far, steps so far."""


@dataclass(frozen=True)
class Step:
    """One interval: what jobs hold and do there, and the setting beside them."""

    work: Figures
    """By occurrence."""
    cost: float
    cards: Figures
    """Held by jobs, by pool."""
    units: Mapping[tuple[str, str], int]
    """By occurrence and pool."""
    setting: Setting


@dataclass(frozen=True)
class Run:
    """A way to run everything."""

    cost: float
    """Present value of energy, carbon and demand charges of what is busy."""
    steps: tuple[Step, ...]


class Running:
    """Finds the cheapest run for given cards, demand charges left aside."""

    def __init__(self, instance: Instance, money: Money, effort: Effort) -> None:
        self.instance = instance
        self.money = money
        self.effort = effort
        self.routing = Routing(instance, money)
        self.settings = Settings(instance, money, self.routing, effort)
        self.place = self.settings.place
        self.needs = [self._needs(i) for i in range(money.count)]
        """Cards by interval and pool beyond which no more can be of use."""
        self._runs: dict[tuple[Figures, ...], Run | None] = {}
        self._enough: list[Figures] = []
        self._short: list[Figures] = []
        self._steps: dict[object, list[Step]] = {}

    def _needs(self, interval: int) -> Figures:
        needs = self.settings.needs(interval)
        for occurrence in self.instance.occurrences:
            for mode in occurrence.modes if occurrence.first <= interval < occurrence.last else ():
                cards = self.instance.pool[mode.pool].unit_cards
                needs[self.place[mode.pool]] += self._finishing(occurrence, mode, interval) * cards
        return tuple(needs)

    def _finishing(self, occurrence: Occurrence, mode: TrainingMode, interval: int) -> int:
        """Units that finish a job's whole work in one interval, or the most its mode allows."""
        units = mode.min_units
        while units < mode.max_units and (
            work_of(self.instance, mode, interval, units) < occurrence.work
        ):
            units += 1
        return units

    def possible(self, working: tuple[Figures, ...]) -> bool:
        """Whether there is a run. More cards never hurt: most answers follow from earlier ones."""
        cards = tuple(card for row in working for card in row)
        if any(all(a >= b for a, b in zip(cards, least, strict=True)) for least in self._enough):
            return True
        if any(all(a <= b for a, b in zip(cards, most, strict=True)) for most in self._short):
            return False
        self.effort.spend((len(self._enough) + len(self._short)) // 20)
        found = self.best(working) is not None
        (self._enough if found else self._short).append(cards)
        return found

    def best(self, working: tuple[Figures, ...]) -> Run | None:
        """The run of least energy cost; `working` cards by interval and pool."""
        if working not in self._runs:
            runs = (self._best(working, chosen) for chosen in self.choices())
            self._runs[working] = min(
                (run for run in runs if run is not None), key=lambda run: run.cost, default=None
            )
        return self._runs[working]

    def choices(self) -> Iterator[Choice]:
        """Every choice of pools."""
        each = []
        for occurrence in self.instance.occurrences:
            by_site: dict[str, tuple[TrainingMode, ...]] = {}
            for mode in occurrence.modes:
                place = self.instance.pool[mode.pool].site if occurrence.split else mode.pool
                by_site[place] = (*by_site.get(place, ()), mode)
            each.append(list(by_site.values()))
        return product(*each)

    def running(self, interval: int, chosen: Choice) -> tuple[tuple[TrainingMode, ...], ...]:
        """The modes of the jobs whose window the interval lies in."""
        return tuple(
            modes if o.first <= interval < o.last else ()
            for o, modes in zip(self.instance.occurrences, chosen, strict=True)
        )

    def _best(self, working: tuple[Figures, ...], chosen: Choice) -> Run | None:
        states: list[State] = [(tuple(o.work for o in self.instance.occurrences), 0.0, ())]
        for interval in range(self.money.count):
            steps = self._steps_of(interval, working[interval], chosen)
            self.effort.spend(len(states) * len(steps))
            after = [
                (_left(left, step.work), cost + step.cost, (*taken, step))
                for left, cost, taken in states
                for step in steps
            ]
            in_time = [state for state in after if self._in_time(state, interval)]
            states = undominated(in_time, lambda state: (*state[0], state[1]), self.effort)
        if not states:
            return None
        _, cost, steps_taken = min(states, key=lambda state: state[1])
        return Run(cost, steps_taken)

    def _in_time(self, state: State, interval: int) -> bool:
        """Whether no work is left of the jobs whose window ends with an interval."""
        return all(
            left <= NEAR * occurrence.work
            for left, occurrence in zip(state[0], self.instance.occurrences, strict=True)
            if occurrence.last == interval + 1
        )

    def _steps_of(self, interval: int, cards: Figures, chosen: Choice) -> list[Step]:
        running = self.running(interval, chosen)
        key = (interval, cards, tuple(tuple(m.pool for m in modes) for modes in running))
        if key not in self._steps:
            steps = []
            for held in self.holdings(interval, cards, running):
                setting, cost = self.settings.cheapest(interval, less(cards, held.cards))
                if setting is not None:
                    total = held.cost + cost
                    steps.append(Step(held.work, total, held.cards, held.units, setting))
            self._steps[key] = undominated(
                steps, lambda s: (*(-w for w in s.work), s.cost), self.effort
            )
        return self._steps[key]

    def holdings(
        self, interval: int, cards: Figures, running: Sequence[Sequence[TrainingMode]]
    ) -> list[Step]:
        """Every way for the jobs to hold units among the working cards; their setting is empty."""
        partial = [Step((), 0.0, (0.0,) * len(cards), {}, self.settings.empty)]
        for occurrence, modes in zip(self.instance.occurrences, running, strict=True):
            each = [list(self._counts(occurrence, mode, interval, cards)) for mode in modes]
            self.effort.spend(len(partial) * math.prod(len(counts) for counts in each))
            partial = [
                self._with_units(step, interval, occurrence, modes, counts)
                for counts in product(*each)
                for step in partial
            ]
            partial = [step for step in partial if fits(step.cards, cards)]
        return partial

    def _counts(
        self, occurrence: Occurrence, mode: TrainingMode, interval: int, cards: Figures
    ) -> Iterator[int]:
        unit = self.instance.pool[mode.pool].unit_cards
        there = int(cards[self.place[mode.pool]] / unit + NEAR)
        most = min(there, self._finishing(occurrence, mode, interval))
        yield 0
        yield from range(mode.min_units, most + 1)

    def _with_units(
        self,
        step: Step,
        interval: int,
        occurrence: Occurrence,
        modes: Sequence[TrainingMode],
        counts: Sequence[int],
    ) -> Step:
        cards, work, cost, units = list(step.cards), 0.0, step.cost, dict(step.units)
        for mode, count in zip(modes, counts, strict=True):
            if count:
                held = count * self.instance.pool[mode.pool].unit_cards
                cards[self.place[mode.pool]] += held
                work += work_of(self.instance, mode, interval, count)
                cost += held * self.money.busy_card(mode.pool, interval)
                units[occurrence.key, mode.pool] = count
        return Step((*step.work, work), cost, tuple(cards), units, step.setting)

    def rates(self, run: Run, working: tuple[Figures, ...]) -> Rates:
        """How a run spreads the requests."""
        rates = Rates()
        for interval, step in enumerate(run.steps):
            spare = less(less(working[interval], step.cards), step.setting.cards)
            rates |= self.settings.rates(interval, step.setting, spare)
        return rates


def work_of(instance: Instance, mode: TrainingMode, interval: int, units: int) -> float:
    """Work that units of a mode do in an interval."""
    rate = min(a * units + b for a, b in mode.segments)
    return rate * instance.intervals[interval].hours / 24


def _left(left: Figures, done: Figures) -> Figures:
    return tuple(max(0.0, a - b) for a, b in zip(left, done, strict=True))
