"""The plan file of an answer for several cases.

Belongs here: the `uncertainty` block of a plan file, both ways. The file is the plan of the
heaviest case, a whole plan by itself; the block holds the plans of the other cases and what all of
them mean together. Does not belong here: records of a plan (solver.plan), checks (check).
"""

from dataclasses import dataclass, replace
from datetime import date

from solver.case import Uncertain
from solver.plan import Plan, PlanError, plan_from_json, plan_to_json
from solver.plan.convert import Misread, from_json, to_json
from solver.plan.records import Json, JsonMap
from solver.uncertain.answer import CaseAnswer, UncertainAnswer
from solver.uncertain.value import Figure

EXPECTED, WORST_CASE = "expected", "worst_case"


@dataclass(frozen=True, slots=True)
class CaseRecord:
    """A case in the file."""

    name: str
    weight: float
    cost: float
    """Of its plan; the objective there."""
    known_low: float | None
    """If this case were known from the start, no plan would cost less than this ..."""
    known_high: float | None
    """... and one would cost this."""
    price_low: float | None
    """Not knowing it costs at least this here ..."""
    price_high: float | None
    """... and at most this."""
    plan: Json
    """Its plan file; null for the case whose plan the file is."""


@dataclass(frozen=True, slots=True)
class FigureRecord:
    """A figure of solver.uncertain.value in the file."""

    low: float | None
    high: float | None
    fails_in: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FigureRecords:
    """All of them; null where nothing was found out."""

    perfect_information: FigureRecord | None
    planning: FigureRecord | None
    waiting: FigureRecord | None


@dataclass(frozen=True, slots=True)
class UncertaintyRecord:
    """The `uncertainty` block of a plan file."""

    objective: str
    """expected or worst_case."""
    decide_until: date
    status: str
    """Of the search over all cases together: optimal or feasible."""
    cost: float
    """The weighted sum of what the cases cost, or the highest."""
    bound: float | None
    """No plans with common early deliveries cost less together."""
    gap: float | None
    case: str
    """The case whose plan the file is."""
    cases: tuple[CaseRecord, ...]
    figures: FigureRecords
    not_now: tuple[str, ...]
    problem: JsonMap
    """The problem with its cases, after edits."""


def plan_of_answer(answer: UncertainAnswer, uncertain: Uncertain) -> Plan:
    """The plan of the heaviest case, with all cases in its `uncertainty`.

    Raises ValueError for an answer without plans.
    """
    heaviest = answer.heaviest
    if heaviest.plan is None or answer.cost is None:
        raise ValueError("an answer without plans has no plan file")
    record = UncertaintyRecord(
        objective=WORST_CASE if answer.worst else EXPECTED,
        decide_until=answer.decide_until,
        status=str(answer.status),
        cost=answer.cost,
        bound=answer.bound,
        gap=answer.gap,
        case=heaviest.name,
        cases=tuple(_case(each, each is heaviest) for each in answer.cases.values()),
        figures=FigureRecords(
            _figure(answer.figures.perfect_information),
            _figure(answer.figures.planning),
            _figure(answer.figures.waiting),
        ),
        not_now=answer.not_now,
        problem=uncertain.loaded.tree,
    )
    return replace(heaviest.plan, uncertainty=to_json(record))


def _case(case: CaseAnswer, is_file: bool) -> CaseRecord:
    assert case.plan is not None
    return CaseRecord(
        name=case.name,
        weight=case.weight,
        cost=case.plan.objective,
        known_low=case.known.low,
        known_high=case.known.high,
        price_low=case.price.low,
        price_high=case.price.high,
        plan=None if is_file else plan_to_json(case.plan),
    )


def _figure(figure: Figure | None) -> FigureRecord | None:
    if figure is None:
        return None
    return FigureRecord(figure.difference.low, figure.difference.high, tuple(figure.fails_in))


def read_record(plan: Plan) -> UncertaintyRecord:
    """The block of a plan that has one. Raises PlanError naming the path of the first fault."""
    try:
        record: UncertaintyRecord = from_json(UncertaintyRecord, plan.uncertainty)
    except Misread as fault:
        raise PlanError(str(fault.at("uncertainty"))) from None
    names = [case.name for case in record.cases]
    for name in names:
        if names.count(name) > 1:
            raise PlanError(f"uncertainty.cases: two cases are called {name!r}")
    own = [case.name for case in record.cases if case.plan is None]
    if own != [record.case]:
        raise PlanError(
            f"uncertainty.cases: every case but {record.case!r} has a plan, and that one has none"
        )
    if record.objective not in (EXPECTED, WORST_CASE):
        raise PlanError(f"uncertainty.objective: unknown {record.objective!r}")
    return record


def plans_of(plan: Plan, record: UncertaintyRecord) -> dict[str, Plan]:
    """The plans of all cases by name. Raises PlanError naming the path of the first fault."""
    plans = {}
    for number, case in enumerate(record.cases):
        if case.plan is None:
            plans[case.name] = replace(plan, uncertainty=None)
            continue
        try:
            plans[case.name] = plan_from_json(case.plan)
        except PlanError as fault:
            raise PlanError(f"uncertainty.cases[{number}].plan: {fault}") from None
    return plans
