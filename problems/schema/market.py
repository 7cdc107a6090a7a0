"""What the market offers: offers and items of the file's own.

Belongs here: blocks `offers` and `items`. Does not belong here: places and fleet (places.py).
"""

from typing import Annotated, Any, Literal, Self

from pydantic import Field, PlainValidator, ValidationInfo, WithJsonSchema, model_validator

from problems.dates import Days
from problems.quantities import (
    GB,
    TFLOPS,
    Count,
    Fraction,
    GBPerSecond,
    Money,
    MoneyPerHour,
    MoneySteps,
    PowerKW,
    SquareMM,
    SupplySteps,
    TimeSpan,
    Whole,
    amount,
    parse_fraction,
)
from problems.schema.block import Block, Country, Name
from problems.units import UnitContext, split_quantity


class DiscountTier(Block):
    """A lower price for all units of an order from a quantity on."""

    from_: Annotated[Whole, Field(alias="from")]
    """The smallest quantity delivered in one period, all sites together."""
    off: Fraction
    """Share taken off the price of every unit of that order."""


class Extra(Block):
    """A cost on top of the price: a share of it, or an amount per unit."""

    share_fraction: float = 0.0
    """Share of the price after discount."""
    per_unit: float = 0.0
    """Money for each unit."""


def _parse_extra(value: Any, info: ValidationInfo) -> Extra:
    units = info.context if isinstance(info.context, UnitContext) else UnitContext("XXX")
    _, unit = split_quantity(value)
    if unit == "%":
        return Extra(share_fraction=parse_fraction(value, units))
    return Extra(per_unit=amount("money", "8_000 CNY or 13 %")(value, units))


ExtraCost = Annotated[
    Extra,
    PlainValidator(_parse_extra),
    WithJsonSchema({"type": "string", "examples": ["13 %", "8_000 CNY"]}),
]


class Payment(Block):
    """When the price and its extras are paid; the shares must add up to 100 %."""

    order: Fraction = 0.0
    """Share paid on the day of the order."""
    delivery: Fraction = 0.0
    """Share paid on the day of delivery."""
    after: dict[int, Fraction] = {}
    """Shares paid a number of days after delivery, e.g. `{90: 10 %}`."""

    @model_validator(mode="after")
    def _whole(self) -> Self:
        total = self.order + self.delivery + sum(self.after.values())
        if abs(total - 1) > 1e-9:
            raise ValueError(f"shares must add up to 100 % (given {total:.6g})")
        if any(days < 0 for days in self.after):
            raise ValueError("days after delivery must not be negative")
        return self


class Offer(Block):
    """One priced line on the market, bought (`price`) or leased (`lease`)."""

    item: Name
    """An accelerator, node or host of the catalogue or of `items`."""
    vendor: Name
    """Who sells or leases it."""
    price: MoneySteps | None = None
    """Purchase price of one unit, constant or by the day of delivery."""
    lease: MoneyPerHour | None = None
    """Price of one unit for an hour, fixed on the day the lease starts."""
    minimum_term: TimeSpan | None = None
    """Shortest lease, rounded up to whole periods. Default: one period."""
    available: Days | None = None
    """Days on which it can be delivered or a lease can start. Default: always."""
    lead_time: TimeSpan | None = None
    """Time from order to delivery. Default: none."""
    supply: SupplySteps | None = None
    """Units that can be delivered, e.g. `400 per quarter`; without `per`, in the whole horizon. For
    a lease: units leased at once."""
    minimum_order: Whole = 0
    """Fewest units of a delivery, all sites together, when there is one."""
    fixed_fee: Money = 0.0
    """Paid once for each period with a delivery."""
    discounts: list[DiscountTier] = []
    """Volume discounts; the best tier reached holds for all units of the order."""
    extras: dict[str, ExtraCost] = {}
    """Costs on top: shares of the price (`vat: 13 %`) or amounts per unit (`freight: 8_000
    CNY`)."""
    payment: Payment = Payment(delivery=1.0)
    """When price and extras are paid. Default: on delivery."""
    standalone: bool = False
    """For cards: counted alone, without a host."""
    sites: list[Name] | None = None
    """Sites it can be delivered to. Default: all."""
    site: Name | None = None
    """For a lease: the site that hosts it. Default: its vendor hosts it."""
    destination: Country | None = None
    """For a lease hosted by its vendor: the country it stands in."""
    rules_apply: bool = False
    """For a lease hosted by its vendor: whether export rules judge it all the same."""

    @model_validator(mode="after")
    def _bought_or_leased(self) -> Self:
        if (self.price is None) == (self.lease is None):
            raise ValueError("needs exactly one of price and lease")
        purchase_only = {"sites": self.sites}
        lease_only = {
            "minimum_term": self.minimum_term,
            "site": self.site,
            "destination": self.destination,
            "rules_apply": self.rules_apply or None,
        }
        wrong = lease_only if self.lease is None else purchase_only
        given = [name for name, value in wrong.items() if value is not None]
        if given:
            kind = "purchase" if self.lease is None else "lease"
            raise ValueError(f"is a {kind} and takes no {', '.join(given)}")
        if self.lease is not None and (self.extras or "payment" in self.model_fields_set):
            raise ValueError(
                "is a lease, paid by the hour: it takes no extras and no payment terms"
            )
        if self.lease is not None and self.supply and any(s.per for s in self.supply.values):
            raise ValueError("is a lease: its supply is units leased at once, without 'per'")
        if self.lease is not None and self.rules_apply and not (self.site or self.destination):
            raise ValueError("needs a destination for export rules to judge it")
        steps = [tier.from_ for tier in self.discounts]
        if len(set(steps)) != len(steps):
            raise ValueError("discounts must begin at different quantities")
        return self


