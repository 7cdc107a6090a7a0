"""Estimates of serving on the terminal: two tables for each service, the evidence below them.

Belongs here: how services are laid out in `rackmix estimate`. Does not belong here: the estimates
themselves (solver.estimating_serving), training jobs (estimate.py).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from rich.console import RenderableType
from rich.text import Text

from reports.listing import Column, Listing
from reports.paragraph import Paragraph
from solver.estimating_serving import ClassEstimate, PublishedServing, ServingEstimate

LIMITS = {
    "compute": "compute",
    "bandwidth": "memory bandwidth",
    "link": "scale-up link",
    "engine": "the engine itself",
    "memory": "memory: no room for more requests",
    "latency": "latency",
}
"""What keeps a replica from serving more, in words."""


@dataclass(frozen=True)
class _ClassRow:
    """One class of one configuration."""

    of: ServingEstimate
    one: ClassEstimate


def serving_sections(rows: Sequence[ServingEstimate]) -> Iterator[list[RenderableType]]:
    """A section for each service."""
    for service, group in groupby(rows, key=lambda row: row.service):
        table = list(group)
        running = [row for row in table if row.configuration is not None]
        part: list[RenderableType] = [Text(f"inference.{service}", style="bold")]
        if running:
            part.append(Text("Cards that alone serve its highest rate, by configuration."))
            part.append(Listing(_CONFIGURATIONS, running))
            part.append(Text("What one replica serves of each class alone, per second."))
            part.append(
                Listing(_CLASSES, [_ClassRow(row, one) for row in running for one in row.classes])
            )
        notes = dict.fromkeys(row.note for row in table if row.note)
        part += [Paragraph(note, lead="- ") for note in notes]
        part += _evidence(running)
        yield part


def _evidence(rows: Sequence[ServingEstimate]) -> Iterator[RenderableType]:
    nearest: dict[str, PublishedServing] = {}
    for row in rows:
        nearest |= {run.id: run for run in row.evidence}
    if nearest:
        yield Text("Nearest published measurements", style="bold")
    for run in nearest.values():
        yield Paragraph(
            f"{run.name}: {run.cards} {run.card}, {run.precision}, {run.prompt_tokens:,.0f} tokens "
            f"in and {run.answer_tokens:,.0f} out: {run.tokens_per_s_per_card:,.4g} tokens/s and "
            f"card; its estimate is {run.ratio:.2f} of that ({run.source})",
            lead="- ",
        )


def _rate(rate: float | None) -> str | None:
    return None if rate is None else f"{rate:,.3g}" if rate < 1000 else f"{rate:,.0f}"


def _band(row: _ClassRow) -> str | None:
    if row.one.low is None or row.one.high is None:
        return None
    return f"{_rate(row.one.low)} to {_rate(row.one.high)}"


def _milliseconds(seconds: float | None) -> str | None:
    return (
        None
        if seconds is None
        else f"{1000 * seconds:,.3g}"
        if seconds < 1
        else f"{1000 * seconds:,.0f}"
    )


def _percent(share: float | None) -> str | None:
    return None if share is None else f"{100 * share:.0f} %"


_CONFIGURATIONS = (
    Column("configuration", lambda row: row.configuration, numeric=False),
    Column("box", lambda row: row.box, numeric=False),
    Column("cards each", lambda row: row.replica_cards),
    Column("cards", lambda row: None if row.cards is None else f"{row.cards:,}"),
    Column("basis", lambda row: row.basis, numeric=False),
    Column("layout", lambda row: row.layout, numeric=False),
    Column("site", lambda row: row.site, numeric=False),
)
_CLASSES = (
    Column("configuration", lambda row: row.of.configuration, numeric=False),
    Column("class", lambda row: row.one.name, numeric=False),
    Column("requests", lambda row: _rate(row.one.requests_per_second)),
    Column("8 of 10", _band),
    Column("tokens", lambda row: f"{row.one.tokens_per_second:,.0f}"),
    Column("batch", lambda row: row.one.batch),
    Column("load", lambda row: _percent(row.one.load)),
    Column("ttft, ms", lambda row: _milliseconds(row.one.ttft_s)),
    Column("tpot, ms", lambda row: _milliseconds(row.one.tpot_s)),
    Column("limit", lambda row: LIMITS.get(row.one.limit or "", row.one.limit), numeric=False),
)
