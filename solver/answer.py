"""From a case to a verified plan, and from a plan back to a verdict.

Belongs here: the order of the steps - screen, formulate, solve, extract, settle, verify - and what
their results mean together. Does not belong here: the steps.
"""

import platform
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from enum import StrEnum
from functools import partial
from importlib.metadata import version
from typing import TypedDict

from solver import engines
from solver.bill import Decisions, settle
from solver.binding import binding_limits
from solver.case import Case
from solver.extract import extract
from solver.formulation import Model, build, build_tight
from solver.given import GIVEN, bought_only, fix, roomy
from solver.plan import (
    UNVERIFIED,
    ExcludedRow,
    IntervalRow,
    PeriodRow,
    Plan,
    PlanStatus,
    Verification,
)
from solver.restriction import Restriction
from solver.screening import Finding, screen
from solver.search import pays
from solver.search import search as search_parts
from solver.start import StartError, start_values
from solver.verify import verify

OnProgress = Callable[[engines.Progress], None]


class _Heard(TypedDict):
    """What both ways of searching are told alike."""

    on_progress: Callable[[engines.Progress], None] | None
    interrupted: threading.Event | None
    accept: Callable[[Mapping[str, float]], bool]
    start: Mapping[str, float] | None


class AnswerStatus(StrEnum):
    """What came of solving a problem."""

    OPTIMAL = "optimal"
    """A verified plan, proven within the asked gap of the cheapest."""
    FEASIBLE = "feasible"
    """A verified plan; a limit or an interrupt came before the proof."""
    INFEASIBLE = "infeasible"
    """No plan exists: refuted by arithmetic, or confirmed by several engines."""
    NO_PLAN_FOUND = "no_plan_found"
    """A limit or an interrupt came before any plan."""
    ERROR = "error"
    """The engines failed, or no plan of theirs passed verification."""


@dataclass(frozen=True)
class Answer:
    """The answer to a problem; money in the problem's currency, time in seconds."""

    status: AnswerStatus
    stop: engines.StopReason | None
    """Why the search ended; None where arithmetic decided."""
    plan: Plan | None
    """The verified plan, if there is one."""
    findings: tuple[Finding, ...]
    """What arithmetic refutes."""
    bound: float | None
    """No plan is cheaper than this, in the problem's currency."""
    attempts: tuple[engines.Attempt, ...]
    """Every run of an engine, in their order."""
    seconds: float
    """What it took, building the program included."""
    refused: Verification | None = None
    """What was wrong with the engines' last plan, where none passed."""
    start_refused: str | None = None
    """Why the plan given to start from was not used; None where it was, or none was given."""


def options_of(case: Case, **overrides: object) -> engines.Options:
    """The search options of a problem file; keywords that are not None win over it.

    Keywords are the fields of `Options`: engine, gap (a fraction), time_limit_s (seconds), threads,
    seed. An engine that was asked for, by keyword or in the file, works alone; CBC by default is
    helped. Raises ValueError for a value that no engine can follow, TypeError for another keyword.
    """
    block = case.problem.solve
    chosen: dict[str, object] = {
        "engine": block.engine,
        "helped": overrides.get("engine") is None and "engine" not in block.model_fields_set,
        "gap": block.gap,
        "time_limit_s": block.time_limit,
        "threads": block.threads,
    }
    chosen |= {name: value for name, value in overrides.items() if value is not None}
    return engines.Options(**chosen)  # type: ignore[arg-type]


