"""What things cost, straight from the instance: the brute force's own arithmetic.

Belongs here: present values and nominal payments of one unit of a decision. It repeats what
solver.formulation.costs and solver.bill say, in a third way and without importing them: from the
meaning of each term, one unit at a time. Does not belong here: choosing decisions.
"""

from collections import defaultdict
from datetime import timedelta

from solver.instance import Instance
from solver.instance.model import Fabric, FabricLine, Kind, Month, Offer, Option, Site

Payments = dict[tuple[int, str | None], float]
"""Nominal money by calendar year and vendor."""


class Money:
    """Prices of one instance."""

    def __init__(self, instance: Instance) -> None:
        self.instance = instance
        self.intervals = instance.intervals
        self.count = len(instance.intervals)
        self.per_kw = {site.key: self._per_kw(site) for site in instance.sites}
        """By site, then interval: present value of drawing one kW of IT power throughout."""
        self.per_load_kw = {site.key: self._per_load_kw(site) for site in instance.sites}
        """By site, then interval: present value of the rent of one installed kW."""

    def factor(self, day: float) -> float:
        """What money paid on a day is worth at the start."""
        return (1 + self.instance.discount_rate) ** (-day / 365)

    def offset(self, option: Option) -> int:
        """Days from the start to an option's delivery."""
        return (option.delivered - self.instance.start).days

    def _per_kw(self, site: Site) -> list[float]:
        if site.hosted:
            return [0.0] * self.count
        return [
            i.hours
            * site.pue
            * self.factor(i.middle_day)
            * (
                site.price_per_kwh[i.index]
                + site.carbon_kg_per_kwh[i.index] * site.carbon_price_per_kg[i.index]
            )
            for i in self.intervals
        ]

    def _per_load_kw(self, site: Site) -> list[float]:
        if site.hosted:
            return [0.0] * self.count
        return [
            site.space_per_kw_month[i.index] * i.months * self.factor(i.middle_day)
            for i in self.intervals
        ]

    def unit(self, option: Option, off: float) -> float:
        """Present value of one unit of an option at a discount, idle wherever it stands."""
        offer = self.instance.offer[option.offer]
        price = option.unit_price * (1 - off)
        if option.until is not None:
            value = sum(
                price * hours * self.factor(self.intervals[i].middle_day)
                for i, hours in option.lease_hours
            )
        else:
            whole = price * (1 + offer.extra_share + option.surcharge_fraction)
            whole += offer.extra_per_unit
            start = self.instance.start
            value = sum(
                whole * share * self.factor((day - start).days) for day, share in option.payments
            )
            value += price * self._kept(self.offset(option), option.first, option.last)
        return value + self.standing(option.site, option.item, option.first, option.last, 1)

    def _kept(self, day: float, first: int, last: int) -> float:
        """Maintenance less residual value of a thing of price 1, delivered on a day."""
        instance = self.instance
        upkeep = sum(
            self.intervals[i].hours / 8760 * self.factor(self.intervals[i].middle_day)
            for i in range(first, last)
        )
        left = 0.0
        if instance.residual_life_days is not None and last == self.count:
            left = max(0.0, 1 - (instance.days - day) / instance.residual_life_days)
        return instance.maintenance_fraction * upkeep - left * self.factor(instance.days)

    def standing(self, site: str, item: str, first: int, last: int, units: int) -> float:
        """Present value of units that stand idle: idle energy, its carbon, and space."""
        thing = self.instance.item[item]
        return units * sum(
            thing.idle_kw * self.per_kw[site][i] + thing.load_kw * self.per_load_kw[site][i]
            for i in range(first, last)
        )

    def fleet(self) -> float:
        """Present value of the fleet standing idle."""
        return sum(
            self.standing(e.site, e.item, e.first, e.last, e.units) for e in self.instance.fleet
        )

    def fee(self, offer: Offer, period: int) -> float:
        """Present value of the fixed fee of a period with a delivery."""
        return offer.fixed_fee * self.factor(self.instance.periods[period].start_day)

    def busy_card(self, pool: str, interval: int) -> float:
        """Present value of keeping one card of a pool busy through an interval."""
        where = self.instance.pool[pool]
        return where.busy_kw_per_card * self.per_kw[where.site][interval]

    def demand_charges(self) -> list[tuple[Site, Month, float]]:
        """Where and when a demand charge is due: present value of one kW of the highest draw."""
        return [
            (site, month, site.demand_charge_per_kw[number] * self.factor(month.middle_day))
            for site in self.instance.sites
            for number, month in enumerate(self.instance.months)
            if site.demand_charge_per_kw[number] > 0
        ]

    def parts(self, fabric: Fabric, option: Option) -> float:
        """Present value of the NICs, cables or cards' ports that one unit brings along."""
        if option.site != fabric.site:
            return 0.0
        return sum(
            self._parts_per_unit(fabric, line, option) * self.part(line, option.period)
            for line in fabric.lines
            if not line.switch
        )

    def part(self, line: FabricLine, period: int) -> float:
        """Present value of one part of a line bought in a period, without the energy it draws."""
        begin = self.instance.periods[period]
        first = next(i.index for i in self.intervals if i.period == period)
        kept = self._kept(begin.start_day, first, self.count)
        return line.prices[period] * (self.factor(begin.start_day) + kept)

    def _parts_per_unit(self, fabric: Fabric, line: FabricLine, option: Option) -> float:
        item = self.instance.item[option.item]
        nics = 0 if item.kind is Kind.CARD else fabric.nics_per_unit
        return line.per_endpoint * nics + line.per_card * item.cards

    def payments(self, option: Option, off: float) -> Payments:
        """Nominal payments for one unit of an option at a discount, its fabric parts included."""
        offer = self.instance.offer[option.offer]
        price = option.unit_price * (1 - off)
        paid: Payments = defaultdict(float)
        for i, hours in option.lease_hours:
            middle = self.instance.start + timedelta(days=int(self.intervals[i].middle_day))
            paid[middle.year, offer.vendor] += price * hours
        whole = price * (1 + offer.extra_share + option.surcharge_fraction) + offer.extra_per_unit
        for day, share in option.payments:
            paid[day.year, offer.vendor] += whole * share
        for fabric in self.instance.fabrics:
            for line in fabric.lines if fabric.site == option.site else ():
                if not line.switch:
                    parts = self._parts_per_unit(fabric, line, option)
                    cost = parts * line.prices[option.period]
                    paid[option.delivered.year, fabric.vendor] += cost
        return paid
