"""The trees of a search: in which order CBC grows them by itself, what they find beside bounds, and
what they are to rule out.
"""

import math
import threading
import time
from dataclasses import replace
from typing import Any

import pytest

from solver import engines
from solver.engines import Status, StopReason
from solver.engines.dive import Dived
from solver.engines.parts import Found, run_part
from solver.engines.points import Point
from solver.engines.program import Part, Program
from solver.formulation import build_tight
from solver.formulation.purchases import ORDERED, QUANTITY
from solver.formulation.workloads import HELD, POOL_CHOSEN, RESERVED, RUNNING
from solver.search import bounds
from solver.search.bounds import BESIDE, CALM, CBC_MORE, CBC_NODES, Bounds
from solver.search.incumbent import Incumbent
from solver.search.neighbourhoods import VAIN
from solver.search.parts import Parts
from solver.search.stages import Stage, improve, plan_with_jobs, settle
from solver.search.targets import SHARE, Targets
from tests.solver.instances import World

OPTIONS = engines.Options(engine="cbc", gap=0.0, time_limit_s=60.0)


def test_cbc_has_a_plan_with_jobs_as_a_relaxation_has_them() -> None:
    """Proves that two nodes at 100 are the plan, no longer two at 150, as soon as a tree over what
    jobs hold has ended, and that its point and that of what is bought are told for others to look
    near.

    Sensitivity: were nothing bought for the jobs of that point, there would be no better plan
    before a tree over the whole.
    """
    trees = Trees()
    trees.buy_dear()
    Bounds(trees.stage, trees.hints.append, trees.note).by_trees()
    assert list(trees.plans)[:2] == ["jobs whole", "with jobs"]
    assert trees.plans["jobs whole"] == pytest.approx(300.0 / trees.model.money_scale)
    assert trees.plans["with jobs"] == pytest.approx(200.0 / trees.model.money_scale)
    assert len(trees.hints) == 2
    assert trees.stage.incumbent.gap == pytest.approx(0.0, abs=1e-6)


def test_cbc_without_a_plan_looks_near_what_it_buys() -> None:
    """Proves that two nodes at 100 are a plan as soon as a tree over what is bought has ended.

    Sensitivity: where jobs as in the relaxation have none, there would be no plan before a tree
    over the whole.
    """
    trees = Trees()
    Bounds(trees.stage, trees.hints.append, trees.note).by_trees()
    assert list(trees.plans)[:2] == ["jobs whole", "bought whole"]
    assert trees.plans["with jobs"] == pytest.approx(200.0 / trees.model.money_scale)


def test_cbc_has_a_bound_from_jobs_before_it_has_targets(monkeypatch: pytest.MonkeyPatch) -> None:
    """Proves the order of CBC's trees, and that one over what jobs hold is grown once.

    Sensitivity: where no target can be ruled out, there would be no bound but that of the root.
    """
    trees = Trees()

    def miss(_self: Bounds, targets: Targets) -> bool:
        targets.tell(False)
        trees.plans[f"target {targets.nodes}"] = None
        return len(trees.plans) < 6

    monkeypatch.setattr(Bounds, "_rule_out", miss)
    Bounds(trees.stage, trees.hints.append, trees.note).by_trees()
    asked = [f"target {CBC_NODES * factor}" for factor in (2, 4, 8)]
    assert list(trees.plans) == ["jobs whole", "bought whole", "with jobs", *asked]


def test_cbc_looks_for_better_plans_until_its_first_target(monkeypatch: pytest.MonkeyPatch) -> None:
    """Proves that plans are thought over after the tree over jobs, near a point that starts the
    count of what was in vain anew, and that targets come only after that.

    Sensitivity: a target below a plan that is 2 % too dear proves next to nothing.
    """
    trees, known = Trees(), []

    def think(stage: Stage, _hint: object, _seed: int, **limits: int) -> None:
        known.append((stage.incumbent.in_vain, limits))
        trees.plans["thought over"] = None

    def rule_out(_self: Bounds, _targets: Targets) -> bool:
        trees.plans["target"] = None
        return False

    trees.buy_dear()
    trees.stage.incumbent.in_vain = CALM
    monkeypatch.setattr(bounds, "improve", think)
    monkeypatch.setattr(Bounds, "_rule_out", rule_out)
    Bounds(trees.stage, trees.hints.append, trees.note).by_trees()
    assert list(trees.plans) == ["jobs whole", "with jobs", "thought over", "target"]
    assert known == [(0, {"in_vain": CALM, "most": BESIDE})]


