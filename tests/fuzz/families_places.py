"""Where machines stand: families of sites, fabrics and the fleet, small.

Belongs here: one function for each, which changes a draft so that the family matters, with figures
that keep plans to a few units. Does not belong here: which families a problem gets (generate).
"""

from typing import Any

from tests.fuzz.draft import Draft, family
from tests.fuzz.families_market import hosts


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
