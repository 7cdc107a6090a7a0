"""What must hold of a problem beyond its schema: names that exist, dates within the horizon.

Belongs here: checks that need the catalogue or several blocks at once, each with the path it
concerns, and the refusal of fields that are not honoured yet. Does not belong here: whether the
problem can be solved (solver.screening).
"""

from collections.abc import Collection, Iterator
from datetime import date, timedelta

from catalogs import Catalog, nearest
from catalogs.ruling import rules_of
from problems.quantities import Steps
from problems.schema import Problem
from problems.schema.workloads import Workload

Path = tuple[str | int, ...]
Finding = tuple[Path, str]
MOST_NAMES = 8
"""Names that a message lists at most."""


def check_problem(problem: Problem, catalog: Catalog) -> Iterator[Finding]:
    """Everything wrong with a problem that its schema cannot see, as (path, message)."""
    yield from _not_yet(problem)
    yield from _names(problem, catalog)
    yield from _workload_names(problem, catalog)
    yield from _rules(problem, catalog)
    yield from _dates(problem)
    yield from _steps(problem)


def hint(name: str, known: Collection[str]) -> str:
    """`; did you mean ...?` for the nearest known names, or what there is, or nothing.

    >>> hint("guizou", ["guizhou", "anhui"])
    "; did you mean 'guizhou'?"
    >>> hint("A100", ["b100", "a100_sxm_40"])
    "; did you mean 'a100_sxm_40'?"
    """
    known_names = f" (known: {', '.join(sorted(known))})" if 0 < len(known) <= MOST_NAMES else ""
    return nearest(name, known) or known_names


def _not_yet(problem: Problem) -> Iterator[Finding]:
    """Fields of the language that this version does not honour are refused, never ignored."""
    for key, job in problem.training.items():
        if job.mfu is None and not job.measured:
            yield ("training", key), "needs mfu: a share, shares by card, or estimated"


def _names(problem: Problem, catalog: Catalog) -> Iterator[Finding]:
    items = [*catalog.accelerators, *catalog.nodes, *catalog.hosts]
    leases = {key for key, offer in problem.offers.items() if offer.lease and not offer.site}
    for key in sorted(leases & set(problem.sites)):
        yield ("offers", key), "is a lease hosted by its vendor and must not share a site's name"
    for key, offer in problem.offers.items():
        path: Path = ("offers", key)
        yield from _known((*path, "item"), offer.item, items, "item")
        sites = [*(offer.sites or []), *([offer.site] if offer.site else [])]
        for site in sites:
            where = "site" if offer.site else "sites"
            yield from _known((*path, where), site, problem.sites, "site")
        if offer.price is not None and not problem.sites:
            yield path, "is a purchase, but the problem has no site to deliver to"
        if offer.standalone and offer.item in items and offer.item not in catalog.accelerators:
            yield (*path, "standalone"), "is for cards only: nodes and hosts stand anyway"
    taken: dict[str, str] = {}
    for key, fabric in problem.fabrics.items():
        yield from _known(("fabrics", key, "site"), fabric.site, problem.sites, "site")
        if taken.setdefault(fabric.site, key) != key:
            yield (
                ("fabrics", key, "site"),
                f"{fabric.site} has a fabric already: {taken[fabric.site]}",
            )
        if fabric.switch is not None:
            path = ("fabrics", key, "switch")
            yield from _known(path, fabric.switch, catalog.switches, "switch")
    for key, entry in problem.fleet.items():
        path = ("fleet", key)
        yield from _known((*path, "item"), entry.item, items, "item")
        yield from _known((*path, "site"), entry.site, problem.sites, "site")
        if entry.host is not None:
            yield from _known((*path, "host"), entry.host, catalog.hosts, "host")
    vendors = {offer.vendor for offer in problem.offers.values()}
    vendors |= {fabric.vendor for fabric in problem.fabrics.values() if fabric.vendor}
    for vendor in problem.limits.vendor_share:
        yield from _known(("limits", "vendor_share", vendor), vendor, vendors, "vendor")
    for key, block in problem.sites.items():
        if block.electricity is not None and block.electricity.tariff is not None:
            path = ("sites", key, "electricity", "tariff")
            yield from _known(path, block.electricity.tariff, catalog.tariffs, "tariff")
    if problem.availability == 0:
        yield ("availability",), "must be above 0"
    if problem.spares == 1:
        yield ("spares",), "must be below 100 %"


def _workload_names(problem: Problem, catalog: Catalog) -> Iterator[Finding]:
    hosted = (key for key, offer in problem.offers.items() if offer.lease and not offer.site)
    places = {*problem.sites, *hosted}
    for block in ("training", "inference", "reservations"):
        for key, work in getattr(problem, block).items():
            path: Path = (block, key)
            yield from _places_and_cards(path, work, places, catalog)
            model = getattr(work, "model", None)
            if model is not None:
                yield from _known((*path, "model"), model, catalog.models, "model")
    for key, job in problem.training.items():
        for card in job.mfu if isinstance(job.mfu, dict) else ():
            yield from _known(("training", key, "mfu", card), card, catalog.accelerators, "card")
        for card in job.measured:
            where = ("training", key, "measured", card)
            yield from _known(where, card, catalog.accelerators, "card")
    for key, service in problem.inference.items():
        path = ("inference", key)
        for card in service.utilization if isinstance(service.utilization, dict) else ():
            where = (*path, "utilization", card)
            yield from _known(where, card, catalog.accelerators, "card")
        names = set()
        for number, row in enumerate(service.measured):
            place: Path = (*path, "measured", number)
            yield from _known((*place, "card"), row.card, catalog.accelerators, "card")
            if row.cards < 1:
                yield (*place, "cards"), "must be at least 1"
            if (row.name, row.card) in names:
                yield (*place, "name"), f"names a second configuration {row.name!r} of {row.card}"
            names.add((row.name, row.card))
            if isinstance(row.requests_per_second, dict):
                classes = list(service.classes or ["all"])
                for name in row.requests_per_second:
                    yield from _known((*place, "requests_per_second", name), name, classes, "class")


