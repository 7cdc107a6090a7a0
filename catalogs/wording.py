"""What validation finds, in words a buyer can act on.

Belongs here: the message of one fault of one row. Does not belong here: where the row stands
(reader.py, catalog.py), what a row must hold (row.py and the tables).
"""

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel

from catalogs.errors import nearest

_NUMBER, _WHOLE = "must be a number", "must be a whole number"
_DAY, _TEXT = "must be a day as in 2024-05-31", "must be a text"
_WORDS = {
    "missing": "is required, and not given",
    "float_parsing": _NUMBER,
    "float_type": _NUMBER,
    "int_parsing": _WHOLE,
    "int_type": _WHOLE,
    "int_from_float": _WHOLE,
    "finite_number": "must be a finite number",
    "greater_than": "must be above {gt}",
    "greater_than_equal": "must be at least {ge}",
    "bool_parsing": "must be true or false",
    "bool_type": "must be true or false",
    "date_from_datetime_parsing": _DAY,
    "date_parsing": _DAY,
    "date_type": _DAY,
    "string_type": _TEXT,
    "string_too_short": "must not be empty",
    "too_short": "must not be empty",
    "literal_error": "must be {expected}",
    "enum": "must be {expected}",
    "tuple_type": "must be a list",
    "dict_type": "must be figures by their name",
    "model_type": "must be figures by their name",
}
"""Messages by the type of the fault; what stands in braces is filled in from its context."""


def in_words(fault: Mapping[str, Any], row: type[BaseModel]) -> str:
    """Say what is wrong with one figure of a row, and what it was.

    `fault` is an entry of a validation error's `errors()`.
    """
    path, given, context = fault["loc"], fault["input"], fault.get("ctx", {})
    if fault["type"] == "extra_forbidden":
        known = row.model_fields if len(path) == 1 else ()
        return f"unknown figure{nearest(str(path[-1]), known)}"
    if fault["type"] == "value_error":
        message = str(context["error"])
    elif fault["type"] in _WORDS:
        limits = {
            name: f"{value:g}" if isinstance(value, float) else value
            for name, value in context.items()
        }
        message = _WORDS[fault["type"]].format_map(limits)
    else:
        message = str(fault["msg"])
    shown = fault["type"] != "missing" and isinstance(given, str | int | float)
    return f"{message} (given {given!r})" if shown else message
