"""The peers' programs for a serving mix, with PuLP and CBC as they publish them.

`sliced` is the program of Mélange (Griggs et al. 2024, arXiv 2404.14527, section 5), written anew
from the paper: the rate of each class is cut into equal slices, each slice goes whole to one kind
of card, and the cards of a kind are as many as its load, rounded up. `exact` routes rates without
slices, as optimisers of larger mixes do. Belongs here: these two. Does not belong here: rackmix.
"""

import math
import time
from collections.abc import Mapping
from dataclasses import dataclass

import pulp

from benchmarks.peers.mixes import Mix, Option


@dataclass(frozen=True)
class Answer:
    """What a program answered."""

    usd_per_hour: float | None
    """None where it found no plan."""
    seconds: float
    """From the mix in memory to the answer."""
    proven: bool
    """Whether it ended by its own proof, not by the time limit."""


class _Program:
    """The part both share: whole replicas, what they cost, what is in stock."""

    def __init__(self, mix: Mix) -> None:
        self.problem = pulp.LpProblem("mix", pulp.LpMinimize)
        self.mix = mix
        self.replicas: dict[tuple[str, str], pulp.LpVariable] = {}
        self.cost: list[tuple[pulp.LpVariable, float]] = []
        units: dict[str, list[tuple[pulp.LpVariable, float]]] = {}
        for service, options in mix.options.items():
            for option in options:
                most = most_replicas(mix.demand[service], option)
                count = self.problem.add_variable(self._name("b"), 0, most, "Integer")
                self.replicas[service, option.name] = count
                self.cost.append((count, option.usd_per_hour))
                units.setdefault(option.kind.name, []).append((count, float(option.units)))
        self.problem += pulp.lpSum_vars_coefs(self.cost)
        for kind in mix.kinds:
            if kind.stock is not None:
                self.problem += pulp.lpSum_vars_coefs(units[kind.name]) <= kind.stock

    def _name(self, prefix: str) -> str:
        return f"{prefix}_{self.problem.numVariables()}"

    def load(
        self, service: str, option: Option, terms: list[tuple[pulp.LpVariable, float]]
    ) -> None:
        """Hold the load of an option within its replicas."""
        replicas = (self.replicas[service, option.name], -1.0)
        self.problem += pulp.lpSum_vars_coefs([*terms, replicas]) <= 0

    def solve(self, started: float, limit_s: float) -> Answer:
        """Solve with CBC to its own end."""
        engine = pulp.COIN_CMD(msg=False, timeLimit=limit_s)  # type: ignore[no-untyped-call]
        stats = self.problem.solve(engine)
        seconds = time.perf_counter() - started
        usd = None
        if stats.has_solution:
            usd = sum(round(count.value() or 0) * cost for count, cost in self.cost)
        proven = stats.status.name in ("Optimal", "GapLimit") and seconds < limit_s
        return Answer(usd, seconds, usd is not None and proven)


def most_replicas(demand: Mapping[str, float], option: Option) -> int:
    """Replicas that serve all an option can serve, class by class.

    The peers leave the count without a bound; CBC (cbcbox 2.929) then proves wrong optima on every
    third small mix, several times too dear.
    """
    rates = option.rates
    return sum(math.ceil(rate / rates[name]) for name, rate in demand.items() if name in rates)


def sliced(mix: Mix, slices: int, limit_s: float) -> Answer:
    """Mélange's program: each class in `slices` slices, each slice whole on one kind."""
    started = time.perf_counter()
    program = _Program(mix)
    for service, rates in mix.demand.items():
        loads: dict[str, list[tuple[pulp.LpVariable, float]]] = {}
        for name, rate in rates.items():
            able = [option for option in mix.options[service] if name in option.rates]
            for _ in range(slices):
                chosen = []
                for option in able:
                    here = program.problem.add_variable(program._name("a"), 0, 1, "Integer")
                    chosen.append(here)
                    load = rate / slices / option.rates[name]
                    loads.setdefault(option.name, []).append((here, load))
                program.problem += pulp.lpSum(chosen) == 1
        for option in mix.options[service]:
            if option.name in loads:
                program.load(service, option, loads[option.name])
    return program.solve(started, limit_s)


def exact(mix: Mix, limit_s: float) -> Answer:
    """Rates routed without slices."""
    started = time.perf_counter()
    program = _Program(mix)
    for service, rates in mix.demand.items():
        loads: dict[str, list[tuple[pulp.LpVariable, float]]] = {}
        for name, rate in rates.items():
            routed = []
            for option in mix.options[service]:
                if name in option.rates:
                    here = program.problem.add_variable(program._name("r"), 0, rate, "Continuous")
                    routed.append(here)
                    loads.setdefault(option.name, []).append((here, 1 / option.rates[name]))
            program.problem += pulp.lpSum(routed) == rate
        for option in mix.options[service]:
            if option.name in loads:
                program.load(service, option, loads[option.name])
    return program.solve(started, limit_s)
