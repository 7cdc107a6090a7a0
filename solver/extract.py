"""From an engine's values to decisions: whole numbers rounded, rates and work made exact.

Belongs here: reading columns back, and trimming what is held without use. Does not belong here:
prices (solver.bill) or checks (solver.verify).
"""

import math
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import replace

from solver.bill import Decisions
from solver.formulation.model import Model
from solver.formulation.places import SWITCHES
from solver.formulation.purchases import QUANTITY
from solver.formulation.workloads import HELD, RATE, REPLICAS, RESERVED
from solver.instance.model import (
    Fabric,
    FabricLine,
    Instance,
    Kind,
    Occurrence,
    Option,
    Service,
    ServingMode,
    TrainingMode,
)
from solver.plan import ReservationRow, RoutingRow, ServingRow, TrainingRow
from solver.training import units_for_rate

Values = Mapping[str, float]
NEGLIGIBLE = 1e-9
"""Share of a demand below which a routed rate is rounding noise."""


def extract(model: Model, values: Values) -> Decisions:
    """What the values of a program's variables decide."""
    instance = model.instance
    units: dict[str, float] = defaultdict(float)
    for (option, _), column in model.of(QUANTITY).items():
        if whole := _whole(model, values, column):
            units[str(option)] += whole
    serving, routing = _serving(model, values)
    return Decisions(
        units=dict(units),
        fabric=fabric_parts(instance, units, _switches(model, values)),
        training=tuple(row for o in instance.occurrences for row in _training(model, values, o)),
        serving=serving,
        routing=routing,
        reservations=_reservations(model, values),
    )


def _value(model: Model, values: Values, column: int) -> float:
    return max(0.0, values.get(model.columns[column].variable.name, 0.0))


def _whole(model: Model, values: Values, column: int) -> int:
    return round(_value(model, values, column))


def _switches(model: Model, values: Values) -> dict[tuple[str, str, int], int]:
    return {
        (str(fabric), str(line), int(period)): _whole(model, values, column)
        for (fabric, line, period), column in model.of(SWITCHES).items()
    }


def fabric_parts(
    instance: Instance, units: Mapping[str, float], installed: Mapping[tuple[str, str, int], int]
) -> dict[tuple[str, str, int], float]:
    """Parts bought by fabric, line and period: rises of the cumulative switches, and what
    deliveries bring with them.
    """
    parts: dict[tuple[str, str, int], float] = {}
    for fabric in instance.fabrics:
        here = [o for o in instance.options if o.site == fabric.site and units.get(o.key)]
        for line in fabric.lines:
            for period in instance.periods:
                key = (fabric.key, line.name, period.index)
                if line.switch:
                    before = installed.get((fabric.key, line.name, period.index - 1), 0)
                    bought: float = installed.get(key, 0) - before
                else:
                    delivered = [o for o in here if o.period == period.index]
                    bought = sum(
                        units[o.key] * _parts_per_unit(instance, fabric, line, o) for o in delivered
                    )
                if bought:
                    parts[key] = bought
    return parts


def _parts_per_unit(instance: Instance, fabric: Fabric, line: FabricLine, option: Option) -> float:
    item = instance.item[option.item]
    endpoints = 0 if item.kind is Kind.CARD else fabric.nics_per_unit
    return line.per_endpoint * endpoints + line.per_card * item.cards


def _training(model: Model, values: Values, occurrence: Occurrence) -> list[TrainingRow]:
    """Holdings of one occurrence, trimmed to what its work needs, and the work each does."""
    held: dict[tuple[TrainingMode, int], int] = {}
    for mode in occurrence.modes:
        for interval in range(occurrence.first, occurrence.last):
            column = model.of(HELD)[occurrence.key, mode.pool, interval]
            if whole := _whole(model, values, column):
                held[mode, interval] = whole
    _trim(model.instance, occurrence, held)
    rates = {key: _work_rate(model.instance, *key, units) for key, units in held.items()}
    total = sum(rates.values())
    share = min(1.0, occurrence.work / total) if total > 0 else 0.0
    return [
        TrainingRow(
            job=occurrence.job,
            occurrence=occurrence.number,
            pool=mode.pool,
            interval=interval,
            cards=units * model.instance.pool[mode.pool].unit_cards,
            work_done=rates[mode, interval] * share,
        )
        for (mode, interval), units in sorted(held.items(), key=lambda e: (e[0][1], e[0][0].pool))
    ]


