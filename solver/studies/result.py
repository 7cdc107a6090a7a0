"""What comes of a sweep: its points as rows, and how far it is while it runs.

Belongs here: records, and the one table that all formats share. Does not belong here: files,
charts (reports).
"""

import math
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from solver.studies.grid import Grid, Place
from solver.studies.point import How, Point

if TYPE_CHECKING:
    import pandas


@dataclass(frozen=True)
class Progress:
    """How far a sweep is."""

    elapsed_s: float
    done: int
    total: int
    running: int
    carried: int
    """Done without a search."""
    failed: int
    found_on_disk: int
    """Done by an earlier run."""

    @property
    def left_s(self) -> float | None:
        """Seconds left if the rest goes on like the points of this run; None before the first."""
        own = self.done - self.found_on_disk
        return self.elapsed_s / own * (self.total - self.done) if own > 0 else None


@dataclass(frozen=True)
class Sweep:
    """The points of a grid that are done, in the order of the grid; money in `currency`, power in
    kW, energy in kWh, carbon in kg, time in seconds.
    """

    grid: Grid
    points: tuple[Point, ...]
    currency: str
    title: str
    """Of the problem."""
    seconds: float
    interrupted: bool
    """Whether points are missing because it was stopped."""

    @cached_property
    def by_place(self) -> dict[Place, Point]:
        """Points by their place in the grid."""
        return {point.place: point for point in self.points}

    @cached_property
    def cards(self) -> tuple[str, ...]:
        """Types of card that any plan buys or leases."""
        found = {
            card
            for p in self.points
            if p.measures
            for card in (*p.measures.bought, *p.measures.leased)
        }
        return tuple(sorted(found))

    def rows(self) -> list[dict[str, Any]]:
        """One row for each point: where it lies, what its plan costs and contains.

        Columns: a column for each axis; status, cost, bound, gap, how, seconds, error; cards bought
        and leased by type; power_kw (the highest installed load at the meters), energy_kwh,
        carbon_kg; the present value of each term of the bill.
        """
        leased = sorted({c for p in self.points if p.measures for c in p.measures.leased})
        terms = sorted({str(row.term) for p in self.points if p.plan for row in p.plan.bill})
        return [self._row(point, leased, terms) for point in self.points]

    def frame(self) -> "pandas.DataFrame":
        """The same rows as a pandas frame."""
        import pandas

        return pandas.DataFrame(self.rows())

    def _row(self, point: Point, leased: list[str], terms: list[str]) -> dict[str, Any]:
        axes = zip(self.grid.axes, point.place, strict=True)
        row: dict[str, Any] = {axis.title: axis.at(index) for axis, index in axes}
        row |= {
            "status": str(point.status),
            "cost": point.objective,
            "bound": point.bound,
            "gap": point.gap,
            "how": str(point.how),
            "seconds": round(point.seconds, 3),
            "error": point.error,
        }
        known = point.measures
        for card in self.cards:
            row[f"cards: {card}"] = None if known is None else known.bought.get(card, 0.0)
        for card in leased:
            row[f"leased: {card}"] = None if known is None else known.leased.get(card, 0.0)
        row["power_kw"] = None if known is None else known.power_kw
        row["energy_kwh"] = None if known is None else known.energy_kwh
        row["carbon_kg"] = None if known is None else known.carbon_kg
        for term in terms:
            paid = (
                [r.present_value for r in point.plan.bill if str(r.term) == term]
                if point.plan
                else []
            )
            row[f"bill: {term}"] = math.fsum(paid) if point.plan else None
        return row

    def count(self, how: How) -> int:
        """How many points were answered so."""
        return sum(point.how is how for point in self.points)
