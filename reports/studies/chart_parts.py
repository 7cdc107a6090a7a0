"""What the charts of studies share: size, headings, how money and missing plans are shown.

Belongs here: helpers of the chart modules beside it. Does not belong here: any chart.
"""

from collections.abc import Sequence
from typing import Any

from reports.charts import theme
from solver.answer import AnswerStatus
from solver.studies.result import Sweep

WIDTH, HEIGHT = 900, 400
PNG_SCALE = 4 / 3
"""Pixels of a picture for each of the chart's: 1200 and more across."""
MARKS = {
    AnswerStatus.INFEASIBLE: ("infeasible", "×"),
    AnswerStatus.NO_PLAN_FOUND: ("no plan found in time", "?"),
    AnswerStatus.ERROR: ("failed", "!"),
}
"""How points without a plan are shown."""


def titled(chart: Any, title: str, what: str) -> Any:
    """The chart under the problem's title, or under what it shows where the problem has none."""
    heading = {
        "text": title or what,
        "subtitle": [what] if title else [],
        "subtitleFontSize": 12,
        "subtitleColor": theme.QUIET,
        "offset": 14,
    }
    return chart.properties(title=heading)


def money_scale(costs: Sequence[float], currency: str) -> tuple[float, str]:
    """What costs are divided by to be read easily, and what they then count.

    >>> money_scale([2.4e8, 1.0], "CNY")
    (1000000.0, 'million CNY')
    """
    top = max((abs(cost) for cost in costs), default=1.0)
    for size, name in ((1e9, "billion"), (1e6, "million"), (1e3, "thousand")):
        if top >= size:
            return size, f"{name} {currency}"
    return 1.0, currency


def money_of(sweep: Sweep) -> tuple[float, str]:
    """The same for the costs of a sweep."""
    costs = [point.objective for point in sweep.points if point.objective is not None]
    return money_scale(costs, sweep.currency)
