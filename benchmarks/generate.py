"""Problem files for benchmarks, from a size and a seed: always the same text, always feasible.

Belongs here: the sizes, and writing out what was drawn. Does not belong here: figures (goods.py),
the market (market.py), workloads (demand.py), feasibility (witness.py).

    python -m benchmarks.generate M 0 > problem.yaml
"""

import json
import math
import sys
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import date
from random import Random
from statistics import median

from benchmarks.demand import Demand
from benchmarks.goods import ABROAD, CHINA, EXCHANGE, OWN_ITEMS
from benchmarks.market import RULESET, Calendar, Market, Offer, add_months
from benchmarks.witness import MARGIN, Fleet, Limits, Purchase, Witness

SPARES, AVAILABILITY = 0.05, 0.98
SWITCH_KW = 1.72
SWITCHES_PER_NODE = 5 * 8 / 64
"""Three tiers of switches with 64 ports, eight endpoints to a node; rounding adds up to three."""
Block = dict[str, object]


@dataclass(frozen=True)
class Size:
    """How much of everything a problem holds."""

    calendar: Calendar
    sites: int
    offers: int
    services: int
    jobs: int
    reservations: int
    largest_cards: int
    """Cards of the largest workload in the witness, about."""

    @property
    def workloads(self) -> int:
        """Services, training jobs and reservations together."""
        return self.services + self.jobs + self.reservations


SIZES = {
    "S": Size(Calendar(date(2024, 4, 1), 1, 3), 1, 8, 3, 1, 1, 160),
    "M": Size(Calendar(date(2023, 1, 1), 12, 3), 3, 12, 7, 5, 2, 500),
    "L": Size(Calendar(date(2023, 1, 1), 20, 3), 6, 30, 26, 18, 6, 500),
    "XL": Size(Calendar(date(2023, 1, 1), 40, 1), 10, 50, 54, 36, 10, 500),
}


@dataclass(frozen=True)
class Generated:
    """A problem file, and purchases that show it feasible."""

    text: str
    purchases: tuple[Purchase, ...]


def problem_text(size: str, seed: int) -> str:
    """The problem file of a size and a seed; the same text whenever and wherever it is asked for.

    Raises KeyError for an unknown size.
    """
    return generated(size, seed).text


def generated(size: str, seed: int) -> Generated:
    """The problem file with the purchases of its witness."""
    chosen = SIZES[size]
    rng = Random(f"rackmix {size} {seed}")
    market = Market(rng, chosen.calendar, chosen.sites, chosen.offers)
    witness = Witness(market, SPARES, AVAILABILITY)
    demand = Demand(rng, market, witness, chosen.largest_cards)
    whole = [number % 3 == 0 for number in range(chosen.services)]
    longest = (chosen.calendar.starts[1] - chosen.calendar.start).days
    longest = max(longest, 89) if chosen.calendar.periods > 1 else longest
    blocks: Block = {
        "inference": {f"service-{n}": demand.service(w) for n, w in enumerate(whole, start=1)},
        "training": {f"job-{n}": demand.job(longest) for n in range(1, chosen.jobs + 1)},
        "reservations": {
            f"team-{n}": demand.reservation() for n in range(1, chosen.reservations + 1)
        },
    }
    purchases = witness.purchases()
    fleet = _fleet(rng, market)
    drawn = _Drawn(rng, market, Limits(market, purchases, fleet), fleet)
    title = f"Benchmark {size}, seed {seed}"
    return Generated(_text({**drawn.blocks(title), **blocks}), tuple(purchases))


def _fleet(rng: Random, market: Market) -> list[Fleet]:
    """Nodes of the first good, owned at one site, on problems of several periods."""
    if market.calendar.periods == 1:
        return []
    good = (CHINA if market.from_china else ABROAD)[0]
    return [Fleet(good, rng.choice(list(market.sites)), rng.randint(4, 24))]


