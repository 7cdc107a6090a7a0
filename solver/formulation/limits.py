"""Limits on the spend: budgets by year and vendor shares.

Belongs here: nominal payments as terms, and the rows that bound them. Does not belong here: present
values (costs.py).
"""

from collections import defaultdict
from collections.abc import Iterator
from datetime import timedelta

from solver.families import Family
from solver.formulation.model import Model, Terms
from solver.formulation.places import SWITCHES, has_endpoints
from solver.formulation.purchases import ORDERED, QUANTITY, units_of, useful_tiers
from solver.instance.model import Option

Payment = tuple[int, str | None, int, float]
"""(calendar year, vendor, column, nominal money for one unit of it)."""


def add_limits(model: Model) -> None:
    """Payments of a calendar year, or of the whole horizon, stay within the budget; no vendor gets
    more than its share of all payments: spend[v] <= share·spend.
    """
    limits = model.instance.limits
    if not (limits.budget_by_year or limits.budget_total is not None or limits.vendor_share):
        return
    payments = list(_payments(model))
    scale = model.money_scale
    for year, budget in limits.budget_by_year:
        terms = [(column, money / scale) for y, _, column, money in payments if y == year]
        if terms:
            path = ("limits", "budget", year)
            model.at_most(Family.BUDGET, (year,), path, terms, budget / scale)
    if limits.budget_total is not None:
        terms = [(column, money / scale) for _, _, column, money in payments]
        model.at_most(Family.BUDGET, (), ("limits", "budget"), terms, limits.budget_total / scale)
    for vendor, share in limits.vendor_share:
        terms = [
            (column, money / scale * ((1.0 if v == vendor else 0.0) - share))
            for _, v, column, money in payments
        ]
        model.at_most(Family.VENDOR_SHARE, (vendor,), ("limits", "vendor_share", vendor), terms, 0)


def _payments(model: Model) -> Iterator[Payment]:
    """Nominal payments of purchases, extras, surcharges, fees, leases and fabrics."""
    for option in model.instance.options:
        yield from _lease(model, option) if option.until else _purchase(model, option)
    for (key, period, _), column in model.of(ORDERED).items():
        offer = model.instance.offer[str(key)]
        if offer.fixed_fee:
            year = model.instance.periods[int(period)].start.year
            yield year, offer.vendor, column, offer.fixed_fee
    yield from _fabrics(model)


def _purchase(model: Model, option: Option) -> Iterator[Payment]:
    offer = model.instance.offer[option.offer]
    for number, tier in enumerate(useful_tiers(offer)):
        price = option.unit_price * (1 - tier.off)
        whole = price * (1 + offer.extra_share + option.surcharge_fraction) + offer.extra_per_unit
        column = model.of(QUANTITY)[option.key, number]
        for day, share in option.payments:
            yield day.year, offer.vendor, column, whole * share


def _lease(model: Model, option: Option) -> Iterator[Payment]:
    instance, offer = model.instance, model.instance.offer[option.offer]
    hours: dict[int, float] = defaultdict(float)
    for interval, billed in option.lease_hours:
        middle = timedelta(days=int(instance.intervals[interval].middle_day))
        hours[(instance.start + middle).year] += billed
    for number, tier in enumerate(useful_tiers(offer)):
        column = model.of(QUANTITY)[option.key, number]
        for year, billed in sorted(hours.items()):
            yield year, offer.vendor, column, option.unit_price * (1 - tier.off) * billed


def _fabrics(model: Model) -> Iterator[Payment]:
    instance = model.instance
    for fabric in instance.fabrics:
        for line in fabric.lines:
            if line.switch:
                for period in instance.periods:
                    price, year = line.prices[period.index], period.start.year
                    now = model.of(SWITCHES)[fabric.key, line.name, period.index]
                    yield year, fabric.vendor, now, price
                    if period.index:
                        before = model.of(SWITCHES)[fabric.key, line.name, period.index - 1]
                        yield year, fabric.vendor, before, -price
                continue
            for option in instance.options:
                if option.site == fabric.site:
                    nics = fabric.nics_per_unit if has_endpoints(model, option.item) else 0
                    cards = instance.item[option.item].cards
                    parts = line.per_endpoint * nics + line.per_card * cards
                    money = parts * line.prices[option.period]
                    for column, _ in units_of(model, option):
                        yield option.delivered.year, fabric.vendor, column, money


__all__ = ["Terms", "add_limits"]
