"""The mathematics: one file per family of constraints, named cost terms, and their assembly.

Belongs here: everything that turns an instance into a mixed-integer program. Does not belong here:
running it (solver.engines) and reading plans out of it (solver.extract).
"""

from solver.formulation.build import build, build_plain, build_tight
from solver.formulation.joint import Joint, build_joint
from solver.formulation.model import Model

__all__ = ["Joint", "Model", "build", "build_joint", "build_plain", "build_tight"]
