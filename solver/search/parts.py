"""The parts of a program that are worth solving, in the words of its columns.

Belongs here: which columns are choices and which are counts, the relaxation in which only jobs
are whole, and the restriction to what lies near a point. Does not belong here: running them
(stages).
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from solver.engines.points import Point
from solver.engines.program import Part, Program
from solver.families import Family
from solver.formulation import Model
from solver.formulation.model import Column, Index
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
from solver.search.steady import steady

JOBS = (RUNNING, HELD)
"""What jobs hold: most of what whole numbers cost, and few of them."""
CHOICES = (ORDERED, POOL_CHOSEN, SITE_CHOSEN, CARD_TYPE, RUNNING)
"""Yes or no: what cannot be had in part, not even in thought."""
BRANCHED_FIRST = (JOBS, tuple(kind for kind in CHOICES if kind not in JOBS))
"""What a tree that rules a target out branches on before all else: what settles the most. Where CBC
chose by itself it needed 2 to 4 times as many nodes on half of the problems measured."""
BOUGHT = (*CHOICES, HELD, QUANTITY, STANDING)
"""What decides what is bought, but for what parts of replicas and of cards round up to."""
PLACES = (POOL_CHOSEN, SITE_CHOSEN)
"""Choices that a plan near a relaxation keeps."""
SERVING = (REPLICAS, RESERVED)
"""What serves, where it is counted."""
COUNTS = (QUANTITY, HELD, *SERVING, SWITCHES)
"""Whole numbers that may be a little more or less than in a relaxation."""
USE = (HELD, RUNNING, DONE, POOL_CHOSEN, SITE_CHOSEN, REPLICAS, RATE, RESERVED)
"""What runs where; the first word of the index is the workload."""
LIMITS = (Family.POWER, Family.RACK_UNITS, Family.SUPPLY, Family.BUDGET)
"""What a plan near a relaxation runs out of first."""
NEAR = 1e-6


def pool_of(column: Column) -> str | int | None:
    """The pool that a column of use runs in; None for a choice of a site."""
    if column.kind in (RATE, REPLICAS):
        return column.index[-2]
    return None if column.kind == SITE_CHOSEN else column.index[1]


@dataclass(frozen=True)
class Parts:
    """Makes parts of one program."""

    model: Model
    program: Program
    like: list[int] | None = None
    """In a tied program, the column that each column follows."""

    @cached_property
    def kinds(self) -> list[str]:
        """The kind of every column."""
        return [column.kind for column in self.model.columns]

    def jobs(self) -> Part:
        """The relaxation in which only what jobs hold is whole.

        Where jobs hold whole units, they can hardly be in two pools at once. Relaxing the choice of
        pools as well as orders and replicas leaves a program that is solved in seconds, and whose
        bound is mostly above the one with all choices whole and counts relaxed.
        """
        return self._whole_only(JOBS)

    def choices(self) -> Part:
        """The relaxation in which every yes or no is whole and no count is."""
        return self._whole_only(CHOICES)

    def bought(self, part: Part | None = None) -> Part:
        """The relaxation, of the whole or of a part, in which jobs and what is bought are whole,
        and what serves is not.

        Its bound is nearly that of the whole, and a search tree has half of the whole numbers.
        """
        return self._whole_only(BOUGHT, part)

    def rounded(self, part: Part, point: Sequence[float], *, fewer: bool) -> Part:
        """A part with replicas and reservations at most one from rounding a point's down or up,
        and, unless it may buy ``fewer``, with no less bought than there.
        """
        near = Part(part.program, list(part.lower), list(part.upper), part.whole)
        for column, kind in enumerate(self.kinds):
            if kind in SERVING and part.whole[column]:
                self._round(near, column, point[column], 1)
            elif kind == QUANTITY and not fewer and part.whole[column]:
                low = math.floor(point[column] + NEAR)
                near.lower[column] = max(near.lower[column], float(low))
        return near

    @cached_property
    def branched_first(self) -> list[list[int]]:
        """The columns that a tree branches on first, one list after the other."""
        return [
            [column for column, kind in enumerate(self.kinds) if kind in kinds]
            for kinds in BRANCHED_FIRST
        ]

    def _whole_only(self, kinds: Sequence[str], part: Part | None = None) -> Part:
        part = part or Part.all_of(self.program)
        whole = [w and kind in kinds for w, kind in zip(part.whole, self.kinds, strict=True)]
        return Part(part.program, part.lower, part.upper, whole)

    def narrow(self, share: float) -> "Parts":
        """Parts of a program with only a share of power, racks, supply and budget, so that what is
        made whole later still finds room.
        """
        rows = [number for number, row in enumerate(self.model.rows) if row.family in LIMITS]
        return Parts(self.model, self.program.narrowed(rows, share))

    @cached_property
    def steady(self) -> "Parts":
        """Parts of the program in which services do the same all through a period."""
        like = steady(self.model)
        return Parts(self.model, self.program.tied(like), like)

    def spread(self, point: Point) -> Point:
        """A point of a tied program as one of the program."""
        return point if self.like is None else [point[column] for column in self.like]

    def has(self, point: Sequence[float]) -> bool:
        """Whether what follows has the same value in a point."""
        like = self.like or ()
        return all(value == point[first] for value, first in zip(point, like, strict=False))

    def jobs_as(self, point: Sequence[float]) -> Part:
        """What runs jobs where, when and on as many units as a point says, where that is whole."""
        mine = (*PLACES, *JOBS)
        columns = [n for n, kind in enumerate(self.kinds) if kind in mine and self.program.whole[n]]
        parted = {
            self.model.columns[column].index[0]
            for column in columns
            if abs(point[column] - round(point[column])) > NEAR
        }
        part = Part.all_of(self.program)
        for column in columns:
            if self.model.columns[column].index[0] not in parted:
                self._hold(part, column, float(round(point[column])))
        return part

    def used_only(self, part: Part, point: Sequence[float]) -> Part:
        """A part in which nothing is served or reserved where a relaxation did nothing of it."""
        idle = (n for n, kind in enumerate(self.kinds) if kind in (RATE, RESERVED))
        return self._without(part, idle, point)

    def likely(self, part: Part, pools: Mapping[str, set[str]], point: Sequence[float]) -> Part:
        """A part in which each workload runs in some pools only, and where it does in a point."""
        unlikely = (
            number
            for number, column in enumerate(self.model.columns)
            if column.kind in USE
            and column.kind != SITE_CHOSEN
            and pool_of(column) not in pools.get(str(column.index[0]), ())
        )
        return self._without(part, unlikely, point)

    def _without(self, part: Part, columns: Iterable[int], point: Sequence[float]) -> Part:
        """A part without those of the columns that are not used in a point."""
        held = Part(self.program, list(part.lower), list(part.upper), part.whole)
        for column in columns:
            if point[column] < NEAR:
                held.upper[column] = held.lower[column]
        return held

    def window(self, point: Sequence[float], width: int | None) -> Part:
        """What runs jobs where a relaxation has most of them, with counts at most ``width`` away
        from rounding its own down or up; any count for None.
        """
        part = Part.all_of(self.program)
        likely = self._likely(point)
        for column, kind in enumerate(self.kinds):
            if kind in PLACES:
                self._hold(part, column, float(column in likely))
            elif width is not None and kind in COUNTS and self.program.whole[column]:
                self._round(part, column, point[column], width)
        return part

    def _likely(self, point: Sequence[float]) -> set[int]:
        """Of each occurrence's choices of a pool or a site, the one that has most of it."""
        best: dict[str | int, int] = {}
        for kind in PLACES:
            for index, column in self.model.of(kind).items():
                if point[column] > point[best.setdefault(index[0], column)] + NEAR:
                    best[index[0]] = column
        return set(best.values())

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

    def bought_in(self, point: Sequence[float]) -> list[str]:
        """The pools for which a plan buys or rents; a host's pools go by the host's name."""
        return sorted(
            {self._bought_for(index) for index, column in self._quantities() if point[column]}
        )

    def rebuying(self, point: Sequence[float], pools: set[str]) -> Part:
        """What keeps a plan's purchases, but for some pools, and where jobs run, but not when."""
        part = Part.all_of(self.program)
        for number, kind in enumerate(self.kinds):
            if kind in PLACES:
                self._hold(part, number, float(round(point[number])))
        for index, column in self._quantities():
            if self._bought_for(index) not in pools:
                self._hold(part, column, point[column])
        return part

    def _quantities(self) -> Iterable[tuple[Index, int]]:
        return self.model.of(QUANTITY).items()

    def _bought_for(self, index: Index) -> str:
        option = self.model.instance.option[str(index[0])]
        return str(option.bay or option.pool)

    def buying(self, use: Sequence[float]) -> Part:
        """What buys for a use of machines: nothing for pools that are not used."""
        part = self.around(use, set(), set())
        used = {
            pool_of(column)
            for column, value in zip(self.model.columns, use, strict=True)
            if value and column.kind in USE
        }
        for (key, _), column in self.model.of(QUANTITY).items():
            pool = self.model.instance.option[str(key)].pool
            if pool is not None and pool not in used:
                self._hold(part, column, 0.0)
        return part

    def same(self, one: Sequence[float], two: Sequence[float]) -> Part:
        """What keeps every whole number that two points agree on."""
        part = Part.all_of(self.program)
        for column, whole in enumerate(self.program.whole):
            if whole and self.kinds[column] != STANDING and abs(one[column] - two[column]) < NEAR:
                self._hold(part, column, float(round(one[column])))
        return part

    def _round(self, part: Part, column: int, value: float, width: int) -> None:
        """Keep a column at most ``width`` from rounding a value down or up."""
        low, high = math.floor(value + NEAR) - width, math.ceil(value - NEAR) + width
        part.lower[column] = max(part.lower[column], float(low))
        part.upper[column] = min(part.upper[column], float(high))

    def _hold(self, part: Part, column: int, value: float) -> None:
        value = min(max(value, self.program.lower[column]), self.program.upper[column])
        part.lower[column] = part.upper[column] = value
