"""A plan as a page of text: what a buyer reads, with figures that the plan file gives."""

from dataclasses import replace
from datetime import date, datetime
from typing import Any

import pytest

from reports.text import render_plan
from solver.families import Family
from solver.plan import (
    UNVERIFIED,
    CashFlowRow,
    EnergyRow,
    ExcludedRow,
    IntervalRow,
    Plan,
    PlanStatus,
    ReservationRow,
    ServingRow,
    Term,
    TrainingRow,
    Verification,
    Violation,
)
from tests.reports.plans import one_hour, one_order, periods_of, plan_of, purchase, roll_out
from tests.reports.printing import cells, flowing, printed, section


def text_of(plan: Plan, width: int = 80) -> str:
    """The page as printed."""
    return printed(render_plan(plan), width)


def test_the_decision_stands_in_one_sentence() -> None:
    """What is bought, the cards in it and the price come right below the title."""
    lines = text_of(one_order()).split("\n")
    assert lines[0] == "A plan made by hand"
    assert lines[1] == "Buy 106 hgx-a100-8 nodes (848 cards) for 84.8 million CNY."


def test_an_hourly_rent_keeps_its_cents() -> None:
    """Proves that tiny money is not rounded away: 3.67 + 1.01 = 4.68 an hour. Sensitivity: in
    whole currency units the bill would be 5, and its parts 4 and 1.
    """
    text = text_of(one_hour())
    assert "Lease 1 a100 card and 1 a10g card for 4.68 USD." in text
    assert "Total cost  4.68 USD, nothing discounted" in text
    assert cells(section(text, "The bill")[-1]) == ["total", "4.68", "100.0 %"]
    assert "Leased from 2024-01-01 00:00 to 2024-01-01 01:00." in text


def test_several_hours_also_show_the_price_of_one() -> None:
    """A rental question over more than an hour is answered as bill / hours."""
    plan = replace(one_hour(), problem={"horizon": {"start": "2024-01-01", "hours": 3}})
    assert "Per hour    1.56 USD, over 3 hours" in text_of(plan)


def test_many_items_are_not_all_named() -> None:
    """The sentence names the three dearest items and counts the others and all cards."""
    period = periods_of(date(2023, 1, 1), 1, 3)[0]
    rows = [purchase(period, f"node-{n}", 10, 1000.0 * n) for n in range(1, 7)]
    assert (
        "Buy 10 node-6 nodes, 10 node-5 nodes, 10 node-4 nodes and 3 other items "
        "(480 cards in all) for 210,000 CNY."
    ) in flowing(text_of(plan_of([period], rows)))


def test_buying_nothing_is_said() -> None:
    """A plan without purchases does not begin with an empty sentence."""
    plan = plan_of(periods_of(date(2023, 1, 1), 1, 3), [])
    text = text_of(plan)
    assert "Buy nothing: what is owned meets the demand." in text
    assert "What to buy" not in text


@pytest.mark.parametrize(
    ("status", "gap", "stop", "words"),
    [
        (PlanStatus.OPTIMAL, 0.0, "proven", "optimal: proven, no plan is cheaper"),
        (PlanStatus.OPTIMAL, 0.00083, "gap", "optimal: proven within 0.083 % of the cheapest"),
        (
            PlanStatus.FEASIBLE,
            0.0231,
            "time_limit",
            "feasible: the time limit came before the proof; at most 2.4 % could be saved",
        ),
        (
            PlanStatus.FEASIBLE,
            None,
            "interrupted",
            "feasible: the search was stopped by hand; how much could be saved is not known",
        ),
    ],
)
def test_the_status_says_what_is_proven(
    status: PlanStatus, gap: float | None, stop: str, words: str
) -> None:
    """Proof, gap rounded up, or the limit that came first and what it leaves open."""
    plan = one_order()
    bound = None if gap is None else plan.objective * (1 - gap)
    provenance = {**plan.provenance, "stop": stop}
    plan = replace(plan, status=status, gap=gap, bound=bound, provenance=provenance)
    assert f"Status {words}" in flowing(text_of(plan))


