"""How figures are written for people: money, counts, shares, stretches of time.

Belongs here: from a number to its text, with no more and no fewer digits than a reader needs. Does
not belong here: which figures are shown, layout.
"""

import math
from collections.abc import Sequence
from datetime import datetime, timedelta

NAMED = ((1e12, "trillion"), (1e9, "billion"), (1e6, "million"))
WIDEST = 1e12
"""From here on a column of money is in millions: twelve digits are what a line can hold."""


def money_in_words(amount: float, currency: str) -> str:
    """Money in a sentence: four digits from a million on, to the hundredth below 100,000.

    >>> money_in_words(84_800_000, "CNY"), money_in_words(63_843_210, "CNY")
    ('84.8 million CNY', '63.84 million CNY')
    >>> money_in_words(999_960_000, "CNY"), money_in_words(4.68, "USD"), money_in_words(1250, "USD")
    ('1 billion CNY', '4.68 USD', '1,250 USD')
    """
    if abs(amount) < 999_999.5:
        return f"{unit_price(amount)} {currency}"
    rounded = float(f"{amount:.4g}")
    size, name = next(entry for entry in NAMED if abs(rounded) >= entry[0])
    return f"{_stripped(rounded / size, 3)} {name} {currency}"


def unit_price(price: float) -> str:
    """A price of one thing: cents where they matter, more digits below one.

    >>> unit_price(1_392_000.4), unit_price(182.75), unit_price(96.0), unit_price(0.0833)
    ('1,392,000', '182.75', '96', '0.0833')
    """
    if price and abs(price) < 1:
        return _stripped(price, _digits_for(price, 4))
    return f"{price:,.0f}" if _is_whole(price) or abs(price) >= 99_999.5 else f"{price:,.2f}"


def money_column(amounts: Sequence[float]) -> tuple[list[str], str]:
    """The amounts of a column with the same digits after the point, and what they count where it
    is not the currency itself (`million`).

    >>> money_column([84_800_000.0, 12_345.678, 0.2])
    (['84,800,000', '12,346', '<1'], '')
    >>> money_column([4.68, 1.01]), money_column([3.2e12])
    ((['4.68', '1.01'], ''), (['3,200,000'], 'million'))
    """
    top = max((abs(amount) for amount in amounts), default=0.0)
    scale, unit = (1e6, "million") if top >= WIDEST else (1.0, "")
    if top >= 99_999.5 or all(_is_whole(amount) for amount in amounts):
        digits = 0
    else:
        digits = 2 if top >= 1 else _digits_for(top, 4)
    return [_fixed(amount / scale, digits) for amount in amounts], unit


def _fixed(value: float, digits: int) -> str:
    text = f"{value:,.{digits}f}"
    if value and not text.strip("-0.,"):
        least = f"{10.0**-digits:.{digits}f}"
        return f"<{least}" if value > 0 else f">-{least}"
    return text if text.strip("-0.,") else text.lstrip("-")


def count(number: float) -> str:
    """A number of things, whole where it is.

    >>> count(1250.0), count(12.345), count(0.001234)
    ('1,250', '12.35', '0.00123')
    """
    if _is_whole(number):
        return f"{number:,.0f}"
    return _stripped(number, 2 if abs(number) >= 0.1 else _digits_for(number, 3))


def figure(value: float) -> str:
    """A measured or computed quantity: whole from 1,000 on, at least four digits below.

    >>> figure(12_345.6), figure(999.94), figure(1.5), figure(0.01234)
    ('12,346', '999.9', '1.5', '0.01234')
    """
    return _stripped(value, _digits_for(value, 4)) if value else "0"


def percent(fraction: float) -> str:
    """A share in words, two digits, whole from 10 % on.

    >>> percent(0.2123), percent(0.0213), percent(0.00083), percent(1.5), percent(0.0)
    ('21 %', '2.1 %', '0.083 %', '150 %', '0 %')
    """
    share = fraction * 100
    return f"{_stripped(share, _digits_for(share, 2)) if share else '0'} %"


def percent_up(fraction: float) -> str:
    """A share that is an upper limit, rounded up.

    >>> percent_up(0.00091), percent_up(0.000901), percent_up(0.2101), percent_up(1e-9)
    ('0.091 %', '0.091 %', '22 %', '0.0001 %')
    """
    share = max(fraction * 100, 1e-4) if fraction > 0 else 0.0
    if not share:
        return "0 %"
    step = 10.0 ** -_digits_for(share, 2)
    # A share that is a whole number of steps but for rounding stays where it is.
    return percent(math.ceil(share / step - 1e-6) * step / 100)


def share_of(part: float, whole: float) -> str:
    """A share in a column, one digit after the point; a dash where the whole is not above 0.

    >>> share_of(1, 8), share_of(-1, 8), share_of(1, 0)
    ('12.5 %', '-12.5 %', '-')
    """
    if whole <= 0:
        return "-"
    text = f"{100 * part / whole:.1f}"
    return f"{'0.0' if text == '-0.0' else text} %"


def first_and_last(start: datetime, end: datetime) -> tuple[str, str]:
    """A stretch of time by its first and last day, or by the minute where it does not run in days.

    >>> first_and_last(datetime(2023, 7, 1), datetime(2023, 7, 31))
    ('2023-07-01', '2023-07-30')
    >>> first_and_last(datetime(2024, 1, 1), datetime(2024, 1, 1, 1))
    ('2024-01-01 00:00', '2024-01-01 01:00')
    """
    midnight = datetime.min.time()
    if start.time() == midnight and end.time() == midnight and end > start:
        return f"{start.date()}", f"{end.date() - timedelta(days=1)}"
    return f"{start:%Y-%m-%d %H:%M}", f"{end:%Y-%m-%d %H:%M}"


def bar(value: float, top: float, width: int) -> str:
    """A bar as long as its value, in plain characters; something that is there is never empty.

    >>> bar(5, 10, 8), bar(0.01, 10, 8), bar(0, 10, 8)
    ('####', '#', '')
    """
    if value <= 0 or top <= 0:
        return ""
    return "#" * max(1, round(width * value / top))


def _is_whole(value: float) -> bool:
    return abs(value - round(value)) <= 1e-9 * max(1.0, abs(value))


def _digits_for(value: float, significant: int) -> int:
    """Digits after the point that show so many significant ones of a value other than 0."""
    return max(0, significant - 1 - math.floor(math.log10(abs(value)) + 1e-12))


def _stripped(value: float, digits: int) -> str:
    text = f"{value:,.{digits}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
