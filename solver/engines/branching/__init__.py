"""The program that branches, run as a process of its own by solver.engines.branch.

Belongs here: the relaxation (relaxation), the tree (tree), what is branched on (choice), and the job
(__main__). Python runs this folder, so its modules import each other by their bare names, and
nothing of rackmix: a process that starts is not to wait for the rest.
"""
