"""Ways to break the good plan in one place: decisions, rows, or what the instance allows."""

from collections.abc import Callable
from dataclasses import asdict, replace
from typing import Any

from solver.instance.model import Instance
from solver.plan import Plan, Violation
from solver.verify import verify
from tests.solver.good_plan import good_decisions, good_instance, with_limits, with_offer
from tests.solver.plans import plan_of

type Case = tuple[Instance, Plan]

NODE_ROW = 4
"""The purchase row of ten nodes for the site here."""


def good_case() -> Case:
    """The instance and a plan for it that keeps everything."""
    instance = good_instance()
    return instance, plan_of(instance, good_decisions())


def swap(rows: tuple[Any, ...], number: int, **changes: Any) -> tuple[Any, ...]:
    """The rows with one of them changed."""
    return (*rows[:number], replace(rows[number], **changes), *rows[number + 1 :])


def decided(**changes: Any) -> Callable[[], Case]:
    """The plan of other decisions, all its figures in order."""

    def case() -> Case:
        instance = good_instance()
        decisions = good_decisions()
        given = {key: v(decisions) if callable(v) else v for key, v in changes.items()}
        return instance, plan_of(instance, replace(decisions, **given))

    return case


def judged(change: Callable[[Instance], Instance]) -> Callable[[], Case]:
    """The good plan before an instance that allows less."""
    return lambda: (change(good_instance()), plan_of(good_instance(), good_decisions()))


def written(change: Callable[[Plan], Plan]) -> Callable[[], Case]:
    """The good plan with a row that says something else."""
    return lambda: (good_instance(), change(plan_of(good_instance(), good_decisions())))


def less(limit: str, key: str | int | None = None) -> Callable[[], Case]:
    """The instance with one limit a thousandth lower."""

    def change(instance: Instance) -> Instance:
        value = getattr(instance.limits, limit)
        if isinstance(value, tuple):
            value = tuple((k, n * (1 - 1e-3) if k == key else n) for k, n in value)
        else:
            value *= 1 - 1e-3
        return with_limits(instance, **{limit: value})

    return judged(change)


def in_site(**changes: Any) -> Callable[[], Case]:
    """The site here with other limits."""
    return judged(lambda i: replace(i, sites=swap(i.sites, 1, **changes)))


def in_modes(occurrence: int, mode: int, **changes: Any) -> Callable[[], Case]:
    """An occurrence whose mode asks for more."""

    def change(i: Instance) -> Instance:
        modes = swap(i.occurrences[occurrence].modes, mode, **changes)
        return replace(i, occurrences=swap(i.occurrences, occurrence, modes=modes))

    return judged(change)


def in_fabric(line: int, **changes: Any) -> Callable[[], Case]:
    """A fabric one of whose lines needs more."""

    def change(i: Instance) -> Instance:
        return replace(
            i, fabrics=swap(i.fabrics, 0, lines=swap(i.fabrics[0].lines, line, **changes))
        )

    return judged(change)


def with_offers(key: str, **changes: Any) -> Callable[[], Case]:
    """An offer with other rules."""
    return judged(lambda i: with_offer(i, key, **changes))


def excluded_purchase(plan: Plan) -> Plan:
    """A purchase of what a rule excludes, beside the others."""
    row = replace(plan.purchases[NODE_ROW], offer="h20", period="2023-07-01", item="h20-node")
    return replace(plan, purchases=(*plan.purchases, row))


def split_order(plan: Plan) -> Plan:
    """One order in two rows of half the size."""
    row = plan.purchases[NODE_ROW]
    half = replace(row, quantity=5, amount=row.amount / 2, cards=40)
    return replace(plan, purchases=(half, *swap(plan.purchases, NODE_ROW, **asdict(half))))


def purchase(number: int, **changes: Any) -> Callable[[], Case]:
    """A purchase row that says something else."""
    return written(lambda p: replace(p, purchases=swap(p.purchases, number, **changes)))


def violations(case: Callable[[], Case]) -> tuple[Violation, ...]:
    """What is found in a case."""
    return verify(*case()).violations
