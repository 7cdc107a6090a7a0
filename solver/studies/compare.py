"""What-ifs: a problem and variants of it, solved and held against each other.

Belongs here: solving the columns of a comparison and what they come to. Does not belong here:
building variants (variants), what intervals prove (interval), layout (reports).
"""

import math
import threading
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING

from solver.answer import Answer, OnProgress, options_of, solve_case
from solver.case import Case
from solver.plan import Plan
from solver.studies.interval import Difference, difference_of
from solver.studies.keeping import Keeping, KeptOrders, keep
from solver.studies.orders import Change, changes, orders_of
from solver.studies.variants import Variant

if TYPE_CHECKING:
    import pandas as pd

NOT_SEARCHED = "not_searched"
"""The status of a column that an interrupt came before."""


@dataclass(frozen=True)
class Column:
    """A variant and what came of it."""

    variant: Variant
    answer: Answer | None
    """None where an interrupt came before."""
    same_as: str | None = None
    """The column before it that has the same mathematics: its answer is taken."""
    keeping: Keeping | None = None
    """Where an earlier plan is kept; `answer` is then its answer."""

    @property
    def name(self) -> str:
        """The variant's name."""
        return self.variant.name

    @property
    def plan(self) -> Plan | None:
        """The verified plan, if there is one."""
        return self.answer.plan if self.answer else None

    @property
    def status(self) -> str:
        """The answer's status, or `not_searched`."""
        return NOT_SEARCHED if self.answer is None else str(self.answer.status)

    @property
    def bound(self) -> float | None:
        """No plan of the variant is cheaper."""
        return self.answer.bound if self.answer else None

    @property
    def cheapest(self) -> float | None:
        """The least cost found for the variant, with no regard to what is kept."""
        costs = [] if self.plan is None else [self.plan.objective]
        if self.keeping and self.keeping.free.plan:
            costs.append(self.keeping.free.plan.objective)
        return min(costs, default=None)

    @cached_property
    def bill(self) -> dict[str, tuple[float, float]]:
        """Amount and present value of every term."""
        rows = self.plan.bill if self.plan else ()
        return {str(row.term): (row.amount, row.present_value) for row in rows}

    @cached_property
    def cards(self) -> dict[str, tuple[float, float]]:
        """Cards bought, and the most leased at once, by card type."""
        if self.plan is None:
            return {}
        item, bought = self.variant.case.instance.item, defaultdict[str, float](float)
        leased: dict[str, dict[date, float]] = defaultdict(lambda: defaultdict(float))
        for row in self.plan.purchases:
            card = item[row.item].card if row.item in item else None
            if card is not None and row.kind != "fabric":
                if row.lease:
                    for period in self.plan.periods:
                        ends = row.until is not None and row.until <= period.start
                        if row.delivered <= period.start and (
                            not ends or row.delivered == period.start
                        ):
                            leased[card][period.start] += row.cards
                else:
                    bought[card] += row.cards
        names = sorted({*bought, *leased})
        return {n: (bought.get(n, 0.0), max(leased[n].values(), default=0.0)) for n in names}

    @cached_property
    def energy(self) -> dict[str, tuple[float, float]]:
        """Energy in kWh and highest draw in kW, by site."""
        found: dict[str, tuple[float, float]] = {}
        for row in self.plan.energy if self.plan else ():
            kwh, peak_kw = found.get(row.site, (0.0, 0.0))
            found[row.site] = (kwh + row.kwh, max(peak_kw, row.peak_kw))
        return found

    @cached_property
    def units(self) -> dict[tuple[str, str], float]:
        """Units ordered over the horizon by offer (or fabric) and item."""
        found: dict[tuple[str, str], float] = defaultdict(float)
        for row in self.plan.purchases if self.plan else ():
            found[row.offer, row.item] += row.quantity
        return dict(found)


