"""A problem as lists and arrays, and parts of it as files: what a search solves again and again.

Belongs here: reading a PuLP problem once, writing MPS files of it with other bounds and with some
integers relaxed, and checking points against it. Does not belong here: running an engine (cbc,
highs), or which parts are worth solving (solver.search).
"""

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

import numpy as np
import pulp

from solver.engines import mps
from solver.engines.claim import Model, cost_scale
from solver.engines.points import TOLERANCE, Point
from solver.engines.rows import Rows

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
    rows: Rows
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
        low, high = [], []
        for row in problem.constraints():
            limit, sense = -row.constant, row.sense
            low.append(-math.inf if sense == pulp.LpConstraintLE else limit)
            high.append(math.inf if sense == pulp.LpConstraintGE else limit)
        return cls(
            costs=costs,
            constant=0.0 if objective is None else objective.constant,
            lower=[v.lowBound for v in variables],
            upper=[v.upBound for v in variables],
            whole=[v.cat == pulp.LpInteger for v in variables],
            rows=Rows.of(_entries(problem)),
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

    def summed(self, like: Sequence[int], weights: Sequence[float]) -> "Program":
        """The same program with rows added up: row ``i``, times its weight, goes to ``like[i]``.

        A relaxation, since what keeps some rows keeps their sum; weights must be above 0. It is
        solved sooner: columns that were apart in time only are then alike.
        """
        first, factor = np.array(like, np.int32), np.array(weights)
        numbers = self.rows.numbers()
        sums = self.rows.merged(
            first[numbers], self.rows.ids, self.rows.factors * factor[numbers], len(like)
        )
        low, high = (
            np.bincount(first, weights=factor * limits, minlength=len(like))
            for limits in (np.array(self.low), np.array(self.high))
        )
        kept = np.unique(first)
        return replace(self, rows=sums.some(kept), low=low[kept].tolist(), high=high[kept].tolist())

    def eased(self, rows: Sequence[Sequence[int]], cost: float) -> "Program":
        """The same program with one more variable for each set of rows, by which their upper limits
        may be exceeded at a cost per unit; these variables come last, in the order of the sets.
        """
        count = len(self.costs)
        number = [row for together in rows for row in together]
        added = [count + n for n, together in enumerate(rows) for _ in together]
        entries = self.rows.merged(
            np.concatenate([self.rows.numbers(), np.array(number, np.int32)]),
            np.concatenate([self.rows.ids, np.array(added, np.int32)]),
            np.concatenate([self.rows.factors, np.full(len(added), -1.0)]),
            len(self.rows),
        )
        return replace(
            self,
            costs=self.costs + [cost] * len(rows),
            lower=self.lower + [0.0] * len(rows),
            upper=self.upper + [math.inf] * len(rows),
            whole=self.whole + [False] * len(rows),
            rows=entries,
        )

    def tied(self, like: Sequence[int]) -> "Program":
        """The same program where each variable ``i`` has the value of variable ``like[i]``.

        A variable that follows another stays in the lists, at 0 and in no row, so that ids keep
        their meaning; rows that become the same are kept once.
        """
        first = np.array(like, np.int32)
        lower, upper = np.array(self.lower), np.array(self.upper)
        np.maximum.at(lower, first, self.lower)
        np.minimum.at(upper, first, self.upper)
        follows = first != np.arange(len(first))
        lower[follows] = upper[follows] = 0.0
        rows = self.rows.tied(first)
        low, high = list(self.low), list(self.high)
        same = rows.same()
        for number, before in enumerate(same):
            low[before] = max(low[before], low[number])
            high[before] = min(high[before], high[number])
        kept = [number for number, before in enumerate(same) if number == before]
        return replace(
            self,
            costs=np.bincount(first, weights=self.costs, minlength=len(like)).tolist(),
            lower=lower.tolist(),
            upper=upper.tolist(),
            whole=(np.array(self.whole, np.bool_) & ~follows).tolist(),
            rows=rows.some(kept),
            low=[low[number] for number in kept],
            high=[high[number] for number in kept],
        )

    def cost(self, point: Sequence[float]) -> float:
        """The objective at a point, its constant included."""
        return math.fsum(map(float.__mul__, self.costs, point)) + self.constant

    def broken(self, point: Sequence[float]) -> str | None:
        """Name the first row or bound that a point breaks beyond the tolerance of all checks."""
        low, high, values = np.array(self.low), np.array(self.high), self.rows.sums(point)
        limit = np.where(values < low, low, high)
        with np.errstate(invalid="ignore"):  # half: the sums are added up exactly below
            doubtful = np.abs(values - limit) > TOLERANCE / 2 * np.maximum(1.0, np.abs(limit))
        doubtful &= (values < low) | (values > high)
        for number in np.flatnonzero(doubtful).tolist():
            if excess := self._excess(number, point):
                return f"row {number} is broken by {excess:g}"
        return None

    def _excess(self, number: int, point: Sequence[float]) -> float:
        """By how much a row is broken; 0 within the tolerance."""
        ids, factors = self.rows[number]
        terms = [factor * point[i] for i, factor in zip(ids, factors, strict=True)]
        value, low, high = math.fsum(terms), self.low[number], self.high[number]
        if low <= value <= high:
            return 0.0
        limit = low if value < low else high
        scale = max(1.0, abs(limit), max(map(abs, terms), default=0.0))
        return abs(value - limit) if abs(value - limit) > TOLERANCE * scale else 0.0


def _entries(problem: pulp.LpProblem) -> Iterator[tuple[list[int], list[float]]]:
    """Variable ids and factors of each row, without making PuLP's objects for every entry."""
    for row in problem.toRustModel().list_constraints():
        pairs = row.items()
        yield [variable.id() for variable, _ in pairs], [factor for _, factor in pairs]


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
        lower = np.array(self.lower)
        with np.errstate(invalid="ignore"):
            apart = np.array(self.upper) - lower > FREE * np.maximum(1.0, np.abs(lower))
        return np.flatnonzero(apart).tolist()

    def write(self, path: Path) -> Model:
        """Write the part as MPS, without what is held fast: that goes into limits and constant."""
        program, free = self.program, self.free
        column = np.full(len(self.lower), -1, np.int32)
        column[free] = np.arange(len(free))
        fixed = np.where(column < 0, self.lower, 0.0)
        mine = column[program.rows.ids] >= 0
        number = program.rows.numbers()
        moved = program.rows.sums(fixed).tolist()
        used = np.flatnonzero(np.bincount(number[mine], minlength=len(program.rows))).tolist()
        name = np.full(len(program.rows), -1, np.int32)
        name[used] = np.arange(len(used))
        scale = cost_scale(program.costs[i] for i in free)
        constant = program.constant + math.fsum((np.array(program.costs) * fixed).tolist())
        entries = mps.entry_lines(
            name[number[mine]],
            column[program.rows.ids[mine]],
            program.rows.factors[mine],
            len(used),
            len(free),
        )
        with path.open("w") as file:
            file.write("*SENSE:Minimize\nNAME MODEL\nROWS\n N OBJ\n")
            for n, row in enumerate(used):
                file.write(mps.kind_line(mps.row_name(n), program.low[row], program.high[row]))
            file.write("COLUMNS\n")
            for n, (i, lines) in enumerate(zip(free, entries, strict=True)):
                file.write(mps.column_lines(n, program.costs[i] * scale, lines, self.whole[i]))
            file.write(f" {mps.column_name(len(free))} OBJ {constant * scale!r}\n")
            file.write("RHS\n")
            for n, row in enumerate(used):
                low, high = program.low[row], program.high[row]
                limit = high if low == -math.inf else low
                file.write(f" RHS {mps.row_name(n)} {limit - moved[row]!r}\n")
            file.write("BOUNDS\n")
            for n, i in enumerate(free):
                file.write(mps.bound_lines(mps.column_name(n), self.lower[i], self.upper[i]))
            file.write(f" FX BND {mps.column_name(len(free))} 1\nENDATA\n")
        return Model(
            path=path,
            ids=tuple(free),
            columns=len(free) + 1,
            rows=len(used),
            scale=scale,
            added=(1.0,),
            whole=tuple(self.whole[i] for i in free),
        )

    def point(self, model: Model, values: Sequence[float]) -> Point:
        """The point of the program at an engine's values: integers rounded, bounds kept."""
        point = list(self.lower)
        for i, value in zip(model.ids, values, strict=False):
            if self.whole[i]:
                value = float(round(value))
            point[i] = min(max(value, self.lower[i]), self.upper[i]) + 0.0
        return point
