"""The instance's records of the market: offers, the options to take them, what rules exclude.

Belongs here: frozen records alone. Does not belong here: how they are derived (market.py).
"""

from dataclasses import dataclass
from datetime import date

from solver.instance.kinds import Kind


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
    """One priced line on the market. Units delivered in one period count over all sites
    together.
    """

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
    """One way to take one offer: a delivery to a site in a period, or a lease from one to
    another.
    """

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
class Exclusion:
    """An offer's item that cannot be delivered to a site, with the rule and its figures."""

    offer: str
    item: str
    site: str
    rule: str
    reason: str
    """The figures that decided it, and the deliveries it holds for."""
    first: date
    last: date
    """First and last period start that it holds for."""
