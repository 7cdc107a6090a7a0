"""What a plan comes to: orders, bill, energy and exclusions, added up for a reader.

Belongs here: sums, means and groups of the rows of a plan, so that every figure of a report can be
worked out again from the plan file. Does not belong here: what runs where and when (running.py),
how figures are written, layout.
"""

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import TypeAdapter

from problems.quantities import PowerSteps, Steps, parse_fraction
from problems.schema.problem import Limits
from problems.units import UnitContext
from solver.plan import ExcludedRow, PeriodRow, Plan, PurchaseRow, Term

FABRIC = "fabric"
"""The kind of a purchase that is a part of a fabric."""
LINES = ("leaf", "spine", "core", "nic", "cable", "card")
"""The lines of a fabric, from the switches outwards."""


@dataclass(frozen=True, slots=True)
class OfferTotal:
    """Everything ordered of one offer, or of one line of a fabric."""

    offer: str
    item: str
    kind: str
    vendor: str | None
    line: str
    """The line of a fabric; empty for others."""
    quantity: float
    """Units bought; of a lease the most at once."""
    cards: float
    """In those units."""
    unit_price: float
    """After discount, the mean over all units; for leases per hour, over all hours."""
    one_price: bool
    """Whether every unit costs that."""
    amount: float

    @property
    def article(self) -> str:
        """The item, with the line of a fabric where its name does not tell it."""
        return self.item if self.line in self.item else f"{self.item} ({self.line})"


def dearest_items(
    rows: Iterable[PurchaseRow], most: int
) -> tuple[list[tuple[str, str, list[PurchaseRow]]], int]:
    """Item, kind and rows of what costs most, and how many items are left unnamed.

    Up to ``most`` items are all named; of more, one fewer, so that "others" has the last place.
    """
    groups: dict[tuple[str, str], list[PurchaseRow]] = defaultdict(list)
    for row in rows:
        groups[row.item, row.kind].append(row)
    dearest = sorted(groups.items(), key=lambda group: -math.fsum(r.amount for r in group[1]))
    shown = dearest if len(dearest) <= most else dearest[: most - 1]
    return [(item, kind, group) for (item, kind), group in shown], len(dearest) - len(shown)


def cards_of(plan: Plan, rows: Sequence[PurchaseRow]) -> float:
    """Cards bought, or of leases the most at once."""
    if not rows or not rows[0].lease:
        return math.fsum(row.cards for row in rows)
    held = [0.0] * len(plan.periods)
    for row in rows:
        each = row.cards / row.quantity if row.quantity else 0.0
        for number, units in enumerate(units_held(plan, [row])):
            held[number] += units * each
    return max(held, default=0.0)


def machines(plan: Plan) -> list[PurchaseRow]:
    """Cards, nodes and hosts bought."""
    return [row for row in plan.purchases if not row.lease and row.kind != FABRIC]


def leases(plan: Plan) -> list[PurchaseRow]:
    """What is leased."""
    return [row for row in plan.purchases if row.lease]


def fabric_parts(plan: Plan) -> list[PurchaseRow]:
    """Parts of fabrics, by period and fabric in the order of their lines."""
    rows = [row for row in plan.purchases if row.kind == FABRIC]
    return sorted(rows, key=lambda row: (row.delivered, row.offer, line_rank(row.box or "")))


def line_rank(line: str) -> int:
    """The place of a line of a fabric; what is none of them comes last."""
    return LINES.index(line) if line in LINES else len(LINES)


def offer_totals(plan: Plan, rows: Iterable[PurchaseRow]) -> list[OfferTotal]:
    """Orders added up by offer, in the order in which they first appear."""
    groups: dict[tuple[str, ...], list[PurchaseRow]] = defaultdict(list)
    for row in rows:
        groups[row.offer, row.item, (row.box or "") if row.kind == FABRIC else ""].append(row)
    return [_total(plan, group, line) for (_, _, line), group in groups.items()]


