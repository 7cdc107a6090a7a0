"""What runs where: training, serving, reservations, and the cards they hold.

Belongs here: every rule of a workload, checked row by row. Does not belong here: what is installed
(places) beyond the cards of a pool, energy, money.
"""

from collections import defaultdict
from collections.abc import Iterable

from solver.families import Family
from solver.instance.model import Instance, Occurrence, Service, ServingMode
from solver.plan import RoutingRow, ServingRow, TrainingRow
from solver.verify.places import Standing
from solver.verify.rows import Decided
from solver.verify.tally import RELATIVE, Tally, figure, same

type ByPool = dict[tuple[str, int], float]
"""Cards by pool and interval."""


def check_workloads(
    instance: Instance, decided: Decided, standing: Standing, tally: Tally
) -> ByPool:
    """Check every workload and the capacity of every pool; returns busy cards by pool and interval.

    Held cards are busy; those of services as far as their average load.
    """
    held: ByPool = defaultdict(float)
    busy: ByPool = defaultdict(float)
    for job in decided.training:
        held[job.pool, job.interval] += job.cards
        busy[job.pool, job.interval] += job.cards
    for reserved in decided.reservations:
        held[reserved.pool, reserved.interval] += reserved.cards
        busy[reserved.pool, reserved.interval] += reserved.cards
    _check_training(instance, decided.training, tally)
    _check_reservations(instance, decided, tally)
    serving: dict[str, list[ServingRow]] = defaultdict(list)
    for replicas in decided.serving:
        held[replicas.pool, replicas.interval] += replicas.cards
        serving[replicas.service].append(replicas)
    routing: dict[str, list[RoutingRow]] = defaultdict(list)
    for routed in decided.routing:
        routing[routed.service].append(routed)
    for service in instance.services:
        rows = serving[service.key], routing[service.key]
        _check_service(instance, service, *rows, busy, tally)
    for (pool_key, interval), cards in sorted(held.items()):
        pool = instance.pool[pool_key]
        working = standing.cards[pool_key][interval] * pool.working_fraction
        path = f"sites.{pool.site}, pool {pool_key}"
        tally.limit(Family.CAPACITY, path, cards, working, "working cards", interval)
    return busy


def _check_training(instance: Instance, rows: Iterable[TrainingRow], tally: Tally) -> None:
    by_occurrence: dict[tuple[str, int], list[TrainingRow]] = defaultdict(list)
    for row in rows:
        by_occurrence[row.job, row.occurrence].append(row)
    for occurrence in instance.occurrences:
        mine = by_occurrence[occurrence.job, occurrence.number]
        path = f"training.{occurrence.job}, occurrence {occurrence.number}"
        _check_pools(instance, occurrence, path, {row.pool for row in mine}, tally)
        done = sum(_check_run(instance, occurrence, path, row, tally) for row in mine)
        if not tally.holds(Family.TRAINING_WORK, done >= occurrence.work * (1 - RELATIVE)):
            message = f"does {figure(done)} of {figure(occurrence.work)} PFLOP/s-days"
            tally.violate(Family.TRAINING_WORK, path, message, occurrence.work - done)


def _check_pools(
    instance: Instance, occurrence: Occurrence, path: str, pools: set[str], tally: Tally
) -> None:
    """One pool, or for a split job pools of one site."""
    if occurrence.split:
        places, word = {instance.pool[pool].site for pool in pools}, "sites"
    else:
        places, word = pools, "pools"
    if not tally.holds(Family.TRAINING_POOL, len(places) <= 1):
        message = f"runs in {len(places)} {word} ({', '.join(sorted(places))}) of one"
        tally.violate(Family.TRAINING_POOL, path, message, float(len(places) - 1))


def _check_run(
    instance: Instance, occurrence: Occurrence, path: str, row: TrainingRow, tally: Tally
) -> float:
    """Check one row of an occurrence; returns the work of it that counts."""
    where = tally.place(f"{path}, pool {row.pool}", row.interval)
    inside = occurrence.first <= row.interval < occurrence.last
    if not tally.holds(Family.TRAINING_WINDOW, inside):
        tally.violate(Family.TRAINING_WINDOW, where, "runs outside its window")
    mode = next((mode for mode in occurrence.modes if mode.pool == row.pool), None)
    if not tally.holds(Family.TRAINING_POOL, mode is not None) or mode is None:
        tally.violate(Family.TRAINING_POOL, where, "cannot run in this pool")
        return 0.0
    unit_cards = instance.pool[row.pool].unit_cards
    units = row.cards / unit_cards
    if not tally.holds(Family.MEMORY_FIT, units.is_integer() and units >= mode.min_units):
        message = (
            f"holds {figure(row.cards)} cards: must be a multiple of {unit_cards}, "
            f"at least {mode.min_units * unit_cards}"
        )
        short = max(0.0, mode.min_units * unit_cards - row.cards)
        tally.violate(Family.MEMORY_FIT, where, message, short)
    days = instance.intervals[row.interval].hours / 24
    most = min((a * units + b) * days for a, b in mode.segments)
    tally.limit(Family.TRAINING_RATE, where, row.work_done, most, "PFLOP/s-days", None)
    return row.work_done if inside else 0.0


