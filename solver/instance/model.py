"""The instance: a problem and its catalogue figures as sorted index sets and plain numbers.

Belongs here: the frozen records everything right of the seam reads - formulation, plan, verification.
Money is in the problem's currency, power in kW, energy in kWh, compute in PFLOP/s, work in PFLOP/s-days,
rates in requests per second, time in days since the start of the horizon. Does not belong here: how the
records are derived (the other modules of this package), or any mathematics.

A *unit* is what an order line counts: one node, one host, one card. A *box* is what cards sit in: a node
type, a host type, or nothing (standalone).
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime
from enum import StrEnum
from functools import cached_property
from typing import Any


class Kind(StrEnum):
    """What an order line buys."""

    CARD = "card"
    NODE = "node"
    HOST = "host"


@dataclass(frozen=True, slots=True)
class Period:
    """A calendar step of the horizon; deliveries fall on its first day."""

    index: int
    label: str
    start: date
    """First day."""
    end: datetime
    """First moment after it."""
    start_day: float
    """Days from the start of the horizon to its start."""


@dataclass(frozen=True, slots=True)
class Interval:
    """A stretch of one period in which nothing that the model reads changes."""

    index: int
    period: int
    start: datetime
    end: datetime
    """First moment after it."""
    hours: float
    middle_day: float
    """Days from the start of the horizon to its middle, where running costs are paid."""
    months: float
    """Calendar months it covers: days over the days of their month."""


@dataclass(frozen=True, slots=True)
class Month:
    """A calendar month of the horizon, for demand charges; paid at the middle of its part in it."""

    label: str
    intervals: tuple[int, ...]
    """Intervals that lie in it at least in part."""
    middle_day: float


@dataclass(frozen=True, slots=True)
class Site:
    """A place for machines. Tuples run over intervals."""

    key: str
    hosted: bool
    """True for the place of a lease hosted by its vendor: no power, racks, energy, fabric, spares."""
    pue: float
    power_cap_kw: tuple[float, ...] | None
    """At the meter, PUE included; None: unlimited."""
    rack_units: tuple[int, ...] | None
    price_per_kwh: tuple[float, ...]
    demand_charge_per_kw: tuple[float, ...]
    """Per calendar month of `Instance.months`; zeros where none is charged."""
    space_per_kw_month: tuple[float, ...]
    """On installed IT load power, without PUE."""
    carbon_kg_per_kwh: tuple[float, ...]
    carbon_price_per_kg: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Item:
    """A thing that is installed: a card (alone or for a host), a node with its cards, or a host."""

    key: str
    kind: Kind
    card: str | None
    """The accelerator; None for a host."""
    cards: int
    """Cards in one unit: n for a node, 1 for a card, 0 for a host."""
    slots: int
    """Cards a host takes; 0 otherwise."""
    load_kw: float
    """Draw of one busy unit: a node with its cards, a host without."""
    idle_kw: float
    rack_units: int
    """0 where the site counts none."""
    tpp_per_unit: float
    """TPP of the cards in one unit; 0 where nothing asks for it."""


@dataclass(frozen=True, slots=True)
class Pool:
    """The cards of one type in one kind of box at one site; workloads run in pools."""

    key: str
    """`site/box` for a node type, `site/box/card` for cards in hosts, `site/standalone/card`."""
    site: str
    card: str
    box: str
    """Node or host item, or `standalone`."""
    kind: Kind
    """NODE: cards come in whole nodes. HOST: cards in hosts. CARD: standalone."""
    unit_cards: int
    """Cards of one node; 1 elsewhere."""
    working_fraction: float
    """Working cards over installed ones: (1 - spares) x availability."""
    busy_kw_per_card: float
    """What one busy card draws more than an idle one, its share of node or host included."""


@dataclass(frozen=True, slots=True)
class Bay:
    """The hosts of one type at one site; the cards in them never exceed their slots."""

    key: str
    """`site/host`."""
    site: str
    host: str
    slots: int
    """Slots of one host."""


@dataclass(frozen=True, slots=True)
class FleetEntry:
    """Units owned before the horizon, in use over intervals `first` .. `last` - 1."""

    key: str
    item: str
    site: str
    pool: str | None
    """The pool its cards belong to; None for hosts."""
    bay: str | None
    """The bay it adds hosts to, or whose slots its cards take."""
    units: int
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class SupplyWindow:
    """At most `units` over these periods: deliveries in them, or for a lease units held in each."""

    periods: tuple[int, ...]
    units: int


@dataclass(frozen=True, slots=True)
class Tier:
    """Orders of `first_units` .. `last_units` units cost `off` less, all units alike."""

    first_units: int
    last_units: int
    off: float


@dataclass(frozen=True, slots=True)
class Offer:
    """One priced line on the market. Units delivered in one period count over all sites together."""

    key: str
    item: str
    kind: Kind
    vendor: str
    leased: bool
    minimum_order: int
    fixed_fee: float
    """Paid at delivery, once for each period with a delivery."""
    tiers: tuple[Tier, ...]
    """Cover 1 and every larger quantity without gaps; the first is the undiscounted one unless a
    discount begins at 1."""
    supply: tuple[SupplyWindow, ...]
    extra_share: float
    """Extras as a share of the price after discount."""
    extra_per_unit: float
    max_units: int
    """Most units delivered in one period that any sensible plan contains; 0 where no workload can
    use it. A bound of the search, not a rule: a plan made by hand may exceed it."""


@dataclass(frozen=True, slots=True)
class Option:
    """One way to take one offer: a delivery to a site in a period, or a lease from one to another."""

    key: str
    offer: str
    item: str
    site: str
    pool: str | None
    """The pool its cards join; None for hosts."""
    bay: str | None
    """The bay it adds hosts to, or whose slots its cards take."""
    period: int
    ordered: date
    delivered: date
    until: date | None
    """First day after the lease; it may lie past the horizon when the minimum term does. None for
    purchases."""
    first: int
    last: int
    """In use over intervals `first` .. `last` - 1."""
    unit_price: float
    """Purchase price before discount; for a lease the price of one unit for an hour."""
    lease_hours: tuple[tuple[int, float], ...]
    """For a lease: hours billed in each interval, by interval; hours past the horizon are billed
    in the last interval. Empty for purchases."""
    payments: tuple[tuple[date, float], ...]
    """Dates and shares of price, extras and surcharge; empty for leases."""
    surcharge_fraction: float
    """Export surcharge as a share of the price after discount, paid with it."""
    licensed_card: str | None
    """The accelerator whose licences each card of it uses up; None when it needs none."""


@dataclass(frozen=True, slots=True)
class TrainingMode:
    """How an occurrence runs in a pool: n units hold n x unit_cards cards."""

    pool: str
    min_units: int
    """Fewest units at once, from memory and whole scale-up domains."""
    max_units: int
    """Most units at once that can be of use."""
    segments: tuple[tuple[float, float], ...]
    """(a, b): work per day is at most a*n + b PFLOP/s-days for each, goodput included."""


@dataclass(frozen=True, slots=True)
class Occurrence:
    """One run of a training job between intervals `first` and `last` - 1."""

    key: str
    """`job#1`."""
    job: str
    number: int
    first: int
    last: int
    work: float
    """PFLOP/s-days."""
    split: bool
    """May run in several pools of one site at once."""
    modes: tuple[TrainingMode, ...]


@dataclass(frozen=True, slots=True)
class ServingMode:
    """A configuration in a pool: replicas of `cards` cards, each serving its throughput."""

    configuration: str
    pool: str
    cards: int
    throughput: tuple[tuple[str, float], ...]
    """Requests per second of one replica serving that class alone; a class absent cannot be
    served."""


@dataclass(frozen=True, slots=True)
class Service:
    """An inference service. Demand is the peak rate; energy follows demand / peak_factor."""

    key: str
    classes: tuple[str, ...]
    demand: tuple[tuple[float, ...], ...]
    """By class, then interval: requests per second at the peak."""
    peak_factor: float
    whole_replicas: bool
    modes: tuple[ServingMode, ...]


@dataclass(frozen=True, slots=True)
class Reservation:
    """Cards held busy."""

    key: str
    cards: tuple[int, ...]
    """By interval."""
    pools: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FabricLine:
    """A part of a fabric with its price by period and how many are needed.

    `switch` lines are whole numbers bought cumulatively: installed switches of the line, counted over
    all periods so far, are at least `per_endpoint` x endpoints in every interval. Other lines follow
    deliveries: exactly `per_endpoint` for each endpoint delivered, or `per_card` for each card.
    """

    name: str
    """leaf, spine, core, nic, cable or card."""
    item: str
    switch: bool
    per_endpoint: float
    per_card: float
    prices: tuple[float, ...]
    """By period."""
    power_kw: float
    """Draw of one, always on."""
    max_units: int
    """Most of them that any sensible plan contains."""


@dataclass(frozen=True, slots=True)
class Fabric:
    """The scale-out network of a site. Fleet units bring their own fabric and are not counted."""

    key: str
    site: str
    vendor: str | None
    nics_per_unit: int
    """Endpoints of each node or host delivered to the site; 0 for a price per card."""
    max_endpoints: int | None
    """What the fat tree reaches; None for a price per card."""
    lines: tuple[FabricLine, ...]


@dataclass(frozen=True, slots=True)
class Exclusion:
    """An offer's item that cannot be delivered to a site, with the rule and its figures."""

    offer: str
    item: str
    site: str
    rule: str
    reason: str
    first: date
    last: date
    """First and last period start that it holds for."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Limits on the plan as a whole. Spend: nominal payments for purchases (fabric, fees, extras and
    surcharges included) and leases."""

    budget_by_year: tuple[tuple[int, float], ...]
    budget_total: float | None
    vendor_share: tuple[tuple[str, float], ...]
    card_types: int | None
    licences: tuple[tuple[str, int], ...]
    """By accelerator; one that options need and that is absent here has none."""
    total_tpp: float | None


