"""Charts: colours that can be told apart, and SVG that is fit for a page."""

import re
from itertools import combinations

import altair as alt
import pandas as pd
import pytest

from reports.charts import plan as charts
from reports.charts import theme
from reports.charts.inline import VARIABLES, inline, variables
from reports.language import language
from tests.reports.export.solved import library_plan


def light(colour: str) -> float:
    """Return the relative luminance of a colour, as WCAG defines it."""
    parts = [int(colour[n : n + 2], 16) / 255 for n in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    """Return the contrast of two colours, as WCAG defines it."""
    high, low = sorted((light(one), light(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize(
    ("series", "ground", "ink", "quiet"),
    [
        (theme.SERIES, theme.GROUND, theme.INK, theme.QUIET),
        (theme.SERIES_DARK, theme.GROUND_DARK, theme.INK_DARK, theme.QUIET_DARK),
    ],
    ids=["light", "dark"],
)
def test_colours_stand_out(series: tuple[str, ...], ground: str, ink: str, quiet: str) -> None:
    """Words reach WCAG's 4.5 on their ground, marks 2.8; no two series have the same colour."""
    assert min(contrast(ground, colour) for colour in (ink, quiet)) >= 4.5
    assert min(contrast(ground, colour) for colour in series) >= 2.8
    for one, other in combinations(series, 2):
        far = sum(abs(int(one[n : n + 2], 16) - int(other[n : n + 2], 16)) for n in (1, 3, 5))
        assert far > 80, (one, other)


def test_every_variable_has_a_colour_on_both_grounds() -> None:
    """A page never refers to a colour that it does not define."""
    for dark in (False, True):
        assert set(VARIABLES.values()) == set(re.findall(r"--[\w-]+", variables(dark=dark)))


def test_a_chart_in_a_page_has_the_page_s_colours_and_tells_its_figures() -> None:
    """Theme colours become variables, ids get their prefix, marks a title that names the figure."""
    drawing = charts.cards_installed(library_plan("design_example"), language("en"), 600)
    svg = theme.to_svg(drawing, ground=None)
    found = inline(svg, "c7", "Cards")
    assert theme.SERIES[0] in svg
    assert not re.search("|".join(VARIABLES), found)
    assert "var(--series-" in found
    assert re.search(r"<title>2023-Q3 · a800_sxm_80: [\d,]+ cards</title>", found)
    assert all(name.startswith("c7-") for name in re.findall(r'\bid="([^"]*)"', found))
    assert 'aria-label="Cards"' in found


def test_a_legend_names_only_what_is_shown() -> None:
    """Cards that are owned and never delivered have no place in the legend of deliveries, though
    they keep their colour for the chart of what is installed.
    """
    plan, english = library_plan("design_example"), language("en")
    ordered = theme.to_svg(charts.cards_ordered(plan, english, 600))
    installed = theme.to_svg(charts.cards_installed(plan, english, 600))
    assert ">a100_sxm_80<" not in ordered
    assert ">a800_sxm_80<" in ordered
    assert ">a100_sxm_80<" in installed
    assert theme.SERIES[1] in ordered


def test_names_in_charts_are_escaped() -> None:
    """A name that looks like markup is text in the SVG, as label and as tooltip."""
    frame = pd.DataFrame({"name": ["</svg><script>x</script>"], "y": [1]})
    chart = alt.Chart(frame).mark_bar().encode(
        x=alt.X("name:N"), y=alt.Y("y:Q"), description=alt.Description("name:N")
    )  # fmt: skip
    found = inline(theme.to_svg(chart), "c", "<b>")
    assert "<script" not in found
    assert "<b>" not in found
    assert "&lt;/svg&gt;&lt;script&gt;" in found


def test_more_series_than_colours_become_others() -> None:
    """The smallest share the last colour, and no card is lost."""
    from tests.reports.plans import roll_out

    plan = roll_out(12, types=11)
    drawing = charts.cards_ordered(plan, language("en"), 600)
    (rows,) = drawing.datasets.rows.values()
    names = {row["series"] for row in rows}
    assert len(names) == theme.MOST_SERIES
    assert "others" in names
    bought = sum(row.cards for row in plan.purchases)
    assert sum(row["cards"] for row in rows) == bought


def test_a_chart_of_its_own_stands_on_white() -> None:
    """SVG and PNG files carry their ground; a page's charts show the page's."""
    drawing = charts.cash_flow(library_plan("design_example"), language("zh"), 600)
    assert f'fill="{theme.GROUND}"' in theme.to_svg(drawing)
    assert f'fill="{theme.GROUND}"' not in theme.to_svg(drawing, ground=None)
    assert theme.to_png(drawing, scale=1.0).startswith(b"\x89PNG")
