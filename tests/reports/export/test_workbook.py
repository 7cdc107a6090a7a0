"""The workbook: its formulas add up to the plan, with a calculating program and without one."""

import io
import math
import os
import re
import shutil
import subprocess
import zipfile
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from reports.export import workbook
from reports.language import language
from solver.plan import Term
from tests.reports.export.solved import FILES, NAMES, RICH, plan_of

# openpyxl does not know the bars in the cells of the utilisation, which it only reads past.
pytestmark = pytest.mark.filterwarnings("ignore:.*extension is not supported:UserWarning")
OFFICE = shutil.which("soffice")
CENT = 0.005


@cache
def rendered(name: str, code: str = "en") -> bytes:
    """The workbook of a plan."""
    return workbook.render(plan_of(name), language(code))


def opened(content: bytes, *, values: bool) -> Any:
    """The workbook, with the values of its formulas or with the formulas."""
    return openpyxl.load_workbook(io.BytesIO(content), data_only=values)


def records(book: Any, sheet: str) -> Iterator[dict[str, Any]]:
    """The rows of a sheet under its header, up to the first row without a first cell."""
    lines = book[sheet].iter_rows(values_only=True)
    header = [str(title) for title in next(lines)]
    for line in lines:
        if line[0] is None:
            return
        yield dict(zip(header, line, strict=True))


def formulas(book: Any) -> Iterator[tuple[str, str]]:
    """Sheet and cell of every formula."""
    for sheet in book:
        for row in sheet.iter_rows():
            for cell in row:
                if cell.data_type == "f":
                    yield sheet.title, cell.coordinate


@pytest.mark.parametrize("name", FILES)
def test_sums_add_up_to_the_plan(name: str) -> None:
    """Proves, from the written values, that order lines make the capital terms of the bill, that
    payments discounted by their days make every present value, and that these make the objective.
    Sensitivity: discounting by whole days instead of the middle of the interval misses yearly_cost
    by thousands.
    """
    plan, book = plan_of(name), opened(rendered(name), values=True)
    bill = {row["Term of the bill"]: row for row in records(book, "Bill")}
    lines: dict[str, float] = defaultdict(float)
    for line in records(book, "Orders"):
        if line["Term of the bill"]:
            lines[line["Term of the bill"]] += line["Amount"]
            for title, term in (("Extras", "extras"), ("Surcharge", "surcharge"), ("Fee", "fees")):
                lines[term] += line[title]
    for row in plan.bill:
        told = bill[str(row.term).replace("_", " ")]
        assert told["Total"] == pytest.approx(row.amount, abs=CENT)
        assert told["Present value"] == pytest.approx(row.present_value, abs=CENT)
    buying = {term.value for term in Term if term not in RUNNING_TERMS}
    for term in buying:
        nominal = math.fsum(row.amount for row in plan.bill if row.term == term)
        assert lines[term] == pytest.approx(nominal, abs=CENT), term
    summary = book["Summary"]
    rate = summary["B6"].value
    flows = [row for row in records(book, "Cash flow") if row["Date"] != "Total"]
    worth = [r["Amount"] * (1 + rate) ** (-r["Day since the start"] / 365) for r in flows]
    assert math.fsum(worth) == pytest.approx(plan.objective, abs=CENT)
    assert summary["B4"].value == pytest.approx(plan.objective, abs=CENT)


RUNNING_TERMS = {
    *(Term.ELECTRICITY, Term.DEMAND_CHARGE, Term.MAINTENANCE, Term.SPACE, Term.CARBON),
    Term.RESIDUAL_VALUE,
}


@pytest.mark.parametrize("name", [*RICH, "hostile"])
def test_dates_to_order_are_delivery_minus_lead_time(name: str) -> None:
    """Order-by dates are those of the plan, and the workbook works them out from its lead times."""
    plan, values = plan_of(name), opened(rendered(name), values=True)
    lines = [row for row in records(values, "Orders") if row["Quarter"]]
    assert sorted(row["Order by"].date() for row in lines) == sorted(
        row.ordered for row in plan.purchases
    )
    assert all((r["Delivery"] - r["Order by"]).days == r["Lead time (days)"] for r in lines)
    written = opened(rendered(name), values=False)
    assert str(written["Orders"]["T2"].value) == "=V2-U2"


