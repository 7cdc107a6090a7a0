"""Axes of a sweep: which values a path takes, and in which order the points of the grid are solved.

Belongs here: reading `PATH=a,b,c` and `PATH=from..to..step`, and the grid they span. Does not
belong here: applying a value to a problem (problems.edits), solving.
"""

import itertools
import math
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction
from functools import cached_property

from problems.dates import Span, parse_date
from problems.document import Location
from problems.edits import Edit, parse_edit
from problems.errors import InputError, InputProblem
from problems.units import NUMBER, UnitContext, split_quantity

SCENARIO = "scenario"
"""The name of the axis whose values are scenarios of the file."""
NO_SCENARIO = "base"
"""The value of that axis that stands for the file as it is."""
MOST_POINTS = 100_000
"""A larger grid is a slip of the pen."""
_QUANTITY = re.compile(rf"\s*({NUMBER})\s*(.*?)\s*")
_OPENING, _CLOSING = "([{", ")]}"


@dataclass(frozen=True)
class Value:
    """One value of an axis."""

    text: str
    """As an edit would be given it."""
    edits: tuple[Edit, ...] = ()
    """What it changes; nothing for a scenario."""
    scenario: str | None = None
    """The scenario it chooses; None for a path, and for the file as it is."""


@dataclass(frozen=True)
class Axis:
    """A path of the problem file, and the values it takes one after the other."""

    name: str
    """The path, with `*` at its end where the values are factors; or `scenario`."""
    values: tuple[Value, ...]

    @cached_property
    def unit(self) -> str | None:
        """The unit that all values share, possibly none (`''`); None where they are no numbers."""
        units = {_number_and_unit(value.text)[1] for value in self.values}
        return next(iter(units)) if len(units) == 1 else None

    @cached_property
    def numbers(self) -> tuple[float, ...] | None:
        """The values without their unit; None where they are no numbers of one unit."""
        if self.unit is None:
            return None
        return tuple(float(_number_and_unit(value.text)[0] or 0) for value in self.values)

    @cached_property
    def days(self) -> tuple[date, ...] | None:
        """The values as dates; None where they are none."""
        try:
            return tuple(parse_date(value.text) for value in self.values)
        except ValueError:
            return None

    @property
    def title(self) -> str:
        """What a column or a chart calls it: the path, and the unit of its numbers."""
        return f"{self.name} ({self.unit})" if self.unit else self.name

    def at(self, index: int) -> float | date | str:
        """A value as a table holds it: a number, a date, or its text."""
        if self.numbers is not None:
            return self.numbers[index]
        return self.days[index] if self.days is not None else self.values[index].text


Place = tuple[int, ...]
"""A point of the grid: the index of its value on each axis."""


@dataclass(frozen=True)
class Grid:
    """All combinations of the values of its axes."""

    axes: tuple[Axis, ...]

    @property
    def size(self) -> int:
        """How many points it has."""
        return math.prod(len(axis.values) for axis in self.axes)

    def places(self) -> Iterator[Place]:
        """Its points, the last axis running fastest."""
        return itertools.product(*(range(len(axis.values)) for axis in self.axes))

    def in_order_of_search(self) -> list[Place]:
        """Its points, corners first and then the middles between points that come before.

        What two ends prove often settles what lies between them (see carry).
        """
        ranks = [_bisected(len(axis.values)) for axis in self.axes]

        def rank(place: Place) -> tuple[int, int, Place]:
            levels = [ranks[number][index] for number, index in enumerate(place)]
            return max(levels), sum(levels), place

        return sorted(self.places(), key=rank)

    def lines(self) -> list[Place]:
        """The points that differ from the first one in one value at most: every value is there."""
        return [place for place in self.places() if sum(map(bool, place)) <= 1]

    def edits(self, place: Place) -> list[Edit]:
        """The edits of a point, in the order of the axes."""
        return [edit for value in self._values(place) for edit in value.edits]

    def scenarios(self, place: Place) -> list[str]:
        """The scenarios of a point."""
        return [value.scenario for value in self._values(place) if value.scenario is not None]

    def _values(self, place: Place) -> list[Value]:
        return [axis.values[index] for axis, index in zip(self.axes, place, strict=True)]


