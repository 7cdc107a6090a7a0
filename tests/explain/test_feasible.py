"""What decided a plan: steps of limits, entering prices, the cost of rules, ranges.

Hand-solved on ten cards held for a year; the export rules on a worked problem of the library.
"""

import threading
from copy import deepcopy
from dataclasses import replace
from importlib.resources import files
from typing import Any

import pytest

from problems.errors import InputError
from reports.explain.feasible_words import absent_in_words, cost_in_words, saving_in_words
from solver import engines, load_case
from solver.answer import solve_case
from solver.case import Case
from solver.explain import Reasons, explain_feasible
from solver.explain.asking import Outcome
from solver.explain.entering import Absent, Reason
from solver.explain.rules import joint_rules
from solver.explain.worth import Step, readable
from solver.studies.interval import Verdict
from tests.explain.small import CARD, OPTIONS, TREE, small
from tests.fuzz.referee import case_of

LEAN = {**CARD, "power": "0.5 kW", "idle_power": "0.5 kW"}
HUNGRY = {**CARD, "power": "5 kW", "idle_power": "5 kW"}
HOURS = 366 * 24
"""2024 is a leap year."""


def two_cards(other: dict[str, Any], price: str, **blocks: Any) -> dict[str, Any]:
    """Ten cards from small ones at 1,000 USD and 1 kW, and from another kind."""
    tree = small(**blocks)
    tree["items"]["other"] = other
    tree["offers"]["other"] = {
        "item": "other",
        "vendor": "acme",
        "price": price,
        "standalone": True,
    }
    return tree


def site(**fields: Any) -> dict[str, Any]:
    """The one site with more fields."""
    return {"sites": {"east": {**deepcopy(TREE["sites"]["east"]), **fields}}}


def explained(tree: dict[str, Any], **more: Any) -> Reasons:
    """What decided the plan of a problem, solved to the end."""
    case = case_of(tree)
    return explain_feasible(case, solve_case(case, OPTIONS), OPTIONS, **more)


def step_of(steps: tuple[Step, ...], path: str) -> Step:
    """The step at a path."""
    (found,) = [step for step in steps if step.path == path]
    return found


def card_of(reasons: Reasons, card: str) -> Absent:
    """What is known of an absent card."""
    (found,) = [each for each in reasons.absent if each.card == card]
    return found


def test_the_worth_of_a_step_of_a_power_cap() -> None:
    """Proves a step's worth. 8 kW allow n small cards with n + (10 - n)/2 <= 8, so 6 of them:
    6·1,000 + 4·3,000 = 18,000 USD; 9 kW allow 8: 14,000. The step from 8 to 9 kW saves 4,000.

    Sensitivity: a dual of the relaxation would say 4,000 per kW as well, and at 8.2 kW too, where
    the next test finds the same plan with room left; a step without rounding would be 8.8 kW,
    saving 2,000.
    """
    reasons = explained(two_cards(LEAN, "3_000 USD", **site(power_cap="8 kW")))
    step = step_of(reasons.limits, "sites.east.power_cap")
    assert step.edits == ("sites.east.power_cap=9 kW",)
    assert step.reached is not None
    assert step.reached.tight
    assert step.difference is not None
    assert step.difference.low == pytest.approx(-4_000, abs=0.1)
    assert step.difference.high == pytest.approx(-4_000, abs=0.1)
    assert saving_in_words(step.reply, "USD") == "saves 4,000 USD (22 %)"


def test_a_limit_with_less_room_than_one_more_unit_is_reached() -> None:
    """Proves that whole machines reach a limit they do not use up: at 8.2 kW still 6 small cards,
    8 kW drawn and 0.2 kW left. Sensitivity: at 100 kW nothing is reached.
    """
    reasons = explained(two_cards(LEAN, "3_000 USD", **site(power_cap="8.2 kW")))
    step = step_of(reasons.limits, "sites.east.power_cap")
    assert step.reached is not None
    assert not step.reached.tight
    assert not explained(two_cards(LEAN, "3_000 USD")).limits


def test_only_the_steps_of_a_table_that_are_reached_are_moved() -> None:
    """A cap that is reached until July and never after: only the step in force then is moved.

    10 lean cards draw 5 kW, 5 of them small 7.5 kW; before July 5 kW are allowed.
    """
    cap = {"2024-01-01": "5 kW", "2024-07-01": "50 kW"}
    reasons = explained(two_cards(LEAN, "3_000 USD", **site(power_cap=cap)))
    paths = [step.path for step in reasons.limits]
    assert paths == ["sites.east.power_cap.2024-01-01"]


