"""Neighbourhoods of a plan: hints are thought over first, sizes follow from what became of them."""

from pathlib import Path

import pytest

import problems
from solver.case import load_case
from solver.engines.program import Program
from solver.formulation import build_tight
from solver.search.neighbourhoods import (
    AGREED,
    BOUGHT,
    FIRST,
    GROW,
    SHRINK,
    VAIN,
    Neighbourhoods,
)
from solver.search.parts import PLACES, Parts

ROLL_OUT = Path(problems.__file__).parent / "library" / "roll_out.yaml"


@pytest.fixture(scope="module")
def parts() -> Parts:
    """Parts of the roll-out."""
    model = build_tight(load_case(ROLL_OUT).instance)
    return Parts(model, Program.of(model.problem))


def test_a_new_hint_is_thought_over_next(parts: Parts) -> None:
    """A relaxation's point comes next, again as long as that pays, and once more when it is new.

    Sensitivity: were a hint kept due in vain, or for a pittance, no other neighbourhood would ever
    come.
    """
    near = Neighbourhoods(parts, seed=1)
    plan = [0.0] * len(parts.kinds)
    assert near.next(plan)[0] != AGREED
    hint = [1.0] * len(plan)
    near.hint(hint)
    for saved in (0.01, 0.0001):
        assert near.next(plan)[0] == AGREED
        near.tell(AGREED, finished=True, saved=saved)
    near.hint(hint)
    near.hint(None)
    assert near.next(plan)[0] != AGREED
    near.hint(list(hint))
    assert near.next(plan)[0] == AGREED


def test_what_is_bought_is_thought_over_as_a_whole(parts: Parts) -> None:
    """Proves that a relaxation comes after some in vain, that its point is thought over next, and
    that another one of the same plan comes later and is worth more effort; of a better plan not.

    Sensitivity: were a point from elsewhere forgotten over it, that would be due again and again.
    """
    near, plan = Neighbourhoods(parts, seed=1, relaxing=True), [0.0] * len(parts.kinds)
    assert near.effort(BOUGHT) == near.effort(AGREED) == 1
    for vain, effort in ((VAIN, GROW), (2 * VAIN, GROW**2)):
        for _ in range(vain):
            kind, _ = near.next(plan)
            assert kind not in (AGREED, BOUGHT)
            near.tell(kind, finished=True, saved=0.0)
        assert near.next(plan)[0] == BOUGHT
        near.found(None)
        assert near.effort(BOUGHT) == pytest.approx(effort)
        assert near.effort("times") == 1
    hint = [2.0] * len(plan)
    near.hint(hint)
    near.tell(AGREED, finished=True, saved=0.0)
    near.found([1.0] * len(plan))
    near.hint(hint)
    kind, part = near.next(plan)
    assert kind == AGREED
    assert part.lower == parts.same(plan, [1.0] * len(plan)).lower
    near.tell(AGREED, finished=True, saved=0.0005)
    assert near.effort(BOUGHT) == 1
    assert near.vain == 1


def test_a_relaxation_of_what_is_bought_keeps_where_jobs_run(parts: Parts) -> None:
    """Proves what is held and what is in parts there. Sensitivity: with jobs free to move, points
    of as many nodes brought no better plan on three of four problems.
    """
    near, plan = Neighbourhoods(parts, seed=1, relaxing=True), [0.0] * len(parts.kinds)
    near.vain = VAIN
    kind, part = near.next(plan)
    assert kind == BOUGHT
    for column, what in enumerate(parts.kinds):
        assert (part.lower[column] == part.upper[column]) >= (what in PLACES)
        assert not part.whole[column] or what != "replicas"
    assert any(part.whole[column] for column, what in enumerate(parts.kinds) if what == "quantity")


def test_near_a_hint_all_is_held_that_it_agrees_on(parts: Parts) -> None:
    """Whole numbers that plan and hint have in common are held, the others are free."""
    near = Neighbourhoods(parts, seed=1)
    plan = [0.0] * len(parts.kinds)
    free = next(n for n, kind in enumerate(parts.kinds) if kind == "quantity")
    hint = list(plan)
    hint[free] = 1.0
    near.hint(hint)
    _, part = near.next(plan)
    held = {n for n in range(len(plan)) if part.lower[n] == part.upper[n]}
    assert free not in held
    assert all(n in held for n, kind in enumerate(parts.kinds) if kind == "quantity" and n != free)


def test_sizes_follow_from_what_became_of_them(parts: Parts) -> None:
    """What did not end is smaller the next time, what was too easy is larger."""
    near = Neighbourhoods(parts, seed=1)
    near.tell("times", finished=False, saved=0.0)
    near.tell("workloads", finished=True, saved=0.0)
    assert near.share["times"] == pytest.approx(FIRST * SHRINK)
    assert near.share["workloads"] == pytest.approx(FIRST * GROW)
    near.tell("workloads", finished=True, saved=0.0001)
    assert near.share["workloads"] == pytest.approx(FIRST * GROW)
    assert not near.exhausted()


def test_purchases_are_thought_over_pool_by_pool(parts: Parts) -> None:
    """What is bought for some pools is free, and what is bought for others and where jobs run is
    held; when jobs run is free.

    Sensitivity: were a host held where its cards are free, there would be no more of them.
    """
    options = parts.model.instance.options
    plan = [0.0] * len(parts.kinds)
    quantity = parts.model.of("quantity")
    bought = {option.bay or option.pool for option in options[:3]}
    for option in options[:3]:
        plan[quantity[option.key, 0]] = 2.0
    assert parts.bought_in(plan) == sorted(map(str, bought))
    some = sorted(map(str, bought))[0]
    part = parts.rebuying(plan, {some})
    free = {n for n in range(len(plan)) if part.lower[n] < part.upper[n]}
    mine = {
        column
        for (key, _), column in quantity.items()
        if some
        in {parts.model.instance.option[str(key)].bay, parts.model.instance.option[str(key)].pool}
    }
    assert mine & set(quantity.values()) == free & set(quantity.values())
    assert not free & {n for n, kind in enumerate(parts.kinds) if kind in PLACES}
    assert free & {n for n, kind in enumerate(parts.kinds) if kind == "held"}
