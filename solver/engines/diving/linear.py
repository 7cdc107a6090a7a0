"""A linear program that is solved again and again with other bounds of its columns.

Belongs here: what a dive asks of an engine. Does not belong here: the engines' own calls (clp,
highs).
"""

import math
from abc import ABC, abstractmethod
from typing import Any

Bounds = dict[int, tuple[float, float]]
ENDLESS = 2**31 - 1
"""Iterations."""


class Linear(ABC):
    """One program in one engine."""

    @abstractmethod
    def bounds(self) -> Bounds:
        """The bounds of every column as they are."""

    @abstractmethod
    def bound(self, column: int, low: float, high: float) -> None:
        """Give a column other bounds; nothing is solved."""

    @abstractmethod
    def solve(self, most: int = ENDLESS, above: float = math.inf) -> float | None:
        """Solve from the basis at hand; the cost, or None where there is no point, none that costs
        less than ``above``, or none after ``most`` iterations or the time limit.
        """

    @abstractmethod
    def values(self) -> list[float]:
        """The columns' values after a solve."""

    @abstractmethod
    def reduced(self) -> list[float]:
        """The columns' reduced costs after a solve."""

    @abstractmethod
    def basis(self) -> Any:
        """Where the last solve ended: something to come back to with `start_from`."""

    @abstractmethod
    def start_from(self, basis: Any) -> None:
        """Let the next solve begin with a basis."""
