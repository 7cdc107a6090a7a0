"""Order lines gathered into purchase orders: one for each vendor and delivery.

Belongs here: what a purchase order says, in figures. Does not belong here: how documents look
(order_markdown, order_docx), which of them there are (orders).
"""

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property

from reports.cases import only_in_case
from reports.export.rulings import Judged, judged, told_reason
from reports.export.words import file_name
from reports.export.worked import OrderLine, Worked
from reports.language import Language
from solver.plan import Term


@dataclass(frozen=True)
class Delivery:
    """What one vendor delivers, or begins to lease out, on one day.

    Its money is in cents that add up: what is printed of an order can be checked with a pencil.
    """

    number: int
    """Running number of the order in the plan, from 1, by day of delivery."""
    vendor: str
    """Empty where the problem names none."""
    delivered: date
    lines: tuple[OrderLine, ...]
    total: float
    """All that it costs, in cents of which those of all orders add up to the bill's."""
    worked: Worked

    @property
    def file(self) -> str:
        """The name of its files, without the ending; no two orders share one."""
        return f"{self.number:04}-{self.delivered}-{file_name(self.vendor or 'open')}"

    @property
    def reference(self) -> str:
        """What it is called: the plan it comes from and its number."""
        return f"RM-{self.worked.case.loaded.sha256[:8]}-{self.number:04}"

    @property
    def order_by(self) -> date:
        """The day by which the first of its lines has to be ordered."""
        return min(line.row.ordered for line in self.lines)

    @property
    def sites(self) -> Mapping[str, str]:
        """Delivery sites with their country of destination; empty where none is known."""
        return {each.site: each.destination for each in self.rulings}

    @cached_property
    def rulings(self) -> tuple[Judged, ...]:
        """What the export rules say of its lines."""
        return judged(self.worked, self.lines)

    @cached_property
    def charges(self) -> tuple[tuple[str, float], ...]:
        """What its total is made of: names in English, amounts."""
        charges = (
            ("Goods", sum(x.row.amount for x in self.lines if x.term is not Term.LEASE)),
            ("Leases", sum(x.row.amount for x in self.lines if x.term is Term.LEASE)),
            ("Extras", sum(x.extras for x in self.lines)),
            ("Surcharge", sum(x.surcharge for x in self.lines)),
            ("Fee", sum(x.fee for x in self.lines)),
        )
        found = [(name, amount) for name, amount in charges if amount]
        amounts = in_cents([amount for _, amount in found], self.total)
        return tuple((name, amount) for (name, _), amount in zip(found, amounts, strict=True))

    @cached_property
    def amounts(self) -> tuple[float, ...]:
        """Of each line, extras, surcharge and fee apart; they add up to goods and leases."""
        charged, amounts = dict(self.charges), [0.0] * len(self.lines)
        for name, leased in (("Goods", False), ("Leases", True)):
            found = [n for n, x in enumerate(self.lines) if (x.term is Term.LEASE) is leased]
            exact = [self.lines[n].row.amount for n in found]
            for n, amount in zip(found, in_cents(exact, charged.get(name, 0.0)), strict=True):
                amounts[n] = amount
        return tuple(amounts)

    @property
    def payments(self) -> tuple[tuple[date, float], ...]:
        """Days and amounts; leases, which are paid by the hour, are not among them."""
        return self._paid[0]

    @property
    def leased(self) -> float:
        """What is paid by the hour, fees included."""
        return self._paid[1]

    @cached_property
    def _paid(self) -> tuple[tuple[tuple[date, float], ...], float]:
        paid: dict[date, float] = defaultdict(float)
        for line in self.lines:
            for day, amount in line.payments:
                paid[day] += amount
        days = sorted(paid)
        leased = math.fsum(line.total for line in self.lines if line.term is Term.LEASE)
        *amounts, hourly = in_cents([*(paid[day] for day in days), leased], self.total)
        return tuple(zip(days, amounts, strict=True)), hourly


def in_cents(amounts: Sequence[float], total: float | None = None) -> list[float]:
    """Amounts in whole cents that add up to `total`, by default to their sum in whole cents.

    Each is its amount rounded up or down; those that lack least to the next cent are rounded up.

    >>> in_cents([0.333, 0.333, 0.334]), in_cents([0.005, 0.005], 0.01), in_cents([1.5, 2.0])
    ([0.33, 0.33, 0.34], [0.01, 0.0], [1.5, 2.0])
    """
    # Beyond a hundredth of a cent there is only the noise of floating point.
    exact = [round(100 * amount, 2) for amount in amounts]
    whole = [math.floor(cents) for cents in exact]
    missing = round(100 * (math.fsum(amounts) if total is None else total)) - sum(whole)
    nearest = sorted(range(len(exact)), key=lambda n: (whole[n] - exact[n], n))
    for n in nearest[: max(0, missing)]:
        whole[n] += 1
    return [cents / 100 for cents in whole]


def deliveries(worked: Worked) -> tuple[Delivery, ...]:
    """The purchase orders of a plan, by day of delivery and vendor."""
    groups: dict[tuple[date, str], list[OrderLine]] = defaultdict(list)
    for line in worked.lines:
        groups[line.row.delivered, line.row.vendor or ""].append(line)
    found = sorted(groups.items())
    totals = in_cents([math.fsum(line.total for line in lines) for _, lines in found])
    return tuple(
        Delivery(number, vendor, day, tuple(lines), total, worked)
        for number, (((day, vendor), lines), total) in enumerate(
            zip(found, totals, strict=True), start=1
        )
    )


