"""What else a buyer may want of a plan that costs almost the least: the named aims.

Belongs here: fewest card types, fewest vendors, least power, least early spending, each as a
measure of a plan and as terms to minimise. Does not belong here: being different (mixes), the
search (alternatives).
"""

import math
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from solver.formulation import Model
from solver.formulation.model import Terms
from solver.formulation.places import has_endpoints, installed, switch_terms
from solver.formulation.purchases import QUANTITY, units_of, useful_tiers
from solver.instance.model import Fabric, Instance, Option
from solver.plan import Plan
from solver.studies.extension import Extension, total
from solver.studies.mixes import OUTWEIGHS, Units


@dataclass(frozen=True)
class Measured:
    """An aim with the way to measure a plan by it."""

    words: str
    """What is asked for."""
    unit: str
    """What the measure counts; `money` for the problem's currency."""
    measure: Callable[[Instance, Plan, Units], float]
    build: Callable[[Extension], Terms]
    """The measure as terms of a program, in its own unit."""
    counts: bool
    """Whether the measure is a whole number of few; then one of them outweighs all money."""
    scale: float = 1.0
    """The measure of the cheapest plan, for weighing."""

    def weight(self, room: float) -> float:
        """One of a count, or a tenth of others, outweighs the room."""
        return 2.0 * room if self.counts else OUTWEIGHS * room / self.scale

    def terms(self, extension: Extension) -> Terms:
        """The measure."""
        return self.build(extension)


def fewest_card_types() -> Measured:
    """As few kinds of card bought or leased as can be."""
    return Measured(
        "fewest card types", "card types", _card_types, lambda e: _used(e, _card_of), True
    )


def fewest_vendors() -> Measured:
    """As few vendors as can be, those of fabrics included."""
    return Measured("fewest vendors", "vendors", _vendors, lambda e: _used(e, _vendors_of), True)


def least_power() -> Measured:
    """The least load power installed at a time, at the meters of all own sites together."""
    return Measured("least power", "kW installed at once", _power, _power_terms, False)


def least_early_spending(instance: Instance) -> Measured | None:
    """The least ordered for delivery in the first half of the periods, fabrics apart.

    None where there is only one period.
    """
    half = len(instance.periods) // 2
    if not half:
        return None
    day = instance.periods[half].start
    words = f"least spending before {day}"

    def measure(instance: Instance, plan: Plan, units: Units) -> float:
        rows = (r for r in plan.purchases if r.kind != "fabric" and r.delivered < day)
        return math.fsum(row.amount for row in rows)

    return Measured(words, "money", measure, lambda e: _spending(e, half), False)


def _card_types(instance: Instance, plan: Plan, units: Units) -> float:
    taken = (instance.item[instance.option[key].item].card for key, n in units.items() if n)
    return float(len({card for card in taken if card}))


def _vendors(instance: Instance, plan: Plan, units: Units) -> float:
    return float(len({row.vendor for row in plan.purchases if row.vendor and row.quantity}))


def _card_of(model: Model, option: Option) -> list[str]:
    card = model.instance.item[option.item].card
    return [card] if card else []


def _vendors_of(model: Model, option: Option) -> list[str]:
    """The vendor of an offer, and of the fabric that its delivery needs."""
    fabrics = [f.vendor for f in model.instance.fabrics if f.vendor and _needs(model, f, option)]
    return [model.instance.offer[option.offer].vendor, *fabrics]


def _needs(model: Model, fabric: Fabric, option: Option) -> bool:
    if option.site != fabric.site:
        return False
    nics = fabric.nics_per_unit if has_endpoints(model, option.item) else 0
    cards = model.instance.item[option.item].cards
    return any(line.per_endpoint * nics + line.per_card * cards > 0 for line in fabric.lines)


