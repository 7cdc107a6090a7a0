"""Pareto fronts: what less of something else costs.

Belongs here: the question as Python asks it. Does not belong here: the course of a front (trade),
its records (frontier), how each measure is limited (tradeoff), layout (reports).

A front is found by limits: the cheapest plan at several limits of the measure (the epsilon
constraint). Of what is found only plans that no other one beats in both are kept. Each point's
bound is proven for its limit: no plan that keeps the limit costs less. A tighter limit's plans are
a looser one's too, so that a looser limit's bound holds for every tighter one.
"""

import threading
from collections.abc import Callable, Iterable, Mapping
from os import PathLike
from typing import Any

from problems.edits import Edit
from problems.errors import did_you_mean
from problems.loading import Source, read_problem
from solver.answer import options_of
from solver.case import case_of
from solver.studies.frontier import Front, FrontPoint, non_dominated
from solver.studies.trade import Trade
from solver.studies.tradeoff import Measure
from solver.studies.workers import crew_of

__all__ = ["Front", "FrontPoint", "front", "non_dominated"]

STEPS = 7
"""Limits that are tried, the least and the free one included."""


def front(
    file: Source,
    measure: str,
    *,
    steps: int = STEPS,
    scenarios: Iterable[str] = (),
    edits: Iterable[Edit] = (),
    options: Mapping[str, Any] | None = None,
    workers: int = 1,
    dask: str | None = None,
    folder: str | PathLike[str] | None = None,
    on_progress: Callable[[int, int], None] | None = None,
    interrupted: threading.Event | None = None,
) -> Front:
    """The trade of cost against `carbon`, `power`, `card_types` or `deadline`.

    ``steps`` limits are tried: for carbon and power from the least there can be to what the
    cheapest plan has; for card types from one to what the cheapest plan has; for deadlines from
    half the shortest window earlier to half of it later; ``steps`` says nothing of card types, of
    which every number is tried. ``workers`` and ``dask`` make the searches that depend on no other:
    the two ends of carbon and of power, then all limits between them; the cheapest plan, then every
    number of card types; all deadlines. ``folder`` keeps what is done, as that of `sweep` does.
    Progress is told as searches done and searches in all.

    ``file`` is a path, or a mapping as `load_case` takes it. Raises problems.InputError for a
    problem that is not valid or has no deadline to move, ValueError for another measure.
    """
    if measure not in list(Measure):
        raise ValueError(f"no such measure: {measure!r}{did_you_mean(measure, list(Measure))}")
    read = read_problem(file)
    base = case_of(read, scenarios=scenarios, edits=edits)
    chosen = options_of(base, **dict(options or {}))
    trade = Trade(
        measure=Measure(measure),
        case=base,
        options=chosen,
        steps=steps,
        make_crew=crew_of(workers, dask, interrupted),
        folder=folder,
        on_progress=on_progress,
        interrupted=interrupted,
    )
    if trade.measure.is_limited_by_rows:
        return trade.by_rows()
    return trade.by_edits(
        read,
        scenarios=tuple(scenarios),
        edits=tuple(edits),
        options=dict(options or {}),
        workers=workers,
        dask=dask,
        folder=folder,
    )
