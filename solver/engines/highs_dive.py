"""The program that dives: it solves a relaxation again and again, rounding a few columns each time.

Run as a script by solver.engines.dive, which writes the job and reads the answer. Belongs here: the
calls to highspy; every relaxation starts from the basis of the last, which is why all of a dive
happens in one process. It imports nothing of rackmix. It ends when its standard input does.
"""

import array
import json
import math
import os
import threading
from dataclasses import dataclass
from typing import Any

import highspy

SAVED, ANSWER, FRESH = "plan.bin", "answer.json", "answer.new"
WHOLE = 1e-6
MOVE_ITERATIONS, TRIAL_ITERATIONS = 4000, 20_000
"""More than a rounding, or a choice, that leaves a point takes; to see that none is left can take
ten times as many."""
PASSES = 6
"""A later rounding may leave earlier ones in parts again; each pass leaves fewer."""
SURE, DEARER = 0.8, 0.005
"""Choices with this much of one are taken together, where that costs at most so much more."""
CANDIDATES = 8
"""So many of a choice's columns are tried one after the other, the likeliest first."""
ONE, ORDER = "one", "order"


def main() -> None:
    """Do the job in job.json; leave answer.json and, where there was a point, plan.bin."""
    with open("job.json", encoding="utf-8") as file:
        job = json.load(file)
    highs: Any = highspy.Highs()  # type: ignore[no-untyped-call]
    highs.setOptionValue("output_flag", False)
    highs.setOptionValue("threads", 1)
    highs.setOptionValue("time_limit", job["time_limit_s"])
    if highs.readModel(job["model"]) == highspy.HighsStatus.kError:
        raise SystemExit("HiGHS could not read the model")
    threading.Thread(target=end_with_input, daemon=True).start()
    bound = solved(highs)
    answer: dict[str, Any] = {"bound": bound, "whole": False}
    if bound is not None:
        highs.setOptionValue("simplex_iteration_limit", MOVE_ITERATIONS)
        dive = Dive(highs)
        answer["whole"] = dive.through(job["stages"])
        with open(SAVED, "wb") as file:
            array.array("d", dive.values).tofile(file)
    with open(FRESH, "w", encoding="utf-8") as file:
        json.dump(answer, file)
    os.replace(FRESH, ANSWER)  # whole or not at all: the process may be stopped at any moment


def end_with_input() -> None:
    """Nothing of a dive is worth keeping that did not end: stop at once."""
    while os.read(0, 4096):
        pass
    os._exit(3)


def solved(highs: Any) -> float | None:
    """Solve the relaxation as it is; its cost, or None where it has no point or no time."""
    highs.run()
    if highs.getModelStatus() != highspy.HighsModelStatus.kOptimal:
        return None
    cost: float = highs.getInfo().objective_function_value
    return cost


@dataclass(frozen=True)
class Trial:
    """What a move came to: its cost, and the basis to go on from."""

    cost: float
    basis: Any


class Dive:
    """Bounds of columns, and how they change on the way down."""

    def __init__(self, highs: Any) -> None:
        self.highs = highs
        lp = highs.getLp()
        self.bounds = dict(enumerate(zip(lp.col_lower_, lp.col_upper_, strict=True)))
        self.cost: float = highs.getInfo().objective_function_value
        self.values: list[float] = list(highs.getSolution().col_value)
        self.reduced: list[float] = list(highs.getSolution().col_dual)
        self.basis = highs.getBasis()
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
            if not all(self.stage(stage) for stage in stages):
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
        self.highs.setOptionValue("simplex_iteration_limit", TRIAL_ITERATIONS)
        self.highs.setOptionValue("objective_bound", above)
        self.highs.changeColBounds(column, low, high)
        cost = solved(self.highs)
        trial = None if cost is None else Trial(cost, self.highs.getBasis())
        self.highs.changeColBounds(column, *self.bounds[column])
        self.highs.setBasis(self.basis)
        self.highs.setOptionValue("objective_bound", math.inf)
        self.highs.setOptionValue("simplex_iteration_limit", MOVE_ITERATIONS)
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
        best, cheapest = None, -1
        for number, column in enumerate(members):
            high = self.bounds[column][1]
            least = self.cost + max(0.0, self.reduced[column]) * (1.0 - self.values[column])
            if high < 1.0 or (best is not None and (number >= CANDIDATES or least >= best.cost)):
                continue
            trial = self.trial(column, 1.0, high, math.inf if best is None else best.cost)
            if trial is not None and (best is None or trial.cost < best.cost):
                best, cheapest = trial, column
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
            self.highs.changeColBounds(column, whole if up else low, high if up else whole)
        if tried is not None:
            self.highs.setBasis(tried.basis)
        cost = solved(self.highs)
        if cost is None or cost > self.cost + dearer * abs(self.cost):
            for column, _, _ in moves:
                self.highs.changeColBounds(column, *self.bounds[column])
            self.highs.setBasis(self.basis)  # not the one of a relaxation without a point
            return False
        for column, up, whole in moves:
            low, high = self.bounds[column]
            self.bounds[column] = (whole, high) if up else (low, whole)
        found = self.highs.getSolution()
        self.cost, self.values, self.reduced = cost, list(found.col_value), list(found.col_dual)
        self.basis = self.highs.getBasis()
        self.moves += 1
        return True


def opposite(moves: list[tuple[int, bool, float]]) -> list[tuple[int, bool, float]]:
    """The same columns, rounded the other way."""
    return [(column, not up, whole + (-1.0 if up else 1.0)) for column, up, whole in moves]


if __name__ == "__main__":
    main()
