"""Each family of constraints on places and workloads, by a tiny problem solved by hand.

Every sensitivity is tried where a family's rows can be left out.
"""

import pytest

from solver.families import Family
from tests.solver.hand import (
    ITEMS,
    card,
    hold,
    instance_of,
    job,
    node,
    offer,
    problem,
    service,
    total,
)


def test_slots() -> None:
    """Proves that cards need slots: 3 cards for 10 each stand in two hosts of 2 slots for 40: 110.

    Sensitivity: if slots were broken, the cards alone: 30.
    """
    tree = problem(
        offers={"card": offer("c", "10 USD"), "host": offer("host", "40 USD")}, reservations=hold(3)
    )
    assert total(tree) == pytest.approx(110)
    assert total(tree, Family.SLOTS) == pytest.approx(30)


def test_slots_of_owned_cards() -> None:
    """Proves that owned cards want slots too, when their owned hosts leave: 4 cards need 2 hosts
    from February on, though nothing else is wanted: 80. A minimum order of 5 cards needs 3.

    Sensitivity: if hosts were bounded by what workloads need, both would be infeasible.
    """
    owned = {
        "boxes": {"item": "host", "site": "here", "count": 2, "until": "2024-01-31"},
        "inside": {"item": "c", "site": "here", "count": 4, "host": "host"},
    }
    tree = problem(
        horizon={"start": "2024-01-01", "end": "2024-02-29", "period": "month"},
        fleet=owned,
        offers={"host": offer("host", "40 USD")},
    )
    assert total(tree) == pytest.approx(80)
    many = problem(
        offers={"card": offer("c", "10 USD", minimum_order=5), "host": offer("host", "40 USD")},
        reservations=hold(1),
    )
    assert total(many) == pytest.approx(170)


def two_kinds() -> dict[str, object]:
    """Six cards wanted; pairs for 100 and 110 and a four for 350, each of 2 kW and 4 rack units."""
    return problem(
        offers={
            "pair": offer(),
            "twin": offer(price="110 USD"),
            "four": offer("four", "350 USD"),
        },
        reservations=hold(6),
    )


def test_power_counts_pue() -> None:
    """Proves that load power times PUE stays within the cap: 6 kW at PUE 1.5 carry 4 kW, two nodes:
    a pair for 100 and a four for 350 hold the 6 cards: 450. At PUE 1 there is room for 3 pairs.

    Sensitivity: if the cap were broken, as many pairs as there is room for each alone: 310.
    """
    site = {"destination": "CN", "power_cap": "6 kW", "pue": 1.5}
    tree = two_kinds() | {"sites": {"here": site}}
    assert total(tree) == pytest.approx(450)
    assert total(tree, Family.POWER) == pytest.approx(310)
    tree["sites"] = {"here": {**site, "pue": 1}}
    assert total(tree) == pytest.approx(300)


def test_power_cap_of_every_interval() -> None:
    """Proves that the lowest step of the cap decides for what stands: 6 kW, but 4 in the last week.

    Sensitivity: read on the first day only, 3 pairs: 300.
    """
    steps = {"2024-01-01": "6 kW", "2024-01-25": "4 kW"}
    tree = two_kinds() | {"sites": {"here": {"destination": "CN", "power_cap": steps}}}
    assert total(tree) == pytest.approx(450)


def test_power_counts_the_fleet_and_switches() -> None:
    """Proves that an owned pair and switches of 0.5 kW draw on the cap: of 6 kW, 2 are the owned
    pair's; two more pairs would take 4 and their 3 switches 1.5, so it is a four with 2 switches:
    350 + 20. With 7.5 kW it is the two pairs and 3 switches: 230.

    Sensitivity: without switches or fleet in the cap, 230 the first time.
    """
    tree = problem(
        sites={"here": {"destination": "CN", "power_cap": "6 kW"}},
        fleet={"old": {"item": "pair", "site": "here", "count": 1}},
        fabrics={"net": fabric(nics_per_node=2)},
        offers={"pair": offer(), "four": offer("four", "350 USD")},
        reservations=hold(6),
    )
    assert total(tree) == pytest.approx(370)
    tree["sites"] = {"here": {"destination": "CN", "power_cap": "7.5 kW"}}
    assert total(tree) == pytest.approx(230)


