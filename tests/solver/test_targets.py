"""Ruling out that anything costs less than a target: what engines say; when a target is void."""

import threading

import pytest

from solver import engines
from solver.engines.parts import Found, run_part
from solver.engines.program import Part, Program
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
