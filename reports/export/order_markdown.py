"""A purchase order as Markdown.

Belongs here: its layout in plain characters. Does not belong here: what it says (deliveries).
"""

import re
from collections.abc import Sequence

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
from reports.export.words import on_one_line, unlinked
from reports.language import Language

_SPECIAL = re.compile(r"([\\`*_{}\[\]<>#|~!&])")


def escaped(text: str) -> str:
    r"""A text that Markdown shows as it is, on one line.

    >>> escaped("a|b <script>"), escaped("x\ny"), escaped("www.x")
    ('a\\|b \\<script\\>', 'x y', 'www&#8203;.x')
    """
    return unlinked(_SPECIAL.sub(r"\\\1", on_one_line(text)))


def markdown_table(
    titles: Sequence[str], rows: Sequence[Sequence[str]], figures_from: int
) -> list[str]:
    """The lines of a table; columns from `figures_from` on stand to the right."""
    marks = ("---" if n < figures_from else "---:" for n in range(len(titles)))
    lines = [titles, *rows]
    made = [f"| {' | '.join(escaped(cell) for cell in line)} |" for line in lines]
    return [made[0], f"| {' | '.join(marks)} |", *made[1:]]


def order_markdown(order: Delivery, say: Language) -> bytes:
    """The text of the document."""
    text = say.text
    page = [f"# {text('Purchase order {reference}', reference=order.reference)}", ""]
    page += [f"- {escaped(name)}: {escaped(value)}" for name, value in head_cells(order, say)]
    page += ["", f"## {text('Order lines')}", ""]
    titles = [text(title) for title in LINE_TITLES]
    page += markdown_table(titles, line_cells(order, say), FIGURES_FROM)
    page += ["", f"## {text('Total')}", ""]
    page += markdown_table((text("Charge"), text("Amount")), total_cells(order, say), 1)
    page += ["", f"## {text('Payment')}", ""]
    page += markdown_table((text("Day"), text("Amount")), payment_cells(order, say), 1)
    page += ["", f"## {text('Export classification')}", ""]
    page += markdown_table([text(t) for t in RULE_TITLES], rule_cells(order, say), len(RULE_TITLES))
    page += ["", text(NOTE), ""]
    page += [f"- {text(blank)}: ____________________" for blank in BLANKS]
    page += ["", f"*{text(MADE)}*", ""]
    return "\n".join(page).encode()
