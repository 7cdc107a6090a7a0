"""Plan stability: the orders of an earlier plan, kept as far as a changed problem allows.

Belongs here: finding the earlier orders in the problem of today, holding a search near them or to
them, and what that costs. Does not belong here: lists of changes (orders), layout (reports).
"""

import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from solver.answer import Answer, AnswerStatus, OnProgress, options_of, solve_case
from solver.case import Case
from solver.checking import lists_purchases_only
from solver.engines import Options
from solver.families import Family
from solver.formulation import Model
from solver.formulation.model import Terms
from solver.formulation.purchases import units_of
from solver.frames import purchases_of
from solver.given import fix, roomy
from solver.instance import Instance
from solver.instance.model import Option
from solver.plan import (
    HandPurchase,
    Plan,
    PurchaseRow,
    match_purchases,
    purchases_from_json_or_csv,
    read_plan,
)
from solver.plan.convert import nearest
from solver.plan.matching import box_of, why_no_option
from solver.restriction import HELD, Restriction
from solver.screening import Finding
from solver.studies.extension import SEARCHER, Ceiling, Extension, steered, total
from solver.studies.mixes import cards_per_unit
from solver.studies.orders import Change, Order, Orders, changes, orders_of, orders_of_units

if TYPE_CHECKING:
    import pandas

WITHIN = 0.005
"""How much more than the cheapest a kept plan may cost where nothing else is asked: 0.5 %."""
KEEP_OUTWEIGHS = 100.0
"""A hundredth of the kept cards outweighs all money between the cheapest plan and the limit."""


@dataclass(frozen=True)
class Gone:
    """An order of the earlier plan that the problem does not offer."""

    offer: str
    delivered: date | None
    """None where a list of purchases names the period alone."""
    quantity: float
    sentence: str
    """What was ordered and why it cannot be."""


@dataclass(frozen=True)
class KeptOrders:
    """The orders of an earlier plan, as a problem knows them."""

    origin: str
    """The file they come from."""
    orders: Orders
    """All of them."""
    units: Mapping[str, int]
    """Those that the problem offers, by option key."""
    gone: tuple[Gone, ...]
    """Those that it does not."""


@dataclass(frozen=True)
class Keeping:
    """What came of keeping a plan; money in the problem's currency."""

    kept: KeptOrders
    within: float | None
    """How much more than the cheapest the plan may cost; None: whatever the freeze asks for."""
    freeze_until: date | None
    """Deliveries up to this day are those of the earlier plan."""
    free: Answer
    """The problem with no regard to the earlier plan."""
    answer: Answer
    """The plan that keeps to it."""
    changes: tuple[Change, ...]
    """From the earlier orders to those of the plan."""

    @property
    def cost(self) -> tuple[float, float | None] | None:
        """What keeping costs: at least, and at most (None where nothing is proven of the free
        optimum). None without a plan.
        """
        if self.answer.plan is None or self.free.plan is None:
            return None
        dearer = self.answer.plan.objective
        most = None if self.free.bound is None else dearer - self.free.bound
        return max(0.0, dearer - self.free.plan.objective), most


def read_kept(case: Case, path: Path) -> KeptOrders:
    """The orders in a plan file, or in a list of purchases, as the case knows them.

    Raises PlanError for a file that cannot be read, and for a list that names what the problem does
    not know; of a plan file such orders are `gone`.
    """
    if not lists_purchases_only(path):
        return kept_from_plan(case.instance, read_plan(path), str(path))
    return kept_from_purchases(case, purchases_from_json_or_csv(path), str(path))


def kept_from_purchases(
    case: Case,
    purchases: "pandas.DataFrame | Iterable[HandPurchase]",
    origin: str = "the earlier orders",
) -> KeptOrders:
    """The orders in a list of purchases, or in a frame as `check_purchases` takes it, as the case
    knows them.

    Raises PlanError for what cannot be read, and for a list that names what the problem does not
    know.
    """
    units, misfits = match_purchases(case.instance, purchases_of(purchases))
    gone = tuple(
        Gone(m.where.partition(",")[0].removeprefix("offers."), None, m.amount or 0.0, str(m))
        for m in misfits
    )
    return KeptOrders(origin, orders_of_units(case.instance, units), units, gone)


