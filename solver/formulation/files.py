"""The program of a case as LP and MPS text, for engines and eyes of others.

Belongs here: writing the program so that its optimum is the bill, and what its short ids stand for.
Does not belong here: writing files, solving.
"""

import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from solver.formulation.build import build, build_plain
from solver.formulation.costs import HIGHEST_DRAW
from solver.formulation.model import Column, Index, Model
from solver.formulation.places import SWITCHES
from solver.formulation.purchases import CARD_TYPE, ORDERED, QUANTITY
from solver.formulation.workloads import (
    DONE,
    HELD,
    POOL_CHOSEN,
    RATE,
    REPLICAS,
    RESERVED,
    RUNNING,
    SITE_CHOSEN,
)
from solver.instance.model import Instance

CONSTANT = "constant"
"""Kind of the column that is 1: it carries what no decision changes, which MPS has no place for."""
MEANINGS = {
    QUANTITY: ("Units taken of an option in a tier.", ("option", "tier")),
    ORDERED: ("Whether an offer is ordered in a period in a tier.", ("offer", "period", "tier")),
    CARD_TYPE: ("Whether a kind of card is bought or leased.", ("card",)),
    SWITCHES: ("Switches bought by the end of a period.", ("fabric", "line", "period")),
    HIGHEST_DRAW: ("Highest metered draw in a calendar month, kW.", ("site", "month")),
    HELD: ("Units that a training occurrence holds.", ("occurrence", "pool", "interval")),
    RUNNING: ("Whether an occurrence runs there then.", ("occurrence", "pool", "interval")),
    POOL_CHOSEN: ("Whether an occurrence runs in a pool.", ("occurrence", "pool")),
    SITE_CHOSEN: ("Whether a split occurrence runs at a site.", ("occurrence", "site")),
    DONE: ("Work done, PFLOP/s-days.", ("occurrence", "pool", "interval")),
    REPLICAS: ("Replicas.", ("service", "configuration", "pool", "interval")),
    RATE: ("Requests per second.", ("service", "class", "configuration", "pool", "interval")),
    RESERVED: ("Cards that a reservation holds.", ("reservation", "pool", "interval")),
    CONSTANT: ("Always 1: its price is what no decision changes.", ()),
}
"""Of each kind of column: what it counts, and what the parts of its index are."""


@dataclass(frozen=True, slots=True)
class Name:
    """What a row or column of the written program stands for."""

    id: str
    what: Literal["row", "column"]
    kind: str
    """Family of a row, kind of a column."""
    meaning: str
    """What holds in a row, what a column counts."""
    index: str
    """Its keys within the family or kind; of columns with what each key is."""
    path: Index
    """The value of the problem file that caused a row."""
    upper: float | None
    """Upper bound of a column; None for rows and for columns without one."""
    integer: bool
    """Whether a column is whole."""


@dataclass(frozen=True)
class Written:
    """A program as text, with its names."""

    text: str
    names: tuple[Name, ...]


def written(
    instance: Instance, kind: Literal["lp", "mps"], *, plain: bool = False, heading: str = ""
) -> Written:
    """The program of an instance; its objective is the bill's present value in the currency.

    `plain` writes the reference formulation, otherwise the tightened one that is solved: both have
    the same optimum. `heading` is a comment of one line at the top.
    """
    model = build_plain(instance) if plain else build(instance)
    _put_objective(model)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "program"
        if kind == "lp":
            model.problem.writeLP(str(path))
        else:
            model.problem.writeMPS(str(path))
        text = path.read_text(encoding="utf-8")
    comment = f"\\* {heading} *\\\n" if kind == "lp" else f"* {heading}\n"
    return Written(comment + text if heading else text, tuple(_names(model)))


def _put_objective(model: Model) -> None:
    """Write the cost in the currency, its constant as the price of a column that is 1."""
    one = model.column(CONSTANT, (), 1.0, integer=False)
    model.columns[one].variable.lowBound = 1.0
    model.money_scale = 1.0
    model.minimise([*model.total_cost(), (one, sum(model.fixed.values()))])


def _names(model: Model) -> Iterator[Name]:
    for row in model.rows:
        family, index = row.family, " ".join(map(str, row.index))
        yield Name(row.id, "row", str(family), family.description, index, row.path, None, False)
    for column in model.columns:
        upper = None if column.upper == float("inf") else column.upper
        meaning, parts = MEANINGS.get(column.kind, ("", ()))
        index = _in_words(model.instance, column, parts)
        id_ = column.variable.name
        yield Name(id_, "column", column.kind, meaning, index, (), upper, column.integer)


def _in_words(instance: Instance, column: Column, parts: tuple[str, ...]) -> str:
    """The index of a column with the words of the problem file for its numbers."""
    if len(parts) != len(column.index):
        return " ".join(map(str, column.index))
    return "; ".join(
        f"{part} {_in_word(instance, part, key)}"
        for part, key in zip(parts, column.index, strict=True)
    )


def _in_word(instance: Instance, part: str, key: str | int) -> str:
    if part == "period":
        return instance.periods[int(key)].label
    if part == "interval":
        return f"from {instance.intervals[int(key)].start:%Y-%m-%d}"
    if part == "month":
        return instance.months[int(key)].label
    return str(int(key) + 1) if part == "tier" else str(key)
