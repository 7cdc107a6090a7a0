"""Nothing in a plan is trusted: whatever is changed, left out or doubled is found."""

import math
from dataclasses import fields, replace
from datetime import date, timedelta
from enum import StrEnum
from typing import Any

import pytest

from solver.verify import verify
from tests.solver.broken_plans import (
    Case,
    good_case,
    swap,
)


@pytest.fixture(scope="module")
def good() -> Case:
    """The instance and a plan for it that keeps everything."""
    return good_case()


NUMBERS = (math.nan, math.inf, -math.inf, -1.0, 1e300, 0.5)


def other(value: Any) -> list[Any]:
    """Values that a field of a plan could hold instead."""
    if isinstance(value, StrEnum):
        return [member for member in type(value) if member is not value][:1]
    if isinstance(value, bool):
        return [not value]
    if isinstance(value, int | float):
        return [n for n in (*NUMBERS, value * 1.01 + 0.01) if n != value]
    if isinstance(value, date):
        return [value + timedelta(days=1)]
    return [None, "nonsense"] if value is not None else ["nonsense", date(2024, 1, 1)]


TABLES = (
    "periods",
    "intervals",
    "bill",
    "cash_flow",
    "purchases",
    "fleet",
    "training",
    "serving",
    "routing",
    "reservations",
    "energy",
    "excluded",
)


@pytest.mark.parametrize("table", TABLES)
def test_no_field_of_any_row_can_be_changed_unnoticed(good: Case, table: str) -> None:
    """Nothing is trusted: every field of a first and last row, changed to anything, is refused."""
    instance, plan = good
    rows = getattr(plan, table)
    for number in {0, len(rows) - 1}:
        for field in fields(rows[number]):
            for value in other(getattr(rows[number], field.name)):
                bad = replace(plan, **{table: swap(rows, number, **{field.name: value})})
                assert not verify(instance, bad).ok, f"{table}[{number}].{field.name} = {value}"


@pytest.mark.parametrize("table", TABLES)
def test_no_row_can_be_left_out_or_stand_twice(good: Case, table: str) -> None:
    """Every row counts, once."""
    instance, plan = good
    rows = getattr(plan, table)
    for number in range(len(rows)):
        without = replace(plan, **{table: rows[:number] + rows[number + 1 :]})
        assert not verify(instance, without).ok, f"{table}[{number}] left out"
    if table != "excluded":  # the same exclusion may stand for several periods
        twice = replace(plan, **{table: (*rows, rows[0])})
        assert not verify(instance, twice).ok


@pytest.mark.parametrize("name", ["objective", "bound", "gap", "currency"])
@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_impossible_results_are_refused(good: Case, name: str, value: float) -> None:
    """A result that is no number passes nothing."""
    instance, plan = good
    bounded = replace(plan, bound=plan.objective, gap=0.0)
    assert not verify(instance, replace(bounded, **{name: value})).ok
