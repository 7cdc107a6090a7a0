"""The programs of an instance: the plain formulation, one with valid rows, and one to search on.

Belongs here: the order in which families are added, and the scale of money. Does not belong here:
any row. The plain formulation states what the model means and nothing more: it is the reference
that faster formulations are measured against.
"""

import gc
import math
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager

from solver.formulation import costs, limits, places, purchases, workloads
from solver.formulation.model import Model
from solver.formulation.rounding import round_demand, round_work
from solver.formulation.standing import add_standing
from solver.formulation.tightening import add_tightening
from solver.instance.model import Instance

SMALL = 50_000
"""Options times intervals up to which a search tree pays for a closer relaxation that takes several
times as long to solve; beyond, the first relaxation is most of the work."""
HUGE = 1_000_000
"""Options times intervals from which on sums of deliveries would be two thirds of all entries."""


@contextmanager
def _uncollected() -> Iterator[None]:
    """Leave garbage alone meanwhile: among so many new rows the collector finds none, and looking
    takes a quarter of the time.
    """
    collecting = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collecting:
            gc.enable()


@_uncollected()
def build_plain(instance: Instance) -> Model:
    """The mixed-integer program of an instance, as the model is defined."""
    model = _families(instance)
    model.finish()
    return model


@_uncollected()
def build(instance: Instance) -> Model:
    """The plain formulation with valid rows on top: the same plans, a closer relaxation."""
    model = _families(instance)
    add_tightening(model)
    model.finish()
    return model


@_uncollected()
def build_tight(instance: Instance) -> Model:
    """The program that searches run on: the same plans, fewer columns, and the closest relaxation.

    Parts of replicas are not counted. Small and huge programs count units that are alike together
    by period, and in small ones what whole numbers imply is said in rows. Rows cannot be relaxed
    one by one.
    """
    model = _families(instance, tight=True)
    _tighten(model)
    model.finish()
    return model


@_uncollected()
def build_into(model: Model) -> None:
    """Fill an empty model with the rows of its instance; what to minimise is left open."""
    _fill(model)
    _tighten(model)


def _tighten(model: Model) -> None:
    add_tightening(model)
    if model.tight:
        round_work(model)
        if _small(model.instance):
            round_demand(model)


def _small(instance: Instance) -> bool:
    return len(instance.options) * len(instance.intervals) <= SMALL


def _counted_together(instance: Instance) -> bool:
    """Whether units that are alike are one column: searches branch on it, and its rows are short,
    but a relaxation in between is solved a little sooner without.
    """
    return _small(instance) or len(instance.options) * len(instance.intervals) >= HUGE


def _families(instance: Instance, *, tight: bool = False) -> Model:
    model = Model(instance, money_scale(instance), tight=tight)
    _fill(model)
    return model


def _fill(model: Model) -> None:
    purchases.add_quantities(model)
    if model.tight and _counted_together(model.instance):
        add_standing(model)
    purchases.add_orders(model)
    purchases.add_supply(model)
    places.add_slots(model)
    purchases.add_licences(model)
    purchases.add_total_tpp(model)
    purchases.add_card_types(model)
    held = workloads.Held(defaultdict(list))
    workloads.add_training(model, held)
    workloads.add_serving(model, held)
    workloads.add_reservations(model, held)
    workloads.add_capacity(model, held)
    places.add_fabrics(model)
    places.add_power(model)
    places.add_rack_units(model)
    costs.add_costs(model)
    limits.add_limits(model)


def money_scale(instance: Instance) -> float:
    """A power of ten that brings the dearest unit of money near a thousand.

    Coefficients stay within what the engines' absolute tolerances can tell apart, for an hourly
    rent of dollars and for a roll-out of billions alike.
    """
    dearest = max(
        (
            option.unit_price * (sum(h for _, h in option.lease_hours) or 1.0)
            for option in instance.options
        ),
        default=1.0,
    )
    return 10.0 ** (math.floor(math.log10(dearest)) - 3) if dearest > 0 else 1.0
