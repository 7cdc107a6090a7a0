"""How conflicts and least changes are searched for: in fractions first, and to the figure shown."""

from collections.abc import Iterator

import pytest

from solver import engines
from solver.case import Case
from solver.explain.conflict import Search, liftable
from solver.explain.cures import Remedies
from solver.explain.feasibility import Feasibility, Verdict
from solver.explain.knob import Knob, Move
from solver.explain.knobs import knobs_of
from solver.explain.requirements import Kind, requirements_of
from tests.explain.small import OPTIONS, bent, case, explained, small

CAPPED = bent(small(), "sites.east", power_cap="6 kW")
"""Ten cards of 1 kW under 6 kW."""


@pytest.fixture
def feasibility() -> Iterator[Feasibility]:
    """Asks for plans; its process ends with the test."""
    with Feasibility(OPTIONS) as asking:
        yield asking


def test_a_conflict_of_fractions_is_found_in_fractions(
    feasibility: Feasibility, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whole machines are asked for only to show that each member is needed: once for each.

    Sensitivity: without the relaxation every question of the search is one of whole machines.
    """
    asked: list[Case] = []
    ask = Feasibility.ask

    def counting(self: Feasibility, one: Case) -> Verdict:
        asked.append(one)
        return ask(self, one)

    monkeypatch.setattr(Feasibility, "ask", counting)
    capped = case(CAPPED)
    everything = liftable(capped.loaded, requirements_of(capped))
    found = Search(capped.loaded, everything, feasibility, lambda words: None).find(everything)
    assert found is not None
    assert found.minimal
    assert found.confirmed
    assert {m.kind for m in found.members} == {Kind.POWER_CAP, Kind.RESERVATION}
    assert len(asked) == len(found.members)


def test_fractions_refute_no_more_than_they_can(feasibility: Feasibility) -> None:
    """Ten cards under 6 kW contradict each other in fractions. An order of 15 cards at least does
    not fit under 12 kW, which two thirds of an order do: the relaxation must leave that open.
    """
    assert feasibility.refutes_relaxed(case(CAPPED))
    whole = case(
        bent(bent(small(), "offers.card", minimum_order=15), "sites.east", power_cap="12 kW")
    )
    assert not feasibility.refutes_relaxed(whole)
    assert feasibility.ask(whole) is Verdict.NONE


def test_a_share_of_the_time_ends_with_its_block() -> None:
    """Inside, no more time is left than the share; outside, all of it again."""
    with Feasibility(engines.Options(time_limit_s=100.0)) as asking:
        with asking.within(0.1):
            assert asking.left_s <= 10
        assert asking.left_s > 90


def test_a_searched_figure_is_the_least_that_is_shown() -> None:
    """Proves the spares: 12 x (1 - spares) >= 10 cards leaves 16.67 %, so 16.6 % of three figures.

    Sensitivity: a search that ends within a hundredth of the change stops up to half a percent off.
    """
    tree = bent(small(spares="80 %"), "offers.card", supply=12)
    found = explained(tree)
    cure = next(each for each in found.cures if each.paths == ("spares",))
    assert cure.edits == ("spares=16.6 %",)
    assert cure.least


def _figures(digit: float) -> Knob:
    """A knob from 10 up, written in steps of a digit."""
    requirement = requirements_of(case(CAPPED))[0]

    def at(amount: float) -> Move:
        value = -(-(10 * (1 + amount) - 1e-9) // digit) * digit
        return Move((f"x={value:.6g}",), "", value / 10 - 1)

    return Knob(requirement, at, 100.0, whole=False)


def test_knobs_know_their_figures() -> None:
    """From 10 by half, in steps of 0.1, is 15; the largest smaller figure is 14.9; nothing lies
    between these two, and something between 14.8 and 15.
    """
    knob = _figures(0.1)
    less = knob.less(0.5)
    assert less is not None
    assert knob.at(less).edits == ("x=14.9",)
    assert knob.between(less, 0.5) is None
    middle = knob.between(0.48, 0.5)
    assert middle is not None
    assert knob.at(middle).edits == ("x=14.9",)


def test_what_a_joint_cure_does_not_need_is_left_out(feasibility: Feasibility) -> None:
    """Of 10 cards fewer by 6, and a cap raised to 10 kW, the larger change is dropped."""
    capped = case(CAPPED)
    everything = requirements_of(capped)
    remedies = Remedies(capped, everything, feasibility, {}, lambda words: None)
    cap = next(r for r in everything if r.kind is Kind.POWER_CAP)
    hold = next(r for r in everything if r.kind is Kind.RESERVATION)
    (raised, *_), (fewer, *_) = (knobs_of(capped, each, everything) for each in (cap, hold))
    ways = [(raised, raised.at(2 / 3)), (fewer, fewer.at(6))]
    (left,) = remedies._needed(ways)
    assert left[1].edits == ("reservations.hold.cards=4",)


def test_a_least_cure_is_the_least_of_its_figures(feasibility: Feasibility) -> None:
    """Of a supply of 7 cards where 10 are held, 10 is called the least: 9 leaves no plan."""
    found = explained(bent(small(), "offers.card", supply=7))
    cure = next(each for each in found.cures if each.paths == ("offers.card.supply",))
    assert cure.edits == ("offers.card.supply=10",)
    assert cure.least
    less, enough = (case(bent(small(), "offers.card", supply=n)) for n in (9, 10))
    assert feasibility.ask(less) is Verdict.NONE
    assert feasibility.ask(enough) is Verdict.PLAN
