"""What every part of the builder reads and writes: the problem, the facts, errors and assumptions.

Belongs here: looking up facts, collecting errors with their path in the file, and remembering what
the plan must list as an assumption. Does not belong here: anything about one block of the file.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import catalogs
from problems.quantities import Steps
from problems.schema import Problem
from solver.instance.timeline import Calendar, Timeline

Path = tuple[str | int, ...]


class InstanceError(ValueError):
    """The problem cannot be turned into numbers; ``problems`` holds (path in the file, message)."""

    def __init__(self, problems: list[tuple[Path, str]]) -> None:
        self.problems = problems
        super().__init__("\n".join(f"{'.'.join(map(str, p))}: {m}" for p, m in problems))


@dataclass
class Sources:
    """The problem and its facts, with the errors and assumptions met on the way."""

    problem: Problem
    catalog: catalogs.Catalog
    calendar: Calendar
    errors: list[tuple[Path, str]] = field(default_factory=list)
    _assumed: dict[str, dict[str, None]] = field(default_factory=dict)

    def assume(self, sentence: str, subject: str = "") -> None:
        """Remember a sentence for the plan's assumptions, once; ``{}`` in it stands for the
        subjects it holds for.
        """
        self._assumed.setdefault(sentence, {}).setdefault(subject)

    @property
    def assumptions(self) -> tuple[str, ...]:
        """Every sentence, with the subjects it holds for."""
        return tuple(
            sentence.replace("{}", ", ".join(subjects))
            for sentence, subjects in self._assumed.items()
        )

    def fail(self, path: Path, message: str) -> None:
        """Remember an error, once."""
        if (path, message) not in self.errors:
            self.errors.append((path, message))

    def figure(self, path: Path, row: Any, name: str) -> float:
        """A figure of a catalogue row; a missing one is an error at ``path`` (and 0 here)."""
        try:
            return float(catalogs.require(row, name))
        except catalogs.CatalogError as error:
            self.fail(path, str(error))
            return 0.0

    def exchange_rate(self, path: Path, currency: str) -> float:
        """Price of one unit of ``currency`` in the problem's; a missing rate is an error."""
        if currency == self.problem.currency:
            return 1.0
        rate = self.problem.exchange_rates.get(currency)
        if rate is None:
            self.fail(
                path,
                f"is priced in {currency}, but there is no exchange rate for it: add "
                f"exchange_rates: {{{currency}: ...}} in {self.problem.currency} per {currency}",
            )
            return 0.0
        return rate

    def by_interval[T](
        self, timeline: Timeline, path: Path, steps: Steps[T], to: Callable[[T], Any] = lambda v: v
    ) -> tuple[Any, ...]:
        """A step function read on the first day of each interval; a gap is an error at ``path``."""
        return tuple(to(self.at(path, steps, day)) for day in timeline.days())

    def at[T](self, path: Path, steps: Steps[T], day: date) -> T:
        """A step function read on a day; before its first date is an error at ``path``."""
        value = steps.at(day)
        if value is None:
            first = steps.dates[0]
            self.fail(path, f"has no value on {day}: its first date is {first}")
            return steps.values[0]
        return value
