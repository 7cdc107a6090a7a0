"""Which cost a search tree is to rule out next, between the best bound and the best plan.

Belongs here: choosing targets, and when to stop a tree. Does not belong here: the trees (search).

A tree that only has to show that nothing costs less than a target is several times as small as one
that looks for the optimum: far more columns can be fixed at its root. Where the target lies above
the optimum, though, it shows nothing, however long it grows. So targets come nearer to the plan as
long as trees of few nodes rule them out, and stay nearer to the bound where they do not.
"""

import math
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from solver.engines import near_enough, relative_gap
from solver.engines.points import Point
from solver.search.incumbent import Incumbent

WIDEST, NEAR = 0.03, 0.005
"""Plans are hardly further from the optimum, however far the bound is; and hardly more than the
second where they get no better."""
TOLD = 0.005
"""A relaxation's best point tells no more of what plans will cost once the bound is so near it."""
SHARE, LAST = 0.5, 2.0
"""The first target's share of the way from the bound to the plan; the last target is taken instead
where that is not so many times as far from the plan."""
NODES = 300
"""Nodes of a tree before it is given up: one that rules its target out mostly has fewer."""


@dataclass
class Targets:
    """Targets one after the other."""

    gap: float
    """Relative: how far the last target lies below the plan."""
    share: float = SHARE
    nodes: int = NODES
    boldest: float = 1.0
    """The largest share there is, after trees that ruled their targets out."""
    near: float = NEAR
    """No target is further below a plan that gets no better; relative."""
    more: int = 1
    """How many times as many nodes the tree of such a target may have."""

    def next(
        self, cost: float, bound: float | None, hoped: float = math.inf, *, calm: bool = False
    ) -> float:
        """The next target, of the best plan's cost and the best bound, if there is one.

        ``hoped`` is what the best point of a relaxation costs: where that is less, plans will come
        near it. ``calm`` says that plans get no better.

        >>> Targets(gap=0.001).next(100.0, 99.0), Targets(gap=0.001).next(100.0, None)
        (99.5, 98.5)
        >>> Targets(gap=0.001).next(100.0, 90.0, 92.0), Targets(gap=0.001).next(100.0, 90.0, 90.1)
        (91.0, 98.5)
        >>> Targets(gap=0.001).next(100.0, 90.0, calm=True), Targets(gap=0.001).next(100.0, 99.7)
        (99.5, 99.9)
        >>> targets = Targets(gap=0.02)
        >>> targets.next(100.0, 90.0, 92.0), targets.next(100.0, targets.last(92.0), 92.0)
        (90.16, 98.0)
        """
        least = min(cost, hoped)
        if bound is not None and near_enough(relative_gap(least, bound), max(TOLD, self.gap)):
            least = cost
        widest = WIDEST if bound is None else min(WIDEST, relative_gap(least, bound))
        distance = (1 - self.share) * max(self.gap, widest)
        if calm:
            distance = min(distance, max(self.gap, self.near))
        return self.last(least) if distance <= LAST * self.gap else least - distance * abs(least)

    def last(self, cost: float) -> float:
        """The last target for a plan: once it is ruled out, the plan is near enough."""
        return cost - self.gap * abs(cost)

    def tell(self, ruled_out: bool) -> None:
        """Learn from a tree that has ended: nearer to the plan, or to the bound with more nodes.

        >>> targets = Targets(gap=0.01)
        >>> targets.tell(False), targets.share, targets.nodes
        (None, 0.25, 600)
        >>> targets.near
        0.01
        >>> targets.tell(True), targets.share, targets.nodes
        (None, 0.5, 600)
        >>> bold, shy = Targets(gap=0.01), Targets(gap=0.01, boldest=0.6)
        >>> bold.tell(True), shy.tell(True), bold.share, shy.share
        (None, None, 1.0, 0.6)
        """
        if ruled_out:
            self.share = min(self.boldest, 2 * self.share)
        else:
            self.share, self.nodes, self.near = self.share / 2, 2 * self.nodes, 2 * self.near

    def void(self, target: float, cost: float) -> bool:
        """Whether a plan is so near to a target, or below it, that a lower one would do.

        >>> [Targets(gap=0.01).void(98.0, cost) for cost in (100.0, 98.6, 98.4, 90.0)]
        [False, False, True, True]
        """
        return cost - self.gap / 2 * abs(cost) < target

    @contextmanager
    def stay(
        self, target: float | None, incumbent: Incumbent, stop: threading.Event
    ) -> Iterator[threading.Event]:
        """An event that is set with ``stop``, or when better plans make the target void; where
        there is none, when there is a plan.
        """
        void = Either(stop)

        def look(_point: Point) -> None:
            assert incumbent.cost is not None
            if target is None or self.void(target, incumbent.cost):
                void.set()

        incumbent.listeners.append(look)
        try:
            yield void
        finally:
            incumbent.listeners.remove(look)


class Either(threading.Event):
    """Set when it is set itself, or another is."""

    def __init__(self, other: threading.Event) -> None:
        super().__init__()
        self.other = other

    def is_set(self) -> bool:
        """Whether one of them is."""
        return super().is_set() or self.other.is_set()
