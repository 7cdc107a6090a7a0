"""The search on large programs: plans and bounds from many runs on parts of the program.

Belongs here: which parts are run when, by which engine, and how their plans and bounds make one
answer. Does not belong here: running an engine (solver.engines), rows (solver.formulation), what a
plan is (solver.answer).

What is promised. A bound is one that an engine proved for the whole program or for a relaxation of
it; a plan is one that keeps every row and that the caller accepted. On one thread, one engine runs,
one part after the other, in an order that does not look at the clock.
"""

from solver.search.search import pays, search

__all__ = ["pays", "search"]
