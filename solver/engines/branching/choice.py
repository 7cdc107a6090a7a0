"""What a node is branched on: a group, of whose columns one is 1, or a column that is to be whole.

Belongs here: the ways to branch at a node, which of them raises the bound most, and what is
remembered of that. Does not belong here: in what order nodes are looked at (tree).
"""

import math
from dataclasses import dataclass, field
from typing import Any

from .relaxation import Fixes, Proof, Relaxation, Solved, Vector

WHOLE = 1e-6
LOOKS, VAIN = 12, 4
"""So many ways are tried at most, and so many in a row that are no better than the best."""
SPREAD = 0.05
"""What the mean rise of the children counts beside the least."""
Way = tuple[str, int]
"""`group` and its number, or `column` and its number."""
GROUP, COLUMN = "group", "column"


@dataclass
class Node:
    """A part of the program: what it holds fast, and what is known of it."""

    fixes: Fixes
    bound: float
    """No point of it costs less."""
    basis: Any
    """Where its relaxation is solved from."""
    patience: int
    """Iterations that it is solved for at a time, so that others come in between."""
    exact: bool = False
    """Whether its relaxation was solved to the optimum."""
    stuck: bool = False
    """Whether solving on would bring nothing."""
    proof: Proof | None = None

    def learn(self, solved: Solved) -> None:
        """Take what a solve has brought."""
        self.bound = max(self.bound, solved.bound)
        self.basis, self.exact, self.stuck = solved.basis, solved.exact, solved.stuck
        self.proof = solved.proof


@dataclass
class Branching:
    """A way to branch, and its children: every point of the node lies in one of them."""

    way: Way
    children: list[Node]
    score: float = 0.0


@dataclass
class Memory:
    """What ways brought, and what had been expected of them."""

    rises: dict[Way, tuple[float, int]] = field(default_factory=dict)
    risen: float = 0.0
    guessed: float = 0.0

    def promise(self, way: Way, guess: float) -> float:
        """The mean of what a way brought; before it was tried, a guess on the same scale."""
        if way in self.rises:
            total, count = self.rises[way]
            return total / count
        return guess * (self.risen / self.guessed if self.guessed and self.risen else 1.0)

    def keep(self, way: Way, guess: float, rise: float) -> None:
        """Remember a way that was tried."""
        total, count = self.rises.get(way, (0.0, 0))
        self.rises[way] = (total + rise, count + 1)
        self.risen += rise
        self.guessed += guess


@dataclass
class Choice:
    """Chooses what to branch on."""

    relaxation: Relaxation
    groups: list[list[int]]
    stages: list[list[int]]
    look_iterations: int = 0
    """For a look at a child, while ways are compared."""
    visit_iterations: int = 0
    """For a first visit to a child, once its way is chosen."""
    memory: Memory = field(default_factory=Memory)

    def ways(self, values: Vector) -> dict[Way, float]:
        """What can be branched on, the most promising first, and what is guessed of its worth:
        groups; where all are whole, the first stage that is not.
        """
        pull = self.relaxation.pull()
        found: dict[Way, float] = {}
        for number, group in enumerate(self.groups):
            if values[group].max() < 1 - WHOLE:
                guess = float((values[group] * (1 - values[group]) * pull[group]).sum())
                found[GROUP, number] = guess
        away = abs(values - values.round())
        for stage in self.stages:
            if found:
                break
            for column in stage:
                if away[column] > WHOLE:
                    found[COLUMN, column] = float(away[column] * pull[column])
        return dict(sorted(found.items(), key=lambda w: (-self.memory.promise(*w), w[0])))

    def best(
        self, node: Node, ways: dict[Way, float], values: Vector, ceiling: float, looks: int
    ) -> Branching:
        """Try the most promising ways and return the one that raises the bound most.

        The node learns what trying proves: a column that cannot be 1, or not on one side.
        """
        best: Branching | None = None
        vain = 0
        for way, guess in list(ways.items())[:looks]:
            tried = self.branching(node, way, values)
            self.look(node, tried, ceiling, None if best is None else best.score)
            if not any(child.bound < ceiling for child in tried.children):
                return tried
            self.memory.keep(way, guess, tried.score)
            if best is None or tried.score > best.score:
                best, vain = tried, 0
            else:
                vain += 1
            if vain >= VAIN and looks <= LOOKS:
                break
        assert best is not None
        for child in best.children:
            child.fixes = {**node.fixes, **child.fixes}
        return best

    def branching(self, node: Node, way: Way, values: Vector) -> Branching:
        """The children of a way, each with the bound that the node's own duals prove for it."""
        kind, number = way
        parts: list[Fixes] = []
        if kind == GROUP:
            group = self.groups[number]
            usable = [c for c in group if self._bounds(node, c)[1] > 0.5]
            usable.sort(key=lambda c: (-values[c], c))
            parts = [{c: (float(c == one), float(c == one)) for c in group} for one in usable]
        else:
            low, high = self._bounds(node, number)
            below = float(math.floor(values[number]))
            sides = [(low, below), (below + 1, high)]
            parts = [{number: (least, most)} for least, most in sides if least <= most]
        children = [
            Node({**node.fixes, **part}, self._quick(node, part), node.basis, self.visit_iterations)
            for part in parts
        ]
        return Branching(way, children)

    def look(self, node: Node, tried: Branching, ceiling: float, beat: float | None) -> None:
        """Raise the children's bounds, no more than it takes to know the least; give up where that
        is not above what another way brings.
        """
        least = ceiling
        for child in tried.children:
            if child.bound < least:
                solved = self.relaxation.solve(
                    child.fixes, child.basis, self.look_iterations, least
                )
                child.learn(solved)
            least = min(least, child.bound)
            if beat is not None and least - node.bound <= beat and tried.way[0] == GROUP:
                break
        rises = [min(child.bound, ceiling) - node.bound for child in tried.children]
        finite = [rise for rise in rises if rise < math.inf]
        if finite:
            tried.score = min(finite) + SPREAD * sum(finite) / len(finite)
        self._learn(node, tried, ceiling)

    def _learn(self, node: Node, tried: Branching, ceiling: float) -> None:
        """Hold fast in the node what its children leave no choice about."""
        for child in tried.children:
            if child.bound < ceiling:
                continue
            if tried.way[0] == GROUP:
                for column in self.groups[tried.way[1]]:
                    if child.fixes[column][0] == 1.0:
                        node.fixes[column] = (0.0, 0.0)
            else:
                for other in tried.children:
                    if other is not child:
                        node.fixes[tried.way[1]] = other.fixes[tried.way[1]]

    def _quick(self, node: Node, part: Fixes) -> float:
        """What the node's duals prove within a child's bounds."""
        assert node.proof is not None
        bound = node.proof.bound
        for column, (low, high) in part.items():
            before = self._bounds(node, column)
            each = float(node.proof.reduced[column])
            bound += min(each * low, each * high) - min(each * before[0], each * before[1])
        return float(max(node.bound, bound))

    def _bounds(self, node: Node, column: int) -> tuple[float, float]:
        low, high = node.fixes.get(
            column, (self.relaxation.lower[column], self.relaxation.upper[column])
        )
        return float(low), float(high)