def solve_case(
    case: Case,
    options: engines.Options | None = None,
    *,
    on_progress: OnProgress | None = None,
    interrupted: threading.Event | None = None,
    units: Mapping[str, int] | None = None,
    restriction: Restriction | None = None,
    start: Plan | Decisions | None = None,
) -> Answer:
    """Find the cheapest plan of a case and verify it.

    ``units`` fixes the purchases, units by option key, all others zero; the rest is solved for. The
    plan then carries no bound: what it proves holds for these purchases only. A ``restriction``
    holds the plan to more than the problem asks; the plan then carries the restriction's bound.
    ``start`` is a plan to start from, of this problem or of one like it: one that does not fit is
    not used, and the answer says why in ``start_refused``.
    Progress is reported in the problem's currency. Never raises for what engines do: their failures
    are in the answer.
    """
    started = time.monotonic()
    options = options or options_of(case)
    findings = screen(case.instance if units is None else bought_only(case.instance, units))
    if findings:
        return _answer(AnswerStatus.INFEASIBLE, started, findings=findings)
    instance = case.instance if units is None else roomy(case.instance, units)
    if units is not None:
        restriction = Restriction(partial(fix, units=units), GIVEN)
    model = build_tight(instance) if restriction is None else build(instance)
    if restriction is not None:
        restriction.apply(model)
    search = _Search(case, model, options, started, restriction)
    begun = None if start is None else search.begin(start)
    told = None if on_progress is None else in_currency(on_progress, model.money_scale)
    heard: _Heard = {
        "on_progress": told,
        "interrupted": interrupted,
        "accept": search.accept,
        "start": begun,
    }
    if restriction is None and pays(model):
        outcome = search_parts(model, options, **heard)
    else:
        outcome = engines.solve(model.problem, options, **heard)
    return search.answer(outcome)


def check_plan(case: Case, plan: Plan) -> Verification:
    """Verify a whole plan against a case, whoever made it.

    Every limit and every figure of the bill is worked out again from the problem's own numbers.
    Never raises for what a plan says: what does not hold is a violation, with the amount it is off
    by in the unit that its message names.
    """
    return verify(case.instance, plan)


class _Search:
    """One search: turns values into plans, verifies them, and keeps the last."""

    def __init__(
        self,
        case: Case,
        model: Model,
        options: engines.Options,
        started: float,
        restriction: Restriction | None,
    ) -> None:
        self.case = case
        self.model = model
        self.options = options
        self.started = started
        self.restriction = restriction
        self.refused: Verification | None = None
        self.start_refused: str | None = None

    def begin(self, start: Plan | Decisions) -> dict[str, float] | None:
        """The values to start from, or None where the plan does not fit."""
        try:
            values = start_values(self.model, start)
        except StartError as error:
            self.start_refused = str(error)
            return None
        if self.restriction is not None and self.restriction.complete is not None:
            self.restriction.complete(self.model, values)
        self.start_refused = engines.why_no_start(self.model.problem, values, self.accept)
        return values if self.start_refused is None else None

    def accept(self, values: Mapping[str, float]) -> bool:
        """Whether the plan that these values make passes verification."""
        plan = self._plan(values, None)
        verification = verify(self.case.instance, plan)
        self.refused = None if verification.ok else verification
        return verification.ok

    def answer(self, outcome: engines.Outcome) -> Answer:
        """What the outcome means; its plan is verified once more, as it will be shown."""
        status = AnswerStatus(
            "error" if outcome.status is engines.Status.UNBOUNDED else str(outcome.status)
        )
        bound = self._bound(outcome)
        plan = None
        if outcome.values or status in (AnswerStatus.OPTIMAL, AnswerStatus.FEASIBLE):
            plan = self._plan(outcome.values, outcome)
            verification = verify(self.case.instance, plan)
            if not verification.ok:
                self.refused, plan, status = verification, None, AnswerStatus.ERROR
            else:
                plan = replace(plan, verification=verification)
                status = AnswerStatus(str(plan.status))
        return Answer(
            status=status,
            stop=outcome.stop,
            plan=plan,
            findings=(),
            bound=bound,
            attempts=outcome.attempts,
            seconds=time.monotonic() - self.started,
            refused=None if plan else self.refused,
            start_refused=self.start_refused,
        )

    def _bound(self, outcome: engines.Outcome) -> float | None:
        if self.restriction is not None:
            # What the engines prove of a restricted program says nothing of the problem.
            return self.restriction.bound
        if outcome.bound is None:
            return None
        return outcome.bound * self.model.money_scale

    def _plan(self, values: Mapping[str, float], outcome: engines.Outcome | None) -> Plan:
        decisions = extract(self.model, values)
        plan = plan_of(self.case, decisions, None if outcome is None else self._bound(outcome))
        if self.restriction is not None:
            assumptions = (self.restriction.assumption, *plan.assumptions)
            plan = replace(plan, assumptions=assumptions)
        proven = engines.near_enough(plan.gap, self.options.gap)
        return replace(
            plan,
            status=PlanStatus.OPTIMAL if proven else PlanStatus.FEASIBLE,
            binding=() if outcome is None else binding_limits(self.model, values),
            provenance=(
                {}
                if outcome is None
                else provenance(self.case, self.options, outcome, self.started)
            ),
        )


