"""How tests read a report: as the lines that a console of a width prints."""

from io import StringIO
from typing import Any

from rich.console import Console, RenderableType


def printed(report: RenderableType, width: int = 80, **console: Any) -> str:
    """What a console that is no terminal prints."""
    file = StringIO()
    Console(file=file, width=width, **console).print(report)
    return file.getvalue()


def flowing(text: str) -> str:
    """The text as if its lines never ended."""
    return " ".join(text.split())


def section(text: str, title: str) -> list[str]:
    """The lines of a section below its title, up to the next blank line."""
    lines = text.split("\n")
    start = lines.index(title) + 1
    return lines[start : lines.index("", start)]


def cells(line: str) -> list[str]:
    """The cells of a table's line that are not empty, as far as two blanks part them."""
    return [cell.strip() for cell in line.split("  ") if cell.strip()]
