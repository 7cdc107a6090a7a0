"""Counts of what was compared, and what did not hold.

Belongs here: the tolerances, stated once, and the words of a violation. Does not belong here: what
is compared.
"""

import math
from collections import Counter
from datetime import datetime, time, timedelta

from solver.families import Family
from solver.instance.model import Instance, Interval
from solver.plan import Check, Verification, Violation

RELATIVE = 1e-6
"""Two figures are the same, and a limit is kept, within this share of the greater ..."""
FLOOR = 1e-6
"""... or within this much of their unit: kW, kWh, cards, requests per second, units of currency."""


def same(found: float, expected: float, scale: float = 0.0) -> bool:
    """Whether two figures agree; `scale` is the size of the terms of a sum with both signs.

    >>> same(1000.0005, 1000.0), same(1001.0, 1000.0), same(float("nan"), float("nan"))
    (True, False, False)
    """
    slack = max(RELATIVE * max(abs(found), abs(expected), scale), FLOOR)
    return math.isfinite(slack) and abs(found - expected) <= slack


def keeps(value: float, limit: float) -> bool:
    """Whether a value stays within a limit.

    >>> keeps(1000.0005, 1000.0), keeps(1001.0, 1000.0), keeps(float("nan"), 1.0)
    (True, False, False)
    """
    return value <= limit + max(RELATIVE * abs(limit), FLOOR)


def figure(value: float | None) -> str:
    """A figure for a reader, with as many digits as a tolerance can tell apart.

    >>> figure(21400.0), figure(0.96), figure(None)
    ('21,400', '0.96', 'nothing')
    """
    return "nothing" if value is None else f"{value:,.10g}"


def span(interval: Interval) -> str:
    """The days of an interval, both included; with times where it begins or ends within a day."""
    midnight = time()
    if interval.start.time() == midnight and interval.end.time() == midnight:
        return f"{interval.start.date()}..{(interval.end - timedelta(days=1)).date()}"
    return f"{_minute(interval.start)}..{_minute(interval.end)}"


def _minute(moment: datetime) -> str:
    return moment.isoformat(timespec="minutes")


class Tally:
    """What was compared so far, and what did not hold."""

    def __init__(self, instance: Instance) -> None:
        self.instance = instance
        self.counts: Counter[Family] = Counter()
        self.violations: list[Violation] = []

    def holds(self, family: Family, ok: bool) -> bool:
        """Count a comparison and hand on its outcome: words are needed only for a violation."""
        self.counts[family] += 1
        return ok

    def violate(
        self, family: Family, where: str, message: str, amount: float | None = None
    ) -> None:
        """Record what does not hold."""
        self.violations.append(Violation(family, where, message, amount))

    def limit(
        self, family: Family, path: str, value: float, limit: float, unit: str, when: int | None
    ) -> None:
        """A need stays within a limit, in the interval `when` or in the whole horizon."""
        if not self.holds(family, keeps(value, limit)):
            message = f"needs {figure(value)} {unit} of {figure(limit)} {unit}"
            self.violate(family, self.place(path, when), message, value - limit)

    def at_least(
        self, family: Family, path: str, value: float, least: float, unit: str, when: int | None
    ) -> None:
        """What is there reaches what is asked for."""
        if not self.holds(family, keeps(least, value)):
            message = f"has {figure(value)} {unit} of the {figure(least)} {unit} needed"
            self.violate(family, self.place(path, when), message, least - value)

    def equal(
        self,
        family: Family,
        where: str,
        what: str,
        found: float | None,
        expected: float | None,
        scale: float = 0.0,
    ) -> None:
        """A figure of the plan is what its decisions make it; None for a row that is not there."""
        if not self.holds(family, same(found or 0.0, expected or 0.0, scale)):
            message = f"{what} is {figure(found)}, its decisions make it {figure(expected)}"
            self.violate(family, where, message, abs((found or 0.0) - (expected or 0.0)))

    def place(self, path: str, when: int | None) -> str:
        """Where and when, in the file's words."""
        return path if when is None else f"{path}, {span(self.instance.intervals[when])}"

    def verification(self) -> Verification:
        """All of it, family by family."""
        order = {family: number for number, family in enumerate(Family)}
        found = sorted(self.violations, key=lambda violation: order[violation.family])
        checks = tuple(Check(f, f.description, self.counts[f]) for f in Family)
        return Verification(ok=not found, checks=checks, violations=tuple(found))
