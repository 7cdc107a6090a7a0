"""Engineering estimates of serving: requests per second of a replica under its limits.

Belongs here: pure functions of plain numbers: what a step of the engine takes, how many requests
share it, what queueing leaves, which configurations are worth having. Does not belong here: files,
pools, dates (solver.instance), the fitting of the parameters (calibration/).
"""
