"""The least change that makes a problem solvable, as edits that were tried.

Belongs here: how far one requirement has to move alone, how far several have to move together, and
trying every proposal on the file itself. Does not belong here: what can be moved (knobs.py), what
contradicts what (conflict.py).
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from problems.edits import Edit, parse_edit, parse_unset
from problems.errors import InputError
from problems.loading import ProblemFile
from solver.bill import Decisions
from solver.case import Case, case_of
from solver.engines.sieve import Elastic
from solver.explain.conflict import Note
from solver.explain.elastic import giving_model
from solver.explain.feasibility import Feasibility, Verdict, lifted
from solver.explain.knob import Knob, Move
from solver.explain.knobs import knobs_of
from solver.explain.requirements import Requirement
from solver.formulation import Model

NEARLY = (1.0, 1.002, 1.01, 1.05)
"""An amount computed by one program is tried exactly, and then a little more."""
FIRST_TRY = 0.05
"""The first amount, as a share, where none was computed."""
PRECISION = 0.01
"""How close to the least a program's amount comes that counts as proven, as a share of it."""
MOST_STEPS = 60
STEPS = 6
"""Halvings after a program whose least amount was not proven."""
NOTHING = 1e-7
"""An amount below it is none."""
LEAST_COST = 1e-6


@dataclass(frozen=True)
class Cure:
    """Edits that make the problem solvable: a verified plan was found with them."""

    edits: tuple[str, ...]
    """`PATH=VALUE` for --set each; `PATH` alone for --unset."""
    words: tuple[str, ...]
    """What each of them does."""
    paths: tuple[str, ...]
    """The requirements that move."""
    relative: float
    """By how much they move, as a share of what they are, all of them together."""
    weighted: float
    """The same with each share times the weight of its requirement; cures are ranked by it."""
    gives_up: bool
    """Whether a workload or a restriction is given up altogether."""
    least: bool
    """Whether less of the same was found not to be enough (to the figures shown)."""
    cost: float | None = None
    """What the cheapest plan found costs then, in the problem's currency; None: not asked."""
    bound: float | None = None
    """No plan is cheaper then."""

    @property
    def options(self) -> tuple[tuple[str, str], ...]:
        """What to give to a command: pairs of an option and its value."""
        return tuple(("--set" if is_set(edit) else "--unset", edit) for edit in self.edits)


def is_set(edit: str) -> bool:
    """Whether an edit sets a value, and does not take one out.

    >>> is_set("limits.card_types=2"), is_set('offers."a=b".sites')
    (True, False)
    """
    try:
        parse_edit(edit)
    except InputError:
        return False
    return True


def parsed(edits: Sequence[str]) -> list[Edit]:
    """The edits as a case takes them."""
    return [parse_edit(edit) if is_set(edit) else parse_unset(edit) for edit in edits]


