"""The values a problem file can hold: amounts with units, fractions, rates, dates and steps over
dates.

Belongs here: turning one value of the file into a plain number in the unit its field is documented
in, or refusing it in words. Does not belong here: units and currencies themselves (units.py),
which field takes which kind of value (schema), files and lines (loading.py).
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import PlainValidator, ValidationInfo, WithJsonSchema

from problems.dates import Span, parse_date
from problems.units import UNKNOWN_CURRENCY, UnitContext, split_quantity


@dataclass(frozen=True)
class Supply:
    """How many units a vendor can deliver: ``count`` in each calendar ``per``, or in the whole
    horizon.
    """

    count: float
    per: Span | None = None


@dataclass(frozen=True)
class Growth:
    """Compound growth by ``fraction`` at every calendar step ``per``."""

    fraction: float
    per: Span


@dataclass(frozen=True)
class Steps[T]:
    """A value that changes at dates and is constant between them.

    >>> from datetime import date
    >>> steps = Steps(((date(2023, 1, 1), 10.0), (date(2024, 1, 1), 30.0)))
    >>> steps.at(date(2023, 12, 31)), steps.at(date(2024, 1, 1)), steps.at(date(2022, 1, 1))
    (10.0, 30.0, None)
    """

    points: tuple[tuple[Any, T], ...]

    def at(self, day: Any) -> T | None:
        """The value in force on ``day``; None before the first step."""
        value = None
        for start, step in self.points:
            if start is not None and start > day:
                break
            value = step
        return value

    def started(self, day: Any) -> Any:
        """The date of the step in force on ``day``; None before the first and for a constant."""
        begun = [start for start, _ in self.points if start is not None and start <= day]
        return max(begun, default=None)

    @property
    def dates(self) -> tuple[Any, ...]:
        """The dates at which the value changes; empty for a constant."""
        return tuple(start for start, _ in self.points if start is not None)

    @property
    def values(self) -> tuple[T, ...]:
        """Every value it takes, in order of time."""
        return tuple(value for _, value in self.points)


def _not_negative(number: float, value: Any) -> float:
    if number < 0:
        raise ValueError(f"must not be negative (given {value})")
    return number


Parser = Callable[[Any, UnitContext], Any]


def amount(target: str, example: str) -> Parser:
    """A parser for a non-negative quantity in ``target``; 'money' stands for the file's
    currency.
    """

    def parse(value: Any, units: UnitContext) -> float:
        number, unit = split_quantity(value)
        if not unit:
            raise ValueError(f"needs a unit, e.g. {example} (given {value})")
        return _not_negative(units.convert(number, unit, target), value)

    return parse


def parse_count(value: Any, units: UnitContext) -> float:
    """A number of things, without a unit, that may be a simple fraction."""
    number, unit = split_quantity(value)
    if unit:
        raise ValueError(f"is a plain number and carries no unit (given {value!r})")
    return _not_negative(number, value)


def parse_whole(value: Any, units: UnitContext) -> int:
    """A whole number of things that cannot be split."""
    number = parse_count(value, units)
    if number != int(number):
        raise ValueError(f"must be a whole number (given {value})")
    return int(number)


def parse_fraction(value: Any, units: UnitContext) -> float:
    """A share between 0 and 1, written ``5 %`` or ``0.05``; ``per year`` may follow a yearly
    rate.
    """
    number, unit = split_quantity(value)
    unit = re.sub(r"\s*(per year|/\s*year)$", "", unit)
    if unit not in ("", "%"):
        raise ValueError(f"is a share and takes no unit but % (given {value!r})")
    share = _not_negative(number / 100 if unit else number, value)
    if share > 1:
        hint = f"; did you mean {value} %?" if not unit and number <= 100 else ""
        raise ValueError(f"must be at most 1 or 100 % (given {value}){hint}")
    return share


def parse_rate(value: Any, units: UnitContext) -> float:
    """Events per time, ``5e6 per day`` or ``900/s``, in events per second."""
    number, unit = split_quantity(value)
    time = re.sub(r"^(per\s+|/\s*)", "", unit)
    if not unit or time == unit:
        raise ValueError(f"needs a time, e.g. 5e6 per day or 900 per second (given {value})")
    return _not_negative(number / units.convert(1.0, time, "second"), value)


def parse_supply(value: Any, units: UnitContext) -> Supply:
    """``400 per quarter``, or ``400`` for the horizon."""
    number, unit = split_quantity(value)
    if number != int(number) or number < 0:
        raise ValueError(f"must be a whole number of units (given {value})")
    return Supply(number, Span.parse_step(unit) if unit else None)


def parse_growth(value: Any, units: UnitContext) -> Growth:
    """``5 % per month``: compound growth by calendar steps."""
    number, unit = split_quantity(value)
    match = re.match(r"^%?\s*(per\s+\w+|/\s*\w+)$", unit)
    if not match:
        raise ValueError(f"needs a calendar step, e.g. 5 % per month (given {value!r})")
    share = number / 100 if unit.startswith("%") else number
    if share <= -1:
        raise ValueError(f"must be above -100 % (given {value})")
    return Growth(share, Span.parse_step(match[1]))


def parse_span(value: Any, units: UnitContext) -> Span:
    """A stretch of time: days and weeks are durations, months, quarters and years calendar
    steps.
    """
    number, unit = split_quantity(value)
    return Span.of(number, unit, value)


def stepped(parse: Parser) -> Parser:
    """A parser for one value or for a mapping of dates to values."""

    def parse_steps(value: Any, units: UnitContext) -> Steps[Any]:
        if not isinstance(value, Mapping):
            return Steps(((None, parse(value, units)),))
        if not value:
            raise ValueError("must not be an empty mapping of dates")
        points = []
        for key, step in value.items():
            try:
                points.append((parse_date(key), parse(step, units)))
            except ValueError as error:
                raise ValueError(f"at {key}: {error}") from None
        return Steps(tuple(sorted(points, key=lambda point: point[0])))

    return parse_steps


def field(parse: Parser, description: str, *examples: Any, mapping: bool = False) -> Any:
    """The pydantic annotation of a value that ``parse`` reads."""

    def validate(value: Any, info: ValidationInfo) -> Any:
        context = info.context
        units = context if isinstance(context, UnitContext) else UnitContext(UNKNOWN_CURRENCY)
        return parse(value, units)

    kinds = ["string", "number", *(["object"] if mapping else [])]
    schema = {"type": kinds, "description": description, "examples": list(examples)}
    return PlainValidator(validate), WithJsonSchema(schema)


_money = amount("money", "50_000 CNY")
_rate_text = "Events per time: a number and 'per second', 'per hour' or 'per day'."

Money = Annotated[float, *field(_money, "An amount of money with its currency.", "50_000 CNY")]
MoneySteps = Annotated[
    Steps[float],
    *field(
        stepped(_money), "Money, or a mapping of dates to money.", "1_000_000 CNY", mapping=True
    ),
]
MoneyPerKWh = Annotated[
    Steps[float],
    *field(
        stepped(amount("money/kWh", "0.40 CNY/kWh")),
        "Price of energy, constant or by dates.",
        "0.40 CNY/kWh",
        mapping=True,
    ),
]
MoneyPerHour = Annotated[
    Steps[float],
    *field(
        stepped(amount("money/hour", "180 CNY/h")),
        "Price per hour, constant or by dates.",
        "180 CNY/h",
        mapping=True,
    ),
]
MoneyPerKWMonth = Annotated[
    Steps[float],
    *field(
        stepped(amount("money/kW/month", "30 CNY/kW/month")),
        "Price per kW and calendar month, constant or by dates.",
        "30 CNY/kW/month",
        mapping=True,
    ),
]
MoneyPerTonne = Annotated[
    Steps[float],
    *field(
        stepped(amount("money/tonne", "70 CNY/t")),
        "Price per tonne, constant or by dates.",
        "70 CNY/t",
        mapping=True,
    ),
]
PowerKW = Annotated[float, *field(amount("kW", "10.2 kW"), "Power.", "10.2 kW", "700 W")]
PowerSteps = Annotated[
    Steps[float],
    *field(stepped(amount("kW", "20 MW")), "Power, constant or by dates.", "20 MW", mapping=True),
]
GBPerSecond = Annotated[
    float, *field(amount("GB/second", "400 GB/s"), "Bandwidth.", "400 GB/s", "4.8 TB/s")
]
GB = Annotated[float, *field(amount("GB", "80 GB"), "Memory.", "80 GB")]
TFLOPS = Annotated[
    float, *field(amount("TFLOPS", "312 TFLOPS"), "Dense compute.", "312 TFLOPS", "1 PFLOPS")
]
SquareMM = Annotated[float, *field(amount("mm**2", "814 mm**2"), "Area.", "814 mm**2")]
KgPerKWh = Annotated[
    Steps[float],
    *field(
        stepped(amount("kg/kWh", "0.55 kg/kWh")),
        "Carbon intensity, constant or by dates.",
        "0.55 kg/kWh",
        mapping=True,
    ),
]
Seconds = Annotated[float, *field(amount("second", "60 s"), "A duration.", "60 s", "5 min")]
Count = Annotated[float, *field(parse_count, "A plain number.", 300e9, "1600/3")]
Whole = Annotated[int, *field(parse_whole, "A whole number.", 8)]
WholeSteps = Annotated[
    Steps[int],
    *field(stepped(parse_whole), "A whole number, constant or by dates.", 256, mapping=True),
]
Fraction = Annotated[float, *field(parse_fraction, "A share of one.", "5 %", 0.05)]
Rate = Annotated[float, *field(parse_rate, _rate_text, "5e6 per day", "900 per second")]
RateSteps = Annotated[
    Steps[float],
    *field(stepped(parse_rate), _rate_text + " Or by dates.", "5e6 per day", mapping=True),
]
SupplySteps = Annotated[
    Steps[Supply],
    *field(
        stepped(parse_supply),
        "Units that can be delivered, per calendar step or in the horizon.",
        "400 per quarter",
        400,
        mapping=True,
    ),
]
GrowthPerStep = Annotated[
    Growth, *field(parse_growth, "Compound growth per calendar step.", "5 % per month")
]
TimeSpan = Annotated[Span, *field(parse_span, "A stretch of time.", "8 weeks", "3 months")]