@dataclass
class _Drawn:
    """Everything but the workloads, with limits around the witness."""

    rng: Random
    market: Market
    limits: Limits
    fleet: Sequence[Fleet]

    def blocks(self, title: str) -> Block:
        market, calendar = self.market, self.market.calendar
        fabrics, per_card = self._fabrics()
        switched = {name for name, fabric in fabrics.items() if "switch" in fabric}
        return {
            "rackmix": 1,
            "title": title,
            "horizon": {
                "start": str(calendar.start),
                "end": str(calendar.end),
                "period": "month" if calendar.months == 1 else "quarter",
                "orders_from": str(add_months(calendar.start, -6)),
            },
            "currency": market.currency,
            "exchange_rates": EXCHANGE[market.currency],
            "discount_rate": "8 %",
            "residual_value": {"straight_line": "5 years"},
            "buyer": {"headquarters": market.headquarters},
            "export_rules": {"ruleset": RULESET},
            "spares": f"{100 * SPARES:g} %",
            "availability": f"{100 * AVAILABILITY:g} %",
            "maintenance": "3 %",
            "items": {
                name: {"source": "benchmark", **figures}
                for name, figures in OWN_ITEMS.items()
                if any(good.item == name for good in market.goods)
            },
            "sites": {name: self._site(name, switched) for name in market.sites},
            "fabrics": fabrics,
            "fleet": {
                f"owned-{n}": {
                    "item": entry.good.item,
                    "site": entry.site,
                    "count": entry.count,
                    "until": str(calendar.starts[calendar.periods * 2 // 3]),
                }
                for n, entry in enumerate(self.fleet, start=1)
            },
            "offers": {o.key: self._offer(o) for o in market.offers} | market.leases,
            "limits": self._limits(per_card),
        }

    def _site(self, name: str, switched: Set[str]) -> Block:
        rng, market = self.rng, self.market
        place, pue = market.sites[name], rng.choice((1.15, 1.2, 1.25, 1.3))
        switch_kw = SWITCH_KW if f"network-{name}" in switched else 0.0
        used = [
            (load + (SWITCHES_PER_NODE * nodes + 3) * switch_kw) * pue
            for load, nodes in zip(self.limits.load_kw(name), self.limits.nodes(name), strict=True)
        ]
        room = rng.uniform(1.02, 1.25)
        block: Block = {
            "destination": place.country,
            "electricity": dict(place.electricity),
            "pue": pue,
            "power_cap": self._by_year([kw * room for kw in used], 50, "kW"),
            "rack_units": max(200, math.ceil(1.2 * max(self.limits.rack_units(name)))),
            "carbon": {"intensity": f"{place.carbon_kg_per_kwh} kg/kWh"},
        }
        if rng.random() < 0.4:
            charge = market.money(rng.choice((28, 40)), "CNY")
            block["electricity"] = {
                **place.electricity,
                "demand_charge": f"{charge:.2f} {market.currency}/kW/month",
            }
        if rng.random() < 0.5:
            rent = market.money(rng.choice((300, 600, 900)), "CNY")
            block["space"] = f"{rent:.2f} {market.currency}/kW/month"
        return block

    def _by_year(self, used: Sequence[float], step: int, unit: str) -> object:
        """The highest of each calendar year, rounded up, as steps that never fall."""
        starts = self.market.calendar.starts
        peaks: dict[int, float] = {}
        for period, value in enumerate(used):
            year = starts[period].year
            peaks[year] = max(value, peaks.get(year, max(peaks.values(), default=0.0)))
        caps = {
            f"{year}-01-01": f"{step * math.ceil(peak / step)} {unit}"
            for year, peak in sorted(peaks.items())
        }
        return next(iter(caps.values())) if len(caps) == 1 else caps

    def _fabrics(self) -> tuple[dict[str, Block], dict[str, float]]:
        """A network for most sites; and what it costs the witness by card."""
        rng, market = self.rng, self.market
        blocks: dict[str, Block] = {}
        per_card: dict[str, float] = {}
        for name in market.sites:
            draw = rng.random()
            if draw < 0.45:
                price = market.money(rng.choice((6_000, 9_000, 12_000)), "CNY")
                per_card[name] = price
                blocks[f"network-{name}"] = {"site": name, "price_per_card": market.text(price)}
            elif draw < 0.7:
                switch = market.money(37_500, "USD")
                cards = max(1, self.limits.cards(name))
                per_card[name] = switch * (SWITCHES_PER_NODE / 8 + 3 / cards)
                blocks[f"network-{name}"] = {
                    "site": name,
                    "switch": "qm9700",
                    "switch_price": market.text(switch),
                    "nics_per_node": 8,
                    "tiers": 3,
                }
        return blocks, per_card

    def _offer(self, offer: Offer) -> Block:
        market = self.market
        currency = offer.good.currency
        first, *later = sorted(offer.price)
        price: object = f"{offer.price[first]:.0f} {currency}"
        if later:
            start = str(market.calendar.start)
            price = {start: price} | {str(d): f"{offer.price[d]:.0f} {currency}" for d in later}
        block: Block = {"item": offer.good.item, "vendor": offer.vendor, "price": price}
        if len(offer.sites) < len(market.sites):
            block["sites"] = list(offer.sites)
        if offer.good.first > market.calendar.start:
            block["available"] = f"{offer.good.first}.."
        if offer.lead_weeks:
            block["lead_time"] = f"{offer.lead_weeks} weeks"
        if offer.order_share:
            share = round(100 * offer.order_share)
            block["payment"] = {"order": f"{share} %", "delivery": f"{100 - share} %"}
        extras = {}
        if offer.extra_share:
            extras["vat"] = f"{100 * offer.extra_share:g} %"
        if offer.extra_per_unit:
            extras["freight"] = f"{offer.extra_per_unit:.0f} {currency}"
        if extras:
            block["extras"] = extras
        return block | self._quantities(offer)

    def _quantities(self, offer: Offer) -> Block:
        """Supply, minimum order, fee and discounts around the quantities of the witness."""
        rng = self.rng
        ordered = self.limits.ordered(offer)
        per = "month" if self.market.calendar.months == 1 else "quarter"
        usual = int(median(ordered)) if ordered else rng.randint(8, 40)
        most = max(ordered, default=usual)
        block: Block = {}
        if rng.random() < 0.8:
            block["supply"] = f"{math.ceil(most * rng.uniform(1.1, 1.6)) + 2} per {per}"
        if rng.random() < 0.35:
            block["minimum_order"] = max(1, min(min(ordered, default=4), 10))
        if rng.random() < 0.3:
            fee = self.market.money(rng.choice((30_000, 80_000)), "CNY")
            block["fixed_fee"] = self.market.text(fee)
        if rng.random() < 0.5:
            begin = max(4, round(usual * rng.uniform(0.8, 1.8)))
            block["discounts"] = [{"from": begin, "off": f"{rng.choice((2, 3, 4))} %"}]
            if rng.random() < 0.4:
                block["discounts"] = [
                    *block["discounts"],  # type: ignore[misc]
                    {"from": 2 * begin, "off": f"{rng.choice((5, 6, 7))} %"},
                ]
        return block

    def _limits(self, per_card: Mapping[str, float]) -> Block:
        rng, market = self.rng, self.market
        years, vendors = self.limits.spend(dict(per_card))
        room = MARGIN * rng.uniform(1.0, 1.15)
        block: Block = {}
        planned = range(market.calendar.start.year, market.calendar.end.year + 1)
        if rng.random() < 0.7 and len(planned) > 1:
            # What no year of the witness spends must still pay for small things.
            least = 0.02 * sum(years.values())
            block["budget"] = {
                year: market.text(max(least, years.get(year, 0.0) * room)) for year in planned
            }
        else:
            block["budget"] = market.text(sum(years.values()) * room)
        total = sum(vendors.values())
        largest = max((name for name in vendors if name), key=lambda name: vendors[name])
        share = vendors[largest] / total + rng.uniform(0.06, 0.12)
        if share < 0.95:
            block["vendor_share"] = {largest: f"{100 * share:.0f} %"}
        if rng.random() < 0.3:
            block["card_types"] = self.limits.card_types() + rng.randint(0, 1)
        return block


def _text(blocks: Block) -> str:
    """YAML, one line for each entry of a block."""
    lines = []
    for name, block in blocks.items():
        if name in ("inference", "training", "reservations", "items", "sites", "fabrics", "fleet"):
            keyed = True
        else:
            keyed = name == "offers"
        if not keyed:
            lines.append(f"{name}: {json.dumps(block)}")
        elif isinstance(block, dict) and block:
            lines.append(f"{name}:")
            lines += [f"  {key}: {json.dumps(entry)}" for key, entry in block.items()]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    if len(sys.argv) != 3 or sys.argv[1] not in SIZES:
        sys.exit(f"usage: python -m benchmarks.generate {'|'.join(SIZES)} SEED")
    sys.stdout.write(problem_text(sys.argv[1], int(sys.argv[2])))
