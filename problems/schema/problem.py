"""The root of a problem file.

Belongs here: the file as a whole, its horizon, rules, limits and settings. Does not belong here:
places, market and workloads, which have modules of their own.
"""

import math
from datetime import date, timedelta
from typing import Annotated, Any, Literal, Self

from pydantic import Field, PlainValidator, WithJsonSchema, model_validator

from problems.dates import Day
from problems.quantities import (
    Count,
    Fraction,
    GBPerSecond,
    Money,
    Seconds,
    Whole,
)
from problems.schema.block import Block, Country, Currency, Name, PositiveNumber
from problems.schema.market import Item, Offer
from problems.schema.places import Fabric, FleetEntry, ResidualValue, Site
from problems.schema.workloads import Reservation, Service, TrainingJob

WEIGHTS_OFF = 1e-6
"""By how much weights written with a few digits may miss 1."""
MOST_YEARS = 100
"""A horizon beyond it is a slip of the pen, not a plan."""


class Horizon(Block):
    """The time the plan covers: days cut into periods, or a whole number of hours."""

    start: Day
    """First day."""
    end: Day | None = None
    """Last day, included."""
    period: Literal["month", "quarter", "year"] | None = None
    """Calendar step by which orders, budgets and prices change. Default: quarter."""
    hours: Whole | None = None
    """A horizon of this many hours instead of days: a rental question."""
    orders_from: Day | None = None
    """First day on which something can be ordered. Default: the start."""

    @model_validator(mode="after")
    def _days_or_hours(self) -> Self:
        if (self.end is None) == (self.hours is None):
            raise ValueError("needs exactly one of end and hours")
        if self.hours is not None and self.period is not None:
            raise ValueError("takes period only with end")
        if self.hours is not None and self.hours < 1:
            raise ValueError("hours must be at least 1")
        if self.end is not None and self.end < self.start:
            raise ValueError(f"ends on {self.end} before it starts on {self.start}")
        if (self.last_day - self.start).days > MOST_YEARS * 366:
            raise ValueError(f"covers more than {MOST_YEARS} years")
        return self

    @property
    def last_day(self) -> date:
        """The last day of the horizon, whichever way it was given."""
        if self.end is not None:
            return self.end
        hours = min(self.hours or 1, (MOST_YEARS + 1) * 366 * 24)
        return self.start + timedelta(hours=hours - 1)


class Buyer(Block):
    """Who buys."""

    headquarters: Country | None = None
    """Country of the owner; some rules look at it as well as at the destination."""


class ExportRules(Block):
    """Which export rules judge deliveries."""

    ruleset: Name
    """A ruleset of the catalogue, e.g. us-bis."""
    as_of: Day | None = None
    """Judge every delivery by the rules of this day. Default: by its own day."""
    enforce: list[Name] = []
    """Advisories to treat as prohibitions."""
    except_: Annotated[list[Name], Field(alias="except")] = []
    """Rules taken not to hold, to see what they cost; what they replaced stays replaced."""


class ExportCaps(Block):
    """The buyer's own limits on what is bought."""

    interconnect: GBPerSecond | None = None
    """Highest scale-up bandwidth of a card, both directions (A800: 400 GB/s)."""
    scale_up_cards: Whole | None = None
    """Most cards in one scale-up domain."""
    total_tpp: Count | None = None
    """Most TPP over all cards bought."""


class Limits(Block):
    """Limits on the plan as a whole."""

    budget: Money | dict[int, Money] | None = None
    """Most nominal payments for purchases, extras and leases: one figure for the horizon, or by
    calendar year; a year not named is unlimited."""
    vendor_share: dict[str, Fraction] = {}
    """Largest share of that spend for a vendor, over the horizon."""
    card_types: Whole | None = None
    """Most kinds of card bought or leased; the fleet does not count."""


class Solve(Block):
    """How to solve; the command line wins over it."""

    engine: Literal["cbc", "highs"] = "cbc"
    """Solver, alone where it is named; by default CBC, which HiGHS helps to find plans of large
    problems."""
    gap: Fraction = 0.001
    """Relative gap (plan - bound) / plan at which the search may stop."""
    time_limit: Seconds = 60.0
    """Wall-clock limit of the search."""
    threads: Whole = 1
    """Threads of the solver; answers are repeatable with one."""

    @model_validator(mode="after")
    def _possible(self) -> Self:
        if self.gap >= 1:
            raise ValueError("gap must be below 100 %")
        if self.time_limit <= 0:
            raise ValueError("time_limit must be above 0 s")
        if self.threads < 1:
            raise ValueError("threads must be at least 1")
        return self


