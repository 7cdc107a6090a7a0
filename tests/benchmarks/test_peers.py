"""Serving mixes: the peers' programs answer what the peers publish, rackmix the optimum."""

import json
from pathlib import Path

import pytest

from benchmarks.peers.melange import exact, sliced
from benchmarks.peers.mixes import DATA, Mix, drawn, published
from benchmarks.peers.run import rackmix

CASES = {mix.name: mix for mix in published()}
TOY = json.loads((DATA / "serving_mix_melange.json").read_text("utf-8"))
OPTIMA = {
    "Mélange, example": TOY["toy"]["optimum_usd_per_hour"],
    **{f"Mélange, fig. 9 at {rate}/s": usd for rate, usd in TOY["fig9"]["optimum_by_rate"].items()},
    "by hand, one A and one B": 21.0,
    "llm-inferno, small": 379.29,
}
DRAWN = [drawn(2, 4, 10.0, 0), drawn(4, 15, 10.0, 2), drawn(3, 12, 1_000.0, 1)]


def test_every_published_case_has_a_known_optimum() -> None:
    """No case is left out of the tests below."""
    assert OPTIMA.keys() == CASES.keys()


@pytest.mark.parametrize("name", CASES)
def test_rackmix_proves_the_published_optima(name: str) -> None:
    """The optimum of each published case, proven."""
    answer = rackmix(CASES[name], 30.0)
    assert answer.usd_per_hour == pytest.approx(OPTIMA[name], rel=1e-6)
    assert answer.proven


@pytest.mark.parametrize("slices", TOY["toy"]["peer_result_by_slice_factor"])
def test_the_sliced_program_answers_what_melange_answers(slices: str) -> None:
    """Proves that the program is Mélange's: the same cost at every published slice factor.

    Sensitivity: with slices that could be divided it would answer 4.68 at each of them.
    """
    answer = sliced(CASES["Mélange, example"], int(slices), 10.0)
    expected = TOY["toy"]["peer_result_by_slice_factor"][slices]
    assert answer.usd_per_hour == pytest.approx(expected)


@pytest.mark.parametrize("mix", DRAWN, ids=lambda mix: mix.name)
def test_rackmix_is_never_dearer_than_a_peer(mix: Mix) -> None:
    """Routing without slices costs what the exact program proves, and no more than with slices."""
    ours = rackmix(mix, 30.0)
    assert ours.proven
    assert ours.usd_per_hour == pytest.approx(exact(mix, 30.0).usd_per_hour, rel=1e-6)
    coarse = sliced(mix, 2, 10.0).usd_per_hour
    assert ours.usd_per_hour is not None
    assert coarse is not None
    assert ours.usd_per_hour <= coarse * (1 + 1e-6)


def test_the_cases_name_their_sources() -> None:
    """Figures of others carry where they come from."""
    named = [json.loads(path.read_text("utf-8")) for path in sorted(Path(DATA).glob("*.json"))]
    assert all("source" in case for case in named if isinstance(case, dict))