@pytest.mark.parametrize(
    ("blocks", "path", "edit", "saved"),
    [
        # 10 of the cheap kind at 500 USD, of which 6 are supplied: one more saves 500.
        ({"supply": 6}, "offers.other.supply", "offers.other.supply=7", 500),
        # Its vendor gets 30 % of the spend: n·500 <= 0.3·(n·500 + (10 - n)·1,000) gives 4.6, so 4
        # for 8,000 USD; 35 % give 5.2, so 5 for 7,500.
        ({"share": "30 %"}, "limits.vendor_share.zeta", "limits.vendor_share.zeta=35 %", 500),
    ],
)
def test_the_worth_of_other_limits(
    blocks: dict[str, Any], path: str, edit: str, saved: float
) -> None:
    """One unit more supplied, five points more of the spend: each saves what a hand computes."""
    tree = two_cards({**CARD}, "500 USD")
    tree["offers"]["other"]["vendor"] = "zeta"
    if "supply" in blocks:
        tree["offers"]["other"]["supply"] = blocks["supply"]
    if "share" in blocks:
        tree["limits"] = {"vendor_share": {"zeta": blocks["share"]}}
    step = step_of(explained(tree).limits, path)
    assert step.edits == (edit,)
    assert step.difference is not None
    assert step.difference.plans == pytest.approx(-saved, abs=0.1)


def test_a_vendors_share_that_is_used_up_is_binding() -> None:
    """Proves that a share counts as reached though both sides of its row cancel: 5 cards at 500 USD
    are a third of 7,500. Sensitivity: a row whose sum is 0 was taken for one that nothing uses.
    """
    tree = two_cards({**CARD}, "500 USD", limits={"vendor_share": {"zeta": "1/3"}})
    tree["offers"]["other"]["vendor"] = "zeta"
    plan = solve_case(case_of(tree), OPTIONS).plan
    assert plan is not None
    assert plan.objective == pytest.approx(7_500)
    assert [row["where"] for row in plan.binding] == ["limits.vendor_share.zeta"]


def test_the_price_at_which_a_card_enters() -> None:
    """Proves the entering price. A small card costs 1,000 USD and 1 kW·8,784 h·0.1 USD = 878.40; a
    lean one its price and 439.20. It enters at 1,439.20 of 3,000 USD, a factor of 0.47973.

    Sensitivity: without electricity it would be 1/3.
    """
    priced = site(electricity={"price": "0.1 USD/kWh"})
    lean = card_of(explained(two_cards(LEAN, "3_000 USD", **priced)), "other")
    factor = (1_000 + 0.1 * 0.5 * HOURS) / 3_000
    assert lean.reason is Reason.PRICE
    assert lean.enters == pytest.approx(factor, rel=1e-4)
    assert lean.stays_out == pytest.approx(factor, rel=1e-4)
    words = absent_in_words(lean, "USD")
    assert "enters when its price falls by 52 %: to about 1,439 USD" in words
    without = card_of(explained(two_cards(LEAN, "3_000 USD")), "other")
    assert without.enters == pytest.approx(1 / 3, rel=1e-4)


def test_a_price_cut_beyond_the_entering_price_brings_the_card_in() -> None:
    """Just below the price that is named the cheapest plan has the card, just above it has not."""
    tree = two_cards(LEAN, "3_000 USD", **site(electricity={"price": "0.1 USD/kWh"}))
    enters = card_of(explained(tree), "other").enters
    assert enters is not None
    for factor, bought in ((0.999, True), (1.001, False)):
        changed = deepcopy(tree)
        changed["offers"]["other"]["price"] = f"{3_000 * enters * factor} USD"
        plan = solve_case(case_of(changed), OPTIONS).plan
        assert plan is not None
        assert any(row.offer == "other" for row in plan.purchases) == bought


def test_a_card_that_is_not_worth_its_electricity() -> None:
    """Proves that a card may not enter even for nearly nothing: 5 kW all year cost 4,392 USD, a
    small card 1,878.40 with its price. One of them for 10 USD costs least where it comes in October
    and stands idle: 10 + 5·92·24·0.1 = 1,114 USD more, not 2,523.60 as in the place of a small one.
    """
    priced = site(electricity={"price": "0.1 USD/kWh"})
    hungry = card_of(explained(two_cards(HUNGRY, "1_000 USD", **priced)), "other")
    assert hungry.reason is Reason.NOT_AT_ANY_PRICE
    assert hungry.forced == pytest.approx(10 + 5 * 92 * 24 * 0.1)
    assert "does not enter even at 1 % of its price" in absent_in_words(hungry, "USD")


