"""What a search is held to beside its problem: rows of its own, or another thing to minimise.

Belongs here: the record that studies hand to `solver.answer.solve_case`. Does not belong here: any
study's rows.
"""

from collections.abc import Callable
from dataclasses import dataclass

from solver.formulation import Model


@dataclass(frozen=True)
class Restriction:
    """What a plan is held to beside its problem."""

    apply: Callable[[Model], None]
    """Adds rows to the finished program, or makes it minimise something else."""
    assumption: str
    """The sentence that the plan says of it."""
    bound: float | None = None
    """What is known from elsewhere: no plan of the problem itself costs less."""
