"""How far the present purchases stay the right ones when a price or a demand moves.

Belongs here: which figures are moved, and the search for where the purchases stop being within the
gap of the cheapest. Does not belong here: the budget of questions (asking.py), words (reports).
"""

import math
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum

from problems.errors import InputError, InputProblem
from problems.paths import KeyPath, parse_path, path_text
from problems.scaling import parse_factor, scaled
from solver import engines
from solver.answer import AnswerStatus
from solver.case import Case
from solver.explain.asking import Asking
from solver.explain.requirements import said
from solver.plan import Term
from solver.start import StartError, decisions_of

FARTHEST = 2.0
"""A figure is at most doubled, and at least halved."""
NARROW = 0.01
"""A range this narrow, as a share of the figure, is not searched any further."""
MOST_FACTORS = 8
"""Factors tried in one direction."""
MOST_OFFERS = 2
MOST_DEMANDS = 2
"""Figures of a kind that are looked at unasked."""


@dataclass(frozen=True)
class Side:
    """How far one figure can move in one direction."""

    holds: float
    """A factor up to which the present purchases are within the gap of the cheapest; 1 where no
    other was found to be."""
    breaks: float | None
    """A factor at which they are not: another plan is certainly cheaper by more than the gap, or
    they no longer fit. None where none was found."""
    lacking: bool = False
    """Whether they no longer fit there: a demand, a budget or another limit is broken."""
    cut_short: bool = False
    """Whether time ended the search."""


@dataclass(frozen=True)
class Range:
    """How far one figure can move with the present purchases still within the gap."""

    path: str
    value: str
    """The figure in the file's own words."""
    down: Side | None
    """None where it was not asked."""
    up: Side | None
    why: str = ""
    """Why it was not found out."""


def figures_of_interest(asking: Asking) -> tuple[str, ...]:
    """The figures that move most: what is bought for most, electricity, the demands."""
    return tuple(dict.fromkeys(map(path_text, _figures(asking))))


def _figures(asking: Asking) -> Iterator[KeyPath]:
    case, plan = asking.case, asking.plan
    spend: dict[str, float] = defaultdict(float)
    for row in plan.purchases:
        if row.offer in case.problem.offers:
            spend[row.offer] += row.amount
    for key in sorted(spend, key=lambda k: -spend[k])[:MOST_OFFERS]:
        leased = case.problem.offers[key].lease is not None
        yield "offers", key, "lease" if leased else "price"
    demands: list[KeyPath] = [("inference", key, "requests") for key in case.problem.inference]
    for key, job in case.problem.training.items():
        demands.append(("training", key, "flop" if job.flop is not None else "tokens"))
    yield from demands[:MOST_DEMANDS]
    yield from _electricity(asking)


def _electricity(asking: Asking) -> Iterator[KeyPath]:
    """The price at the site that pays most for electricity, where the file gives one."""
    paid: dict[str, float] = defaultdict(float)
    for row in asking.plan.cash_flow:
        if row.term is Term.ELECTRICITY and row.site:
            paid[row.site] += row.present_value
    for site in sorted(paid, key=lambda s: -paid[s])[:1]:
        for field in ("price", "time_of_use"):
            path = ("sites", site, "electricity", field)
            if paid[site] and asking.case.loaded.document.find(path) is not None:
                yield path


def check_ranges(case: Case, paths: tuple[str, ...]) -> None:
    """Refuse paths at which the file holds nothing that can be scaled. Raises InputError."""
    wrong = []
    for text in paths:
        path = parse_path(text)
        node = case.loaded.document.find(path)
        if node is None:
            wrong.append(InputProblem("the file has nothing there", f"--range {text}"))
            continue
        try:
            scaled(node, parse_factor(1.5), node.at)
        except ValueError as error:
            wrong.append(InputProblem(str(error), f"--range {text}"))
    if wrong:
        raise InputError(wrong)


