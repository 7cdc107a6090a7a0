"""One instance in which every family of constraints holds something, and a plan that keeps all.

Two half years, each cut in two; sites `here`, `there` and the hosted `cloud`. Limits on orders,
spend, power, rack units, endpoints and training are used up exactly: one step more breaks them.
"""

from dataclasses import replace
from datetime import date
from functools import cache
from typing import Any

from solver.bill import Decisions
from solver.instance.model import Exclusion, Instance, Kind, Limits
from solver.plan import ReservationRow
from tests.solver.instances import World
from tests.solver.plans import serves, trains

NODES, LOOSE, SLOTTED, RENTED = "here/node", "there/standalone/l40", "here/host/l40", "cloud/node"


@cache
def good_instance() -> Instance:
    """Nodes and cards in hosts here, loose cards there, leased nodes in the cloud."""
    world = World(periods=2, months=6, cuts=[date(2023, 4, 1), date(2023, 10, 1)])
    # 6 owned until July, 10 bought from January, 2 from July; 3 hosts with 10 cards; 6 switches.
    here_kw = [1.5 * (load + 3 * 1.0 + 10 * 0.4 + 6 * 0.2) for load in (96, 96, 72, 72)]
    world.add_site(
        "here",
        pue=1.5,
        power_cap_kw=here_kw,
        rack_units=[82, 82, 66, 66],
        price_per_kwh=[0.4, 0.5, 0.6, 0.5],
        demand_charge_per_kw=30.0,
        space_per_kw_month=900.0,
        carbon_kg_per_kwh=0.55,
        carbon_price_per_kg=0.07,
    )
    world.add_site("there", price_per_kwh=0.3)
    world.add_site("cloud", hosted=True)
    world.add_item("node", tpp=80.0)
    world.add_item("host", Kind.HOST, slots=4, load_kw=1.0, idle_kw=0.5, rack_units=6)
    world.add_item("card", Kind.CARD, card="l40", load_kw=0.4, idle_kw=0.1, rack_units=0, tpp=5.0)
    world.add_item("h20-node", card="h20", tpp=20.0)
    world.working_fraction = 0.9
    world.own("node", 6, last=2)
    _sell(world)
    _load(world)
    leaf = world.line("leaf", 9000.0, switch=True, per_endpoint=2 / 64, power_kw=0.2)
    spine = world.line("spine", 9000.0, switch=True, per_endpoint=1 / 64, power_kw=0.2)
    nic, cable = world.line("nic", 90.0, per_endpoint=1.0), world.line("cable", 5.0, per_endpoint=2)
    world.connect("ib", [leaf, spine, nic, cable], nics_per_unit=8, max_endpoints=120)
    world.connect("eth", [world.line("card", 40.0, per_card=1.0)], site="there", vendor=None)
    reason = "TPP 4,992 is at least 4,800"
    excluded = Exclusion(
        "h20", "h20-node", "here", "bis", reason, date(2023, 7, 1), date(2023, 7, 1)
    )
    return world.build(
        discount_rate=0.08,
        residual_life_days=1825.0,
        maintenance_fraction=0.03,
        limits=_limits(),
        excluded=(excluded,),
    )


def _sell(world: World) -> None:
    world.sell(
        "node",
        "node",
        1000.0,
        sites=("here", "there"),
        vendor="inspur",
        minimum_order=2,
        fixed_fee=100.0,
        discounts=[(10, 0.04)],
        supply=[((0,), 10), ((0, 1), 12)],
        extra_share=0.13,
        extra_per_unit=8.0,
        lead_days=56,
        pay_at_order=0.3,
        surcharge=0.25,
        licensed=True,
    )
    world.sell("host", "host", 120.0, vendor="dell")
    world.sell("slotted", "card", 58.0, box="host", vendor="dell")
    world.sell("loose", "card", 50.0, sites=("there",), vendor="dell")
    world.sell("h20", "h20-node", 1090.0, sites=("here",), periods=(0,))
    world.let("cloud", "node", 0.02, 0, date(2023, 7, 1), site="cloud", supply=[((0, 1), 3)])
    world.let("cloud", "node", 0.02, 0, date(2024, 2, 1), site="cloud", supply=[((0, 1), 3)])


