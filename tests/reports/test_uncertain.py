"""Answers for several cases as a table, and the words of amounts that lie in a range."""

import threading

import pytest

from reports.uncertain import cases_frame, render_uncertain_answer, uncertain_json
from solver.answer import AnswerStatus
from solver.uncertain.solve import solve_uncertain
from tests.reports.printing import flowing, printed
from tests.solver.uncertain.two_stages import EXACT, MARKET, cases, uncertain_case


def test_the_cases_are_a_frame() -> None:
    """One row for each case, in the order of the file, amounts as numbers."""
    frame = cases_frame(solve_uncertain(uncertain_case(MARKET + cases("0.3")), EXACT))
    assert list(frame["case"]) == ["base", "high"]
    assert list(frame["weight"]) == pytest.approx([0.7, 0.3])
    assert list(frame["cost"]) == pytest.approx([1000, 2500])
    assert list(frame["known_high"]) == pytest.approx([1000, 2000])
    assert list(frame["price_low"]) == pytest.approx([0, 500], abs=1e-3)


def test_an_interrupt_before_any_plan_is_told() -> None:
    """Stopped at once, there is neither a plan nor a claim that there is none."""
    case = uncertain_case(MARKET + cases("0.3"))
    stop = threading.Event()
    stop.set()
    answer = solve_uncertain(case, EXACT, interrupted=stop)
    assert answer.status is AnswerStatus.NO_PLAN_FOUND
    assert "the search was stopped by hand" in flowing(
        printed(render_uncertain_answer(case, answer))
    )
    assert '"status": "no_plan_found"' in uncertain_json(case, answer)
    assert cases_frame(answer)["cost"].isna().all()
