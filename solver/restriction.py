"""What a search is held to beside its problem: rows of its own, or another thing to minimise.

Belongs here: the record that studies hand to `solver.answer.solve_case`. Does not belong here: any
study's rows.
"""

from collections.abc import Callable
from dataclasses import dataclass

from solver.formulation import Model

HELD = "Held to "
"""How the assumption of a plan begins that a study held to more than its problem asks."""


@dataclass(frozen=True)
class Restriction:
    """What a plan is held to beside its problem."""

    apply: Callable[[Model], None]
    """Adds rows to the finished program, or makes it minimise something else."""
    assumption: str
    """The sentence that the plan says of it."""
    bound: float | None = None
    """What is known from elsewhere: no plan of the problem itself costs less."""
    complete: Callable[[Model, dict[str, float]], None] | None = None
    """Gives the columns that `apply` added their values at a plan to start from, by variable."""
