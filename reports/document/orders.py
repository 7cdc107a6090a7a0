"""What to buy and lease, and when; what is then installed.

Belongs here: the sections on orders and the fleet. Does not belong here: money beyond the amounts
of orders, what runs on the machines.
"""

from collections.abc import Sequence
from functools import partial

from reports.charts import plan as charts
from reports.document.parts import Block, Cell, Chart, Paragraph, Section, Table, columns, plain
from reports.document.source import Source, total
from reports.figures import (
    OfferTotal,
    amount_of,
    fabric_parts,
    leases,
    machines,
    net_price,
    offer_totals,
)
from reports.running import HOSTED, Installed, installed_over_time
from solver.plan import PurchaseRow, Term

BLANK = Cell("")
ON_TOP = (Term.EXTRAS, Term.FEES, Term.SURCHARGE)
"""Terms that come on top of the amounts of orders."""


def orders(source: Source) -> Section | None:
    """Orders in all, over time, and line by line."""
    plan, text = source.plan, source.text
    if not plan.purchases:
        return None
    blocks: list[Block] = []
    if len(plan.periods) > 1 and any(row.cards for row in plan.purchases):
        leased = bool(leases(plan))
        title = text("Cards delivered by period and type")
        title += text("; leased ones are pale") if leased else ""
        blocks.append(Chart(title, partial(charts.cards_ordered, plan, source.language)))
    bought = [*machines(plan), *fabric_parts(plan)]
    if bought:
        blocks += [
            _totals(source, text("Bought in all"), offer_totals(plan, bought)),
            _on_top(source),
        ]
    if hired := leases(plan):
        title = text("Leased in all, units at the most")
        blocks.append(_totals(source, title, offer_totals(plan, hired), lease=True))
    if machines(plan):
        blocks.append(_lines(source, text("Order schedule"), machines(plan)))
    if hired:
        blocks.append(_lines(source, text("Leases"), hired))
    if fabric := fabric_parts(plan):
        blocks.append(_lines(source, text("Fabric"), fabric, aside=True))
    return Section("orders", text("What to buy, and when"), tuple(blocks))


def _totals(
    source: Source, title: str, totals: Sequence[OfferTotal], *, lease: bool = False
) -> Table:
    text = source.text
    totals = sorted(totals, key=lambda entry: -entry.amount)
    sums = [entry.amount for entry in totals]
    all_of_them = total(sums)
    rows = tuple(_total_row(source, entry, all_of_them) for entry in totals)
    # Leases of several offers reach their most at different times: their units do not add up.
    cards = BLANK if lease else source.number(total(entry.cards for entry in totals))
    last = (Cell(text("total")), BLANK, BLANK, BLANK, cards, BLANK, source.amount(all_of_them))
    price = text("per hour, mean") if lease else text("unit price, mean")
    titles = (text("offer"), text("item"), text("vendor"), text("units"), text("cards"), price)
    heads = columns(
        *titles,
        text("amount, {currency}", currency=source.currency),
        right=(3, 4, 5, 6),
        spare=(0, 2, 5),
    )
    return Table(title, heads, rows, last if len(rows) > 1 else ())


def _total_row(source: Source, entry: OfferTotal, whole: float) -> tuple[Cell, ...]:
    return (
        plain(entry.offer),
        plain(entry.article),
        plain(entry.vendor or ""),
        source.number(entry.quantity),
        source.number(entry.cards) if entry.cards else BLANK,
        source.price(entry.unit_price),
        source.amount(entry.amount, entry.amount / whole if whole else None),
    )


def _on_top(source: Source) -> Paragraph:
    """What the amounts of orders hold, and what comes on top of them."""
    text = source.text
    sums = [(term, amount_of(source.plan, term)) for term in ON_TOP]
    named = [
        text("{money} of {term}", money=source.money(amount), term=text(term.replace("_", " ")))
        for term, amount in sums
        if amount
    ]
    said = text("Amounts are nominal, after discount.")
    if named:
        said += text(" On top come {list}.", list=source.language.listed(named))
    return Paragraph(said, note=True)


