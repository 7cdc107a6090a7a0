"""A plan file for several cases, held against their problems.

Belongs here: every case verified on its own problem, the decisions they share, and what they cost
together. Does not belong here: verification of a single plan (solver.verify), reading the file
(document).
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace

from solver.case import Case, Uncertain, case_from_plan
from solver.families import Family
from solver.plan import Check, Plan, Verification, Violation
from solver.uncertain.common import differences
from solver.uncertain.document import WORST_CASE, UncertaintyRecord, plans_of, read_record
from solver.uncertain.value import objective_of
from solver.verify import verify
from solver.verify.tally import figure, same

WHERE = "uncertainty"


def check_uncertain(uncertain: Uncertain, plan: Plan) -> Verification:
    """Verify the plans of all cases against a problem's cases, and what they share.

    Raises PlanError for an `uncertainty` block that cannot be read.
    """
    record = read_record(plan)
    plans = plans_of(plan, record)
    found = _others(uncertain, record)
    if found:
        return _merged({}, found)
    return _checked(record, plans, uncertain.cases)


def check_carried(plan: Plan, origin: str) -> Verification:
    """The same against the problems that the file itself carries.

    Raises PlanError, problems.InputError and catalogs.CatalogError for what cannot be read.
    """
    record = read_record(plan)
    plans = plans_of(plan, record)
    cases = {
        name: case_from_plan(each.problem, each.facts, f"{origin}: problem of case {name}")
        for name, each in plans.items()
    }
    return _checked(record, plans, cases)


def _checked(
    record: UncertaintyRecord, plans: Mapping[str, Plan], cases: Mapping[str, Case]
) -> Verification:
    verdicts = {name: verify(cases[name].instance, plan) for name, plan in plans.items()}
    return _merged(verdicts, [*_together(record, plans)])


def _others(uncertain: Uncertain, record: UncertaintyRecord) -> list[Violation]:
    """Whether file and plan speak of the same cases."""
    block, weights = uncertain.block, uncertain.weights
    planned = {case.name: case.weight for case in record.cases}
    found = []
    if planned.keys() != weights.keys():
        names = ", ".join(planned), ", ".join(weights)
        found.append(f"is for the cases {names[0]}; the problem has {names[1]}")
    elif off := [n for n, weight in weights.items() if not same(planned[n], weight)]:
        found.append(f"other weights than the problem's: {', '.join(off)}")
    if record.decide_until != block.decide_until:
        found.append(f"decides until {record.decide_until}, the problem until {block.decide_until}")
    if record.objective != block.objective:
        found.append(f"is for the objective {record.objective}, the problem for {block.objective}")
    return [Violation(Family.RECORD, WHERE, message, None) for message in found]


def _together(record: UncertaintyRecord, plans: Mapping[str, Plan]) -> Iterator[Violation]:
    """Common decisions, costs of cases, and the objective over all of them."""
    until = record.decide_until
    for message in differences(plans, until):
        yield Violation(Family.OPTION, f"{WHERE}.decide_until: {until}", message, None)
    for case in record.cases:
        cost = plans[case.name].objective
        if not same(case.cost, cost):
            message = f"cost is {figure(case.cost)}, its plan says {figure(cost)}"
            yield Violation(Family.OBJECTIVE, f"case {case.name}", message, abs(case.cost - cost))
    weights = {case.name: case.weight for case in record.cases}
    costs = {name: plan.objective for name, plan in plans.items()}
    total = objective_of(costs, weights, worst=record.objective == WORST_CASE)
    if not same(record.cost, total):
        message = f"cost is {figure(record.cost)}, its cases make it {figure(total)}"
        yield Violation(Family.OBJECTIVE, WHERE, message, abs(record.cost - total))
    if (
        record.bound is not None
        and record.bound > record.cost
        and not same(record.bound, record.cost)
    ):
        message = f"bound {figure(record.bound)} lies above the cost {figure(record.cost)}"
        yield Violation(Family.OBJECTIVE, WHERE, message, record.bound - record.cost)


def _merged(verdicts: Mapping[str, Verification], more: list[Violation]) -> Verification:
    """One verdict of several; each violation says in which case it is."""
    counts: Counter[Family] = Counter()
    violations = list(more)
    for name, verdict in verdicts.items():
        counts.update({check.family: check.count for check in verdict.checks})
        violations += [replace(v, where=f"case {name}: {v.where}") for v in verdict.violations]
    checks = tuple(Check(family, family.description, counts[family]) for family in Family)
    return Verification(ok=not violations, checks=checks, violations=tuple(violations))