def fabric(**terms: object) -> dict[str, object]:
    """Switches of 4 ports for 10 each, two tiers."""
    return {"site": "here", "switch": "switch", "switch_price": "10 USD", **terms}


def test_rack_units() -> None:
    """Proves that nodes find rack units: 11 carry two nodes of 4: a pair and a four: 450; 12, three.

    Sensitivity: if racks were broken, as many pairs as there is room for each alone: 310.
    """
    tree = two_kinds() | {"sites": {"here": {"destination": "CN", "rack_units": 11}}}
    assert total(tree) == pytest.approx(450)
    assert total(tree, Family.RACK_UNITS) == pytest.approx(310)
    tree["sites"] = {"here": {"destination": "CN", "rack_units": 12}}
    assert total(tree) == pytest.approx(300)


def test_fabric_switches_are_whole() -> None:
    """Proves that 3 endpoints need 2e/k = 1.5, so 2 leaves, and e/k = 0.75, so 1 spine: 300 + 30.

    Sensitivity: if the rows were broken, no switch: 300; if switches were not whole, 322.5.
    """
    tree = problem(
        fabrics={"net": fabric(nics_per_node=1)}, offers={"pair": offer()}, reservations=hold(6)
    )
    assert total(tree) == pytest.approx(330)
    assert total(tree, Family.FABRIC) == pytest.approx(300)


def test_fabric_of_three_tiers() -> None:
    """Proves that 3 endpoints in three tiers need 2 leaves, 2 spines and 1 core: 300 + 50.

    Sensitivity: counted as two tiers, 330.
    """
    tree = problem(
        fabrics={"net": fabric(nics_per_node=1, tiers=3)},
        offers={"pair": offer()},
        reservations=hold(6),
    )
    assert total(tree) == pytest.approx(350)


def test_fabric_reach() -> None:
    """Proves that a tree of two tiers ends at k^2/2 = 8 endpoints, two nodes of 4 NICs: a pair and
    a four for 250, 4 leaves and 2 spines: 350 + 60.

    Sensitivity: if reach and switches were broken, 3 pairs: 300.
    """
    tree = problem(
        fabrics={"net": fabric(nics_per_node=4)},
        offers={"pair": offer(), "four": offer("four", "250 USD")},
        reservations=hold(6),
    )
    assert total(tree) == pytest.approx(410)
    assert total(tree, Family.FABRIC) == pytest.approx(300)


def test_fabric_switches_stay() -> None:
    """Proves that switches are bought once and stay: nodes with a life of a month are bought in
    January and February, the 2 switches for one endpoint only in January: 200 + 20.

    Sensitivity: if they were bought by period, 240.
    """
    tree = problem(
        horizon={"start": "2024-01-01", "end": "2024-02-29", "period": "month"},
        items={"pair": node("c", 2, life="1 month")},
        fabrics={"net": fabric(nics_per_node=1)},
        offers={"pair": offer()},
        reservations=hold(2),
    )
    assert total(tree) == pytest.approx(220)


def test_capacity() -> None:
    """Proves that what is held is installed: 5 cards are 3 pairs: 300.

    Sensitivity: if capacity were broken, nothing would be bought: 0.
    """
    tree = problem(offers={"pair": offer()}, reservations=hold(5))
    assert total(tree) == pytest.approx(300)
    assert total(tree, Family.CAPACITY) == pytest.approx(0)


