"""Alternatives: different plans that cost almost the same as the cheapest.

Belongs here: the order of the searches, when to stop, and what each plan found is. Does not belong
here: measures (aims, mixes), rows of the program (extension), layout (reports).
"""

import math
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import cached_property
from typing import TYPE_CHECKING

from solver.answer import Answer, AnswerStatus, OnProgress, options_of, solve_case
from solver.case import Case
from solver.engines import Options
from solver.plan import Plan, PlanStatus
from solver.start import decisions_of
from solver.studies.aims import (
    Measured,
    fewest_card_types,
    fewest_vendors,
    least_early_spending,
    least_power,
)
from solver.studies.extension import SEARCHER, Aim, Ceiling, least_measure, steered
from solver.studies.mixes import FarFrom, Level, Mix, distance, mix_of, moved

if TYPE_CHECKING:
    import pandas as pd

CHEAPEST = "cheapest"
DIFFERENT = "different"
NO_DIFFERENCE = 0.01
"""Plans that are less far apart than this are taken for the same."""
LEAST_SURE = 0.05
"""Nothing different is proven to be left where no plan can be further apart than this."""
AIM_GAP = 0.02
"""How near to its aim a search for an alternative ends, at least; the cost is held in any case."""


AIM_SECONDS = 30.0
"""What a search for an alternative may take, unless more is asked for."""


class Exhausted(StrEnum):
    """Why there are no more different plans."""

    NO = "no"
    """There are as many as were asked for, or a search was stopped or failed."""
    PROVEN = "proven"
    """No plan below the ceiling differs from all those before by more than `furthest`."""
    NOT_FOUND = "not_found"
    """The time allowed did not lead to one."""


@dataclass(frozen=True)
class Alternative:
    """A plan below the ceiling, and what it stands for."""

    names: tuple[str, ...]
    """`cheapest`, the words of the aims that it meets best, or `different`."""
    plan: Plan
    """Verified."""
    mix: Mix
    measures: Mapping[str, float]
    """By the words of each aim."""


@dataclass(frozen=True)
class Alternatives:
    """Plans that cost almost the least and differ; money in the problem's currency.

    `frame` has one row for each plan.
    """

    case: Case
    answer: Answer
    """Of the search for the cheapest plan."""
    within: float
    plans: tuple[Alternative, ...] = ()
    """The cheapest first; empty where no plan was found at all."""
    aims: tuple[Measured, ...] = ()
    missing: tuple[str, ...] = ()
    """Searches that ended without a plan, in words."""
    exhausted: Exhausted = Exhausted.NO
    """Why there are fewer different plans than were asked for."""
    furthest: float | None = None
    """Where it is exhausted: no plan is proven to be further from all others; None: unknown."""
    floors: Mapping[str, float] = field(default_factory=dict)
    """By the words of an aim: no plan below the ceiling has a lower measure, as far as proven."""
    stopped: bool = False
    """Whether an interrupt ended the row of searches."""
    wanted: int = field(default=0)
    """How many different plans were asked for."""

    @property
    def ceiling(self) -> Ceiling:
        """What the plans may cost. Only where a plan was found."""
        cheapest = self.plans[0].plan
        return Ceiling(cheapest.objective, self.answer.bound, self.within)

    def apart(self, plan: Alternative) -> float:
        """Distance from the cheapest plan, 0 to 1 (see mixes.distance)."""
        return distance(self.plans[0].mix, plan.mix)

    def moved(self, plan: Alternative) -> dict[str, float]:
        """Share of the cheapest plan's cards that are bought otherwise, by level."""
        return {str(level): moved(self.plans[0].mix, plan.mix, level) for level in Level}

    def extra_cost(self, plan: Alternative) -> float:
        """What it costs more than the cheapest plan found."""
        return plan.plan.objective - self.plans[0].plan.objective

    @cached_property
    def _rows(self) -> list[dict[str, object]]:
        return [
            {
                "plan": number,
                "names": ", ".join(each.names),
                "cost": each.plan.objective,
                "extra_cost": self.extra_cost(each),
                "gap": each.plan.gap,
                "distance": self.apart(each),
                **{f"moved_{level}": share for level, share in self.moved(each).items()},
                **each.measures,
            }
            for number, each in enumerate(self.plans, start=1)
        ]

    def frame(self) -> "pd.DataFrame":
        """One row for each plan: cost, extra cost, distance, shares moved and every measure."""
        import pandas as pd

        return pd.DataFrame(self._rows).set_index("plan") if self.plans else pd.DataFrame()


def find_alternatives(
    case: Case,
    within: float = 0.01,
    count: int = 5,
    options: Options | None = None,
    *,
    aside: Options | None = None,
    on_progress: OnProgress | None = None,
    interrupted: threading.Event | None = None,
) -> Alternatives:
    """The cheapest plan, and others that cost at most ``within`` (a fraction) more.

    First up to ``count`` that are as far as can be from all plans before, then one for each named
    aim. ``options`` are of the search for the cheapest, ``aside`` of each search after it, by
    default `aside_of(options)`. Each starts from the cheapest plan; each plan is verified. Plans
    that turn out the same are one plan with several names. Ends early when nothing differs any
    more. Raises ValueError for a ``within`` below 0 or from 1 on; never for what engines do.
    """
    if not 0 <= within < 1:
        raise ValueError(f"within must be a fraction from 0 to below 1 (given {within!r})")
    options = options or options_of(case)
    answer = solve_case(case, options, on_progress=on_progress, interrupted=interrupted)
    if answer.plan is None:
        return Alternatives(case, answer, within, wanted=count)
    aside = aside or aside_of(options)
    hunt = _Hunt(case, answer, within, options.gap, aside, on_progress, interrupted)
    exhausted = hunt.different(count)
    hunt.named()
    return Alternatives(
        case,
        answer,
        within,
        tuple(hunt.found),
        tuple(hunt.aims),
        tuple(hunt.missing),
        exhausted,
        hunt.furthest,
        hunt.floors,
        hunt.stopped,
        count,
    )


