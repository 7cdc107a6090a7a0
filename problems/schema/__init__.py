"""The language of problem files as pydantic models; their docstrings are its reference.

Belongs here: the blocks and their fields. Does not belong here: reading files (problems.loading)
and checks that need the catalogue (problems.checks).
"""

from typing import Any

from problems.schema.problem import Problem

__all__ = ["Problem", "json_schema"]


def json_schema() -> dict[str, Any]:
    """The JSON Schema of problem files, for editors and other programs (draft 2020-12)."""
    schema = Problem.model_json_schema(by_alias=True)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}
