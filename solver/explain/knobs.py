"""What about a requirement can be moved, how far, and the edit that says so.

Belongs here: which figures, dates and choices stand behind each kind of requirement. Does not
belong here: how they move (knob.py, knobs_dates.py), how far one has to move (cures.py).
"""

from collections.abc import Callable
from dataclasses import replace

from problems.paths import path_text
from problems.units import split_quantity
from solver.case import Case
from solver.explain import knobs_dates as dates
from solver.explain.elastic import Give
from solver.explain.knob import (
    MOST_COUNT,
    Everything,
    Knob,
    Knobs,
    Move,
    counted,
    from_nothing,
    given_up,
    plain,
    scaled,
    table,
)
from solver.explain.requirements import Kind, Requirement, dated_steps, said


def knobs_of(case: Case, requirement: Requirement, everything: Everything) -> tuple[Knob, ...]:
    """Every way to move a requirement, the plainest first; none for laws and laws of nature."""
    return tuple(_KNOBS[requirement.kind](case, requirement, everything))


def _limit(case: Case, requirement: Requirement, everything: Everything) -> Knobs:
    """A step of a limit over dates, and where there are several steps all of them at once."""
    kind, path = requirement.kind, requirement.path
    whole = kind in (Kind.RACK_UNITS, Kind.SUPPLY)
    steps = list(dated_steps(case.loaded, path[:3]))
    starts = [start for start, _ in steps]
    ends = dict(zip(starts, [*starts[1:], None], strict=True))
    mine = next(start for start, step in steps if step == path)
    key = str(path[1])
    give = Give(kind, key, (mine,), (ends[mine],))
    number, _unit = split_quantity(plain(case, path))
    if number == 0:
        yield from_nothing(case, requirement, whole)
    elif not whole:
        yield scaled(case, requirement, path, up=True, give=give)
    else:
        yield counted(case, requirement, path, up=True, give=replace(give, count=number))
    if len(steps) > 1 and all(split_quantity(plain(case, p))[0] for _, p in steps):
        give = Give(kind, key, tuple(starts), tuple(ends.values()))
        all_steps = tuple(r for r in everything if r.path[:3] == path[:3])
        steps_together = table(case, requirement, path[:3], steps, whole, give, all_steps)
        yield replace(steps_together, last_resort=True)


def _licences(case: Case, requirement: Requirement, _: Everything) -> Knobs:
    card = str(requirement.path[1])
    granted = case.problem.export_licences.get(card, 0)
    give = Give(Kind.LICENCES, card, count=1)

    def at(amount: float) -> Move:
        new = granted + int(amount)
        words = f"obtain export licences for {new} cards of {card}"
        words += f" instead of {granted}" if granted else ""
        edit = f"{path_text(requirement.path)}={new}"
        return Move((edit,), words, amount / granted if granted else 1.0)

    yield Knob(requirement, at, MOST_COUNT, give=give)


def _budget(case: Case, requirement: Requirement, _: Everything) -> Knobs:
    path = requirement.path
    key = str(path[2]) if len(path) > 2 else ""
    if split_quantity(plain(case, path))[0] == 0:
        yield from_nothing(case, requirement, whole=True)
    else:
        yield scaled(case, requirement, path, up=True, give=Give(Kind.BUDGET, key))


def _share(case: Case, requirement: Requirement, _: Everything) -> Knobs:
    number = case.problem.limits.vendor_share[str(requirement.path[2])]
    if 0 < number < 1:
        most = 1 / number - 1
        yield scaled(case, requirement, requirement.path, up=True, most=most)


def _tpp(case: Case, requirement: Requirement, _: Everything) -> Knobs:
    if case.problem.export_caps.total_tpp:
        give = Give(Kind.TOTAL_TPP, "")
        yield scaled(case, requirement, requirement.path, up=True, give=give)


def _types(case: Case, requirement: Requirement, _: Everything) -> Knobs:
    give = Give(Kind.CARD_TYPES, "", count=1)
    yield counted(case, requirement, requirement.path, up=True, give=give)


def _spares(case: Case, requirement: Requirement, _: Everything) -> Knobs:
    yield scaled(case, requirement, requirement.path, up=False, most=1.0)


def _minimum_order(case: Case, requirement: Requirement, _: Everything) -> Knobs:
    least = case.problem.offers[str(requirement.path[1])].minimum_order
    yield counted(case, requirement, requirement.path, up=False, most=least)


def _service(case: Case, requirement: Requirement, _: Everything) -> Knobs:
    """Fewer requests, or a later start."""
    key = str(requirement.path[1])
    path = ("inference", key, "requests")
    give = Give(Kind.SERVICE, key)
    steps = list(dated_steps(case.loaded, path))
    if len(steps) == 1 and steps[0][0] is None:
        yield scaled(case, requirement, path, up=False, give=give)
    else:
        yield table(case, requirement, path, steps, False, give, (), up=False)
    block = case.problem.inference[key]
    yield from dates.later_start(case, requirement, "inference", block.from_, block.until)
    yield given_up(requirement, ("inference", key))


