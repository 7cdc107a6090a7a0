"""Sweeps on a real Dask cluster of this machine: a scheduler, and workers in processes."""

import os
import signal
import sys
import warnings
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from problems import InputError
from solver.studies import dask_workers
from solver.studies.result import Progress
from solver.studies.sweep import sweep

pytestmark = [
    pytest.mark.skipif(find_spec("distributed") is None, reason="Dask is an optional extra"),
    # Dask's own threads and loops leave sockets for the collector when a worker is killed.
    pytest.mark.filterwarnings("ignore"),
]

PROBLEM = """\
rackmix: 1
horizon: {start: 2024-01-01, end: 2024-06-30, period: quarter}
currency: CNY
sites: {hall: {destination: CN}}
offers:
  first: {item: a100_sxm_80, vendor: broker, price: 50_000 CNY, standalone: true}
  second: {item: h20_sxm_96, vendor: other, price: 60_000 CNY, standalone: true}
reservations: {research: {cards: 7, from: 2024-01-01}}
solve: {gap: 0}
"""
VARY = {"reservations.research.cards": "3..20..1"}
"""Another demand at every point: nothing carries, all 18 are searched."""


@pytest.fixture
def problem(tmp_path: Path) -> Path:
    """A problem file that is solved in no time."""
    path = tmp_path / "problem.yaml"
    path.write_text(PROBLEM, encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def cluster() -> Iterator[Any]:
    """Two workers, each a process with one thread, and a scheduler at an address."""
    from distributed import LocalCluster

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with LocalCluster(
            n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None
        ) as running:
            yield running


def test_a_cluster_gives_the_same_and_loses_nothing_with_a_worker(
    problem: Path, tmp_path: Path, cluster: Any
) -> None:
    """A worker is killed by its process id in the middle of a sweep: all points come, each is
    kept once, and they are what one process gives.
    """
    folder, killed, written = tmp_path / "points", list[int](), dict[str, int]()

    def kill_one(progress: Progress) -> None:
        for path in folder.glob("*.json"):
            # A file that is written again would be a finished point that was repeated.
            assert written.setdefault(path.name, path.stat().st_mtime_ns) == path.stat().st_mtime_ns
        if progress.done >= 5 and progress.running and not killed:
            process = next(iter(cluster.workers.values())).pid
            killed.append(process)
            os.kill(process, signal.SIGKILL)

    found = sweep(
        problem, VARY, dask=cluster.scheduler_address, folder=folder, on_progress=kill_one
    )
    assert killed
    assert len(found.points) == 18
    assert not [point.error for point in found.points if point.error]
    assert len(list(folder.glob("*.json"))) == 18
    assert [p.objective for p in found.points] == [50_000.0 * cards for cards in range(3, 21)]
    assert all(p.plan and p.plan.verification.ok for p in found.points)
    asked: list[Progress] = []
    sweep(problem, VARY, folder=folder, on_progress=asked.append)
    assert asked[-1].found_on_disk == 18


def test_an_address_without_a_scheduler_is_refused(
    problem: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The message names the address."""
    monkeypatch.setattr(dask_workers, "CONNECT_S", 1)
    with pytest.raises(InputError, match="no Dask scheduler answers at tcp://127"):
        sweep(problem, VARY, dask="tcp://127.0.0.1:9")


def test_without_dask_it_says_what_to_install(
    problem: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The extra is named."""
    monkeypatch.setattr(dask_workers, "find_spec", lambda name: None)
    with pytest.raises(InputError, match=r"rackmix\[dask\]"):
        sweep(problem, VARY, dask="tcp://127.0.0.1:9")


def test_dask_is_imported_only_where_it_is_asked_for(problem: Path) -> None:
    """A sweep in this process does not load it."""
    before = "distributed" in sys.modules
    sweep(problem, {"reservations.research.cards": [3]})
    assert ("distributed" in sys.modules) == before