@dataclass(frozen=True)
class Instance:
    """Everything the mathematics needs, and nothing else. Every tuple is sorted by key or time."""

    currency: str
    start: date
    days: float
    """Length of the horizon."""
    discount_rate: float
    residual_life_days: float | None
    """Life over which bought things lose their value in a straight line; None: no credit."""
    maintenance_fraction: float
    """Of the price after discount, per 365 days of use."""
    periods: tuple[Period, ...]
    intervals: tuple[Interval, ...]
    months: tuple[Month, ...]
    sites: tuple[Site, ...]
    items: tuple[Item, ...]
    pools: tuple[Pool, ...]
    bays: tuple[Bay, ...]
    fleet: tuple[FleetEntry, ...]
    offers: tuple[Offer, ...]
    options: tuple[Option, ...]
    occurrences: tuple[Occurrence, ...]
    services: tuple[Service, ...]
    reservations: tuple[Reservation, ...]
    fabrics: tuple[Fabric, ...]
    limits: Limits
    excluded: tuple[Exclusion, ...]
    assumptions: tuple[str, ...]

    @cached_property
    def site(self) -> Mapping[str, Site]:
        """Sites by key."""
        return {site.key: site for site in self.sites}

    @cached_property
    def item(self) -> Mapping[str, Item]:
        """Items by key."""
        return {item.key: item for item in self.items}

    @cached_property
    def pool(self) -> Mapping[str, Pool]:
        """Pools by key."""
        return {pool.key: pool for pool in self.pools}

    @cached_property
    def offer(self) -> Mapping[str, Offer]:
        """Offers by key."""
        return {offer.key: offer for offer in self.offers}

    @cached_property
    def option(self) -> Mapping[str, Option]:
        """Options by key."""
        return {option.key: option for option in self.options}

    @cached_property
    def sha256(self) -> str:
        """Hash of the content: equal hashes mean the same mathematics."""
        text = json.dumps(asdict(self), sort_keys=True, default=_plain)
        return hashlib.sha256(text.encode()).hexdigest()


def _plain(value: Any) -> str:
    if isinstance(value, date | datetime):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} does not belong in an instance")
