"""Which decisions are the same in every case, read off plans alone.

Belongs here: comparing purchases up to a day between the plans of the cases. Does not belong here:
anything that made the plans; like verification it trusts nothing but their rows.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
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
    rows = {name: early_purchases(plan, until) for name, plan in plans.items()}
    return tuple(
        f"{_words(key)} is not the same in all: {_counts(units)}" for key, units in _unlike(rows)
    )


def ordered_too_soon(plans: Mapping[str, Plan], until: date) -> tuple[str, ...]:
    """Later deliveries that differ between cases although a lead time has them ordered up to the
    day: whoever orders them must know the case by then. A sentence for each.
    """
    rows = {
        name: tuple(row for row in later_purchases(plan, until) if row.ordered <= until)
        for name, plan in plans.items()
    }
    ordered = {_key(row): row.ordered for found in rows.values() for row in found}
    return tuple(
        f"{_words(key)} has to be ordered by {ordered[key]}, but depends on the case: "
        f"{_counts(units)}"
        for key, units in _unlike(rows)
    )


def _unlike(rows: Mapping[str, Sequence[PurchaseRow]]) -> Iterator[tuple[Taken, dict[str, float]]]:
    """What is not taken alike by all, with the units by name."""
    taken = {name: _units(found) for name, found in rows.items()}
    for key in sorted(set().union(*taken.values())):
        units = {name: found.get(key, 0.0) for name, found in taken.items()}
        if max(units.values()) - min(units.values()) > SAME_UNITS:
            yield key, units


def _words(key: Taken) -> str:
    period, offer, site, _, box, lease = key
    more = "".join(f", {part}" for part in (box, f"until {lease}" if lease else "") if part)
    return f"{offer} at {site} in {period}{more}"


def _counts(units: Mapping[str, float]) -> str:
    return ", ".join(f"{number:,.10g} in {name}" for name, number in units.items())


def _key(row: PurchaseRow) -> Taken:
    end = "" if row.until is None else row.until.isoformat()
    return row.period, row.offer, row.site, row.item, row.box or "", end


def _units(rows: Sequence[PurchaseRow]) -> dict[Taken, float]:
    found: dict[Taken, float] = defaultdict(float)
    for row in rows:
        found[_key(row)] += row.quantity
    return dict(found)
