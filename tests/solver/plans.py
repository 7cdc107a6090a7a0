"""Plans by hand for small instances: what follows from decisions, and short ways to write rows."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from solver.bill import Decisions, settle
from solver.instance.model import Instance
from solver.plan import (
    UNVERIFIED,
    ExcludedRow,
    IntervalRow,
    PeriodRow,
    Plan,
    PlanStatus,
    RoutingRow,
    ServingRow,
    TrainingRow,
)


def plan_of(instance: Instance, decisions: Decisions, **fields: Any) -> Plan:
    """The plan that follows from decisions, without a bound; `fields` override its own."""
    settled = settle(instance, decisions)
    return Plan(
        **{
            "status": PlanStatus.FEASIBLE,
            "objective": settled.objective,
            "bound": None,
            "gap": None,
            "currency": instance.currency,
            "problem": {},
            "facts": [],
            "periods": tuple(
                PeriodRow(p.label, p.start, (p.end - timedelta(microseconds=1)).date())
                for p in instance.periods
            ),
            "intervals": tuple(IntervalRow(i.index, i.start, i.end) for i in instance.intervals),
            "bill": settled.bill,
            "cash_flow": settled.cash_flow,
            "purchases": settled.purchases,
            "fleet": settled.fleet,
            "training": decisions.training,
            "serving": decisions.serving,
            "routing": decisions.routing,
            "reservations": decisions.reservations,
            "energy": settled.energy,
            "excluded": tuple(
                ExcludedRow(e.item, e.site, e.rule, e.reason) for e in instance.excluded
            ),
            "binding": (),
            "assumptions": instance.assumptions,
            "verification": UNVERIFIED,
            "provenance": {},
            **fields,
        }
    )


def trains(key: str, pool: str, cards: float, work: float, interval: int = 0) -> TrainingRow:
    """A training row of occurrence `job#number`."""
    job, _, number = key.rpartition("#")
    return TrainingRow(job, int(number), pool, interval, cards, work)


def serves(
    service: str,
    configuration: str,
    pool: str,
    replicas: float,
    cards: float,
    rates: Mapping[str, float],
    interval: int = 0,
) -> tuple[ServingRow, tuple[RoutingRow, ...]]:
    """Replicas with what is routed to them."""
    row = ServingRow(service, configuration, pool, interval, replicas, cards)
    routed = (
        RoutingRow(service, name, configuration, pool, interval, rate)
        for name, rate in rates.items()
    )
    return row, tuple(routed)
