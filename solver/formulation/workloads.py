"""What runs where: training, serving, reservations, and the cards they hold.

Belongs here: the rows of workloads and the capacity that joins them to what is installed. Does not
belong here: purchases and money.
"""

import math
from collections import defaultdict
from collections.abc import Container, Mapping
from dataclasses import dataclass
from functools import partial

from solver.families import Family
from solver.formulation.model import Model, Terms
from solver.formulation.standing import in_use
from solver.instance.model import Occurrence, Option, Service, TrainingMode

HELD = "held"
"""Units a training occurrence holds: (occurrence, pool, interval)."""
RUNNING = "running"
"""Whether it runs there then: (occurrence, pool, interval)."""
POOL_CHOSEN = "pool_chosen"
"""Whether it runs in a pool at all: (occurrence, pool)."""
SITE_CHOSEN = "site_chosen"
"""Whether a split occurrence runs at a site: (occurrence, site)."""
DONE = "done"
"""Work done, PFLOP/s-days: (occurrence, pool, interval)."""
REPLICAS = "replicas"
"""Replicas of a configuration: (service, configuration, pool, interval)."""
RATE = "rate"
"""Peak rate routed, requests per second: (service, class, configuration, pool, interval)."""
RESERVED = "reserved"
"""Cards a reservation holds: (reservation, pool, interval)."""


@dataclass(frozen=True)
class Held:
    """Cards held in a pool in an interval, as terms."""

    terms: dict[tuple[str, int], Terms]


def add_training(model: Model, held: Held) -> None:
    """Every occurrence does its work in its window, in one pool (or, split, in pools of one
    site).
    """
    for occurrence in model.instance.occurrences:
        chosen = _choose_pools(model, occurrence)
        for mode in occurrence.modes:
            for interval in range(occurrence.first, occurrence.last):
                _hold(model, held, occurrence, mode, interval, chosen.get(mode.pool))
        _finish(model, occurrence)


def _choose_pools(model: Model, occurrence: Occurrence) -> dict[str, int]:
    """Pool choice: sum of x[o,k] = 1, or for a split job x[o,k] <= s[site] and sum of s = 1.

    One possible pool, or for a split job one possible site, needs no choice.
    """
    sites = sorted({model.instance.pool[mode.pool].site for mode in occurrence.modes})
    if len(occurrence.modes) <= 1 or (occurrence.split and len(sites) == 1):
        return {}
    key, path = occurrence.key, ("training", occurrence.job)
    if occurrence.split:
        site = {s: model.column(SITE_CHOSEN, (key, s), 1, integer=True) for s in sites}
        model.equal(Family.TRAINING_POOL, (key,), path, [(c, 1.0) for c in site.values()], 1)
        return {mode.pool: site[model.instance.pool[mode.pool].site] for mode in occurrence.modes}
    pools = {
        m.pool: model.column(POOL_CHOSEN, (key, m.pool), 1, integer=True) for m in occurrence.modes
    }
    model.equal(Family.TRAINING_POOL, (key,), path, [(c, 1.0) for c in pools.values()], 1)
    return pools


def most_units(model: Model, occurrence: Occurrence, mode: TrainingMode, interval: int) -> int:
    """Units that finish the whole work within one interval: more are of no use there."""
    days = model.instance.intervals[interval].hours / 24
    needed = max(
        math.ceil((occurrence.work / days - b) / a - 1e-9) for a, b in mode.segments if a > 0
    )
    return max(mode.min_units, min(mode.max_units, needed))


def _hold(
    model: Model,
    held: Held,
    occurrence: Occurrence,
    mode: TrainingMode,
    interval: int,
    chosen: int | None,
) -> None:
    """n_min·y <= n <= n_max·y, done <= (a·n + b·y)·days for each segment, y <= x.

    Where n_min = 1 and every b = 0, y decides nothing and x (or nothing) takes its place.
    """
    key, path = occurrence.key, ("training", occurrence.job)
    index = (key, mode.pool, interval)
    most = most_units(model, occurrence, mode, interval)
    days = model.instance.intervals[interval].hours / 24
    units = model.column(HELD, index, most, integer=True)
    done = model.column(DONE, index, occurrence.work, integer=False)
    switch = chosen
    if mode.min_units > 1 or any(b for _, b in mode.segments):
        switch = model.column(RUNNING, index, 1, integer=True)
        family, memory = Family.MEMORY_FIT, [(units, 1.0), (switch, -float(mode.min_units))]
        model.at_least(family, index, path, memory, 0)
        if chosen is not None:
            model.at_most(Family.TRAINING_POOL, index, path, [(switch, 1.0), (chosen, -1.0)], 0)
    if switch is not None:
        model.at_most(Family.TRAINING_POOL, index, path, [(units, 1.0), (switch, -float(most))], 0)
    for a, b in mode.segments:
        row = [(done, 1.0), (units, -a * days)]
        if b:
            assert switch is not None
            row.append((switch, -b * days))
        model.at_most(Family.TRAINING_RATE, index, path, row, 0)
    cards = float(model.instance.pool[mode.pool].unit_cards)
    held.terms[mode.pool, interval].append((units, cards))


