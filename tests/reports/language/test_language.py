"""Reports in Chinese: every text, every sentence a plan can carry, money, dates.

What reports say is tested where they are made.
"""
# ruff: noqa: RUF001

import ast
import re
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path

import pytest

from catalogs import Catalog, load_catalog
from reports import sureness
from reports.document import decision, reasons
from reports.frames import GROUPS
from reports.language import LANGUAGES, language
from solver import load_case
from solver.families import Family
from solver.plan import Term
from tests.reports.export.solved import FILES, LIBRARY

ROOT = Path(__file__).resolve().parents[3]
ZH = language("zh")
SPEAKING = [
    *sorted((ROOT / "reports" / "document").glob("*.py")),
    *sorted((ROOT / "reports" / "charts").glob("*.py")),
    ROOT / "reports" / "sureness.py",
    ROOT / "reports" / "cases.py",
    ROOT / "reports" / "export" / "page.py",
    ROOT / "reports" / "export" / "markdown.py",
]
"""Modules that hand English to `text`."""
PLACEHOLDER = re.compile(r"\{(\w+)\}")
ENGLISH = re.compile(r"(?:\b[A-Za-z]{2,}\b[ ,]+){2}[a-z]{2,}\b")
"""Three English words in a row."""


def literals(node: ast.expr) -> Iterator[str]:
    """Yield the texts that an argument may be, on either side of a condition."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.IfExp):
        yield from literals(node.body)
        yield from literals(node.orelse)


def spoken(path: Path) -> set[str]:
    """Return the English texts that a module hands to `text`."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute | ast.Name):
            name = node.func.attr if isinstance(node.func, ast.Attribute) else node.func.id
            if name in ("text", "several"):
                found |= {text for argument in node.args[:2] for text in literals(argument)}
    return found


@pytest.mark.parametrize("path", SPEAKING, ids=lambda path: path.stem)
def test_every_text_of_a_report_has_its_chinese(path: Path) -> None:
    """No report fails on a text that the tables lack."""
    assert not sorted(text for text in spoken(path) if text not in ZH.texts)


def test_the_search_for_texts_finds_them() -> None:
    """The test above must not pass because it looked at nothing."""
    found = set().union(*map(spoken, SPEAKING))
    assert len(found) > 120
    assert {"What binds", "; leased ones are pale", "{count} rows"} <= found


@pytest.mark.parametrize(
    "words",
    [
        *(term.replace("_", " ") for term in Term),
        *(family.replace("_", " ") for family in Family),
        *(family.description for family in Family),
        *(text for pair in decision.UNITS.values() for text in pair),
        *sureness.ENDED_BY.values(),
        sureness.ENDED,
        *reasons._WITHOUT_PLAN.values(),
        *(table.replace("_", " ") for table in reasons._TABLES),
        *reasons._CONFIDENCE,
        *(name for _, name in reasons._MADE_WITH),
        *GROUPS,
    ],
)
def test_every_term_and_family_has_its_chinese(words: str) -> None:
    """Names that come from lists of the solver are in the tables as well."""
    assert words in ZH.texts


@pytest.mark.parametrize("table", ["texts", "patterns"])
def test_translations_name_what_their_english_names(table: str) -> None:
    """A placeholder is neither lost nor invented: a figure missing in one language is an error."""
    for english, chinese in getattr(ZH, table).items():
        assert set(PLACEHOLDER.findall(english)) == set(PLACEHOLDER.findall(chinese)), english


def templates() -> Iterator[tuple[str, str]]:
    """Yield the assumptions that the instance can make: place in the code, text with fillers."""
    for path in sorted((ROOT / "solver" / "instance").glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Attribute)
                and node.func.attr == "assume"
                # What another module words is tested with that module.
                and not isinstance(node.args[0], ast.Call)
            ):
                yield f"{path.stem}:{node.lineno}", filled(node.args[0])


def filled(node: ast.expr) -> str:
    """Return a text, with `x1` where it names something."""
    if isinstance(node, ast.JoinedStr):
        return "".join(filled(part) for part in node.values)
    if isinstance(node, ast.BinOp):
        return filled(node.left) + filled(node.right)
    if isinstance(node, ast.Constant):
        return str(node.value).replace("{}", "x1")
    return "x1"


@pytest.mark.parametrize(("place", "sentence"), list(templates()))
def test_every_assumption_of_the_solver_has_its_chinese(place: str, sentence: str) -> None:
    """A new assumption comes with its translation."""
    assert ZH.translated(sentence), f"{place}: {sentence}"


