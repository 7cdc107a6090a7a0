"""The referee: a plan checked against the instance alone.

Belongs here: every constraint family and every figure of a plan, computed again from its purchases,
training, serving, routing and reservations, in loops over the plan's rows and written straight from
the meaning of the model. Nothing is trusted and nothing that made the plan is used: no formulation,
no engine, no bill. Does not belong here: repairing a plan, or explaining why it is as it is.

    rows       which rows can be read, and what they decide
    orders     what is ordered, and what it costs to buy
    places     what stands where
    workloads  what runs there
    energy     what it draws
    ledger     what is paid when
    money      limits on the spend, cash flow, bill and objective
    tally      counts, tolerances and violations
"""

from solver.instance.model import Instance
from solver.plan import Plan, Verification
from solver.verify.energy import check_energy
from solver.verify.money import check_money
from solver.verify.orders import check_orders
from solver.verify.places import check_places
from solver.verify.rows import read_rows
from solver.verify.tally import Tally
from solver.verify.workloads import check_workloads

__all__ = ["verify"]


def verify(instance: Instance, plan: Plan) -> Verification:
    """Check every constraint and recompute every figure of `plan`.

    Never raises for what a plan says: a row that cannot be read is a violation and counts no
    further. Violations come family by family, causes before the figures that follow from them.
    """
    tally = Tally(instance)
    decided = read_rows(instance, plan, tally)
    priced = check_orders(instance, decided, tally)
    standing = check_places(instance, plan, decided, tally)
    busy = check_workloads(instance, decided, standing, tally)
    metered = check_energy(instance, plan, standing, busy, tally)
    check_money(instance, plan, decided, priced, metered, tally)
    return tally.verification()
