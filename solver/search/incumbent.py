"""The best plan and the best bound found so far, by whichever run.

Belongs here: what several runs share, safe between threads. Does not belong here: runs.
"""

import logging
import threading
from collections.abc import Callable

from solver import engines
from solver.engines.points import ABOVE, Point
from solver.engines.program import Program

NOISE = 1e-9
"""Relative: less is no better plan."""

log = logging.getLogger(__name__)


class Incumbent:
    """The best checked point, the best proven bound, and whether the two are near enough."""

    def __init__(self, program: Program, gap: float, accept: Callable[[Point], bool]) -> None:
        self.program = program
        self.point: Point | None = None
        self.cost: float | None = None
        self.bound: float | None = None
        self.in_vain = 0
        """How many runs near the best point saved no more than the gap that is asked for, since one
        did or a relaxation had a point that is so much cheaper."""
        self.done = threading.Event()
        """Set when the gap is reached."""
        self.listeners: list[Callable[[Point], None]] = []
        """Called with every better point."""
        self._gap = gap
        self._accept = accept
        self._lock = threading.Lock()

    @property
    def gap(self) -> float | None:
        """How far the plan is from the bound; None while one of them is missing."""
        if self.cost is None or self.bound is None:
            return None
        return engines.relative_gap(self.cost, self.bound)

    def offer(self, point: Point) -> bool:
        """Take a point if it is cheaper than the best, keeps every row and is accepted."""
        cost = self.program.cost(point)
        if not self._better(cost) or self.program.broken(point) or not self._accept(point):
            return False
        with self._lock:
            if not self._better(cost):
                return False
            if self.cost is None or self.saves(self.cost, cost):
                self.in_vain = 0
            self.point, self.cost = point, cost
            self._judge()
        for listener in self.listeners:
            listener(point)
        return True

    def saves(self, before: float, after: float) -> bool:
        """Whether a cost lies below another by more than the gap that is asked for."""
        return engines.relative_gap(before, after) > self._gap

    def raise_bound(self, bound: float | None) -> None:
        """Take a bound that an engine claims for the whole program."""
        with self._lock:
            if bound is not None and (self.bound is None or bound > self.bound):
                self.bound = bound
                self._judge()

    def _better(self, cost: float) -> bool:
        return self.cost is None or cost < self.cost - NOISE * max(1.0, abs(self.cost))

    def _judge(self) -> None:
        """Believe no bound above a plan that was checked, and stop where the two are near."""
        if self.cost is None or self.bound is None:
            return
        if self.bound > self.cost + ABOVE * abs(self.cost):
            log.warning("a bound of %s lies above a plan of %s: left out", self.bound, self.cost)
            self.bound = None
        elif engines.near_enough(self.gap, self._gap):
            self.done.set()
