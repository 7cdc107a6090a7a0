"""The workloads, when it is known which cards stand where: the cheapest way to run them, if any.

Belongs here: enumeration of what jobs, replicas and reservations hold. Does not belong here: what
is bought.

Nothing is lost on the way:
- A job never needs more units in an interval than finish its whole work in that interval.
- A mode never needs more replicas than serve every class of its service alone, one after another.
- Intervals are joined only by the work of jobs (and by demand charges, see `_with_charges`): so
  from interval to interval it is enough to keep, of two states, the one in which no job has more
  work left and which costs no more.
- Of two sets of replicas and reserved cards in an interval it is enough to keep the one that holds
  no more cards in any pool and costs no more.
"""

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product

from solver.instance import Instance
from solver.instance.model import Occurrence, Reservation, Service, TrainingMode
from tests.fuzz.money import Money
from tests.fuzz.routing import Rates, Routing

NEAR = 1e-7
"""Relative: rounding of binary fractions, far below any figure of a problem."""
Cards = tuple[float, ...]
"""Cards by pool, in the order of the instance."""


class TooLarge(Exception):
    """The problem has too many possibilities to go through them all."""


@dataclass
class Effort:
    """Steps left until a problem counts as too large: the same on every machine."""

    left: int

    def spend(self, steps: int) -> None:
        """Raises TooLarge when nothing is left."""
        self.left -= steps
        if self.left < 0:
            raise TooLarge("too many steps")


@dataclass(frozen=True)
class Setting:
    """Replicas and reserved cards of one interval."""

    cards: Cards
    cost: float
    """Least energy of what is fixed by it; fractional services are on top."""
    replicas: Mapping[tuple[str, int], int] = field(default_factory=dict)
    reserved: Mapping[tuple[str, str], int] = field(default_factory=dict)


