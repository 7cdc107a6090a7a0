"""The sieve: quick answers to many questions of feasibility, none of which is proof of "none".

Belongs here: one HiGHS process that is asked again and again, so that small questions cost little.
A point it returns is to be checked by whoever asks; that there is none is only an opinion, which
`ladder.solve` confirms or not. Does not belong here: the calls to highspy (sieve_child).
"""

import contextlib
import json
import os
import selectors
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import pulp

from solver.engines.child import private_folder
from solver.engines.claim import Model

CHILD = Path(__file__).with_name("sieve_child.py")
TICK_S = 0.1
GRACE_S = 2.0
"""How long past its time limit the process may go before it is ended."""
NO_LIMIT = 1e30
"""What HiGHS takes for an infinite bound."""


@dataclass(frozen=True)
class Elastic:
    """A column laid on top of a model, by which some of its rows give way; its size is minimised.

    A row ``a·x <= b`` with the value -v becomes ``a·x - v·s <= b`` for the column's size s.
    """

    rows: tuple[int, ...]
    """Places of the rows in the problem's constraints."""
    values: tuple[float, ...]
    cost: float = 1.0
    """What one unit of it counts."""
    upper: float | None = None
    whole: bool = False


@dataclass(frozen=True)
class Sifted:
    """An answer of the sieve."""

    refuted: bool
    """Whether it holds that there is no point."""
    values: dict[str, float] = field(default_factory=dict)
    """A point by variable name, integers whole; empty without one."""
    sizes: tuple[float, ...] = ()
    """Sizes of the elastic columns at that point."""
    bound: float = 0.0
    """Their cost is not less than this at any point."""


class Sieve:
    """A HiGHS process to ask, started at the first question; leave it by `close` or `with`."""

    def __init__(self, interrupted: threading.Event | None = None) -> None:
        """``interrupted``: once set, every question is answered by "not known" at once."""
        self._interrupted = interrupted
        self._process: subprocess.Popen[bytes] | None = None
        self._open = contextlib.ExitStack()
        self._folder = self._open.enter_context(private_folder())

    def __enter__(self) -> Self:
        """Nothing is started yet."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """End the process."""
        self.close()

    def close(self) -> None:
        """End the process and remove its files; more than once does no harm."""
        self._end()
        self._open.close()

    def ask(
        self,
        problem: pulp.LpProblem,
        *,
        time_limit_s: float,
        elastic: Sequence[Elastic] = (),
        gap: float = 1e-4,
    ) -> Sifted | None:
        """A point of the problem, or that there is none; None where the process did not find out.

        With ``elastic`` columns the point at which their cost is least. The problem's own
        objective does not count. The problem is not changed.
        """
        model = Model.write(problem, self._folder)
        question = {
            "model": str(model.path),
            "options": {"time_limit": time_limit_s, "mip_rel_gap": gap, "threads": 1},
            "elastic": [
                {
                    "rows": each.rows,
                    "values": each.values,
                    "cost": each.cost,
                    "upper": NO_LIMIT if each.upper is None else each.upper,
                    "whole": each.whole,
                }
                for each in elastic
            ],
        }
        answer = self._exchange(question, time_limit_s + GRACE_S)
        if answer is None or answer["status"] in ("unknown", "unreadable"):
            return None
        if answer["status"] == "none":
            return Sifted(refuted=True)
        return _sifted(problem, model, answer["values"], answer["bound"])

    def _exchange(self, question: dict[str, Any], most_s: float) -> dict[str, Any] | None:
        """Ask and wait; a process that died or is late is ended, and started anew next time."""
        if self._stop_wanted():
            return None
        try:
            process = self._running()
            assert process.stdin is not None
            process.stdin.write(json.dumps(question).encode() + b"\n")
            process.stdin.flush()
            line = self._line(process, time.monotonic() + most_s)
            return None if line is None else dict(json.loads(line))
        except (OSError, ValueError):
            self._end()
            return None

    def _line(self, process: subprocess.Popen[bytes], until: float) -> bytes | None:
        assert process.stdout is not None
        text = b""
        with selectors.DefaultSelector() as selector:
            selector.register(process.stdout, selectors.EVENT_READ)
            while not text.endswith(b"\n"):
                if self._stop_wanted() or time.monotonic() > until:
                    self._end()
                    return None
                if selector.select(TICK_S):
                    more = os.read(process.stdout.fileno(), 1 << 16)
                    if not more:
                        raise OSError("the process ended")
                    text += more
        return text

    def _running(self) -> subprocess.Popen[bytes]:
        if self._process is None:
            self._process = subprocess.Popen(
                [sys.executable, "-P", str(CHILD)],
                cwd=self._folder,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env=os.environ | {"OPENBLAS_NUM_THREADS": "1"},
                start_new_session=True,  # the terminal's Ctrl-C is ours to act on
            )
        return self._process

    def _end(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        process.kill()
        process.wait()
        for pipe in (process.stdin, process.stdout):
            with contextlib.suppress(OSError):
                if pipe is not None:
                    pipe.close()

    def _stop_wanted(self) -> bool:
        return self._interrupted is not None and self._interrupted.is_set()


def _sifted(problem: pulp.LpProblem, model: Model, values: list[float], bound: float) -> Sifted:
    """The point by name; variables that are in no row keep the value nearest to zero."""
    found: dict[str, float] = {}
    for variable in problem.variables():
        found[variable.name] = max(0.0, variable.lowBound or 0.0)
    names = {variable.id: variable.name for variable in problem.exported_variables()}
    for number, whole, value in zip(model.ids, model.whole, values, strict=False):
        found[names[number]] = float(round(value)) if whole else value
    return Sifted(False, found, tuple(values[model.columns :]), bound)
