"""The catalogue on the screen: fits the width, plain in a pipe, complete as JSON."""

import json
from datetime import date

import pytest
from rich.console import Console, RenderableType

from catalogs import CatalogError, load_catalog
from reports.catalog import TABLES, render_rules, render_table, rules_rows, table_rows

CATALOG = load_catalog()
TO_CHINA = ("us-bis", date(2024, 1, 1), "CN", "CN")


def text_of(report: RenderableType, width: int = 80) -> str:
    """A report as it comes out of a pipe."""
    console = Console(width=width, color_system=None)
    with console.capture() as capture:
        console.print(report)
    return capture.get()


@pytest.mark.parametrize("width", [80, 120, 300])
@pytest.mark.parametrize("table", TABLES)
def test_tables_fit_and_cut_nothing_off(table: str, width: int) -> None:
    """No line is wider than the terminal, no cell is shortened, every row is there."""
    text = text_of(render_table(CATALOG, table), width)
    lines = text.splitlines()
    assert max(map(len, lines)) <= width
    assert "…" not in text
    first_cells = {line.split(" ")[0] for line in lines}
    assert {row["id"] for row in table_rows(CATALOG, table)} <= first_cells


def test_a_wider_terminal_shows_more() -> None:
    """Columns left out for lack of width are named, and shown where there is room."""
    narrow = text_of(render_table(CATALOG, "accelerators"), 80)
    wide = text_of(render_table(CATALOG, "accelerators"), 300)
    assert "vendor" not in narrow.splitlines()[0]
    assert "also shows: I/O, form, launched, vendor" in narrow
    assert "vendor" in wide.splitlines()[0]
    assert "also shows" not in wide


def test_the_overview_counts_rows() -> None:
    """Without a table each table is listed with its rows."""
    assert {"table": "accelerators", "rows": 53} in table_rows(CATALOG, None)
    assert "accelerators    53" in text_of(render_table(CATALOG, None))


def test_one_row_in_full() -> None:
    """Every figure known, source, date and notes stand there, and the evidence of prices."""
    text = text_of(render_table(CATALOG, "nodes", "hgx-h800-8"))
    for words in ("power_kw          10.2", "date              2023-09-27", "price 2023-10 "):
        assert words in text
    assert "2,300,000-2,800,000 CNY" in text
    assert "m.mydrivers.com/newsview/939506.html" in text
    assert max(map(len, text.splitlines())) <= 80
    (row,) = table_rows(CATALOG, "nodes", "hgx-h800-8")
    assert row["source"] == CATALOG.nodes["hgx-h800-8"].source
    assert [price["date"] for price in row["prices"]] == ["2023-10", "2023-09-27"]


def test_blocks_and_conditions_are_readable() -> None:
    """Nested figures come out as words, not as Python."""
    tariff = text_of(render_table(CATALOG, "tariffs", "cn-guangdong-tou"))
    assert "name peak, price_per_kwh 1.2538, hours 14:00-18:00" in tariff
    rule = text_of(render_table(CATALOG, "rules", "us_2023_10b2"))
    assert "performance_density: at_least 3.2, below 5.92" in rule
    assert "{" not in tariff + rule


def test_every_card_judged() -> None:
    """The listing of rules says for each card what holds and why, and what is not modelled."""
    text = text_of(render_rules(CATALOG, *TO_CHINA))
    assert max(map(len, text.splitlines())) <= 80
    assert "Delivered on 2024-01-01 to CN, for a buyer headquartered in CN" in text
    assert "h20_sxm_96       free       outside every rule" in text
    assert "3A090.a.1: TPP 4,992 >= 4,800 (presumption of" in text
    assert "mi308x           undecided  undecided: tpp is missing" in text
    assert "Not modelled: us_2024_12_hbm" in text


def test_rules_as_json() -> None:
    """The same as JSON: card, treatment, rule, reason and findings."""
    rows = json.loads(json.dumps(rules_rows(CATALOG, *TO_CHINA)))
    by_card = {row["card"]: row for row in rows}
    assert by_card.keys() == CATALOG.accelerators.keys()
    assert by_card["l40"]["treatment"] == "notify"
    assert by_card["l40"]["extra_lead_days"] == 25
    assert by_card["a100_sxm_80"]["findings"][0]["citation"] == "88 FR 73458"
    assert [row["card"] for row in rules_rows(CATALOG, *TO_CHINA, name="l20")] == ["l20"]


def test_one_card_judged_in_full() -> None:
    """A free card shows what keeps it free; a surcharge and a licence stand side by side."""
    near_miss = text_of(render_rules(CATALOG, *TO_CHINA, name="l20"), 200)
    assert "3A090.b.2: performance density 3.14 < 3.2" in near_miss
    both = text_of(render_rules(CATALOG, "us-bis", date(2026, 2, 1), "CN", name="h200_sxm"), 200)
    assert "surcharge          25% of the price" in both
    assert "case by case" in both
    rule = text_of(render_rules(CATALOG, *TO_CHINA, name="us_2023_10a1"))
    assert "effective           2023-11-17" in rule


def test_colours_only_where_wanted(monkeypatch: pytest.MonkeyPatch) -> None:
    """A terminal gets colours, NO_COLOR takes them away, a pipe gets no escapes at all."""
    report = render_rules(CATALOG, *TO_CHINA)
    colour = "\x1b[33m"
    for no_color, expected in (("", True), ("1", False)):
        monkeypatch.setenv("NO_COLOR", no_color)
        console = Console(force_terminal=True, width=80, color_system="standard")
        with console.capture() as capture:
            console.print(report)
        assert (colour in capture.get()) is expected
    assert "\x1b" not in text_of(report)


@pytest.mark.parametrize(
    ("ask", "words"),
    [
        (lambda: render_table(CATALOG, "fabric"), "no table 'fabric' to list; did you mean"),
        (lambda: render_table(CATALOG, "l40s"), "it is a row: rackmix catalog accelerators l40s"),
        (lambda: render_table(CATALOG, "fabrics", "qm970"), "did you mean 'qm9700'?"),
        (lambda: table_rows(CATALOG, "nodes", "x9"), "nodes: no 'x9' in the catalogue"),
        (lambda: render_rules(CATALOG, *TO_CHINA, name="a80"), "did you mean 'a800_pcie_40'"),
        (lambda: rules_rows(CATALOG, *TO_CHINA, name="l44"), "did you mean"),
        (lambda: render_rules(CATALOG, "us", date(2024, 1, 1), "CN"), "did you mean 'us-bis'"),
    ],
)
def test_unknown_names_get_the_nearest(ask: object, words: str) -> None:
    """A misspelt table, row, card, rule or ruleset is answered with the nearest name."""
    with pytest.raises(CatalogError) as error:
        ask()  # type: ignore[operator]
    assert words in str(error.value)
