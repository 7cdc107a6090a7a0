"""Purchases that are given: a problem in which they, and nothing else, are bought.

Belongs here: what the instance and the program become when the units of every option are fixed.
Does not belong here: reading purchases (solver.plan) or solving (solver.answer).
"""

import math
from collections.abc import Mapping
from dataclasses import replace

from solver.families import Family
from solver.formulation import Model
from solver.formulation.purchases import units_of
from solver.instance import Instance
from solver.instance.model import Fabric, SupplyWindow

GIVEN = "The purchases were given; only their use was optimised."
"""What a plan with given purchases assumes."""


def fix(model: Model, units: Mapping[str, int]) -> None:
    """Rows that hold every option to what was bought of it."""
    for option in model.instance.options:
        if terms := units_of(model, option):
            path = ("purchases", option.offer)
            bought = units.get(option.key, 0)
            model.equal(Family.OPTION, (option.key,), path, terms, bought)


def roomy(instance: Instance, units: Mapping[str, int]) -> Instance:
    """The instance with room for what was bought, where that is more than a search would
    consider.
    """
    by_offer: dict[tuple[str, int], int] = {}
    for key, bought in units.items():
        option = instance.option[key]
        order = (option.offer, option.period)
        by_offer[order] = by_offer.get(order, 0) + bought
    most: dict[str, int] = {}
    for (offer, _), bought in by_offer.items():
        most[offer] = max(most.get(offer, 0), bought)
    offers = tuple(
        replace(offer, max_units=max(offer.max_units, most.get(offer.key, 0)))
        for offer in instance.offers
    )
    fabrics = tuple(_roomy_fabric(instance, fabric, units) for fabric in instance.fabrics)
    return replace(instance, offers=offers, fabrics=fabrics)


def _roomy_fabric(instance: Instance, fabric: Fabric, units: Mapping[str, int]) -> Fabric:
    """The fabric with room for the switches of everything bought at its site."""
    here = [count for key, count in units.items() if instance.option[key].site == fabric.site]
    endpoints = min(fabric.max_endpoints or 0, fabric.nics_per_unit * sum(here))
    lines = tuple(
        replace(line, max_units=max(line.max_units, math.ceil(line.per_endpoint * endpoints)))
        for line in fabric.lines
    )
    return replace(fabric, lines=lines)


def bought_only(instance: Instance, units: Mapping[str, int]) -> Instance:
    """The instance in which nothing can be had but what was bought, for screening."""
    bought: dict[str, dict[int, int]] = {}
    for key, count in units.items():
        option = instance.option[key]
        periods = bought.setdefault(option.offer, {})
        periods[option.period] = periods.get(option.period, 0) + count
    offers = tuple(
        replace(
            offer,
            supply=tuple(
                SupplyWindow((period,), count)
                for period, count in sorted(bought[offer.key].items())
            ),
        )
        if offer.key in bought and not offer.leased
        else offer
        for offer in instance.offers
    )
    options = tuple(option for option in instance.options if units.get(option.key))
    return replace(instance, offers=offers, options=options)