@pytest.mark.parametrize("name", FILES)
def test_no_sentence_of_the_library_stays_english(name: str) -> None:
    """Assumptions and reasons of all worked problems are Chinese, but for names and sources."""
    instance = load_case(LIBRARY / f"{name}.yaml").instance
    reasons = (row.reason for row in instance.excluded)
    for sentence in (*instance.assumptions, *reasons):
        chinese = ZH.translated(sentence)
        assert chinese, sentence
        # Sources stay as they were cited; they stand in brackets of their own.
        left = re.sub(r"（[^（]*）。?$", "", chinese)
        assert not ENGLISH.search(left), chinese


def catalog_texts(catalog: Catalog) -> Iterator[str]:
    """Yield what rules are called and say."""
    for rule in catalog.export_rules.values():
        yield rule.name
        if rule.text:
            yield rule.text


def test_every_rule_of_the_catalogue_has_its_chinese() -> None:
    """A rule's name and advice are translated, whichever of them a problem meets."""
    assert not [text for text in catalog_texts(load_catalog()) if not ZH.translated(text)]


@pytest.mark.parametrize(
    ("english", "chinese"),
    [
        ("used up in 2023-Q3, 2024-Q1", "2023年第3季度、2024年第1季度已用尽"),
        ("used up in 2023-01 to 2023-12", "2023年1月至2023年12月已用尽"),
        (
            "needs a licence: 3A090.a.1: TPP 15,832 >= 4,800 (delivery on 2024-01-01)",
            "需要许可证：3A090.a.1：TPP 15,832 >= 4,800（交付日2024年1月1日）",
        ),
        (
            "Held to at most 0.5 % over the cheapest plan; within that, as few orders changed as "
            "could be found.",
            "限定成本比最便宜的方案至多高 0.5%；在此范围内，改动的订单尽可能少。",
        ),
        (
            "Held to at most 2 % over the cheapest plan; within that, fewest vendors.",
            "限定成本比最便宜的方案至多高 2%；在此范围内，供应商最少。",
        ),
        (
            "Held to the earlier plan's deliveries up to 2024-03-31, and at most 1 % over the "
            "cheapest plan; within that, as few orders changed as could be found.",
            "限定沿用原方案截至2024年3月31日的交付，且成本比最便宜的方案至多高 1%；"
            "在此范围内，改动的订单尽可能少。",
        ),
        (
            "interconnect 600 GB/s > 400 GB/s (deliveries 2023-01-01 to 2023-10-01)",
            "互联带宽 600 GB/s > 400 GB/s（交付日2023年1月1日至2023年10月1日）",
        ),
    ],
)
def test_sentences_are_translated_with_their_figures(english: str, chinese: str) -> None:
    """Figures pass unchanged, dates and periods are written as Chinese writes them."""
    assert ZH.sentence(english) == chinese


def test_an_unknown_sentence_stays_as_it_is() -> None:
    """A buyer's own catalogue may say what the tables cannot know; nothing is lost or invented."""
    for own in ("Approved by {x} to <b>Friday</b>.", "Our own rule: TPP 4,992 >= 4,800"):
        assert ZH.sentence(own) == own
        assert ZH.translated(own) is None


def test_a_text_that_the_tables_lack_is_an_error() -> None:
    """A report is never half translated."""
    with pytest.raises(KeyError):
        ZH.text("No such text")


@pytest.mark.parametrize("code", LANGUAGES)
def test_formatting_of_names_is_not_repeated(code: str) -> None:
    """Braces in a name are text: a site called {0} stays {0}."""
    assert "{0}" in language(code).text("{service}: requests per second", service="{0}")


@pytest.mark.parametrize(
    ("amount", "english", "chinese"),
    [
        (84_800_000, "84.8 million CNY", "8,480万元"),
        (1_200_000_000, "1.2 billion CNY", "12亿元"),
        (99_999.99, "100,000 CNY", "10万元"),
        (0.0375, "0.0375 CNY", "0.0375元"),
        (-310_200_000, "-310.2 million CNY", "-3.102亿元"),
    ],
)
def test_money(amount: float, english: str, chinese: str) -> None:
    """Four digits in both languages, by millions or by 万 and 亿."""
    assert language("en").money(amount, "CNY") == english
    assert ZH.money(amount, "CNY") == chinese


def test_days_and_spans() -> None:
    """A span ends on its last day; one that ends within a day shows the time."""
    assert ZH.date(date(2024, 2, 29)) == "2024年2月29日"
    hour = ZH.span(datetime(2024, 1, 1), datetime(2024, 1, 1, 1))
    assert hour == ("2024年1月1日 00:00", "2024年1月1日 01:00")
    assert language("en").span(datetime(2023, 7, 1), datetime(2023, 7, 31))[1] == "2023-07-30"
