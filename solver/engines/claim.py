"""What passes between the ladder and an engine: the job to run, and what the engine claims of it.

Belongs here: the two records and the writing of the model, which is the same for every engine.
Does not belong here: whether a claim is believed (judge).
"""

import math
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import pulp

from solver.engines.child import Watch
from solver.engines.outcome import Options, Status, StopReason

MODEL = "model.mps"


@dataclass(frozen=True)
class Model:
    """A problem as PuLP wrote it: columns and rows have plain numbers for names (X0000017,
    C0000003).
    """

    path: Path
    ids: tuple[int, ...]
    """The problem's variable id for each column but the ones added in writing, which come last."""
    columns: int
    rows: int
    scale: float
    """What the costs were multiplied by."""
    added: tuple[float, ...]
    """What the added columns are fixed at: the constant's at 1, or the one that PuLP puts into an
    objective without variables at 0."""
    whole: tuple[bool, ...]
    """For each column in `ids`, whether it is integer."""

    @classmethod
    def write(cls, problem: pulp.LpProblem, folder: Path, *, relaxed: bool = False) -> "Model":
        """Write a problem to MPS; `relaxed` leaves integrality out.

        PuLP writes no objective constant, and without it a relative gap is another gap. So the
        constant is written as the cost of one more column that is fixed at 1. Works on a copy,
        since PuLP adds variables of its own to a problem that it writes. Small costs are written
        larger, see `cost_scale`.
        """
        copy = problem.copy()
        exported = copy.exported_variables()
        objective = copy.objective
        constant, scale = 0.0, 1.0
        if objective is not None:
            constant, scale = objective.constant, cost_scale(objective.values())
            if constant:
                taken = {v.name for v in copy.variables()}
                names = (f"constant_{i}" for i in range(len(taken) + 1))
                one = copy.add_variable(next(name for name in names if name not in taken), 1, 1)
                objective = objective + constant * one
            copy.setObjective(objective * scale)
        path = folder / MODEL
        columns, rows, _, _ = copy.writeMPS(str(path), rename=True, mip=not relaxed)
        return cls(
            path=path,
            ids=tuple(v.id for v in exported),
            columns=len(columns),
            rows=len(rows),
            scale=scale,
            added=(1.0 if constant else 0.0,) * (len(columns) - len(exported)),
            whole=tuple(v.cat == pulp.LpInteger and not relaxed for v in exported),
        )


def cost_scale(costs: Iterable[float]) -> float:
    """Return the power of 2 that brings the largest cost to 1 at least; 1 where it is larger.

    Engines compare costs with absolute tolerances: with costs around 1e-7 both CBC and HiGHS prove
    plans optimal that cost twice the optimum.

    >>> cost_scale([3.0, 0.1]), cost_scale([-0.3, 0.1]), cost_scale([])
    (1.0, 4.0, 1.0)
    """
    largest = max(map(abs, costs), default=0.0)
    return 2.0 ** max(0, -math.floor(math.log2(largest))) if largest else 1.0


@dataclass(frozen=True)
class Job:
    """One run to be made."""

    model: Model
    folder: Path
    """Where the run may leave its files; nobody else uses it."""
    options: Options
    """With what is left of the time limit."""
    watch: Watch
    variant: str = ""
    start: Sequence[float] | None = None
    """A checked plan to start from, by the problem's variable ids."""
    nodes: int | None = None
    """Most nodes of the search tree: a limit that does not depend on the clock."""
    patience_s: float | None = None
    """How long the engine may take to hand over its plan when it is interrupted; None: as long as
    it is known to need."""
    cutoff: float | None = None
    """In the problem's costs: what costs more is not looked for."""
    heuristics: float | None = None
    """The share of its effort that HiGHS spends on looking for points; None: its own. CBC looks for
    none, beyond those that its tree has, at 0."""
    branch_first: Sequence[Collection[int]] = ()
    """The problem's variable ids that a search tree branches on first, one set after the other; CBC
    only, since HiGHS cannot be told."""

    def cost(self, written: float | None) -> float | None:
        """Return a cost of the problem from one of the model as it was written."""
        return None if written is None else written / self.model.scale


@dataclass(frozen=True)
class Claim:
    """What an engine says. Nothing of it has been checked."""

    status: Status
    stop: StopReason
    message: str
    column_values: Sequence[float] | None = None
    """The plan by column; given exactly when the status is OPTIMAL or FEASIBLE."""
    bound: float | None = None
    """In the problem's costs."""