def test_capacity_is_shared() -> None:
    """Proves that all workloads hold cards of their own at the same time: 2 reserved, 1 serving, and
    1 for the 31 card-days of a job: 4 loose cards, 40. When the reservation ends after the 15th,
    they do for 62 card-days: 1 card for 15 days and 3 for 16 make 63.

    Sensitivity: if workloads shared cards, 20; if holdings could not change, 5 cards: 50.
    """
    tree = problem(
        offers={"card": offer("c", "10 USD", standalone=True)},
        reservations=hold(2),
        inference=service(1, 1),
        training=job(31),
    )
    assert total(tree) == pytest.approx(40)
    tree |= {"reservations": hold(2, until="2024-01-15"), "training": job(62)}
    assert total(tree) == pytest.approx(40)


def test_capacity_after_spares_and_repairs() -> None:
    """Proves that working = installed x (1 - spares) x availability: 9 of 10 loose cards work at
    10 % spares, 8 of 10 at 80 % availability: 8 wanted cards are 9 and 10 bought ones.

    Sensitivity: without the factors, 8 cards: 80.
    """
    loose = {"card": offer("c", "10 USD", standalone=True)}
    tree = problem(offers=loose, reservations=hold(8))
    assert total(tree) == pytest.approx(80)
    assert total(tree | {"spares": "10 %"}) == pytest.approx(90)
    assert total(tree | {"availability": "80 %"}) == pytest.approx(100)
    assert total(tree | {"spares": "10 %", "availability": "80 %"}) == pytest.approx(120)


def test_memory_fit() -> None:
    """Proves that a job holds the cards its memory needs at once: 10e9 parameters x 16 bytes are
    160 GB, 4 cards of 40 GB: two pairs, though one does the work: 200.

    Sensitivity: if the minimum were broken, one pair: 100.
    """
    training = job(30, model="model", memory="fit")
    tree = problem(offers={"pair": offer()}, training=training)
    assert total(tree) == pytest.approx(200)
    assert total(tree, Family.MEMORY_FIT) == pytest.approx(100)


def test_memory_in_whole_scale_up_domains() -> None:
    """Proves that a job holds whole scale-up domains: 160 GB fit 4 cards, and where 3 share a domain
    it takes 6, in two hosts of 3 slots: 60 + 80.

    Sensitivity: without domains, 4 cards in two hosts: 120.
    """
    items = {"c": card(scale_up_cards=3), "host": {**ITEMS["host"], "slots": 3}}
    tree = problem(
        items=items,
        offers={"card": offer("c", "10 USD"), "host": offer("host", "40 USD")},
        training=job(30, model="model", memory="fit"),
    )
    assert total(tree) == pytest.approx(140)
    tree["items"] = tree["items"] | {"c": card()}
    assert total(tree) == pytest.approx(120)


def test_training_rate() -> None:
    """Proves that work takes cards: 150 card-days in 31 days are 4.8 cards: 3 pairs, 300.

    Sensitivity: if the rate were broken, no card at all: 0.
    """
    tree = problem(offers={"pair": offer()}, training=job(150))
    assert total(tree) == pytest.approx(300)
    assert total(tree, Family.TRAINING_RATE) == pytest.approx(0)


def test_training_rate_of_a_concave_table() -> None:
    """Proves that every segment bounds the rate: at 50 % with 2 loose cards and 18.75 % with 8, each
    card beyond the second brings a sixth of a full one. 62 card-days in 31 days are 2 cards: 20;
    77.5 are 2.5, so 2 cards and 3 sixths: 50.

    Sensitivity: on the first segment alone, 3 cards: 30 the second time.
    """
    loose, table = {"card": offer("c", "10 USD", standalone=True)}, {2: "50 %", 8: "18.75 %"}
    tree = problem(offers=loose, training=job(62, mfu={"c": table}))
    assert total(tree) == pytest.approx(20)
    tree["training"] = job(77.5, mfu={"c": table})
    assert total(tree) == pytest.approx(50)