def kept_from_plan(instance: Instance, plan: Plan, origin: str = "the earlier plan") -> KeptOrders:
    """The orders of a plan, as an instance (`case.instance`) knows them: by offer, day of delivery,
    site, end of lease and box.

    Never raises for a plan of another problem: orders that the instance does not know are `gone`,
    each with the reason.
    """
    known = {
        (o.offer, Order(o.delivered, o.site, o.until, box_of(instance, o))): o.key
        for o in instance.options
    }
    units: dict[str, int] = {}
    gone = []
    for row in plan.purchases:
        if row.kind == "fabric":
            continue
        key = known.get((row.offer, Order(row.delivered, row.site, row.until, row.box)))
        if key is None:
            words = f"offers.{row.offer}: {row.quantity:,.0f} {row.item} for {row.site} on "
            words += f"{row.delivered}: {_why_gone(instance, row)}"
            gone.append(Gone(row.offer, row.delivered, row.quantity, words))
        else:
            units[key] = units.get(key, 0) + round(row.quantity)
    return KeptOrders(origin, orders_of(plan), units, tuple(gone))


def _why_gone(instance: Instance, row: PurchaseRow) -> str:
    if row.offer not in instance.offer:
        return f"the problem has no such offer{nearest(row.offer, sorted(instance.offer))}"
    if row.site not in instance.site:
        return f"the problem has no such site{nearest(row.site, sorted(instance.site))}"
    starts = {period.start: period.label for period in instance.periods}
    if row.delivered < instance.start:
        return "it lies before the horizon: what was delivered belongs in the fleet"
    if row.delivered not in starts:
        return "no period of the problem starts on that day"
    return why_no_option(instance, row.offer, row.site, starts[row.delivered])


def keep(
    case: Case,
    kept: KeptOrders,
    options: Options | None = None,
    *,
    within: float | None = None,
    freeze_until: date | None = None,
    aside: Options | None = None,
    on_progress: OnProgress | None = None,
    interrupted: threading.Event | None = None,
) -> Keeping:
    """Solve a case so that it changes the orders of an earlier plan as little as can be found.

    The plan costs at most ``within`` (a fraction, default `WITHIN`) more than the cheapest, and
    among such plans the fewest cards are ordered, dropped or moved; a move counts twice, a host as
    one card, a lease by its share of the horizon. With ``freeze_until`` deliveries (and leases
    beginning) up to that day are exactly the earlier ones; the rest is then free, or, with
    ``within`` too, changed as little as can be. ``aside`` are the options of the search for the
    least change, by default those of the others with the engine `SEARCHER`. Every plan is verified.
    Raises ValueError for a ``within`` below 0; never for what engines do.
    """
    if within is not None and not within >= 0:
        raise ValueError(f"within must be a fraction, 0 or more (given {within!r})")
    if within is None and freeze_until is None:
        within = WITHIN
    options = options or options_of(case)

    def solve(case: Case, options: Options, **more: object) -> Answer:
        watch = {"on_progress": on_progress, "interrupted": interrupted}
        return solve_case(case, options, **watch, **more)  # type: ignore[arg-type]

    free = solve(case, options)
    answer = free
    if free.plan is not None:
        roomier = replace(case, instance=roomy(case.instance, kept.units))
        holding = _Holding(roomier, kept, free, freeze_until)
        if freeze_until is not None:
            answer = holding.frozen(solve, options)
        if within is not None and answer.plan is not None:
            aside = aside or replace(options, engine=SEARCHER)
            answer = holding.least_change(solve, options, aside, answer.plan, within)
    found = () if answer.plan is None else changes(kept.orders, orders_of(answer.plan))
    return Keeping(kept, within, freeze_until, free, answer, found)


