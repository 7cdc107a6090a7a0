"""Neighbourhoods of a plan: what is thought over while the rest stays as it is.

Belongs here: choosing them, and how large the next one is, from what became of the last. The order
follows from the seed alone, never from the clock. Does not belong here: solving them (stages).
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from random import Random

from solver.engines.program import Part
from solver.search.diving import is_large
from solver.search.parts import Parts

AGREED, BOUGHT = "agreed", "bought"
FIRST, FIRST_OF_LARGE, LEAST, MOST = 0.3, 0.12, 0.05, 1.0
GROW, SHRINK = 1.4, 0.6
WORTH = 0.001
"""What agrees with a relaxation is thought over again at once where that saved more of the cost."""
VAIN = 2
"""So many neighbourhoods that saved less, and what is bought is thought over as a whole; twice as
many before that is done again with the same plan."""
ANEW = 0.0003
"""A plan so much cheaper is another one: its relaxation is due as soon as the first's."""


@dataclass
class Neighbourhoods:
    """Turns between workloads, times and purchases thought over together."""

    parts: Parts
    seed: int
    relaxing: bool = False
    """Whether what is bought is thought over as a whole too, by a relaxation."""
    relaxed: Sequence[float] | None = None
    """A relaxation's point: what it agrees on with the plan is likely right."""
    due: bool = False
    """Whether that is to be thought over next."""
    hinted: Sequence[float] | None = None
    """The newest point from elsewhere."""
    vain: int = 0
    """How many neighbourhoods hardly saved, since one did or a relaxation came."""
    turns: int = 0
    """How many relaxations of the same plan there were."""
    share: dict[str, float] = field(default_factory=dict)
    tried: int = 0

    def __post_init__(self) -> None:
        instance = self.parts.model.instance
        self.random = Random(self.seed)
        self.workloads = [
            *(o.key for o in instance.occurrences),
            *(s.key for s in instance.services),
            *(r.key for r in instance.reservations),
        ]
        self.kinds = ["workloads", "times", "pools"]
        if len(instance.periods) < 2:
            self.kinds.remove("times")
        first = FIRST_OF_LARGE if is_large(self.parts.model) else FIRST
        self.share = dict.fromkeys(self.kinds, first)

    def hint(self, relaxed: Sequence[float] | None) -> None:
        """Take the point of a relaxation; one that is new is thought over next."""
        if relaxed is not None and relaxed is not self.hinted:
            self.hinted = self.relaxed = relaxed
            self.due = True

    def found(self, relaxed: Sequence[float] | None) -> None:
        """Take the point of a relaxation that was next: it is thought over next. Another of the
        same plan comes later, and is worth more effort.
        """
        self.vain, self.turns = 0, self.turns + 1
        if relaxed is not None:
            self.relaxed, self.due = relaxed, True

    def effort(self, kind: str) -> float:
        """How many times as many nodes as others a kind is worth."""
        return GROW**self.turns if kind == BOUGHT else 1.0

    def next(self, plan: Sequence[float]) -> tuple[str, Part]:
        """The next neighbourhood of a plan, and its kind.

        That of what is bought as a whole keeps where jobs run and serves with parts of replicas: a
        relaxation, whose point is told to `found`.
        """
        if self.due and self.relaxed is not None:
            return AGREED, self.parts.same(plan, self.relaxed)
        if self.relaxing and self.vain >= VAIN * 2**self.turns:
            return BOUGHT, self.parts.bought(self.parts.window(plan, None))
        kind = self.kinds[self.tried % len(self.kinds)]
        self.tried += 1
        if kind == "workloads":
            return kind, self.parts.around(plan, self._some(self.workloads, kind), set())
        if kind == "pools":
            pools = self._some(self.parts.bought_in(plan), kind)
            return kind, self.parts.rebuying(plan, pools)
        return kind, self.parts.around(plan, set(), self._stretch(kind))

    def tell(self, kind: str, finished: bool, saved: float) -> None:
        """Learn from a run, which saved a share of the plan's cost: larger where it was too easy,
        smaller where it did not end.
        """
        self.vain = 0 if saved > WORTH else self.vain + 1
        if saved > ANEW:
            self.turns = 0
        if kind == AGREED:
            self.due = saved > WORTH  # it would be nearly the same until the plan changes
        elif not finished:
            self.share[kind] = max(LEAST, self.share[kind] * SHRINK)
        elif not saved:
            self.share[kind] = min(MOST, self.share[kind] * GROW)

    def exhausted(self) -> bool:
        """Whether everything was thought over at once, in vain."""
        return all(self.share[kind] >= MOST for kind in self.kinds)

    def _some(self, names: Sequence[str], kind: str) -> set[str]:
        count = max(2, round(self.share[kind] * len(names)))
        return set(self.random.sample(names, min(count, len(names))))

    def _stretch(self, kind: str) -> set[int]:
        """The intervals of neighbouring periods."""
        instance = self.parts.model.instance
        total = len(instance.periods)
        length = max(1, round(self.share[kind] * total))
        first = self.random.randrange(total - length + 1)
        periods = range(first, first + length)
        return {i.index for i in instance.intervals if i.period in periods}
