"""The requirements of a problem, by name: everything a file asks for or forbids that can be lifted.

Belongs here: the list, each with its path, its sentence and the way to lift it. Prices, power draw
and the other facts of the machines are no requirements. Does not belong here: which of them
contradict each other (conflict.py), how far they would have to move (knobs.py).
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from problems.dates import parse_date
from problems.loading import LoadedProblem
from problems.paths import KeyPath, path_text
from problems.schema import Problem
from solver.case import Case
from solver.explain import lifting
from solver.explain.lifting import Lift, drop, plenty, put
from solver.explain.rules import relevant_rules

LONG = 1e6
"""Numbers from here on are written with an exponent."""


class Kind(StrEnum):
    """What a requirement asks for; the names of reports and JSON."""

    TRAINING = "training"
    WINDOW = "window"
    SPLIT = "split"
    MEMORY = "memory"
    SERVICE = "service"
    CLASS = "class"
    REPLICAS = "replicas"
    LATENCY = "latency"
    RESERVATION = "reservation"
    SITES = "sites"
    CARDS = "cards"
    POWER_CAP = "power_cap"
    RACK_UNITS = "rack_units"
    SUPPLY = "supply"
    AVAILABLE = "available"
    LEAD_TIME = "lead_time"
    MINIMUM_ORDER = "minimum_order"
    MINIMUM_TERM = "minimum_term"
    FABRIC = "fabric"
    FLEET_UNTIL = "fleet_until"
    ORDERS_FROM = "orders_from"
    EXPORT_RULE = "export_rule"
    LICENCES = "licences"
    INTERCONNECT = "interconnect"
    SCALE_UP_CARDS = "scale_up_cards"
    TOTAL_TPP = "total_tpp"
    BUDGET = "budget"
    VENDOR_SHARE = "vendor_share"
    CARD_TYPES = "card_types"
    SPARES = "spares"


@dataclass(frozen=True)
class Requirement:
    """Something the file asks for or forbids."""

    kind: Kind
    path: KeyPath
    """Where it stands in the file, or would stand where the file leaves it to the default."""
    sentence: str
    """What it says, with the file's own figures."""
    lift: Lift
    """Takes it out of a problem."""
    about: str = ""
    """What tells requirements at one path apart: the id of an export rule."""

    @property
    def name(self) -> str:
        """Its path as edits write it, with what tells it apart."""
        return path_text(self.path) + (f" ({self.about})" if self.about else "")


def requirements_of(case: Case) -> tuple[Requirement, ...]:
    """Every requirement of a case, in the order in which they are lifted.

    Windows come last: lifting one may turn a job into several, which nothing else knows.
    """
    loaded = case.loaded
    return (
        *_settings(case),
        *_fabrics(loaded),
        *_fleet(loaded),
        *_offers(loaded),
        *_sites(loaded),
        *_rules(case),
        *_limits(loaded),
        *_reservations(loaded),
        *_services(loaded),
        *_training(loaded),
    )


def said(loaded: LoadedProblem, path: KeyPath) -> str:
    """A value in the file's own words; a table over dates as its steps."""
    node = loaded.document.find(path)
    return "" if node is None else _words(node.plain())


def _words(value: Any) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{_words(each)} from {day}" for day, each in value.items())
    if isinstance(value, list):
        return ", ".join(map(str, value))
    if isinstance(value, int | float) and abs(value) >= LONG:
        return f"{value:.6g}".replace("e+", "e")
    return str(value)


def dated_steps(loaded: LoadedProblem, path: KeyPath) -> Iterator[tuple[date | None, KeyPath]]:
    """Each step of a value over dates with the path of the step; a constant is one step."""
    node = loaded.document.find(path)
    plain = None if node is None else node.plain()
    if isinstance(plain, dict):
        for key in sorted(plain):
            yield parse_date(key), (*path, key)
    elif plain is not None:
        yield None, path


def _stepped(
    loaded: LoadedProblem,
    kind: Kind,
    path: tuple[str, ...],
    value: float | int,
    sentence: Callable[[str], str],
) -> Iterator[Requirement]:
    """One requirement for each step of a limit over dates."""
    for start, step in dated_steps(loaded, path):
        words = said(loaded, step) + (f" from {start}" if start else "")
        yield Requirement(kind, step, sentence(words), plenty(path, start, value))


def _settings(case: Case) -> Iterator[Requirement]:
    problem, loaded = case.problem, case.loaded
    if problem.spares:
        words = f"{said(loaded, ('spares',))} of the cards installed are spares"
        yield Requirement(Kind.SPARES, ("spares",), words, put(("spares",), 0.0))
    if any(option.ordered < option.delivered for option in case.instance.options) or any(
        offer.lead_time for offer in problem.offers.values()
    ):
        path = ("horizon", "orders_from")
        begin = problem.horizon.orders_from or problem.horizon.start
        words = f"nothing can be ordered before {begin}"
        yield Requirement(Kind.ORDERS_FROM, path, words, put(path, lifting.LONG_AGO))


