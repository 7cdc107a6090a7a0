"""What all enumerations share: a limit on their work, tolerance, and keeping the best.

Belongs here: helpers without a word of the domain. Does not belong here: what is enumerated.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

NEAR = 1e-7
"""Relative: rounding of binary fractions, far below any figure of a problem."""
Figures = tuple[float, ...]


class TooLarge(Exception):
    """The problem has too many possibilities to go through them all."""


@dataclass
class Effort:
    """Steps left until a problem counts as too large: the same on every machine."""

    left: int

    def spend(self, steps: int) -> None:
        """Raises TooLarge when nothing is left."""
        self.left -= steps
        if self.left < 0:
            raise TooLarge("too many steps")


def less(one: Sequence[float], two: Sequence[float]) -> Figures:
    """Figure by figure, one less two."""
    return tuple(a - b for a, b in zip(one, two, strict=True))


def fits(taken: Sequence[float], room: Sequence[float]) -> bool:
    """Whether no figure exceeds its room."""
    return all(a <= b + NEAR * max(1.0, b) for a, b in zip(taken, room, strict=True))


def undominated[T](found: Sequence[T], figures: Callable[[T], Figures], effort: Effort) -> list[T]:
    """Those of which no other has all figures as low or lower."""
    kept: list[tuple[Figures, T]] = []
    for each, one in sorted(((figures(one), one) for one in found), key=lambda pair: pair[0]):
        effort.spend(len(kept) // 10)
        if not any(all(a <= b + 1e-12 for a, b in zip(k, each, strict=True)) for k, _ in kept):
            kept.append((each, one))
    return [one for _, one in kept]
