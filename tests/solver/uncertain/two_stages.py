"""Uncertain problems of a few lines, small enough to solve by hand.

Belongs here: the market of most tests, and turning its text into a case. Does not belong here:
tests.
"""

from problems.document import Document, Location, node_of
from problems.loading import ProblemFile
from solver.case import Case, case_of
from solver.engines import Options
from solver.uncertain.answer import UncertainAnswer
from solver.uncertain.solve import solve_uncertain
from tests.solver.studies.small_cases import tree_of

EXACT = Options(gap=0.0, time_limit_s=60)

MARKET = """\
horizon: {start: 2023-01-01, end: 2024-12-31, period: year}
offers:
  a: {item: red, vendor: acme, price: {2023-01-01: 100 CNY, 2024-01-01: 150 CNY}, standalone: true}
reservations: {desk: {cards: {2023-01-01: 2, 2024-01-01: 10}}}
"""
"""Two cards in 2023 and ten in 2024; a card costs 100 in 2023 and 150 in 2024."""


def cases(high: str = "0.3", more: str = "", edits: str = "") -> str:
    """An `uncertainty:` block: as the file stands, or twenty cards in 2024."""
    demand = "reservations.desk.cards: {2023-01-01: 2, 2024-01-01: 20}"
    return (
        f"uncertainty:\n  decide_until: 2023-06-30\n{more}  cases:\n"
        f"    base: {{weight: {1 - float(high):.6g}}}\n"
        f"    high: {{weight: {high}, set: {{{edits or demand}}}}}\n"
    )


def uncertain_case(text: str) -> Case:
    """The case of a problem text with an `uncertainty:` block; blocks left out are `BASE`'s."""
    root = node_of(tree_of(text), Location("test"))
    return case_of(ProblemFile(Document(root, "test")))


def solved(text: str, options: Options = EXACT) -> UncertainAnswer:
    """The answer to such a text."""
    return solve_uncertain(uncertain_case(text), options)