@dataclass
class Remedies:
    """The search for cures of one case."""

    case: Case
    everything: tuple[Requirement, ...]
    feasibility: Feasibility
    weights: Mapping[str, float]
    """By path of a requirement, or of a block that holds it; 1 where none is given."""
    note: Note
    plans: dict[tuple[str, ...], Decisions] = field(default_factory=dict)
    """A verified plan of the file with some edits, by the edits."""
    _without: dict[str, Verdict] = field(default_factory=dict)
    _file: ProblemFile = field(init=False)
    _in_doubt: bool = False
    """Whether a question since this was last cleared stayed open."""

    def __post_init__(self) -> None:
        self._file = ProblemFile(self.case.loaded.document)

    def alone(self, requirement: Requirement) -> tuple[Cure, ...]:
        """The least change of one requirement alone, for each way to move it that is enough."""
        self.note(f"how far {requirement.name} would have to move")
        if self.lifted(requirement) is Verdict.NONE:
            return ()
        cures: list[Cure] = []
        for knob in knobs_of(self.case, requirement, self.everything):
            found = None if knob.last_resort and cures else self._amount(knob)
            if found is not None:
                amount, least = found
                cures.append(self._cure([(knob, self._move(knob, amount))], least=least))
        return tuple(cures)

    def together(self, requirements: Sequence[Requirement]) -> Cure | None:
        """The least weighted change of several requirements at once, where rows can give way."""
        self.note("the least change of several requirements together")
        knobs = [self._giving(requirement) for requirement in requirements]
        found = [knob for knob in knobs if knob is not None]
        computed = self._computed(found) if found else None
        if computed is None:
            return None
        moving = [(k, a) for k, a in zip(found, computed.amounts, strict=True) if a > NOTHING]
        for more in NEARLY:
            moves = [(k, self._move(k, min(k.most, amount * more))) for k, amount in moving]
            if moves and self._works(_edits(moves), computed):
                needed = self._needed(moves)
                exact = more == NEARLY[0] and len(needed) == len(moves)
                return self._cure(needed, least=computed.proven and exact)
        return None

    def _needed(self, moves: list[tuple[Knob, Move]]) -> list[tuple[Knob, Move]]:
        """The moves without those that the others are enough without, the largest first."""
        for each in sorted(moves, key=lambda way: -self._weighted(*way)):
            fewer = [other for other in moves if other is not each]
            if fewer and self._works(_edits(fewer)):
                moves = fewer
        return moves

    def any_way(self, requirements: Sequence[Requirement]) -> Cure | None:
        """Changes that are enough together, none of which can be left out.

        For what no rows can compute: dates, choices, shares. Begins with everything given up or
        moved as far as it goes, leaves out the largest change it can, and then moves each of the
        others no further than it has to.
        """
        self.note("which changes are enough together")
        knobs = {r.name: knobs_of(self.case, r, self.everything) for r in requirements}
        chosen = {name: self._furthest(each[-1]) for name, each in knobs.items() if each}
        if not chosen or not self._works(_edits(chosen.values())):
            return None
        needed = self._needed(list(chosen.values()))
        chosen = {knob.requirement.name: (knob, move) for knob, move in needed}
        for name in chosen:
            others = _edits(each for other, each in chosen.items() if other != name)
            ways = [chosen[name]]
            for knob in knobs[name]:
                amount = self._searched(knob, others)
                if amount is not None:
                    ways.append((knob, self._move(knob, amount)))
            chosen[name] = min(ways, key=lambda way: (way[1].gives_up, self._weighted(*way)))
        return self._cure(self._needed(list(chosen.values())), least=False)

    def _furthest(self, knob: Knob) -> tuple[Knob, Move]:
        return knob, self._move(knob, knob.most)

    def lifted(self, requirement: Requirement) -> Verdict:
        """Whether the problem has a plan without a requirement."""
        if requirement.name not in self._without:
            case = lifted(self.case.loaded, [requirement])
            self._without[requirement.name] = (
                Verdict.OPEN if case is None else self.feasibility.ask(case)
            )
        return self._without[requirement.name]

    def _giving(self, requirement: Requirement) -> Knob | None:
        """The knob that stands in rows; a table as a whole where it has several steps."""
        knobs = knobs_of(self.case, requirement, self.everything)
        return next((knob for knob in knobs if knob.give is not None), None)

    def _amount(self, knob: Knob) -> tuple[float, bool] | None:
        """The least amount of one knob that is enough, and whether less was shown not to be."""
        computed = self._computed([knob]) if knob.give is not None else None
        amount = None if computed is None else self._confirmed(knob, computed)
        self._in_doubt = False
        if computed is None or amount is None:
            amount = self._searched(knob)
        else:
            if not computed.proven:
                amount = self._halved(knob, computed.least, amount, (), STEPS)
            amount = self._to_the_figure(knob, amount, computed.least)
        return None if amount is None else (amount, not self._in_doubt)

    def _to_the_figure(self, knob: Knob, amount: float, least: float) -> float:
        """The amount, or one that is written a little smaller and is enough as well.

        ``least``: no smaller amount is enough.
        """
        for _ in range(STEPS):
            less = knob.less(amount)
            if less is None or self._moved_by(knob, less) < least * (1 - NOTHING):
                return amount
            if not self._enough(knob, less):
                return amount
            amount = less
        self._in_doubt = True
        return amount

    def _moved_by(self, knob: Knob, amount: float) -> float:
        """An amount as it is written."""
        return amount if knob.whole else self._move(knob, amount).relative

    def _confirmed(self, knob: Knob, computed: "_Computed") -> float | None:
        """The amount that one program found, or a little more: what the file itself confirms."""
        for more in NEARLY:
            amount = computed.amounts[0] * more
            amount = math.ceil(amount - 1e-6) if knob.whole else amount
            if NOTHING < amount <= knob.most and self._enough(knob, amount, (), computed):
                return amount
        return None

    def _computed(self, knobs: Sequence[Knob]) -> "_Computed | None":
        """The least weighted amounts by one program; None where it finds none."""
        moving = [r for knob in knobs for r in (knob.together or (knob.requirement,))]
        model = giving_model(self.case, [r for r in self.everything if r in moving])
        if model is None:
            return None
        columns = [self._column(knob, model) for knob in knobs]
        found = self.feasibility.give(model, columns)
        if found is None:
            return None
        cost = sum(c.cost * size for c, size in zip(columns, found.sizes, strict=True))
        proven = cost - found.bound <= PRECISION * cost
        return _Computed(model, found.values, found.sizes, found.bound / columns[0].cost, proven)

    def _column(self, knob: Knob, model: Model) -> Elastic:
        assert knob.give is not None
        rows = knob.give.rows(model)
        unit = knob.at(1.0).relative if knob.whole else 1.0
        return Elastic(
            rows=tuple(rows),
            values=tuple(rows.values()),
            cost=max(unit, LEAST_COST) * self._weight(knob.requirement),
            upper=knob.most,
            whole=knob.whole,
        )

    def _searched(self, knob: Knob, others: Sequence[str] = ()) -> float | None:
        """The least amount by trying: ever larger ones, then the gap halved."""
        if not self._enough(knob, knob.most, others):
            return None
        low, high = 0.0, 1.0 if knob.whole else min(FIRST_TRY, knob.most)
        while high < knob.most and not self._enough(knob, high, others):
            low, high = high, min(knob.most, high * (2 if knob.whole else 3))
        return self._halved(knob, low, high, others, MOST_STEPS)

    def _halved(
        self, knob: Knob, low: float, high: float, others: Sequence[str], steps: int
    ) -> float:
        """The least amount that is enough between one that is not and one that is."""
        for _ in range(steps):
            middle = knob.between(low, high)
            if middle is None:
                break
            if self._enough(knob, middle, others):
                high = middle
            else:
                low = middle
        return high

    def _enough(
        self,
        knob: Knob,
        amount: float,
        others: Sequence[str] = (),
        computed: "_Computed | None" = None,
    ) -> bool:
        return self._works([*others, *self._move(knob, amount).edits], computed)

    def _works(self, edits: Sequence[str], computed: "_Computed | None" = None) -> bool:
        """Whether the file with these edits has a plan, which was verified."""
        try:
            case = case_of(self._file, edits=parsed(edits))
        except InputError:
            return False
        if computed is None or not self.feasibility.keeps(case, computed.model, computed.values):
            verdict = self.feasibility.ask(case)
            self._in_doubt |= verdict is Verdict.OPEN
            if verdict is not Verdict.PLAN:
                return False
        if self.feasibility.last is not None:
            self.plans[tuple(edits)] = self.feasibility.last
        return True

    def _move(self, knob: Knob, amount: float) -> Move:
        return knob.at(max(1.0, round(amount)) if knob.whole else amount)

    def _cure(self, moves: Sequence[tuple[Knob, Move]], *, least: bool) -> Cure:
        return Cure(
            edits=tuple(edit for _, move in moves for edit in move.edits),
            words=tuple(move.words for _, move in moves),
            paths=tuple(knob.requirement.name for knob, _ in moves),
            relative=sum(move.relative for _, move in moves),
            weighted=sum(self._weighted(*each) for each in moves),
            gives_up=any(move.gives_up for _, move in moves),
            least=least,
        )

    def _weighted(self, knob: Knob, move: Move) -> float:
        return move.relative * self._weight(knob.requirement)

    def _weight(self, requirement: Requirement) -> float:
        """The weight of the longest path given that the requirement lies at or below."""
        found = [
            path
            for path in self.weights
            if requirement.name == path or requirement.name.startswith((f"{path}.", f"{path} ("))
        ]
        return self.weights[max(found, key=len)] if found else 1.0


def _edits(moves: Iterable[tuple[Knob, Move]]) -> list[str]:
    return [edit for _, move in moves for edit in move.edits]


@dataclass(frozen=True)
class _Computed:
    """Amounts of several knobs as one program has found them."""

    model: Model
    values: Mapping[str, float]
    """The program's point."""
    amounts: tuple[float, ...]
    least: float
    """No smaller amount is enough, where there is one knob."""
    proven: bool
