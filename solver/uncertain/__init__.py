"""Plans for several cases at once: what is decided now is the same in all, the rest adapts.

Belongs here: the joint search, what its plans cost in each case, what planning for all cases and
what waiting is worth, and the plan file of such an answer. Does not belong here: the program
(solver.formulation.joint), words and layout (reports).

    solve     the order of the searches, and the answer they make
    adapting  later decisions for early ones that are given
    value     figures of stochastic programming, each with its formula
    common    which decisions are the same in every case, checked from plans alone
    document  the plan file
    check     a plan file held against its problem
"""
