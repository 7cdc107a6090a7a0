"""What one sensible step of a limit or a demand is worth, found by solving again.

Belongs here: which figures are stepped, how far a step goes, and its record. Does not belong here:
the solving (asking.py), which limits a plan reaches (slack.py), words (reports).
"""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from problems.paths import KeyPath, path_text
from problems.units import split_quantity
from solver.case import Case
from solver.explain.asking import Asking, Effect, Reply
from solver.explain.figures import written
from solver.explain.knob import plain
from solver.explain.requirements import dated_steps, said
from solver.explain.slack import Reached, reached_limits
from solver.families import Family
from solver.instance.timeline import Calendar
from solver.instance.workloads import windows
from solver.studies.interval import Difference

SHARE = 0.1
"""A step is about this share of the figure, rounded to one that people would ask for."""
POINTS = 0.05
"""A step of a vendor's share of the spend."""
RACK = 42
"""Rack units in one rack."""
WEEK, MONTH = timedelta(days=7), timedelta(days=30)
"""Steps of a deadline: a month where the window is long enough for it to be small."""
MONTH_FROM = timedelta(days=180)


@dataclass(frozen=True)
class Step:
    """One figure moved by one step."""

    path: str
    """The figure, as edits write it."""
    words: str
    """What the step does."""
    edits: tuple[str, ...]
    """`PATH=VALUE` or `PATH*=FACTOR`, to be pasted after --set each."""
    reply: Reply
    reached: Reached | None = None
    """The limit it steps; None for a demand."""

    @property
    def difference(self) -> Difference | None:
        """How much more the cheapest plan costs with it."""
        return self.reply.difference


@dataclass(frozen=True)
class _Asked:
    path: KeyPath
    words: str
    edits: tuple[str, ...]
    effect: Effect
    reached: Reached | None = None


def readable(number: float) -> float:
    """The nearest of 1, 2 or 5 times a power of ten, as people choose steps.

    >>> [readable(n) for n in (70, 120, 1.5, 26e6, 4000)]
    [50.0, 100.0, 2.0, 20000000.0, 5000.0]
    """
    power = 10.0 ** math.floor(math.log10(number))
    return min((power * n for n in (1, 2, 5, 10)), key=lambda step: abs(math.log(number / step)))


def limits_worth(asking: Asking) -> tuple[Step, ...]:
    """What a step of every limit that the plan reaches is worth; those used up come first."""
    found = reached_limits(asking.case.instance, asking.plan)
    ranked = sorted(found, key=lambda each: not each.tight)
    questions = [q for reached in ranked for q in _limit(asking.case, reached)]
    return _asked(asking, questions)


def demands_worth(asking: Asking) -> tuple[Step, ...]:
    """What a little less of every demand saves: fewer requests, a later deadline."""
    return _asked(asking, list(_demands(asking.case)))


def _asked(asking: Asking, questions: list[_Asked]) -> tuple[Step, ...]:
    return tuple(
        Step(path_text(q.path), q.words, q.edits, asking.ask(q.words, q.edits, q.effect), q.reached)
        for q in questions
    )


def _limit(case: Case, reached: Reached) -> Iterator[_Asked]:
    """The step of a limit; of a table over dates one for each of its steps that is reached."""
    path = reached.path
    if reached.family is Family.LICENCES:
        yield _licences(case, reached)
        return
    if reached.family is Family.CARD_TYPES:
        new = (case.problem.limits.card_types or 0) + 1
        yield _raised(case, reached, path, str(new))
        return
    starts = _starts(case, reached)
    for start, step in dated_steps(case.loaded, path):
        if start in starts:
            number, unit = split_quantity(plain(case, step))
            if number > 0:
                yield _raised(case, reached, step, _FIGURES[reached.family](number, unit))


