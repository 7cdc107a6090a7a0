"""Why the plan is as it is: limits reached, exclusions, comparisons, assumptions, sources, checks.

Belongs here: the sections that explain a plan in sentences. Does not belong here: tables of the
plan itself.
"""

import math
from collections.abc import Mapping
from itertools import groupby
from typing import Any

from reports.document.parts import (
    Block,
    Cell,
    Facts,
    Paragraph,
    Points,
    Section,
    Table,
    clean,
    columns,
    plain,
)
from reports.document.source import Source
from reports.figures import Exclusion, exclusions, rule_of

SAME = 1e-9
"""Relative difference of totals that is nothing but rounding."""


def binding(source: Source) -> Section:
    """The limits that the plan uses up."""
    text = source.text
    rows = tuple(
        text(
            "{what}: {why}",
            what=clean(row.get("where", "")),
            why=source.language.sentence(clean(row.get("message", ""))),
        )
        for row in source.plan.binding
    )
    said = text("The plan reaches none of the limits of supply, budget, power, space or rules.")
    block: Block = Points(rows) if rows else Paragraph(said)
    return Section("binding", text("What binds"), (block,))


def excluded(source: Source) -> Section | None:
    """What the rules keep away, and why."""
    if not source.plan.excluded:
        return None
    blocks: list[Block] = []
    for rule, entries in groupby(exclusions(source.plan.excluded), key=lambda entry: entry.rule):
        blocks.append(Paragraph(_rule(source, rule)))
        blocks.append(Points(tuple(_exclusion(source, entry) for entry in entries)))
    return Section("excluded", source.text("What the rules excluded"), tuple(blocks))


def _rule(source: Source, name: str) -> str:
    """A rule, when it is in force and where it is written, as far as the facts know."""
    row, text = rule_of(source.plan, name), source.text
    said = clean(name)
    if row.get("effective"):
        said += text(", in force from {day}", day=source.language.period(clean(row["effective"])))
    if row.get("until"):
        said += text(" until {day}", day=source.language.period(clean(row["until"])))
    return f"{said} ({clean(row['citation'])})" if row.get("citation") else said


def _exclusion(source: Source, entry: Exclusion) -> str:
    listed = source.language.listed
    return source.text(
        "{items} at {sites}: {reason}",
        items=listed([clean(item) for item in entry.items]),
        sites=listed([clean(site) for site in entry.sites]),
        reason=source.language.sentence(clean(entry.reason)),
    )


def comparisons(source: Source) -> Section | None:
    """How the plan stands beside other ways to buy, where these were solved as well."""
    found = source.plan.provenance.get("baselines") or []
    if not found:
        return None
    rows = tuple(_comparison(source, base) for base in found)
    return Section("comparisons", source.text("Beside other ways to buy"), (Points(rows),))


def _comparison(source: Source, base: Mapping[str, Any]) -> str:
    """One of them against the plan, in a sentence that claims no more than the bounds prove."""
    plan, text = source.plan, source.text
    what = source.language.sentence(clean(base["sentence"]).rstrip(".:"))
    if base["objective"] is None:
        why = _WITHOUT_PLAN.get(str(base["status"]), "no plan was found")
        return text("{what}: {why}", what=what, why=text(why))
    said = text("{what}: {why}", what=what, why=source.money(base["objective"]))
    if math.isclose(base["objective"], plan.objective, rel_tol=SAME):
        return said + text(", the same")
    difference = base["objective"] - plan.objective
    share = source.money(abs(difference))
    if plan.objective:
        share = source.language.percent(abs(difference / plan.objective))
    said += text(", {share} dearer" if difference > 0 else ", {share} cheaper", share=share)
    dearer = base["bound"] is not None and base["bound"] > plan.objective
    cheaper = plan.bound is not None and plan.bound > base["objective"]
    return (
        said if dearer or cheaper else said + text("; within the gaps, so not a proven difference")
    )


_WITHOUT_PLAN = {
    "infeasible": "there is none",
    "no_plan_found": "no plan was found within the time limit",
    "error": "the search failed",
}


def assumptions(source: Source) -> Section | None:
    """What was assumed where file and catalogue are silent, and what rules advise."""
    texts = tuple(source.language.sentence(clean(text)) for text in source.plan.assumptions)
    if not texts:
        return None
    return Section("assumptions", source.text("Assumptions"), (Points(texts),))


def sources(source: Source) -> Section | None:
    """Every catalogue row the plan rests on, with its source, date and confidence."""
    text = source.text
    rows = tuple(
        (
            plain(text(table.replace("_", " "))),
            plain(row.get("id", "")),
            plain(row.get("name", "")),
            plain(row.get("date", "")),
            Cell(text(row["confidence"])) if row.get("confidence") in _CONFIDENCE else Cell(""),
            plain(row.get("source") or row.get("citation") or ""),
            plain(row.get("notes", "")),
        )
        for table, facts in source.plan.facts.items()
        if table in _TABLES
        for row in facts
    )
    if not rows:
        return None
    titles = ("table", "row", "name", "date", "confidence", "source", "notes")
    table = Table(
        text("Facts and their sources"),
        columns(*(text(t) for t in titles), spare=(0, 2, 3, 6)),
        rows,
        aside=True,
    )
    return Section("sources", text("Facts and their sources"), (table,), memo=False)


_CONFIDENCE = ("high", "medium", "low")
_TABLES = (
    "accelerators",
    "nodes",
    "hosts",
    "switches",
    "nics",
    "cables",
    "prices",
    "models",
    "tariffs",
    "carbon",
    "export_rules",
    "rulesets",
    "country_groups",
)


def provenance(source: Source) -> Section:
    """What the plan was made from and with, and what was checked."""
    plan, text, known = source.plan, source.text, source.plan.provenance
    rows = [(text("status"), text(str(plan.status)))]
    if plan.bound is not None:
        rows.append((text("bound"), source.money(plan.bound)))
    if plan.gap is not None:
        rows.append((text("gap"), source.language.percent_up(plan.gap)))
    if known.get("engine"):
        engine = f"{clean(known['engine'])} {clean(known.get('engine_version', ''))}"
        rows.append((text("found by"), engine.strip()))
    if isinstance(known.get("seconds"), int | float):
        rows.append((text("seconds"), source.language.figure(known["seconds"])))
    rows += [(text(n), clean(known[key])) for key, n in _MADE_WITH if known.get(key)]
    heads = columns(text("family"), text("what was checked"), text("comparisons"), right=(2,))
    checks = tuple(
        (
            Cell(text(check.family.replace("_", " "))),
            Cell(text(check.description)),
            source.number(check.count),
        )
        for check in plan.verification.checks
        if check.count
    )
    table = Table(text("What was verified"), heads, checks, aside=True)
    blocks = (Facts(tuple(rows)), table)
    return Section("provenance", text("Provenance"), blocks, memo=False)


_MADE_WITH = (
    ("rackmix", "rackmix"),
    ("python", "Python"),
    ("pulp", "PuLP"),
    ("problem_sha256", "problem (SHA-256)"),
    ("catalog_sha256", "catalogue (SHA-256)"),
    ("instance_sha256", "instance (SHA-256)"),
)
