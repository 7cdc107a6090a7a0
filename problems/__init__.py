"""The problem language: what a problem file can say, reading it, and the worked problem files.

Belongs here: the schema, units, loading and edits. Does not belong here: facts about machines and
rules (catalogs), anything that optimises (solver). The names below load on first use, so that a
command which needs none of them starts without pydantic.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from problems.errors import InputError, InputProblem

if TYPE_CHECKING:
    from problems.edits import Edit, parse_edit, parse_unset
    from problems.loading import LoadedProblem, load_problem, problem_from_tree
    from problems.schema import Problem, json_schema
    from problems.starter import starter_text

_HOMES = {
    "Edit": "problems.edits",
    "LoadedProblem": "problems.loading",
    "Problem": "problems.schema",
    "json_schema": "problems.schema",
    "load_problem": "problems.loading",
    "parse_edit": "problems.edits",
    "parse_unset": "problems.edits",
    "problem_from_tree": "problems.loading",
    "starter_text": "problems.starter",
}

__all__ = [
    "Edit",
    "InputError",
    "InputProblem",
    "LoadedProblem",
    "Problem",
    "json_schema",
    "load_problem",
    "parse_edit",
    "parse_unset",
    "problem_from_tree",
    "starter_text",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'problems' has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)
