"""Comparisons that claim no more than the bounds prove, advisories on what is ordered, and the
pages without a plan.
"""

from dataclasses import replace

import pytest

from reports.text import Baseline, render_infeasible, render_no_plan, render_plan
from solver.screening import Finding
from tests.reports.plans import one_hour, one_order, roll_out
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
    assert "--time-limit" in text
    assert "--time-limit" not in stopped


def advised(*texts: str) -> str:
    """The advisories on the plan of 106 HGX A100 nodes, whose cards are a100_sxm_80."""
    plan = replace(one_order(), assumptions=tuple(f"Advisory {text}" for text in texts))
    lines = section(printed(render_plan(plan)), "Advisories, not enforced")
    return flowing(" ".join(lines))


def test_advisories_stand_apart_from_assumptions() -> None:
    """What a rule merely advises is not listed as something that was assumed."""
    text = printed(render_plan(roll_out()))
    assert len(section(text, "Assumptions")) == 1
    assert section(text, "Advisories, not enforced")[0].startswith("- us-bis-red-flags")


def test_advisories_are_on_cards_that_are_ordered() -> None:
    """Proves that of two advisories the one on the cards of the nodes bought is shown, with these
    cards alone, and the other counted. Sensitivity: matched by the item bought, an HGX node,
    neither would be shown.
    """
    assert advised("r1 to CN (a100_sxm_80, l40s): Beware.", "r2 to CN (h20_sxm_96): Wait.") == (
        "- r1 to CN (a100_sxm_80): Beware. 1 more concerns only cards that are not bought or "
        "leased here: see the plan file."
    )


def test_advisories_on_nothing_that_is_ordered_are_counted() -> None:
    """Where none is shown, their number stands alone: `more` would have nothing to refer to."""
    assert advised("r1 to CN (l40s): Beware.", "r2 to CN (l20): Wait.").startswith(
        "2 concern only cards that are not bought"
    )


def test_advisories_that_name_no_card_are_shown() -> None:
    """What cannot be told to be of no concern is not hidden."""
    assert advised("r1 to CN: Beware (of all).") == "- r1 to CN: Beware (of all)."


def test_advisories_on_leased_cards_are_shown() -> None:
    """Cards leased one by one count as the type that they are."""
    plan = replace(one_hour(), assumptions=("Advisory r1 to US (a10g): Beware.",))
    assert "- r1 to US (a10g): Beware." in printed(render_plan(plan))
