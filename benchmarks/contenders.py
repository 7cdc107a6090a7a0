"""Who is measured: rackmix on the problem file, raw CBC and raw HiGHS on the plain formulation.

Belongs here: command lines, and reading what each program says. Does not belong here: the clock
(race.py). The raw engines get the plain formulation as a ready MPS: building and writing it is not
counted against them.
"""

import json
import sys
from collections.abc import Callable
from dataclasses import dataclass
from math import inf, isfinite
from pathlib import Path

import pulp

from benchmarks.race import Reader, Trace
from solver.engines.cbc_log import CbcLog

HERE = Path(__file__).parent
PROBLEM, PLAIN = "problem.yaml", "plain.mps"


@dataclass(frozen=True)
class Effort:
    """What every contender is given alike."""

    limit_s: float
    gap: float
    threads: int


@dataclass(frozen=True)
class Contender:
    """A program under test."""

    name: str
    about: str
    plain: bool
    """Whether it gets the plain formulation instead of the problem file."""
    command: Callable[[Effort], list[str]]
    reader: Callable[[float], Reader]
    """Makes a reader of its output, given what one unit of its costs is in money."""


def _rackmix(*options: str) -> Callable[[Effort], list[str]]:
    def command(effort: Effort) -> list[str]:
        return [
            *(sys.executable, "-m", "benchmarks.solve", PROBLEM, *options),
            *("--limit", f"{effort.limit_s:g}", "--gap", f"{effort.gap:g}"),
            *("--threads", str(effort.threads)),
        ]

    return command


def _cbc(effort: Effort) -> list[str]:
    program = pulp.COIN_CMD(msg=False)  # type: ignore[no-untyped-call]
    # To CBC one thread means its parallel search with one worker, far slower than the serial one.
    threads = ["-threads", str(effort.threads)] if effort.threads > 1 else []
    return [
        *(str(program.path), PLAIN, "-sec", f"{effort.limit_s:g}", "-timeMode", "elapsed"),
        *("-ratio", f"{effort.gap:g}", *threads, "-solve"),
    ]


def _highs(effort: Effort) -> list[str]:
    return [
        *(sys.executable, "-P", str(HERE / "raw_highs.py"), PLAIN),
        *(f"{effort.limit_s:g}", f"{effort.gap:g}", str(effort.threads)),
    ]


def json_reader(unit: float) -> Reader:
    """Lines of JSON with `best` and `bound`; anything else in them is a note."""

    def read(line: str, seconds: float, trace: Trace) -> None:
        if not line.startswith("{"):
            return
        told = json.loads(line)
        best, bound = told.pop("best", None), told.pop("bound", None)
        trace.tell(seconds, _times(best, unit), _times(bound, unit))
        trace.notes.update(told)

    return read


RESULT, OBJECTIVE = "Result - ", "Objective value:"


def _cbc_reader(unit: float) -> Reader:
    """CBC's log; its last words are believed, where they are better than its log."""
    log = CbcLog()

    def read(line: str, seconds: float, trace: Trace) -> None:
        log.feed(line)
        trace.tell(seconds, _times(log.best, unit), _times(log.bound, unit))
        if line.startswith(RESULT):
            trace.notes["status"] = line.removeprefix(RESULT).strip()
        elif line.startswith(OBJECTIVE) and "Optimal" in str(trace.notes.get("status")):
            best = float(line.removeprefix(OBJECTIVE))
            near = log.near(str(trace.notes["status"]))
            slack = (log.slack or inf) if near else 0.0
            trace.tell(seconds, best * unit, (best - slack) * unit if isfinite(slack) else None)

    return read


def _times(cost: float | None, unit: float) -> float | None:
    return None if cost is None else cost * unit


CONTENDERS = {
    contender.name: contender
    for contender in (
        Contender("rackmix", "rackmix as it comes", False, _rackmix(), json_reader),
        Contender(
            "rackmix-cbc",
            "rackmix with CBC alone",
            False,
            _rackmix("--engine", "cbc"),
            json_reader,
        ),
        Contender(
            "rackmix-highs",
            "rackmix with HiGHS alone",
            False,
            _rackmix("--engine", "highs"),
            json_reader,
        ),
        Contender("cbc", "CBC on the plain formulation", True, _cbc, _cbc_reader),
        Contender("highs", "HiGHS on the plain formulation", True, _highs, json_reader),
    )
}