def test_training_window() -> None:
    """Proves that a job runs inside its window: 60 card-days need 2 cards in a month, one pair; in
    the 10 days up to the 20th they need 6, three pairs: 300.

    Sensitivity: if it ran outside, 100; a window one day longer or shorter: 5.5 cards, three pairs,
    or 6.7, four.
    """
    assert total(problem(offers={"pair": offer()}, training=job(60))) == pytest.approx(100)
    inside = job(60, window="2024-01-11..2024-01-20")
    assert total(problem(offers={"pair": offer()}, training=inside)) == pytest.approx(300)
    shorter = job(60, window="2024-01-11..2024-01-19")
    assert total(problem(offers={"pair": offer()}, training=shorter)) == pytest.approx(400)


def test_training_repeats() -> None:
    """Proves that occurrences repeat by their step and that one past the horizon is dropped: twice
    20 card-days in 10 days each are 2 cards at a time: 100. Three times, every 5 days, overlap: 4.

    Sensitivity: if repeats fell together, 200 the first time.
    """
    ten_days = "2024-01-01..2024-01-10"
    twice = problem(offers={"pair": offer()}, training=job(20, window=ten_days, every="15 days"))
    assert [(o.number) for o in instance_of(twice).occurrences] == [1, 2]
    assert total(twice) == pytest.approx(100)
    often = problem(offers={"pair": offer()}, training=job(20, window=ten_days, every="8 days"))
    assert [o.number for o in instance_of(often).occurrences] == [1, 2, 3]
    assert total(often) == pytest.approx(200)


def two_pools(**terms: object) -> dict[str, object]:
    """A job of 4 cards; cheap pairs of c and of e, one each, and dear nodes of four."""
    items = {"e": card(), "other": node("e", 2)}
    offers = {
        "c": offer(supply=1),
        "e": offer("other", supply=1),
        "four": offer("four", "500 USD"),
    }
    return problem(items=items, offers=offers, training=job(124, **terms))


def test_training_pool() -> None:
    """Proves that a job runs in one pool: not on a pair of c and a pair of e, but on a four: 500.

    Sensitivity: if it could be split, 200, as with `split: true`.
    """
    assert total(two_pools()) == pytest.approx(500)
    assert total(two_pools(), Family.TRAINING_POOL) == pytest.approx(200)
    assert total(two_pools(split=True)) == pytest.approx(200)


def test_training_split_stays_at_one_site() -> None:
    """Proves that a split job stays at one site: with e only elsewhere it is the four again.

    Sensitivity: if sites did not matter, 200.
    """
    tree = two_pools(split=True)
    tree["sites"] = {"here": {"destination": "CN"}, "there": {"destination": "CN"}}
    tree["offers"]["c"]["sites"] = ["here"]
    tree["offers"]["e"]["sites"] = ["there"]
    assert total(tree) == pytest.approx(500)
    assert total(tree, Family.TRAINING_POOL) == pytest.approx(200)


def test_training_work() -> None:
    """Proves that the work is done: 90 card-days are 3 cards for a month, two pairs: 200.

    Sensitivity: if work were broken, 0.
    """
    tree = problem(offers={"pair": offer()}, training=job(90))
    assert total(tree) == pytest.approx(200)
    assert total(tree, Family.TRAINING_WORK) == pytest.approx(0)


def test_replicas_are_whole() -> None:
    """Proves that replicas are whole: 2 requests per second at 3 for each of two services are two
    replicas, a loose card each: 20; fractional ones share a card and a third, so 2 cards for three
    services, where whole ones take 3.

    Sensitivity: if replicas were broken, 0.
    """
    loose = {"card": offer("c", "10 USD", standalone=True)}
    three = {f"s{n}": service(2, 3)["chat"] for n in range(3)}
    tree = problem(offers=loose, inference=three)
    assert total(tree) == pytest.approx(30)
    assert total(tree, Family.REPLICAS) == pytest.approx(0)
    halved = {key: {**block, "replicas": "fractional"} for key, block in three.items()}
    assert total(problem(offers=loose, inference=halved)) == pytest.approx(20)


