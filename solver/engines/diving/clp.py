"""A linear program in CLP, the linear solver that CBC is made of and that comes with it.

Belongs here: the calls to CLP's C interface (Clp_C_Interface.h). Does not belong here: what is
solved (dive), and where the library is (solver.engines.cbc).
"""

import ctypes
import math
from collections.abc import Sequence
from typing import Any

from .linear import ENDLESS, Bounds, Linear

OPTIMAL = 0
MODEL, WHOLE, NUMBER = ctypes.c_void_p, ctypes.c_int, ctypes.c_double
NUMBERS = ctypes.POINTER(ctypes.c_double)
NO_LIMIT = 1e20
"""A cost that nothing reaches."""
CALLS: dict[str, tuple[Any, Sequence[Any]]] = {
    "newModel": (MODEL, ()),
    "setLogLevel": (None, (MODEL, WHOLE)),
    "readMps": (WHOLE, (MODEL, ctypes.c_char_p, WHOLE, WHOLE)),
    "numberRows": (WHOLE, (MODEL,)),
    "numberColumns": (WHOLE, (MODEL,)),
    "columnLower": (NUMBERS, (MODEL,)),
    "columnUpper": (NUMBERS, (MODEL,)),
    "primalColumnSolution": (NUMBERS, (MODEL,)),
    "dualColumnSolution": (NUMBERS, (MODEL,)),
    "initialDualSolve": (WHOLE, (MODEL,)),
    "dual": (WHOLE, (MODEL, WHOLE)),
    "status": (WHOLE, (MODEL,)),
    "objectiveValue": (NUMBER, (MODEL,)),
    "setMaximumSeconds": (None, (MODEL, NUMBER)),
    "setMaximumIterations": (None, (MODEL, WHOLE)),
    "setNumberIterations": (None, (MODEL, WHOLE)),
    "setDualObjectiveLimit": (None, (MODEL, NUMBER)),
    "statusArray": (MODEL, (MODEL,)),
    "copyinStatus": (None, (MODEL, ctypes.c_char_p)),
}
"""What is called, what it returns and what it takes."""


class Clp(Linear):
    """One program in CLP."""

    def __init__(self, library: str, model: str, time_limit_s: float) -> None:
        self.calls = ctypes.CDLL(library)
        for name, (result, arguments) in CALLS.items():
            call = getattr(self.calls, f"Clp_{name}")
            call.restype, call.argtypes = result, arguments
        self.model = self.calls.Clp_newModel()
        self.calls.Clp_setLogLevel(self.model, 0)
        if self.calls.Clp_readMps(self.model, model.encode(), 0, 0) != 0:
            raise SystemExit("CLP could not read the model")
        self.calls.Clp_setMaximumSeconds(self.model, time_limit_s)
        self.columns: int = self.calls.Clp_numberColumns(self.model)
        self.entries: int = self.columns + self.calls.Clp_numberRows(self.model)
        self.lower = self.calls.Clp_columnLower(self.model)
        self.upper = self.calls.Clp_columnUpper(self.model)
        self.begun = False

    def bounds(self) -> Bounds:
        """The bounds of every column as they are."""
        count = self.columns
        return dict(enumerate(zip(self.lower[:count], self.upper[:count], strict=True)))

    def bound(self, column: int, low: float, high: float) -> None:
        """Give a column other bounds."""
        self.lower[column], self.upper[column] = low, high

    def solve(self, most: int = ENDLESS, above: float = math.inf) -> float | None:
        """Solve from the basis at hand; the first time from none, with CLP's presolve."""
        calls, model = self.calls, self.model
        calls.Clp_setNumberIterations(model, 0)
        calls.Clp_setMaximumIterations(model, most)
        calls.Clp_setDualObjectiveLimit(model, min(above, NO_LIMIT))
        if self.begun:
            calls.Clp_dual(model, 0)
        else:
            calls.Clp_initialDualSolve(model)
        self.begun = True
        if calls.Clp_status(model) != OPTIMAL:
            return None
        cost: float = calls.Clp_objectiveValue(model)
        return cost if cost < above else None

    def values(self) -> list[float]:
        """The columns' values."""
        values: list[float] = self.calls.Clp_primalColumnSolution(self.model)[: self.columns]
        return values

    def reduced(self) -> list[float]:
        """The columns' reduced costs."""
        reduced: list[float] = self.calls.Clp_dualColumnSolution(self.model)[: self.columns]
        return reduced

    def basis(self) -> bytes:
        """Where the last solve ended: the state of every column and row."""
        return ctypes.string_at(self.calls.Clp_statusArray(self.model), self.entries)

    def start_from(self, basis: bytes) -> None:
        """Let the next solve begin with a basis."""
        self.calls.Clp_copyinStatus(self.model, basis)