def _starts(case: Case, reached: Reached) -> set[date | None]:
    """The first days of the steps of a table in force while a limit is reached; None: constant."""
    days = [case.instance.periods[period].start for period in reached.periods]
    begun = [day for day, _ in dated_steps(case.loaded, reached.path) if day is not None]
    if not begun:
        return {None}
    return {max((each for each in begun if each <= day), default=begun[0]) for day in days}


def _raised(case: Case, reached: Reached, path: KeyPath, new: str) -> _Asked:
    words = f"raise {path_text(path)} from {said(case.loaded, path)} to {new}"
    return _Asked(path, words, (f"{path_text(path)}={new}",), Effect.RELAXES, reached)


def _quantity(number: float, unit: str) -> str:
    return written(number + readable(SHARE * number), unit, up=True, whole=False)[1]


def _whole(number: float, unit: str) -> str:
    return written(number + max(1.0, readable(SHARE * number)), unit, up=True, whole=True)[1]


def _racks(number: float, unit: str) -> str:
    return written(number + max(RACK, readable(SHARE * number)), unit, up=True, whole=True)[1]


def _share(number: float, unit: str) -> str:
    """Five points more, of a share in per cent or as a fraction."""
    whole = 100.0 if unit == "%" else 1.0
    return written(min(whole, number + POINTS * whole), unit, up=True, whole=False)[1]


_FIGURES: dict[Family, Callable[[float, str], str]] = {
    Family.POWER: _quantity,
    Family.RACK_UNITS: _racks,
    Family.SUPPLY: _whole,
    Family.BUDGET: _quantity,
    Family.VENDOR_SHARE: _share,
    Family.TOTAL_TPP: _quantity,
}


def _licences(case: Case, reached: Reached) -> _Asked:
    """A lot of licences more, of whole machines."""
    card = reached.path[1]
    granted = case.problem.export_licences[card]
    instance = case.instance
    machine = max(
        (instance.item[o.item].cards for o in instance.options if o.licensed_card == card),
        default=1,
    )
    lot = machine * math.ceil(max(1.0, readable(SHARE * granted)) / machine)
    edits = (f"{path_text(reached.path)}={granted + lot}",)
    words = f"{lot} more export licences for {card}, {granted + lot} instead of {granted}"
    return _Asked(reached.path, words, edits, Effect.RELAXES, reached)


def _demands(case: Case) -> Iterator[_Asked]:
    problem = case.problem
    for key, service in sorted(problem.inference.items()):
        estimated = service.throughput is not None
        path = ("inference", key, "requests")
        yield _fewer(path, f"10 % fewer requests of {key}", estimated)
    for key, job in sorted(problem.training.items()):
        yield from _later(case, key)
        field = "flop" if job.flop is not None else "tokens"
        work = "work" if job.flop is not None else "tokens"
        estimated = "estimated" in (job.mfu, job.goodput)
        yield _fewer(("training", key, field), f"10 % fewer {work} of {key}", estimated)


def _fewer(path: KeyPath, words: str, estimated: bool) -> _Asked:
    """A tenth less: what did more does less as well, unless an estimate changes with it."""
    effect = Effect.EITHER if estimated else Effect.RELAXES
    return _Asked(path, words, (f"{path_text(path)}*={1 - SHARE:g}",), effect)


def _later(case: Case, key: str) -> Iterator[_Asked]:
    """A later deadline, where that neither drops a repeat nor runs over the horizon's end."""
    job = case.problem.training[key]
    if job.window is None or job.window.last is None:
        return
    spans, _ = windows(Calendar.of(case.problem.horizon), job)
    if not spans:
        return
    length = max(after - first for first, after in spans)
    step = MONTH if length >= MONTH_FROM else WEEK
    if max(after for _, after in spans) - timedelta(days=1) + step > case.problem.horizon.last_day:
        return
    path = ("training", key, "window")
    last = job.window.last + step
    edits = (f"{path_text(path)}={job.window.first or ''}..{last}",)
    words = f"a deadline of {key} {step.days} days later"
    if job.every is not None:
        words += ", each time it runs"
    yield _Asked(path, words, edits, Effect.EITHER)
