"""What a problem can have beside its base: each family of constraints and figures, small.

Belongs here: one function for each family, which changes a draft so that the family matters, with
figures that keep plans to a few units. Does not belong here: which families a problem gets
(generate).
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random
from typing import Any

from problems.dates import add_months

FAMILIES: dict[str, Callable[["Draft"], None]] = {}
"""By name, in the order in which they are switched on."""


def family(change: Callable[["Draft"], None]) -> Callable[["Draft"], None]:
    """Register a family under the name of its function."""
    FAMILIES[change.__name__] = change
    return change


@dataclass
class Draft:
    """A problem in the making."""

    tree: dict[str, Any]
    random: Random
    start: date
    end: date
    period: str
    periods: int
    days: list[int] = field(default_factory=list)
    """Days after the start on which things have changed so far."""

    def pick(self, *values: Any) -> Any:
        """One of the values."""
        return self.random.choice(values)

    def a_day(self, low: float = 0.1, high: float = 0.9) -> str:
        """A day between two shares of the horizon; few different ones, to keep intervals few."""
        length = (self.end - self.start).days
        inside = [day for day in self.days if low * length <= day <= high * length]
        if not inside:
            share = low + (high - low) * self.random.random()
            inside = [int(length * share)]
            self.days += inside
        return (self.start + timedelta(days=self.pick(*inside))).isoformat()

    def a_last_day(self, low: float, high: float) -> str:
        """The day before such a day: what ends with it cuts the horizon at the same place."""
        day = date.fromisoformat(self.a_day(low, high)) - timedelta(days=1)
        return max(day, self.start).isoformat()

    def an_offer(self, kind: str = "price") -> dict[str, Any] | None:
        """One of the offers that are bought, or leased."""
        found = [key for key, offer in sorted(self.tree["offers"].items()) if kind in offer]
        return self.tree["offers"][self.pick(*found)] if found else None

    def all_of(self, block: str) -> list[dict[str, Any]]:
        """The entries of a block."""
        return [entry for _, entry in sorted(self.tree.get(block, {}).items())]

    def add_node_offer(self, key: str) -> None:
        """Put a node on the market."""
        item = self.pick("node-small", "node-large")
        price = self.random.randint(6, 30) * 100
        self.tree["offers"][key] = {
            "item": item,
            "vendor": self.pick("acme", "bolt"),
            "price": f"{price} USD",
        }

    def a_card(self) -> str:
        """A card, most often one that is on offer."""
        items = [offer["item"] for offer in self.all_of("offers")]
        cards = {self.tree["items"][item].get("card", item) for item in items} & {"small", "large"}
        return self.pick(*sorted(cards) * 4, "small", "large")

    def add_workload(self) -> None:
        """Ask for something: a job, a service or reserved cards."""
        self.pick(self.add_job, self.add_service, self.add_reservation)()

    def add_job(self) -> dict[str, Any]:
        """A training job of a few card-days times the horizon."""
        days = (self.end - self.start).days + 1
        # 0.05 PFLOP/s from a small card at half its peak, over a part of the horizon.
        work = self.pick(0.6, 1.3, 2.2, 3.0) * 0.05 * days
        job: dict[str, Any] = {
            "flop": round(work * 86_400e15),
            "memory": "ignore",
            "mfu": self.pick(
                "50 %", "40 %", {"small": "50 %", "large": "30 %"}, {self.a_card(): "45 %"}
            ),
        }
        self.tree.setdefault("training", {})[self._next("job", "training")] = job
        return job

    def add_service(self) -> dict[str, Any]:
        """A service with measured configurations."""
        rows = [
            {"name": "s1", "card": "small", "cards": 1, "requests_per_second": self.pick(2, 3)},
            {"name": "l1", "card": "large", "cards": self.pick(1, 2), "requests_per_second": 7},
        ]
        card = self.a_card()
        service: dict[str, Any] = {
            "requests": f"{self.random.randint(2, 9)} per second",
            "measured": self.pick(rows, [row for row in rows if row["card"] == card]),
        }
        self.tree.setdefault("inference", {})[self._next("chat", "inference")] = service
        return service

    def add_reservation(self) -> dict[str, Any]:
        """Cards held busy."""
        reservation: dict[str, Any] = {"cards": self.random.randint(1, 4)}
        self.tree.setdefault("reservations", {})[self._next("hold", "reservations")] = reservation
        return reservation

    def _next(self, name: str, block: str) -> str:
        return f"{name}{len(self.tree.get(block, {})) + 1}"


# What is wanted


@family
def second_workload(draft: Draft) -> None:
    """Two workloads share the cards."""
    draft.add_workload()


@family
def window(draft: Draft) -> None:
    """A job runs in a window of several intervals."""
    job = draft.pick(*draft.all_of("training"), None) or draft.add_job()
    job["window"] = f"{draft.a_day(0.0, 0.4)}..{draft.a_last_day(0.6, 1.0)}"
    job["flop"] = round(job["flop"] * draft.pick(0.4, 0.7))


@family
def repetition(draft: Draft) -> None:
    """A job comes again; an occurrence past the horizon is dropped."""
    job = draft.add_job()
    step = int((draft.end - draft.start).days * draft.pick(0.3, 0.4, 0.5))
    last = draft.start + timedelta(days=draft.pick(step - 1, int(step * 1.2)))
    job["window"] = f"{draft.start.isoformat()}..{last.isoformat()}"
    job["every"] = f"{step} days"
    job["flop"] = round(job["flop"] * 0.25)


@family
def memory(draft: Draft) -> None:
    """A job needs the memory of several cards at once."""
    job = draft.add_job()
    job["model"] = "model"
    job["memory"] = "fit"
    job["state_bytes"] = draft.pick(8, 16)


@family
def split(draft: Draft) -> None:
    """Jobs may run on several kinds of card at one site."""
    for job in draft.all_of("training") or [draft.add_job()]:
        job["split"] = True
        job["mfu"] = {"small": "50 %", "large": "45 %"}


@family
def concave_table(draft: Draft) -> None:
    """Utilisation falls with the number of cards."""
    job = draft.add_job()
    table = draft.pick({1: "50 %", 2: "40 %", 6: "30 %"}, {2: "45 %", 4: "44 %", 8: "25 %"})
    job["mfu"] = {"small": table, "large": draft.pick("30 %", {1: "40 %", 4: "30 %"})}


@family
def classes(draft: Draft) -> None:
    """A service with two classes of requests."""
    service = draft.add_service()
    service["classes"] = {
        "short": {"share": "70 %", "prompt_tokens": 1, "answer_tokens": 1},
        "long": {"share": "30 %", "prompt_tokens": 1, "answer_tokens": 3},
    }
    table = [{"short": 4, "long": 1}, {"short": 3}, {"short": 8, "long": 3}]
    service["measured"] = [
        {"name": "s1", "card": "small", "cards": 1, "requests_per_second": draft.pick(*table)},
        {"name": "l1", "card": "large", "cards": 1, "requests_per_second": table[2]},
    ]
    service["requests"] = f"{draft.random.randint(2, 6)} per second"


@family
def two_configurations(draft: Draft) -> None:
    """A service whose replicas come in two sizes on one card."""
    service, card = draft.add_service(), draft.a_card()
    service["measured"] = [
        {"name": "one", "card": card, "cards": 1, "requests_per_second": 2},
        {"name": "pair", "card": card, "cards": 2, "requests_per_second": draft.pick(3, 5)},
    ]


@family
def fractional_replicas(draft: Draft) -> None:
    """Replicas need not be whole."""
    for service in draft.all_of("inference") or [draft.add_service()]:
        service["replicas"] = "fractional"


@family
def utilization(draft: Draft) -> None:
    """Throughput from a share of the peak."""
    service = draft.add_service()
    del service["measured"]
    service.update(
        model="model", prompt_tokens=100, answer_tokens=draft.pick(100, 400), utilization="20 %"
    )
    service["requests"] = f"{draft.pick(3, 5, 8)} per second"
    service["memory"] = draft.pick("fit", "ignore")


@family
def growth(draft: Draft) -> None:
    """Demand grows at calendar steps, or steps over dates."""
    service = draft.pick(*draft.all_of("inference"), None) or draft.add_service()
    if draft.pick(True, False):
        service["growth"] = f"{draft.pick(40, 60)} % per {draft.period}"
        if draft.pick(True, False):
            service["from"] = draft.a_day(0.0, 0.4)
    else:
        low, high = draft.random.randint(1, 3), draft.random.randint(4, 8)
        day = draft.a_day(0.2, 0.8)
        first = draft.start.isoformat()
        service["requests"] = {first: f"{low} per second", day: f"{high} per second"}
        if draft.pick(True, False):
            service["until"] = draft.a_last_day(0.85, 1.0)


@family
def peak(draft: Draft) -> None:
    """Capacity for the peak, energy for the average."""
    for service in draft.all_of("inference") or [draft.add_service()]:
        service["peak_factor"] = draft.pick(1.5, 2)


@family
def reservation_steps(draft: Draft) -> None:
    """Reserved cards change over dates, and may name the cards they want."""
    reservation = draft.add_reservation()
    first, second = draft.random.randint(1, 3), draft.random.randint(0, 4)
    reservation["cards"] = {draft.start.isoformat(): first, draft.a_day(): second}
    if draft.pick(True, False):
        reservation["of"] = [draft.a_card()]
        reservation["until"] = draft.a_last_day(0.9, 1.0)


# The market


@family
def third_period(draft: Draft) -> None:
    """One more period, with another price."""
    if "hours" in draft.tree["horizon"] or draft.period == "year":
        return
    months = {"month": 1, "quarter": 3}[draft.period]
    draft.periods += 1
    draft.end = add_months(draft.start, months * draft.periods) - timedelta(days=1)
    draft.tree["horizon"]["end"] = draft.end.isoformat()


@family
def price_steps(draft: Draft) -> None:
    """Prices change over dates."""
    for offer in draft.all_of("offers"):
        low = draft.random.randint(5, 20) * 100
        offer["price"] = {draft.start.isoformat(): offer["price"], draft.a_day(): f"{low} USD"}


@family
def availability_window(draft: Draft) -> None:
    """An offer can be had on some days only."""
    if offer := draft.an_offer():
        day = draft.a_day()
        offer["available"] = draft.pick(f"..{day}", f"{day}..")


@family
def lead_time(draft: Draft) -> None:
    """Orders take time, and may have begun before the horizon."""
    if offer := draft.an_offer():
        offer["lead_time"] = draft.pick("3 weeks", "2 months", "10 days")
        if draft.pick(True, False):
            before = draft.start - timedelta(days=draft.pick(20, 100))
            draft.tree["horizon"]["orders_from"] = before.isoformat()


@family
def hosts(draft: Draft) -> None:
    """Cards apart from their hosts."""
    draft.tree["offers"]["card"] = {
        "item": draft.pick("small", "large"),
        "vendor": "acme",
        "price": f"{draft.random.randint(2, 8) * 100} USD",
        "minimum_order": draft.pick(0, 0, 5),
    }
    draft.tree["offers"]["host"] = {
        "item": "host",
        "vendor": "bolt",
        "price": f"{draft.random.randint(1, 4) * 100} USD",
    }


@family
def standalone(draft: Draft) -> None:
    """Loose cards counted alone."""
    draft.tree["offers"]["loose"] = {
        "item": draft.pick("small", "large"),
        "vendor": "bolt",
        "price": f"{draft.random.randint(4, 12) * 100} USD",
        "standalone": True,
    }


@family
def lease(draft: Draft) -> None:
    """Nodes by the hour, with a shortest term that may run past the horizon."""
    hour = draft.random.randint(2, 40) / 100
    offer: dict[str, Any] = {"item": "node-small", "vendor": "bolt", "lease": f"{hour} USD/h"}
    if draft.pick(True, False):
        offer["minimum_term"] = draft.pick("1 month", "4 months", "2 quarters")
    if draft.pick(True, False):
        offer["supply"] = draft.random.randint(1, 4)
    if draft.pick(True, False):
        offer["site"] = "east"
    if draft.pick(True, False):
        offer["discounts"] = [{"from": 2, "off": "20 %"}]
    draft.tree["offers"]["rent"] = offer


@family
def leased_card(draft: Draft) -> None:
    """Cards by the hour, hosted by their vendor."""
    hour = draft.random.randint(2, 20) / 100
    draft.tree["offers"]["hour"] = {
        "item": "large",
        "vendor": "acme",
        "lease": f"{hour} USD/h",
        "available": f"{draft.start.isoformat()}..{draft.a_day(0.3, 1.0)}",
    }


@family
def supply(draft: Draft) -> None:
    """Few units can be had, per step or in the horizon."""
    for offer in draft.all_of("offers"):
        count = draft.random.randint(1, 3)
        offer["supply"] = draft.pick(count, f"{count} per quarter", f"{count} per month")
    if offer := draft.an_offer():
        later = draft.pick("2 per month", 1)
        offer["supply"] = {draft.start.isoformat(): offer["supply"], draft.a_day(): later}


@family
def minimum_order(draft: Draft) -> None:
    """Orders below a minimum are not taken."""
    for offer in draft.all_of("offers"):
        offer["minimum_order"] = draft.random.randint(1, 4)


@family
def fixed_fee(draft: Draft) -> None:
    """Each delivery costs a fee."""
    for offer in draft.all_of("offers"):
        offer["fixed_fee"] = f"{draft.pick(0, 150, 400)} USD"


@family
def discounts(draft: Draft) -> None:
    """All units are cheaper from a quantity on."""
    for offer in draft.all_of("offers"):
        tiers = [{"from": 2, "off": "10 %"}, {"from": draft.pick(3, 4), "off": "40 %"}]
        offer["discounts"] = draft.pick(tiers, tiers[:1], tiers[1:])


@family
def extras(draft: Draft) -> None:
    """Costs on top of the price."""
    for offer in draft.all_of("offers"):
        if "price" in offer:
            offer["extras"] = {"vat": "13 %", "freight": f"{draft.pick(10, 200)} USD"}


@family
def payment(draft: Draft) -> None:
    """Payments on order, on delivery and after."""
    draft.tree["discount_rate"] = draft.pick("8 %", "20 %")
    for offer in draft.all_of("offers"):
        if "price" in offer:
            offer["payment"] = draft.pick(
                {"order": "30 %", "delivery": "70 %"},
                {"delivery": "50 %", "after": {20: "50 %"}},
                {"order": 1},
            )


# The places


@family
def second_site(draft: Draft) -> None:
    """A second site, in another country."""
    draft.tree["sites"]["west"] = {"destination": draft.pick("CN", "SG", "US")}
    for key, offer in sorted(draft.tree["offers"].items()):
        if key.startswith("node") and draft.pick(True, False):
            offer["sites"] = [draft.pick("east", "west")]


@family
def fleet(draft: Draft) -> None:
    """Machines owned before, for a while."""
    entry: dict[str, Any] = {
        "item": draft.pick("node-small", "node-large"),
        "site": "east",
        "count": draft.random.randint(1, 2),
    }
    if draft.pick(True, False):
        entry["until"] = draft.a_last_day(0.2, 0.95)
    if draft.pick(True, False):
        entry["from"] = draft.a_day(-0.3, 0.1)
    draft.tree.setdefault("fleet", {})["old"] = entry


@family
def fleet_in_hosts(draft: Draft) -> None:
    """Owned hosts, some with owned cards in them, and cards on offer for them."""
    entries = draft.tree.setdefault("fleet", {})
    entries["boxes"] = {"item": "host", "site": "east", "count": draft.pick(1, 2)}
    if draft.pick(True, False):
        entries["boxes"]["until"] = draft.a_last_day(0.3, 1.0)
    if draft.pick(True, False):
        count = draft.random.randint(1, 4)
        entries["inside"] = {"item": "small", "site": "east", "count": count, "host": "host"}
    hosts(draft)


@family
def electricity(draft: Draft) -> None:
    """Energy costs money; time-of-use prices enter as their mean."""
    for site in draft.all_of("sites"):
        price = draft.random.randint(2, 20) / 100
        site["electricity"] = draft.pick(
            {"price": f"{price} USD/kWh"},
            {"time_of_use": {"00-08": f"{price} USD/kWh", "08-24": f"{2 * price} USD/kWh"}},
            {"price": {draft.start.isoformat(): f"{price} USD/kWh", draft.a_day(): "0.5 USD/kWh"}},
        )
        site["pue"] = draft.pick(1, 1.2)


@family
def demand_charge(draft: Draft) -> None:
    """The highest draw of a month costs money."""
    for site in draft.all_of("sites"):
        power = site.setdefault("electricity", {"price": "0.05 USD/kWh"})
        power["demand_charge"] = draft.pick("20 USD/kW/month", "60 USD/kW/month")


@family
def power_cap(draft: Draft) -> None:
    """Few kilowatts at the meter."""
    for site in draft.all_of("sites"):
        low, high = draft.random.randint(6, 12), draft.random.randint(12, 24)
        steps = {draft.start.isoformat(): f"{low} kW", draft.a_day(): f"{high} kW"}
        site["power_cap"] = draft.pick(f"{low} kW", f"{high} kW", steps)


@family
def rack_units(draft: Draft) -> None:
    """Little room in the racks."""
    for site in draft.all_of("sites"):
        site["rack_units"] = draft.random.randint(4, 12)


@family
def space(draft: Draft) -> None:
    """A rent on installed power."""
    for site in draft.all_of("sites"):
        rent = draft.pick(10, 40)
        first = draft.start.isoformat()
        steps = {first: f"{rent} USD/kW/month", draft.a_day(): "25 USD/kW/month"}
        site["space"] = draft.pick(f"{rent} USD/kW/month", steps)


@family
def carbon(draft: Draft) -> None:
    """Carbon has a price."""
    for site in draft.all_of("sites"):
        site["carbon"] = {
            "intensity": f"{draft.pick(0.2, 0.6)} kg/kWh",
            "price": f"{draft.pick(50, 150)} USD/t",
        }


@family
def fabric_per_card(draft: Draft) -> None:
    """A network by the card."""
    draft.tree.setdefault("fabrics", {})["net"] = {
        "site": "east",
        "price_per_card": f"{draft.pick(20, 90)} USD",
    }


@family
def fabric_switches(draft: Draft) -> None:
    """A network of whole switches, with NICs and cables."""
    block: dict[str, Any] = {
        "site": "east",
        "switch": "switch",
        "switch_price": f"{draft.pick(50, 200)} USD",
        "nics_per_node": draft.pick(1, 2),
        "tiers": draft.pick(2, 3),
    }
    if draft.pick(True, False):
        block["nic_price"] = "15 USD"
    if draft.pick(True, False):
        block["cable_price"] = "5 USD"
    if draft.pick(True, False):
        first = draft.start.isoformat()
        block["switch_price"] = {first: block["switch_price"], draft.a_day(): "120 USD"}
    draft.tree["fabrics"] = {"net": block}


# Figures and limits of the whole


@family
def spares(draft: Draft) -> None:
    """Some cards idle as spares, some are down."""
    draft.tree["spares"] = draft.pick("5 %", "10 %", "0 %")
    draft.tree["availability"] = draft.pick("95 %", "100 %", "80 %")


@family
def maintenance(draft: Draft) -> None:
    """Upkeep by the year."""
    draft.tree["maintenance"] = draft.pick("3 %", "10 %")


@family
def residual_value(draft: Draft) -> None:
    """What is left at the end is credited."""
    draft.tree["residual_value"] = {"straight_line": draft.pick("3 years", "5 years")}
    draft.tree["discount_rate"] = draft.pick("0 %", "10 %")


@family
def life(draft: Draft) -> None:
    """Items retire."""
    item = draft.tree["items"][draft.pick("node-small", "node-large", "host")]
    item["life"] = draft.pick("1 month", "2 months", "1 year")


@family
def export_rules(draft: Draft) -> None:
    """Rules by destination and date; licences for what needs them, or none."""
    rules: dict[str, Any] = {"ruleset": "us-bis"}
    if draft.pick(True, False):
        rules["as_of"] = draft.pick("2023-06-01", "2024-01-01", "2026-02-01")
    draft.tree["export_rules"] = rules
    large = draft.tree["items"]["large"]
    large["tpp"] = draft.pick(5000, 15000, 2000)
    large["memory_bandwidth"] = draft.pick("2000 GB/s", "4800 GB/s")
    large["io_bandwidth"] = draft.pick("464 GB/s", "700 GB/s")
    large["data_centre"] = draft.pick(True, False)
    if draft.pick(True, False):
        draft.tree["export_licences"] = {"large": draft.random.randint(1, 4)}
    if draft.pick(True, False):
        draft.tree["buyer"] = {"headquarters": draft.pick("CN", "US")}
    for offer in draft.all_of("offers"):
        if "lease" in offer and "site" not in offer:
            offer["destination"] = draft.pick("CN", "SG")
            offer["rules_apply"] = draft.pick(True, False)


@family
def export_caps(draft: Draft) -> None:
    """The buyer's own caps."""
    caps = {"interconnect": "400 GB/s", "scale_up_cards": draft.pick(2, 4)}
    caps["total_tpp"] = draft.pick(6000, 12000, 40000)
    names = draft.random.sample(sorted(caps), draft.pick(1, 2))
    draft.tree["export_caps"] = {name: caps[name] for name in names}