def test_a_card_that_no_site_can_power() -> None:
    """A card that draws more than the cap: no plan with one of it keeps the limits."""
    huge = {**CARD, "power": "200 kW", "idle_power": "200 kW"}
    found = card_of(explained(two_cards(huge, "500 USD")), "other")
    assert found.reason is Reason.NOT_AT_ANY_PRICE
    assert found.forced_none
    assert "no plan with one of it keeps the limits" in absent_in_words(found, "USD")


def test_cards_that_are_away_for_other_reasons_than_price() -> None:
    """A card that nothing runs on, one that comes too late, one above the buyer's own cap."""
    tree = two_cards(LEAN, "3_000 USD", reservations={"hold": {"cards": 10, "of": ["small"]}})
    assert card_of(explained(tree), "other").reason is Reason.NO_USE
    tree = two_cards(LEAN, "3_000 USD")
    tree["offers"]["other"]["available"] = "2025-06-01.."
    assert card_of(explained(tree), "other").reason is Reason.NOT_IN_TIME
    fast = {**CARD, "interconnect": "900 GB/s"}
    tree = two_cards(fast, "500 USD", export_caps={"interconnect": "400 GB/s"})
    excluded = card_of(explained(tree), "other")
    assert excluded.reason is Reason.EXCLUDED
    assert "interconnect 900 GB/s > 400 GB/s" in absent_in_words(excluded, "USD")


def test_the_cost_of_the_buyers_own_caps() -> None:
    """Ten faster cards at 500 USD are kept away by a cap: it costs 5,000 USD, to be unset."""
    fast = {**CARD, "interconnect": "900 GB/s"}
    tree = two_cards(fast, "500 USD", export_caps={"interconnect": "400 GB/s"})
    reasons = explained(tree)
    (together,) = reasons.rules
    (alone,) = reasons.each_rule
    for cost in (together, alone):
        assert cost.edits == ("export_caps.interconnect",)
        assert cost.difference is not None
        assert cost.difference.low == pytest.approx(-5_000, abs=0.1)
        assert cost_in_words(cost.reply, "USD") == "5,000 USD (50 %)"


def stand_in() -> Case:
    """The worked problem of the A800: 106 nodes at 1.05 million CNY."""
    return load_case(str(files("problems") / "library" / "a800_stand_in.yaml"))


def test_the_cost_of_export_rules() -> None:
    """Proves the rules' cost: 106 nodes of eight A800 at 1.05 million are 111.3 million CNY.
    Without rules 53 nodes of sixteen A100 at 1.96 million are 103.88: 7.42 less. Without the rule
    on sixteen A800 alone 53 at 2.058 are 109.074: 2.226 less.

    Sensitivity: lifting nv_a800_16gpu must not free the A100, nor us_2022_10 the A800 of sixteen.
    """
    case = stand_in()
    reasons = explain_feasible(case, solve_case(case))
    saved = {
        cost.rule: -cost.difference.plans
        for cost in (*reasons.rules, *reasons.each_rule)
        if cost.difference is not None and cost.difference.exact
    }
    assert saved == pytest.approx({"": 7.42e6, "nv_a800_16gpu": 2.226e6, "us_2022_10": 7.42e6})


def test_a_rule_left_out_by_its_edit_is_the_problem_that_was_asked() -> None:
    """What a rule costs can be had by pasting the edit that the finding names."""
    path = str(files("problems") / "library" / "a800_stand_in.yaml")
    from problems import parse_edit

    edited = load_case(path, edits=[parse_edit("export_rules.except=[us_2022_10]")])
    plan = solve_case(edited).plan
    assert plan is not None
    assert plan.objective == pytest.approx(103.88e6)
    with pytest.raises(InputError, match="did you mean 'us_2022_10'"):
        load_case(path, edits=[parse_edit("export_rules.except=[us_2022_1]")])


def test_rules_that_forbid_the_same_are_lifted_together() -> None:
    """In the roll-out two rules of 2023 forbid the same cards: one of them lifted, the other holds.
    They come first; beside, the letter on H20 reaches the H100 as well.
    """
    case = load_case(str(files("problems") / "library" / "roll_out.yaml"))
    pair = ("us_2023_10a1", "us_2023_10a2")
    assert joint_rules(case) == (pair, (*pair, "us_2025_04_h20"))


