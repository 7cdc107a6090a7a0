"""Finding requirements that contradict each other, as few as possible.

Belongs here: the search by deletion over named requirements: what can be lifted while the rest
still has no plan does not belong to the conflict. Does not belong here: the requirements
(requirements.py), plans (feasibility.py), remedies (cures.py).
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from problems.loading import LoadedProblem
from solver.case import Case
from solver.explain.feasibility import Feasibility, Verdict, lifted
from solver.explain.requirements import Requirement


@dataclass(frozen=True)
class Contradiction:
    """Requirements that no plan keeps together, whatever becomes of all others."""

    members: tuple[Requirement, ...]
    confirmed: bool
    """Whether arithmetic or every engine needed said so; otherwise one engine did."""
    minimal: bool
    """Whether, without any one of them, the others were shown to have a plan."""

    @property
    def doubts(self) -> str:
        """What is not proven, in a sentence; empty where all is."""
        if not self.confirmed:
            return "That they contradict each other was not confirmed in time."
        if not self.minimal:
            return "Time ran out: there may be fewer of them that contradict each other."
        return ""


COARSER = 4
"""By how much the pieces of one round are larger than those of the next."""

Note = Callable[[str], None]
"""Told what is being looked for, in a few words."""


@dataclass
class Search:
    """The search among the requirements of one problem."""

    loaded: LoadedProblem
    everything: tuple[Requirement, ...]
    """All requirements that can be lifted, in the order of `requirements_of`."""
    feasibility: Feasibility
    note: Note
    _known: dict[frozenset[str], Verdict] = field(default_factory=dict)
    _relaxed: dict[frozenset[str], bool] = field(default_factory=dict)

    def find(self, among: Sequence[Requirement]) -> Contradiction | None:
        """A smallest contradiction among some requirements, all others lifted; None where there is
        none, or none was found.
        """
        if not among:
            return None
        members = list(among)
        if self._refuted_relaxed(members):
            # What contradicts itself even in fractions is quickly found and quickly confirmed.
            members = self._fewest(members, self._refuted_relaxed)
        elif self._refuted(members):
            members = self._fewest(members, self._refuted)
        else:
            return None
        shown = self._each_is_needed(members)
        while shown.dropped is not None:
            members = [member for member in members if member is not shown.dropped]
            shown = self._each_is_needed(members)
        verdict = self._confirmed(members)
        if verdict is Verdict.PLAN:
            # The quick answers were wrong: begin again with confirmed ones.
            if not self.feasibility.believes_sieve:
                return None
            self.feasibility.believes_sieve = False
            self._known.clear()
            self._relaxed.clear()
            return self.find(among)
        return Contradiction(tuple(members), verdict is Verdict.NONE, shown.all_shown)

    def _fewest(
        self, members: list[Requirement], refuted: Callable[[list[Requirement]], bool]
    ) -> list[Requirement]:
        """Leave out what is not needed for the rest to be refuted: first in large pieces, at last
        one by one.
        """
        size = max(1, len(members) // COARSER)
        while True:
            start = 0
            while start < len(members):
                rest = members[:start] + members[start + size :]
                self.note(f"looking for the conflict among {len(members)} requirements")
                if refuted(rest):
                    members = rest
                else:
                    start += size
            if size == 1:
                return members
            size = max(1, size // COARSER)

    def _each_is_needed(self, members: list[Requirement]) -> "_Shown":
        """Whether the members without any one of them have a plan.

        The pieces above mostly say so already, but of larger sets, and a set can be harder to keep
        than a larger one: a vendor's share is kept by what other workloads make one buy.
        """
        all_shown = True
        for member in members:
            rest = [other for other in members if other is not member]
            verdict = self._verdict(rest)
            if verdict is Verdict.NONE:
                return _Shown(members, member, False)
            all_shown &= verdict is Verdict.PLAN
        return _Shown(members, None, all_shown)

    def _refuted(self, kept: Iterable[Requirement]) -> bool:
        return self._verdict(kept) is Verdict.NONE

    def _refuted_relaxed(self, kept: Iterable[Requirement]) -> bool:
        """Whether nothing need be whole for these to contradict each other."""
        kept = tuple(kept)
        names = frozenset(member.name for member in kept)
        if names not in self._relaxed:
            case = self._without_others(kept)
            self._relaxed[names] = case is not None and self.feasibility.refutes_relaxed(case)
            if self._relaxed[names]:
                self._known[names] = Verdict.NONE
        return self._relaxed[names]

    def _verdict(self, kept: Iterable[Requirement]) -> Verdict:
        kept = tuple(kept)
        names = frozenset(member.name for member in kept)
        if names not in self._known:
            case = self._without_others(kept)
            self._known[names] = Verdict.OPEN if case is None else self.feasibility.ask(case)
        return self._known[names]

    def _confirmed(self, kept: Iterable[Requirement]) -> Verdict:
        case = self._without_others(kept)
        return Verdict.OPEN if case is None else self.feasibility.confirm(case)

    def _without_others(self, kept: Iterable[Requirement]) -> Case | None:
        names = {member.name for member in kept}
        return lifted(self.loaded, (r for r in self.everything if r.name not in names))


@dataclass(frozen=True)
class _Shown:
    """What came of leaving out members one by one."""

    members: list[Requirement]
    dropped: Requirement | None
    """One that is not needed after all."""
    all_shown: bool


def liftable(loaded: LoadedProblem, requirements: Sequence[Requirement]) -> tuple[Requirement, ...]:
    """The requirements that can be lifted together.

    Lifting may ask for a figure that the catalogue lacks: where a job may run everywhere, the power
    of everything on offer counts. Such a requirement stands firm.
    """
    if lifted(loaded, requirements) is not None:
        return tuple(requirements)
    kept: list[Requirement] = []
    for requirement in requirements:
        if lifted(loaded, [*kept, requirement]) is not None:
            kept.append(requirement)
    return tuple(kept)
