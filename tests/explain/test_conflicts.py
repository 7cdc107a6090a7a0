"""Conflicts made by hand, one of every kind: what contradicts what, and the least cure, derived.

All begin with `small`: ten cards of 1,000 USD and 1 kW each, held all year.
"""

import threading

import pytest

from problems.errors import InputError
from solver.engines import Progress
from tests.explain.small import bent, edits, explained, names, small

HOLD = "reservations.hold"
TWO = {
    "card": {"item": "small", "vendor": "acme", "price": "1_000 USD", "standalone": True},
    "dear": {"item": "small", "vendor": "bolt", "price": "3_000 USD", "standalone": True},
}
FIVE_EACH = {
    "card": {**TWO["card"], "supply": 8},
    "large": {**TWO["dear"], "item": "large", "supply": 8},
}


def test_power_cap() -> None:
    """Proves the cap of 6 kW against 10 kW. Sensitivity: with the PUE left out 10 kW would be
    enough, not 12; the cost is that of ten cards.
    """
    conflict = explained(bent(small(), "sites.east", power_cap="6 kW", pue=1.2))
    assert names(conflict) == [{HOLD, "sites.east.power_cap"}]
    assert edits(conflict)[:2] == [
        ("reservations.hold.cards=5",),
        ("sites.east.power_cap=12 kW",),
    ]
    assert conflict.cures[1].relative == pytest.approx(1.0)
    assert conflict.cures[1].cost == pytest.approx(10_000)
    assert all(found.confirmed and found.minimal for found in conflict.contradictions)


def test_one_step_of_a_power_cap() -> None:
    """Of a cap over dates only the step that is too low is named and moved."""
    steps = {"2024-01-01": "20 kW", "2024-07-01": "8 kW"}
    conflict = explained(bent(small(), "sites.east", power_cap=steps))
    assert names(conflict) == [{HOLD, "sites.east.power_cap.2024-07-01"}]
    assert ("sites.east.power_cap.2024-07-01=10 kW",) in edits(conflict)
    assert not any("2024-01-01" in edit for each in edits(conflict) for edit in each)


def test_rack_units() -> None:
    """Five nodes of 4 rack units against 11: 20 are needed."""
    node = {"node": {"item": "node", "vendor": "acme", "price": "2_000 USD"}}
    conflict = explained(bent(small(offers=node), "sites.east", rack_units=11))
    assert names(conflict) == [{HOLD, "sites.east.rack_units"}]
    assert ("sites.east.rack_units=20",) in edits(conflict)


def test_supply() -> None:
    """Seven of ten cards can be had."""
    conflict = explained(bent(small(), "offers.card", supply=7))
    assert names(conflict) == [{HOLD, "offers.card.supply"}]
    assert ("offers.card.supply=10",) in edits(conflict)
    assert ("reservations.hold.cards=7",) in edits(conflict)


def test_available_and_fleet() -> None:
    """Cards come in July; ten owned ones leave in March, and would have to stay 92 days longer."""
    fleet = {"old": {"item": "small", "site": "east", "count": 10, "standalone": True}}
    fleet["old"]["until"] = "2024-03-30"
    tree = bent(small(fleet=fleet), "offers.card", available="2024-07-01..")
    conflict = explained(tree)
    assert names(conflict) == [{HOLD, "offers.card.available", "fleet.old.until"}]
    assert ("fleet.old.until=2024-06-30",) in edits(conflict)
    # Deliveries fall on the first day of a quarter: on 1 January, or not before 1 April.
    assert ("offers.card.available=2024-01-01..",) in edits(conflict)


def test_lead_time_and_orders_from() -> None:
    """Two weeks from order to delivery on the first day: order two weeks before it."""
    tree = bent(small(), "offers.card", lead_time="2 weeks")
    conflict = explained(tree)
    assert names(conflict) == [{HOLD, "offers.card.lead_time", "horizon.orders_from"}]
    assert ("horizon.orders_from=2023-12-18",) in edits(conflict)
    assert ("offers.card.lead_time=0 days",) in edits(conflict)
    assert ("reservations.hold.from=2024-04-01",) in edits(conflict)


def test_minimum_order() -> None:
    """An order of 15 cards does not fit under 12 kW."""
    tree = bent(small(), "offers.card", minimum_order=15)
    conflict = explained(bent(tree, "sites.east", power_cap="12 kW"))
    assert names(conflict) == [{HOLD, "offers.card.minimum_order", "sites.east.power_cap"}]
    assert ("offers.card.minimum_order=12",) in edits(conflict)
    assert ("sites.east.power_cap=15 kW",) in edits(conflict)


