"""A plan to start a search from: from decisions to a value for every column of a program.

Belongs here: the inverse of solver.extract. Does not belong here: whether the values keep every row
(the engines check a start before they use it), or searching.
"""

from collections import defaultdict
from collections.abc import Iterable

from solver.bill import Decisions
from solver.families import Family
from solver.formulation.costs import HIGHEST_DRAW
from solver.formulation.model import Index, Model
from solver.formulation.places import SWITCHES
from solver.formulation.purchases import CARD_TYPE, ORDERED, QUANTITY, useful_tiers
from solver.formulation.standing import STANDING, alike, stays
from solver.formulation.workloads import (
    DONE,
    HELD,
    POOL_CHOSEN,
    RATE,
    REPLICAS,
    RESERVED,
    RUNNING,
    SITE_CHOSEN,
)
from solver.instance.model import Instance, Option
from solver.plan import Plan
from solver.plan.matching import options_by_words
from solver.plan.records import PurchaseRow


class StartError(ValueError):
    """A plan that names or counts what the program has no column for."""


def start_values(model: Model, start: Plan | Decisions) -> dict[str, float]:
    """The value of every column of a program at a plan, by the name of its variable.

    Columns that the plan says nothing of are 0. Work done and highest draws are what follows from
    the plan's holdings. Nothing is checked against the rows: hand the values to
    `solver.engines.solve`, which does. Raises StartError where the plan does not fit the columns:
    another problem's offers or pools, or more units than the search considers.
    """
    decisions = decisions_of(model.instance, start) if isinstance(start, Plan) else start
    filling = _Filling(model)
    filling.purchases(decisions)
    filling.switches(decisions)
    filling.training(decisions)
    filling.serving(decisions)
    filling.highest_draws()
    return {
        column.variable.name: value
        for column, value in zip(model.columns, filling.values, strict=True)
    }


def decisions_of(instance: Instance, plan: Plan) -> Decisions:
    """What a plan decides, in the keys of an instance.

    Raises StartError for purchases that the instance has no option for.
    """
    options, units = options_by_words(instance), defaultdict[str, float](float)
    periods = {period.label: period.index for period in instance.periods}
    fabric: dict[tuple[str, str, int], float] = defaultdict(float)
    for row in plan.purchases:
        if row.kind == "fabric":
            if row.period not in periods:
                raise StartError(f"no period is called {row.period}")
            fabric[row.offer, str(row.box), periods[row.period]] += row.quantity
            continue
        option = options.get((row.offer, row.site, row.period, row.until, row.box))
        if option is None:
            raise StartError(f"there is no way to take {_words(row)}")
        units[option.key] += row.quantity
    return Decisions(
        units=dict(units),
        fabric=dict(fabric),
        training=plan.training,
        serving=plan.serving,
        routing=plan.routing,
        reservations=plan.reservations,
    )


def _words(row: PurchaseRow) -> str:
    return f"{row.offer} at {row.site} in {row.period}"


