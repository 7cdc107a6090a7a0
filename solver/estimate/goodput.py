"""The share of a run's time that is not lost to failures, restarts and checkpoints.

Belongs here: goodput as a function of scale. Does not belong here: repair downtime, which is the
problem's `availability`.
"""

import math

from solver.estimate.figures import GoodputParameters

DAY_S = 86_400


def goodput(cards: float, given: GoodputParameters) -> float:
    """Share of the time that counts on so many cards.

    Failures come at λ·n a day; each costs the restart r and, on average, half the work since the
    last checkpoint; checkpoints stall the job for δ each. At the best interval sqrt(2·δ/(λ·n))
    (Young 1974) the loss is sqrt(2·δ·λ·n) + r·λ·n days a day; lost time L for every useful hour
    leaves 1/(1 + L).

    >>> given = GoodputParameters(5e-4, restart_minutes=10, checkpoint_stall_s=10)
    >>> round(goodput(1024, given), 4), round(goodput(16384, given), 4)
    (0.9858, 0.9087)
    """
    failures = given.failures_per_card_day * cards
    stall_days = given.checkpoint_stall_s / DAY_S
    restart_days = given.restart_minutes / (24 * 60)
    lost = math.sqrt(2 * stall_days * failures) + restart_days * failures
    return 1 / (1 + lost)
