"""A plan as tidy tables: what every column is called, what it holds, and its rows.

Belongs here: the tables of the CSV and Parquet folders, column by column, from a plan alone. Does
not belong here: writing them (csv_folder, parquet_folder), the dictionary's format (dictionary).
Names stay English in every language, so that programs can rely on them; descriptions are texts.
"""

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from reports.cases import carried
from reports.export.rulings import judged, told_reason
from reports.export.worked import Worked
from reports.language import Language
from solver.plan.convert import to_json

type _Rows = Callable[[Worked, Language], Iterable[tuple[Value, ...]]]
type Value = str | float | bool | date | datetime | None


@dataclass(frozen=True, slots=True)
class Table:
    """A tidy table: one kind of row, one kind of value in each column."""

    name: str
    description: str
    columns: tuple[str, ...]
    """Names from `columns.COLUMNS`."""
    rows: tuple[tuple[Value, ...], ...]
    key: tuple[str, ...] = ()
    """Columns that tell the rows apart; empty where a value of them may be missing."""
    refers: tuple[tuple[str, str], ...] = ()
    """Columns that name a row of another table, with that table."""


@dataclass(frozen=True, slots=True)
class _Kind:
    """How a table comes out of a plan."""

    description: str
    columns: str
    """Names, parted by blanks."""
    rows: _Rows
    key: str = ""
    refers: tuple[tuple[str, str], ...] = ()


def tables(worked: Worked, language: Language) -> tuple[Table, ...]:
    """All tables of a plan; those without rows are there with their columns.

    Sentences are in the language, names and words of the plan file as they are.
    """
    return tuple(
        Table(
            name=name,
            description=kind.description,
            columns=tuple(kind.columns.split()),
            rows=tuple(tuple(map(_plain, row)) for row in kind.rows(worked, language)),
            key=tuple(kind.key.split()),
            refers=kind.refers,
        )
        for name, kind in KINDS.items()
    )


def _plain(value: Any) -> Value:
    return float(value) if isinstance(value, int) and not isinstance(value, bool) else value


def _records(block: str, columns: str) -> _Rows:
    """Rows of a block of the plan, by the names of its fields."""
    names = [f"{name}_" if name == "class" else name for name in columns.split()]
    # What a file of its own calls by a full name is an id in the plan file.
    if block in ("periods", "intervals"):
        names[0] = "id"

    def rows(worked: Worked, language: Language) -> Iterable[tuple[Value, ...]]:
        for record in getattr(worked.plan, block):
            yield tuple(_named(name, getattr(record, name), language) for name in names)

    return rows


def _named(name: str, value: Any, language: Language) -> Any:
    if name == "reason":
        return language.sentence(value)
    return str(value) if isinstance(value, str) else value


def _plan(worked: Worked, _: Language) -> Iterable[tuple[Value, ...]]:
    plan, instance = worked.plan, worked.instance
    title = str(plan.problem.get("title") or "")
    end = plan.periods[-1].end
    checks = sum(check.count for check in plan.verification.checks)
    money = (plan.objective, plan.bound, plan.gap, plan.currency, instance.discount_rate)
    sha = worked.case.loaded.sha256
    yield (title, str(plan.status), *money, instance.start, end, checks, sha)


def _cases(worked: Worked, _: Language) -> Iterable[tuple[Value, ...]]:
    record = carried(worked.plan)
    for case in record.cases if record else ():
        known, price = (case.known_low, case.known_high), (case.price_low, case.price_high)
        yield (case.name, case.weight, case.plan is None, case.cost, *known, *price)


def _cash_flow(worked: Worked, _: Language) -> Iterable[tuple[Value, ...]]:
    for row, day in zip(worked.plan.cash_flow, worked.cash_days, strict=True):
        yield row.date, day, str(row.term), row.site, row.amount, row.present_value


def _order_costs(worked: Worked, _: Language) -> Iterable[tuple[Value, ...]]:
    for line in worked.lines:
        row = line.row
        where = (row.period, row.site, row.offer, row.box, row.until, row.vendor, str(line.term))
        costs = (row.amount, line.extras, line.surcharge, line.fee, line.total)
        yield (line.quarter, *where, line.hours, *costs)


def _payments(worked: Worked, _: Language) -> Iterable[tuple[Value, ...]]:
    for line in worked.lines:
        row = line.row
        for day, amount in line.payments:
            yield day, row.vendor, row.period, row.site, row.offer, row.box, amount


def _utilisation(worked: Worked, _: Language) -> Iterable[tuple[Value, ...]]:
    for use in worked.uses:
        cards = (use.installed, use.working, use.held, use.most_held)
        yield (use.period, use.pool, *cards, use.fraction)


def _power(worked: Worked, _: Language) -> Iterable[tuple[Value, ...]]:
    for power in worked.power:
        yield power.period, power.site, power.load_kw, power.cap_kw, power.draw_kw


def _compliance(worked: Worked, language: Language) -> Iterable[tuple[Value, ...]]:
    for each in judged(worked):
        card = each.card
        figures = (card.id, card.tpp, card.performance_density) if card else (None, None, None)
        links = (card.io_gb_per_s, card.interconnect_gb_per_s) if card else (None, None)
        answer = (
            each.status,
            each.rule or None,
            told_reason(each, language),
            each.citation or None,
        )
        where = (each.item, each.site, each.destination or None, each.first, each.last)
        yield (*where, each.units, each.cards, *figures, *links, *answer)


