"""A plan as tidy tables: one row for each observation, ready for pandas, charts and workbooks.

Belongs here: data frames of what a plan buys, runs, draws and pays; columns are English names with
their units, the same in every language. Does not belong here: words and layout of any report.
"""

from collections.abc import Iterable, Sequence
from dataclasses import fields
from datetime import date, datetime
from typing import Any

import pandas as pd

from reports.course import Course
from reports.figures import FABRIC, RUNNING, card_of_item
from solver.plan import Plan, PurchaseRow, Term

GROUPS = ("purchases", "leases", "running costs", "residual value")
"""What money is paid for, in the order of the bill."""


def order_lines(plan: Plan) -> pd.DataFrame:
    """Every purchase and lease: the fields of the plan's rows, and `card`, the type of card that
    it brings.
    """
    card_of = card_of_item(plan)
    columns = [field.name for field in fields(PurchaseRow)]
    rows = [
        [
            *(getattr(row, name) for name in columns),
            card_of.get(row.item, row.item) if row.cards else None,
        ]
        for row in plan.purchases
    ]
    return _frame([*columns, "card"], rows)


def cards_ordered(plan: Plan) -> pd.DataFrame:
    """Cards delivered, or whose lease begins: period, start, card, lease, cards."""
    lines = order_lines(plan)
    lines = lines[(lines["kind"] != FABRIC) & (lines["cards"] > 0)]
    keys = ["period", "delivered", "card", "lease"]
    found = lines.groupby(keys, as_index=False, sort=False)[["cards"]].sum()
    return found.rename(columns={"delivered": "start"})


def cards_installed(plan: Plan) -> pd.DataFrame:
    """Cards on the first day of each period, whoever owns them: period, start, site, card, cards.

    Periods and types without any have no row.
    """
    card_of = card_of_item(plan)
    starts = {period.id: period.start for period in plan.periods}
    rows = [
        (row.period, starts[row.period], row.site, card_of.get(row.item, row.item), row.cards)
        for row in plan.fleet
        if row.cards > 0
    ]
    keys = ["period", "start", "site", "card"]
    frame = _frame([*keys, "cards"], rows)
    return frame.groupby(keys, as_index=False, sort=False)[["cards"]].sum()


def cards_held(course: Course) -> pd.DataFrame:
    """Cards by workload and interval: start, end, block, workload, cards."""
    rows = [
        (*span, block, key, cards)
        for (block, key), levels in course.held_cards.items()
        for span, cards in zip(spans(course), levels, strict=True)
    ]
    return _frame(["start", "end", "block", "workload", "cards"], rows)


def cards_working(course: Course) -> pd.DataFrame:
    """Cards by pool and interval: start, end, pool, site, card, installed, working."""
    pools = course.instance.pool
    rows = [
        (*span, key, pools[key].site, pools[key].card, there, working)
        for key, levels in course.installed_cards.items()
        for span, there, working in zip(
            spans(course), levels, course.working_cards[key], strict=True
        )
    ]
    return _frame(["start", "end", "pool", "site", "card", "installed", "working"], rows)


def service_loads(course: Course) -> pd.DataFrame:
    """Requests per second of every service: start, end, service, demand, capacity, cards."""
    rows = [
        (*span, service, load.demand, load.capacity, load.cards)
        for service, loads in course.service_loads.items()
        for span, load in zip(spans(course), loads, strict=True)
    ]
    return _frame(["start", "end", "service", "demand", "capacity", "cards"], rows)


def power(course: Course) -> pd.DataFrame:
    """Power at the meter of every site, PUE included: start, end, site, load_kw, draw_kw, cap_kw.

    Load is everything installed and busy, which the cap limits; draw is the average. A cap that is
    not set is missing.
    """
    rows = []
    for key, draw in course.draws.items():
        site = course.instance.site[key]
        caps: Sequence[float | None] = site.power_cap_kw or (None,) * len(draw.kw)
        for span, load, kw, cap in zip(spans(course), draw.load_kw, draw.kw, caps, strict=True):
            rows.append((*span, key, load * site.pue, kw * site.pue, cap))
    return _frame(["start", "end", "site", "load_kw", "draw_kw", "cap_kw"], rows)


def cash_flow(plan: Plan) -> pd.DataFrame:
    """Payments by calendar step and what they are for: step, start, group, amount, present_value.

    Steps are the horizon's: months, quarters or years, by the day of payment. The credit of a
    residual value is negative.
    """
    step = str((plan.problem.get("horizon") or {}).get("period", "quarter"))
    rows = [
        (*_step(row.date, step), _group(row.term), row.amount, row.present_value)
        for row in plan.cash_flow
    ]
    keys = ["step", "start", "group"]
    frame = _frame([*keys, "amount", "present_value"], rows)
    return frame.groupby(keys, as_index=False)[["amount", "present_value"]].sum()


def spans(course: Course) -> list[tuple[datetime, datetime]]:
    """Start and end of every interval."""
    return [(interval.start, interval.end) for interval in course.instance.intervals]


def _group(term: Term) -> str:
    if term is Term.RESIDUAL_VALUE:
        return GROUPS[3]
    if term is Term.LEASE:
        return GROUPS[1]
    return GROUPS[2] if term in RUNNING else GROUPS[0]


def _step(day: date, step: str) -> tuple[str, date]:
    """The calendar step that a day lies in, as periods are labelled, and its first day.

    >>> _step(date(2023, 5, 6), "quarter"), _step(date(2023, 5, 6), "month")
    (('2023-Q2', datetime.date(2023, 4, 1)), ('2023-05', datetime.date(2023, 5, 1)))
    """
    if step == "year":
        return f"{day.year}", date(day.year, 1, 1)
    if step == "month":
        return f"{day:%Y-%m}", day.replace(day=1)
    quarter = (day.month + 2) // 3
    return f"{day.year}-Q{quarter}", date(day.year, 3 * quarter - 2, 1)


def _frame(columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> pd.DataFrame:
    """Rows under columns; dates as pandas compares and charts them."""
    frame = pd.DataFrame(list(rows), columns=list(columns))
    for name in ("ordered", "delivered", "until", "start", "end"):
        if name in frame:
            frame[name] = pd.to_datetime(frame[name])
    return frame
