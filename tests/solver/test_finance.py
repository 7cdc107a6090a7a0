"""The time value of money against its closed forms."""

import math

import pytest

from solver.finance import annuity, discount_factor, present_value, residual_fraction


def test_a_year_discounts_by_the_rate() -> None:
    """One year later, 108 at 8 % is worth 100; a year before, 100 was worth 108."""
    assert present_value(108.0, 0.08, 365) == pytest.approx(100.0, rel=1e-12)
    assert present_value(100.0, 0.08, -365) == pytest.approx(108.0, rel=1e-12)


def test_parts_of_a_year_compound() -> None:
    """Two half years discount as much as a whole one, and nothing is discounted at rate 0."""
    half = discount_factor(0.08, 182.5)
    assert half * half == pytest.approx(discount_factor(0.08, 365), rel=1e-12)
    assert discount_factor(0.0, 12345.0) == 1.0


@pytest.mark.parametrize("rate", [-1.0, -2.0, math.nan])
def test_a_rate_of_minus_one_or_less_is_refused(rate: float) -> None:
    """A rate that wipes out or reverses money has no present value."""
    with pytest.raises(ValueError, match="discount rate"):
        discount_factor(rate, 1)


def test_residual_value_is_a_straight_line_to_zero() -> None:
    """Whole when new, half at half the life, nothing at the life's end and after."""
    assert residual_fraction(0, 1000) == 1.0
    assert residual_fraction(500, 1000) == 0.5
    assert residual_fraction(1000, 1000) == residual_fraction(5000, 1000) == 0.0


def test_without_a_life_nothing_is_credited() -> None:
    """No life means that the problem asks for no residual value."""
    assert residual_fraction(0, None) == 0.0


@pytest.mark.parametrize(("age", "life"), [(-1, 100), (1, 0), (1, -5), (1, math.nan)])
def test_impossible_ages_and_lives_are_refused(age: float, life: float) -> None:
    """Neither a negative age nor a life of nothing has a meaning."""
    with pytest.raises(ValueError, match=r"age|life"):
        residual_fraction(age, life)


@pytest.mark.parametrize("rate", [0.0, 0.05, 0.3])
def test_an_annuity_is_worth_what_it_replaces(rate: float) -> None:
    """The present values of its payments sum to the amount it stands for."""
    payment = annuity(1000.0, rate, 7)
    worth = sum(present_value(payment, rate, 365 * year) for year in range(1, 8))
    assert worth == pytest.approx(1000.0, rel=1e-12)


def test_an_annuity_over_no_time_is_refused() -> None:
    """There is no payment that repays over zero years."""
    with pytest.raises(ValueError, match="positive number of years"):
        annuity(1000.0, 0.08, 0)
