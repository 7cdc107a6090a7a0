"""Random problems that can be solved, with a conflict planted beside them that is known by name.

Belongs here: planting. What is planted has a card, an offer and a place of its own, beside another
card and another place without limits; what the random problem limits as a whole is taken out. So
the planted conflict is the only one, and each of its members is to blame. Does not belong here:
what explanations are held to (judge).
"""

from collections.abc import Callable, Iterator
from copy import deepcopy
from datetime import date, timedelta
from random import Random
from typing import Any

from solver.case import Case
from tests.fuzz.generate import problem_of_seed
from tests.fuzz.referee import case_of

Tree = dict[str, Any]
OFFER = "offers.plant"
HELD = "reservations.plant"
CARD = {
    "kind": "accelerator",
    "form_factor": "PCIe",
    "bf16": "100 TFLOPS",
    "memory": "40 GB",
    "memory_bandwidth": "1000 GB/s",
    "interconnect": "400 GB/s",
    "io_bandwidth": "400 GB/s",
    "die_area": "800 mm**2",
    "tpp": 1000,
    "power": "1 kW",
    "idle_power": "1 kW",
    "source": "made up",
    "date": "2024",
}
"""One kilowatt, and 0.05 PFLOP/s at half its peak."""


def planted(seed: int) -> tuple[Tree, Case, frozenset[str]] | None:
    """The problem of a seed with a conflict in it, and the conflict's names; None where the random
    problem is too short.
    """
    tree = _base(seed)
    start, end = _days(tree)
    if (end - start).days < 27:
        return None
    random = Random(seed)
    for site in ("vault", "annex"):
        tree["sites"][site] = {"destination": "SG"}
    for item in ("plant", "plain"):
        tree["items"][f"{item}card"] = dict(CARD)
        tree["offers"][item] = {
            "item": f"{item}card",
            "vendor": "planter",
            "price": "1_000 USD",
            "standalone": True,
        }
    names = PLANTS[seed % len(PLANTS)](tree, random, start, end)
    return tree, case_of(tree), frozenset(names)


def seeds(first: int, count: int) -> Iterator[int]:
    """Seeds from one on whose random problem can be planted in."""
    seed = first
    while count:
        if (_days(_base(seed))[1] - _days(_base(seed))[0]).days >= 27:
            yield seed
            count -= 1
        seed += 1


def _base(seed: int) -> Tree:
    """The random problem of a seed without what it limits as a whole."""
    tree = deepcopy(problem_of_seed(seed))
    for block in ("limits", "export_caps", "export_rules", "export_licences"):
        tree.pop(block, None)
    return tree


def base_case(seed: int) -> Case:
    """The random problem before anything is planted."""
    return case_of(_base(seed))


def _days(tree: Tree) -> tuple[date, date]:
    horizon = tree["horizon"]
    start = date.fromisoformat(horizon["start"])
    if "hours" in horizon:
        return start, start + timedelta(hours=horizon["hours"])
    return start, date.fromisoformat(horizon["end"])


def _hold(tree: Tree, cards: int, **more: Any) -> None:
    tree.setdefault("reservations", {})["plant"] = {"cards": cards, "of": ["plantcard"], **more}


def power(tree: Tree, random: Random, start: date, end: date) -> set[str]:
    """More cards in the vault than its half kilowatt can feed, whatever the card."""
    tree["sites"]["vault"]["power_cap"] = "0.5 kW"
    _hold(tree, random.randint(2, 9), sites=["vault"])
    return {HELD, f"{HELD}.sites", "sites.vault.power_cap"}


def supply(tree: Tree, random: Random, start: date, end: date) -> set[str]:
    """More cards than can be delivered."""
    tree["offers"]["plant"]["supply"] = random.randint(1, 3)
    _hold(tree, random.randint(5, 9))
    return {HELD, f"{HELD}.of", f"{OFFER}.supply"}


def available(tree: Tree, random: Random, start: date, end: date) -> set[str]:
    """Cards wanted before they can be had."""
    tree["offers"]["plant"]["available"] = f"{end.isoformat()}.."
    _hold(tree, random.randint(1, 5))
    return {HELD, f"{HELD}.of", f"{OFFER}.available"}


def lead_time(tree: Tree, random: Random, start: date, end: date) -> set[str]:
    """Cards that would have to be ordered before orders can be placed."""
    tree["offers"]["plant"]["lead_time"] = random.choice(["300 days", "20 months", "60 weeks"])
    until = (start + timedelta(days=random.randint(5, 20))).isoformat()
    _hold(tree, random.randint(1, 5), until=until)
    return {HELD, f"{HELD}.of", f"{OFFER}.lead_time", "horizon.orders_from"}


def places(tree: Tree, random: Random, start: date, end: date) -> set[str]:
    """Cards wanted where they are not delivered."""
    tree["offers"]["plant"]["sites"] = ["vault"]
    _hold(tree, random.randint(1, 5), sites=["annex"])
    return {HELD, f"{HELD}.of", f"{HELD}.sites", f"{OFFER}.sites"}


def minimum_order(tree: Tree, random: Random, start: date, end: date) -> set[str]:
    """An order too large for the power of its place."""
    tree["sites"]["vault"]["power_cap"] = "8 kW"
    tree["offers"]["plant"] |= {"minimum_order": random.randint(9, 20), "sites": ["vault"]}
    _hold(tree, 2)
    order = {f"{OFFER}.minimum_order", f"{OFFER}.sites"}
    return {HELD, f"{HELD}.of", *order, "sites.vault.power_cap"}


def fleet(tree: Tree, random: Random, start: date, end: date) -> set[str]:
    """Owned cards that leave too early, and cannot be bought."""
    del tree["offers"]["plant"]
    until = start + timedelta(days=random.randint(5, 25))
    entry = {"item": "plantcard", "site": "vault", "count": 20, "standalone": True}
    tree.setdefault("fleet", {})["plant"] = {**entry, "until": until.isoformat()}
    _hold(tree, random.randint(1, 5))
    return {HELD, f"{HELD}.of", "fleet.plant.until"}


def window(tree: Tree, random: Random, start: date, end: date) -> set[str]:
    """A job too large for its ten days: 5 cards do 2.5 of its 3.5 PFLOP/s-days."""
    tree["offers"]["plant"]["supply"] = 5
    last = start + timedelta(days=9)
    tree.setdefault("training", {})["plant"] = {
        "flop": 3.5 * 86_400e15,
        "memory": "ignore",
        "mfu": {"plantcard": "50 %"},
        "window": f"{start.isoformat()}..{last.isoformat()}",
    }
    return {"training.plant", "training.plant.window", f"{OFFER}.supply"}


def service(tree: Tree, random: Random, start: date, end: date) -> set[str]:
    """Requests for which the vault has too little power."""
    tree["sites"]["vault"]["power_cap"] = "3 kW"
    row = {"name": "p1", "card": "plantcard", "cards": 1, "requests_per_second": 10}
    requests = f"{random.randint(35, 80)} per second"
    tree.setdefault("inference", {})["plant"] = {
        "requests": requests,
        "measured": [row],
        "sites": ["vault"],
    }
    return {"inference.plant", "inference.plant.sites", "sites.vault.power_cap"}


PLANTS: list[Callable[[Tree, Random, date, date], set[str]]] = [
    power,
    supply,
    available,
    lead_time,
    places,
    minimum_order,
    fleet,
    window,
    service,
]