def test_single_orders_need_no_schedule() -> None:
    """Where there is one date and one place, they stand in a sentence below the totals."""
    text = text_of(one_order())
    assert "Ordered and delivered on 2023-03-01, to guizhou." in text
    assert "Order schedule" not in text
    assert cells(section(text, "What to buy")[-2])[-3:] == ["848", "800,000", "84,800,000"]


def test_the_schedule_lists_every_order_with_subtotals() -> None:
    """Proves that lines, subtotals and total agree: 40 and 40 nodes at a million are 80 million in
    the first quarter. Sensitivity: with list prices the second would be 82, not 78.72 million.
    """
    plan = roll_out()
    lines = section(text_of(plan, 100), "Order schedule")
    assert len(lines) == 3 + 24 + 12 + 2
    first = [line.split() for line in lines[3:9]]
    assert first[0][:2] == ["2023-Q1", "2022-11-06"]
    assert first[0][-2:] == ["1,000,000", "40,000,000"]
    assert first[2] == ["subtotal", "80,000,000"]
    assert first[3][-4:] == ["4", "%", "960,000", "39,360,000"]
    assert first[5] == ["subtotal", "78,720,000"]
    bought = sum(row.amount for row in plan.purchases if row.kind == "node" and not row.lease)
    assert lines[-1].split() == ["total", f"{bought:,.0f}"]


@pytest.mark.parametrize("change", [{"site": "shanghai"}, {"lead_days": 30}])
def test_orders_of_one_day_that_differ_are_listed(change: dict[str, Any]) -> None:
    """Two sites, or two days of order, are not passed off as a single order."""
    period = periods_of(date(2023, 4, 1), 1, 3)[0]
    rows = [purchase(period, "a", 10, 1e6), purchase(period, "b", 10, 1e6, **change)]
    text = text_of(plan_of([period], rows))
    assert len(section(text, "Order schedule")) == 3 + 2 + 2
    assert "Order by" not in text


def test_totals_mark_mean_prices() -> None:
    """A unit price that is the mean of several carries a tilde that is explained."""
    text = text_of(roll_out())
    assert "~ marks the mean of several prices." in text
    units = [40, 41, 42, 43]
    mean = sum(n * price for n, price in zip(units, [1e6, 0.96e6] * 2, strict=True)) / sum(units)
    assert f"~{mean:,.0f}" in section(text, "What to buy")[3]


def test_leases_show_their_ends_and_the_most_at_once() -> None:
    """Two successive leases of 20 nodes are 20 at once, not 40; each has its first day after."""
    text = text_of(roll_out())
    assert "lease up to 20 hgx-a100-8 nodes (160 cards)" in flowing(text)
    assert cells(section(text, "What to lease")[3])[3:5] == ["20", "160"]
    leases = section(text, "Leases")
    assert leases[3].split()[:3] == ["2023-01-01", "2023-04-01", "cloud"]
    assert leases[4].split()[:3] == ["2023-04-01", "2023-07-01", "cloud"]


def test_the_mean_price_of_leases_counts_their_hours() -> None:
    """Proves that 100 hours at 10 and 300 hours at 20 cost 17.50 an hour. Sensitivity: the mean of
    the two prices would be 15.
    """
    one, two, after = periods_of(date(2023, 1, 1), 3, 1)
    rows = [
        purchase(one, "n", 2, 10, until=two.start, hours=100),
        purchase(two, "n", 2, 20, until=after.start, hours=300),
    ]
    lines = section(text_of(plan_of([one, two], rows)), "What to lease")
    assert cells(lines[-1])[-2:] == ["~17.50", "14,000"]


