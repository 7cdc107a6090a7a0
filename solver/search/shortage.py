"""What cannot be bought for a use of machines: the program with cards that may be missing.

Belongs here: that program, and what its points say about pools. Does not belong here: placing
workloads (placing), and when this is asked (stages).
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace

from solver.families import Family
from solver.search.parts import USE, Parts
from solver.search.stock import ENOUGH, Room

DEAR = 10.0
"""What a missing card costs, beside the dearest that a program has: more than any."""
LESS = 0.98
"""Of what can be bought in parts so much can be bought whole."""


class Shortage:
    """A program in which cards may be missing, by pool and interval."""

    def __init__(self, parts: Parts) -> None:
        self.model, self.program = parts.model, parts.program
        self.rows: dict[tuple[str, int], list[int]] = defaultdict(list)
        """Those in which a pool's cards are short; the first is that of its capacity, and others
        say the same of what the fleet has for a job.
        """
        rows = [(n, row) for n, row in enumerate(parts.model.rows) if row.family is Family.CAPACITY]
        for number, row in sorted(rows, key=lambda pair: len(pair[1].index)):
            *_, pool, interval = (word for word in row.index if word != "fleet")
            self.rows[str(pool), int(interval)].append(number)
        cost = DEAR * max(map(abs, parts.program.costs), default=0.0)
        self.parts = replace(parts, program=parts.program.eased([*self.rows.values()], cost))

    def room(self, point: Sequence[float]) -> Room:
        """How many cards can be had of those pools that are too small in a point."""
        missing = point[len(self.model.columns) :]
        return {
            key: LESS * (self._used(rows[0], point) - short)
            for (key, rows), short in zip(self.rows.items(), missing, strict=True)
            if short > ENOUGH
        }

    def _used(self, row: int, point: Sequence[float]) -> float:
        ids, factors = self.program.rows[row]
        terms = zip(ids, factors, strict=True)
        return sum(n * point[i] for i, n in terms if self.model.columns[i].kind in USE)
