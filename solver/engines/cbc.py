"""CBC: its command line, its solution files, and what its endings mean.

Belongs here: everything about the `cbc` program but its log (cbc_log). PuLP names the program and
writes the model; we run it ourselves, because PuLP's own wrapper cannot be followed, interrupted
or stopped by the wall clock, breaks on a temporary folder with a space, leaves its files behind
after a crash, and reads values with 8 digits. Does not belong here: believing an answer (judge).
"""

import array
import os
import shutil
import signal
import struct
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pulp

from solver.engines.cbc_log import CbcLog
from solver.engines.child import Ending, supervise
from solver.engines.claim import Claim, Job, Model
from solver.engines.mps import column_name
from solver.engines.outcome import Status, StopReason

NAME = "cbc"
PACKAGE = "cbcbox"
PREPROCESS_OFF = "preprocess off"
START, PRIORITIES = "start.txt", "priorities.csv"
WORDS, VALUES = "plan.txt", "plan.bin"
LINEAR_SOLVER = ("libClp.so", "libClp.dylib")
DIVES = ("DivingF", "DivingG", "DivingP", "DivingV")
"""Heuristics that are worth their time where a run is for a plan."""
INCREMENT = "1e-9"
"""How much better a plan must be to count. CBC's own 1e-4 called plans optimal that were 13 % too
dear where costs were small numbers."""
NEARLY = 0.95
"""A share of the time limit after which nothing that CBC says is taken for a proof. When its clock
runs out while it solves a linear program, it says "infeasible" of feasible ones."""


def run(job: Job) -> Claim:
    """Run CBC once."""
    log = CbcLog()
    if job.start is not None:
        _write_start(job)
    if job.branch_first:
        _write_priorities(job)

    def follow(lines: Sequence[str]) -> None:
        for line in lines:
            log.feed(line)
        job.watch.report(NAME, job.cost(log.best), job.cost(log.bound))

    def ask(process: subprocess.Popen[bytes]) -> None:
        process.send_signal(signal.SIGINT)

    ending = supervise(
        command(job),
        job.folder,
        options=job.options,
        watch=job.watch,
        ask=ask,
        # In its heuristics CBC takes seconds to notice; worth waiting for where there is a plan.
        patience_s=lambda: job.patience_s or (2.0 if log.best is None else 10.0),
        follow=follow,
    )
    if ending.cut is None and ending.seconds >= NEARLY * job.options.time_limit_s:
        ending = replace(ending, cut=StopReason.TIME_LIMIT)
    return read_claim(job, log, ending)


def command(job: Job) -> list[str]:
    """Return the command line; file names are relative, since CBC takes no spaces in them.

    `-threads 1` is left out: it turns on CBC's parallel search with one worker, ten times slower
    than the serial one. `-randomSeed 0` is left out too: to CBC it means the time of day. The ratio
    is gap / (1 + gap) because CBC takes it of the plan or of the bound, whichever is larger. Flow
    covers are off because some of those cuts are wrong: they cut the cheapest plan off, and CBC
    calls a dearer one optimal.
    """
    options = job.options
    words = [_program(), os.path.relpath(job.model.path, job.folder)]
    words += ["-sec", f"{options.time_limit_s:.3f}", "-timeMode", "elapsed"]
    words += ["-ratio", repr(options.gap / (1 + options.gap)), "-increment", INCREMENT]
    words += ["-flow", "off"]
    if options.threads > 1:
        words += ["-threads", str(options.threads)]
    if options.seed:
        words += ["-randomSeed", str(options.seed), "-randomCbcSeed", str(options.seed)]
    if job.variant == PREPROCESS_OFF:
        words += ["-preprocess", "off"]
    if job.nodes is not None:
        words += ["-maxNodes", str(job.nodes)]
    if job.cutoff is not None:
        words += ["-cutoff", repr(job.cutoff * job.model.scale)]
    looks = job.cutoff is None and job.heuristics != 0
    if not looks:
        words += ["-heuristicsOnOff", "off"]
    if job.branch_first:
        words += ["-readPriorities", PRIORITIES]
    if job.start is not None:
        words += ["-mipStart", START]
    elif job.nodes is not None and looks:
        words += [word for name in DIVES for word in (f"-{name}", "on")]
    return [*words, "-solve", "-solution", WORDS, "-saveSolution", VALUES]


def linear_solver() -> Path | None:
    """The library of CLP, the linear solver that CBC is made of; None where CBC came without."""
    program = shutil.which(_program())
    if program is None:
        return None
    folder = Path(program).resolve().parent.parent / "lib"
    return next((folder / name for name in LINEAR_SOLVER if (folder / name).is_file()), None)