def _total(plan: Plan, rows: Sequence[PurchaseRow], line: str) -> OfferTotal:
    first = rows[0]
    prices = [net_price(row) for row in rows]
    amount = math.fsum(row.amount for row in rows)
    # Units bought, or units times the hours they are leased.
    priced = math.fsum(row.amount / price for row, price in zip(rows, prices, strict=True) if price)
    units = math.fsum(row.quantity for row in rows)
    quantity = most_at_once(plan, rows) if first.lease else units
    return OfferTotal(
        offer=first.offer,
        item=first.item,
        kind=first.kind,
        vendor=first.vendor,
        line=line,
        quantity=quantity,
        cards=quantity * first.cards / first.quantity if first.quantity else 0.0,
        unit_price=amount / priced if priced else 0.0,
        one_price=max(prices) - min(prices) <= 1e-9 * max(map(abs, prices)),
        amount=amount,
    )


def net_price(row: PurchaseRow) -> float:
    """The price of a unit after discount; per hour for leases."""
    return row.unit_price * (1 - row.discount)


def most_at_once(plan: Plan, rows: Iterable[PurchaseRow]) -> float:
    """The most units leased at the same time."""
    return max(units_held(plan, rows), default=0.0)


def units_held(plan: Plan, rows: Iterable[PurchaseRow]) -> list[float]:
    """Units leased in each period."""
    held = [0.0] * len(plan.periods)
    for row in rows:
        for number, period in enumerate(plan.periods):
            # A lease by the hour ends on the day on which it begins.
            before_end = row.until is None or period.start < row.until
            if row.delivered == period.start or (row.delivered < period.start and before_end):
                held[number] += row.quantity
    return held


def card_of_item(plan: Plan) -> dict[str, str]:
    """The accelerator in every node that the plan's facts describe."""
    return {node["id"]: node["card"] for node in plan.facts.get("nodes", [])}


def rule_of(plan: Plan, name: str) -> Mapping[str, Any]:
    """The row of an export rule; empty for what is none, such as a cap of the buyer's own."""
    rules: dict[str, Mapping[str, Any]] = {
        rule["id"]: rule for rule in plan.facts.get("export_rules", [])
    }
    return rules.get(name, {})


def hosted_sites(plan: Plan) -> set[str]:
    """Places of vendors: what a vendor hosts stands at a site of its offer's name."""
    return {row.site for row in plan.purchases if row.lease and row.site == row.offer}


def working_fractions(plan: Plan) -> tuple[float, float] | None:
    """The spares and the availability of a plan's problem; None where it states neither."""
    units = UnitContext.from_tree(plan.problem)
    given = [plan.problem.get(name) for name in ("spares", "availability")]
    if given == [None, None]:
        return None
    spares, availability = given
    return (
        0.0 if spares is None else parse_fraction(spares, units),
        1.0 if availability is None else parse_fraction(availability, units),
    )


def cards_ordered(plan: Plan) -> set[str]:
    """Types of card that are bought or leased, alone or in nodes."""
    card_of = card_of_item(plan)
    return {card_of.get(row.item, row.item) for row in plan.purchases if row.kind != FABRIC}


def is_discounted(plan: Plan) -> bool:
    """Whether any payment counts for less than its amount."""
    return any(row.amount != row.present_value for row in plan.bill)


def amount_of(plan: Plan, term: Term) -> float:
    """The nominal amount of a term of the bill; 0 where it has none."""
    return math.fsum(row.amount for row in plan.bill if row.term is term)


def present_value_of(plan: Plan, term: Term) -> float:
    """The present value of a term of the bill; 0 where it has none."""
    return math.fsum(row.present_value for row in plan.bill if row.term is term)


RUNNING = (Term.ELECTRICITY, Term.DEMAND_CHARGE, Term.MAINTENANCE, Term.SPACE, Term.CARBON)
"""Terms paid for running machines, not for getting them."""


def payments_by_year(plan: Plan) -> list[tuple[int, float, float]]:
    """Calendar year, payments for purchases and leases, running costs: nominal, without the
    residual value, which nobody pays. The former are what budgets limit.
    """
    spent: dict[int, float] = defaultdict(float)
    running: dict[int, float] = defaultdict(float)
    for row in plan.cash_flow:
        if row.term is not Term.RESIDUAL_VALUE:
            (running if row.term in RUNNING else spent)[row.date.year] += row.amount
    return [(year, spent[year], running[year]) for year in sorted({*spent, *running})]


