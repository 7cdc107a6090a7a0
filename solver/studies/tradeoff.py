"""What can be traded against cost: the measures of a front, and the rows that limit them.

Belongs here: for each measure its rows in the program, or the edits that move its limit. Does not
belong here: the front itself (front), figures of a finished plan (measures).
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from enum import StrEnum
from functools import partial

from problems.edits import Edit, parse_edit
from problems.schema import Problem
from solver.families import Family
from solver.formulation import Model, build_plain
from solver.formulation.model import Terms
from solver.formulation.places import installed, switch_terms
from solver.instance import Instance
from solver.restriction import HELD, Restriction
from solver.studies.grid import Axis, Grid, Value
from solver.studies.measures import Measures

PEAK = "peak_power"
"""The highest installed load of all sites together, kW: ()."""


class Measure(StrEnum):
    """What a front trades against cost; less of each is better."""

    CARBON = "carbon"
    """kg of CO2 over the horizon, by the sites' carbon intensity."""
    POWER = "power"
    """kW: the highest installed load at the meters, PUE included, all sites together."""
    CARD_TYPES = "card_types"
    """Kinds of card bought or leased."""
    DEADLINE = "deadline"
    """Days by which the last day of every training window is moved; fewer is earlier."""

    @property
    def unit(self) -> str:
        """The unit of its figures."""
        return {"carbon": "kg", "power": "kW", "card_types": "types", "deadline": "days"}[self]

    @property
    def is_limited_by_rows(self) -> bool:
        """Whether its limit is a row of the program, not an edit of the problem."""
        return self in (Measure.CARBON, Measure.POWER)

    def of(self, measures: Measures) -> float:
        """The figure of a plan, for what plans have figures of. Raises KeyError for deadlines."""
        return {
            Measure.CARBON: measures.carbon_kg,
            Measure.POWER: measures.power_kw,
            Measure.CARD_TYPES: float(measures.card_types),
        }[self]


def at_most(measure: Measure, limit: float, bound: float | None) -> Restriction:
    """Hold a plan to at most a limit of a measure; ``bound`` is that of the problem itself."""
    words = f"{HELD}at most {limit:,.6g} {measure.unit} ({measure})."
    return Restriction(partial(_limit, measure=measure, limit=limit), words, bound)


def least(measure: Measure) -> Restriction:
    """Look for the least of a measure, whatever it costs."""
    words = f"{HELD}the least {measure} ({measure.unit}), whatever it costs."
    return Restriction(partial(_minimise, measure=measure), words)


def _limit(model: Model, measure: Measure, limit: float) -> None:
    for number, (terms, fixed) in enumerate(_sums(model, measure)):
        path = ("front", str(measure))
        family, scale = _ROWS[measure]
        scaled = [(column, value * scale) for column, value in terms]
        index = (str(measure), number)
        model.at_most(family, index, path, scaled, (limit - fixed) * scale)


_ROWS = {Measure.CARBON: (Family.ENERGY, 1e-3), Measure.POWER: (Family.POWER, 1.0)}
"""The family of a measure's rows, and what brings their coefficients near one."""


def _minimise(model: Model, measure: Measure) -> None:
    """Carbon is one sum; of the sums of power the highest is brought down: P >= each of them."""
    sums = list(_sums(model, measure))
    if measure is Measure.CARBON:
        model.minimise(*sums[0])
        return
    peak = model.column(PEAK, (), float("inf"), integer=False)
    for number, (terms, fixed) in enumerate(sums):
        row: Terms = [(peak, 1.0), *((column, -kw) for column, kw in terms)]
        model.at_least(Family.POWER, (PEAK, number), ("front", "power"), row, fixed)
    model.minimise([(peak, 1.0)])


def _sums(model: Model, measure: Measure) -> Iterator[tuple[Terms, float]]:
    """The sums that a limit holds for, each as terms and a constant."""
    if measure is Measure.CARBON:
        yield _carbon(model)
        return
    every: list[Terms] = [[] for _ in model.instance.intervals]
    constant = [0.0] * len(every)
    for site in model.instance.sites:
        if site.hosted:
            continue
        terms, fixed = installed(model, site, lambda item: item.load_kw)
        switches = switch_terms(model, site.key, 1.0)
        for interval in range(len(every)):
            mine = [*terms[interval], *switches[interval]]
            every[interval] += [(column, kw * site.pue) for column, kw in mine]
            constant[interval] += fixed[interval] * site.pue
    yield from zip(every, constant, strict=True)


def _carbon(model: Model) -> tuple[Terms, float]:
    """Carbon as the bill counts it, at a price of one and without discount."""
    priced = build_plain(_carbon_priced_at_one(model.instance))
    terms = [
        (model.of(priced.columns[column].kind)[priced.columns[column].index], kg)
        for column, kg in priced.costs.get("carbon", [])
    ]
    return terms, priced.fixed.get("carbon", 0.0)


def _carbon_priced_at_one(instance: Instance) -> Instance:
    ones = (1.0,) * len(instance.intervals)
    sites = tuple(replace(site, carbon_price_per_kg=ones) for site in instance.sites)
    return replace(instance, discount_rate=0.0, sites=sites)


def deadlines(problem: Problem, days: list[int]) -> Grid:
    """The grid of problems whose training windows all end some days later, or earlier.

    Windows without a last day of their own stay as they are. Raises ValueError where no window has
    one.
    """
    values = []
    for shift in days:
        edits = tuple(_moved(problem, shift))
        if not edits:
            raise ValueError("no training job has a window with a last day that could be moved")
        values.append(Value(str(shift), edits))
    return Grid((Axis("deadline", tuple(values)),))


def _moved(problem: Problem, shift: int) -> Iterator[Edit]:
    for key, job in problem.training.items():
        if job.window is not None and job.window.last is not None:
            first = job.window.first or problem.horizon.start
            last = job.window.last + timedelta(days=shift)
            begin = "" if job.window.first is None else first.isoformat()
            if last >= first:
                yield parse_edit(f'training."{key}".window={begin}..{last.isoformat()}')


def shortest_window_days(problem: Problem) -> int:
    """Days of the shortest training window with a last day; 0 without any."""
    lengths = [
        (job.window.last - (job.window.first or problem.horizon.start)).days + 1
        for job in problem.training.values()
        if job.window is not None and job.window.last is not None
    ]
    return min(lengths, default=0)
