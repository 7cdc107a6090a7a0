"""The program that dives, run as a process of its own by solver.engines.dive.

Belongs here: the dive (dive), what is settled anew when everything is whole (anew), what both ask
of a linear solver (linear) and the two that there are (clp, highs), and the job (__main__). It is
run as a package without its parents, so its modules name each other relatively and import nothing
else of rackmix: a process that starts is not to wait for the rest. Does not belong here: which
columns are rounded in what order (solver.search).
"""
