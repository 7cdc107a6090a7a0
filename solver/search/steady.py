"""A restriction that loses little: services and reservations do the same all through a period.

Belongs here: which columns then have one value, which makes a program less than half as large. Jobs
still come and go in the middle of a period. Does not belong here: the tied program
(solver.engines.program), or when it is used (stages).
"""

from solver.formulation import Model
from solver.formulation.model import Column
from solver.formulation.workloads import RATE, REPLICAS, RESERVED

Key = tuple[object, ...]


def steady(model: Model) -> list[int]:
    """For each column the first one that it follows, or itself.

    Columns follow one another where they serve the same demand in intervals of one period.
    """
    period = [interval.period for interval in model.instance.intervals]
    asked: dict[str, list[Key]] = {}
    for service in model.instance.services:
        asked[service.key] = [tuple(d[i] for d in service.demand) for i in range(len(period))]
    for reservation in model.instance.reservations:
        asked[reservation.key] = [(cards,) for cards in reservation.cards]
    first: dict[Key, int] = {}
    return [
        first.setdefault(_key(column, number, period, asked), number)
        for number, column in enumerate(model.columns)
    ]


def _key(column: Column, number: int, period: list[int], asked: dict[str, list[Key]]) -> Key:
    if column.kind not in (RATE, REPLICAS, RESERVED):
        return (number,)
    *where, interval = column.index
    demand = asked[str(where[0])][int(interval)]
    return (column.kind, *where, period[int(interval)], *demand)