def test_minimum_term() -> None:
    """A year's lease costs 10 x 8,784 USD; a quarter's, 21,840 USD, is within the budget."""
    lease = {
        "rent": {"item": "small", "vendor": "acme", "lease": "1 USD/h", "minimum_term": "1 year"}
    }
    holds = {"hold": {"cards": 10, "until": "2024-03-31"}}
    tree = small(offers=lease, reservations=holds, limits={"budget": "22_000 USD"})
    conflict = explained(tree)
    assert names(conflict) == [{HOLD, "offers.rent.minimum_term", "limits.budget"}]
    assert ("limits.budget=87900 USD",) in edits(conflict)
    assert ("offers.rent.minimum_term",) in edits(conflict)


@pytest.mark.parametrize("budget", ["8_500 USD", {2024: "8_500 USD"}])
def test_budget(budget: object) -> None:
    """Ten cards cost 10,000 USD, the budget is 8,500; the answer carries the figure."""
    conflict = explained(small(limits={"budget": budget}))
    path = "limits.budget.2024" if isinstance(budget, dict) else "limits.budget"
    assert names(conflict) == [{HOLD, path}]
    assert (f"{path}=10000 USD",) in edits(conflict)
    assert ("reservations.hold.cards=8",) in edits(conflict)


def test_vendor_share() -> None:
    """One card of two vendors: acme's 40 % can only be kept by buying nothing else from it."""
    offers = {"card": {**TWO["card"]}, "dear": {**TWO["dear"], "supply": 2}}
    conflict = explained(small(offers=offers, limits={"vendor_share": {"acme": "40 %"}}))
    assert names(conflict) == [{HOLD, "offers.dear.supply", "limits.vendor_share.acme"}]
    # 8 of acme's for 8,000 and 2 of bolt's for 6,000: 57.14 %, rounded outwards.
    share = next(each[0] for each in edits(conflict) if "vendor_share" in each[0])
    assert 57.1 < float(share.split("=")[1].removesuffix(" %")) < 58
    assert any("dilute" in note for note in conflict.notes)


def test_card_types() -> None:
    """Eight of each kind can be had and ten are held: one kind is not enough."""
    conflict = explained(small(offers=FIVE_EACH, limits={"card_types": 1}))
    assert names(conflict) == [
        {HOLD, "offers.card.supply", "offers.large.supply", "limits.card_types"}
    ]
    assert ("limits.card_types=2",) in edits(conflict)


def test_total_tpp() -> None:
    """Ten cards of a TPP of 1,600 need 16,000."""
    conflict = explained(small(export_caps={"total_tpp": 12_000}))
    assert names(conflict) == [{HOLD, "export_caps.total_tpp"}]
    assert ("export_caps.total_tpp=16000",) in edits(conflict)


def test_interconnect_and_cards() -> None:
    """The only card that is wanted has 900 GB/s."""
    offers = {"large": {**TWO["card"], "item": "large"}, "card": TWO["card"]}
    holds = {"hold": {"cards": 10, "of": ["large"]}}
    tree = small(offers=offers, reservations=holds, export_caps={"interconnect": "400 GB/s"})
    conflict = explained(tree)
    assert names(conflict) == [{HOLD, f"{HOLD}.of", "export_caps.interconnect"}]
    assert ("export_caps.interconnect=900 GB/s",) in edits(conflict)
    assert edits(conflict)[-2:] == [(HOLD,), (f"{HOLD}.of",)]


def test_licences_and_rules() -> None:
    """H20 need a licence from April 2025: ten cards, ten licences, and the law stays the law."""
    offers = {"h20": {**TWO["card"], "item": "h20_sxm_96"}}
    tree = small(offers=offers, export_rules={"ruleset": "us-bis"})
    tree["horizon"] = {"start": "2025-07-01", "end": "2025-12-31", "period": "quarter"}
    tree = bent(tree, "sites.east", destination="CN")
    conflict = explained(bent(tree, "export_licences", h20_sxm_96=4))
    rule = "export_rules (us_2025_04_h20)"
    assert names(conflict) == [{HOLD, "export_licences.h20_sxm_96", rule}]
    assert ("export_licences.h20_sxm_96=10",) in edits(conflict)
    assert [each.name for each in conflict.hopeless] == [rule]