def aside_of(options: Options) -> Options:
    """How to search for an alternative where nothing else is asked: less long, less exactly, and
    by the engine that finds most under a ceiling.
    """
    return replace(
        options,
        engine=SEARCHER,
        gap=max(options.gap, AIM_GAP),
        time_limit_s=min(options.time_limit_s, AIM_SECONDS),
    )


class _Hunt:
    """The searches after the first, and what they found."""

    def __init__(
        self,
        case: Case,
        answer: Answer,
        within: float,
        gap: float,
        options: Options,
        on_progress: OnProgress | None,
        interrupted: threading.Event | None,
    ) -> None:
        assert answer.plan is not None
        self.case, self.cheapest, self.gap = case, answer.plan, gap
        cheapest = answer.plan
        self.ceiling = Ceiling(cheapest.objective, answer.bound, within)
        self.options = options
        self.on_progress, self.interrupted = on_progress, interrupted
        self.missing: list[str] = []
        self.floors: dict[str, float] = {}
        self.furthest: float | None = None
        units = decisions_of(case.instance, cheapest).units
        candidates = (
            fewest_card_types(),
            fewest_vendors(),
            least_power(),
            least_early_spending(case.instance),
        )
        self.aims = [
            replace(aim, scale=max(aim.measure(case.instance, cheapest, units), 1e-9))
            for aim in candidates
            if aim is not None
        ]
        self.found = [self._alternative(CHEAPEST, cheapest)]

    @property
    def stopped(self) -> bool:
        """Whether an interrupt was asked for."""
        return self.interrupted is not None and self.interrupted.is_set()

    def named(self) -> None:
        """One plan for each aim that the cheapest does not meet without a search."""
        for aim in self.aims:
            if self.found[0].measures[aim.words] <= (1 if aim.counts else 0):
                self._name(0, aim.words)
            elif not self.stopped:
                found, floor = self._search(aim, aim.words)
                if floor is not None:
                    self.floors[aim.words] = math.ceil(floor - 1e-6) if aim.counts else floor
                if found is None:
                    continue
                best = min(each.measures[aim.words] for each in self.found)
                if found.measures[aim.words] >= best * (1 - 1e-6):
                    # A plan that was there before is as good by this measure and cheaper.
                    measures = [each.measures[aim.words] for each in self.found]
                    self._name(measures.index(best), aim.words)
                else:
                    self._add(found)

    def different(self, count: int) -> Exhausted:
        """Plans far from all before, until there are enough or nothing differs any more."""
        for _ in range(count):
            if self.stopped:
                break
            aim = FarFrom([each.mix for each in self.found])
            found, _ = self._search(aim, DIFFERENT)
            timed_out = found is not None and found.plan.provenance.get("stop") == "time_limit"
            if found is not None and self._near(found) and not timed_out:
                # Costs break ties and may hide small differences: once more without them.
                found, overlap = self._search(aim, DIFFERENT, ties=False)
                self.furthest = None if overlap is None else max(0.0, 1.0 - overlap)
            if found is None:
                break
            if self._near(found):
                sure = self.furthest is not None and self.furthest < LEAST_SURE
                return Exhausted.PROVEN if sure else Exhausted.NOT_FOUND
            self.furthest = None
            self.found.append(found)
        return Exhausted.NO

    def _near(self, found: Alternative) -> bool:
        return min(distance(each.mix, found.mix) for each in self.found) < NO_DIFFERENCE

    def _search(
        self, aim: Aim, name: str, *, ties: bool = True
    ) -> tuple[Alternative | None, float | None]:
        """A plan near an aim, and the least measure that any plan can have."""
        held = f"at most {self.ceiling.within * 100:g} % over the cheapest plan; within that, "
        answer = solve_case(
            self.case,
            self.options,
            on_progress=self.on_progress,
            interrupted=self.interrupted,
            restriction=steered(aim, self.ceiling, f"{held}{aim.words}.", ties=ties),
            start=self.cheapest,
        )
        floor = least_measure(answer, self.case.instance, aim, self.ceiling, ties=ties)
        if answer.plan is None or not self.ceiling.admits(answer.plan.objective):
            self.missing.append(f"{aim.words}: {_WITHOUT.get(answer.status, 'no plan was found')}")
            return None, floor
        return self._alternative(name, answer.plan), floor

    def _alternative(self, name: str, plan: Plan) -> Alternative:
        instance = self.case.instance
        # Its status is of the problem, not of the aim: held to the gap asked for the cheapest.
        proven_plan = plan.gap is not None and plan.gap <= self.gap + 1e-9
        plan = replace(plan, status=PlanStatus.OPTIMAL if proven_plan else PlanStatus.FEASIBLE)
        units = decisions_of(instance, plan).units
        measures = {aim.words: aim.measure(instance, plan, units) for aim in self.aims}
        return Alternative((name,), plan, mix_of(instance, units), measures)

    def _add(self, found: Alternative) -> None:
        """Keep a plan; one with the same orders as a plan before is that plan."""
        for number, each in enumerate(self.found):
            if each.plan.purchases == found.plan.purchases:
                self._name(number, found.names[0])
                return
        self.found.append(found)

    def _name(self, number: int, name: str) -> None:
        each = self.found[number]
        self.found[number] = replace(each, names=(*each.names, name))


_WITHOUT = {
    AnswerStatus.NO_PLAN_FOUND: "the time limit came before any plan",
    AnswerStatus.INFEASIBLE: "there is none",
    AnswerStatus.ERROR: "the search failed",
}
