"""One program for several instances that must agree on what comes first.

Belongs here: the instances side by side in one program, the rows that hold them together, and what
is minimised over all of them. Does not belong here: rows of a single instance (the family modules),
what the figures mean (solver.uncertain).
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date

import pulp

from solver.formulation.build import build_into, money_scale
from solver.formulation.model import Index, Model, Terms
from solver.formulation.places import SWITCHES
from solver.formulation.purchases import units_of
from solver.instance.model import Fabric, Instance

WORST = "worst"
"""The name of the variable that is no less than the cost of any case."""


@dataclass
class Joint:
    """Several models in one program, one for each case."""

    problem: pulp.LpProblem
    models: Mapping[str, Model]
    weights: Mapping[str, float]
    scale: float
    """Money is divided by it."""
    worst: pulp.LpVariable | None = None
    """What costs no less than any case, where that is minimised."""

    def minimise_expected(self) -> None:
        """Minimise the sum over all cases of weight x cost."""
        pairs = []
        constant = 0.0
        for name, model in self.models.items():
            share = self.weights[name] / self.scale
            pairs += [(model.columns[c].variable, v * share) for c, v in model.total_cost()]
            constant += sum(model.fixed.values()) * share
        total = _expression(pairs)
        total.constant = constant
        self.problem.setObjective(total)

    def minimise_worst(self) -> None:
        """Minimise the greatest cost of any case: t with t >= cost of each case."""
        self.worst = worst = self.problem.add_variable(WORST, None, None, "Continuous")
        for number, model in enumerate(self.models.values()):
            pairs = [(model.columns[c].variable, v / self.scale) for c, v in model.total_cost()]
            row = _expression([*pairs, (worst, -1.0)])
            row.constant = sum(model.fixed.values()) / self.scale
            row.sense = pulp.LpConstraintLE
            self.problem.addConstraint(row, f"case_{number}_within_worst")
        self.problem.setObjective(_expression([(worst, 1.0)]))

    def hold_worst(self, most: float) -> None:
        """Let no case cost more than `most`, in the program's unit of money, and minimise the
        weighted sum: of all plans that are best at worst, the one without waste elsewhere.
        """
        assert self.worst is not None
        self.worst.upBound = most
        self.minimise_expected()


def build_joint(
    instances: Mapping[str, Instance], weights: Mapping[str, float], until: date, *, worst: bool
) -> Joint:
    """The program of all cases, equal in what is delivered up to a day.

    For each way o to take an offer with a delivery or start up to `until`, q[o] is the same in
    every case, and so are the switches installed by the end of those periods. What one case does
    not offer is not taken in any (non-anticipativity: Birge and Louveaux, Introduction to
    Stochastic Programming, 2nd ed., section 2.4).
    """
    problem = pulp.LpProblem("rackmix", pulp.LpMinimize)
    scale = max(map(money_scale, instances.values()))
    models = {
        name: Model(instance, scale, tight=True, prefix=f"k{number}_", problem=problem)
        for number, (name, instance) in enumerate(instances.items())
    }
    for model in models.values():
        build_into(model)
    rows = 0
    for shared in (_options(models, until), _switches(models, until)):
        for terms in shared.values():
            rows = _hold_together(problem, models, terms, rows)
    joint = Joint(problem, models, weights, scale)
    if worst:
        joint.minimise_worst()
    else:
        joint.minimise_expected()
    return joint


def early(instance: Instance, until: date) -> set[str]:
    """Keys of the options whose delivery or start is on or before a day."""
    return {option.key for option in instance.options if option.delivered <= until}


def early_switches(instance: Instance, until: date) -> set[tuple[str, str, int]]:
    """Switch lines by fabric, line and period, of the periods that begin on or before a day."""
    return {
        (fabric.key, line.name, period.index)
        for fabric in instance.fabrics
        for line in fabric.lines
        if line.switch
        for period in instance.periods
        if period.start <= until
    }


def _options(models: Mapping[str, Model], until: date) -> dict[str, dict[str, Terms]]:
    """Units by option and case, for what comes first."""
    found: dict[str, dict[str, Terms]] = {}
    for name, model in models.items():
        for key in sorted(early(model.instance, until)):
            if terms := units_of(model, model.instance.option[key]):
                found.setdefault(key, {})[name] = terms
    return found


def _switches(models: Mapping[str, Model], until: date) -> dict[Index, dict[str, Terms]]:
    found: dict[Index, dict[str, Terms]] = {}
    for name, model in models.items():
        columns = model.of(SWITCHES)
        for index in sorted(early_switches(model.instance, until)):
            if index in columns:
                found.setdefault(index, {})[name] = [(columns[index], 1.0)]
    return found


def _hold_together(
    problem: pulp.LpProblem, models: Mapping[str, Model], terms: Mapping[str, Terms], rows: int
) -> int:
    """Rows that make sums of several models equal, or zero where a model has no such sum."""
    sums = [
        [(models[name].columns[c].variable, v) for c, v in each] for name, each in terms.items()
    ]
    first, *others = sums
    if len(sums) < len(models):
        problem.addConstraint(_equal_to_zero(first), f"common_{rows:06}")
        rows += 1
    for other in others:
        row = [*first, *((variable, -value) for variable, value in other)]
        problem.addConstraint(_equal_to_zero(row), f"common_{rows:06}")
        rows += 1
    return rows


def _equal_to_zero(pairs: Iterable[tuple[pulp.LpVariable, float]]) -> pulp.LpAffineExpression:
    row = _expression(pairs)
    row.sense = pulp.LpConstraintEQ
    return row


def _expression(pairs: Iterable[tuple[pulp.LpVariable, float]]) -> pulp.LpAffineExpression:
    listed = list(pairs)
    return pulp.lpSum_vars_coefs(listed) if listed else pulp.LpAffineExpression.empty()


def widened(instances: Mapping[str, Instance]) -> dict[str, Instance]:
    """The instances with room for what another of them may want bought for all.

    `max_units` is a bound of the search: no sensible plan of one instance contains more. A plan
    for all cases may, where another case is the larger one; so each gets the highest of all.
    """
    most: dict[str, int] = {}
    for instance in instances.values():
        for offer in instance.offers:
            most[offer.key] = max(most.get(offer.key, 0), offer.max_units)
    return {name: _widened(instance, most) for name, instance in instances.items()}


def _widened(instance: Instance, most: Mapping[str, int]) -> Instance:
    if all(offer.max_units == most[offer.key] for offer in instance.offers):
        return instance
    offers = tuple(replace(offer, max_units=most[offer.key]) for offer in instance.offers)
    fabrics = tuple(_room(instance, fabric, most) for fabric in instance.fabrics)
    return replace(instance, offers=offers, fabrics=fabrics)


def _room(instance: Instance, fabric: Fabric, most: Mapping[str, int]) -> Fabric:
    """The fabric with room for the switches of all that could be delivered to its site."""
    units = sum(most[o.offer] for o in instance.options if o.site == fabric.site)
    endpoints = min(fabric.max_endpoints or 0, fabric.nics_per_unit * units)
    lines = tuple(
        replace(line, max_units=max(line.max_units, -int(-line.per_endpoint * endpoints // 1)))
        for line in fabric.lines
    )
    return replace(fabric, lines=lines)


def missing(instances: Mapping[str, Instance], until: date) -> dict[str, Collection[str]]:
    """Options that could be taken first in some cases but not in all: the cases without them."""
    known = {name: early(instance, until) for name, instance in instances.items()}
    every = sorted(set().union(*known.values()))
    return {
        key: [name for name, keys in known.items() if key not in keys]
        for key in every
        if any(key not in keys for keys in known.values())
    }
