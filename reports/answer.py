"""What came of solving or checking, whichever way it ended: a page of text, or a JSON document.

Belongs here: which report an ending gets. Does not belong here: what the reports say
(reports.text), exit codes (cli).
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace

from reports.numbers import money_in_words
from reports.terminal import json_text
from reports.text import Baseline, Page, render_infeasible, render_no_plan, render_plan
from reports.text.failure import render_failure, violations_in_words
from reports.text.page import Section, points, sentence
from reports.text.remarks import verification
from solver.answer import Answer, AnswerStatus
from solver.case import Case
from solver.checking import Checked
from solver.engines import StopReason
from solver.plan import Plan, dump_plan


def compared(answers: Mapping[str, Answer]) -> list[Baseline]:
    """Answers to other problems, by how these differ, as a plan is compared with them."""
    return [
        Baseline(
            name=name,
            status=str(answer.status),
            objective=answer.plan.objective if answer.plan else None,
            bound=answer.bound,
            sentence=f"Best plan with {name}",
        )
        for name, answer in answers.items()
    ]


def render_answer(case: Case, answer: Answer, baselines: Sequence[Baseline] = ()) -> Page:
    """The page of an answer: its plan, or why there is none."""
    title = case.problem.title or ""
    if answer.plan:
        return render_plan(answer.plan, baselines=baselines)
    if answer.status is AnswerStatus.INFEASIBLE:
        return render_infeasible(answer.findings, title=title)
    if answer.status is AnswerStatus.NO_PLAN_FOUND:
        return render_no_plan(
            answer.bound,
            case.instance.currency,
            seconds=answer.seconds,
            interrupted=answer.stop is StopReason.INTERRUPTED,
            title=title,
        )
    return render_failure(answer.refused, answer.attempts)


def answer_json(case: Case, answer: Answer, baselines: Sequence[Baseline] = ()) -> str:
    """The text of the plan file; without a plan, of a document that says why there is none.

    Baselines stand in the plan's provenance, where a reader of plans expects nothing certain.
    """
    if answer.plan:
        found = {"baselines": [asdict(each) for each in baselines]} if baselines else {}
        return dump_plan(replace(answer.plan, provenance={**answer.plan.provenance, **found}))
    document = {
        "status": str(answer.status),
        "objective": None,
        "bound": answer.bound,
        "gap": None,
        "currency": case.instance.currency,
        "stop": None if answer.stop is None else str(answer.stop),
        "findings": [
            {"path": ".".join(map(str, each.path)), "reason": each.sentence}
            for each in answer.findings
        ],
        "excluded": [
            {"item": e.item, "site": e.site, "rule": e.rule, "reason": e.reason}
            for e in case.instance.excluded
        ],
        "violations": violations_in_words(answer.refused.violations) if answer.refused else [],
        "problem": case.loaded.tree,
    }
    return json_text(document)


def render_checked(case: Case, checked: Checked) -> Page:
    """The page of a check: a verdict, the purchases that do not fit, or the plan they lead to."""
    if checked.answer and checked.answer.status is AnswerStatus.INFEASIBLE:
        title = case.problem.title or ""
        return render_infeasible(checked.answer.findings, given=True, title=title)
    if checked.answer:
        return render_answer(case, checked.answer)
    if checked.plan and checked.verdict:
        plan = replace(checked.plan, verification=checked.verdict)
        return Page((_standing(plan, checked.same_problem), verification(plan)))
    told = sentence("These purchases do not fit the problem:")
    return Page(((told, points(violations_in_words(checked.misfits))),))


def _standing(plan: Plan, same_problem: bool) -> Section:
    """What the plan costs, and what its own claim of a bound is worth here."""
    cost = money_in_words(plan.objective, plan.currency)
    told = f"The plan costs {cost}."
    if plan.uncertainty is not None and isinstance(plan.uncertainty.get("cost"), float | int):
        over_all = money_in_words(plan.uncertainty["cost"], plan.currency)
        worst = plan.uncertainty.get("objective") == "worst_case"
        told += f" Over all cases it is {over_all} {'at worst' if worst else 'expected'}."
    if not same_problem:
        told += (
            " It was made from another problem (a scenario or edits?): what it says of its status "
            "and bound need not hold for this one."
        )
    elif plan.bound is not None:
        bound = money_in_words(plan.bound, plan.currency)
        told += f" Its bound, {bound}, is its own claim: only solving again proves it."
    return (sentence(told),)