def _finish(model: Model, occurrence: Occurrence) -> None:
    """The work is done by the deadline: sum of done >= work."""
    done = model.of(DONE)
    terms = [
        (done[occurrence.key, mode.pool, interval], 1.0)
        for mode in occurrence.modes
        for interval in range(occurrence.first, occurrence.last)
    ]
    path = ("training", occurrence.job, "window")
    model.at_least(Family.TRAINING_WORK, (occurrence.key,), path, terms, occurrence.work)


def add_serving(model: Model, held: Held) -> None:
    """Every class of every service is served at its peak rate by whole replicas.

    Per configuration, pool and interval: sum over classes of rate/throughput <= replicas, cards =
    g·replicas; per class: sum of rates = demand.
    """
    for service in model.instance.services:
        for interval in range(len(model.instance.intervals)):
            if any(demand[interval] > 0 for demand in service.demand):
                _serve(model, held, service, interval)


def _serve(model: Model, held: Held, service: Service, interval: int) -> None:
    path = ("inference", service.key)
    routed: dict[str, Terms] = {name: [] for name in service.classes}
    peak = {name: service.demand[n][interval] for n, name in enumerate(service.classes)}
    for mode in service.modes:
        served = [(name, t) for name, t in mode.throughput if peak[name] > 0]
        if not served:
            continue
        index = (service.key, mode.configuration, mode.pool, interval)
        most = sum(math.ceil(peak[name] / throughput - 1e-9) for name, throughput in served)
        # Parts of replicas are as many as their load: no column is needed to count them.
        replicas = None
        if service.whole_replicas or not model.tight:
            replicas = model.column(REPLICAS, index, most, integer=service.whole_replicas)
        load: Terms = [] if replicas is None else [(replicas, -1.0)]
        for name, throughput in served:
            where = (service.key, name, mode.configuration, mode.pool, interval)
            rate = model.column(RATE, where, peak[name], integer=False)
            load.append((rate, 1 / throughput))
            routed[name].append((rate, 1.0))
        if replicas is None:
            held.terms[mode.pool, interval] += [(c, value * mode.cards) for c, value in load]
            continue
        model.at_most(Family.REPLICAS, index, path, load, 0)
        held.terms[mode.pool, interval].append((replicas, float(mode.cards)))
    for name in service.classes:
        if peak[name] > 0:
            what = (service.key, name, interval)
            model.equal(Family.DEMAND, what, (*path, "requests"), routed[name], peak[name])


def add_reservations(model: Model, held: Held) -> None:
    """Every reservation holds its cards: sum over pools of cards = reserved."""
    for reservation in model.instance.reservations:
        path = ("reservations", reservation.key, "cards")
        for interval, cards in enumerate(reservation.cards):
            if cards == 0:
                continue
            terms: Terms = []
            for pool in reservation.pools:
                where = (reservation.key, pool, interval)
                column = model.column(RESERVED, where, cards, integer=True)
                terms.append((column, 1.0))
                held.terms[pool, interval].append((column, 1.0))
            index = (reservation.key, interval)
            model.equal(Family.RESERVATION, index, path, terms, cards)


def _of_option(amounts: Mapping[str, float], option: Option) -> float:
    return amounts[option.key]


def add_capacity(model: Model, held: Held) -> None:
    """Cards held never exceed the working cards: held <= working_fraction x installed cards."""
    instance = model.instance
    bought, owned = bought_to_work(model), owned_that_work(model)
    for key, terms in sorted(held.terms.items()):
        pool = instance.pool[key[0]]
        path = (
            ("sites", pool.site) if not instance.site[pool.site].hosted else ("offers", pool.site)
        )
        minus = [(column, -cards) for column, cards in bought[key]]
        model.at_most(Family.CAPACITY, key, path, [*terms, *minus], owned[key])


def bought_to_work(
    model: Model, pools: Container[str] | None = None
) -> dict[tuple[str, int], Terms]:
    """Working cards of orders and leases by pool, of all or some, and interval."""
    instance = model.instance
    bought: dict[tuple[str, int], Terms] = defaultdict(list)
    by_pool: dict[str, list[Option]] = defaultdict(list)
    for option in instance.options:
        if option.pool is not None and (pools is None or option.pool in pools):
            by_pool[option.pool].append(option)
    for name, options in by_pool.items():
        fraction = instance.pool[name].working_fraction
        cards = {option.key: instance.item[option.item].cards * fraction for option in options}
        for interval, terms in in_use(model, partial(_of_option, cards), options).items():
            bought[name, interval] += terms
    return bought


def owned_that_work(model: Model) -> dict[tuple[str, int], float]:
    """Working cards of the fleet by pool and interval."""
    instance = model.instance
    owned: dict[tuple[str, int], float] = defaultdict(float)
    for entry in instance.fleet:
        if entry.pool is not None:
            working = instance.item[entry.item].cards * instance.pool[entry.pool].working_fraction
            for interval in range(entry.first, entry.last):
                owned[entry.pool, interval] += entry.units * working
    return owned
