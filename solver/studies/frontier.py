"""What comes of a Pareto front: its points, and which of them no other beats.

Belongs here: records and their order. Does not belong here: finding them (trade, front), layout
(reports).
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from solver.answer import AnswerStatus
from solver.engines import relative_gap
from solver.plan import Plan
from solver.studies.measures import Measures
from solver.studies.tradeoff import Measure

if TYPE_CHECKING:
    import pandas


@dataclass(frozen=True)
class FrontPoint:
    """A plan that none of the others beats in cost and in the measure."""

    measure: float
    """The plan's figure."""
    limit: float | None
    """The limit it was found at; None for the cheapest plan of all."""
    plan: Plan
    bound: float | None
    """No plan that keeps the limit costs less."""
    measures: Measures
    dearer: bool | None = None
    """Whether it is proven that keeping this limit costs more than the next, looser point; None for
    the last."""

    @property
    def cost(self) -> float:
        """What the plan costs."""
        return self.plan.objective

    @property
    def gap(self) -> float | None:
        """How far the plan can be from the cheapest at its limit, as a fraction."""
        return None if self.bound is None else relative_gap(self.cost, self.bound)


@dataclass(frozen=True)
class Front:
    """Cost against a measure: points from little of it to the cheapest.

    Cost in the problem's currency; carbon in kg, power in kW at the meters, deadlines in days.
    """

    measure: Measure
    points: tuple[FrontPoint, ...]
    currency: str
    title: str
    least: float | None
    """No plan has less of the measure, where that was proven; None where it was not."""
    tried: int
    """Limits that were tried."""
    infeasible: tuple[float, ...]
    """Limits that are proven to have no plan."""
    open: tuple[float, ...]
    """Limits at which no plan was found, and none was proven away."""
    failed: tuple[tuple[float | None, str], ...] = ()
    """Limits whose search failed, each with why; None for the problem itself."""
    interrupted: bool = False
    status: AnswerStatus | None = None
    """What came of the problem itself where there are no points; None where there are, and where
    an interrupt came before it was known."""

    def rows(self) -> list[dict[str, Any]]:
        """One row for each point."""
        name = f"{self.measure} ({self.measure.unit})"
        return [
            {
                name: point.measure,
                "limit": point.limit,
                "cost": point.cost,
                "bound": point.bound,
                "gap": point.gap,
                "dearer": point.dearer,
                "power_kw": point.measures.power_kw,
                "energy_kwh": point.measures.energy_kwh,
                "carbon_kg": point.measures.carbon_kg,
                "card_types": point.measures.card_types,
            }
            for point in self.points
        ]

    def frame(self) -> "pandas.DataFrame":
        """The same rows as a pandas frame."""
        import pandas

        return pandas.DataFrame(self.rows())


def with_looser_bounds(points: list[FrontPoint]) -> list[FrontPoint]:
    """Every point with the highest bound of all limits that are no tighter than its own."""
    found = []
    for point in points:
        bounds = [
            other.bound
            for other in points
            if other.bound is not None and _limit_of(other) >= _limit_of(point)
        ]
        best = max(bounds, default=None)
        found.append(replace(point, bound=None if best is None else min(best, point.cost)))
    return found


def _limit_of(point: FrontPoint) -> float:
    return float("inf") if point.limit is None else point.limit


def non_dominated(points: Iterable[FrontPoint]) -> list[FrontPoint]:
    """The points that no other one beats or equals in both, by their measure."""
    kept: list[FrontPoint] = []
    for point in sorted(points, key=lambda p: (p.measure, p.cost)):
        if not kept or point.cost < kept[-1].cost:
            kept.append(point)
    return kept


def compared(points: list[FrontPoint]) -> tuple[FrontPoint, ...]:
    """The points, each saying whether it is proven dearer than the next one."""
    compared = [
        replace(point, dearer=point.bound is not None and point.bound > after.cost)
        for point, after in pairwise(points)
    ]
    return (*compared, *points[-1:])