def _lines(
    source: Source, title: str, rows: Sequence[PurchaseRow], *, aside: bool = False
) -> Table:
    """Order by order; columns that no row fills are left out."""
    text, lease = source.text, rows[0].lease
    titles = (
        text("delivery"),
        text("order by"),
        text("until"),
        text("site"),
        text("offer"),
        text("item"),
        text("vendor"),
        text("in"),
        text("units"),
        text("cards"),
        text("discount"),
        text("per hour") if lease else text("unit price"),
        text("amount, {currency}", currency=source.currency),
    )
    heads = columns(
        *titles,
        right=(8, 9, 10, 11, 12),
        # What is left fits a telephone: item, units, amount and the day that matters first.
        spare=(1, 2, 3, 4, 6, 7, 9, 10, 11) if lease else (0, 2, 3, 4, 6, 7, 9, 10, 11),
    )
    cells = [_line(source, row) for row in rows]
    kept = [n for n in range(len(heads)) if any(line[n].text for line in cells)]
    amounts = source.amount(total(row.amount for row in rows))
    last = (Cell(text("total")), *(BLANK for _ in kept[2:]), amounts)
    return Table(
        title,
        tuple(heads[n] for n in kept),
        tuple(tuple(line[n] for n in kept) for line in cells),
        last if len(rows) > 1 else (),
        aside=aside,
    )


def _line(source: Source, row: PurchaseRow) -> tuple[Cell, ...]:
    hosted = row.lease and row.site == row.offer
    return (
        source.day(row.delivered),
        source.day(row.ordered),
        source.day(row.until) if row.until and row.until != row.delivered else BLANK,
        BLANK if hosted else plain(row.site),
        plain(row.offer),
        plain(row.item),
        plain(row.vendor or ""),
        plain(row.box or ""),
        source.number(row.quantity),
        source.number(row.cards) if row.cards else BLANK,
        source.percent(row.discount) if row.discount else BLANK,
        source.price(net_price(row)),
        source.amount(row.amount),
    )


def fleet(source: Source) -> Section | None:
    """Cards installed by type and by site, over time."""
    plan, text = source.plan, source.text
    course = installed_over_time(plan)
    types = list(dict.fromkeys(card for step in course for card in step.by_card))
    sites = list(dict.fromkeys(site for step in course for site in step.by_site))
    if not types:
        return None
    blocks: list[Block] = []
    if len(plan.periods) > 1:
        title = text("Cards installed by type")
        blocks.append(Chart(title, partial(charts.cards_installed, plan, source.language)))
    said = text("Owned, bought and leased, on the first day of each period.")
    blocks.append(Paragraph(said, note=True))
    # Types and places together are more columns than a page is wide.
    by_type = [[step.by_card.get(card) for card in types] for step in course]
    blocks.append(_installed(source, text("Cards installed"), course, types, by_type))
    if len(sites) > 1:
        places = [text("at vendors") if s == HOSTED else text("at {site}", site=s) for s in sites]
        by_site = [[step.by_site.get(site) for site in sites] for step in course]
        title = text("Cards installed by place")
        blocks.append(_installed(source, title, course, places, by_site))
    return Section("fleet", text("What is then installed"), tuple(blocks), memo=False)


def _installed(
    source: Source,
    title: str,
    course: Sequence[Installed],
    names: Sequence[str],
    found: Sequence[Sequence[float | None]],
) -> Table:
    """All cards of each stretch of periods, and those under each name."""
    text, rows = source.text, []
    for step, numbers in zip(course, found, strict=True):
        first, last = source.language.period(step.first), source.language.period(step.last)
        label = (
            first if step.first == step.last else text("{first} to {last}", first=first, last=last)
        )
        cells = (source.number(number) if number else BLANK for number in numbers)
        rows.append((Cell(label, step.first), source.number(step.cards), *cells))
    heads = columns(text("period"), text("cards"), *names, right=range(1, 2 + len(names)))
    return Table(title, heads, tuple(rows))
