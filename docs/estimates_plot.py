"""Draw estimated against measured training throughput, and list every run below the text.

Belongs here: docs/estimates.svg and the table in docs/estimates.md, both from the catalogue. Does
not belong here: the estimates (solver.estimate). Run from the repository's root:
`.venv/bin/python docs/estimates_plot.py`.
"""

from pathlib import Path
from xml.sax.saxutils import escape

import scatter
from scatter import COLOURS, kind

from catalogs import Catalog, load_catalog
from solver.estimate.evidence import Comparison
from solver.estimating import runs_compared

MOST = 0.7
"""Highest utilisation drawn; what lies outside is drawn at the rim."""
MARK = "<!-- runs -->"


def utilisation(run: Comparison, catalog: Catalog) -> tuple[float, float]:
    """Measured and estimated 6·N·D over the peak at 16 bits."""
    peak = (catalog.accelerators[run.row.card].bf16_dense_tflops or 1) * 1e12
    flop = 6 * run.row.parameters / peak
    return run.measured * flop, (run.estimated or 0) * flop


def at(share: float, upward: bool) -> float:
    """Place of a utilisation on the paper."""
    return scatter.place(min(share, MOST) / MOST, upward)


def line(x: float, y: float, slope: float, style: str) -> str:
    """A line from the origin with a slope, to the rim."""
    end = min(MOST, MOST / slope)
    return (
        f'<line x1="{at(x, False)}" y1="{at(y, True)}" x2="{at(end, False)}" '
        f'y2="{at(end * slope, True)}" {style}/>'
    )


def picture(runs: list[Comparison], catalog: Catalog) -> str:
    """The scatter as SVG; every point carries its name."""
    low = catalog.calibration["training_low"].value
    high = catalog.calibration["training_high"].value
    parts = scatter.sheet("Estimated against measured training throughput")
    for tick in range(8):
        share = tick / 10
        parts += scatter.grid(at(share, False), at(share, True), f"{tick * 10} %")
    parts.append(line(0, 0, 1, 'stroke="#333"'))
    for end in (1 / low, 1 / high):
        parts.append(line(0, 0, end, 'stroke="#888" stroke-dasharray="5 4"'))
    for group in scatter.GROUPS:
        colour, fill = COLOURS[group], scatter.fill_of(group)
        for run in runs:
            if kind(run) == group and run.ratio is not None:
                x, y = utilisation(run, catalog)
                parts.append(
                    f'<circle cx="{at(x, False)}" cy="{at(y, True)}" r="5" fill="{fill}" '
                    f'fill-opacity="0.75" stroke="{colour}"><title>{escape(run.row.name)}: '
                    f"measured {x:.1%}, estimated {y:.1%}</title></circle>"
                )
    parts += scatter.legend()
    parts += scatter.captions("measured: 6·N·D over the peak at 16 bits", 18)
    return "\n".join(parts) + "\n"


def table(runs: list[Comparison], catalog: Catalog) -> list[str]:
    """Every run with its ratio and layout, or why there is none."""
    rows = [
        "| run | cards | measured | estimated | est./meas. | used for | why excluded |",
        "| --- | --- | --- | --- | --- | --- | --- |",
    ]
    for run in sorted(runs, key=lambda r: (r.row.excluded is not None, r.row.id)):
        x, y = utilisation(run, catalog)
        estimated = f"{100 * y:.1f} % | {run.ratio:.2f}" if run.ratio is not None else "- | -"
        cards = f"{run.row.cards:,} {run.row.card}" if run.row.cards else run.row.card
        rows.append(
            f"| {run.row.name} | {cards} | {100 * x:.1f} % | {estimated} | {kind(run)} | "
            f"{run.row.excluded or ''} |"
        )
    return rows


def main() -> None:
    """Write the picture, and the tables after the mark in the page."""
    catalog = load_catalog()
    runs = runs_compared(catalog)
    Path("docs/estimates.svg").write_text(picture(runs, catalog), encoding="utf-8")
    tables = (scatter.summary("runs", runs), table(runs, catalog))
    scatter.write_tables(Path("docs/estimates.md"), MARK, tables)


if __name__ == "__main__":
    main()
