"""What the charts of a plan share: series with their colours, rows, stretches of time.

Belongs here: helpers of several charts. Does not belong here: any chart, colours (theme.py).
"""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Any

import altair as alt
import pandas as pd

from reports.charts import theme
from reports.language import Language

OTHERS = "others"
"""What a legend calls the series that have no colour of their own."""


def few(
    frame: pd.DataFrame, ranked: list[str], language: Language, keys: list[str]
) -> tuple[pd.DataFrame, list[str]]:
    """As many series as colours tell apart, the largest; of more the rest is one."""
    names = ranked
    if len(ranked) > theme.MOST_SERIES:
        sizes = frame.groupby("series")["cards"].sum()
        largest = set(sizes.nlargest(theme.MOST_SERIES - 1).index)
        rest = language.text(OTHERS)
        small = ~frame["series"].isin(largest)
        frame.loc[small, [name for name in ("series", "said") if name in frame]] = rest
        names = [name for name in ranked if name in largest] + [rest]
        frame = frame.groupby(["series", *keys], as_index=False, sort=False)[["cards"]].sum()
    frame["rank"] = [names.index(name) for name in frame["series"]]
    return frame, names


def colour(
    names: Sequence[str], width: int, line: str = "", shown: Collection[str] | None = None
) -> alt.Color:
    """The colours of series, and ink for a line that is drawn over them.

    Of `shown` the legend names only those: the others keep their colours for other charts.
    """
    known = theme.colours(names)
    found = [*known.range, *([theme.INK] if line else [])]
    scale = alt.Scale(domain=[*names, *([line] if line else [])], range=found)
    across = max(1, width // 150)
    told = [name for name in (*names, line) if name and (shown is None or name in (*shown, line))]
    legend = alt.Legend(columns=across, symbolOpacity=1, values=told) if len(found) > 1 else None
    return alt.Color("series:N", title=None, scale=scale, legend=legend)


def rows(frame: pd.DataFrame) -> Iterable[Any]:
    """The rows of a frame as records with its columns as fields."""
    return frame.itertuples()


def days(language: Language, start: datetime, end: datetime) -> str:
    """A stretch of time by its first and last day."""
    first, last = language.span(start, end)
    return first if first == last else f"{first} – {last}"
