"""Which rows of a plan can be read, and what they decide.

Belongs here: known names, finite numbers, whole counts, doubles, the calendar; every purchase row
joined to the option it takes. A row that fails here counts no further where it cannot: what it
decides is unknown. Does not belong here: limits, prices.
"""

import math
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from solver.families import Family
from solver.instance.model import Fabric, FabricLine, Instance, Item, Offer, Option
from solver.plan import (
    Plan,
    PurchaseRow,
    ReservationRow,
    RoutingRow,
    ServingRow,
    TrainingRow,
)
from solver.plan.convert import nearest
from solver.plan.matching import options_by_words, why_no_option
from solver.verify.tally import Tally

type Name = tuple[str, Callable[[Any], str], Collection[str]]
"""A name in a row: its word, how to read it, and the names that are known."""


@dataclass(frozen=True)
class Bought:
    """A purchase or lease row and the option it takes."""

    row: PurchaseRow
    option: Option
    offer: Offer
    item: Item
    units: float


@dataclass(frozen=True)
class FabricBought:
    """A fabric row and the line it buys."""

    row: PurchaseRow
    fabric: Fabric
    line: FabricLine
    period: int
    quantity: float


@dataclass(frozen=True)
class Decided:
    """The decisions of a plan, as far as they can be read."""

    bought: tuple[Bought, ...]
    fabric: tuple[FabricBought, ...]
    training: tuple[TrainingRow, ...]
    serving: tuple[ServingRow, ...]
    routing: tuple[RoutingRow, ...]
    reservations: tuple[ReservationRow, ...]


def read_rows(instance: Instance, plan: Plan, tally: Tally) -> Decided:
    """Read the decisions and check that the plan speaks of this instance."""
    _check_frame(instance, plan, tally)
    reader = _Reader(instance, tally)
    bought, fabric = reader.purchases(plan.purchases)
    pool = ("pool", lambda r: r.pool, instance.pool.keys())
    occurrences = {f"{o.job}#{o.number}" for o in instance.occurrences}
    classes = {f"{s.key}.{name}" for s in instance.services for name in s.classes}
    services = {service.key for service in instance.services}
    reservations = {reservation.key for reservation in instance.reservations}
    return Decided(
        bought,
        fabric,
        reader.table(
            "training",
            plan.training,
            lambda r: (r.job, r.occurrence, r.pool, r.interval),
            (("occurrence", lambda r: f"{r.job}#{r.occurrence}", occurrences), pool),
            lambda r: (r.cards, r.work_done),
        ),
        reader.table(
            "serving",
            plan.serving,
            lambda r: (r.service, r.configuration, r.pool, r.interval),
            (("service", lambda r: r.service, services), pool),
            lambda r: (r.replicas, r.cards),
        ),
        reader.table(
            "routing",
            plan.routing,
            lambda r: (r.service, r.class_, r.configuration, r.pool, r.interval),
            (("class", lambda r: f"{r.service}.{r.class_}", classes), pool),
            lambda r: (r.rate,),
        ),
        reader.table(
            "reservations",
            plan.reservations,
            lambda r: (r.reservation, r.pool, r.interval),
            (("reservation", lambda r: r.reservation, reservations), pool),
            lambda r: (r.cards,),
        ),
    )


def _unknown(row: Any, names: tuple[Name, ...]) -> str:
    word, name, known = next(entry for entry in names if entry[1](row) not in entry[2])
    return f"unknown {word} {name(row)!r}{nearest(str(name(row)), sorted(known))}"


def _check_frame(instance: Instance, plan: Plan, tally: Tally) -> None:
    """Currency, calendar and exclusions are the problem's."""
    periods = [
        (p.label, p.start, (p.end - timedelta(microseconds=1)).date()) for p in instance.periods
    ]
    intervals = [(i.index, i.start, i.end) for i in instance.intervals]
    excluded = {(e.item, e.site, e.rule, e.reason) for e in instance.excluded}
    found: list[tuple[str, Any, Any]] = [
        ("currency", plan.currency, instance.currency),
        ("periods", [(p.id, p.start, p.end) for p in plan.periods], periods),
        ("intervals", [(i.id, i.start, i.end) for i in plan.intervals], intervals),
        ("excluded", {(e.item, e.site, e.rule, e.reason) for e in plan.excluded}, excluded),
    ]
    for where, mine, theirs in found:
        if not tally.holds(Family.RECORD, mine == theirs):
            tally.violate(Family.RECORD, where, f"must be the problem's {where}")


