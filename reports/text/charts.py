"""Small charts of a plan for a terminal: bars of deliveries, power along its cap.

Belongs here: drawing with characters, plain ones wherever output is no terminal. Does not belong
here: the figures (reports.figures), tables.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from rich.cells import cell_len, set_cell_size
from rich.console import Console, ConsoleOptions, RenderResult
from rich.text import Text

from reports.figures import FABRIC, cap_shares, card_of_item, energy_by_site
from reports.numbers import count, percent
from reports.text.page import Section, clean, heading, note, sentence
from solver.plan import Plan

MARKS = "#=+o*x%@"
"""What the bars of card types are made of; further types share the last."""
STYLES = ("blue", "yellow", "green", "magenta", "cyan", "red", "bright_blue", "bright_black")
"""Colours of the same, where a terminal shows any."""
BLOCKS = "▁▂▃▄▅▆▇█"
DIGITS = "0123456789"
"""Tenths of a cap, where blocks may not be readable."""
BAR = 40
"""Characters of the longest bar."""


@dataclass(frozen=True)
class Bars:
    """Stacked bars, one line each, with a label before and a figure behind."""

    rows: tuple[tuple[str, tuple[float, ...]], ...]

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """Draw them as long as the width allows."""
        names = max(len(label) for label, _ in self.rows)
        figures = [count(math.fsum(parts)) for _, parts in self.rows]
        room = options.max_width - names - max(map(len, figures)) - 4
        width = max(4, min(BAR, room))
        top = max(math.fsum(parts) for _, parts in self.rows)
        for (label, parts), figure in zip(self.rows, figures, strict=True):
            line = Text(f"{label:{names}}  ", no_wrap=True)
            for number, cells in enumerate(lengths(parts, top, width)):
                line.append(_mark(number) * cells, style=_style(number))
            line.append(f"  {figure}")
            yield line


def lengths(parts: Sequence[float], top: float, width: int) -> list[int]:
    """Characters of the parts of a bar: together as long as their sum is of `top`.

    >>> lengths([5.0, 2.5], 10.0, 8), lengths([0.0, 0.01], 10.0, 8)
    ([4, 2], [0, 1])
    """
    found, drawn, so_far = [], 0, 0.0
    for part in parts:
        so_far += part
        end = round(width * so_far / top) if top else 0
        # Something that is there is never left out.
        cells = max(end - drawn, 1 if part > 0 else 0)
        found.append(cells)
        drawn += cells
    return found


def _mark(number: int) -> str:
    return MARKS[min(number, len(MARKS) - 1)]


def _style(number: int) -> str:
    return STYLES[min(number, len(STYLES) - 1)]


def deliveries(plan: Plan) -> Section:
    """Cards delivered, and leases begun, by period and type, where there are several periods."""
    card_of = card_of_item(plan)
    rows = [row for row in plan.purchases if row.cards > 0 and row.kind != FABRIC]
    if len({row.period for row in rows}) < 2:
        return ()
    types = list(dict.fromkeys(card_of.get(row.item, row.item) for row in rows))
    sums = {
        (period.id, card): math.fsum(
            row.cards
            for row in rows
            if row.period == period.id and card_of.get(row.item, row.item) == card
        )
        for period in plan.periods
        for card in types
    }
    lines = tuple(
        (period.id, tuple(sums[period.id, card] for card in types)) for period in plan.periods
    )
    first = next(n for n, (_, parts) in enumerate(lines) if any(parts))
    last = max(n for n, (_, parts) in enumerate(lines) if any(parts))
    said = "Cards delivered, leases at their beginning"
    if len(types) == 1:
        said += f": {clean(types[0])}."
    else:
        said += ": " + ", ".join(f"{_mark(n)} {clean(card)}" for n, card in enumerate(types)) + "."
    return heading("Deliveries by period"), note(said), Bars(lines[first : last + 1])


@dataclass(frozen=True)
class Courses:
    """Shares of a limit over time, one line for each name."""

    rows: tuple[tuple[str, tuple[float | None, ...], str], ...]

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """Draw them with blocks in a terminal and with digits elsewhere."""
        plain = not console.is_terminal or options.ascii_only
        if plain:
            yield note("Digits are tenths of the cap, rounded down; 9 is 90 % or more.")
        names = max(cell_len(name) for name, _, _ in self.rows)
        widest = max(cell_len(said) for _, _, said in self.rows)
        beside = names + len(self.rows[0][1]) + widest + 4 <= options.max_width
        for name, shares, said in self.rows:
            course = "".join(_level(share, plain) for share in shares)
            if beside:
                yield Text(f"{set_cell_size(name, names)}  {course}  {said}", no_wrap=True)
            else:
                yield sentence(f"{name}: {said}")
                yield Text(course, overflow="fold")


def _level(share: float | None, plain: bool) -> str:
    if share is None:
        return "-" if plain else " "
    marks = DIGITS if plain else BLOCKS
    return marks[min(len(marks) - 1, int(len(marks) * share + 1e-9))]


def power(plan: Plan) -> Section:
    """The highest draw of every period beside its cap, for sites that have one."""
    rows = []
    for site in energy_by_site(plan):
        shares = cap_shares(plan, site.site)
        known = [share for share in shares if share is not None]
        if known and len(plan.periods) > 2:
            most = max(known, key=lambda share: share.fraction)
            said = f"at most {percent(most.fraction)}, in {most.period}"
            drawn = tuple(None if share is None else share.fraction for share in shares)
            rows.append((clean(site.site), drawn, said))
    if not rows:
        return ()
    first, last = plan.periods[0].id, plan.periods[-1].id
    what = note(f"The highest draw of each period, {first} to {last}.")
    return heading("Power against its cap"), what, Courses(tuple(rows))
