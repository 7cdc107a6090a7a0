"""A bound from branching on where jobs run: one relaxation, one of each group's columns at a time.

Belongs here: our side of the child process that branches (the folder branching). Does not belong
here: what the groups are, and what is to be whole (solver.search).
"""

import array
import json
import math
import os
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from solver.engines.child import Watch, private_folder, supervise_package
from solver.engines.claim import Model
from solver.engines.outcome import Options
from solver.engines.points import Point
from solver.engines.program import Part

JOB, MODEL, CUTOFF, LEAF = "job.json", "part.mps", "cutoff", "leaf.bin"
SAFETY = 1e-7
"""Relative: how far below what was proven a bound is told, for the rounding of costs in the file
and of sums.
"""
ENDLESS = 10**9
"""Nodes."""


@dataclass(frozen=True)
class Branched:
    """What came of branching."""

    bound: float | None
    """No point of the part in which groups and stages are whole costs less; infinite where there is
    none; None where not even the first relaxation was solved."""
    ended: bool
    """Whether nothing was left to branch on: the bound is then the least cost of such a point, or
    the cutoff where that is less."""
    point: Point | None
    """The first that was found with groups and stages whole; what is not in them may be in parts.
    Unchecked."""
    nodes: int
    seconds: float


def branch(
    part: Part,
    groups: Sequence[Sequence[int]],
    stages: Sequence[Sequence[int]],
    options: Options,
    *,
    nodes: int = ENDLESS,
    cutoff: Callable[[], float | None] = lambda: None,
    interrupted: threading.Event | None = None,
    on_bound: Callable[[float], None] | None = None,
) -> Branched:
    """Bound a part from below, with groups and stages whole and everything else relaxed.

    Of each group's columns exactly one is 1: there must be a row that says so. ``stages`` are whole
    columns with upper bounds, those that are branched on first in the first. ``cutoff`` is asked
    now and then for the cost of the best plan: what costs as much is not looked at, so no bound is
    above it. ``nodes`` is a limit that is the same on every machine. The process is gone when this
    returns or raises. ``on_bound`` hears of bounds from the calling thread.

    Raises ValueError for a group without its row, and for a stage with a column that need not be
    whole or that has no bounds.
    """
    _check(part, groups, stages)
    watch = Watch(None, interrupted)
    with private_folder() as folder:
        relaxed = part.relaxed()
        model = relaxed.write(folder / MODEL)
        _write_job(folder, part, model, groups, stages, options, nodes)
        news = _News(folder, model.scale, cutoff, on_bound)
        news.follow([])  # a cutoff that does not change is known from the beginning
        supervise_package("branching", folder, options=options, watch=watch, follow=news.follow)
        point = _leaf(folder, part, groups, stages, model)
    return Branched(news.bound, news.ended, point, news.nodes, watch.elapsed_s())


@dataclass
class _News:
    """What goes to and fro while the process runs."""

    folder: Path
    scale: float
    cutoff: Callable[[], float | None]
    on_bound: Callable[[float], None] | None
    bound: float | None = None
    ended: bool = False
    nodes: int = 0
    told: float = math.inf

    def follow(self, lines: list[str]) -> None:
        """Hear what the process says and tell it of a cheaper plan."""
        for line in lines:
            if line.startswith("{"):
                self._hear(json.loads(line))
        cost = self.cutoff()
        if cost is not None and cost < self.told:
            self.told = cost
            fresh = self.folder / f"{CUTOFF}.new"
            fresh.write_text(repr(cost * self.scale))
            os.replace(fresh, self.folder / CUTOFF)

    def _hear(self, words: dict[str, float]) -> None:
        self.nodes = int(words["nodes"])
        self.ended = bool(words.get("ended", False))
        if "bound" not in words:
            return
        bound = words["bound"] / self.scale
        if math.isfinite(bound):
            bound -= SAFETY * abs(bound)
        if bound > -math.inf and (self.bound is None or bound > self.bound):
            self.bound = bound
            if self.on_bound is not None and bound < math.inf:
                self.on_bound(bound)


def _check(part: Part, groups: Sequence[Sequence[int]], stages: Sequence[Sequence[int]]) -> None:
    program = part.program
    ones = {
        frozenset(ids)
        for ids, factors in (
            program.rows[number]
            for number, (low, high) in enumerate(zip(program.low, program.high, strict=True))
            if low == high == 1
        )
        if all(factor == 1 for factor in factors)
    }
    for group in groups:
        if frozenset(group) not in ones or not all(program.whole[column] for column in group):
            raise ValueError(f"no row makes exactly one of the columns {list(group)} be 1")
    for column in (column for stage in stages for column in stage):
        if not program.whole[column] or math.isinf(part.upper[column] - part.lower[column]):
            raise ValueError(f"column {column} is not whole, or not bounded")


def _write_job(
    folder: Path,
    part: Part,
    model: Model,
    groups: Sequence[Sequence[int]],
    stages: Sequence[Sequence[int]],
    options: Options,
    nodes: int,
) -> None:
    """Write the job in the columns of the file: columns that are held fast are left out, and groups
    of which one is held above 0, since nothing is left to choose.
    """
    number = {i: n for n, i in enumerate(model.ids)}
    open_ = [g for g in groups if all(i in number or part.lower[i] <= 0 for i in g)]
    job = {
        "model": MODEL,
        "time_limit_s": options.time_limit_s,
        "nodes": nodes,
        "groups": [[number[i] for i in group if i in number] for group in open_],
        "stages": [[number[i] for i in stage if i in number] for stage in stages],
    }
    (folder / JOB).write_text(json.dumps(job))


def _leaf(
    folder: Path,
    part: Part,
    groups: Sequence[Sequence[int]],
    stages: Sequence[Sequence[int]],
    model: Model,
) -> Point | None:
    """The point of the first leaf, what is to be whole rounded."""
    path = folder / LEAF
    if not path.is_file() or path.stat().st_size != 8 * model.columns:
        return None
    whole = [False] * len(part.whole)
    for column in (column for columns in (*groups, *stages) for column in columns):
        whole[column] = True
    values = array.array("d", path.read_bytes())
    return Part(part.program, part.lower, part.upper, whole).point(model, values)
