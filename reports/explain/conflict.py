"""The explanation of a problem without a plan, as a page of text or a JSON document.

Belongs here: their layout and the words around the findings. Does not belong here: the findings
(solver.explain), plans (reports.text).
"""

import shlex
from collections.abc import Iterator, Sequence
from typing import Any

from reports.answer import answer_json, render_answer
from reports.explain.feasible import render_reasons
from reports.explain.feasible_json import reasons_json
from reports.numbers import money_in_words, percent
from reports.paragraph import Paragraph
from reports.terminal import json_text
from reports.text.page import Page, Section, clean, heading, note, points, sentence
from solver.case import Case
from solver.explain import Conflict, Contradiction, Cure, Explanation

NUMBERS = ("", "one", "two", "three", "four", "five", "six")


def render_explanation(case: Case, explanation: Explanation, width: int | None = None) -> Page:
    """The page of an explanation; for a problem without a plan in time, of its answer."""
    conflict = explanation.conflict
    if explanation.reasons is not None:
        return render_reasons(case, explanation.reasons, width)
    if conflict is None:
        return render_answer(case, explanation.answer)
    title = clean(case.problem.title)
    said = (heading(title),) if title else ()
    told = sentence("Infeasible: no plan can meet the demand within the limits.")
    return Page(
        (
            (*said, told),
            _findings(conflict),
            *(_contradiction(conflict, number) for number in range(len(conflict.contradictions))),
            _cures(conflict),
            _hopeless(conflict),
            _notes(conflict),
        ),
        width,
    )


def _findings(conflict: Conflict) -> Section:
    if not conflict.findings:
        return ()
    texts = (f"{'.'.join(map(str, f.path))}: {clean(f.sentence)}" for f in conflict.findings)
    return heading("By arithmetic alone"), points(texts)


def _contradiction(conflict: Conflict, place: int) -> Section:
    found = conflict.contradictions[place]
    count = len(found.members)
    title = "The conflict" if len(conflict.contradictions) == 1 else f"Conflict {place + 1}"
    if count == 0:
        told = "There is no plan whatever is given up of what the file asks for and forbids."
    elif count == 1:
        told = "Whatever becomes of all else, no plan can do this:"
    else:
        told = f"No plan keeps these {_number(count)} together, whatever becomes of all else"
        told += "; without any one of them there is one:" if found.minimal else ":"
    parts = [heading(title), sentence(told)]
    parts.append(points(f"{m.name}: {clean(m.sentence)}" for m in found.members))
    if found.doubts:
        parts.append(note(found.doubts))
    return tuple(parts)


def _number(count: int) -> str:
    return NUMBERS[count] if count < len(NUMBERS) else str(count)


def _cures(conflict: Conflict) -> Section:
    if not conflict.cures:
        found = "in time" if conflict.stopped else "among those that are tried"
        told = f"No change was found {found} that makes the problem solvable."
        return heading("What would cure it"), sentence(told)
    told = "Each of these alone makes it solvable; a plan was found and verified for every one."
    if len(conflict.cures) == 1:
        told = "This makes it solvable; a plan was found and verified."
    parts = [heading("What would cure it"), sentence(told)]
    for place, cure in enumerate(conflict.cures, start=1):
        lead = f"{place}. "
        parts.append(Paragraph(_cure(conflict, cure), lead=lead))
        parts += [
            Paragraph(f"{option} {shlex.quote(clean(edit))}", lead=" " * len(lead))
            for option, edit in cure.options
        ]
    return tuple(parts)


def _cure(conflict: Conflict, cure: Cure) -> str:
    """A cure in words: what moves, by how much of itself, what the plan then costs."""
    words = "; and ".join(map(clean, cure.words))
    text = words[0].upper() + words[1:]
    if not cure.gives_up:
        text += f" ({percent(cure.relative)}{' in all' if len(cure.words) > 1 else ''})"
    text += "."
    if not cure.least:
        text += " Less may be enough."
    return text + _cost(conflict, cure)


def _cost(conflict: Conflict, cure: Cure) -> str:
    if cure.cost is None:
        return ""
    cost = money_in_words(cure.cost, conflict.currency)
    if cure.bound is None or cure.cost - cure.bound <= 1e-6 * max(1.0, abs(cure.cost)):
        known = "The cheapest plan then costs" if cure.bound is not None else "A plan then costs"
        return f" {known} {cost}."
    bound = money_in_words(cure.bound, conflict.currency)
    return f" A plan then costs {cost}, and none less than {bound}."


def _hopeless(conflict: Conflict) -> Section:
    if not conflict.hopeless:
        return ()
    texts = (f"{each.name}: {clean(each.reason)}" for each in conflict.hopeless)
    return heading("What alone does not cure it"), points(texts)


def _notes(conflict: Conflict) -> Section:
    texts = list(conflict.notes)
    if conflict.stopped:
        texts.append(
            "The search ended before all was looked at; a longer --time-limit may find more."
        )
    return tuple(note(clean(text)) for text in texts)


def explanation_json(case: Case, explanation: Explanation) -> str:
    """The JSON document of an explanation; without any, that of the answer."""
    conflict = explanation.conflict
    if explanation.reasons is not None:
        return reasons_json(explanation.reasons)
    if conflict is None:
        return answer_json(case, explanation.answer)
    document: dict[str, Any] = {
        "status": str(explanation.answer.status),
        "currency": conflict.currency,
        "findings": [
            {"path": ".".join(map(str, f.path)), "reason": f.sentence} for f in conflict.findings
        ],
        "conflicts": [_members(found) for found in conflict.contradictions],
        "cures": list(_cure_rows(conflict.cures)),
        "no_cure_alone": [{"path": h.name, "reason": h.reason} for h in conflict.hopeless],
        "notes": list(conflict.notes),
        "stopped": conflict.stopped,
        "questions": conflict.questions,
        "seconds": round(conflict.seconds, 3),
    }
    return json_text(document)


def _members(found: Contradiction) -> dict[str, Any]:
    return {
        "members": [
            {"path": m.name, "kind": str(m.kind), "requirement": m.sentence} for m in found.members
        ],
        "confirmed": found.confirmed,
        "minimal": found.minimal,
    }


def _cure_rows(cures: Sequence[Cure]) -> Iterator[dict[str, Any]]:
    for cure in cures:
        yield {
            "set": [edit for option, edit in cure.options if option == "--set"],
            "unset": [edit for option, edit in cure.options if option == "--unset"],
            "change": list(cure.words),
            "paths": list(cure.paths),
            "relative": cure.relative,
            "weighted": cure.weighted,
            "gives_up": cure.gives_up,
            "least": cure.least,
            "cost": cure.cost,
            "bound": cure.bound,
        }
