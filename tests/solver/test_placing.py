"""A first plan by arithmetic: where workloads are placed, and what it may be relied upon for."""

import importlib
from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks.generate import problem_text
from solver import engines
from solver.case import Case, load_case
from solver.engines.parts import run_part
from solver.engines.program import Program
from solver.formulation import Model, build_tight
from solver.formulation.purchases import QUANTITY
from solver.formulation.standing import STANDING
from solver.search.parts import Parts, pool_of
from solver.search.placing import placed
from tests.fuzz.generate import problem_of_seed
from tests.fuzz.referee import case_of

build_module = importlib.import_module("solver.formulation.build")  # build is a function too
OPTIONS = engines.Options(gap=0.05, time_limit_s=60.0)


def made(case: Case) -> tuple[Model, Parts]:
    """The program of a case, and its parts."""
    model = build_tight(case.instance)
    return model, Parts(model, Program.of(model.problem))


def medium(folder: Path) -> Case:
    """A problem of 12 quarters, 3 sites and 14 workloads."""
    (folder / "m1.yaml").write_text(problem_text("M", 1), encoding="utf-8")
    return load_case(folder / "m1.yaml")


def never() -> bool:
    """There is time."""
    return False


def test_what_is_placed_can_be_bought_for(tmp_path: Path) -> None:
    """Buying for placed workloads gives a point that keeps every row of the program.

    Sensitivity: cards counted without spares, or a window left out, would leave rows broken.
    """
    model, parts = made(medium(tmp_path))
    use = placed(model, parts.program, 0.95, 50, never, {})
    assert use is not None
    found = run_part(parts.buying(use), OPTIONS, nodes=20)
    assert found.point is not None
    assert parts.program.broken(found.point) is None


def test_thinking_again_makes_it_no_dearer(tmp_path: Path) -> None:
    """Placing workloads again keeps what is cheaper, and the same again for the same input."""
    model, parts = made(medium(tmp_path))
    costs = []
    for again in (0, 50, 50):
        use = placed(model, parts.program, 0.95, again, never, {})
        assert use is not None
        costs.append(run_part(parts.buying(use), OPTIONS, nodes=20).point)
    first, better, same = (parts.program.cost(point or []) for point in costs)
    assert better <= first * 1.05
    assert better == same


def test_nothing_is_bought_for_pools_that_are_not_used(tmp_path: Path) -> None:
    """The part that buys holds the quantities of other pools at zero."""
    model, parts = made(medium(tmp_path))
    use = placed(model, parts.program, 0.95, 0, never, {})
    assert use is not None
    part = parts.buying(use)
    used = {pool_of(column) for column, value in zip(model.columns, use, strict=True) if value}
    for (key, _), column in model.of(QUANTITY).items():
        pool = model.instance.option[str(key)].pool
        if pool is not None and pool not in used:
            assert part.upper[column] == 0


def test_huge_programs_count_what_stands(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Counting what stands by period leaves fewer entries, and what is bought costs the same.

    Sensitivity: a delivery left out of what stands would have to be bought again.
    """
    monkeypatch.setattr(build_module, "SMALL", 0)
    sizes, costs = [], []
    for huge in (10**9, 1):
        monkeypatch.setattr(build_module, "HUGE", huge)
        model, parts = made(medium(tmp_path))
        use = placed(model, parts.program, 0.95, 50, never, {})
        assert use is not None
        exact = replace(OPTIONS, engine="highs", gap=0.0)
        found = run_part(parts.buying(use), exact)
        assert found.status is engines.Status.OPTIMAL
        assert found.point is not None
        sizes.append((bool(model.of(STANDING)), len(parts.program.rows.ids)))
        costs.append(parts.program.cost(found.point))
    assert [standing for standing, _ in sizes] == [False, True]
    assert sizes[1][1] < sizes[0][1]
    assert costs[1] == pytest.approx(costs[0], rel=1e-6)


def test_no_place_is_no_plan(tmp_path: Path) -> None:
    """Where sites may use nothing of their power, or time is over, nothing is placed."""
    model, parts = made(medium(tmp_path))
    assert placed(model, parts.program, 0.0, 0, never, {}) is None
    assert placed(model, parts.program, 0.95, 0, lambda: True, {}) is None


@pytest.mark.parametrize("first", range(0, 200, 50))
def test_placing_copes_with_the_whole_language(first: int) -> None:
    """Whatever a problem holds, placing ends, and what it holds lies within the columns' bounds.

    What it counts is an estimate; a point beyond the bounds would be no point at all.
    """
    some = 0
    for seed in range(first, first + 50):
        model, parts = made(case_of(problem_of_seed(seed)))
        use = placed(model, parts.program, 0.95, 5, never, {})
        if use is None:
            continue
        some += 1
        point = parts.around(use, set(), set())
        assert all(low <= high for low, high in zip(point.lower, point.upper, strict=True))
        assert all(v <= u + 1e-6 for v, u in zip(use, parts.program.upper, strict=True))
    assert some
