"""A sweep over two axes as a heat map: the cost of every point.

Belongs here: that chart. Does not belong here: sweeps over one axis (sweep_chart).
"""

from typing import Any

import altair as alt
import pandas as pd

from reports.charts import theme
from reports.numbers import figure, money_column
from reports.studies.chart_parts import MARKS, WIDTH, money_of, titled
from solver.studies.grid import Axis
from solver.studies.result import Sweep

MOST_FIGURES = 14
"""Values across beyond which squares are too small for figures."""


def heat_map(sweep: Sweep, first: int, second: int) -> Any:
    """The cost of every point as a colour and a figure; points without a plan marked as such."""
    across, down = sweep.grid.axes[first], sweep.grid.axes[second]
    frame = _frame(sweep, first, second)
    unit = money_of(sweep)[1]
    x = alt.X("x:N", title=across.title, sort=_labels(across))
    y = alt.Y("y:N", title=down.title, sort=_labels(down)[::-1], axis=alt.Axis(titleY=-12))
    base = alt.Chart(frame)
    legend = alt.Legend(title=f"cost, {unit}", orient="right", direction="vertical", offset=14)
    scale = alt.Scale(scheme="blues", zero=False, nice=False)
    squares = base.transform_filter("!datum.none").mark_rect(stroke="white", strokeWidth=1)
    gaps = base.transform_filter("datum.none").mark_rect(fill="#f6f1f1", stroke=theme.GRID)
    layers = [gaps.encode(x=x, y=y)]
    if not frame["none"].all():
        colour = alt.Color("cost:Q", scale=scale, legend=legend)
        layers.insert(0, squares.encode(x=x, y=y, color=colour))
    for ink in dict.fromkeys(frame["ink"]):
        if len(across.values) <= MOST_FIGURES or ink == theme.LIMIT:
            words = base.transform_filter(f"datum.ink === '{ink}'")
            layers.append(words.mark_text(fontSize=11, color=ink).encode(x=x, y=y, text="said:N"))
    height = max(120, min(620, 34 * len(down.values)))
    chart = alt.layer(*layers).properties(width=WIDTH, height=height)
    seen = dict.fromkeys(MARKS[p.status] for p in sweep.points if p.plan is None)
    told = f"Cost of the cheapest plan, {unit}"
    told += "".join(f"; {mark} {words}" for words, mark in seen)
    return titled(chart, sweep.title, told)


def _frame(sweep: Sweep, first: int, second: int) -> pd.DataFrame:
    """The points with their labels, their cost, what is written in them and its colour."""
    across, down = sweep.grid.axes[first], sweep.grid.axes[second]
    scale = money_of(sweep)[0]
    costs = [p.objective / scale for p in sweep.points if p.objective is not None]
    middle = (min(costs) + max(costs)) / 2 if costs else 0.0
    texts = iter(money_column(costs)[0])
    rows = []
    for point in sweep.points:
        cost = None if point.objective is None else point.objective / scale
        rows.append(
            {
                "x": _label(across, point.place[first]),
                "y": _label(down, point.place[second]),
                "cost": cost,
                "said": MARKS[point.status][1] if cost is None else next(texts),
                "none": cost is None,
                "ink": _ink(cost, middle),
            }
        )
    return pd.DataFrame(rows)


def _ink(cost: float | None, middle: float) -> str:
    """The colour of a figure that can be read on its square."""
    if cost is None:
        return theme.LIMIT
    return theme.GROUND if cost > middle else theme.INK


def _label(axis: Axis, index: int) -> str:
    found = axis.at(index)
    return figure(found) if isinstance(found, float) else str(found)


def _labels(axis: Axis) -> list[str]:
    return [_label(axis, index) for index in range(len(axis.values))]
