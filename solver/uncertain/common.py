"""Which decisions are the same in every case, read off plans alone.

Belongs here: comparing purchases up to a day between the plans of the cases. Does not belong here:
anything that made the plans; like verification it trusts nothing but their rows.
"""

from collections import defaultdict
from collections.abc import Mapping
from datetime import date

from solver.plan import Plan, PurchaseRow

SAME_UNITS = 1e-6
type Taken = tuple[str, str, str, str, str, str]
"""Period, offer, site, item, box and end of lease, as the plan file spells them."""


def early_purchases(plan: Plan, until: date) -> tuple[PurchaseRow, ...]:
    """Purchases that are delivered, and leases that begin, up to a day."""
    return tuple(row for row in plan.purchases if row.delivered <= until)


def later_purchases(plan: Plan, until: date) -> tuple[PurchaseRow, ...]:
    """All others."""
    return tuple(row for row in plan.purchases if row.delivered > until)


def differences(plans: Mapping[str, Plan], until: date) -> tuple[str, ...]:
    """What is delivered up to a day in some plan but not alike in all, a sentence for each."""
    taken = {name: _units(plan, until) for name, plan in plans.items()}
    told = []
    for key in sorted(set().union(*taken.values())):
        units = {name: found.get(key, 0.0) for name, found in taken.items()}
        if max(units.values()) - min(units.values()) > SAME_UNITS:
            period, offer, site, _, box, lease = key
            more = "".join(f", {part}" for part in (box, f"until {lease}" if lease else "") if part)
            counts = ", ".join(f"{number:,.10g} in {name}" for name, number in units.items())
            told.append(f"{offer} at {site} in {period}{more} is not the same in all: {counts}")
    return tuple(told)


def _units(plan: Plan, until: date) -> dict[Taken, float]:
    found: dict[Taken, float] = defaultdict(float)
    for row in early_purchases(plan, until):
        end = "" if row.until is None else row.until.isoformat()
        found[row.period, row.offer, row.site, row.item, row.box or "", end] += row.quantity
    return dict(found)
