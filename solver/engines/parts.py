"""One run of one engine on a part of a program: what a search is made of.

Belongs here: writing the part, running it in a process of its own, and what came of it in the
program's terms. Nothing that an engine claims is believed here: a point is a candidate until it was
checked against the program, and a bound holds for the part. Does not belong here: which parts are
run when (solver.search), and the ladder for whole problems (ladder).
"""

import array
import math
import threading
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

from solver.engines import cbc, highs
from solver.engines.child import Watch, private_folder
from solver.engines.claim import Job, Model
from solver.engines.outcome import Options, Progress, Status, StopReason
from solver.engines.points import Point
from solver.engines.program import Part

RUN = {cbc.NAME: cbc.run, highs.NAME: highs.run}
MODEL = "part.mps"


@dataclass(frozen=True)
class Found:
    """What came of a run."""

    status: Status
    stop: StopReason
    point: Point | None
    """Of the whole program: what the part holds fast is filled in."""
    bound: float | None
    """No point of the part costs less."""
    seconds: float
    message: str


def run_part(
    part: Part,
    options: Options,
    *,
    nodes: int | None = None,
    start: Point | None = None,
    cutoff: float | None = None,
    patience_s: float | None = None,
    interrupted: threading.Event | None = None,
    on_bound: Callable[[float], None] | None = None,
    on_point: Callable[[Point], object] | None = None,
    heuristics: float | None = None,
    branch_first: Sequence[Collection[int]] = (),
) -> Found:
    """Run the engine of ``options`` on a part, for ``options.time_limit_s`` at most.

    ``nodes`` bounds the search tree: a limit that is the same on every machine. ``start`` is a
    point of the program to start from; where it does not lie in the part the engine ignores it.
    What costs more than ``cutoff`` is not looked for: then a part without points was shown to have
    none below it, and no bound above it is one. The process is gone when this returns or raises.
    ``on_bound`` hears of bounds of the part, ``on_point`` of points that HiGHS finds, while it
    runs; both are called from the calling thread. ``heuristics`` is the share of its effort that
    HiGHS spends on looking for points, and CBC looks for none at 0; with a cutoff neither does. CBC
    branches on the columns of ``branch_first`` before others, one set of them after the other.
    """
    limit = math.inf if cutoff is None else cutoff
    with private_folder() as folder:
        model = part.write(folder / MODEL)
        place = folder / "run"
        place.mkdir()
        news = _News(part, model, place / highs.VALUES, limit, on_bound, on_point)
        watch = Watch(news.hear, interrupted)
        job = Job(
            model,
            place,
            options,
            watch,
            start=start,
            nodes=nodes,
            patience_s=patience_s,
            cutoff=cutoff,
            heuristics=heuristics,
            branch_first=branch_first,
        )
        claim = RUN[options.engine](job)
    point = None
    if claim.column_values is not None:
        point = part.point(model, claim.column_values)
    bound = claim.bound if claim.bound is None else min(claim.bound, limit)
    if claim.status is Status.INFEASIBLE:
        bound = cutoff
    return Found(claim.status, claim.stop, point, bound, watch.elapsed_s(), claim.message)


@dataclass
class _News:
    """What is heard of a run while it goes on."""

    part: Part
    model: Model
    values: Path
    """Where HiGHS keeps its best point."""
    limit: float
    """No bound above it is one."""
    on_bound: Callable[[float], None] | None
    on_point: Callable[[Point], object] | None
    best: float | None = None

    def hear(self, progress: Progress) -> None:
        """Pass on what is new."""
        if self.on_bound is not None and progress.bound is not None:
            self.on_bound(min(progress.bound, self.limit))
        if self.on_point is None or progress.best is None or progress.best == self.best:
            return
        self.best = progress.best
        if self.values.is_file():
            values = array.array("d", self.values.read_bytes())
            if len(values) == self.model.columns:
                self.on_point(self.part.point(self.model, values))
