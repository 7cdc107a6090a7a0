"""The cases that a plan was made for at once, as its file carries them.

Belongs here: reading them for reports, and the sentences that every format says of them. Does not
belong here: tables of them, the terminal's page (reports.text.uncertain).
"""

from dataclasses import replace
from datetime import date

from reports.language import Language
from reports.sureness import sureness_of_cases
from solver.answer import AnswerStatus
from solver.plan import Plan
from solver.uncertain.common import early_purchases
from solver.uncertain.document import WORST_CASE, UncertaintyRecord, read_record


def carried(plan: Plan) -> UncertaintyRecord | None:
    """What a plan says of its cases; None for a plan of a problem that is certain.

    Raises solver.PlanError for a block that cannot be read.
    """
    return None if plan.uncertainty is None else read_record(plan)


def decided_now(plan: Plan, cases: UncertaintyRecord) -> Plan:
    """The plan with nothing but the purchases that are the same in every case."""
    return replace(plan, purchases=early_purchases(plan, cases.decide_until))


def in_all_cases(cases: UncertaintyRecord, language: Language, money: str) -> str:
    """What all cases cost together, and how near that is to the least: `money` in words."""
    english = "Weighted over the {count} cases it costs {money}: {sure}"
    if cases.objective == WORST_CASE:
        english = "In the dearest of the {count} cases it costs {money}: {sure}"
    optimal, gap = cases.status == AnswerStatus.OPTIMAL, None if cases.bound is None else cases.gap
    sure = sureness_of_cases(optimal, gap, "", language)
    return language.text(english, count=len(cases.cases), money=money, sure=sure)


def only_in_case(plan: Plan, delivered: date, language: Language) -> str | None:
    """The warning on a delivery that holds for the plan's own case alone; None on all others."""
    cases = carried(plan)
    if cases is None or delivered <= cases.decide_until:
        return None
    return language.text(
        "only in case {case}: what is delivered after {day} depends on the case",
        case=cases.case,
        day=language.date(cases.decide_until),
    )
