"""A sweep as a chart: the cheapest mix along one axis, a heat map over two.

Belongs here: what the charts of sweeps show. Does not belong here: colours and type
(reports.charts.theme), the figures of a point (solver.studies.result).
"""

from datetime import date
from typing import Any

import altair as alt
import pandas as pd

from reports.charts import theme
from reports.studies.chart_parts import HEIGHT, MARKS, WIDTH, money_of, titled
from reports.studies.sweep_heat_map import heat_map
from solver.studies.grid import Axis
from solver.studies.point import Point
from solver.studies.result import Sweep

CHARTS = (".svg", ".png")
"""What a chart can be written as, by the end of its file's name."""
MOST_TICKS = 12
OTHERS = "others"


def sweep_chart(sweep: Sweep) -> Any:
    """Along one axis: cards as stacked areas, cost as a line. Over two: cost as a heat map.

    Raises ValueError for a sweep over more than two axes that vary.
    """
    varying = [n for n, axis in enumerate(sweep.grid.axes) if len(axis.values) > 1] or [0]
    if len(varying) > 2:
        raise ValueError("a chart shows one axis or two; write a table for more")
    if len(varying) == 2:
        return heat_map(sweep, varying[0], varying[1])
    return _mix(sweep, varying[0])


def _mix(sweep: Sweep, number: int) -> Any:
    """Cards by type as stacked areas over one axis, with the cost above them as a line."""
    axis = sweep.grid.axes[number]
    x = _x(axis)
    planned = any(point.plan is not None for point in sweep.points)
    layers = [_areas(sweep, axis, number, x)] if planned else []
    if missing := _missing(sweep, axis, number):
        frame = pd.DataFrame(missing)
        ground = alt.Chart(frame)
        layers.append(
            ground.mark_rule(color=theme.LIMIT, strokeDash=[3, 4], opacity=0.7).encode(x=x)
        )
        layers.append(
            ground.mark_text(
                color=theme.LIMIT, angle=270, align="left", baseline="bottom", dx=6, dy=-4
            ).encode(x=x, y=alt.value(HEIGHT - 100), text="said:N")
        )
    cards = alt.layer(*layers).properties(width=WIDTH, height=HEIGHT - 100)
    if not planned:
        # Scales without a value make a chart of infinite size.
        return titled(cards, sweep.title, f"No plan at any point of {axis.title}")
    told = f"Cheapest mix of cards, and its cost, by {axis.title}"
    joined = alt.vconcat(_cost_line(sweep, axis, number, x), cards, spacing=18)
    return titled(joined.resolve_scale(x="shared"), sweep.title, told)


def _x(axis: Axis) -> alt.X:
    """The axis as its values are: numbers, dates, or names in their order."""
    if axis.numbers is not None and axis.name != "scenario":
        near = list(axis.numbers) if len(axis.numbers) <= MOST_TICKS else None
        ticks = alt.Axis(values=near, grid=True) if near else alt.Axis(grid=True)
        nice = alt.Scale(zero=False, nice=False, padding=12)
        return alt.X("x:Q", title=axis.title, axis=ticks, scale=nice)
    if axis.days is not None:
        return alt.X("x:T", title=axis.title, axis=alt.Axis(grid=True, format="%Y-%m-%d"))
    order = [value.text for value in axis.values]
    return alt.X("x:N", title=axis.title, scale=alt.Scale(domain=order), axis=alt.Axis(grid=False))


def _at(axis: Axis, index: int) -> float | str:
    found = axis.at(index)
    return found.isoformat() if isinstance(found, date) else found


