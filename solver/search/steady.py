"""Periods instead of intervals, where that loses little: a restriction and a relaxation.

Belongs here: which columns have one value when services and reservations do the same all through a
period, which makes a program less than half as large, and which rows are added up when a period is
looked at on average, which makes it several times as fast to solve. Jobs still come and go in the
middle of a period. Does not belong here: the other programs (solver.engines.program), or when they
are used (stages, search).
"""

from collections import defaultdict

from solver.families import Family
from solver.formulation import Model
from solver.formulation.model import Column, RowName
from solver.formulation.workloads import RATE, REPLICAS, RESERVED

Key = tuple[object, ...]
BY_INTERVAL = (
    Family.CAPACITY,
    Family.DEMAND,
    Family.REPLICAS,
    Family.RESERVATION,
    Family.ENERGY,
)
"""Rows that say the same of every interval, which is the last word of their index."""


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


def average(model: Model) -> tuple[list[int], list[float]]:
    """For each row the first one that it is added to, or itself, and its weight: the share that the
    hours of its interval have of those of its period.
    """
    intervals = model.instance.intervals
    hours: dict[int, float] = defaultdict(float)
    for each in intervals:
        hours[each.period] += each.hours
    first: dict[Key, int] = {}
    like, weights = [], []
    for number, row in enumerate(model.rows):
        interval = _interval(row)
        if interval is None:
            like.append(number)
            weights.append(1.0)
            continue
        each = intervals[interval]
        key = (row.family, *row.index[:-1], each.period)
        like.append(first.setdefault(key, number))
        weights.append(each.hours / hours[each.period])
    return like, weights


def _interval(row: RowName) -> int | None:
    last = row.index[-1] if row.index else None
    return last if row.family in BY_INTERVAL and isinstance(last, int) else None