def budgets(plan: Plan) -> tuple[dict[int, float], float | None]:
    """The budgets of calendar years, and the one for the horizon; empty and None without."""
    block = plan.problem.get("limits") or {}
    units = UnitContext.from_tree(plan.problem)
    given = TypeAdapter(Limits).validate_python(block, context=units).budget
    return (given, None) if isinstance(given, dict) else ({}, given)


@dataclass(frozen=True, slots=True)
class CapShare:
    """The highest draw of a period beside its cap."""

    period: str
    fraction: float
    """The draw over the cap."""
    cap_kw: float
    """The least cap of the period."""


@dataclass(frozen=True, slots=True)
class SiteEnergy:
    """The electricity of a site over the horizon."""

    site: str
    kwh: float
    cost: float
    """Of the energy, without demand charge."""
    peak_kw: float
    """The highest draw of an interval."""
    peak_period: str
    closest: CapShare | None
    """Where the draw comes closest to the cap; None without a cap."""


def energy_by_site(plan: Plan) -> list[SiteEnergy]:
    """Energy, cost and peak of every site that has any."""
    found = []
    for site in dict.fromkeys(row.site for row in plan.energy):
        rows = [row for row in plan.energy if row.site == site]
        peak = max(rows, key=lambda row: row.peak_kw)
        kwh = math.fsum(row.kwh for row in rows)
        cost = math.fsum(row.cost for row in rows)
        closest = _closest_to_cap(plan, site)
        found.append(SiteEnergy(site, kwh, cost, peak.peak_kw, peak.period, closest))
    return found


def _closest_to_cap(plan: Plan, site: str) -> CapShare | None:
    shares = [share for share in cap_shares(plan, site) if share is not None]
    return max(shares, key=lambda share: share.fraction, default=None)


def cap_shares(plan: Plan, site: str) -> list[CapShare | None]:
    """The highest draw of a site beside its cap, by period; None without energy or a cap."""
    peaks = {row.period: row.peak_kw for row in plan.energy if row.site == site}
    caps = _power_caps(plan, site)
    # Under a cap of 0 nothing draws power: there is no share to speak of.
    return [
        CapShare(period.id, peaks[period.id] / cap, cap)
        if period.id in peaks and (cap := _least(caps, period))
        else None
        for period in plan.periods
    ]


def _power_caps(plan: Plan, site: str) -> Steps[float] | None:
    block = (plan.problem.get("sites") or {}).get(site) or {}
    if block.get("power_cap") is None:
        return None
    units = UnitContext.from_tree(plan.problem)
    caps: Steps[float] = TypeAdapter(PowerSteps).validate_python(block["power_cap"], context=units)
    return caps


def _least(caps: Steps[float] | None, period: PeriodRow) -> float | None:
    if caps is None:
        return None
    days = [period.start, *(day for day in caps.dates if period.start < day <= period.end)]
    return min((cap for day in days if (cap := caps.at(day)) is not None), default=None)


@dataclass(frozen=True, slots=True)
class Exclusion:
    """What a rule keeps away for one reason."""

    rule: str
    reason: str
    items: tuple[str, ...]
    sites: tuple[str, ...]


def exclusions(rows: Iterable[ExcludedRow]) -> list[Exclusion]:
    """Exclusions by rule, the same reason said once for all items and sites it keeps apart."""
    sites: dict[tuple[str, str, str], dict[str, None]] = defaultdict(dict)
    for row in rows:
        sites[row.rule, row.reason, row.item].setdefault(row.site)
    items: dict[tuple[str, str, tuple[str, ...]], list[str]] = defaultdict(list)
    for (rule, reason, item), where in sites.items():
        items[rule, reason, tuple(where)].append(item)
    return [
        Exclusion(rule, reason, tuple(names), where)
        for (rule, reason, where), names in sorted(items.items(), key=lambda entry: entry[0][0])
    ]
