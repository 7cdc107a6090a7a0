"""What a bound is branched on: where jobs run, then whether and with how many units.

Belongs here: which columns are chosen between and which are made whole. Does not belong here: the
tree itself (solver.engines.branch).
"""

from collections import defaultdict

from solver.formulation import Model
from solver.formulation.workloads import HELD, POOL_CHOSEN, RUNNING, SITE_CHOSEN


def groups(model: Model) -> list[list[int]]:
    """The columns of each occurrence's choice of a pool or a site, of which exactly one is 1."""
    found: dict[str, list[int]] = defaultdict(list)
    for kind in (POOL_CHOSEN, SITE_CHOSEN):
        for index, column in model.of(kind).items():
            found[str(index[0])].append(column)
    return list(found.values())


def stages(model: Model) -> list[list[int]]:
    """What jobs hold, which is whole: whether they run, then how many units."""
    return [
        [column for column in model.of(kind).values() if model.columns[column].integer]
        for kind in (RUNNING, HELD)
    ]
