"""Draw estimated against measured serving throughput, and list every measurement below the text.

Belongs here: docs/estimates_serving.svg and the tables in docs/estimates_serving.md, both from the
catalogue. Does not belong here: the estimates (solver.estimate.serving). Run from the repository's
root: `.venv/bin/python docs/estimates_serving_plot.py`.
"""

from math import log10
from pathlib import Path
from xml.sax.saxutils import escape

import scatter
from scatter import COLOURS, kind

from catalogs import Catalog, load_catalog
from solver.estimate.serving.evidence import Comparison
from solver.estimating_serving import measurements_compared

LEAST, MOST = 0.1, 100_000.0
"""Tokens per second and card between which is drawn, in powers of ten."""
PAGE, PICTURE = Path("docs/estimates_serving.md"), Path("docs/estimates_serving.svg")
MARK = "<!-- measurements -->"


def at(tokens: float, upward: bool) -> float:
    """Place of a throughput on the paper, by its logarithm."""
    part = log10(min(max(tokens, LEAST), MOST) / LEAST) / log10(MOST / LEAST)
    return scatter.place(part, upward)


def diagonal(factor: float, style: str) -> str:
    """The line on which the estimate is so many times the measurement."""
    low, high = max(LEAST, LEAST / factor), min(MOST, MOST / factor)
    return (
        f'<line x1="{at(low, False)}" y1="{at(low * factor, True)}" x2="{at(high, False)}" '
        f'y2="{at(high * factor, True)}" {style}/>'
    )


def ticks() -> list[str]:
    """Grid and figures at the powers of ten."""
    found = []
    for power in range(round(log10(LEAST)), round(log10(MOST)) + 1):
        tokens = 10.0**power
        found += scatter.grid(at(tokens, False), at(tokens, True), f"{tokens:,g}")
    return found


def points(runs: list[Comparison], group: str) -> list[str]:
    """The circles of one group; every one carries its name."""
    colour, fill = COLOURS[group], scatter.fill_of(group)
    return [
        f'<circle cx="{at(run.measured, False)}" cy="{at(run.estimated or 0, True)}" r="4.5" '
        f'fill="{fill}" fill-opacity="0.75" stroke="{colour}"><title>{escape(named(run))}: '
        f"measured {run.measured:,.4g}, estimated {run.estimated or 0:,.4g}</title></circle>"
        for run in runs
        if kind(run) == group and run.ratio is not None
    ]


def named(run: Comparison) -> str:
    """A measurement in words."""
    row = run.row
    return (
        f"{row.name}, {row.cards} {row.card} {row.precision}, {row.prompt_tokens:g} in, "
        f"{row.answer_tokens:g} out"
    )


def picture(runs: list[Comparison], catalog: Catalog) -> str:
    """The scatter as SVG."""
    band = [1 / catalog.calibration[f"serving_{end}"].value for end in ("low", "high")]
    parts = [
        *scatter.sheet("Estimated against measured serving throughput"),
        *ticks(),
        diagonal(1, 'stroke="#333"'),
        *(diagonal(factor, 'stroke="#888" stroke-dasharray="5 4"') for factor in band),
    ]
    for group in scatter.GROUPS:
        parts += points(runs, group)
    parts += scatter.legend()
    parts += scatter.captions("measured: tokens of answers per second and card", 16)
    return "\n".join(parts) + "\n"


def table(runs: list[Comparison], catalog: Catalog) -> list[str]:
    """Every measurement with its ratio, or why it is not compared."""
    rows = [
        "| measurement | tokens/s and card | est./meas. | limit | used for | why excluded |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    for run in sorted(runs, key=lambda r: (r.row.excluded is not None, r.row.id)):
        ratio = "-" if run.ratio is None else f"{run.ratio:.2f}"
        limit = run.served.limit if run.served else ""
        rows.append(
            f"| {named(run)} | {run.measured:,.4g} | {ratio} | {limit} | {kind(run)} | "
            f"{run.row.excluded or ''} |"
        )
    compared = {run.row.id for run in runs}
    for row in catalog.evidence_inference.values():
        if row.id not in compared:
            rows.append(f"| {row.name} | | - | | not compared | {row.excluded} |")
    return rows


def main() -> None:
    """Write the picture, and the tables after the mark in the page."""
    catalog = load_catalog()
    runs = measurements_compared(catalog)
    PICTURE.write_text(picture(runs, catalog), encoding="utf-8")
    scatter.write_tables(PAGE, MARK, (scatter.summary("measurements", runs), table(runs, catalog)))


if __name__ == "__main__":
    main()
