"""What it costs: the bill, payments by year, electricity.

Belongs here: the sections on money and energy. Does not belong here: sums (figures.py), prices of
orders (orders.py).
"""

import math

from reports.figures import SiteEnergy, budgets, energy_by_site, is_discounted, payments_by_year
from reports.numbers import figure, money_column, percent, share_of, unit_price
from reports.tables import Column, Kind, Row
from reports.text.order_tables import amount_column
from reports.text.page import Section, heading, note, table
from solver.plan import Plan


def bill(plan: Plan) -> Section:
    """Every cost term with its share."""
    if not plan.bill:
        return ()
    values = [row.present_value for row in plan.bill]
    total = math.fsum(values)
    paid = [row.amount for row in plan.bill]
    texts, unit = money_column([*paid, math.fsum(paid), *values, total])
    count = len(plan.bill)
    amounts, present = texts[: count + 1], texts[count + 1 :]
    costs = math.fsum(value for value in values if value > 0)
    shares = [share_of(value, costs) for value in [*values, total]]
    names = [*(str(row.term).replace("_", " ") for row in plan.bill), "total"]
    discounted = is_discounted(plan)
    columns = [Column("term"), amount_column(unit), Column("share", right=True)]
    if discounted:
        columns.insert(2, Column("present\nvalue", right=True))
    rows = [
        Row(
            (name, amount, *([value] if discounted else []), share),
            Kind.TOTAL if name == "total" else Kind.LINE,
        )
        for name, amount, value, share in zip(names, amounts, present, shares, strict=True)
    ]
    said = f"In {plan.currency}."
    if costs > total:
        said += f" Shares of all costs before {names[-2]}."
    if not discounted:
        said += " Nothing is discounted."
    return heading("The bill"), note(said), table(columns, rows)


def years(plan: Plan) -> Section:
    """Payments by calendar year, where there are several or a budget."""
    paid = payments_by_year(plan)
    by_year, in_all = budgets(plan)
    if len(paid) < 2 and not by_year and in_all is None:
        return ()
    sums = [(spent, running, spent + running) for _, spent, running in paid]
    totals = [math.fsum(column) for column in zip(*sums, strict=True)]
    limits = [*(by_year.get(year) for year, _, _ in paid), in_all]
    known = [limit for limit in limits if limit is not None]
    texts, unit = money_column([*(value for row in [*sums, totals] for value in row), *known])
    budget = iter(texts[3 * len(limits) :])
    labels = [*(f"{year}" for year, _, _ in paid), "total"]
    rows = []
    for n, (label, limit) in enumerate(zip(labels, limits, strict=True)):
        spent, running, total = texts[3 * n : 3 * n + 3]
        allowed = [] if not known else ["" if limit is None else next(budget)]
        kind = Kind.TOTAL if label == "total" else Kind.LINE
        rows.append(Row((label, spent, *allowed, running, total), kind))
    columns = [
        Column("year"),
        Column("purchases\nand leases", right=True),
        Column("running\ncosts", right=True),
        amount_column(unit, "total"),
    ]
    if known:
        columns.insert(2, Column("budget\nfor them", right=True))
    said = note(f"In {plan.currency}, nominal, without residual value.")
    return heading("Payments by year"), said, table(columns, rows)


def electricity(plan: Plan) -> Section:
    """Energy, its price and the highest draw of every site."""
    sites = [site for site in energy_by_site(plan) if site.kwh > 0]
    if not sites:
        return ()
    costs, unit = money_column([site.cost for site in sites])
    capped = any(site.closest for site in sites)
    columns = [
        Column("site", name=True),
        Column("MWh", right=True),
        amount_column(unit, "cost"),
        Column("mean per\nkWh", right=True, spare=1),
        Column("highest\ndraw, kW", right=True),
        Column("when", spare=2),
    ]
    if capped:
        columns += [
            Column("highest\nshare\nof cap", right=True),
            Column("when,\nof cap"),
            Column("cap then\nkW", right=True, spare=3),
        ]
    rows = [
        Row((*_energy_cells(site, cost), *(_cap_cells(site) if capped else ())))
        for site, cost in zip(sites, costs, strict=True)
    ]
    said = f"Metered, PUE included; cost in {plan.currency}, without demand charge."
    if capped:
        said += " The cap counts all that is installed at its load power, the draw what is busy."
    return heading("Electricity"), note(said), table(columns, rows)


def _energy_cells(site: SiteEnergy, cost: str) -> tuple[str, ...]:
    mean = unit_price(float(f"{site.cost / site.kwh:.4g}"))
    return site.site, figure(site.kwh / 1000), cost, mean, figure(site.peak_kw), site.peak_period


def _cap_cells(site: SiteEnergy) -> tuple[str, ...]:
    if site.closest is None:
        return ("", "", "")
    return percent(site.closest.fraction), site.closest.period, figure(site.closest.cap_kw)
