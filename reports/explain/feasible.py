"""What decided a plan, as a page of text.

Belongs here: the sections on limits, rules, demands, absent cards and ranges. Does not belong here:
sentences about one finding (feasible_words.py), the JSON document (feasible_json.py), the findings
(solver.explain).
"""

import shlex
from collections.abc import Callable, Iterator, Sequence

from rich.console import RenderableType

from reports.explain.feasible_words import (
    absent_in_words,
    cost_in_words,
    range_in_words,
    reached_in_words,
    saving_in_words,
)
from reports.numbers import count, percent_up
from reports.paragraph import Paragraph
from reports.text.headline import headline, standing
from reports.text.page import Page, Section, clean, heading, in_words, note, points, sentence
from solver.case import Case
from solver.explain import Reasons
from solver.explain.asking import Outcome
from solver.explain.cures import is_set
from solver.explain.entering import Reason
from solver.explain.rules_cost import RuleCost
from solver.explain.worth import Step
from solver.studies.interval import Verdict

MOST_MISSED = 6
"""Questions without time that are named one by one."""
SHARP = 1e-5
"""A share of the cost up to this is none."""
ORDER = (
    Reason.PRICE,
    Reason.NOT_AT_ANY_PRICE,
    Reason.OPEN,
    Reason.EXCLUDED,
    Reason.NOT_IN_TIME,
    Reason.NO_USE,
)


def render_reasons(case: Case, reasons: Reasons, width: int | None = None) -> Page:
    """The page of what decided a plan."""
    plan = reasons.answer.plan
    assert plan is not None
    told = sentence(
        "Nothing contradicts: there is a plan. `rackmix solve` shows it in full; this is what "
        "decided it."
    )
    return Page(
        (
            headline(plan),
            standing(plan),
            (told,),
            _limits(case, reasons),
            _rules(reasons),
            _absent(reasons),
            _demands(reasons),
            _ranges(reasons),
            _notes(reasons),
        ),
        width,
    )


def _limits(case: Case, reasons: Reasons) -> Section:
    title = heading("What a step of each limit is worth")
    if not reasons.limits:
        told = "The plan reaches none of its limits: demands, offers and prices decide."
        return title, sentence(told)
    parts: list[RenderableType] = [title]
    for step in reasons.limits:
        assert step.reached is not None
        words = step.words.replace(f"raise {step.path} from", "raised from", 1)
        lead = f"{step.path}, {reached_in_words(case, step.reached)}: {words}: "
        parts += _step(step, clean(lead) + " ", reasons)
    return tuple(parts)


def _demands(reasons: Reasons) -> Section:
    if not reasons.demands:
        return ()
    parts: list[RenderableType] = [heading("What a little less demand saves")]
    for step in reasons.demands:
        words = clean(step.words)
        parts += _step(step, f"{words[0].upper()}{words[1:]}: ", reasons)
    return tuple(parts)


def _step(step: Step, lead: str, reasons: Reasons) -> Iterator[RenderableType]:
    """A step and what it is worth, with the edits to paste below."""
    yield Paragraph(lead + saving_in_words(step.reply, reasons.currency) + ".", lead="- ")
    if step.reply.outcome is not Outcome.REFUSED:
        yield from _pasted(step.edits)


def _pasted(edits: Sequence[str]) -> Iterator[RenderableType]:
    for edit in edits:
        option = "--set" if is_set(edit) else "--unset"
        yield Paragraph(f"{option} {shlex.quote(clean(edit))}", lead="  ")


def _rules(reasons: Reasons) -> Section:
    if not reasons.rules:
        return ()
    parts: list[RenderableType] = [heading("What the export rules cost")]
    for cost in reasons.rules:
        parts.append(Paragraph(_rule(cost, _together(cost), reasons), lead="- "))
        parts += _pasted(cost.edits)
    costly, silent = _parted(reasons.each_rule, lambda each: _costs_nothing(each, reasons))
    for cost in costly:
        parts.append(Paragraph(_rule(cost, _names(cost), reasons), lead="- "))
        parts += _pasted(cost.edits)
    if silent:
        names = "; ".join(_names(cost) for cost in silent)
        told = f"Lifted while the others hold, these cost nothing: {names}."
        parts.append(points([told]))
    return tuple(parts)


def _together(cost: RuleCost) -> str:
    return f"All {clean(cost.words).removeprefix('without ').removeprefix('the ')}"


def _names(cost: RuleCost) -> str:
    rules = clean(cost.rule).split()
    return f"{in_words(rules)} {'alone' if len(rules) == 1 else 'together'}"


def _rule(cost: RuleCost, what: str, reasons: Reasons) -> str:
    return f"{what}: {cost_in_words(cost.reply, reasons.currency)}."


def _costs_nothing(cost: RuleCost, reasons: Reasons) -> bool:
    found = cost.difference
    return found is not None and found.verdict is Verdict.SAME


def _parted[T](items: Sequence[T], is_second: Callable[[T], bool]) -> tuple[list[T], list[T]]:
    return [i for i in items if not is_second(i)], [i for i in items if is_second(i)]


def _absent(reasons: Reasons) -> Section:
    if not reasons.absent:
        return ()
    ranked = sorted(reasons.absent, key=lambda each: ORDER.index(each.reason))
    texts = [absent_in_words(each, reasons.currency) for each in ranked]
    return heading("Why not these cards"), points(texts)


def _ranges(reasons: Reasons) -> Section:
    told = [each for each in reasons.ranges if each.up is not None or each.why]
    if not told:
        return ()
    near = percent_up(reasons.tolerance)
    within = "the cheapest" if reasons.tolerance <= SHARP else f"within {near} of the cheapest"
    text = (
        f"How far a figure can move, all else as it is, with the present purchases still {within}; "
        "found by solving at other values, so what lies between two of them is not proven."
    )
    return (
        heading("How far the answer holds"),
        sentence(text),
        points(range_in_words(each) for each in told),
    )


def _notes(reasons: Reasons) -> Section:
    texts = list(reasons.notes)
    if reasons.missed:
        shown = in_words([clean(name) for name in reasons.missed[:MOST_MISSED]])
        left = len(reasons.missed) - MOST_MISSED
        more = f" and {count(left)} more" if left > 0 else ""
        why = "Stopped by hand before" if reasons.stopped else "There was no time for"
        hint = "" if reasons.stopped else " A longer --budget asks more."
        texts.append(f"{why}: {shown}{more}.{hint}")
    texts.append(
        f"{count(reasons.questions)} problems solved in {reasons.seconds:,.0f} s. Differences are "
        "of cheapest plans, as far as the searches prove them; a smaller --gap proves more."
    )
    return tuple(note(text) for text in texts)