def _load(world: World) -> None:
    world.train("gpt", 201.3, [NODES, LOOSE], first=1, last=3, min_units=2, segments=[(0.5, 0.1)])
    world.train("wide", 180.0, [NODES, SLOTTED, LOOSE], split=True, segments=[(1.0, 0.0), (0.5, 1)])
    modes = [
        ("tp4", NODES, 4, {"short": 10.0, "long": 2.0}),
        ("tp1", SLOTTED, 1, {"short": 1.0}),
        ("tp8", RENTED, 8, {"short": 20.0, "long": 4.0}),
    ]
    demand = {"short": [25.0, 25.0, 41.0, 41.0], "long": [1.0, 1.0, 4.0, 4.0]}
    world.serve("chat", demand, modes, peak_factor=1.5)
    world.reserve("lab", [0, 6, 6, 9], [LOOSE, SLOTTED])


def _limits() -> Limits:
    # Nodes: 10·1000·0.96 = 9,600 and 2·1000 = 2,000, each with extras, 25 % surcharge and a fee.
    # Fabric here: 6 switches, NICs and cables for 104 endpoints then 16. 30 % of the first order is
    # paid in 2022.
    first = 9600 * 1.38 + 80
    second = 2000 * 1.38 + 16 + 100
    dell = 3 * 120 + 10 * 58 + 20 * 50
    fabric = 6 * 9000 + 120 * 100 + 20 * 40
    lease = 0.02 * 24 * (181 + 2 * 396)
    total = first + 100 + second + dell + fabric + lease
    return Limits(
        budget_by_year=((2022, 0.3 * first), (2023, total - 0.3 * first)),
        budget_total=total,
        vendor_share=(
            ("cloud", lease / total),
            ("dell", dell / total),
            ("fabrico", 6 * 9000 / total + 120 * 100 / total),
            ("inspur", (first + 100 + second) / total),
        ),
        card_types=2,
        licences=(("a100", 96),),
        total_tpp=12 * 80.0 + 30 * 5.0,
    )


def good_decisions() -> Decisions:
    """A plan for it that keeps every limit with nothing to spare."""
    serving, routing = [], []
    for interval in range(4):
        first_half = interval < 2
        parts = [
            ("tp4", NODES, 2 if first_half else 3, 4, {"short": 20.0, "long": 0.0}),
            ("tp1", SLOTTED, 5 if first_half else 1, 1, {"short": 5.0 if first_half else 1.0}),
            ("tp8", RENTED, 3 if first_half else 2, 8, {"long": 1.0 if first_half else 4.0}),
        ]
        if not first_half:
            parts[0] = ("tp4", NODES, 3, 4, {"short": 30.0})
            parts[2] = ("tp8", RENTED, 2, 8, {"short": 10.0, "long": 4.0})
        for name, pool, replicas, each, rates in parts:
            rates = {key: rate for key, rate in rates.items() if rate}
            row, routed = serves("chat", name, pool, replicas, replicas * each, rates, interval)
            serving.append(row)
            routing += routed
    held = [
        ("lab", LOOSE, 1, 6),
        ("lab", LOOSE, 2, 6),
        ("lab", LOOSE, 3, 8),
        ("lab", SLOTTED, 3, 1),
    ]
    return Decisions(
        units={
            "node@here#0": 10,
            "node@here#1": 2,
            "host@here#0": 3,
            "slotted@here#0": 10,
            "loose@there#0": 20,
            "cloud@cloud#0-2023-07-01": 1,
            "cloud@cloud#0-2024-02-01": 2,
        },
        fabric={
            ("ib", "leaf", 0): 4,
            ("ib", "spine", 0): 2,
            ("ib", "nic", 0): 104,
            ("ib", "nic", 1): 16,
            ("ib", "cable", 0): 208,
            ("ib", "cable", 1): 32,
            ("eth", "card", 0): 20,
        },
        training=(
            trains("gpt#1", NODES, 16, 1.1 * 91, 1),
            trains("gpt#1", NODES, 16, 1.1 * 92, 2),
            trains("wide#1", NODES, 8, 90.0, 0),
            trains("wide#1", SLOTTED, 1, 90.0, 0),
        ),
        serving=tuple(serving),
        routing=tuple(routing),
        reservations=tuple(ReservationRow(*row) for row in held),
    )


def with_offer(instance: Instance, key: str, **changes: Any) -> Instance:
    """The instance with another figure in an offer."""
    offers = tuple(replace(o, **changes) if o.key == key else o for o in instance.offers)
    return replace(instance, offers=offers)


def with_limits(instance: Instance, **changes: Any) -> Instance:
    """The instance with other limits."""
    return replace(instance, limits=replace(instance.limits, **changes))