def money(amount: float, currency: str) -> str:
    """An amount as documents write it, to the cent.

    >>> money(1234567.891, "CNY"), money(-0.5, "USD")
    ('1,234,567.89 CNY', '-0.50 USD')
    """
    return f"{amount:,.2f} {currency}"


def quantity(number: float) -> str:
    """A number of things, whole where it is.

    >>> quantity(1200.0), quantity(1.5)
    ('1,200', '1.5')
    """
    return f"{number:,.0f}" if abs(number - round(number)) < 1e-9 else f"{number:,.4g}"


def unit_price(line: OrderLine) -> str:
    """A price of one unit with the decimals that it takes to work out the line's amount again."""
    row = line.row
    units = row.quantity * (1 - row.discount) * line.hours
    for decimals in range(2, MOST_DECIMALS):
        if abs(round(row.unit_price, decimals) * units - row.amount) < 0.005:
            return f"{row.unit_price:,.{decimals}f}"
    return f"{row.unit_price:,.{MOST_DECIMALS}f}"


MOST_DECIMALS = 8
"""Of a unit price."""
LINE_TITLES = (
    *("No.", "Offer", "Item", "Delivery site", "Order by", "Last day of lease"),
    *("Units", "Cards", "Unit price", "Discount", "Amount"),
)
"""Columns of the lines of an order."""
FIGURES_FROM = 6
"""The first of these columns that holds figures."""


def line_cells(order: Delivery, say: Language) -> list[tuple[str, ...]]:
    """The lines of an order as texts, under LINE_TITLES; lines of no lease have no end."""
    currency, cells = order.worked.plan.currency, list[tuple[str, ...]]()
    for number, (line, amount) in enumerate(zip(order.lines, order.amounts, strict=True), start=1):
        row = line.row
        price = f"{unit_price(line)} {currency}"
        if row.lease:
            hourly = {"price": unit_price(line), "hours": quantity(line.hours)}
            price = say.text("{price} {currency}/h for {hours} h", currency=currency, **hourly)
        item = f"{row.item} ({row.box})" if row.box and row.box != row.item else row.item
        until = say.date(row.until - timedelta(days=1)) if row.until else ""
        counts = (quantity(row.quantity), quantity(row.cards) if row.cards else "")
        off = f"{row.discount * 100:.4g} %" if row.discount else ""
        what = (str(number), row.offer, item, row.site, say.date(row.ordered), until)
        cells.append((*what, *counts, price, off, money(amount, currency)))
    return cells


RULE_TITLES = (
    *("Item", "Card", "Destination", "TPP", "Performance density", "I/O sum (GB/s)"),
    *("Status", "Rule", "Reason"),
)
"""Columns of the statement on export classification."""


def rule_cells(order: Delivery, say: Language) -> list[tuple[str, ...]]:
    """What the export rules say of the items of an order, under RULE_TITLES."""
    cells = []
    for each in order.rulings:
        card = each.card
        figures = (card.tpp, card.performance_density, card.io_gb_per_s) if card else (None,) * 3
        told = tuple(
            "" if figure is None else f"{figure:,.4g}" if figure < 1e4 else f"{figure:,.0f}"
            for figure in figures
        )
        what = (each.item, card.id if card else "", each.destination)
        cells.append((*what, *told, say.text(each.status), each.rule, told_reason(each, say)))
    # The same item for several sites of a country says the same of it.
    return list(dict.fromkeys(cells))


BLANKS = (
    "ECCN or other classification (vendor)",
    "Licence or licence exception, number (vendor)",
    "Ultimate consignee",
    "End user",
    "End use",
    "Date and signature, vendor",
    "Date and signature, buyer",
)
"""Fields that people fill in."""
NOTE = (
    "The figures are those of the catalogue on which the plan rests; the classification of the "
    "goods is the vendor's to state."
)
MADE = (
    "Draft made from a verified plan; prices and dates are the plan's and bind nobody until signed."
)


def head_cells(order: Delivery, say: Language) -> list[tuple[str, str]]:
    """Who, what, when and where: names and values."""
    sites = ", ".join(f"{site} ({to})" if to else site for site, to in order.sites.items())
    problem = order.worked.case.problem
    only = only_in_case(order.worked.plan, order.delivered, say)
    return [
        (say.text("Reference"), order.reference),
        (say.text("Vendor"), order.vendor or say.text("not named")),
        (say.text("Order by"), say.date(order.order_by)),
        (say.text("Delivery"), say.date(order.delivered)),
        (say.text("Delivery site"), sites),
        (
            say.text("Headquarters of the buyer"),
            problem.buyer.headquarters or say.text("not named"),
        ),
        (say.text("Plan"), str(problem.title) or say.text("A plan of rackmix")),
        *([(say.text("Condition"), only)] if only else []),
    ]


def total_cells(order: Delivery, say: Language) -> list[tuple[str, str]]:
    """The charges and their total: names and amounts."""
    currency = order.worked.plan.currency
    charges = [(say.text(name), money(amount, currency)) for name, amount in order.charges]
    return [*charges, (say.text("Total"), money(order.total, currency))]


def payment_cells(order: Delivery, say: Language) -> list[tuple[str, str]]:
    """When it is paid: days and amounts, and what is paid by the hour."""
    currency = order.worked.plan.currency
    paid = [(say.date(day), money(amount, currency)) for day, amount in order.payments]
    if order.leased:
        paid.append((say.text("in the course of the leases"), money(order.leased, currency)))
    return paid
