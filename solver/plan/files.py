"""The plan file, both ways.

Belongs here: a plan as JSON values and as the bytes of a file, and back, strictly: every key is
there and none besides. Does not belong here: the records, other formats.
"""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from solver.plan.convert import Misread, from_json, to_json
from solver.plan.records import CashFlowRow, Plan


class PlanError(ValueError):
    """A plan or a list of purchases cannot be read or written; the text says where and why."""


def plan_to_json(plan: Plan) -> dict[str, Any]:
    """The plan as JSON values, in the order of the plan file."""
    document: dict[str, Any] = to_json(plan)
    # The one table whose order the plan file promises.
    document["cash_flow"] = [to_json(row) for row in sorted(plan.cash_flow, key=_by_date)]
    return document


def _by_date(row: CashFlowRow) -> tuple[Any, ...]:
    return (row.date, row.term.value, row.site)


def plan_from_json(document: Any) -> Plan:
    """The plan that JSON values hold. Raises PlanError naming the path of the first fault in words:
    an unknown or missing key, a wrong type, a number that is not finite.
    """
    try:
        plan: Plan = from_json(Plan, document)
    except Misread as fault:
        raise PlanError(str(fault)) from None
    return plan


def dump_plan(plan: Plan) -> str:
    """The text of the plan file: the same plan gives the same bytes.

    One row of a table on one line; numbers as Python writes them back exactly; a newline at the
    end. Raises PlanError for a number that is not finite: JSON has none.
    """
    try:
        blocks = [f" {json.dumps(key)}: {_block(v)}" for key, v in plan_to_json(plan).items()]
    except ValueError as fault:
        raise PlanError(f"a plan with a number that is not finite has no file: {fault}") from None
    return "{\n" + ",\n".join(blocks) + "\n}\n"


def _block(value: Any) -> str:
    if isinstance(value, list) and value:
        return "[\n" + ",\n".join(f"  {_line(row)}" for row in value) + "\n ]"
    if isinstance(value, dict) and value:
        rows = (f"  {json.dumps(key, ensure_ascii=False)}: {_line(v)}" for key, v in value.items())
        return "{\n" + ",\n".join(rows) + "\n }"
    return _line(value)


def _line(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False)


def read_plan(path: Path) -> Plan:
    """The plan in a file. Raises PlanError naming the file, and line or path of the fault."""
    document = read_json(path, read_text(path), without_doubles)
    try:
        return plan_from_json(document)
    except PlanError as fault:
        raise PlanError(f"{path}: {fault}") from None


def read_json(path: Path, text: str, hook: Callable[..., Any] | None = None) -> Any:
    """The JSON value in a file's text; raises PlanError naming the file, and the line if known."""
    try:
        return json.loads(text, object_pairs_hook=hook)
    except json.JSONDecodeError as fault:
        raise PlanError(f"{path}:{fault.lineno}: not JSON: {fault.msg}") from None
    except RecursionError:
        raise PlanError(f"{path}: nested too deeply") from None
    except Misread as fault:
        raise PlanError(f"{path}: {fault.args[0]}") from None


def read_text(path: Path) -> str:
    """The text of a file, UTF-8; raises PlanError naming the file."""
    try:
        return path.read_text(encoding="utf-8-sig")
    except OSError as fault:
        raise PlanError(f"{path}: cannot be read: {fault.strerror}") from None
    except UnicodeDecodeError:
        raise PlanError(f"{path}: is not UTF-8 text") from None


def without_doubles(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object of a JSON file; raises Misread for a key that stands there twice."""
    found = dict(pairs)
    if len(found) < len(pairs):
        keys = [key for key, _ in pairs]
        double = next(key for key in keys if keys.count(key) > 1)
        raise Misread(f"duplicate key {double!r}")
    return found