def _fabrics(loaded: LoadedProblem) -> Iterator[Requirement]:
    for key, fabric in sorted(loaded.problem.fabrics.items()):
        if fabric.switch is not None:
            words = (
                f"{fabric.site} is connected by {fabric.switch} switches in {fabric.tiers} tiers"
            )
            yield Requirement(Kind.FABRIC, ("fabrics", key, "tiers"), words, drop("fabrics", key))


def _fleet(loaded: LoadedProblem) -> Iterator[Requirement]:
    for key, entry in sorted(loaded.problem.fleet.items()):
        if entry.until is not None:
            path = ("fleet", key, "until")
            words = f"{entry.count} {entry.item} at {entry.site} are in use until {entry.until}"
            yield Requirement(Kind.FLEET_UNTIL, path, words, put(path, None))


def _offers(loaded: LoadedProblem) -> Iterator[Requirement]:
    for key, offer in sorted(loaded.problem.offers.items()):
        at = ("offers", key)

        def found(
            kind: Kind, field: str, words: str, value: Any, at: tuple[str, ...] = at
        ) -> Requirement:
            return Requirement(kind, (*at, field), words, put((*at, field), value))

        if offer.minimum_order > 1:
            words = f"an order of {key} is at least {offer.minimum_order} units"
            yield found(Kind.MINIMUM_ORDER, "minimum_order", words, 0)
        if offer.minimum_term is not None:
            words = f"{key} is leased for {said(loaded, (*at, 'minimum_term'))} at least"
            yield found(Kind.MINIMUM_TERM, "minimum_term", words, None)
        if offer.sites is not None:
            words = f"{key} is delivered to {', '.join(offer.sites)} only"
            yield found(Kind.SITES, "sites", words, None)
        if offer.lead_time is not None:
            words = f"{key} takes {said(loaded, (*at, 'lead_time'))} from order to delivery"
            yield found(Kind.LEAD_TIME, "lead_time", words, lifting.NO_TIME)
        if offer.available is not None:
            words = f"{key} can be had {said(loaded, (*at, 'available'))}"
            yield found(Kind.AVAILABLE, "available", words, lifting.ALWAYS)
        if offer.supply is not None:
            verb = "can be leased at once" if offer.lease is not None else "can be delivered"

            def supplied(words: str, key: str = key, verb: str = verb) -> str:
                return f"of {key} {words} {verb}"

            yield from _stepped(loaded, Kind.SUPPLY, (*at, "supply"), lifting.PLENTY, supplied)


def _sites(loaded: LoadedProblem) -> Iterator[Requirement]:
    for key, site in sorted(loaded.problem.sites.items()):
        if site.power_cap is not None:
            path = ("sites", key, "power_cap")

            def power(words: str, key: str = key) -> str:
                return f"{key} draws at most {words}"

            yield from _stepped(loaded, Kind.POWER_CAP, path, lifting.PLENTY_KW, power)
        if site.rack_units is not None:
            path = ("sites", key, "rack_units")

            def racks(words: str, key: str = key) -> str:
                return f"{key} has {words} rack units"

            yield from _stepped(loaded, Kind.RACK_UNITS, path, lifting.PLENTY, racks)


def _rules(case: Case) -> Iterator[Requirement]:
    problem, loaded = case.problem, case.loaded
    caps = problem.export_caps
    rules = relevant_rules(case)
    licensed = sorted({card for rule in rules for card in rule.licensed})
    for card in licensed:
        granted = problem.export_licences.get(card, 0)
        path = ("export_licences", card)
        words = f"{granted or 'no'} cards of {card} have an export licence"
        yield Requirement(Kind.LICENCES, path, words, lifting.licences(card))
    for rule in rules:
        lift = lifting.without_rule(rule.id)
        yield Requirement(Kind.EXPORT_RULE, ("export_rules",), rule.sentence, lift, rule.id)
    for field, kind, words in (
        ("interconnect", Kind.INTERCONNECT, "the interconnect of a card has at most {}"),
        ("scale_up_cards", Kind.SCALE_UP_CARDS, "a scale-up domain has at most {} cards"),
        ("total_tpp", Kind.TOTAL_TPP, "all cards bought have a TPP of at most {} together"),
    ):
        if getattr(caps, field) is not None:
            path = ("export_caps", field)
            sentence = words.format(said(loaded, path))
            yield Requirement(kind, path, sentence, put(path, None))


