"""What a study adds to a program: a cost that is not exceeded, columns of its own, another aim.

Belongs here: the cost row, auxiliary columns with their values at a plan, and putting them together
as a restriction. Does not belong here: what is aimed at (aims, mixes, keeping).

No big-M: every auxiliary column and every link has a bound that follows from the instance. A study
minimises its measure; the cost, less that of the cheapest plan, only breaks ties.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from solver.answer import Answer
from solver.families import Family
from solver.formulation import Model
from solver.formulation.build import money_scale
from solver.formulation.model import Index, Terms
from solver.instance import Instance
from solver.restriction import HELD, Restriction

type At = Callable[[Mapping[int, float]], float]
"""The value of an auxiliary column, from the values of the columns before it by number."""

SEARCHER = "highs"
"""The engine for searches under a ceiling, unless another is asked for: on the roll-out of the
library CBC finds no other plan within 1 % in 20 s, HiGHS one that differs by a third."""
LEAST_ROOM = 1e-4
"""Share of the cost that the money in play is taken for where it is less: it only sets weights."""


@dataclass(frozen=True)
class Ceiling:
    """How much more than the cheapest plan a study's plans may cost."""

    cheapest: float
    """Cost of the cheapest plan found, in the problem's currency."""
    bound: float | None
    """No plan costs less."""
    within: float
    """As a fraction of the cheapest."""

    @property
    def limit(self) -> float:
        """The most a plan may cost.

        >>> Ceiling(200.0, 190.0, 0.01).limit, Ceiling(-200.0, None, 0.01).limit
        (202.0, -198.0)
        """
        return self.cheapest + self.within * abs(self.cheapest)

    @property
    def room(self) -> float:
        """The money between the cheapest conceivable plan and the limit; above 0.

        >>> Ceiling(200.0, 190.0, 0.01).room
        12.0
        """
        least = self.cheapest if self.bound is None else min(self.bound, self.cheapest)
        return max(self.limit - least, LEAST_ROOM * abs(self.cheapest), 1e-9)

    def admits(self, cost: float) -> bool:
        """Whether a plan of this cost stays below it, up to rounding of 1e-6, relative."""
        return cost <= self.limit + 1e-6 * abs(self.limit)


@dataclass
class Extension:
    """Columns that a study adds to a model, with the way to their values at a plan."""

    model: Model
    kind: str
    """The kind of all of them."""
    _values: list[tuple[int, At]] = field(default_factory=list)

    def column(self, index: Index, upper: float, at: At, *, integer: bool = False) -> int:
        """Add a column between 0 and ``upper`` whose value at a plan is ``at``."""
        number = self.model.column(self.kind, index, upper, integer=integer)
        self._values.append((number, at))
        return number

    def at_least(self, index: Index, terms: Terms, limit: float) -> None:
        """Add the row ``terms >= limit``."""
        self.model.at_least(Family.OPTION, (self.kind, *index), ("purchases",), terms, limit)

    def fill(self, values: dict[str, float]) -> None:
        """Give every added column its value, by variable, from those of the program's own."""
        columns = self.model.columns
        known = {number: values[column.variable.name] for number, column in enumerate(columns)}
        for number, at in self._values:
            known[number] = at(known)
            values[columns[number].variable.name] = known[number]


def total(terms: Terms, values: Mapping[int, float]) -> float:
    """What terms add up to."""
    return sum(factor * values[column] for column, factor in terms)


class Aim(Protocol):
    """What a study's search minimises."""

    @property
    def words(self) -> str:
        """What is asked for: `fewest vendors`."""

    def weight(self, room: float) -> float:
        """The money that one unit of the measure counts for, so that costs only break ties."""

    def terms(self, extension: Extension) -> Terms:
        """The measure."""


def cost_at_most(model: Model, ceiling: Ceiling) -> None:
    """The plan costs at most the limit: sum of all cost terms <= limit."""
    scale = model.money_scale
    terms = [(column, value / scale) for column, value in model.total_cost()]
    limit = (ceiling.limit - sum(model.fixed.values())) / scale
    model.at_most(Family.OBJECTIVE, ("within",), ("within",), terms, limit)


def steered(
    aim: Aim,
    ceiling: Ceiling,
    held: str,
    *,
    rows: Callable[[Model], None] | None = None,
    ties: bool = True,
) -> Restriction:
    """The restriction that brings a plan below a ceiling as near to an aim as it can be found.

    Minimised is weight x measure + (cost - cheapest), or the first of them alone without ``ties``.
    ``held`` says what the plan is held to; ``rows`` adds to the program what else must hold.
    """
    extensions: dict[int, Extension] = {}

    def apply(model: Model) -> None:
        if rows is not None:
            rows(model)
        cost_at_most(model, ceiling)
        extension = extensions[id(model)] = Extension(model, "study")
        weight = aim.weight(ceiling.room)
        measured = [(column, factor * weight) for column, factor in aim.terms(extension)]
        if ties:
            constant = sum(model.fixed.values()) - ceiling.cheapest
            model.minimise([*model.total_cost(), *measured], constant)
        else:
            model.minimise(measured)

    def complete(model: Model, values: dict[str, float]) -> None:
        extensions[id(model)].fill(values)

    return Restriction(apply, HELD + held, ceiling.bound, complete)


def least_measure(
    answer: Answer, instance: Instance, aim: Aim, ceiling: Ceiling, *, ties: bool = True
) -> float | None:
    """What a steered search proves: no plan below the ceiling has a lower measure. None if nothing.

    A plan below the ceiling has weight x measure + (cost - cheapest) >= the search's bound, and
    cost - cheapest <= limit - cheapest.
    """
    # A run whose plan was refused may have been wrong about its bound as well.
    bounds = [attempt.bound for attempt in answer.attempts if attempt.objective is not None]
    if not bounds or bounds[-1] is None:
        return None
    proven = bounds[-1] * money_scale(instance)
    if ties:
        proven -= ceiling.limit - ceiling.cheapest
    return max(0.0, proven / aim.weight(ceiling.room))
