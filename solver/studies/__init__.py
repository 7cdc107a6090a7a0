"""Studies: many answers to questions around one problem, held against each other.

Belongs here: what-ifs, alternatives, plans that are kept, sweeps; each solves cases with
`solver.answer.solve_case`, so that every plan is verified, and says of differences no more than the
bounds prove. Does not belong here: searching one case (solver.answer), explanations
(solver.explain), layout (reports).
"""
