"""A problem as plain lists, and parts of it as files: what a search solves again and again.

Belongs here: reading a PuLP problem once, writing MPS files of it with other bounds and with some
integers relaxed, and checking points against it. Does not belong here: running an engine (cbc,
highs), or which parts are worth solving (solver.search).
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

import pulp

from solver.engines.claim import Model, cost_scale
from solver.engines.points import TOLERANCE, Point

FREE = 1e-12
"""Bounds nearer than this, absolute and relative, hold a variable fast."""


@dataclass(frozen=True)
class Program:
    """A minimisation as lists by variable id and by row number; nobody changes them."""

    costs: list[float]
    constant: float
    lower: list[float]
    upper: list[float]
    whole: list[bool]
    rows: list[tuple[list[int], list[float]]]
    """Variable ids and factors of each row."""
    low: list[float]
    """Least value of each row; minus infinity where it has none."""
    high: list[float]

    @classmethod
    def of(cls, problem: pulp.LpProblem) -> "Program":
        """Read a problem; variable ids must count from 0, which they do where none was removed."""
        variables = problem.variables()
        costs = [0.0] * len(variables)
        objective = problem.objective
        if objective is not None:
            for variable, cost in objective.items():
                costs[variable.id] += cost
        rows, low, high = [], [], []
        for row in problem.constraints():
            pairs = [(variable.id, factor) for variable, factor in row.items() if factor]
            rows.append(([i for i, _ in pairs], [factor for _, factor in pairs]))
            limit, sense = -row.constant, row.sense
            low.append(-math.inf if sense == pulp.LpConstraintLE else limit)
            high.append(math.inf if sense == pulp.LpConstraintGE else limit)
        return cls(
            costs=costs,
            constant=0.0 if objective is None else objective.constant,
            lower=[v.lowBound for v in variables],
            upper=[v.upBound for v in variables],
            whole=[v.cat == pulp.LpInteger for v in variables],
            rows=rows,
            low=low,
            high=high,
        )

    def narrowed(self, rows: Iterable[int], share: float) -> "Program":
        """The same program with only a share of the limits of some rows left to use."""
        high = list(self.high)
        for row in rows:
            if 0 < high[row] < math.inf:
                high[row] *= share
        return replace(self, high=high)

    def tied(self, like: Sequence[int]) -> "Program":
        """The same program where each variable ``i`` has the value of variable ``like[i]``.

        A variable that follows another stays in the lists, at 0 and in no row, so that ids keep
        their meaning; rows that become the same are kept once.
        """
        costs, lower, upper = [0.0] * len(like), list(self.lower), list(self.upper)
        for i, first in enumerate(like):
            costs[first] += self.costs[i]
            lower[first] = max(lower[first], self.lower[i])
            upper[first] = min(upper[first], self.upper[i])
        for i, first in enumerate(like):
            if first != i:
                lower[i] = upper[i] = 0.0
        rows: dict[tuple[tuple[int, float], ...], tuple[float, float]] = {}
        for (ids, factors), low, high in zip(self.rows, self.low, self.high, strict=True):
            merged: dict[int, float] = {}
            for i, factor in zip(ids, factors, strict=True):
                merged[like[i]] = merged.get(like[i], 0.0) + factor
            row = tuple(sorted(merged.items()))
            before = rows.get(row, (-math.inf, math.inf))
            rows[row] = (max(low, before[0]), min(high, before[1]))
        return replace(
            self,
            costs=costs,
            lower=lower,
            upper=upper,
            whole=[whole and like[i] == i for i, whole in enumerate(self.whole)],
            rows=[([i for i, _ in row], [factor for _, factor in row]) for row in rows],
            low=[low for low, _ in rows.values()],
            high=[high for _, high in rows.values()],
        )

    def cost(self, point: Sequence[float]) -> float:
        """The objective at a point, its constant included."""
        return math.fsum(map(float.__mul__, self.costs, point)) + self.constant

    def broken(self, point: Sequence[float]) -> str | None:
        """Name the first row or bound that a point breaks beyond the tolerance of all checks."""
        for number, (ids, factors) in enumerate(self.rows):
            terms = [factor * point[i] for i, factor in zip(ids, factors, strict=True)]
            value, low, high = math.fsum(terms), self.low[number], self.high[number]
            if low <= value <= high:
                continue
            limit = low if value < low else high
            scale = max(1.0, abs(limit), max(map(abs, terms), default=0.0))
            if abs(value - limit) > TOLERANCE * scale:
                return f"row {number} is broken by {abs(value - limit):g}"
        return None


@dataclass(frozen=True)
class Part:
    """A program with other bounds and fewer integers. A relaxed or a restricted one."""

    program: Program
    lower: list[float]
    upper: list[float]
    whole: list[bool]

    @classmethod
    def all_of(cls, program: Program) -> "Part":
        """The whole program, with lists of its own that may be changed."""
        return cls(program, list(program.lower), list(program.upper), list(program.whole))

    def relaxed(self) -> "Part":
        """The same with no whole numbers asked for."""
        return Part(self.program, self.lower, self.upper, [False] * len(self.whole))

    @cached_property
    def free(self) -> list[int]:
        """The ids of variables that are not held fast."""
        return [
            i
            for i, (low, high) in enumerate(zip(self.lower, self.upper, strict=True))
            if high - low > FREE * max(1.0, abs(low))
        ]

    def write(self, path: Path) -> Model:
        """Write the part as MPS, without what is held fast: that goes into limits and constant."""
        free = self.free
        column = {i: n for n, i in enumerate(free)}
        fixed = [0.0 if i in column else low for i, low in enumerate(self.lower)]
        entries: list[list[str]] = [[] for _ in free]
        kinds: list[str] = []
        limits: list[str] = []
        scale = cost_scale(self.program.costs[i] for i in free)
        for i, n in column.items():
            if self.program.costs[i]:
                entries[n].append(f"OBJ {self.program.costs[i] * scale!r}")
        for number, (ids, factors) in enumerate(self.program.rows):
            moved, name, used = 0.0, f"C{len(kinds):07d}", False
            for i, factor in zip(ids, factors, strict=True):
                if i in column:
                    entries[column[i]].append(f"{name} {factor!r}")
                    used = True
                else:
                    moved += factor * fixed[i]
            if used:
                kinds.append(_kind(name, self.program.low[number], self.program.high[number]))
                limits.append(_limit(name, self.program, number, moved))
        constant = self.program.constant + math.fsum(map(float.__mul__, self.program.costs, fixed))
        one = len(free)
        with path.open("w") as file:
            file.write("*SENSE:Minimize\nNAME MODEL\nROWS\n N OBJ\n")
            file.writelines(kinds)
            file.write("COLUMNS\n")
            for n, i in enumerate(free):
                file.writelines(_column(n, entries[n], self.whole[i]))
            file.writelines(_column(one, [f"OBJ {constant * scale!r}"], False))
            file.write("RHS\n")
            file.writelines(limits)
            file.write("BOUNDS\n")
            file.writelines(self._bounds(n, i) for n, i in enumerate(free))
            file.write(f" FX BND X{one:07d} 1\nENDATA\n")
        return Model(
            path=path,
            ids=tuple(free),
            columns=len(free) + 1,
            rows=len(kinds),
            scale=scale,
            added=(1.0,),
            whole=tuple(self.whole[i] for i in free),
        )

    def _bounds(self, number: int, i: int) -> str:
        low, high, name = self.lower[i], self.upper[i], f"X{number:07d}"
        lines = f" LO BND {name} {low!r}\n" if math.isfinite(low) else f" MI BND {name}\n"
        return lines + (
            f" UP BND {name} {high!r}\n" if math.isfinite(high) else f" PL BND {name}\n"
        )

    def point(self, model: Model, values: Sequence[float]) -> Point:
        """The point of the program at an engine's values: integers rounded, bounds kept."""
        point = list(self.lower)
        for i, value in zip(model.ids, values, strict=False):
            if self.whole[i]:
                value = float(round(value))
            point[i] = min(max(value, self.lower[i]), self.upper[i]) + 0.0
        return point

    def columns(self, point: Sequence[float]) -> list[float]:
        """The values of the written columns at a point, the constant's included."""
        return [*(point[i] for i in self.free), 1.0]


def _kind(name: str, low: float, high: float) -> str:
    if low == high:
        return f" E {name}\n"
    return f" L {name}\n" if low == -math.inf else f" G {name}\n"


def _limit(name: str, program: Program, number: int, moved: float) -> str:
    limit = program.high[number] if program.low[number] == -math.inf else program.low[number]
    return f" RHS {name} {limit - moved!r}\n"


def _column(number: int, entries: list[str], whole: bool) -> list[str]:
    name = f"X{number:07d}"
    lines = [f" {name} {entry}\n" for entry in entries] or [f" {name} OBJ 0\n"]
    if not whole:
        return lines
    return [" MARKER 'MARKER' 'INTORG'\n", *lines, " MARKER 'MARKER' 'INTEND'\n"]
