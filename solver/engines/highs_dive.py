"""The program that dives: it solves a relaxation again and again, rounding a few columns each time.

Run as a script by solver.engines.dive, which writes the job and reads the answer. Belongs here: the
calls to highspy; every relaxation starts from the basis of the last, which is why all of a dive
happens in one process. It imports nothing of rackmix. It ends when its standard input does.
"""

import array
import json
import math
import os
import sys
import threading
from typing import Any

import highspy

SAVED, ANSWER = "plan.bin", "answer.json"
WHOLE = 1e-6
MOVE_ITERATIONS = 4000
"""More than a rounding that leaves a point takes; to see that none is left can take ten times as
many."""
PASSES = 30
"""A later rounding may leave earlier ones in parts again; each pass leaves fewer."""
UP, ONE, ORDER = "up", "one", "order"


def main() -> None:
    """Do the job in job.json; leave answer.json and, where the dive ended well, plan.bin."""
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
    answer: dict[str, Any] = {"bound": bound, "plan": False}
    if bound is not None:
        sys.stdout.write(json.dumps({"bound": bound}) + "\n")
        sys.stdout.flush()
        highs.setOptionValue("simplex_iteration_limit", MOVE_ITERATIONS)
        answer["plan"] = Dive(highs).through(job["stages"])
    if answer["plan"]:
        with open(SAVED, "wb") as file:
            array.array("d", highs.getSolution().col_value).tofile(file)
    with open(ANSWER, "w", encoding="utf-8") as file:
        json.dump(answer, file)


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


class Dive:
    """Bounds of columns, and how they change on the way down."""

    def __init__(self, highs: Any) -> None:
        self.highs = highs
        lp = highs.getLp()
        self.bounds = dict(enumerate(zip(lp.col_lower_, lp.col_upper_, strict=True)))
        self.values: list[float] = list(highs.getSolution().col_value)
        self.basis = highs.getBasis()

    def through(self, stages: list[dict[str, Any]]) -> bool:
        """Go through the stages, again where a later one undid an earlier."""
        for turn in range(PASSES):
            if not all(self.stage(stage, 1.0 if turn else stage["share"]) for stage in stages):
                return False
            if not any(self.fractional(column) for stage in stages for column in stage["columns"]):
                return True
        return False

    def fractional(self, column: int) -> bool:
        """Whether a column is not whole where it now is."""
        return abs(self.values[column] - round(self.values[column])) > WHOLE

    def stage(self, stage: dict[str, Any], share: float) -> bool:
        """Round columns of one stage, a share of them at a time, until all are whole."""
        for _ in range(200):
            open_ = [n for n, column in enumerate(stage["columns"]) if self.fractional(column)]
            if not open_:
                return True
            chosen = self.chosen(stage, open_, share)
            fewer = [chosen, chosen[: max(1, len(chosen) // 4)], chosen[:1], opposite(chosen[:1])]
            if not any(self.move(moves) for moves in fewer):
                return False
        return False

    def chosen(
        self, stage: dict[str, Any], open_: list[int], share: float
    ) -> list[tuple[int, bool, float]]:
        """The surest of the columns: (column, whether up, the whole number)."""
        columns, rule = stage["columns"], stage["rule"]
        value = self.values
        part = {n: value[columns[n]] - math.floor(value[columns[n]]) for n in open_}
        open_.sort(key=lambda n: (-part[n], n))
        most = max(1, math.ceil(share * len(open_)))
        taken: list[tuple[int, bool, float]] = []
        seen: set[int] = set()
        for n in open_:
            if rule == ONE:
                if stage["groups"][n] in seen:
                    continue
                seen.add(stage["groups"][n])
            up = True
            if rule == ORDER:
                quantity = sum(value[c] for c in stage["quantities"][n])
                up = quantity >= 0.5 * stage["firsts"][n]
            whole = math.floor(value[columns[n]]) + (1.0 if up else 0.0)
            taken.append((columns[n], up, whole))
            if len(taken) == most:
                break
        return taken

    def within(self, column: int, whole: float) -> bool:
        """Whether a whole number lies within a column's bounds."""
        low, high = self.bounds[column]
        return bool(low <= whole <= high)

    def move(self, moves: list[tuple[int, bool, float]]) -> bool:
        """Move bounds and solve again; undone where no point is left."""
        if not moves or not all(self.within(column, whole) for column, _, whole in moves):
            return False
        for column, up, whole in moves:
            low, high = self.bounds[column]
            self.highs.changeColBounds(column, whole if up else low, high if up else whole)
        if solved(self.highs) is None:
            for column, _, _ in moves:
                self.highs.changeColBounds(column, *self.bounds[column])
            self.highs.setBasis(self.basis)  # not the one of a relaxation without a point
            return False
        for column, up, whole in moves:
            low, high = self.bounds[column]
            self.bounds[column] = (whole, high) if up else (low, whole)
        self.values = list(self.highs.getSolution().col_value)
        self.basis = self.highs.getBasis()
        return True


def opposite(moves: list[tuple[int, bool, float]]) -> list[tuple[int, bool, float]]:
    """The same columns, rounded the other way."""
    return [(column, not up, whole + (-1.0 if up else 1.0)) for column, up, whole in moves]


if __name__ == "__main__":
    main()
