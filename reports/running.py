"""What runs where and when: holdings of training jobs, services and reservations, and the fleet.

Belongs here: rows by interval joined into stretches, periods and states that a reader can take in.
Does not belong here: orders and money (figures.py), layout.
"""

import math
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import pairwise

from reports.figures import card_of_item, hosted_sites
from solver.plan import Plan, ReservationRow, ServingRow

MOST_LINES = 12
"""Periods of a service that are shown one by one; more are joined and show their highest."""


HOSTED = "vendors"
"""The place of all leased cards that their vendors host."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """Cards held in one pool without a break or a change."""

    pool: str
    start: datetime
    end: datetime
    cards: float

    @property
    def days(self) -> float:
        """Its length."""
        return (self.end - self.start).total_seconds() / 86400


def _stretches(plan: Plan, held: Iterable[tuple[int, str, float]]) -> list[Stretch]:
    """Stretches of (interval, pool, cards), by their beginning."""
    intervals = {interval.id: interval for interval in plan.intervals}
    found: dict[str, list[Stretch]] = defaultdict(list)
    for number, pool, cards in sorted(held):
        interval = intervals[number]
        last = found[pool][-1] if found[pool] else None
        if last and last.end == interval.start and last.cards == cards:
            found[pool][-1] = replace(last, end=interval.end)
        else:
            found[pool].append(Stretch(pool, interval.start, interval.end, cards))
    return sorted((s for pool in found.values() for s in pool), key=lambda s: (s.start, s.pool))


@dataclass(frozen=True, slots=True)
class Run:
    """One or several successive occurrences of a training job that hold the same."""

    job: str
    first: int
    last: int
    """Numbers of the occurrences."""
    start: datetime
    """When the first begins."""
    end: datetime
    """When the last is done."""
    stretches: tuple[Stretch, ...]
    """Of the first."""


def training_runs(plan: Plan) -> list[Run]:
    """Every occurrence; successive ones of a job that hold the same cards as long are joined."""
    rows: dict[tuple[str, int], list[tuple[int, str, float]]] = defaultdict(list)
    for row in plan.training:
        if row.cards > 0:
            rows[row.job, row.occurrence].append((row.interval, row.pool, row.cards))
    runs: list[Run] = []
    for (job, number), held in sorted(rows.items()):
        parts = tuple(_stretches(plan, held))
        run = Run(job, number, number, parts[0].start, max(p.end for p in parts), parts)
        before = runs[-1] if runs else None
        if before and (before.job, before.last) == (job, number - 1) and _alike(before, run):
            runs[-1] = replace(before, last=number, end=run.end)
        else:
            runs.append(run)
    return runs


def _alike(one: Run, other: Run) -> bool:
    def held(run: Run) -> list[tuple[str, float, float]]:
        return [(part.pool, part.cards, part.days) for part in run.stretches]

    return held(one) == held(other)


def reservation_stretches(plan: Plan) -> list[tuple[str, list[Stretch]]]:
    """What every reservation holds, by its name."""
    rows: dict[str, list[ReservationRow]] = defaultdict(list)
    for row in plan.reservations:
        rows[row.reservation].append(row)
    return [
        (name, _stretches(plan, [(row.interval, row.pool, row.cards) for row in held]))
        for name, held in sorted(rows.items())
    ]


@dataclass(frozen=True, slots=True)
class Mode:
    """A configuration in a pool."""

    configuration: str
    pool: str
    cards: float
    """Of one replica."""


@dataclass(frozen=True, slots=True)
class ServiceState:
    """A service in the interval of some periods in which it holds the most cards."""

    first: str
    last: str
    """Periods that it stands for."""
    rate: float
    """Requests per second at the peak."""
    replicas: tuple[tuple[Mode, float], ...]

    @property
    def cards(self) -> float:
        """Cards that all replicas hold."""
        return math.fsum(mode.cards * number for mode, number in self.replicas)


@dataclass(frozen=True, slots=True)
class ServiceCourse:
    """A service over the horizon."""

    service: str
    states: tuple[ServiceState, ...]
    joined: bool
    """Whether states stand for several periods that differ, with the highest of them."""

    @property
    def modes(self) -> list[Mode]:
        """Every configuration and pool it ever uses."""
        return list(dict.fromkeys(mode for state in self.states for mode, _ in state.replicas))


def service_courses(plan: Plan) -> list[ServiceCourse]:
    """Every service by period; the same replicas are joined, and of many periods the peaks kept."""
    rows: dict[str, list[ServingRow]] = defaultdict(list)
    for row in plan.serving:
        rows[row.service].append(row)
    rates: dict[str, dict[int, float]] = defaultdict(lambda: defaultdict(float))
    for routed in plan.routing:
        rates[routed.service][routed.interval] += routed.rate
    courses = []
    for service, served in sorted(rows.items()):
        states = _joined(plan, _states(plan, served, rates[service]))
        size = math.ceil(len(states) / MOST_LINES)
        chunks = [states[n : n + size] for n in range(0, len(states), size)]
        courses.append(ServiceCourse(service, tuple(map(_highest, chunks)), joined=size > 1))
    return courses


def _states(
    plan: Plan, rows: Sequence[ServingRow], rates: Mapping[int, float]
) -> Iterator[ServiceState]:
    """The peak of every period in which a service runs; `rates` are its requests by interval."""
    served: dict[int, list[ServingRow]] = defaultdict(list)
    for row in rows:
        served[row.interval].append(row)
    for label, intervals in _intervals_by_period(plan):
        busy = [number for number in intervals if number in served]
        if not busy:
            continue
        peak = max(busy, key=lambda n: (math.fsum(row.cards for row in served[n]), rates[n]))
        replicas = tuple(
            (Mode(row.configuration, row.pool, round(row.cards / row.replicas, 6)), row.replicas)
            for row in sorted(served[peak], key=lambda row: (row.configuration, row.pool))
            if row.replicas > 0
        )
        yield ServiceState(label, label, rates[peak], replicas)


def _intervals_by_period(plan: Plan) -> Iterator[tuple[str, list[int]]]:
    for period in plan.periods:
        inside = [i.id for i in plan.intervals if period.start <= i.start.date() <= period.end]
        yield period.id, inside


def _joined(plan: Plan, states: Iterable[ServiceState]) -> list[ServiceState]:
    """States of successive periods with the same replicas as one, with the highest rate."""
    next_of = {before.id: after.id for before, after in pairwise(plan.periods)}
    found: list[ServiceState] = []
    for state in states:
        last = found[-1] if found else None
        if last and next_of[last.last] == state.first and last.replicas == state.replicas:
            found[-1] = replace(last, last=state.last, rate=max(last.rate, state.rate))
        else:
            found.append(state)
    return found


def _highest(states: Sequence[ServiceState]) -> ServiceState:
    highest = max(states, key=lambda state: (state.cards, state.rate))
    return replace(highest, first=states[0].first, last=states[-1].last)


@dataclass(frozen=True, slots=True)
class Installed:
    """The cards installed on the first days of some successive periods."""

    first: str
    last: str
    by_card: dict[str, float]
    by_site: dict[str, float]

    @property
    def cards(self) -> float:
        """All of them."""
        return math.fsum(self.by_card.values())


def installed_over_time(plan: Plan) -> list[Installed]:
    """Cards by type and by site; successive periods with the same are joined."""
    card_of, hosted = card_of_item(plan), hosted_sites(plan)
    found = []
    for period in plan.periods:
        by_card: dict[str, float] = defaultdict(float)
        by_site: dict[str, float] = defaultdict(float)
        for row in plan.fleet:
            if row.period == period.id and row.cards > 0:
                by_card[card_of.get(row.item, row.item)] += row.cards
                by_site[HOSTED if row.site in hosted else row.site] += row.cards
        found.append(Installed(period.id, period.id, dict(by_card), dict(by_site)))
    joined = found[:1]
    for before, now in pairwise(found):
        if (before.by_card, before.by_site) == (now.by_card, now.by_site):
            joined[-1] = replace(joined[-1], last=now.last)
        else:
            joined.append(now)
    return joined