def test_fabric_is_counted_by_line_and_period() -> None:
    """Parts stand in columns, periods in lines, and their amounts add up to the fabric term."""
    plan = roll_out()
    totals = [line for line in section(text_of(plan), "What to buy") if "qm9700" in line]
    assert [line.split("(")[1][:4] for line in totals] == ["leaf", "cabl"]
    lines = section(text_of(plan), "Fabric by period")
    assert lines[1].split() == ["period", "fabric", "leaf", "cable", "amount"]
    assert lines[3].split()[:4] == ["2023-Q1", "ib", "3", "3"]
    total = next(row.amount for row in plan.bill if row.term is Term.FABRIC)
    assert lines[-1].split() == ["total", f"{total:,.0f}"]


def test_successive_equal_runs_stand_in_one_line() -> None:
    """Runs 2 and 3 hold 256 cards for 92 days each; run 6 needs 512 and stands apart."""
    lines = [line.split() for line in section(text_of(roll_out()), "Training")[4:]]
    assert lines[1][:3] == ["2-3", "2023-07-01", "2023-12-31"]
    assert lines[1][-2:] == ["256", "92"]
    assert lines[3][0] == "6-7"
    assert lines[3][-2:] == ["512", "92"]


def test_a_run_that_changes_its_cards_shows_each_stretch() -> None:
    """Intervals with the same cards are joined, a change or a break begins a line."""
    days = [datetime(2023, 1, day) for day in (1, 4, 8, 11, 15)]
    intervals = tuple(IntervalRow(n, days[n], days[n + 1]) for n in range(4))
    held = (8.0, 8.0, 16.0)
    runs = tuple(TrainingRow("job", 1, "s/n", n, cards, 1.0) for n, cards in enumerate(held))
    plan = replace(one_order(), intervals=intervals, training=runs)
    lines = [line.split() for line in section(text_of(plan), "Training")[2:]]
    assert lines == [
        ["job", "1", "2023-01-01", "2023-01-07", "s/n", "8", "7"],
        ["2023-01-08", "2023-01-10", "s/n", "16", "3"],
    ]


def test_services_show_the_peak_of_every_period() -> None:
    """Proves that a period shows its highest interval. Sensitivity: its first would give 2, not 5
    replicas, and 8, not 20 cards.
    """
    periods = periods_of(date(2023, 1, 1), 2, 1)
    cuts = [datetime(2023, 1, 1), datetime(2023, 1, 15), datetime(2023, 2, 1), datetime(2023, 3, 1)]
    intervals = tuple(IntervalRow(n, cuts[n], cuts[n + 1]) for n in range(3))
    serving = tuple(
        ServingRow("chat", "tp4", "s/n", n, replicas, 4 * replicas)
        for n, replicas in enumerate((2.0, 5.0, 3.0))
    )
    plan = plan_of(periods, [], intervals=intervals, serving=serving)
    lines = text_of(plan).split("\n")
    table = lines[lines.index("Serving") + 3 :]
    assert [line.split() for line in table[6:8]] == [
        ["2023-01", "0", "20", "5"],
        ["2023-02", "0", "12", "3"],
    ]


def test_many_periods_of_a_service_are_joined_to_their_peaks() -> None:
    """36 months become 12 lines, each with the highest of its three months, as the page says."""
    text = text_of(roll_out(36, 1))
    table = text[text.index("chat ") : text.index("search ")]
    assert "it shows the highest of them" in flowing(text)
    lines = [line for line in table.split("\n") if line.startswith("20")]
    assert lines[0].startswith("2023-01 to 2023-03")
    # Two pools with 5 replicas of 4 cards in the third month.
    assert lines[0].split()[4] == "40"


def test_cards_are_counted_by_type_and_by_place() -> None:
    """Nodes count under their accelerator where the facts name it, hosted leases under vendors."""
    text = text_of(roll_out(), 120)
    lines = section(text, "Cards installed")
    assert lines[1].split()[:3] == ["period", "cards", "a100_sxm_80"]
    assert lines[3].split() == ["2023-Q1", "800", "800", "160", "320", "320"]
    hosted = text_of(one_hour())
    assert "Cards installed at vendors" in hosted


