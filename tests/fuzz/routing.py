"""The continuous rest: how requests are spread once every whole number is fixed.

Belongs here: one small linear program, solved by HiGHS directly. Does not belong here: whole
numbers.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache

import highspy
import numpy

from solver.instance import Instance
from solver.instance.model import Service, ServingMode
from tests.fuzz.money import Money

Rates = dict[tuple[str, str, int, int], float]
"""Peak requests per second by service, class, number of the mode, and interval."""
Replicas = Mapping[tuple[str, int], int]
"""Whole replicas by service and number of the mode."""


@cache
def _engine() -> highspy.Highs:
    """One engine for all programs: making it takes longer than solving."""
    engine = highspy.Highs()
    engine.setOptionValue("output_flag", False)
    engine.setOptionValue("presolve", "off")
    return engine


@dataclass
class Program:
    """A linear program row by row: minimise cost·x with x >= 0."""

    costs: list[float] = field(default_factory=list)
    rows: list[tuple[float, float, dict[int, float]]] = field(default_factory=list)

    def column(self, cost: float) -> int:
        """Add a column from 0 upwards."""
        self.costs.append(cost)
        return len(self.costs) - 1

    def row(self, low: float, high: float, terms: dict[int, float]) -> None:
        """Add low <= terms <= high."""
        self.rows.append((low, high, terms))

    def minimum(self) -> tuple[float, list[float]] | None:
        """The least cost and where it is; None where no point keeps the rows."""
        if not self.costs:
            met = all(low <= 0 <= high for low, high, _ in self.rows)
            return (0.0, []) if met else None
        program = highspy.HighsLp()
        program.num_col_, program.num_row_ = len(self.costs), len(self.rows)
        program.col_cost_ = numpy.array(self.costs, dtype=float)
        program.col_lower_ = numpy.zeros(len(self.costs))
        program.col_upper_ = numpy.full(len(self.costs), highspy.kHighsInf)
        program.row_lower_ = numpy.array([low for low, _, _ in self.rows], dtype=float)
        program.row_upper_ = numpy.array([high for _, high, _ in self.rows], dtype=float)
        starts, index, value = [0], [], []
        for _, _, terms in self.rows:
            index += terms.keys()
            value += terms.values()
            starts.append(len(index))
        matrix = program.a_matrix_
        matrix.format_ = highspy.MatrixFormat.kRowwise
        matrix.start_ = numpy.array(starts, dtype=numpy.int32)
        matrix.index_ = numpy.array(index, dtype=numpy.int32)
        matrix.value_ = numpy.array(value, dtype=float)
        engine = _engine()
        engine.passModel(program)
        engine.run()
        if engine.getModelStatus() != highspy.HighsModelStatus.kOptimal:
            return None
        return engine.getObjectiveValue(), list(engine.getSolution().col_value)


class Routing:
    """Spreads requests at least cost."""

    def __init__(self, instance: Instance, money: Money) -> None:
        self.instance = instance
        self.money = money
        self.service = {service.key: service for service in instance.services}

    def busy(self, service: Service, mode: ServingMode, name: str) -> float:
        """Average cards busy for one request per second of the peak rate."""
        return mode.cards / (dict(mode.throughput)[name] * service.peak_factor)

    def interval(
        self, interval: int, services: Sequence[Service], replicas: Replicas, spare: Sequence[float]
    ) -> tuple[float, Rates] | None:
        """Least energy for the services in an interval; fractional ones share the spare cards."""
        if len(services) == 1 and services[0].whole_replicas and len(services[0].classes) == 1:
            return self._one_class(interval, services[0], replicas)
        program, columns = Program(), {}
        self._add(program, columns, interval, services, replicas, spare)
        return self._solved(program, columns)

    def horizon(
        self,
        services: Sequence[Service],
        replicas: Sequence[Replicas],
        spare: Sequence[Sequence[float]],
        draw_kw: Mapping[str, Sequence[float]],
    ) -> tuple[float, Rates] | None:
        """Least energy and demand charge over all intervals, on top of a metered draw by site."""
        program, columns = Program(), {}
        for interval in range(self.money.count):
            there = [s for s in services if any(d[interval] > 0 for d in s.demand)]
            self._add(program, columns, interval, there, replicas[interval], spare[interval])
        modes = {service.key: service.modes for service in services}
        for site, month, charge in self.money.demand_charges():
            highest = program.column(charge)
            for interval in month.intervals:
                terms = {highest: 1.0}
                for (service, name, number, when), column in columns.items():
                    mode = modes[service][number]
                    pool = self.instance.pool[mode.pool]
                    if when == interval and pool.site == site.key:
                        busy = self.busy(self.service[service], mode, name)
                        terms[column] = -busy * pool.busy_kw_per_card * site.pue
                program.row(draw_kw[site.key][interval], highspy.kHighsInf, terms)
        return self._solved(program, columns)

    def _one_class(
        self, interval: int, service: Service, replicas: Replicas
    ) -> tuple[float, Rates] | None:
        """One class alone: fill the cheapest replicas first, which no exchange can improve."""
        (name,) = service.classes
        left = service.demand[0][interval]
        cost, rates = 0.0, Rates()
        by_cost = sorted(
            (self._cost(service, number, name, interval), number)
            for number, mode in enumerate(service.modes)
            if name in dict(mode.throughput)
        )
        for each, number in by_cost:
            most = replicas.get((service.key, number), 0) * dict(
                service.modes[number].throughput
            ).get(name, 0.0)
            if (rate := min(left, most)) > 0:
                rates[service.key, name, number, interval] = rate
                cost += rate * each
                left -= rate
        return None if left > 1e-7 * service.demand[0][interval] else (cost, rates)

    def _cost(self, service: Service, number: int, name: str, interval: int) -> float:
        mode = service.modes[number]
        return self.busy(service, mode, name) * self.money.busy_card(mode.pool, interval)

    def _add(
        self,
        program: Program,
        columns: dict[tuple[str, str, int, int], int],
        interval: int,
        services: Sequence[Service],
        replicas: Replicas,
        spare: Sequence[float],
    ) -> None:
        """The rows of one interval."""
        shared: dict[str, dict[int, float]] = {}
        for service in services:
            routed: dict[str, dict[int, float]] = {name: {} for name in service.classes}
            for number, mode in enumerate(service.modes):
                load: dict[int, float] = {}
                for name, throughput in mode.throughput:
                    column = program.column(self._cost(service, number, name, interval))
                    columns[service.key, name, number, interval] = column
                    routed[name][column] = 1.0
                    load[column] = 1 / throughput
                if service.whole_replicas:
                    most = replicas.get((service.key, number), 0)
                    program.row(-highspy.kHighsInf, most, load)
                else:
                    cards = {column: value * mode.cards for column, value in load.items()}
                    shared.setdefault(mode.pool, {}).update(cards)
            for position, name in enumerate(service.classes):
                demand = service.demand[position][interval]
                program.row(demand, demand, routed[name])
        for position, pool in enumerate(self.instance.pools):
            if pool.key in shared:
                program.row(-highspy.kHighsInf, max(0.0, spare[position]), shared[pool.key])

    def _solved(
        self, program: Program, columns: dict[tuple[str, str, int, int], int]
    ) -> tuple[float, Rates] | None:
        found = program.minimum()
        if found is None:
            return None
        cost, values = found
        return cost, {key: values[c] for key, c in columns.items() if values[c] > 1e-12}
