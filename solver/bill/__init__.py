"""The bill of decisions: what every order, machine and interval costs, term by term.

Belongs here: from what was decided to the rows of a plan that follow from it - purchases, cash
flow, bill, energy, fleet. Does not belong here: finding decisions (formulation, engines) or
checking a plan: verify computes the same figures in a way of its own and must not import this
package.
"""

from solver.bill.decisions import Decisions
from solver.bill.settle import Settlement, settle

__all__ = ["Decisions", "Settlement", "settle"]
