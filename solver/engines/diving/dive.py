"""A dive: a relaxation is solved again and again, with a few columns rounded each time.

Belongs here: which columns of a stage are rounded next; every relaxation starts from the basis of
the last, which is why all of a dive happens in one process. Does not belong here: files (__main__),
the engines' calls (linear), and what is settled anew in the end (anew).
"""

import math
from dataclasses import dataclass
from typing import Any

from .linear import Bounds, Linear

WHOLE = 1e-6
MOVE_ITERATIONS, TRIAL_ITERATIONS = 4000, 8000
"""More than a rounding, or a choice, that leaves a point takes; to see that none is left can take
ten times as many."""
PASSES = 6
"""A later rounding may leave earlier ones in parts again; each pass leaves fewer."""
SURE, DEARER = 0.8, 0.005
"""Choices with this much of one are taken together, where that costs at most so much more."""
CANDIDATES = 3
"""So many of a choice's columns are tried one after the other, the likeliest first."""
ONE, ORDER = "one", "order"


@dataclass(frozen=True)
class State:
    """Where a dive is, and the bounds of some columns there."""

    cost: float
    values: list[float]
    reduced: list[float]
    basis: Any
    bounds: Bounds


@dataclass(frozen=True)
class Trial:
    """What a move came to: its cost, and the basis to go on from."""

    cost: float
    basis: Any


