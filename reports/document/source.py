"""What every section of a document reads: the plan, its course and the reader's language.

Belongs here: short ways to write a plan's figures as cells. Does not belong here: any section.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from reports.course import Course
from reports.document.parts import Cell
from reports.language import Language
from solver.instance.model import Instance
from solver.plan import Plan


@dataclass(frozen=True)
class Source:
    """A plan, what it comes to over time, and who reads it."""

    plan: Plan
    course: Course
    language: Language

    @property
    def instance(self) -> Instance:
        """The problem as numbers."""
        return self.course.instance

    @property
    def currency(self) -> str:
        """The currency's name in the reader's language."""
        return self.language.currency(self.plan.currency)

    def text(self, english: str, /, **values: object) -> str:
        """A text in the reader's language."""
        return self.language.text(english, **values)

    def money(self, amount: float) -> str:
        """Money in a sentence."""
        return self.language.money(amount, self.plan.currency)

    def amount(self, amount: float, share: float | None = None) -> Cell:
        """Money in a table, to the cent."""
        return Cell(self.language.exact(amount), amount, share)

    def price(self, price: float) -> Cell:
        """A price of one thing."""
        return Cell(self.language.price(price), price)

    def number(self, number: float, share: float | None = None) -> Cell:
        """A number of things."""
        return Cell(self.language.count(number), number, share)

    def figure(self, value: float) -> Cell:
        """A measured or computed quantity."""
        return Cell(self.language.figure(value), value)

    def percent(self, fraction: float, *, bar: bool = False) -> Cell:
        """A share, with a bar of its length on request."""
        text = self.language.percent(fraction)
        return Cell(text, fraction, min(1.0, max(0.0, fraction)) if bar else None)

    def day(self, day: date) -> Cell:
        """A day."""
        return Cell(self.language.date(day), day.isoformat())

    def period(self, label: str) -> Cell:
        """A period by its label; labels sort by time."""
        return Cell(self.language.period(label), label)

    def several(self, one: str, many: str, number: float, **values: object) -> str:
        """One of two texts by a number, which both may name as `count`."""
        chosen = one if number == 1 else many
        return self.text(chosen, count=self.language.count(number), **values)


def total(values: Iterable[float]) -> float:
    """A sum without rounding on the way."""
    return math.fsum(values)