def test_deadline() -> None:
    """Five cards do 0.05 PFLOP/s each: 25 PFLOP/s-days take 100 of the window's 60 days."""
    job = {"flop": 25 * 86_400e15, "memory": "ignore", "mfu": "50 %"}
    job["window"] = "2024-01-01..2024-02-29"
    tree = bent(small(reservations=None, training={"job": job}), "offers.card", supply=5)
    conflict = explained(tree)
    assert names(conflict) == [{"training.job", "training.job.window", "offers.card.supply"}]
    assert ("training.job.window=2024-01-01..2024-04-09",) in edits(conflict)
    assert ("offers.card.supply=9",) in edits(conflict)
    assert ("training.job.flop=1.29e21",) in edits(conflict)


def test_repeated_windows_keep_their_repeats() -> None:
    """Both runs have to be done by five cards: each gets the 120 days it takes. Sensitivity: if
    lifting the window dropped the second run, the window would be no part of the conflict's cure.
    """
    job = {"flop": 30 * 86_400e15, "memory": "ignore", "mfu": "50 %", "every": "6 months"}
    job["window"] = "2024-01-01..2024-03-31"
    tree = bent(small(reservations=None, training={"job": job}), "offers.card", supply=5)
    conflict = explained(tree)
    assert names(conflict) == [{"training.job", "training.job.window", "offers.card.supply"}]
    # 30 PFLOP/s-days on 5 cards take 120 days.
    assert ("training.job.window=2024-01-01..2024-04-29",) in edits(conflict)


def test_split() -> None:
    """Two kinds of card together do what neither does alone."""
    job = {"flop": 100 * 86_400e15, "memory": "ignore", "mfu": "50 %"}
    offers = {"card": {**TWO["card"], "supply": 4}, "large": {**TWO["dear"], "item": "large"}}
    offers["large"]["supply"] = 1
    conflict = explained(small(reservations=None, offers=offers, training={"job": job}))
    assert "training.job.split" in names(conflict)[0]
    assert ("training.job.split=true",) in edits(conflict)


def test_memory() -> None:
    """States of 480 GB ask for 12 cards of 40 GB; no change of that is proposed."""
    job = {"model": "model", "tokens": 1e8, "mfu": "50 %"}
    tree = bent(small(reservations=None, training={"job": job}), "offers.card", supply=11)
    conflict = explained(tree)
    assert names(conflict) == [{"training.job", "training.job.memory", "offers.card.supply"}]
    assert [each.name for each in conflict.hopeless] == ["training.job.memory"]
    assert ("offers.card.supply=12",) in edits(conflict)


def test_service_and_class() -> None:
    """35 requests/s at 10 a card need 3.5 kW, and 4 kW where replicas are whole."""
    row = {"name": "one", "card": "small", "cards": 1, "requests_per_second": 10}
    chat = {"requests": "35 per second", "measured": [row]}
    tree = bent(small(reservations=None, inference={"chat": chat}), "sites.east", power_cap="3 kW")
    conflict = explained(tree)
    assert names(conflict) == [{"inference.chat", "sites.east.power_cap"}]
    assert ("sites.east.power_cap=4 kW",) in edits(conflict)
    assert ("inference.chat.requests=30 per second",) in edits(conflict)
    classes = {"short": {"share": "60 %"}, "long": {"share": "40 %"}}
    chat |= {"classes": classes, "measured": [{**row, "requests_per_second": {"short": 10}}]}
    conflict = explained(small(reservations=None, inference={"chat": chat}))
    assert names(conflict) == [{"inference.chat.classes.long"}]
    assert edits(conflict) == [("inference.chat",)]


def test_replicas() -> None:
    """3.5 kW are enough for 3.5 replicas, not for four."""
    row = {"name": "two", "card": "small", "cards": 2, "requests_per_second": 10}
    chat = {"requests": "15 per second", "measured": [row]}
    tree = bent(small(reservations=None, inference={"chat": chat}), "sites.east", power_cap="3 kW")
    conflict = explained(tree)
    assert "inference.chat.replicas" in names(conflict)[0]
    assert ("inference.chat.replicas=fractional",) in edits(conflict)


def test_sites() -> None:
    """Cards are delivered to the west, and wanted in the east."""
    tree = bent(small(), "sites.west", destination="SG")
    tree = bent(bent(tree, "offers.card", sites=["west"]), "reservations.hold", sites=["east"])
    conflict = explained(tree)
    assert names(conflict) == [{HOLD, f"{HOLD}.sites", "offers.card.sites"}]
    assert edits(conflict) == [("offers.card.sites",), (HOLD,), (f"{HOLD}.sites",)]


