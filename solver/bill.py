"""The bill of decisions: what every order, machine and interval costs, term by term.

Belongs here: from what was decided to the rows of a plan that follow from it - purchases, cash flow,
bill, energy, fleet - one function for each cost term, going line by line over what is bought and
what runs. Does not belong here: finding decisions (formulation, engines) or checking a plan (verify
computes the same figures in a way of its own and must not import this module).
"""

import math
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import NamedTuple

from solver.draw import Draw, Machine, draws
from solver.finance import discount_factor, residual_fraction
from solver.instance.model import Fabric, FabricLine, Instance, Item, Kind, Offer, Option
from solver.plan import (
    BillRow,
    CashFlowRow,
    EnergyRow,
    FleetRow,
    PurchaseRow,
    ReservationRow,
    RoutingRow,
    ServingRow,
    Term,
    TrainingRow,
)
from solver.plan.matching import box_of

HOURS_PER_YEAR = 8760.0
CAPITAL = {Kind.CARD: Term.CARDS, Kind.NODE: Term.NODES, Kind.HOST: Term.HOSTS}


@dataclass(frozen=True)
class Decisions:
    """What a plan decides; everything else in it follows. Zeros may be left out."""

    units: Mapping[str, float]
    """Units ordered, by option key."""
    fabric: Mapping[tuple[str, str, int], float]
    """Parts bought, by fabric key, line name and period."""
    training: tuple[TrainingRow, ...] = ()
    serving: tuple[ServingRow, ...] = ()
    routing: tuple[RoutingRow, ...] = ()
    reservations: tuple[ReservationRow, ...] = ()


@dataclass(frozen=True)
class Settlement:
    """What follows from decisions, as rows of a plan."""

    purchases: tuple[PurchaseRow, ...]
    bill: tuple[BillRow, ...]
    cash_flow: tuple[CashFlowRow, ...]
    energy: tuple[EnergyRow, ...]
    fleet: tuple[FleetRow, ...]

    @property
    def objective(self) -> float:
        """The sum of the bill's present values."""
        return math.fsum(row.present_value for row in self.bill)


def settle(instance: Instance, decisions: Decisions) -> Settlement:
    """The purchases, bill, cash flow, energy and fleet of `decisions`, in the order of the plan file.

    Raises KeyError for keys that the instance does not have: decisions come from its own index sets.
    """
    orders = _orders(instance, decisions)
    parts = _parts(instance, decisions)
    machines = _machines(instance, orders)
    draw = draws(instance, decisions, machines, [(p.fabric, p.line, p.period, p.quantity) for p in parts])
    flows = [
        *_purchases(orders),
        *_fees(instance, orders),
        *_leases(instance, orders),
        *_fabric(instance, parts),
        *_maintenance(instance, orders, parts),
        *_residual_value(instance, orders, parts),
    ]
