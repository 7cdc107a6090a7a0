"""What the export rules say of one card, on one day, for one place and one owner.

Belongs here: choosing the rules in force, judging the card, taking the strictest. Does not belong
here: the rules (data/export_rules.yaml), what a plan does with the answer (solver).
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from catalogs.catalog import Catalog
from catalogs.countries import check_country
from catalogs.errors import CatalogError, MissingFigure, nearest
from catalogs.items import Accelerator
from catalogs.rules import Rule, Ruleset, Treatment, Verdict, judge_any, place_holds


@dataclass(frozen=True)
class Finding:
    """A rule that holds for the card."""

    rule: str
    """Id of the rule."""
    name: str
    """What it is called."""
    treatment: Treatment
    """What it does; an enforced advisory prohibits."""
    reason: str
    """The comparisons with the figures, e.g. 'TPP 4,992 >= 4,800'; or what an advisory says."""
    citation: str
    """Where it is written."""
    review: str | None = None
    """How a licence is judged."""


@dataclass(frozen=True)
class Ruling:
    """The answer for one card: the strictest treatment that holds, and why."""

    treatment: Treatment
    """The strictest that holds."""
    rule: str | None
    """Id of the rule that gives it; None where no rule holds."""
    reason: str
    """Rule and figures in words; for a free card what keeps it free."""
    findings: tuple[Finding, ...] = ()
    """Every rule that holds, the strictest first."""
    extra_lead_days: int = 0
    """Days a notification adds to the lead time."""
    surcharge_fraction: float = 0.0
    """Share of the price added, all surcharges together."""
    review: str | None = None
    """How the licence is judged."""


@dataclass(frozen=True)
class _Case:
    """What is asked, and the rules that look at it."""

    catalog: Catalog
    card: Accelerator
    on: date
    destination: str
    headquarters: str | None
    system_cards: int
    enforce: frozenset[str]

    def in_scope(self, rule: Rule) -> bool:
        """Whether the rule looks at this card, place, owner and day at all."""
        if not rule.effective <= self.on < (rule.until or date.max):
            return False
        if rule.jurisdiction == "EAR" and self.card.export_jurisdiction != "EAR":
            return False
        if (rule.cards and self.card.id not in rule.cards) or self.destination in rule.not_abroad:
            return False
        by_place = self._lies_in(self.destination, rule.destinations) and not self._lies_in(
            self.destination, rule.exempt
        )
        return by_place or self._lies_in(self.headquarters, rule.headquarters)

    def _lies_in(self, country: str | None, places: tuple[str, ...]) -> bool:
        groups = self.catalog.country_groups
        return country is not None and any(
            place_holds(place, country, self.on, groups) for place in places
        )

    def treatment(self, rule: Rule) -> Treatment:
        return Treatment.PROHIBITED if rule.id in self.enforce else rule.treatment

    def finding(self, rule: Rule, verdict: Verdict) -> Finding:
        reason = verdict.words or rule.text or rule.name
        if rule.treatment is Treatment.ADVISORY and rule.text:
            reason = rule.text
        return Finding(rule.id, rule.name, self.treatment(rule), reason, rule.citation, rule.review)


def classify(
    catalog: Catalog,
    ruleset: str,
    card: Accelerator,
    *,
    on: date,
    destination: str,
    headquarters: str | None,
    system_cards: int = 1,
    enforce: Collection[str] = (),
    leave_out: Collection[str] = (),
) -> Ruling:
    """Judge a card delivered on a day to a country, for an owner headquartered in another.

    `system_cards` is the number of cards sold in one system; `enforce` names advisories to be taken
    as prohibitions, `leave_out` rules taken not to hold: what such a rule replaces stays replaced,
    so that leaving one out never makes the answer stricter. Raises MissingFigure where a figure is
    missing that could make the answer stricter, CatalogError for an unknown ruleset, country or
    advisory.
    """
    rules = rules_of(catalog, ruleset)
    check_country(destination, "destination")
    if headquarters is not None:
        check_country(headquarters, "headquarters")
    _check_enforced(rules, enforce, ruleset)
    case = _Case(catalog, card, on, destination, headquarters, system_cards, frozenset(enforce))
    in_scope = [rule for rule in rules if case.in_scope(rule)]
    verdicts = {rule.id: judge_any(rule.when, card, system_cards) for rule in in_scope}
    holding = [rule for rule in in_scope if verdicts[rule.id].holds]
    replaced = {other for rule in holding for other in rule.replaces}
    holding = [rule for rule in holding if rule.id not in replaced and rule.id not in leave_out]
    in_scope = [rule for rule in in_scope if rule.id not in leave_out]
    findings = tuple(
        sorted(
            (case.finding(rule, verdicts[rule.id]) for rule in holding),
            key=lambda finding: -finding.treatment.strictness,
        )
    )
    strictest = findings[0].treatment if findings else Treatment.FREE
    for rule in in_scope:
        missing = verdicts[rule.id].missing
        if missing and _could_matter(case.treatment(rule), strictest):
            cause = _cause(card, missing[0])
            raise MissingFigure("accelerators", card.id, cause, f"rule {rule.id} ({rule.name})")
    if not findings:
        return Ruling(Treatment.FREE, None, _why_free(case, ruleset, in_scope, verdicts))
    return _ruling(findings, holding)


def classify_all(
    catalog: Catalog,
    ruleset: str,
    *,
    on: date,
    destination: str,
    headquarters: str | None,
    enforce: Collection[str] = (),
) -> dict[str, Ruling]:
    """Judge every card of the catalogue; a card that cannot be decided is answered `undecided`."""
    rulings: dict[str, Ruling] = {}
    for card in catalog.accelerators.values():
        try:
            rulings[card.id] = classify(
                catalog,
                ruleset,
                card,
                on=on,
                destination=destination,
                headquarters=headquarters,
                enforce=enforce,
            )
        except MissingFigure as missing:
            words = f"undecided: {missing.figure} is missing, needed for {missing.needed_for}"
            rulings[card.id] = Ruling(Treatment.UNDECIDED, None, words)
    return rulings


def rulesets_of(catalog: Catalog, ruleset: str) -> list[Ruleset]:
    """A ruleset and every one it includes.

    Raises CatalogError for an unknown ruleset.
    """
    found: dict[str, Ruleset] = {}
    wanted = [ruleset]
    while wanted:
        name = wanted.pop(0)
        if name not in found:
            found[name] = catalog.find("rulesets", name)
            wanted += found[name].includes
    return list(found.values())


def rules_of(catalog: Catalog, ruleset: str) -> list[Rule]:
    """Every rule of a ruleset and of those it includes, in the catalogue's order.

    Raises CatalogError for an unknown ruleset.
    """
    names = {each.id for each in rulesets_of(catalog, ruleset)}
    return [rule for rule in catalog.export_rules.values() if rule.ruleset in names]


def _cause(card: Accelerator, figure: str) -> str:
    """The figure to give: a performance density follows from TPP and die area."""
    if figure != "performance_density":
        return figure
    return "die_area_mm2" if card.tpp is not None else "tpp"


def _could_matter(treatment: Treatment, strictest: Treatment) -> bool:
    """Whether a rule of this treatment, if it held, would change what may be bought or its cost."""
    if treatment is Treatment.SURCHARGE:
        return strictest is not Treatment.PROHIBITED
    # An advisory excludes nothing, so not knowing whether it holds changes no purchase.
    return treatment.strictness > max(strictest.strictness, Treatment.ADVISORY.strictness)


def _ruling(findings: tuple[Finding, ...], holding: list[Rule]) -> Ruling:
    leading = findings[0]
    lead_days = [rule.extra_lead_days for rule in holding]
    return Ruling(
        treatment=leading.treatment,
        rule=leading.rule,
        reason=f"{leading.name}: {leading.reason}",
        findings=findings,
        # A licence takes the place of a notification; below it the longest notification counts.
        extra_lead_days=max(lead_days) if leading.treatment is Treatment.NOTIFY else 0,
        surcharge_fraction=sum(rule.surcharge_fraction for rule in holding),
        review=leading.review,
    )


def _why_free(case: _Case, ruleset: str, in_scope: list[Rule], verdicts: dict[str, Verdict]) -> str:
    reasons = [
        f"{rule.name}: {verdicts[rule.id].words}"
        for rule in in_scope
        # Not what restricts other products only, nor what only takes the place of another rule.
        if rule.treatment.strictness > Treatment.SURCHARGE.strictness
        and not rule.replaces
        and _meant_for(rule, case.card)
    ]
    if reasons:
        return "outside every rule; " + "; ".join(reasons)
    if case.card.export_jurisdiction == "none":
        return f"not subject to the EAR; no other rule of ruleset {ruleset} looks at it"
    return f"no rule of ruleset {ruleset} looks at {case.destination} on {case.on.isoformat()}"


def _meant_for(rule: Rule, card: Accelerator) -> bool:
    """Whether a rule looks at products marketed as this one is."""
    wanted = [condition.get("data_centre", card.data_centre) for condition in rule.when]
    return not wanted or card.data_centre in wanted


def _check_enforced(rules: list[Rule], enforce: Collection[str], ruleset: str) -> None:
    advisories = [rule.id for rule in rules if rule.treatment is Treatment.ADVISORY]
    problems = [
        f"enforce: '{name}' is no advisory of ruleset {ruleset}{nearest(name, advisories)}"
        for name in enforce
        if name not in advisories
    ]
    if problems:
        raise CatalogError(problems)