def _reservation(case: Case, requirement: Requirement, _: Everything) -> Knobs:
    """Fewer cards, or a later start."""
    key = str(requirement.path[1])
    path = ("reservations", key, "cards")
    steps = list(dated_steps(case.loaded, path))
    give = Give(Kind.RESERVATION, key)
    if len(steps) == 1 and steps[0][0] is None:
        number, _unit = split_quantity(plain(case, path))
        fewer = replace(give, count=number)
        yield counted(case, requirement, path, up=False, give=fewer, most=number - 1)
    else:
        yield table(case, requirement, path, steps, True, give, (), up=False)
    block = case.problem.reservations[key]
    yield from dates.later_start(case, requirement, "reservations", block.from_, block.until)
    yield given_up(requirement, ("reservations", key))


def _training(case: Case, requirement: Requirement, _: Everything) -> Knobs:
    key = str(requirement.path[1])
    field = "flop" if case.problem.training[key].flop is not None else "tokens"
    path = ("training", key, field)
    yield scaled(case, requirement, path, up=False, give=Give(Kind.TRAINING, key))
    yield given_up(requirement, ("training", key))


def _cap_choices(case: Case, requirement: Requirement, _: Everything) -> Knobs:
    """The figures of the cards on offer above a cap, one after the other."""
    cap, figures = _figures(case, requirement.kind)
    higher = sorted(figure for figure in figures if figure > cap)
    unit = " GB/s" if requirement.kind is Kind.INTERCONNECT else ""
    path = path_text(requirement.path)

    def at(amount: float) -> Move:
        new = higher[int(amount) - 1]
        text = f"{new:.10g}{unit}"
        words = f"raise {path} from {said(case.loaded, requirement.path)} to {text}"
        return Move((f"{path}={text}",), words, (new - cap) / cap if cap else 1.0)

    if higher:
        yield Knob(requirement, at, len(higher))


def _figures(case: Case, kind: Kind) -> tuple[float, set[float]]:
    caps, catalog = case.problem.export_caps, case.catalog
    figures = set[float]()
    for offer in case.problem.offers.values():
        node = catalog.nodes.get(offer.item)
        card = catalog.accelerators.get(node.card if node else offer.item)
        if card is None:
            continue
        if kind is Kind.SCALE_UP_CARDS:
            figures.add(float((node.scale_up_cards or node.cards) if node else 1))
        elif card.interconnect_gb_per_s is not None:
            figures.add(float(card.interconnect_gb_per_s))
    cap = caps.scale_up_cards if kind is Kind.SCALE_UP_CARDS else caps.interconnect
    return float(cap or 0), figures


def _switch(edit: str, words: str) -> Callable[[Case, Requirement, Everything], Knobs]:
    """A choice that is there or not; ``{}`` stands for its path."""

    def knobs(case: Case, requirement: Requirement, _: Everything) -> Knobs:
        path = path_text(requirement.path)
        if case.loaded.document.find(requirement.path) is None and edit == "{}":
            return
        move = Move((edit.format(path),), words.format(path), 1.0, gives_up=edit == "{}")
        yield Knob(requirement, lambda amount: move, 1)

    return knobs


def _fabric(case: Case, requirement: Requirement, everything: Everything) -> Knobs:
    if case.problem.fabrics[str(requirement.path[1])].tiers == 2:
        yield from _switch("{}=3", "raise {} from 2 to 3")(case, requirement, everything)


def _firm(case: Case, requirement: Requirement, everything: Everything) -> Knobs:
    return iter(())


_unset = _switch("{}", "give up {}")
_KNOBS: dict[Kind, Callable[[Case, Requirement, Everything], Knobs]] = {
    Kind.TRAINING: _training,
    Kind.WINDOW: dates.window,
    Kind.SPLIT: _switch("{}=true", "allow several kinds of machine at once: {}=true"),
    Kind.MEMORY: _firm,
    Kind.SERVICE: _service,
    Kind.CLASS: _service,
    Kind.REPLICAS: _switch("{}=fractional", "count in parts of replicas: {}=fractional"),
    Kind.LATENCY: _unset,
    Kind.RESERVATION: _reservation,
    Kind.SITES: _unset,
    Kind.CARDS: _unset,
    Kind.POWER_CAP: _limit,
    Kind.RACK_UNITS: _limit,
    Kind.SUPPLY: _limit,
    Kind.AVAILABLE: dates.available,
    Kind.LEAD_TIME: dates.lead_time,
    Kind.MINIMUM_ORDER: _minimum_order,
    Kind.MINIMUM_TERM: _unset,
    Kind.FABRIC: _fabric,
    Kind.FLEET_UNTIL: dates.fleet,
    Kind.ORDERS_FROM: dates.orders_from,
    Kind.EXPORT_RULE: _firm,
    Kind.LICENCES: _licences,
    Kind.INTERCONNECT: _cap_choices,
    Kind.SCALE_UP_CARDS: _cap_choices,
    Kind.TOTAL_TPP: _tpp,
    Kind.BUDGET: _budget,
    Kind.VENDOR_SHARE: _share,
    Kind.CARD_TYPES: _types,
    Kind.SPARES: _spares,
}
