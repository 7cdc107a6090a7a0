"""Studies as JSON documents: comparisons, alternatives, kept plans.

Belongs here: the keys of these documents. Does not belong here: the plan file (solver.plan), text.
"""

from typing import Any

from reports.terminal import json_text
from solver.answer import Answer
from solver.plan import plan_to_json
from solver.studies.alternatives import Alternatives
from solver.studies.compare import Column, Comparison
from solver.studies.keeping import Keeping
from solver.studies.orders import Change, Order


def comparison_json(found: Comparison) -> str:
    """The document of a what-if: the base, and every case with its differences from it."""
    document = {
        "currency": found.base.variant.case.instance.currency,
        "base": _column(found.base),
        "cases": [
            _column(column) | {"against_base": _against(found, column)}
            for column in found.columns[1:]
        ],
    }
    return json_text(document)


def _column(column: Column) -> dict[str, Any]:
    plan = column.plan
    return {
        "name": column.name,
        "scenarios": list(column.variant.scenarios),
        "changes": [
            {"path": each.path, "before": each.before, "after": each.after}
            for each in column.variant.changes
        ],
        "same_as": column.same_as,
        "status": column.status,
        "objective": plan.objective if plan else None,
        "bound": column.bound,
        "gap": plan.gap if plan else None,
        "findings": _findings(column.answer),
        "bill": {
            term: {"amount": amount, "present_value": value}
            for term, (amount, value) in column.bill.items()
        },
        "units": [
            {"offer": offer, "item": item, "quantity": count}
            for (offer, item), count in column.units.items()
        ],
        "cards": {
            card: {"bought": bought, "leased": leased}
            for card, (bought, leased) in column.cards.items()
        },
        "energy": {
            site: {"kwh": kwh, "peak_kw": peak_kw} for site, (kwh, peak_kw) in column.energy.items()
        },
        "keeping": keeping_row(column.keeping) if column.keeping else None,
        "plan": plan_to_json(plan) if plan else None,
    }


def _against(found: Comparison, column: Column) -> dict[str, Any] | None:
    difference = found.difference(column)
    if difference is None:
        return None
    base = found.base.bill
    return {
        "verdict": str(difference.verdict),
        "difference": difference.plans,
        "at_least": difference.low,
        "at_most": difference.high,
        "bill": {
            term: column.bill.get(term, (0.0, 0.0))[1] - base.get(term, (0.0, 0.0))[1]
            for term in dict.fromkeys([*base, *column.bill])
        },
        "orders": [_change(change) for change in found.changes(column)],
    }


def keeping_row(keeping: Keeping) -> dict[str, Any]:
    """What was kept of an earlier plan, what changed, and what that costs."""
    free, cost = keeping.free.plan, keeping.cost
    return {
        "origin": keeping.kept.origin,
        "within": keeping.within,
        "freeze_until": None if keeping.freeze_until is None else f"{keeping.freeze_until}",
        "cheapest": free.objective if free else None,
        "bound": keeping.free.bound,
        "costs_at_least": None if cost is None else cost[0],
        "costs_at_most": None if cost is None else cost[1],
        "no_longer_offered": [
            {
                "offer": gone.offer,
                "delivered": None if gone.delivered is None else f"{gone.delivered}",
                "quantity": gone.quantity,
                "reason": gone.sentence,
            }
            for gone in keeping.kept.gone
        ],
        "changes": [_change(change) for change in keeping.changes],
    }


def alternatives_json(found: Alternatives) -> str:
    """The document of alternatives: every plan with what it costs more and how it differs."""
    document = {
        "currency": found.case.instance.currency,
        "status": str(found.answer.status),
        "bound": found.answer.bound,
        "within": found.within,
        "limit": found.ceiling.limit if found.plans else None,
        "findings": _findings(found.answer),
        "missing": list(found.missing),
        "exhausted": str(found.exhausted),
        "furthest": found.furthest,
        "least_possible": dict(found.floors),
        "stopped": found.stopped,
        "plans": [
            {
                "names": list(each.names),
                "objective": each.plan.objective,
                "extra_cost": found.extra_cost(each),
                "distance": found.apart(each),
                "moved": found.moved(each),
                "measures": dict(each.measures),
                "plan": plan_to_json(each.plan),
            }
            for each in found.plans
        ],
    }
    return json_text(document)


def _findings(answer: Answer | None) -> list[dict[str, str]]:
    found = answer.findings if answer else ()
    return [{"path": ".".join(map(str, f.path)), "reason": f.sentence} for f in found]


def _change(change: Change) -> dict[str, Any]:
    return {
        "kind": str(change.kind),
        "offer": change.offer,
        "item": change.item,
        "quantity": change.quantity,
        "before": _order(change.before),
        "after": _order(change.after),
    }


def _order(order: Order | None) -> dict[str, Any] | None:
    if order is None:
        return None
    return {
        "delivered": f"{order.delivered}",
        "site": order.site,
        "until": None if order.until is None else f"{order.until}",
        "box": order.box,
    }