def _binding(worked: Worked, language: Language) -> Iterable[tuple[Value, ...]]:
    for row in worked.plan.binding:
        family, where = (str(row.get(name, "")) for name in ("family", "where"))
        yield family, where, language.sentence(str(row.get("message", "")))


def _assumptions(worked: Worked, language: Language) -> Iterable[tuple[Value, ...]]:
    yield from enumerate(map(language.sentence, worked.plan.assumptions), start=1)


def facts(
    worked: Worked, _: Language
) -> Iterable[tuple[str, str, str, str, str | None, str | None, str]]:
    """Every figure of the catalogue rows that the plan used, with its source."""
    for table, rows in worked.plan.facts.items():
        for row in rows:
            about = (row.get("source"), row.get("date"), str(row.get("confidence", "")))
            for name, value in row.items():
                if name not in ("id", "source", "date", "confidence"):
                    yield (table, row["id"], name, _written(value), *about)


def _written(value: Any) -> str:
    value = to_json(value) if not isinstance(value, dict | list) else value
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


PERIODS = (("period", "periods"),)
RUNNING = (("interval", "intervals"),)
_PURCHASES = (
    "period ordered delivered until site offer item kind vendor box lease quantity unit_price "
    "discount amount cards"
)
_ORDER_COSTS = (
    "quarter period site offer box until vendor term hours amount extras surcharge fee total"
)
_COMPLIANCE = (
    "item site destination first_delivery last_delivery quantity cards card tpp "
    "performance_density io_gb_per_s interconnect_gb_per_s status rule reason citation"
)
_SUMMARY = "title status objective bound gap currency discount_rate start end checks problem_sha256"
_CASES = "case weight shown_here case_cost known_low known_high price_low price_high"
_UTILISATION = "period pool installed working held most_held utilisation"

KINDS: dict[str, _Kind] = {
    "plan": _Kind("The plan in one row.", _SUMMARY, _plan),
    "cases": _Kind(
        "The cases of an uncertain problem; all other tables are of the one that is shown here.",
        _CASES, _cases, "case",
    ),
    "periods": _Kind(
        "The periods of the plan.", "period start end", _records("periods", "period start end"),
        "period",
    ),
    "intervals": _Kind(
        "The intervals of the plan, between all changes of demand, price and cap.",
        "interval from until_moment",
        lambda worked, _: ((i.id, i.start, i.end) for i in worked.plan.intervals),
        "interval",
    ),
    "purchases": _Kind(
        "What is ordered and leased; `rackmix check` reads this file.",
        _PURCHASES, _records("purchases", _PURCHASES), refers=PERIODS,
    ),
    "order_costs": _Kind(
        "What every order line costs, extras, surcharge and fee included.",
        _ORDER_COSTS, _order_costs, refers=PERIODS,
    ),
    "payments": _Kind(
        "When order lines are paid; leases are paid by the hour and not listed.",
        "date vendor period site offer box amount", _payments, refers=PERIODS,
    ),
    "bill": _Kind(
        "The terms of the bill; their present values add up to the objective.",
        "term amount present_value", _records("bill", "term amount present_value"), "term",
    ),
    "cash_flow": _Kind(
        "What is paid on which day, by term and site.",
        "date day term site amount present_value", _cash_flow, "date term site",
    ),
    "fleet": _Kind(
        "What is installed on the first day of each period.",
        "period site item count cards", _records("fleet", "period site item count cards"),
        "period site item", PERIODS,
    ),
    "utilisation": _Kind(
        "The cards of each pool in each period, as means over its hours.",
        _UTILISATION, _utilisation, "period pool", PERIODS,
    ),
    "power": _Kind(
        "Load and draw of each site against its power cap, at the meter.",
        "period site load_kw cap_kw draw_kw", _power, "period site", PERIODS,
    ),
    "energy": _Kind(
        "Energy at the meter of each site, PUE included.",
        "site period kwh peak_kw cost", _records("energy", "site period kwh peak_kw cost"),
        "site period", PERIODS,
    ),
    "training": _Kind(
        "What training jobs hold and do.",
        "job occurrence pool interval cards work_done",
        _records("training", "job occurrence pool interval cards work_done"),
        "job occurrence pool interval", RUNNING,
    ),
    "serving": _Kind(
        "The replicas of each service.",
        "service configuration pool interval replicas cards",
        _records("serving", "service configuration pool interval replicas cards"),
        "service configuration pool interval", RUNNING,
    ),
    "routing": _Kind(
        "The peak rate of each class that a configuration serves.",
        "service class configuration pool interval rate",
        _records("routing", "service class configuration pool interval rate"),
        "service class configuration pool interval", RUNNING,
    ),
    "reservations": _Kind(
        "The cards that reservations hold.",
        "reservation pool interval cards",
        _records("reservations", "reservation pool interval cards"),
        "reservation pool interval", RUNNING,
    ),
    "compliance": _Kind(
        "What the export rules say of everything bought and leased.", _COMPLIANCE, _compliance
    ),
    "excluded": _Kind(
        "What export rules and caps keep away, and why.",
        "item site rule reason", _records("excluded", "item site rule reason"),
    ),
    "binding": _Kind("What decided the plan.", "family where message", _binding),
    "assumptions": _Kind("What the plan assumes.", "number assumption", _assumptions, "number"),
    "facts": _Kind(
        "Every catalogue figure that the plan's problem uses, with its source.",
        "table id figure value source date_of_source confidence", facts, "table id figure",
    ),
}  # fmt: skip
"""By the name of the file."""
