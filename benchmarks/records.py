"""Runs on disk: one JSON file each, so that an interrupted benchmark resumes where it was.

Belongs here: the record of a run, its file, and whether it still speaks of the same run. Does not
belong here: making runs (run.py), judging them (scores.py).
"""

import hashlib
import json
import os
import platform
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

from benchmarks.contenders import CONTENDERS, Effort
from benchmarks.race import Trace

RESULTS = Path(__file__).parent / "results"


@dataclass(frozen=True)
class Record:
    """A run and what came of it."""

    size: str
    seed: int
    contender: str
    effort: dict[str, float]
    problem_sha256: str
    code_sha256: str | None
    """Fingerprint of rackmix where it took part in the run; the raw engines know nothing of it."""
    machine: dict[str, str]
    finished: str
    """When the run ended, in UTC."""
    trace: dict[str, Any]
    """The fields of a `Trace`."""

    @property
    def events(self) -> list[tuple[float, float | None, float | None]]:
        """(seconds, best plan, bound)."""
        return [(t, best, bound) for t, best, bound in self.trace["events"]]

    @property
    def notes(self) -> dict[str, object]:
        """What the program told of itself."""
        return dict(self.trace["notes"])


def record(size: str, seed: int, contender: str, effort: Effort, text: str, trace: Trace) -> Record:
    """The record of a run that has just ended."""
    return Record(
        size=size,
        seed=seed,
        contender=contender,
        effort=asdict(effort),
        problem_sha256=sha256(text),
        code_sha256=_code_of(contender),
        machine=machine(),
        finished=datetime.now(UTC).isoformat(timespec="seconds"),
        trace=asdict(trace),
    )


def save(record: Record, folder: Path = RESULTS) -> None:
    """Write a record; who reads the file finds the old one or the new one, whole."""
    folder.mkdir(parents=True, exist_ok=True)
    path = _path(folder, record.size, record.seed, record.contender)
    half = path.with_suffix(".half")
    half.write_text(json.dumps(asdict(record)) + "\n", encoding="utf-8")
    os.replace(half, path)


def known(
    size: str, seed: int, contender: str, effort: Effort, text: str, folder: Path = RESULTS
) -> Record | None:
    """The record of this very run, if it has been made: same problem, effort and rackmix."""
    path = _path(folder, size, seed, contender)
    if not path.is_file():
        return None
    found = Record(**json.loads(path.read_text(encoding="utf-8")))
    same = (
        found.problem_sha256 == sha256(text)
        and found.effort == asdict(effort)
        and found.code_sha256 == _code_of(contender)
    )
    return found if same else None


def load_all(folder: Path = RESULTS) -> list[Record]:
    """Every record, by size, seed and contender."""
    found = [Record(**json.loads(path.read_text("utf-8"))) for path in folder.glob("*.json")]
    return sorted(found, key=lambda record: (record.size, record.seed, record.contender))


def _code_of(contender: str) -> str | None:
    raw = contender in CONTENDERS and CONTENDERS[contender].plain
    return None if raw else code_sha256()


@cache
def code_sha256() -> str:
    """Fingerprint of everything of rackmix that bears on a solve: code and facts."""
    root = Path(__file__).resolve().parents[1]
    digest = hashlib.sha256()
    for room in ("catalogs", "problems", "solver"):
        for path in sorted((root / room).rglob("*")):
            if path.suffix in (".py", ".csv") or path.parts[-2] == "data":
                digest.update(path.read_bytes() if path.is_file() else b"")
    return digest.hexdigest()


def sha256(text: str) -> str:
    """Fingerprint of a problem file."""
    return hashlib.sha256(text.encode()).hexdigest()


def machine() -> dict[str, str]:
    """What a run was made on."""
    cpu = next(
        (
            line.partition(":")[2].strip()
            for line in Path("/proc/cpuinfo").read_text().splitlines()
            if line.startswith("model name")
        ),
        platform.processor() or "unknown",
    )
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return {
        "processor": cpu,
        "cores": str(len(os.sched_getaffinity(0))),
        "memory": f"{memory:.0f} GiB",
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
        "pulp": version("pulp"),
        "cbcbox": version("cbcbox"),
        "highspy": version("highspy"),
    }


def _path(folder: Path, size: str, seed: int, contender: str) -> Path:
    return folder / f"{size}-{seed:02d}-{contender}.json"
