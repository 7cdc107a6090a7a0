"""A Pareto front: on the terminal, as a table or JSON document, as a chart.

Belongs here: which columns and words each of them has. Does not belong here: finding a front
(solver.studies.front).
"""

from typing import Any

import altair as alt
import pandas as pd

from reports.charts import theme
from reports.numbers import count, figure, money_column, percent_up
from reports.studies.chart_parts import HEIGHT, WIDTH, money_scale, titled
from reports.tables import Column, Row, Table
from reports.terminal import json_text
from reports.text.page import Page, Section, clean, sentence
from solver.answer import AnswerStatus
from solver.studies.front import Front


def front_json(front: Front) -> str:
    """The text of a JSON document: the points from little of the measure to the cheapest plan."""
    document = {
        "title": front.title,
        "currency": front.currency,
        "measure": str(front.measure),
        "unit": front.measure.unit,
        "points": front.rows(),
        "least": front.least,
        "tried": front.tried,
        "infeasible": list(front.infeasible),
        "open": list(front.open),
        "failed": [{"limit": limit, "error": error} for limit, error in front.failed],
        "interrupted": front.interrupted,
        "status": None if front.status is None else str(front.status),
    }
    return json_text(document)


def render_front(front: Front) -> Page:
    """The page of a front: its points, and what is proven of them."""
    title = clean(front.title) or "A front"
    sections: list[Section] = [(sentence(f"{title}: cost against {front.measure}", "bold"),)]
    if front.points:
        sections.append((_table(front),))
    sections.append((sentence(_summary(front)),))
    return Page(tuple(sections))


def _table(front: Front) -> Table:
    costs, unit = money_column([point.cost for point in front.points])
    money = f"{unit} {front.currency}".strip()
    columns = (
        Column(f"{front.measure}\n{front.measure.unit}", right=True),
        Column(f"cost\n{money}", right=True),
        Column("gap", right=True),
        Column("card\ntypes", right=True, spare=1),
        Column("energy\nMWh", right=True, spare=2),
        Column("dearer than\nthe next", spare=3),
    )
    rows = []
    for point, cost in zip(front.points, costs, strict=True):
        gap = "unknown" if point.gap is None else percent_up(point.gap)
        dearer = {True: "proven", False: "not proven", None: ""}[point.dearer]
        energy = count(point.measures.energy_kwh / 1000)
        types = str(point.measures.card_types)
        rows.append(Row((figure(point.measure), cost, gap, types, energy, dearer)))
    return Table(columns, tuple(rows))


def _summary(front: Front) -> str:
    if not front.points:
        return _without_points(front)
    limits = "1 limit that was" if front.tried == 1 else f"{front.tried} limits that were"
    told = f"{len(front.points)} plans that none of the others beats in both, every one verified, "
    if len(front.points) == 1:
        told = "One plan that no other beats in either, verified, "
    told += f"from {limits} tried."
    if front.infeasible:
        told += f" No plan exists at {_listed(front, front.infeasible)}: proven."
    if front.open:
        told += f" No plan was found in the time at {_listed(front, front.open)}."
    if front.failed:
        told += f" {_listed(front, tuple(limit or 0.0 for limit, _ in front.failed))} failed"
        told += f"{_errors(front)}."
    if front.least is not None:
        told += f" No plan has less than about {figure(front.least)} {front.measure.unit}."
    if any(point.dearer is False for point in front.points):
        told += " Where a point is not proven dearer than the next, their gaps leave it open."
    return told + (" Stopped before the end." if front.interrupted else "")


def _without_points(front: Front) -> str:
    """Why there is no point at all."""
    if front.interrupted:
        return "Stopped before any point was found."
    if front.status is AnswerStatus.INFEASIBLE:
        return "The problem itself has no plan: there is nothing to trade."
    if front.status is AnswerStatus.ERROR:
        return f"Every search failed{_errors(front)}."
    return "No plan was found in the time: a longer --time-limit may find one."


def _errors(front: Front) -> str:
    errors = dict.fromkeys(clean(error) for _, error in front.failed)
    return f": {'; '.join(errors)}" if errors else ""


def _listed(front: Front, limits: tuple[float, ...]) -> str:
    return ", ".join(f"{figure(limit)}" for limit in limits) + f" {front.measure.unit}"


def front_chart(front: Front) -> Any:
    """Cost over the measure, with the certified gap below every point."""
    scale, unit = money_scale([point.cost for point in front.points], front.currency)
    rows = [
        {
            "measure": point.measure,
            "cost": point.cost / scale,
            "bound": (point.cost if point.bound is None else point.bound) / scale,
        }
        for point in front.points
    ]
    base = alt.Chart(pd.DataFrame(rows))
    near = [point.measure for point in front.points]
    whole = front.measure in ("card_types", "deadline")
    x = alt.X(
        "measure:Q",
        title=f"{front.measure} ({front.measure.unit})",
        scale=alt.Scale(zero=False, nice=not whole, padding=20),
        axis=alt.Axis(values=near, grid=True) if whole else alt.Axis(grid=True, format=",.6~g"),
    )
    y = alt.Y("cost:Q", title=f"cost, {unit}", scale=alt.Scale(zero=False, padding=16))
    layers = [
        base.mark_line(
            interpolate="step-after", color=theme.SERIES[0], strokeWidth=2, opacity=0.45
        ).encode(x=x, y=y),
        base.mark_rule(color=theme.QUIET, strokeWidth=6, opacity=0.3).encode(
            x=x, y=y, y2="bound:Q"
        ),
        base.mark_point(color=theme.SERIES[0], filled=True, size=80, opacity=1).encode(x=x, y=y),
    ]
    chart = alt.layer(*layers).properties(width=WIDTH, height=HEIGHT)
    told = f"Cost against {front.measure}; bars reach down to what is proven at that limit"
    return titled(chart, front.title, told)
