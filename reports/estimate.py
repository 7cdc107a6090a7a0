"""Estimates on the terminal and as JSON: a table for each workload, the evidence below it.

Belongs here: how `rackmix estimate` is laid out. Does not belong here: the estimates themselves
(solver.estimating).
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict
from itertools import groupby

from rich.console import Group, RenderableType
from rich.text import Text

from reports.estimate_serving import serving_sections
from reports.listing import Column, Listing
from reports.paragraph import Paragraph
from reports.terminal import json_text
from solver.estimating import Estimates, Published, TrainingEstimate

LIMITS = {
    "compute": "compute",
    "recomputation": "memory: activations are computed again",
    "memory": "memory bandwidth",
    "link": "scale-up link",
    "pipeline": "pipeline bubble",
    "fabric": "fabric",
    "scale": "slowest card",
}
"""What takes most of a step beside useful computing, in words."""


def estimate_json(found: Estimates) -> str:
    """The estimates as a JSON document, figures unrounded."""
    return json_text(asdict(found))


def render_estimates(found: Estimates) -> RenderableType:
    """A section for each workload."""
    parts = [*_sections(_training(found)), *_sections(serving_sections(found.serving))]
    if not parts:
        parts = [Text("There is no training job and no service to estimate.")]
    return Group(*parts)


def _sections(parts: Iterable[Sequence[RenderableType]]) -> Iterator[RenderableType]:
    for part in parts:
        yield from part
        yield Text("")


def _training(found: Estimates) -> Iterator[list[RenderableType]]:
    for job, rows in groupby(found.training, key=lambda row: row.job):
        table = list(rows)
        part: list[RenderableType] = [
            Text(f"training.{job}", style="bold"),
            Text(f"Cards that alone finish it within {table[0].window_days:,.0f} days."),
            Listing(_COLUMNS, table),
        ]
        notes = dict.fromkeys(f"{row.box}: {row.note}" for row in table if row.note)
        part += [Paragraph(note, lead="- ") for note in notes]
        part += _evidence(table)
        yield part


def _evidence(rows: Sequence[TrainingEstimate]) -> Iterator[RenderableType]:
    nearest: dict[str, Published] = {}
    for row in rows:
        nearest |= {run.id: run for run in row.evidence}
    if nearest:
        yield Text("Nearest published runs", style="bold")
    for run in nearest.values():
        yield Paragraph(
            f"{run.name}: {run.cards:,} {run.card}, MFU {_percent(run.mfu)}; its estimate is "
            f"{run.ratio:.2f} of what was measured ({run.source})",
            lead="- ",
        )


def _band(row: TrainingEstimate) -> str | None:
    if row.basis != "estimated" or row.cards is None:
        return None
    high = "none" if row.cards_high is None else f"{row.cards_high:,}"
    return f"{row.cards_low or row.cards:,} to {high}"


def _percent(share: float | None) -> str | None:
    return None if share is None else f"{100 * share:.1f} %"


_COLUMNS = (
    Column("box", lambda row: row.box, numeric=False),
    Column("card", lambda row: row.card, numeric=False),
    Column("cards", lambda row: row.cards),
    Column("8 of 10", _band),
    Column("days", lambda row: None if row.days is None else f"{row.days:.1f}"),
    Column("MFU", lambda row: _percent(row.mfu)),
    Column("basis", lambda row: row.basis, numeric=False),
    Column("limit", lambda row: LIMITS.get(row.limit or "", row.limit), numeric=False),
    Column("goodput", lambda row: _percent(row.goodput)),
    Column("site", lambda row: row.site, numeric=False),
    Column("layout", lambda row: row.layout, numeric=False),
)