class Item(Block):
    """An item of the file's own, or figures that replace the catalogue's for a known item."""

    kind: Literal["accelerator", "node", "host", "switch", "model"] | None = None
    """What it is. May be left out where the name is a catalogue item whose figures it replaces."""
    name: str | None = None
    """Name for reports. Default: its key."""
    card: Name | None = None
    """Node: the accelerator inside."""
    cards: Whole | None = None
    """Node: how many cards it holds."""
    slots: Whole | None = None
    """Host: how many cards it can hold."""
    form_factor: str | None = None
    """Accelerator or host: PCIe, SXM, OAM ...; a host takes cards of its own form factor."""
    power: PowerKW | None = None
    """Load power (nameplate) of one unit; a node with its cards, a host without."""
    idle_power: PowerKW | None = None
    """Power of one idle unit. Missing: the load power."""
    rack_units: Whole | None = None
    """Rack units of one unit."""
    life: TimeSpan | None = None
    """Time from delivery after which it retires. Default: never."""
    scale_up_cards: Whole | None = None
    """Cards that share NVLink or its like."""
    memory: GB | None = None
    """Accelerator: memory."""
    memory_bandwidth: GBPerSecond | None = None
    """Accelerator: memory bandwidth."""
    interconnect: GBPerSecond | None = None
    """Accelerator: scale-up bandwidth, both directions."""
    pcie: GBPerSecond | None = None
    """Accelerator: PCIe link, both directions."""
    nics: Whole | None = None
    """Node: network cards for the fabric."""
    nic_bandwidth: GBPerSecond | None = None
    """Node: bandwidth of one network card, one direction (200 Gbit/s: 25 GB/s)."""
    port_bandwidth: GBPerSecond | None = None
    """Switch: bandwidth of one port, one direction (400 Gbit/s: 50 GB/s)."""
    io_bandwidth: GBPerSecond | None = None
    """Accelerator: sum over all inputs and outputs, as the 2022 rule counts it."""
    bf16: TFLOPS | None = None
    """Accelerator: dense BF16 or FP16 compute."""
    fp8: TFLOPS | None = None
    """Accelerator: dense FP8 compute."""
    int8: TFLOPS | None = None
    """Accelerator: dense INT8 compute."""
    fp4: TFLOPS | None = None
    """Accelerator: dense FP4 compute."""
    tpp: Count | None = None
    """Accelerator: total processing performance, dense TOPS x bits, highest over precisions."""
    die_area: SquareMM | None = None
    """Accelerator: applicable die area."""
    data_centre: bool | None = None
    """Accelerator: designed or marketed for data centres."""
    export_jurisdiction: str | None = None
    """Accelerator: whose export rules judge it: EAR, or none."""
    ports: Whole | None = None
    """Switch: its radix."""
    parameters: Count | None = None
    """Model: all parameters."""
    active_parameters: Count | None = None
    """Model: parameters active for a token (mixture of experts)."""
    layers: Whole | None = None
    """Model: transformer layers."""
    hidden_size: Whole | None = None
    """Model: width."""
    kv_bytes_per_token: Count | None = None
    """Model: bytes of key-value cache for a token at 16 bits."""
    source: Name | None = None
    """Where the figures come from."""
    date: Name | None = None
    """When they held."""
