"""Sites and fabrics as numbers over intervals and periods.

Belongs here: blocks `sites` and `fabrics`, and the places of vendor-hosted leases. Does not belong
here: pools and machines (items.py, market.py).
"""

from datetime import date
from typing import Any

import catalogs
from problems.quantities import Steps
from problems.schema.places import Electricity, hours_of
from problems.schema.places import Fabric as FabricBlock
from problems.schema.places import Site as SiteBlock
from solver.instance.machines import asks_for_power
from solver.instance.model import Fabric, FabricLine, Site
from solver.instance.sources import Path, Sources
from solver.instance.timeline import Timeline


def build_sites(sources: Sources, timeline: Timeline) -> tuple[Site, ...]:
    """Sites of the file, and one hosted place for each lease that its vendor hosts."""
    problem = sources.problem
    sites = [_site(sources, timeline, key, block) for key, block in problem.sites.items()]
    hosted = [
        key
        for key, offer in problem.offers.items()
        if offer.lease is not None and offer.site is None
    ]
    sites += [_hosted(key, timeline) for key in hosted]
    return tuple(sorted(sites, key=lambda site: site.key))


def _site(sources: Sources, timeline: Timeline, key: str, block: SiteBlock) -> Site:
    path: Path = ("sites", key)
    months = len(timeline.months)
    energy, demand = _electricity(sources, timeline, (*path, "electricity"), block.electricity)
    carbon = block.carbon
    if block.electricity is None:
        sources.assume(f"sites.{key} gives no electricity: energy there is counted but not billed.")
    zeros = (0.0,) * timeline.count

    def read(steps: Steps[Any] | None, *names: str) -> tuple[Any, ...] | None:
        return None if steps is None else sources.by_interval(timeline, (*path, *names), steps)

    price = read(carbon.price, "carbon", "price") if carbon else None
    return Site(
        key=key,
        hosted=False,
        pue=block.pue,
        power_cap_kw=read(block.power_cap, "power_cap"),
        rack_units=read(block.rack_units, "rack_units"),
        price_per_kwh=energy,
        demand_charge_per_kw=demand or (0.0,) * months,
        space_per_kw_month=read(block.space, "space") or zeros,
        carbon_kg_per_kwh=(read(carbon.intensity, "carbon", "intensity") if carbon else None)
        or zeros,
        carbon_price_per_kg=tuple(p / 1000 for p in price) if price else zeros,
    )


def _hosted(key: str, timeline: Timeline) -> Site:
    zeros = (0.0,) * timeline.count
    charges = (0.0,) * len(timeline.months)
    return Site(key, True, 1.0, None, None, zeros, charges, zeros, zeros, zeros)


def _electricity(
    sources: Sources, timeline: Timeline, path: Path, block: Electricity | None
) -> tuple[tuple[float, ...], tuple[float, ...] | None]:
    """Price of energy by interval and demand charge by month."""
    if block is None:
        return (0.0,) * timeline.count, None
    charge = None
    if block.demand_charge is not None:
        starts = [max(timeline.calendar.start.date(), _first_day(m.label)) for m in timeline.months]
        steps = block.demand_charge
        charge = tuple(sources.at((*path, "demand_charge"), steps, day) for day in starts)
    if block.price is not None:
        return sources.by_interval(timeline, (*path, "price"), block.price), charge
    if block.time_of_use is not None:
        prices = [0.0] * timeline.count
        for text, steps in block.time_of_use.items():
            share = len(hours_of(text)) / 24
            part = sources.by_interval(timeline, (*path, "time_of_use", text), steps)
            prices = [total + share * price for total, price in zip(prices, part, strict=True)]
        return tuple(prices), charge
    return _tariff(sources, timeline, path, str(block.tariff), charge)


def _tariff(
    sources: Sources, timeline: Timeline, path: Path, name: str, charge: tuple[float, ...] | None
) -> tuple[tuple[float, ...], tuple[float, ...] | None]:
    """A tariff of the catalogue; the file's own demand charge wins over the tariff's."""
    try:
        tariff = sources.catalog.find("tariffs", name)
    except catalogs.CatalogError as error:
        sources.fail((*path, "tariff"), str(error))
        return (0.0,) * timeline.count, charge
    rate = sources.exchange_rate((*path, "tariff"), tariff.currency)
    if charge is None and tariff.demand_charge_per_kw_month:
        charge = (tariff.demand_charge_per_kw_month * rate,) * len(timeline.months)
    return (tariff.mean_price_per_kwh() * rate,) * timeline.count, charge


