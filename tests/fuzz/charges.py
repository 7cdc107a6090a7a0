"""The cheapest run where a month's highest draw costs money.

Belongs here: runs under demand charges. Does not belong here: runs without (running).

The highest draw of a month joins its intervals and the continuous rates, so every set of whole
numbers is priced by a program of its own. Left out is only what cannot win: sets of replicas inside
larger ones (idle replicas cost nothing), and what is too dear before any request is served.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from itertools import product

from tests.fuzz.effort import NEAR, Figures, less
from tests.fuzz.routing import Rates
from tests.fuzz.running import Choice, Run, Running, Step

Draws = Mapping[str, Sequence[float]]
"""Metered draw in kW by site and interval."""


class Charges:
    """Finds the cheapest run for given cards, demand charges included."""

    def __init__(self, running: Running) -> None:
        self.running = running
        self.instance = running.instance
        self.money = running.money

    def best(
        self, working: tuple[Figures, ...], idle_kw: Draws, bound: float
    ) -> tuple[Run, Rates] | None:
        """The cheapest run below a bound, on top of what idle machines draw."""
        relaxed = self.running.best(working)
        if relaxed is None or relaxed.cost + self._charged(idle_kw) >= bound:
            return None
        found: tuple[Run, Rates] | None = None
        for chosen in self.running.choices():
            for steps in self._sequences(working, chosen):
                draws = self._drawn(idle_kw, steps)
                if sum(step.cost for step in steps) + self._charged(draws) >= bound:
                    continue
                priced = self._priced(working, steps, draws)
                if priced is not None and priced[0].cost < bound:
                    found, bound = priced, priced[0].cost
        return found

    def _charged(self, draw_kw: Draws) -> float:
        return sum(
            charge * max(draw_kw[site.key][i] for i in month.intervals)
            for site, month, charge in self.money.demand_charges()
        )

    def _sequences(
        self, working: tuple[Figures, ...], chosen: Choice
    ) -> Iterator[tuple[Step, ...]]:
        """Every sequence of steps that finishes the jobs."""
        each = [self._steps(interval, cards, chosen) for interval, cards in enumerate(working)]
        self.running.effort.spend(math.prod(len(steps) for steps in each))
        for steps in product(*each):
            if all(
                sum(step.work[n] for step in steps) >= occurrence.work * (1 - NEAR)
                for n, occurrence in enumerate(self.instance.occurrences)
            ):
                yield steps

    def _steps(self, interval: int, cards: Figures, chosen: Choice) -> list[Step]:
        running = self.running.running(interval, chosen)
        return [
            Step(held.work, held.cost + setting.cost, held.cards, held.units, setting)
            for held in self.running.holdings(interval, cards, running)
            for setting in self.running.settings.largest(interval, less(cards, held.cards))
        ]

    def _busy(self, step: Step) -> Iterator[tuple[str, int]]:
        """Cards busy whatever the rates: those of jobs and reservations, by pool."""
        for (_, pool), count in step.setting.reserved.items():
            yield pool, count
        for (_, pool), count in step.units.items():
            yield pool, count * self.instance.pool[pool].unit_cards

    def _drawn(self, idle_kw: Draws, steps: Sequence[Step]) -> dict[str, list[float]]:
        """The metered draw with what jobs and reservations keep busy."""
        draws = {site: list(by_interval) for site, by_interval in idle_kw.items()}
        for interval, step in enumerate(steps):
            for pool, cards in self._busy(step):
                where = self.instance.pool[pool]
                pue = self.instance.site[where.site].pue
                draws[where.site][interval] += cards * where.busy_kw_per_card * pue
        return draws

    def _priced(
        self, working: tuple[Figures, ...], steps: tuple[Step, ...], draws: Draws
    ) -> tuple[Run, Rates] | None:
        spare = [
            less(less(cards, step.cards), step.setting.cards)
            for cards, step in zip(working, steps, strict=True)
        ]
        replicas = [step.setting.replicas for step in steps]
        self.running.effort.spend(20)
        routed = self.running.routing.horizon(self.instance.services, replicas, spare, draws)
        if routed is None:
            return None
        cost, rates = routed
        cost += sum(
            cards * self.money.busy_card(pool, interval)
            for interval, step in enumerate(steps)
            for pool, cards in self._busy(step)
        )
        return Run(cost, steps), rates
