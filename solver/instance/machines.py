"""Items, pools, bays and the owned fleet.

Belongs here: which things can stand where, in which boxes, with which power. Does not belong here:
how they are bought (market.py) or used (workloads.py).
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property

import catalogs
from problems.dates import Span
from problems.schema.places import FleetEntry as FleetBlock
from problems.schema.places import Site as SiteBlock
from solver.estimate.figures import PowerParameters, parameters_of
from solver.estimate.power import DrawEstimate
from solver.instance.model import Bay, FleetEntry, Item, Kind, Pool, Site
from solver.instance.sources import Path, Sources
from solver.instance.timeline import Timeline

STANDALONE = "standalone"


@dataclass(frozen=True)
class Placement:
    """Where units of an item go at a site: a pool for cards, a bay for hosts or the slots taken."""

    site: str
    pool: str | None
    bay: str | None


def kind_of(row: object) -> Kind:
    """What an order line of a catalogue row buys."""
    if isinstance(row, catalogs.Node):
        return Kind.NODE
    return Kind.HOST if isinstance(row, catalogs.Host) else Kind.CARD


def family(form_factor: str | None) -> str:
    """The family of a form factor; hosts take cards of their own family.

    >>> family("SXM5"), family("PCIe")
    ('sxm', 'pcie')
    """
    match = re.match(r"[A-Za-z]+", form_factor or "")
    return match[0].lower() if match else ""


class Machines:
    """Items, pools and bays, made on demand as offers and fleet name them."""

    def __init__(self, sources: Sources, sites: Iterable[Site]) -> None:
        self.sources = sources
        self.sites = {site.key: site for site in sites}
        self._items: dict[str, Item] = {}
        self._pools: dict[str, Pool] = {}
        self._bays: dict[str, Bay] = {}
        self._hosts = self._hosts_by_site()
        self._mean_kw: dict[str, float] = {}

    @property
    def items(self) -> tuple[Item, ...]:
        """Items in use, by key."""
        return tuple(self._items[key] for key in sorted(self._items))

    @property
    def pools(self) -> tuple[Pool, ...]:
        """Pools, by key."""
        return tuple(self._pools[key] for key in sorted(self._pools))

    @property
    def bays(self) -> tuple[Bay, ...]:
        """Bays, by key."""
        return tuple(self._bays[key] for key in sorted(self._bays))

    def item(self, path: Path, name: str, site: str) -> Item:
        """The item with the figures that ``site`` asks for."""
        row = self.sources.catalog.item(name)
        kind = kind_of(row)
        known = self._items.get(name)
        load_kw, idle_kw = self._power(path, row, site)
        racks = 0
        if self.sites[site].rack_units is not None and kind is not Kind.CARD:
            racks = int(self.sources.figure(path, row, "rack_units"))
        tpp = 0.0
        if self.sources.problem.export_caps.total_tpp is not None and kind is not Kind.HOST:
            tpp = self.sources.figure(path, self.card_row(name), "tpp") * _cards(row)
        found = Item(
            key=name,
            kind=kind,
            card=None if kind is Kind.HOST else self.card_row(name).id,
            cards=_cards(row),
            slots=row.slots if isinstance(row, catalogs.Host) else 0,
            load_kw=max(load_kw, known.load_kw if known else 0.0),
            idle_kw=max(idle_kw, known.idle_kw if known else 0.0),
            rack_units=max(racks, known.rack_units if known else 0),
            tpp_per_unit=tpp,
        )
        self._items[name] = found
        return found

    def card_row(self, name: str) -> catalogs.Accelerator:
        """The accelerator that an item is or holds."""
        row = self.sources.catalog.item(name)
        if isinstance(row, catalogs.Node):
            row = self.sources.catalog.find("accelerators", row.card)
        assert isinstance(row, catalogs.Accelerator)
        return row

    def placements(
        self, path: Path, name: str, site: str, *, standalone: bool, host: str | None = None
    ) -> tuple[Placement, ...]:
        """Where units of an item can go at a site; one for each host type that takes a loose
        card.
        """
        item = self.item(path, name, site)
        if item.kind is Kind.HOST:
            return (Placement(site, None, self._bay(path, site, name)),)
        if item.kind is Kind.NODE:
            assert item.card is not None
            return (Placement(site, self._pool(path, site, item.card, name, item), None),)
        if standalone:
            return (Placement(site, self._pool(path, site, name, STANDALONE, item), None),)
        hosts = [host] if host else sorted(self._hosts.get(site, ()))
        fitting = [h for h in hosts if self._takes(h, name)]
        return tuple(
            Placement(site, self._pool(path, site, name, h, item), self._bay(path, site, h))
            for h in fitting
        )

    def domain_cards(self, pool: Pool) -> int:
        """Cards of one scale-up domain in a pool."""
        card = self.sources.catalog.accelerators[pool.card]
        if pool.kind is Kind.NODE:
            node = self.sources.catalog.nodes[pool.box]
            return node.scale_up_cards or node.cards
        if pool.kind is Kind.HOST:
            host = self.sources.catalog.hosts[pool.box]
            return max(1, min(card.scale_up_cards or 1, host.slots))
        return 1

    def box_cards(self, pool: Pool) -> int | None:
        """Cards of one box of a pool; None for standalone cards."""
        if pool.kind is Kind.HOST:
            return self.sources.catalog.hosts[pool.box].slots
        return pool.unit_cards if pool.kind is Kind.NODE else None

    def _pool(self, path: Path, site: str, card: str, box: str, item: Item) -> str:
        key = f"{site}/{box}" if item.kind is Kind.NODE else f"{site}/{box}/{card}"
        problem = self.sources.problem
        spares = 0.0 if self.sites[site].hosted else problem.spares
        kind = item.kind
        if kind is Kind.CARD and box != STANDALONE:
            kind = Kind.HOST
        self._pools[key] = Pool(
            key=key,
            site=site,
            card=card,
            box=box,
            kind=kind,
            unit_cards=item.cards,
            working_fraction=(1 - spares) * problem.availability,
            busy_kw_per_card=self._busy_kw(path, site, box, item, kind),
        )
        return key

    def _busy_kw(self, path: Path, site: str, box: str, item: Item, kind: Kind) -> float:
        own = (self._mean(item) - item.idle_kw) / item.cards
        if kind is not Kind.HOST:
            return own
        host = self.item(path, box, site)
        return own + (self._mean(host) - host.idle_kw) / host.slots

    def _mean(self, item: Item) -> float:
        """Mean draw of a busy unit: its load power, unless an estimate tells them apart."""
        return max(item.idle_kw, self._mean_kw.get(item.key, item.load_kw))

    def _bay(self, path: Path, site: str, host: str) -> str:
        item = self.item(path, host, site)
        key = f"{site}/{host}"
        self._bays[key] = Bay(key, site, host, item.slots)
        return key

    def _takes(self, host: str, card: str) -> bool:
        catalog = self.sources.catalog
        wanted = family(catalog.find("hosts", host).form_factor)
        return wanted in ("", family(catalog.find("accelerators", card).form_factor))

    def _hosts_by_site(self) -> dict[str, set[str]]:
        """Host types that can come to stand at each site, by purchase, lease or from the fleet."""
        problem, found = self.sources.problem, dict[str, set[str]]()
        real = [key for key, site in self.sites.items() if not site.hosted]
        for offer in problem.offers.values():
            if isinstance(self.sources.catalog.item(offer.item), catalogs.Host):
                for site in [offer.site] if offer.site else offer.sites or real:
                    found.setdefault(site, set()).add(offer.item)
        for entry in problem.fleet.values():
            if isinstance(self.sources.catalog.item(entry.item), catalogs.Host):
                found.setdefault(entry.site, set()).add(entry.item)
        return found

    def _needs_power(self, site: str) -> bool:
        """Whether something at a site is limited or paid by power."""
        block = self.sources.problem.sites.get(site)
        return block is not None and asks_for_power(block)

    def _power(self, path: Path, row: catalogs.Row, site: str) -> tuple[float, float]:
        """Load and idle power of one unit in kW; a missing idle power means idle = load.

        A missing load power is an error where the site asks for it, else it is not counted.
        """
        if self.sites[site].hosted:
            return 0.0, 0.0
        scale, unit = (0.001, "w") if isinstance(row, catalogs.Accelerator) else (1.0, "kw")
        known = getattr(row, f"power_{unit}") is not None
        if not known and not self._needs_power(site):
            self.sources.assume("Power is not known and energy not counted: {}.", row.id)
            return 0.0, 0.0
        load = self.sources.figure(path, row, f"power_{unit}") * scale
        idle = getattr(row, f"idle_power_{unit}")
        if self.sources.problem.power == "estimated":
            draw = self._draw.of(load, None if idle is None else idle * scale)
            overhead = self._draw.overhead_kw(load) if not self._has_switches(site) else 0.0
            self._mean_kw[row.id] = draw.mean_kw + overhead
            return draw.peak_kw + overhead, draw.idle_kw + overhead
        if idle is None:
            self.sources.assume("Idle power is not known and taken as load power: {}.", row.id)
            return load, load
        return load, min(load, idle * scale)

    @cached_property
    def _draw(self) -> DrawEstimate:
        found = DrawEstimate(parameters_of(PowerParameters, self.sources.catalog.calibration))
        self.sources.assume(found.sentence())
        return found

    def _has_switches(self, site: str) -> bool:
        fabrics = self.sources.problem.fabrics.values()
        return any(block.site == site and block.switch is not None for block in fabrics)


def asks_for_power(block: SiteBlock) -> bool:
    """Whether a site bills or limits power or energy."""
    return bool(block.power_cap or block.electricity or block.space or block.carbon)


def _cards(row: object) -> int:
    if isinstance(row, catalogs.Node):
        return row.cards
    return 0 if isinstance(row, catalogs.Host) else 1


def build_fleet(machines: Machines, timeline: Timeline) -> tuple[FleetEntry, ...]:
    """The owned fleet over intervals; entries that never stand within the horizon are left out."""
    found = []
    for key, block in sorted(machines.sources.problem.fleet.items()):
        first, last = _days_in_use(machines.sources, key, block, timeline)
        placement = _fleet_placement(machines, key, block)
        if placement and first < last:
            found.append(
                FleetEntry(
                    key=key,
                    item=block.item,
                    site=block.site,
                    pool=placement.pool,
                    bay=placement.bay,
                    units=block.count,
                    first=first,
                    last=last,
                )
            )
    return tuple(found)


def _fleet_placement(machines: Machines, key: str, block: FleetBlock) -> Placement | None:
    path: Path = ("fleet", key)
    places = machines.placements(
        (*path, "item"), block.item, block.site, standalone=block.standalone, host=block.host
    )
    if len(places) == 1:
        return places[0]
    words = "no host there takes it" if not places else "several hosts there could hold it"
    machines.sources.fail(path, f"needs host: or standalone: true ({words})")
    return None


def life_of(row: object) -> Span | None:
    """The life of an item in calendar months; None: it never retires."""
    years = getattr(row, "life_years", None)
    return None if years is None else Span(months=round(years * 12))


def _days_in_use(
    sources: Sources, key: str, block: FleetBlock, timeline: Timeline
) -> tuple[int, int]:
    """First interval in use and the one after the last: by `from`, `until` and the item's life."""
    first = 0 if block.from_ is None else timeline.index_from(block.from_)
    ends = [] if block.until is None else [block.until + timedelta(days=1)]
    life = life_of(sources.catalog.item(block.item))
    if life is not None and block.from_ is not None:
        ends.append(life.after(block.from_))
    elif life is not None:
        sources.assume("Without from: the life of these is not counted: fleet.{}.", key)
    return first, min((timeline.index_from(end) for end in ends), default=timeline.count)