class Dive:
    """Bounds of columns, and how they change on the way down."""

    def __init__(self, linear: Linear, cost: float, free: Bounds) -> None:
        self.linear = linear
        self.bounds = linear.bounds()
        self.free = free
        """The bounds of columns that nothing was decided about."""
        self.ceiling = math.inf
        """What costs as much is of no use."""
        self.arrive(cost)
        self.moves = 0
        self.again = False
        """Whether every column was whole before, if not all at once."""
        self.stuck: set[int] = set()
        """Columns that found no way in this pass."""

    def through(self, stages: list[dict[str, Any]]) -> bool:
        """Go through the stages, again where a later one undid an earlier or one got stuck."""
        for turn in range(PASSES):
            before, self.stuck = self.moves, set()
            self.again = turn > 0
            if not all(self.stage(stage) and self.cost < self.ceiling for stage in stages):
                return False
            if not any(self.fractional(column) for stage in stages for column in stage["columns"]):
                return True
            if self.moves == before:
                return False
        return False

    def fractional(self, column: int) -> bool:
        """Whether a column is not whole where it now is."""
        return abs(self.values[column] - round(self.values[column])) > WHOLE

    def stage(self, stage: dict[str, Any]) -> bool:
        """Round columns of one stage, a share of them at a time, until all are whole."""
        if stage["rule"] == ONE:
            return self.choices(stage)
        while True:
            open_ = [
                n
                for n, column in enumerate(stage["columns"])
                if column not in self.stuck and self.fractional(column)
            ]
            if not open_:
                return True
            if stage["rule"] == ORDER:
                self.ordered(stage["columns"][max(open_, key=lambda n: self.part(stage, n))])
                continue
            chosen = self.surest(stage, open_)
            fewer = [chosen, chosen[: max(1, len(chosen) // 4)], chosen[:1], opposite(chosen[:1])]
            if not any(self.move(moves) for moves in fewer):
                self.stuck.add(chosen[0][0])

    def part(self, stage: dict[str, Any], n: int) -> float:
        """How far a column of a stage is above a whole number."""
        value: float = self.values[stage["columns"][n]]
        return value - math.floor(value)

    def surest(self, stage: dict[str, Any], open_: list[int]) -> list[tuple[int, bool, float]]:
        """Some columns and where to: (column, whether up, the whole number).

        Up at first, nearest to the next number first, so that there is enough of everything; to
        the nearest number later, since what is only raised leaves another column in parts.
        """
        part = {n: self.part(stage, n) for n in open_}
        up = {n: not self.again or part[n] >= 0.5 for n in open_}
        open_.sort(key=lambda n: (-max(part[n], 0.0 if up[n] else 1.0 - part[n]), n))
        most = max(1, math.ceil(stage["share"] * len(open_)))
        chosen = [(stage["columns"][n], up[n]) for n in open_[:most]]
        return [(column, up, math.floor(self.values[column]) + float(up)) for column, up in chosen]

    def ordered(self, column: int) -> None:
        """Order or not, whichever costs less; left as it is where neither has a point."""
        low, high = self.bounds[column]
        up = self.trial(column, 1.0, high, math.inf)
        down = self.trial(column, low, 0.0, math.inf if up is None else up.cost)
        chosen, order = (up, True) if down is None else (down, False)
        if chosen is None or not self.move([(column, order, float(order))], tried=chosen):
            self.stuck.add(column)

    def trial(self, column: int, low: float, high: float, above: float) -> "Trial | None":
        """What a column between two bounds comes to; None where there is no point, or none that
        costs less than ``above``.
        """
        self.linear.bound(column, low, high)
        cost = self.linear.solve(TRIAL_ITERATIONS, above)
        trial = None if cost is None else Trial(cost, self.linear.basis())
        self.linear.bound(column, *self.bounds[column])
        self.linear.start_from(self.basis)
        return trial

    def choices(self, stage: dict[str, Any]) -> bool:
        """Choose one column of each group: the sure ones together, then the weightiest by trial."""
        refused = False
        while True:
            open_ = self.undecided(stage)
            if not open_:
                return True
            sure = [columns[0] for _, columns in open_ if self.values[columns[0]] >= SURE]
            if sure and not refused:
                refused = not self.move([(column, True, 1.0) for column in sure], dearer=DEARER)
                continue
            if not self.tried(open_[0][1]):
                return False
            refused = False

    def undecided(self, stage: dict[str, Any]) -> list[tuple[float, list[int]]]:
        """Groups without a whole column, weightiest first: their weight, columns by value."""
        columns: dict[int, list[int]] = {}
        weight: dict[int, float] = {}
        for n, column in enumerate(stage["columns"]):
            columns.setdefault(stage["groups"][n], []).append(column)
            weight[stage["groups"][n]] = stage["weights"][n]
        found = []
        for group, members in columns.items():
            if any(self.fractional(column) for column in members):
                members.sort(key=lambda column: (-self.values[column], self.reduced[column]))
                found.append((weight[group], members))
        return sorted(found, key=lambda pair: -pair[0])

    def tried(self, members: list[int]) -> bool:
        """Try a group's likeliest columns and take the cheapest; whether any had a point.

        What costs more than the best so far is given up on the way.
        """
        best, cheapest, above = None, -1, self.ceiling
        for number, column in enumerate(members):
            high = self.bounds[column][1]
            least = self.cost + max(0.0, self.reduced[column]) * (1.0 - self.values[column])
            if high < 1.0 or least >= above or (best is not None and number >= CANDIDATES):
                continue
            trial = self.trial(column, 1.0, high, above)
            if trial is not None and trial.cost < above:
                best, cheapest, above = trial, column, trial.cost
        return best is not None and self.move([(cheapest, True, 1.0)], tried=best)

    def within(self, column: int, whole: float) -> bool:
        """Whether a whole number lies within a column's bounds."""
        low, high = self.bounds[column]
        return bool(low <= whole <= high)

    def move(
        self,
        moves: list[tuple[int, bool, float]],
        *,
        dearer: float = math.inf,
        tried: "Trial | None" = None,
    ) -> bool:
        """Move bounds and solve again; undone where no point is left, or where it costs more by
        a share. A trial of the same move has its basis.
        """
        if not moves or not all(self.within(column, whole) for column, _, whole in moves):
            return False
        for column, up, whole in moves:
            low, high = self.bounds[column]
            self.linear.bound(column, whole if up else low, high if up else whole)
        if tried is not None:
            self.linear.start_from(tried.basis)
        cost = self.linear.solve(MOVE_ITERATIONS)
        if cost is None or cost > self.cost + dearer * abs(self.cost):
            for column, _, _ in moves:
                self.linear.bound(column, *self.bounds[column])
            self.linear.start_from(self.basis)  # not the one of a relaxation without a point
            return False
        for column, up, whole in moves:
            low, high = self.bounds[column]
            self.bounds[column] = (whole, high) if up else (low, whole)
        self.arrive(cost)
        self.moves += 1
        return True

    def arrive(self, cost: float) -> None:
        """Take what the relaxation that was just solved has brought."""
        self.cost, self.basis = cost, self.linear.basis()
        self.values, self.reduced = self.linear.values(), self.linear.reduced()

    def bound(self, column: int, low: float, high: float) -> None:
        """Give a column other bounds; nothing is solved."""
        self.bounds[column] = (low, high)
        self.linear.bound(column, low, high)

    def hold(self, columns: list[int]) -> None:
        """Hold columns at the whole numbers where they are."""
        for column in columns:
            whole = float(round(self.values[column]))
            self.bound(column, whole, whole)

    def state(self, columns: list[int]) -> State:
        """Where the dive is, to come back to after changes of some columns."""
        bounds = {column: self.bounds[column] for column in columns}
        return State(self.cost, self.values, self.reduced, self.basis, bounds)

    def back(self, state: State) -> None:
        """Be where the dive was."""
        for column, (low, high) in state.bounds.items():
            self.bound(column, low, high)
        self.cost, self.values, self.reduced = state.cost, state.values, state.reduced
        self.basis = state.basis
        self.linear.start_from(self.basis)

    def freed(self, columns: list[int]) -> float | None:
        """Let nothing be decided about columns; the cost then, None where that took too long."""
        for column in columns:
            self.bound(column, *self.free[column])
        cost = self.linear.solve(TRIAL_ITERATIONS)
        if cost is not None:
            self.arrive(cost)
        return cost


def opposite(moves: list[tuple[int, bool, float]]) -> list[tuple[int, bool, float]]:
    """The same columns, rounded the other way."""
    return [(column, not up, whole + (-1.0 if up else 1.0)) for column, up, whole in moves]