def without_values(content: bytes) -> bytes:
    """The workbook without the values of its formulas, so that whoever opens it must calculate."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(out, "w") as new:
        for entry in old.infolist():
            part = old.read(entry)
            if entry.filename.startswith("xl/worksheets/sheet"):
                part = re.sub(rb"(<f>[^<]*</f>)<v>[^<]*</v>", rb"\1", part)
            new.writestr(entry, part)
    return out.getvalue()


@pytest.mark.slow
@pytest.mark.skipif(OFFICE is None, reason="LibreOffice (soffice) is not on this machine")
@pytest.mark.parametrize("code", ["en", "zh"])
def test_libreoffice_calculates_the_same(code: str, tmp_path: Path) -> None:
    """LibreOffice opens the workbooks and comes to every value that was written, to the cent."""
    names = [*RICH, "hostile"] if code == "en" else ["roll_out"]
    for name in names:
        (tmp_path / f"{name}.xlsx").write_bytes(without_values(rendered(name, code)))
    command = [str(OFFICE), "--headless", "--convert-to", "xlsx", "--outdir", "out"]
    subprocess.run(
        [*command, *(f"{name}.xlsx" for name in names)],
        cwd=tmp_path,
        env={**os.environ, "HOME": str(tmp_path)},
        check=True,
        capture_output=True,
        timeout=180,
    )
    for name in names:
        ours = opened(rendered(name, code), values=True)
        theirs = opened((tmp_path / "out" / f"{name}.xlsx").read_bytes(), values=True)
        cells = list(formulas(opened(rendered(name, code), values=False)))
        assert len(cells) > 20
        for sheet, cell in cells:
            expected, found = ours[sheet][cell].value, theirs[sheet][cell].value
            if isinstance(expected, str | datetime):
                assert found == expected, (name, sheet, cell)
            else:
                assert found == pytest.approx(expected, abs=CENT, rel=1e-12), (name, sheet, cell)


def test_hostile_names_stay_text() -> None:
    """No name of a problem file becomes a formula, a link or a sheet of its own."""
    book = opened(rendered("hostile"), values=False)
    texts = {
        cell.value: cell.data_type
        for sheet in book
        for row in sheet.iter_rows()
        for cell in row
        if isinstance(cell.value, str)
    }
    for name in NAMES.values():
        shown = name.replace("\x01", "\N{REPLACEMENT CHARACTER}")
        told = [kind for text, kind in texts.items() if shown in text]
        assert told, name
        assert set(told) == {"s"}
    with zipfile.ZipFile(io.BytesIO(rendered("hostile"))) as parts:
        assert not [name for name in parts.namelist() if "externalLink" in name]
        assert not any(b"<hyperlink" in parts.read(name) for name in parts.namelist())
        for name in parts.namelist():
            if "chart" in name:
                assert not re.search(rb"<c:f>[^<]*cmd\|", parts.read(name))


@pytest.mark.parametrize("code", ["en", "zh"])
@pytest.mark.parametrize("name", FILES)
def test_every_plan_has_a_workbook(name: str, code: str) -> None:
    """Every library problem's plan becomes a workbook with all sheets in both languages."""
    book = opened(rendered(name, code), values=False)
    assert len(book.sheetnames) == 15
    assert all(len(title) <= 31 for title in book.sheetnames)


