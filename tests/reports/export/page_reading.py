"""Reading a page as a test does: tables, texts, tags and attributes; and a plan that attacks it.

No tests of its own.
"""

import json
from dataclasses import dataclass, field
from functools import cache
from html.parser import HTMLParser
from typing import Any

from problems.loading import problem_from_tree
from solver import Plan, solve_case
from solver.case import Case
from solver.instance import build_instance

ATTACKS = {
    "title": "</title><script>document.title='pwned'</script>",
    "site": "<img src=x onerror=document.title='pwned'>",
    "offer": "</script><svg onload=document.title='pwned'>",
    "vendor": "javascript:document.title='pwned'",
    "lease": "{{7*7}}{% raw %}<b>",
    "cloud": '" onmouseover="document.title=\'pwned\'" x="',
    "reservation": "</svg><script src=http://localhost:9/x.js></script>",
    "service": "datum.end]]><!--<iframe src=http://localhost:9/>",
}
"""What somebody might call things in a problem file."""


def attacking_tree() -> dict[str, Any]:
    """A problem whose names are attacks on a page; every section of it has something to show."""
    return {
        "rackmix": 1,
        "title": ATTACKS["title"],
        "horizon": {"start": "2024-01-01", "end": "2024-12-31", "period": "quarter"},
        "currency": "CNY",
        "discount_rate": "8 %",
        "sites": {
            ATTACKS["site"]: {
                "destination": "SG",
                "electricity": {"price": "0.5 CNY/kWh"},
                "power_cap": {"2024-01-01": "10 kW", "2024-07-01": "20 kW"},
            },
        },
        "offers": {
            ATTACKS["offer"]: {
                "item": "l40s",
                "vendor": ATTACKS["vendor"],
                "price": "50_000 CNY",
                "standalone": True,
                "supply": 5,
            },
            ATTACKS["lease"]: {
                "item": "l40s",
                "vendor": ATTACKS["cloud"],
                "destination": "SG",
                "lease": "20 CNY/h",
                "minimum_term": "1 month",
            },
        },
        "inference": {
            ATTACKS["service"]: {
                "requests": "10 per second",
                "growth": "10 % per month",
                "measured": [
                    {
                        "name": "<b>fast</b>",
                        "card": "l40s",
                        "cards": 1,
                        "precision": "fp8",
                        "requests_per_second": 5.0,
                    }
                ],
            }
        },
        "reservations": {ATTACKS["reservation"]: {"cards": 2, "from": "2024-04-01"}},
    }


@cache
def attacking_plan() -> Plan:
    """The plan of that problem."""
    loaded = problem_from_tree(json.loads(json.dumps(attacking_tree())), "attacks")
    answer = solve_case(Case(loaded, build_instance(loaded.problem, loaded.catalog)))
    assert answer.plan is not None
    assert {row.lease for row in answer.plan.purchases} == {False, True}
    return answer.plan


@dataclass
class Grid:
    """A table of a page: texts and sort values by row."""

    head: list[str] = field(default_factory=list)
    rows: list[list[str]] = field(default_factory=list)
    values: list[list[str | None]] = field(default_factory=list)
    totals: list[str] = field(default_factory=list)


class Page(HTMLParser):
    """A page taken apart as a browser would see it."""

    def __init__(self, page: bytes) -> None:
        super().__init__()
        self.grids: list[Grid] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.said: list[str] = []
        self._cell: list[str] | None = None
        self._part = ""
        self._silent = 0
        self.feed(page.decode("utf-8"))

    @property
    def text(self) -> str:
        """Everything that is shown."""
        return " ".join(self.said)

    def table(self, *heads: str) -> Grid:
        """The table that begins with these heads."""
        return next(grid for grid in self.grids if grid.head[: len(heads)] == list(heads))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note the tag; open a table, a row, a cell."""
        self.tags.append((tag, dict(attrs)))
        if tag in ("style", "script"):
            self._silent += 1
        elif tag == "table":
            self.grids.append(Grid())
        elif tag in ("thead", "tbody", "tfoot"):
            self._part = tag
        elif tag == "tr" and self._part == "tbody":
            self.grids[-1].rows.append([])
            self.grids[-1].values.append([])
        elif tag in ("td", "th"):
            self._cell = []
            if tag == "td" and self._part == "tbody":
                self.grids[-1].values[-1].append(dict(attrs).get("data-v"))

    def handle_endtag(self, tag: str) -> None:
        """Close a cell."""
        if tag in ("style", "script"):
            self._silent -= 1
        elif tag in ("td", "th") and self._cell is not None:
            text, self._cell = "".join(self._cell), None
            grid = self.grids[-1]
            rows = {"thead": grid.head, "tfoot": grid.totals}
            rows.get(self._part, grid.rows[-1] if grid.rows else []).append(text)

    def handle_data(self, data: str) -> None:
        """Keep what is shown."""
        if self._silent:
            return
        self.said.append(data)
        if self._cell is not None:
            self._cell.append(data)
