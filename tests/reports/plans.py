"""Plans made by hand for the tests of reports: small ones with round figures, and one as large and
as awkward as wanted. Their sums hold, but no problem stands behind them.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

from solver.families import Family
from solver.plan import (
    BillRow,
    CashFlowRow,
    Check,
    EnergyRow,
    ExcludedRow,
    FleetRow,
    IntervalRow,
    PeriodRow,
    Plan,
    PlanStatus,
    PurchaseRow,
    ReservationRow,
    RoutingRow,
    ServingRow,
    Term,
    TrainingRow,
    Verification,
)

CAPITAL = {"card": Term.CARDS, "node": Term.NODES, "host": Term.HOSTS, "fabric": Term.FABRIC}
VERIFIED = Verification(
    ok=True,
    checks=(
        Check(Family.POWER, Family.POWER.description, 12),
        Check(Family.BILL, Family.BILL.description, 1_200),
    ),
    violations=(),
)
PROVENANCE = {
    "rackmix": "0.1.0",
    "python": "3.12.1",
    "pulp": "4.2.0",
    "engine": "cbc",
    "engine_version": "2.929",
    "problem_sha256": "3f2a9c1b7d" * 6,
    "catalog_sha256": "77aa01c0de" * 6,
    "stop": "gap",
    "attempts": [{}],
    "seconds": 1.834,
}


def add_months(day: date, months: int) -> date:
    """The first of the month so many months after the first of a month."""
    number = day.year * 12 + day.month - 1 + months
    return date(number // 12, number % 12 + 1, 1)


def periods_of(start: date, count: int, months: int) -> tuple[PeriodRow, ...]:
    """Periods of some months, from the first of a month."""
    rows = []
    for number in range(count):
        begin = add_months(start, number * months)
        end = add_months(begin, months) - timedelta(days=1)
        label = f"{begin.year}-Q{(begin.month + 2) // 3}" if months == 3 else f"{begin:%Y-%m}"
        rows.append(PeriodRow(label, begin, end))
    return tuple(rows)


def intervals_of(periods: Iterable[PeriodRow]) -> tuple[IntervalRow, ...]:
    """One interval for each period."""
    return tuple(
        IntervalRow(number, _moment(p.start), _moment(p.end + timedelta(days=1)))
        for number, p in enumerate(periods)
    )


def _moment(day: date) -> datetime:
    return datetime.combine(day, datetime.min.time())


def purchase(
    period: PeriodRow,
    item: str,
    quantity: float,
    unit_price: float,
    *,
    site: str = "guizhou",
    offer: str = "",
    kind: str = "node",
    vendor: str | None = "inspur",
    cards: float = 8,
    discount: float = 0.0,
    lead_days: int = 56,
    until: date | None = None,
    hours: float = 1.0,
    box: str | None = None,
) -> PurchaseRow:
    """An order; `cards` in one unit, `hours` billed of a lease."""
    return PurchaseRow(
        period=period.id,
        ordered=period.start - timedelta(days=lead_days),
        delivered=period.start,
        until=until,
        site=site,
        offer=offer or f"{item}-offer",
        item=item,
        kind=kind,
        vendor=vendor,
        box=box,
        lease=until is not None,
        quantity=quantity,
        unit_price=unit_price,
        discount=discount,
        amount=quantity * unit_price * (1 - discount) * hours,
        cards=quantity * cards,
    )


def plan_of(
    periods: Sequence[PeriodRow],
    purchases: Sequence[PurchaseRow],
    *,
    currency: str = "CNY",
    rate: float = 0.0,
    running: Iterable[CashFlowRow] = (),
    problem: dict[str, Any] | None = None,
    **fields: Any,
) -> Plan:
    """An optimal, verified plan with these orders and what follows from them."""
    flows = [
        CashFlowRow(
            row.delivered,
            Term.LEASE if row.lease else CAPITAL[row.kind],
            row.site,
            row.amount,
            row.amount / (1 + rate) ** ((row.delivered - periods[0].start).days / 365),
        )
        for row in purchases
    ]
    flows = sorted([*flows, *running], key=lambda row: (row.date, row.term, row.site))
    bill = tuple(
        BillRow(
            term,
            sum(row.amount for row in flows if row.term is term),
            sum(row.present_value for row in flows if row.term is term),
        )
        for term in Term
        if any(row.term is term for row in flows)
    )
    objective = sum(row.present_value for row in bill)
    given: dict[str, Any] = {
        "status": PlanStatus.OPTIMAL,
        "objective": objective,
        "bound": objective * 0.9992,
        "gap": 0.0008,
        "currency": currency,
        "problem": problem or {"title": "A plan made by hand", "currency": currency},
        "facts": {"nodes": [{"id": "hgx-a100-8", "card": "a100_sxm_80"}]},
        "periods": tuple(periods),
        "intervals": intervals_of(periods),
        "bill": bill,
        "cash_flow": tuple(flows),
        "purchases": tuple(purchases),
        "fleet": fleet_of(periods, purchases),
        "verification": VERIFIED,
        "provenance": PROVENANCE,
    }
    empty = ("training", "serving", "routing", "reservations", "energy", "excluded", "binding")
    return Plan(**dict.fromkeys((*empty, "assumptions"), ()) | given | fields)


def fleet_of(
    periods: Sequence[PeriodRow], purchases: Iterable[PurchaseRow]
) -> tuple[FleetRow, ...]:
    """What the orders make stand on the first day of each period."""
    count: dict[tuple[str, str, str], list[float]] = {}
    for row in purchases:
        for period in periods:
            gone = row.until is not None and row.until <= period.start
            if row.kind != "fabric" and row.delivered <= period.start and not gone:
                entry = count.setdefault((period.id, row.site, row.item), [0.0, 0.0])
                entry[0] += row.quantity
                entry[1] += row.cards
    return tuple(FleetRow(*key, *numbers) for key, numbers in sorted(count.items()))


def one_order() -> Plan:
    """106 nodes bought at once for one training run: 84.8 million CNY."""
    periods = periods_of(date(2023, 3, 1), 1, 1)
    nodes = purchase(periods[0], "hgx-a100-8", 106, 800_000, lead_days=0)
    run = TrainingRow("gpt3", 1, "guizhou/hgx-a100-8", 0, 848, 30_400.0)
    return plan_of(periods, [nodes], training=(run,))


def one_hour() -> Plan:
    """Two cards rented for an hour at 4.68 USD."""
    day = date(2024, 1, 1)
    period = PeriodRow("2024-01-01", day, day)
    rows = [
        purchase(
            period, item, 1, price, site=item, offer=item, kind="card", vendor="cloud", cards=1,
            lead_days=0, until=day, box="standalone",
        )
        for item, price in (("a100", 3.67), ("a10g", 1.01))
    ]  # fmt: skip
    hour = IntervalRow(0, datetime(2024, 1, 1), datetime(2024, 1, 1, 1))
    serving = tuple(
        ServingRow("mix", item, f"{item}/standalone/{item}", 0, 1, 1) for item in ("a100", "a10g")
    )
    routing = tuple(
        RoutingRow("mix", "all", row.configuration, row.pool, 0, rate)
        for row, rate in zip(serving, (25.0, 5.0), strict=True)
    )
    plan = plan_of(
        [period], rows, currency="USD", intervals=(hour,), serving=serving, routing=routing
    )
    fleet = tuple(FleetRow(period.id, row.site, row.item, 1, 1) for row in rows)
    return replace(plan, fleet=fleet, bound=plan.objective, gap=0.0)


def roll_out(
    count: int = 12,
    months: int = 3,
    *,
    sites: Sequence[str] = ("guizhou", "shanghai"),
    prefix: str = "",
    scale: float = 1.0,
    types: int = 3,
) -> Plan:
    """Orders, leases, fabric, jobs, services and energy over many periods.

    `prefix` lengthens every name, `scale` multiplies prices, `types` counts kinds of node.
    """
    periods = periods_of(date(2023, 1, 1), count, months)
    items = [f"{prefix}hgx-a{number}00-8" for number in range(1, types + 1)]
    rows = []
    for number, period in enumerate(periods):
        item = items[number * types // count]
        for site in sites:
            rows.append(
                purchase(
                    period, item, 40 + number, 1_000_000 * scale, site=site,
                    offer=f"{item}-node", vendor=f"{prefix}inspur",
                    discount=0.04 if number % 2 else 0.0,
                )
            )  # fmt: skip
        for line, price in (("cable", 1_234.5), ("leaf", 240_000.0)):
            rows.append(
                purchase(
                    period, "qm9700", 3 + number, price * scale, site=sites[0],
                    offer=f"{prefix}ib", kind="fabric", vendor=None, cards=0, lead_days=0, box=line,
                )
            )  # fmt: skip
    rows += [
        purchase(
            period, items[0], 20, 182.75 * scale, site="cloud", offer="cloud", vendor="alibaba",
            lead_days=0, until=add_months(period.start, months), hours=24 * 30 * months,
        )
        for period in periods[:2]
    ]  # fmt: skip
    return plan_of(
        periods,
        rows,
        rate=0.08,
        running=[_power(period, site, scale) for period in periods for site in sites],
        problem=_problem(sites),
        training=tuple(_runs(periods, f"{sites[0]}/{items[0]}", prefix)),
        **_services(periods, [f"{site}/{item}" for site in sites for item in items], prefix),
        energy=tuple(
            EnergyRow(site, period.id, 1.5e6 + 1e4 * number, 700.0 + 10 * number, 6e5 * scale)
            for number, period in enumerate(periods)
            for site in sites
        ),
        excluded=tuple(
            ExcludedRow(item, site, "us-2022-10-07", "TPP 4,992 >= 4,800 and I/O 600 GB/s >= 600")
            for item in items
            for site in sites
        ),
        binding=(
            {
                "family": "power",
                "where": f"sites.{sites[0]}.power_cap",
                "message": f"used up in {', '.join(period.id for period in periods)}",
            },
        ),
        assumptions=(
            f"No residual value: what is bought late still costs its whole price {prefix}.",
            "Advisory us-bis-red-flags to CN (a100_sxm_80): 8 cards in one system.",
        ),
    )


def _problem(sites: Sequence[str]) -> dict[str, Any]:
    first = {"destination": "CN", "power_cap": {"2023-01-01": "1 MW", "2024-01-01": "2 MW"}}
    return {
        "title": "A three-year roll-out",
        "currency": "CNY",
        "discount_rate": "8 %",
        "sites": {site: first if site == sites[0] else {"destination": "CN"} for site in sites},
    }


def _power(period: PeriodRow, site: str, scale: float) -> CashFlowRow:
    return CashFlowRow(period.start, Term.ELECTRICITY, site, 6e5 * scale, 5.5e5 * scale)


def _runs(periods: Sequence[PeriodRow], pool: str, prefix: str) -> Iterable[TrainingRow]:
    for number in range(1, len(periods)):
        yield TrainingRow(f"{prefix}gpt3", number, pool, number, 256.0 * (1 + number // 6), 1e4)


def _services(
    periods: Sequence[PeriodRow], pools: Sequence[str], prefix: str
) -> dict[str, tuple[Any, ...]]:
    serving, routing, reserved = [], [], []
    for number in range(len(periods)):
        for service in (f"{prefix}chat", f"{prefix}search"):
            for pool in pools[: 2 + number // 4]:
                replicas = 3.0 + number
                name = f"tp4-{pool.split('/')[1]}"
                serving.append(ServingRow(service, name, pool, number, replicas, 4 * replicas))
                routing.append(RoutingRow(service, "all", name, pool, number, 1.5 * replicas))
        reserved.append(ReservationRow("research", pools[0], number, 64.0))
    return {
        "serving": tuple(serving),
        "routing": tuple(routing),
        "reservations": tuple(reserved),
    }
