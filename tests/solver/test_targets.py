"""Ruling out that anything costs less than a target: what engines say; when a target is void, and
when the relaxation that comes before targets has little left to tell.
"""

import threading

import pytest
from hypothesis import given, strategies

from solver import engines
from solver.engines import Status, near_enough, relative_gap
from solver.engines.parts import Found, run_part
from solver.engines.program import Part, Program
from solver.search.bounds import CALM, Settled
from solver.search.incumbent import Incumbent
from solver.search.targets import Targets
from tests.solver.engine_models import curves, knapsack

each_engine = pytest.mark.parametrize("engine", ["cbc", "highs"])


def ruled_out(program: Program, engine: str, cutoff: float | None) -> Found:
    """What an engine finds of a whole program below a cutoff."""
    options = engines.Options(engine=engine, gap=0.0, time_limit_s=60.0)
    return run_part(Part.all_of(program), options, cutoff=cutoff)


@each_engine
@pytest.mark.parametrize(("cutoff", "bound"), [(15.5, 15.5), (10.0, 10.0), (16.5, 16.0)])
def test_no_bound_lies_above_a_cutoff(engine: str, cutoff: float, bound: float) -> None:
    """Proves that below 15.5 there is nothing where the cheapest costs 16, and below 16.5 that.

    Sensitivity: were an engine's own bound taken, ruling out 10 would be a bound of 16 or more.
    """
    program = knapsack()
    found = ruled_out(program, engine, cutoff)
    assert found.bound == pytest.approx(bound)
    if cutoff > 16.0:
        assert found.point is not None
        assert program.cost(found.point) == pytest.approx(16.0)


@each_engine
@pytest.mark.parametrize("seed", range(12))
def test_engines_rule_out_what_there_is_not_and_find_what_there_is(engine: str, seed: int) -> None:
    """A little below the optimum nothing is found; a little above it the optimum is.

    Sensitivity: a cutoff that an engine takes with another constant, or scaled, is wrong on one
    side.
    """
    program = Program.of(curves(2, 2, 3, seed))
    best = ruled_out(program, "highs", None)
    assert best.point is not None
    optimum = program.cost(best.point)
    below, above = optimum - 0.01 * abs(optimum), optimum + 0.01 * abs(optimum)
    assert ruled_out(program, engine, below).bound == pytest.approx(below)
    found = ruled_out(program, engine, above)
    assert found.point is not None
    assert program.cost(found.point) == pytest.approx(optimum, rel=1e-6)
    assert found.bound == pytest.approx(optimum, rel=1e-6)


def test_a_target_is_void_when_a_plan_comes_near_it() -> None:
    """With a gap of 10 % a target of 16.5 stays with a plan of 18 (half a gap: 17.1) and is void
    with one of 17 (16.15).
    """
    known = Incumbent(knapsack(), 0.0, lambda _: True)
    stop = threading.Event()
    with Targets(gap=0.1).stay(16.5, known, stop) as void:
        assert known.offer([1.0, 4.0])
        assert known.cost == pytest.approx(18.0)
        assert not void.is_set()
        assert known.offer([0.0, 5.0])
        assert known.cost == pytest.approx(17.0)
        assert void.is_set()
    assert not known.listeners
    with Targets(gap=0.1).stay(12.0, known, stop) as void:
        stop.set()
        assert void.is_set()


def test_without_a_plan_any_plan_ends_the_tree() -> None:
    """There is a target from then on."""
    known = Incumbent(knapsack(), 0.0, lambda _: True)
    with Targets(gap=0.1).stay(None, known, threading.Event()) as void:
        assert not void.is_set()
        assert known.offer([1.0, 4.0])
        assert void.is_set()


@given(
    cost=strategies.floats(1e-3, 1e12),
    gap=strategies.floats(1e-5, 0.5),
)
def test_the_last_target_is_near_enough(cost: float, gap: float) -> None:
    """A plan whose last target was ruled out has the gap that was asked for.

    Sensitivity: at exactly the gap, rounding left half of such plans a hair too dear, and what was
    left of the time was spent on nothing.
    """
    known = Incumbent(knapsack(), gap, lambda _: True)
    known.cost = cost
    known.raise_bound(Targets(gap).last(cost))
    assert known.done.is_set()


@given(
    bound=strategies.floats(0.1, 0.99),
    hoped=strategies.floats(0.1, 1.5),
    gap=strategies.floats(1e-4, 0.05),
    boldest=strategies.sampled_from([0.35, 1.0]),
    calm=strategies.booleans(),
)
def test_targets_rise_to_the_last(
    bound: float, hoped: float, gap: float, boldest: float, calm: bool
) -> None:
    """Proves of a plan that costs 1 that each target lies above the bound, and that the last comes
    in the end where all are ruled out.

    Sensitivity: a target that is the bound already would be ruled out at once, for ever.
    """
    hoped = max(hoped, bound)
    targets = Targets(gap, share=min(0.5, boldest), boldest=boldest)
    for _ in range(100):
        if near_enough(relative_gap(1.0, bound), gap):
            break
        target = targets.next(1.0, bound, hoped, calm=calm)
        assert bound < target <= 1.0
        targets.tell(True)
        bound = target
    assert near_enough(relative_gap(1.0, bound), gap)


