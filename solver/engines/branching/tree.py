"""The tree: which node is looked at next, and what the whole is bounded by.

Belongs here: the order of the nodes, and what is done with each. Does not belong here: what a node
is branched on (choice), solving (relaxation).

Why the bound holds. At any time every point lies in a node that is open, or in one that was
closed: since no point is in it, since all of it costs as much as a plan that is known (the cutoff),
since everything that is to be whole is whole in it, or since HiGHS gave up on it. The least of the
bounds of open nodes, of those of closed ones of the last two kinds, and of the cutoff is what every
point costs at least.
"""

import heapq
import math
from collections.abc import Callable

from .choice import LOOKS, Choice, Node
from .relaxation import Relaxation, Solved, Vector

SLOW = 1e-4
"""Relative: a bound that rises less is near the optimum, where HiGHS must not be stopped: it would
begin the end anew, over and over.
"""
ENDLESS = 2**31 - 1
"""Iterations."""


class TimeOver(Exception):
    """The time limit came during a solve."""


class Tree:
    """A search for the bound, the node with the least bound first."""

    def __init__(
        self,
        relaxation: Relaxation,
        choice: Choice,
        cutoff: Callable[[], float],
        tell: Callable[[float, int], None],
        leaf: Callable[[Vector], None],
    ) -> None:
        self.relaxation, self.choice = relaxation, choice
        self.cutoff, self.tell, self.leaf = cutoff, tell, leaf
        self.floor = math.inf
        """The least bound of the nodes that were closed with points in them."""
        self.doubt = False
        """Whether HiGHS gave up on a node."""
        self.open: list[tuple[float, int, Node]] = []
        self.nodes = 0
        self._numbers = 0
        self._last: Node | None = None
        """Whose relaxation is in HiGHS, solved as far as it was."""

    def run(self, most_nodes: int) -> bool:
        """Branch until nothing is open or a limit comes; whether all was solved to its end."""
        root = Node({}, -math.inf, None, ENDLESS)
        try:
            self._solve(root)
            self.choice.look_iterations = max(100, self.relaxation.iterations // 50)
            self.choice.visit_iterations = max(200, self.relaxation.iterations // 20)
            self._push(root)
            while self.open and self.nodes < most_nodes:
                node = heapq.heappop(self.open)[2]
                ceiling = self._ceiling()
                if node.bound >= ceiling:
                    self.open.clear()
                    break
                self.tell(node.bound, len(self.open) + 1)
                self._visit(node, ceiling)
        except TimeOver:
            return False
        if not self.open:
            self.tell(self._ceiling(), 0)
        return not self.open and not self.doubt

    def _ceiling(self) -> float:
        return min(self.cutoff(), self.floor)

    def _push(self, node: Node) -> None:
        self._numbers += 1
        heapq.heappush(self.open, (node.bound, self._numbers, node))

    def _visit(self, node: Node, ceiling: float) -> None:
        """Solve a node further, or branch on it where it is solved and still the least."""
        if not (node.exact and node is self._last):
            self._solve(node, ceiling)
            if node.stuck:
                self.floor, self.doubt = min(self.floor, node.bound), True
                return
            if node.bound >= ceiling:
                return
            if not node.exact or (self.open and node.bound > self.open[0][0]):
                self._push(node)
                return
        values = self.relaxation.values()
        ways = self.choice.ways(values)
        if not ways:
            self.floor = min(self.floor, node.bound)
            self.leaf(values)
            return
        looks = LOOKS if node.fixes else len(ways)
        self._last = None
        for child in self.choice.best(node, ways, values, ceiling, looks).children:
            if child.bound < ceiling:
                self._push(child)

    def _solve(self, node: Node, ceiling: float = math.inf) -> None:
        self.nodes += 1
        basis = None if node is self._last else node.basis
        if node.patience == ENDLESS:
            ceiling = math.inf  # what HiGHS takes for the ceiling may be proven only just below it
        solved: Solved = self.relaxation.solve(node.fixes, basis, node.patience, ceiling)
        slow = solved.bound < node.bound + SLOW * abs(node.bound)
        node.patience = ENDLESS if slow else min(ENDLESS, 2 * node.patience)
        node.learn(solved)
        self._last = node
        if solved.late:
            raise TimeOver
