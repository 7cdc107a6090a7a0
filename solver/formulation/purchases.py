"""What is ordered: quantities by option and discount tier, and the rules of an order.

Belongs here: supply, minimum orders, discount tiers, licences, TPP, card types. Does
not belong here: what the orders cost (costs.py) and the limits of places (places.py).
"""

from collections import defaultdict
from dataclasses import replace

from solver.families import Family
from solver.formulation.model import Model, Terms
from solver.instance.model import Kind, Offer, Option, Tier

QUANTITY = "quantity"
"""Units taken of an option in a tier: (option, tier number)."""
ORDERED = "ordered"
"""Whether an offer is ordered in a period in a tier: (offer, period, tier number)."""
CARD_TYPE = "card_type"
"""Whether a kind of card is bought or leased: (accelerator)."""


def add_quantities(model: Model) -> None:
    """Units of every option, whole, in every discount tier: 0 <= q[o,t] <= last_units[t]."""
    for option in model.instance.options:
        for number, tier in enumerate(useful_tiers(model.instance.offer[option.offer])):
            model.column(QUANTITY, (option.key, number), tier.last_units, integer=True)


def units_of(model: Model, option: Option) -> Terms:
    """The units taken of an option, over all tiers."""
    columns = model.of(QUANTITY)
    offer = model.instance.offer[option.offer]
    # As many as useful_tiers finds, counted without making them: this is asked for everywhere.
    tiers = sum(tier.first_units <= offer.max_units for tier in offer.tiers)
    return [(columns[option.key, number], 1.0) for number in range(tiers)]


def add_orders(model: Model) -> None:
    """An order falls in one tier and reaches its first quantity and its offer's minimum order.

    For offer f, period p, tier t, with Q[f,p,t] the units over all sites: first[t]·z <= Q <=
    last[t]·z and sum over t of z <= 1. Offers with one tier from 1 unit, no fee and no minimum
    need no z.
    """
    columns = model.of(QUANTITY)
    for offer, period, options in _orders(model):
        if not needs_switch(offer):
            continue
        switches: Terms = []
        for number, tier in enumerate(useful_tiers(offer)):
            first = max(tier.first_units, offer.minimum_order)
            upper = 1 if first <= tier.last_units else 0
            switch = model.column(ORDERED, (offer.key, period, number), upper, integer=True)
            switches.append((switch, 1.0))
            quantity: Terms = [(columns[option.key, number], 1.0) for option in options]
            index = (offer.key, period, number)
            family = Family.DISCOUNT if number else Family.MINIMUM_ORDER
            path = ("offers", offer.key, "discounts" if number else "minimum_order")
            model.at_most(family, index, path, [*quantity, (switch, -tier.last_units)], 0)
            model.at_least(family, index, path, [*quantity, (switch, -first)], 0)
        if len(switches) > 1:
            path = ("offers", offer.key, "discounts")
            model.at_most(Family.DISCOUNT, (offer.key, period), path, switches, 1)


def useful_tiers(offer: Offer) -> tuple[Tier, ...]:
    """The tiers within the offer's bound, cut off at it; none where nothing can use the offer."""
    return tuple(
        replace(tier, last_units=min(tier.last_units, offer.max_units))
        for tier in offer.tiers
        if tier.first_units <= offer.max_units
    )


def needs_switch(offer: Offer) -> bool:
    """Whether an order of this offer is a yes-or-no decision beside its quantity."""
    return len(useful_tiers(offer)) > 1 or offer.minimum_order > 1 or offer.fixed_fee > 0


def _orders(model: Model) -> list[tuple[Offer, int, list[Option]]]:
    """Every (offer, period) that can see a delivery, with its options."""
    found: dict[tuple[str, int], list[Option]] = defaultdict(list)
    for option in model.instance.options:
        if model.instance.offer[option.offer].max_units:
            found[option.offer, option.period].append(option)
    return [(model.instance.offer[key], p, options) for (key, p), options in sorted(found.items())]


def add_supply(model: Model) -> None:
    """Deliveries in a supply window, or units leased at once, stay within the supply.

    Sum over the window's periods and all sites of Q <= supply; for a lease, in each period of the
    window, sum over the leases then running.
    """
    by_offer: dict[str, list[Option]] = defaultdict(list)
    for option in model.instance.options:
        by_offer[option.offer].append(option)
    first_interval = {i.period: i.index for i in reversed(model.instance.intervals)}
    for offer in model.instance.offers:
        path = ("offers", offer.key, "supply")
        for number, window in enumerate(offer.supply):
            if offer.leased:
                for period in window.periods:
                    now = first_interval[period]
                    running = [o for o in by_offer[offer.key] if o.first <= now < o.last]
                    terms = [term for option in running for term in units_of(model, option)]
                    if terms:
                        index = (offer.key, number, period)
                        model.at_most(Family.SUPPLY, index, path, terms, window.units)
                continue
            inside = [o for o in by_offer[offer.key] if o.period in window.periods]
            terms = [term for option in inside for term in units_of(model, option)]
            if terms:
                model.at_most(Family.SUPPLY, (offer.key, number), path, terms, window.units)


def add_licences(model: Model) -> None:
    """Cards that need an export licence stay within the licences granted over the horizon."""
    granted = dict(model.instance.limits.licences)
    terms: dict[str, Terms] = defaultdict(list)
    for option in model.instance.options:
        if option.licensed_card is not None:
            cards = model.instance.item[option.item].cards
            terms[option.licensed_card] += [(c, cards) for c, _ in units_of(model, option)]
    for card in sorted(terms):
        path = ("export_licences", card)
        model.at_most(Family.LICENCES, (card,), path, terms[card], granted.get(card, 0))


def add_total_tpp(model: Model) -> None:
    """The TPP of all cards bought stays within the buyer's cap (in thousands, for scale)."""
    cap = model.instance.limits.total_tpp
    if cap is None:
        return
    terms: Terms = []
    for option in model.instance.options:
        if option.until is None:
            weight = model.instance.item[option.item].tpp_per_unit / 1000
            terms += [(column, weight) for column, _ in units_of(model, option)]
    model.at_most(Family.TOTAL_TPP, (), ("export_caps", "total_tpp"), terms, cap / 1000)


def add_card_types(model: Model) -> None:
    """Kinds of card bought or leased are at most the limit.

    With u[c] binary: units of an offer in a period <= max_units·u[card], and sum of u <= limit.
    """
    limit = model.instance.limits.card_types
    if limit is None:
        return
    kinds = {item.card for item in model.instance.items if item.kind is not Kind.HOST}
    used = {
        card: model.column(CARD_TYPE, (card,), 1, integer=True)
        for card in sorted(str(kind) for kind in kinds)
    }
    path = ("limits", "card_types")
    for offer, period, options in _orders(model):
        card = model.instance.item[offer.item].card
        if card is None:
            continue
        terms = [term for option in options for term in units_of(model, option)]
        index = (offer.key, period)
        row = [*terms, (used[card], -float(offer.max_units))]
        model.at_most(Family.CARD_TYPES, index, path, row, 0)
    model.at_most(Family.CARD_TYPES, (), path, [(column, 1.0) for column in used.values()], limit)
