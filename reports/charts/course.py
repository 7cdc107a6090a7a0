"""The charts of what runs on a plan's machines: cards held, services, power at sites.

Belongs here: charts over time, interval by interval. Does not belong here: what is bought and paid
(plan.py), the figures (reports.frames).
"""

from collections.abc import Sequence
from typing import Any

import altair as alt
import pandas as pd

from reports import frames
from reports.charts import theme
from reports.charts.series import colour, days, few, rows
from reports.course import Course
from reports.language import Language


def cards_held(course: Course, language: Language, width: int) -> theme.Drawing:
    """Cards held by workload, stacked, below the cards that work."""
    held = frames.cards_held(course)
    held["series"] = held["workload"]
    ranked = list(dict.fromkeys(held["series"]))
    held, names = few(held, ranked, language, ["start", "end"])
    unit = language.text("cards")
    held["label"] = [
        f"{days(language, row.start, row.end)} · {row.series}: {language.count(row.cards)} {unit}"
        for row in rows(held)
    ]
    working = (
        frames.cards_working(course).groupby(["start", "end"], as_index=False)[["working"]].sum()
    )
    title = language.text("cards that work")
    working["label"] = [
        f"{days(language, row.start, row.end)} · {title}: {language.count(round(row.working))}"
        for row in rows(working)
    ]
    x = alt.X("start:T", title=None, axis=_dates(course, width))
    held = held.sort_values(["start", "rank"])
    held["high"] = held.groupby("start")["cards"].cumsum()
    held["low"] = held["high"] - held["cards"]
    data = theme.Datasets()
    areas = (
        alt.Chart(data.add(held[held["cards"] > 0]))
        .mark_rect()
        .encode(
            x=x,
            x2=alt.X2("end:T"),
            y=alt.Y("low:Q", title=unit, axis=alt.Axis(format=",.0f", tickCount=5, tickMinStep=1)),
            y2=alt.Y2("high:Q"),
            color=colour(names, width, title),
            description=alt.Description("label:N"),
        )
    )
    line = _steps(data, working, "working", theme.INK)
    return theme.Drawing(alt.layer(areas, *line, width=width, height=240), data)


def _steps(
    data: theme.Datasets, frame: pd.DataFrame, column: str, colour: str, **mark: Any
) -> tuple[alt.Chart, ...]:
    """A line that holds its value through each interval, drawn as its flats and its jumps."""
    jumps = frame.rename(columns={column: "after"})
    jumps = jumps.assign(before=jumps["after"].shift())
    jumps = jumps[
        jumps["before"].notna() & jumps["after"].notna() & (jumps["before"] != jumps["after"])
    ]
    flats = alt.Chart(data.add(frame[frame[column].notna()])).mark_rule(
        color=colour, strokeWidth=2, **mark
    )
    risers = alt.Chart(data.add(jumps)).mark_rule(color=colour, strokeWidth=2, **mark)
    return (
        flats.encode(
            x=alt.X("start:T"),
            x2=alt.X2("end:T"),
            y=alt.Y(f"{column}:Q"),
            description=alt.Description("label:N"),
        ),
        risers.encode(x=alt.X("start:T"), y=alt.Y("before:Q"), y2=alt.Y2("after:Q")),
    )


def service_load(course: Course, language: Language, service: str, width: int) -> theme.Drawing:
    """Demand of a service as a line on the capacity of its replicas."""
    frame = frames.service_loads(course)
    frame = frame[frame["service"] == service]
    demand, capacity = language.text("demand"), language.text("capacity")
    frame["label"] = [
        f"{days(language, row.start, row.end)} · {demand} {language.figure(row.demand)}, "
        f"{capacity} {language.figure(row.capacity)}"
        for row in rows(frame)
    ]
    data = theme.Datasets()
    area = _areas(data, frame, "capacity", course, width)
    line = _steps(data, frame, "demand", theme.LIMIT)
    return _keyed(data, (*area, *line), width, ((capacity, theme.SERIES[0]), (demand, theme.LIMIT)))


def site_power(course: Course, language: Language, site: str, width: int) -> theme.Drawing:
    """Draw and installed load at the meter of a site, below its cap."""
    frame = frames.power(course)
    frame = frame[frame["site"] == site]
    draw, load, cap = (language.text(name) for name in ("average draw", "installed load", "cap"))
    capped = bool(frame["cap_kw"].notna().any())
    frame["label"] = [
        f"{days(language, row.start, row.end)} · {draw} {language.figure(row.draw_kw)} kW, "
        f"{load} {language.figure(row.load_kw)} kW"
        + (f", {cap} {language.figure(row.cap_kw)} kW" if pd.notna(row.cap_kw) else "")
        for row in rows(frame)
    ]
    data = theme.Datasets()
    layers = [
        *_areas(data, frame, "draw_kw", course, width),
        *_steps(data, frame, "load_kw", theme.INK),
    ]
    key = [(draw, theme.SERIES[0]), (load, theme.INK)]
    # A cap far above everything would leave nothing else to see.
    if capped and frame["cap_kw"].max() <= 4 * max(1e-9, frame["load_kw"].max()):
        layers += _steps(data, frame, "cap_kw", theme.LIMIT, strokeDash=[5, 3])
        key.append((cap, theme.LIMIT))
    return _keyed(data, layers, width, key)


def _areas(
    data: theme.Datasets, frame: pd.DataFrame, column: str, course: Course, width: int
) -> tuple[alt.Chart, ...]:
    """What is below a line of steps, filled; pointing at an interval tells its figures."""
    last = frame.iloc[[-1]].assign(start=frame["end"].iloc[-1])
    x = alt.X("start:T", title=None, axis=_dates(course, width))
    filled = (
        alt.Chart(data.add(pd.concat([frame, last])))
        .mark_area(color=theme.SERIES[0], fillOpacity=0.45, interpolate="step-after")
        .encode(x=x, y=alt.Y(f"{column}:Q", title=None, axis=alt.Axis(tickCount=4, format=",~f")))
    )
    told = (
        alt.Chart(data.add(frame))
        .mark_rect(opacity=0)
        .encode(x=x, x2=alt.X2("end:T"), description=alt.Description("label:N"))
    )
    return filled, told


def _keyed(
    data: theme.Datasets, layers: Sequence[alt.Chart], width: int, key: Sequence[tuple[str, str]]
) -> theme.Drawing:
    """A small chart with the names of its layers above it."""
    frame = pd.DataFrame({"series": [name for name, _ in key]})
    scale = alt.Scale(domain=[name for name, _ in key], range=[colour for _, colour in key])
    legend = (
        alt.Chart(data.add(frame))
        .mark_point(opacity=0, size=0)
        .encode(
            color=alt.Color(
                "series:N",
                title=None,
                scale=scale,
                legend=alt.Legend(symbolOpacity=1, symbolSize=80),
            )
        )
    )
    return theme.Drawing(alt.layer(*layers, legend, width=width, height=150), data)


def _dates(course: Course, width: int) -> alt.Axis:
    """Dates along a horizon: years and months, or hours where it is short."""
    days = course.instance.days
    form = "%Y-%m" if days > 400 else "%m-%d" if days > 2 else "%H:%M"
    return alt.Axis(format=form, tickCount=max(3, width // 110))
