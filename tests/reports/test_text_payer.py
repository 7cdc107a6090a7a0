"""What a payer looks for first: cash, status, the order of the sections; and how the figures of
cards and power can be set against one another.
"""

from dataclasses import replace
from datetime import date

import pytest

from reports.figures import energy_by_site
from reports.text import render_plan
from reports.text.headline import status_in_words
from solver.given import GIVEN
from solver.plan import CashFlowRow, EnergyRow, Plan, PlanStatus, Term
from tests.reports.plans import one_hour, one_order, periods_of, plan_of, purchase, roll_out
from tests.reports.printing import flowing, printed


def text_of(plan: Plan) -> str:
    """The page as if its lines never ended."""
    return flowing(printed(render_plan(plan)))


def test_payments_are_the_cash_without_residual_value() -> None:
    """Proves that 100 million for nodes and 3 million of electricity are paid, whatever is credited
    later. Sensitivity: with the residual value of 12 million it would be 91 million.
    """
    periods = periods_of(date(2023, 3, 1), 1, 1)
    running = [
        CashFlowRow(date(2023, 3, 16), Term.ELECTRICITY, "guizhou", 3e6, 2.9e6),
        CashFlowRow(date(2023, 4, 1), Term.RESIDUAL_VALUE, "guizhou", -12e6, -10e6),
    ]
    plan = plan_of(periods, [purchase(periods[0], "n", 100, 1e6)], running=running)
    assert (
        "Payments 103 million CNY, nominal: 100 million CNY for purchases and leases and "
        "3 million CNY for running costs Status"
    ) in text_of(plan)


def test_payments_that_are_the_total_cost_are_not_repeated() -> None:
    """Undiscounted and without residual value the total cost is the cash, running costs with it."""
    periods = periods_of(date(2023, 3, 1), 1, 1)
    power = CashFlowRow(date(2023, 3, 16), Term.ELECTRICITY, "guizhou", 3e6, 3e6)
    plan = plan_of(periods, [purchase(periods[0], "n", 100, 1e6)], running=[power])
    assert "Payments" not in text_of(plan)


def test_sections_stand_in_the_order_in_which_a_payer_asks() -> None:
    """What is ordered, what it costs and when it is paid come before the order book and its use."""
    lines = printed(render_plan(roll_out())).split("\n")
    titles = (
        "What to buy", "What to lease", "The bill", "Payments by year", "Order schedule", "Leases",
        "Fabric by period", "Training", "Serving", "Reservations", "Cards installed",
        "Electricity", "Kept out by rules and caps", "Limits reached", "Assumptions",
    )  # fmt: skip
    assert [line for line in lines if line in titles] == list(titles)


@pytest.mark.parametrize(
    ("stop", "gap", "words"),
    [
        ("proven", 0.001, "what runs on them is the cheapest use of them"),
        ("gap", 0.001, "what runs on them is the cheapest use of them within 0.1 %"),
        (
            "time_limit",
            0.001,
            "the time limit came before the proof, so there may be a cheaper use of them",
        ),
        (
            "refused",
            0.001,
            "the search ended before the proof, so there may be a cheaper use of them",
        ),
    ],
)
def test_given_purchases_are_said_to_fit(stop: str, gap: float, words: str) -> None:
    """Of given purchases the status says that they fit and how good their use is, not that a
    search for purchases ended early.
    """
    plan = replace(
        one_order(),
        status=PlanStatus.FEASIBLE,
        bound=None,
        gap=None,
        assumptions=(GIVEN, "Another."),
        provenance={"stop": stop, "options": {"gap": gap}},
    )
    assert status_in_words(plan) == f"feasible: these purchases fit; {words}"


def energies(caps: object, *peaks: float) -> Plan:
    """A site with this power cap and these highest draws in successive quarters of 2023."""
    periods = periods_of(date(2023, 1, 1), len(peaks), 3)
    rows = tuple(
        EnergyRow("guizhou", period.id, 1e6, peak, 4e5)
        for period, peak in zip(periods, peaks, strict=True)
    )
    site = {"destination": "CN"} | ({"power_cap": caps} if caps else {})
    return plan_of(
        periods, [], problem={"currency": "CNY", "sites": {"guizhou": site}}, energy=rows
    )


