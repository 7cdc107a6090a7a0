"""What it costs: the bill, payments by year, cash flow.

Belongs here: the sections on money. Does not belong here: sums (reports.figures).
"""

from functools import partial

from reports import frames
from reports.charts import plan as charts
from reports.document.parts import Block, Cell, Chart, Paragraph, Section, Table, columns
from reports.document.source import Source, total
from reports.figures import budgets, is_discounted, payments_by_year

BLANK = Cell("")


def bill(source: Source) -> Section | None:
    """Every cost term; their present values are what the plan costs."""
    plan, text = source.plan, source.text
    if not plan.bill:
        return None
    costs = total(max(0.0, row.present_value) for row in plan.bill)
    credited = any(row.present_value < 0 for row in plan.bill)
    discounted = is_discounted(plan)
    rows = []
    for row in plan.bill:
        share = row.present_value / costs if costs and row.present_value > 0 else None
        part = Cell(source.language.share(row.present_value, costs), row.present_value, share)
        value = [source.amount(row.present_value)] if discounted else []
        rows.append(
            (Cell(text(row.term.replace("_", " "))), source.amount(row.amount), *value, part)
        )
    last = (
        Cell(text("total")),
        source.amount(total(row.amount for row in plan.bill)),
        *([source.amount(plan.objective)] if discounted else []),
        Cell(source.language.share(plan.objective, costs)),
    )
    titles = [text("term"), text("amount, {currency}", currency=source.currency)]
    titles += [text("present value")] if discounted else []
    heads = columns(*titles, text("share of all costs"), right=range(1, len(titles) + 1))
    said = text("Nothing is discounted.")
    if discounted:
        said = text("Amounts are nominal; what the plan costs is the sum of present values.")
    if credited:
        said += text(" Shares are of all costs before residual value.")
    blocks: list[Block] = [
        Table(text("Cost terms"), heads, tuple(rows), last),
        Paragraph(said, note=True),
    ]
    if years := _years(source):
        blocks.append(years)
    return Section("bill", text("The bill"), tuple(blocks))


def _years(source: Source) -> Table | None:
    """Payments by calendar year, where there are several or a budget."""
    plan, text = source.plan, source.text
    paid = payments_by_year(plan)
    by_year, in_all = budgets(plan)
    if len(paid) < 2 and not by_year and in_all is None:
        return None
    budgeted = bool(by_year) or in_all is not None
    rows = [
        _year(
            source, source.language.period(f"{year}"), spent, running, budgeted, by_year.get(year)
        )
        for year, spent, running in paid
    ]
    sums = total(spent for _, spent, _ in paid), total(running for _, _, running in paid)
    last = _year(source, text("total"), *sums, budgeted, in_all)
    titles = [text("year"), text("purchases and leases")]
    titles += [text("budget for them")] if budgeted else []
    titles += [text("running costs"), text("total, {currency}", currency=source.currency)]
    heads = columns(*titles, right=range(1, len(titles)))
    title = text("Payments by year, nominal, without residual value")
    return Table(title, heads, tuple(rows), last)


def _year(
    source: Source, label: str, spent: float, running: float, budgeted: bool, budget: float | None
) -> tuple[Cell, ...]:
    allowed = [BLANK if budget is None else source.amount(budget)] if budgeted else []
    amounts = (source.amount(running), source.amount(spent + running))
    return (Cell(label), source.amount(spent), *allowed, *amounts)


def cash(source: Source) -> Section | None:
    """Payments by calendar step, what they are for, and their sum so far."""
    plan, text = source.plan, source.text
    flow = frames.cash_flow(plan)
    steps = list(dict.fromkeys(flow["step"]))
    if len(steps) < 2:
        return None
    groups = [name for name in frames.GROUPS if (flow["group"] == name).any()]
    cells_of = flow[["step", "group", "amount"]].itertuples(index=False, name=None)
    paid = {(str(step), str(group)): float(amount) for step, group, amount in cells_of}
    heads = columns(
        text("paid in"),
        *(text(name) for name in groups),
        text("total, {currency}", currency=source.currency),
        text("so far"),
        right=range(1, len(groups) + 3),
        spare=range(1, len(groups) + 1),
    )
    rows, so_far = [], 0.0
    for step in sorted(steps):
        amounts = [paid.get((step, name), 0.0) for name in groups]
        so_far += total(amounts)
        found = (source.amount(amount) if amount else BLANK for amount in amounts)
        sums = (source.amount(total(amounts)), source.amount(so_far))
        rows.append((source.period(step), *found, *sums))
    in_all = [total(flow.loc[flow["group"] == name, "amount"]) for name in groups]
    last = (
        Cell(text("total")),
        *(source.amount(amount) for amount in in_all),
        source.amount(total(in_all)),
        BLANK,
    )
    blocks = (
        Chart(
            text("Payments by quarter" if _quarters(steps) else "Payments over time"),
            partial(charts.cash_flow, plan, source.language),
        ),
        Table(text("Cash flow, nominal"), heads, tuple(rows), last, aside=len(rows) > 16),
    )
    return Section("cash", text("Cash flow"), blocks, memo=False)


def _quarters(steps: list[str]) -> bool:
    return "Q" in steps[0]
