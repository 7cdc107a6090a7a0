"""Dates, ranges of dates and calendar steps.

Belongs here: arithmetic on days and calendar months, and reading dates from text. Month, quarter
and year are calendar steps, never durations; days and weeks are durations. Does not belong here:
what a date means for an offer or a workload.
"""

import calendar
import re
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Annotated, Any

from pydantic import PlainValidator, WithJsonSchema

MONTHS_IN = {"month": 1, "quarter": 3, "year": 12}
DAYS_IN = {"day": 1, "week": 7}
YEARS = range(1970, 2201)
"""Years a date may lie in; anything else is a slip of the pen."""
MOST_DAYS = 100 * 366
"""The longest stretch of time, in days."""


def parse_date(value: Any) -> date:
    """Read an ISO date.

    >>> parse_date("2023-11-17")
    datetime.date(2023, 11, 17)
    """
    try:
        day = date.fromisoformat(str(value).strip())
    except ValueError:
        raise ValueError(f"must be a date like 2023-11-17 (given {value!r})") from None
    if day.year not in YEARS:
        raise ValueError(f"must lie between {YEARS[0]} and {YEARS[-1]} (given {value})")
    return day


def add_months(day: date, months: int) -> date:
    """The same day of the month ``months`` later, or that month's last day where it has no such
    day.

    >>> add_months(date(2023, 1, 31), 1), add_months(date(2023, 3, 31), -1)
    (datetime.date(2023, 2, 28), datetime.date(2023, 2, 28))
    """
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


@dataclass(frozen=True)
class Span:
    """A stretch of time: calendar ``months``, or a duration in ``days``; never both."""

    months: int = 0
    days: float = 0.0

    @classmethod
    def of(cls, number: float, unit: str, given: Any) -> "Span":
        """``number`` of the named unit; raises ValueError for an unknown unit or a broken calendar
        step.
        """
        name = unit.strip().removesuffix("s") if unit.strip() not in ("s", "h") else unit.strip()
        if number < 0:
            raise ValueError(f"must not be negative (given {given})")
        lengths = {**{n: 31 * m for n, m in MONTHS_IN.items()}, **DAYS_IN}
        if number * lengths.get(name, 1) > MOST_DAYS:
            raise ValueError(f"must not be longer than 100 years (given {given})")
        if name in MONTHS_IN:
            if number != int(number):
                raise ValueError(f"must be a whole number of calendar steps (given {given!r})")
            return cls(months=int(number) * MONTHS_IN[name])
        if name in DAYS_IN:
            return cls(days=number * DAYS_IN[name])
        if name in ("h", "hour"):
            return cls(days=number / 24)
        raise ValueError(
            f"needs a time: hours, days, weeks, months, quarters or years (given {given!r})"
        )

    @classmethod
    def parse_step(cls, text: str) -> "Span":
        """Read ``per month``, ``/ quarter``, ``per 2 weeks``.

        >>> Span.parse_step("per quarter")
        Span(months=3, days=0.0)
        """
        match = re.match(r"^(?:per\s+|/\s*)(\d+\s+)?([a-z]+)$", text.strip())
        if not match:
            raise ValueError(
                f"must be 'per' and a calendar step, e.g. per quarter (given {text!r})"
            )
        return cls.of(float(match[1] or 1), match[2], text)

    def times(self, count: int) -> "Span":
        """``count`` of these one after the other."""
        return Span(self.months * count, self.days * count)

    def after(self, day: date) -> date:
        """The day this long after ``day``; a part of a day counts whole.

        >>> Span(months=3).after(date(2023, 1, 1)), Span(days=56).after(date(2023, 1, 1))
        (datetime.date(2023, 4, 1), datetime.date(2023, 2, 26))
        """
        return add_months(day, self.months) + timedelta(days=-(-self.days // 1))

    def before(self, day: date) -> date:
        """The day this long before ``day``."""
        return add_months(day, -self.months) - timedelta(days=-(-self.days // 1))

    @property
    def years(self) -> float:
        """Its length in years of 12 months or 365 days."""
        return self.months / 12 + self.days / 365


@dataclass(frozen=True)
class DateRange:
    """Days from ``first`` to ``last``, both included; an open end is None."""

    first: date | None = None
    last: date | None = None

    @classmethod
    def parse(cls, value: Any) -> "DateRange":
        """Read ``a..b``, ``a..``, ``..b`` or a single day.

        >>> DateRange.parse("..2023-11-16").last
        datetime.date(2023, 11, 16)
        """
        text = str(value).strip()
        if ".." not in text:
            day = parse_date(value)
            return cls(day, day)
        first, _, last = text.partition("..")
        found = cls(
            parse_date(first) if first.strip() else None, parse_date(last) if last.strip() else None
        )
        if found.first and found.last and found.first > found.last:
            raise ValueError(f"ends before it begins (given {text})")
        return found

    def __contains__(self, day: date) -> bool:
        return (self.first is None or self.first <= day) and (self.last is None or day <= self.last)


_day_schema = {"type": "string", "format": "date", "examples": ["2023-01-01"]}
_range_schema = {
    "type": "string",
    "description": "Days a..b, both included; either end may be open.",
    "examples": ["2023-07-01..2023-07-30", "..2023-11-16"],
}
Day = Annotated[date, PlainValidator(parse_date), WithJsonSchema(_day_schema)]
Days = Annotated[DateRange, PlainValidator(DateRange.parse), WithJsonSchema(_range_schema)]
