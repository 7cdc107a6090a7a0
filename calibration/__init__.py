"""Fitting the estimates to their evidence, outside of what is installed.

Belongs here: scripts that read the evidence of the catalogue and write its calibration. Does not
belong here: formulas (solver.estimate).
"""
