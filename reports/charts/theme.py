"""The look of every chart: colours, fonts, sizes, and how a chart becomes SVG or PNG.

Belongs here: the one place for colours and type. Does not belong here: what any chart shows.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import altair as alt
import pandas as pd
import vl_convert
from altair.typing import ChartType

SERIES = ("#2b6cb0", "#dd7a1f", "#2f9466", "#a83f7d", "#6b57c2", "#8a7320", "#0aa5a0", "#9a4a3c")
"""Colours of series on white, in this order; they differ in lightness as well as in hue."""
SERIES_DARK = (
    "#6aa9e9",
    "#f2a154",
    "#5fc795",
    "#dd83b7",
    "#a798f0",
    "#bfc04a",
    "#45d9d0",
    "#c97b6b",
)
"""The same on a dark ground."""
OTHERS = "#8b93a0"
"""What is left of many series; the same on both grounds."""
INK, INK_DARK = "#1d2430", "#e6eaf0"
"""Text and lines that matter."""
QUIET, QUIET_DARK = "#5b6675", "#a3adba"
"""Axes and their labels."""
GRID, GRID_DARK = "#dfe4ea", "#333d4b"
"""Lines to read along."""
LIMIT, LIMIT_DARK = "#c0272d", "#ff7b72"
"""Limits and shortfalls."""
GROUND, GROUND_DARK = "#ffffff", "#171c24"
"""Behind everything."""
FONT = "sans-serif"
"""One generic family: every further one costs a search of all fonts at each measured text. Pages
set a chart in their own font.
"""
MOST_SERIES = len(SERIES)
"""Series that a chart tells apart; of more the last colour stands for the others."""


def config(ground: str | None = GROUND) -> dict[str, Any]:
    """The configuration that all charts share; `ground` None leaves the page's own behind them."""
    words = {"labelFont": FONT, "titleFont": FONT, "labelFontSize": 12, "titleFontSize": 12}
    return {
        "background": ground,
        "font": FONT,
        "view": {"stroke": None},
        "axis": {
            **words,
            "titleFontWeight": "normal",
            "labelColor": QUIET,
            "titleColor": QUIET,
            "gridColor": GRID,
            "domainColor": GRID,
            "tickColor": GRID,
        },
        "axisX": {"grid": False, "labelAngle": 0, "labelOverlap": "greedy",
                  "labelSeparation": 16, "labelFlush": False},
        "axisY": {"domain": False, "ticks": False, "titleAngle": 0, "titleAlign": "left",
                  "titleAnchor": "start", "titleX": 0, "titleY": -8, "titleBaseline": "bottom"},
        "legend": {
            **words,
            "title": None,
            "orient": "top",
            "direction": "horizontal",
            "labelColor": INK,
            "symbolType": "square",
            "symbolStrokeWidth": 2,
            "labelLimit": 260,
            "columnPadding": 22,
            "offset": 30,
        },
        "title": {"font": FONT, "fontSize": 15, "anchor": "start", "color": INK},
    }  # fmt: skip


def colours(names: Sequence[str]) -> alt.Scale:
    """The colours of series, by their order; beyond the last all are one."""
    found = [SERIES[n] if n < MOST_SERIES else OTHERS for n in range(len(names))]
    return alt.Scale(domain=list(names), range=found)


class Datasets:
    """The tables of one chart, by name, beside its specification.

    Altair copies what stands inside a chart at every step that builds on it; a name costs nothing.
    """

    def __init__(self) -> None:
        self.rows: dict[str, list[dict[str, Any]]] = {}

    def add(self, frame: pd.DataFrame) -> alt.NamedData:
        """Keep a table, and name it for `altair.Chart`."""
        shown = frame.copy()
        for column in shown.select_dtypes("datetime"):
            shown[column] = shown[column].dt.strftime("%Y-%m-%dT%H:%M:%S")
        name = f"table-{len(self.rows)}"
        records = shown.astype(object).where(shown.notna(), None).to_dict("records")
        self.rows[name] = [{str(key): value for key, value in row.items()} for row in records]
        return alt.NamedData(name=name)


@dataclass(frozen=True)
class Drawing:
    """A chart with its tables."""

    chart: ChartType
    datasets: Datasets = field(default_factory=Datasets)
    """Empty where the chart holds its own."""


def to_svg(drawing: Drawing | ChartType, *, ground: str | None = GROUND) -> str:
    """The chart as SVG; it fetches nothing."""
    svg: str = vl_convert.vegalite_to_svg(_spec(drawing, ground))
    return svg


def to_png(drawing: Drawing | ChartType, *, scale: float = 2.0) -> bytes:
    """The chart as a picture of points, on white."""
    png: bytes = vl_convert.vegalite_to_png(_spec(drawing, GROUND), scale=scale)
    return png


def _spec(drawing: Drawing | ChartType, ground: str | None) -> dict[str, Any]:
    if not isinstance(drawing, Drawing):
        drawing = Drawing(drawing)
    # Validation against the schema of Vega-Lite takes longer than drawing.
    spec: dict[str, Any] = drawing.chart.to_dict(validate=False)
    spec["datasets"] = {**spec.get("datasets", {}), **drawing.datasets.rows}
    return {**spec, "config": config(ground)}
