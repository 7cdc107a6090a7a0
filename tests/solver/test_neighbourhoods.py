"""Neighbourhoods of a plan: hints are thought over first, sizes follow from what became of them."""

from pathlib import Path

import pytest

import problems
from solver.case import load_case
from solver.engines.program import Program
from solver.formulation import build_tight
from solver.search.neighbourhoods import AGREED, FIRST, GROW, SHRINK, Neighbourhoods
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
