"""What the trees for bounds find beside bounds: CBC has plans near the points of a relaxation."""

import threading
import time

import pytest

from solver import engines
from solver.engines.points import Point
from solver.engines.program import Program
from solver.formulation import build_tight
from solver.search.bounds import Bounds
from solver.search.incumbent import Incumbent
from solver.search.parts import Parts
from solver.search.stages import Stage
from tests.solver.instances import World

OPTIONS = engines.Options(engine="cbc", gap=0.0, time_limit_s=60.0)


def test_cbc_has_a_plan_near_what_it_buys() -> None:
    """Proves that two nodes at 100 are a plan as soon as a tree over what is bought has ended, and
    that its point is told for others to look near.

    Sensitivity: were nothing looked for near that point, there would be no plan before a tree over
    the whole.
    """
    world = World()
    cheap, dear = world.add_item("cheap"), world.add_item("dear")
    world.sell("one", cheap, 100.0)
    world.sell("two", dear, 150.0)
    world.reserve("desk", 16, ["here/cheap", "here/dear"])
    model = build_tight(world.build())
    parts = Parts(model, Program.of(model.problem))
    known = Incumbent(parts.program, OPTIONS.gap, lambda _: True)
    stage = Stage(parts, known, OPTIONS, "cbc", time.monotonic(), threading.Event())
    hints: list[Point] = []
    plans: dict[str, float | None] = {}

    def note(_engine: str, variant: str, *_: object) -> None:
        plans.setdefault(variant, known.cost)

    Bounds(stage, hints.append, note).by_trees()
    assert plans["jobs whole"] is None
    assert plans["bought whole"] == pytest.approx(200.0 / model.money_scale)
    assert len(hints) == 2
    assert known.gap == pytest.approx(0.0, abs=1e-6)
