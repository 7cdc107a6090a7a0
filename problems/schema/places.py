"""Where machines stand and what exists before the horizon: sites, fabrics, the owned fleet.

Belongs here: blocks `sites`, `fabrics`, `fleet`. Does not belong here: what is bought (market.py).
"""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from problems.dates import Day
from problems.quantities import (
    KgPerKWh,
    MoneyPerKWh,
    MoneyPerKWMonth,
    MoneyPerTonne,
    MoneySteps,
    PowerSteps,
    TimeSpan,
    Whole,
    WholeSteps,
)
from problems.schema.block import Block, Country, Name


class Electricity(Block):
    """What a kilowatt-hour costs at a site: one of `price`, `time_of_use` or `tariff`."""

    price: MoneyPerKWh | None = None
    """Flat price of energy, constant or by dates."""
    time_of_use: dict[str, MoneyPerKWh] | None = None
    """Prices by hours of the day, e.g. `{00-08: 0.33 CNY/kWh, 08-24: 0.68 CNY/kWh}`. The hours must
    cover the day exactly once; the plan uses their hour-weighted mean."""
    tariff: Name | None = None
    """A tariff of the catalogue."""
    demand_charge: MoneyPerKWMonth | None = None
    """Charged each calendar month on the highest metered draw of that month, at the price of its
    first day."""

    @model_validator(mode="after")
    def _one_price(self) -> Self:
        given = [f for f in ("price", "time_of_use", "tariff") if getattr(self, f) is not None]
        if len(given) != 1:
            raise ValueError(
                "needs exactly one of price, time_of_use, tariff "
                f"(given {', '.join(given) or 'none'})"
            )
        if self.time_of_use is not None:
            hours = sorted(hour for text in self.time_of_use for hour in hours_of(text))
            if hours != list(range(24)):
                raise ValueError("time_of_use must cover each hour from 00 to 24 exactly once")
        return self


def hours_of(text: str) -> range:
    """The hours of the day that `08-12` covers.

    >>> list(hours_of("22-24"))
    [22, 23]
    """
    first, _, last = text.partition("-")
    if not (first.strip().isdigit() and last.strip().isdigit()):
        raise ValueError(f"hours must be written like 08-12 (given {text!r})")
    start, end = int(first), int(last)
    if not 0 <= start < end <= 24:
        raise ValueError(f"hours must run forward within 00-24 (given {text!r})")
    return range(start, end)


class Carbon(Block):
    """Carbon dioxide of a site's electricity."""

    intensity: KgPerKWh
    """Kilograms of CO2 for each kWh at the meter."""
    price: MoneyPerTonne | None = None
    """What a tonne of CO2 costs; without it carbon is reported, not billed."""


class Site(Block):
    """A place for machines."""

    destination: Country
    """The country that export rules judge."""
    electricity: Electricity | None = None
    """What energy costs; without it energy at this site is free, which the plan lists as an
    assumption."""
    pue: Annotated[float, Field(ge=1, allow_inf_nan=False)] = 1.0
    """Power usage effectiveness: metered energy over IT energy."""
    power_cap: PowerSteps | None = None
    """The most power the site can draw at the meter, PUE included. Unlimited when absent."""
    rack_units: WholeSteps | None = None
    """Rack units for nodes and hosts. Unlimited when absent."""
    space: MoneyPerKWMonth | None = None
    """Colocation rent on the installed IT load power, without PUE."""
    carbon: Carbon | None = None
    """Carbon of the site's electricity."""


class Fabric(Block):
    """The scale-out network of one site: either `price_per_card`, or switches in whole numbers."""

    site: Name
    """The site it connects."""
    price_per_card: MoneySteps | None = None
    """A price for each card bought at the site; replaces switches, NICs and cables."""
    switch: Name | None = None
    """A switch of the catalogue; its radix sets how many are needed."""
    switch_price: MoneySteps | None = None
    """Price of one switch. Default: the middle of the catalogue's range, listed as an
    assumption."""
    tiers: Literal[2, 3] = 2
    """Levels of the non-blocking fat tree: two reach k^2/2 endpoints, three k^3/4."""
    nics_per_node: Whole | None = None
    """Network endpoints of each node or host."""
    nic_price: MoneySteps | None = None
    """Price of one NIC, one per endpoint. Absent: NICs come with the nodes."""
    cable_price: MoneySteps | None = None
    """Price of one cable; each endpoint needs one per tier. Absent: cables are not counted."""
    vendor: Name | None = None
    """Who sells it, for vendor shares."""

    @model_validator(mode="after")
    def _one_kind(self) -> Self:
        if (self.price_per_card is None) == (self.switch is None):
            raise ValueError("needs exactly one of price_per_card and switch")
        extras = [
            f
            for f in ("switch_price", "nics_per_node", "nic_price", "cable_price")
            if getattr(self, f) is not None
        ]
        if self.price_per_card is not None and extras:
            raise ValueError(f"price_per_card replaces {', '.join(extras)}: give one or the other")
        if self.switch is not None and self.nics_per_node is None:
            raise ValueError("needs nics_per_node beside switch")
        return self


class FleetEntry(Block):
    """Machines owned before the horizon, or already ordered (a `from` in the future)."""

    item: Name
    """An accelerator, node or host of the catalogue or of `items`."""
    site: Name
    """Where they stand."""
    count: Whole
    """How many units."""
    from_: Annotated[Day | None, Field(alias="from")] = None
    """First day of use. Default: the start of the horizon."""
    until: Day | None = None
    """Last day of use. Default: beyond the horizon."""
    standalone: bool = False
    """For cards: counted alone, without a host."""
    host: Name | None = None
    """For cards that are not standalone: the host item that holds them."""


class ResidualValue(Block):
    """What bought machines are worth at the end of the horizon."""

    straight_line: TimeSpan
    """Life over which the nominal price after discount falls to zero in a straight line."""

    @model_validator(mode="after")
    def _lasting(self) -> Self:
        if self.straight_line.years <= 0:
            raise ValueError("straight_line must be longer than nothing")
        return self
