"""What every catalogue row has: an id, a source, a date, a confidence; and the types of figures.

Belongs here: the base of all rows and the small types they share. Does not belong here: the rows of
any table (items.py, rows.py, tariffs.py, rules.py), reading files (reader.py).
"""

import re
from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
)

from catalogs.countries import COUNTRIES
from catalogs.errors import MissingFigure

_DAY = r"\d{4}(-\d{2}(-\d{2})?)?"


def _as_text(value: object) -> object:
    """A bare year is a number in YAML; here it is a date."""
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


def _date(text: str) -> str:
    if not re.fullmatch(rf"{_DAY}(\.\.{_DAY})?|undated", text):
        raise ValueError("must be a year, month, day, a range of them as in 2023..2024, or undated")
    return text


def _partial_date(text: str) -> str:
    if not re.fullmatch(_DAY, text):
        raise ValueError("must be a year, a month or a day, as in 2023-05")
    return text


def _currency(text: str) -> str:
    if not re.fullmatch(r"[A-Z]{3}", text):
        raise ValueError("must be three capitals, as in CNY")
    return text


Date = Annotated[str, BeforeValidator(_as_text), AfterValidator(_date)]
"""As precise as known: 2023, 2023-03, 2023-03-31, a range 2023-03..2023-05, or undated."""
PartialDate = Annotated[str, BeforeValidator(_as_text), AfterValidator(_partial_date)]
"""2018, 2018-03 or 2018-03-27."""
Text = Annotated[str, StringConstraints(min_length=1, strip_whitespace=True)]
Positive = Annotated[float, Field(gt=0)]
NotNegative = Annotated[float, Field(ge=0)]
Count = Annotated[int, Field(gt=0)]
Currency = Annotated[str, AfterValidator(_currency)]
Confidence = Literal["high", "medium", "low", "memory", "stated"]


def _known_country(code: str) -> str:
    if code not in COUNTRIES:
        raise ValueError("must be a country code of ISO 3166, two capitals as in CN, HK, SG")
    return code


Country = Annotated[str, BeforeValidator(_known_country)]


class Row(BaseModel):
    """One fact sheet of the catalogue, with its source."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)
    table: ClassVar[str]

    id: Text
    """Name in problem files."""
    source: Text
    """Where the figures come from."""
    date: Date
    """When they held; undated where the source gives none."""
    confidence: Confidence = "stated"
    """high: primary document or two agreeing sources; medium: one reasonable secondary source; low:
    estimate; memory: recalled, no source at hand; stated: given by the user of rackmix."""
    notes: Text | None = None
    """What to know before using the figures."""

    @classmethod
    def merged(cls, known: Mapping[str, Any], change: Mapping[str, Any]) -> dict[str, Any]:
        """Lay changed figures over known ones; None empties a figure."""
        return {key: value for key, value in {**known, **change}.items() if value is not None}


def require(row: Row, figure: str, needed_for: str = "") -> Any:
    """Return a figure of a row; raise MissingFigure naming row, figure and cure where it is empty.

    `needed_for` says in words what asks for it.
    """
    value = getattr(row, figure)
    if value is None:
        raise MissingFigure(row.table, row.id, figure, needed_for)
    return value
