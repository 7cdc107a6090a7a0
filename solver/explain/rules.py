"""Which export rules touch a problem's offers.

Belongs here: every rule that forbids, licences, delays or taxes a delivery, with its words. Does
not belong here: the rules themselves (catalogs), what they make of an option (solver.instance).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

import catalogs
from catalogs.rules import Treatment
from catalogs.ruling import Finding
from problems.schema.market import Offer
from solver.case import Case

MILD = (Treatment.FREE, Treatment.ADVISORY)


@dataclass(frozen=True)
class RelevantRule:
    """A rule that holds for something on offer."""

    id: str
    sentence: str
    """The rule with the figures of the first card it holds for."""
    licensed: tuple[str, ...]
    """Cards it asks a licence for."""


def relevant_rules(case: Case) -> tuple[RelevantRule, ...]:
    """Every rule that holds for an offer on a delivery day, in the order of their ids."""
    found: dict[str, tuple[str, set[str], set[str]]] = {}
    for card, finding in _findings(case):
        _words, cards, licensed = found.setdefault(
            finding.rule, (f"{finding.name}: {finding.reason}", set(), set())
        )
        cards.add(card)
        if finding.treatment is Treatment.LICENCE:
            licensed.add(card)
    return tuple(
        RelevantRule(rule, f"{words} ({', '.join(sorted(cards))})", tuple(sorted(licensed)))
        for rule, (words, cards, licensed) in sorted(found.items())
    )


def joint_rules(case: Case) -> tuple[tuple[str, ...], ...]:
    """Rules that forbid one delivery at once: lifting one of them alone changes nothing for it.

    Each set is in the order of ids; the smallest come first.
    """
    sets = set[frozenset[str]]()
    for card, findings in _rulings(case):
        licensed = bool(case.problem.export_licences.get(card))
        firm = {Treatment.PROHIBITED} if licensed else {Treatment.PROHIBITED, Treatment.LICENCE}
        sets.add(frozenset(f.rule for f in findings if f.treatment in firm))
    several = [tuple(sorted(each)) for each in sets if len(each) > 1]
    return tuple(sorted(several, key=lambda rules: (len(rules), rules)))


def _findings(case: Case) -> Iterator[tuple[str, Finding]]:
    for card, findings in _rulings(case):
        for finding in findings:
            if finding.treatment not in MILD:
                yield card, finding


def _rulings(case: Case) -> Iterator[tuple[str, tuple[Finding, ...]]]:
    """What the rules find on every card on offer, for every delivery."""
    rules, catalog = case.problem.export_rules, case.catalog
    if rules is None:
        return
    for offer in case.problem.offers.values():
        row = catalog.item(offer.item)
        if isinstance(row, catalogs.Host):
            continue
        node = row if isinstance(row, catalogs.Node) else None
        card = catalog.find("accelerators", node.card if node else offer.item)
        days = {rules.as_of} if rules.as_of else _delivery_days(case, offer)
        for destination in _destinations(case, offer):
            for day in sorted(days):
                ruling = catalogs.classify(
                    catalog,
                    rules.ruleset,
                    card,
                    on=day,
                    destination=destination,
                    headquarters=case.problem.buyer.headquarters,
                    system_cards=(node.scale_up_cards or node.cards) if node else 1,
                    enforce=rules.enforce,
                    leave_out=rules.except_,
                )
                yield card.id, ruling.findings


def _delivery_days(case: Case, offer: Offer) -> set[date]:
    days = {period.start for period in case.instance.periods}
    return {day for day in days if offer.available is None or day in offer.available}


def _destinations(case: Case, offer: Offer) -> list[str]:
    sites = case.problem.sites
    if offer.lease is not None and offer.site is None:
        return [offer.destination] if offer.rules_apply and offer.destination else []
    named = [offer.site] if offer.site else offer.sites or list(sites)
    return sorted({sites[site].destination for site in named})
