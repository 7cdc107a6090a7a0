"""From an uncertain problem to its answer: which searches are made, in which order, for how long.

Belongs here: `solve_uncertain`. Does not belong here: any single search (solver.answer, joining),
what the figures mean (value).

First each case alone, as if it were known from the start: that finds cases without any plan, and
bounds the whole. Then the early deliveries of the file as it stands, with each case adapting to
them: plans to begin with. Then all cases together. Last, one set of purchases for all cases.
"""

import threading
import time
from collections.abc import Mapping
from dataclasses import replace
from datetime import date

from solver import engines
from solver.answer import Answer, AnswerStatus, OnProgress, options_of, solve_case
from solver.case import Case, Uncertain
from solver.engines import Status, StopReason
from solver.formulation.joint import missing, widened
from solver.instance import Instance
from solver.plan import Plan
from solver.start import decisions_of
from solver.uncertain.adapting import FirstStep, first_step
from solver.uncertain.answer import CaseAnswer, UncertainAnswer
from solver.uncertain.joining import LEAST_S, Found, Joining, Watch
from solver.uncertain.value import (
    UNKNOWN,
    Figure,
    Figures,
    Range,
    range_of,
    surplus,
)

KNOWN_BY, ADAPTED_BY, JOINED_BY = 0.3, 0.45, 0.85
"""Shares of the time limit by which each stage ends; what one leaves over, the next has."""


def solve_uncertain(
    case: Case,
    options: engines.Options | None = None,
    *,
    on_progress: OnProgress | None = None,
    interrupted: threading.Event | None = None,
) -> UncertainAnswer:
    """Find plans for all cases of an uncertain problem that agree on what is delivered early.

    Every plan is verified on its own case. The time limit is for all searches together. Raises
    ValueError for a problem without `uncertainty:`; never for what engines do.
    """
    if case.uncertain is None:
        raise ValueError("the problem has no uncertainty: solve_case solves it")
    watch: Watch = {"on_progress": on_progress, "interrupted": interrupted}
    return _Solving(case, case.uncertain, options or options_of(case), watch).answer()