def _limits(draft: Draft) -> dict[str, Any]:
    return draft.tree.setdefault("limits", {})


@family
def budget(draft: Draft) -> None:
    """Little money, in all or by the year."""
    money = draft.random.randint(8, 60) * 100
    by_year = {draft.start.year: f"{money} USD"}
    if draft.end.year > draft.start.year:
        by_year[draft.end.year] = f"{draft.random.randint(8, 60) * 100} USD"
    _limits(draft)["budget"] = draft.pick(f"{money} USD", by_year)


@family
def vendor_share(draft: Draft) -> None:
    """No vendor gets too much."""
    draft.add_node_offer("other")
    draft.tree["offers"]["other"]["vendor"] = "bolt"
    draft.an_offer()["vendor"] = "acme"
    vendors = {offer["vendor"] for offer in draft.all_of("offers")}
    _limits(draft)["vendor_share"] = {draft.pick(*sorted(vendors)): draft.pick("50 %", "70 %")}


@family
def card_types(draft: Draft) -> None:
    """One kind of card only."""
    draft.add_node_offer("another")
    _limits(draft)["card_types"] = 1


@family
def confined(draft: Draft) -> None:
    """A workload runs in some places only."""
    places = [key for key, offer in sorted(draft.tree["offers"].items()) if "lease" in offer]
    for block in ("training", "inference", "reservations"):
        for workload in draft.all_of(block):
            workload["sites"] = ["east", *(place for place in places if draft.pick(True, False))]
