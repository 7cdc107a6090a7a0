"""One small problem for tests of explanations, to be bent until it has no plan.

Belongs here: the problem and its figures. Does not belong here: what is expected of explanations.
"""

from copy import deepcopy
from typing import Any

from solver import engines
from solver.case import Case
from solver.explain import Conflict, explain_infeasible
from tests.fuzz.referee import case_of

OPTIONS = engines.Options(gap=0.0, time_limit_s=60.0)
SOURCE = {"source": "made up", "date": "2024"}
CARD = {
    "kind": "accelerator",
    "form_factor": "SXM",
    "bf16": "100 TFLOPS",
    "memory": "40 GB",
    "memory_bandwidth": "2000 GB/s",
    "interconnect": "400 GB/s",
    "io_bandwidth": "464 GB/s",
    "die_area": "800 mm**2",
    "tpp": 1600,
    "power": "1 kW",
    "idle_power": "1 kW",
    **SOURCE,
}
TREE: dict[str, Any] = {
    "rackmix": 1,
    "horizon": {"start": "2024-01-01", "end": "2024-12-31", "period": "quarter"},
    "currency": "USD",
    "sites": {"east": {"destination": "SG", "power_cap": "100 kW"}},
    "items": {
        "small": CARD,
        "large": {**CARD, "bf16": "200 TFLOPS", "interconnect": "900 GB/s", "power": "3 kW"},
        "node": {
            "kind": "node",
            "card": "small",
            "cards": 2,
            "power": "2 kW",
            "rack_units": 4,
            **SOURCE,
        },
        "switch": {"kind": "switch", "ports": 4, "power": "0.1 kW", **SOURCE},
        "model": {"kind": "model", "parameters": 30e9, **SOURCE},
    },
    "offers": {
        "card": {"item": "small", "vendor": "acme", "price": "1_000 USD", "standalone": True}
    },
    "reservations": {"hold": {"cards": 10}},
}
"""Ten cards at 1,000 USD and 1 kW each, all year, from a market without limits."""


def small(**blocks: Any) -> dict[str, Any]:
    """The problem with whole blocks in the place of its own; None takes one out."""
    tree = {**deepcopy(TREE), **deepcopy(blocks)}
    return {key: block for key, block in tree.items() if block is not None}


def bent(tree: dict[str, Any], path: str, **values: Any) -> dict[str, Any]:
    """A problem with values set in the block at a path."""
    changed = deepcopy(tree)
    block = changed
    for key in path.split("."):
        block = block.setdefault(key, {})
    block.update(values)
    return changed


def explained(tree: dict[str, Any], **more: Any) -> Conflict:
    """The explanation of a problem."""
    return explain_infeasible(case(tree), OPTIONS, **more)


def case(tree: dict[str, Any]) -> Case:
    """The case of a problem."""
    return case_of(tree)


def names(conflict: Conflict) -> list[set[str]]:
    """The members of every conflict, by name."""
    return [{member.name for member in found.members} for found in conflict.contradictions]


def edits(conflict: Conflict) -> list[tuple[str, ...]]:
    """The edits of every cure, in their order."""
    return [cure.edits for cure in conflict.cures]
