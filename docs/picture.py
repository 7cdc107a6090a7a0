"""Draw the picture of the README: the first screens of the demo's plan, as a terminal shows them.

Belongs here: solving the demo and saving what is printed as an SVG without outside fonts. Does not
belong here: what the report says (reports.text). Run from the repository's root:
`.venv/bin/python docs/picture.py`.
"""

import io
import re
from pathlib import Path

from rich.console import Console
from rich.text import Text

from reports.answer import render_answer
from solver import load_case, options_of, solve_case

PROBLEM = "problems/library/roll_out.yaml"
LINES = 48
WIDTH = 84


def main() -> None:
    """Solve, print, cut to the first lines, save."""
    case = load_case(PROBLEM)
    answer = solve_case(case, options_of(case))
    screen = Console(
        file=io.StringIO(), force_terminal=True, width=WIDTH, record=True, color_system="truecolor"
    )
    screen.print(f"$ rackmix solve {PROBLEM}", style="bold")
    for line in screen.render_lines(render_answer(case, answer), pad=False)[:LINES]:
        screen.print(Text.assemble(*((part.text, part.style or "") for part in line)))
    screen.print("...")
    svg = screen.export_svg(title="rackmix", font_aspect_ratio=0.61, unique_id="rackmix")
    Path("docs/roll_out.svg").write_text(_without_outside_fonts(svg), encoding="utf-8")


def _without_outside_fonts(svg: str) -> str:
    svg = re.sub(r"\s*@font-face \{.*?\n    \}\n", "\n", svg, flags=re.DOTALL)
    return svg.replace("Fira Code, monospace", "DejaVu Sans Mono, Menlo, Consolas, monospace")


if __name__ == "__main__":
    main()
