"""A plan with as many order lines as wanted, which keeps every constraint of its problem.

Offers of cards that stand alone, each delivered to every site in every quarter.
"""

from pathlib import Path

from problems.loading import read_problem
from solver.answer import plan_of
from solver.bill import Decisions
from solver.case import Case, case_of
from solver.plan import Plan, ReservationRow, dump_plan

HEAD = """\
rackmix: 1
title: Many orders
horizon: {start: 2024-01-01, end: 2026-12-31, period: quarter}
currency: CNY
discount_rate: 8 %
maintenance: 3 %
"""


def many_orders_case(folder: Path, *, sites: int, offers: int, vendors: int) -> Case:
    """The case: `sites` x `offers` x 12 options."""
    lines = [HEAD, "sites:"]
    for number in range(sites):
        lines.append(
            f"  site-{number:02}: {{destination: SG, electricity: {{price: 0.5 CNY/kWh}}}}"
        )
    lines.append("offers:")
    for number in range(offers):
        lines.append(
            f"  offer-{number:02}: {{item: l40s, vendor: vendor-{number % vendors:02}, "
            f"price: {50_000 + number} CNY, lead_time: 1 week, standalone: true, "
            "extras: {vat: 13 %}, payment: {order: 30 %, delivery: 70 %}}"
        )
    lines[0] = lines[0].replace("2024-01-01, end", "2024-01-01, orders_from: 2023-12-01, end")
    lines.append("reservations: {research: {cards: 7, from: 2024-01-01}}")
    path = folder / "many.yaml"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return case_of(read_problem(path))


def many_orders_plan(case: Case) -> Plan:
    """One unit of every option; the first site's cards are reserved."""
    instance = case.instance
    pool = instance.pools[0].key
    held = tuple(ReservationRow("research", pool, i.index, 7.0) for i in instance.intervals)
    units = {option.key: 1.0 for option in instance.options}
    return plan_of(case, Decisions(units, {}, reservations=held), None)


def write_many_orders(folder: Path, **sizes: int) -> Path:
    """The plan in a file."""
    path = folder / "plan.json"
    path.write_text(dump_plan(many_orders_plan(many_orders_case(folder, **sizes))), "utf-8")
    return path
