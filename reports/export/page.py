"""A plan as one HTML file that opens offline: charts, tables that sort, light and dark, print.

Belongs here: from a document to a page; its template, style and script stand in html/. Does not
belong here: what the document says (reports.document), drawing (reports.charts).
"""

import base64
import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib import resources
from itertools import count, groupby

from jinja2 import Environment, StrictUndefined
from markupsafe import Markup, escape

from reports.charts import inline, theme
from reports.document.build import document_of
from reports.document.parts import (
    Block,
    Cell,
    Chart,
    Column,
    Facts,
    Paragraph,
    Points,
    Table,
)
from reports.language import Language
from solver.plan import Plan

FOLDED_FROM = 60
"""Rows from which a table is shown on request only; all of them stand in the file."""


@dataclass(frozen=True, slots=True)
class _Group:
    """Blocks of a section that stand side by side, or a single one."""

    kind: str
    blocks: tuple[Block, ...]


def render(plan: Plan, language: Language) -> bytes:
    """The page of a verified plan; everything in it comes from the plan.

    It runs one small script of its own, which its policy names by hash, and fetches nothing. Raises
    problems.InputError, and catalogs.CatalogError, where the problem or the facts that the plan
    carries do not hold together.
    """
    script = _file("sort.js")
    page = _environment(language).from_string(_file("page.html.j2"))
    text = page.render(
        document=document_of(plan, language),
        lang={"zh": "zh-Hans"}.get(language.code, language.code),
        contents=language.text("Contents"),
        more=language.text("More columns on a wide screen and in print."),
        style=Markup(_colours() + _file("style.css")),
        script=Markup(script),
        script_hash=_hash(f"\n{script}"),
    )
    return text.encode()


def _file(name: str) -> str:
    return resources.files("reports.export.html").joinpath(name).read_text(encoding="utf-8")


def _hash(script: str) -> Markup:
    digest = hashlib.sha256(script.encode()).digest()
    return Markup(f"sha256-{base64.b64encode(digest).decode()}")


def _colours() -> str:
    """The theme's colours as variables, for light and dark; print is light."""
    dark = f":root {{ {inline.variables(dark=True)} }}"
    return (
        f":root {{ {inline.variables()} color-scheme: light dark; }}\n"
        f"@media screen and (prefers-color-scheme: dark) {{ {dark} }}\n"
    )


def _environment(language: Language) -> Environment:
    environment = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, keep_trailing_newline=True
    )
    numbers = count()

    def svg(chart: Chart, width: int) -> Markup:
        drawn = theme.to_svg(chart.draw(width), ground=None)
        return Markup(inline.inline(drawn, f"c{next(numbers)}", chart.title))

    def rows(found: Sequence[object]) -> str:
        return language.text("{count} rows", count=language.count(len(found)))

    environment.filters |= {
        "svg": svg,
        "cells": _cells,
        "rows": rows,
        "folded": _folded,
        "grouped": _grouped,
    }
    return environment


def _cells(row: Sequence[Cell], columns: Sequence[Column]) -> Markup:
    """A row of a table; a loop of the template's own would take most of a long table's time."""
    return Markup("".join(map(_cell, row, columns)))


def _cell(cell: Cell, column: Column) -> str:
    names = ["n"] if column.right else [name for most, name in _WIDE if len(cell.text) > most][:1]
    names += ["s"] if column.spare else []
    attributes = f' class="{" ".join(names)}"' if names else ""
    if cell.value is not None:
        attributes += f' data-v="{escape(cell.value)}"'
    bar = ""
    if cell.share is not None:
        bar = f'<span class="bar" style="--share:{100 * cell.share:.1f}%"></span>'
    return f"<td{attributes}>{escape(cell.text)}{bar}</td>"


_WIDE = ((28, "w"), (12, "m"))
"""Characters from which a cell of words may wrap: everywhere, or where it is narrow."""


def _folded(table: Table) -> bool:
    return table.aside or len(table.rows) >= FOLDED_FROM


def _grouped(blocks: Sequence[Block]) -> Iterator[_Group]:
    """Blocks in their order, small charts beside one another put together."""
    for kind, found in groupby(blocks, key=_kind):
        yield _Group(kind, tuple(found))


def _kind(block: Block) -> str:
    if isinstance(block, Chart):
        return "small" if block.small else "chart"
    kinds = {Table: "table", Paragraph: "paragraph", Points: "points", Facts: "facts"}
    return kinds[type(block)]
