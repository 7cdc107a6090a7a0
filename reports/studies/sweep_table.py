"""A sweep as a table: on the terminal, as CSV or Parquet, as a JSON document.

Belongs here: which columns each of them shows. Does not belong here: the figures of a point
(solver.studies.result), charts (sweep_chart).
"""

from collections.abc import Sequence
from datetime import date
from typing import Any

from reports.numbers import count, figure, money_column, percent_up
from reports.tables import Column, Row, Table
from reports.terminal import json_text
from reports.text.page import Page, Section, clean, points, sentence
from solver.studies.point import How, Point
from solver.studies.result import Sweep

TABLES = (".csv", ".parquet")
"""What a table can be written as, by the end of its file's name."""
MOST_CARDS = 6
"""Card types that the terminal shows, those most bought; the files have them all."""


def sweep_json(sweep: Sweep) -> str:
    """The text of a JSON document: the axes, and every point with the columns of the table."""
    rows = [{name: _plain(value) for name, value in row.items()} for row in sweep.rows()]
    document = {
        "title": sweep.title,
        "currency": sweep.currency,
        "axes": [
            {"path": axis.name, "unit": axis.unit, "values": [value.text for value in axis.values]}
            for axis in sweep.grid.axes
        ],
        "points": rows,
        "missing": sweep.grid.size - len(sweep.points),
        "seconds": round(sweep.seconds, 3),
    }
    return json_text(document)


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value


def render_sweep(sweep: Sweep) -> Page:
    """The page of a sweep: what was asked, a row for each point, what failed."""
    title = clean(sweep.title) or "A sweep"
    axes = " × ".join(f"{len(axis.values)} × {clean(axis.name)}" for axis in sweep.grid.axes)
    told = sentence(f"{title}: {axes}", "bold")
    failed = [point for point in sweep.points if point.how is How.FAILED]
    table: Section = (_table(sweep),) if sweep.points else ()
    sections: list[Section] = [(told,), table, (sentence(_summary(sweep)),)]
    if failed:
        words = (f"{_named(sweep, point)}: {clean(point.error)}" for point in failed)
        sections.append((sentence("What failed:"), points(words)))
    return Page(tuple(sections))


def _named(sweep: Sweep, point: Point) -> str:
    pairs = zip(sweep.grid.axes, point.place, strict=True)
    return clean(", ".join(f"{axis.name}={axis.values[index].text}" for axis, index in pairs))


def _summary(sweep: Sweep) -> str:
    searched, carried = sweep.count(How.SEARCHED), sweep.count(How.CARRIED)
    count, plans = len(sweep.points), sum(point.plan is not None for point in sweep.points)
    checked = (
        "every plan" if plans > 1 else "its plan" if count == 1 else "the plan"
    ) + " verified"
    told = f"{count} {'point' if count == 1 else 'points'}, "
    told += f"{checked if plans else 'none with a plan'}: {searched} searched, {carried} "
    told += "proven by what was found for others."
    if sweep.interrupted:
        missing = sweep.grid.size - len(sweep.points)
        told += f" Stopped before the end: {missing} of {sweep.grid.size} points are missing."
    return told


def _table(sweep: Sweep) -> Table:
    """The values, status, cost, gap and the cards that are bought most."""
    costs = [point.objective for point in sweep.points if point.objective is not None]
    texts, unit = money_column(costs)
    shown = iter(texts)
    cards = _shown_cards(sweep)
    money = f"{unit} {sweep.currency}".strip()
    columns = (
        *(Column(clean(axis.title), right=axis.numbers is not None) for axis in sweep.grid.axes),
        Column("status"),
        Column(f"cost\n{money}", right=True),
        Column("gap", right=True, spare=2),
        *(Column(clean(card), right=True, spare=1) for card in cards),
    )
    rows = []
    for point in sweep.points:
        cost = next(shown) if point.objective is not None else "-"
        gap = "-" if point.gap is None else percent_up(point.gap)
        values = [_value(sweep, number, index) for number, index in enumerate(point.place)]
        held = [_cards(point, card) for card in cards]
        status = str(point.status).replace("_", " ")
        rows.append(Row((*values, status, cost, gap, *held)))
    return Table(columns, tuple(rows))


def _value(sweep: Sweep, axis: int, index: int) -> str:
    found = sweep.grid.axes[axis].at(index)
    return figure(found) if isinstance(found, float) else clean(found)


def _shown_cards(sweep: Sweep) -> Sequence[str]:
    def total(card: str) -> float:
        return sum(_number(point, card) or 0.0 for point in sweep.points)

    return sorted(sorted(sweep.cards, key=total, reverse=True)[:MOST_CARDS])


def _number(point: Point, card: str) -> float | None:
    known = point.measures
    return None if known is None else known.bought.get(card, 0.0) + known.leased.get(card, 0.0)


def _cards(point: Point, card: str) -> str:
    number = _number(point, card)
    return "-" if number is None else count(number)
