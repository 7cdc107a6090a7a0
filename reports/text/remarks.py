"""What a reader should know beside the plan: rules, limits, assumptions, comparisons, checks.

Belongs here: the sections that explain a plan in sentences. Does not belong here: tables of the
plan itself.
"""

import math
import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from itertools import groupby

from rich.console import RenderableType

from reports.figures import Exclusion, cards_ordered, exclusions, rule_of
from reports.numbers import count, money_in_words, percent
from reports.text.page import Section, clean, heading, in_words, note, points, sentence
from solver.plan import Plan

ADVISORY = "Advisory "
"""How assumptions begin that report an advisory rule."""
MOST_VIOLATIONS = 20
SAME = 1e-9
"""Relative difference of totals that is nothing but rounding."""


@dataclass(frozen=True, slots=True)
class Baseline:
    """Another problem's answer, to compare a plan with."""

    name: str
    """E.g. `one card type`."""
    status: str
    """optimal, feasible, infeasible, no_plan_found or error."""
    objective: float | None
    bound: float | None
    sentence: str
    """What it is, in words: `Best plan with one card type`."""


def excluded(plan: Plan) -> Section:
    """What the rules keep away, and why."""
    if not plan.excluded:
        return ()
    parts: list[RenderableType] = [heading("Kept out by rules and caps")]
    found = exclusions(plan.excluded)
    for rule, entries in groupby(found, key=lambda entry: entry.rule):
        parts += [sentence(f"{_rule(plan, rule)}:"), points(map(_exclusion, entries))]
    return tuple(parts)


def _rule(plan: Plan, name: str) -> str:
    """A rule with the time in which it is in force, where the facts know it."""
    row = rule_of(plan, name)
    since = f", in force from {clean(row['effective'])}" if row.get("effective") else ""
    until = f" until {clean(row['until'])}" if row.get("until") else ""
    return f"{clean(name)}{since}{until}"


def _exclusion(entry: Exclusion) -> str:
    items, sites = in_words(list(map(clean, entry.items))), in_words(list(map(clean, entry.sites)))
    return f"{items} at {sites}: {clean(entry.reason)}"


def binding(plan: Plan) -> Section:
    """The limits that the plan uses up."""
    if not plan.binding:
        return ()
    rows = [
        f"{clean(row.get('where', ''))}: {clean(row.get('message', ''))}" for row in plan.binding
    ]
    return heading("Limits reached"), points(rows)


def assumptions(plan: Plan) -> Section:
    """What was assumed where file and catalogue are silent."""
    texts = [clean(text) for text in plan.assumptions if not text.startswith(ADVISORY)]
    return (heading("Assumptions"), points(texts)) if texts else ()


def advisories(plan: Plan) -> Section:
    """Rules that advise and do not forbid, on the cards that are bought or leased."""
    found = [text for text in plan.assumptions if text.startswith(ADVISORY)]
    if not found:
        return ()
    ordered = cards_ordered(plan)
    shown = [told for text in found if (told := _advisory(text, ordered))]
    parts: list[RenderableType] = [heading("Advisories, not enforced")]
    parts += [points(shown)] if shown else []
    if left := len(found) - len(shown):
        concern = f"{count(left)}{' more' if shown else ''} concern{'s' if left == 1 else ''}"
        parts.append(
            note(f"{concern} only cards that are not bought or leased here: see the plan file.")
        )
    return tuple(parts)


def _advisory(text: str, ordered: Collection[str]) -> str:
    """An advisory on those of its cards that are ordered; empty if none is."""
    named = re.match(rf"{ADVISORY}(.+? to \S+) \(([^)]*)\)(.*)", text, re.DOTALL)
    if not named:
        # One that names no cards may concern any.
        return clean(text.removeprefix(ADVISORY))
    rule, cards, advice = named.groups()
    bought = [card for card in cards.split(", ") if card in ordered]
    return clean(f"{rule} ({', '.join(bought)}){advice}") if bought else ""


def comparisons(plan: Plan, baselines: Sequence[Baseline]) -> Section:
    """How the plan stands beside other ways to buy."""
    if not baselines:
        return ()
    return heading("In comparison"), points(comparison(plan, base) for base in baselines)


def comparison(plan: Plan, base: Baseline) -> str:
    """One baseline against the plan, in a sentence that claims no more than the bounds prove."""
    what = clean(base.sentence.strip().rstrip(".:") or base.name)
    if base.objective is None:
        return f"{what}: {_WITHOUT_PLAN.get(base.status, 'no plan was found')}"
    text = f"{what}: {money_in_words(base.objective, plan.currency)}"
    if math.isclose(base.objective, plan.objective, rel_tol=SAME):
        return f"{text}, the same"
    difference = base.objective - plan.objective
    if plan.objective:
        share = percent(abs(difference / plan.objective))
    else:
        share = money_in_words(abs(difference), plan.currency)
    text += f", {share} {'dearer' if difference > 0 else 'cheaper'}"
    dearer = base.bound is not None and base.bound > plan.objective
    cheaper = plan.bound is not None and plan.bound > base.objective
    return text if dearer or cheaper else f"{text}; within the gaps, so not a proven difference"


_WITHOUT_PLAN = {
    "infeasible": "there is none",
    "no_plan_found": "no plan was found within the time limit",
    "error": "the search failed",
}


def verification(plan: Plan) -> Section:
    """What was checked, and what the plan was made from."""
    found = plan.verification
    made = note(_provenance(plan))
    if found.ok:
        checks = sum(check.count for check in found.checks)
        families = len({check.family for check in found.checks if check.count})
        return sentence(f"Verified: {count(checks)} checks of {count(families)} families."), made
    if not found.violations:
        return sentence("Not verified.", "bold"), made
    number = len(found.violations)
    title = heading(f"Not a valid plan: {count(number)} violation{'' if number == 1 else 's'}")
    shown = [f"{v.family}: {clean(v)}" for v in found.violations[:MOST_VIOLATIONS]]
    if number > MOST_VIOLATIONS:
        shown.append(f"and {count(number - MOST_VIOLATIONS)} more")
    return title, points(shown), made


def _provenance(plan: Plan) -> str:
    known = plan.provenance
    parts = []
    for name in ("problem", "catalog"):
        if digest := known.get(f"{name}_sha256"):
            parts.append(f"{name} {clean(digest)[:12]}")
    for key, name in (("rackmix", "rackmix"), ("python", "Python"), ("pulp", "PuLP")):
        if known.get(key):
            parts.append(f"{name} {clean(known[key])}")
    return f"Made from {', '.join(parts)}." if parts else "No provenance."
