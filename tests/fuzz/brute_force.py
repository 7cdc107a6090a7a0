"""The cheapest plan of a small instance by going through all of them.

Belongs here: the enumeration of purchases, from the instance alone. It shares no line with
solver.formulation, solver.bill or solver.verify, so that agreement of the three means something.
Does not belong here: prices (money), workloads (running, routing).

Nothing is lost on the way:
- Of an order more than enough is never cheaper: in every interval U units of a pool's item work
  with as many cards as can be of any use there, so an order above max(U, its minimum, its last
  tier) can be cut back to that, at the same discount. For hosts U is what holds all the cards that
  this very plan places in them. (Every unit must cost something: `_check_prices`.)
- A vendor's share may be diluted by buying what nothing needs; there the instance's own bounds on
  orders are part of the question, as its documentation says, and every order within them is tried.
- Switches above the need of the last interval are never cheaper, for the same reason.
- Partial plans are given up when a limit that purchases only use up is used up, when they cost as
  much as the best plan, or when buying all that is still open could not run the workloads.
"""

import math
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import product

from solver.instance import Instance
from solver.instance.model import Fabric, FabricLine, Kind, Offer, Option
from tests.fuzz.money import Money
from tests.fuzz.routing import Rates
from tests.fuzz.running import NEAR, Effort, Run, Running, TooLarge

Switches = dict[tuple[str, str, int], int]
"""Switches bought so far by fabric, line and period."""


@dataclass(frozen=True)
class Best:
    """The cheapest plan."""

    cost: float
    units: Mapping[str, int]
    """By option; zeros left out."""
    switches: Switches
    run: Run
    rates: Rates


@dataclass(frozen=True)
class Limit:
    """What purchases use up: the sum of weight x units stays within the limit."""

    limit: float
    weights: Mapping[str, float]


@dataclass
class Order:
    """The options of one offer in one period."""

    offer: Offer
    period: int
    options: list[Option] = field(default_factory=list)

    @property
    def reach(self) -> int:
        """The units from which on more of them change neither tier nor minimum."""
        return max(1, self.offer.minimum_order, *(tier.first_units for tier in self.offer.tiers))

    @property
    def best_off(self) -> float:
        """The largest discount."""
        return max(tier.off for tier in self.offer.tiers)


def cheapest(instance: Instance, effort: int = 300_000) -> Best | None:
    """The cheapest plan, or None where there is none; raises TooLarge after ``effort`` steps."""
    return _Search(instance, Effort(effort)).find()


