"""The instance: a problem and its catalogue figures as sorted index sets and plain numbers.

Belongs here: the frozen records everything right of the seam reads - formulation, plan,
verification. Money is in the problem's currency, power in kW, energy in kWh, compute in PFLOP/s,
work in PFLOP/s-days, rates in requests per second, time in days since the start of the horizon.
Does not belong here: how the records are derived (the other modules of this package), or any
mathematics.

A *unit* is what an order line counts: one node, one host, one card. A *box* is what cards sit in:
a node type, a host type, or nothing (standalone).
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime
from functools import cached_property
from typing import Any

from solver.instance.demand import Occurrence as Occurrence
from solver.instance.demand import Reservation as Reservation
from solver.instance.demand import Service as Service
from solver.instance.demand import ServingMode as ServingMode
from solver.instance.demand import TrainingMode as TrainingMode
from solver.instance.kinds import Kind as Kind
from solver.instance.offers import Exclusion as Exclusion
from solver.instance.offers import Offer as Offer
from solver.instance.offers import Option as Option
from solver.instance.offers import SupplyWindow as SupplyWindow
from solver.instance.offers import Tier as Tier


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
    """True for the place of a lease hosted by its vendor: no power, racks, energy, fabric,
    spares."""
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
class FabricLine:
    """A part of a fabric with its price by period and how many are needed.

    `switch` lines are whole numbers bought cumulatively: installed switches of the line, counted
    over all periods so far, are at least `per_endpoint` x endpoints in every interval. Other lines
    follow deliveries: exactly `per_endpoint` for each endpoint delivered, or `per_card` for each
    card.
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
class Limits:
    """Limits on the plan as a whole. Spend: nominal payments for purchases (fabric, fees, extras
    and surcharges included) and leases.
    """

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
