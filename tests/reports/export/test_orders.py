"""Purchase orders: one for each vendor and delivery, and together what the plan pays."""

import io
import math
import re
from datetime import timedelta
from functools import cache
from typing import Any

import docx
import pytest

from reports.export import orders
from reports.export.deliveries import deliveries, in_cents, unit_price
from reports.export.order_markdown import escaped
from reports.export.worked import work_out
from reports.language import language
from solver.plan import Term
from tests.reports.export.solved import FILES, RICH, plan_of

ORDERED = (
    *(Term.CARDS, Term.NODES, Term.HOSTS, Term.FABRIC),
    *(Term.EXTRAS, Term.SURCHARGE, Term.FEES, Term.LEASE),
)


@cache
def rendered(name: str, code: str = "en") -> dict[str, bytes]:
    """The files of the folder."""
    return orders.render(plan_of(name), language(code))


@pytest.mark.parametrize("name", [*FILES, "hostile"])
def test_orders_come_to_what_the_bill_says(name: str) -> None:
    """Every purchase stands in one order; all orders together are the bill's terms of buying and
    leasing, and the payments of each are its total.
    """
    plan = plan_of(name)
    made = deliveries(work_out(plan))
    assert sum(len(order.lines) for order in made) == len(plan.purchases)
    bill = math.fsum(row.amount for row in plan.bill if row.term in ORDERED)
    assert math.fsum(order.total for order in made) == pytest.approx(bill, abs=0.005)
    for order in made:
        paid = math.fsum(amount for _, amount in order.payments) + order.leased
        assert paid == pytest.approx(order.total, abs=0.005)
        assert {line.row.vendor or "" for line in order.lines} == {order.vendor}
        assert {line.row.delivered for line in order.lines} == {order.delivered}
        assert order.order_by == min(line.row.ordered for line in order.lines)


FIGURE = r"(-?[\d,]+\.\d\d) [A-Z]{3}"


def printed(page: str, title: str) -> list[float]:
    """The last figure in each row of the table below a heading."""
    part = page.partition(f"## {title}\n")[2].partition("\n## ")[0]
    found = (re.findall(FIGURE, line) for line in part.splitlines())
    return [float(each[-1].replace(",", "")) for each in found if each]


@pytest.mark.parametrize("name", [*RICH, "ten_companies", "card_in_host"])
def test_printed_figures_add_up_to_the_cent(name: str) -> None:
    """Proves with the printed figures alone: lines are goods and leases, charges and payments are
    the total, totals are the list's and the bill's. Sensitivity: each figure rounded by itself,
    lines of a plan with odd prices miss their total by cents.
    """
    files, plan = rendered(name), plan_of(name)
    for order in deliveries(work_out(plan)):
        page = files[f"{order.file}.md"].decode()
        *charges, total = printed(page, "Total")
        assert math.fsum(charges) == pytest.approx(total, abs=1e-4)
        assert math.fsum(printed(page, "Payment")) == pytest.approx(total, abs=1e-4)
        goods = sum(amount for named, amount in order.charges if named in ("Goods", "Leases"))
        assert math.fsum(printed(page, "Order lines")) == pytest.approx(goods, abs=1e-4)
    found = re.findall(FIGURE, files["orders.md"].decode())
    *totals, last = (float(each.replace(",", "")) for each in found)
    assert math.fsum(totals) == pytest.approx(last, abs=1e-4)
    bill = math.fsum(row.amount for row in plan.bill if row.term in ORDERED)
    assert last == pytest.approx(bill, abs=0.00501)


@pytest.mark.parametrize("amounts", [[0.005] * 7, [1e9 / 3] * 3, [0.1, 0.2, 0.7], [], [8e10, 0.01]])
def test_cents_are_the_amounts_rounded_up_or_down(amounts: list[float]) -> None:
    """No amount moves by a cent or more, and together they are the rounded sum."""
    cents = in_cents(amounts)
    assert all(abs(a - b) < 0.01 for a, b in zip(cents, amounts, strict=True))
    assert round(100 * math.fsum(cents)) == round(100 * math.fsum(amounts))


