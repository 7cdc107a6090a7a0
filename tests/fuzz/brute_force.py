"""The cheapest plan of a small instance by going through all of them.

Belongs here: the enumeration of purchases, from the instance alone. It shares no line with
solver.formulation, solver.bill or solver.verify, so that agreement of the three means something.
Does not belong here: prices (money, orders), limits, workloads (running, charges), switches.

Nothing is lost on the way:
- Of an order more than enough is never cheaper: in every interval U units of a pool's item work
  with as many cards as can be of any use there, so an order above max(U, its minimum, its last
  tier) can be cut back to that, at the same discount. For hosts U is what holds all the cards that
  this very plan places in them. (Every unit must cost something: Orders refuses others.)
- A vendor's share may be diluted by buying what nothing needs; there the instance's own bounds on
  orders are part of the question, as its documentation says, and every order within them is tried.
- Partial plans are given up when a limit that purchases only use up is used up, when they cost as
  much as the best plan, or when buying all that is still open could not run the workloads.
"""

import math
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from solver.instance import Instance
from solver.instance.model import Option
from tests.fuzz.charges import Charges
from tests.fuzz.effort import NEAR, Effort, Figures
from tests.fuzz.limits import limits_of
from tests.fuzz.money import Money, Payments
from tests.fuzz.orders import Order, Orders
from tests.fuzz.routing import Rates
from tests.fuzz.running import Run, Running
from tests.fuzz.standing import Standing
from tests.fuzz.switches import SwitchCounts, Switches


@dataclass(frozen=True)
class Best:
    """The cheapest plan."""

    cost: float
    units: Mapping[str, int]
    """By option; zeros left out."""
    switches: Switches
    run: Run
    rates: Rates


def cheapest(instance: Instance, effort: int = 300_000) -> Best | None:
    """The cheapest plan, or None where there is none; raises TooLarge after ``effort`` steps."""
    return _Search(instance, Effort(effort)).find()


