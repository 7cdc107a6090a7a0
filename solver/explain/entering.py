"""Why a kind of card is not in the plan, and at which price it would be.

Belongs here: the kinds on offer, what keeps each away, and the search for the price at which it
enters. Does not belong here: the rules (solver.instance), the budget of questions (asking.py).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Self

import catalogs
from problems.paths import path_text
from solver import engines
from solver.answer import AnswerStatus, plan_of
from solver.case import Case
from solver.explain.asking import Asking, Reply
from solver.families import Family
from solver.formulation import Model
from solver.formulation.purchases import units_of
from solver.instance import Instance
from solver.instance.model import Exclusion, Option
from solver.plan import Plan
from solver.restriction import HELD, Restriction
from solver.start import StartError, decisions_of
from solver.verify import verify

NEARLY_FREE = 0.01
"""The share of its price at which a card is as good as given away."""
NARROW = 0.005
"""A range of price factors this narrow is not searched any further."""
MOST_PRICES = 8
"""Prices tried for one kind of card."""


class Reason(StrEnum):
    """Why a kind of card is not in the plan; the names of JSON."""

    PRICE = "price"
    """Its price: at a lower one it enters."""
    NOT_AT_ANY_PRICE = "not_at_any_price"
    """Even nearly free it is not in the cheapest plan."""
    EXCLUDED = "excluded"
    """Export rules or the buyer's own caps keep all of it away."""
    NOT_IN_TIME = "not_in_time"
    """By availability and lead time nothing of it can be delivered or leased."""
    NO_USE = "no_use"
    """No workload can run on it: no throughput is known, its memory is too small, or its place is
    not among theirs."""
    OPEN = "open"
    """The gap of the search does not tell, or there was no time."""


@dataclass(frozen=True)
class Absent:
    """A kind of card on offer that the plan neither buys nor leases."""

    card: str
    offers: tuple[str, ...]
    reason: Reason
    enters: float | None = None
    """Factor on the price of its offers at which a plan with it is certainly cheaper than any
    without the lower price."""
    stays_out: float | None = None
    """Factor on the price at which no plan saves more than the gap; 1 where only the present price
    is known to be too high."""
    dearest: tuple[str, float] | None = None
    """The offer and the price that a buyer would start from: its cheapest."""
    leased: bool = False
    """Whether that price is of a lease, by the hour."""
    excluded: tuple[Exclusion, ...] = ()
    """What keeps it away from some places or for some of the time, or altogether."""
    forced: float | None = None
    """How much more a plan costs that has one nearly free; None: not asked, or there is none."""
    forced_none: bool = False
    """Whether no plan can have even one."""
    tried: int = 0
    """Prices asked."""


def absent_cards(asking: Asking) -> tuple[Absent, ...]:
    """Every kind of card on offer that the plan has none of; first those that need no search.

    A card's offers are the nodes that hold it and the cards sold alone; their prices, rents and
    whatever is a share of them are changed by one factor, all else stays.
    """
    market = _Market.of(asking.case)
    found = [market.absent(card) for card in market.cards if not market.bought(card, asking.plan)]
    settled = [each for each in found if each.reason is not Reason.OPEN]
    open_ones = [each for each in found if each.reason is Reason.OPEN]
    searched = []
    for number, each in enumerate(open_ones):
        asking.turn(len(open_ones) - number)
        searched.append(_priced(asking, each))
    return (*settled, *searched)


@dataclass(frozen=True)
class _Market:
    """Offers and options by the kind of card in them."""

    case: Case
    offers: dict[str, tuple[str, ...]]

    @classmethod
    def of(cls, case: Case) -> Self:
        found: dict[str, list[str]] = {}
        for key, offer in sorted(case.problem.offers.items()):
            row = case.catalog.item(offer.item)
            if not isinstance(row, catalogs.Host):
                card = row.card if isinstance(row, catalogs.Node) else offer.item
                found.setdefault(case.catalog.find("accelerators", card).id, []).append(key)
        return cls(case, {card: tuple(keys) for card, keys in sorted(found.items())})

    @property
    def cards(self) -> tuple[str, ...]:
        return tuple(self.offers)

    def bought(self, card: str, plan: Plan) -> bool:
        return any(row.offer in self.offers[card] for row in plan.purchases)

    def absent(self, card: str) -> Absent:
        """What is known of a card before any question."""
        instance, keys = self.case.instance, self.offers[card]
        excluded = tuple(e for e in instance.excluded if e.offer in keys)
        options = [o for o in instance.options if o.offer in keys]
        if not options:
            reason = Reason.EXCLUDED if excluded else Reason.NOT_IN_TIME
            return Absent(card, keys, reason, excluded=excluded)
        usable = set(_useful_pools(instance))
        options = [o for o in options if o.pool in usable]
        if not options:
            return Absent(card, keys, Reason.NO_USE, excluded=excluded)
        cheapest = min(options, key=lambda o: (bool(o.lease_hours), o.unit_price))
        price = (cheapest.offer, cheapest.unit_price)
        leased = bool(cheapest.lease_hours)
        offers = tuple(dict.fromkeys(o.offer for o in options))
        return Absent(card, offers, Reason.OPEN, excluded=excluded, dearest=price, leased=leased)


def _useful_pools(instance: Instance) -> Iterator[str]:
    for occurrence in instance.occurrences:
        yield from (mode.pool for mode in occurrence.modes)
    for service in instance.services:
        yield from (mode.pool for mode in service.modes)
    for reservation in instance.reservations:
        yield from reservation.pools


