"""Every text of tables, workbooks and orders has its Chinese, and the table has no other."""

import ast
from collections.abc import Iterator
from importlib import resources
from pathlib import Path

from ruamel.yaml import YAML

from catalogs.rules import Treatment
from reports.export import deliveries
from reports.export.columns import COLUMNS
from reports.export.rulings import NO_RULES, NOT_JUDGED, OUTSIDE, OWN, judged, told_reason
from reports.export.sheets.money import SORTS
from reports.export.tables import KINDS
from reports.export.worked import work_out
from reports.language import language
from solver.plan import PlanStatus, Term
from tests.reports.export.solved import FILES, plan_of

EXPORT = Path(__file__).resolve().parents[3] / "reports" / "export"
MODULES = (
    *("columns", "csv_folder", "deliveries", "dictionary", "order_docx", "order_markdown"),
    *("orders", "parquet_folder", "program", "rulings", "tables", "workbook", "worked"),
)
SPEAKERS = {"say", "text", "sheet", "_heading"}
"""Functions whose first argument is a text in English."""


def spoken() -> Iterator[str]:
    """Every text that the modules name where they say it."""
    paths = [*(EXPORT / f"{name}.py" for name in MODULES), *(EXPORT / "sheets").glob("*.py")]
    for path in paths:
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and node.args:
                called = node.func
                name = getattr(called, "attr", getattr(called, "id", ""))
                first = node.args[0]
                if name in SPEAKERS and isinstance(first, ast.Constant):
                    yield str(first.value)


def texts() -> set[str]:
    """Every text that an export of ours may say."""
    kinds = ("card", "node", "host")
    return {
        *spoken(),
        *(column.description for column in COLUMNS.values()),
        *(kind.description for kind in KINDS.values()),
        *(str(term).replace("_", " ") for term in Term),
        *map(str, PlanStatus),
        *(str(treatment) for treatment in Treatment),
        *(*kinds, *(f"{kind}, leased" for kind in kinds), "fabric"),
        *(*OWN, OUTSIDE, NO_RULES, NOT_JUDGED, *SORTS),
        *(*deliveries.LINE_TITLES, *deliveries.RULE_TITLES, *deliveries.BLANKS),
        *(deliveries.NOTE, deliveries.MADE),
        *("Goods", "Leases", "Extras", "Surcharge", "Fee"),
        *("Reference", "Vendor", "Order by", "Delivery", "Order lines", "Total", "File"),
        "Cells of text that begin with = + - @ or a tab carry an apostrophe before them, so that "
        "no spreadsheet runs them; Parquet and JSON hold the exact texts.",
    }


def test_every_text_has_its_chinese() -> None:
    """No text is missing in Chinese."""
    assert not texts() - language("zh").texts.keys()


def test_the_table_has_no_other_texts() -> None:
    """What nobody says any more is not translated."""
    file = resources.files("reports.language").joinpath("zh", "tables.yaml")
    table = YAML(typ="safe").load(file.read_text(encoding="utf-8"))
    assert not table.keys() - texts()


def test_reasons_of_rulings_are_told_in_chinese() -> None:
    """Why a card is free is told in Chinese for every plan of the library."""
    say, told = language("zh"), 0
    for name in FILES:
        for each in judged(work_out(plan_of(name))):
            words = told_reason(each, say)
            assert not any(part in words for part in ("outside", "looks at", "no rule")), words
            told += 1
    assert told > 20
