"""Estimated against measured: what the pictures and tables of both kinds of estimates share.

Belongs here: the sheet of a scatter, its grid, legend and captions, the errors of each side. Does
not belong here: scales, points and tables of one kind (estimates_plot, estimates_serving_plot).
"""

from collections.abc import Sequence
from pathlib import Path
from statistics import median
from typing import Any

from calibration.fitting import quantile
from solver.estimate.evidence import held_out

WIDTH, HEIGHT, EDGE = 640, 600, 64
COLOURS = {"calibration": "#2f6db5", "held out": "#d1641a", "excluded": "#9a9a9a"}
GROUPS = ("excluded", "calibration", "held out")
"""In the order of drawing: what counts most lies on top."""


def kind(run: Any) -> str:
    """Which of the three groups a comparison belongs to."""
    if run.row.excluded is not None:
        return "excluded"
    return "held out" if held_out(run.row.id) else "calibration"


def place(part: float, upward: bool) -> float:
    """Where a part of an axis, from 0 to 1, lies on the paper."""
    room = (HEIGHT if upward else WIDTH) - 2 * EDGE
    return round(HEIGHT - EDGE - part * room if upward else EDGE + part * room, 1)


def sheet(title: str) -> list[str]:
    """The beginning of a picture."""
    return [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" '
        'font-family="DejaVu Sans, Helvetica, Arial, sans-serif" font-size="13" role="img">',
        f"<title>{title}</title>",
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="white"/>',
    ]


def grid(x: float, y: float, figure: str) -> list[str]:
    """The lines across the sheet at one figure of both axes."""
    style = 'stroke="#e4e4e4"'
    return [
        f'<line x1="{x}" y1="{EDGE}" x2="{x}" y2="{HEIGHT - EDGE}" {style}/>',
        f'<line x1="{EDGE}" y1="{y}" x2="{WIDTH - EDGE}" y2="{y}" {style}/>',
        f'<text x="{x}" y="{HEIGHT - EDGE + 18}" text-anchor="middle">{figure}</text>',
        f'<text x="{EDGE - 8}" y="{y + 4}" text-anchor="end">{figure}</text>',
    ]


def fill_of(group: str) -> str:
    """Excluded comparisons are rings."""
    return "none" if group == "excluded" else COLOURS[group]


def legend() -> list[str]:
    """The groups with their colours."""
    parts = []
    for number, (group, colour) in enumerate(COLOURS.items()):
        y, fill = EDGE + 16 + 20 * number, fill_of(group)
        parts += [
            f'<circle cx="{EDGE + 16}" cy="{y - 4}" r="5" fill="{fill}" stroke="{colour}"/>',
            f'<text x="{EDGE + 28}" y="{y}">{group}</text>',
        ]
    return parts


def captions(measured: str, left: int) -> list[str]:
    """The words along both axes, and the end of the picture."""
    middle_x, middle_y = WIDTH / 2, HEIGHT / 2
    return [
        f'<text x="{middle_x}" y="{HEIGHT - 16}" text-anchor="middle">{measured}</text>',
        f'<text x="{left}" y="{middle_y}" text-anchor="middle" '
        f'transform="rotate(-90 {left} {middle_y})">estimated</text>',
        "</svg>",
    ]


def summary(noun: str, runs: Sequence[Any]) -> list[str]:
    """Errors of each side, with and without the excluded comparisons."""
    rows = [
        f"| {noun} | number | median error | nine of ten within |",
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


def write_tables(page: Path, mark: str, tables: Sequence[Sequence[str]]) -> None:
    """Replace everything after the mark in a page by tables."""
    lines = [mark, ""]
    for table in tables:
        lines += [*table, ""]
    text = page.read_text("utf-8").partition(mark)[0]
    page.write_text(text + "\n".join(lines), encoding="utf-8")
