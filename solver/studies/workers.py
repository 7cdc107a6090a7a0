"""Who searches the points of a study: this process, processes of this machine, or a Dask cluster.

Belongs here: handing out tasks, taking in answers, surviving the death of a worker. Does not belong
here: which points need a search (sweep), Dask's own interface (dask_workers).
"""

import multiprocessing
import signal
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, replace
from typing import Any, Protocol

from solver.answer import Answer, solve_case
from solver.case import Case, case_from_plan
from solver.engines import Options
from solver.plan import Plan
from solver.restriction import Restriction
from solver.studies.point import without_problem
from solver.studies.window import better_start

MOST_TRIES = 3
"""How often a task is handed out whose worker died."""
POLL_S = 0.05
LEAST_SHARE = 0.5
"""Of the time limit: what is left for the search itself, whatever the first look took."""


class WorkerLost(RuntimeError):
    """A task was given up: every worker that had it died."""


@dataclass(frozen=True)
class Task:
    """A search, with all that it needs, whatever machine it is made on."""

    number: int
    problem: Any
    """The resolved problem, as a plan file holds it."""
    facts: Any
    """The catalogue rows it uses, likewise."""
    origin: str
    """What messages call the file."""
    instance_sha256: str
    """What the worker's own instance must come to."""
    options: Options
    start: Plan | None = None
    near: Plan | None = None
    """A plan of another point that is worth a quick search around it first."""
    restriction: Restriction | None = None
    """What its plans are held to beside the problem."""


def task_of(
    number: int,
    case: Case,
    options: Options,
    start: Plan | None = None,
    near: Plan | None = None,
) -> Task:
    """The search of a case as a task."""
    return Task(
        number=number,
        problem=case.loaded.tree,
        facts=case.facts,
        origin=case.loaded.document.file,
        instance_sha256=case.instance.sha256,
        options=options,
        start=None if start is None else without_problem(start),
        near=None if near is None else without_problem(near),
    )


def perform(task: Task, interrupted: Any = None) -> Answer:
    """Make the search of a task; the plan comes back without its problem and facts.

    Raises RuntimeError where this machine makes another instance of the same problem, as another
    version of rackmix would.
    """
    case = case_from_plan(task.problem, task.facts, task.origin)
    if case.instance.sha256 != task.instance_sha256:
        raise RuntimeError("the worker makes another instance of this problem: other versions?")
    return search(case, task, interrupted)


def search(case: Case, task: Task, interrupted: Any) -> Answer:
    """Search a case within the time limit of its task, a first look around a plan included."""
    began, start, options = time.monotonic(), task.start, task.options
    if task.near is not None:
        start = better_start(case, task.near, start, options, interrupted)
        left_s = options.time_limit_s - (time.monotonic() - began)
        options = replace(options, time_limit_s=max(left_s, LEAST_SHARE * options.time_limit_s))
    held = task.restriction
    return slim(solve_case(case, options, start=start, interrupted=interrupted, restriction=held))


def slim(answer: Answer) -> Answer:
    """An answer whose plan does not carry what its case says anyhow."""
    return replace(answer, plan=None if answer.plan is None else without_problem(answer.plan))


Done = tuple[int, Answer | Exception]
"""The number of a task, and its answer or why there is none."""


class Crew(Protocol):
    """Who makes searches."""

    def room(self) -> int:
        """How many more tasks can be handed out now."""

    def submit(self, task: Task, case: Case) -> None:
        """Hand out a task; ``case`` is what it was made of."""

    def collect(self, *, wait: bool) -> Iterator[Done]:
        """The tasks that are done; with ``wait`` after a moment, so as not to ask too often."""

    def close(self) -> None:
        """Let the workers go; what they still do is given up."""


class Here:
    """This process: one task at a time, searched when it is handed out."""

    def __init__(self, interrupted: threading.Event | None) -> None:
        self._interrupted = interrupted
        self._done: list[Done] = []

    def room(self) -> int:
        """One, once the last one was collected."""
        return 0 if self._done else 1

    def submit(self, task: Task, case: Case) -> None:
        """Search at once."""
        try:
            self._done.append((task.number, search(case, task, self._interrupted)))
        except Exception as error:  # a point that fails is a row, never the end of the sweep
            self._done.append((task.number, error))

    def collect(self, *, wait: bool) -> Iterator[Done]:
        """The task that was handed out last."""
        done, self._done = self._done, []
        yield from done

    def close(self) -> None:
        """Nothing is left to do."""


class Processes:
    """Processes of this machine; one that dies takes no point with it."""

    def __init__(self, count: int, interrupted: threading.Event | None) -> None:
        self._count = count
        self._interrupted = interrupted
        self._context = multiprocessing.get_context("spawn")
        self._stop = self._context.Event()
        self._pool = self._fresh()
        self._running: dict[Future[Answer], tuple[Task, int]] = {}

    def _fresh(self) -> ProcessPoolExecutor:
        return ProcessPoolExecutor(
            self._count, self._context, initializer=_begin, initargs=(self._stop,)
        )

    def room(self) -> int:
        """One task for each process."""
        return self._count - len(self._running)

    def submit(self, task: Task, case: Case) -> None:
        """Hand out a task."""
        self._submit(task, 1)

    def _submit(self, task: Task, tries: int) -> None:
        self._running[self._pool.submit(_perform_here, task)] = (task, tries)

    def collect(self, *, wait: bool) -> Iterator[Done]:
        """What is done; if a process has died, all that ran is handed out again."""
        time.sleep(POLL_S if wait else 0)
        if self._interrupted is not None and self._interrupted.is_set():
            self._stop.set()
        lost = []
        for future in [each for each in self._running if each.done()]:
            task, tries = self._running.pop(future)
            try:
                yield task.number, future.result()
            except BrokenProcessPool:
                lost.append((task, tries))
            except Exception as error:
                yield task.number, error
        if lost:
            yield from self._again(lost)

    def _again(self, lost: list[tuple[Task, int]]) -> Iterator[Done]:
        """New processes for what the dead one left; a task that keeps killing them is given up."""
        lost += self._running.values()
        self._running.clear()
        self._pool.shutdown(wait=False, cancel_futures=True)
        self._pool = self._fresh()
        for task, tries in lost:
            if tries >= MOST_TRIES:
                yield task.number, WorkerLost(f"{tries} processes died over it")
            else:
                self._submit(task, tries + 1)

    def close(self) -> None:
        """Stop the searches that still run and let the processes go."""
        self._stop.set()
        self._pool.shutdown(wait=True, cancel_futures=True)


_stop: Any = None
"""In a process of `Processes`: set when the study is interrupted."""


def _begin(stop: Any) -> None:
    """Prepare a process: Ctrl-C is the main process's to hear."""
    global _stop
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _stop = stop


def _perform_here(task: Task) -> Answer:
    return perform(task, _stop)


def crew_of(
    workers: int, dask: str | None, interrupted: threading.Event | None
) -> Callable[[], Crew]:
    """Who will search: a Dask cluster at an address, several processes, or this one.

    Raises problems.InputError where Dask is asked for and not installed.
    """
    if dask is not None:
        from solver.studies.dask_workers import Cluster, require_dask

        require_dask()
        return lambda: Cluster(dask)
    if workers > 1:
        return lambda: Processes(workers, interrupted)
    return lambda: Here(interrupted)