def test_replicas_share_classes() -> None:
    """Proves that classes share a replica: 3 short per second at 6 and 1 long at 2 fill one card
    (1/2 + 1/2); 3 short and 3 long need 1/2 + 3/2: two.

    Sensitivity: a replica for each class: 20 the first time.
    """
    each = {"short": 6, "long": 2}
    loose = {"card": offer("c", "10 USD", standalone=True)}
    tree = problem(offers=loose, inference=service(4, each, classes=shares(75, 25)))
    assert total(tree) == pytest.approx(10)
    tree["inference"] = service(6, each, classes=shares(50, 50))
    assert total(tree) == pytest.approx(20)


def shares(short: int, long: int) -> dict[str, object]:
    """Two classes of requests."""
    tokens = {"prompt_tokens": 1, "answer_tokens": 1}
    return {
        "short": {"share": f"{short} %", **tokens},
        "long": {"share": f"{long} %", **tokens},
    }


def test_demand_at_its_peak() -> None:
    """Proves that capacity meets the peak: 4 requests per second at a peak of 1.5 are 6, two cards
    of 3: one pair, 100; at 2, eight: 3 cards, 200.

    Sensitivity: if demand were broken, 0; without the peak, 100.
    """
    tree = problem(offers={"pair": offer()}, inference=service(4, 3, peak_factor=1.5))
    assert total(tree) == pytest.approx(100)
    assert total(tree, Family.DEMAND) == pytest.approx(0)
    tree["inference"] = service(4, 3, peak_factor=2)
    assert total(tree) == pytest.approx(200)


def test_demand_grows() -> None:
    """Proves that growth compounds at each calendar step from `from`: 2 per second grow by half to
    3 in February and 4.5 in March: 1, 1 and 2 pairs of 4 per second: 200; until February, 100.

    Sensitivity: without growth, or one step late, 100.
    """
    quarter = {"start": "2024-01-01", "end": "2024-03-31", "period": "month"}
    growing = service(2, 2, growth="50 % per month")
    tree = problem(horizon=quarter, offers={"pair": offer()}, inference=growing)
    assert total(tree) == pytest.approx(200)
    tree["inference"] = service(2, 2, growth="50 % per month", until="2024-02-29")
    assert total(tree) == pytest.approx(100)


def test_reservation() -> None:
    """Proves that reservations hold their cards at each step: 2, and 5 from the 15th: 3 pairs.

    Sensitivity: if reservations were broken, 0; on the first step alone, 100.
    """
    steps = {"2024-01-01": 2, "2024-01-15": 5}
    tree = problem(offers={"pair": offer()}, reservations=hold(steps))
    assert total(tree) == pytest.approx(300)
    assert total(tree, Family.RESERVATION) == pytest.approx(0)


def test_fleet_while_it_stands() -> None:
    """Proves that owned nodes serve from their first to their last day: an owned pair until 30
    January leaves one day to cover: 100; until the 31st nothing is bought.

    Sensitivity: if its end were broken by a day, both would cost the same.
    """
    old = {"item": "pair", "site": "here", "count": 1, "until": "2024-01-30"}
    tree = problem(fleet={"old": old}, offers={"pair": offer()}, reservations=hold(2))
    assert total(tree) == pytest.approx(100)
    tree["fleet"] = {"old": {**old, "until": "2024-01-31"}}
    assert total(tree) == pytest.approx(0)


def test_items_retire() -> None:
    """Proves that a node with a life of a month serves January but not February: bought twice.

    Sensitivity: if nothing retired, 100.
    """
    tree = problem(
        horizon={"start": "2024-01-01", "end": "2024-02-29", "period": "month"},
        items={"pair": {**ITEMS["pair"], "life": "1 month"}},
        offers={"pair": offer()},
        reservations=hold(2),
    )
    assert total(tree) == pytest.approx(200)
