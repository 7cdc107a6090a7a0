"""The sheets of orders: every line with its price, and their sums by quarter, vendor and site.

Belongs here: quantities, prices, dates and amounts of orders. Does not belong here: when they are
paid (money).
"""

from collections.abc import Sequence
from itertools import groupby

from reports.export.sheets.book import Book, Cell, Column, Formula, Placed
from reports.export.worked import OrderLine, Worked

GROUP, CARDS, AMOUNT, EXTRAS, SURCHARGE, FEE, TOTAL = 0, 10, 14, 15, 16, 17, 18
TERM = 8
"""Places of columns that other sheets look at."""


def add_orders(book: Book, worked: Worked) -> Placed:
    """Every order line, by quarter, vendor and site."""
    sheet = book.sheet("Orders")
    columns = [
        Column(book.say("Group"), "year"),
        Column(book.say("Quarter"), "text"),
        Column(book.say("Vendor"), "text"),
        Column(book.say("Site"), "text"),
        Column(book.say("Offer"), "text"),
        Column(book.say("Item"), "text"),
        Column(book.say("Kind"), "text"),
        Column(book.say("In box"), "text"),
        Column(book.say("Term of the bill"), "text"),
        Column(book.say("Quantity"), "count"),
        Column(book.say("Cards"), "count"),
        Column(book.say("Unit price"), "price"),
        Column(book.say("Discount"), "fine"),
        Column(book.say("Hours billed (leases)"), "count"),
        Column(book.say("Amount"), "money", total=True),
        Column(book.say("Extras"), "money", total=True),
        Column(book.say("Surcharge"), "money", total=True),
        Column(book.say("Fee"), "money", total=True),
        Column(book.say("Line total"), "money", total=True),
        Column(book.say("Order by"), "date"),
        Column(book.say("Lead time (days)"), "whole"),
        Column(book.say("Delivery"), "date"),
        Column(book.say("Lease until"), "date"),
    ]
    rows, lines = [], worked.lines
    for number, (_, group) in enumerate(groupby(lines, key=_group), start=1):
        rows += [(number, line) for line in group]
    totals = [
        sum(line.row.amount for line in lines),
        sum(line.extras for line in lines),
        sum(line.surcharge for line in lines),
        sum(line.fee for line in lines),
        sum(line.total for line in lines),
    ]
    cells = [_cells(book, number, line, at) for at, (number, line) in enumerate(rows, start=2)]
    return book.table(sheet, 0, columns, cells, frozen=6, totals=totals)


def _group(line: OrderLine) -> tuple[str, str, str]:
    return line.quarter, line.row.vendor or "", line.row.site


def _cells(book: Book, group: int, line: OrderLine, at: int) -> Sequence[Cell]:
    """The cells of a line in the spreadsheet's row `at`."""
    row = line.row
    return (
        group,
        line.quarter,
        row.vendor or book.say("not named"),
        row.site,
        row.offer,
        row.item,
        book.say(f"{row.kind}, leased") if row.lease else book.say(row.kind),
        row.box,
        term_name(book, line.term),
        row.quantity,
        row.cards,
        row.unit_price,
        row.discount,
        line.hours if row.lease else None,
        # Hours are empty for purchases, which a product must not take for nothing.
        Formula(f"=J{at}*L{at}*(1-M{at})*IF(ISBLANK(N{at}),1,N{at})", row.amount),
        line.extras,
        line.surcharge,
        line.fee,
        Formula(f"=SUM(O{at}:R{at})", line.total),
        Formula(f"=V{at}-U{at}", _serial(row.ordered)),
        (row.delivered - row.ordered).days,
        row.delivered,
        row.until,
    )


def term_name(book: Book, term: str) -> str:
    """A term of the bill as the workbook writes it."""
    return book.say(str(term).replace("_", " "))


def _serial(day: object) -> float:
    """A day as spreadsheets count it: days since the end of 1899."""
    from datetime import date

    assert isinstance(day, date)
    return (day - date(1899, 12, 30)).days


def add_schedule(book: Book, worked: Worked, orders: Placed) -> Placed:
    """Sums of the orders by quarter, vendor and site, live from the sheet of orders."""
    sheet = book.sheet("Order schedule")
    columns = [
        Column(book.say("Group"), "year"),
        Column(book.say("Quarter"), "text"),
        Column(book.say("Vendor"), "text"),
        Column(book.say("Site"), "text"),
        Column(book.say("First order by"), "date"),
        Column(book.say("First delivery"), "date"),
        Column(book.say("Order lines"), "whole", total=True),
        Column(book.say("Cards"), "count"),
        Column(book.say("Amount"), "money", total=True),
        Column(book.say("Line total"), "money", total=True),
    ]
    group, rows = orders.range(GROUP), []
    for number, (key, each) in enumerate(groupby(worked.lines, key=_group), start=1):
        lines, at = list(each), number + 1
        cards = sum(line.row.cards for line in lines)
        amount = sum(line.row.amount for line in lines)
        total = sum(line.total for line in lines)
        rows.append(
            (
                number,
                key[0],
                key[1] or book.say("not named"),
                key[2],
                min(line.row.ordered for line in lines),
                min(line.row.delivered for line in lines),
                len(lines),
                Formula(f"=SUMIFS({orders.range(CARDS)},{group},A{at})", cards),
                Formula(f"=SUMIFS({orders.range(AMOUNT)},{group},A{at})", amount),
                Formula(f"=SUMIFS({orders.range(TOTAL)},{group},A{at})", total),
            )
        )
    lines = list(worked.lines)
    totals = (len(lines), sum(x.row.amount for x in lines), sum(x.total for x in lines))
    return book.table(sheet, 0, columns, rows, frozen=4, totals=totals)