class _Solving:
    """The searches for one answer."""

    def __init__(
        self, base: Case, uncertain: Uncertain, options: engines.Options, watch: Watch
    ) -> None:
        self.started = time.monotonic()
        self.base, self.cases, self.weights = base, uncertain.cases, uncertain.weights
        self.until = uncertain.block.decide_until
        self.worst = uncertain.block.objective == "worst_case"
        self.options, self.watch = options, watch
        wide = widened({name: case.instance for name, case in self.cases.items()})
        self.wide = {name: replace(case, instance=wide[name]) for name, case in self.cases.items()}

    def answer(self) -> UncertainAnswer:
        """Make the searches and put together what they found."""
        known = self._known()
        ranges = {name: known_range(found) for name, found in known.items()}
        if any(found.status is AnswerStatus.INFEASIBLE for found in known.values()):
            return self._refuted(known, ranges)
        step = self._reference(known)
        adapted = {} if step is None else self._adapted(step)
        found = self._joined(self.until, JOINED_BY, _plans(adapted), ranges)
        return self._answer(known, ranges, step, adapted, found)

    def _options(self, by: float, searches: int = 1) -> engines.Options:
        """Options for one of so many searches that end by a share of the time limit."""
        left = by * self.options.time_limit_s - (time.monotonic() - self.started)
        return replace(self.options, time_limit_s=max(LEAST_S, left / searches))

    def _over(self) -> bool:
        """Whether nothing more is to be begun."""
        stopped = self.watch["interrupted"]
        spent = time.monotonic() - self.started
        return (stopped is not None and stopped.is_set()) or spent >= self.options.time_limit_s

    def _known(self) -> dict[str, Answer]:
        """Each case as if it were known from the start; equal cases are solved once."""
        answers: dict[str, Answer] = {}
        solved: dict[str, Answer] = {}
        for number, (name, case) in enumerate(self.cases.items()):
            same = content(case.instance)
            if same not in solved:
                options = self._options(KNOWN_BY, len(self.cases) - number)
                solved[same] = solve_case(case, options, **self.watch)
            answers[name] = solved[same]
        return answers

    def _reference(self, known: Mapping[str, Answer]) -> FirstStep | None:
        """The early deliveries of the best plan for the file as it stands."""
        for name, case in self.cases.items():
            if content(case.instance) == content(self.base.instance):
                plan = known[name].plan
                break
        else:
            if self._over():
                return None
            options = self._options(ADAPTED_BY, len(self.cases) + 1)
            plan = solve_case(self.base, options, **self.watch).plan
        if plan is None:
            return None
        instance = self.base.instance
        return first_step(instance, decisions_of(instance, plan), self.until)

    def _adapted(self, step: FirstStep) -> dict[str, Answer]:
        """Each case with early deliveries that are given."""
        answers = {}
        for number, (name, case) in enumerate(self.wide.items()):
            if not step.fits(case.instance):
                answers[name] = _impossible()
            elif not self._over():
                options = self._options(ADAPTED_BY, len(self.wide) - number)
                answers[name] = solve_case(
                    case, options, restriction=step.restriction, **self.watch
                )
        return answers

    def _joined(
        self, until: date, by: float, start: Mapping[str, Plan], ranges: Mapping[str, Range]
    ) -> Found:
        """All cases together."""
        joining = Joining(
            self.cases,
            self.weights,
            until,
            worst=self.worst,
            options=self._options(by),
            watch=self.watch,
        )
        return joining.run(start, ranges)

    def _answer(
        self,
        known: Mapping[str, Answer],
        ranges: Mapping[str, Range],
        step: FirstStep | None,
        adapted: Mapping[str, Answer],
        found: Found,
    ) -> UncertainAnswer:
        wait_and_see = range_of(ranges, self.weights, worst=self.worst)
        bounds = [b for b in (found.bound, wait_and_see.low) if b is not None]
        bound = max(bounds, default=None)
        if bound is not None and found.cost is not None:
            bound = min(bound, found.cost)
        robust = Range(bound, found.cost)
        figures = Figures(None, None, None)
        if found.cost is not None:
            figures = Figures(
                Figure(surplus(robust, wait_and_see)),
                self._planning(robust, adapted),
                self._waiting(robust, ranges, found),
            )
        return UncertainAnswer(
            status=self._status(found, bound),
            stop=found.outcome.stop,
            worst=self.worst,
            decide_until=self.until,
            cases={
                name: CaseAnswer(name, weight, found.plans.get(name), ranges[name])
                for name, weight in self.weights.items()
            },
            cost=found.cost,
            bound=bound,
            gap=_gap(found.cost, bound),
            figures=figures,
            not_now=self._not_now(),
            attempts=found.outcome.attempts,
            seconds=time.monotonic() - self.started,
            refused=found.refused,
            refused_case=found.refused_case,
        )

    def _status(self, found: Found, bound: float | None) -> AnswerStatus:
        if not found.plans:
            failed = found.outcome.status is Status.UNBOUNDED
            return AnswerStatus("error" if failed else str(found.outcome.status))
        if not all(plan.verification.ok for plan in found.plans.values()):
            return AnswerStatus.ERROR
        near = engines.near_enough(_gap(found.cost, bound), self.options.gap)
        return AnswerStatus.OPTIMAL if near else AnswerStatus.FEASIBLE

    def _planning(self, robust: Range, adapted: Mapping[str, Answer]) -> Figure | None:
        """The value of planning for all cases instead of for the file as it stands."""
        lost = [n for n, a in adapted.items() if a.status is AnswerStatus.INFEASIBLE]
        if lost:
            return Figure(UNKNOWN, tuple(lost))
        if adapted.keys() != self.cases.keys():
            return None
        ranges = {name: restricted_range(each, self.options.gap) for name, each in adapted.items()}
        found = range_of(ranges, self.weights, worst=self.worst)
        return Figure(surplus(found, robust)) if found.known else None

    def _waiting(self, robust: Range, ranges: Mapping[str, Range], found: Found) -> Figure | None:
        """The value of deciding the later deliveries later."""
        days = [p.start for case in self.cases.values() for p in case.instance.periods]
        if max(days) <= self.until:
            return Figure(Range(0.0, 0.0))
        if self._over():
            return None
        now = self._joined(date.max, 1.0, {}, ranges)
        if now.outcome.status is Status.INFEASIBLE:
            return Figure(UNKNOWN, tuple(self.cases))
        over = surplus(Range(now.bound, now.cost), robust)
        return Figure(over) if now.bound is not None or now.cost is not None else None

    def _not_now(self) -> tuple[str, ...]:
        """What some case does not offer early, in sentences."""
        wide = {name: case.instance for name, case in self.wide.items()}
        told: dict[tuple[str, str, tuple[str, ...]], None] = {}
        for key, absent in missing(wide, self.until).items():
            instance = next(i for n, i in wide.items() if n not in absent)
            option = instance.option[key]
            if instance.offer[option.offer].max_units:
                label = instance.periods[option.period].label
                told[option.offer, label, tuple(absent)] = None
        return tuple(
            f"{offer} in {label} is not on offer in {', '.join(absent)}, so it is not taken in any "
            "case."
            for offer, label, absent in told
        )

    def _refuted(self, known: Mapping[str, Answer], ranges: Mapping[str, Range]) -> UncertainAnswer:
        """The answer where a case has no plan even on its own."""
        cases = {
            name: CaseAnswer(
                name,
                weight,
                None,
                ranges[name],
                known[name].status is AnswerStatus.INFEASIBLE,
                known[name].findings,
            )
            for name, weight in self.weights.items()
        }
        return UncertainAnswer(
            status=AnswerStatus.INFEASIBLE,
            stop=next(a.stop for a in known.values() if a.status is AnswerStatus.INFEASIBLE),
            worst=self.worst,
            decide_until=self.until,
            cases=cases,
            cost=None,
            bound=None,
            gap=None,
            figures=Figures(None, None, None),
            not_now=self._not_now(),
            attempts=tuple(attempt for answer in known.values() for attempt in answer.attempts),
            seconds=time.monotonic() - self.started,
        )


def content(instance: Instance) -> str:
    """Hash of the mathematics: assumptions are words."""
    return replace(instance, assumptions=()).sha256


def known_range(answer: Answer) -> Range:
    """Where the cheapest cost of a case lies by itself."""
    return Range(answer.bound, None if answer.plan is None else answer.plan.objective)


def restricted_range(answer: Answer, gap: float) -> Range:
    """Where the cheapest cost under a restriction lies: an answer to one carries no bound of its
    own, but says whether its search ended by a proof or within the gap.
    """
    if answer.plan is None:
        return UNKNOWN
    cost = answer.plan.objective
    if answer.stop is StopReason.PROVEN:
        return Range(cost, cost)
    if answer.stop is StopReason.GAP:
        return Range(cost - gap * abs(cost), cost)
    return Range(None, cost)


def _impossible() -> Answer:
    """For early deliveries that a case does not offer."""
    return Answer(AnswerStatus.INFEASIBLE, None, None, (), None, (), 0.0)


def _plans(answers: Mapping[str, Answer]) -> dict[str, Plan]:
    return {name: answer.plan for name, answer in answers.items() if answer.plan is not None}


def _gap(cost: float | None, bound: float | None) -> float | None:
    return None if cost is None or bound is None else engines.relative_gap(cost, bound)
