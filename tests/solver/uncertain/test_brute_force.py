"""Random two-stage problems against going through every first step.

One offer, two years: q cards are bought in 2023 at p, r in 2024 at a case's own price s; a case
needs n0 cards in 2023 and n in 2024. Its cost is p q + s max(0, n - q), with q >= n0.
"""

from dataclasses import dataclass, replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from solver.uncertain.value import Range
from tests.solver.uncertain.two_stages import EXACT, solved


@dataclass(frozen=True)
class Drawn:
    """A random problem."""

    price: int
    first: int
    weights: tuple[int, ...]
    later: tuple[tuple[int, int], ...]
    """Price and cards needed in 2024, by case; the first is the file as it stands."""
    worst: bool

    @property
    def text(self) -> str:
        """The problem file."""
        total = sum(self.weights)
        lines = [
            "horizon: {start: 2023-01-01, end: 2024-12-31, period: year}",
            "offers: {a: {item: red, vendor: acme, standalone: true, "
            f"price: {self._price(self.later[0][0])}}}}}",
            f"reservations: {{desk: {{cards: {self._cards(self.later[0][1])}}}}}",
            "uncertainty:",
            "  decide_until: 2023-12-31",
            f"  objective: {'worst_case' if self.worst else 'expected'}",
            "  cases:",
        ]
        for number, (weight, (price, cards)) in enumerate(
            zip(self.weights, self.later, strict=True)
        ):
            edits = f"offers.a.price: {self._price(price)}, "
            edits += f"reservations.desk.cards: {self._cards(cards)}"
            lines.append(f"    c{number}: {{weight: {weight}/{total}, set: {{{edits}}}}}")
        return "\n".join(lines) + "\n"

    def _price(self, later: int) -> str:
        return f"{{2023-01-01: {self.price} CNY, 2024-01-01: {later} CNY}}"

    def _cards(self, later: int) -> str:
        return f"{{2023-01-01: {self.first}, 2024-01-01: {later}}}"

    def objective(self, costs: list[float]) -> float:
        """The weighted sum, or the highest."""
        if self.worst:
            return max(costs)
        return sum(w * c for w, c in zip(self.weights, costs, strict=True)) / sum(self.weights)

    def cost(self, q: int, case: int) -> float:
        """What a first step costs in a case, with the least that is still needed bought later."""
        price, cards = self.later[case]
        return self.price * q + price * max(0, cards - q)

    def steps(self) -> range:
        """First steps worth trying."""
        return range(self.first, max(self.first, *(n for _, n in self.later)) + 1)

    def together(self, q: int) -> float:
        """What a first step costs over all cases."""
        return self.objective([self.cost(q, case) for case in range(len(self.later))])

    def alone(self, case: int) -> float:
        """The cheapest cost of a case if it were known."""
        return min(self.cost(q, case) for q in self.steps())

    def all_now(self) -> float:
        """The cheapest with the later purchases common, too."""
        most = max(n for _, n in self.later)
        return min(
            self.objective([self.price * q + price * max(0, most - q) for price, _ in self.later])
            for q in self.steps()
        )


@st.composite
def drawn(draw: st.DrawFn) -> Drawn:
    """Two or three cases with whole prices, needs and weights."""
    count = draw(st.integers(2, 3))
    numbers = st.integers(1, 9)
    return Drawn(
        price=10 * draw(numbers),
        first=draw(st.integers(1, 4)),
        weights=tuple(draw(st.lists(numbers, min_size=count, max_size=count))),
        later=tuple((10 * draw(numbers), draw(numbers)) for _ in range(count)),
        worst=draw(st.booleans()),
    )


@settings(max_examples=12)
@given(drawn())
def test_every_figure_is_that_of_going_through_all_first_steps(found: Drawn) -> None:
    """Cost, EVPI and the value of waiting are the brute force's; the value of planning lies among
    those of the file's own best first steps; WS <= RP <= EEV and RP <= NOW.
    """
    engine = "highs" if found.price % 20 else "cbc"
    answer = solved(found.text, replace(EXACT, engine=engine))
    robust = min(found.together(q) for q in found.steps())
    each = [found.alone(case) for case in range(len(found.later))]
    known, now = found.objective(each), found.all_now()
    assert answer.cost == pytest.approx(robust)
    assert answer.bound == pytest.approx(robust)
    assert [case.known for case in answer.cases.values()] == [close(cost) for cost in each]
    assert answer.figures.perfect_information is not None
    assert answer.figures.perfect_information.difference == close(robust - known)
    assert answer.figures.waiting is not None
    assert answer.figures.waiting.difference == close(now - robust)
    firsts = [q for q in found.steps() if found.cost(q, 0) == found.alone(0)]
    planning = [found.together(q) - robust for q in firsts]
    assert answer.figures.planning is not None
    assert any(answer.figures.planning.difference == close(saved) for saved in planning)


def close(amount: float) -> Range:
    """An amount without any gap."""
    near = pytest.approx(amount, rel=1e-6, abs=1e-4)
    return Range(near, near)
