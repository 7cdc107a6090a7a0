"""Why a problem has no plan and what would give it one: the order of the steps and their record.

Belongs here: `explain_infeasible`. Does not belong here: the steps (conflict.py, cures.py), words
around them (reports).
"""

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from problems.errors import InputError, InputProblem, nearest
from problems.loading import ProblemFile
from problems.paths import path_text
from solver import engines
from solver.answer import OnProgress, options_of, solve_case
from solver.bill import Decisions
from solver.case import Case, case_of
from solver.explain.conflict import Contradiction, Search, liftable
from solver.explain.cures import Cure, Remedies, parsed
from solver.explain.feasibility import LEAST_S, Feasibility, Verdict
from solver.explain.knobs import knobs_of
from solver.explain.requirements import Kind, Requirement, requirements_of
from solver.screening import Finding, screen

if TYPE_CHECKING:
    import pandas

MOST_CONTRADICTIONS = 3
"""More of them are not looked for."""
MOST_NAMED = 6
"""Of larger contradictions it is not looked for what would come after them."""
FOLLOWING_FRACTION = 0.2
"""Of the time limit: what looking for what comes after the members may take."""
WORDS_FRACTION = 0.05
"""The same where changes that are enough are known already."""
PRICE_S = 5.0
"""What pricing one cure may take."""
PRICES_S = 20.0
"""What pricing all of them may take."""
PRICE_GAP = 0.01
"""How close to the cheapest plan the price of a cure comes."""
NO_CHANGE = {
    Kind.EXPORT_RULE: "it is the law: no change of it is proposed",
    Kind.MEMORY: "it is what the machines can hold: no change of it is proposed",
}
DEMANDS = (Kind.TRAINING, Kind.SERVICE, Kind.CLASS, Kind.RESERVATION)
DILUTION = (
    "Buying what nothing can use, only to dilute a vendor's share, is not considered: the share "
    "is of what the workloads need."
)


@dataclass(frozen=True)
class Hopeless:
    """A requirement of a contradiction of which no change alone makes the problem solvable."""

    name: str
    reason: str


@dataclass(frozen=True)
class Conflict:
    """Why a problem has no plan, and what would give it one."""

    findings: tuple[Finding, ...]
    """What arithmetic refutes."""
    contradictions: tuple[Contradiction, ...]
    """Requirements that no plan keeps together; the sets share none that can be moved."""
    cures: tuple[Cure, ...]
    """Changes that make it solvable, the smallest first; what gives something up comes last."""
    hopeless: tuple[Hopeless, ...]
    """Requirements of the first contradiction whose change alone is not enough."""
    notes: tuple[str, ...]
    """What has to be known beside, and what was not found out."""
    stopped: bool
    """Whether time or an interrupt ended the search: there may be more cures."""
    currency: str
    questions: int
    """How many problems were asked for a plan."""
    seconds: float

    def frame(self) -> "pandas.DataFrame":
        """The cures as a table: one row for each, the best first; edits as --set takes them."""
        import pandas

        rows = [
            {
                "paths": "; ".join(cure.paths),
                "change": "; ".join(cure.words),
                "edits": "; ".join(cure.edits),
                "relative": cure.relative,
                "weighted": cure.weighted,
                "gives_up": cure.gives_up,
                "cost": cure.cost,
                "bound": cure.bound,
            }
            for cure in self.cures
        ]
        names = ["paths", "change", "edits", "relative", "weighted", "gives_up", "cost", "bound"]
        return pandas.DataFrame(rows, columns=names)

    def members_frame(self) -> "pandas.DataFrame":
        """The contradictions as a table: one row for each requirement."""
        import pandas

        rows = [
            {"conflict": number, "path": m.name, "kind": str(m.kind), "requirement": m.sentence}
            for number, found in enumerate(self.contradictions, start=1)
            for m in found.members
        ]
        return pandas.DataFrame(rows, columns=["conflict", "path", "kind", "requirement"])


