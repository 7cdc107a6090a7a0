"""The program that branches, run as a process of its own by solver.engines.branch.

Belongs here: the relaxation (relaxation), the tree (tree), what is branched on (choice), and the
job (__main__). It is run as a package without its parents, so its modules name each other
relatively and import nothing else of rackmix: a process that starts is not to wait for the rest.
Does not belong here: which columns are branched on (solver.search).
"""
