"""Charts of sweeps: what they are given to show."""

from pathlib import Path
from typing import Any

import pytest

from reports.studies.as_files import chart_bytes
from reports.studies.chart_parts import MARKS, WIDTH
from reports.studies.sweep_chart import sweep_chart
from reports.studies.sweep_progress import clock, described
from solver.answer import AnswerStatus
from solver.studies.result import Progress, Sweep
from solver.studies.sweep import sweep

PROBLEM = """\
rackmix: 1
title: Seven cards
horizon: {start: 2024-01-01, end: 2024-06-30, period: quarter}
currency: CNY
sites: {hall: {destination: CN, power_cap: 10 kW}}
offers:
  first: {item: a100_sxm_80, vendor: broker, price: 50_000 CNY, standalone: true}
  second: {item: h20_sxm_96, vendor: other, price: 60_000 CNY, standalone: true}
reservations: {research: {cards: 7, from: 2024-01-01}}
solve: {gap: 0.01 %}
"""


def swept(folder: Path, **vary: Any) -> Sweep:
    """A sweep of the problem; `__` in a name stands for a dot, a `_x` at its end for `*`."""
    path = folder / "problem.yaml"
    path.write_text(PROBLEM, encoding="utf-8")
    names = {name: name.replace("__", ".").replace("_x", "*") for name in vary}
    return sweep(path, {names[name]: values for name, values in vary.items()})


def texts(value: Any) -> list[Any]:
    """Everything that a specification says, wherever."""
    if isinstance(value, dict):
        return [text for each in value.values() for text in texts(each)]
    if isinstance(value, list):
        return [text for each in value for text in texts(each)]
    return [value]


def test_one_axis_shows_the_mix_the_cost_and_what_has_no_plan(tmp_path: Path) -> None:
    """Areas of cards, a line of costs, points without a plan named, titles with units."""
    found = swept(tmp_path, sites__hall__power_cap="2 kW..6 kW..1 kW")
    words = texts(sweep_chart(found).to_dict(validate=False))
    assert "Seven cards" in words
    assert "sites.hall.power_cap (kW)" in words
    assert "infeasible" in words
    assert "a100_sxm_80" in words
    assert any("thousand CNY" in str(word) for word in words)


def test_two_axes_are_a_heat_map(tmp_path: Path) -> None:
    """A square for each point, its cost in it, a mark where there is no plan."""
    found = swept(tmp_path, sites__hall__power_cap="2 kW..4 kW..1 kW", offers__first__price_x="1,2")
    words = texts(sweep_chart(found).to_dict(validate=False))
    assert {"350", "420", MARKS[AnswerStatus.INFEASIBLE][1]} <= set(words)
    assert "offers.first.price*" in words


@pytest.mark.parametrize(
    "vary",
    [
        {"sites__hall__power_cap": ["2 kW"]},
        {"sites__hall__power_cap": ["1 kW", "2 kW"]},
        {"reservations__research__from": "2024-01-01..2024-05-01..2 months"},
        {"sites__hall__destination": ["CN", "SG"]},
        {"reservations__research__cards": "1..30..1", "maintenance": ["0 %", "1 %"]},
    ],
)
def test_every_kind_of_axis_can_be_drawn(tmp_path: Path, vary: Any) -> None:
    """One value, no plan anywhere, dates, names, more squares than figures fit."""
    found = swept(tmp_path, **vary)
    assert chart_bytes(sweep_chart(found), Path("x.svg")).startswith(b"<svg")


def test_a_picture_is_wide_enough(tmp_path: Path) -> None:
    """PNG comes with at least 1200 points across."""
    found = swept(tmp_path, sites__hall__power_cap="3 kW..6 kW..1 kW")
    picture = chart_bytes(sweep_chart(found), Path("x.png"))
    assert int.from_bytes(picture[16:20]) >= 1200
    assert WIDTH < 1200


def test_more_than_two_axes_are_no_chart(tmp_path: Path) -> None:
    """The message says what to do instead."""
    found = swept(
        tmp_path,
        sites__hall__power_cap="5 kW,6 kW",
        offers__first__price_x="1,2",
        maintenance=["0 %", "1 %"],
    )
    with pytest.raises(ValueError, match="write a table"):
        sweep_chart(found)


def test_progress_in_words() -> None:
    """Points, what took no search, what runs, the time and what is left of it."""
    told = described(Progress(90.0, 20, 50, 2, 5, 1, 4), 10.0)
    assert told == (
        "20 of 50 points  4 from disk  5 without a search  1 failed  2 running  1:40  "
        "about 2:39 left"
    )
    assert clock(59.6) == "1:00"


@pytest.mark.parametrize("ending", [".png", ".svg"])
@pytest.mark.parametrize("axes", [1, 2])
def test_a_sweep_without_any_plan_has_a_chart(tmp_path: Path, ending: str, axes: int) -> None:
    """Points that all lack a plan are drawn as such, on a page of finite size, without a legend.

    Sensitivity: scales without a value made the page infinite, or put NaN beside the colours.
    """
    vary = {"reservations__research__cards": "700,800", "sites__hall__power_cap": "1 kW,2 kW"}
    found = swept(tmp_path, **dict(list(vary.items())[:axes]))
    assert all(point.plan is None for point in found.points)
    drawn = chart_bytes(sweep_chart(found), tmp_path / f"none{ending}")
    assert b"Infinity" not in drawn
    assert b"NaN" not in drawn
    assert "infeasible" in str(texts(sweep_chart(found).to_dict(validate=False)))