def _first_day(month: str) -> date:
    return date.fromisoformat(f"{month}-01")


def build_fabrics(sources: Sources, site_units: dict[str, int]) -> tuple[Fabric, ...]:
    """Fabrics; ``site_units`` bounds the nodes, hosts and cards that can stand at each site."""
    found = [
        _fabric(sources, key, block, site_units.get(block.site, 0))
        for key, block in sources.problem.fabrics.items()
    ]
    return tuple(sorted(found, key=lambda fabric: fabric.key))


def _fabric(sources: Sources, key: str, block: FabricBlock, units: int) -> Fabric:
    path: Path = ("fabrics", key)
    days = [period.start for period in sources.calendar.periods]

    def prices(name: str, steps: Steps[float]) -> tuple[float, ...]:
        return tuple(sources.at((*path, name), steps, day) for day in days)

    if block.price_per_card is not None:
        line = _line(
            "card", "per card", prices("price_per_card", block.price_per_card), per_card=1.0
        )
        return Fabric(key, block.site, block.vendor, 0, None, (line,))
    radix, power_kw, switch_prices = _switch(sources, path, block, prices)
    reach = radix**2 // 2 if block.tiers == 2 else radix**3 // 4
    levels = (
        {"leaf": 2.0, "spine": 1.0}
        if block.tiers == 2
        else {"leaf": 2.0, "spine": 2.0, "core": 1.0}
    )
    nics = block.nics_per_node or 0
    endpoints = min(reach, nics * units)
    lines = [
        FabricLine(
            name=name,
            item=str(block.switch),
            switch=True,
            per_endpoint=factor / radix,
            per_card=0.0,
            prices=switch_prices,
            power_kw=power_kw,
            max_units=-int(-endpoints * factor // radix),
        )
        for name, factor in levels.items()
    ]
    if block.nic_price is not None:
        lines.append(_line("nic", "NIC", prices("nic_price", block.nic_price), per_endpoint=1.0))
    if block.cable_price is not None:
        cost = prices("cable_price", block.cable_price)
        lines.append(_line("cable", "cable", cost, per_endpoint=float(block.tiers)))
    else:
        sources.assume(f"fabrics.{key} gives no cable_price: cables are not counted.")
    return Fabric(key, block.site, block.vendor, nics, reach, tuple(lines))


def _switch(
    sources: Sources, path: Path, block: FabricBlock, prices: Any
) -> tuple[int, float, tuple[float, ...]]:
    """Radix, draw and price by period of a fabric's switch."""
    try:
        row = sources.catalog.find("switches", str(block.switch))
    except catalogs.CatalogError as error:
        sources.fail((*path, "switch"), str(error))
        return 2, 0.0, (0.0,) * len(sources.calendar.periods)
    radix = int(sources.figure((*path, "switch"), row, "ports")) or 2
    power_kw = 0.0
    if asks_for_power(sources.problem.sites[block.site]) or row.power_kw is not None:
        power_kw = sources.figure((*path, "switch"), row, "power_kw")
    if block.switch_price is not None:
        return radix, power_kw, prices("switch_price", block.switch_price)
    low = sources.figure((*path, "switch"), row, "price_low")
    high = sources.figure((*path, "switch"), row, "price_high")
    rate = sources.exchange_rate((*path, "switch"), row.currency or sources.problem.currency)
    sources.assume(
        f"{'.'.join(map(str, path))}: price of {block.switch} is the middle of {low:,.0f} to "
        f"{high:,.0f} {row.currency} ({row.source})."
    )
    return radix, power_kw, ((low + high) / 2 * rate,) * len(sources.calendar.periods)


def _line(
    name: str,
    item: str,
    prices: tuple[float, ...],
    *,
    per_endpoint: float = 0.0,
    per_card: float = 0.0,
) -> FabricLine:
    return FabricLine(name, item, False, per_endpoint, per_card, prices, 0.0, 0)
