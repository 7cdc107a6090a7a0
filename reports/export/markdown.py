"""A plan as Markdown, to paste into a memo.

Belongs here: from the sections of a document that a memo needs to Markdown that reads alike as
text. Does not belong here: what the document says (reports.document), charts, the page.
"""

import re
from collections.abc import Iterator, Sequence

from reports.document.build import document_of
from reports.document.parts import (
    Block,
    Cell,
    Chart,
    Document,
    Facts,
    Paragraph,
    Points,
    Section,
    Table,
)
from reports.export.words import unlinked
from reports.language import Language
from solver.plan import Plan

_SPECIAL = re.compile(
    r"([\\`*\[\]<|~])|(&)(?=#|\w+;)|(?<![0-9A-Za-z])(_)|(_)(?![0-9A-Za-z])|^([#>])", re.MULTILINE
)
"""What Markdown would take as markup; an underscore within a word is none."""
_LINE_BEGIN = re.compile(r"^(\s*)([-+=]|\d+[.)])(?=\s|$|-|=)")
MOST_ROWS = 40
"""Rows of a table that a memo shows; where there are more it says so."""


def render(plan: Plan, language: Language) -> bytes:
    """The memo of a verified plan, as GitHub's Markdown in UTF-8.

    Names and sentences of the plan are escaped: they show as text and become neither markup nor
    links. Raises problems.InputError, and catalogs.CatalogError, where the problem or the facts
    that the plan carries do not hold together.
    """
    return ("\n".join(_document(document_of(plan, language), language)) + "\n").encode()


def _document(document: Document, language: Language) -> Iterator[str]:
    yield f"# {escaped(document.title)}"
    yield ""
    what, *others = document.decision
    yield f"**{escaped(what)}** {' '.join(map(escaped, others))}".rstrip()
    yield ""
    yield from _facts(document.standing, language)
    for section in document.sections:
        if section.memo:
            yield from _section(section, language)
    yield ""
    yield f"*{escaped(document.foot)}*"


def _section(section: Section, language: Language) -> Iterator[str]:
    yield ""
    yield f"## {escaped(section.title)}"
    for block in section.blocks:
        yield from _block(block, language)


def _block(block: Block, language: Language) -> Iterator[str]:
    if isinstance(block, Chart) or (isinstance(block, Table) and block.aside):
        return
    yield ""
    if isinstance(block, Table):
        yield from _table(block, language)
    elif isinstance(block, Paragraph):
        yield escaped(block.text)
    elif isinstance(block, Points):
        yield from (f"- {escaped(text)}" for text in block.texts)
    elif isinstance(block, Facts):
        yield from _facts(block.rows, language)


def _facts(rows: Sequence[tuple[str, str]], language: Language) -> Iterator[str]:
    said = (language.text("{what}: {why}", what=name, why=value) for name, value in rows)
    yield from (f"- {escaped(text)}" for text in said)


def _table(table: Table, language: Language) -> Iterator[str]:
    yield f"**{escaped(table.title)}**"
    yield ""
    rows = [[escaped(cell.text) for cell in row] for row in table.rows[:MOST_ROWS]]
    if table.total:
        rows.append([_bold(cell) for cell in table.total])
    heads = [escaped(column.title) for column in table.columns]
    yield _row(heads)
    yield _row(["---:" if column.right else "---" for column in table.columns])
    yield from map(_row, rows)
    if (left := len(table.rows) - MOST_ROWS) > 0:
        yield ""
        said = "{count} more rows are in the plan file; the total counts them all."
        yield language.text(said, count=language.count(left))


def _bold(cell: Cell) -> str:
    return f"**{escaped(cell.text)}**" if cell.text else ""


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def escaped(text: str) -> str:
    r"""Text that Markdown shows as it is.

    >>> escaped("a|b <script> [x](javascript:y) 3 * 4")
    'a\\|b \\<script> \\[x\\](javascript:y) 3 \\* 4'
    >>> escaped("- 1"), escaped("hgx_a-8"), escaped("_x_")
    ('\\- 1', 'hgx_a-8', '\\_x\\_')
    """
    once = _SPECIAL.sub(r"\\\g<0>", text)
    # An address of its own would become a link even without brackets.
    once = unlinked(once)
    return _LINE_BEGIN.sub(lambda match: f"{match[1]}{_unlisted(match[2])}", once)


def _unlisted(mark: str) -> str:
    return f"{mark[:-1]}\\{mark[-1]}"
