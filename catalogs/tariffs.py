"""Electricity tariffs: one price, or prices by the hour of the day.

Belongs here: the tariff row, its blocks of hours and their weighted mean. Does not belong here:
what a site pays (that is the solver's bill), demand by the hour.
"""

import re
from itertools import pairwise
from typing import Annotated, ClassVar

from pydantic import AfterValidator, BaseModel, ConfigDict, Field
from pydantic import model_validator as checks

from catalogs.row import Country, Currency, NotNegative, Row, Text

_SPAN = re.compile(r"(\d{2}):(\d{2})-(\d{2}):(\d{2})")


def hours_of(span: str) -> list[tuple[float, float]]:
    """Read a span of the day as hours from midnight; one across midnight becomes two.

    >>> hours_of("08:30-11:30"), hours_of("22:00-05:00"), hours_of("00:00-24:00")
    ([(8.5, 11.5)], [(22.0, 24.0), (0.0, 5.0)], [(0.0, 24.0)])

    Raises ValueError for anything else than HH:MM-HH:MM within one day.
    """
    match = _SPAN.fullmatch(span)
    if match:
        numbers = [int(part) for part in match.groups()]
        start, end = numbers[0] + numbers[1] / 60, numbers[2] + numbers[3] / 60
        if numbers[1] < 60 and numbers[3] < 60 and start < 24 and end <= 24 and start != end:
            pieces = [(start, end)] if start < end else [(start, 24.0), (0.0, end)]
            return [piece for piece in pieces if piece[0] < piece[1]]
    raise ValueError(f"'{span}' is no span of hours; write it as 08:00-12:30 or 22:00-05:00")


def _readable(span: str) -> str:
    hours_of(span)
    return span


class Block(BaseModel):
    """Hours of the day at one price."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    name: Text
    """peak, high, flat, low, deep ..."""
    price_per_kwh: float
    """Price in the tariff's currency; a price below zero is allowed."""
    hours: Annotated[tuple[Annotated[str, AfterValidator(_readable)], ...], Field(min_length=1)]
    """Spans such as 08:00-12:30; 22:00-05:00 runs across midnight."""

    def spans(self) -> list[tuple[float, float]]:
        """The hours as numbers from midnight."""
        return [piece for span in self.hours for piece in hours_of(span)]


class Tariff(Row):
    """What a kilowatt-hour costs: `price_per_kwh`, or `blocks` that cover the day exactly."""

    table: ClassVar[str] = "tariffs"

    name: Text
    """Place and kind."""
    country: Country | None = None
    """The country it holds in."""
    currency: Currency
    """Currency of its prices."""
    price_per_kwh: float | None = None
    """One price for all hours."""
    blocks: tuple[Block, ...] | None = None
    """Prices by the hour of the day."""
    demand_charge_per_kw_month: NotNegative | None = None
    """Charged on a calendar month's highest draw."""

    @checks(mode="after")
    def _one_way_to_price(self) -> "Tariff":
        if (self.price_per_kwh is None) == (self.blocks is None):
            raise ValueError("needs exactly one of price_per_kwh and blocks")
        if self.blocks is not None:
            _check_day(self.blocks)
        return self

    def mean_price_per_kwh(self) -> float:
        """Hour-weighted mean price of a constant draw, in the tariff's currency."""
        if self.blocks is None:
            assert self.price_per_kwh is not None
            return self.price_per_kwh
        return (
            sum(
                block.price_per_kwh * (end - start)
                for block in self.blocks
                for start, end in block.spans()
            )
            / 24
        )


def _check_day(blocks: tuple[Block, ...]) -> None:
    """Raise ValueError where the blocks leave a gap in the day or lie over each other."""
    spans = sorted((start, end, block.name) for block in blocks for start, end in block.spans())
    edges = [(0.0, 0.0, "midnight"), *spans, (24.0, 24.0, "midnight")]
    for (_, end, before), (start, _, after) in pairwise(edges):
        if start > end:
            raise ValueError(f"no block covers the hours from {_clock(end)} to {_clock(start)}")
        if start < end:
            raise ValueError(f"blocks {before} and {after} both cover {_clock(start)}")


def _clock(hour: float) -> str:
    return f"{int(hour):02d}:{round(hour % 1 * 60):02d}"
