"""The units of a problem file, its currency and exchange rates included.

Belongs here: splitting a value into number and unit, and converting it by pint. Money is a
dimension of its own whose rates come from the file, so that a currency without a rate is an
unknown unit. Does not belong here: which values a field takes (quantities.py, schema).
"""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

UNIT_DEFINITIONS = (
    "second = [time] = s",
    "millisecond = 1e-3 * second = ms",
    "minute = 60 * second = min",
    "hour = 60 * minute = h = _ = hours",
    "day = 24 * hour = d = _ = days",
    "week = 7 * day = _ = weeks",
    "month = [calendar_month] = _ = months",
    "watt = [power] = W",
    "kilowatt = 1e3 * watt = kW",
    "megawatt = 1e6 * watt = MW",
    "gigawatt = 1e9 * watt = GW",
    "watt_hour = watt * hour = Wh",
    "kilowatt_hour = 1e3 * watt_hour = kWh",
    "megawatt_hour = 1e6 * watt_hour = MWh",
    "gigawatt_hour = 1e9 * watt_hour = GWh",
    "gram = [mass] = g",
    "kilogram = 1e3 * gram = kg",
    "tonne = 1e6 * gram = t",
    "byte = [information] = B",
    "megabyte = 1e6 * byte = MB",
    "gigabyte = 1e9 * byte = GB",
    "terabyte = 1e12 * byte = TB",
    "flop_per_second = [compute] = FLOPS",
    "teraflops = 1e12 * flop_per_second = TFLOPS = TOPS",
    "petaflops = 1e15 * flop_per_second = PFLOPS = POPS",
    "millimetre = [length] = mm",
)
"""The units a file may use. Month is a dimension of its own: calendar steps are never durations."""

NUMBER = r"[-+]?(?:\d[\d_]*\.?\d*|\.\d+)(?:[eE][-+]?\d+)?"
_QUANTITY = re.compile(rf"^\s*({NUMBER})(?:\s*/\s*({NUMBER}))?\s*(.*?)\s*$")
_CURRENCY = re.compile(r"^[A-Z]{3}$")
UNKNOWN_CURRENCY = "XXX"
"""Stands for a currency that the file names wrongly or not at all, which the schema refuses."""


@lru_cache(maxsize=32)
def _registry(currency: str, exchange_rates: tuple[tuple[str, float], ...]) -> Any:
    """The units with one currency and its rates; kept, since every edit of a file asks again."""
    import pint

    registry: Any = pint.UnitRegistry(None, case_sensitive=True)
    for definition in UNIT_DEFINITIONS:
        registry.define(definition)
    registry.define(f"{currency} = [currency]")
    for name, rate in exchange_rates:
        if name != currency:
            registry.define(f"{name} = {rate!r} * {currency}")
    return registry


@dataclass(frozen=True)
class UnitContext:
    """The units of one problem file: the common ones, its currency and its exchange rates."""

    currency: str
    exchange_rates: tuple[tuple[str, float], ...] = ()

    @classmethod
    def from_tree(cls, tree: Mapping[str, Any]) -> "UnitContext":
        """Read currency and rates out of an unvalidated file; what is unusable is left to the
        schema.
        """
        rates = tree.get("exchange_rates")
        usable = {
            str(name): float(rate)
            for name, rate in (rates.items() if isinstance(rates, Mapping) else ())
            if isinstance(rate, int | float) and rate > 0 and _CURRENCY.match(str(name))
        }
        currency = tree.get("currency")
        if not (isinstance(currency, str) and _CURRENCY.match(currency)):
            currency = UNKNOWN_CURRENCY
        return cls(currency, tuple(sorted(usable.items())))

    @property
    def _registry(self) -> Any:
        return _registry(self.currency, self.exchange_rates)

    def convert(self, number: float, unit: str, target: str) -> float:
        """Convert ``number unit`` to ``target``.

        Raises ValueError naming the unknown unit or the two dimensions that do not fit.
        """
        import pint

        target = target.replace("money", self.currency)
        try:
            return float(self._registry.Quantity(number, unit).to(target).magnitude)
        except pint.UndefinedUnitError as error:
            if self._is_money(error):
                # The file has no currency to convert to: one fault, told where it is.
                self._registry.define(f"{_first_name(error)} = {self.currency}")
                return self.convert(number, unit, target)
            raise ValueError(self._unknown(error, target)) from None
        except pint.DimensionalityError:
            raise ValueError(f"has the wrong unit {unit!r}: expected {target}") from None
        except Exception:
            raise ValueError(
                f"has a unit that cannot be read: {unit!r}, expected {target}"
            ) from None

    def _is_money(self, error: Any) -> bool:
        unknown = self.currency == UNKNOWN_CURRENCY
        return unknown and bool(_CURRENCY.match(_first_name(error)))

    def _unknown(self, error: Any, target: str) -> str:
        name = _first_name(error)
        if _CURRENCY.match(name) and self.currency in target:
            return (
                f"is in {name}, but there is no exchange rate for it: "
                f"add exchange_rates: {{{name}: ...}} in {self.currency} per {name}"
            )
        return f"has the unknown unit {name!r}: expected {target}"


def _first_name(error: Any) -> str:
    names = error.unit_names
    return names if isinstance(names, str) else str(next(iter(names)))


def split_quantity(value: Any) -> tuple[float, str]:
    """Split a value of the file into its number and the text of its unit.

    >>> split_quantity("50_000 CNY"), split_quantity("1600/3"), split_quantity(2)
    ((50000.0, 'CNY'), (533.3333333333334, ''), (2.0, ''))
    """
    if isinstance(value, bool) or value is None:
        raise ValueError(f"must be a number, not {value!r}")
    if isinstance(value, int | float):
        number, unit = float(value), ""
    elif isinstance(value, str):
        match = _QUANTITY.match(value)
        if not match:
            raise ValueError(f"must begin with a number, not {value!r}")
        number, unit = float(match[1].replace("_", "")), match[3]
        if match[2]:
            divisor = float(match[2].replace("_", ""))
            if divisor == 0:
                raise ValueError(f"divides by zero: {value!r}")
            number /= divisor
    else:
        raise ValueError(f"must be a single value, not {type(value).__name__}")
    if not math.isfinite(number):
        raise ValueError(f"must be a finite number, not {value!r}")
    return number, unit
