"""What a plan comes to beside its cost: cards by type, power, energy, carbon.

Belongs here: figures of a plan that studies compare and trade against cost. Does not belong here:
money (solver.bill), rows that limit them (front).
"""

import math
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from solver.bill import Decisions
from solver.bill.decisions import orders, parts
from solver.bill.draw import Draw, draws, machines
from solver.instance import Instance
from solver.plan import Plan
from solver.start import decisions_of


@dataclass(frozen=True)
class Measures:
    """Figures of one plan over the horizon."""

    bought: Mapping[str, float]
    """Cards bought, by type."""
    leased: Mapping[str, float]
    """The most cards leased at once, by type."""
    power_kw: float
    """The highest installed load at the meters, PUE included, all sites together."""
    energy_kwh: float
    """At the meters."""
    carbon_kg: float
    """Of that energy, where sites state a carbon intensity."""

    @property
    def card_types(self) -> int:
        """Kinds of card bought or leased."""
        return len({*self.bought, *self.leased})


def measures_of(instance: Instance, plan: Plan) -> Measures:
    """The figures of a plan of an instance. Raises StartError for a plan of another one."""
    decisions = decisions_of(instance, plan)
    drawn = drawn_by(instance, decisions)
    metered = [(instance.site[key], draw) for key, draw in sorted(drawn.items())]
    load_kw = [
        math.fsum(site.pue * draw.load_kw[i.index] for site, draw in metered)
        for i in instance.intervals
    ]
    return Measures(
        bought=_bought(instance, decisions),
        leased=_leased(instance, decisions),
        power_kw=max(load_kw, default=0.0),
        energy_kwh=math.fsum(kwh for _, draw in metered for kwh in draw.kwh),
        carbon_kg=math.fsum(
            kwh * kg
            for site, draw in metered
            for kwh, kg in zip(draw.kwh, site.carbon_kg_per_kwh, strict=True)
        ),
    )


def drawn_by(instance: Instance, decisions: Decisions) -> dict[str, Draw]:
    """What each site draws under decisions."""
    standing = machines(instance, orders(instance, decisions))
    return draws(instance, decisions, standing, parts(instance, decisions))


def _bought(instance: Instance, decisions: Decisions) -> dict[str, float]:
    cards: dict[str, float] = defaultdict(float)
    for key, units in sorted(decisions.units.items()):
        option = instance.option[key]
        item = instance.item[option.item]
        if option.until is None and item.card is not None:
            cards[item.card] += units * item.cards
    return dict(sorted(cards.items()))


def _leased(instance: Instance, decisions: Decisions) -> dict[str, float]:
    held: dict[str, list[float]] = defaultdict(lambda: [0.0] * len(instance.intervals))
    for key, units in decisions.units.items():
        option = instance.option[key]
        item = instance.item[option.item]
        if option.until is not None and item.card is not None:
            for interval in range(option.first, option.last):
                held[item.card][interval] += units * item.cards
    return {card: max(counts) for card, counts in sorted(held.items())}