def test_sheets_are_set_up_for_print_and_screen() -> None:
    """Headers stay in sight and are repeated in print, money carries the currency, charts are
    native.
    """
    book = opened(rendered("roll_out"), values=False)
    for name in set(book.sheetnames) - {"Summary"}:
        assert book[name].freeze_panes, name
        assert book[name].print_title_rows, name
        assert book[name].page_setup.orientation == "landscape"
        width = sum(
            dim.width * (dim.max - dim.min + 1)
            for dim in book[name].column_dimensions.values()
            if dim.width
        )
        assert width <= 190 or book[name].page_setup.paperSize == 8 or name in ("Fleet", "Power"), (
            name
        )
    assert "CNY" in book["Bill"]["B2"].number_format
    with zipfile.ZipFile(io.BytesIO(rendered("roll_out"))) as parts:
        charts = [name for name in parts.namelist() if name.startswith("xl/charts/chart")]
    assert len(charts) == 7


def test_bought_cards_are_added_up_and_leases_are_not() -> None:
    """A lease that is renewed comes every period: its sum would be no number of cards."""
    plan, sheet = plan_of("roll_out"), opened(rendered("roll_out"), values=True)["Summary"]
    lines = list(sheet.iter_rows(values_only=True))
    top = next(n for n, line in enumerate(lines) if line[0] == "Cards delivered by period")
    heads, total = lines[top + 1], next(line for line in lines[top:] if line[0] == "Total")
    told = {head: cards for head, cards in zip(heads, total, strict=True) if head}
    assert any("leased" in head for head in told)
    assert all(cards is None for head, cards in told.items() if "leased" in head)
    bought = sum(row.cards for row in plan.purchases if not row.lease)
    assert sum(c for c in told.values() if isinstance(c, int | float)) == pytest.approx(bought)


def test_the_same_plan_gives_the_same_bytes() -> None:
    """Nothing in the file depends on the day or the machine."""
    assert workbook.render(plan_of("roll_out"), language("en")) == rendered("roll_out")


def test_exclusions_and_compliance_are_complete() -> None:
    """Every item bought stands among the judged ones, every exclusion of the plan with its
    reason.
    """
    plan, book = plan_of("roll_out"), opened(rendered("roll_out"), values=True)
    judged = {(row["Item"], row["Site"]) for row in records(book, "Compliance")}
    assert judged == {(row.item, row.site) for row in plan.purchases}
    told = [(r["Item"], r["Site"], r["Rule"], r["Reason"]) for r in records(book, "Excluded")]
    assert told == [(row.item, row.site, row.rule, row.reason) for row in plan.excluded]
    free = next(r for r in records(book, "Compliance") if r["Item"] == "hgx-h20-8")
    assert (free["TPP"], free["Status"]) == (2368, "free")


def test_formulas_use_functions_as_old_as_the_format() -> None:
    """Younger functions would need a prefix, which sheets that take formulas as they are lack."""
    book = opened(workbook.render(plan_of("roll_out"), language("en")), values=False)
    used = {
        name
        for sheet in book
        for row in sheet.iter_rows()
        for cell in row
        if cell.data_type == "f"
        for name in re.findall(r"([A-Z.]+)\(", cell.value)
    }
    assert used <= {"SUM", "SUMIFS", "ROUND", "ROUNDUP", "IF", "ISBLANK", "MONTH", "YEAR"}
    assert "SUMIFS" in used


def test_a_gap_is_never_rounded_below_itself() -> None:
    """A gap of 0.7818 % stands as 0.79 %, as in the sentence above it."""
    plan = replace(plan_of("yearly_cost"), gap=0.007818)
    sheet = opened(workbook.render(plan, language("en")), values=True)["Summary"]
    found = {row[0].value: row[1].value for row in sheet.iter_rows(min_row=4, max_row=20)}
    assert found["Gap"] == pytest.approx(0.0079)
    assert "0.79 %" in sheet["A2"].value


def test_an_item_is_not_named_twice() -> None:
    """The line of a fabric stands beside an item only where its name does not tell it."""
    sheet = opened(workbook.render(plan_of("roll_out"), language("en")), values=True)["Summary"]
    items = {str(row[1].value) for row in sheet.iter_rows(min_row=18)}
    assert {"qm9700 (leaf)", "cable"} <= items
    assert "cable (cable)" not in items
