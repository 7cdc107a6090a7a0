"""The time value of money and of machines, in closed form.

Belongs here: pure functions of rates, days and amounts. Does not belong here: who pays what when.
"""

DAYS_PER_YEAR = 365.0


def discount_factor(rate: float, days: float) -> float:
    """What one unit of money paid `days` after the start is worth at the start: (1+r)^(-d/365).

    `rate` is the discount rate per year as a fraction; `days` may be negative for payments before
    the start. Raises ValueError for a rate of -1 or less.

    >>> discount_factor(0.08, 365), discount_factor(0.21, 182.5), discount_factor(0.0, 1000)
    (0.9259259259259258, 0.9090909090909091, 1.0)
    >>> round(discount_factor(0.08, -365), 12)
    1.08
    """
    if not rate > -1.0:
        raise ValueError(f"a discount rate must be above -100 % per year (given {rate})")
    factor: float = (1.0 + rate) ** (-days / DAYS_PER_YEAR)
    return factor


def present_value(amount: float, rate: float, days: float) -> float:
    """The value at the start of `amount` paid `days` later: amount * (1+r)^(-d/365).

    >>> round(present_value(108.0, 0.08, 365), 12)
    100.0
    """
    return amount * discount_factor(rate, days)


def residual_fraction(age_days: float, life_days: float | None) -> float:
    """What is left of a price after `age_days` of a straight-line `life_days`: max(0, 1 -
    age/life).

    None for the life means that nothing is credited. Raises ValueError for a life that is not
    positive and for a negative age.

    >>> residual_fraction(365, 1825), residual_fraction(2000, 1825), residual_fraction(10, None)
    (0.8, 0.0, 0.0)
    """
    if not age_days >= 0:
        raise ValueError(f"an age must not be negative (given {age_days} days)")
    if life_days is None:
        return 0.0
    if not life_days > 0:
        raise ValueError(f"a life must be positive (given {life_days} days)")
    return max(0.0, 1.0 - age_days / life_days)


def annuity(present: float, rate: float, years: float) -> float:
    """The equal yearly payment, at each year's end, worth `present` now: P * r / (1 - (1+r)^-n).

    With a rate of zero it is P / n. Raises ValueError for a rate of -1 or less and for a number of
    years that is not positive.

    >>> round(annuity(1000.0, 0.10, 3), 6), annuity(900.0, 0.0, 3)
    (402.114804, 300.0)
    """
    if not years > 0:
        raise ValueError(f"an annuity needs a positive number of years (given {years})")
    if rate == 0.0:
        return present / years
    return present * rate / (1.0 - discount_factor(rate, years * DAYS_PER_YEAR))
