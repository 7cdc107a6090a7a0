"""Points of a sweep given one by one: a frame with a column for each path and a row for each point.

Belongs here: from such a frame to a grid of which only some places are asked. Does not belong here:
grids written as ranges and lists (grid), what a cell says (problems.frames).
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from problems.document import Location
from problems.errors import InputError, InputProblem
from problems.frames import (
    cell_at,
    check_labels,
    check_scenario,
    edit_of_cell,
    rows_of,
    text_of_cell,
)
from solver.studies.grid import MOST_POINTS, NO_SCENARIO, SCENARIO, Axis, Grid, Place, Value

if TYPE_CHECKING:
    import pandas


@dataclass(frozen=True)
class Points(Grid):
    """Some of the combinations of the values of its axes."""

    given: tuple[Place, ...] = ()
    """Those that are asked, in the order of the frame."""

    @property
    def size(self) -> int:
        """How many points it has."""
        return len(self.given)

    def places(self) -> Iterator[Place]:
        """Its points, in the order of the frame."""
        return iter(self.given)

    def lines(self) -> list[Place]:
        """The first point and those that bring a value which no point before them has."""
        seen: set[tuple[int, int]] = set()
        found = []
        for place in self.given:
            values = set(enumerate(place))
            if not values <= seen:
                found.append(place)
            seen |= values
        return found


def points_from_frame(
    frame: "pandas.DataFrame", scenarios: Collection[str] = (), origin: str = "points"
) -> Points:
    """The points of a sweep: columns are paths, `PATH*` for factors, or `scenario`, one of those
    that the problem has.

    Every cell holds a value as after `--set PATH=`. Values that are numbers of one unit, or days,
    are put in their order, so that neighbours can lend each other what they prove; the points keep
    the order of the rows. Raises problems.InputError with everything that is wrong, each with row
    and column.
    """
    check_labels(frame, origin)
    wrong = _faults(frame, origin)
    if wrong:
        raise InputError(wrong)
    columns: dict[str, dict[str, Value]] = {name: {} for name in frame.columns}
    rows: dict[tuple[str, ...], object] = {}
    for name, row in rows_of(frame):
        texts = []
        for column, values in columns.items():
            at = cell_at(origin, name, column)
            if column not in row:
                wrong.append(InputProblem(_MISSING, at.file))
                continue
            try:
                text = text_of_cell(row[column], at)
                if text not in values:
                    values[text] = _value(column, text, row[column], at, scenarios)
                texts.append(text)
            except InputError as error:
                wrong += error.problems
        if len(texts) == len(columns) and rows.setdefault(tuple(texts), name) != name:
            words = f"row {name!r}: is the same point as row {rows[tuple(texts)]!r}"
            wrong.append(InputProblem(words, origin))
    if wrong:
        raise InputError(wrong)
    axes = tuple(_in_order(name, list(values.values())) for name, values in columns.items())
    indices = [{value.text: n for n, value in enumerate(axis.values)} for axis in axes]
    given = (tuple(i[text] for i, text in zip(indices, row, strict=True)) for row in rows)
    return Points(axes, tuple(given))


_MISSING = "is missing: a point needs a value in every column"


def _faults(frame: "pandas.DataFrame", origin: str) -> list[InputProblem]:
    """What is wrong with the frame as a whole."""
    if frame.empty:
        return [InputProblem("expected a column for each path and a row for each point", origin)]
    if len(frame) > MOST_POINTS:
        return [InputProblem(f"{len(frame):,} points are more than {MOST_POINTS:,}", origin)]
    paths = [name.removesuffix("*") for name in frame.columns]
    twice = sorted({path for path in paths if paths.count(path) > 1})
    return [InputProblem(f"column {path!r}: is varied by two columns", origin) for path in twice]


def _value(column: str, text: str, cell: object, at: Location, scenarios: Collection[str]) -> Value:
    """What a cell of a column asks. Raises InputError."""
    if column == SCENARIO:
        chosen = None if text == NO_SCENARIO else check_scenario(text, scenarios, at)
        return Value(text, scenario=chosen)
    return Value(text, (edit_of_cell(column, cell, at),))


def _in_order(name: str, values: list[Value]) -> Axis:
    """The axis of a column: sorted where its values have an order."""
    axis = Axis(name, tuple(values))
    keys = axis.days if axis.numbers is None else axis.numbers
    if keys is None or name == SCENARIO:
        return axis
    ranks = sorted(range(len(values)), key=lambda index: keys[index])
    return replace(axis, values=tuple(values[index] for index in ranks))