def explain_infeasible(
    case: Case,
    options: engines.Options | None = None,
    *,
    weights: Mapping[str, float] | None = None,
    price: bool = True,
    on_progress: OnProgress | None = None,
    interrupted: threading.Event | None = None,
) -> Conflict:
    """Find what contradicts what in a problem without a plan, and the least changes that cure it.

    ``weights`` make changes of a requirement, or of all below a path, count more or less; 1 where
    none is given. ``price``: solve the problem with each cure to say what it then costs. The time
    limit of ``options`` holds for each step: conflicts, cures by one change, joint cures, prices.
    An interrupt ends it with what is known so far.

    Raises ValueError for a problem that has a plan, problems.InputError for a weight of a path
    that names no requirement.
    """
    began = time.monotonic()
    options = options or options_of(case)
    weights = {} if weights is None else weights
    requirements = requirements_of(case)
    _check_weights(weights, requirements)
    note = _noted(on_progress, began)
    with Feasibility(options, interrupted) as feasibility:
        everything = liftable(case.loaded, requirements)
        if feasibility.ask(case) is Verdict.PLAN:
            raise ValueError("the problem has a plan: there is no conflict to explain")
        search = Search(case.loaded, everything, feasibility, note)
        contradictions = _contradictions(case, search)
        stopped = feasibility.left_s <= 0
        feasibility.begin_again()
        remedies = Remedies(case, everything, feasibility, weights, note)
        cures, hopeless = _cures(remedies, search, contradictions)
        stopped |= feasibility.left_s <= 0
        questions = feasibility.asked
    ranked = sorted(cures, key=lambda cure: (cure.gives_up, cure.weighted, cure.edits))
    priced = tuple(ranked)
    if price:
        priced = _priced(case, ranked, remedies.plans, options, on_progress, interrupted)
    return Conflict(
        findings=screen(case.instance),
        contradictions=contradictions,
        cures=priced,
        hopeless=hopeless,
        notes=_notes(contradictions, requirements, everything),
        stopped=stopped,
        currency=case.instance.currency,
        questions=questions,
        seconds=time.monotonic() - began,
    )


def _contradictions(case: Case, search: Search) -> tuple[Contradiction, ...]:
    """Contradictions that no change of one requirement resolves together.

    Each is looked for with the movable members of those before lifted: what cannot be moved may
    well be part of several.
    """
    found: list[Contradiction] = []
    among = search.everything
    while len(found) < MOST_CONTRADICTIONS:
        contradiction = None if found else search.find(_refuted(case, among))
        contradiction = contradiction or search.find(among)
        if contradiction is None:
            break
        found.append(contradiction)
        movable = {m.name for m in contradiction.members if knobs_of(case, m, search.everything)}
        if not movable:
            break
        among = tuple(r for r in among if r.name not in movable)
    return tuple(found)


def _refuted(case: Case, among: tuple[Requirement, ...]) -> tuple[Requirement, ...]:
    """The requirements without the workloads that arithmetic does not refute.

    A conflict about a workload that cannot be met even alone says most; it is quickly found, too.
    """
    paths = [finding.path for finding in screen(case.instance) if len(finding.path) > 1][:1]
    if not paths:
        return ()
    return tuple(r for r in among if r.kind not in DEMANDS or r.path[:2] == paths[0][:2])


def _cures(
    remedies: Remedies, search: Search, contradictions: tuple[Contradiction, ...]
) -> tuple[list[Cure], tuple[Hopeless, ...]]:
    """Changes of one requirement, and where none is enough, of several together."""
    if not contradictions:
        return [], ()
    cures: list[Cure] = []
    hopeless = []
    involved = {member.name: member for found in contradictions for member in found.members}
    stuck: list[Requirement] = []
    for member in contradictions[0].members if len(contradictions) == 1 else ():
        found = remedies.alone(member)
        cures += found
        stuck += [] if found else [member]
    # What comes after a member is the basis of joint cures, and else a matter of words alone.
    fraction = WORDS_FRACTION if cures else FOLLOWING_FRACTION
    with remedies.feasibility.within(fraction):
        for member in stuck:
            following = _following(remedies, search, member, len(contradictions[0].members))
            involved |= {m.name: m for m in (following.members if following else ())}
            hopeless.append(Hopeless(member.name, _why_not(remedies, member, following)))
    if not cures:
        remedies.feasibility.begin_again()
        members = list(involved.values())
        joint = remedies.together(members) or remedies.any_way(members)
        joint = joint or remedies.any_way(search.everything)
        cures += [joint] if joint is not None else []
    alone = {cure.paths[0] for cure in cures if len(cure.paths) == 1}
    return cures, tuple(each for each in hopeless if each.name not in alone)