@pytest.mark.parametrize("name", [*RICH, "card_in_host"])
def test_a_line_can_be_worked_out_from_what_is_printed(name: str) -> None:
    """Units times the printed price, less discount, times the hours of a lease, is the amount."""
    for order in deliveries(work_out(plan_of(name))):
        for line, amount in zip(order.lines, order.amounts, strict=True):
            price = float(unit_price(line).replace(",", ""))
            worked = price * line.row.quantity * (1 - line.row.discount) * line.hours
            assert worked == pytest.approx(amount, abs=0.015)


def test_a_lease_names_its_last_day_and_its_hours() -> None:
    """The vendor can work out the amount, and no day is in doubt: the last is the one before the
    plan's first day without the machines.
    """
    order = next(o for o in deliveries(work_out(plan_of("roll_out"))) if o.leased)
    line = next(line for line in order.lines if line.row.lease)
    assert line.row.until is not None
    page = rendered("roll_out")[f"{order.file}.md"].decode()
    assert f" CNY/h for {line.hours:,.0f} h" in page
    assert f"| {line.row.until - timedelta(days=1)} |" in page
    assert "Last day of lease" in page


def test_no_name_turns_the_writing_round_or_makes_a_link() -> None:
    """A name that reverses what follows it, as if 1 were 9, is shown with a sign in its place."""
    assert escaped("\u202eYNC 1\u2066") == "\ufffdYNC 1\ufffd"
    assert "http://" not in escaped("http://example.org www.example.org")


@pytest.mark.parametrize("code", ["en", "zh"])
@pytest.mark.parametrize("name", [*RICH, "hostile"])
def test_every_order_is_a_markdown_and_a_word_document(name: str, code: str) -> None:
    """Both documents of an order open and name its reference, vendor, total and payment days."""
    files, say = rendered(name, code), language(code)
    for order in deliveries(work_out(plan_of(name))):
        total = f"{order.total:,.2f} {plan_of(name).currency}"
        markdown = files[f"{order.file}.md"].decode()
        document: Any = docx.Document(io.BytesIO(files[f"{order.file}.docx"]))
        cells = [cell.text for t in document.tables for row in t.rows for cell in row.cells]
        assert order.reference in markdown
        assert total in markdown
        assert {order.reference, total} <= set(cells)
        assert all(say.date(day) in cells for day, _ in order.payments)
        assert len(document.tables[1].rows) == len(order.lines) + 1


def test_payment_terms_are_those_of_the_offer() -> None:
    """Proves the split of the example's first order: 30 % of price and extras on the day of the
    order, 70 % and the fee at delivery. Sensitivity: the fee paid with the order would move 50,000.
    """
    order = next(o for o in deliveries(work_out(plan_of("design_example"))) if o.vendor == "inspur")
    goods = sum(line.row.amount + line.extras for line in order.lines)
    assert [amount for _, amount in order.payments] == pytest.approx(
        [0.3 * goods, 0.7 * goods + 50_000]
    )
    assert [day for day, _ in order.payments] == [order.order_by, order.delivered]


def test_hostile_names_make_no_markup_and_no_path() -> None:
    """Names of files have letters, digits, dots and hyphens alone; Markdown shows names as text."""
    files = rendered("hostile")
    assert all(re.fullmatch(r"[\w.-]+", name) and ".." not in name for name in files)
    assert len({name.lower() for name in files}) == len(files) == 5
    texts = [content.decode() for name, content in files.items() if name.endswith(".md")]
    assert not any(re.search(r"(?<!\\)<", text) for text in texts)
    lines = [line for text in texts for line in text.splitlines() if line.startswith("| 1 ")]
    assert len(lines) == 2
    assert all(len(re.findall(r"(?<!\\)\|", line)) == 12 for line in lines)


def test_export_classification_is_stated() -> None:
    """An order states TPP, I/O sum and status of what it delivers, and leaves room to sign."""
    text = "".join(c.decode() for n, c in rendered("roll_out").items() if "xfusion.md" in n)
    assert "| hgx-h20-8 | h20\\_sxm\\_96 | CN | 2,368 | 2.909 | 1,028 | free |" in text
    assert "ECCN or other classification (vendor): ____" in text


def test_the_same_plan_gives_the_same_bytes() -> None:
    """Nothing in the documents depends on the day or the machine."""
    assert orders.render(plan_of("yearly_cost"), language("en")) == rendered("yearly_cost")
