"""What to buy and lease, and when: in all by offer, then order by order.

Belongs here: which of these sections a plan needs, and the words around their tables. Does not
belong here: the tables (order_tables.py), what runs on the machines, the bill.
"""

from collections.abc import Sequence

from reports.figures import (
    OfferTotal,
    amount_of,
    fabric_parts,
    leases,
    machines,
    offer_totals,
)
from reports.numbers import first_and_last, money_in_words
from reports.text.order_tables import (
    MEAN,
    fabric_table,
    lease_table,
    order_table,
    totals_table,
)
from reports.text.page import Section, clean, heading, in_words, note, sentence
from solver.plan import Plan, PurchaseRow, Term

ON_TOP = {Term.EXTRAS: "extras", Term.FEES: "fees", Term.SURCHARGE: "export surcharge"}
"""Terms that come on top of the amounts of orders, in words."""


def bought(plan: Plan) -> Section:
    """What is bought in all; where it is a single order, with its dates."""
    rows = [row for row in plan.purchases if not row.lease]
    if not rows:
        return ()
    one = _one_order(machines(plan))
    totals = offer_totals(plan, [*machines(plan), *fabric_parts(plan)])
    said = note(_amounts(plan, rows) + _means(totals))
    parts: Section = (heading("What to buy"), said, totals_table(totals, lease=False))
    return (*parts, sentence(_bought_once(one))) if one else parts


def order_schedule(plan: Plan) -> Section:
    """Every order of machines, where they differ in more than the offer."""
    rows = machines(plan)
    if not rows or _one_order(rows):
        return ()
    said = note("Each delivery falls on the first day of its period.")
    return heading("Order schedule"), said, order_table(rows)


def fabric_schedule(plan: Plan) -> Section:
    """Parts of fabrics by period, where they are bought in several."""
    rows = fabric_parts(plan)
    if len({row.period for row in rows}) < 2:
        return ()
    said = note("Bought and paid for at the beginning of the period.")
    return heading("Fabric by period"), said, fabric_table(rows)


def leased(plan: Plan) -> Section:
    """What is leased in all; where all leases have one term, with its dates."""
    rows = leases(plan)
    if not rows:
        return ()
    one = _one_order(rows)
    totals = offer_totals(plan, rows)
    said = f"Amounts in {plan.currency}, over all terms"
    said += "." if one else "; units are the most leased at once."
    parts: Section = (heading("What to lease"), note(said + _means(totals)))
    parts += (totals_table(totals, lease=True),)
    return (*parts, sentence(_leased_once(plan, one))) if one else parts


def lease_schedule(plan: Plan) -> Section:
    """Every lease, where their terms differ."""
    rows = leases(plan)
    if not rows or _one_order(rows):
        return ()
    said = note("Until: the first day after the lease.")
    return heading("Leases"), said, lease_table(rows)


def _amounts(plan: Plan, rows: Sequence[PurchaseRow]) -> str:
    """What the amounts of orders hold and what comes on top of them."""
    text = f"Amounts in {plan.currency}"
    if any(row.discount for row in rows):
        text += ", after discount"
    sums = {name: amount_of(plan, term) for term, name in ON_TOP.items()}
    named = [f"{money_in_words(a, plan.currency)} of {name}" for name, a in sums.items() if a]
    return text + (f"; {in_words(named)} on top." if named else ".")


def _means(totals: Sequence[OfferTotal]) -> str:
    several = any(not total.one_price for total in totals)
    return f" {MEAN} marks the mean of several prices." if several else ""


def _one_order(rows: Sequence[PurchaseRow]) -> PurchaseRow | None:
    """One of the rows if all of them have the same dates and place; None otherwise."""
    if len({(row.period, row.ordered, row.until, _place(row)) for row in rows}) != 1:
        return None
    return rows[0]


def _place(row: PurchaseRow) -> str:
    """The site; the same for all that stands with its vendor, at a site of its offer's name."""
    return "" if row.lease and row.site == row.offer else row.site


def _bought_once(row: PurchaseRow) -> str:
    if row.ordered == row.delivered:
        return f"Ordered and delivered on {row.delivered}, to {clean(row.site)}."
    when = f"Order by {row.ordered} for delivery on {row.delivered}"
    return f"{when}, to {clean(row.site)}."


def _leased_once(plan: Plan, row: PurchaseRow) -> str:
    begin, end = f"{row.delivered}", f"until {row.until}"
    if row.until == row.delivered:
        # A lease by the hour: the days alone would say nothing.
        begin, last = first_and_last(plan.intervals[0].start, plan.intervals[-1].end)
        end = f"to {last}"
    place = f" at {clean(row.site)}" if _place(row) else ""
    ordered = "" if row.ordered == row.delivered else f"; order by {row.ordered}"
    return f"Leased from {begin} {end}{place}{ordered}."
