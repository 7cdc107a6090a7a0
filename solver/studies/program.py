"""What the program of one instance proves for the program of another.

Belongs here: the plain formulation as numbers, the comparison of two of them, and the bound that
follows. Does not belong here: which points of a sweep are compared (carry), solving.

Of each instance the plain formulation is taken: minimise c·x + d over x >= 0 that keeps its rows,
its upper bounds and its whole numbers. Let z be its least cost. Three facts carry over, whatever
the edit was that made one problem from the other:

1. *Inclusion.* If every x of P is an x of Q, then Q infeasible means P infeasible.
2. *Combination.* If every x of P is an x of Q1 and of Q2, if a, b >= 0, and c(P) >= a·c(Q1) +
   b·c(Q2) and d(P) >= a·d(Q1) + b·d(Q2), each entry for itself, then z(P) >= a·z(Q1) + b·z(Q2).
   For the best x of P, since x >= 0: z(P) = c(P)·x + d(P) >= a·(c(Q1)·x + d(Q1)) + b·(c(Q2)·x +
   d(Q2)) >= a·z(Q1) + b·z(Q2), as x is one of the plans that z(Q1) and z(Q2) are the least of.
   Proven bounds in place of z(Q1) and z(Q2) keep it true.
3. So a looser limit's bound holds for the tighter one (a = 1, b = 0), and where only costs change
   and do so in proportion, the bound between two points is at least the straight line between
   theirs: the least cost is concave in the costs.

Inclusion is shown row by row: a row sum(a'·x) <= b' of Q holds in P if P has a row sum(a·x) <= b
with a >= a' in every entry and b <= b', or if the upper bounds of P alone keep it. Columns that P
does not have are 0 there; columns that Q does not have are in none of its rows and cost nothing
there, so what P says of them is left out. Where that shows nothing, nothing is carried.
"""

import math
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from solver.formulation import build_plain
from solver.instance import Instance

Key = tuple[str | int, ...]
"""What a column counts, or what a row is called, whatever its number."""
ROUNDING = 5e-10
"""Share of a bound that is given up for rounding: costs in proportion are so to 1e-15 or so."""
_SAME = 1e-12


@dataclass(frozen=True)
class Row:
    """A row: sum of coefficient times column, at most (-1), exactly (0) or at least (1) a limit."""

    sense: int
    terms: Mapping[Key, float]
    limit: float


@dataclass(frozen=True)
class Program:
    """The plain formulation of an instance, its columns and rows by what they mean."""

    columns: Mapping[Key, tuple[float, bool]]
    """Upper bound, and whether whole."""
    rows: Mapping[Key, Row]
    costs: Mapping[Key, float]
    """Present value of one unit of a column, in the problem's currency."""
    constant: float
    """Present value of what no decision changes."""
    currency: str

    @classmethod
    def of(cls, instance: Instance) -> "Program":
        """The program of an instance."""
        model = build_plain(instance)
        keys = [(column.kind, *column.index) for column in model.columns]
        by_id = {c.variable.id: key for c, key in zip(model.columns, keys, strict=True)}
        rows: dict[Key, Row] = {}
        seen: dict[Key, int] = defaultdict(int)
        for name, row in zip(model.rows, model.problem.constraints(), strict=True):
            key = (str(name.family), row.sense, *name.index)
            seen[key] += 1  # the segments of one rate share their index
            terms = {by_id[variable.id]: factor for variable, factor in row.items()}
            rows[(*key, seen[key])] = Row(row.sense, terms, -row.constant)
        return cls(
            columns={k: (c.upper, c.integer) for k, c in zip(keys, model.columns, strict=True)},
            rows=rows,
            costs={keys[column]: value for column, value in model.total_cost()},
            constant=math.fsum(model.fixed.values()),
            currency=instance.currency,
        )

    def within(self, other: "Program") -> bool:
        """Whether every plan of this program is shown to be one of the other."""
        for key, (upper, whole) in self.columns.items():
            theirs = other.columns.get(key, (math.inf, False))
            if upper > theirs[0] or (theirs[1] and not whole):
                return False
        return all(self._keeps(key, row) for key, row in other.rows.items())

    def _keeps(self, key: Key, row: Row) -> bool:
        """Whether every plan of this program keeps a row of another one."""
        own = self.rows.get(key)
        if own == row:
            return True
        terms = {column: factor for column, factor in row.terms.items() if column in self.columns}
        return all(
            (own is not None and _implies(own, direction, terms, row.limit))
            or self._bounded(direction, terms, row.limit)
            for direction in ((1, -1) if row.sense == 0 else (-row.sense,))
        )

    def _bounded(self, direction: int, terms: Mapping[Key, float], limit: float) -> bool:
        """Whether the upper bounds alone keep direction·sum(terms) <= direction·limit."""
        most = 0.0
        for column, factor in terms.items():
            if factor * direction > 0:
                most += factor * direction * self.columns[column][0]
        return most <= direction * limit


