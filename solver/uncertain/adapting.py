"""Later decisions for early ones that are given: what a first step costs in a case.

Belongs here: holding a single case to early deliveries that were decided elsewhere. Does not belong
here: deciding them (solve), which deliveries are early (solver.formulation.joint).
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from solver.bill import Decisions
from solver.families import Family
from solver.formulation import Model
from solver.formulation.joint import early, early_switches
from solver.formulation.places import SWITCHES
from solver.formulation.purchases import units_of
from solver.instance import Instance
from solver.restriction import HELD, Restriction


@dataclass(frozen=True)
class FirstStep:
    """What is delivered, or begins to be leased, up to a day."""

    until: date
    units: Mapping[str, float]
    """By option key; options that are not named are not taken."""
    switches: Mapping[tuple[str, str, int], float]
    """Switches installed by the end of a period, by fabric, line and period."""

    def fits(self, instance: Instance) -> bool:
        """Whether an instance offers all that is taken."""
        known = early(instance, self.until)
        lines = early_switches(instance, self.until)
        return all(key in known for key, units in self.units.items() if units) and all(
            key in lines for key, number in self.switches.items() if number
        )

    @property
    def restriction(self) -> Restriction:
        """Holds a program to it."""
        return Restriction(self._hold, f"{HELD}what is delivered up to {self.until}.")

    def _hold(self, model: Model) -> None:
        for key in sorted(early(model.instance, self.until)):
            option = model.instance.option[key]
            if terms := units_of(model, option):
                path = ("offers", option.offer)
                model.equal(Family.OPTION, (key,), path, terms, self.units.get(key, 0))
        columns = model.of(SWITCHES)
        for index in sorted(early_switches(model.instance, self.until)):
            if index in columns:
                path, number = ("fabrics", index[0]), self.switches.get(index, 0)
                terms = [(columns[index], 1.0)]
                model.equal(Family.FABRIC, ("first", *index), path, terms, number)


def first_step(instance: Instance, decisions: Decisions, until: date) -> FirstStep:
    """The early part of what a plan decides."""
    known = early(instance, until)
    installed: dict[tuple[str, str, int], float] = {}
    running: dict[tuple[str, str], float] = defaultdict(float)
    for fabric, line, period in sorted(early_switches(instance, until)):
        running[fabric, line] += decisions.fabric.get((fabric, line, period), 0)
        installed[fabric, line, period] = running[fabric, line]
    units = {key: units for key, units in decisions.units.items() if key in known and units}
    return FirstStep(until, units, installed)
