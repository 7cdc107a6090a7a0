"""Decisions in, rows of the plan out.

Belongs here: present values of payments and their sums by date and by term. Does not belong here:
what is paid (terms).
"""

import math
from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta

from solver.bill import terms
from solver.bill.decisions import Decisions, orders, parts, purchase_rows
from solver.bill.draw import draws, energy_rows, fleet_rows, machines
from solver.bill.terms import Payment
from solver.finance import discount_factor
from solver.instance.model import Instance
from solver.plan import BillRow, CashFlowRow, EnergyRow, FleetRow, PurchaseRow, Term


@dataclass(frozen=True)
class Settlement:
    """What follows from decisions, as rows of a plan."""

    purchases: tuple[PurchaseRow, ...]
    bill: tuple[BillRow, ...]
    cash_flow: tuple[CashFlowRow, ...]
    energy: tuple[EnergyRow, ...]
    fleet: tuple[FleetRow, ...]

    @property
    def objective(self) -> float:
        """The sum of the bill's present values."""
        return math.fsum(row.present_value for row in self.bill)


def settle(instance: Instance, decisions: Decisions) -> Settlement:
    """The purchases, bill, cash flow, energy and fleet of `decisions`, in the plan file's order.

    Money in the problem's currency, unrounded. Raises KeyError for keys that the instance does not
    have: decisions are made from its own index sets.
    """
    lines, bought = orders(instance, decisions), parts(instance, decisions)
    standing = machines(instance, lines)
    drawn = draws(instance, decisions, standing, bought)
    payments = [
        *terms.capital(instance, lines),
        *terms.fees(instance, lines),
        *terms.leases(instance, lines),
        *terms.fabric(instance, bought),
        *terms.maintenance(instance, lines, bought),
        *terms.residual_value(instance, lines, bought),
        *terms.running(instance, drawn),
        *terms.demand_charge(instance, drawn),
    ]
    cash_flow = _cash_flow(instance, payments)
    return Settlement(
        purchases=purchase_rows(instance, lines, bought),
        bill=_bill(cash_flow),
        cash_flow=cash_flow,
        energy=energy_rows(instance, drawn),
        fleet=fleet_rows(instance, standing),
    )


def _cash_flow(instance: Instance, payments: list[Payment]) -> tuple[CashFlowRow, ...]:
    """One row for each date, term and site on which money moves."""
    together: dict[tuple[date, Term, str], list[Payment]] = defaultdict(list)
    for payment in payments:
        if payment.amount:
            on = instance.start + timedelta(days=math.floor(payment.day))
            together[on, payment.term, payment.site].append(payment)
    factor = {p.day: discount_factor(instance.discount_rate, p.day) for p in payments}
    return tuple(
        CashFlowRow(
            date=on,
            term=term,
            site=site,
            amount=math.fsum(p.amount for p in paid),
            present_value=math.fsum(p.amount * factor[p.day] for p in paid),
        )
        for (on, term, site), paid in sorted(together.items())
    )


def _bill(cash_flow: tuple[CashFlowRow, ...]) -> tuple[BillRow, ...]:
    """The sum of each term's payments, in the order of the bill."""
    rows = []
    for term in Term:
        mine = [row for row in cash_flow if row.term is term]
        if mine:
            amount = math.fsum(row.amount for row in mine)
            rows.append(BillRow(term, amount, math.fsum(row.present_value for row in mine)))
    return tuple(rows)
