"""What stands, works and draws over time, worked out again from the plan file alone.

Belongs here: installed and working cards, power at the meter and its cap, demand and capacity of
services, interval by interval. Does not belong here: tables and charts of it, prices.
"""

import math
from collections import defaultdict
from dataclasses import dataclass
from functools import cached_property

from solver.bill import Decisions
from solver.bill.decisions import orders, parts
from solver.bill.draw import Draw, draws, machines
from solver.case import Case, case_from_plan
from solver.instance.model import Instance, Service
from solver.plan import Plan, ReservationRow, RoutingRow, ServingRow, TrainingRow
from solver.start import decisions_of


@dataclass(frozen=True)
class Load:
    """A service in an interval."""

    demand: float
    """Requests per second at the peak, all classes."""
    capacity: float
    """What its replicas serve of the same mix."""
    cards: float
    """That its replicas hold."""


@dataclass(frozen=True)
class Course:
    """A plan beside the problem it carries."""

    plan: Plan
    case: Case

    @property
    def instance(self) -> Instance:
        """The problem as numbers."""
        return self.case.instance

    @cached_property
    def decisions(self) -> Decisions:
        """What the plan decides, read back from its rows."""
        return decisions_of(self.instance, self.plan)

    @cached_property
    def draws(self) -> dict[str, Draw]:
        """Electric power by site, for sites with a meter of their own."""
        instance, decisions = self.instance, self.decisions
        lines, bought = orders(instance, decisions), parts(instance, decisions)
        return draws(instance, decisions, machines(instance, lines), bought)

    @cached_property
    def installed_cards(self) -> dict[str, list[float]]:
        """Cards by pool and interval: owned, bought and leased."""
        found = {pool.key: [0.0] * len(self.instance.intervals) for pool in self.instance.pools}
        held: list[tuple[str | None, float, int, int]] = [
            (e.pool, e.units * self.instance.item[e.item].cards, e.first, e.last)
            for e in self.instance.fleet
        ]
        for key, units in self.decisions.units.items():
            option = self.instance.option[key]
            cards = units * self.instance.item[option.item].cards
            held.append((option.pool, cards, option.first, option.last))
        for pool, cards, first, last in held:
            if pool is not None:
                for interval in range(first, last):
                    found[pool][interval] += cards
        return found

    @cached_property
    def working_cards(self) -> dict[str, list[float]]:
        """The same without spares and what is under repair."""
        return {
            key: [number * self.instance.pool[key].working_fraction for number in cards]
            for key, cards in self.installed_cards.items()
        }

    @cached_property
    def held_cards(self) -> dict[tuple[str, str], list[float]]:
        """Cards by workload and interval; workloads are (block of the file, key)."""
        rows: list[tuple[str, str, TrainingRow | ServingRow | ReservationRow]] = [
            *(("training", row.job, row) for row in self.plan.training),
            *(("inference", row.service, row) for row in self.plan.serving),
            *(("reservations", row.reservation, row) for row in self.plan.reservations),
        ]
        count = len(self.instance.intervals)
        found: dict[tuple[str, str], list[float]] = defaultdict(lambda: [0.0] * count)
        for block, key, row in rows:
            found[block, key][row.interval] += row.cards
        return dict(found)

    @cached_property
    def service_loads(self) -> dict[str, list[Load]]:
        """Demand and capacity of every service, by interval."""
        replicas: dict[tuple[str, int], list[ServingRow]] = defaultdict(list)
        for row in self.plan.serving:
            replicas[row.service, row.interval].append(row)
        routed: dict[tuple[str, int], list[RoutingRow]] = defaultdict(list)
        for route in self.plan.routing:
            routed[route.service, route.interval].append(route)
        return {
            service.key: [
                _load(service, n, replicas[service.key, n], routed[service.key, n])
                for n in range(len(self.instance.intervals))
            ]
            for service in self.instance.services
        }


def course_of(plan: Plan) -> Course:
    """The course of a plan, from the problem and the facts that it carries.

    Raises problems.InputError, and catalogs.CatalogError for facts that do not hold together.
    """
    return Course(plan, case_from_plan(plan.problem, plan.facts, "the plan"))


def _load(
    service: Service, interval: int, replicas: list[ServingRow], routed: list[RoutingRow]
) -> Load:
    """Demand in an interval, and the capacity for the mix that every configuration serves there.

    A configuration with n replicas that are busy for n' of them serves n / n' times what is routed
    to it. One that nothing is routed to serves the mix of the whole demand.
    """
    demand = {
        name: rates[interval] for name, rates in zip(service.classes, service.demand, strict=True)
    }
    speed = {(m.configuration, m.pool): dict(m.throughput) for m in service.modes}
    rate: dict[tuple[str, str], float] = defaultdict(float)
    busy: dict[tuple[str, str], float] = defaultdict(float)
    for row in routed:
        mode = row.configuration, row.pool
        rate[mode] += row.rate
        busy[mode] += row.rate / speed[mode][row.class_]
    capacity = 0.0
    for held in replicas:
        mode = held.configuration, held.pool
        if busy[mode]:
            capacity += held.replicas * rate[mode] / busy[mode]
        else:
            capacity += held.replicas * _mixed(demand, speed[mode])
    cards = math.fsum(row.cards for row in replicas)
    return Load(math.fsum(demand.values()), capacity, cards)


def _mixed(demand: dict[str, float], speed: dict[str, float]) -> float:
    """Requests per second of one replica at a mix of classes; 0 where it cannot serve one."""
    asked = {name: rate for name, rate in demand.items() if rate}
    if not asked or any(name not in speed for name in asked):
        return 0.0
    return sum(asked.values()) / sum(rate / speed[name] for name, rate in asked.items())
