"""The parts that every page of text is made of: headings, sentences, points, tables.

Belongs here: how a part looks, and the cleaning of names that come from a file. Does not belong
here: what any page says.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from rich.cells import cell_len
from rich.console import Console, ConsoleOptions, Group, RenderableType, RenderResult
from rich.text import Text

from problems.errors import printable
from reports.paragraph import Paragraph
from reports.tables import Column, Row, Table

type Section = tuple[RenderableType, ...]
"""Parts below one another; empty where there is nothing to say."""


@dataclass(frozen=True)
class Page:
    """Sections below one another, with a blank line between."""

    sections: tuple[Section, ...]
    """Empty ones are left out."""
    width: int | None = None
    """The most columns it takes; None: as many as the console has."""

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """Set the sections."""
        width = min(self.width or options.max_width, options.max_width)
        limited = options.update_width(width)
        for number, section in enumerate(section for section in self.sections if section):
            if number:
                yield Text()
            for part in section:
                yield from console.render(part, limited)


def clean(text: object) -> str:
    r"""A text of the plan on one line, without characters that could steer a terminal.

    >>> clean("a\n  plan\x1b[2J")
    'a plan\\x1b[2J'
    """
    return printable(" ".join(str(text).split()))


def heading(text: str) -> Text:
    """The title of a section."""
    return Text(text, style="bold")


def sentence(text: str, style: str = "") -> RenderableType:
    """A paragraph."""
    return Paragraph(text, style)


def note(text: str) -> RenderableType:
    """A paragraph that explains what stands around it."""
    return Paragraph(text, "dim")


def points(texts: Iterable[str]) -> RenderableType:
    """One point for each text."""
    return Group(*(Paragraph(text, lead="- ") for text in texts))


def facts(rows: Sequence[tuple[str, str]]) -> RenderableType:
    """Names and what they are, side by side."""
    width = max(cell_len(name) for name, _ in rows)
    return Group(*(Paragraph(text, lead=f"{name:{width}}  ") for name, text in rows))


def table(columns: Sequence[Column], rows: Iterable[Row], *, grid: bool = False) -> Table:
    """A table whose cells may come from a file."""
    cleaned = tuple(Row(tuple(map(clean, row.cells)), row.kind) for row in rows)
    return Table(tuple(columns), cleaned, grid)


def in_words(names: Sequence[str]) -> str:
    """Names as a sentence lists them.

    >>> in_words(["a"]), in_words(["a", "b"]), in_words(["a", "b", "c"])
    ('a', 'a and b', 'a, b and c')
    """
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)