def _limits(loaded: LoadedProblem) -> Iterator[Requirement]:
    limits = loaded.problem.limits
    path = ("limits", "budget")
    if isinstance(limits.budget, dict):
        for year in sorted(limits.budget):
            here: KeyPath = (*path, str(year))
            words = f"payments in {year} are at most {said(loaded, here)}"
            yield Requirement(Kind.BUDGET, here, words, lifting.drop_year(year))
    elif limits.budget is not None:
        words = f"payments are at most {said(loaded, path)}"
        yield Requirement(Kind.BUDGET, path, words, put(path, None))
    for vendor in sorted(limits.vendor_share):
        here = ("limits", "vendor_share", vendor)
        words = f"{vendor} gets at most {said(loaded, here)} of the spend"
        yield Requirement(Kind.VENDOR_SHARE, here, words, lifting.drop_vendor(vendor))
    if limits.card_types is not None:
        path = ("limits", "card_types")
        words = f"at most {limits.card_types} kinds of card are bought or leased"
        yield Requirement(Kind.CARD_TYPES, path, words, put(path, None))


def _confined(problem: Problem, block: str, key: str) -> Iterator[Requirement]:
    """Where a workload may run, and on which cards."""
    workload = getattr(problem, block)[key]
    if workload.sites is not None:
        path = (block, key, "sites")
        words = f"{key} runs at {', '.join(workload.sites)} only"
        yield Requirement(Kind.SITES, path, words, put(path, None))
    if workload.of is not None:
        path = (block, key, "of")
        words = f"{key} runs on {', '.join(workload.of)} only"
        yield Requirement(Kind.CARDS, path, words, put(path, None))


def _reservations(loaded: LoadedProblem) -> Iterator[Requirement]:
    for key in sorted(loaded.problem.reservations):
        yield from _confined(loaded.problem, "reservations", key)
        words = f"{key} holds cards: {said(loaded, ('reservations', key, 'cards'))}"
        path = ("reservations", key)
        yield Requirement(Kind.RESERVATION, path, words, drop("reservations", key))


def _services(loaded: LoadedProblem) -> Iterator[Requirement]:
    for key, service in sorted(loaded.problem.inference.items()):
        at = ("inference", key)
        yield from _confined(loaded.problem, "inference", key)
        if service.replicas == "whole":
            path = (*at, "replicas")
            words = f"the replicas of {key} are whole"
            yield Requirement(Kind.REPLICAS, path, words, put(path, "fractional"))
        if service.latency:
            node = loaded.document.find((*at, "latency"))
            given = [f"{name} {limit}" for name, limit in (node.plain() if node else {}).items()]
            words = f"{key} answers within a latency: {', '.join(given)}"
            yield Requirement(Kind.LATENCY, (*at, "latency"), words, put((*at, "latency"), None))
        rate = said(loaded, (*at, "requests"))
        if service.classes is None or len(service.classes) == 1:
            yield Requirement(Kind.SERVICE, at, f"{key} answers {rate}", drop("inference", key))
            continue
        for name in sorted(service.classes):
            place = (*at, "classes", name)
            share = said(loaded, (*place, "share"))
            words = f"{key} answers its class {name}, {share} of {rate}"
            yield Requirement(Kind.CLASS, place, words, lifting.drop_share(key, name))


def _training(loaded: LoadedProblem) -> Iterator[Requirement]:
    problem = loaded.problem
    for key, job in sorted(problem.training.items()):
        at = ("training", key)
        yield from _confined(problem, "training", key)
        if not job.split:
            path = (*at, "split")
            words = f"{key} runs on one kind of machine at a time (split: false)"
            yield Requirement(Kind.SPLIT, path, words, put(path, True))
        if job.memory == "fit" and job.model is not None:
            path = (*at, "memory")
            words = f"the states of {job.model} fit in the memory of the cards {key} holds"
            yield Requirement(Kind.MEMORY, path, words, put(path, "ignore"))
        what = f"{said(loaded, (*at, 'flop'))} FLOP" if job.flop is not None else ""
        what = what or f"{said(loaded, (*at, 'tokens'))} tokens of {job.model}"
        every = f", every {said(loaded, (*at, 'every'))}" if job.every is not None else ""
        yield Requirement(Kind.TRAINING, at, f"{key} trains {what}{every}", drop("training", key))
    for key, job in sorted(problem.training.items()):
        if job.window is not None:
            path = ("training", key, "window")
            words = f"{key} runs within {said(loaded, path)}"
            if job.every:
                words += f", and every {said(loaded, ('training', key, 'every'))} later"
            yield Requirement(Kind.WINDOW, path, words, lifting.any_time(key))