def _used(extension: Extension, names: Callable[[Model, Option], Iterable[str]]) -> Terms:
    """Binaries u of names in use: units of an offer in a period <= max_units·u for each name."""
    model = extension.model
    orders: dict[str, dict[tuple[str, int], Terms]] = defaultdict(lambda: defaultdict(list))
    for option in model.instance.options:
        if model.instance.offer[option.offer].max_units:
            for name in dict.fromkeys(names(model, option)):
                orders[name][option.offer, option.period] += units_of(model, option)
    found: Terms = []
    for name, rows in sorted(orders.items()):
        used = extension.column(("used", name), 1.0, _any_of(list(rows.values())), integer=True)
        for (offer, period), terms in rows.items():
            most = float(model.instance.offer[offer].max_units)
            row = [(used, most), *((column, -factor) for column, factor in terms)]
            extension.at_least(("used", name, offer, period), row, 0.0)
        found.append((used, 1.0))
    return found


def _any_of(rows: list[Terms]) -> Callable[..., float]:
    return lambda values: float(any(total(terms, values) > 0 for terms in rows))


def _power(instance: Instance, plan: Plan, units: Units) -> float:
    draw = [0.0] * len(instance.intervals)
    pue = {site.key: site.pue for site in instance.sites if not site.hosted}
    for key, count in units.items():
        option = instance.option[key]
        for interval in range(option.first, option.last):
            each = pue.get(option.site, 0.0) * instance.item[option.item].load_kw
            draw[interval] += each * count
    for entry in instance.fleet:
        for interval in range(entry.first, entry.last):
            each = pue.get(entry.site, 0.0) * instance.item[entry.item].load_kw
            draw[interval] += each * entry.units
    for fabric in instance.fabrics:
        for line in fabric.lines:
            if line.switch and line.power_kw:
                each = pue.get(fabric.site, 0.0) * line.power_kw
                switches = _switches(instance, plan, fabric, line.name)
                for slot in instance.intervals:
                    draw[slot.index] += each * switches[slot.period]
    return max(draw, default=0.0)


def _switches(instance: Instance, plan: Plan, fabric: Fabric, line: str) -> list[float]:
    """Switches of a line installed in each period."""
    rows = [r for r in plan.purchases if (r.kind, r.offer, r.box) == ("fabric", fabric.key, line)]
    return [
        math.fsum(row.quantity for row in rows if row.delivered <= period.start)
        for period in instance.periods
    ]


def _power_terms(extension: Extension) -> Terms:
    """The highest draw P: for each interval, P >= sum over sites of PUE·installed load."""
    model = extension.model
    draw: dict[int, Terms] = {i.index: [] for i in model.instance.intervals}
    fixed = [0.0] * len(draw)
    for site in model.instance.sites:
        if site.hosted:
            continue
        terms, owned = installed(model, site, lambda item: item.load_kw)
        switches = switch_terms(model, site.key, 1.0)
        for interval in draw:
            draw[interval] += [(c, kw * site.pue) for c, kw in terms[interval]]
            draw[interval] += [(c, kw * site.pue) for c, kw in switches[interval]]
            fixed[interval] += owned[interval] * site.pue
    highest = extension.column(
        ("power",),
        float("inf"),
        lambda values: max(total(draw[i], values) + fixed[i] for i in draw),
    )
    for interval, loads in draw.items():
        row = [(highest, 1.0), *((column, -kw) for column, kw in loads)]
        extension.at_least(("power", interval), row, fixed[interval])
    return [(highest, 1.0)]


def _spending(extension: Extension, half: int) -> Terms:
    """Prices after discount of what is delivered in the first periods; leases by their hours."""
    model = extension.model
    found: Terms = []
    for option in model.instance.options:
        if option.period < half:
            hours = sum(h for _, h in option.lease_hours) if option.until else 1.0
            for number, tier in enumerate(useful_tiers(model.instance.offer[option.offer])):
                column = model.of(QUANTITY)[option.key, number]
                found.append((column, option.unit_price * (1 - tier.off) * hours))
    return found
