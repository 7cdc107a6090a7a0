"""The mixed-integer program under construction: columns, registered rows, named cost terms.

Belongs here: short ids for PuLP, the table from rows back to (family, index, path in the problem
file), and scaling. Does not belong here: what a row means (the family modules) or solving
(solver.engines).
"""

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import pulp

from solver.families import Family
from solver.instance.model import Instance

Index = tuple[str | int, ...]
Terms = list[tuple[int, float]]
"""A linear expression: (column, coefficient) pairs; a column may occur more than once."""


@dataclass(frozen=True, slots=True)
class Column:
    """A variable: what it counts and its bounds."""

    kind: str
    index: Index
    upper: float
    integer: bool
    variable: pulp.LpVariable


@dataclass(frozen=True, slots=True)
class RowName:
    """What a row is called: its family, its index, and the path of the value that caused it."""

    id: str
    family: Family
    index: Index
    path: tuple[str | int, ...]


@dataclass
class Model:
    """A minimisation under construction; money is divided by ``money_scale``."""

    instance: Instance
    money_scale: float
    tight: bool = False
    """Whether columns may stand for what the plain formulation writes as sums."""
    prefix: str = ""
    """Keeps the names apart where several models share one program."""
    problem: pulp.LpProblem = field(
        default_factory=lambda: pulp.LpProblem("rackmix", pulp.LpMinimize)
    )
    columns: list[Column] = field(default_factory=list)
    rows: list[RowName] = field(default_factory=list)
    costs: dict[str, Terms] = field(default_factory=lambda: defaultdict(list))
    fixed: dict[str, float] = field(default_factory=dict)
    _by_kind: dict[str, dict[Index, int]] = field(default_factory=dict)

    def column(self, kind: str, index: Index, upper: float, *, integer: bool) -> int:
        """Add a variable between 0 and ``upper``; returns its number."""
        number = len(self.columns)
        bound = None if math.isinf(upper) else upper
        name = f"{self.prefix}x_{number:06}"
        variable = self.problem.add_variable(name, 0, bound, "Integer" if integer else "Continuous")
        self.columns.append(Column(kind, index, upper, integer, variable))
        self._by_kind.setdefault(kind, {})[index] = number
        return number

    def alias(self, kind: str, index: Index, column: int) -> None:
        """Let a column answer for another index of its kind too: there it has the same value."""
        self._by_kind[kind][index] = column

    def of(self, kind: str) -> Mapping[Index, int]:
        """The columns of one kind by index."""
        return self._by_kind.get(kind, {})

    def at_most(
        self,
        family: Family,
        index: Index,
        path: Index,
        terms: Iterable[tuple[int, float]],
        limit: float,
    ) -> None:
        """Add the row ``terms <= limit``."""
        self._add(family, index, path, terms, pulp.LpConstraintLE, limit)

    def at_least(
        self,
        family: Family,
        index: Index,
        path: Index,
        terms: Iterable[tuple[int, float]],
        limit: float,
    ) -> None:
        """Add the row ``terms >= limit``."""
        self._add(family, index, path, terms, pulp.LpConstraintGE, limit)

    def equal(
        self,
        family: Family,
        index: Index,
        path: Index,
        terms: Iterable[tuple[int, float]],
        value: float,
    ) -> None:
        """Add the row ``terms = value``."""
        self._add(family, index, path, terms, pulp.LpConstraintEQ, value)

    def cost(self, term: str, column: int, present_value: float) -> None:
        """Add to a named term of the bill the present value of one unit of a column."""
        if present_value:
            self.costs[term].append((column, present_value))

    def fixed_cost(self, term: str, present_value: float) -> None:
        """Add to a named term what no decision changes, such as the fleet's idle power."""
        if present_value:
            self.fixed[term] = self.fixed.get(term, 0.0) + present_value

    def finish(self) -> pulp.LpProblem:
        """Set the objective, the sum of all cost terms, and return the program."""
        self.minimise(self.total_cost(), sum(self.fixed.values()))
        return self.problem

    def total_cost(self) -> Terms:
        """The sum of all cost terms but the fixed ones, in the problem's currency."""
        merged = _merge(pair for terms in self.costs.values() for pair in terms)
        return list(merged.items())

    def minimise(self, terms: Iterable[tuple[int, float]], constant: float = 0.0) -> None:
        """Minimise this sum, an amount of money in the problem's currency, and nothing else."""
        pairs = [
            (self.columns[column].variable, value / self.money_scale)
            for column, value in _merge(terms).items()
        ]
        total = pulp.LpAffineExpression.from_list(pairs, constant / self.money_scale)
        self.problem.setObjective(total)

    def _add(
        self,
        family: Family,
        index: Index,
        path: Index,
        terms: Iterable[tuple[int, float]],
        sense: int,
        limit: float,
    ) -> None:
        name = f"{self.prefix}c_{len(self.rows):06}"
        merged = _merge(terms)
        pairs = [
            (self.columns[column].variable, value) for column, value in merged.items() if value
        ]
        expression = pulp.LpAffineExpression.from_list(pairs, -limit, name)
        expression.sense = sense
        self.problem.addConstraint(expression)
        self.rows.append(RowName(name, family, index, path))


def _merge(terms: Iterable[tuple[int, float]]) -> dict[int, float]:
    merged: dict[int, float] = {}
    for column, value in terms:
        merged[column] = merged.get(column, 0.0) + value
    return merged
