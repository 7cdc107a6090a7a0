"""The time structure: periods of orders, intervals between all changes, calendar months.

Belongs here: cutting the horizon. Does not belong here: which dates cut it (build.py collects
them).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import pairwise

from problems.dates import Span, add_months
from problems.schema.problem import Horizon
from solver.instance.model import Interval, Month, Period

PERIOD_MONTHS = {"month": 1, "quarter": 3, "year": 12}


def moment(day: date) -> datetime:
    """The first moment of a day."""
    return datetime.combine(day, time())


@dataclass(frozen=True)
class Calendar:
    """The horizon and its periods, before intervals are known."""

    start: datetime
    end: datetime
    step: Span
    periods: tuple[Period, ...]

    @classmethod
    def of(cls, horizon: Horizon) -> "Calendar":
        """Cut the horizon into periods that step from its first day."""
        start = moment(horizon.start)
        if horizon.hours is not None:
            end = start + timedelta(hours=horizon.hours)
            step = Span(days=horizon.hours / 24)
            return cls(
                start, end, step, (_period(0, start, end, start, horizon.start.isoformat()),)
            )
        assert horizon.end is not None
        end = moment(horizon.end + timedelta(days=1))
        name = horizon.period or "quarter"
        step = Span(months=PERIOD_MONTHS[name])
        periods: list[Period] = []
        while (begin := moment(step.times(len(periods)).after(horizon.start))) < end:
            after = min(end, moment(step.times(len(periods) + 1).after(horizon.start)))
            periods.append(_period(len(periods), begin, after, start, _label(begin.date(), name)))
        return cls(start, end, step, tuple(periods))

    @property
    def days(self) -> float:
        """Length of the horizon in days."""
        return self.day(self.end)

    def day(self, when: datetime) -> float:
        """Days from the start of the horizon to a moment."""
        return (when - self.start) / timedelta(days=1)

    def period_start(self, index: int) -> datetime:
        """First moment of a period; indices past the horizon go on by the same calendar step."""
        if index < len(self.periods):
            return moment(self.periods[index].start)
        if self.step.months == 0:
            return self.start + index * timedelta(days=self.step.days)
        return moment(self.step.times(index).after(self.start.date()))


@dataclass(frozen=True)
class Timeline:
    """Periods, the intervals that all changes cut them into, and calendar months."""

    calendar: Calendar
    intervals: tuple[Interval, ...]
    months: tuple[Month, ...]

    @classmethod
    def of(cls, calendar: Calendar, cuts: Iterable[date]) -> "Timeline":
        """Cut the periods further at every date of ``cuts`` that lies within the horizon."""
        moments = {moment(cut) for cut in cuts} | {
            calendar.period_start(p.index) for p in calendar.periods
        }
        inside = sorted(m for m in moments if calendar.start < m < calendar.end)
        edges = [calendar.start, *inside, calendar.end]
        starts = [calendar.period_start(p.index) for p in calendar.periods]
        intervals = tuple(
            Interval(
                index=index,
                period=sum(1 for begin in starts if begin <= a) - 1,
                start=a,
                end=b,
                hours=(b - a) / timedelta(hours=1),
                middle_day=calendar.day(a + (b - a) / 2),
                months=sum(share for _, share in _month_shares(a, b)),
            )
            for index, (a, b) in enumerate(pairwise(edges))
        )
        return cls(calendar, intervals, _months(calendar, intervals))

    @property
    def count(self) -> int:
        """How many intervals there are."""
        return len(self.intervals)

    def index_from(self, day: date) -> int:
        """The first interval that begins on or after a day; the number of intervals if none
        does.
        """
        return sum(1 for interval in self.intervals if interval.start < moment(day))

    def days(self) -> tuple[date, ...]:
        """The first day of each interval, on which step functions are read."""
        return tuple(interval.start.date() for interval in self.intervals)


def _period(index: int, begin: datetime, end: datetime, origin: datetime, label: str) -> Period:
    return Period(index, label, begin.date(), end, (begin - origin) / timedelta(days=1))


def _label(start: date, name: str) -> str:
    """`2023`, `2023-Q1`, `2023-01` for calendar periods; the first day for others."""
    aligned = start.day == 1 and (start.month - 1) % PERIOD_MONTHS[name] == 0
    if not aligned:
        return start.isoformat()
    if name == "year":
        return f"{start.year}"
    if name == "quarter":
        return f"{start.year}-Q{(start.month + 2) // 3}"
    return f"{start.year}-{start.month:02}"


def _month_shares(a: datetime, b: datetime) -> list[tuple[date, float]]:
    """Calendar months that ``a`` .. ``b`` touches, with the share of each that it covers."""
    shares = []
    first = a.date().replace(day=1)
    while moment(first) < b:
        after = add_months(first, 1)
        overlap = min(b, moment(after)) - max(a, moment(first))
        shares.append((first, overlap / (moment(after) - moment(first))))
        first = after
    return shares


def _months(calendar: Calendar, intervals: tuple[Interval, ...]) -> tuple[Month, ...]:
    months = []
    for first, _ in _month_shares(calendar.start, calendar.end):
        a = max(calendar.start, moment(first))
        b = min(calendar.end, moment(add_months(first, 1)))
        touched = tuple(i.index for i in intervals if i.start < b and i.end > a)
        months.append(Month(f"{first:%Y-%m}", touched, calendar.day(a + (b - a) / 2)))
    return tuple(months)
