"""Figures and limits of the problem as a whole, small.

Belongs here: one function for each family, which changes a draft so that it matters, with figures
that keep plans to a few units. Does not belong here: which families a problem gets (generate).
"""

from typing import Any

from tests.fuzz.draft import Draft, family


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
    offers = sorted(draft.tree["offers"].items())
    places = [key for key, offer in offers if "lease" in offer and "site" not in offer]
    for block in ("training", "inference", "reservations"):
        for workload in draft.all_of(block):
            workload["sites"] = ["east", *(place for place in places if draft.pick(True, False))]
