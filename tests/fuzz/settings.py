"""What services and reservations can hold in an interval.

Belongs here: enumeration of whole replicas and of reserved cards, interval by interval. Does not
belong here: jobs, which join intervals (running).

Nothing is lost on the way: a mode never needs more replicas than serve every class of its service
alone, one after another; and of two settings it is enough to keep the one that holds no more cards
in any pool and costs no more (unless a demand charge asks when the dearer one draws power).
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product

from solver.instance import Instance
from solver.instance.model import Reservation, Service
from tests.fuzz.effort import NEAR, Effort, Figures, fits, less, undominated
from tests.fuzz.money import Money
from tests.fuzz.routing import Rates, Routing


@dataclass(frozen=True)
class Setting:
    """Replicas and reserved cards of one interval."""

    cards: Figures
    """By pool, in the order of the instance."""
    cost: float
    """Least energy of what is fixed by it; fractional services are on top."""
    replicas: Mapping[tuple[str, int], int] = field(default_factory=dict)
    """Whole ones, by service and number of the mode."""
    reserved: Mapping[tuple[str, str], int] = field(default_factory=dict)
    """By reservation and pool."""


class Settings:
    """The settings worth considering, by interval."""

    def __init__(self, instance: Instance, money: Money, routing: Routing, effort: Effort) -> None:
        self.instance = instance
        self.money = money
        self.routing = routing
        self.effort = effort
        self.place = {pool.key: number for number, pool in enumerate(instance.pools)}
        self.empty = Setting((0.0,) * len(instance.pools), 0.0)
        self.whole = [s for s in instance.services if s.whole_replicas]
        self.fractional = [s for s in instance.services if not s.whole_replicas]
        self.by_interval = [self._all(i) for i in range(money.count)]

    def active(self, interval: int, services: Sequence[Service]) -> list[Service]:
        """Services with a demand in an interval."""
        return [s for s in services if any(demand[interval] > 0 for demand in s.demand)]

    def needs(self, interval: int) -> list[float]:
        """Cards by pool beyond which services and reservations have no use for more."""
        needs = [0.0] * len(self.instance.pools)
        for service in self.active(interval, self.instance.services):
            for number, mode in enumerate(service.modes):
                most = self._most_replicas(service, number, interval)
                needs[self.place[mode.pool]] += most * mode.cards
        for reservation in self.instance.reservations:
            for pool in reservation.pools:
                needs[self.place[pool]] += reservation.cards[interval]
        return needs

    def _most_replicas(self, service: Service, number: int, interval: int) -> int:
        throughput = dict(service.modes[number].throughput)
        load = sum(
            service.demand[position][interval] / throughput[name]
            for position, name in enumerate(service.classes)
            if name in throughput
        )
        return math.ceil(load * (1 - NEAR))

    def _all(self, interval: int) -> list[Setting]:
        found = [self.empty]
        for service in self.active(interval, self.whole):
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
        if self.money.demand_charges():
            return joined
        return undominated(joined, lambda s: (*s.cards, s.cost), self.effort)

    def cheapest(self, interval: int, spare: Figures) -> tuple[Setting | None, float]:
        """The cheapest setting among the spare cards, fractional services included in its cost."""
        self.effort.spend(1 + len(self.by_interval[interval]) // 10)
        best, least = None, math.inf
        fractional = self.active(interval, self.fractional)
        for setting in self.by_interval[interval]:
            if setting.cost < least and fits(setting.cards, spare):
                cost = setting.cost
                if fractional:
                    left = less(spare, setting.cards)
                    served = self.routing.interval(interval, fractional, {}, left)
                    cost = math.inf if served is None else cost + served[0]
                if cost < least:
                    best, least = setting, cost
        return best, least

    def largest(self, interval: int, spare: Figures) -> list[Setting]:
        """Settings among the spare cards whose replicas are not part of another's: idle replicas
        cost nothing. Where fractional services want the cards of idle replicas, all of them.
        """
        fitting = [s for s in self.by_interval[interval] if fits(s.cards, spare)]
        if self.active(interval, self.fractional):
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

    def rates(self, interval: int, setting: Setting, spare: Figures) -> Rates:
        """How a setting spreads the requests at least energy, with cards to spare beside it."""
        rates = Rates()
        for service in self.active(interval, self.whole):
            served = self.routing.interval(interval, [service], setting.replicas, [])
            assert served is not None
            rates |= served[1]
        if fractional := self.active(interval, self.fractional):
            served = self.routing.interval(interval, fractional, {}, spare)
            assert served is not None
            rates |= served[1]
        return rates