class UncertaintyCase(Block):
    """One case of an uncertain future."""

    weight: Fraction
    """Its weight in the objective, above 0; the weights of all cases add up to 1."""
    set: dict[str, Any] = {}
    """Edits that make it out of the file as it stands; horizon, currency and solve stay."""

    @model_validator(mode="after")
    def _counts(self) -> Self:
        if self.weight <= 0:
            raise ValueError("needs a weight above 0: leave out a case that does not count")
        return self


class Uncertainty(Block):
    """Cases to plan for at once."""

    decide_until: Day
    """Deliveries and starts of leases up to this day are the same in every case."""
    cases: dict[str, UncertaintyCase]
    """The cases by name."""
    objective: Literal["expected", "worst_case"] = "expected"
    """Whether the weighted sum or the worst case counts."""

    @model_validator(mode="after")
    def _adds_up(self) -> Self:
        if not self.cases:
            raise ValueError("needs at least one case")
        total = math.fsum(case.weight for case in self.cases.values())
        if abs(total - 1) > WEIGHTS_OFF:
            raise ValueError(f"weights must add up to 1, or 100 % (they add up to {total:.6g})")
        return self


def _expect_none(value: Any) -> None:
    if value not in ("none", None):
        raise ValueError(f"must be a block or none (given {value!r})")


NoneText = Annotated[None, PlainValidator(_expect_none), WithJsonSchema({"enum": ["none", None]})]


class Problem(Block):
    """A procurement problem: what is wanted, what is on offer, what is forbidden."""

    rackmix: Literal[1]
    """Version of the problem language."""
    title: str = ""
    """One line that names the problem."""
    description: str = ""
    """What it is about, with the sources of its figures."""
    include: list[str] = []
    """Other files of the same folder, merged below this one."""
    catalogs: list[str] = []
    """Own catalogue files, on top of the shipped ones."""
    horizon: Horizon
    """The time the plan covers."""
    currency: Currency
    """Currency of the plan."""
    exchange_rates: dict[str, PositiveNumber] = {}
    """Price of one unit of another currency in the plan's, constant."""
    discount_rate: Fraction = 0.0
    """Yearly discount rate. Default: nothing is discounted."""
    residual_value: ResidualValue | NoneText = None
    """What machines are worth at the end. Default: nothing is credited."""
    buyer: Buyer = Buyer()
    """Who buys."""
    sites: dict[str, Site] = {}
    """Places for machines."""
    export_rules: ExportRules | NoneText = None
    """Rules that judge deliveries. Default: none."""
    export_licences: dict[str, Whole] = {}
    """Licensed cards by accelerator, over the horizon."""
    export_caps: ExportCaps = ExportCaps()
    """The buyer's own limits."""
    items: dict[str, Item] = {}
    """Items of the file's own."""
    offers: dict[str, Offer] = {}
    """What the market offers."""
    fabrics: dict[str, Fabric] = {}
    """Scale-out networks."""
    fleet: dict[str, FleetEntry] = {}
    """What is owned before the horizon."""
    training: dict[str, TrainingJob] = {}
    """Training jobs."""
    inference: dict[str, Service] = {}
    """Inference services."""
    reservations: dict[str, Reservation] = {}
    """Cards held busy."""
    limits: Limits = Limits()
    """Limits on the plan as a whole."""
    spares: Fraction = 0.0
    """Share of the installed cards kept idle as spares."""
    availability: Fraction = 1.0
    """Share of the time a card is not down for repair."""
    maintenance: Fraction = 0.0
    """Yearly maintenance as a share of the purchase price."""
    power: Literal["nameplate", "estimated"] = "nameplate"
    """Load power of nodes and hosts: their nameplate, or measured shares of it with the draw of
    network and storage on top (docs/estimates.md)."""
    margin: Literal["p50", "p90"] = "p50"
    """Which end of the estimates' uncertainty band to size for: p50, the middle; p90, what nine of
    ten runs reach. Shares, measured rows and nameplates have no band."""
    solve: Solve = Solve()
    """How to solve."""
    scenarios: dict[str, dict[str, Any]] = {}
    """Named changes of this file, chosen with --scenario."""
    uncertainty: Uncertainty | None = None
    """Cases to plan for at once."""
