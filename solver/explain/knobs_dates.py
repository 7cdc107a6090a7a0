"""Knobs that move dates: windows, starts, deadlines, lead times, availability.

Belongs here: the edit of every date behind a requirement. Does not belong here: figures (knob.py).
"""

from datetime import date, timedelta

from problems.dates import DateRange, Span
from problems.paths import KeyPath, path_text
from solver.case import Case
from solver.explain.knob import MOST_DAYS, Everything, Knob, Knobs, Move
from solver.explain.requirements import Requirement, said
from solver.instance.timeline import Calendar
from solver.instance.workloads import windows


def later_start(
    case: Case, requirement: Requirement, block: str, first: date | None, last: date | None
) -> Knobs:
    """A service or reservation that begins later."""
    horizon = case.problem.horizon
    begin = max(first or horizon.start, horizon.start)
    end = min(last or horizon.last_day, horizon.last_day)
    path = (block, str(requirement.path[1]), "from")
    yield from _dated(case, requirement, path, begin, (end - begin).days, later=True)


def _dated(
    case: Case, requirement: Requirement, path: KeyPath, day: date, most: int, *, later: bool
) -> Knobs:
    """A date of its own, moved by days."""
    length = max(1.0, case.instance.days)

    def at(amount: float) -> Move:
        new = day + timedelta(days=int(amount) if later else -int(amount))
        words = (
            f"move {path_text(path)} {_days(amount)} {'later' if later else 'earlier'}, to {new}"
        )
        return Move((f"{path_text(path)}={new}",), words, amount / length)

    if most > 0:
        yield Knob(requirement, at, most)


def fleet(case: Case, requirement: Requirement, _: Everything) -> Knobs:
    """Owned machines that stay in use for longer."""
    until = case.problem.fleet[str(requirement.path[1])].until
    assert until is not None
    most = (case.problem.horizon.last_day - until).days
    yield from _dated(case, requirement, requirement.path, until, most, later=True)


def orders_from(case: Case, requirement: Requirement, _: Everything) -> Knobs:
    """Orders that are placed earlier."""
    horizon = case.problem.horizon
    begin = horizon.orders_from or horizon.start
    yield from _dated(case, requirement, requirement.path, begin, MOST_DAYS, later=False)


def lead_time(case: Case, requirement: Requirement, _: Everything) -> Knobs:
    """Fewer days from order to delivery."""
    span = case.problem.offers[str(requirement.path[1])].lead_time
    assert span is not None
    # A month has 28 days at least: the first step is never a longer lead time.
    days = int(-(-span.days // 1)) if not span.months else 28 * span.months + 1
    path = path_text(requirement.path)

    def at(amount: float) -> Move:
        new = max(0, days - int(amount))
        words = f"shorten {path} from {said(case.loaded, requirement.path)} to {_days(new)}"
        return Move((f"{path}={_days(new)}",), words, 1 - _days_of(new, span))

    if days > 0:
        yield Knob(requirement, at, days)


def _days_of(days: int, span: Span) -> float:
    """Days as a share of a stretch of time.

    >>> _days_of(14, Span(days=56))
    0.25
    """
    return min(1.0, days / (span.years * 365))


def available(case: Case, requirement: Requirement, _: Everything) -> Knobs:
    """An offer that can be had for longer."""
    days = case.problem.offers[str(requirement.path[1])].available
    assert days is not None
    horizon = case.problem.horizon
    yield from _range(case, requirement, days, horizon.start, horizon.last_day)


def window(case: Case, requirement: Requirement, _: Everything) -> Knobs:
    """A later deadline or an earlier start; repeats keep their number within the horizon."""
    job = case.problem.training[str(requirement.path[1])]
    assert job.window is not None
    horizon, calendar = case.problem.horizon, Calendar.of(case.problem.horizon)
    spans, _unused = windows(calendar, job)
    last_end = max(after for _, after in spans) - timedelta(days=1) if spans else horizon.last_day
    spare = (horizon.last_day - last_end).days
    end = (job.window.last or horizon.last_day) + timedelta(days=max(0, spare))
    yield from _range(case, requirement, job.window, horizon.start, end)


def _range(
    case: Case, requirement: Requirement, days: DateRange, earliest: date, latest: date
) -> Knobs:
    """A range of days: its end moved later, its beginning earlier."""
    path = path_text(requirement.path)
    first, last = days.first, days.last
    begin, end = first or earliest, last or latest
    length = max(1, (end - begin).days + 1)

    def longer(amount: float) -> Move:
        new = end + timedelta(days=int(amount))
        words = f"move the end of {path} {_days(amount)} later, to {new}"
        return Move((f"{path}={first or ''}..{new}",), words, amount / length)

    def earlier(amount: float) -> Move:
        new = begin - timedelta(days=int(amount))
        words = f"move the beginning of {path} {_days(amount)} earlier, to {new}"
        return Move((f"{path}={new}..{last or ''}",), words, amount / length)

    if last is not None and latest > last:
        yield Knob(requirement, longer, (latest - last).days)
    if first is not None and first > earliest:
        yield Knob(requirement, earlier, (first - earliest).days)


def _days(amount: float) -> str:
    return f"{int(amount)} day{'s' if int(amount) != 1 else ''}"
