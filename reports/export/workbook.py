"""A plan as an XLSX workbook whose formulas add up to the plan's objective.

Belongs here: which sheets there are, in which order. Does not belong here: what stands in them
(sheets).
"""

from reports.export.sheets.book import Book
from reports.export.sheets.cases import add_cases
from reports.export.sheets.machines import add_electricity, add_fleet, add_power, add_utilisation
from reports.export.sheets.money import add_bill, add_cash_flow, add_quarters
from reports.export.sheets.orders import add_orders, add_schedule
from reports.export.sheets.papers import (
    add_assumptions,
    add_compliance,
    add_excluded,
    add_problem,
    add_sources,
)
from reports.export.sheets.summary import add_summary, put_totals
from reports.export.worked import work_out
from reports.language import Language
from solver.plan import Plan


def render(plan: Plan, language: Language) -> bytes:
    """The workbook: the same plan in the same language gives the same bytes."""
    worked = work_out(plan)
    title = str(plan.problem.get("title") or language.text("A plan of rackmix"))
    book = Book(title, plan.currency, language, worked.instance.start)
    summary = add_summary(book, worked)
    add_cases(book, worked)
    orders = add_orders(book, worked)
    add_schedule(book, worked, orders)
    flow = add_cash_flow(book, worked)
    totals = add_bill(book, worked, flow, orders)
    put_totals(book, worked, summary, totals)
    add_quarters(book, worked, flow)
    add_fleet(book, worked)
    add_utilisation(book, worked)
    add_power(book, worked)
    add_electricity(book, worked)
    add_compliance(book, worked)
    add_excluded(book, worked)
    add_assumptions(book, worked)
    add_sources(book, worked)
    add_problem(book, worked)
    return book.close()