def test_points_of_what_is_bought_are_no_plans(monkeypatch: pytest.MonkeyPatch) -> None:
    """Proves that neighbourhoods end after as many as are asked for, and that what comes of the
    relaxation among them is not offered, but counts as one in vain.

    Sensitivity: each of them would be checked, and logged as a plan that was refused.
    """
    trees, runs = Trees(), []
    trees.buy_dear()
    plan = trees.stage.incumbent.point

    def same(_self: Stage, part: Part, **_wishes: Any) -> Found:
        runs.append(part)
        return Found(Status.FEASIBLE, StopReason.UNKNOWN, plan, None, 0.0, "")

    offered: list[Point] = []
    monkeypatch.setattr(Stage, "run", same)
    monkeypatch.setattr(Incumbent, "offer", lambda _self, point: offered.append(point))
    improve(trees.stage, lambda: None, 1, most=VAIN + 2)
    assert len(runs) == VAIN + 2
    assert len(offered) == VAIN + 1
    assert trees.stage.incumbent.in_vain == VAIN + 2
    assert sum(runs[VAIN].whole) < sum(runs[0].whole)


@pytest.mark.parametrize(("engine", "plan", "dives"), [("cbc", True, 1), ("cbc", False, 3)])
def test_cbc_with_a_plan_dives_once(
    monkeypatch: pytest.MonkeyPatch, engine: str, plan: bool, dives: int
) -> None:
    """Proves how often jobs are settled where that leads nowhere.

    Sensitivity: neighbourhoods, which would have had a better plan, would wait 10 s for two more.
    """
    trees, dived = Trees(engine=engine), []

    def nowhere(_self: Stage, part: Part, *_: object) -> Dived:
        dived.append(part)
        return Dived(None, None, None, 0.0)

    if plan:
        trees.buy_dear()
    monkeypatch.setattr(Stage, "dive", nowhere)
    assert not settle(trees.stage)
    assert len(dived) == dives


def test_what_serves_is_rounded_near_a_point_and_no_less_is_bought() -> None:
    """Proves the limits near 1.5 of everything: what is reserved is one at most from rounding it
    down or up, what is bought not below 1, and the rest as it was.

    Sensitivity: with no room about the rounded, CBC found no plan on three of five problems.
    """
    trees = Trees()
    parts = trees.stage.parts
    whole = Part.all_of(parts.program)
    for fewer in (False, True):
        near = parts.rounded(whole, [1.5] * len(parts.kinds), fewer=fewer)
        for column, kind in enumerate(parts.kinds):
            limits = near.lower[column], near.upper[column]
            if kind == RESERVED:
                assert limits == (max(0.0, whole.lower[column]), min(3.0, whole.upper[column]))
            elif kind == QUANTITY:
                assert limits == (whole.lower[column] if fewer else 1.0, whole.upper[column])
            else:
                assert limits == (whole.lower[column], whole.upper[column])
    assert {RESERVED, QUANTITY} <= set(parts.kinds)


def test_less_is_bought_where_nothing_else_has_a_plan(monkeypatch: pytest.MonkeyPatch) -> None:
    """Proves the order in which a plan is looked for with the jobs of a relaxation: within all of
    the limits and then less, with no less bought and then any.

    Sensitivity: on two of five problems the first of them had none.
    """
    trees, asked = Trees(), []

    def none(_self: Stage, part: Part, **_wishes: Any) -> Found:
        asked.append(part)
        first = len(asked) == 2
        point = [0.0] * len(part.lower) if first else None
        return Found(Status.FEASIBLE, StopReason.UNKNOWN, point, None, 0.0, "")

    monkeypatch.setattr(Stage, "run", none)
    assert plan_with_jobs(trees.stage, [0.0] * len(trees.stage.parts.kinds)) is not None
    assert len(asked) == 4
    assert sum(asked[0].whole) < sum(asked[2].whole) == sum(asked[3].whole)
    asked.clear()
    trees.stage.stop.set()
    assert plan_with_jobs(trees.stage, [0.0] * len(trees.stage.parts.kinds)) is None
    assert not asked


