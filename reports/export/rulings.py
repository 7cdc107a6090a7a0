"""What the export rules say of everything that a plan buys and leases.

Belongs here: the card of every item with the figures the rules look at, and the ruling of the day.
Does not belong here: the rules and their judgement (catalogs), what is kept away (the plan).
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

import catalogs
from catalogs import Accelerator
from reports.export.worked import OrderLine, Worked
from reports.language import Language

NO_RULES = "no rules"
"""Status where the problem asks for no export rules."""
NOT_JUDGED = "not judged"
"""Status of what the rules do not look at: hosts without cards, parts of fabrics, and capacity that
stays with its vendor."""

OWN = (
    "holds no accelerator",
    "capacity that stays with its vendor",
    "the problem asks for none",
)
"""Reasons that no rule gives."""
OUTSIDE = "outside every rule"
"""How the reason of a free card begins; then what keeps it outside of each."""


@dataclass(frozen=True, slots=True)
class Judged:
    """An item at a site with what the rules say of it."""

    item: str
    site: str
    destination: str
    """Country code; empty where the problem names none."""
    first: date
    last: date
    """First and last delivery that it was judged for alike."""
    units: float
    cards: float
    card: Accelerator | None
    """None for hosts and fabrics."""
    status: str
    """The treatment: free, notify, licence, surcharge, advisory; or why there is none."""
    rule: str
    reason: str
    """Figures that decided it, in words."""
    citation: str


def card_of(worked: Worked, item: str) -> Accelerator | None:
    """The accelerator that an item is or holds; None for hosts and switches."""
    catalog = worked.case.catalog
    if item in catalog.accelerators:
        return catalog.accelerators[item]
    node = catalog.nodes.get(item)
    return catalog.accelerators[node.card] if node else None


def judged(worked: Worked, lines: Iterable[OrderLine] | None = None) -> tuple[Judged, ...]:
    """Everything bought and leased, judged as the plan's problem judges it; all lines by default.

    Deliveries of the same item to the same site with the same answer are one row.
    """
    found: dict[tuple[str, ...], list[OrderLine]] = defaultdict(list)
    answers: dict[tuple[str, str, str, date], tuple[str, str, str, str]] = {}
    for line in worked.lines if lines is None else lines:
        row = line.row
        key = (row.offer, row.item, row.site, row.delivered)
        if key not in answers:
            answers[key] = _answer(worked, line)
        found[row.item, row.site, _destination(worked, line), *answers[key]].append(line)
    return tuple(
        Judged(
            item=item,
            site=site,
            destination=destination,
            first=min(line.row.delivered for line in group),
            last=max(line.row.delivered for line in group),
            units=sum(line.row.quantity for line in group),
            cards=sum(line.row.cards for line in group),
            card=card_of(worked, item),
            status=status,
            rule=rule,
            reason=reason,
            citation=citation,
        )
        for (item, site, destination, status, rule, reason, citation), group in sorted(
            found.items(), key=lambda entry: entry[0]
        )
    )


def _destination(worked: Worked, line: OrderLine) -> str:
    site = worked.case.problem.sites.get(line.row.site)
    if site is not None:
        return site.destination or ""
    offer = worked.case.problem.offers.get(line.row.offer)
    return (offer.destination if offer else None) or ""


def _answer(worked: Worked, line: OrderLine) -> tuple[str, str, str, str]:
    """Status, rule, reason and citation of an order line."""
    row, problem = line.row, worked.case.problem
    card = card_of(worked, row.item)
    if card is None:
        return NOT_JUDGED, "", OWN[0], ""
    if worked.instance.site[row.site].hosted and not problem.offers[row.offer].rules_apply:
        return NOT_JUDGED, "", OWN[1], ""
    rules = problem.export_rules
    if rules is None:
        return NO_RULES, "", OWN[2], ""
    node = worked.case.catalog.nodes.get(row.item)
    ruling = catalogs.classify(
        worked.case.catalog,
        rules.ruleset,
        card,
        on=rules.as_of or row.delivered,
        destination=_destination(worked, line),
        headquarters=problem.buyer.headquarters,
        system_cards=(node.scale_up_cards or node.cards) if node else 1,
        enforce=rules.enforce,
        leave_out=rules.except_,
    )
    citation = ruling.findings[0].citation if ruling.findings else ""
    return str(ruling.treatment), ruling.rule or "", ruling.reason, citation


def told_reason(each: Judged, language: Language) -> str:
    """The reason of an answer in the reader's language."""
    if each.reason in OWN:
        return language.text(each.reason)
    first, *rest = each.reason.split("; ")
    if first != OUTSIDE or language.code == "en":
        return language.sentence(each.reason)
    return "\uff1b".join([language.text(OUTSIDE), *map(language.sentence, rest)])
