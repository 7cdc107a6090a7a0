"""SVG made fit to stand inside a page: colours of the page, tooltips, no clashing names.

Belongs here: rewriting a finished SVG. Does not belong here: drawing (plan.py), pages.
"""

import re
from xml.etree import ElementTree

from reports.charts import theme

_SVG = "http://www.w3.org/2000/svg"
_COLOUR = re.compile(r"#[0-9a-fA-F]{6}\b")
VARIABLES = {
    **{colour: f"--series-{number}" for number, colour in enumerate(theme.SERIES)},
    theme.OTHERS: "--others",
    theme.INK: "--ink",
    theme.QUIET: "--quiet",
    theme.GRID: "--grid",
    theme.LIMIT: "--limit",
    theme.GROUND: "--ground",
}
"""The CSS variable for every colour of the theme."""


def variables(*, dark: bool = False) -> str:
    """The declarations of all variables, on white or on a dark ground."""
    series = theme.SERIES_DARK if dark else theme.SERIES
    found = {f"--series-{number}": colour for number, colour in enumerate(series)}
    pairs = {
        "--others": (theme.OTHERS, theme.OTHERS),
        "--ink": (theme.INK, theme.INK_DARK),
        "--quiet": (theme.QUIET, theme.QUIET_DARK),
        "--grid": (theme.GRID, theme.GRID_DARK),
        "--limit": (theme.LIMIT, theme.LIMIT_DARK),
        "--ground": (theme.GROUND, theme.GROUND_DARK),
    }
    found |= {name: pair[dark] for name, pair in pairs.items()}
    return " ".join(f"{name}: {colour};" for name, colour in found.items())


def inline(svg: str, prefix: str, title: str) -> str:
    """The SVG as an element of a page, called `title` for those who cannot see it.

    Its colours and font become the page's, its marks tell their figures when pointed at, and its
    ids begin with `prefix`, so that charts of one page do not use each other's clips.
    """
    ElementTree.register_namespace("", _SVG)
    root = ElementTree.fromstring(svg)
    for element in root.iter():
        element.attrib.pop("font-family", None)
        for name, value in element.attrib.items():
            element.set(name, _rewritten(name, value, prefix))
    _tell(root)
    root.set("role", "img")
    root.set("aria-label", title)
    return ElementTree.tostring(root, encoding="unicode")


def _rewritten(name: str, value: str, prefix: str) -> str:
    if name == "id":
        return f"{prefix}-{value}"
    if "url(#" in value:
        return value.replace("url(#", f"url(#{prefix}-")
    if name in ("fill", "stroke"):
        return _COLOUR.sub(lambda match: _variable(match[0]), value)
    return value


def _variable(colour: str) -> str:
    name = VARIABLES.get(colour.lower())
    return f"var({name})" if name else colour


def _tell(root: ElementTree.Element) -> None:
    """Give every mark its description as a tooltip, and take roles off the rest."""
    for element in list(root.iter()):
        role = element.attrib.pop("role", None)
        element.attrib.pop("aria-roledescription", None)
        described = element.attrib.pop("aria-label", None)
        if described and role == "graphics-symbol" and element.tag != f"{{{_SVG}}}g":
            said = ElementTree.Element(f"{{{_SVG}}}title")
            said.text = described
            element.insert(0, said)
