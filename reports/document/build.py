"""The document of a plan: its sections in the order in which a buyer asks.

Belongs here: the order. Does not belong here: what any section says.
"""

from reports.course import course_of
from reports.document import cases, decision, money, orders, others, reasons, running
from reports.document.parts import Document, clean
from reports.document.source import Source
from reports.language import Language
from solver.plan import Plan


def document_of(plan: Plan, language: Language) -> Document:
    """Everything to be said of a verified plan, from the plan alone.

    Raises problems.InputError, and catalogs.CatalogError, where the problem or the facts that the
    plan carries do not hold together.
    """
    source = Source(plan, course_of(plan), language)
    sections = (
        cases.cases(source),
        orders.orders(source),
        orders.fleet(source),
        running.demand(source),
        running.power(source),
        money.bill(source),
        money.cash(source),
        reasons.binding(source),
        reasons.excluded(source),
        reasons.comparisons(source),
        others.alternatives(source),
        reasons.assumptions(source),
        reasons.sources(source),
        reasons.provenance(source),
    )
    version = clean(plan.provenance.get("rackmix", ""))
    return Document(
        title=clean(plan.problem.get("title") or language.text("Purchase plan")),
        decision=decision.decision(source),
        standing=decision.standing(source),
        sections=tuple(section for section in sections if section is not None),
        foot=language.text("Made by rackmix {version} from the plan file alone.", version=version),
    )
