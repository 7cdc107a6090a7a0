"""Problems small enough to be solved by hand, and what solving them costs.

Belongs here: a base of round figures (a month, a site, a few items) and the total of a problem, as
it stands or with one family of rows or one cost term taken out of the model. Does not belong here:
the problems themselves (test_families_*.py).
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from unittest import mock

from problems.loading import problem_from_tree
from solver import engines
from solver.answer import solve_case
from solver.case import Case
from solver.families import Family
from solver.formulation import Model, build_plain
from solver.instance import Instance, build_instance

Tree = dict[str, Any]
CBC = engines.Options(engine="cbc", gap=0.0)
SOURCE = {"source": "made up", "date": "2024"}


def card(tflops: int = 100, **figures: Any) -> Tree:
    """A card of 100 TFLOPS and 40 GB."""
    known = {"kind": "accelerator", "form_factor": "SXM", "bf16": f"{tflops} TFLOPS"}
    return {**known, "memory": "40 GB", "tpp": 1000, "power": "1 kW", **SOURCE, **figures}


def node(of: str = "c", cards: int = 2, **figures: Any) -> Tree:
    """A node that draws 2 kW when busy and 1 kW when idle."""
    known = {"kind": "node", "card": of, "cards": cards, "power": "2 kW", "idle_power": "1 kW"}
    return {**known, "rack_units": 4, **SOURCE, **figures}


ITEMS = {
    "c": card(),
    "d": card(),
    "pair": node("c", 2),
    "four": node("d", 4),
    "host": {
        "kind": "host",
        "slots": 2,
        "form_factor": "SXM",
        "power": "1 kW",
        "idle_power": "0.5 kW",
        "rack_units": 2,
        **SOURCE,
    },
    "switch": {"kind": "switch", "ports": 4, "power": "0.5 kW", **SOURCE},
    "model": {"kind": "model", "parameters": 10e9, **SOURCE},
}
"""Pairs hold two cards c, fours hold four cards d; the switch has four ports."""


def problem(**blocks: Any) -> Tree:
    """January 2024 at one site, with the items above; ``blocks`` come on top, items added."""
    base: Tree = {
        "rackmix": 1,
        "horizon": {"start": "2024-01-01", "end": "2024-01-31", "period": "month"},
        "currency": "USD",
        "sites": {"here": {"destination": "CN"}},
    }
    return base | blocks | {"items": ITEMS | blocks.get("items", {})}


def offer(item: str = "pair", price: str = "100 USD", vendor: str = "acme", **terms: Any) -> Tree:
    """A pair for 100."""
    return {"item": item, "vendor": vendor, "price": price, **terms}


def lease(item: str = "pair", hour: str = "1 USD/h", vendor: str = "acme", **terms: Any) -> Tree:
    """A pair by the hour, hosted by its vendor."""
    return {"item": item, "vendor": vendor, "lease": hour, **terms}


def hold(cards: Any, **terms: Any) -> Tree:
    """Reserved cards: the plainest demand."""
    return {"hold": {"cards": cards, **terms}}


def job(card_days: float, **terms: Any) -> Tree:
    """A training job of so many days of one card c at half its peak."""
    flop = card_days * 86_400 * 0.5 * 100e12
    return {"job": {"flop": flop, "memory": "ignore", "mfu": "50 %", **terms}}


def service(rate: float, each: Any, cards: int = 1, of: str = "c", **terms: Any) -> Tree:
    """A service whose replicas of so many cards serve ``each`` requests per second."""
    row = {"name": "r", "card": of, "cards": cards, "requests_per_second": each}
    return {"chat": {"requests": f"{rate} per second", "measured": [row], **terms}}


def case_of(tree: Tree) -> Case:
    """The case of a problem tree."""
    loaded = problem_from_tree(tree, "by hand")
    return Case(loaded, build_instance(loaded.problem, loaded.catalog))


def instance_of(tree: Tree) -> Instance:
    """The instance of a problem tree."""
    return case_of(tree).instance


def bill(tree: Tree) -> Mapping[str, float]:
    """Present values of the cheapest verified plan by term, zeros left out."""
    answer = solve_case(case_of(tree), CBC)
    assert answer.plan is not None, answer.status
    assert answer.plan.verification.ok
    return {str(row.term): row.present_value for row in answer.plan.bill if row.present_value}


def total(tree: Tree, without: Family | str | None = None) -> float | None:
    """The cost of the cheapest plan, None where there is none.

    ``without`` takes a family of rows or a cost term out of the model.
    """
    if without is None:
        answer = solve_case(case_of(tree), CBC)
        assert answer.plan is None or answer.plan.verification.ok
        return None if answer.plan is None else answer.plan.objective
    instance = instance_of(tree)
    if isinstance(without, Family):
        with rows(lambda family: family is not without):
            return optimum(build_plain(instance))
    model = build_plain(instance)
    del model.costs[without]
    model.fixed.pop(without, None)
    model.finish()
    return optimum(model)


def optimum(model: Model) -> float | None:
    """The least objective of a program, in the problem's currency; None where it is infeasible."""
    outcome = engines.solve(model.problem, CBC)
    if outcome.objective is None:
        assert outcome.status is engines.Status.INFEASIBLE
        return None
    return outcome.objective * model.money_scale


@contextmanager
def rows(wanted: Any) -> Iterator[None]:
    """Models built inside have the rows of those families only that ``wanted`` says yes to."""
    add = Model._add

    def add_wanted(self: Model, family: Family, *rest: Any) -> None:
        if wanted(family):
            add(self, family, *rest)

    with mock.patch.object(Model, "_add", add_wanted):
        yield