class _Reader:
    """Reads the tables of a plan one by one."""

    def __init__(self, instance: Instance, tally: Tally) -> None:
        self.instance = instance
        self.tally = tally
        self.options = options_by_words(instance)
        self.labels = {period.label: period.index for period in instance.periods}
        self.parts = {(f.key, line.name): (f, line) for f in instance.fabrics for line in f.lines}

    def fault(self, where: str, message: str, amount: float | None = None) -> None:
        """Record a row that does not read."""
        self.tally.violate(Family.RECORD, where, message, amount)

    def table[Row](
        self,
        table: str,
        rows: Sequence[Row],
        key: Callable[[Any], tuple[Any, ...]],
        names: tuple[Name, ...],
        numbers: Callable[[Any], tuple[float, ...]],
    ) -> tuple[Row, ...]:
        """Rows of a table about workloads that read; the interval is the last part of their key."""
        seen: set[tuple[Any, ...]] = set()
        count = len(self.instance.intervals)
        sound = []
        for number, row in enumerate(rows):
            this = key(row)
            message = ""
            if any(name(row) not in known for _, name, known in names):
                message = _unknown(row, names)
            elif not isinstance(this[-1], int) or not 0 <= this[-1] < count:
                message = f"interval must be from 0 to {count - 1} (given {this[-1]})"
            elif not all(math.isfinite(n) and n >= 0 for n in numbers(row)):
                message = f"numbers must be finite, not negative (given {numbers(row)})"
            elif this in seen:
                message = f"stands here twice: {', '.join(map(str, this))}"
            seen.add(this)
            if self.tally.holds(Family.RECORD, not message):
                sound.append(row)
            else:
                self.fault(f"{table}[{number}]", message)
        return tuple(sound)

    def purchases(
        self, rows: Iterable[PurchaseRow]
    ) -> tuple[tuple[Bought, ...], tuple[FabricBought, ...]]:
        """Purchase rows with the option or fabric line that they take."""
        bought: list[Bought] = []
        fabric: list[FabricBought] = []
        seen: set[tuple[Any, ...]] = set()
        for number, row in enumerate(rows):
            where = f"purchases[{number}]"
            if not self._reads(where, row):
                continue
            this = (row.kind == "fabric", row.offer, row.site, row.period, row.until, row.box)
            if not self.tally.holds(Family.RECORD, this not in seen):
                self.fault(where, f"stands here twice: {row.offer}, {row.site}, {row.period}")
            seen.add(this)
            if row.kind == "fabric":
                fabric += self._part(where, row)
            else:
                bought += self._option(where, row)
        return tuple(bought), tuple(fabric)

    def _reads(self, where: str, row: PurchaseRow) -> bool:
        """Whether a row's numbers are finite and its names known."""
        numbers = (row.quantity, row.unit_price, row.discount, row.amount, row.cards)
        finite = all(math.isfinite(number) for number in numbers)
        if not self.tally.holds(Family.RECORD, finite and row.quantity >= 0):
            self.fault(where, f"numbers must be finite, quantities not negative (given {numbers})")
            return False
        lines = {key for key, _ in self.parts}
        offers: Collection[str] = lines if row.kind == "fabric" else self.instance.offer
        names: tuple[tuple[str, str, Collection[str]], ...] = (
            ("offer", row.offer, offers),
            ("site", row.site, self.instance.site),
            ("period", row.period, self.labels),
        )
        for word, name, known in names:
            if not self.tally.holds(Family.RECORD, name in known):
                hint = nearest(str(name), sorted(known))
                self.fault(where, f"unknown {word} {name!r}{hint}")
                return False
        return True

    def _option(self, where: str, row: PurchaseRow) -> list[Bought]:
        option = self.options.get((row.offer, row.site, row.period, row.until, row.box))
        place = f"offers.{row.offer}, sites.{row.site}, {row.period}"
        if not self.tally.holds(Family.OPTION, option is not None) or option is None:
            reason = why_no_option(self.instance, row.offer, row.site, row.period)
            self.tally.violate(Family.OPTION, place, reason, row.quantity)
            return []
        for word, found, expected in (
            ("ordered", row.ordered, option.ordered),
            ("delivered", row.delivered, option.delivered),
        ):
            if not self.tally.holds(Family.OPTION, found == expected):
                late = float((found - expected).days)
                message = f"{word} on {found}, availability and lead time make it {expected}"
                self.tally.violate(Family.OPTION, place, message, late)
        offer, item = self.instance.offer[row.offer], self.instance.item[option.item]
        words = (option.item, item.kind.value, offer.vendor, offer.leased)
        if not self.tally.holds(
            Family.RECORD, (row.item, row.kind, row.vendor, row.lease) == words
        ):
            self.fault(where, f"item, kind, vendor and lease must be the offer's: {words}")
        self._whole(where, row.quantity)
        self._cards(where, row.cards, row.quantity * item.cards)
        return [Bought(row, option, offer, item, row.quantity)]

    def _part(self, where: str, row: PurchaseRow) -> list[FabricBought]:
        known = self.parts.get((row.offer, row.box or ""))
        lines = [name for fabric, name in self.parts if fabric == row.offer]
        if not self.tally.holds(Family.RECORD, known is not None) or known is None:
            self.fault(where, f"fabric {row.offer} has no line {row.box!r}{nearest('', lines)}")
            return []
        fabric, line = known
        period = self.instance.periods[self.labels[row.period]]
        found = (row.site, row.item, row.vendor, row.ordered, row.delivered, row.until, row.lease)
        expected = (fabric.site, line.item, fabric.vendor, period.start, period.start, None, False)
        if not self.tally.holds(Family.RECORD, found == expected):
            self.fault(where, f"site, item, vendor and dates must be the fabric's: {expected}")
        if line.switch:
            self._whole(where, row.quantity)
        self._cards(where, row.cards, 0.0)
        return [FabricBought(row, fabric, line, period.index, row.quantity)]

    def _whole(self, where: str, quantity: float) -> None:
        if not self.tally.holds(Family.RECORD, float(quantity).is_integer()):
            message = f"quantity must be a whole number (given {quantity})"
            self.fault(where, message, abs(quantity - round(quantity)))

    def _cards(self, where: str, found: float, expected: float) -> None:
        if not self.tally.holds(Family.RECORD, found == expected):
            self.fault(where, f"cards must be {expected:,g} (given {found:,g})", found - expected)
