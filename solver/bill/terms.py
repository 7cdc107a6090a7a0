"""The payments of every cost term, one function for each group of terms.

Belongs here: who is paid how much on which day, nominal. Does not belong here: present values and
their sums (settle), what is drawn (draw).
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from solver.bill.decisions import Order, Part
from solver.bill.draw import Draw
from solver.finance import residual_fraction
from solver.instance.model import Instance, Kind
from solver.plan import Term

HOURS_PER_YEAR = 8760.0
CAPITAL = {Kind.CARD: Term.CARDS, Kind.NODE: Term.NODES, Kind.HOST: Term.HOSTS}


class Payment(NamedTuple):
    """Money paid for a term at a site; `day` counts from the start and may have a fraction."""

    day: float
    term: Term
    site: str
    amount: float


def capital(instance: Instance, lines: tuple[Order, ...]) -> Iterator[Payment]:
    """Price, extras and surcharge of purchases, by their payment terms.

    With price P = q·unit_price·(1-f): share·P, share·(extra_share·P + extra_per_unit·q) and
    share·surcharge_fraction·P on each date.
    """
    for line in lines:
        option, offer = line.option, line.offer
        extras = offer.extra_share * line.price + offer.extra_per_unit * line.units
        surcharge = option.surcharge_fraction * line.price
        for date, share in option.payments:
            day = (date - instance.start).days
            yield Payment(day, CAPITAL[offer.kind], option.site, share * line.price)
            yield Payment(day, Term.EXTRAS, option.site, share * extras)
            yield Payment(day, Term.SURCHARGE, option.site, share * surcharge)


def fees(instance: Instance, lines: tuple[Order, ...]) -> Iterator[Payment]:
    """The fixed fee of every period with a delivery, on that day; by sites as the units are."""
    for line in lines:
        day = (line.option.delivered - instance.start).days
        yield Payment(day, Term.FEES, line.option.site, line.offer.fixed_fee * line.share)


def leases(instance: Instance, lines: tuple[Order, ...]) -> Iterator[Payment]:
    """Hours of a lease times its hourly price, at the middle of each interval."""
    for line in lines:
        for interval, hours in line.option.lease_hours:
            day = instance.intervals[interval].middle_day
            yield Payment(day, Term.LEASE, line.option.site, line.price * hours)


def fabric(instance: Instance, bought: tuple[Part, ...]) -> Iterator[Payment]:
    """Parts of fabrics, on delivery."""
    for part in bought:
        day = instance.periods[part.period].start_day
        yield Payment(day, Term.FABRIC, part.fabric.site, part.price)


def maintenance(
    instance: Instance, lines: tuple[Order, ...], bought: tuple[Part, ...]
) -> Iterator[Payment]:
    """A yearly fraction of the price of what was bought and is in use: m·P·hours/8760."""
    share = [instance.maintenance_fraction * i.hours / HOURS_PER_YEAR for i in instance.intervals]
    cost: dict[tuple[str, int], float] = defaultdict(float)
    for line in lines:
        option, price = line.option, line.price
        if option.until is None:
            for n in range(option.first, option.last):
                cost[option.site, n] += price * share[n]
    for part in bought:
        for i in instance.intervals:
            if i.period >= part.period:
                cost[part.fabric.site, i.index] += part.price * share[i.index]
    for (site, n), amount in cost.items():
        yield Payment(instance.intervals[n].middle_day, Term.MAINTENANCE, site, amount)


def residual_value(
    instance: Instance, lines: tuple[Order, ...], bought: tuple[Part, ...]
) -> Iterator[Payment]:
    """What is left at the end of what was bought and is still in use: -P·max(0, 1 - age/life)."""
    end, life = instance.days, instance.residual_life_days
    for line in lines:
        if line.option.until is None and line.option.last == len(instance.intervals):
            age = end - (line.option.delivered - instance.start).days
            left = -line.price * residual_fraction(age, life)
            yield Payment(end, Term.RESIDUAL_VALUE, line.option.site, left)
    for part in bought:
        left = -part.price * residual_fraction(end - instance.periods[part.period].start_day, life)
        yield Payment(end, Term.RESIDUAL_VALUE, part.fabric.site, left)


def running(instance: Instance, drawn: Mapping[str, Draw]) -> Iterator[Payment]:
    """Electricity, space and carbon of every interval, at its middle.

    Electricity kWh·price, space load_kw·months·rent, carbon kWh·kg_per_kWh·price_per_kg.
    """
    for site_key, draw in drawn.items():
        site = instance.site[site_key]
        for i in instance.intervals:
            n, day = i.index, i.middle_day
            carbon_per_kwh = site.carbon_kg_per_kwh[n] * site.carbon_price_per_kg[n]
            space = draw.load_kw[n] * i.months * site.space_per_kw_month[n]
            yield Payment(day, Term.ELECTRICITY, site_key, draw.kwh[n] * site.price_per_kwh[n])
            yield Payment(day, Term.SPACE, site_key, space)
            yield Payment(day, Term.CARBON, site_key, draw.kwh[n] * carbon_per_kwh)


def demand_charge(instance: Instance, drawn: Mapping[str, Draw]) -> Iterator[Payment]:
    """Each month's highest metered draw of an interval times the charge, at the month's middle."""
    for site_key, draw in drawn.items():
        charges = instance.site[site_key].demand_charge_per_kw
        for month, charge in zip(instance.months, charges, strict=True):
            highest = max(draw.kwh[i] / instance.intervals[i].hours for i in month.intervals)
            yield Payment(month.middle_day, Term.DEMAND_CHARGE, site_key, highest * charge)
