"""Finite bounds on order quantities, computed from the data; never a big-M.

A plan needs no more of a pool than would meet, in each interval on its own, every workload that can
run there: with that many cards all of them run there side by side, each as fast as is of any use.
Orders may exceed it only to reach a discount tier or a minimum order. Buying what nothing can use,
only to dilute a vendor's share, is not considered. Belongs here: those counts. Does not belong
here: rows of the model.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from solver import training
from solver.instance.market import UNBOUNDED
from solver.instance.model import (
    Bay,
    FleetEntry,
    Item,
    Kind,
    Limits,
    Occurrence,
    Offer,
    Option,
    Pool,
    Reservation,
    Service,
    ServingMode,
    Site,
    TrainingMode,
)
from solver.instance.timeline import Timeline


@dataclass(frozen=True)
class Demand:
    """The workloads."""

    occurrences: tuple[Occurrence, ...]
    services: tuple[Service, ...]
    reservations: tuple[Reservation, ...]


def cards_needed(timeline: Timeline, demand: Demand, pool: Pool) -> int:
    """Working cards of a pool beyond which no more are of use in any interval.

    Interval by interval, not over longer stretches: a plan may hold many cards for a short while,
    to run when energy is cheap or before they retire.
    """
    # Once for all intervals: there are many, and most workloads cannot run in a given pool.
    jobs = [
        (occurrence, mode)
        for occurrence in demand.occurrences
        for mode in occurrence.modes
        if mode.pool == pool.key
    ]
    services = [
        (service, modes)
        for service in demand.services
        if (modes := [mode for mode in service.modes if mode.pool == pool.key])
    ]
    reservations = [r for r in demand.reservations if pool.key in r.pools]
    return max(
        sum(_training_cards(timeline, job, mode, index, pool) for job, mode in jobs)
        + sum(_serving_cards(service, modes, index) for service, modes in services)
        + sum(r.cards[index] for r in reservations)
        for index in range(timeline.count)
    )


def _training_cards(
    timeline: Timeline, occurrence: Occurrence, mode: TrainingMode, interval: int, pool: Pool
) -> int:
    """Cards that finish the occurrence within the interval alone."""
    if not occurrence.first <= interval < occurrence.last:
        return 0
    rate = occurrence.work / (timeline.intervals[interval].hours / 24)
    units = training.units_for_rate(mode.segments, rate, mode.max_units)
    return max(mode.min_units, units or mode.max_units) * pool.unit_cards


def _serving_cards(service: Service, modes: Sequence[ServingMode], interval: int) -> int:
    """Cards that serve each class by the configuration that takes most of them in the pool.

    The one that takes fewest may draw more power.
    """
    total = 0
    for number, name in enumerate(service.classes):
        rate = service.demand[number][interval]
        if rate <= 0:
            continue
        each = [
            math.ceil(rate / throughput - 1e-9) * mode.cards
            for mode in modes
            for key, throughput in mode.throughput
            if key == name
        ]
        total += max(each, default=0)
    return total


def bound_offers(
    timeline: Timeline,
    demand: Demand,
    limits: Limits,
    sites: Mapping[str, Site],
    items: Mapping[str, Item],
    pools: Sequence[Pool],
    bays: Sequence[Bay],
    fleet: Sequence[FleetEntry],
    offers: Sequence[Offer],
    options: Sequence[Option],
) -> tuple[Offer, ...]:
    """Offers with a finite `max_units`; zero where nothing can use the item."""
    cards = {
        pool.key: math.ceil(cards_needed(timeline, demand, pool) / pool.working_fraction - 1e-9)
        for pool in pools
    }
    units = {pool.key: -(-cards[pool.key] // pool.unit_cards) for pool in pools}
    by_offer: dict[str, list[Option]] = {}
    for option in options:
        by_offer.setdefault(option.offer, []).append(option)

    def bounded(offer: Offer, hosts: Mapping[str, int]) -> Offer:
        item, mine = items[offer.item], by_offer.get(offer.key, [])
        return _bounded(offer, item, mine, units, hosts, limits, sites)

    found = {o.key: bounded(o, {}) for o in offers if o.kind is not Kind.HOST}
    hosts = _hosts_needed(bays, fleet, found, options)
    return tuple(found[o.key] if o.key in found else bounded(o, hosts) for o in offers)


def _hosts_needed(
    bays: Sequence[Bay],
    fleet: Sequence[FleetEntry],
    offers: Mapping[str, Offer],
    options: Sequence[Option],
) -> dict[str, int]:
    """Hosts for all cards that could ever be in a bay: the fleet's, and every order at its bound.

    More than the workloads need: owned cards want slots too, and so does a minimum order.
    """
    needed = {}
    for bay in bays:
        orders = {(o.offer, o.period) for o in options if o.bay == bay.key and o.pool is not None}
        owned = sum(e.units for e in fleet if e.bay == bay.key and e.pool is not None)
        inside = owned + sum(offers[offer].max_units for offer, _ in orders)
        needed[bay.key] = -(-inside // bay.slots)
    return needed


def _bounded(
    offer: Offer,
    item: Item,
    options: Sequence[Option],
    units: Mapping[str, int],
    hosts: Mapping[str, int],
    limits: Limits,
    sites: Mapping[str, Site],
) -> Offer:
    places = {(o.site, o.pool, o.bay if o.pool is None else None) for o in options}
    useful = 0
    for site, pool, bay in places:
        wanted = units[pool] if pool is not None else hosts[str(bay)]
        useful += min(wanted, _room(sites[site], item))
    if useful:
        reach = max([offer.minimum_order, *(t.first_units for t in offer.tiers)])
        useful = max(useful, reach)
    if offer.supply:
        useful = min(useful, max(window.units for window in offer.supply))
    useful = min(useful, _affordable(offer, options, limits))
    if useful < max(1, offer.minimum_order):
        useful = 0
    return replace(offer, max_units=useful)


def _room(site: Site, item: Item) -> int:
    """Units that a site's power and racks have room for."""
    room = UNBOUNDED
    if site.power_cap_kw is not None and item.load_kw > 0:
        room = min(room, int(max(site.power_cap_kw) / (site.pue * item.load_kw) + 1e-9))
    if site.rack_units is not None and item.rack_units > 0:
        room = min(room, max(site.rack_units) // item.rack_units)
    return room


def _affordable(offer: Offer, options: Sequence[Option], limits: Limits) -> int:
    """Units that the whole budget buys at the lowest price."""
    if limits.budget_total is None or offer.leased or not options:
        return UNBOUNDED
    best = max(tier.off for tier in offer.tiers)
    price = min(option.unit_price for option in options) * (1 - best) * (1 + offer.extra_share)
    price += offer.extra_per_unit
    return int(limits.budget_total / price + 1e-9) if price > 0 else UNBOUNDED
