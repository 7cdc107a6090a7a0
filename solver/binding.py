"""Which limits a plan uses up.

Belongs here: rows of the formulation that are tight at a plan, in the file's words. Does not
belong here: what a step of them is worth, which needs solving again.
"""

from collections.abc import Mapping

from solver.families import Family
from solver.formulation import Model

LIMITS = (
    Family.SUPPLY,
    Family.LICENCES,
    Family.TOTAL_TPP,
    Family.CARD_TYPES,
    Family.BUDGET,
    Family.VENDOR_SHARE,
    Family.POWER,
    Family.RACK_UNITS,
)
TOLERANCE = 1e-6


def binding_limits(model: Model, values: Mapping[str, float]) -> tuple[dict[str, object], ...]:
    """Every limit of the problem that the plan reaches, with how often."""
    rows = {row.id: row for row in model.rows if row.family in LIMITS}
    tight: dict[tuple[Family, tuple[str | int, ...]], list[str]] = {}
    for constraint in model.problem.constraints():
        row = rows.get(constraint.name)
        if row is None or (row.family is Family.CARD_TYPES and row.index):
            continue
        terms = [(values.get(v.name, 0.0), a) for v, a in constraint.items()]
        limit = -constraint.constant
        used = sum(value * a for value, a in terms)
        reached = any(value and a for value, a in terms)
        if reached and abs(used - limit) <= TOLERANCE * max(1.0, *(abs(v * a) for v, a in terms)):
            tight.setdefault((row.family, row.path), []).append(_when(model, row.family, row.index))
    return tuple(
        {
            "family": str(family),
            "where": ".".join(map(str, path)),
            "message": _message(family, whens),
        }
        for (family, path), whens in tight.items()
    )


def _when(model: Model, family: Family, index: tuple[str | int, ...]) -> str:
    """When a row holds, as a period's label; empty where it holds for the horizon."""
    instance = model.instance
    if family in (Family.POWER, Family.RACK_UNITS):
        return instance.periods[instance.intervals[int(index[1])].period].label
    if family is Family.SUPPLY:
        offer = instance.offer[str(index[0])]
        periods = offer.supply[int(index[1])].periods
        chosen = periods if len(index) == 2 else (int(index[2]),)
        labels = [instance.periods[p].label for p in chosen]
        return labels[0] if len(labels) == 1 else f"{labels[0]} to {labels[-1]}"
    return ""


def _message(family: Family, whens: list[str]) -> str:
    times = sorted({when for when in whens if when})
    return "used up" + (f" in {', '.join(times)}" if times else "")
