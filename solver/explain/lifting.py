"""Taking a requirement out of a problem, so that what is left can be asked for a plan.

Belongs here: changed copies of a validated problem and of its catalogue. Does not belong here:
which requirements there are (requirements.py), edits of the file (knobs.py).
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from catalogs.rules import Treatment
from problems.dates import DateRange, Span
from problems.loading import LoadedProblem
from problems.quantities import Steps, Supply
from problems.schema import Problem
from solver.instance.timeline import Calendar
from solver.instance.workloads import windows

Lift = Callable[[LoadedProblem], LoadedProblem]
"""A loaded problem without one requirement."""
Keys = tuple[str, ...]
"""Fields and keys of a validated problem, from its top down."""

PLENTY_KW = 1e9
PLENTY = 10**9
"""More than any plan asks for, and finite: the bounds on orders are counted from it."""


def put(keys: Keys, value: Any) -> Lift:
    """Put a value in the place of another; nothing changes where the place is gone."""

    def lift(loaded: LoadedProblem) -> LoadedProblem:
        return _with(loaded, _put(loaded.problem, keys, value))

    return lift


def drop(block: str, key: str) -> Lift:
    """Take an entry out of a block, with all that it asks for."""

    def lift(loaded: LoadedProblem) -> LoadedProblem:
        entries = getattr(loaded.problem, block)
        kept = {name: entry for name, entry in entries.items() if name != key}
        return _with(loaded, loaded.problem.model_copy(update={block: kept}))

    return lift


def drop_share(service: str, name: str) -> Lift:
    """Let a class of a service ask for nothing; the other classes ask for what they did."""
    return put(("inference", service, "classes", name, "share"), 0.0)


def drop_year(year: int) -> Lift:
    """Take the budget of one year out."""

    def lift(loaded: LoadedProblem) -> LoadedProblem:
        budget = loaded.problem.limits.budget
        kept = {y: m for y, m in budget.items() if y != year} if isinstance(budget, dict) else {}
        return _with(loaded, _put(loaded.problem, ("limits", "budget"), kept or None))

    return lift


def drop_vendor(vendor: str) -> Lift:
    """Take the share of one vendor out."""

    def lift(loaded: LoadedProblem) -> LoadedProblem:
        shares = loaded.problem.limits.vendor_share
        kept = {name: share for name, share in shares.items() if name != vendor}
        return _with(loaded, _put(loaded.problem, ("limits", "vendor_share"), kept))

    return lift


def plenty(keys: Keys, start: date | None, value: float | int) -> Lift:
    """Put plenty in the place of the step that starts on a day, or of a constant for None.

    A supply keeps the calendar step it counts by.
    """

    def lift(loaded: LoadedProblem) -> LoadedProblem:
        steps = _get(loaded.problem, keys)
        if steps is None:
            return loaded
        points = tuple(
            (day, _plenty(old, value) if day == start else old) for day, old in steps.points
        )
        return _with(loaded, _put(loaded.problem, keys, Steps(points)))

    return lift


def _plenty(old: Any, value: float | int) -> Any:
    return Supply(value, old.per) if isinstance(old, Supply) else value


def licences(card: str) -> Lift:
    """Grant licences in plenty for a card."""

    def lift(loaded: LoadedProblem) -> LoadedProblem:
        granted = {**loaded.problem.export_licences, card: PLENTY}
        return _with(loaded, loaded.problem.model_copy(update={"export_licences": granted}))

    return lift


def without_rule(rule: str) -> Lift:
    """Let an export rule advise only; what it replaces stays replaced, so nothing gets stricter."""

    def lift(loaded: LoadedProblem) -> LoadedProblem:
        rules = loaded.catalog.export_rules
        mild = {"treatment": Treatment.ADVISORY, "surcharge_fraction": 0.0, "extra_lead_days": 0}
        changed = {**rules, rule: rules[rule].model_copy(update=mild)}
        loaded = replace(loaded, catalog=replace(loaded.catalog, export_rules=changed))
        block = loaded.problem.export_rules
        kept = [name for name in block.enforce if name != rule] if block else []
        return _with(loaded, _put(loaded.problem, ("export_rules", "enforce"), kept))

    return lift


def any_time(job: str) -> Lift:
    """Let every occurrence of a job run at any time of the horizon.

    Repeats become jobs of their own: a wider window would make them run over the horizon's end,
    and be left out.
    """

    def lift(loaded: LoadedProblem) -> LoadedProblem:
        block = loaded.problem.training.get(job)
        if block is None:
            return loaded
        spans, _ = windows(Calendar.of(loaded.problem.horizon), block)
        free = block.model_copy(update={"window": None, "every": None})
        others = {k: other for k, other in loaded.problem.training.items() if k != job}
        copies = {f"{job}#{number}": free for number, _ in enumerate(spans, start=1)}
        training = {**others, **(copies if len(spans) != 1 else {job: free})}
        return _with(loaded, loaded.problem.model_copy(update={"training": training}))

    return lift


LONG_AGO = date(1971, 1, 1)
"""Orders may be placed from here on where nothing else forbids it."""
NO_TIME = Span()
ALWAYS = DateRange()


def _with(loaded: LoadedProblem, problem: Problem) -> LoadedProblem:
    return replace(loaded, problem=problem)


def _get(node: Any, keys: Keys) -> Any:
    for key in keys:
        node = node.get(key) if isinstance(node, Mapping) else getattr(node, key, None)
        if node is None:
            return None
    return node


def _put(node: Any, keys: Keys, value: Any) -> Any:
    """The same with another value at a place; unchanged where the way there is gone."""
    if not keys:
        return value
    first, rest = keys[0], keys[1:]
    if isinstance(node, Mapping):
        return {**node, first: _put(node[first], rest, value)} if first in node else node
    if node is None:
        return None
    return node.model_copy(update={first: _put(getattr(node, first), rest, value)})
