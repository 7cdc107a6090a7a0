"""A first plan without a relaxation: each workload where it costs least beside the others.

Belongs here: the ways in which a workload can run, and choosing among them, one workload after
the other and then each again. No engine is needed and no clock is read. Does not belong here: what
the choice costs (stock), and what is bought for it (stages).
"""

import math
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from random import Random

from solver.engines.program import Program
from solver.formulation import Model
from solver.formulation.workloads import (
    DONE,
    HELD,
    POOL_CHOSEN,
    RATE,
    REPLICAS,
    RESERVED,
    RUNNING,
    SITE_CHOSEN,
)
from solver.instance.model import Occurrence, Reservation, Service, ServingMode, TrainingMode
from solver.search.prices import NEVER, Prices
from solver.search.stock import Room, Stock

STRETCHES = 4
"""A service may move between pools so often at first."""
ATTEMPTS = 40
"""So often are all placed anew because one found no place."""
HAGGLES, DEARER = 10, 0.3
"""So often money of a budget that is overdrawn counts for more, and each time for so much of it."""
MOST_AGAIN = 12
"""So many workloads at most are placed anew together."""
NEVER_LESS = 1e-6
SMALLEST = 1 / 16
"""No smaller share of a service is placed by itself."""


@dataclass
class Way:
    """One way to run a task: cards by interval, and columns with their values."""

    pool: str
    cards: dict[int, float]
    values: list[tuple[int, float]]
    running: float
    """What it costs beside the machines."""


@dataclass
class Task:
    """What is placed at once, and where it is."""

    name: str
    """Of the workload."""
    ways: list[Way]
    finer: Callable[[], "list[Task]"]
    """The same in smaller pieces; none where there are none."""
    way: Way | None = None
    size: float = field(init=False)

    def __post_init__(self) -> None:
        self.size = min((max(w.cards.values(), default=0.0) for w in self.ways), default=0.0)


def placed(
    model: Model,
    program: Program,
    margin: float,
    again: int,
    over: Callable[[], bool],
    room: Room,
) -> list[float] | None:
    """The values of all columns of use; None where a workload found no place or time is over.

    ``margin`` is the share of power, racks and fabrics that may be used; ``again`` how often each
    workload is placed once more when all have a place; ``room`` what was found out about pools.
    """
    return _Placing(model, program, margin, over, room).run(again)


def likely_pools(model: Model, program: Program, count: int) -> dict[str, set[str]]:
    """The pools in which each workload costs least if it is alone; so many for each stretch of a
    service.
    """
    placing = _Placing(model, program, 1.0, lambda: False, {})
    stock = placing.empty()
    pools: dict[str, set[str]] = defaultdict(set)
    for task in placing.tasks():
        cost: dict[str, float] = {}
        for way in task.ways:
            alone = way.running + stock.dearer(way.pool, way.cards)
            cost[way.pool] = min(alone, cost.get(way.pool, NEVER))
        best = sorted((least, pool) for pool, least in cost.items() if least < NEVER)[:count]
        pools[task.name] |= {pool for _, pool in best}
    return pools


