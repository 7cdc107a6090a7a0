"""The sheet of the cases of an uncertain problem.

Belongs here: what each case costs, next to the one that all other sheets are of. Does not belong
here: reading the cases from a plan (reports.cases).
"""

from reports.cases import carried
from reports.export.sheets.book import Book, Column
from reports.export.worked import Worked
from solver.uncertain.common import later_purchases
from solver.uncertain.document import plans_of


def add_cases(book: Book, worked: Worked) -> None:
    """Weights, costs and later purchases of all cases; no sheet for a problem that is certain."""
    record = carried(worked.plan)
    if record is None:
        return
    sheet = book.sheet("Cases")
    columns = [
        Column(book.say("Case"), "text"),
        Column(book.say("Weight"), "percent"),
        Column(book.say("Cost"), "money"),
        Column(book.say("Known from the start, at least"), "money"),
        Column(book.say("Known from the start, at most"), "money"),
        Column(book.say("Bought and leased later"), "money"),
        Column(book.say("Shown in this file"), "text"),
    ]
    plans, rows = plans_of(worked.plan, record), []
    for each in record.cases:
        then = later_purchases(plans[each.name], record.decide_until)
        shown = book.say("yes") if each.plan is None else book.say("no")
        known = (each.known_low, each.known_high)
        rows.append(
            (each.name, each.weight, each.cost, *known, sum(row.amount for row in then), shown)
        )
    book.table(sheet, 0, columns, rows, frozen=1)