def _priced(asking: Asking, absent: Absent) -> Absent:
    """Search for the price at which a card enters."""
    search = _Entry(asking, absent)
    search.run()
    return search.found()


class _Entry:
    """The search for one card's price, from nearly free upwards.

    A plan with the card costs a + b·f at the factor f on its price, as all else of it stays. The
    factor at which the plan found last costs as much as the present plan is asked next: there the
    cheapest plan is no cheaper, or it is one to go on with. Each factor on the way is a certain
    answer of its own, whatever the way.
    """

    def __init__(self, asking: Asking, absent: Absent) -> None:
        self.asking = asking
        self.absent = absent
        self.enters: float | None = None
        self.stays_out = 1.0
        self.tried = 0
        self.forced: float | None = None
        self.forced_none = False
        self.reason = Reason.OPEN

    def run(self) -> None:
        """Ask until the range is narrow, the gap does not tell, or time is over."""
        reply = self._ask(NEARLY_FREE)
        if reply.answer is None or reply.answer.plan is None:
            return
        if self.stays_out <= NEARLY_FREE:
            self.reason = Reason.NOT_AT_ANY_PRICE
            self._force()
            return
        low = NEARLY_FREE
        while self.stays_out - low > NARROW and self.tried < MOST_PRICES:
            factor = self._next(reply, low)
            reply = self._ask(factor)
            if reply.answer is None:
                break
            low = factor if self.stays_out > factor else low
        if self.enters is not None:
            self.reason = Reason.PRICE

    def found(self) -> Absent:
        """What is known at the end."""
        known = self.absent
        return Absent(
            card=known.card,
            offers=known.offers,
            reason=self.reason,
            enters=self.enters,
            stays_out=self.stays_out if self.tried else None,
            dearest=known.dearest,
            leased=known.leased,
            excluded=known.excluded,
            forced=self.forced,
            forced_none=self.forced_none,
            tried=self.tried,
        )

    def _edits(self, factor: float) -> tuple[str, ...]:
        offers = self.asking.case.problem.offers
        fields = {key: "lease" if offers[key].lease is not None else "price" for key in offers}
        return tuple(
            f"{path_text(('offers', key, fields[key]))}*={factor!r}" for key in self.absent.offers
        )

    def _ask(self, factor: float) -> Reply:
        """Solve at a factor and take what is certain from it."""
        name = f"{self.absent.card} at {factor:.0%} of its price"
        reply = self.asking.ask(name, self._edits(factor))
        answer, base_bound = reply.answer, self.asking.bound
        if answer is None:
            return reply
        self.tried += 1
        if answer.bound is not None and self.asking.cost - answer.bound <= self.asking.tolerance:
            self.stays_out = min(self.stays_out, factor)
        if answer.plan is None or base_bound is None:
            return reply
        for limit in (factor, self._even(reply, base_bound)):
            if limit is not None and self._certain(reply, limit, base_bound):
                self.enters = max(self.enters or 0.0, limit)
        return reply

    def _next(self, reply: Reply, low: float) -> float:
        """The factor to ask next, within what is not known yet."""
        even = self._even(reply, self.asking.cost)
        if even is not None and low < even < self.stays_out:
            return even
        return (low + self.stays_out) / 2

    def _even(self, reply: Reply, cost: float) -> float | None:
        """The factor at which the plan found costs so much; None where it has none of the card."""
        assert reply.answer is not None
        plan = reply.answer.plan
        low, high = self._cost(plan, 0.5), self._cost(plan, 1.0)
        if low is None or high is None or high - low <= engines.ROUNDING * abs(high):
            return None
        even = 1.0 - (high - cost) / (2 * (high - low))
        return even if 0 < even < 1 else None

    def _certain(self, reply: Reply, factor: float, bound: float) -> bool:
        """Whether the plan found, at a factor, keeps every limit and costs less than any plan at
        the present price does.
        """
        assert reply.answer is not None
        cost = self._cost(reply.answer.plan, factor, check=True)
        slack = engines.ROUNDING * abs(bound)
        return cost is not None and cost <= bound + slack

    def _cost(self, plan: Plan | None, factor: float, *, check: bool = False) -> float | None:
        """What a plan costs at a factor; None where it does not fit, if that is checked."""
        if plan is None:
            return None
        case = self.asking.edited(self._edits(factor))
        try:
            priced = plan_of(case, decisions_of(case.instance, plan), None)
        except StartError:
            return None
        return priced.objective if not check or verify(case.instance, priced).ok else None

    def _force(self) -> None:
        """Why not even nearly free: what a plan with one of it costs."""
        if self.asking.over:
            return
        case = self.asking.edited(self._edits(NEARLY_FREE))
        options = [o for o in case.instance.options if o.offer in self.absent.offers]
        held = Restriction(lambda model: _at_least_one(model, options), f"{HELD}one of a card.")
        if not any(case.instance.offer[o.offer].max_units for o in options):
            self.forced_none = True
            return
        name = f"a plan with {self.absent.card}"
        answer = self.asking.solve(name, case, restriction=held)
        if answer.status is AnswerStatus.INFEASIBLE:
            self.forced_none = True
        elif answer.plan is not None:
            self.forced = answer.plan.objective - self.asking.cost


def _at_least_one(model: Model, options: list[Option]) -> None:
    """A row that asks for one unit of one of the options at least."""
    terms = [term for option in options for term in units_of(model, option)]
    model.at_least(Family.OPTION, ("at least one",), ("offers",), terms, 1)
