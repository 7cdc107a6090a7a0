"""Which limits a plan reaches, when, and up to how much.

Belongs here: limits that leave less room than one more of what is bought would need, tight ones
among them. Does not belong here: what a step of them is worth (worth.py).
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from solver.binding import LIMITS, TOLERANCE
from solver.families import Family
from solver.formulation import Model, build
from solver.formulation.purchases import QUANTITY
from solver.instance.model import Instance
from solver.plan import Plan
from solver.start import StartError, start_values


@dataclass(frozen=True)
class Reached:
    """A limit that a plan reaches."""

    family: Family
    path: tuple[str, ...]
    """Where it stands in the file, without the step of a table over dates."""
    periods: tuple[int, ...]
    """The periods in which it is reached; empty for a limit of the whole horizon."""
    tight: bool
    """Whether nothing is left; else less is left than one more unit would take."""


def reached_limits(instance: Instance, plan: Plan) -> tuple[Reached, ...]:
    """Every limit that leaves no room for one more of the smallest unit bought under it.

    Machines are whole, so a limit may decide all and still not be used up to the last kilowatt.
    """
    model = build(instance)
    try:
        values = start_values(model, plan)
    except StartError:
        return ()
    found: dict[tuple[Family, tuple[str, ...]], tuple[set[int], bool]] = {}
    for family, path, periods, tight in _rows(model, values):
        known, was_tight = found.get((family, path), (set(), False))
        found[family, path] = (known | set(periods), was_tight or tight)
    return tuple(
        Reached(family, path, tuple(sorted(periods)), tight)
        for (family, path), (periods, tight) in found.items()
    )


def _rows(
    model: Model, values: Mapping[str, float]
) -> Iterator[tuple[Family, tuple[str, ...], tuple[int, ...], bool]]:
    rows = {row.id: row for row in model.rows if row.family in LIMITS}
    units = {model.columns[number].variable.name for number in model.of(QUANTITY).values()}
    for constraint in model.problem.constraints():
        row = rows.get(constraint.name)
        if row is None or (row.family is Family.CARD_TYPES and row.index):
            continue
        terms = [(v.name, values.get(v.name, 0.0), a) for v, a in constraint.items()]
        used = [(value, a) for _, value, a in terms if value and a]
        if not used:
            continue
        slack = -constraint.constant - sum(value * a for value, a in used)
        tight = slack <= TOLERANCE * max(1.0, *(abs(v * a) for v, a in used))
        bought = [a for name, value, a in terms if value and name in units]
        if tight or slack < _one_more(bought):
            path = tuple(map(str, row.path))
            yield row.family, path, _periods(model, row.family, row.index), tight


def _one_more(bought: list[float]) -> float:
    """What one more of the smallest unit bought takes of a limit, in the place of another where
    others make room, as they do for a vendor's share; 0 where nothing bought takes of it.
    """
    takes = [a for a in bought if a > 0]
    return min(takes) - min(0.0, *bought) if takes else 0.0


def _periods(model: Model, family: Family, index: tuple[str | int, ...]) -> tuple[int, ...]:
    """The periods a row holds in; none for the whole horizon."""
    instance = model.instance
    if family in (Family.POWER, Family.RACK_UNITS):
        return (instance.intervals[int(index[1])].period,)
    if family is Family.SUPPLY:
        window = instance.offer[str(index[0])].supply[int(index[1])]
        return window.periods if len(index) == 2 else (int(index[2]),)
    return ()