def _implies(own: Row, direction: int, terms: Mapping[Key, float], limit: float) -> bool:
    """Whether a row shows that direction·sum(terms) <= direction·limit; direction is 1 or -1."""
    if own.sense not in (0, -direction) or own.limit * direction > limit * direction:
        return False
    columns = own.terms.keys() | terms.keys()
    return all(
        terms.get(column, 0.0) * direction <= own.terms.get(column, 0.0) * direction
        for column in columns
    )


def carried_bound(
    program: Program, first: tuple[Program, float], second: tuple[Program, float] | None = None
) -> float | None:
    """A bound on the least cost of a program from those of one or two others.

    Each of the others comes with its proven bound, in the same currency. None where nothing is
    shown. The weights are the projection of the costs on the line between the two, brought down
    together until no entry of the costs is exceeded.
    """
    others = [first] if second is None else [first, second]
    if any(other.currency != program.currency for other, _ in others):
        return None
    if not all(program.within(other) for other, _ in others):
        return None
    share = 0.0 if second is None else _projection(program, first[0], second[0])
    weights = [1.0 - share] if second is None else [1.0 - share, share]
    line = math.fsum(w * bound for w, (_, bound) in zip(weights, others, strict=True))
    scale = _best_scale(program, [o for o, _ in others], weights, largest=line > 0)
    if scale is None:
        return None
    return scale * line - ROUNDING * abs(scale * line)


def _entries(program: Program, others: list[Program]) -> Iterator[tuple[float, ...]]:
    """The cost of each column, and of what no decision changes, in all programs."""
    yield (program.constant, *(other.constant for other in others))
    for column in program.columns:
        yield (
            program.costs.get(column, 0.0),
            *(other.costs.get(column, 0.0) for other in others),
        )


def _projection(program: Program, first: Program, second: Program) -> float:
    """How far from the first to the second the costs lie, between 0 and 1."""
    along = square = 0.0
    for cost, low, high in _entries(program, [first, second]):
        along += (cost - low) * (high - low)
        square += (high - low) ** 2
    return min(1.0, max(0.0, along / square)) if square > 0 else 0.0


def _best_scale(
    program: Program, others: list[Program], weights: list[float], *, largest: bool
) -> float | None:
    """The largest, or least, s >= 0 with cost >= s·sum(weight·other cost) in every entry.

    None where there is none; 1 where every s will do.
    """
    least, most = 0.0, math.inf
    for cost, *theirs in _entries(program, others):
        combined = sum(w * c for w, c in zip(weights, theirs, strict=True))
        if abs(cost - combined) <= _SAME * abs(cost):
            combined = cost
        if combined > 0:
            most = min(most, cost / combined)
        elif combined < 0:
            least = max(least, cost / combined)
        elif cost < 0:
            return None
    if least > most:
        return None
    return least if not largest else most if math.isfinite(most) else max(1.0, least)