def test_no_difference_below_the_gaps_is_claimed() -> None:
    """Proves honesty: a step that saves 4,000 of 18,000 USD is not told from nothing where the
    plan's own bound is 5,000 lower; at most that much is said. Sensitivity: the difference of the
    plans alone would claim 22 %.
    """
    case = case_of(two_cards(LEAN, "3_000 USD", **site(power_cap="8 kW")))
    answer = solve_case(case, OPTIONS)
    assert answer.plan is not None
    vague = replace(
        answer,
        bound=13_000.0,
        plan=replace(answer.plan, bound=13_000.0, gap=5 / 18),
        seconds=1e3,
    )
    reasons = explain_feasible(case, vague, engines.Options(gap=0.0))
    step = step_of(reasons.limits, "sites.east.power_cap")
    assert step.difference is not None
    assert step.difference.verdict is Verdict.CHEAPER or step.difference.high == 0.0
    assert (step.difference.low, step.difference.high) == (
        pytest.approx(-4_000, abs=0.1),
        0.0,
    )
    words = saving_in_words(step.reply, "USD")
    assert words.startswith("worth at most 4,000 USD")
    lean = explain_feasible(case_of(two_cards(LEAN, "3_000 USD")), vague_of(0.5), OPTIONS)
    card = card_of(lean, "other")
    # 10,000 USD with a bound of 5,000: certainly in at a sixth, out by at least the gap above.
    assert card.enters == pytest.approx(1 / 6, rel=1e-3)


def vague_of(share: float) -> Any:
    """The answer of ten small cards for 10,000 USD, with a bound of a share of it."""
    answer = solve_case(case_of(two_cards(LEAN, "3_000 USD")), OPTIONS)
    assert answer.plan is not None
    bound = share * answer.plan.objective
    plan = replace(answer.plan, bound=bound, gap=1 - share)
    return replace(answer, bound=bound, plan=plan, seconds=1e3)


def test_how_far_a_price_can_move() -> None:
    """Proves a range: small cards at 1,000 USD stay the cheapest up to 1,500, what the others cost,
    and at half their price; the farthest that is looked at is twice.
    """
    reasons = explained(two_cards(CARD, "1_500 USD"))
    (price,) = [each for each in reasons.ranges if each.path == "offers.card.price"]
    assert price.up is not None
    assert price.down is not None
    assert price.up.breaks is not None
    assert price.up.holds <= 1.5 + 1e-6 <= price.up.breaks + 1e-6
    assert price.up.breaks - price.up.holds <= 0.01
    assert (price.down.holds, price.down.breaks) == (0.5, None)


def test_a_demand_that_the_purchases_no_longer_meet() -> None:
    """Ten cards bought are too many for nine held and too few for eleven; a count stays whole. A
    path of nothing, or of a block, is refused before anything is solved.
    """
    reasons = explained(small(), ranges=("reservations.hold.cards",))
    (cards,) = [each for each in reasons.ranges if each.path == "reservations.hold.cards"]
    assert cards.value == "10"
    assert cards.up is not None
    assert cards.down is not None
    assert (cards.up.holds, cards.up.breaks, cards.up.lacking) == (1.0, 1.1, True)
    assert (cards.down.holds, cards.down.breaks, cards.down.lacking) == (1.0, 0.9, False)
    case = case_of(small())
    with pytest.raises(InputError, match="nothing there"):
        explain_feasible(case, solve_case(case, OPTIONS), OPTIONS, ranges=("sites.west.pue",))
    with pytest.raises(InputError, match="cannot be scaled"):
        explain_feasible(case, solve_case(case, OPTIONS), OPTIONS, ranges=("sites.east",))


def test_time_and_interrupts() -> None:
    """What was not reached is named, not guessed: with no time, and after Ctrl-C."""
    tree = two_cards(LEAN, "3_000 USD", **site(power_cap="8 kW"))
    reasons = explained(tree, budget_s=0.01)
    assert reasons.questions == 0
    assert reasons.missed
    assert {step.reply.outcome for step in reasons.limits} == {Outcome.NOT_ASKED}
    asked = threading.Event()
    asked.set()
    reasons = explained(tree, interrupted=asked)
    assert reasons.stopped
    assert reasons.questions == 0


def test_tables() -> None:
    """The findings as frames, one row each, with what is certain of every difference."""
    reasons = explained(two_cards(LEAN, "3_000 USD", **site(power_cap="8 kW")))
    steps = reasons.steps_frame()
    assert list(steps["verdict"]) == ["cheaper"]
    assert reasons.cards_frame().empty
    assert reasons.rules_frame().empty
    assert set(reasons.ranges_frame()["path"]) == {"offers.card.price", "offers.other.price"}


def test_an_answer_without_a_plan_is_refused() -> None:
    """There is nothing to explain."""
    case = case_of(small(**site(power_cap="1 kW")))
    with pytest.raises(ValueError, match="no plan"):
        explain_feasible(case, solve_case(case, OPTIONS))


def test_steps_are_figures_that_people_ask_for() -> None:
    """A tenth of 700, 1,200 and 26e6 is 50, 100 and 2e6 to people."""
    assert [readable(0.1 * n) for n in (700, 1_200, 26e6)] == [50, 100, 2e6]
