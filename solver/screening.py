"""What arithmetic alone can refute: "needs 40 MW, the sites give 25 MW".

Belongs here: necessary conditions on the instance, each with the path it concerns and a sentence
with its figures. Every finding proves that no plan exists; none proves nothing. Does not belong
here: proofs that need a solver.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property

from solver.instance.model import (
    Instance,
    Kind,
    Occurrence,
    Option,
    Pool,
    Reservation,
    Service,
    SupplyWindow,
)

Path = tuple[str | int, ...]
SLACK = 1 + 1e-6
"""A requirement must exceed what there is by this factor to count as refuted."""


@dataclass(frozen=True, slots=True)
class Finding:
    """A requirement that cannot be met, where it stands in the file, and why in figures."""

    path: Path
    sentence: str


@dataclass(frozen=True)
class Capacity:
    """The most working cards each pool can ever have, if everything were spent on it alone."""

    instance: Instance

    @cached_property
    def options(self) -> dict[str, list[Option]]:
        """Options by the pool their cards join."""
        found: dict[str, list[Option]] = {}
        for option in self.instance.options:
            if option.pool is not None:
                found.setdefault(option.pool, []).append(option)
        return found

    @cached_property
    def cards(self) -> dict[tuple[str, int], float]:
        """Working cards by pool and interval."""
        return {
            (pool.key, interval.index): self._working(pool, interval.index)
            for pool in self.instance.pools
            for interval in self.instance.intervals
        }

    def _working(self, pool: Pool, interval: int) -> float:
        instance = self.instance
        owned = sum(
            entry.units * instance.item[entry.item].cards
            for entry in instance.fleet
            if entry.pool == pool.key and entry.first <= interval < entry.last
        )
        bought = 0.0
        by_offer: dict[str, list[Option]] = {}
        for option in self.options.get(pool.key, []):
            if option.first <= interval < option.last:
                by_offer.setdefault(option.offer, []).append(option)
        for key, options in by_offer.items():
            bought += self._units(key, options, interval) * instance.item[options[0].item].cards
        return min(owned + bought, self._room(pool, interval)) * pool.working_fraction

    def _units(self, offer: str, options: list[Option], interval: int) -> float:
        """Units of an offer that can be in use in an interval, by its supply alone."""
        supply = self.instance.offer[offer].supply
        if not supply:
            return math.inf
        periods = {option.period for option in options}
        if self.instance.offer[offer].leased:
            now = self.instance.intervals[interval].period
            return min((w.units for w in supply if now in w.periods), default=math.inf)
        return sum(window.units for window in supply if _touches(window, periods))

    def _room(self, pool: Pool, interval: int) -> float:
        """Cards that a site's power and racks have room for, if nothing else stood there."""
        site = self.instance.site[pool.site]
        item = self.instance.item[pool.box if pool.kind is Kind.NODE else pool.card]
        room = math.inf
        if site.power_cap_kw is not None and item.load_kw > 0:
            room = site.power_cap_kw[interval] / site.pue / item.load_kw
        if site.rack_units is not None and item.rack_units > 0:
            room = min(room, site.rack_units[interval] // item.rack_units)
        return room * item.cards

    def first_delivery(self, pools: list[str]) -> date | None:
        """The earliest day on which cards can be delivered to any of the pools."""
        days = [option.delivered for pool in pools for option in self.options.get(pool, [])]
        return min(days, default=None)


def _touches(window: SupplyWindow, periods: set[int]) -> bool:
    return any(period in periods for period in window.periods)


def screen(instance: Instance) -> tuple[Finding, ...]:
    """Every requirement that arithmetic refutes."""
    capacity = Capacity(instance)
    return (
        *(f for o in instance.occurrences for f in _training(capacity, o)),
        *(f for s in instance.services for f in _serving(capacity, s)),
        *(f for r in instance.reservations for f in _reservation(capacity, r)),
        *_power(capacity),
    )


def _days(instance: Instance, first: int, last: int) -> str:
    begin = instance.intervals[first].start.date()
    end = instance.intervals[last - 1].end - timedelta(microseconds=1)
    return f"{begin} to {end.date()}"


def _training(capacity: Capacity, occurrence: Occurrence) -> Iterator[Finding]:
    """The work of an occurrence against what its pools can do in its window."""
    instance = capacity.instance
    path: Path = ("training", occurrence.job)
    name = f"{occurrence.job} (occurrence {occurrence.number}, "
    name += f"{_days(instance, occurrence.first, occurrence.last)})"
    if not occurrence.modes:
        yield Finding(path, f"{name} has nothing to run on: {_why_nowhere(instance)}")
        return
    by_pool: dict[str, float] = {}
    for mode in occurrence.modes:
        unit = instance.pool[mode.pool].unit_cards
        done = 0.0
        for interval in range(occurrence.first, occurrence.last):
            units = min(mode.max_units, capacity.cards[mode.pool, interval] / unit)
            if units * SLACK >= mode.min_units:
                rate = min(a * units + b for a, b in mode.segments)
                done += rate * instance.intervals[interval].hours / 24
        by_pool[mode.pool] = done
    most = sum(by_pool.values()) if occurrence.split else max(by_pool.values())
    if most * SLACK < occurrence.work:
        first = capacity.first_delivery(list(by_pool))
        yield Finding(
            path,
            f"{name} needs {occurrence.work:,.1f} PFLOP/s-days of work; what can stand in its "
            f"window does at most {most:,.1f} ({_delivered(instance, first)}).",
        )


def _serving(capacity: Capacity, service: Service) -> Iterator[Finding]:
    """The demand of each class against what all its pools together could serve."""
    instance = capacity.instance
    path: Path = ("inference", service.key)
    for number, name in enumerate(service.classes):
        served = [
            (mode, dict(mode.throughput)[name])
            for mode in service.modes
            if name in dict(mode.throughput)
        ]
        what = service.key if len(service.classes) == 1 else f"{service.key}, class {name},"
        if not served and any(service.demand[number]):
            yield Finding(path, f"{what} has nothing to be served on: {_why_nowhere(instance)}")
            continue
        for interval in range(len(instance.intervals)):
            best: dict[str, float] = {}
            for mode, throughput in served:
                best[mode.pool] = max(best.get(mode.pool, 0.0), throughput / mode.cards)
            most = sum(capacity.cards[pool, interval] * rate for pool, rate in best.items())
            demand = service.demand[number][interval]
            if most * SLACK < demand:
                first = capacity.first_delivery(list(best))
                yield Finding(
                    path,
                    f"{what} asks for {demand:,.4g} requests/s from "
                    f"{instance.intervals[interval].start.date()}; what can stand then serves at "
                    f"most {most:,.4g} ({_delivered(instance, first)}).",
                )
                break


def _reservation(capacity: Capacity, reservation: Reservation) -> Iterator[Finding]:
    """Reserved cards against what its pools can hold."""
    instance = capacity.instance
    for interval, cards in enumerate(reservation.cards):
        most = sum(capacity.cards[pool, interval] for pool in reservation.pools)
        if most * SLACK < cards:
            first = capacity.first_delivery(list(reservation.pools))
            yield Finding(
                ("reservations", reservation.key),
                f"{reservation.key} holds {cards:,} cards from "
                f"{instance.intervals[interval].start.date()}; at most {most:,.0f} can work then "
                f"({_delivered(instance, first)}).",
            )
            return


def _power(capacity: Capacity) -> Iterator[Finding]:
    """The least power that all services and reservations draw together against all caps."""
    instance = capacity.instance
    real = [site for site in instance.sites if not site.hosted]
    if any(site.hosted for site in instance.sites) or any(s.power_cap_kw is None for s in real):
        return
    for interval in range(len(instance.intervals)):
        needed = sum(_least_kw(instance, service, interval) for service in instance.services)
        needed += sum(_reserved_kw(instance, r, interval) for r in instance.reservations)
        given = sum(site.power_cap_kw[interval] for site in real if site.power_cap_kw is not None)
        if needed > given * SLACK:
            yield Finding(
                ("sites",),
                f"Services and reservations need at least {needed:,.0f} kW at the meter from "
                f"{instance.intervals[interval].start.date()}; the sites give {given:,.0f} kW.",
            )
            return


def _kw_per_card(instance: Instance, pool: Pool) -> float:
    """Metered load power of one working card, its share of node and spares included."""
    item = instance.item[pool.box if pool.kind is Kind.NODE else pool.card]
    return instance.site[pool.site].pue * item.load_kw / item.cards / pool.working_fraction


def _least_kw(instance: Instance, service: Service, interval: int) -> float:
    total = 0.0
    for number, name in enumerate(service.classes):
        each = [
            mode.cards
            / dict(mode.throughput)[name]
            * _kw_per_card(instance, instance.pool[mode.pool])
            for mode in service.modes
            if name in dict(mode.throughput)
        ]
        total += service.demand[number][interval] * min(each, default=0.0)
    return total


def _reserved_kw(instance: Instance, reservation: Reservation, interval: int) -> float:
    each = [_kw_per_card(instance, instance.pool[pool]) for pool in reservation.pools]
    return reservation.cards[interval] * min(each, default=0.0)


def _delivered(instance: Instance, first: date | None) -> str:
    """The first delivery, or why there is none."""
    if first is not None:
        return f"first delivery {first}"
    if not instance.excluded:
        return "nothing can be delivered at all"
    return f"nothing can be delivered; {_why_nowhere(instance).rstrip('.')}"


def _why_nowhere(instance: Instance) -> str:
    """Why there is nothing: what the rules excluded, if anything."""
    if not instance.excluded:
        return "no offer or fleet has a card that it may use, fits on and knows the throughput of."
    reasons = {f"{e.offer} at {e.site} ({e.rule}: {e.reason})" for e in instance.excluded}
    return "excluded: " + "; ".join(sorted(reasons)) + "."
