"""What is ordered: the rules of an order, and what it costs.

Belongs here: minimum orders, discount tiers, supply, licences, TPP, kinds of cards, prices and
amounts of purchase rows. Does not belong here: when they are paid (money).
"""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from solver.families import Family
from solver.instance.model import Instance, Offer
from solver.verify.rows import Bought, Decided, FabricBought
from solver.verify.tally import Tally, figure, same


@dataclass(frozen=True)
class Priced:
    """A purchase with what the offer asks for it, whatever its row says."""

    bought: Bought
    price: float
    """After discount, all units: in money for purchases, per hour for leases."""
    share: float
    """Of the units that its offer delivers in the period."""


def check_orders(instance: Instance, decided: Decided, tally: Tally) -> tuple[Priced, ...]:
    """Check every rule of an order, and price every purchase."""
    delivered: dict[tuple[str, int], float] = defaultdict(float)
    for bought in decided.bought:
        delivered[bought.option.offer, bought.option.period] += bought.units
    _check_minimum_orders(instance, delivered, tally)
    _check_supply(instance, decided, delivered, tally)
    _check_granted(instance, decided, tally)
    for part in decided.fabric:
        _check_part_price(part, tally)
    return tuple(_price(bought, delivered, tally) for bought in decided.bought)


def _price(bought: Bought, delivered: dict[tuple[str, int], float], tally: Tally) -> Priced:
    row, option = bought.row, bought.option
    together = delivered[option.offer, option.period]
    off = _tier(bought.offer, together)
    place = f"offers.{row.offer}, sites.{row.site}, {row.period}"
    if not tally.holds(Family.DISCOUNT, same(row.discount, off)):
        message = (
            f"{figure(together)} units ordered have a discount of {off:.4%}, not {row.discount:.4%}"
        )
        tally.violate(Family.DISCOUNT, place, message, abs(row.discount - off))
    price = bought.units * option.unit_price * (1 - off)
    hours = sum(hours for _, hours in option.lease_hours) if option.until else 1.0
    tally.equal(Family.PRICE, place, "unit price", row.unit_price, option.unit_price)
    tally.equal(Family.PRICE, place, "amount", row.amount, price * hours)
    return Priced(bought, price, bought.units / together if together else 0.0)


def _tier(offer: Offer, units: float) -> float:
    """The discount for so many units; the tiers are sorted, and the last one is open upwards."""
    reached = bisect_right([tier.first_units for tier in offer.tiers], units)
    return offer.tiers[reached - 1].off if reached else 0.0


def _check_part_price(part: FabricBought, tally: Tally) -> None:
    row, price = part.row, part.line.prices[part.period]
    place = f"fabrics.{row.offer}, {row.box}, {row.period}"
    tally.equal(Family.PRICE, place, "unit price", row.unit_price, price)
    tally.equal(Family.PRICE, place, "discount", row.discount, 0.0)
    tally.equal(Family.PRICE, place, "amount", row.amount, part.quantity * price)


def _check_minimum_orders(
    instance: Instance, delivered: dict[tuple[str, int], float], tally: Tally
) -> None:
    for (key, period), units in delivered.items():
        least = instance.offer[key].minimum_order
        if units > 0 and not tally.holds(Family.MINIMUM_ORDER, units >= least):
            where = f"offers.{key}.minimum_order, {instance.periods[period].label}"
            message = f"{figure(units)} ordered, the minimum order is {least}"
            tally.violate(Family.MINIMUM_ORDER, where, message, least - units)


def _check_supply(
    instance: Instance,
    decided: Decided,
    delivered: dict[tuple[str, int], float],
    tally: Tally,
) -> None:
    """Deliveries of a window; for a lease the units held in each period of it."""
    held = _held(instance, decided.bought)
    for offer in instance.offers:
        for window in offer.supply:
            if offer.leased:
                for period in window.periods:
                    units = held[offer.key, period]
                    _supplied(instance, tally, offer.key, (period,), units, window.units)
            else:
                units = sum(delivered.get((offer.key, p), 0.0) for p in window.periods)
                _supplied(instance, tally, offer.key, window.periods, units, window.units)


def _held(instance: Instance, rows: Iterable[Bought]) -> dict[tuple[str, int], float]:
    """Units of leases in use in the first interval of each period."""
    opening: dict[int, int] = {}
    for interval in instance.intervals:
        opening.setdefault(interval.period, interval.index)
    held: dict[tuple[str, int], float] = defaultdict(float)
    for bought in rows:
        if bought.offer.leased:
            for period, first in opening.items():
                if bought.option.first <= first < bought.option.last:
                    held[bought.offer.key, period] += bought.units
    return held


def _supplied(
    instance: Instance,
    tally: Tally,
    offer: str,
    periods: tuple[int, ...],
    units: float,
    supply: int,
) -> None:
    if not tally.holds(Family.SUPPLY, units <= supply):
        labels = [instance.periods[period].label for period in (periods[0], periods[-1])]
        where = f"offers.{offer}.supply, {'..'.join(sorted(set(labels)))}"
        message = f"needs {figure(units)} units of {supply:,}"
        tally.violate(Family.SUPPLY, where, message, units - supply)


def _check_granted(instance: Instance, decided: Decided, tally: Tally) -> None:
    """Licences, TPP and kinds of cards, over the whole horizon."""
    limits = instance.limits
    licensed: dict[str, float] = defaultdict(float)
    tpp, kinds = 0.0, set()
    for bought in decided.bought:
        if bought.option.licensed_card is not None:
            licensed[bought.option.licensed_card] += bought.units * bought.item.cards
        if bought.option.until is None:
            tpp += bought.units * bought.item.tpp_per_unit
        if bought.item.card is not None and bought.units > 0:
            kinds.add(bought.item.card)
    granted = dict(limits.licences)
    for card, cards in sorted(licensed.items()):
        path = f"export_licences.{card}"
        tally.limit(Family.LICENCES, path, cards, granted.get(card, 0), "licences", None)
    if limits.total_tpp is not None:
        path = "export_caps.total_tpp"
        tally.limit(Family.TOTAL_TPP, path, tpp, limits.total_tpp, "TPP", None)
    if limits.card_types is not None and not tally.holds(
        Family.CARD_TYPES, len(kinds) <= limits.card_types
    ):
        message = f"{len(kinds)} kinds ({', '.join(sorted(kinds))}) of {limits.card_types}"
        excess = float(len(kinds) - limits.card_types)
        tally.violate(Family.CARD_TYPES, "limits.card_types", message, excess)
