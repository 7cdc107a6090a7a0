"""Axes of sweeps: what can be written, and in which order points are solved."""

import pytest

from problems import InputError
from problems.units import UnitContext
from solver.studies.grid import Grid, grid_of, parse_grid

UNITS = UnitContext("CNY", (("USD", 7.0),))


def texts(axis: str) -> list[str]:
    """The values of one axis as they were read."""
    return [value.text for value in parse_grid([axis], UNITS).axes[0].values]


@pytest.mark.parametrize(
    ("axis", "expected"),
    [
        ("a.b=1,2,5", ["1", "2", "5"]),
        ("a.b=1..5..2", ["1", "3", "5"]),
        ("a.b=1..4..2", ["1", "3"]),
        ("a.b=3..1..1", ["3", "2", "1"]),
        ("a.b=0.1..0.3..0.1", ["0.1", "0.2", "0.3"]),
        ("a.b=10 MW..30 MW..10 MW", ["10 MW", "20 MW", "30 MW"]),
        ("a.b=10..30..10 MW", ["10 MW", "20 MW", "30 MW"]),
        ("a.b=500 kW..1.5 MW..500 kW", ["500 kW", "1000 kW", "1500 kW"]),
        ("a.b=50_000 CNY..60_000 CNY..5_000 CNY", ["50000 CNY", "55000 CNY", "60000 CNY"]),
        ("a.b=5 %..15 %..5 %", ["5 %", "10 %", "15 %"]),
        ("a.b=5e6..6e6..5e5 per day", ["5000000 per day", "5500000 per day", "6000000 per day"]),
        ("a.b*=0.8..1.2..0.2", ["0.8", "1", "1.2"]),
        ("a.b=2024-01-01..2024-12-31..6 months", ["2024-01-01", "2024-07-01"]),
        ("a.b=2024-01-01..2024-01-15..1 week", ["2024-01-01", "2024-01-08", "2024-01-15"]),
        ("a.b=2024-01-01..2024-02-01", ["2024-01-01..2024-02-01"]),
        ("a.b={2024-01-01: 1 MW, 2025-01-01: 2 MW},3 MW", None),
        ("scenario=base,no-rules", ["base", "no-rules"]),
    ],
)
def test_values_are_read(axis: str, expected: list[str] | None) -> None:
    """Lists, ranges with units, percentages, money, dates, factors, blocks and scenarios."""
    expected = expected or ["{2024-01-01: 1 MW, 2025-01-01: 2 MW}", "3 MW"]
    assert texts(axis) == expected


@pytest.mark.parametrize(
    ("axis", "word"),
    [
        ("a.b", "expected PATH"),
        ("=1,2", "expected PATH"),
        ("a.b=", "empty value"),
        ("a.b=1,,2", "empty value"),
        ("a.b=1,1", "twice"),
        ("a.b=1..3..0", "zero"),
        ("a.b=1..9..x", "no number"),
        ("a.b=1 MW..2 kg..1 MW", "kg"),
        ("a.b=1..1e9..1", "more than"),
        ("a.b=2024-06-01..2024-01-01..1 month", "before it begins"),
        ("a.b=2024-01-01..2024-06-01..1 hour", "at least a day"),
        ("a..b=1,2", "path"),
    ],
)
def test_what_cannot_be_read_is_refused_in_words(axis: str, word: str) -> None:
    """Every refusal names the axis as it was written."""
    with pytest.raises(InputError, match=word) as refused:
        parse_grid([axis], UNITS)
    assert "--vary" in str(refused.value)


def test_all_faulty_axes_are_told_at_once_and_paths_vary_once() -> None:
    """One call shows everything; the same path on two axes is refused."""
    with pytest.raises(InputError) as refused:
        parse_grid(["a=1,1", "b"], UNITS)
    assert len(refused.value.problems) == 2
    with pytest.raises(InputError, match="two axes"):
        parse_grid(["a.b=1,2", "a.b*=1,2"], UNITS)


def test_the_ends_come_first_and_every_point_once() -> None:
    """Corners before edges before the middle, so that later points lie between earlier ones."""
    grid = parse_grid(["a=1..5..1", "b=1..3..1"], UNITS)
    order = grid.in_order_of_search()
    assert set(order[:4]) == {(0, 0), (4, 0), (0, 2), (4, 2)}
    assert sorted(order) == list(grid.places())
    assert len(order) == grid.size == 15


def test_python_gives_values_as_they_are() -> None:
    """Numbers, texts and ranges in a mapping mean what they mean on the command line."""
    grid = grid_of({"a.b*": [0.9, 1], "c": "1 MW..3 MW..1 MW", "scenario": ["base"]}, UNITS)
    assert [len(axis.values) for axis in grid.axes] == [2, 3, 1]
    assert isinstance(grid, Grid)
    assert grid.axes[1].numbers == (1.0, 2.0, 3.0)
    assert grid.axes[1].title == "c (MW)"
