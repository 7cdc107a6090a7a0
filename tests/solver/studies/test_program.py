"""Inclusion and combination, on programs small enough to see through."""

from dataclasses import replace

import pytest

from solver.studies.program import Key, Program, Row, carried_bound

X: Key = ("x",)
Y: Key = ("y",)
CAP: Key = ("cap",)

BASE = Program(
    columns={X: (10.0, True), Y: (10.0, False)},
    rows={CAP: Row(-1, {X: 1.0, Y: 2.0}, 8.0)},
    costs={X: 3.0, Y: 5.0},
    constant=7.0,
    currency="CNY",
)
"""Minimise 3x + 5y + 7 with x + 2y <= 8, x whole, both at most 10."""


def row(sense: int, x: float, y: float, limit: float) -> dict[Key, Row]:
    """One row over both columns."""
    return {CAP: Row(sense, {X: x, Y: y}, limit)}


@pytest.mark.parametrize(
    ("tighter", "looser", "expected"),
    [
        (row(-1, 1, 2, 7), row(-1, 1, 2, 8), True),
        (row(-1, 1, 2, 9), row(-1, 1, 2, 8), False),
        (row(-1, 1, 3, 8), row(-1, 1, 2, 8), True),
        (row(-1, 1, 1, 8), row(-1, 1, 2, 8), False),
        (row(1, 1, 2, 9), row(1, 1, 2, 8), True),
        (row(1, 1, 2, 7), row(1, 1, 2, 8), False),
        (row(1, 1, 1, 8), row(1, 1, 2, 8), True),
        (row(0, 1, 2, 8), row(0, 1, 2, 8), True),
        (row(0, 1, 2, 7), row(0, 1, 2, 8), False),
        (row(0, 1, 2, 7), row(-1, 1, 2, 8), True),
        (row(0, 1, 2, 7), row(1, 1, 2, 8), False),
        (row(-1, 1, 2, 8), row(0, 1, 2, 8), False),
        ({}, row(-1, 1, 2, 8), False),
        ({}, row(-1, 1, 2, 30), True),
        ({}, row(1, 1, 2, 0), True),
        (row(-1, 1, 2, 8), {}, True),
    ],
)
def test_a_row_holds_where_another_or_the_upper_bounds_show_it(
    tighter: dict[Key, Row], looser: dict[Key, Row], expected: bool
) -> None:
    """Smaller limits and larger coefficients of "at most" are tighter, and so on for all senses."""
    assert replace(BASE, rows=tighter).within(replace(BASE, rows=looser)) is expected


def test_upper_bounds_and_whole_numbers_count() -> None:
    """A column that may be larger, or a fraction where the other is whole, is not included."""
    lower = replace(BASE, columns={X: (9.0, True), Y: (10.0, False)})
    assert lower.within(BASE)
    assert not BASE.within(lower)
    fractional = replace(BASE, columns={X: (10.0, False), Y: (10.0, False)})
    assert BASE.within(fractional)
    assert not fractional.within(BASE)


def test_columns_of_one_program_alone() -> None:
    """What P lacks is 0 there; what Q lacks may be anything in P, as long as it costs nothing."""
    without_y = replace(BASE, columns={X: (10.0, True)}, rows={CAP: Row(-1, {X: 1.0}, 8.0)})
    without_y = replace(without_y, costs={X: 3.0})
    assert without_y.within(BASE)
    assert BASE.within(without_y)
    assert carried_bound(BASE, (without_y, 10.0)) == pytest.approx(10.0)
    earning = replace(BASE, costs={X: 3.0, Y: -1.0})
    assert carried_bound(earning, (without_y, 10.0)) is None


@pytest.mark.parametrize(
    ("x", "y", "constant", "expected"),
    [
        (3.0, 5.0, 7.0, 100.0),
        (6.0, 10.0, 14.0, 200.0),
        (6.0, 10.0, 7.0, 100.0),
        (1.5, 5.0, 7.0, 50.0),
        (3.0, 5.0, 3.5, 50.0),
        (3.0, -1.0, 7.0, None),
    ],
)
def test_a_bound_alone_is_scaled_by_the_least_ratio(
    x: float, y: float, constant: float, expected: float | None
) -> None:
    """Proves: the bound is the other's times the smallest ratio of any cost entry.

    Sensitivity: if the constant were left out, the third would be 200 and the fifth 100.
    """
    asked = replace(BASE, costs={X: x, Y: y}, constant=constant)
    bound = carried_bound(asked, (BASE, 100.0))
    assert bound == (None if expected is None else pytest.approx(expected))


def test_between_two_the_bound_is_the_straight_line() -> None:
    """A quarter of the way from 100 to 200 it is 125; a cost below the line takes it down; other
    feasible sets and other currencies carry nothing.
    """
    high = replace(BASE, costs={X: 7.0, Y: 5.0})
    quarter = replace(BASE, costs={X: 4.0, Y: 5.0})
    assert carried_bound(quarter, (BASE, 100.0), (high, 200.0)) == pytest.approx(125.0)
    below = replace(quarter, constant=3.5)
    assert carried_bound(below, (BASE, 100.0), (high, 200.0)) == pytest.approx(62.5)
    tighter = replace(high, rows=row(-1, 1, 2, 7))
    assert carried_bound(quarter, (BASE, 100.0), (tighter, 200.0)) is None
    assert carried_bound(replace(quarter, currency="USD"), (BASE, 100.0)) is None


def test_negative_bounds_take_the_least_scale() -> None:
    """Where the bound is an income, a larger scale would promise more cost than is proven.

    Costs halved: any scale up to a half is valid; of a bound of -100 the best is that of 0.
    """
    halved = replace(BASE, costs={X: 1.5, Y: 2.5}, constant=3.5)
    assert carried_bound(halved, (BASE, -100.0)) == pytest.approx(0.0)
    earning = replace(BASE, costs={X: -3.0, Y: 5.0})
    doubled = replace(BASE, costs={X: -6.0, Y: 10.0}, constant=14.0)
    assert carried_bound(doubled, (earning, -100.0)) == pytest.approx(-200.0)
