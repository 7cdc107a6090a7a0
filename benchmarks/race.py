"""One run of one program against the clock: what it had found when, and how much memory it took.

Belongs here: processes, clocks and memory. Does not belong here: what is run (contenders.py), what
the times mean (scores.py).
"""

import contextlib
import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
SAMPLE_EVERY_S = 0.25
GRACE_S = 30.0
"""How long a program may overrun its own time limit before it is killed."""


@dataclass
class Trace:
    """What a program had found when: seconds since its process was started."""

    events: list[tuple[float, float | None, float | None]] = field(default_factory=list)
    """(seconds, best plan, bound); plans only fall, bounds only rise."""
    ended_s: float = 0.0
    exit_code: int | None = None
    peak_mib: float = 0.0
    """Resident memory of the process and all its children together, sampled."""
    notes: dict[str, object] = field(default_factory=dict)
    """What else the program told of itself."""

    def tell(self, seconds: float, best: float | None, bound: float | None) -> None:
        """Note a plan or a bound that is better than those before."""
        _, least, most = self.events[-1] if self.events else (0.0, None, None)
        better = best if least is None else least if best is None else min(best, least)
        higher = bound if most is None else most if bound is None else max(bound, most)
        if (better, higher) != (least, most):
            self.events.append((round(seconds, 3), better, higher))


Reader = Callable[[str, float, Trace], None]
"""Takes a line of output, the seconds at which it came, and notes what it says."""


def race(command: Sequence[str], folder: Path, reader: Reader, limit_s: float) -> Trace:
    """Run a program to its end in a folder of its own, or until its time limit is long over."""
    trace = Trace()
    started = time.monotonic()
    over = threading.Event()
    with (
        (folder / "stderr.txt").open("wb") as errors,
        subprocess.Popen(
            command,
            cwd=folder,
            env=os.environ | {"PYTHONPATH": str(ROOT)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
            errors="replace",
        ) as process,
    ):
        deadline = started + limit_s + GRACE_S
        watch = threading.Thread(
            target=_watch, args=(process.pid, trace, over, deadline), daemon=True
        )
        watch.start()
        assert process.stdout is not None
        for line in process.stdout:
            reader(line, time.monotonic() - started, trace)
        trace.exit_code = process.wait()
        trace.ended_s = round(time.monotonic() - started, 3)
        over.set()
        watch.join()
    return trace


def _watch(root: int, trace: Trace, over: threading.Event, deadline: float) -> None:
    while not over.wait(SAMPLE_EVERY_S):
        family = descendants(root)
        trace.peak_mib = max(trace.peak_mib, round(sum(map(resident_mib, family)), 1))
        if time.monotonic() > deadline:
            for pid in reversed(family):
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            return


def descendants(root: int) -> list[int]:
    """A process and everything started by it that is still alive, parents first."""
    children: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with contextlib.suppress(OSError):
                # The name in parentheses may hold spaces; the parent is the second field after it.
                fields = (entry / "stat").read_text().rpartition(")")[2].split()
                children.setdefault(int(fields[1]), []).append(int(entry.name))
    family = [root]
    for pid in family:
        family += children.get(pid, [])
    return family


def resident_mib(pid: int) -> float:
    """Resident memory of a process; 0 when it is gone."""
    try:
        pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    except (OSError, IndexError):
        return 0.0
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20
