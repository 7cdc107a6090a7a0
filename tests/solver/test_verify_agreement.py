"""Two computations of every figure, written apart, agree on random plans; and the referee is quick.

The bill goes line by line over purchases; verification sums up what is in use by interval. Random
plans keep no limits: only the figures are compared.
"""

import random
import time
from datetime import date, timedelta

import pytest

from solver.bill import Decisions, settle
from solver.families import Family
from solver.instance.model import Instance, Kind
from solver.plan import ReservationRow
from solver.verify import verify
from solver.verify.energy import check_energy
from solver.verify.ledger import cash_flow_of, ledger_of
from solver.verify.orders import check_orders
from solver.verify.places import check_places
from solver.verify.rows import read_rows
from solver.verify.tally import Tally
from solver.verify.workloads import check_workloads
from tests.solver.good_plan import good_decisions, good_instance
from tests.solver.instances import World
from tests.solver.plans import plan_of, serves, trains

FIGURES = {
    Family.RECORD,
    Family.OPTION,
    Family.DISCOUNT,
    Family.PRICE,
    Family.FLEET,
    Family.ENERGY,
    Family.CASH_FLOW,
    Family.BILL,
    Family.OBJECTIVE,
}
SITES = ("east", "west")
POOLS = ("east/node", "west/node", "east/host/l40", "west/standalone/l40")


def random_instance(rng: random.Random) -> Instance:
    """Anything but limits: steps in time, tiers, terms of payment, leases, fabrics, retirement."""
    periods, months = rng.randint(1, 4), rng.choice([1, 3, 6])
    start = date(2023, rng.randint(1, 12), 1)
    cuts = [start + timedelta(days=rng.randint(1, 28 * periods * months)) for _ in range(4)]
    world = World(start, periods, months, cuts)

    def steps(most: float, count: int = world.count) -> list[float]:
        return [round(rng.uniform(0, most), 3) for _ in range(count)]

    for site in SITES:
        world.add_site(
            site,
            pue=rng.uniform(1, 2),
            price_per_kwh=steps(1),
            demand_charge_per_kw=steps(40, len(world.months)),
            space_per_kw_month=steps(900),
            carbon_kg_per_kwh=steps(1),
            carbon_price_per_kg=steps(0.1),
        )
    world.add_site("cloud", hosted=True, price_per_kwh=1.0)
    world.add_item("node", load_kw=rng.uniform(4, 9), idle_kw=rng.uniform(0, 4))
    world.add_item("host", Kind.HOST, slots=4, load_kw=1.0, idle_kw=0.5)
    world.add_item("card", Kind.CARD, card="l40", load_kw=0.4, idle_kw=0.1)
    for item, box in (("node", None), ("host", None), ("card", "host"), ("card", None)):
        for number in range(2):
            sites = SITES if item != "card" else SITES[:1] if box else SITES[1:]
            world.sell(
                f"{item}-{box}-{number}",
                item,
                rng.uniform(10, 1e6),
                sites=sites,
                box=box,
                fixed_fee=rng.choice([0.0, 500.0]),
                discounts=rng.choice([(), [(10, 0.05), (50, 0.1)], [(1, 0.02)]]),
                extra_share=rng.choice([0.0, 0.13]),
                extra_per_unit=rng.choice([0.0, 80.0]),
                lead_days=rng.randint(0, 90),
                pay_at_order=rng.choice([0.0, 0.3, 1.0]),
                surcharge=rng.choice([0.0, 0.25]),
                last=rng.choice([None, world.count]),
            )
    first, after = world.periods[0].start, world.start + timedelta(days=int(world.days))
    for until in (after, after + timedelta(days=40), first + timedelta(days=20)):
        world.let("lease", "node", rng.uniform(1, 20), 0, until, site="cloud", fixed_fee=9.0)
        world.let("onsite", "node", rng.uniform(1, 20), 0, until, site="east")
    world.own("node", rng.randint(0, 9), "west", last=rng.randint(1, world.count))
    world.train("job", 1.0, POOLS)
    world.reserve("lab", 0, POOLS)
    modes = [(f"c{g}", pool, g, {"a": 10.0, "b": 3.0}) for g, pool in enumerate(POOLS, start=1)]
    world.serve("chat", {"a": 0.0, "b": 0.0}, modes, peak_factor=rng.uniform(1, 2), whole=False)
    leaf = world.line("leaf", 9e4, switch=True, per_endpoint=1 / 16, power_kw=rng.uniform(0, 2))
    nic = world.line("nic", 7e3, per_endpoint=1.5)
    world.connect("ib", [leaf, nic, world.line("card", 40.0, per_card=1.0)], site="east")
    return world.build(
        discount_rate=rng.choice([0.0, 0.08, 0.3]),
        residual_life_days=rng.choice([None, 400.0, 1825.0]),
        maintenance_fraction=rng.choice([0.0, 0.03]),
    )


