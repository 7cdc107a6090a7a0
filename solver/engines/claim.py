"""What passes between the ladder and an engine: the job to run, and what the engine claims of it.

Belongs here: the two records and the writing of the model, which is the same for every engine.
Does not belong here: whether a claim is believed (judge).
"""

from collections.abc import Sequence
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
        since PuLP adds variables of its own to a problem that it writes.
        """
        copy = problem.copy()
        exported = copy.exported_variables()
        objective = copy.objective
        constant = 0.0 if objective is None else objective.constant
        if objective is not None and constant:
            taken = {v.name for v in copy.variables()}
            names = (f"constant_{i}" for i in range(len(taken) + 1))
            one = copy.add_variable(next(name for name in names if name not in taken), 1, 1)
            copy.setObjective(objective + constant * one)
        path = folder / MODEL
        columns, rows, _, _ = copy.writeMPS(str(path), rename=True, mip=not relaxed)
        return cls(
            path=path,
            ids=tuple(v.id for v in exported),
            columns=len(columns),
            rows=len(rows),
            added=(1.0 if constant else 0.0,) * (len(columns) - len(exported)),
            whole=tuple(v.cat == pulp.LpInteger and not relaxed for v in exported),
        )


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


@dataclass(frozen=True)
class Claim:
    """What an engine says. Nothing of it has been checked."""

    status: Status
    stop: StopReason
    message: str
    column_values: Sequence[float] | None = None
    """The plan by column; given exactly when the status is OPTIMAL or FEASIBLE."""
    bound: float | None = None
