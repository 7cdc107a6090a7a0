"""Problems of a few lines for tests of studies: one site, cards that are only counted.

Belongs here: turning such a text into a case, and the market that most tests begin with. Does not
belong here: tests.
"""

from typing import Any

from problems.loading import problem_from_tree
from problems.yaml_text import parse_yaml
from solver.case import Case
from solver.engines import Options
from solver.instance import build_instance

EXACT = Options(gap=0.0, time_limit_s=20)

BASE = """\
rackmix: 1
horizon: {start: 2023-01-01, end: 2023-12-31, period: year}
currency: CNY
items:
  red: {kind: accelerator, form_factor: SXM, memory: 80 GB, bf16: 1000 TFLOPS, power: 1 kW}
  blue: {kind: accelerator, form_factor: SXM, memory: 80 GB, bf16: 1000 TFLOPS, power: 500 W}
sites: {here: {destination: CN}}
offers:
  a: {item: red, vendor: acme, price: 100 CNY, standalone: true}
  b: {item: blue, vendor: bond, price: 101 CNY, standalone: true}
reservations: {desk: {cards: 10}}
solve: {gap: 0}
"""
"""Ten cards are needed: 1,000 by the cheapest offer, 1,010 by the other."""


def tree_of(text: str = "") -> dict[str, Any]:
    """The values of a problem text; the blocks it leaves out are those of `BASE`."""
    tree: dict[str, Any] = {}
    for part in (BASE, text):
        if part:
            root, problems = parse_yaml(part, "test")
            assert root is not None, problems
            assert not problems
            tree |= root.plain()
    return tree


def case(text: str = "") -> Case:
    """The case of a problem text; the blocks it leaves out are those of `BASE`."""
    return case_of_tree(tree_of(text))


def case_of_tree(tree: dict[str, Any]) -> Case:
    """The case of a problem's values."""
    loaded = problem_from_tree(tree, "test")
    return Case(loaded, build_instance(loaded.problem, loaded.catalog))
