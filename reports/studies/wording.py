"""What studies say in words: differences and what is certain of them, changes of orders.

Belongs here: sentences that the reports of several studies share. Does not belong here: whole
reports.
"""

from collections.abc import Sequence

from reports.numbers import count, money_in_words, percent
from reports.text.page import clean
from solver.answer import Answer, AnswerStatus
from solver.studies.interval import Difference, Verdict
from solver.studies.keeping import Keeping
from solver.studies.orders import Change

MOST_CHANGES = 12
"""Changes of orders that a page lists; all are in the JSON document."""


def certain(found: Difference, currency: str) -> str:
    """What is certain of a difference of cheapest costs, with shares of the base's.

    >>> from solver.studies.interval import difference_of
    >>> certain(difference_of(103.0, 102.0, 100.0, 99.0), "CNY")
    'dearer by 2 to 4 CNY (2 % to 4 %)'
    >>> certain(difference_of(101.0, 99.0, 100.0, 99.0), "CNY")
    'not distinguishable: between 1 CNY cheaper and 2 CNY dearer'
    """

    def money(amount: float) -> str:
        return money_in_words(abs(amount), currency)

    if found.verdict is Verdict.SAME:
        return "costs the same"
    if found.verdict is Verdict.NOT_DISTINGUISHABLE:
        return f"not distinguishable: {_open(found, currency)}"
    near, far = (
        (found.low, found.high) if found.verdict is Verdict.DEARER else (found.high, found.low)
    )
    assert near is not None
    word = str(found.verdict)
    if found.exact:
        return f"{word} by {money(found.plans)}{_share(found, found.plans)}"
    if far is None:
        return f"{word} by at least {money(near)}{_share(found, near)}"
    least = money(near).removesuffix(f" {currency}")
    unit = money(far).removesuffix(f" {currency}").rpartition(" ")[2]
    if unit.isalpha():
        least = least.removesuffix(f" {unit}")
    shares = ""
    if found.scale:
        shares = f" ({percent(abs(near / found.scale))} to {percent(abs(far / found.scale))})"
    return f"{word} by {least} to {money(far)}{shares}"


def _share(found: Difference, amount: float) -> str:
    return f" ({percent(abs(amount / found.scale))})" if found.scale else ""


def _open(found: Difference, currency: str) -> str:
    """The range of a difference that may be either way."""
    low, high = found.low, found.high
    if low is None and high is None:
        return "neither search proved anything"
    if low is None:
        assert high is not None
        return f"at most {money_in_words(high, currency)} dearer, if at all"
    if high is None:
        return f"at most {money_in_words(-low, currency)} cheaper, if at all"
    cheaper, dearer = (
        money_in_words(max(0.0, -low), currency),
        money_in_words(max(0.0, high), currency),
    )
    return f"between {cheaper} cheaper and {dearer} dearer"


def without_plan(answer: Answer | None) -> str:
    """Why there is no plan, as a sentence without its full stop."""
    if answer is None:
        return "not searched: stopped by hand before"
    if answer.status is AnswerStatus.INFEASIBLE:
        why = "; ".join(
            f"{'.'.join(map(str, f.path))}: {clean(f.sentence).rstrip('.')}"
            for f in answer.findings
        )
        told = "no plan can meet the demand within the limits"
        return f"{told}: {why}" if why else f"{told}; the solvers agree on it"
    if answer.status is AnswerStatus.NO_PLAN_FOUND:
        return "no plan found before the search ended; whether one exists is not known"
    return "the search failed: no plan passed verification"


def change_in_words(change: Change) -> str:
    """One change of orders.

    >>> from datetime import date
    >>> from solver.studies.orders import Kind, Order
    >>> order = Order(date(2024, 1, 1), "here", None, None)
    >>> change_in_words(Change(Kind.ADDED, "a", "a800", 3.0, None, order))
    'added: 3 a (a800), 2024-01-01 at here'
    """
    what = f"{change.kind}: {count(change.quantity)} {clean(change.offer)} ({clean(change.item)})"
    where = [clean(order) for order in (change.before, change.after) if order is not None]
    return f"{what}, {' to '.join(where)}"


def changes_in_words(found: Sequence[Change]) -> list[str]:
    """Changes of orders, the first of them one by one."""
    told = [change_in_words(change) for change in found[:MOST_CHANGES]]
    if len(found) > MOST_CHANGES:
        told.append(f"and {count(len(found) - MOST_CHANGES)} more: see --format json")
    return told


def keeping_costs(keeping: Keeping, currency: str) -> str:
    """What keeping to an earlier plan costs, as a sentence without its full stop."""
    cost = keeping.cost
    if cost is None or keeping.free.plan is None:
        return "nothing was kept: there is no plan"
    least, most = cost
    scale = keeping.free.plan.objective
    if most is not None and most <= 1e-7 * abs(scale):
        return "keeping costs nothing: no plan is cheaper"
    if most is None:
        return f"keeping costs at least {money_in_words(least, currency)}"
    shares = f" ({percent(abs(most / scale))})" if scale else ""
    if most - least <= 1e-7 * abs(scale):
        return f"keeping costs {money_in_words(most, currency)}{shares}"
    if least <= 1e-7 * abs(scale):
        return f"keeping costs at most {money_in_words(most, currency)}{shares}, if anything"
    return (
        f"keeping costs between {money_in_words(least, currency)} and "
        f"{money_in_words(most, currency)}{shares}"
    )
