"""The records of a plan: one frozen class for each kind of row, and the plan that holds them.

Belongs here: the rows with the names of the plan file. Money is in the problem's currency,
unrounded. Counts are numbers that a sound plan keeps whole; a plan read from a file is not trusted
to. Does not belong here: reading and writing files, prices, checks.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from solver.families import Family

Day = date  # a field named date hides the class
type Json = Any
"""A value that JSON can hold."""
type JsonMap = Mapping[str, Any]
"""A JSON object."""


class Term(StrEnum):
    """A term of the bill, in the order of the bill."""

    CARDS = "cards"
    NODES = "nodes"
    HOSTS = "hosts"
    FABRIC = "fabric"
    EXTRAS = "extras"
    FEES = "fees"
    SURCHARGE = "surcharge"
    LEASE = "lease"
    ELECTRICITY = "electricity"
    DEMAND_CHARGE = "demand_charge"
    MAINTENANCE = "maintenance"
    SPACE = "space"
    CARBON = "carbon"
    RESIDUAL_VALUE = "residual_value"


class PlanStatus(StrEnum):
    """How far the search came that found the plan."""

    OPTIMAL = "optimal"
    """The gap is within what was asked, the bound is known."""
    FEASIBLE = "feasible"
    """A limit came first; the plan holds, the gap is what it is."""


@dataclass(frozen=True, slots=True)
class PurchaseRow:
    """What is ordered: an option of an offer, or a line of a fabric, in one period for one site."""

    period: str
    """Label of the period of delivery."""
    ordered: date
    delivered: date
    until: date | None
    """First day after a lease; it may lie past the horizon. None for purchases."""
    site: str
    offer: str
    """The fabric's key for a fabric line."""
    item: str
    kind: str
    """card, node, host or fabric."""
    vendor: str | None
    """None only for a fabric without one."""
    box: str | None
    """For cards their host item or `standalone`; for a fabric the line's name; None otherwise."""
    lease: bool
    quantity: float
    unit_price: float
    """Before discount; per hour for leases."""
    discount: float
    """As a fraction."""
    amount: float
    """quantity x unit_price x (1 - discount), for leases x hours billed; extras, fees and surcharge
    are apart."""
    cards: float


@dataclass(frozen=True, slots=True)
class BillRow:
    """A cost term: the sum of its payments."""

    term: Term
    amount: float
    present_value: float


@dataclass(frozen=True, slots=True)
class CashFlowRow:
    """What is paid on a day for a term at a site. Running costs fall on the middle of their
    interval, a demand charge on the middle of its month, a residual value on the day after the
    horizon.
    """

    date: Day
    term: Term
    site: str
    amount: float
    present_value: float


@dataclass(frozen=True, slots=True)
class FleetRow:
    """What is installed on the first day of a period: owned before, bought and leased."""

    period: str
    site: str
    item: str
    count: float
    cards: float


@dataclass(frozen=True, slots=True)
class TrainingRow:
    """What an occurrence of a training job holds and does in a pool in an interval."""

    job: str
    occurrence: int
    pool: str
    interval: int
    cards: float
    work_done: float
    """PFLOP/s-days."""


@dataclass(frozen=True, slots=True)
class ServingRow:
    """The replicas of a configuration in a pool in an interval."""

    service: str
    configuration: str
    pool: str
    interval: int
    replicas: float
    cards: float


@dataclass(frozen=True, slots=True)
class RoutingRow:
    """The peak rate of a class that a configuration in a pool serves, in requests per second."""

    service: str
    class_: str
    """`class` in the plan file."""
    configuration: str
    pool: str
    interval: int
    rate: float


@dataclass(frozen=True, slots=True)
class ReservationRow:
    """Cards that a reservation holds in a pool in an interval."""

    reservation: str
    pool: str
    interval: int
    cards: float


@dataclass(frozen=True, slots=True)
class EnergyRow:
    """Energy at a site's meter in a period, PUE included."""

    site: str
    period: str
    kwh: float
    peak_kw: float
    """The highest interval's average draw."""
    cost: float
    """Of the energy alone, without demand charge."""


@dataclass(frozen=True, slots=True)
class PeriodRow:
    """A period of the problem."""

    id: str
    start: date
    end: date
    """Its last day."""


@dataclass(frozen=True, slots=True)
class IntervalRow:
    """An interval of the problem."""

    id: int
    start: datetime
    end: datetime
    """The first moment after it."""


@dataclass(frozen=True, slots=True)
class ExcludedRow:
    """An item that a rule keeps from a site, with the figures that decided it."""

    item: str
    site: str
    rule: str
    reason: str


@dataclass(frozen=True, slots=True)
class Check:
    """How many comparisons verification made for a family."""

    family: Family
    description: str
    count: int


@dataclass(frozen=True, slots=True)
class Violation:
    """One thing that does not hold, in the words of the problem file."""

    family: Family
    where: str
    message: str
    amount: float | None
    """By how much, in the unit of the message; None where that says nothing."""

    def __str__(self) -> str:
        return f"{self.where}: {self.message}"


@dataclass(frozen=True, slots=True)
class Verification:
    """What verification found; `ok` when it found no violation."""

    ok: bool
    checks: tuple[Check, ...]
    violations: tuple[Violation, ...]


UNVERIFIED = Verification(ok=False, checks=(), violations=())
"""What a plan carries before it was verified."""


@dataclass(frozen=True)
class Plan:
    """A plan, complete enough to verify and to export from alone; money in `currency`.

    `solver.plan_frames` gives its tables as pandas frames.
    """

    status: PlanStatus
    objective: float
    """Sum of the present values of the bill."""
    bound: float | None
    """No plan is cheaper; None where the search proved none."""
    gap: float | None
    """(objective - bound) / |objective|, never negative."""
    currency: str
    problem: JsonMap
    """The resolved problem, after edits."""
    facts: Json
    """Every catalogue row used, with source and rule status."""
    periods: tuple[PeriodRow, ...]
    intervals: tuple[IntervalRow, ...]
    bill: tuple[BillRow, ...]
    cash_flow: tuple[CashFlowRow, ...]
    purchases: tuple[PurchaseRow, ...]
    fleet: tuple[FleetRow, ...]
    training: tuple[TrainingRow, ...]
    serving: tuple[ServingRow, ...]
    routing: tuple[RoutingRow, ...]
    reservations: tuple[ReservationRow, ...]
    energy: tuple[EnergyRow, ...]
    excluded: tuple[ExcludedRow, ...]
    binding: tuple[JsonMap, ...]
    """What binds, as an explanation states it."""
    assumptions: tuple[str, ...]
    verification: Verification
    provenance: JsonMap
    """Versions, engine, hashes, options, attempts and seconds."""
    uncertainty: JsonMap | None = None
    """Of a plan for several cases: all of them, this one being the heaviest. Only such plans have
    it (solver.uncertain.document)."""
