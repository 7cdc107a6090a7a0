"""Some columns settled anew while the rest stays whole: what a dive decided first, it decided
without knowing the rest.

Belongs here: what is settled anew together, and in what order. Does not belong here: how (dive).
"""

import math
import time
from dataclasses import dataclass
from random import Random
from typing import Any

from .dive import Dive

WORTH, BETTER = 2e-4, 1e-5
"""Relative: what a relaxation must promise to be dived into, and what counts as cheaper."""
MOST = 4
"""So many sets are settled anew at once."""
SELDOM = 1e-4
"""Relative: sets that promise nothing by themselves are drawn as if they promised this much."""
Stage = dict[str, Any]


@dataclass(frozen=True)
class Effort:
    """How long to go on."""

    rounds: int
    """Through all sets, at most: fewer where a whole round brought nothing."""
    tries: int
    """With several sets at once."""
    seconds: float
    """Of processor time: no set is begun later."""


def anew(dive: Dive, stages: list[Stage], together: list[list[int]], effort: Effort) -> None:
    """Settle each set of columns anew until that brings nothing, then some sets at once. The dive,
    all whole, ends all whole and no dearer.
    """
    if together:
        _Anew(dive, stages, together).run(effort)


class _Anew:
    """The sets, and what each promised when it was tried last."""

    def __init__(self, dive: Dive, stages: list[Stage], together: list[list[int]]) -> None:
        self.dive, self.stages, self.together = dive, stages, together
        self.promise = [0.0] * len(together)
        self.random = Random(len(together))
        for columns in together:
            dive.hold(columns)

    def run(self, effort: Effort) -> None:
        """One set at a time, then several."""
        count, vain = len(self.together), 0
        for turn in range(effort.rounds * count):
            if vain == count or time.process_time() > effort.seconds:
                break
            vain = 0 if self._settled([turn % count]) else vain + 1
        for _ in range(effort.tries if count > 1 else 0):
            if time.process_time() > effort.seconds:
                break
            self._settled(self._some())

    def _some(self) -> list[int]:
        """Some sets, rather those that promise much."""
        least = SELDOM * abs(self.dive.cost)
        weights = [(promise + least) / least for promise in self.promise]
        numbers = range(len(weights))
        count = self.random.randint(2, min(MOST, len(weights)))
        keys = [self.random.random() ** (1 / weight) for weight in weights]
        return sorted(numbers, key=lambda number: -keys[number])[:count]

    def _settled(self, numbers: list[int]) -> bool:
        """Settle some sets anew; whether that is cheaper. Else all is as before."""
        dive, columns = self.dive, [c for number in numbers for c in self.together[number]]
        before = dive.state(columns)
        low = dive.freed(columns)
        if len(numbers) == 1:
            self.promise[numbers[0]] = 0.0 if low is None else before.cost - low
        if low is not None and low < before.cost - WORTH * abs(before.cost):
            dive.ceiling = before.cost - BETTER * abs(before.cost)
            found = dive.through(self._stages(columns, shuffled=len(numbers) > 1))
            dive.ceiling = math.inf
            if found:
                dive.hold(columns)
                return True
        dive.back(before)
        return False

    def _stages(self, columns: list[int], shuffled: bool) -> list[Stage]:
        """What the stages say of some columns, groups in any order."""
        mine, found = set(columns), []
        for stage in self.stages:
            kept = [n for n, column in enumerate(stage["columns"]) if column in mine]
            few = {**stage, "columns": [stage["columns"][n] for n in kept]}
            if "groups" in stage:
                few["groups"] = [stage["groups"][n] for n in kept]
                few["weights"] = [stage["weights"][n] for n in kept]
                if shuffled:
                    order = {group: self.random.random() for group in dict.fromkeys(few["groups"])}
                    few["weights"] = [order[group] for group in few["groups"]]
            if kept:
                found.append(few)
        return found
