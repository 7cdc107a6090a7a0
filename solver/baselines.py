"""The same problem bought in a plainer way, to see what the freedom of choice is worth.

Belongs here: which other problems are solved beside the one asked. Does not belong here: changing
a problem (solver.case), solving (solver.answer), comparing (reports).
"""

import threading
from collections.abc import Callable

from solver.answer import Answer, solve_case
from solver.case import Case
from solver.engines import Options, Progress

BASELINES: dict[str, Callable[[Case], Case]] = {
    "one card type": Case.with_one_card_type,
    "no export rules or caps": Case.without_rules,
}
"""How each differs from the problem asked, by its name."""


def solve_baselines(
    case: Case,
    options: Options,
    *,
    on_progress: Callable[[Progress], None] | None = None,
    interrupted: threading.Event | None = None,
) -> dict[str, Answer]:
    """Solve every baseline of a case, each with the same options; an interrupt ends the row.

    Raises problems.InputError where the changed problem is not one that can be built.
    """
    answers: dict[str, Answer] = {}
    for name, changed in BASELINES.items():
        if interrupted is None or not interrupted.is_set():
            answers[name] = solve_case(
                changed(case), options, on_progress=on_progress, interrupted=interrupted
            )
    return answers
