"""What came of planning for several cases, whichever way it ended: a page, a document, a table.

Belongs here: which report an ending gets. Does not belong here: what the pages say (reports.text),
exit codes (cli).
"""

import pandas as pd
from rich.console import RenderableType

from reports.terminal import json_text
from reports.text import Page, render_no_plan
from reports.text.failure import render_failure
from reports.text.page import clean, heading, in_words, points, sentence
from reports.text.uncertain import render_uncertain
from solver.answer import AnswerStatus
from solver.case import Case
from solver.engines import StopReason
from solver.plan import dump_plan
from solver.uncertain.answer import UncertainAnswer
from solver.uncertain.document import plan_of_answer


def render_uncertain_answer(case: Case, answer: UncertainAnswer) -> Page:
    """The page of an answer: its plans, or why there are none."""
    title = case.problem.title or ""
    if answer.plans and answer.status is not AnswerStatus.ERROR:
        return render_uncertain(answer, title)
    if answer.status is AnswerStatus.INFEASIBLE:
        return _infeasible(answer, title)
    if answer.status is AnswerStatus.NO_PLAN_FOUND:
        return render_no_plan(
            answer.bound,
            case.instance.currency,
            seconds=answer.seconds,
            interrupted=answer.stop is StopReason.INTERRUPTED,
            title=title,
        )
    return render_failure(answer.refused, answer.attempts, case=answer.refused_case)


def _infeasible(answer: UncertainAnswer, title: str) -> Page:
    said: list[RenderableType] = [heading(clean(title))] if title else []
    if not answer.refuted:
        told = (
            "Infeasible: every case has a plan of its own, but no early deliveries serve all of "
            f"them. What is delivered up to {answer.decide_until} must be the same in every case."
        )
        return Page(((*said, sentence(told)), (points(map(clean, answer.not_now)),)))
    names = in_words([clean(name) for name in answer.refuted])
    cases = "case" if len(answer.refuted) == 1 else "cases"
    told = (
        f"Infeasible: in {cases} {names} no plan can meet the demand within the limits, even if it "
        "were known from the start."
    )
    findings = [
        f"{clean(case.name)}: {'.'.join(map(str, f.path))}: {clean(f.sentence)}"
        for case in answer.cases.values()
        for f in case.findings
    ]
    return Page(((*said, sentence(told)), (points(findings),) if findings else ()))


def uncertain_json(case: Case, answer: UncertainAnswer) -> str:
    """The text of the plan file; without plans, of a document that says why there are none."""
    assert case.uncertain is not None
    if answer.plans and answer.status is not AnswerStatus.ERROR:
        return dump_plan(plan_of_answer(answer, case.uncertain))
    document = {
        "status": str(answer.status),
        "objective": None,
        "bound": answer.bound,
        "gap": None,
        "currency": case.instance.currency,
        "stop": None if answer.stop is None else str(answer.stop),
        "cases": [
            {
                "name": each.name,
                "weight": each.weight,
                "infeasible": each.refuted,
                "findings": [
                    {"path": ".".join(map(str, f.path)), "reason": f.sentence}
                    for f in each.findings
                ],
            }
            for each in answer.cases.values()
        ],
        "not_now": list(answer.not_now),
        "violations": [str(v) for v in answer.refused.violations] if answer.refused else [],
        "problem": case.uncertain.loaded.tree,
    }
    return json_text(document)


def cases_frame(answer: UncertainAnswer) -> pd.DataFrame:
    """The cases of an answer, one row each: case, weight, cost, known_low, known_high, price_low,
    price_high; amounts in the plan's currency at present value, missing where nothing is known.
    """
    columns = ["case", "weight", "cost", "known_low", "known_high", "price_low", "price_high"]
    rows = [
        (
            case.name,
            case.weight,
            None if case.plan is None else case.plan.objective,
            case.known.low,
            case.known.high,
            case.price.low,
            case.price.high,
        )
        for case in answer.cases.values()
    ]
    frame = pd.DataFrame(rows, columns=columns)
    return frame.astype(dict.fromkeys(columns[1:], float))
