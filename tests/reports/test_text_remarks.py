"""Comparisons that claim no more than the bounds prove, and the pages without a plan."""

from dataclasses import replace

import pytest

from reports.text import Baseline, render_infeasible, render_no_plan, render_plan
from solver.screening import Finding
from tests.reports.plans import one_order
from tests.reports.printing import flowing, printed, section

WORDS = "Best plan with one card type"


def compared(
    objective: float | None, bound: float | None, status: str = "optimal", words: str = WORDS
) -> str:
    """What is said of a baseline beside a plan of 52.76 million with a bound of 52.7 million."""
    plan = replace(one_order(), objective=52.76e6, bound=52.7e6, gap=0.0012)
    base = Baseline("one card type", status, objective, bound, words)
    lines = section(printed(render_plan(plan, baselines=[base])), "In comparison")
    return flowing(" ".join(lines))


@pytest.mark.parametrize(
    ("objective", "bound", "words"),
    [
        (63.84e6, 63.8e6, "63.84 million CNY, 21 % dearer"),
        (42.2e6, 42.1e6, "42.2 million CNY, 20 % cheaper"),
        (52.76e6, 52.7e6, "52.76 million CNY, the same"),
    ],
)
def test_proven_differences_are_stated(objective: float, bound: float, words: str) -> None:
    """63.84 over 52.76 million is 21 % more, and its bound lies above the plan."""
    assert compared(objective, bound) == f"- {WORDS}: {words}"


@pytest.mark.parametrize(
    ("objective", "bound"), [(52.9e6, 52.75e6), (52.72e6, 52.6e6), (63.84e6, None)]
)
def test_differences_within_the_gaps_are_marked(objective: float, bound: float | None) -> None:
    """Where the intervals from bound to plan overlap, neither is proven to be cheaper."""
    assert "within the gaps, so not a proven difference" in compared(objective, bound)


@pytest.mark.parametrize(
    ("status", "words"),
    [("infeasible", "there is none"), ("no_plan_found", "no plan was found"), ("error", "failed")],
)
def test_baselines_without_a_plan_say_why(status: str, words: str) -> None:
    """A baseline that cannot be met is told apart from one that was not found."""
    assert words in compared(None, None, status)


def test_a_baseline_without_a_sentence_goes_by_its_name() -> None:
    """The name stands in for a missing sentence."""
    assert compared(63.84e6, 63.8e6, words="").startswith("- one card type: 63.84")


def test_infeasible_lists_paths_and_reasons() -> None:
    """Every finding stands with the path of the file that it concerns."""
    finding = Finding(("sites", "guizhou", "power_cap"), "Needs 40 MW; the sites give 25 MW.")
    text = printed(render_infeasible([finding], title="A roll-out"))
    assert text.split("\n")[:4] == [
        "A roll-out",
        "Infeasible: no plan can meet the demand within the limits.",
        "",
        "- sites.guizhou.power_cap: Needs 40 MW; the sites give 25 MW.",
    ]


def test_infeasible_without_findings_names_the_proof() -> None:
    """What only the solvers have proven is not passed off as arithmetic."""
    assert "The solvers agree on it" in printed(render_infeasible([]))


def test_no_plan_tells_what_is_known() -> None:
    """The bound, the seconds, and whether it was the limit or the user that ended the search."""
    text = flowing(printed(render_no_plan(84.1e6, "CNY", seconds=60.2)))
    assert "No plan found: the time limit came first, after 60.2 s." in text
    assert "it costs at least 84.1 million CNY" in text
    stopped = printed(render_no_plan(None, "CNY", interrupted=True))
    assert "stopped by hand" in stopped
    assert "Whether one exists is not known." in stopped
