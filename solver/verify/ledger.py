"""Every cost term computed again, as payments by day, term and site.

Belongs here: from priced purchases by date, and from what stands and runs by interval, to a ledger
and to the cash flow with present values. Does not belong here: comparing them with a plan (money),
prices of orders (orders), energy (energy).
"""

import math
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from solver.instance.model import Instance
from solver.plan import Term
from solver.verify.energy import Metered
from solver.verify.orders import Priced
from solver.verify.rows import Decided

type Ledger = dict[tuple[float, Term, str], float]
"""Nominal amounts by day since the start, term and site."""


@dataclass(frozen=True)
class Money:
    """An amount and its present value."""

    amount: float = 0.0
    present_value: float = 0.0

    def __add__(self, other: "Money") -> "Money":
        return Money(self.amount + other.amount, self.present_value + other.present_value)


def ledger_of(
    instance: Instance, decided: Decided, priced: tuple[Priced, ...], metered: Metered
) -> Ledger:
    """All payments, summed by day, term and site."""
    ledger: Ledger = defaultdict(float)
    _post_orders(instance, priced, ledger)
    for part in decided.fabric:
        day = instance.periods[part.period].start_day
        price = part.quantity * part.line.prices[part.period]
        ledger[day, Term.FABRIC, part.fabric.site] += price
    _post_ownership(instance, decided, priced, ledger)
    _post_running(instance, metered, ledger)
    return ledger


def _post_orders(instance: Instance, priced: tuple[Priced, ...], ledger: Ledger) -> None:
    """Prices, extras, surcharges by payment terms; fees on delivery; leases by the hour."""
    for order in priced:
        option, offer, site = order.bought.option, order.bought.offer, order.bought.option.site
        for on, share in option.payments:
            day, paid = (on - instance.start).days, order.price * share
            extras = offer.extra_share * paid + offer.extra_per_unit * order.bought.units * share
            ledger[day, Term(f"{offer.kind}s"), site] += paid
            ledger[day, Term.EXTRAS, site] += extras
            ledger[day, Term.SURCHARGE, site] += option.surcharge_fraction * paid
        delivered = (option.delivered - instance.start).days
        ledger[delivered, Term.FEES, site] += offer.fixed_fee * order.share
        for interval, hours in option.lease_hours:
            day_paid = instance.intervals[interval].middle_day
            ledger[day_paid, Term.LEASE, site] += order.price * hours


def _owned(
    instance: Instance, decided: Decided, priced: tuple[Priced, ...]
) -> dict[tuple[str, float, int, int], float]:
    """Prices of all that was bought, by site, day of delivery and the intervals it is in use."""
    owned: dict[tuple[str, float, int, int], float] = defaultdict(float)
    for order in priced:
        option = order.bought.option
        if option.until is None:
            day = (option.delivered - instance.start).days
            owned[option.site, day, option.first, option.last] += order.price
    for part in decided.fabric:
        start, count = instance.periods[part.period].start_day, len(instance.intervals)
        first = min(i.index for i in instance.intervals if i.period == part.period)
        price = part.quantity * part.line.prices[part.period]
        owned[part.fabric.site, start, first, count] += price
    return owned


def _post_ownership(
    instance: Instance, decided: Decided, priced: tuple[Priced, ...], ledger: Ledger
) -> None:
    """Maintenance of what is in use, and what is left of it at the end."""
    maintained: dict[tuple[str, int], float] = defaultdict(float)
    for (site, day, first, last), price in _owned(instance, decided, priced).items():
        for interval in range(first, last):
            maintained[site, interval] += price
        life = instance.residual_life_days
        if life is not None and last == len(instance.intervals):
            left = price * max(0.0, (life - (instance.days - day)) / life)
            ledger[instance.days, Term.RESIDUAL_VALUE, site] -= left
    for (site, interval), price in maintained.items():
        i = instance.intervals[interval]
        yearly = price * instance.maintenance_fraction
        ledger[i.middle_day, Term.MAINTENANCE, site] += yearly * (i.hours / 24) / 365


def _post_running(instance: Instance, metered: Metered, ledger: Ledger) -> None:
    """Electricity, carbon and space by interval; the highest draw of each month."""
    for key, energy in metered.kwh.items():
        site = instance.site[key]
        for i, kwh in zip(instance.intervals, energy, strict=True):
            n, day = i.index, i.middle_day
            kg = kwh * site.carbon_kg_per_kwh[n]
            rent = metered.load_kw[key][n] * site.space_per_kw_month[n]
            ledger[day, Term.ELECTRICITY, key] += kwh * site.price_per_kwh[n]
            ledger[day, Term.CARBON, key] += kg * site.carbon_price_per_kg[n]
            ledger[day, Term.SPACE, key] += rent * i.months
        draw = [kwh / i.hours for i, kwh in zip(instance.intervals, energy, strict=True)]
        for month, charge in zip(instance.months, site.demand_charge_per_kw, strict=True):
            highest = max(draw[interval] for interval in month.intervals)
            ledger[month.middle_day, Term.DEMAND_CHARGE, key] += charge * highest


def cash_flow_of(
    instance: Instance, ledger: Mapping[tuple[float, Term, str], float]
) -> dict[tuple[date, Term, str], Money]:
    """The payments of a ledger by date, with present values: amount·exp(-ln(1+r)·day/365)."""
    growth = math.log1p(instance.discount_rate) / 365
    flows: dict[tuple[date, Term, str], Money] = defaultdict(Money)
    for (day, term, site), amount in ledger.items():
        if amount:
            money = Money(amount, amount * math.exp(-growth * day))
            flows[paid_on(instance, day), term, site] += money
    return flows


def paid_on(instance: Instance, day: float) -> date:
    """The date of a day since the start."""
    return instance.start + timedelta(days=math.floor(day))