def provenance(
    case: Case, options: engines.Options, outcome: engines.Outcome, started: float
) -> dict[str, object]:
    """What made a plan of a case: versions, engine, hashes, options, runs and seconds."""
    last = outcome.attempts[-1]
    return {
        "rackmix": version("rackmix"),
        "python": platform.python_version(),
        "pulp": version("pulp"),
        "engine": last.engine,
        "engine_version": last.engine_version,
        "problem_sha256": case.loaded.sha256,
        "catalog_sha256": case.catalog.sha256,
        "instance_sha256": case.instance.sha256,
        "options": _options_row(options),
        "stop": str(outcome.stop),
        "attempts": [_attempt_row(attempt) for attempt in outcome.attempts],
        "seconds": round(time.monotonic() - started, 3),
    }


def plan_of(case: Case, decisions: Decisions, bound: float | None) -> Plan:
    """The plan that follows from decisions: priced and complete, not yet verified."""
    instance = case.instance
    settled = settle(instance, decisions)
    objective = settled.objective
    if bound is not None:
        # Rounding in the engine's last digits must not put the bound above the plan.
        bound = min(bound, objective)
    return Plan(
        status=PlanStatus.FEASIBLE,
        objective=objective,
        bound=bound,
        gap=None if bound is None else engines.relative_gap(objective, bound),
        currency=instance.currency,
        problem=case.loaded.tree,
        facts=case.facts,
        periods=tuple(
            PeriodRow(p.label, p.start, (p.end - timedelta(microseconds=1)).date())
            for p in instance.periods
        ),
        intervals=tuple(IntervalRow(i.index, i.start, i.end) for i in instance.intervals),
        bill=settled.bill,
        cash_flow=settled.cash_flow,
        purchases=settled.purchases,
        fleet=settled.fleet,
        training=decisions.training,
        serving=decisions.serving,
        routing=decisions.routing,
        reservations=decisions.reservations,
        energy=settled.energy,
        excluded=tuple(ExcludedRow(e.item, e.site, e.rule, e.reason) for e in instance.excluded),
        binding=(),
        assumptions=instance.assumptions,
        verification=UNVERIFIED,
        provenance={},
    )


def _answer(status: AnswerStatus, started: float, findings: tuple[Finding, ...]) -> Answer:
    seconds = time.monotonic() - started
    return Answer(status, None, None, findings, None, (), seconds)


def in_currency(on_progress: OnProgress, scale: float) -> OnProgress:
    """Progress of a program whose money is divided by ``scale``, told in the currency."""

    def scaled(progress: engines.Progress) -> None:
        best = None if progress.best is None else progress.best * scale
        bound = None if progress.bound is None else progress.bound * scale
        on_progress(replace(progress, best=best, bound=bound))

    return scaled


def _options_row(options: engines.Options) -> dict[str, object]:
    return {
        "engine": options.engine,
        "helped": options.helped,
        "gap": options.gap,
        "time_limit_s": options.time_limit_s,
        "threads": options.threads,
        "seed": options.seed,
    }


def _attempt_row(attempt: engines.Attempt) -> dict[str, object]:
    return {
        "engine": attempt.engine,
        "engine_version": attempt.engine_version,
        "variant": attempt.variant,
        "status": str(attempt.status),
        "stop": str(attempt.stop),
        "seconds": round(attempt.seconds, 3),
        "message": attempt.message,
    }
