"""The plan: what to order when and where, what runs on it, and the bill.

Belongs here: the records of a plan, the plan file both ways, and lists of purchases written by
hand. Does not belong here: how a plan is found (formulation, engines), priced (bill) or checked
(verify).
"""

from solver.plan.files import (
    PlanError,
    dump_plan,
    plan_from_json,
    plan_to_json,
    read_plan,
)
from solver.plan.matching import match_purchases
from solver.plan.purchases import HandPurchase, purchases_from_json_or_csv
from solver.plan.records import (
    UNVERIFIED,
    BillRow,
    CashFlowRow,
    Check,
    EnergyRow,
    ExcludedRow,
    FleetRow,
    IntervalRow,
    PeriodRow,
    Plan,
    PlanStatus,
    PurchaseRow,
    ReservationRow,
    RoutingRow,
    ServingRow,
    Term,
    TrainingRow,
    Verification,
    Violation,
)

__all__ = [
    "UNVERIFIED",
    "BillRow",
    "CashFlowRow",
    "Check",
    "EnergyRow",
    "ExcludedRow",
    "FleetRow",
    "HandPurchase",
    "IntervalRow",
    "PeriodRow",
    "Plan",
    "PlanError",
    "PlanStatus",
    "PurchaseRow",
    "ReservationRow",
    "RoutingRow",
    "ServingRow",
    "Term",
    "TrainingRow",
    "Verification",
    "Violation",
    "dump_plan",
    "match_purchases",
    "plan_from_json",
    "plan_to_json",
    "purchases_from_json_or_csv",
    "read_plan",
]
