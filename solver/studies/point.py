"""A point of a study: one problem, what came of it, and how it is kept on disk.

Belongs here: the record of a point, its key, and its file. Does not belong here: how a point is
solved (sweep, workers), layout (reports).
"""

import contextlib
import hashlib
import json
import os
import tempfile
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from enum import StrEnum
from importlib.metadata import version
from pathlib import Path
from typing import Any

from solver.answer import Answer, AnswerStatus
from solver.case import Case
from solver.engines import Options
from solver.plan import Plan, PlanError, plan_from_json, plan_to_json
from solver.studies.grid import Place
from solver.studies.measures import Measures

FORMAT = 1
"""Raised whenever files of an older form can no longer be read."""


class How(StrEnum):
    """How a point was answered."""

    SEARCHED = "searched"
    """The engines looked for a plan and a bound."""
    CARRIED = "carried"
    """Its plan and its bound, or its having none, follow from other points; no search was made."""
    FAILED = "failed"
    """Something is wrong with this point alone; its error says what."""


@dataclass(frozen=True)
class Point:
    """What came of one point."""

    place: Place
    status: AnswerStatus
    how: How
    plan: Plan | None = None
    """Verified for this very problem."""
    bound: float | None = None
    """No plan of this problem costs less."""
    seconds: float = 0.0
    """Spent on it."""
    key: str = ""
    """Names its file; points with the same problem and options share it."""
    sources: tuple[Place, ...] = ()
    """The points that its bound, or its having no plan, was carried from."""
    error: str = ""
    measures: Measures | None = None

    @property
    def objective(self) -> float | None:
        """Cost of its plan."""
        return None if self.plan is None else self.plan.objective

    @property
    def gap(self) -> float | None:
        """How far its plan can be from the cheapest, as a fraction."""
        return None if self.plan is None else self.plan.gap


def key_of(case: Case, options: Options, held_to: str = "") -> str:
    """The name of what a point asks: the same mathematics, options and version, the same key.

    ``held_to`` is what its plans are held to beside the problem.
    """
    asked = {
        "format": FORMAT,
        "rackmix": version("rackmix"),
        "instance": case.instance.sha256,
        # The cases of an uncertain future are more than the instance says.
        "problem": case.loaded.sha256 if case.loaded.cases else "",
        "options": asdict(options),
        "held_to": held_to,
    }
    return hashlib.sha256(json.dumps(asked, sort_keys=True).encode()).hexdigest()[:32]


def why_failed(answer: Answer) -> str:
    """Why the engines gave no plan that holds."""
    if answer.refused and answer.refused.violations:
        return f"no plan passed verification: {answer.refused.violations[0]}"
    return answer.attempts[-1].message if answer.attempts else "the engines failed"


def without_problem(plan: Plan) -> Plan:
    """A plan without what its case says anyhow, to be kept or sent."""
    return replace(plan, problem={}, facts={})


def with_problem(plan: Plan, case: Case) -> Plan:
    """The same plan, whole again."""
    return replace(plan, problem=case.loaded.tree, facts=case.facts)


@dataclass(frozen=True)
class Shelf:
    """A folder with one file for each point that is done."""

    folder: Path

    def keep(self, point: Point) -> None:
        """Write the file of a point, whole or not at all, whatever happens to the machine."""
        self.folder.mkdir(parents=True, exist_ok=True)
        text = json.dumps(_document(point), ensure_ascii=False, allow_nan=False)
        handle, name = tempfile.mkstemp(prefix=".", suffix=".new", dir=self.folder)
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                file.write(text)
                file.flush()
                os.fsync(file.fileno())
            os.replace(name, self._path(point.key))
        finally:
            with contextlib.suppress(FileNotFoundError):
                os.unlink(name)

    def find(self, key: str) -> Point | None:
        """The point of a key; None where there is none, or its file cannot be understood."""
        try:
            document = json.loads(self._path(key).read_text(encoding="utf-8"))
            return _point(document, key)
        except (OSError, ValueError, KeyError, TypeError, PlanError):
            return None

    def _path(self, key: str) -> Path:
        return self.folder / f"{key}.json"


def _document(point: Point) -> dict[str, Any]:
    plan = None if point.plan is None else plan_to_json(without_problem(point.plan))
    return {
        "format": FORMAT,
        "key": point.key,
        "status": str(point.status),
        "how": str(point.how),
        "bound": point.bound,
        "seconds": point.seconds,
        "plan": plan,
    }


def _point(document: Mapping[str, Any], key: str) -> Point | None:
    """The point in a file; its place is not kept, since another grid may ask the same."""
    if document["format"] != FORMAT or document["key"] != key:
        return None
    plan = document["plan"]
    return Point(
        place=(),
        status=AnswerStatus(document["status"]),
        how=How(document["how"]),
        plan=None if plan is None else plan_from_json(plan),
        bound=document["bound"],
        seconds=float(document["seconds"]),
        key=key,
    )
