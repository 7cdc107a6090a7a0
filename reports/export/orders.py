"""A plan as purchase orders: a folder with one document for each vendor and delivery.

Belongs here: which files there are, and the list of them. Does not belong here: what an order says
(deliveries) and how it looks (order_markdown, order_docx).
"""

from reports.cases import only_in_case
from reports.export.deliveries import Delivery, deliveries, money
from reports.export.order_docx import Press
from reports.export.order_markdown import escaped, markdown_table, order_markdown
from reports.export.worked import work_out
from reports.language import Language
from solver.plan import Plan

INDEX = "orders.md"


def render(plan: Plan, language: Language) -> dict[str, bytes]:
    """The files of the folder by name: every order as .md and .docx, and a list of all."""
    orders = deliveries(work_out(plan))
    press = Press(language)
    files = {INDEX: _index(plan, orders, language)}
    for order in orders:
        files[f"{order.file}.md"] = order_markdown(order, language)
        files[f"{order.file}.docx"] = press.print(order)
    return files


def _index(plan: Plan, orders: tuple[Delivery, ...], say: Language) -> bytes:
    title = str(plan.problem.get("title") or say.text("A plan of rackmix"))
    conditional = [only_in_case(plan, order.delivered, say) or "" for order in orders]
    titles = ("Reference", "File", "Vendor", "Order by", "Delivery", "Order lines", "Total")
    rows: list[tuple[str, ...]] = [
        (
            order.reference,
            order.file,
            order.vendor or say.text("not named"),
            say.date(order.order_by),
            say.date(order.delivered),
            str(len(order.lines)),
            money(order.total, plan.currency),
        )
        for order in orders
    ]
    total = money(sum(order.total for order in orders), plan.currency)
    rows.append((say.text("Total"), "", "", "", "", "", total))
    page = [f"# {escaped(title)}", "", say.text("Purchase orders"), ""]
    heads = [say.text(each) for each in titles]
    figures_from = 5
    if any(conditional):
        heads.insert(5, say.text("Condition"))
        told = zip(rows, [*conditional, ""], strict=True)
        rows, figures_from = [(*row[:5], only, *row[5:]) for row, only in told], 6
    page += markdown_table(heads, rows, figures_from)
    return "\n".join([*page, ""]).encode()