def parse_grid(axes: Iterable[str], units: UnitContext) -> Grid:
    """Read axes written as `PATH=a,b,c`, `PATH=from..to..step`, `PATH*=...` or `scenario=a,b`.

    Raises InputError with everything that is wrong with any of them.
    """
    pairs: list[tuple[str, str]] = []
    wrong: list[InputProblem] = []
    for text in axes:
        name, equals, values = text.partition("=")
        if equals and name.strip():
            pairs.append((name.strip(), values))
        else:
            words = "expected PATH=a,b,c or PATH=from..to..step"
            wrong.append(InputProblem(words, f"--vary {text}"))
    return _grid([(n, v, f"--vary {n}={v}") for n, v in pairs], units, wrong)


def grid_of(vary: Mapping[str, str | Iterable[object]], units: UnitContext) -> Grid:
    """The grid of a mapping from paths to values: a text as on the command line, or a sequence.

    Raises InputError.
    """
    given = [
        (name, v if isinstance(v, str) else [str(each) for each in v], f"vary {name}")
        for name, v in vary.items()
    ]
    return _grid(given, units, [])


def _grid(
    given: Sequence[tuple[str, str | list[str], str]], units: UnitContext, wrong: list[InputProblem]
) -> Grid:
    axes = []
    for name, values, origin in given:
        try:
            axes.append(_axis(name, values, origin, units))
        except InputError as error:
            wrong += error.problems
        except ValueError as error:
            wrong.append(InputProblem(str(error), origin))
    names = [axis.name.removesuffix("*") for axis in axes]
    wrong += [
        InputProblem("is varied by two axes", f"--vary {name}")
        for name in sorted({name for name in names if names.count(name) > 1})
    ]
    grid = Grid(tuple(axes))
    if not axes and not wrong:
        wrong.append(InputProblem("expected at least one PATH=VALUES", "--vary"))
    if grid.size > MOST_POINTS:
        wrong.append(InputProblem(f"{grid.size:,} points are more than {MOST_POINTS:,}", "--vary"))
    if wrong:
        raise InputError(wrong)
    return grid


def _axis(name: str, values: str | list[str], origin: str, units: UnitContext) -> Axis:
    texts = split_list(values) if isinstance(values, str) else values
    texts = [each for text in texts for each in expand(text, units)]
    if not texts or not all(texts):
        raise ValueError("has an empty value")
    if len(set(texts)) < len(texts):
        raise ValueError("has the same value twice")
    if name == SCENARIO:
        return Axis(name, tuple(Value(t, scenario=None if t == NO_SCENARIO else t) for t in texts))
    return Axis(name, tuple(Value(text, (_edit(name, text, origin),)) for text in texts))


def _edit(name: str, text: str, origin: str) -> Edit:
    """The edit of a value, placed where the axis was written."""
    try:
        edit = parse_edit(f"{name}={text}")
    except InputError as error:
        raise InputError(replace(problem, file=origin) for problem in error.problems) from None
    return replace(edit, value=replace(edit.value, at=Location(origin)))


def split_list(text: str) -> list[str]:
    """Cut at commas outside of brackets and quotes.

    >>> split_list("1 MW, {2024-01-01: 1 MW, 2025-01-01: 2 MW}")
    ['1 MW', '{2024-01-01: 1 MW, 2025-01-01: 2 MW}']
    """
    parts, depth, quote = [""], 0, ""
    for letter in text:
        if quote:
            quote = "" if letter == quote else quote
        elif letter in "\"'":
            quote = letter
        depth += 0 if quote else (letter in _OPENING) - (letter in _CLOSING)
        if letter == "," and not depth and not quote:
            parts.append("")
        else:
            parts[-1] += letter
    return [part.strip() for part in parts]


