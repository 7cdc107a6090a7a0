"""From a problem and its catalogue to the instance.

Belongs here: the order of the steps and what only shows when all parts are there. Does not belong
here: the parts, which have modules of their own.
"""

from collections.abc import Iterator
from datetime import date, timedelta

import catalogs
from problems.dates import Span
from problems.quantities import Steps
from problems.schema import Problem
from problems.schema.places import Site as SiteBlock
from solver.instance.bounds import Demand, bound_offers
from solver.instance.machines import Machines, build_fleet, life_of
from solver.instance.market import Market
from solver.instance.model import Exclusion, Instance, Limits, Offer
from solver.instance.places import build_fabrics, build_sites
from solver.instance.sources import InstanceError, Sources
from solver.instance.timeline import Calendar, Timeline
from solver.instance.workloads import Workloads, windows


def build_instance(problem: Problem, catalog: catalogs.Catalog) -> Instance:
    """Turn a validated problem and the catalogue (own items included) into plain numbers.

    Raises InstanceError with every missing figure and rate, each with its path in the file.
    """
    calendar = Calendar.of(problem.horizon)
    sources = Sources(problem, catalog, calendar)
    timeline = Timeline.of(calendar, set(_cuts(problem, catalog, calendar)))
    sites = build_sites(sources, timeline)
    machines = Machines(sources, sites)
    fleet = build_fleet(machines, timeline)
    offers, options, excluded = Market(sources, timeline, machines).build()
    pools = machines.pools
    workloads = Workloads(sources, timeline, machines, pools)
    demand = Demand(workloads.occurrences(), workloads.services(), workloads.reservations())
    if sources.errors:
        raise InstanceError(sources.errors)
    limits = _limits(problem)
    items = {item.key: item for item in machines.items}
    site_of = {site.key: site for site in sites}
    offers = bound_offers(
        timeline, demand, limits, site_of, items, pools, machines.bays, fleet, offers, options
    )
    _assume_left_out(sources, offers, {option.offer for option in options}, excluded)
    fabrics = build_fabrics(sources, _units_by_site(offers, problem, len(calendar.periods)))
    _general_assumptions(sources)
    if sources.errors:
        raise InstanceError(sources.errors)
    life = problem.residual_value
    return Instance(
        currency=problem.currency,
        start=problem.horizon.start,
        days=calendar.days,
        discount_rate=problem.discount_rate,
        residual_life_days=None if life is None else life.straight_line.years * 365,
        maintenance_fraction=problem.maintenance,
        periods=calendar.periods,
        intervals=timeline.intervals,
        months=timeline.months,
        sites=sites,
        items=machines.items,
        pools=pools,
        bays=machines.bays,
        fleet=fleet,
        offers=offers,
        options=options,
        occurrences=demand.occurrences,
        services=demand.services,
        reservations=demand.reservations,
        fabrics=fabrics,
        limits=limits,
        excluded=excluded,
        assumptions=sources.assumptions,
    )


def _assume_left_out(
    sources: Sources, offers: tuple[Offer, ...], usable: set[str], excluded: tuple[Exclusion, ...]
) -> None:
    """Name the offers no plan can contain; those that a rule excluded are named apart."""
    ruled_out = {exclusion.offer for exclusion in excluded}
    for offer in offers:
        if offer.key in usable and offer.max_units == 0:
            sources.assume("No workload can use these offers, so they are left out: {}.", offer.key)
        elif offer.key not in usable and offer.key not in ruled_out:
            sources.assume(
                "By availability and lead time nothing of these offers can be delivered: {}.",
                offer.key,
            )


def _limits(problem: Problem) -> Limits:
    budget = problem.limits.budget
    by_year = tuple(sorted(budget.items())) if isinstance(budget, dict) else ()
    return Limits(
        budget_by_year=by_year,
        budget_total=budget if isinstance(budget, float) else None,
        vendor_share=tuple(sorted(problem.limits.vendor_share.items())),
        card_types=problem.limits.card_types,
        licences=tuple(sorted(problem.export_licences.items())),
        total_tpp=problem.export_caps.total_tpp,
    )


def _units_by_site(offers: tuple[Offer, ...], problem: Problem, periods: int) -> dict[str, int]:
    """Units that could ever be delivered to each site."""
    units = dict.fromkeys(problem.sites, 0)
    for offer in offers:
        block = problem.offers[offer.key]
        reached = [block.site] if block.lease is not None else block.sites or list(problem.sites)
        for site in reached:
            if site in units:
                units[site] += offer.max_units * periods
    return units


def _general_assumptions(sources: Sources) -> None:
    problem = sources.problem
    if problem.residual_value is None and len(sources.calendar.periods) > 1 and problem.offers:
        sources.assume(
            "No residual value: what is bought late still costs its whole price, so late purchases "
            "look dear beside leases."
        )
    if problem.limits.vendor_share:
        sources.assume(
            "Buying what nothing can use, only to dilute a vendor's share, is not considered."
        )
    if problem.fabrics and problem.fleet:
        sources.assume("The fleet brings its own fabric.")


def _cuts(problem: Problem, catalog: catalogs.Catalog, calendar: Calendar) -> Iterator[date]:
    """Every date on which something changes that the model reads by interval."""
    for job in problem.training.values():
        for first, after in windows(calendar, job)[0]:
            yield from (first, after)
    for service in problem.inference.values():
        yield from service.requests.dates
        yield from _span_cuts(service.from_, service.until)
        if service.growth is not None:
            yield from _growth_dates(service.growth.per, service.from_, calendar)
    for reservation in problem.reservations.values():
        yield from reservation.cards.dates
        yield from _span_cuts(reservation.from_, reservation.until)
    for entry in problem.fleet.values():
        yield from _span_cuts(entry.from_, entry.until)
        life = life_of(catalog.item(entry.item))
        if life is not None and entry.from_ is not None:
            yield life.after(entry.from_)
    if isinstance(problem.limits.budget, dict):
        # What is paid by the hour is dated by the middle of its interval.
        years = range(calendar.start.year + 1, calendar.end.year + 1)
        yield from (date(year, 1, 1) for year in years)
    for site in problem.sites.values():
        for steps in _site_steps(site):
            yield from steps.dates
    for offer in problem.offers.values():
        life = life_of(catalog.item(offer.item))
        if life is not None:
            yield from (life.after(period.start) for period in calendar.periods)


def _span_cuts(first: date | None, last: date | None) -> Iterator[date]:
    if first is not None:
        yield first
    if last is not None:
        yield last + timedelta(days=1)


def _growth_dates(per: Span, first: date | None, calendar: Calendar) -> Iterator[date]:
    begin, count = first or calendar.start.date(), 1
    while (day := per.times(count).after(begin)) < calendar.end.date():
        yield day
        count += 1


def _site_steps(site: SiteBlock) -> Iterator[Steps[float] | Steps[int]]:
    """The step functions of a site that are read by interval."""
    power = site.electricity
    candidates = [site.power_cap, site.rack_units, site.space]
    if power is not None:
        candidates += [power.price, *(power.time_of_use or {}).values()]
    if site.carbon is not None:
        candidates += [site.carbon.intensity, site.carbon.price]
    yield from (steps for steps in candidates if steps is not None)
