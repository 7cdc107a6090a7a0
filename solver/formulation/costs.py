"""The named cost terms whose sum is the objective, as present values.

Belongs here: one function per term or group of terms of the bill; the coefficients are exact and
unscaled. Does not belong here: rows other than those that define the monthly highest draw.
"""

from solver.families import Family
from solver.finance import discount_factor, residual_fraction
from solver.formulation.model import Model, Terms
from solver.formulation.places import SWITCHES, has_endpoints, installed, switch_terms
from solver.formulation.purchases import ORDERED, QUANTITY, units_of, useful_tiers
from solver.formulation.workloads import HELD, RATE, RESERVED
from solver.instance.model import FabricLine, Instance, Kind, Option, Site

HIGHEST_DRAW = "highest_draw"
"""Highest metered draw of a site in a calendar month, kW: (site, month)."""

CAPITAL_TERM = {Kind.CARD: "cards", Kind.NODE: "nodes", Kind.HOST: "hosts"}
HOURS_PER_YEAR = 8760


class Discount:
    """Discount factors of an instance."""

    def __init__(self, instance: Instance) -> None:
        self.instance = instance
        rate = instance.discount_rate
        self.running = [discount_factor(rate, i.middle_day) for i in instance.intervals]
        """By interval: what running costs are multiplied by."""

    def on(self, day: float) -> float:
        """Factor of a payment some days after the start."""
        return discount_factor(self.instance.discount_rate, day)

    def paid(self, option: Option) -> float:
        """Present value of one unit of money paid by an option's payment terms."""
        start = self.instance.start
        return sum(share * self.on((day - start).days) for day, share in option.payments)

    def upkeep(self, first: int, last: int) -> float:
        """Present value of one unit of money a year, paid over intervals first .. last - 1."""
        hours = self.instance.intervals[first:last]
        return sum(i.hours / HOURS_PER_YEAR * self.running[i.index] for i in hours)

    def residual(self, delivered_day: float) -> float:
        """Present value of what is left of one unit of money spent on a day."""
        age = self.instance.days - delivered_day
        left = residual_fraction(age, self.instance.residual_life_days)
        return left * self.on(self.instance.days)


def add_costs(model: Model) -> None:
    """Add every term of the bill."""
    discount = Discount(model.instance)
    for option in model.instance.options:
        if option.until is None:
            _add_purchase(model, discount, option)
        else:
            _add_lease(model, discount, option)
    _add_fees(model, discount)
    _add_fabrics(model, discount)
    for site in model.instance.sites:
        if not site.hosted:
            _add_running(model, discount, site)


def _add_purchase(model: Model, discount: Discount, option: Option) -> None:
    """Capital, extras, surcharge, maintenance and residual value of one unit in each tier."""
    instance, offer = model.instance, model.instance.offer[option.offer]
    paid = discount.paid(option)
    upkeep = instance.maintenance_fraction * discount.upkeep(option.first, option.last)
    kept = option.last == len(instance.intervals)
    residual = discount.residual((option.delivered - instance.start).days) if kept else 0.0
    for number, tier in enumerate(useful_tiers(offer)):
        column = model.of(QUANTITY)[option.key, number]
        price = option.unit_price * (1 - tier.off)
        model.cost(CAPITAL_TERM[offer.kind], column, price * paid)
        model.cost("extras", column, (offer.extra_share * price + offer.extra_per_unit) * paid)
        model.cost("surcharge", column, option.surcharge_fraction * price * paid)
        model.cost("maintenance", column, price * upkeep)
        model.cost("residual_value", column, -price * residual)


def _add_lease(model: Model, discount: Discount, option: Option) -> None:
    """The hours of a lease, each paid at the middle of its interval."""
    hours = sum(hours * discount.running[interval] for interval, hours in option.lease_hours)
    for number, tier in enumerate(useful_tiers(model.instance.offer[option.offer])):
        column = model.of(QUANTITY)[option.key, number]
        model.cost("lease", column, option.unit_price * (1 - tier.off) * hours)


def _add_fees(model: Model, discount: Discount) -> None:
    """The fixed fee of every period with a delivery."""
    for (offer, period, _), column in model.of(ORDERED).items():
        fee = model.instance.offer[str(offer)].fixed_fee
        paid = discount.on(model.instance.periods[int(period)].start_day)
        model.cost("fees", column, fee * paid)


def _add_fabrics(model: Model, discount: Discount) -> None:
    """Switches when the cumulative count rises; NICs, cables or cards with each unit delivered."""
    for fabric in model.instance.fabrics:
        for line in fabric.lines:
            if line.switch:
                _add_switch_line(model, discount, fabric.key, line)
                continue
            for option in model.instance.options:
                if option.site == fabric.site:
                    item = model.instance.item[option.item]
                    nics = fabric.nics_per_unit if has_endpoints(model, option.item) else 0
                    parts = line.per_endpoint * nics + line.per_card * item.cards
                    for term, value in _line_value(discount, line, option.period).items():
                        for column, _ in units_of(model, option):
                            model.cost(term, column, parts * value)


