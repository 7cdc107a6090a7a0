"""What decided a plan, as a JSON document.

Belongs here: its keys. Does not belong here: the page (feasible.py), the findings (solver.explain).
"""

from collections.abc import Sequence
from typing import Any

from reports.terminal import json_text
from solver.explain import Reasons
from solver.explain.asking import Reply
from solver.explain.cures import is_set
from solver.explain.entering import Absent
from solver.explain.ranges import Range, Side
from solver.explain.rules_cost import RuleCost
from solver.explain.worth import Step


def reasons_json(reasons: Reasons) -> str:
    """The document: amounts in the currency, differences as the change makes them, below 0 for
    what saves.
    """
    plan = reasons.answer.plan
    assert plan is not None
    document: dict[str, Any] = {
        "status": str(reasons.answer.status),
        "objective": plan.objective,
        "bound": plan.bound,
        "gap": plan.gap,
        "currency": reasons.currency,
        "limits": [_step(step) for step in reasons.limits],
        "rules": [_rule(cost) for cost in reasons.rules],
        "each_rule": [_rule(cost) for cost in reasons.each_rule],
        "cards": [_card(each) for each in reasons.absent],
        "demands": [_step(step) for step in reasons.demands],
        "ranges": [_range(each) for each in reasons.ranges],
        "not_asked": list(reasons.missed),
        "notes": list(reasons.notes),
        "stopped": reasons.stopped,
        "questions": reasons.questions,
        "seconds": round(reasons.seconds, 3),
    }
    return json_text(document)


def _step(step: Step) -> dict[str, Any]:
    found: dict[str, Any] = {"path": step.path, "change": step.words}
    if step.reached is not None:
        found |= {"tight": step.reached.tight, "periods": list(step.reached.periods)}
    return found | _edits(step.edits) | _reply(step.reply)


def _rule(cost: RuleCost) -> dict[str, Any]:
    found = {"rule": cost.rule or None, "change": cost.words}
    return found | _edits(cost.edits) | _reply(cost.reply)


def _edits(edits: Sequence[str]) -> dict[str, Any]:
    return {
        "set": [edit for edit in edits if is_set(edit)],
        "unset": [edit for edit in edits if not is_set(edit)],
    }


def _reply(reply: Reply) -> dict[str, Any]:
    answer, found = reply.answer, reply.difference
    plan = answer.plan if answer else None
    return {
        "outcome": str(reply.outcome),
        "why": reply.why or None,
        "cost": plan.objective if plan else None,
        "bound": answer.bound if answer else None,
        "difference": found.plans if found else None,
        "at_least": found.low if found else None,
        "at_most": found.high if found else None,
        "verdict": str(found.verdict) if found else None,
    }


def _card(each: Absent) -> dict[str, Any]:
    offer, price = each.dearest or (None, None)
    return {
        "card": each.card,
        "offers": list(each.offers),
        "reason": str(each.reason),
        "enters_at": each.enters,
        "stays_out_at": each.stays_out,
        "cheapest_offer": offer,
        "price": price,
        "leased": each.leased,
        "one_costs_more_by": each.forced,
        "one_is_impossible": each.forced_none,
        "excluded": [
            {"offer": e.offer, "site": e.site, "rule": e.rule, "reason": e.reason}
            for e in each.excluded
        ],
    }


def _range(each: Range) -> dict[str, Any]:
    return {
        "path": each.path,
        "value": each.value,
        "down": _side(each.down),
        "up": _side(each.up),
        "why": each.why or None,
    }


def _side(side: Side | None) -> dict[str, Any] | None:
    if side is None:
        return None
    return {
        "holds": side.holds,
        "breaks": side.breaks,
        "lacking": side.lacking,
        "cut_short": side.cut_short,
    }
