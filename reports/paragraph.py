"""A paragraph of text as wide as it can be read.

Belongs here: where lines end. Does not belong here: what is said.
"""

import re
from dataclasses import dataclass

from rich.cells import cell_len
from rich.console import Console, ConsoleOptions, RenderResult
from rich.text import Text

WIDEST = 100
"""Longer lines are hard to read, however wide the terminal is."""
_TOGETHER = re.compile(r"(?<=\d) (?=%|\w+illion|[A-Z]{3}\b|s\b)|(?<=illion) (?=[A-Z]{3}\b)")
"""Blanks between a number and its unit, at which no line ends."""
_GLUE = "\ue000"
"""Stands for such a blank while lines are found; what looks like one ends lines as well."""


@dataclass(frozen=True)
class Paragraph:
    """A text that stays narrow enough to be read, its further lines set in by the lead's width."""

    text: str
    style: str = ""
    lead: str = ""
    """Stands before the first line."""

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """Set it in at most 100 columns, without blanks at the ends of lines."""
        indent = cell_len(self.lead)
        width = max(1, min(WIDEST, options.max_width) - indent)
        glued = _TOGETHER.sub(_GLUE, self.text)
        for number, line in enumerate(Text(glued).wrap(console, width)):
            before = " " * indent if number else self.lead
            yield Text.assemble(
                (before, "bold"), (line.plain.replace(_GLUE, " ").rstrip(), self.style)
            )