def _work_rate(instance: Instance, mode: TrainingMode, interval: int, units: int) -> float:
    """Work that units of a mode do in an interval, PFLOP/s-days."""
    rate = min(a * units + b for a, b in mode.segments)
    return rate * instance.intervals[interval].hours / 24


def _trim(
    instance: Instance, occurrence: Occurrence, held: dict[tuple[TrainingMode, int], int]
) -> None:
    """Give back units that the work does not need, latest intervals first."""
    total = sum(_work_rate(instance, *key, units) for key, units in held.items())
    spare = total - occurrence.work
    for key in sorted(held, key=lambda k: (-k[1], k[0].pool)):
        mode, interval = key
        if spare <= 0:
            return
        now = _work_rate(instance, mode, interval, held[key])
        days = instance.intervals[interval].hours / 24
        least = 0
        if now > spare:
            needed = units_for_rate(mode.segments, (now - spare) / days, held[key])
            least = held[key] if needed is None else max(mode.min_units, needed)
        if least < held[key]:
            spare -= now - (_work_rate(instance, mode, interval, least) if least else 0.0)
            held[key] = least
        if held[key] == 0:
            del held[key]


def _serving(model: Model, values: Values) -> tuple[tuple[ServingRow, ...], tuple[RoutingRow, ...]]:
    """Rates that add up to the demand, and the replicas that serve them."""
    serving: list[ServingRow] = []
    routing: list[RoutingRow] = []
    for service in model.instance.services:
        rows = _routed(model, values, service)
        routing += rows
        serving += _replicas(model, values, service, rows)
    return tuple(serving), tuple(routing)


def _routed(model: Model, values: Values, service: Service) -> list[RoutingRow]:
    found: dict[tuple[int, str], list[RoutingRow]] = defaultdict(list)
    for mode in service.modes:
        for name, _ in mode.throughput:
            for interval in range(len(model.instance.intervals)):
                key = (service.key, name, mode.configuration, mode.pool, interval)
                column = model.of(RATE).get(key)
                demand = service.demand[service.classes.index(name)][interval]
                rate = 0.0 if column is None else _value(model, values, column)
                if rate > NEGLIGIBLE * demand:
                    row = RoutingRow(
                        service.key, name, mode.configuration, mode.pool, interval, rate
                    )
                    found[interval, name].append(row)
    exact = []
    for (interval, name), rows in sorted(found.items()):
        demand = service.demand[service.classes.index(name)][interval]
        routed = math.fsum(row.rate for row in rows)
        exact += [replace(row, rate=row.rate * demand / routed) for row in rows]
    return exact


def _replicas(
    model: Model, values: Values, service: Service, rows: list[RoutingRow]
) -> list[ServingRow]:
    """The replicas each configuration needs for what is routed to it; whole ones rounded up."""
    modes = {(mode.configuration, mode.pool): mode for mode in service.modes}
    load: dict[tuple[int, str, str], float] = defaultdict(float)
    for row in rows:
        mode = modes[row.configuration, row.pool]
        load[row.interval, row.configuration, row.pool] += (
            row.rate / dict(mode.throughput)[row.class_]
        )
    found = []
    for (interval, configuration, pool), need in sorted(load.items()):
        mode = modes[configuration, pool]
        replicas = need
        if service.whole_replicas:
            column = model.of(REPLICAS)[service.key, configuration, pool, interval]
            replicas = float(_needed(model, values, column, need))
        found.append(_serving_row(service, mode, interval, replicas))
    return found


def _needed(model: Model, values: Values, column: int, load: float) -> int:
    """Whole replicas for a load: what the solver gave, or fewer where they suffice."""
    return max(1, min(_whole(model, values, column), math.ceil(load - 1e-7)))


def _serving_row(service: Service, mode: ServingMode, interval: int, replicas: float) -> ServingRow:
    cards = replicas * mode.cards
    return ServingRow(service.key, mode.configuration, mode.pool, interval, replicas, cards)


def _reservations(model: Model, values: Values) -> tuple[ReservationRow, ...]:
    return tuple(
        ReservationRow(str(key), str(pool), int(interval), cards)
        for (key, pool, interval), column in sorted(
            model.of(RESERVED).items(), key=lambda e: (e[0][0], e[0][2], e[0][1])
        )
        if (cards := _whole(model, values, column))
    )
