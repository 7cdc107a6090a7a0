"""Rows that give way: how the limits of a file stand in the program, for the least change of them.

Belongs here: which rows a limit or a demand stands in, and by how much each gives when it moves by
one unit. Does not belong here: the rows themselves (solver.formulation), solving.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date

from solver.case import Case
from solver.explain.feasibility import lifted
from solver.explain.requirements import Kind, Requirement
from solver.families import Family
from solver.formulation import Model, build
from solver.formulation.model import RowName
from solver.instance import Instance

FAMILY = {
    Kind.POWER_CAP: Family.POWER,
    Kind.RACK_UNITS: Family.RACK_UNITS,
    Kind.SUPPLY: Family.SUPPLY,
    Kind.LICENCES: Family.LICENCES,
    Kind.TOTAL_TPP: Family.TOTAL_TPP,
    Kind.BUDGET: Family.BUDGET,
    Kind.CARD_TYPES: Family.CARD_TYPES,
    Kind.SERVICE: Family.DEMAND,
    Kind.CLASS: Family.DEMAND,
    Kind.TRAINING: Family.TRAINING_WORK,
    Kind.RESERVATION: Family.RESERVATION,
}
"""Where each kind stands; the others are in no row, or in products of columns."""
IN_BOUNDS = (Kind.POWER_CAP, Kind.RACK_UNITS, Kind.SUPPLY, Kind.LICENCES, Kind.BUDGET)
"""Kinds that bound orders outside the rows as well."""


@dataclass(frozen=True)
class Give:
    """What moves together: a kind of limit, at one place, in some of its steps."""

    kind: Kind
    key: str
    """Site, offer, card, year, service, job or reservation; nothing where there is one only."""
    starts: tuple[date | None, ...] = (None,)
    """The steps that move, by the day they start; None: all the time."""
    ends: tuple[date | None, ...] = (None,)
    """The day each of them ends, exclusive; None: never."""
    count: float | None = None
    """How many there are now, where one unit is one more or fewer; None where one unit is as much
    again of the limit, or the whole demand."""

    def rows(self, model: Model) -> Mapping[int, float]:
        """Places of the rows, each with what it gives for one unit."""
        found = {}
        for place, row in enumerate(model.rows):
            if row.family is FAMILY[self.kind] and self._mine(row, model.instance):
                found[place] = self._by(row, model) / (self.count or 1.0)
        return {place: value for place, value in found.items() if value}

    def _mine(self, row: RowName, instance: Instance) -> bool:
        index = row.index
        if self.kind in (Kind.CARD_TYPES, Kind.TOTAL_TPP):
            return not index
        if self.kind is Kind.BUDGET:
            return (str(index[0]) if index else "") == self.key
        if self.kind is Kind.TRAINING:
            return row.path[1] == self.key and index[-1] != "some"
        if str(index[0]) != self.key:
            return False
        if self.kind in (Kind.POWER_CAP, Kind.RACK_UNITS):
            return self._moves(instance.intervals[int(index[1])].start.date())
        if self.kind is Kind.SUPPLY:
            window = instance.offer[self.key].supply[int(index[1])]
            period = int(index[2]) if len(index) > 2 else window.periods[0]
            return self._moves(instance.periods[period].start)
        return True

    def _moves(self, day: date) -> bool:
        return any(
            (start is None or start <= day) and (end is None or day < end)
            for start, end in zip(self.starts, self.ends, strict=True)
        )

    def _by(self, row: RowName, model: Model) -> float:
        """What a row gives for one unit: below zero where the row is a limit from above."""
        instance, index = model.instance, row.index
        if self.kind in (Kind.LICENCES, Kind.CARD_TYPES):
            return -1.0
        if self.kind is Kind.POWER_CAP:
            site = instance.site[self.key]
            return -(site.power_cap_kw or ())[int(index[1])] / site.pue
        if self.kind is Kind.RACK_UNITS:
            units = (instance.site[self.key].rack_units or ())[int(index[1])]
            return -float(units)
        if self.kind is Kind.SUPPLY:
            return -float(instance.offer[self.key].supply[int(index[1])].units)
        if self.kind is Kind.TOTAL_TPP:
            return -(instance.limits.total_tpp or 0.0) / 1000
        if self.kind is Kind.BUDGET:
            by_year = dict(instance.limits.budget_by_year)
            budget = by_year[int(index[0])] if index else instance.limits.budget_total
            return -(budget or 0.0) / model.money_scale
        return self._demanded(row, instance)

    def _demanded(self, row: RowName, instance: Instance) -> float:
        """What a row of a demand asks for, all of which one unit takes away."""
        index = row.index
        if self.kind is Kind.TRAINING:
            return next(o.work for o in instance.occurrences if o.key == index[0])
        if self.kind is Kind.RESERVATION:
            reservation = next(r for r in instance.reservations if r.key == self.key)
            return float(reservation.cards[int(index[1])])
        service = next(s for s in instance.services if s.key == self.key)
        return service.demand[service.classes.index(str(index[1]))][int(index[2])]


def giving_model(case: Case, moving: Iterable[Requirement]) -> Model | None:
    """The program of a case in which some limits stand in rows alone, to be given way there.

    None where lifting them asks for a missing figure.
    """
    wide = lifted(case.loaded, (r for r in moving if r.kind in IN_BOUNDS))
    if wide is None or len(wide.instance.intervals) != len(case.instance.intervals):
        return None
    own = case.instance
    offers = tuple(replace(o, supply=own.offer[o.key].supply) for o in wide.instance.offers)
    model = build(replace(wide.instance, sites=own.sites, limits=own.limits, offers=offers))
    model.minimise(())
    return model
