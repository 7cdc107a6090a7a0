"""Studies and plans as pandas frames: variants and purchases handed over, plans read.

Belongs here: what each row and column of these frames means. Does not belong here: cells and blocks
of a problem (problems.frames), points of a sweep (studies.points), frames of a study's results,
which are with the study. pandas is imported only where a frame is made.
"""

from collections.abc import Iterable
from dataclasses import fields
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from problems.edits import Edit
from problems.errors import InputError, InputProblem
from problems.frames import (
    cell_at,
    check_labels,
    check_scenario,
    edit_of_cell,
    is_frame,
    node_of_cell,
    rows_of,
    text_of_cell,
)
from problems.loading import Source, read_problem
from solver.plan.convert import json_name
from solver.plan.files import PlanError
from solver.plan.purchases import HandPurchase, check_columns, purchases_from_rows
from solver.plan.records import (
    BillRow,
    CashFlowRow,
    EnergyRow,
    ExcludedRow,
    FleetRow,
    IntervalRow,
    PeriodRow,
    Plan,
    PurchaseRow,
    ReservationRow,
    RoutingRow,
    ServingRow,
    TrainingRow,
)
from solver.studies.grid import SCENARIO
from solver.studies.variants import BASE, Edits, Variant, variants_of

if TYPE_CHECKING:
    import pandas

TABLES = {
    "purchases": PurchaseRow,
    "fleet": FleetRow,
    "training": TrainingRow,
    "serving": ServingRow,
    "routing": RoutingRow,
    "reservations": ReservationRow,
    "energy": EnergyRow,
    "bill": BillRow,
    "cash_flow": CashFlowRow,
    "periods": PeriodRow,
    "intervals": IntervalRow,
    "excluded": ExcludedRow,
}
"""Tables of a plan, by their names in the plan file, and their rows."""
_DAYS = ("ordered", "delivered", "until", "date", "start", "end")
"""Columns that hold days or moments."""


def variants_from_frame(
    source: Source,
    frame: "pandas.DataFrame",
    *,
    scenarios: Iterable[str] = (),
    edits: Iterable[Edit] = (),
    origin: str = "variants",
) -> tuple[Variant, ...]:
    """The problem and one variant of it for each row of a frame, for `compare`.

    The index names the variants, each column is a path as `--set` takes it (`offers.a.price`, or
    `offers.a.price*` for factors) or `scenario`; edits are made in the order of the columns. A
    missing cell is no edit, the text `null` takes a value out, the scenario `base` is none.
    ``scenarios`` and ``edits`` are made in the base and in every variant; ``origin`` names the
    frame in messages.

    Raises problems.InputError with everything that is wrong with any variant, each with row and
    column.
    """
    file = read_problem(source)
    frame = frame.rename(index=str)  # 1 and "1" would be one name in the tables of a comparison
    check_labels(frame, origin)
    wrong: list[InputProblem] = []
    asked = []
    for name, row in rows_of(frame):
        if name == BASE:
            words = f"row {name!r}: is what the problem itself is called: take another name"
            wrong.append(InputProblem(words, origin))
        made, chosen = list[Edit](), list[str]()
        for column, value in row.items():
            at = cell_at(origin, name, column)
            try:
                if column == SCENARIO:
                    names = [text_of_cell(each, at) for each in _listed(value)]
                    chosen += [check_scenario(n, file.scenarios, at) for n in names if n != BASE]
                else:
                    made.append(edit_of_cell(column, value, at))
            except InputError as error:
                wrong += error.problems
        asked.append(Edits(name, made, chosen))
    if wrong:
        raise InputError(wrong)
    return variants_of(file, Edits(BASE, tuple(edits), tuple(scenarios)), asked)


def _listed(value: object) -> list[object]:
    return list(value) if isinstance(value, list | tuple) else [value]


def purchases_from_frame(
    frame: "pandas.DataFrame", origin: str = "purchases"
) -> tuple[HandPurchase, ...]:
    """The purchases in a frame, one row each, with the columns of the CSV that `check` reads.

    offer, quantity (whole units), period (its label) or delivered (a day); site, until and box
    where the offer leaves a choice. Columns of a plan's own table that follow from these are not
    read, and lines of a fabric are left out. ``origin`` names the frame in messages. Raises
    PlanError naming row and column, what is wrong and the nearest known name.
    """
    try:
        check_labels(frame.reset_index(drop=True), origin)
        check_columns(origin, frame.columns.tolist())
        rows = []
        for name, row in rows_of(frame):
            cells = {
                column: node_of_cell(value, cell_at(origin, name, column)).plain()
                if not isinstance(value, str)
                else value.strip()
                for column, value in row.items()
            }
            rows.append((f"{origin}: row {name!r}", cells))
    except InputError as error:
        raise PlanError(str(error)) from None
    return purchases_from_rows(rows)


def purchases_of(
    given: "pandas.DataFrame | Iterable[HandPurchase]",
) -> Iterable[HandPurchase]:
    """Purchases, from a frame where they are in one. Raises PlanError."""
    if is_frame(given):
        return purchases_from_frame(given)
    return given  # type: ignore[return-value] # TypeIs comes with Python 3.13


def plan_frames(plan: Plan) -> "dict[str, pandas.DataFrame]":
    """The tables of a plan file as frames, by name: purchases, fleet, training, bill, ...

    Columns are the fields of the rows in `solver.plan`: money in the plan's currency, unrounded;
    energy in kWh, draw in kW, rates in requests per second, work in PFLOP/s-days. Days are pandas
    timestamps. A table without rows has its columns all the same.
    """
    import pandas

    frames = {}
    for name, kind in TABLES.items():
        keys = [field.name for field in fields(kind)]
        rows = [[_plain(getattr(row, key)) for key in keys] for row in getattr(plan, name)]
        frame = pandas.DataFrame(rows, columns=[json_name(key) for key in keys])
        for key in _DAYS:
            if key in frame:
                frame[key] = pandas.to_datetime(frame[key])
        frames[name] = frame
    return frames


def _plain(value: Any) -> Any:
    return str(value) if isinstance(value, StrEnum) else value
