"""The smaller tables: parts of the fabric, evidence of prices, language models, carbon.

Belongs here: one class for each of these tables. Does not belong here: cards, nodes and hosts
(items.py), tariffs (tariffs.py), export rules (rules.py).
"""

from typing import ClassVar

from pydantic import model_validator as checks

from catalogs.row import Count, Country, Currency, NotNegative, Positive, Row, Text


class _Priced(Row):
    """A part of the fabric with its dated price range."""

    name: Text
    """Product name."""
    power_kw: NotNegative | None = None
    """Highest power of one piece."""
    typical_power_kw: NotNegative | None = None
    """Typical power of one piece, only as evidence."""
    price_low: NotNegative | None = None
    """Lowest price found."""
    price_high: NotNegative | None = None
    """Highest price found."""
    currency: Currency | None = None
    """Currency of both."""

    @checks(mode="after")
    def _range_with_currency(self) -> "_Priced":
        _check_range(self.price_low, self.price_high, self.currency)
        return self


def _check_range(low: float | None, high: float | None, currency: str | None) -> None:
    if (low is None) != (high is None) or (low is None) != (currency is None):
        raise ValueError("a price needs its low end, its high end and its currency")
    if low is not None and high is not None and low > high:
        raise ValueError(f"the low price {low:g} is above the high price {high:g}")


class Switch(_Priced):
    """A switch of the scale-out fabric."""

    table: ClassVar[str] = "switches"

    ports: Count
    """Its radix k."""
    port_gbit_per_s: Positive | None = None
    """Speed of one port, one direction, in gigabits."""


class Nic(_Priced):
    """A network card, one endpoint of the fabric."""

    table: ClassVar[str] = "nics"

    port_gbit_per_s: Positive | None = None
    """Speed, one direction, in gigabits."""


class Cable(_Priced):
    """A cable, or one transceiver of an optical link."""

    table: ClassVar[str] = "cables"

    port_gbit_per_s: Positive | None = None
    """Speed, one direction, in gigabits."""


class Price(Row):
    """Evidence of a price on the market: dated, and never a quote. Plans use the offers' prices."""

    table: ClassVar[str] = "prices"

    name: Text
    """What was sold."""
    item: Text | None = None
    """The catalogue row it is, by its id; empty where the product is not in the catalogue."""
    low: NotNegative
    """Lowest price of one piece."""
    high: NotNegative
    """Highest price of one piece."""
    currency: Currency
    """Currency of both."""

    @checks(mode="after")
    def _low_below_high(self) -> "Price":
        _check_range(self.low, self.high, self.currency)
        return self


class Model(Row):
    """A language model: what training and serving need to know of it."""

    table: ClassVar[str] = "models"

    name: Text
    """Its published name."""
    parameters: Positive
    """All parameters."""
    active_parameters: Positive | None = None
    """Parameters active for a token (mixture of experts); empty: all of them."""
    layers: Count | None = None
    """Transformer layers."""
    hidden_size: Count | None = None
    """Width of the residual stream."""
    kv_heads: Count | None = None
    """Heads that keep keys and values."""
    head_size: Count | None = None
    """Width of one of them."""
    kv_bytes_per_token: Positive | None = None
    """Key-value cache of one token at 16 bits: 2 x 2 x layers x kv_heads x head_size bytes."""


class Carbon(Row):
    """Carbon intensity of a grid."""

    table: ClassVar[str] = "carbon"

    name: Text
    """Country, province or grid."""
    country: Country
    """The country it lies in."""
    kg_per_kwh: NotNegative
    """Kilograms of CO2 per kilowatt-hour."""
