"""A solver's process: started in a folder of its own, followed, asked to stop, ended, reaped.

Belongs here: everything about processes, signals, clocks and private folders that is the same for
every engine. Does not belong here: command lines, logs' meaning, answers (cbc, highs).
"""

import contextlib
import os
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from solver.engines.outcome import Options, Progress, StopReason, relative_gap

TICK_S = 0.05
REPORT_EVERY_S = 0.2
LATE_S = 0.25
"""How late an engine that keeps its own time limit may be before it is asked."""
ASK_EVERY_S = 0.5
"""CBC forgets a request that comes while it reads or presolves, so it is repeated."""
LOG = "log.txt"
AS_PROGRAM = (
    "import runpy, sys; sys.path.append(sys.argv[1]); "
    "runpy.run_module(sys.argv[2], run_name='__main__')"
)
"""A package without its parents, so that a process that starts does not wait for the rest."""


@contextlib.contextmanager
def private_folder() -> Iterator[Path]:
    """Make a folder nobody else uses and remove it whatever happens."""
    folder = Path(tempfile.mkdtemp(prefix="rackmix-")).resolve()
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def grace_s(time_limit_s: float) -> float:
    """How long an engine may overrun its time limit to write its best plan down.

    >>> grace_s(3.0), grace_s(30.0), grace_s(3600.0)
    (1.0, 3.0, 5.0)
    """
    return max(1.0, min(5.0, 0.1 * time_limit_s))


def end_input(process: "subprocess.Popen[bytes]") -> None:
    """Ask a process that ends when its standard input does."""
    if process.stdin is not None:
        process.stdin.close()


def ignore(_: list[str]) -> None:
    """Hear nothing of what a process says."""


@dataclass
class Watch:
    """The caller's wishes during a solve: how it is told of progress, whether it wants to stop."""

    on_progress: Callable[[Progress], None] | None = None
    interrupted: threading.Event | None = None
    started: float = field(default_factory=time.monotonic)
    _reported: float = -1.0

    def stop_wanted(self) -> bool:
        """Whether the caller has asked to stop."""
        return self.interrupted is not None and self.interrupted.is_set()

    def elapsed_s(self) -> float:
        """Seconds since the solve began."""
        return time.monotonic() - self.started

    def report(self, engine: str, best: float | None, bound: float | None) -> None:
        """Tell the caller, five times a second at most."""
        elapsed = self.elapsed_s()
        if self.on_progress is None or elapsed - self._reported < REPORT_EVERY_S:
            return
        self._reported = elapsed
        gap = None if best is None or bound is None else relative_gap(best, bound)
        self.on_progress(Progress(elapsed, best, bound, gap, engine))


@dataclass(frozen=True)
class Ending:
    """How a process ended."""

    code: int
    """Exit code; negative for the signal that killed it."""
    cut: StopReason | None
    """TIME_LIMIT or INTERRUPTED where it was asked to stop from here; None where it ended alone."""
    killed: bool
    """Whether it did not follow the request within the grace."""
    seconds: float
    """How long it ran."""

    @property
    def words(self) -> str:
        """The ending in words, for a message."""
        if self.killed:
            return "did not stop when asked and was killed"
        if self.code < 0:
            return f"was ended by {signal.Signals(-self.code).name}"
        return f"ended with code {self.code}"


class LogReader:
    """Reads what has been appended to a file since the last time, in whole lines."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._read = 0

    def lines(self) -> Iterator[str]:
        """Yield the new lines; a line still being written waits for its end."""
        with self._path.open("rb") as file:
            file.seek(self._read)
            text = file.read()
        whole, newline, _ = text.rpartition(b"\n")
        self._read += len(whole) + len(newline)
        yield from whole.decode(errors="replace").splitlines()


def supervise(
    command: Sequence[str],
    folder: Path,
    *,
    options: Options,
    watch: Watch,
    ask: Callable[[subprocess.Popen[bytes]], None],
    patience_s: Callable[[], float],
    follow: Callable[[list[str]], None],
) -> Ending:
    """Run a solver in `folder` until it ends or has to be ended; `options.time_limit_s` is its own.

    `follow` gets the new lines of its log; `ask` asks it to stop and keep its best plan, which it
    is given `patience_s` for after an interrupt and `grace_s` for after the time limit. Whatever
    leaves this function, an exception of the caller's included, the process is dead and reaped:
    it leads a process group of its own, which is killed as a whole. Being in a session of its own
    it does not get the terminal's Ctrl-C, so it can still be asked for its plan.
    """
    started = time.monotonic()
    stop_at = started + options.time_limit_s + LATE_S
    kill_at, asked_at, cut = float("inf"), -1.0, None
    with (folder / LOG).open("wb") as log:
        process = subprocess.Popen(
            command,
            cwd=folder,
            stdin=subprocess.PIPE,
            stdout=log,
            stderr=subprocess.STDOUT,
            env=os.environ | {"OPENBLAS_NUM_THREADS": "1"},
            start_new_session=True,
        )
    reader = LogReader(folder / LOG)
    try:
        _limit_cpu(process.pid, options)
        while not _ended(process):
            follow(list(reader.lines()))
            now = time.monotonic()
            if cut is not StopReason.INTERRUPTED and watch.stop_wanted():
                cut = StopReason.INTERRUPTED
                kill_at = min(kill_at, now + patience_s())
            elif cut is None and now >= stop_at:
                cut, kill_at = StopReason.TIME_LIMIT, now + grace_s(options.time_limit_s)
            if now >= kill_at:
                _kill(process)
                follow(list(reader.lines()))
                return Ending(process.returncode, cut, killed=True, seconds=now - started)
            if cut is not None and now - asked_at >= ASK_EVERY_S:
                asked_at = now
                ask(process)
        follow(list(reader.lines()))
        seconds = time.monotonic() - started
        return Ending(process.returncode, cut, killed=False, seconds=seconds)
    finally:
        _kill(process)


def _ended(process: subprocess.Popen[bytes]) -> bool:
    try:
        process.wait(TICK_S)
    except subprocess.TimeoutExpired:
        return False
    return True


def package_command(name: str) -> list[str]:
    """The command that runs a package of this directory."""
    return [sys.executable, "-P", "-c", AS_PROGRAM, str(Path(__file__).parent), name]


def supervise_package(
    name: str,
    folder: Path,
    *,
    options: Options,
    watch: Watch,
    follow: Callable[[list[str]], None] = ignore,
) -> Ending:
    """Run a package of this directory as a program of its own; it ends when its input does."""
    return supervise(
        package_command(name),
        folder,
        options=options,
        watch=watch,
        ask=end_input,
        patience_s=lambda: 0.5,
        follow=follow,
    )


def _kill(process: subprocess.Popen[bytes]) -> None:
    """Kill the process group unless the process has been reaped, and reap it."""
    if process.returncode is None:  # a reaped process's number may be somebody else's by now
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    if process.stdin is not None:
        with contextlib.suppress(BrokenPipeError):
            process.stdin.close()


def _limit_cpu(pid: int, options: Options) -> None:
    """Bound what the process may burn when nobody is left to end it: we may be killed first."""
    if hasattr(resource, "prlimit"):
        seconds = int(options.threads * (options.time_limit_s + grace_s(options.time_limit_s))) + 30
        with contextlib.suppress(ProcessLookupError, PermissionError, ValueError):
            resource.prlimit(pid, resource.RLIMIT_CPU, (seconds, seconds))
