"""The sheets of money: cash flow with present values, its sums by quarter, the bill by year.

Belongs here: formulas that add up to the plan's objective. Does not belong here: orders (orders).
"""

import math
from collections import defaultdict

from xlsxwriter.utility import xl_col_to_name  # type: ignore[import-untyped]

from reports.export.sheets import orders as order_sheet
from reports.export.sheets.book import Book, Cell, Column, Formula, Placed
from reports.export.sheets.orders import term_name
from reports.export.worked import Worked
from reports.figures import RUNNING
from solver.plan import CashFlowRow, Term

RATE = "discount_rate"
"""Name of the cell that holds it."""
QUARTER, YEAR, SORT, TERM, AMOUNT, VALUE = 2, 3, 4, 5, 7, 9
"""Places of columns of the cash flow."""
SORTS = ("Purchases and leases", "Running costs", "Residual value")
BY_LINE = {
    Term.EXTRAS: order_sheet.EXTRAS,
    Term.SURCHARGE: order_sheet.SURCHARGE,
    Term.FEES: order_sheet.FEE,
}
"""Terms that have a column of their own among the orders."""
CAPITAL = (Term.CARDS, Term.NODES, Term.HOSTS, Term.FABRIC, Term.LEASE)
"""Terms that are the amounts of order lines."""


def add_cash_flow(book: Book, worked: Worked) -> Placed:
    """Every payment, discounted live from its day and the discount rate."""
    sheet = book.sheet("Cash flow")
    columns = [
        Column(book.say("Date"), "date"),
        Column(book.say("Day since the start"), "number"),
        Column(book.say("Quarter"), "text"),
        Column(book.say("Year"), "year"),
        Column(book.say("Sort"), "text"),
        Column(book.say("Term of the bill"), "text"),
        Column(book.say("Site"), "text"),
        Column(book.say("Amount"), "money", total=True),
        Column(book.say("Discount factor"), "factor"),
        Column(book.say("Present value"), "money", total=True),
    ]
    rate, rows = worked.instance.discount_rate, []
    flow = zip(worked.plan.cash_flow, worked.cash_days, strict=True)
    for at, (row, day) in enumerate(flow, start=2):
        rows.append(
            (
                row.date,
                day,
                Formula(f'=D{at}&"-Q"&ROUNDUP(MONTH(A{at})/3,0)', _quarter(row)),
                Formula(f"=YEAR(A{at})", row.date.year),
                book.say(_sort(row.term)),
                term_name(book, row.term),
                row.site,
                row.amount,
                Formula(f"=(1+{RATE})^(-B{at}/365)", (1 + rate) ** (-day / 365)),
                Formula(f"=H{at}*I{at}", row.present_value),
            )
        )
    plan = worked.plan
    totals = (
        math.fsum(row.amount for row in plan.cash_flow),
        math.fsum(row.present_value for row in plan.cash_flow),
    )
    return book.table(sheet, 0, columns, rows, frozen=1, totals=totals)


def _quarter(row: CashFlowRow) -> str:
    return f"{row.date.year}-Q{(row.date.month + 2) // 3}"


def _sort(term: Term) -> str:
    if term is Term.RESIDUAL_VALUE:
        return SORTS[2]
    return SORTS[1] if term in RUNNING else SORTS[0]


def add_quarters(book: Book, worked: Worked, flow: Placed) -> None:
    """Payments by quarter, live from the cash flow, and what they come to."""
    sheet = book.sheet("Cash by quarter")
    columns = [
        Column(book.say("Quarter"), "text"),
        *(Column(book.say(sort), "money", total=True) for sort in SORTS),
        Column(book.say("Total"), "money", total=True),
        Column(book.say("Paid so far"), "money"),
        Column(book.say("Present value"), "money", total=True),
    ]
    amounts: dict[tuple[str, str], float] = defaultdict(float)
    values: dict[str, float] = defaultdict(float)
    for row in worked.plan.cash_flow:
        amounts[_quarter(row), _sort(row.term)] += row.amount
        values[_quarter(row)] += row.present_value
    rows: list[list[Cell]] = []
    quarters, paid = sorted(values), 0.0
    where = f"{flow.range(QUARTER)},$A"
    for at, quarter in enumerate(quarters, start=2):
        sums = [amounts[quarter, sort] for sort in SORTS]
        paid += sum(sums)
        cells: list[Cell] = [quarter]
        for letter, amount in zip("BCD", sums, strict=True):
            text = f"=SUMIFS({flow.range(AMOUNT)},{where}{at},{flow.range(SORT)},{letter}$1)"
            cells.append(Formula(text, amount))
        cells.append(Formula(f"=SUM(B{at}:D{at})", sum(sums)))
        cells.append(Formula(f"=SUM(E$2:E{at})", paid))
        cells.append(Formula(f"=SUMIFS({flow.range(VALUE)},{where}{at})", values[quarter]))
        rows.append(cells)
    sums = [sum(amounts[quarter, sort] for quarter in quarters) for sort in SORTS]
    totals = (*sums, paid, math.fsum(values.values()))
    placed = book.table(sheet, 0, columns, rows, frozen=1, totals=totals)
    series = [(book.say(sort), f"={placed.range(n)}") for n, sort in enumerate(SORTS, start=1)]
    title = book.say("Payments by quarter")
    axis = book.currency
    chart = book.chart("column", title, f"={placed.range(0)}", series, axis=axis)
    sheet.insert_chart(placed.total_row + 2, 0, chart)


