"""How much of its throughput a replica can be loaded with while few requests wait long.

Belongs here: queueing. Does not belong here: what a step takes (step), which batch is best
(search).
"""

import numpy as np

from solver.estimate.serving.figures import Limits
from solver.estimate.serving.step import Array

ITERATIONS = 3
"""Newton steps; from below they never pass the solution, so that fewer only leave more room."""


def most_load(limits: Limits, variation: float, rate: Array, wait_s: Array) -> Array:
    """Highest load at which a share `percentile` of requests waits at most `wait_s`.

    The wait of a queue with many places is P(W > w) <= load·exp(-(1-load)·rate·w/v), with v the
    mean of the squared coefficients of variation of arrivals and of answers: Erlang C for v = 1,
    Allen and Cunneen's approximation otherwise. Solved for the load where that is 1 - percentile.
    `rate`: requests per second of all places together. 0 where `wait_s` is negative.

    >>> load = most_load(Limits(), 1.0, np.array([10.0, 100.0]), np.array([1.0, 1.0]))
    >>> [round(float(x), 3) for x in load]
    [0.592, 0.954]
    """
    allowed = 1 - limits.percentile
    spread = (limits.burstiness + variation) / 2
    scaled = np.maximum(1e-9, rate * wait_s / spread)
    # Below the solution: its factor load is taken as 1.
    load = np.maximum(allowed, 1 + np.log(allowed) / scaled)
    for _ in range(ITERATIONS):
        over = np.log(load / allowed) - (1 - load) * scaled
        load = load - over / (1 / load + scaled)
    return np.where(wait_s > 0, np.minimum(load, 1.0), 0.0)
