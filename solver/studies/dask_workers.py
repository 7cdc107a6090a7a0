"""A Dask cluster that searches the points of a study.

Belongs here: all that is said to Dask, an optional extra. Does not belong here: the searches
themselves (workers).

Tasks carry all they need, so that the workers share no disk with this machine; they need rackmix
installed, in the same version. When a worker dies, Dask hands its tasks to another one; answers
that have come in are kept here and are never asked for again.
"""

import time
from collections.abc import Iterator
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from problems import InputError, InputProblem
from solver.answer import Answer
from solver.case import Case
from solver.studies.workers import POLL_S, Done, Task, WorkerLost, perform

CONNECT_S = 10
PATIENCE_S = 60.0
"""How long a cluster may be without any worker while tasks wait."""


def require_dask() -> None:
    """Raise InputError where Dask is not installed."""
    if find_spec("distributed") is None:
        words = "needs Dask, which is not installed: pip install 'rackmix[dask]'"
        raise InputError([InputProblem(words, "--dask")])


class Cluster:
    """The workers of a running Dask scheduler."""

    def __init__(self, address: str) -> None:
        """Connect. Raises InputError where no scheduler answers at the address."""
        distributed = import_module("distributed")
        try:
            self._client: Any = distributed.Client(address, timeout=CONNECT_S, set_as_default=False)
        except (OSError, ValueError, TimeoutError) as error:
            words = f"no Dask scheduler answers at {address}: {str(error) or 'no answer'}"
            raise InputError([InputProblem(words, "--dask")]) from None
        self._running: dict[int, Any] = {}
        self._last_worker = time.monotonic()

    def room(self) -> int:
        """One task for each thread of the workers that are there now."""
        threads: int = sum(self._client.nthreads().values())
        if threads:
            self._last_worker = time.monotonic()
        return max(0, threads - len(self._running))

    def submit(self, task: Task, case: Case) -> None:
        """Hand out a task."""
        name = f"rackmix-{task.instance_sha256[:12]}-{task.number}"
        self._running[task.number] = self._client.submit(perform, task, key=name, pure=False)

    def collect(self, *, wait: bool) -> Iterator[Done]:
        """What is done; Dask itself hands the tasks of a dead worker to another."""
        time.sleep(POLL_S if wait else 0)
        for number in [n for n, future in self._running.items() if future.done()]:
            future = self._running.pop(number)
            try:
                answer: Answer = future.result()
            except Exception as error:
                yield number, error
            else:
                yield number, answer
        if self._running and not self._client.nthreads():
            if time.monotonic() - self._last_worker > PATIENCE_S:
                yield from self._give_up()
        else:
            self._last_worker = time.monotonic()

    def _give_up(self) -> Iterator[Done]:
        waiting = list(self._running)
        self._running.clear()
        for number in waiting:
            yield number, WorkerLost(f"the cluster had no worker for {PATIENCE_S:.0f} s")

    def close(self) -> None:
        """Cancel what is not done and leave the cluster as it was."""
        for future in self._running.values():
            future.cancel()
        self._client.close()
