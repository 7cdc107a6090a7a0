"""The first sheet: what the plan comes to, on one page.

Belongs here: the decision in figures, what to buy, when. Does not belong here: lines and evidence
(the other sheets).
"""

import math
from collections import defaultdict

from xlsxwriter.worksheet import Worksheet  # type: ignore[import-untyped]

from reports.cases import carried, in_all_cases
from reports.export.sheets.book import Book, Cell, Column, Formula
from reports.export.sheets.machines import add_by_period
from reports.export.sheets.money import RATE
from reports.export.worked import Worked
from reports.figures import card_of_item, machines, offer_totals
from reports.sureness import held_to, sureness

TOP = 3
"""First row of the key figures; the totals of the bill are the first two."""
RATE_CELL = "$B$6"
FINEST = 1e-4
"""The last digit that shares are shown with."""
WIDTHS = (34, 26, 20, 22, 16, 26)


def add_summary(book: Book, worked: Worked) -> Worksheet:
    """The page without the totals of the bill, which stand on sheets that come later."""
    sheet, plan = book.sheet("Summary"), worked.plan
    book.put(sheet, 0, 0, book.title, "title")
    book.put(sheet, 1, 0, _standing(book, worked), "note")
    book.put(sheet, 2, 0, _held(book, worked), "note")
    lines = _lines(book, worked)
    for row, (label, value, kind) in enumerate(lines, start=TOP + 2):
        book.put(sheet, row, 0, label, "text")
        book.put(sheet, row, 1, value, kind)
    name = sheet.get_name().replace("'", "''")
    book.book.define_name(RATE, f"='{name}'!{RATE_CELL}")
    top = TOP + 2 + len(lines) + 1
    book.put(sheet, top, 0, book.say("What to buy and lease"), "section")
    columns = [
        Column(book.say("Offer"), "text", WIDTHS[0]),
        Column(book.say("Item"), "text", WIDTHS[1]),
        Column(book.say("Vendor"), "text", WIDTHS[2]),
        Column(book.say("Units, leased: most at once"), "count", WIDTHS[3]),
        Column(book.say("Cards"), "count", WIDTHS[4]),
        Column(book.say("Amount"), "money", WIDTHS[5], total=True),
    ]
    found = offer_totals(plan, plan.purchases)
    rows = []
    for each in found:
        vendor = each.vendor or book.say("not named")
        rows.append((each.offer, each.article, vendor, each.quantity, each.cards, each.amount))
    placed = book.table(sheet, top + 1, columns, rows, totals=[sum(o.amount for o in found)])
    _add_deliveries(book, worked, sheet, placed.total_row + 2)
    for number, width in enumerate(WIDTHS):
        sheet.set_column(number, number, width)
    sheet.freeze_panes(2, 0)
    return sheet


def _add_deliveries(book: Book, worked: Worked, sheet: Worksheet, top: int) -> None:
    """Cards delivered by period and type; their chart stands beside the key figures."""
    plan, card_of = worked.plan, card_of_item(worked.plan)
    cards: dict[tuple[str, str], float] = defaultdict(float)
    bought: set[str] = set()
    for row in plan.purchases:
        if row.cards:
            card = card_of.get(row.item, row.item)
            kind = book.say("{card}, leased", card=card) if row.lease else card
            cards[row.period, kind] += row.cards
            if not row.lease:
                bought.add(kind)
    title = book.say("Cards delivered by period")
    book.put(sheet, top, 0, title, "section")
    add_by_period(
        book, sheet, worked, cards, title, top=top + 1, chart_at=(2, 2), height=275, summed=bought
    )


def put_totals(book: Book, worked: Worked, sheet: Worksheet, cells: tuple[str, str]) -> None:
    """The totals of the bill, live from its sheet: `cells` are nominal and present value."""
    plan = worked.plan
    nominal = sum(row.amount for row in plan.bill)
    present = (book.say("Cost, present value"), cells[1], plan.objective)
    paid = (book.say("Payments less residual value"), cells[0], nominal)
    for row, (label, cell, value) in enumerate((present, paid), start=TOP):
        book.put(sheet, row, 0, label, "text+")
        book.put(sheet, row, 1, Formula(f"={cell}", value), "money+")


def _standing(book: Book, worked: Worked) -> str:
    """What is known of the plan, no better than it was proven."""
    plan, cases = worked.plan, carried(worked.plan)
    checks = f"{sum(check.count for check in plan.verification.checks):,}"
    told = book.say("Verified by {checks} comparisons before this file was written.", checks=checks)
    said = sureness(plan, book.language)
    if cases is not None:
        said = in_all_cases(cases, book.language, book.language.money(cases.cost, plan.currency))
    return book.say("{said}. {told}", said=f"{said[:1].upper()}{said[1:]}", told=told)


def _held(book: Book, worked: Worked) -> str | None:
    """What the plan is held to beside its problem, which changes what its figures mean."""
    held = held_to(worked.plan)
    return None if held is None else book.language.sentence(held)


def _lines(book: Book, worked: Worked) -> list[tuple[str, Cell, str]]:
    """Label, value and format of each line; the discount rate first: other sheets look at it."""
    plan, provenance = worked.plan, worked.plan.provenance
    bought = sum(row.cards for row in machines(plan))
    ordered = min((row.ordered for row in plan.purchases), default=None)
    unknown = book.say("not known")
    bound: tuple[Cell, str] = (unknown, "text") if plan.bound is None else (plan.bound, "money")
    gap: tuple[Cell, str] = (unknown, "text")
    if plan.gap is not None:
        # A limit is never rounded below itself.
        gap = (math.ceil(plan.gap / FINEST - 1e-9) * FINEST, "fine")
    made = [str(provenance.get(name, "")) for name in ("rackmix", "engine", "engine_version")]
    return [
        (book.say("Discount rate per year"), worked.instance.discount_rate, "fine"),
        (book.say("No plan costs less than"), *bound),
        (book.say("Gap"), *gap),
        (book.say("Status"), book.say(str(plan.status)), "right"),
        (book.say("First day"), worked.instance.start, "date"),
        (book.say("Last day"), plan.periods[-1].end, "date"),
        (book.say("Cards bought"), bought, "count"),
        (book.say("First order by"), ordered, "date"),
        (book.say("Currency"), plan.currency, "right"),
        (book.say("Made by"), f"rackmix {' '.join(made)}".strip(), "right"),
        (book.say("Hash of the problem"), worked.case.loaded.sha256[:16], "right"),
    ]