class _Search:
    def __init__(self, instance: Instance, effort: Effort) -> None:
        self.instance = instance
        self.effort = effort
        self.money = Money(instance)
        self.running = Running(instance, self.money, effort)
        self.charges = Charges(self.running)
        self.orders = Orders(instance, self.money)
        self.limits = limits_of(instance, self.orders, self.money)
        self.units: dict[str, int] = {}
        self.standing = Standing(instance, self.units)
        self.switches = SwitchCounts(instance, self.money, self.standing)
        self.diluted = bool(instance.limits.vendor_share)
        self.uses = {
            option.key: [
                (number, limit.weights[option.key])
                for number, limit in enumerate(self.limits)
                if limit.weights.get(option.key)
            ]
            for _, option in self.orders.options
        }
        self.enough = {option.key: self._enough(option) for _, option in self.orders.options}
        self.open = self._open_cards()
        self.best: Best | None = None

    # How many units

    def _enough(self, option: Option) -> int:
        """Units of an option beside which no others of its pool are needed; for hosts see _most."""
        if option.pool is None:
            return 0
        place = self.running.place[option.pool]
        in_use = self.running.needs[option.first : option.last]
        each = self.instance.item[option.item].cards
        each *= self.instance.pool[option.pool].working_fraction
        return math.ceil(max((needs[place] for needs in in_use), default=0) / each * (1 - NEAR))

    def _most(self, order: Order, option: Option) -> int:
        """Units of an option that can be of any use."""
        if self.diluted:
            return order.offer.max_units
        enough = self.enough[option.key]
        if option.pool is None:
            bay = next(bay for bay in self.instance.bays if bay.key == option.bay)
            enough = math.ceil(max(self.standing.in_bay(bay.key)[0]) / bay.slots)
        return max(enough, order.reach) if enough else 0

    def _room(self, option: Option) -> int:
        """Units of an option alone that the limits have room for."""
        rooms = [self.limits[n].limit / weight for n, weight in self.uses[option.key]]
        return max(0, int(min(rooms, default=1e9) * (1 + NEAR) + NEAR))

    def _open_cards(self) -> list[list[list[float]]]:
        """By order: cards by interval and pool, if it and all after it were bought out."""
        cards = [[0.0] * len(self.instance.pools) for _ in range(self.money.count)]
        found = [[list(row) for row in cards]]
        for order in reversed(self.orders.all):
            for option in order.options:
                if option.pool is not None:
                    most = min(self._most(order, option), self._room(option))
                    for i in range(option.first, option.last):
                        each = self.instance.item[option.item].cards
                        cards[i][self.running.place[option.pool]] += each * most
            found.append([list(row) for row in cards])
        return found[::-1]

    def _working(self, number: int) -> tuple[Figures, ...]:
        """Working cards if all orders from a number on were bought out, cut to what is of use."""
        return tuple(
            tuple(
                min(round((there.get(pool.key, 0) + more) * pool.working_fraction, 9), need)
                for pool, more, need in zip(self.instance.pools, open_, needs, strict=True)
            )
            for there, open_, needs in zip(
                self.standing.cards(), self.open[number], self.running.needs, strict=True
            )
        )

    # The search

    def find(self) -> Best | None:
        """Go through all purchases."""
        slack = [limit.limit for limit in self.limits]
        if all(room >= -NEAR for room in slack):
            self._from(0, slack, self.money.fleet())
        return self.best

    def _too_dear(self, cost: float) -> bool:
        return self.best is not None and cost >= self.best.cost * (1 - 1e-9)

    def _from(self, number: int, slack: list[float], cost: float) -> None:
        self.effort.spend(5)
        if self._too_dear(cost) or not self.running.possible(self._working(number)):
            return
        if number == len(self.orders.all):
            self._whole(cost)
            return
        order = self.orders.all[number]
        for counts, room in self._counts(order, slack, cost):
            units = sum(counts)
            if 0 < units < order.offer.minimum_order:
                continue
            if self.diluted and units > order.offer.max_units:
                continue
            self._take(order, counts)
            limit = self.instance.limits.card_types
            if limit is None or self.standing.card_types() <= limit:
                self._from(number + 1, room, cost + self.orders.cost(order, counts))
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
            least = cost + count * self.orders.unit_cost(option, order.best_off)
            if self._too_dear(least) or any(
                left[n] < -NEAR * max(1.0, self.limits[n].limit) for n, _ in self.uses[option.key]
            ):
                return
            yield from self._counts(order, left, least, (*counts, count))

    # Whole purchases

    def _whole(self, cost: float) -> None:
        """What is left to check, to decide and to pay."""
        for bay in self.instance.bays:
            cards, hosts = self.standing.in_bay(bay.key)
            if any(c > h * bay.slots for c, h in zip(cards, hosts, strict=True)):
                return
        for switches in self.switches.all():
            total = cost + self.switches.cost(switches)
            if self._too_dear(total):
                continue
            if self._affordable(switches) and self._powered(switches):
                self._run(total, switches)

    def _run(self, cost: float, switches: Switches) -> None:
        working = self._working(len(self.orders.all))
        bound = math.inf if self.best is None else self.best.cost - cost
        if self.money.demand_charges():
            found = self.charges.best(working, self._idle_kw(switches), bound)
        else:
            run = self.running.best(working)
            found = None if run is None else (run, self.running.rates(run, working))
        if found is not None and found[0].cost < bound:
            units = {key: count for key, count in self.units.items() if count}
            self.best = Best(cost + found[0].cost, units, dict(switches), *found)

    def _idle_kw(self, switches: Switches) -> dict[str, list[float]]:
        """Metered draw by site and interval with every card idle."""
        return {
            site.key: self._metered(site.key, switches, idle=True) for site in self.instance.sites
        }

    def _metered(self, site: str, switches: Switches, *, idle: bool) -> list[float]:
        pue, more = self.instance.site[site].pue, self.switches.kw(site, switches)
        return [pue * (a + b) for a, b in zip(self.standing.kw(site, idle=idle), more, strict=True)]

    def _powered(self, switches: Switches) -> bool:
        """Power caps with the switches counted."""
        return all(
            load <= cap * (1 + NEAR) + 1e-9
            for site in self.instance.sites
            if site.power_cap_kw is not None
            for load, cap in zip(
                self._metered(site.key, switches, idle=False), site.power_cap_kw, strict=True
            )
        )

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
            sum(m for (_, v), m in paid.items() if v == vendor) <= (share + NEAR) * spent
            for vendor, share in limits.vendor_share
        )

    def _payments(self, switches: Switches) -> Payments:
        paid: Payments = defaultdict(float)
        for order in self.orders.all:
            counts = [self.units.get(option.key, 0) for option in order.options]
            if not sum(counts):
                continue
            year = self.instance.periods[order.period].start.year
            paid[year, order.offer.vendor] += order.offer.fixed_fee
            for option, count in zip(order.options, counts, strict=True):
                for key, money in self.money.payments(option, order.off(sum(counts))).items():
                    paid[key] += count * money
        for fabric, line, period, new in self.switches.bought(switches):
            year = self.instance.periods[period].start.year
            paid[year, fabric.vendor] += new * line.prices[period]
        return paid
