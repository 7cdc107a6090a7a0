"""On small problems every program of the benchmark finds the same optimum."""

from functools import cache
from pathlib import Path
from typing import Any

import highspy
import pytest

from benchmarks.generate import problem_text
from solver import Case, load_case, options_of, solve_case
from solver.engines.claim import Model
from solver.formulation import build_plain


def loaded(folder: Path, seed: int) -> Case:
    """Return a problem of size S."""
    path = folder / "problem.yaml"
    path.write_text(problem_text("S", seed), encoding="utf-8")
    return load_case(path)


@cache
def raw_optimum(folder: Path, seed: int) -> float:
    """What HiGHS alone proves on the plain formulation, in money."""
    plain = build_plain(loaded(folder, seed).instance)
    written = Model.write(plain.problem, folder)
    highs: Any = highspy.Highs()  # type: ignore[no-untyped-call]
    highs.setOptionValue("output_flag", False)
    highs.setOptionValue("mip_rel_gap", 0.0)
    highs.readModel(str(written.path))
    highs.run()
    assert highs.getModelStatus() == highspy.HighsModelStatus.kOptimal
    found: float = highs.getInfo().objective_function_value
    return found / written.scale * plain.money_scale


@pytest.mark.parametrize("engine", ["cbc", "highs"])
@pytest.mark.parametrize("seed", range(5))
def test_small_problems_have_the_optimum_of_the_plain_formulation(
    seed: int, engine: str, tmp_path: Path
) -> None:
    """With either engine, at gap 0, rackmix proves the cost that raw HiGHS proves."""
    case = loaded(tmp_path, seed)
    answer = solve_case(case, options_of(case, engine=engine, gap=0.0))
    assert str(answer.status) == "optimal"
    assert answer.plan is not None
    assert answer.plan.objective == pytest.approx(raw_optimum(tmp_path, seed), rel=1e-6)