def test_a_step_of_the_cap_moves_the_share_but_not_the_draw() -> None:
    """Proves that 900 kW under 1 MW, then 1,500 kW under 2 MW are a draw of 1,500 kW and a share of
    90 %. Sensitivity: by the share alone the draw would be 900 kW, by the draw alone the share
    75 %.
    """
    steps = {"2023-01-01": "1 MW", "2023-04-01": "2 MW"}
    (site,) = energy_by_site(energies(steps, 900.0, 1500.0, 1400.0))
    assert (site.peak_kw, site.peak_period) == (1500.0, "2023-Q2")
    assert site.closest is not None
    assert (site.closest.period, site.closest.fraction) == ("2023-Q1", pytest.approx(0.9))
    assert site.closest.cap_kw == 1000.0


def test_periods_before_a_cap_have_no_share_of_it() -> None:
    """A higher draw while there was no cap is the highest draw, not the highest share."""
    (site,) = energy_by_site(energies({"2023-04-01": "2 MW"}, 3000.0, 500.0))
    assert site.peak_kw == 3000.0
    assert site.closest is not None
    assert (site.closest.period, site.closest.fraction) == ("2023-Q2", pytest.approx(0.25))


def test_a_site_without_a_cap_has_no_share() -> None:
    """Its draw is shown alone."""
    (site,) = energy_by_site(energies(None, 700.0, 800.0))
    assert (site.peak_kw, site.closest) == (800.0, None)


@pytest.mark.parametrize(
    ("stated", "words"),
    [
        (
            {"spares": "5 %", "availability": "98 %"},
            "5 % spares and 98 % availability: 93.1 % of owned and bought cards work, 98 % of "
            "leased ones hosted by their vendors.",
        ),
        (
            {"spares": 0.05},
            "5 % spares: 95 % of owned and bought cards work, 100 % of leased ones hosted by their "
            "vendors.",
        ),
        ({"availability": "98 %"}, "98 % availability: 98 % of the cards work."),
    ],
)
def test_cards_installed_tell_how_many_work(stated: dict[str, object], words: str) -> None:
    """(1 - spares) x availability of what is owned and bought; what vendors host has no spares."""
    plan = roll_out()
    assert words in text_of(replace(plan, problem=plan.problem | stated))


def test_leases_at_sites_have_spares_too() -> None:
    """What is leased but stands at a site of the buyer's counts with what is bought there."""
    plan = one_hour()
    rows = (replace(plan.purchases[0], site="guizhou"), plan.purchases[1])
    stated = {"spares": "5 %", "availability": "98 %"}
    text = text_of(replace(plan, purchases=rows, problem=plan.problem | stated))
    assert "93.1 % of owned, bought and leased cards at sites work, 98 % of leased ones" in text


def test_spares_without_hosted_leases_hold_for_all_cards() -> None:
    """Where no vendor hosts anything there is one figure; it stands below a single sentence too."""
    plan = one_order()
    plan = replace(plan, problem=plan.problem | {"spares": "5 %"})
    assert "throughout. 5 % spares: 95 % of the cards work." in text_of(plan)


@pytest.mark.parametrize("stated", [{}, {"spares": 0, "availability": "100 %"}])
def test_no_line_where_all_cards_work(stated: dict[str, object]) -> None:
    """Nothing stated, or stated to be nothing, needs no reconciling."""
    plan = one_order()
    assert "of the cards work" not in text_of(replace(plan, problem=plan.problem | stated))


def test_services_name_replicas_and_peaks() -> None:
    """The note says what the cells count, the column that its rates are peaks."""
    text = text_of(roll_out())
    assert "Cells are replicas, each of the cards in the column's head." in text
    assert "peak" in text[text.index("Serving") : text.index("requests/s")]
    assert "peak" in printed(render_plan(one_hour())).split("Serving")[1].split("requests/s")[0]
