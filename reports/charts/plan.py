"""The charts of a plan: what is bought when, what is then installed, payments.

Belongs here: one function for each chart by period. Does not belong here: what runs over time
(course.py), the figures (reports.frames), colours and fonts (theme.py).
"""

import altair as alt
import pandas as pd

from reports import frames
from reports.charts import theme
from reports.charts.series import colour, few, rows
from reports.language import Language
from solver.plan import Plan


def cards_ordered(plan: Plan, language: Language, width: int) -> theme.Drawing:
    """Cards delivered in each period, stacked by type; leased ones pale."""
    frame = frames.cards_ordered(plan)
    leased = language.text("leased")
    frame["said"] = [
        f"{card}, {leased}" if lease else card
        for card, lease in zip(frame["card"], frame["lease"], strict=True)
    ]
    frame["pale"] = [0.45 if lease else 1.0 for lease in frame["lease"]]
    return _stacked(frame, plan, language, width)


def cards_installed(plan: Plan, language: Language, width: int) -> theme.Drawing:
    """Cards installed on the first day of each period, stacked by type."""
    frame = frames.cards_installed(plan)
    frame = frame.groupby(["period", "card"], as_index=False, sort=False)[["cards"]].sum()
    return _stacked(frame.assign(said=frame["card"], pale=1.0), plan, language, width)


def _stacked(frame: pd.DataFrame, plan: Plan, language: Language, width: int) -> theme.Drawing:
    """Columns of cards over all periods; every type has the same colour in all charts."""
    unit = language.text("cards")
    ranked = list(frames.cards_installed(plan).groupby("card", sort=False)["cards"].sum().index)
    ranked += [card for card in dict.fromkeys(frame["card"]) if card not in ranked]
    frame["series"] = frame["card"]
    frame, names = few(frame, ranked, language, ["period", "said", "pale"])
    frame["label"] = [
        f"{language.period(row.period)} · {row.said}: {language.count(row.cards)} {unit}"
        for row in rows(frame)
    ]
    periods = [period.id for period in plan.periods]
    data = theme.Datasets()
    chart = (
        alt.Chart(data.add(frame), width=width, height=240)
        .mark_bar()
        .encode(
            x=alt.X("period:N", title=None, scale=alt.Scale(domain=periods, paddingInner=0.25)),
            y=alt.Y(
                "cards:Q", title=unit, axis=alt.Axis(format=",.0f", tickCount=5, tickMinStep=1)
            ),
            color=colour(names, width, shown=set(frame["series"])),
            opacity=alt.Opacity("pale:Q", scale=None, legend=None),
            order=alt.Order("rank:Q"),
            description=alt.Description("label:N"),
        )
    )
    return theme.Drawing(chart, data)


def cash_flow(plan: Plan, language: Language, width: int) -> theme.Drawing:
    """Payments by calendar step, stacked by what they are for, and their sum so far as a line."""
    frame = frames.cash_flow(plan)
    steps = sorted(dict.fromkeys(frame["step"]))
    sums = frame.groupby("step", as_index=False)[["amount"]].sum().sort_values("step")
    sums["so_far"] = sums["amount"].cumsum()
    size, name = language.scale(max(sums["so_far"].abs().max(), frame["amount"].abs().max()))
    currency = language.currency(plan.currency)
    unit = f"{name}{currency}" if language.code == "zh" else f"{name} {currency}".strip()
    names = [group for group in frames.GROUPS if (frame["group"] == group).any()]
    words = {group: language.text(group) for group in names}
    frame["series"] = [words[group] for group in frame["group"]]
    frame["rank"] = [names.index(group) for group in frame["group"]]
    frame["label"] = [
        f"{language.period(row.step)} · {row.series}: {language.money(row.amount, plan.currency)}"
        for row in rows(frame)
    ]
    so_far = language.text("so far")
    sums["label"] = [
        f"{language.period(row.step)} · {so_far}: {language.money(row.so_far, plan.currency)}"
        for row in rows(sums)
    ]
    frame["shown"], sums["shown"] = frame["amount"] / size, sums["so_far"] / size
    series = [*(words[group] for group in names), so_far]
    scale = alt.Scale(domain=series, range=[*theme.SERIES[: len(names)], theme.INK])
    x = alt.X("step:N", title=None, scale=alt.Scale(domain=steps, paddingInner=0.25))
    shade = alt.Color(
        "series:N", title=None, scale=scale, legend=alt.Legend(columns=max(1, width // 130))
    )
    data = theme.Datasets()
    bars = (
        alt.Chart(data.add(frame))
        .mark_bar()
        .encode(
            x=x,
            y=alt.Y("shown:Q", title=unit, axis=alt.Axis(tickCount=5)),
            color=shade,
            order=alt.Order("rank:Q"),
            description=alt.Description("label:N"),
        )
    )
    sums["series"] = so_far
    line = (
        alt.Chart(data.add(sums))
        .mark_line(strokeWidth=2)
        .encode(x=x, y=alt.Y("shown:Q"), color=shade)
    )
    points = (
        alt.Chart(data.add(sums))
        .mark_point(filled=True, size=30, opacity=1)
        .encode(x=x, y=alt.Y("shown:Q"), color=shade, description=alt.Description("label:N"))
    )
    return theme.Drawing(alt.layer(bars, line, points, width=width, height=240), data)