def _places_and_cards(
    path: Path, work: Workload, places: Collection[str], catalog: Catalog
) -> Iterator[Finding]:
    for site in work.sites or []:
        yield from _known((*path, "sites"), site, places, "site or lease")
    for card in work.of or []:
        yield from _known((*path, "of"), card, catalog.accelerators, "card")


def _rules(problem: Problem, catalog: Catalog) -> Iterator[Finding]:
    for card in problem.export_licences:
        yield from _known(("export_licences", card), card, catalog.accelerators, "card")
    rules = problem.export_rules
    if rules is None:
        return
    yield from _known(("export_rules", "ruleset"), rules.ruleset, catalog.rulesets, "ruleset")
    if rules.ruleset in catalog.rulesets:
        advisories = [
            rule.id for rule in rules_of(catalog, rules.ruleset) if rule.treatment == "advisory"
        ]
        for name in rules.enforce:
            yield from _known(("export_rules", "enforce"), name, advisories, "advisory")
        all_rules = [rule.id for rule in rules_of(catalog, rules.ruleset)]
        for name in rules.except_:
            yield from _known(("export_rules", "except"), name, all_rules, "rule")


def _known(path: Path, name: str, known: Collection[str], what: str) -> Iterator[Finding]:
    if name not in known:
        yield path, f"unknown {what} {name!r}{hint(name, known)}"


def _dates(problem: Problem) -> Iterator[Finding]:
    """Dates of workloads lie within the horizon; budgets name its years."""
    horizon = problem.horizon
    start = horizon.start
    end = horizon.last_day

    def outside(path: Path, day: date | None) -> Iterator[Finding]:
        if day is not None and not start <= day <= end:
            yield path, f"{day} lies outside the horizon {start}..{end}"

    for key, job in problem.training.items():
        if job.window is not None:
            path: Path = ("training", key, "window")
            yield from outside(path, job.window.first)
            if job.every is None:
                yield from outside(path, job.window.last)
        if job.every is not None and job.every.months == 0 and job.every.days < 1:
            yield ("training", key, "every"), "must be at least a day"
    if problem.uncertainty is not None:
        yield from outside(("uncertainty", "decide_until"), problem.uncertainty.decide_until)
    for block in ("inference", "reservations"):
        for key, work in getattr(problem, block).items():
            yield from outside((block, key, "from"), work.from_)
            yield from outside((block, key, "until"), work.until)
            if work.from_ and work.until and work.from_ > work.until:
                yield (block, key), f"ends on {work.until} before it begins on {work.from_}"
    for key, entry in problem.fleet.items():
        if entry.from_ and entry.until and entry.from_ > entry.until:
            yield ("fleet", key), f"ends on {entry.until} before it begins on {entry.from_}"
    if isinstance(problem.limits.budget, dict):
        orders = min(start, horizon.orders_from or start)
        later = max((max(o.payment.after, default=0) for o in problem.offers.values()), default=0)
        for year in problem.limits.budget:
            if not orders.year <= year <= (end + timedelta(days=later)).year:
                yield (
                    ("limits", "budget", year),
                    f"year {year} lies outside the horizon {start}..{end}",
                )


def _steps(problem: Problem) -> Iterator[Finding]:
    """Prices and caps have a value from the start of the horizon on; demand may begin later."""
    start = problem.horizon.start
    orders = problem.horizon.orders_from
    if (
        orders is not None
        and orders > start
        and problem.horizon.end
        and orders > problem.horizon.end
    ):
        yield ("horizon", "orders_from"), f"{orders} lies after the horizon"

    def covers(path: Path, steps: Steps[object] | None, first: date) -> Iterator[Finding]:
        if steps is not None and steps.at(first) is None:
            yield path, f"has no value before {steps.dates[0]}, but is needed from {first}"

    for key, site in problem.sites.items():
        path: Path = ("sites", key)
        for name in ("power_cap", "rack_units", "space"):
            yield from covers((*path, name), getattr(site, name), start)
        power = site.electricity
        if power is not None:
            where = (*path, "electricity")
            yield from covers((*where, "price"), power.price, start)
            yield from covers((*where, "demand_charge"), power.demand_charge, start)
            for hours, steps in (power.time_of_use or {}).items():
                yield from covers((*where, "time_of_use", hours), steps, start)
        if site.carbon is not None:
            yield from covers((*path, "carbon", "intensity"), site.carbon.intensity, start)
            yield from covers((*path, "carbon", "price"), site.carbon.price, start)
    for key, offer in problem.offers.items():
        first = start
        if offer.available is not None and offer.available.first is not None:
            first = max(first, offer.available.first)
        for name in ("price", "lease", "supply"):
            yield from covers(("offers", key, name), getattr(offer, name), first)
    for key, fabric in problem.fabrics.items():
        for name in ("price_per_card", "switch_price", "nic_price", "cable_price"):
            yield from covers(("fabrics", key, name), getattr(fabric, name), start)
