"""What a unit costs at its cheapest, and what it takes of the budgets of years.

Belongs here: the cheapest way to have one more unit in a pool until a period, or for rent in it.
Money that there is too little of counts for more than it is: then what is paid in another year is
cheaper. Does not belong here: how many units there are (stock).
"""

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from solver.engines.program import Program
from solver.families import Family
from solver.formulation import Model
from solver.formulation.purchases import QUANTITY
from solver.formulation.standing import STANDING, alike
from solver.instance.model import Option

NEVER = math.inf


@dataclass(frozen=True)
class Unit:
    """One unit more, or a part of one."""

    cost: float
    """Its running costs included; infinite where there is none to be had."""
    takes: Mapping[int, float]
    """Of each budget, by its row."""

    def part(self, share: float) -> "Unit":
        """A share of a unit."""
        return Unit(self.cost * share, {row: n * share for row, n in self.takes.items()})

    def beside(self, other: "Unit") -> "Unit":
        """Both together."""
        rows = self.takes.keys() | other.takes.keys()
        takes = {row: self.takes.get(row, 0.0) + other.takes.get(row, 0.0) for row in rows}
        return Unit(self.cost + other.cost, takes)


NONE = Unit(NEVER, {})


class Prices:
    """What units of options cost."""

    def __init__(self, model: Model, program: Program) -> None:
        self.model, self.program = model, program
        self.periods = len(model.instance.periods)
        self.period_of = [i.period for i in model.instance.intervals]
        self.slots = {bay.key: bay.slots for bay in model.instance.bays}
        self.hosts: dict[str, list[Option]] = defaultdict(list)
        for option in model.instance.options:
            if option.pool is None and option.bay is not None:
                self.hosts[option.bay].append(option)
        self.dearness: dict[int, float] = defaultdict(float)
        """What a budget's money counts for beside itself, by its row."""
        self._known: dict[str, Unit] = {}

    @cached_property
    def budgets(self) -> dict[int, float]:
        """What may be spent, by row."""
        rows = enumerate(self.model.rows)
        return {n: self.program.high[n] for n, row in rows if row.family is Family.BUDGET}

    @cached_property
    def _taken(self) -> dict[int, dict[int, float]]:
        """What one of a column takes of budgets."""
        taken: dict[int, dict[int, float]] = defaultdict(dict)
        for row in self.budgets:
            for column, amount in zip(*self.program.rows[row], strict=True):
                taken[column][row] = amount
        return taken

    def counted(self, unit: Unit) -> float:
        """What a unit costs with its money at what that counts for."""
        return unit.cost + sum(self.dearness[row] * n for row, n in unit.takes.items())

    def bought(self, options: Sequence[Option]) -> list[Unit]:
        """The cheapest unit bought until each period, with its share of a host."""
        best = [NONE] * self.periods
        for option in options:
            unit = self._unit(option)
            if option.bay is not None and (hosts := self.hosts[option.bay]):
                ready = [self._unit(host) for host in hosts if host.period <= option.period]
                unit = unit.beside(
                    min(ready, key=self.counted, default=NONE).part(1 / self.slots[option.bay])
                )
            best[option.period] = min(best[option.period], unit, key=self.counted)
        for period in range(1, self.periods):
            best[period] = min(best[period], best[period - 1], key=self.counted)
        return best

    def rented(self, options: Sequence[Option]) -> list[Unit]:
        """The cheapest unit rented in each period."""
        best = [NONE] * self.periods
        for option in options:
            inside = {self.period_of[i] for i in range(option.first, option.last)}
            unit = self._unit(option).part(1 / len(inside))
            for period in inside:
                best[period] = min(best[period], unit, key=self.counted)
        return best

    def _unit(self, option: Option) -> Unit:
        if option.key not in self._known:
            self._known[option.key] = self._work_out(option)
        return self._known[option.key]

    def _work_out(self, option: Option) -> Unit:
        number = self.model.of(QUANTITY).get((option.key, 0))
        if number is None:
            return NONE
        standing, group = self.model.of(STANDING), alike(option)
        columns = {standing.get((*group, p)) for p in range(option.period, self.periods)}
        running = sum(self.program.costs[c] for c in columns if c is not None)
        return Unit(self.program.costs[number] + running, self._taken[number])
