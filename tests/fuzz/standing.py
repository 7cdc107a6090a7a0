"""What stands where, for given purchases.

Belongs here: cards, hosts, power and endpoints by interval. Does not belong here: money, choices.
"""

from collections.abc import Iterator, Mapping

from solver.instance import Instance
from solver.instance.model import Fabric, FleetEntry, Kind, Option


class Standing:
    """The fleet and the units bought; ``units`` is read anew with every question."""

    def __init__(self, instance: Instance, units: Mapping[str, int]) -> None:
        self.instance = instance
        self.units = units
        self.count = len(instance.intervals)

    def _things(self) -> Iterator[tuple[Option | FleetEntry, int]]:
        for entry in self.instance.fleet:
            yield entry, entry.units
        for key, count in self.units.items():
            if count:
                yield self.instance.option[key], count

    def cards(self) -> list[dict[str, int]]:
        """Installed cards by interval and pool."""
        found: list[dict[str, int]] = [{} for _ in range(self.count)]
        for thing, count in self._things():
            if thing.pool is not None:
                cards = count * self.instance.item[thing.item].cards
                for i in range(thing.first, thing.last):
                    found[i][thing.pool] = found[i].get(thing.pool, 0) + cards
        return found

    def in_bay(self, bay: str) -> tuple[list[int], list[int]]:
        """Cards in a bay and hosts for them, by interval."""
        cards, hosts = [0] * self.count, [0] * self.count
        for thing, count in self._things():
            if thing.bay == bay:
                for i in range(thing.first, thing.last):
                    (hosts if thing.pool is None else cards)[i] += count
        return cards, hosts

    def kw(self, site: str, *, idle: bool) -> list[float]:
        """Idle or load power installed at a site by interval, switches apart."""
        draws = [0.0] * self.count
        for thing, count in self._things():
            if thing.site == site:
                item = self.instance.item[thing.item]
                for i in range(thing.first, thing.last):
                    draws[i] += count * (item.idle_kw if idle else item.load_kw)
        return draws

    def endpoints(self, fabric: Fabric) -> list[int]:
        """Endpoints of a fabric by interval; the fleet brings its own."""
        found = [0] * self.count
        for key, count in self.units.items():
            option = self.instance.option[key]
            kind = self.instance.item[option.item].kind
            if option.site == fabric.site and kind is not Kind.CARD:
                for i in range(option.first, option.last):
                    found[i] += count * fabric.nics_per_unit
        return found

    def card_types(self) -> int:
        """Kinds of card bought or leased."""
        bought = [self.instance.option[key] for key, count in self.units.items() if count]
        return len({self.instance.item[option.item].card for option in bought} - {None})