def test_a_tree_that_rules_out_branches_on_jobs_and_choices_first(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Proves that CBC hears of them. Sensitivity: trees would have 2 to 4 times as many nodes."""
    trees = Trees(job=True)
    heard: list[object] = []

    def spy(part: Part, options: engines.Options, **wishes: Any) -> Found:
        heard.append(wishes["branch_first"])
        return run_part(part, options, **wishes)

    monkeypatch.setattr(bounds, "run_part", spy)
    Bounds(trees.stage, trees.hints.append, trees.note)._rule_out(Targets(0.0))
    jobs, choices = trees.stage.parts.branched_first
    assert heard == [[jobs, choices]]
    kinds = trees.stage.parts.kinds
    assert {kinds[column] for column in jobs} == {RUNNING, HELD}
    assert {kinds[column] for column in choices} == {POOL_CHOSEN, ORDERED}


@pytest.mark.parametrize(
    ("engine", "in_vain", "hoped", "target"),
    [
        ("highs", 0, math.inf, 0.985),
        ("highs", CALM, math.inf, 0.995),
        ("cbc", 0, math.inf, 0.985),
        ("cbc", CALM, math.inf, 0.993),
        ("highs", CALM, 0.9, 0.9 * 0.995),
        ("highs", 0, 0.9, 0.9 * 0.985),
    ],
)
def test_targets_are_nearer_to_plans_that_get_no_better(
    monkeypatch: pytest.MonkeyPatch, engine: str, in_vain: int, hoped: float, target: float
) -> None:
    """Proves which share of the plan, of 200, the first tree is to rule out: 1.5 % below the plan,
    or below a cheaper point of the relaxation; 0.5 % where HiGHS has thought over it in vain, and
    0.7 % where CBC has, in a tree twice as large.

    Sensitivity: a target below the plan alone lay above the optimum where plans came to cost what
    the relaxation's point did.
    """
    trees, heard, nodes = Trees(engine=engine), [0.0], [0]

    def ask(_part: Part, _options: engines.Options, **wishes: Any) -> Found:
        heard[0], nodes[0] = wishes["cutoff"], wishes["nodes"]
        return Found(Status.NO_PLAN, StopReason.UNKNOWN, None, None, 0.0, "")

    known = trees.stage.incumbent
    known.cost, known.in_vain = 200.0, in_vain
    monkeypatch.setattr(bounds, "run_part", ask)
    asked = Bounds(trees.stage, trees.hints.append, trees.note, hoped=hoped * 200.0)
    asked._rule_out(replace(asked._targets(), gap=0.001, share=SHARE))
    assert heard[0] == pytest.approx(target * 200.0)
    large = engine == "cbc" and in_vain == CALM
    assert nodes[0] == asked._targets().nodes * (CBC_MORE if large else 1)


class Trees:
    """Two ways to have 16 cards, for an engine to find, and what is noted of its trees."""

    def __init__(self, job: bool = False, engine: str = "cbc") -> None:
        world = World()
        cheap, dear = world.add_item("cheap"), world.add_item("dear")
        world.sell("one", cheap, 100.0)
        world.sell("two", dear, 150.0)
        world.reserve("desk", 16, ["here/cheap", "here/dear"])
        if job:
            world.sell("three", dear, 90.0, fixed_fee=30.0)
            world.train("gpt", 60.0, ["here/cheap", "here/dear"], min_units=2)
        self.model = build_tight(world.build())
        parts = Parts(self.model, Program.of(self.model.problem))
        known = Incumbent(parts.program, OPTIONS.gap, lambda _: True)
        self.stage = Stage(parts, known, OPTIONS, engine, time.monotonic(), threading.Event())
        self.hints: list[Point] = []
        self.plans: dict[str, float | None] = {}
        """The cost of the best plan after the first tree of each kind."""

    def buy_dear(self) -> None:
        """Have a plan that buys nothing of what is cheap."""
        parts = self.stage.parts
        part = Part.all_of(parts.program)
        for index, column in self.model.of(QUANTITY).items():
            if str(index[0]).startswith("one@"):
                part.upper[column] = 0.0
        found = run_part(part, OPTIONS)
        assert found.point is not None
        self.stage.incumbent.offer(found.point)

    def note(self, _engine: str, variant: str, *_: object) -> None:
        """Hear of a tree."""
        self.plans.setdefault(variant, self.stage.incumbent.cost)
