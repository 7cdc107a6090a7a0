"""Draw estimated against measured serving throughput, and list every measurement below the text.

Belongs here: docs/estimates_serving.svg and the tables in docs/estimates_serving.md, both from the
catalogue. Does not belong here: the estimates (solver.estimate.serving). Run from the repository's
root: `.venv/bin/python docs/estimates_serving_plot.py`.
"""

from math import log10
from pathlib import Path
from statistics import median
from xml.sax.saxutils import escape

from calibration.fitting import quantile
from catalogs import Catalog, load_catalog
from solver.estimate.evidence import held_out
from solver.estimate.serving.evidence import Comparison
from solver.estimating_serving import measurements_compared

WIDTH, HEIGHT, EDGE = 640, 600, 64
LEAST, MOST = 0.1, 100_000.0
"""Tokens per second and card between which is drawn, in powers of ten."""
COLOURS = {"calibration": "#2f6db5", "held out": "#d1641a", "excluded": "#9a9a9a"}
PAGE, PICTURE = Path("docs/estimates_serving.md"), Path("docs/estimates_serving.svg")
MARK = "<!-- measurements -->"


def kind(run: Comparison) -> str:
    """Which of the three groups a measurement belongs to."""
    if run.row.excluded is not None:
        return "excluded"
    return "held out" if held_out(run.row.id) else "calibration"


def at(tokens: float, upward: bool) -> float:
    """Place of a throughput on the paper, by its logarithm."""
    room = (HEIGHT if upward else WIDTH) - 2 * EDGE
    part = log10(min(max(tokens, LEAST), MOST) / LEAST) / log10(MOST / LEAST) * room
    return round(HEIGHT - EDGE - part if upward else EDGE + part, 1)


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
        x, y, grid = at(tokens, False), at(tokens, True), 'stroke="#e4e4e4"'
        found += [
            f'<line x1="{x}" y1="{EDGE}" x2="{x}" y2="{HEIGHT - EDGE}" {grid}/>',
            f'<line x1="{EDGE}" y1="{y}" x2="{WIDTH - EDGE}" y2="{y}" {grid}/>',
            f'<text x="{x}" y="{HEIGHT - EDGE + 18}" text-anchor="middle">{tokens:,g}</text>',
            f'<text x="{EDGE - 8}" y="{y + 4}" text-anchor="end">{tokens:,g}</text>',
        ]
    return found


def points(runs: list[Comparison], group: str) -> list[str]:
    """The circles of one group; every one carries its name."""
    colour = COLOURS[group]
    fill = "none" if group == "excluded" else colour
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
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" '
        'font-family="DejaVu Sans, Helvetica, Arial, sans-serif" font-size="13" role="img">',
        "<title>Estimated against measured serving throughput</title>",
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="white"/>',
        *ticks(),
        diagonal(1, 'stroke="#333"'),
        *(diagonal(factor, 'stroke="#888" stroke-dasharray="5 4"') for factor in band),
    ]
    for group in ("excluded", "calibration", "held out"):
        parts += points(runs, group)
    for number, (group, colour) in enumerate(COLOURS.items()):
        y = EDGE + 16 + 20 * number
        fill = "none" if group == "excluded" else colour
        parts += [
            f'<circle cx="{EDGE + 16}" cy="{y - 4}" r="5" fill="{fill}" stroke="{colour}"/>',
            f'<text x="{EDGE + 28}" y="{y}">{group}</text>',
        ]
    parts += [
        f'<text x="{WIDTH / 2}" y="{HEIGHT - 16}" text-anchor="middle">measured: tokens of answers '
        "per second and card</text>",
        f'<text x="16" y="{HEIGHT / 2}" text-anchor="middle" '
        f'transform="rotate(-90 16 {HEIGHT / 2})">estimated</text>',
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def summary(runs: list[Comparison]) -> list[str]:
    """Errors of each side, with and without the excluded measurements."""
    rows = [
        "| measurements | number | median error | nine of ten within |",
        "| --- | --- | --- | --- |",
    ]
    for seen, side in ((True, "in the calibration"), (False, "held out")):
        for all_of_them in (False, True):
            errors = [
                abs(run.ratio - 1)
                for run in runs
                if run.ratio is not None
                and held_out(run.row.id) is not seen
                and (all_of_them or run.row.excluded is None)
            ]
            name = side + (", excluded ones too" if all_of_them else "")
            figures = f"{100 * median(errors):.1f} % | {100 * quantile(errors, 0.9):.1f} %"
            rows.append(f"| {name} | {len(errors)} | {figures} |")
    return rows


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
    text = PAGE.read_text("utf-8").partition(MARK)[0]
    lines = [MARK, "", *summary(runs), "", *table(runs, catalog), ""]
    PAGE.write_text(text + "\n".join(lines), encoding="utf-8")


if __name__ == "__main__":
    main()
