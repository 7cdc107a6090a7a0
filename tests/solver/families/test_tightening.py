"""Valid rows, each proven by a relaxation that is worthless without it."""

import pytest

from solver.engines.dive import dive
from solver.engines.program import Part, Program
from solver.families import Family
from solver.formulation import Model, build_plain, build_tight
from tests.solver.families.solving import ZERO_GAP, cheapest, close, instance_of

FLEETS = """
sites: {here: {destination: CN}, there: {destination: CN}}
fleet:
  old: {item: box, site: here, count: 4}
  older: {item: box, site: there, count: 4}
offers: {new: {item: box, vendor: a, price: 100 CNY}}
training: {job: {flop: 189.216e21, memory: ignore, mfu: 100 %}}
"""
"""A year of 6 cards, in one of two places with 4 each."""


def _relaxed(model: Model) -> float:
    """The least total of the relaxation."""
    bound = dive(Part.all_of(Program.of(model.problem)), [], ZERO_GAP).bound
    assert bound is not None
    return bound * model.money_scale


def test_a_fraction_of_a_job_uses_that_fraction_of_a_fleet() -> None:
    """Proves that a job of 6 cards buys 2 beside a fleet of 4: 200, already in the relaxation.

    Sensitivity: without the row the relaxation would run half of it on 3 cards of each fleet, for
    nothing.
    """
    assert cheapest(FLEETS) == close(200)
    instance = instance_of(FLEETS)
    assert _relaxed(build_plain(instance)) == close(0)
    assert _relaxed(build_tight(instance)) == close(200)


@pytest.mark.parametrize("count", [6, 9])
def test_a_fleet_that_is_large_enough_needs_no_row(count: int) -> None:
    """Where all that a job can hold is there already, no row is added."""
    model = build_tight(instance_of(FLEETS.replace("count: 4", f"count: {count}")))
    extra = [r for r in model.rows if r.family is Family.CAPACITY and r.index[-1] == "fleet"]
    assert not extra
    assert cheapest(FLEETS.replace("count: 4", f"count: {count}")) == close(0)