class _Placing:
    def __init__(
        self,
        model: Model,
        program: Program,
        margin: float,
        over: Callable[[], bool],
        room: Room,
    ) -> None:
        self.model, self.program, self.over = model, program, over
        self.prices = Prices(model, program)
        self.empty = partial(Stock, model, self.prices, margin, room)
        self.stock: Stock
        """Of the turn that is under way."""
        self.done: list[Task] = []

    def run(self, again: int) -> list[float] | None:
        """Place everything, anew with money that counts for more while too much of it is spent;
        what is bought in the end may still be within a budget where the estimate is not.
        """
        roots = [task for task in self.tasks() if task.ways or task.finer is not list]
        roots.sort(key=lambda task: -task.size)
        for _ in range(HAGGLES):
            if not self._with_a_place(roots):
                return None
            if not (overdrawn := self.stock.overdrawn()):
                break
            for row in overdrawn:
                self.prices.dearness[row] += DEARER
        self._better(again)
        return self._values(self.done)

    def _with_a_place(self, roots: list[Task]) -> bool:
        """Place everything; what finds no place comes first when all are placed anew."""
        for _ in range(ATTEMPTS):
            self.stock = self.empty()
            stuck = self._all_placed(roots)
            if self.over() or stuck == 0:
                return False
            if stuck is None:
                return True
            roots.insert(0, roots.pop(stuck))
        return False

    def _better(self, again: int) -> None:
        """Take back some workloads at a time and place them anew; undone where it is dearer."""
        random, cost = Random(len(self.done)), self._cost()
        for turn in range(again):
            if self.over():
                return
            few = self._some(random, turn)
            before = [task.way for task in few]
            for task in few:
                self._take_back(task)
            if not all(self._place(task) for task in few) or self._cost() > cost - NEVER_LESS:
                for task, way in zip(few, before, strict=True):
                    if task.way is not None:
                        self._take_back(task)
                    assert way is not None
                    self.stock.change(way.pool, way.cards)
                    task.way = way
            else:
                cost = self._cost()

    def _some(self, random: Random, turn: int) -> list[Task]:
        """What runs in one pool, or whatever: at most so many."""
        count = random.randint(1, MOST_AGAIN)
        if turn % 2:
            pool = random.choice(self.done).way
            assert pool is not None
            same = [t for t in self.done if t.way is not None and t.way.pool == pool.pool]
            random.shuffle(same)
            return same[:count]
        return random.sample(self.done, min(count, len(self.done)))

    def _cost(self) -> float:
        ways = (task.way.running for task in self.done if task.way is not None)
        return self.stock.cost() + math.fsum(ways)

    def tasks(self) -> Iterator[Task]:
        """What is to be placed: jobs, and services and reservations over stretches of time."""
        instance = self.model.instance
        whole = range(len(instance.intervals))
        for occurrence in instance.occurrences:
            yield Task(occurrence.key, list(self._jobs(occurrence)), list)
        for service in instance.services:
            for part in _stretches(list(whole), STRETCHES):
                yield from self._services(service, part)
        for reservation in instance.reservations:
            for part in _stretches(list(whole), STRETCHES):
                yield self._reserved(reservation, part)

    def _all_placed(self, roots: list[Task]) -> int | None:
        """Place tasks in their order; the number of the first that found no place."""
        self.done = []
        for number, root in enumerate(roots):
            pieces = [root]
            while pieces:
                task = pieces.pop(0)
                task.way = None
                if self._place(task):
                    self.done.append(task)
                elif finer := task.finer():
                    pieces = finer + pieces
                else:
                    return number
        return None

    def _place(self, task: Task) -> bool:
        best, least = None, NEVER
        for way in task.ways:
            if way.running >= least:
                continue
            cost = way.running + self.stock.dearer(way.pool, way.cards)
            if cost < least:
                best, least = way, cost
        if best is None:
            return False
        self.stock.change(best.pool, best.cards)
        task.way = best
        return True

    def _take_back(self, task: Task) -> None:
        assert task.way is not None
        self.stock.change(task.way.pool, {i: -n for i, n in task.way.cards.items()})
        task.way = None

    def _way(self, pool: str, cards: dict[int, float], values: list[tuple[int, float]]) -> Way:
        costs = self.program.costs
        return Way(pool, cards, values, sum(costs[c] * v for c, v in values))

    def _jobs(self, occurrence: Occurrence) -> Iterator[Way]:
        """An occurrence with the same units in each pool, over its window or the end of it."""
        for mode in occurrence.modes:
            for first in sorted({occurrence.first, (occurrence.first + occurrence.last) // 2}):
                units = self._fewest(occurrence, mode, first)
                if units is not None:
                    yield self._job(occurrence, mode, first, units)

    def _fewest(self, occurrence: Occurrence, mode: TrainingMode, first: int) -> int | None:
        """Units that do the work, held from an interval on."""
        intervals = self.model.instance.intervals[first : occurrence.last]
        days = sum(interval.hours for interval in intervals) / 24
        held = self.model.of(HELD)
        most = min(self.program.upper[held[occurrence.key, mode.pool, i.index]] for i in intervals)
        # What each segment asks for; the least units of all that do the work.
        asked = [
            math.ceil((occurrence.work / days - b) / a - 1e-9) if a > 0 else 0
            for a, b in mode.segments
        ]
        units = max(mode.min_units, 1, *asked)
        enough = min(a * units + b for a, b in mode.segments) * days
        return units if units <= most and enough >= occurrence.work * (1 - 1e-9) else None

    def _job(self, occurrence: Occurrence, mode: TrainingMode, first: int, units: int) -> Way:
        model, key = self.model, occurrence.key
        cards, values = {}, []
        for place, index in (
            (POOL_CHOSEN, (key, mode.pool)),
            (SITE_CHOSEN, (key, model.instance.pool[mode.pool].site)),
        ):
            if index in model.of(place):
                values.append((model.of(place)[index], 1.0))
        for i in range(first, occurrence.last):
            where = (key, mode.pool, i)
            cards[i] = float(units * model.instance.pool[mode.pool].unit_cards)
            values.append((model.of(HELD)[where], float(units)))
            if where in model.of(RUNNING):
                values.append((model.of(RUNNING)[where], 1.0))
            days = model.instance.intervals[i].hours / 24
            rate = min(a * units + b for a, b in mode.segments) * days
            values.append((model.of(DONE)[where], min(occurrence.work, rate)))
        return self._way(mode.pool, cards, values)

    def _services(self, service: Service, intervals: list[int]) -> list[Task]:
        """A service over some intervals: all classes together where a pool serves them all."""
        together = any(len(mode.throughput) == len(service.classes) for mode in service.modes)
        groups = [service.classes] if together else [(name,) for name in service.classes]
        return [self._service(service, group, intervals, 1.0) for group in groups]

    def _service(
        self, service: Service, classes: tuple[str, ...], intervals: list[int], share: float
    ) -> Task:
        demand = {
            i: [(c, service.demand[service.classes.index(c)][i] * share) for c in classes]
            for i in intervals
        }
        asked = {i: rates for i, rates in demand.items() if any(rate for _, rate in rates)}
        ways = []
        for mode in service.modes:
            if asked and {name for name, _ in mode.throughput} >= set(classes):
                ways.append(self._serve(service, mode, asked))

        def finer() -> list[Task]:
            if len(asked) > 1:
                return [
                    self._service(service, classes, part, share)
                    for part in _stretches(list(asked), 2)
                ]
            if share <= SMALLEST:
                return []
            return [self._service(service, classes, intervals, share / 2) for _ in range(2)]

        return Task(service.key, ways, finer if asked else list)

    def _serve(
        self, service: Service, mode: ServingMode, asked: dict[int, list[tuple[str, float]]]
    ) -> Way:
        throughput, cards, values = dict(mode.throughput), {}, []
        for i, rates in asked.items():
            load = sum(rate / throughput[name] for name, rate in rates)
            replicas = math.ceil(load - 1e-9) if service.whole_replicas else load
            cards[i] = float(replicas * mode.cards)
            where = (mode.configuration, mode.pool, i)
            column = self.model.of(REPLICAS).get((service.key, *where))
            if column is not None:
                values.append((column, float(replicas)))
            for name, rate in rates:
                if rate:
                    values.append((self.model.of(RATE)[service.key, name, *where], rate))
        return self._way(mode.pool, cards, values)

    def _reserved(self, reservation: Reservation, intervals: list[int]) -> Task:
        asked = [i for i in intervals if reservation.cards[i]]
        ways = []
        for pool in reservation.pools if asked else ():
            cards = {i: float(reservation.cards[i]) for i in asked}
            columns = self.model.of(RESERVED)
            values = [(columns[reservation.key, pool, i], cards[i]) for i in asked]
            ways.append(self._way(pool, cards, values))
        finer: Callable[[], list[Task]] = list
        if len(asked) > 1:
            finer = partial(self._reserved_apart, reservation, asked)
        return Task(reservation.key, ways, finer)

    def _reserved_apart(self, reservation: Reservation, asked: list[int]) -> list[Task]:
        return [self._reserved(reservation, part) for part in _stretches(asked, 2)]

    def _values(self, tasks: list[Task]) -> list[float]:
        values: dict[int, float] = defaultdict(float)
        for task in tasks:
            for column, value in task.way.values if task.way is not None else ():
                values[column] += value
        return [values.get(column, 0.0) for column in range(len(self.model.columns))]


def _stretches(intervals: list[int], count: int) -> list[list[int]]:
    """Intervals in so many stretches, none empty."""
    length = max(1, math.ceil(len(intervals) / count))
    return [intervals[n : n + length] for n in range(0, len(intervals), length)]
