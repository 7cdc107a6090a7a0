"""Reports of studies: what-ifs, alternatives, kept plans, sweeps.

Belongs here: how a study's result is printed and what its JSON document holds. Does not belong
here: studies themselves (solver.studies), the page of a single plan (reports.text).
"""
