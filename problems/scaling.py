"""Scaling one value of a problem file by a factor, units and all.

Belongs here: what ``PATH*=1.5`` does to a number, a quantity or a table of them. Does not belong
here: finding the value (edits.py), and whether the result is a whole number where one is needed
(the field decides, so that ``supply*=1.333`` is refused and ``pue*=1.05`` is not).
"""

import re
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

from problems.document import Location, Node
from problems.errors import shown
from problems.scalars import Scalar, check_finite

_NUMBER = r"[-+]?(?:\d[\d_]*(?:\.[\d_]*)?|\.\d+)(?:[eE][-+]?\d{1,3})?"
_UNIT = r"|\s+[^\d\s].*|\s*/\s*[A-Za-z].*|[^\d\s.:,/_-].*"
_QUANTITY = re.compile(rf"\s*({_NUMBER})(\s*/\s*({_NUMBER}))?({_UNIT})")
"""A number or a simple fraction, then a unit; not a date, a range or hours of the day."""
_EXACT_DIGITS = 15


def parse_factor(value: Scalar) -> Fraction:
    """The exact factor, given as a number or as ``3/2``. Raises ValueError in words.

    >>> parse_factor(1.1), parse_factor("3/2")
    (Fraction(11, 10), Fraction(3, 2))
    """
    if isinstance(value, int | float) and not isinstance(value, bool):
        return _exact(repr(value))
    match = _QUANTITY.fullmatch(value) if isinstance(value, str) else None
    if not match or match[4].strip():
        raise ValueError(f"needs a number to scale by, e.g. 1.5 (given {shown(value)})")
    return _quotient(match)


def scaled(node: Node, factor: Fraction, at: Location) -> Node:
    """The value times the factor: a number, a quantity, or every value of a table over dates.

    The result stands at ``at``. Raises ValueError in words for what cannot be scaled.
    """
    if isinstance(node.value, Mapping) and all(key[:1].isdigit() for key in node.value):
        children = {key: scaled(child, factor, at) for key, child in node.value.items()}
        return replace(node, value=children, at=at)
    if isinstance(node.value, Mapping):
        names = ", ".join(f"'{name}'" for name in list(node.value)[:8])
        raise ValueError(f"is a block and cannot be scaled as one: scale one of {names}")
    if isinstance(node.value, tuple):
        raise ValueError("is a list and cannot be scaled as one: scale one of its entries")
    return replace(node, value=scaled_scalar(node.value, factor), at=at)


def scaled_scalar(value: Scalar, factor: Fraction) -> Scalar:
    """A number or a quantity times the factor. Raises ValueError in words for anything else.

    >>> [scaled_scalar(v, Fraction(3, 2)) for v in (400, 1.2, "20 MW", "5e6 per day", "1_000 CNY")]
    [600, 1.8, '30 MW', '7500000 per day', '1500 CNY']
    >>> scaled_scalar("1600/3", Fraction(1, 3)), scaled_scalar(401, Fraction(1, 2))
    ('1600/9', 200.5)
    """
    if isinstance(value, int | float) and not isinstance(value, bool):
        product = _exact(repr(value)) * factor
        whole = isinstance(value, int) and product.denominator == 1
        result = int(product) if whole else _float(product)
        check_finite(result, f"{value} times {factor}")
        return result
    match = _QUANTITY.fullmatch(value) if isinstance(value, str) else None
    if not match:
        raise ValueError(f"is {shown(value)}, which is no number and cannot be scaled")
    product = _quotient(match) * factor
    is_ratio = match[2] is not None and product.denominator != 1
    number = f"{product.numerator}/{product.denominator}" if is_ratio else _decimal_text(product)
    return number + match[4].rstrip()


def _quotient(match: re.Match[str]) -> Fraction:
    divisor = _exact(match[3]) if match[3] else Fraction(1)
    if divisor == 0:
        raise ValueError(f"divides by zero: {match[0]}")
    return _exact(match[1]) / divisor


def _exact(number: str) -> Fraction:
    return Fraction(Decimal(number.replace("_", "")))


def _float(number: Fraction) -> float:
    try:
        return float(number)
    except OverflowError:
        raise ValueError("becomes too large a number") from None


def _decimal_text(number: Fraction) -> str:
    if number.denominator == 1 and abs(number.numerator) < 10**_EXACT_DIGITS:
        return str(number.numerator)
    return repr(_float(number))