def random_decisions(instance: Instance, rng: random.Random) -> Decisions:
    """Any numbers, with whole units."""
    intervals = range(len(instance.intervals))
    taken = rng.sample(instance.options, rng.randint(1, len(instance.options)))
    training, serving, routing, reservations = [], [], [], []
    for interval in intervals:
        for number, pool in enumerate(POOLS, start=1):
            training.append(trains("job#1", pool, rng.randint(1, 99), 0.0, interval))
            reservations.append(ReservationRow("lab", pool, interval, rng.randint(1, 99)))
            rates = {"a": rng.uniform(0, 90), "b": rng.uniform(0, 9)}
            replicas = rng.uniform(1, 9)
            row, routed = serves(
                "chat", f"c{number}", pool, replicas, number * replicas, rates, interval
            )
            serving.append(row)
            routing += routed
    return Decisions(
        units={option.key: rng.randint(1, 99) for option in taken},
        fabric={
            ("ib", line, period.index): rng.randint(0, 50)
            for line in ("leaf", "nic", "card")
            for period in instance.periods
        },
        training=tuple(training),
        serving=tuple(serving),
        routing=tuple(routing),
        reservations=tuple(reservations),
    )


@pytest.mark.parametrize("seed", range(40))
def test_bill_and_referee_agree(seed: int) -> None:
    """Every payment, to a billionth: same dates, terms, sites, amounts and present values."""
    rng = random.Random(seed)
    instance = random_instance(rng)
    decisions = random_decisions(instance, rng)
    plan = plan_of(instance, decisions)
    found = [v for v in verify(instance, plan).violations if v.family in FIGURES]
    assert found == []

    tally = Tally(instance)
    read = read_rows(instance, plan, tally)
    priced = check_orders(instance, read, tally)
    standing = check_places(instance, plan, read, tally)
    busy = check_workloads(instance, read, standing, tally)
    metered = check_energy(instance, plan, standing, busy, tally)
    flows = cash_flow_of(instance, ledger_of(instance, read, priced, metered))
    mine = {key: (money.amount, money.present_value) for key, money in flows.items()}
    settled = settle(instance, decisions)
    theirs = {(r.date, r.term, r.site): (r.amount, r.present_value) for r in settled.cash_flow}
    assert mine == {key: pytest.approx(value, rel=1e-9) for key, value in theirs.items()}
    objective = sum(value for _, value in mine.values())
    assert objective == pytest.approx(settled.objective, rel=1e-9)


def large_case() -> tuple[Instance, Decisions]:
    """10,000 purchase rows and 200,000 routing rows over 200 intervals."""
    days = range(10, 20 * 91, 10)
    cuts = [date(2023, 1, 1) + timedelta(days=day) for day in days]
    world = World(periods=20, months=3, cuts=cuts)
    sites = [world.add_site(f"s{n}", price_per_kwh=0.5, power_cap_kw=1e9) for n in range(10)]
    world.add_item("node")
    for number in range(50):
        world.sell(f"offer-{number}", "node", 1e6, sites=sites, discounts=[(50, 0.1)])
    pools = [f"{site}/node" for site in sites]
    modes = [("tp8", pool, 8, {"a": 10.0}) for pool in pools]
    services = 200_000 // (len(pools) * world.count)
    for number in range(services):
        world.serve(f"chat-{number}", {"a": 1.0 * len(pools)}, modes)
    instance = world.build(maintenance_fraction=0.03, residual_life_days=1825.0)
    rows = [
        serves(f"chat-{number}", "tp8", pool, 1, 8, {"a": 1.0}, interval)
        for number in range(services)
        for pool in pools
        for interval in range(world.count)
    ]
    units = {option.key: 5 for option in instance.options}
    routing = tuple(routed for _, (routed,) in rows)
    return instance, Decisions(units, {}, serving=tuple(row for row, _ in rows), routing=routing)


@pytest.mark.slow
def test_large_plans_are_verified_in_seconds() -> None:
    """A plan far above the sizes that are solved is verified in seconds."""
    instance, decisions = large_case()
    plan = plan_of(instance, decisions)
    assert len(plan.purchases) == 10_000
    assert len(plan.routing) > 190_000
    started = time.process_time()
    found = verify(instance, plan)
    seconds = time.process_time() - started
    assert found.ok
    # Measured: 2 s. The budget leaves room for slow machines, not for quadratic loops.
    assert seconds < 30


def test_the_good_plan_settles_and_verifies_to_the_same_objective() -> None:
    """The same agreement on the plan that keeps every limit."""
    settled = settle(good_instance(), good_decisions())
    assert verify(good_instance(), plan_of(good_instance(), good_decisions())).ok
    assert settled.objective == pytest.approx(sum(r.present_value for r in settled.cash_flow))