def _areas(sweep: Sweep, axis: Axis, number: int, x: alt.X) -> Any:
    """Cards bought and leased by type; areas where values have an order, columns where not."""
    names = _ranked(sweep)
    shown = names[: theme.MOST_SERIES - 1] if len(names) > theme.MOST_SERIES else names
    rows = []
    run = 0
    for point in sweep.points:
        if point.measures is None:
            run += 1  # areas end at a point without a plan and begin anew after it
            continue
        cards: dict[str, float] = dict.fromkeys(shown, 0.0)
        for name, held in _cards(point).items():
            key = name if name in cards else OTHERS
            cards[key] = cards.get(key, 0.0) + held
        place = _at(axis, point.place[number])
        rows += [
            {"x": place, "card": c, "cards": n, "rank": rank, "run": run}
            for rank, (c, n) in enumerate(cards.items())
        ]
    scale = theme.colours([*shown, OTHERS] if len(shown) < len(names) else shown)
    chart = alt.Chart(pd.DataFrame(rows, columns=["x", "card", "cards", "rank", "run"]))
    ordered = axis.numbers is not None or axis.days is not None
    single = len({row["x"] for row in rows}) < 2
    mark = chart.mark_area(opacity=0.88) if ordered and not single else chart.mark_bar(size=28)
    return mark.encode(
        x=x,
        y=alt.Y("cards:Q", stack="zero", title="cards bought or leased", axis=_count_axis()),
        color=alt.Color("card:N", scale=scale, legend=alt.Legend(columns=4)),
        order=alt.Order("rank:Q"),
        detail="run:N",
    )


def _count_axis() -> alt.Axis:
    return alt.Axis(format=",.0f", tickCount=5)


def _cards(point: Point) -> dict[str, float]:
    """Cards of a point: bought ones by type, leased ones apart."""
    if point.measures is None:
        return {}
    leased = {f"{card}, leased": n for card, n in point.measures.leased.items() if n}
    return {card: n for card, n in point.measures.bought.items() if n} | leased


def _ranked(sweep: Sweep) -> list[str]:
    totals: dict[str, float] = {}
    for point in sweep.points:
        for name, held in _cards(point).items():
            totals[name] = totals.get(name, 0.0) + held
    return sorted(totals, key=lambda name: (-totals[name], name))


def _cost_line(sweep: Sweep, axis: Axis, number: int, x: alt.X) -> Any:
    """The cost of the plans, with the band down to the proven bounds."""
    scale, unit = money_of(sweep)
    rows, run = [], 0
    for point in sweep.points:
        if point.objective is None:
            run += 1
            continue
        bound = point.objective if point.bound is None else point.bound
        place = _at(axis, point.place[number])
        row = {"x": place, "cost": point.objective / scale, "bound": bound / scale, "run": run}
        rows.append(row)
    base = alt.Chart(pd.DataFrame(rows, columns=["x", "cost", "bound", "run"]))
    y = alt.Y(
        "cost:Q",
        title=f"cost, {unit}; the band reaches down to what is proven",
        scale=alt.Scale(
            domain=_around(
                [float(row["cost"]) for row in rows], [float(row["bound"]) for row in rows]
            )
        ),
        axis=alt.Axis(tickCount=4),
    )
    ordered = axis.numbers is not None or axis.days is not None
    band = base.mark_area(color=theme.QUIET, opacity=0.22).encode(
        x=x, y=y, y2="bound:Q", detail="run:N"
    )
    line = base.mark_line(color=theme.INK, strokeWidth=2).encode(x=x, y=y, detail="run:N")
    dots = base.mark_point(color=theme.INK, filled=True, size=36, opacity=1).encode(x=x, y=y)
    layers = [band, line, dots] if ordered else [dots]
    return alt.layer(*layers).properties(width=WIDTH, height=150)


def _around(costs: list[float], bounds: list[float]) -> list[float]:
    """The ends of the cost axis: all costs and bounds, and no span so small that noise looks big.

    >>> _around([100.0], [99.5])
    [98.0, 101.5]
    """
    low, high = min([*bounds, *costs], default=0.0), max(costs, default=1.0)
    room = max(0.05 * (high - low), 0.015 * abs(high))
    return [low - room, high + room]


def _missing(sweep: Sweep, axis: Axis, number: int) -> list[dict[str, Any]]:
    return [
        {"x": _at(axis, point.place[number]), "said": MARKS[point.status][0]}
        for point in sweep.points
        if point.plan is None
    ]