class _Search:
    def __init__(self, instance: Instance, effort: Effort) -> None:
        self.instance = instance
        self.money = Money(instance)
        self.running = Running(instance, self.money, effort)
        self.effort = effort
        self.diluted = bool(instance.limits.vendor_share)
        self.orders = self._orders()
        self._prices: dict[tuple[str, float], float] = {}
        self._check_prices()
        self.enough = {o.key: self._enough(o) for order in self.orders for o in order.options}
        self.limits = list(self._limits())
        self.uses = {
            o.key: [
                (n, limit.weights[o.key])
                for n, limit in enumerate(self.limits)
                if limit.weights.get(o.key)
            ]
            for order in self.orders
            for o in order.options
        }
        self.open = self._open_cards()
        self.best: Best | None = None
        self.units: dict[str, int] = {}

    def _orders(self) -> list[Order]:
        """Cards and nodes before hosts, whose number follows from the cards."""
        found: dict[tuple[str, int], Order] = {}
        for option in self.instance.options:
            offer = self.instance.offer[option.offer]
            order = found.setdefault((offer.key, option.period), Order(offer, option.period))
            order.options.append(option)
        return sorted(
            found.values(), key=lambda o: (o.offer.kind is Kind.HOST, -o.period, o.offer.key)
        )

    def _check_prices(self) -> None:
        for order in self.orders:
            for option in order.options:
                if self._unit_cost(option, order.best_off) <= 0:
                    raise TooLarge(f"{option.key} costs nothing: plans have no bound")

    def _unit_cost(self, option: Option, off: float) -> float:
        key = (option.key, off)
        if key not in self._prices:
            parts = sum(self.money.parts(fabric, option) for fabric in self.instance.fabrics)
            self._prices[key] = self.money.unit(option, off) + parts
        return self._prices[key]

    def _enough(self, option: Option) -> int:
        """Units of an option beside which no others of its pool are needed; hosts: see _most."""
        if option.pool is None:
            return 0
        place = self.running.place[option.pool]
        cards = max(
            (self.running.needs[i][place] for i in range(option.first, option.last)), default=0
        )
        each = (
            self.instance.item[option.item].cards * self.instance.pool[option.pool].working_fraction
        )
        return math.ceil(cards / each * (1 - NEAR))

    def _most(self, order: Order, option: Option) -> int:
        """Units of an option that can be of any use."""
        if self.diluted:
            return order.offer.max_units
        enough = self.enough[option.key]
        if option.pool is None:
            bay = next(bay for bay in self.instance.bays if bay.key == option.bay)
            enough = math.ceil(max(self._in_bay(bay.key)[0]) / bay.slots)
        return max(enough, order.reach) if enough else 0

    # What purchases use up

    def _limits(self) -> Iterator[Limit]:
        yield from self._places()
        yield from self._supplies()
        yield from self._rules()
        yield from self._budgets()

    def _standing(self, site: str, interval: int) -> list[Option]:
        return [
            o
            for order in self.orders
            for o in order.options
            if o.site == site and o.first <= interval < o.last
        ]

    def _places(self) -> Iterator[Limit]:
        """Power and racks, the fleet's share taken off; switches come on top later."""
        item = self.instance.item
        for site in self.instance.sites:
            for i in range(self.money.count):
                fleet = [
                    e for e in self.instance.fleet if e.site == site.key and e.first <= i < e.last
                ]
                here = self._standing(site.key, i)
                if site.power_cap_kw is not None:
                    owned = sum(e.units * item[e.item].load_kw for e in fleet)
                    room = site.power_cap_kw[i] / site.pue - owned
                    yield Limit(room, {o.key: item[o.item].load_kw for o in here})
                if site.rack_units is not None:
                    owned = sum(e.units * item[e.item].rack_units for e in fleet)
                    room = site.rack_units[i] - owned
                    yield Limit(room, {o.key: item[o.item].rack_units for o in here})

    def _supplies(self) -> Iterator[Limit]:
        for offer in self.instance.offers:
            mine = [o for order in self.orders for o in order.options if o.offer == offer.key]
            for window in offer.supply:
                if not offer.leased:
                    inside = {o.key: 1.0 for o in mine if o.period in window.periods}
                    yield Limit(window.units, inside)
                    continue
                for period in window.periods:
                    first = next(i.index for i in self.instance.intervals if i.period == period)
                    held = {o.key: 1.0 for o in mine if o.first <= first < o.last}
                    yield Limit(window.units, held)

    def _rules(self) -> Iterator[Limit]:
        limits, item = self.instance.limits, self.instance.item
        options = [o for order in self.orders for o in order.options]
        for card in sorted({o.licensed_card for o in options if o.licensed_card}):
            granted = dict(limits.licences).get(card, 0)
            licensed = {o.key: item[o.item].cards for o in options if o.licensed_card == card}
            yield Limit(granted, licensed)
        if limits.total_tpp is not None:
            bought = {o.key: item[o.item].tpp_per_unit for o in options if o.until is None}
            yield Limit(limits.total_tpp, bought)
        for fabric in self.instance.fabrics:
            if fabric.max_endpoints is not None:
                for i in range(self.money.count):
                    here = {
                        o.key: fabric.nics_per_unit
                        for o in self._standing(fabric.site, i)
                        if item[o.item].kind is not Kind.CARD
                    }
                    yield Limit(fabric.max_endpoints, here)

    def _budgets(self) -> Iterator[Limit]:
        """Budgets with every unit at its lowest price; the exact ones are for whole plans."""
        least = {
            o.key: self.money.payments(o, order.best_off)
            for order in self.orders
            for o in order.options
        }
        limits = self.instance.limits
        if limits.budget_total is not None:
            yield Limit(limits.budget_total, {k: sum(p.values()) for k, p in least.items()})
        for year, budget in limits.budget_by_year:
            weights = {
                key: sum(m for (y, _), m in paid.items() if y == year)
                for key, paid in least.items()
            }
            yield Limit(budget, weights)

    def _open_cards(self) -> list[list[list[float]]]:
        """By order: installed cards by interval and pool if it and all later ones were bought out."""
        pools = len(self.instance.pools)
        cards = [[0.0] * pools for _ in range(self.money.count)]
        found = [[list(row) for row in cards]]
        for order in reversed(self.orders):
            for option in order.options:
                if option.pool is not None:
                    each = self.instance.item[option.item].cards
                    for i in range(option.first, option.last):
                        most = min(self._most(order, option), self._room(option))
                        cards[i][self.running.place[option.pool]] += each * most
            found.append([list(row) for row in cards])
        return found[::-1]

    def _room(self, option: Option) -> int:
        """Units of an option alone that the limits have room for."""
        rooms = [self.limits[n].limit / weight for n, weight in self.uses[option.key]]
        return max(0, int(min(rooms, default=1e9) * (1 + NEAR) + NEAR))

    # The search

    def find(self) -> Best | None:
        """Go through all purchases."""
        slack = [limit.limit for limit in self.limits]
        if all(room >= -NEAR for room in slack):
            self._from(0, slack, self.money.fleet())
        return self.best

    def _from(self, number: int, slack: list[float], cost: float) -> None:
        self.effort.spend(1)
        if self._too_dear(cost):
            return
        if not self.running.possible(self._working(number)):
            return
        if number == len(self.orders):
            self._whole(cost)
            return
        order = self.orders[number]
        for counts, room in self._counts(order, slack, cost):
            bought = sum(counts)
            if 0 < bought < order.offer.minimum_order:
                continue
            if self.diluted and bought > order.offer.max_units:
                continue
            self._take(order, counts)
            if self._few_card_types():
                self._from(number + 1, room, cost + self._cost(order, counts))
            self._take(order, (0,) * len(counts))

    def _take(self, order: Order, counts: tuple[int, ...]) -> None:
        for option, count in zip(order.options, counts, strict=True):
            self.units[option.key] = count

    def _counts(
        self, order: Order, slack: list[float], cost: float, counts: tuple[int, ...] = ()
    ) -> Iterator[tuple[tuple[int, ...], list[float]]]:
        """Every way to spread an order over its options, with what it leaves of the limits."""
        if len(counts) == len(order.options):
            yield counts, slack
            return
        option = order.options[len(counts)]
        for count in range(self._most(order, option) + 1):
            left = list(slack)
            for limit, weight in self.uses[option.key]:
                left[limit] -= weight * count
            least = cost + count * self._unit_cost(option, order.best_off)
            if self._too_dear(least) or any(
                left[n] < -NEAR * max(1.0, self.limits[n].limit) for n, _ in self.uses[option.key]
            ):
                return
            yield from self._counts(order, left, least, (*counts, count))

    def _too_dear(self, cost: float) -> bool:
        return self.best is not None and cost >= self.best.cost * (1 - 1e-9)

    def _tier(self, order: Order, bought: int) -> float:
        return next(t.off for t in order.offer.tiers if t.first_units <= bought <= t.last_units)

    def _cost(self, order: Order, counts: tuple[int, ...]) -> float:
        if not (bought := sum(counts)):
            return 0.0
        off = self._tier(order, bought)
        return self.money.fee(order.offer, order.period) + sum(
            count * self._unit_cost(option, off)
            for option, count in zip(order.options, counts, strict=True)
            if count
        )

    def _few_card_types(self) -> bool:
        limit = self.instance.limits.card_types
        if limit is None:
            return True
        bought = [self.instance.option[key] for key, count in self.units.items() if count]
        return len({self.instance.item[o.item].card for o in bought} - {None}) <= limit

    def _working(self, number: int) -> tuple[tuple[float, ...], ...]:
        """Working cards if the orders from a number on were all bought out, cut to what is of use."""
        cards = [list(row) for row in self.open[number]]
        place, item = self.running.place, self.instance.item
        for entry in self.instance.fleet:
            if entry.pool is not None:
                for i in range(entry.first, entry.last):
                    cards[i][place[entry.pool]] += entry.units * item[entry.item].cards
        for key, count in self.units.items():
            option = self.instance.option[key]
            if count and option.pool is not None:
                for i in range(option.first, option.last):
                    cards[i][place[option.pool]] += count * item[option.item].cards
        return tuple(
            tuple(
                min(round(card * pool.working_fraction, 9), need)
                for card, pool, need in zip(row, self.instance.pools, needs, strict=True)
            )
            for row, needs in zip(cards, self.running.needs, strict=True)
        )

    def _in_bay(self, bay: str) -> tuple[list[int], list[int]]:
        """Cards in a bay and slots of its hosts, by interval."""
        cards, hosts = [0] * self.money.count, [0] * self.money.count
        entries = [(e.bay, e.pool, e.units, e.first, e.last) for e in self.instance.fleet]
        for key, count in self.units.items():
            option = self.instance.option[key]
            entries.append((option.bay, option.pool, count, option.first, option.last))
        for where, pool, count, first, last in entries:
            if where == bay:
                for i in range(first, last):
                    (hosts if pool is None else cards)[i] += count
        return cards, hosts

    def _whole(self, cost: float) -> None:
        """A whole set of purchases: what is left to check, to decide and to pay."""
        for bay in self.instance.bays:
            cards, hosts = self._in_bay(bay.key)
            if any(c > h * bay.slots for c, h in zip(cards, hosts, strict=True)):
                return
        for switches in self._switches():
            total = cost + self._switch_cost(switches)
            if self._too_dear(total):
                continue
            if self._affordable(switches) and self._powered(switches):
                self._run(total, switches)

    def _run(self, cost: float, switches: Switches) -> None:
        working = self._working(len(self.orders))
        bound = math.inf if self.best is None else self.best.cost - cost
        if self.money.demand_charges():
            found = self.running.best_with_charges(working, self._idle_kw(switches), bound)
            if found is None:
                return
            run, rates = found
        else:
            best = self.running.best(working)
            if best is None or best.cost >= bound:
                return
            run, rates = best, self.running.rates(best, working)
        units = {key: count for key, count in self.units.items() if count}
        self.best = Best(cost + run.cost, units, dict(switches), run, rates)

    # Switches

    def _switches(self) -> Iterator[Switches]:
        lines = [(f, line) for f in self.instance.fabrics for line in f.lines if line.switch]
        for counts in product(*(list(self._cumulative(f, line)) for f, line in lines)):
            yield {
                (fabric.key, line.name, period): count
                for (fabric, line), steps in zip(lines, counts, strict=True)
                for period, count in enumerate(steps)
            }

    def _cumulative(self, fabric: Fabric, line: FabricLine) -> Iterator[tuple[int, ...]]:
        """Every count by period that never falls and suffices."""
        needs = [0] * len(self.instance.periods)
        for interval in self.instance.intervals:
            endpoints = sum(
                count * fabric.nics_per_unit
                for key, count in self.units.items()
                if self._is_endpoint(fabric, self.instance.option[key], interval.index)
            )
            needed = math.ceil(endpoints * line.per_endpoint * (1 - NEAR))
            needs[interval.period] = max(needs[interval.period], needed)
        most = line.max_units if self.diluted else max(needs)
        for counts in product(*(range(need, most + 1) for need in needs)):
            if all(a <= b for a, b in zip(counts, counts[1:], strict=False)):
                yield counts

    def _is_endpoint(self, fabric: Fabric, option: Option, interval: int) -> bool:
        here = option.site == fabric.site and option.first <= interval < option.last
        return here and self.instance.item[option.item].kind is not Kind.CARD

    def _lines(self) -> Iterator[tuple[Fabric, FabricLine]]:
        for fabric in self.instance.fabrics:
            for line in fabric.lines:
                if line.switch:
                    yield fabric, line

    def _switch_cost(self, switches: Switches) -> float:
        total = 0.0
        for fabric, line in self._lines():
            for period in range(len(self.instance.periods)):
                now = switches[fabric.key, line.name, period]
                new = now - switches.get((fabric.key, line.name, period - 1), 0)
                total += new * self.money.part(line, period)
            for interval in self.instance.intervals:
                kw = line.power_kw * switches[fabric.key, line.name, interval.period]
                total += kw * self.money.per_kw[fabric.site][interval.index]
                total += kw * self.money.per_load_kw[fabric.site][interval.index]
        return total

    def _switch_kw(self, site: str, switches: Switches) -> list[float]:
        draws = [0.0] * self.money.count
        for fabric, line in self._lines():
            for interval in self.instance.intervals if fabric.site == site else ():
                count = switches[fabric.key, line.name, interval.period]
                draws[interval.index] += line.power_kw * count
        return draws

    def _powered(self, switches: Switches) -> bool:
        """Power caps with the switches counted."""
        return all(
            load + extra <= cap / site.pue * (1 + NEAR) + 1e-9
            for site in self.instance.sites
            if site.power_cap_kw is not None
            for load, extra, cap in zip(
                self._installed_kw(site.key, "load_kw"),
                self._switch_kw(site.key, switches),
                site.power_cap_kw,
                strict=True,
            )
        )

    def _installed_kw(self, site: str, figure: str) -> list[float]:
        draws = [0.0] * self.money.count
        things = [(e.item, e.units, e.first, e.last) for e in self.instance.fleet if e.site == site]
        for key, count in self.units.items():
            option = self.instance.option[key]
            if option.site == site:
                things.append((option.item, count, option.first, option.last))
        for item, count, first, last in things:
            for i in range(first, last):
                draws[i] += count * getattr(self.instance.item[item], figure)
        return draws

    def _idle_kw(self, switches: Switches) -> dict[str, list[float]]:
        """Metered draw by site and interval with every card idle."""
        return {
            site.key: [
                site.pue * (a + b)
                for a, b in zip(
                    self._installed_kw(site.key, "idle_kw"),
                    self._switch_kw(site.key, switches),
                    strict=True,
                )
            ]
            for site in self.instance.sites
        }

    # Money limits

    def _affordable(self, switches: Switches) -> bool:
        limits = self.instance.limits
        paid = self._payments(switches)
        spent = sum(paid.values())
        if limits.budget_total is not None and spent > limits.budget_total * (1 + NEAR):
            return False
        for year, budget in limits.budget_by_year:
            if sum(m for (y, _), m in paid.items() if y == year) > budget * (1 + NEAR):
                return False
        return all(
            sum(m for (_, v), m in paid.items() if v == vendor) <= share * spent + NEAR * spent
            for vendor, share in limits.vendor_share
        )

    def _payments(self, switches: Switches) -> dict[tuple[int, str | None], float]:
        paid: dict[tuple[int, str | None], float] = defaultdict(float)
        for order in self.orders:
            counts = [self.units.get(option.key, 0) for option in order.options]
            if not sum(counts):
                continue
            off = self._tier(order, sum(counts))
            year = self.instance.periods[order.period].start.year
            paid[year, order.offer.vendor] += order.offer.fixed_fee
            for option, count in zip(order.options, counts, strict=True):
                for key, money in self.money.payments(option, off).items():
                    paid[key] += count * money
        for fabric, line in self._lines():
            for period in self.instance.periods:
                now = switches[fabric.key, line.name, period.index]
                new = now - switches.get((fabric.key, line.name, period.index - 1), 0)
                paid[period.start.year, fabric.vendor] += new * line.prices[period.index]
        return paid
