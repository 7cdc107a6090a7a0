"""Draw estimated against measured training throughput, and list every run below the text.

Belongs here: docs/estimates.svg and the table in docs/estimates.md, both from the catalogue. Does
not belong here: the estimates (solver.estimate). Run from the repository's root:
`.venv/bin/python docs/estimates_plot.py`.
"""

from pathlib import Path
from statistics import median
from xml.sax.saxutils import escape

from calibration.fitting import quantile
from catalogs import Catalog, load_catalog
from solver.estimate.evidence import Comparison, held_out
from solver.estimating import runs_compared

WIDTH, HEIGHT, EDGE = 640, 600, 64
MOST = 0.7
"""Highest utilisation drawn; what lies outside is drawn at the rim."""
COLOURS = {"calibration": "#2f6db5", "held out": "#d1641a", "excluded": "#9a9a9a"}
MARK = "<!-- runs -->"


def kind(run: Comparison) -> str:
    """Which of the three groups a run belongs to."""
    if run.row.excluded is not None:
        return "excluded"
    return "held out" if held_out(run.row.id) else "calibration"


def utilisation(run: Comparison, catalog: Catalog) -> tuple[float, float]:
    """Measured and estimated 6·N·D over the peak at 16 bits."""
    peak = (catalog.accelerators[run.row.card].bf16_dense_tflops or 1) * 1e12
    flop = 6 * run.row.parameters / peak
    return run.measured * flop, (run.estimated or 0) * flop


def at(share: float, upward: bool) -> float:
    """Place of a utilisation on the paper."""
    room = (HEIGHT if upward else WIDTH) - 2 * EDGE
    part = min(share, MOST) / MOST * room
    return round(HEIGHT - EDGE - part if upward else EDGE + part, 1)


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
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" '
        'font-family="DejaVu Sans, Helvetica, Arial, sans-serif" font-size="13" role="img">',
        "<title>Estimated against measured training throughput</title>",
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="white"/>',
    ]
    for tick in range(8):
        share = tick / 10
        x, y = at(share, False), at(share, True)
        grid = 'stroke="#e4e4e4"'
        parts += [
            f'<line x1="{x}" y1="{EDGE}" x2="{x}" y2="{HEIGHT - EDGE}" {grid}/>',
            f'<line x1="{EDGE}" y1="{y}" x2="{WIDTH - EDGE}" y2="{y}" {grid}/>',
            f'<text x="{x}" y="{HEIGHT - EDGE + 18}" text-anchor="middle">{tick * 10} %</text>',
            f'<text x="{EDGE - 8}" y="{y + 4}" text-anchor="end">{tick * 10} %</text>',
        ]
    parts.append(line(0, 0, 1, 'stroke="#333"'))
    for end in (1 / low, 1 / high):
        parts.append(line(0, 0, end, 'stroke="#888" stroke-dasharray="5 4"'))
    for group in ("excluded", "calibration", "held out"):
        colour = COLOURS[group]
        fill = "none" if group == "excluded" else colour
        for run in runs:
            if kind(run) == group and run.ratio is not None:
                x, y = utilisation(run, catalog)
                parts.append(
                    f'<circle cx="{at(x, False)}" cy="{at(y, True)}" r="5" fill="{fill}" '
                    f'fill-opacity="0.75" stroke="{colour}"><title>{escape(run.row.name)}: '
                    f"measured {x:.1%}, estimated {y:.1%}</title></circle>"
                )
    for number, (group, colour) in enumerate(COLOURS.items()):
        y = EDGE + 16 + 20 * number
        fill = "none" if group == "excluded" else colour
        parts += [
            f'<circle cx="{EDGE + 16}" cy="{y - 4}" r="5" fill="{fill}" stroke="{colour}"/>',
            f'<text x="{EDGE + 28}" y="{y}">{group}</text>',
        ]
    middle_x, middle_y = WIDTH / 2, HEIGHT / 2
    parts += [
        f'<text x="{middle_x}" y="{HEIGHT - 16}" text-anchor="middle">measured: 6·N·D over the '
        "peak at 16 bits</text>",
        f'<text x="18" y="{middle_y}" text-anchor="middle" '
        f'transform="rotate(-90 18 {middle_y})">estimated</text>',
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def summary(runs: list[Comparison]) -> list[str]:
    """Errors of each side, with and without the excluded runs."""
    rows = ["| runs | number | median error | nine of ten within |", "| --- | --- | --- | --- |"]
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
            errors_text = f"{median(errors):.1%} | {quantile(errors, 0.9):.1%}"
            rows.append(f"| {name} | {len(errors)} | {errors_text} |".replace("%", " %"))
    return rows


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
    page = Path("docs/estimates.md")
    text = page.read_text("utf-8").partition(MARK)[0]
    lines = [MARK, "", *summary(runs), "", *table(runs, catalog), ""]
    page.write_text(text + "\n".join(lines), encoding="utf-8")


if __name__ == "__main__":
    main()
