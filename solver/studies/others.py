"""What the plans of a study know of one another, so that each can be handed over by itself.

Belongs here: a short record of the other plans in a plan's provenance. Does not belong here:
finding plans (alternatives), showing the record (reports.document).
"""

from collections import defaultdict
from dataclasses import replace
from itertools import product
from typing import Any

from solver.plan import Plan
from solver.studies.alternatives import Alternative, Alternatives

OTHERS = "alternatives"
"""The key in a plan's provenance."""


def with_others(found: Alternatives) -> tuple[Plan, ...]:
    """The plans of a study in its order, each with a record of all the others.

    A record says what a plan stands for, what it costs and no plan less than, and how many cards it
    buys of each item, and leases at most at once.
    """
    records = [_record(each) for each in found.plans]
    return tuple(
        replace(
            each.plan,
            provenance={
                **each.plan.provenance,
                OTHERS: [record for n, record in enumerate(records) if n != number],
            },
        )
        for number, each in enumerate(found.plans)
    )


def _record(each: Alternative) -> dict[str, Any]:
    bought: dict[str, float] = defaultdict(float)
    leased: dict[str, float] = defaultdict(float)
    hired = [row for row in each.plan.purchases if row.cards and row.lease]
    for row in each.plan.purchases:
        if row.cards and not row.lease:
            bought[row.item] += row.cards
    for period, item in product(each.plan.periods, {row.item: None for row in hired}):
        held = (
            row.cards
            for row in hired
            if row.item == item and row.until and row.delivered <= period.start < row.until
        )
        leased[item] = max(leased[item], sum(held))
    cost = {"objective": each.plan.objective, "bound": each.plan.bound}
    cards = {"cards_bought": dict(bought), "cards_leased": dict(leased)}
    return {"names": list(each.names), **cost, **cards}
