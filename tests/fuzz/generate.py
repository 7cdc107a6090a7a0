"""Random small problems: a base that can be solved, and a few families switched on in it.

Belongs here: the base (one market, one place, one workload) and the choice of families. Does not
belong here: what a family changes (families).
"""

from datetime import date, timedelta
from random import Random
from typing import Any

from hypothesis import strategies

from problems.dates import add_months
from tests.fuzz.draft import Draft
from tests.fuzz.families import FAMILIES

Tree = dict[str, Any]
STARTS = [date(2024, 1, 1), date(2023, 9, 1), date(2025, 11, 1), date(2024, 2, 10)]
MONTHS = {"month": 1, "quarter": 3, "year": 12}


def problem_tree(random: Random) -> Tree:
    """A problem as a problem file holds it, with four to eight families switched on."""
    draft = _base(random)
    chosen = random.sample(sorted(FAMILIES), random.randint(4, 8))
    for name in sorted(chosen, key=list(FAMILIES).index):
        FAMILIES[name](draft)
    draft.tree["title"] = ", ".join(chosen)
    return draft.tree


def problem_of_seed(seed: int) -> Tree:
    """The problem of a seed: the same for ever."""
    return problem_tree(Random(seed))


def problems() -> strategies.SearchStrategy[Tree]:
    """Problems for Hypothesis, which can make a failing one smaller."""
    return strategies.randoms(use_true_random=False).map(problem_tree)


def _base(random: Random) -> Draft:
    start = random.choice(STARTS)
    period = random.choice(["month", "quarter", "quarter", "year"])
    periods = random.choice([1, 2, 2])
    end = add_months(start, MONTHS[period] * periods) - timedelta(days=1)
    horizon = {"start": start.isoformat(), "end": end.isoformat(), "period": period}
    if random.random() < 0.08:
        hours = random.choice([90, 500, 1000])
        end, periods = start + timedelta(hours=hours), 1
        horizon = {"start": start.isoformat(), "hours": hours}
    tree: Tree = {
        "rackmix": 1,
        "title": "",
        "horizon": horizon,
        "currency": "USD",
        "sites": {"east": {"destination": random.choice(["CN", "SG"])}},
        "items": _items(random),
        "offers": {},
    }
    draft = Draft(tree, random, start, end, period, periods)
    for number in range(random.choice([1, 2, 2])):
        draft.add_node_offer(f"node{number + 1}")
    draft.add_workload()
    return draft


def _items(random: Random) -> Tree:
    """Two cards, a node and a model of each, a host, a switch; figures that make small plans."""
    source = {"source": "made up", "date": "2024"}

    def card(tflops: int, memory: int, power: int, tpp: int) -> Tree:
        return {
            "kind": "accelerator",
            "form_factor": "SXM",
            "bf16": f"{tflops} TFLOPS",
            "memory": f"{memory} GB",
            "memory_bandwidth": "2000 GB/s",
            "interconnect": f"{random.choice([400, 600])} GB/s",
            "io_bandwidth": "464 GB/s",
            "die_area": "800 mm**2",
            "tpp": tpp,
            "power": f"{power} kW",
            "idle_power": f"{random.choice([0, power / 2])} kW",
            "scale_up_cards": random.choice([1, 2, 4]),
            **source,
        }

    def node(of: str, cards: int, power: int) -> Tree:
        return {
            "kind": "node",
            "card": of,
            "cards": cards,
            "power": f"{power} kW",
            "idle_power": f"{random.choice([1, power / 2, power])} kW",
            "rack_units": random.choice([2, 4]),
            **source,
        }

    return {
        "small": card(100, 40, 1, random.choice([1000, 2000])),
        "large": card(250, 80, 2, random.choice([2000, 5000])),
        "node-small": node("small", random.choice([2, 4]), 4),
        "node-large": node("large", 2, 5),
        "host": {
            "kind": "host",
            "slots": random.choice([2, 3]),
            "form_factor": "SXM",
            "power": "1 kW",
            "rack_units": 2,
            **source,
        },
        "switch": {"kind": "switch", "ports": 4, "power": "0.5 kW", **source},
        "model": {"kind": "model", "parameters": random.choice([2e9, 5e9, 9e9]), **source},
    }