def ranges_of(asking: Asking, paths: tuple[str, ...]) -> tuple[Range, ...]:
    """How far each figure can move; what there is no time for is left open."""
    try:
        decided = decisions_of(asking.case.instance, asking.plan)
    except StartError:
        return ()
    units = {key: round(count) for key, count in decided.units.items()}
    found = []
    for number, path in enumerate(paths):
        found.append(_range(asking, path, units, 2 * (len(paths) - number)))
    return tuple(found)


def _range(asking: Asking, path: str, units: dict[str, int], waiting: int) -> Range:
    """Both directions of one figure, of so many that are still to be searched."""
    asking.turn(waiting)
    value = said(asking.case.loaded, parse_path(path))
    if asking.over:
        asking.missed.append(f"how far {path} can move")
        return Range(path, value, None, None, "there was no time")
    try:
        up = _Search(asking, path, units, FARTHEST).side()
        asking.turn(waiting - 1)
        down = _Search(asking, path, units, 1 / FARTHEST).side()
    except InputError as error:
        return Range(path, value, None, None, error.problems[0].message)
    return Range(path, value, down, up)


class Held(Enum):
    """What becomes of the present purchases at another value of a figure."""

    RIGHT = "right"
    """They are within the gap of the cheapest."""
    DEAR = "dear"
    """Another plan is certainly cheaper by more than the gap."""
    LACKING = "lacking"
    """They break a limit or no longer meet the demand."""
    OPEN = "open"


class _Search:
    """The search in one direction: the farthest factor first, then halving on a scale of factors.

    The purchases hold at a factor where, put to their best use, they cost no more above the bound
    of the problem there than the gap allows; they do not where another plan is found that saves
    more than that, or where they no longer fit.
    """

    def __init__(self, asking: Asking, path: str, units: dict[str, int], farthest: float) -> None:
        self.asking = asking
        self.path = path
        self.units = units
        self.farthest = farthest
        node = asking.case.loaded.document.find(parse_path(path))
        value = None if node is None else node.value
        self.count = value if isinstance(value, int) else 0
        self.share = asking.tolerance / abs(asking.cost) if asking.cost else 0.0

    def side(self) -> Side:
        """How far it holds in this direction."""
        holds, beyond, breaks, lacking = 1.0, math.inf, None, False
        factor = self._snapped(self.farthest)
        for _ in range(MOST_FACTORS):
            if self.asking.over or abs(beyond - holds) <= NARROW or factor in (holds, beyond):
                break
            verdict = self._holds(factor)
            if verdict is Held.RIGHT:
                holds = factor
            else:
                beyond = factor
            if verdict in (Held.DEAR, Held.LACKING):
                breaks, lacking = factor, verdict is Held.LACKING
            if math.isinf(beyond):
                break
            factor = self._snapped(math.sqrt(holds * beyond))
        return Side(holds, breaks, lacking, self.asking.over)

    def _snapped(self, factor: float) -> float:
        """The factor that leaves a count a whole number."""
        return round(self.count * factor) / self.count if self.count else factor

    def _holds(self, factor: float) -> Held:
        """What becomes of the purchases at a factor."""
        case = self.asking.edited((f"{self.path}*={factor!r}",))
        if set(self.units) - set(case.instance.option):
            return Held.LACKING
        name = f"{self.path} times {factor:.3g}"
        kept = self.asking.solve(name, case, units=self.units, gap=0.0)
        if kept.status is AnswerStatus.INFEASIBLE:
            return Held.LACKING
        if kept.plan is None or self.asking.over:
            return Held.OPEN
        free = self.asking.solve(name, case, start=kept.plan)
        cost = kept.plan.objective
        room = self.share * abs(cost)
        if free.bound is not None and cost - free.bound <= room + engines.ROUNDING * abs(cost):
            return Held.RIGHT
        proven = kept.stop is engines.StopReason.PROVEN
        if proven and free.plan is not None and cost - free.plan.objective > room:
            return Held.DEAR
        return Held.OPEN
