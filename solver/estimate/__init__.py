"""Engineering estimates: how fast cards train and serve, and what they draw.

Belongs here: pure functions from figures of the catalogue and parameters of the calibration to
times, rates, shares and their uncertainty. Does not belong here: files, pools and dates
(solver.instance), the fitting of the parameters (calibration/ at the root of the project).
"""
