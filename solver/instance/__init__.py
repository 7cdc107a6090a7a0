"""The seam: left of it files, units and defaults; right of it only keys and plain numbers.

Belongs here: the instance's records (model.py) and what builds them. Does not belong here:
mathematics.
"""

from solver.instance.build import build_instance
from solver.instance.model import Instance
from solver.instance.sources import InstanceError

__all__ = ["Instance", "InstanceError", "build_instance"]