def test_cards_of_one_type_at_one_place_are_drawn_as_bars() -> None:
    """Equal periods are joined, and the bar of half the cards is half as long."""
    periods = periods_of(date(2023, 1, 1), 4, 3)
    rows = [purchase(periods[n], "hgx-a100-8", 10, 1e6) for n in (0, 2)]
    lines = section(text_of(plan_of(periods, rows)), "Cards installed: a100_sxm_80 at guizhou")
    assert lines[3:] == [
        "2023-Q1 to 2023-Q2     80  ##########",
        "2023-Q3 to 2023-Q4    160  ####################",
    ]


def test_the_bill_adds_up_to_the_objective() -> None:
    """Amounts, present values and shares of all terms, with the objective below them."""
    plan = roll_out()
    lines = [cells(line) for line in section(text_of(plan), "The bill")]
    terms = [row.term.replace("_", " ") for row in plan.bill]
    assert [line[0] for line in lines[4:]][: len(terms)] == terms
    assert lines[-1][2] == f"{plan.objective:,.0f}"
    assert lines[-1][3] == "100.0 %"


def test_a_bill_without_discounting_has_one_column() -> None:
    """Present values that repeat the amounts are not shown."""
    lines = section(text_of(one_order()), "The bill")
    assert lines[0] == "In CNY. Nothing is discounted."
    assert cells(lines[1]) == ["term", "amount", "share"]


def test_residual_value_is_named_in_the_total() -> None:
    """The total says what it credits, by its present value."""
    credit = CashFlowRow(date(2023, 4, 1), Term.RESIDUAL_VALUE, "guizhou", -12e6, -10e6)
    periods = periods_of(date(2023, 3, 1), 1, 1)
    plan = plan_of(periods, [purchase(periods[0], "n", 100, 1e6)], running=[credit])
    assert "90 million CNY, present value, after 10 million CNY of residual value" in flowing(
        text_of(plan)
    )
    assert cells(section(text_of(plan), "The bill")[-3]) == [
        "residual value",
        "-12,000,000",
        "-10,000,000",
        "-10.0 %",
    ]
    assert "Shares of all costs before residual value." in text_of(plan)


def test_payments_by_year_stand_beside_their_budgets() -> None:
    """Purchases and leases against the year's budget; running costs do not count towards it, and
    nobody is paid a residual value.
    """
    plan = roll_out()
    credit = CashFlowRow(date(2023, 12, 31), Term.RESIDUAL_VALUE, "guizhou", -1e8, -1e8)
    plan = replace(plan, cash_flow=(*plan.cash_flow, credit))
    limits = {"budget": {2023: "400e6 CNY", "2025": "0.5e9 CNY"}}
    plan = replace(plan, problem={**plan.problem, "limits": limits})
    lines = [line.split() for line in section(text_of(plan), "Payments by year")[4:]]
    spent = sum(
        row.amount
        for row in plan.cash_flow
        if row.date.year == 2023 and row.term not in (Term.ELECTRICITY, Term.RESIDUAL_VALUE)
    )
    running = 4 * 2 * 600_000
    assert lines[0] == [
        "2023",
        f"{spent:,.0f}",
        "400,000,000",
        f"{running:,}",
        f"{spent + running:,.0f}",
    ]
    assert len(lines[1]) == 4
    assert lines[2][2] == "500,000,000"


def test_electricity_is_set_against_the_cap_of_its_period() -> None:
    """Proves that the highest draw, 810 kW in 2025-Q4, and the highest share of the cap, 730 of
    1,000 kW in 2023-Q4, each have their own period. Sensitivity: were the draw that of the
    highest share it would be 730; were the share that of the highest draw, 810 of 2,000, 40 %.
    """
    lines = section(text_of(roll_out(), 100), "Electricity")
    guizhou = next(line for line in lines if line.startswith("guizhou"))
    assert guizhou.split() == [
        *("guizhou", "18,660", "7,200,000", "0.3859"),
        *("810", "2025-Q4", "73", "%", "2023-Q4", "1,000"),
    ]
    shanghai = next(line for line in lines if line.startswith("shanghai"))
    assert shanghai.split()[-2] == "810"
    assert shanghai.split()[-1] == "2025-Q4"