def _following(
    remedies: Remedies, search: Search, member: Requirement, size: int
) -> Contradiction | None:
    """What contradicts without a member; None where nothing does, or it was not looked for."""
    if member.kind in NO_CHANGE or size > MOST_NAMED:
        return None
    if remedies.lifted(member) is not Verdict.NONE:
        return None
    return search.find(tuple(r for r in search.everything if r.name != member.name))


def _why_not(remedies: Remedies, member: Requirement, following: Contradiction | None) -> str:
    """Why no change of a requirement alone makes the problem solvable."""
    if member.kind in NO_CHANGE:
        return NO_CHANGE[member.kind]
    verdict = remedies.lifted(member)
    if verdict is Verdict.PLAN:
        return "it cannot be moved far enough, or the search ended too early"
    if verdict is Verdict.OPEN:
        return "whether there is a plan without it was not found out in time"
    if following is None or not following.minimal:
        return "without it other requirements still leave no plan"
    if len(following.members) > MOST_NAMED:
        return f"without it {len(following.members)} others still contradict each other"
    names = in_words([m.name for m in following.members])
    if len(following.members) == 1:
        return f"without it {names} still cannot be met"
    return f"without it {names} still contradict each other"


def _priced(
    case: Case,
    cures: list[Cure],
    plans: Mapping[tuple[str, ...], Decisions],
    options: engines.Options,
    on_progress: OnProgress | None,
    interrupted: threading.Event | None,
) -> tuple[Cure, ...]:
    """The cures with what the cheapest plan then costs, as far as time allows."""
    until = time.monotonic() + min(PRICES_S, options.time_limit_s)
    file = ProblemFile(case.loaded.document)
    priced = []
    for place, cure in enumerate(cures):
        left = (until - time.monotonic()) / (len(cures) - place)
        if left < LEAST_S or (interrupted is not None and interrupted.is_set()):
            priced.append(cure)
            continue
        limits = replace(options, gap=max(options.gap, PRICE_GAP), time_limit_s=min(PRICE_S, left))
        cured = case_of(file, edits=parsed(cure.edits))
        answer = solve_case(
            cured,
            limits,
            start=plans.get(cure.edits),
            on_progress=on_progress,
            interrupted=interrupted,
        )
        plan = answer.plan
        priced.append(replace(cure, cost=plan.objective if plan else None, bound=answer.bound))
    return tuple(priced)


def _notes(
    contradictions: tuple[Contradiction, ...],
    requirements: tuple[Requirement, ...],
    everything: tuple[Requirement, ...],
) -> tuple[str, ...]:
    members = [member for found in contradictions for member in found.members]
    notes = []
    if any(member.kind is Kind.VENDOR_SHARE for member in members):
        notes.append(DILUTION)
    held = {r.name for r in requirements} - {r.name for r in everything}
    if held:
        notes.append(
            "Not lifted, since figures are missing that would then be needed: "
            f"{', '.join(sorted(held))}."
        )
    return tuple(notes)


def _check_weights(weights: Mapping[str, float], requirements: tuple[Requirement, ...]) -> None:
    """Refuse weights of paths that name no requirement. Raises InputError."""
    known = {path_text(r.path[:depth]) for r in requirements for depth in range(1, len(r.path) + 1)}
    wrong = []
    for path in weights:
        if path not in known:
            near = nearest(path, known)
            hint = f"; did you mean {near}?" if near else ""
            wrong.append(
                InputProblem(f"no requirement of this problem is there{hint}", f"--weight {path}")
            )
    if wrong:
        raise InputError(wrong)


def _noted(on_progress: OnProgress | None, began: float) -> Callable[[str], None]:
    """What tells the caller in words how far the search is."""

    def note(words: str) -> None:
        if on_progress is not None:
            elapsed = time.monotonic() - began
            on_progress(engines.Progress(elapsed, None, None, None, words))

    return note


def in_words(names: list[str]) -> str:
    """Names as a sentence lists them.

    >>> in_words(["a"]), in_words(["a", "b", "c"])
    ('a', 'a, b and c')
    """
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)
