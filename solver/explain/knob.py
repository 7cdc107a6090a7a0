"""A knob: something that can be moved to meet a requirement less strictly.

Belongs here: the records, and knobs that move figures of the file: scaled, counted, whole tables.
Does not belong here: which requirement has which knobs (knobs.py), dates (knobs_dates.py).
"""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date

from problems.paths import KeyPath, path_text
from problems.units import split_quantity
from solver.case import Case
from solver.explain.elastic import Give
from solver.explain.figures import moved, number_text, rounded_out, written
from solver.explain.requirements import Requirement, said

LEAST_LEFT = 0.01
"""A demand is lowered to this share of it at least; below, it is as good as dropped."""
MOST_TIMES = 1e4
"""A limit is raised to so many times of it at most."""
MOST_COUNT = 10**6
MOST_DAYS = 3650
NO_WIDTH = 1e-9
"""Relative: amounts this close to each other are the same."""


@dataclass(frozen=True)
class Move:
    """A requirement moved by an amount: as an edit, in words, and by how much of itself."""

    edits: tuple[str, ...]
    """`PATH=VALUE` for --set each; `PATH` alone for --unset."""
    words: str
    relative: float
    """By how much, as a share of what it is; 1 for what is given up or granted from nothing."""
    gives_up: bool = False
    """Whether it is not moved but given up altogether."""


@dataclass(frozen=True)
class Knob:
    """Something that can be moved to meet a requirement less strictly."""

    requirement: Requirement
    at: Callable[[float], Move]
    """The move by an amount above 0; a larger amount is never stricter."""
    most: float
    """The largest amount."""
    whole: bool = True
    """Whether amounts are whole numbers: units, days, places in a list."""
    give: Give | None = None
    """How it stands in the program's rows, one unit of it being an amount of 1."""
    together: tuple[Requirement, ...] = ()
    """The requirements that move with it; its own where empty."""
    last_resort: bool = False
    """Whether it is of interest only where nothing before it is enough."""

    def between(self, low: float, high: float) -> float | None:
        """An amount between two that is written as neither of them is; None where there is none."""
        if self.whole:
            middle = float(math.floor((low + high) / 2))
            return middle if low < middle < high else None
        before, after = self.at(low).edits, self.at(high).edits
        while high - low > NO_WIDTH * high:
            middle = (low + high) / 2
            edits = self.at(middle).edits
            if edits not in (before, after):
                return middle
            low, high = (middle, high) if edits == before else (low, middle)
        return None

    def less(self, amount: float) -> float | None:
        """The largest amount that is written smaller than another; None where nothing is."""
        if self.whole:
            return amount - 1 if amount > 1 else None
        low, high, written = 0.0, amount, self.at(amount).edits
        while high - low > NO_WIDTH * amount:
            middle = (low + high) / 2
            low, high = (low, middle) if self.at(middle).edits == written else (middle, high)
        return low or None


Knobs = Iterator[Knob]
Everything = tuple[Requirement, ...]


def table(
    case: Case,
    requirement: Requirement,
    path: KeyPath,
    steps: list[tuple[date | None, KeyPath]],
    whole: bool,
    give: Give,
    together: tuple[Requirement, ...],
    up: bool = True,
) -> Knob:
    """All steps of a table by one factor."""

    def at(amount: float) -> Move:
        factor = 1 + amount if up else 1 - amount
        verb = "raise" if up else "lower"
        if whole:
            old = [plain(case, p) for _, p in steps]
            found = [moved(value, factor, up=up, whole=True) for value in old]
            new = [text for _, text in found]
            edits = tuple(f"{path_text(p)}={text}" for (_, p), text in zip(steps, new, strict=True))
            words = f"{verb} every step of {path_text(path)} to {', '.join(new)}"
            numbers = [split_quantity(value)[0] for value in old]
            each = zip(found, numbers, strict=True)
            return Move(edits, words, max(abs(n - number) / number for (n, _), number in each))
        exact = rounded_out(factor, up=up, digits=4)
        edit = f"{path_text(path)}*={number_text(exact)}"
        words = f"{verb} every step of {path_text(path)} by {abs(float(exact) - 1):.1%}"
        return Move((edit,), words, abs(float(exact) - 1))

    most = MOST_TIMES if up else 1 - LEAST_LEFT
    return Knob(requirement, at, most, whole=False, give=give, together=together)


def scaled(
    case: Case,
    requirement: Requirement,
    path: KeyPath,
    *,
    up: bool,
    give: Give | None = None,
    most: float | None = None,
) -> Knob:
    """One value with its unit, times 1 + amount or 1 - amount."""
    old = plain(case, path)
    number, _ = split_quantity(old)

    def at(amount: float) -> Move:
        factor = 1 + amount if up else max(0.0, 1 - amount)
        value, text = moved(old, factor, up=up, whole=False)
        verb = "raise" if up else "lower"
        words = f"{verb} {path_text(path)} from {said(case.loaded, path)} to {text}"
        return Move((f"{path_text(path)}={text}",), words, abs(value - number) / number)

    limit = (MOST_TIMES if up else 1 - LEAST_LEFT) if most is None else most
    return Knob(requirement, at, limit, whole=False, give=give)


def counted(
    case: Case,
    requirement: Requirement,
    path: KeyPath,
    *,
    up: bool,
    give: Give | None = None,
    most: float = MOST_COUNT,
) -> Knob:
    """One whole number, with or without a unit, more or fewer by a count."""
    node = case.loaded.document.find(path)
    old = 0 if node is None else node.plain()
    number, unit = split_quantity(old)

    def at(amount: float) -> Move:
        new = number + amount if up else number - amount
        _, text = written(new, unit, up=up, whole=True)
        verb = "raise" if up else "lower"
        was = said(case.loaded, path) or "none"
        words = f"{verb} {path_text(path)} from {was} to {text}"
        return Move((f"{path_text(path)}={text}",), words, amount / number if number else 1.0)

    return Knob(requirement, at, most, give=give)


def from_nothing(case: Case, requirement: Requirement, whole: bool) -> Knob:
    """A limit of zero, raised by the count or in steps of a hundredth of a power of ten."""
    path = requirement.path
    _, unit = split_quantity(plain(case, path))

    def at(amount: float) -> Move:
        _, text = written(amount if whole else amount / 100, unit, up=True, whole=whole)
        words = f"raise {path_text(path)} from {said(case.loaded, path)} to {text}"
        return Move((f"{path_text(path)}={text}",), words, 1.0)

    return Knob(requirement, at, MOST_COUNT)


def given_up(requirement: Requirement, path: KeyPath) -> Knob:
    """A workload that is not wanted any more."""
    text = path_text(path)
    move = Move((text,), f"give up {text} altogether", 1.0, gives_up=True)
    return Knob(requirement, lambda amount: move, 1, last_resort=True)


def plain(case: Case, path: KeyPath) -> object:
    """A value that the file holds, as JSON would hold it."""
    node = case.loaded.document.find(path)
    assert node is not None
    return node.plain()
