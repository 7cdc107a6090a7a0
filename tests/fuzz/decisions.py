"""The brute force's plan in the words of a plan file, for the bill and the referee.

Belongs here: translation only. Does not belong here: finding or judging anything.
"""

from collections import defaultdict

from solver.bill import Decisions
from solver.instance import Instance
from solver.instance.model import Kind
from solver.plan import ReservationRow, RoutingRow, ServingRow, TrainingRow
from tests.fuzz.brute_force import Best
from tests.fuzz.running import work_of


def decisions_of(instance: Instance, best: Best) -> Decisions:
    """What the best plan decides."""
    return Decisions(
        units=dict(best.units),
        fabric=_parts(instance, best),
        training=tuple(_training(instance, best)),
        serving=tuple(_serving(instance, best)),
        routing=tuple(_routing(instance, best)),
        reservations=tuple(
            ReservationRow(reservation, pool, interval, cards)
            for interval, step in enumerate(best.run.steps)
            for (reservation, pool), cards in sorted(step.setting.reserved.items())
            if cards
        ),
    )


def _parts(instance: Instance, best: Best) -> dict[tuple[str, str, int], float]:
    parts: dict[tuple[str, str, int], float] = defaultdict(float)
    for (fabric, line, period), count in best.switches.items():
        parts[fabric, line, period] += count - best.switches.get((fabric, line, period - 1), 0)
    for fabric in instance.fabrics:
        for line in fabric.lines if best.units else ():
            for key, units in best.units.items():
                option = instance.option[key]
                item = instance.item[option.item]
                if option.site == fabric.site and not line.switch:
                    nics = 0 if item.kind is Kind.CARD else fabric.nics_per_unit
                    each = line.per_endpoint * nics + line.per_card * item.cards
                    parts[fabric.key, line.name, option.period] += units * each
    return {key: count for key, count in parts.items() if count}


def _training(instance: Instance, best: Best) -> list[TrainingRow]:
    rows, left = [], {o.key: o.work for o in instance.occurrences}
    for interval, step in enumerate(best.run.steps):
        for occurrence in instance.occurrences:
            for mode in occurrence.modes:
                if units := step.units.get((occurrence.key, mode.pool), 0):
                    done = min(left[occurrence.key], work_of(instance, mode, interval, units))
                    left[occurrence.key] -= done
                    cards = units * instance.pool[mode.pool].unit_cards
                    rows.append(
                        TrainingRow(
                            occurrence.job, occurrence.number, mode.pool, interval, cards, done
                        )
                    )
    return rows


def _routing(instance: Instance, best: Best) -> list[RoutingRow]:
    modes = {service.key: service.modes for service in instance.services}
    return [
        RoutingRow(
            service, name, modes[service][n].configuration, modes[service][n].pool, interval, rate
        )
        for (service, name, n, interval), rate in sorted(best.rates.items())
    ]


def _serving(instance: Instance, best: Best) -> list[ServingRow]:
    rows = []
    for service in instance.services:
        for interval, step in enumerate(best.run.steps):
            for number, mode in enumerate(service.modes):
                load = sum(
                    best.rates.get((service.key, name, number, interval), 0.0) / throughput
                    for name, throughput in mode.throughput
                )
                if load:
                    whole = step.setting.replicas.get((service.key, number), 0)
                    count = float(whole) if service.whole_replicas else load
                    rows.append(
                        ServingRow(
                            service.key,
                            mode.configuration,
                            mode.pool,
                            interval,
                            count,
                            count * mode.cards,
                        )
                    )
    return rows
