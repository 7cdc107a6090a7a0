"""A dive: from a relaxation to a plan by rounding a few columns at a time.

Belongs here: our side of the child process that dives (the folder diving). Does not belong here:
which columns are rounded in what order (solver.search).
"""

import array
import json
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from solver.engines import cbc
from solver.engines.child import Watch, private_folder, supervise_package
from solver.engines.outcome import Options
from solver.engines.points import Point
from solver.engines.program import Part

ANEW_SHARE = 0.5
"""Of the time limit: the rest is for what follows."""
JOB, ANSWER, VALUES, MODEL = "job.json", "answer.json", "plan.bin", "part.mps"


@dataclass(frozen=True)
class Rounding:
    """Columns to round together, those with the largest fractions first."""

    columns: list[int]
    """Variable ids."""
    rule: str = "up"
    """`up`; `one`: one of each group, weightiest first; `order`: yes or no, as costs less."""
    share: float = 0.25
    """Of the columns still fractional, how many are rounded before the next relaxation."""
    groups: list[int] | None = None
    """For `one`: which group each column belongs to, and how much that group matters."""
    weights: list[float] | None = None


@dataclass(frozen=True)
class Anew:
    """What is settled anew in the end, while the rest stays."""

    together: Sequence[Sequence[int]]
    """Sets of variable ids: one set after the other."""
    rounds: int = 9
    """Through all sets; fewer where a round brought nothing."""
    tries: int = 0
    """With several sets at once."""
    held: Point | None = None
    """The sets' columns are as in this point at first, instead of dived for."""


@dataclass(frozen=True)
class Dived:
    """What came of a dive."""

    bound: float | None
    """Of the relaxation that it began with."""
    point: Point | None
    """With everything whole that is to be; unchecked."""
    near: Point | None
    """Where the dive ended, even if a rounding had no way out; what is not whole is in parts."""
    seconds: float


def dive(
    part: Part,
    roundings: list[Rounding],
    options: Options,
    *,
    anew: Anew | None = None,
    interrupted: threading.Event | None = None,
) -> Dived:
    """Dive from a part's relaxation; there is no whole point where a rounding had no way out.

    The engine of ``options`` solves the relaxations: for CBC its own linear solver, CLP, which has
    to be there (`cbc.linear_solver`).

    ``anew`` is done when everything is whole. With ``anew.held`` the bound is that of the
    relaxation in which those columns are held, and none of the part.

    The process is gone when this returns or raises. The point is not checked.
    """
    relaxed = part.relaxed()
    watch = Watch(None, interrupted)
    with private_folder() as folder:
        model = relaxed.write(folder / MODEL)
        number = {i: n for n, i in enumerate(model.ids)}
        library = cbc.linear_solver() if options.engine == cbc.NAME else None
        job = {
            "library": None if library is None else str(library),
            "model": MODEL,
            "time_limit_s": options.time_limit_s,
            "stages": [_written(rounding, number) for rounding in roundings],
            **_told(anew or Anew([]), relaxed, number, options),
        }
        (folder / JOB).write_text(json.dumps(job))
        supervise_package("diving", folder, options=options, watch=watch)
        if not (folder / ANSWER).is_file():
            return Dived(None, None, None, watch.elapsed_s())
        answer = json.loads((folder / ANSWER).read_text())
        bound = None if answer["bound"] is None else answer["bound"] / model.scale
        point = near = None
        if bound is not None and (folder / VALUES).stat().st_size == 8 * model.columns:
            values = array.array("d", (folder / VALUES).read_bytes())
            near = relaxed.point(model, values)
            point = part.point(model, values) if answer["whole"] else None
    return Dived(bound, point, near, watch.elapsed_s())


def _told(anew: Anew, relaxed: Part, number: dict[int, int], options: Options) -> dict[str, Any]:
    """What is settled anew, in the columns of the file."""
    point, held = anew.held, []
    if point is not None:
        mine = [i for ids in anew.together for i in ids if i in number]
        held = [(number[i], min(max(point[i], relaxed.lower[i]), relaxed.upper[i])) for i in mine]
    return {
        "together": [[number[i] for i in ids if i in number] for ids in anew.together],
        "held": held,
        "effort": {
            "rounds": anew.rounds,
            "tries": anew.tries,
            "seconds": ANEW_SHARE * options.time_limit_s,
        },
    }


def _written(rounding: Rounding, number: dict[int, int]) -> dict[str, Any]:
    """A rounding in the columns of the file; columns that are held fast are left out."""
    kept = [n for n, i in enumerate(rounding.columns) if i in number]
    stage: dict[str, Any] = {
        "columns": [number[rounding.columns[n]] for n in kept],
        "rule": rounding.rule,
        "share": rounding.share,
    }
    weights = rounding.weights
    if rounding.groups is not None and weights is not None:
        stage["groups"] = [rounding.groups[n] for n in kept]
        stage["weights"] = [weights[n] for n in kept]
    return stage
