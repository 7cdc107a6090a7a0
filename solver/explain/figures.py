"""Figures of a file moved by a little, and written again as the file writes them.

Belongs here: rounding outwards to figures that people read, keeping units. Does not belong here:
which figure moves (knobs.py).
"""

import math
from decimal import Decimal

from problems.units import split_quantity

DIGITS = 3
"""Significant digits of a figure that is proposed."""
SLACK = 1e-9
"""A figure this close to a round one is that round one."""


def rounded_out(number: float, *, up: bool, digits: int = DIGITS) -> Decimal:
    """The number rounded away from where it came from, to so many significant digits.

    >>> float(rounded_out(23.412, up=True)), float(rounded_out(4_169_999, up=False))
    (23.5, 4160000.0)
    """
    if number == 0:
        return Decimal(0)
    step = Decimal(1).scaleb(math.floor(math.log10(abs(number))) - digits + 1)
    count = float(Decimal(repr(number)) / step)
    whole = math.ceil(count - SLACK) if up else math.floor(count + SLACK)
    return Decimal(whole) * step


def number_text(number: Decimal | int) -> str:
    """A number as people write it: plain, or with an exponent where it is long.

    >>> number_text(Decimal("23.50")), number_text(Decimal("204000000")), number_text(412)
    ('23.5', '204e6', '412')
    """
    if isinstance(number, int):
        return str(number)
    plain = number.normalize()
    if plain == 0:
        return "0"
    if -3 <= plain.adjusted() < 6:
        return f"{plain:f}"
    power = plain.adjusted() // 3 * 3
    return f"{plain.scaleb(-power).normalize():f}e{power}"


def moved(value: object, factor: float, *, up: bool, whole: bool) -> tuple[float, str]:
    """A value of the file times a factor, rounded outwards: its number, and its text with the unit.

    >>> moved("20 MW", 1.1706, up=True, whole=False), moved(400, 1.001, up=True, whole=True)
    ((23.5, '23.5 MW'), (401.0, '401'))
    """
    number, unit = split_quantity(value)
    return written(number * factor, unit, up=up, whole=whole)


def written(number: float, unit: str, *, up: bool, whole: bool) -> tuple[float, str]:
    """A number rounded outwards, and its text with a unit."""
    if whole:
        count = math.ceil(number - 1e-6) if up else math.floor(number + 1e-6)
        return float(count), _joined(number_text(count), unit)
    decimal = rounded_out(number, up=up)
    return float(decimal), _joined(number_text(decimal), unit)


def _joined(number: str, unit: str) -> str:
    return f"{number} {unit}" if unit else number
