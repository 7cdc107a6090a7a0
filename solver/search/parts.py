"""The parts of a program that are worth solving, in the words of its columns.

Belongs here: which columns are choices and which are counts, the relaxation in which only choices
are whole, and the restriction to what lies near a point. Does not belong here: running them
(stages).
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from solver.engines.program import Part, Program
from solver.formulation import Model
from solver.formulation.places import SWITCHES
from solver.formulation.purchases import CARD_TYPE, ORDERED, QUANTITY
from solver.formulation.standing import STANDING
from solver.formulation.workloads import (
    DONE,
    HELD,
    POOL_CHOSEN,
    RATE,
    REPLICAS,
    RESERVED,
    RUNNING,
    SITE_CHOSEN,
)

CHOICES = (ORDERED, POOL_CHOSEN, SITE_CHOSEN, CARD_TYPE, RUNNING)
"""Yes or no: what cannot be had in part, not even in thought."""
PLACES = (POOL_CHOSEN, SITE_CHOSEN, CARD_TYPE)
"""Choices that a plan near a relaxation keeps."""
COUNTS = (QUANTITY, HELD, REPLICAS, RESERVED, SWITCHES)
"""Whole numbers that may be a little more or less than in a relaxation."""
BOUGHT = (QUANTITY, ORDERED, STANDING, SWITCHES, CARD_TYPE)
"""What every neighbourhood leaves free: all of the cost lies in it."""
USE = (HELD, RUNNING, DONE, POOL_CHOSEN, SITE_CHOSEN, REPLICAS, RATE, RESERVED)
"""What runs where; the first word of the index is the workload."""
NEAR = 1e-6


@dataclass(frozen=True)
class Parts:
    """Makes parts of one program."""

    model: Model
    program: Program

    @cached_property
    def kinds(self) -> list[str]:
        """The kind of every column."""
        return [column.kind for column in self.model.columns]

    def choices(self) -> Part:
        """The relaxation in which counts need not be whole."""
        part = Part.all_of(self.program)
        for column, kind in enumerate(self.kinds):
            if kind not in CHOICES:
                part.whole[column] = False
        return part

    def window(self, point: Sequence[float], width: int | None) -> Part:
        """What keeps a relaxation's places, with counts at most ``width`` away from rounding its
        own down or up; any count for None.
        """
        part = Part.all_of(self.program)
        for column, kind in enumerate(self.kinds):
            if kind in PLACES:
                self._hold(part, column, float(round(point[column])))
            elif width is not None and kind in COUNTS and self.program.whole[column]:
                low = math.floor(point[column] + NEAR) - width
                high = math.ceil(point[column] - NEAR) + width
                part.lower[column] = max(part.lower[column], float(low))
                part.upper[column] = min(part.upper[column], float(high))
        return part

    def around(self, point: Sequence[float], workloads: set[str], intervals: set[int]) -> Part:
        """What keeps a plan's use of its machines, but for some workloads and some intervals."""
        part = Part.all_of(self.program)
        for number, column in enumerate(self.model.columns):
            if column.kind not in USE or column.index[0] in workloads:
                continue
            if column.kind not in PLACES and column.index[-1] in intervals:
                continue
            self._hold(part, number, point[number])
        return part

    def same(self, one: Sequence[float], two: Sequence[float]) -> Part:
        """What keeps every whole number that two points agree on."""
        part = Part.all_of(self.program)
        for column, whole in enumerate(self.program.whole):
            if whole and self.kinds[column] != STANDING and abs(one[column] - two[column]) < NEAR:
                self._hold(part, column, float(round(one[column])))
        return part

    def _hold(self, part: Part, column: int, value: float) -> None:
        value = min(max(value, self.program.lower[column]), self.program.upper[column])
        part.lower[column] = part.upper[column] = value