class _Filling:
    """Values by column number, filled family by family."""

    def __init__(self, model: Model) -> None:
        self.model = model
        self.instance = model.instance
        self.values = [0.0] * len(model.columns)

    def put(self, kind: str, index: Index, value: float) -> None:
        """Set a column that the plan gives a value to."""
        column = self.model.of(kind).get(index)
        if column is None:
            if value:
                raise StartError(f"the program knows no {kind} of {', '.join(map(str, index))}")
            return
        self.values[column] = value

    def switch_on(self, kind: str, index: Index) -> None:
        """Set a yes-or-no column to yes, where the program has it."""
        column = self.model.of(kind).get(index)
        if column is not None:
            self.values[column] = 1.0

    def purchases(self, decisions: Decisions) -> None:
        """Quantities in the tier that the whole order of an offer falls in, and the switches."""
        together: dict[tuple[str, int], float] = defaultdict(float)
        for key, bought in decisions.units.items():
            if key not in self.instance.option:
                raise StartError(f"there is no option {key}")
            option = self.instance.option[key]
            together[option.offer, option.period] += bought
        for key, bought in decisions.units.items():
            option = self.instance.option[key]
            if not bought:
                continue
            total = together[option.offer, option.period]
            number = self._tier(option.offer, total)
            self.put(QUANTITY, (key, number), bought)
            self._stands(option, bought)
            self.switch_on(ORDERED, (option.offer, option.period, number))
            card = self.instance.item[option.item].card
            if card is not None:
                self.switch_on(CARD_TYPE, (card,))

    def _stands(self, option: Option, bought: float) -> None:
        """Add units to what stands from their period on, where the program counts that."""
        columns = self.model.of(STANDING)
        if not stays(self.model, option):
            return
        numbers = {
            columns.get((*alike(option), period))
            for period in range(option.period, len(self.instance.periods))
        }
        for column in numbers - {None}:
            assert column is not None
            self.values[column] += bought

    def _tier(self, offer: str, total: float) -> int:
        """The tier that an order falls in."""
        for number, tier in enumerate(useful_tiers(self.instance.offer[offer])):
            if tier.first_units <= total <= tier.last_units:
                return number
        raise StartError(f"{total:g} units of {offer} in one period are more than are considered")

    def switches(self, decisions: Decisions) -> None:
        """Switches of each line, cumulative."""
        known = {(f.key, line.name) for f in self.instance.fabrics for line in f.lines}
        for fabric, name, _ in decisions.fabric:
            if (fabric, name) not in known:
                raise StartError(f"there is no line {name} of a fabric {fabric}")
        installed: dict[tuple[str, str], float] = defaultdict(float)
        for index in sorted(self.model.of(SWITCHES), key=lambda index: index[2]):
            line, period = (str(index[0]), str(index[1])), int(index[2])
            installed[line] += decisions.fabric.get((*line, period), 0.0)
            self.put(SWITCHES, index, installed[line])

    def training(self, decisions: Decisions) -> None:
        """Units held, the switches of pools and sites, and the work that the holdings can do."""
        keys = {(o.job, o.number): o for o in self.instance.occurrences}
        for row in decisions.training:
            occurrence = keys.get((row.job, row.occurrence))
            if occurrence is None or row.pool not in self.instance.pool:
                raise StartError(f"no occurrence {row.occurrence} of {row.job} in {row.pool}")
            pool = self.instance.pool[row.pool]
            index = (occurrence.key, row.pool, row.interval)
            units = row.cards / pool.unit_cards
            self.put(HELD, index, units)
            self.switch_on(RUNNING, index)
            self.switch_on(POOL_CHOSEN, index[:2])
            self.switch_on(SITE_CHOSEN, (occurrence.key, pool.site))
            mode = next(mode for mode in occurrence.modes if mode.pool == row.pool)
            days = self.instance.intervals[row.interval].hours / 24
            rate = min(a * units + b for a, b in mode.segments)
            self.put(DONE, index, min(occurrence.work, rate * days))

    def serving(self, decisions: Decisions) -> None:
        """Replicas, the rates routed to them, and the cards of reservations."""
        counted = {
            s.key for s in self.instance.services if s.whole_replicas or not self.model.tight
        }
        for row in decisions.serving:
            if row.service in counted:
                index: Index = (row.service, row.configuration, row.pool, row.interval)
                self.put(REPLICAS, index, row.replicas)
        for routed in decisions.routing:
            where = (routed.configuration, routed.pool, routed.interval)
            self.put(RATE, (routed.service, routed.class_, *where), routed.rate)
        for held in decisions.reservations:
            self.put(RESERVED, (held.reservation, held.pool, held.interval), held.cards)

    def highest_draws(self) -> None:
        """The highest draw of each month: what the rows that define it ask for."""
        draws = set(self.model.of(HIGHEST_DRAW).values())
        if not draws:
            return
        number = {column.variable.id: n for n, column in enumerate(self.model.columns)}
        for name, row in zip(self.model.rows, self.model.problem.constraints(), strict=False):
            if name.family is Family.ENERGY:
                terms = [(number[variable.id], factor) for variable, factor in row.items()]
                self._raise(draws, terms, -row.constant)

    def _raise(self, draws: set[int], terms: Iterable[tuple[int, float]], least: float) -> None:
        """Raise the draw of a row ``draw + rest >= least`` to what the row asks for."""
        draw, rest = -1, 0.0
        for column, factor in terms:
            if column in draws:
                draw = column
            else:
                rest += factor * self.values[column]
        self.values[draw] = max(self.values[draw], least - rest)