def test_no_points_are_looked_for_where_there_are_likely_none() -> None:
    """What HiGHS spends on looking for points is as told, and nothing with a cutoff.

    Sensitivity: HiGHS takes no share above 1, so a share that did not reach it would pass.
    """
    part = Part.all_of(knapsack())
    options = engines.Options(engine="highs", gap=0.0, time_limit_s=60.0)
    assert run_part(part, options, heuristics=0.5).status is Status.OPTIMAL
    refused = run_part(part, options, heuristics=2.0)
    assert refused.status is Status.ERROR
    assert "mip_heuristic_effort" in refused.message
    assert run_part(part, options, heuristics=2.0, cutoff=10.0).status is Status.INFEASIBLE


class TestSettled:
    """Proves when the relaxation before the targets is left: of a plan of 18 with a bound of 10."""

    def settled(self, bound: float, *points: float) -> bool:
        """Whether a relaxation is left after a plan of 18, a bound and points of these costs."""
        known = Incumbent(knapsack(), 0.0, lambda _: True)
        settled = Settled(known, threading.Event())
        for cost in points:
            settled.found(cost)
        settled.raised(bound)
        assert known.bound == bound
        assert not settled.is_set()
        assert known.offer([1.0, 4.0])
        settled.raised(bound)
        return settled.is_set()

    def test_when_its_own_gap_is_a_fifth_of_the_plan_s(self) -> None:
        """8 are open; of them a point of 11.6 leaves 1.6 and one of 11.7 leaves 1.7."""
        assert self.settled(10.0, 14.0, 11.6)
        assert not self.settled(10.0, 11.7)
        assert not self.settled(10.0)

    def test_when_the_plan_is_nearly_proven(self) -> None:
        """Between 17.91 and 18 lies 0.5 % of the plan, whatever points there are."""
        assert self.settled(17.92)
        assert not self.settled(17.90)

    def test_when_plans_get_no_better(self) -> None:
        """After some neighbourhoods in vain; a better plan begins the count anew."""
        known = Incumbent(knapsack(), 0.0, lambda _: True)
        settled = Settled(known, threading.Event())
        known.in_vain = CALM
        assert known.offer([1.0, 4.0])
        settled.raised(10.0)
        assert not settled.is_set()
        known.in_vain = CALM
        settled.raised(10.0)
        assert settled.is_set()

    def test_when_plans_get_hardly_better(self) -> None:
        """With a gap of 10 % asked for, from 18 to 17 (5.6 %) is hardly better, and to 16 (11.1 %)
        is; without a plan before, any is.
        """
        known = Incumbent(knapsack(), 0.1, lambda _: True)
        known.in_vain = CALM
        assert known.offer([1.0, 4.0])
        assert known.in_vain == 0
        known.in_vain = CALM
        assert known.offer([0.0, 5.0])
        assert known.cost == pytest.approx(17.0)
        assert known.in_vain == CALM
        known.point, known.cost = [1.0, 4.0], 18.0
        assert known.offer([1.0, 3.0])
        assert known.cost == pytest.approx(16.0)
        assert known.in_vain == 0

    def test_but_not_while_points_are_much_cheaper(self) -> None:
        """Proves that the count begins anew with a point cheaper than the plan of 18, and than the
        points before, by more than a tenth: 16.3 (9.4 %) and 15 after it (8.0 %) are not, 13.4 then
        (10.7 %) is, and of a plan of 18 16.1 at once (10.6 %).

        Sensitivity: where a relaxation goes on to bring plans it would be left at once.
        """
        for costs, calm in (((16.3, 15.0, 13.4), [True, True, False]), ((16.1,), [False])):
            known = Incumbent(knapsack(), 0.1, lambda _: True)
            settled = Settled(known, threading.Event())
            settled.found(40.0)
            assert known.offer([1.0, 4.0])
            for cost, stays in zip(costs, calm, strict=True):
                known.in_vain = CALM
                settled.found(cost)
                assert (known.in_vain == CALM) is stays

    def test_when_everybody_is_to_stop(self) -> None:
        """Without a plan too."""
        stop = threading.Event()
        settled = Settled(Incumbent(knapsack(), 0.0, lambda _: True), stop)
        assert not settled.is_set()
        stop.set()
        assert settled.is_set()
