"""A problem in the making, and the registry of what it can have beside its base.

Belongs here: what every family needs to change a problem. Does not belong here: any family.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random
from typing import Any

REGISTERED: dict[str, dict[str, Callable[["Draft"], None]]] = {}
"""Families by module, then by name, in the order in which they stand there."""


def family(change: Callable[["Draft"], None]) -> Callable[["Draft"], None]:
    """Register a family under the name of its function."""
    REGISTERED.setdefault(change.__module__, {})[change.__name__] = change
    return change


@dataclass
class Draft:
    """A problem in the making."""

    tree: dict[str, Any]
    random: Random
    start: date
    end: date
    period: str
    periods: int
    days: list[int] = field(default_factory=list)
    """Days after the start on which things have changed so far."""

    def pick(self, *values: Any) -> Any:
        """One of the values."""
        return self.random.choice(values)

    def a_day(self, low: float = 0.1, high: float = 0.9) -> str:
        """A day between two shares of the horizon; few different ones, to keep intervals few."""
        length = (self.end - self.start).days
        inside = [day for day in self.days if low * length <= day <= high * length]
        if not inside:
            share = low + (high - low) * self.random.random()
            inside = [int(length * share)]
            self.days += inside
        return (self.start + timedelta(days=self.pick(*inside))).isoformat()

    def a_last_day(self, low: float, high: float) -> str:
        """The day before such a day: what ends with it cuts the horizon at the same place."""
        day = date.fromisoformat(self.a_day(low, high)) - timedelta(days=1)
        return max(day, self.start).isoformat()

    def an_offer(self, kind: str = "price") -> dict[str, Any] | None:
        """One of the offers that are bought, or leased."""
        found = [key for key, offer in sorted(self.tree["offers"].items()) if kind in offer]
        return self.tree["offers"][self.pick(*found)] if found else None

    def all_of(self, block: str) -> list[dict[str, Any]]:
        """The entries of a block."""
        return [entry for _, entry in sorted(self.tree.get(block, {}).items())]

    def add_node_offer(self, key: str) -> None:
        """Put a node on the market."""
        item = self.pick("node-small", "node-large")
        price = self.random.randint(6, 30) * 100
        self.tree["offers"][key] = {
            "item": item,
            "vendor": self.pick("acme", "bolt"),
            "price": f"{price} USD",
        }

    def a_card(self) -> str:
        """A card, most often one that is on offer."""
        items = [offer["item"] for offer in self.all_of("offers")]
        cards = {self.tree["items"][item].get("card", item) for item in items} & {"small", "large"}
        return self.pick(*sorted(cards) * 4, "small", "large")

    def add_workload(self) -> None:
        """Ask for something: a job, a service or reserved cards."""
        self.pick(self.add_job, self.add_service, self.add_reservation)()

    def add_job(self) -> dict[str, Any]:
        """A training job of a few card-days times the horizon."""
        days = (self.end - self.start).days + 1
        # 0.05 PFLOP/s from a small card at half its peak, over a part of the horizon.
        work = self.pick(0.6, 1.3, 2.2, 3.0) * 0.05 * days
        job: dict[str, Any] = {
            "flop": round(work * 86_400e15),
            "memory": "ignore",
            "mfu": self.pick(
                "50 %", "40 %", {"small": "50 %", "large": "30 %"}, {self.a_card(): "45 %"}
            ),
        }
        self.tree.setdefault("training", {})[self._next("job", "training")] = job
        return job

    def add_service(self) -> dict[str, Any]:
        """A service with measured configurations."""
        rows = [
            {"name": "s1", "card": "small", "cards": 1, "requests_per_second": self.pick(2, 3)},
            {"name": "l1", "card": "large", "cards": self.pick(1, 2), "requests_per_second": 7},
        ]
        card = self.a_card()
        service: dict[str, Any] = {
            "requests": f"{self.random.randint(2, 9)} per second",
            "measured": self.pick(rows, [row for row in rows if row["card"] == card]),
        }
        self.tree.setdefault("inference", {})[self._next("chat", "inference")] = service
        return service

    def add_reservation(self) -> dict[str, Any]:
        """Cards held busy."""
        reservation: dict[str, Any] = {"cards": self.random.randint(1, 4)}
        self.tree.setdefault("reservations", {})[self._next("hold", "reservations")] = reservation
        return reservation

    def _next(self, name: str, block: str) -> str:
        return f"{name}{len(self.tree.get(block, {})) + 1}"
