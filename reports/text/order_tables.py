"""The tables of orders, leases and parts of fabrics.

Belongs here: their columns, and which of them may be missing where it is narrow. Does not belong
here: sums (figures.py), the words around a table (orders.py).
"""

import math
from collections import defaultdict
from collections.abc import Iterator, Sequence

from reports.figures import OfferTotal, line_rank, net_price
from reports.numbers import count, money_column, unit_price
from reports.tables import Column, Kind, Row, Table
from reports.text.page import clean, table
from solver.plan import PurchaseRow

MEAN = "~"
"""Marks a unit price that is the mean of several."""


def totals_table(totals: Sequence[OfferTotal], lease: bool) -> Table:
    """Offers with what is taken of each in all."""
    amounts = [total.amount for total in totals]
    texts, unit = money_column([*amounts, math.fsum(amounts)])
    columns = (
        Column("offer", name=True, sparse=True),
        Column("item", name=True),
        Column("vendor", name=True, spare=3),
        Column("units", right=True),
        Column("cards", right=True, spare=1),
        Column("per hour" if lease else "unit price", right=True, spare=2),
        amount_column(unit),
    )
    rows = [Row((*_total_cells(t), text)) for t, text in zip(totals, texts, strict=False)]
    if len(rows) > 1:
        # Leases of several offers reach their most at different times: they do not add up.
        cards = "" if lease else count(math.fsum(total.cards for total in totals))
        rows.append(Row(("total", "", "", "", cards, "", texts[-1]), Kind.TOTAL))
    return table(columns, rows)


def _total_cells(total: OfferTotal) -> tuple[str, ...]:
    price = ("" if total.one_price else MEAN) + unit_price(total.unit_price)
    return (
        total.offer,
        total.article,
        total.vendor or "",
        count(total.quantity),
        count(total.cards) if total.cards else "",
        price,
    )


def order_table(rows: Sequence[PurchaseRow]) -> Table:
    """Orders of machines, one line for each."""
    columns = (
        Column("period", sparse=True),
        Column("order by", sparse=True),
        Column("site", name=True),
        Column("offer", name=True),
        Column("item", name=True, spare=6, said=True),
        Column("vendor", name=True, spare=5, said=True),
        Column("in", name=True, spare=4),
        Column("units", right=True),
        Column("cards", right=True, spare=3, said=True),
        Column("off", right=True, spare=2),
        Column("unit price", right=True, spare=1),
    )
    # Where all cards go into the same boxes, the boxes need no mention.
    boxes = {row.box for row in rows if row.kind == "card"}
    cells = [
        (
            row.period,
            f"{row.ordered}",
            row.site,
            row.offer,
            row.item,
            row.vendor or "",
            (row.box or "") if len(boxes) > 1 else "",
            *_figures(row),
        )
        for row in rows
    ]
    return _with_amounts(columns, rows, cells)


def lease_table(rows: Sequence[PurchaseRow]) -> Table:
    """Leases, one line for each."""
    columns = (
        Column("from", sparse=True),
        Column("until", sparse=True),
        Column("order by"),
        Column("site", name=True),
        Column("offer", name=True),
        Column("units", right=True),
        Column("cards", right=True, spare=3, said=True),
        Column("off", right=True, spare=2),
        Column("per hour", right=True, spare=1),
    )
    cells = [
        (
            f"{row.delivered}",
            f"{row.until}",
            "" if row.ordered == row.delivered else f"{row.ordered}",
            # What its vendor hosts stands at a site of the offer's name.
            "" if row.site == row.offer else row.site,
            row.offer,
            *_figures(row),
        )
        for row in rows
    ]
    return _with_amounts(columns, rows, cells)


def _figures(row: PurchaseRow) -> tuple[str, str, str, str]:
    """Units, cards, discount, price of a unit after discount."""
    return (
        count(row.quantity),
        count(row.cards) if row.cards else "",
        f"{count(row.discount * 100)} %" if row.discount else "",
        unit_price(net_price(row)),
    )


def _with_amounts(
    columns: Sequence[Column], rows: Sequence[PurchaseRow], cells: Sequence[tuple[str, ...]]
) -> Table:
    """Purchases and their amounts, a subtotal for every period with several, and a total.

    Columns that no row fills are left out.
    """
    groups: dict[str, list[int]] = defaultdict(list)
    for number, row in enumerate(rows):
        groups[row.period].append(number)
    sums = [math.fsum(rows[number].amount for number in group) for group in groups.values()]
    texts, unit = money_column([*(row.amount for row in rows), *sums, math.fsum(sums)])
    kept = [n for n in range(len(columns)) if any(line[n] for line in cells)]
    blanks = ("",) * (len(kept) - 1)

    def lines() -> Iterator[Row]:
        for group, subtotal in zip(groups.values(), texts[len(rows) : -1], strict=True):
            for number in group:
                yield Row((*(cells[number][n] for n in kept), texts[number]))
            if len(group) > 1 and len(groups) > 1:
                yield Row(("subtotal", *blanks, subtotal), Kind.SUBTOTAL)
        if len(rows) > 1:
            yield Row(("total", *blanks, texts[-1]), Kind.TOTAL)

    return table([*(columns[n] for n in kept), amount_column(unit)], lines())


def fabric_table(rows: Sequence[PurchaseRow]) -> Table:
    """How many of which part are bought in each period."""
    names = sorted({row.box or row.item for row in rows}, key=line_rank)
    groups: dict[tuple[str, str], list[PurchaseRow]] = defaultdict(list)
    for row in rows:
        groups[row.period, row.offer].append(row)
    sums = [math.fsum(row.amount for row in parts) for parts in groups.values()]
    texts, unit = money_column([*sums, math.fsum(sums)])
    lines = []
    for ((period, fabric), parts), text in zip(groups.items(), texts, strict=False):
        quantity = {row.box or row.item: count(row.quantity) for row in parts}
        lines.append(Row((period, fabric, *(quantity.get(name, "") for name in names), text)))
    columns = (
        Column("period", sparse=True),
        Column("fabric", name=True),
        *(Column(clean(name), right=True) for name in names),
        amount_column(unit),
    )
    total = Row(("total", "", *("" for _ in names), texts[-1]), Kind.TOTAL)
    return table(columns, [*lines, total])


def amount_column(unit: str, title: str = "amount") -> Column:
    r"""A column of money, with what its figures count.

    >>> amount_column("million").title
    'amount\n(million)'
    """
    return Column(f"{title}\n({unit})" if unit else title, right=True)