def test_fabric() -> None:
    """Two tiers of 4-port switches reach 8 endpoints, three reach 16; five nodes have 10."""
    node = {"node": {"item": "node", "vendor": "acme", "price": "2_000 USD"}}
    fabric = {"site": "east", "switch": "switch", "switch_price": "10 USD", "nics_per_node": 2}
    conflict = explained(small(offers=node, fabrics={"net": fabric}))
    assert names(conflict) == [{HOLD, "fabrics.net.tiers"}]
    assert ("fabrics.net.tiers=3",) in edits(conflict)


def test_spares() -> None:
    """A fifth of 12 cards is spare: 9.6 work, ten are held."""
    tree = bent(small(spares="20 %"), "offers.card", supply=12)
    conflict = explained(tree)
    assert names(conflict) == [{HOLD, "offers.card.supply", "spares"}]
    assert ("offers.card.supply=13",) in edits(conflict)
    spares = next(each[0] for each in edits(conflict) if "spares" in each[0])
    assert 16 < float(spares.split("=")[1].removesuffix(" %")) <= 16.7


def test_two_conflicts_are_cured_together() -> None:
    """Proves the least joint change: 6 of 10 and 3 of 5 cards, 40 % each. Sensitivity: raising
    both caps would be two thirds each.
    """
    tree = small()
    tree["sites"] = {
        "east": {"destination": "SG", "power_cap": "6 kW"},
        "west": {"destination": "SG", "power_cap": "3 kW"},
    }
    tree["reservations"] = {
        "hold": {"cards": 10, "sites": ["east"]},
        "more": {"cards": 5, "sites": ["west"]},
    }
    conflict = explained(tree)
    assert sorted(map(sorted, names(conflict))) == [
        [HOLD, f"{HOLD}.sites", "sites.east.power_cap"],
        ["reservations.more", "reservations.more.sites", "sites.west.power_cap"],
    ]
    (cure,) = conflict.cures
    assert set(cure.edits) == {"reservations.hold.cards=6", "reservations.more.cards=3"}
    assert cure.relative == pytest.approx(0.8)
    assert cure.least
    assert cure.cost == pytest.approx(9_000)


def test_what_no_row_can_compute_is_found_by_trying() -> None:
    """Two offers come too late, each wanted by a reservation of its own: two dates have to move,
    of offers or of reservations.
    """
    offers = {
        "card": {**TWO["card"], "available": "2024-04-01.."},
        "large": {**TWO["dear"], "item": "large", "available": "2024-07-01.."},
    }
    holds = {"hold": {"cards": 1, "of": ["small"]}, "more": {"cards": 1, "of": ["large"]}}
    conflict = explained(small(offers=offers, reservations=holds))
    (cure,) = conflict.cures
    assert len(cure.edits) == 2
    assert not cure.least
    assert cure.cost is not None


def test_weights() -> None:
    """Whoever can hardly have more power sees the other cures first."""
    tree = bent(small(), "sites.east", power_cap="9.5 kW")
    assert edits(explained(tree))[0] == ("sites.east.power_cap=10 kW",)
    weighted = explained(tree, weights={"sites": 10.0})
    assert edits(weighted)[0] == ("reservations.hold.cards=9",)
    assert weighted.cures[1].weighted == pytest.approx(10 * weighted.cures[1].relative)
    with pytest.raises(InputError, match=r"did you mean sites\.east"):
        explained(tree, weights={"sites.eats": 2.0})


def test_a_problem_with_a_plan_has_no_conflict() -> None:
    """What can be solved is refused, not explained away."""
    with pytest.raises(ValueError, match="has a plan"):
        explained(small())


def test_frames() -> None:
    """Cures and members come as tables."""
    conflict = explained(bent(small(), "offers.card", supply=7))
    assert list(conflict.frame()["edits"][:1]) == ["reservations.hold.cards=7"]
    assert set(conflict.members_frame()["path"]) == {HOLD, "offers.card.supply"}


def test_an_interrupt_leaves_what_is_known() -> None:
    """The conflict is there, and the search for cures says that it was cut short."""
    asked = threading.Event()

    def stop(progress: Progress) -> None:
        if progress.engine.startswith("how far"):
            asked.set()

    tree = bent(small(), "sites.east", power_cap="6 kW")
    conflict = explained(tree, on_progress=stop, interrupted=asked)
    assert names(conflict) == [{HOLD, "sites.east.power_cap"}]
    assert conflict.cures == ()
    assert conflict.stopped
