"""How much of its throughput a replica can be loaded with while few requests wait long.

Belongs here: queueing. Does not belong here: what a step takes (step), which batch is best
(search).
"""

import numpy as np

from solver.estimate.serving.figures import Limits
from solver.estimate.serving.step import Array

ITERATIONS = 4
"""Newton steps; from below they never pass the solution, so that fewer only leave more room."""
LEAST = 1e-9


def most_load(limits: Limits, variation: float, places: Array, rate: Array, wait_s: Array) -> Array:
    """Highest load at which a share `percentile` of requests waits at most `wait_s`.

    P(W > w) = load^(sqrt(2·(places + 1)) - 1) · exp(-(1-load)·rate·w/v): the first factor is
    Sakasegawa's (1977) chance that all places of a queue are taken, v the mean of the squared
    coefficients of variation of arrivals and of stays (Allen and Cunneen). Solved for the load
    where that is 1 - percentile. ``places``: requests that one replica runs at once. ``rate``:
    requests per second of all replicas that share the queue. 0 where ``wait_s`` is negative.

    >>> load = most_load(Limits(), 1.0, np.array([1.0, 50.0]), np.array([10.0]), np.array([1.0]))
    >>> [round(float(x), 3) for x in load]
    [0.592, 0.773]
    """
    allowed = np.log(1 - limits.percentile)
    spread = (limits.burstiness + variation) / 2
    power = np.sqrt(2 * (places + 1)) - 1
    scaled = np.maximum(LEAST, rate * wait_s / spread)
    # Below the solution: at either value one of the two factors alone is as small as allowed.
    load = np.maximum(np.exp(allowed / power), 1 + allowed / scaled)
    for _ in range(ITERATIONS):
        over = power * np.log(load) - allowed - (1 - load) * scaled
        load = load - over / (power / load + scaled)
    return np.where(wait_s > 0, np.minimum(load, 1.0), 0.0)