def test_energy_without_any_cap_has_no_column_for_it() -> None:
    """A site that draws power without a cap shows its draw alone."""
    plan = replace(one_order(), energy=(EnergyRow("guizhou", "2023-03", 1e6, 1400.0, 4e5),))
    text = text_of(plan)
    assert "cap" not in "".join(section(text, "Electricity"))


def test_exclusions_give_one_reason_once() -> None:
    """The same reason for three items at two sites takes one point, and rules stand apart, with the
    time in which they are in force.
    """
    plan = roll_out()
    other = ExcludedRow("h100", "guizhou", "export_caps.interconnect", "900 GB/s > 400 GB/s")
    rule = {"id": "us-2022-10-07", "effective": "2022-10-21", "until": "2023-11-17"}
    plan = replace(plan, excluded=(*plan.excluded, other), facts={"export_rules": [rule]})
    lines = section(text_of(plan, 100), "Kept out by rules and caps")
    assert lines[:3] == [
        "export_caps.interconnect:",
        "- h100 at guizhou: 900 GB/s > 400 GB/s",
        "us-2022-10-07, in force from 2022-10-21 until 2023-11-17:",
    ]
    assert flowing(" ".join(lines[3:])) == (
        "- hgx-a100-8, hgx-a200-8 and hgx-a300-8 at guizhou and shanghai: "
        "TPP 4,992 >= 4,800 and I/O 600 GB/s >= 600"
    )


def test_reservations_that_move_often_show_the_most_in_each_pool() -> None:
    """Up to twelve stretches are listed, more are joined to one line for each pool."""

    def shuffled(count: int) -> list[str]:
        plan = roll_out(count, 1)
        rows = tuple(
            ReservationRow("research", f"s/{'ab'[n % 2]}", n, 64.0 + n) for n in range(count)
        )
        return section(text_of(replace(plan, reservations=rows)), "Reservations")

    assert len(shuffled(12)) == 2 + 12
    lines = [line.split() for line in shuffled(14)[3:]]
    assert lines == [
        ["research", "2023-01-01", "2024-01-31", "s/a", "up", "to", "76"],
        ["2023-02-01", "2024-02-29", "s/b", "up", "to", "77"],
    ]


def test_cards_say_their_boxes_only_where_these_differ() -> None:
    """One kind of host for all cards needs no column; two kinds do."""
    periods = periods_of(date(2023, 1, 1), 2, 3)

    def schedule(*boxes: str) -> list[str]:
        rows = [
            purchase(period, "l40s", 8, 5e4, kind="card", cards=1, box=box)
            for period, box in zip(periods, boxes, strict=True)
        ]
        return section(text_of(plan_of(periods, rows)), "Order schedule")[1].split()

    assert "in" not in schedule("host-8", "host-8")
    assert "in" in schedule("host-8", "host-4")


def test_verification_closes_the_page() -> None:
    """Checks, families and short hashes of what the plan was made from."""
    lines = text_of(one_order()).rstrip().split("\n")
    assert lines[-3] == "Verified: 1,212 checks of 2 families."
    assert lines[-2].startswith("Made from problem 3f2a9c1b7d3f, catalog 77aa01c0de77, rackmix")


def test_a_plan_that_does_not_hold_says_so() -> None:
    """Violations are listed with their family; an unverified plan is not called verified."""
    wrong = Violation(Family.POWER, "sites.guizhou", "needs 21,400 kW of 20,000 kW", 1400.0)
    found = Verification(ok=False, checks=(), violations=(wrong,))
    text = text_of(replace(one_order(), verification=found))
    assert "Not a valid plan: 1 violation" in text
    assert "- power: sites.guizhou: needs 21,400 kW of 20,000 kW" in text
    assert "Not verified." in text_of(replace(one_order(), verification=UNVERIFIED))
