"""What decided a problem that has a plan: the order of the questions and their record.

Belongs here: `explain_feasible`. Does not belong here: the questions (worth, rules_cost, entering,
ranges), words around the findings (reports).
"""

import math
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from solver import engines
from solver.answer import Answer, OnProgress, options_of
from solver.case import BASE_ALONE, Case
from solver.explain.asking import Asking, Reply
from solver.explain.entering import Absent, absent_cards
from solver.explain.ranges import Range, check_ranges, figures_of_interest, ranges_of
from solver.explain.rules_cost import RuleCost, rules_alone, rules_together
from solver.explain.worth import Step, demands_worth, limits_worth

if TYPE_CHECKING:
    import pandas

BUDGET_S = 300.0
"""What all questions together may take."""
LIMITS_SHARE, RULES_SHARE, DEMANDS_SHARE, ENTRY_SHARE = 0.35, 0.5, 0.35, 0.6
"""What a part may take of the time that is left when it begins; the ranges get the rest."""


@dataclass(frozen=True)
class Reasons:
    """What decided a plan, and what would change it."""

    answer: Answer
    """The answer that is explained; brought closer to the cheapest where that was quick."""
    limits: tuple[Step, ...]
    """A step of every limit that the plan reaches; those used up first."""
    rules: tuple[RuleCost, ...]
    """The export rules and own caps lifted together."""
    each_rule: tuple[RuleCost, ...]
    """Each rule and cap lifted alone."""
    demands: tuple[Step, ...]
    """A little less of every demand."""
    absent: tuple[Absent, ...]
    """Every kind of card on offer that the plan has none of."""
    ranges: tuple[Range, ...]
    """How far figures can move with the present purchases still right."""
    missed: tuple[str, ...]
    """What there was no time to ask."""
    notes: tuple[str, ...]
    stopped: bool
    """Whether an interrupt ended it."""
    currency: str
    tolerance: float
    """The share of the cost that the searches leave open; within it purchases count as right."""
    questions: int
    """How many problems were solved."""
    seconds: float

    def steps_frame(self) -> "pandas.DataFrame":
        """One row for each step of a limit or a demand; differences in the problem's currency."""
        rows = [
            {
                "kind": "limit" if step.reached else "demand",
                "path": step.path,
                "step": step.words,
                "edits": "; ".join(step.edits),
                **_told(step.reply),
            }
            for step in (*self.limits, *self.demands)
        ]
        return _frame(rows, ["kind", "path", "step", "edits", *_TOLD])

    def rules_frame(self) -> "pandas.DataFrame":
        """One row for all rules together and for each alone; differences as of lifting them."""
        rows = [
            {
                "rule": cost.rule,
                "lifted": cost.words,
                "edits": "; ".join(cost.edits),
                **_told(cost.reply),
            }
            for cost in (*self.rules, *self.each_rule)
        ]
        return _frame(rows, ["rule", "lifted", "edits", *_TOLD])

    def cards_frame(self) -> "pandas.DataFrame":
        """One row for each kind of card on offer that the plan has none of."""
        rows = [
            {
                "card": each.card,
                "offers": "; ".join(each.offers),
                "reason": str(each.reason),
                "enters_at": math.nan if each.enters is None else each.enters,
                "stays_out_at": math.nan if each.stays_out is None else each.stays_out,
                "price": each.dearest[1] if each.dearest else math.nan,
                "rules": "; ".join(dict.fromkeys(e.rule for e in each.excluded)),
            }
            for each in self.absent
        ]
        names = ["card", "offers", "reason", "enters_at", "stays_out_at", "price", "rules"]
        return _frame(rows, names)

    def ranges_frame(self) -> "pandas.DataFrame":
        """One row for each figure moved: factors up to which the purchases hold, or break."""
        rows = [
            {
                "path": each.path,
                "value": each.value,
                "breaks_below": _number(each.down.breaks if each.down else None),
                "holds_from": _number(each.down.holds if each.down else None),
                "holds_to": _number(each.up.holds if each.up else None),
                "breaks_above": _number(each.up.breaks if each.up else None),
            }
            for each in self.ranges
        ]
        names = ["path", "value", "breaks_below", "holds_from", "holds_to", "breaks_above"]
        return _frame(rows, names)


def explain_feasible(
    case: Case,
    answer: Answer,
    options: engines.Options | None = None,
    *,
    budget_s: float = BUDGET_S,
    ranges: Sequence[str] = (),
    on_progress: OnProgress | None = None,
    interrupted: threading.Event | None = None,
) -> Reasons:
    """Find out what decided a plan, by solving changed problems and comparing what is proven.

    Every difference is an interval: the cheapest plans of two problems are known up to their gaps
    only. One question takes at most the time limit of ``options`` and a tenth of ``budget_s``; all
    of them take at most ``budget_s`` seconds, the most telling first. ``ranges`` are paths of
    further figures to move. An interrupt ends it with what is known so far.

    Raises ValueError for an answer without a plan, problems.InputError for a path in ``ranges`` at
    which the file holds no figure.
    """
    began = time.monotonic()
    if answer.plan is None:
        raise ValueError("the answer has no plan: there is nothing to explain")
    check_ranges(case, tuple(ranges))
    options = options or options_of(case)
    asking = Asking.begin(case, answer, options, budget_s, on_progress, interrupted)
    asking.part(LIMITS_SHARE)
    limits = limits_worth(asking)
    asking.part(RULES_SHARE)
    together, alone = rules_together(asking), rules_alone(asking)
    asking.part(DEMANDS_SHARE)
    demands = demands_worth(asking)
    asking.part(ENTRY_SHARE)
    absent = absent_cards(asking)
    asking.part(1.0)
    figures = tuple(dict.fromkeys((*ranges, *figures_of_interest(asking))))
    moved = ranges_of(asking, figures)
    return Reasons(
        answer=asking.base,
        limits=limits,
        rules=together,
        each_rule=alone,
        demands=demands,
        absent=absent,
        ranges=moved,
        missed=tuple(asking.missed),
        notes=_notes(case),
        stopped=interrupted is not None and interrupted.is_set(),
        currency=case.instance.currency,
        tolerance=asking.tolerance / abs(asking.cost) if asking.cost else 0.0,
        questions=asking.asked,
        seconds=time.monotonic() - began,
    )


def _notes(case: Case) -> tuple[str, ...]:
    return (BASE_ALONE,) if case.uncertain is not None else ()


_TOLD = ["outcome", "cost", "difference", "at_least", "at_most", "verdict"]


def _told(reply: Reply) -> dict[str, object]:
    """What came of a question, as columns."""
    found, answer = reply.difference, reply.answer
    plan = answer.plan if answer else None
    return {
        "outcome": str(reply.outcome),
        "cost": plan.objective if plan else math.nan,
        "difference": found.plans if found else math.nan,
        "at_least": _number(found.low if found else None),
        "at_most": _number(found.high if found else None),
        "verdict": str(found.verdict) if found else None,
    }


def _number(value: float | None) -> float:
    return math.nan if value is None else value


def _frame(rows: list[dict[str, object]], names: list[str]) -> "pandas.DataFrame":
    import pandas

    return pandas.DataFrame(rows, columns=names)
