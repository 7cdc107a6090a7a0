"""The language of problem files as pydantic models; their docstrings are its reference.

Belongs here: the blocks and their fields. Does not belong here: reading files (problems.loading) and
checks that need the catalogue (problems.checks).
"""

from problems.schema.problem import Problem

__all__ = ["Problem"]