def _add_switch_line(model: Model, discount: Discount, fabric: str, line: FabricLine) -> None:
    columns = model.of(SWITCHES)
    for period in model.instance.periods:
        for term, value in _line_value(discount, line, period.index).items():
            model.cost(term, columns[fabric, line.name, period.index], value)
            if period.index:
                model.cost(term, columns[fabric, line.name, period.index - 1], -value)


def _line_value(discount: Discount, line: FabricLine, period: int) -> dict[str, float]:
    """Present values of one piece of a fabric line delivered in a period."""
    instance = discount.instance
    day, price = instance.periods[period].start_day, line.prices[period]
    first = next(i.index for i in instance.intervals if i.period == period)
    upkeep = discount.upkeep(first, len(instance.intervals))
    return {
        "fabric": price * discount.on(day),
        "maintenance": price * instance.maintenance_fraction * upkeep,
        "residual_value": -price * discount.residual(day),
    }


def _add_running(model: Model, discount: Discount, site: Site) -> None:
    """Electricity, carbon, space and demand charge of what stands and runs at a site."""
    instance = model.instance
    idle, fixed = installed(model, site, lambda item: item.idle_kw)
    load, load_fixed = installed(model, site, lambda item: item.load_kw)
    draw: dict[int, Terms] = {i.index: list(idle[i.index]) for i in instance.intervals}
    for when in draw:
        for column, load_kw in load[when]:
            _add_space(model, discount, site, when, column, load_kw)
        _add_space(model, discount, site, when, None, load_fixed[when])
    for interval, terms in switch_terms(model, site.key, 1.0).items():
        draw[interval] += terms
        for column, load_kw in terms:
            _add_space(model, discount, site, interval, column, load_kw)
    _add_busy(model, site, draw)
    for interval, terms in draw.items():
        kwh = site.pue * instance.intervals[interval].hours
        money = site.price_per_kwh[interval] * discount.running[interval] * kwh
        grams = site.carbon_kg_per_kwh[interval] * site.carbon_price_per_kg[interval]
        carbon = grams * discount.running[interval] * kwh
        for term, each in (("electricity", money), ("carbon", carbon)):
            for column, kw in terms if each else ():
                model.cost(term, column, kw * each)
        model.fixed_cost("electricity", fixed[interval] * money)
        model.fixed_cost("carbon", fixed[interval] * carbon)
    _add_demand_charge(model, discount, site, draw, fixed)


def _add_space(
    model: Model, discount: Discount, site: Site, interval: int, column: int | None, load_kw: float
) -> None:
    rent = site.space_per_kw_month[interval] * model.instance.intervals[interval].months
    value = rent * load_kw * discount.running[interval]
    if column is None:
        model.fixed_cost("space", value)
    else:
        model.cost("space", column, value)


def _add_busy(model: Model, site: Site, draw: dict[int, Terms]) -> None:
    """What busy cards draw beyond idle: held cards, and for services their average load."""
    instance = model.instance
    pools = {p.key: p for p in instance.pools if p.site == site.key and p.busy_kw_per_card}
    for (_, pool, interval), column in model.of(HELD).items():
        if pool in pools:
            cards = pools[str(pool)].unit_cards
            draw[int(interval)].append((column, cards * pools[str(pool)].busy_kw_per_card))
    for (_, pool, interval), column in model.of(RESERVED).items():
        if pool in pools:
            draw[int(interval)].append((column, pools[str(pool)].busy_kw_per_card))
    modes = {
        (service.key, mode.configuration, mode.pool, name): mode.cards
        / (rate * service.peak_factor)
        for service in instance.services
        for mode in service.modes
        for name, rate in mode.throughput
    }
    for (service, name, configuration, pool, interval), column in model.of(RATE).items():
        if pool in pools:
            cards_per_rate = modes[str(service), str(configuration), str(pool), str(name)]
            draw[int(interval)].append((column, cards_per_rate * pools[str(pool)].busy_kw_per_card))


def _add_demand_charge(
    model: Model, discount: Discount, site: Site, draw: dict[int, Terms], fixed: list[float]
) -> None:
    """Per calendar month, the highest metered draw of its intervals: D >= PUE·draw."""
    for number, month in enumerate(model.instance.months):
        charge = site.demand_charge_per_kw[number]
        if not charge:
            continue
        column = model.column(HIGHEST_DRAW, (site.key, number), float("inf"), integer=False)
        path = ("sites", site.key, "electricity", "demand_charge")
        for interval in month.intervals:
            row = [(column, 1.0), *((c, -kw * site.pue) for c, kw in draw[interval])]
            index = (site.key, month.label, interval)
            model.at_least(Family.ENERGY, index, path, row, fixed[interval] * site.pue)
        model.cost("demand_charge", column, charge * discount.on(month.middle_day))
