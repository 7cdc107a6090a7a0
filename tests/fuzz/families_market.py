"""What is on offer: families of the market, small.

Belongs here: one function for each, which changes a draft so that the family matters, with figures
that keep plans to a few units. Does not belong here: which families a problem gets (generate).
"""

from datetime import timedelta
from typing import Any

from problems.dates import add_months
from tests.fuzz.draft import Draft, family


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
        offer["supply"] = count
        if "price" in offer:
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