@dataclass(frozen=True)
class Step:
    """One interval: what jobs hold and do there, and the setting beside them."""

    work: tuple[float, ...]
    """By occurrence."""
    cost: float
    cards: Cards
    """Held by jobs."""
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
    """Finds the cheapest run for given cards."""

    def __init__(self, instance: Instance, money: Money, effort: Effort) -> None:
        self.instance = instance
        self.money = money
        self.effort = effort
        self.routing = Routing(instance, money)
        self.place = {pool.key: number for number, pool in enumerate(instance.pools)}
        self.whole = [s for s in instance.services if s.whole_replicas]
        self.fractional = [s for s in instance.services if not s.whole_replicas]
        self.settings = [self._settings(i) for i in range(money.count)]
        self.needs = [self._needs(i) for i in range(money.count)]
        """Cards by interval and pool beyond which no more can be of use."""
        self._runs: dict[tuple[Cards, ...], Run | None] = {}
        self._enough: list[Cards] = []
        self._short: list[Cards] = []
        self._steps: dict[object, list[Step]] = {}

    # What can be held in an interval

    def _active(self, interval: int, services: Sequence[Service]) -> list[Service]:
        return [s for s in services if any(demand[interval] > 0 for demand in s.demand)]

    def _needs(self, interval: int) -> Cards:
        needs = [0.0] * len(self.instance.pools)
        for occurrence in self.instance.occurrences:
            for mode in occurrence.modes if occurrence.first <= interval < occurrence.last else ():
                cards = self.instance.pool[mode.pool].unit_cards
                needs[self.place[mode.pool]] += self.finishing(occurrence, mode, interval) * cards
        for service in self._active(interval, self.instance.services):
            for number, mode in enumerate(service.modes):
                most = self._most_replicas(service, number, interval)
                needs[self.place[mode.pool]] += most * mode.cards
        for reservation in self.instance.reservations:
            for pool in reservation.pools:
                needs[self.place[pool]] += reservation.cards[interval]
        return tuple(needs)

    def finishing(self, occurrence: Occurrence, mode: TrainingMode, interval: int) -> int:
        """Units that finish a job's whole work in one interval, or the most its mode allows."""
        units = mode.min_units
        while (
            units < mode.max_units
            and self.done(self.instance, mode, interval, units) < occurrence.work
        ):
            units += 1
        return units

    @staticmethod
    def done(instance: Instance, mode: TrainingMode, interval: int, units: int) -> float:
        """Work of units in an interval."""
        rate = min(a * units + b for a, b in mode.segments)
        return rate * instance.intervals[interval].hours / 24

    def _most_replicas(self, service: Service, number: int, interval: int) -> int:
        throughput = dict(service.modes[number].throughput)
        load = sum(
            service.demand[position][interval] / throughput[name]
            for position, name in enumerate(service.classes)
            if name in throughput
        )
        return math.ceil(load * (1 - NEAR))

    def _settings(self, interval: int) -> list[Setting]:
        """Every way worth considering to set replicas and reserved cards in an interval."""
        found = [Setting((0.0,) * len(self.instance.pools), 0.0)]
        for service in self._active(interval, self.whole):
            found = self._joined(found, list(self._served(interval, service)))
        for reservation in self.instance.reservations:
            if reservation.cards[interval]:
                found = self._joined(found, list(self._reserved(interval, reservation)))
        return found

    def _served(self, interval: int, service: Service) -> Iterator[Setting]:
        most = [self._most_replicas(service, n, interval) for n in range(len(service.modes))]
        self.effort.spend(10 * math.prod(each + 1 for each in most))
        for counts in product(*(range(each + 1) for each in most)):
            replicas = {(service.key, n): count for n, count in enumerate(counts)}
            served = self.routing.interval(interval, [service], replicas, [])
            if served is not None:
                cards = [0.0] * len(self.instance.pools)
                for mode, count in zip(service.modes, counts, strict=True):
                    cards[self.place[mode.pool]] += mode.cards * count
                yield Setting(tuple(cards), served[0], replicas)

    def _reserved(self, interval: int, reservation: Reservation) -> Iterator[Setting]:
        wanted = reservation.cards[interval]
        for counts in product(range(wanted + 1), repeat=len(reservation.pools)):
            if sum(counts) == wanted:
                cards, cost = [0.0] * len(self.instance.pools), 0.0
                for pool, count in zip(reservation.pools, counts, strict=True):
                    cards[self.place[pool]] += count
                    cost += count * self.money.busy_card(pool, interval)
                names = [(reservation.key, pool) for pool in reservation.pools]
                yield Setting(tuple(cards), cost, {}, dict(zip(names, counts, strict=True)))

    def _joined(self, before: list[Setting], more: list[Setting]) -> list[Setting]:
        self.effort.spend(len(before) * len(more))
        joined = [
            Setting(
                tuple(a + b for a, b in zip(one.cards, two.cards, strict=True)),
                one.cost + two.cost,
                {**one.replicas, **two.replicas},
                {**one.reserved, **two.reserved},
            )
            for one in before
            for two in more
        ]
        # A demand charge makes a dearer setting with another draw worth keeping.
        if self.money.demand_charges():
            return joined
        return self._undominated(joined, lambda s: (*s.cards, s.cost))

    # The cheapest run

    def possible(self, working: tuple[Cards, ...]) -> bool:
        """Whether there is a run: more cards never hurt, so most answers follow from earlier ones."""
        cards = tuple(card for row in working for card in row)
        if any(all(a >= b for a, b in zip(cards, least, strict=True)) for least in self._enough):
            return True
        if any(all(a <= b for a, b in zip(cards, most, strict=True)) for most in self._short):
            return False
        self.effort.spend((len(self._enough) + len(self._short)) // 20)
        found = self.best(working) is not None
        (self._enough if found else self._short).append(cards)
        return found

    def best(self, working: tuple[Cards, ...]) -> Run | None:
        """The run of least energy cost, demand charges left aside; `working` by interval."""
        if working not in self._runs:
            runs = (self._best(working, chosen) for chosen in self._choices())
            self._runs[working] = min(
                (run for run in runs if run is not None), key=lambda run: run.cost, default=None
            )
        return self._runs[working]

    def _choices(self) -> Iterator[tuple[tuple[TrainingMode, ...], ...]]:
        """By occurrence the modes it runs in: one, or all of a site where it may be split."""
        each = []
        for occurrence in self.instance.occurrences:
            if occurrence.split:
                sites = sorted({self.instance.pool[m.pool].site for m in occurrence.modes})
                each.append(
                    [
                        tuple(m for m in occurrence.modes if self.instance.pool[m.pool].site == s)
                        for s in sites
                    ]
                )
            else:
                each.append([(mode,) for mode in occurrence.modes])
        return product(*each)

    def _best(
        self, working: tuple[Cards, ...], chosen: tuple[tuple[TrainingMode, ...], ...]
    ) -> Run | None:
        occurrences = self.instance.occurrences
        states: list[tuple[tuple[float, ...], float, tuple[Step, ...]]]
        states = [(tuple(o.work for o in occurrences), 0.0, ())]
        for interval in range(self.money.count):
            steps = self._steps_of(interval, working[interval], chosen)
            self.effort.spend(len(states) * len(steps))
            after = [
                (_left(left, step.work), cost + step.cost, (*taken, step))
                for left, cost, taken in states
                for step in steps
            ]
            done = [o.last == interval + 1 for o in occurrences]
            states = [
                state
                for state in after
                if all(
                    left <= NEAR * o.work
                    for left, o, over in zip(state[0], occurrences, done, strict=True)
                    if over
                )
            ]
            states = self._undominated(states, lambda state: (*state[0], state[1]))
        if not states:
            return None
        _, cost, steps_taken = min(states, key=lambda state: state[1])
        return Run(cost, steps_taken)

    def _steps_of(
        self, interval: int, cards: Cards, chosen: tuple[tuple[TrainingMode, ...], ...]
    ) -> list[Step]:
        running = tuple(
            modes if o.first <= interval < o.last else ()
            for o, modes in zip(self.instance.occurrences, chosen, strict=True)
        )
        key = (interval, cards, tuple(tuple(m.pool for m in modes) for modes in running))
        if key not in self._steps:
            steps = []
            for held in self.holdings(interval, cards, running):
                spare = _less(cards, held.cards)
                setting, cost = self.cheapest_setting(interval, spare)
                if setting is not None:
                    total = held.cost + cost
                    steps.append(Step(held.work, total, held.cards, held.units, setting))
            self._steps[key] = self._undominated(steps, lambda s: (*(-w for w in s.work), s.cost))
        return self._steps[key]

    def holdings(
        self, interval: int, cards: Cards, running: Sequence[Sequence[TrainingMode]]
    ) -> Iterator[Step]:
        """Every way for the jobs to hold units among the working cards; their setting is empty."""
        empty = Setting((0.0,) * len(cards), 0.0)
        partial = [Step((), 0.0, (0.0,) * len(cards), {}, empty)]
        for occurrence, modes in zip(self.instance.occurrences, running, strict=True):
            each = [list(self._counts(occurrence, mode, interval, cards)) for mode in modes]
            self.effort.spend(len(partial) * math.prod(len(counts) for counts in each))
            partial = [
                self._with_units(step, interval, occurrence, modes, counts)
                for counts in product(*each)
                for step in partial
            ]
            partial = [step for step in partial if _fits(step.cards, cards)]
        yield from partial

    def _counts(
        self, occurrence: Occurrence, mode: TrainingMode, interval: int, cards: Cards
    ) -> Iterator[int]:
        unit = self.instance.pool[mode.pool].unit_cards
        there = int(cards[self.place[mode.pool]] / unit + NEAR)
        yield 0
        yield from range(mode.min_units, min(there, self.finishing(occurrence, mode, interval)) + 1)

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
                work += self.done(self.instance, mode, interval, count)
                cost += held * self.money.busy_card(mode.pool, interval)
                units[occurrence.key, mode.pool] = count
        return Step((*step.work, work), cost, tuple(cards), units, step.setting)

    def cheapest_setting(self, interval: int, spare: Cards) -> tuple[Setting | None, float]:
        """The cheapest setting among the spare cards, fractional services included in its cost."""
        self.effort.spend(1 + len(self.settings[interval]) // 10)
        best, least = None, math.inf
        fractional = self._active(interval, self.fractional)
        for setting in self.settings[interval]:
            if setting.cost < least and _fits(setting.cards, spare):
                cost = setting.cost
                if fractional:
                    left = list(_less(spare, setting.cards))
                    served = self.routing.interval(interval, fractional, {}, left)
                    cost = math.inf if served is None else cost + served[0]
                if cost < least:
                    best, least = setting, cost
        return best, least

    # With demand charges

    def best_with_charges(
        self, working: tuple[Cards, ...], draw_kw: Mapping[str, Sequence[float]], bound: float
    ) -> tuple[Run, Rates] | None:
        """The cheapest run below a bound, demand charges on top of a metered draw included.

        The highest draw of a month joins its intervals and the continuous rates, so every set of
        whole numbers is priced by a program of its own. Left out is only what cannot win: sets of
        replicas inside larger ones (idle replicas cost nothing), holdings of which one unit less
        would do, and what is too dear before any request is served.
        """
        relaxed = self.best(working)
        if relaxed is None or relaxed.cost + self._charged(draw_kw) >= bound:
            return None
        found: tuple[Run, Rates] | None = None
        for chosen in self._choices():
            for steps in self._sequences(working, chosen):
                least = sum(step.cost for step in steps)
                draws = self._drawn(draw_kw, steps)
                if least + self._charged(draws) >= bound:
                    continue
                if priced := self._priced(working, steps, draws):
                    run, rates = priced
                    if run.cost < bound:
                        found, bound = (run, rates), run.cost
        return found

    def _charged(self, draw_kw: Mapping[str, Sequence[float]]) -> float:
        return sum(
            charge * max(draw_kw[site.key][i] for i in month.intervals)
            for site, month, charge in self.money.demand_charges()
        )

    def _sequences(
        self, working: tuple[Cards, ...], chosen: tuple[tuple[TrainingMode, ...], ...]
    ) -> Iterator[tuple[Step, ...]]:
        """Every sequence of steps that finishes the jobs and of which no unit can be spared."""
        occurrences = self.instance.occurrences
        each = []
        for interval in range(self.money.count):
            running = [
                modes if o.first <= interval < o.last else ()
                for o, modes in zip(occurrences, chosen, strict=True)
            ]
            steps = []
            for held in self.holdings(interval, working[interval], running):
                spare = _less(working[interval], held.cards)
                for setting in self._largest(interval, spare):
                    cost = held.cost + setting.cost
                    steps.append(Step(held.work, cost, held.cards, held.units, setting))
            each.append(steps)
        self.effort.spend(math.prod(len(steps) for steps in each))
        for steps in product(*each):
            done = [sum(step.work[n] for step in steps) for n in range(len(occurrences))]
            if all(d >= o.work * (1 - NEAR) for d, o in zip(done, occurrences, strict=True)):
                yield steps

    def _largest(self, interval: int, spare: Cards) -> list[Setting]:
        """Settings among the spare cards whose replicas are not part of another's.

        Where fractional services want the cards of idle replicas, all of them.
        """
        fitting = [s for s in self.settings[interval] if _fits(s.cards, spare)]
        if self._active(interval, self.fractional):
            return fitting
        return [
            one
            for one in fitting
            if not any(
                other is not one
                and other.reserved == one.reserved
                and all(other.replicas[key] >= count for key, count in one.replicas.items())
                for other in fitting
            )
        ]

    def _drawn(
        self, draw_kw: Mapping[str, Sequence[float]], steps: Sequence[Step]
    ) -> dict[str, list[float]]:
        """The metered draw with what jobs and reservations keep busy."""
        draws = {site: list(by_interval) for site, by_interval in draw_kw.items()}
        for interval, step in enumerate(steps):
            busy = [(pool, count) for (_, pool), count in step.setting.reserved.items()]
            for (_, pool), count in step.units.items():
                busy.append((pool, count * self.instance.pool[pool].unit_cards))
            for pool, cards in busy:
                where = self.instance.pool[pool]
                pue = self.instance.site[where.site].pue
                draws[where.site][interval] += cards * where.busy_kw_per_card * pue
        return draws

    def _priced(
        self,
        working: tuple[Cards, ...],
        steps: tuple[Step, ...],
        draws: Mapping[str, Sequence[float]],
    ) -> tuple[Run, Rates] | None:
        spare = [
            _less(_less(cards, step.cards), step.setting.cards)
            for cards, step in zip(working, steps, strict=True)
        ]
        replicas = [step.setting.replicas for step in steps]
        self.effort.spend(20)
        routed = self.routing.horizon(self.instance.services, replicas, spare, draws)
        if routed is None:
            return None
        cost, rates = routed
        for interval, step in enumerate(steps):
            for (_, pool), cards in step.setting.reserved.items():
                cost += cards * self.money.busy_card(pool, interval)
            for (_, pool), count in step.units.items():
                held = count * self.instance.pool[pool].unit_cards
                cost += held * self.money.busy_card(pool, interval)
        return Run(cost, steps), rates

    def _undominated[T](self, found: list[T], figures: Callable[[T], Cards]) -> list[T]:
        """Those of which no other has all figures as low or lower."""
        kept: list[tuple[Cards, T]] = []
        for each, one in sorted(((figures(one), one) for one in found), key=lambda pair: pair[0]):
            self.effort.spend(len(kept) // 10)
            if not any(all(a <= b + 1e-12 for a, b in zip(k, each, strict=True)) for k, _ in kept):
                kept.append((each, one))
        return [one for _, one in kept]

    def rates(self, run: Run, working: tuple[Cards, ...]) -> Rates:
        """How a run without demand charges spreads the requests."""
        rates = Rates()
        for interval, step in enumerate(run.steps):
            for service in self._active(interval, self.whole):
                served = self.routing.interval(interval, [service], step.setting.replicas, [])
                assert served is not None
                rates |= served[1]
            if fractional := self._active(interval, self.fractional):
                spare = _less(_less(working[interval], step.cards), step.setting.cards)
                served = self.routing.interval(interval, fractional, {}, list(spare))
                assert served is not None
                rates |= served[1]
        return rates


def _left(left: Sequence[float], done: Sequence[float]) -> tuple[float, ...]:
    return tuple(max(0.0, a - b) for a, b in zip(left, done, strict=True))


def _less(one: Sequence[float], two: Sequence[float]) -> tuple[float, ...]:
    return tuple(a - b for a, b in zip(one, two, strict=True))


def _fits(cards: Sequence[float], room: Sequence[float]) -> bool:
    return all(a <= b + NEAR * max(1.0, b) for a, b in zip(cards, room, strict=True))