@dataclass(frozen=True)
class Comparison:
    """A base and variants of it, side by side; money in the problem's currency.

    As frames: `frame` (costs and what is certain of their differences), `bill`, `purchases`,
    `cards`.
    """

    columns: tuple[Column, ...]
    """The base first."""

    @property
    def base(self) -> Column:
        """What the others are held against."""
        return self.columns[0]

    def difference(self, column: Column) -> Difference | None:
        """How much more the cheapest plan of a column costs; None without both plans."""
        cost, base = column.cheapest, self.base.cheapest
        if cost is None or base is None:
            return None
        return difference_of(cost, column.bound, base, self.base.bound)

    def changes(self, column: Column) -> tuple[Change, ...]:
        """What the column's plan orders otherwise than the base's; empty without both."""
        if column.plan is None or self.base.plan is None:
            return ()
        return changes(orders_of(self.base.plan), orders_of(column.plan))

    def frame(self) -> "pd.DataFrame":
        """One row for each column: status, cost, bound, gap (a fraction) and the difference from
        the base: of the plans found, and at least and at most of the cheapest ones.
        """
        import pandas as pd

        rows = []
        for each in self.columns:
            found = None if each is self.base else self.difference(each)
            rows.append(
                {
                    "case": each.name,
                    "status": each.status,
                    "cost": each.plan.objective if each.plan else math.nan,
                    "bound": math.nan if each.bound is None else each.bound,
                    "gap": each.plan.gap if each.plan else math.nan,
                    "difference": found.plans if found else math.nan,
                    "at_least": found.low if found else math.nan,
                    "at_most": found.high if found else math.nan,
                    "verdict": str(found.verdict) if found else None,
                }
            )
        return pd.DataFrame(rows).set_index("case")

    def bill(self) -> "pd.DataFrame":
        """Present value of every term (rows) in every column."""
        return self._table({c.name: {t: pv for t, (_, pv) in c.bill.items()} for c in self.columns})

    def purchases(self) -> "pd.DataFrame":
        """Units ordered over the horizon, by offer and item (rows), in every column."""
        return self._table({c.name: c.units for c in self.columns})

    def cards(self) -> "pd.DataFrame":
        """Cards bought and the most leased at once, by card type (rows), in every column."""
        table = {
            c.name: {
                (card, how): count
                for card, counts in c.cards.items()
                for how, count in zip(("bought", "leased"), counts, strict=True)
            }
            for c in self.columns
        }
        return self._table(table)

    def _table[K](self, values: Mapping[str, Mapping[K, float]]) -> "pd.DataFrame":
        """Rows by key; 0 where a plan has nothing of it, NaN where there is no plan."""
        import pandas as pd

        keys = list(dict.fromkeys(key for column in values.values() for key in column))
        plans = {column.name: column.plan is not None for column in self.columns}
        pairs = [key for key in keys if isinstance(key, tuple)]
        index = pd.MultiIndex.from_tuples(pairs) if pairs else pd.Index(keys)
        data = {
            name: [column.get(key, 0.0) if plans[name] else math.nan for key in keys]
            for name, column in values.items()
        }
        return pd.DataFrame(data, index=index)


def compare(
    cases: Mapping[str, Case] | Iterable[Variant],
    *,
    kept: Callable[[Case], KeptOrders] | None = None,
    within: float | None = None,
    freeze_until: date | None = None,
    on_progress: OnProgress | None = None,
    interrupted: threading.Event | None = None,
    **search: object,
) -> Comparison:
    """Solve cases, the first of them the base, and hold them against each other.

    Each is searched with the options of its own `solve:` block; keywords (engine, gap,
    time_limit_s, threads) win over it. Cases with the same mathematics are solved once. With
    ``kept`` every plan keeps to earlier orders (see keeping.keep). An interrupt ends the row with
    what there is. A case without a plan is a column like the others. Variants come by name, or from
    a frame by `variants_from_frame`. Raises ValueError for no case and for options that no engine
    can follow, TypeError for another keyword; never for what engines do.
    """
    variants = (
        [Variant(name, case) for name, case in cases.items()]
        if isinstance(cases, Mapping)
        else list(cases)
    )
    if not variants:
        raise ValueError("expected at least one case: the first is the base of the comparison")
    columns: list[Column] = []
    solved: dict[object, Column] = {}
    for variant in variants:
        options = options_of(variant.case, **search)
        key = (variant.case.instance.sha256, options)
        if interrupted is not None and interrupted.is_set():
            columns.append(Column(variant, None))
            continue
        if key in solved:
            columns.append(_copied(variant, solved[key]))
            continue
        watch = {"on_progress": on_progress, "interrupted": interrupted}
        if kept is None:
            # From the base's plan, so that a variant that only allows more is never dearer.
            start = columns[0].plan if columns else None
            answer = solve_case(variant.case, options, start=start, **watch)  # type: ignore[arg-type]
            column = Column(variant, answer)
        else:
            keeping = keep(
                variant.case,
                kept(variant.case),
                options,
                within=within,
                freeze_until=freeze_until,
                aside=options if "engine" in search else None,
                **watch,  # type: ignore[arg-type]
            )
            column = Column(variant, keeping.answer, keeping=keeping)
        solved[key] = column
        columns.append(column)
    return Comparison(tuple(columns))


def _copied(variant: Variant, column: Column) -> Column:
    """A column with the answer of another that has the same mathematics."""
    answer = column.answer
    if answer is not None and answer.plan is not None:
        loaded = variant.case.loaded
        provenance = {**answer.plan.provenance, "problem_sha256": loaded.sha256}
        plan = replace(answer.plan, problem=loaded.tree, provenance=provenance)
        answer = replace(answer, plan=plan)
    return Column(variant, answer, column.name, column.keeping)
