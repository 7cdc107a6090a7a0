"""The page of a plan in a real browser: quiet, offline, sorting, light and dark, narrow and wide.

Skipped where there is no Chromium.
"""

from base64 import b64decode
from collections.abc import Iterator
from pathlib import Path

import pytest

from reports.export import page
from reports.language import LANGUAGES, language
from tests.reports.export.browser import CHROMIUM, Browser, browsing
from tests.reports.export.page_reading import ATTACKS, attacking_plan
from tests.reports.export.solved import library_plan

pytestmark = [
    pytest.mark.skipif(CHROMIUM is None, reason="needs Chromium (or Chrome) on the PATH"),
    pytest.mark.slow,
]
NAMES = ("design_example", "serving_mix_inferno_small", "attacks")


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """One browser for all tests."""
    with browsing(tmp_path_factory.mktemp("profile")) as found:
        yield found


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[tuple[str, str], Path]:
    """The files of all pages, by plan and language."""
    folder = tmp_path_factory.mktemp("pages")
    found = {}
    for name in NAMES:
        plan = attacking_plan() if name == "attacks" else library_plan(name)
        for code in LANGUAGES:
            path = found[name, code] = folder / f"{name}-{code}.html"
            path.write_bytes(page.render(plan, language(code)))
    return found


type Pages = dict[tuple[str, str], Path]


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("code", LANGUAGES)
@pytest.mark.parametrize("name", NAMES)
def test_a_page_is_quiet_and_fits(
    browser: Browser, pages: Pages, name: str, code: str, width: int, dark: bool
) -> None:
    """No message on the console, no request but for the file, nothing wider than the screen; the
    page shows exactly one of the two widths of every chart.
    """
    browser.open(pages[name, code], width=width, dark=dark)
    assert not browser.noise
    assert browser.requests == [pages[name, code].as_uri()]
    assert browser.ask("document.documentElement.scrollWidth") <= width
    shown = "getComputedStyle(document.querySelector('{}') ?? document.body).display"
    if browser.ask("document.querySelector('.wide') !== null"):
        assert (browser.ask(shown.format(".wide")) == "none") == (width == 390)
        assert (browser.ask(shown.format(".narrow")) == "none") == (width == 1280)


def luminance(browser: Browser, selector: str, of: str) -> float:
    """Return how light a colour of an element is, from 0 to 1."""
    colour = browser.ask(f"getComputedStyle(document.querySelector('{selector}')).{of}")
    parts = [float(part) for part in colour.partition("(")[2].strip(")").split(",")[:3]]
    return sum(parts) / 3 / 255


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_words_and_charts_stand_out_from_the_ground(
    browser: Browser, pages: Pages, dark: bool
) -> None:
    """Text and the words of charts are light on dark, and dark on light."""
    browser.open(pages["design_example", "en"], dark=dark)
    ground = luminance(browser, "body", "backgroundColor")
    for selector, of in (("h1", "color"), ("td", "color"), ("svg text", "fill")):
        words = luminance(browser, selector, of)
        assert (words - ground > 0.4) if dark else (ground - words > 0.4), selector


def test_a_click_on_a_head_sorts_its_table(browser: Browser, pages: Pages) -> None:
    """Amounts sort as numbers and names as words, a second click turns them round, the total
    stays below.
    """
    browser.open(pages["design_example", "en"])
    grid = "[...document.querySelectorAll('#orders table')].find(t => t.rows.length > 5)"
    last = f"[...{grid}.tBodies[0].rows].map(r => Number([...r.cells].at(-1).dataset.v))"
    before = browser.ask(last)
    browser.ask(f"[...{grid}.tHead.rows[0].cells].at(-1).querySelector('button').click()")
    assert browser.ask(last) == sorted(before)
    assert browser.ask(last) != before
    browser.ask(f"[...{grid}.tHead.rows[0].cells].at(-1).querySelector('button').click()")
    assert browser.ask(last) == sorted(before, reverse=True)
    browser.ask(f"{grid}.tHead.rows[0].cells[0].querySelector('button').click()")
    first = browser.ask(f"[...{grid}.tBodies[0].rows].map(r => r.cells[0].textContent)")
    assert first == sorted(first)
    assert browser.ask(f"{grid}.tFoot.rows[0].cells[0].textContent") == "total"
    assert not browser.noise


@pytest.mark.parametrize("code", LANGUAGES)
def test_attacks_run_nothing(browser: Browser, pages: Pages, code: str) -> None:
    """The title is the name as it was written; no script of a name has run or been loaded."""
    browser.open(pages["attacks", code])
    assert browser.ask("document.title") == ATTACKS["title"]
    assert browser.ask("document.scripts.length") == 1
    assert browser.ask("document.querySelectorAll('img, iframe, object, embed').length") == 0
    assert not browser.noise
    assert len(browser.requests) == 1


def test_marks_of_charts_tell_their_figures(browser: Browser, pages: Pages) -> None:
    """Pointing at a bar names period, type and number, in the reader's language."""
    browser.open(pages["design_example", "zh"])
    titles = browser.ask("[...document.querySelectorAll('.wide title')].map(t => t.textContent)")
    assert any(text.startswith("2023年第3季度 · a800_sxm_80: 960") for text in titles)


def test_a_page_prints(browser: Browser, pages: Pages) -> None:
    """Print is light, with wide charts, and shows what is folded away on the screen."""
    browser.open(pages["design_example", "en"], width=390, dark=True)
    browser.call("Emulation.setEmulatedMedia", media="print", features=[])
    assert luminance(browser, "h1", "color") < 0.3
    assert browser.ask("getComputedStyle(document.querySelector('.wide')).display") == "block"
    assert browser.ask("getComputedStyle(document.querySelector('nav')).display") == "none"
    printed = browser.call("Page.printToPDF", preferCSSPageSize=True)["data"]
    assert b64decode(printed).startswith(b"%PDF-")
    assert browser.ask("[...document.querySelectorAll('details')].every(d => d.open)")
    browser.call("Emulation.setEmulatedMedia", media="", features=[])
