"""The search on large programs: plans and bounds from many runs on parts of the program.

Belongs here: which parts are run when, by which engine, and how their plans and bounds make one
answer. Does not belong here: running an engine (solver.engines), rows (solver.formulation), what a
plan is (solver.answer).

What is promised. A bound is one that was proved for the whole program or for a relaxation of it; a
plan is one that keeps every row and that the caller accepted. On one thread, one engine runs at a
time, one part after the other, in an order that does not look at the clock; only a part that takes
longer than stages.GUARD_S is cut off by it.

Where to look: the first plan is arithmetic (placing, stock); the second comes from a dive that
settles where jobs run (diving) on a program in which services are steady within a period (steady);
neighbourhoods make it better; the bound comes from relaxations (parts), from search trees that rule
targets out, and on large programs from a tree over where jobs run (bounds, targets, branching).
"""

from solver.search.search import pays, search

__all__ = ["pays", "search"]