def add_bill(book: Book, worked: Worked, flow: Placed, orders: Placed) -> tuple[str, str]:
    """The bill by year, live from the cash flow and held against the orders and the objective.

    Returns the cells of its totals, nominal and present value.
    """
    sheet, plan = book.sheet("Bill"), worked.plan
    years = sorted({row.date.year for row in plan.cash_flow})
    money = [*map(str, years), book.say("Total"), book.say("Present value")]
    columns = [
        Column(book.say("Term of the bill"), "text"),
        *(Column(title, "money", total=True) for title in money),
        Column(book.say("From order lines"), "money"),
        Column(book.say("Difference"), "money"),
    ]
    nominal: dict[tuple[Term, int], float] = defaultdict(float)
    for row in plan.cash_flow:
        nominal[row.term, row.date.year] += row.amount
    letters = [xl_col_to_name(1 + n) for n in range(len(years) + 3)]
    last, total = letters[max(0, len(years) - 1)], letters[len(years)]
    lines = letters[len(years) + 2]
    rows = []
    for at, entry in enumerate(plan.bill, start=2):
        term = f"{flow.range(TERM)},$A{at}"
        cells: list[Cell] = [term_name(book, entry.term)]
        for letter, year in zip(letters, years, strict=False):
            # The header is text; the year of the cash flow a number, which 1* makes of it.
            text = f"=SUMIFS({flow.range(AMOUNT)},{term},{flow.range(YEAR)},1*{letter}$1)"
            cells.append(Formula(text, nominal[entry.term, year]))
        cells.append(Formula(f"=SUM(B{at}:{last}{at})", entry.amount))
        cells.append(Formula(f"=SUMIFS({flow.range(VALUE)},{term})", entry.present_value))
        told = _from_orders(worked, orders, entry.term, at)
        cells.append(told)
        cells.append(
            Formula(
                f"=ROUND({total}{at}-{lines}{at},2)", round(entry.amount - float(told.value), 2)
            )
            if told
            else None
        )
        rows.append(cells)
    sums = [sum(nominal[row.term, year] for row in plan.bill) for year in years]
    totals = (*sums, sum(row.amount for row in plan.bill), plan.objective)
    placed = book.table(sheet, 0, columns, rows, frozen=1, totals=totals)
    value = letters[len(years) + 1]
    end = placed.total_row + 1
    book.put(sheet, end, 0, book.say("Objective in the plan file"), "text")
    book.put(sheet, end, len(years) + 2, plan.objective, "money")
    book.put(sheet, end + 1, 0, book.say("Difference"), "text")
    difference = Formula(f"=ROUND({value}{end}-{value}{end + 1},2)", 0.0)
    book.put(sheet, end + 1, len(years) + 2, difference, "money")
    _add_chart(book, worked, placed, len(years), end + 3)
    return placed.cell(placed.total_row, len(years) + 1), placed.cell(
        placed.total_row, len(years) + 2
    )


def _from_orders(worked: Worked, orders: Placed, term: Term, at: int) -> Formula | None:
    """What the order lines say of a term; None for terms that no order has."""
    if term in CAPITAL:
        value = math.fsum(line.row.amount for line in worked.lines if line.term is term)
        cells = f"{orders.range(order_sheet.AMOUNT)},{orders.range(order_sheet.TERM)},$A{at}"
        return Formula(f"=SUMIFS({cells})", value)
    if term in BY_LINE:
        name = {Term.EXTRAS: "extras", Term.SURCHARGE: "surcharge", Term.FEES: "fee"}[term]
        value = math.fsum(getattr(line, name) for line in worked.lines)
        return Formula(f"=SUM({orders.range(BY_LINE[term])})", value)
    return None


def _add_chart(book: Book, worked: Worked, placed: Placed, years: int, row: int) -> None:
    if not years or not worked.plan.bill:
        return
    header = placed.first - 1
    categories = f"={placed.cell(header, 1)}:{placed.cell(header, years).partition('!')[2]}"
    series = []
    for number, each in enumerate(worked.plan.bill):
        line = placed.first + number
        cells = f"={placed.cell(line, 1)}:{placed.cell(line, years).partition('!')[2]}"
        series.append((term_name(book, each.term), cells))
    title = book.say("The bill by year, nominal")
    chart = book.chart("column", title, categories, series, axis=book.currency)
    placed.sheet.insert_chart(row, 0, chart)