def _program() -> str:
    """The `cbc` that PuLP names."""
    return str(pulp.COIN_CMD(msg=False).path)  # type: ignore[no-untyped-call]


def read_claim(job: Job, log: CbcLog, ending: Ending) -> Claim:
    """Say what CBC claims, from how it ended and from what it left in its folder."""
    header = _first_line(job.folder / WORDS)
    if ending.killed or ending.code != 0 or header is None:
        message = f"CBC {ending.words}; its last line: {log.last}"
        if ending.cut is not None:
            return Claim(Status.NO_PLAN, ending.cut, message)
        return Claim(Status.ERROR, StopReason.CRASH, message)
    status, stop = meaning(header, log, ending)
    if job.start is not None and any(job.model.whole) and not log.started:
        header += " (the start was not taken)"
    if status not in (Status.OPTIMAL, Status.FEASIBLE):
        bound = log.bound if status is Status.NO_PLAN else None
        return Claim(status, stop, header, bound=job.cost(bound))
    solution = read_values(job.folder / VALUES, job.model.rows, job.model.columns)
    if solution is None:
        return Claim(Status.ERROR, StopReason.CRASH, f"{header}; but CBC left no values to read")
    objective, values = solution
    bound = objective if stop is StopReason.PROVEN else log.bound
    return Claim(status, stop, header, values, job.cost(bound))


def meaning(header: str, log: CbcLog, ending: Ending) -> tuple[Status, StopReason]:
    """Return what the first line of CBC's solution file says.

    A run that was cut short proves nothing, whatever it says of feasibility then.
    """
    if header.startswith("Optimal"):
        if ending.cut is not None:
            return Status.FEASIBLE, ending.cut
        return Status.OPTIMAL, StopReason.GAP if log.near(header) else StopReason.PROVEN
    if header.startswith("Stopped"):
        on_time = StopReason.TIME_LIMIT if "on time" in header else StopReason.UNKNOWN
        plan = "no integer solution" not in header
        return Status.FEASIBLE if plan else Status.NO_PLAN, ending.cut or on_time
    if ending.cut is not None:
        return Status.NO_PLAN, ending.cut
    if header.startswith(("Infeasible", "Integer infeasible")):
        return Status.INFEASIBLE, StopReason.PROVEN
    if header.startswith("Unbounded"):
        return Status.UNBOUNDED, StopReason.PROVEN
    return Status.ERROR, StopReason.UNKNOWN


def read_values(path: Path, rows: int, columns: int) -> tuple[float, list[float]] | None:
    """Read objective and column values from CBC's binary solution; None where it is not whole.

    The text solution has 8 digits; this one has them all. Layout: two ints (rows, columns), then
    doubles: objective, row activities, row duals, column values, reduced costs.
    """
    if not path.is_file():
        return None
    content = path.read_bytes()
    size = 8 * (1 + 2 * rows + 2 * columns)
    if len(content) != 8 + size or struct.unpack("=ii", content[:8]) != (rows, columns):
        return None
    numbers = array.array("d", content[8:])
    return numbers[0], list(numbers[1 + 2 * rows : 1 + 2 * rows + columns])


def _write_start(job: Job) -> None:
    """Write the integers of the start; CBC works the rest out, exactly."""
    assert job.start is not None
    lines = ["a plan to start from\n"]
    for column, variable in _whole(job.model):
        lines.append(f"{column} {column_name(column)} {job.start[variable]:.0f} 0\n")
    (job.folder / START).write_text("".join(lines))


def _write_priorities(job: Job) -> None:
    """Write what is branched on first; what CBC is told no priority of it would put before all."""
    rank = {variable: n for n, ids in enumerate(job.branch_first, 1) for variable in ids}
    last = len(job.branch_first) + 1
    lines = ["name,priority\n"]
    for column, variable in _whole(job.model):
        lines.append(f"{column_name(column)},{rank.get(variable, last)}\n")
    (job.folder / PRIORITIES).write_text("".join(lines))


def _whole(model: Model) -> Iterator[tuple[int, int]]:
    """Number and variable id of each integer column."""
    for column, (variable, whole) in enumerate(zip(model.ids, model.whole, strict=True)):
        if whole:
            yield column, variable


def _first_line(path: Path) -> str | None:
    if not path.is_file():
        return None
    with path.open(errors="replace") as file:
        return file.readline().strip() or None
