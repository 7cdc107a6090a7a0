"""Single values as YAML 1.2 reads them, and the few that no problem file may hold.

Belongs here: what an unquoted word is (its core schema: 1e6 is a number, NO and 2023-01-01 are
texts), and the refusal of NaN and infinities. Does not belong here: units, dates and fractions,
which the fields read themselves (quantities.py, dates.py).
"""

import math
import re

Scalar = str | int | float | bool | None

_INTEGER = re.compile(r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+")
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")
_WORDS: dict[str, Scalar] = {
    **dict.fromkeys(["", "~", "null", "Null", "NULL"]),
    **dict.fromkeys(["true", "True", "TRUE"], True),
    **dict.fromkeys(["false", "False", "FALSE"], False),
}
_NOT_FINITE = re.compile(r"[-+]?\.?(?:nan|inf|infinity)", re.IGNORECASE)
_LONGEST_NUMBER = 400
"""Characters; a longer one is beyond any float, and slow to read."""


def plain_scalar(text: str) -> Scalar:
    """The value of an unquoted word.

    Raises ValueError in words for NaN, infinities and numbers too large to hold.

    >>> [plain_scalar(word) for word in ("1e6", "NO", "50_000", "2023-01-01", "~", "010")]
    [1000000.0, 'NO', '50_000', '2023-01-01', None, 10]
    """
    if text in _WORDS:
        return _WORDS[text]
    if _NOT_FINITE.fullmatch(text):
        raise ValueError(f"must be a finite number (given {text}); put quotes around it for a text")
    if text[0] not in "-+.0123456789":
        return text
    if len(text) > _LONGEST_NUMBER:
        if _INTEGER.fullmatch(text) or _FLOAT.fullmatch(text):
            raise ValueError(f"is a number of {len(text)} characters: too long")
        return text
    value: Scalar = text
    if _INTEGER.fullmatch(text):
        value = int(text, 0) if text[:2] in ("0o", "0x") else int(text)
    elif _FLOAT.fullmatch(text):
        value = float(text)
    if isinstance(value, int | float):
        check_finite(value, text)
    return value


def check_finite(value: float, text: str = "") -> None:
    """Refuse a number that no float can hold; ``text`` is how it was written. Raises ValueError."""
    try:
        finite = math.isfinite(float(value))
    except OverflowError:
        finite = False
    if not finite:
        given = text if len(text) <= 40 else text[:37] + "..."
        raise ValueError("must be a finite number" + (f" (given {given})" if given else ""))


def check_text(value: str) -> None:
    """Refuse a text that no UTF-8 file can hold (half of a surrogate pair). Raises ValueError."""
    if not value.isascii():
        try:
            value.encode()
        except UnicodeEncodeError:
            raise ValueError("holds half of a two-part character (a lone surrogate)") from None
