"""A purchase order as a Word document.

Belongs here: its layout on paper. Does not belong here: what it says (deliveries). The text is put
together as XML on a page that python-docx sets up: cell by cell it takes minutes for long orders.
"""

import io
import zipfile
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from xml.sax.saxutils import escape

import docx
from docx.document import Document
from docx.enum.section import WD_ORIENT
from docx.oxml.ns import qn
from docx.shared import Mm, Pt

from reports.export.deliveries import (
    BLANKS,
    FIGURES_FROM,
    LINE_TITLES,
    MADE,
    NOTE,
    RULE_TITLES,
    Delivery,
    head_cells,
    line_cells,
    payment_cells,
    rule_cells,
    total_cells,
)
from reports.export.words import on_one_line
from reports.language import Language

PAGE = "word/document.xml"
FONT, CHINESE_FONT = "Arial", "SimSun"
LINE_WIDTHS = (10, 28, 36, 26, 25, 25, 14, 14, 32, 18, 39)
RULE_WIDTHS = (30, 30, 22, 16, 25, 18, 20, 33, 73)
PAIR_WIDTHS = (80, 60)
"""Of columns, in millimetres; a page is 267 wide."""


class Press:
    """Makes one document after another from the same page set-up."""

    def __init__(self, say: Language) -> None:
        """Set up a page in landscape for a language."""
        self.say = say
        out = io.BytesIO()
        _page_set_up().save(out)
        with zipfile.ZipFile(out) as archive:
            self._parts = {name: archive.read(name) for name in archive.namelist()}
        page = self._parts.pop(PAGE).decode()
        start, end = page.index("<w:body>") + len("<w:body>"), page.index("<w:sectPr")
        self._before, self._after = page[:start], page[end:]
        self._page: list[str] = []

    def print(self, order: Delivery) -> bytes:
        """The bytes of a document: the same order gives the same."""
        self._page = []
        text = self.say.text
        self._heading(text("Purchase order {reference}", reference=order.reference), 16)
        self._table(None, head_cells(order, self.say), (60, 200), 2)
        self._heading(text("Order lines"))
        titles = [text(title) for title in LINE_TITLES]
        self._table(titles, line_cells(order, self.say), LINE_WIDTHS, FIGURES_FROM)
        self._heading(text("Total"))
        self._table(None, total_cells(order, self.say), PAIR_WIDTHS, 1)
        self._heading(text("Payment"))
        self._table(None, payment_cells(order, self.say), PAIR_WIDTHS, 1)
        self._heading(text("Export classification"))
        rules = [text(title) for title in RULE_TITLES]
        self._table(rules, rule_cells(order, self.say), RULE_WIDTHS, len(RULE_TITLES))
        self._paragraph(text(NOTE))
        self._table(None, [(text(blank), "") for blank in BLANKS], (90, 170), 2)
        self._paragraph(text(MADE))
        page = "".join([self._before, *self._page, self._after]).encode()
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, content in {**self._parts, PAGE: page}.items():
                entry = zipfile.ZipInfo(name, date_time=(1980, 1, 1, 0, 0, 0))
                archive.writestr(entry, content, zipfile.ZIP_DEFLATED)
        return out.getvalue()

    def _heading(self, text: str, size: int = 12) -> None:
        run = f'<w:rPr><w:b/><w:sz w:val="{2 * size}"/></w:rPr>{_text(text)}'
        space = '<w:pPr><w:keepNext/><w:spacing w:before="200" w:after="80"/></w:pPr>'
        self._page.append(f"<w:p>{space}<w:r>{run}</w:r></w:p>")

    def _paragraph(self, text: str) -> None:
        space = '<w:pPr><w:spacing w:before="120" w:after="120"/></w:pPr>'
        run = f"<w:rPr><w:i/></w:rPr>{_text(text)}"
        self._page.append(f"<w:p>{space}<w:r>{run}</w:r></w:p>")

    def _table(
        self,
        titles: Sequence[str] | None,
        rows: Sequence[Sequence[str]],
        widths: Sequence[int],
        figures_from: int,
    ) -> None:
        """A table, its titles repeated on every page."""
        grid = "".join(f'<w:gridCol w:w="{_twips(width)}"/>' for width in widths)
        borders = "".join(
            f'<w:{side} w:val="single" w:sz="4" w:color="A0A0A0"/>'
            for side in ("top", "left", "bottom", "right", "insideH", "insideV")
        )
        lines = []
        if titles is not None:
            cells = "".join(
                _cell(title, width, number >= figures_from, bold=True)
                for number, (title, width) in enumerate(zip(titles, widths, strict=True))
            )
            lines.append(f"<w:tr><w:trPr><w:tblHeader/></w:trPr>{cells}</w:tr>")
        for row in rows:
            cells = "".join(
                _cell(text, width, number >= figures_from)
                for number, (text, width) in enumerate(zip(row, widths, strict=True))
            )
            lines.append(f"<w:tr><w:trPr><w:cantSplit/></w:trPr>{cells}</w:tr>")
        self._page.append(
            f"<w:tbl><w:tblPr><w:tblW w:w='0' w:type='auto'/>"
            f"<w:tblBorders>{borders}</w:tblBorders><w:tblLayout w:type='fixed'/></w:tblPr>"
            f"<w:tblGrid>{grid}</w:tblGrid>{''.join(lines)}</w:tbl>"
        )


def _page_set_up() -> Document:
    """An empty document in landscape; the same whenever it is made."""
    document = docx.Document()
    section = document.sections[0]
    section.orientation = WD_ORIENT.LANDSCAPE
    section.page_width, section.page_height = Mm(297), Mm(210)
    section.left_margin = section.right_margin = Mm(15)
    section.top_margin = section.bottom_margin = Mm(15)
    style: Any = document.styles["Normal"]
    style.font.name, style.font.size = FONT, Pt(9)
    style.element.rPr.rFonts.set(qn("w:eastAsia"), CHINESE_FONT)
    properties = document.core_properties
    properties.created = properties.modified = datetime(2000, 1, 1)
    properties.author = properties.last_modified_by = properties.title = "rackmix"
    properties.comments = ""
    return document


def _cell(text: str, width: int, right: bool, *, bold: bool = False) -> str:
    jc = '<w:jc w:val="right"/>' if right else ""
    side = f'<w:pPr><w:spacing w:before="30" w:after="30"/>{jc}</w:pPr>'
    style = "<w:b/>" if bold else ""
    return (
        f'<w:tc><w:tcPr><w:tcW w:w="{_twips(width)}" w:type="dxa"/></w:tcPr><w:p>{side}'
        f'<w:r><w:rPr>{style}<w:sz w:val="16"/></w:rPr>{_text(text)}</w:r></w:p></w:tc>'
    )


def _text(text: str) -> str:
    return f'<w:t xml:space="preserve">{escape(on_one_line(text))}</w:t>'


def _twips(millimetres: float) -> int:
    return round(millimetres * 1440 / 25.4)
