"""The sheets of evidence: compliance, exclusions, assumptions, sources, the problem itself.

Belongs here: why the plan may be as it is, and on what it rests. Does not belong here: figures of
the plan.
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from reports.export.rulings import judged, told_reason
from reports.export.sheets.book import Book, Column
from reports.export.worked import Worked
from reports.figures import rule_of

ABOUT = ("id", "source", "date", "confidence", "name", "notes")
"""What a row of the catalogue says of itself, figures apart."""


def add_compliance(book: Book, worked: Worked) -> None:
    """Everything bought and leased, with the figures that export rules look at and the answer."""
    sheet = book.sheet("Compliance")
    columns = [
        Column(book.say("Item"), "text"),
        Column(book.say("Site"), "text"),
        Column(book.say("Destination"), "text"),
        Column(book.say("Card"), "text"),
        Column(book.say("Units"), "count"),
        Column(book.say("Cards"), "count"),
        Column(book.say("First delivery"), "date"),
        Column(book.say("Last delivery"), "date"),
        Column("TPP", "count"),
        Column(book.say("Performance density"), "number"),
        Column(book.say("I/O sum (GB/s)"), "count"),
        Column(book.say("Scale-up links (GB/s)"), "count"),
        Column(book.say("Status"), "text"),
        Column(book.say("Rule"), "text"),
        Column(book.say("Reason"), "long", 60),
        Column(book.say("Where it is written"), "long", 30),
    ]
    rows = []
    for each in judged(worked):
        card = each.card
        figures = (card.tpp, card.performance_density) if card else (None, None)
        links = (card.io_gb_per_s, card.interconnect_gb_per_s) if card else (None, None)
        where = (each.item, each.site, each.destination or None, card.id if card else None)
        bought = (each.units, each.cards, each.first, each.last)
        answer = (book.say(each.status), each.rule or None, told_reason(each, book.language))
        rows.append((*where, *bought, *figures, *links, *answer, each.citation or None))
    book.table(sheet, 0, columns, rows, frozen=1)


def add_excluded(book: Book, worked: Worked) -> None:
    """Everything that rules or the buyer's caps keep away, with the reason."""
    sheet, plan = book.sheet("Excluded"), worked.plan
    columns = [
        Column(book.say("Item"), "text"),
        Column(book.say("Site"), "text"),
        Column(book.say("Rule"), "text"),
        Column(book.say("Reason"), "long", 90),
        Column(book.say("Where it is written"), "long", 40),
    ]
    rows = [
        (
            row.item,
            row.site,
            row.rule,
            book.language.sentence(row.reason),
            rule_of(plan, row.rule).get("citation"),
        )
        for row in plan.excluded
    ]
    book.table(sheet, 0, columns, rows, frozen=1)


def add_assumptions(book: Book, worked: Worked) -> None:
    """What the plan assumes, and what decided it."""
    sheet, plan = book.sheet("Assumptions"), worked.plan
    columns = [
        Column(book.say("Sort"), "text"),
        Column(book.say("Where"), "text"),
        Column(book.say("Sentence"), "long", 110),
    ]
    told = [
        (book.say("assumption"), None, book.language.sentence(sentence))
        for sentence in plan.assumptions
    ]
    told += [
        (
            book.say("decided the plan"),
            str(row.get("where", "")),  # type: ignore[misc]
            book.language.sentence(str(row.get("message", ""))),
        )
        for row in plan.binding
    ]
    book.table(sheet, 0, columns, told, frozen=1)


def add_sources(book: Book, worked: Worked) -> None:
    """Every catalogue row that the problem uses, with its figures and their source."""
    sheet = book.sheet("Sources")
    columns = [
        Column(book.say("Table"), "text"),
        Column(book.say("Row"), "text"),
        Column(book.say("Name"), "long", 28),
        Column(book.say("Figures"), "long", 70),
        Column(book.say("Source"), "long", 60),
        Column(book.say("Date"), "text"),
        Column(book.say("Confidence"), "text"),
        Column(book.say("Notes"), "long", 50),
    ]
    rows = []
    for table, facts in worked.plan.facts.items():
        for fact in facts:
            figures = "; ".join(
                f"{name} {value if isinstance(value, str) else _short(value)}"
                for name, value in fact.items()
                if name not in ABOUT and value not in (None, [], {}, "")
            )
            about = [str(fact.get(name, "")) for name in ("source", "date", "confidence", "notes")]
            names = (table, str(fact["id"]), str(fact.get("name", "")))
            rows.append((*names, figures, *about))
    book.table(sheet, 0, columns, rows, frozen=2)


def add_problem(book: Book, worked: Worked) -> None:
    """Every value of the problem as it was solved, by its path."""
    sheet = book.sheet("Problem")
    columns = [
        Column(book.say("Path in the problem file"), "text"),
        Column(book.say("Value"), "long", 90),
    ]
    book.table(sheet, 0, columns, list(_leaves(worked.plan.problem)), frozen=1)


def _leaves(tree: Any, path: str = "") -> Iterator[tuple[str, str]]:
    if isinstance(tree, Mapping) and tree:
        for key, value in tree.items():
            yield from _leaves(value, f"{path}.{key}" if path else str(key))
    else:
        yield path, tree if isinstance(tree, str) else _short(tree)


def _short(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)