def _check_reservations(instance: Instance, decided: Decided, tally: Tally) -> None:
    held: dict[tuple[str, int], float] = defaultdict(float)
    by_key = {reservation.key: reservation for reservation in instance.reservations}
    for row in decided.reservations:
        path = f"reservations.{row.reservation}"
        if tally.holds(Family.RESERVATION, row.pool in by_key[row.reservation].pools):
            held[row.reservation, row.interval] += row.cards
        else:
            where = tally.place(path, row.interval)
            tally.violate(Family.RESERVATION, where, f"cannot hold cards of pool {row.pool}")
    for reservation in instance.reservations:
        for interval, cards in enumerate(reservation.cards):
            path, there = f"reservations.{reservation.key}", held[reservation.key, interval]
            tally.at_least(Family.RESERVATION, path, there, cards, "cards", interval)


def _check_service(
    instance: Instance,
    service: Service,
    replicas: Iterable[ServingRow],
    routing: Iterable[RoutingRow],
    busy: ByPool,
    tally: Tally,
) -> None:
    """Replicas that fit and suffice, and the demand of every class served."""
    modes = {(mode.configuration, mode.pool): mode for mode in service.modes}
    rates = {
        (mode.configuration, mode.pool, name): rate
        for mode in service.modes
        for name, rate in mode.throughput
    }
    there: dict[tuple[str, str, int], float] = {}
    for serving in replicas:
        key = (serving.configuration, serving.pool, serving.interval)
        there[key] = _check_replicas(service, modes, serving, tally)
    load: dict[tuple[str, str, int], float] = defaultdict(float)
    served: dict[tuple[str, int], float] = defaultdict(float)
    for row in routing:
        rate = rates.get((row.configuration, row.pool, row.class_))
        if not tally.holds(Family.REPLICAS, rate is not None) or rate is None:
            where = tally.place(f"inference.{service.key}.{row.class_}", row.interval)
            message = f"{row.configuration} in pool {row.pool} cannot serve it"
            tally.violate(Family.REPLICAS, where, message, row.rate)
            continue
        share = row.rate / rate
        load[row.configuration, row.pool, row.interval] += share
        cards = modes[row.configuration, row.pool].cards
        busy[row.pool, row.interval] += cards * share / service.peak_factor
        served[row.class_, row.interval] += row.rate
    for (configuration, pool, interval), needed in load.items():
        path = f"inference.{service.key}, {configuration} in pool {pool}"
        replicas_there = there.get((configuration, pool, interval), 0.0)
        tally.limit(Family.REPLICAS, path, needed, replicas_there, "replicas", interval)
    _check_demand(instance, service, served, tally)


def _check_replicas(
    service: Service, modes: dict[tuple[str, str], ServingMode], row: ServingRow, tally: Tally
) -> float:
    """Check one row of replicas; returns those that can serve."""
    path = f"inference.{service.key}, {row.configuration} in pool {row.pool}"
    mode = modes.get((row.configuration, row.pool))
    if not tally.holds(Family.REPLICAS, mode is not None) or mode is None:
        where = tally.place(path, row.interval)
        tally.violate(Family.REPLICAS, where, "is no configuration that can serve there")
        return 0.0
    whole = not service.whole_replicas or float(row.replicas).is_integer()
    if not tally.holds(Family.REPLICAS, whole):
        message = f"must be whole replicas (given {figure(row.replicas)})"
        tally.violate(Family.REPLICAS, tally.place(path, row.interval), message)
    if not tally.holds(Family.REPLICAS, same(row.cards, row.replicas * mode.cards)):
        message = (
            f"holds {figure(row.cards)} cards, {figure(row.replicas)} replicas take "
            f"{figure(row.replicas * mode.cards)}"
        )
        short = abs(row.cards - row.replicas * mode.cards)
        tally.violate(Family.REPLICAS, tally.place(path, row.interval), message, short)
    return row.replicas


def _check_demand(
    instance: Instance, service: Service, served: dict[tuple[str, int], float], tally: Tally
) -> None:
    for name, demand in zip(service.classes, service.demand, strict=True):
        for interval in range(len(instance.intervals)):
            rate, asked = served[name, interval], demand[interval]
            if not tally.holds(Family.DEMAND, same(rate, asked)):
                where = tally.place(f"inference.{service.key}.{name}", interval)
                message = f"serves {figure(rate)} of {figure(asked)} requests per second"
                tally.violate(Family.DEMAND, where, message, abs(asked - rate))
