"""How sure a plan is, in the one wording that every reader of a plan gets.

Belongs here: what its search proved, or why it did not, in the reader's language. Does not belong
here: where a report says it, costs and bounds.
"""

from reports.language import Language
from solver.engines import ROUNDING
from solver.given import GIVEN
from solver.plan import Plan, PlanStatus
from solver.restriction import HELD

ENDED_BY = {
    "time_limit": "the time limit came before the proof",
    "interrupted": "the search was stopped by hand",
}
"""What ended a search before its proof."""
ENDED = "the search ended before the proof"
"""The same, where nothing is known of it."""


def sureness(plan: Plan, language: Language) -> str:
    """What is proven of a plan's cost, or why nothing is: a clause without its full stop."""
    text, stop = language.text, str(plan.provenance.get("stop"))
    if plan.status is PlanStatus.OPTIMAL:
        if plan.gap is not None and plan.gap <= ROUNDING:
            return text("proven, no plan is cheaper")
        return proven_within(plan.gap, language)
    if plan.assumptions[:1] == (GIVEN,):
        return text("these purchases fit; {use}", use=_use(plan, stop, language))
    why = ended_by(stop, language)
    if held_to(plan):
        # What the search proved or not says nothing of the problem without what holds the plan.
        why = text("held to more than the problem asks")
    return unproven(why, None if plan.bound is None else plan.gap, language)


def held_to(plan: Plan) -> str | None:
    """The sentence of what a plan is held to beside its problem; None for most plans."""
    first = next(iter(plan.assumptions), "")
    return first if first.startswith(HELD) else None


def sureness_of_cases(optimal: bool, gap: float | None, stop: str, language: Language) -> str:
    """The same of plans for several cases, which together were asked to be the cheapest."""
    if not optimal:
        return unproven(ended_by(stop, language), gap, language)
    if gap is not None and gap <= ROUNDING:
        return language.text("proven, no plans with common early deliveries are cheaper")
    return proven_within(gap, language)


def proven_within(gap: float | None, language: Language) -> str:
    """A search that came as near to the cheapest as it was asked to."""
    if gap is None:
        return language.text("proven")
    return language.text("proven within {gap} of the cheapest", gap=language.percent_up(gap))


def unproven(why: str, gap: float | None, language: Language) -> str:
    """A search that did not, and what it leaves open."""
    if gap is None:
        return language.text("{why}; how much could be saved is not known", why=why)
    return language.text(
        "{why}; at most {gap} could be saved", why=why, gap=language.percent_up(gap)
    )


def ended_by(stop: str, language: Language) -> str:
    """What ended a search before its proof, by the reason in its plan's provenance."""
    return language.text(ENDED_BY.get(stop, ENDED))


def _use(plan: Plan, stop: str, language: Language) -> str:
    """What is known of the use that given purchases are put to."""
    text = language.text
    if stop not in ("proven", "gap"):
        why = ended_by(stop, language)
        return text("{why}, so there may be a cheaper use of them", why=why)
    options = plan.provenance.get("options")
    asked = options.get("gap") if stop == "gap" and isinstance(options, dict) else None
    if isinstance(asked, float) and asked:
        near = language.percent_up(asked)
        return text("what runs on them is the cheapest use of them within {gap}", gap=near)
    return text("what runs on them is the cheapest use of them")