class _Holding:
    """The searches that hold to earlier orders."""

    def __init__(
        self, case: Case, kept: KeptOrders, free: Answer, freeze_until: date | None
    ) -> None:
        self.case, self.kept, self.free, self.freeze_until = case, kept, free, freeze_until

    def frozen(self, solve: Callable[..., Answer], options: Options) -> Answer:
        """The cheapest plan with the earlier deliveries up to the day; infeasible where the
        problem does not offer them any more.
        """
        assert self.freeze_until is not None
        missing = [g for g in self.kept.gone if g.delivered and g.delivered <= self.freeze_until]
        if missing:
            findings = tuple(Finding(("offers", gone.offer), gone.sentence) for gone in missing)
            return replace(
                self.free, status=AnswerStatus.INFEASIBLE, stop=None, plan=None, findings=findings
            )
        said = f"{HELD}the earlier plan's deliveries up to {self.freeze_until}."
        restriction = Restriction(self.freeze, said, self.free.bound)
        return solve(self.case, options, restriction=restriction, start=self.free.plan)

    def freeze(self, model: Model) -> None:
        """Rows that hold deliveries up to the day to the earlier ones."""
        if self.freeze_until is None:
            return
        for option in model.instance.options:
            terms = units_of(model, option)
            if option.delivered <= self.freeze_until and terms:
                before = self.kept.units.get(option.key, 0)
                path = ("purchases", option.offer)
                model.equal(Family.OPTION, ("frozen", option.key), path, terms, before)

    def least_change(
        self,
        solve: Callable[..., Answer],
        options: Options,
        aside: Options,
        cheapest: Plan,
        within: float,
    ) -> Answer:
        """The earlier orders as they are, if they fit and are cheap enough; else the plan below
        the limit that changes least.
        """
        ceiling = Ceiling(cheapest.objective, self.free.bound, within)
        said = f"at most {within * 100:g} % over the cheapest plan; within that, as few orders "
        said += "changed as could be found."
        if self.freeze_until is not None:
            said = f"the earlier plan's deliveries up to {self.freeze_until}, and {said}"
        as_it_is = Restriction(
            lambda model: fix(model, self.kept.units), HELD + said, self.free.bound
        )
        same = solve(self.case, options, restriction=as_it_is)
        if same.plan is not None and ceiling.admits(same.plan.objective):
            return same
        aim = LeastChange(self.case.instance, self.kept.units)
        least = steered(aim, ceiling, said, rows=self.freeze)
        return solve(self.case, aside, restriction=least, start=cheapest)


@dataclass(frozen=True)
class LeastChange:
    """The aim of ordering what was ordered before.

    For an option with x units now and k before: |x - k| = x - k + 2·max(0, k - x), by a column
    down with k - x <= down <= k; where k = 0 it is x. Each unit weighs its cards, a host as one.
    """

    instance: Instance
    units: Mapping[str, int]

    @property
    def words(self) -> str:
        """What is asked for."""
        return "least change"

    def weight(self, room: float) -> float:
        """A hundredth of the kept cards outweighs the room."""
        kept = sum(self._cards(self.instance.option[key]) * n for key, n in self.units.items())
        return KEEP_OUTWEIGHS * room / max(kept, 1.0)

    def terms(self, extension: Extension) -> Terms:
        """The cards that are ordered or dropped."""
        found: Terms = []
        for option in self.instance.options:
            terms = units_of(extension.model, option)
            weight = self._cards(option)
            found += [(column, weight) for column, _ in terms]
            before = float(self.units.get(option.key, 0))
            if before and terms:
                found.append((_down(extension, option.key, terms, before), 2 * weight))
        return found

    def _cards(self, option: Option) -> float:
        return cards_per_unit(self.instance, option) or 1.0


def _down(extension: Extension, key: str, terms: Terms, before: float) -> int:
    """The column of units that are ordered no more; at least before - terms."""
    column = extension.column(
        ("down", key), before, lambda values: max(0.0, before - total(terms, values))
    )
    extension.at_least(("down", key), [(column, 1.0), *terms], before)
    return column