def expand(text: str, units: UnitContext) -> list[str]:
    """The values of a range `from..to..step`; any other text is one value.

    Both ends are included, the last one where the steps reach it. Raises ValueError.

    >>> expand("0.8..1.2..0.2", UnitContext("CNY")), expand("20 %..10 %..5 %", UnitContext("CNY"))
    (['0.8', '1', '1.2'], ['20 %', '15 %', '10 %'])
    >>> expand("800 kW..1.2 MW..200 kW", UnitContext("CNY"))
    ['800 kW', '1000 kW', '1200 kW']
    >>> expand("2024-01-31..2024-07-31..3 months", UnitContext("CNY"))
    ['2024-01-31', '2024-04-30', '2024-07-31']
    >>> expand("2024-01-01..2024-06-30", UnitContext("CNY"))
    ['2024-01-01..2024-06-30']
    """
    parts = [part.strip() for part in text.split("..")]
    if len(parts) != 3 or not all(parts) or text[:1] in "\"'{[":
        return [text]
    try:
        first, last = parse_date(parts[0]), parse_date(parts[1])
    except ValueError:
        return _numbers(text, parts, units)
    return _dates(text, first, last, parts[2])


def _dates(text: str, first: date, last: date, step: str) -> list[str]:
    span = Span.of(*split_quantity(step), step)
    if not (span.months or span.days >= 1):
        raise ValueError(f"the step of {text} must be at least a day")
    found: list[str] = []
    while (day := span.times(len(found)).after(first)) <= last and len(found) < MOST_POINTS:
        found.append(day.isoformat())
    if not found:
        raise ValueError(f"{text} ends before it begins")
    return found


def _numbers(text: str, parts: list[str], units: UnitContext) -> list[str]:
    found = [_number_and_unit(part) for part in parts]
    given = [unit for _, unit in found if unit]
    unit = given[0] if given else ""
    exact = []
    for part, (number, own) in zip(parts, found, strict=True):
        if number is None:
            raise ValueError(
                f"{part!r} in {text} is no number and no date: expected from..to..step, "
                "e.g. 10 MW..40 MW..5 MW or 2024-01-01..2024-12-31..3 months"
            )
        if own and own != unit:
            number = Fraction(repr(units.convert(float(number), own, unit)))
        exact.append(number)
    first, last, step = exact
    if step == 0:
        raise ValueError(f"the step of {text} is zero")
    step = abs(step) if last >= first else -abs(step)
    count = int((last - first) / step) + 1
    if count > MOST_POINTS:
        raise ValueError(f"{text} has {count:,} values: more than {MOST_POINTS:,}")
    space = " " if unit else ""
    return [f"{_decimal(first + step * n)}{space}{unit}" for n in range(count)]


def _number_and_unit(text: str) -> tuple[Fraction | None, str | None]:
    match = _QUANTITY.fullmatch(text)
    # A date and a range begin like a number, too.
    if not match or re.match(r"[-.:/]", match[2]):
        return None, None
    return Fraction(match[1].replace("_", "")), match[2]


def _decimal(number: Fraction) -> str:
    """Write a number as an edit reads it.

    >>> _decimal(Fraction(6, 5)), _decimal(Fraction(10**7))
    ('1.2', '10000000')
    """
    return str(number.numerator) if number.denominator == 1 else repr(float(number))


def _bisected(count: int) -> list[int]:
    """By index, in which round of halving its turn comes: 0 for both ends, 1 for the middle.

    >>> _bisected(5)
    [0, 2, 1, 2, 0]
    """
    ranks = [0] * count
    spans = [(0, count - 1, 1)]
    while spans:
        low, high, rank = spans.pop()
        if high - low > 1:
            middle = (low + high) // 2
            ranks[middle] = rank
            spans += [(low, middle, rank + 1), (middle, high, rank + 1)]
    return ranks
