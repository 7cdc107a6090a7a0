"""The program of a problem as LP or MPS, with a table of what its rows and columns stand for.

Belongs here: the heading, the table of names as CSV. Does not belong here: the program
(solver.formulation).
"""

from importlib.metadata import version
from typing import Literal

from reports.export.csv_folder import csv_bytes
from solver.case import Case
from solver.formulation.files import Name, written

HEADER = ("id", "what", "kind", "index", "path", "meaning", "upper", "integer")
"""Columns of the table of names."""


def render_program(
    case: Case, kind: Literal["lp", "mps"], *, plain: bool = False, names: str = ""
) -> tuple[bytes, bytes]:
    """The program, and the table of its names as CSV.

    `names` is what the file of the table is called: the program's heading points to it. The
    objective is the cost in the problem's currency.
    """
    form = "plain formulation" if plain else "tightened formulation"
    table = f"; names in {''.join(c for c in names if c.isalnum() or c in '._-')}" if names else ""
    heading = (
        f"rackmix {version('rackmix')}, problem {case.loaded.sha256[:16]}, {form}; minimise the "
        f"bill's present value in {case.instance.currency}{table}"
    )
    program = written(case.instance, kind, plain=plain, heading=heading)
    return program.text.encode(), csv_bytes(HEADER, map(_row, program.names))


def _row(name: Name) -> tuple[object, ...]:
    path = ".".join(map(str, name.path))
    whole = name.integer if name.what == "column" else None
    return (name.id, name.what, name.kind, name.index, path, name.meaning, name.upper, whole)
