"""Variants, points, purchases and plans as frames: the same answers as files and options give."""

import math
import subprocess
import sys
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from problems import InputError, parse_edit, parse_unset
from problems.loading import read_problem
from reports.frames import order_lines
from reports.studies.sweep_chart import sweep_chart
from solver import (
    AnswerStatus,
    Case,
    PlanError,
    check_purchases,
    compare,
    front,
    keep,
    kept_from_purchases,
    load_case,
    plan_frames,
    purchases_from_frame,
    solve_case,
    sweep,
    variants_from_frame,
)
from solver.plan import Plan, plan_to_json, purchases_from_json_or_csv
from solver.studies.points import points_from_frame
from solver.studies.variants import BASE, Edits, variants_of

PROBLEM: dict[str, Any] = {
    "rackmix": 1,
    "horizon": {"start": "2024-01-01", "end": "2024-06-30", "period": "quarter"},
    "currency": "CNY",
    "sites": {
        "hall": {
            "destination": "CN",
            "power_cap": "10 kW",
            "electricity": {"price": "0.5 CNY/kWh"},
        }
    },
    "offers": {
        "first": {
            "item": "a100_sxm_80",
            "vendor": "broker",
            "price": "50_000 CNY",
            "standalone": True,
        },
        "second": {
            "item": "h20_sxm_96",
            "vendor": "other",
            "price": "60_000 CNY",
            "standalone": True,
            "supply": 6,
        },
    },
    "reservations": {"research": {"cards": 7, "from": "2024-01-01"}},
    "solve": {"gap": 0},
    "scenarios": {"more": {"reservations.research.cards": 9}},
}
"""Seven cards, whichever is cheaper."""


@pytest.fixture(scope="module")
def case() -> Case:
    """The problem as it stands."""
    return load_case(PROBLEM)


@pytest.fixture(scope="module")
def plan(case: Case) -> Plan:
    """Its cheapest plan."""
    found = solve_case(case).plan
    assert found is not None
    return found


def frame(index: list[Any] | None = None, **columns: Any) -> pd.DataFrame:
    """A frame whose columns are paths; `__` stands for a dot."""
    return pd.DataFrame({k.replace("__", "."): v for k, v in columns.items()}, index=index)


def refused(call: Any, *arguments: Any) -> str:
    """What is said of a frame that cannot be taken."""
    with pytest.raises((InputError, PlanError)) as raised:
        call(*arguments)
    return str(raised.value)


# What-ifs


def test_a_row_is_a_group_of_edits() -> None:
    """Proves that a frame asks what the same edits ask, cell by cell; NaN is no edit.

    Sensitivity: were a missing cell an edit (or an unset), `dear` would change the cap as well.
    """
    edits = pd.DataFrame(
        {
            "offers.first.price*": [1.5, math.nan, math.nan],
            "sites.hall.power_cap": [None, "3 kW", None],
            "offers.second.supply": [None, None, "null"],
            "scenario": [None, None, "more"],
        },
        index=["dear", "dark", "free"],
    )
    found = variants_from_frame(PROBLEM, edits)
    asked = [
        Edits("dear", [parse_edit("offers.first.price*=1.5")]),
        Edits("dark", [parse_edit("sites.hall.power_cap=3 kW")]),
        Edits("free", [parse_unset("offers.second.supply")], ["more"]),
    ]
    expected = variants_of(read_problem(PROBLEM), Edits(BASE), asked)
    assert [v.name for v in found] == [BASE, "dear", "dark", "free"]
    assert [v.case.loaded.sha256 for v in found] == [v.case.loaded.sha256 for v in expected]
    assert [v.changes for v in found] == [v.changes for v in expected]


def test_variants_of_a_frame_are_compared() -> None:
    """The cost of a variant is that of its own solve, and edits of the base are in all of them."""
    base = [parse_edit("reservations.research.cards=5")]
    edits = frame(["dear"], **{"offers.first.price*": [1.5]})
    found = compare(variants_from_frame(PROBLEM, edits, edits=base))
    alone = solve_case(load_case(PROBLEM, edits=[*base, parse_edit("offers.first.price*=1.5")]))
    assert alone.plan is not None
    assert found.frame().loc["dear", "cost"] == pytest.approx(alone.plan.objective)
    assert found.base.plan is not None
    assert found.base.variant.case.problem.reservations["research"].cards is not None
    assert sum(row.cards for row in found.base.plan.purchases) == 5


@given(st.lists(st.tuples(st.integers(1, 9), st.none() | st.floats(0.1, 9)), max_size=4))
def test_any_frame_of_edits_is_its_options(rows: list[tuple[int, float | None]]) -> None:
    """Whatever numbers a frame holds, each row is the problem that `--set` gives."""
    edits = pd.DataFrame(rows, columns=["reservations.research.cards", "offers.first.price*"])
    found = variants_from_frame(PROBLEM, edits)
    for (cards, factor), variant in zip(rows, found[1:], strict=True):
        texts = [f"reservations.research.cards={cards}"]
        texts += [] if factor is None else [f"offers.first.price*={factor!r}"]
        same = load_case(PROBLEM, edits=[parse_edit(text) for text in texts])
        assert variant.case.loaded.sha256 == same.loaded.sha256


@pytest.mark.parametrize(
    ("edits", "words"),
    [
        (
            frame(["dear"], offers__frst__price=["1 CNY"]),
            "variants: row 'dear', column 'offers.frst.price': offers.frst: there is no "
            "offers.frst; did you mean offers.first?",
        ),
        (
            frame(["dear"], offers__first__prise=["1 CNY"]),
            "column 'offers.first.prise': offers.first.prise: unknown key 'prise'; did you mean",
        ),
        (
            frame(["dear"], offers__first__price=["1 kg"]),
            "row 'dear', column 'offers.first.price': offers.first.price: has the wrong unit 'kg'",
        ),
        (
            frame(["dear"], **{"offers.first.price*": ["much"]}),
            "row 'dear', column 'offers.first.price*': offers.first.price: ",
        ),
        (
            frame(["a"], scenario=["mor"]),
            "variants: row 'a', column 'scenario': no such scenario; did you mean 'more'?",
        ),
        (frame(["base"], spares=["5 %"]), "variants: row 'base': is what the problem itself is"),
        (frame(["a", "a"], spares=["5 %", "6 %"]), "variants: row 'a': stands there twice"),
        (frame(["a"], spares=[math.inf]), "row 'a', column 'spares': spares: must be a finite num"),
        (frame(["a"], **{"spares..x": [1]}), "row 'a', column 'spares..x': "),
    ],
)
def test_edits_that_cannot_be_made(edits: pd.DataFrame, words: str) -> None:
    """Each message names frame, row, column, what is wrong and the nearest name."""
    assert words in refused(variants_from_frame, PROBLEM, edits)


def test_scenarios_may_be_several_and_base_is_none() -> None:
    """A list in the column `scenario` chooses several; `base` stands for the file as it is."""
    asked = pd.DataFrame({"scenario": [["more"], "base"]}, index=["one", "none"])
    base, one, none = variants_from_frame(PROBLEM, asked)
    assert one.scenarios == ("more",)
    assert none.case.loaded.sha256 == base.case.loaded.sha256 != one.case.loaded.sha256


# Sweeps


def test_points_are_what_solving_them_alone_gives() -> None:
    """Proves that points given outright are answered for themselves, in the order of the rows.

    Sensitivity: were all combinations solved, there would be nine; in the order of the search the
    costs would stand beside other points.
    """
    points = pd.DataFrame(
        {
            "sites.hall.power_cap": ["6 kW", "2 kW", "1 kW", "6 kW"],
            "reservations.research.cards": [7, 4, 9, 3],
        }
    )
    found = sweep(PROBLEM, points)
    assert len(found.points) == found.grid.size == 4
    for row, point in zip(points.itertuples(index=False, name=None), found.points, strict=True):
        texts = [f"{path}={value}" for path, value in zip(points.columns, row, strict=True)]
        alone = solve_case(load_case(PROBLEM, edits=[parse_edit(text) for text in texts]))
        assert point.status is alone.status
        assert point.objective == (alone.plan and pytest.approx(alone.plan.objective))
    table = found.frame()
    assert table["sites.hall.power_cap (kW)"].tolist() == [6, 2, 1, 6]
    assert table["reservations.research.cards"].tolist() == [7, 4, 9, 3]
    assert "infeasible" in table["status"].tolist()


def test_a_frame_of_all_combinations_is_the_grid() -> None:
    """The same points as from `--vary` have the same costs, wherever they stand in the frame."""
    prices, caps = ["40_000 CNY", "70_000 CNY"], ["6 kW", "3 kW"]
    paths = ["offers.first.price", "sites.hall.power_cap"]
    grid = sweep(PROBLEM, dict(zip(paths, (prices, caps), strict=True)))
    rows = [(p, c) for c in caps for p in prices]
    found = sweep(PROBLEM, pd.DataFrame(rows, columns=paths))
    by_place = {
        tuple(str(grid.grid.axes[n].values[i].text) for n, i in enumerate(p.place)): p.objective
        for p in grid.points
    }
    assert [point.objective for point in found.points] == [by_place[row] for row in rows]


def test_values_are_put_in_order_and_points_are_not() -> None:
    """Neighbours on an axis are neighbours in size, which is what bounds are carried between."""
    points = points_from_frame(
        frame(spares=["5 %", "1 %", "3 %"], horizon__end=[date(2024, 6, 30)] * 3)
    )
    assert [value.text for value in points.axes[0].values] == ["1 %", "3 %", "5 %"]
    assert list(points.places()) == [(2, 0), (0, 0), (1, 0)]
    assert sorted(points.in_order_of_search()) == sorted(points.places())


def test_every_value_is_tried_before_anything_is_searched() -> None:
    """A value that the problem does not take is found, in whichever row it stands."""
    points = frame(spares=["1 %", "1 %", "1 %"], sites__hall__power_cap=["1 kW", "2 kW", "3 CNY"])
    told = refused(sweep, PROBLEM, points)
    assert "points: row 2, column 'sites.hall.power_cap': " in told
    assert "wrong unit 'CNY'" in told


@pytest.mark.parametrize(
    ("points", "words"),
    [
        (frame(spares=["1 %", None]), "points: row 1, column 'spares': is missing: a point needs"),
        (frame(spares=["1 %", "1 %"]), "points: row 1: is the same point as row 0"),
        (frame(), "points: expected a column for each path and a row for each point"),
        (frame(spares=[]), "points: expected a column for each path and a row for each point"),
        (
            frame(spares=["1 %"], **{"spares*": [2]}),
            "points: column 'spares': is varied by two columns",
        ),
        (frame(scenario=["mor"]), "points: row 0, column 'scenario': no such scenario; did you"),
        (frame(sprs=["1 %"]), "points: row 0, column 'sprs': sprs: unknown key 'sprs'; did you"),
        (frame(spares=[math.inf]), "points: row 0, column 'spares': must be a finite number"),
        (frame(**{"a..b": [1]}), "points: row 0, column 'a..b': "),
    ],
)
def test_points_that_cannot_be_asked(points: pd.DataFrame, words: str) -> None:
    """Each message names frame, row, column, what is wrong and the nearest name."""
    assert words in refused(sweep, PROBLEM, points)


def test_scenarios_are_points_too() -> None:
    """The column `scenario` chooses one for each point, `base` none; one axis makes a chart."""
    found = sweep(PROBLEM, frame(scenario=["base", "more"]))
    seven, nine = (solve_case(load_case(PROBLEM, scenarios=s)).plan for s in ([], ["more"]))
    assert seven is not None
    assert nine is not None
    assert [p.objective for p in found.points] == [seven.objective, nine.objective]
    assert "vconcat" in sweep_chart(found).to_dict()


def test_points_over_two_paths_make_a_chart() -> None:
    """The heat map has a square for each point that was asked, and no others."""
    points = frame(spares=["1 %", "2 %"], reservations__research__cards=[3, 4])
    chart = sweep_chart(sweep(PROBLEM, points)).to_dict()
    (rows,) = chart["datasets"].values()
    assert [(row["x"], row["y"]) for row in rows] == [("1", "3"), ("2", "4")]


def test_a_mapping_goes_wherever_a_file_does() -> None:
    """Fronts and sweeps take the mapping that `load_case` takes."""
    assert front(PROBLEM, "power", steps=2).points
    with pytest.raises(ValueError, match=r"no such measure: 'powr'; did you mean 'power'"):
        front(PROBLEM, "powr")


# Purchases


def test_a_frame_says_what_its_csv_says(tmp_path: Path) -> None:
    """Proves that handing over a frame or writing it as CSV first comes to the same purchases."""
    given = pd.DataFrame(
        {
            "offer": ["first", "second"],
            "quantity": [3, 4],
            "period": ["2024-Q1", None],
            "delivered": [pd.NaT, pd.Timestamp("2024-01-01")],
            "site": ["hall", None],
        }
    )
    path = tmp_path / "orders.csv"
    given.to_csv(path, index=False)
    assert purchases_from_frame(given) == purchases_from_json_or_csv(path)


def test_the_tables_of_a_plan_are_purchases(case: Case, plan: Plan) -> None:
    """A plan's own table, its tidy table too, checks out at the cost of the plan."""
    for table in (plan_frames(plan)["purchases"], order_lines(plan)):
        checked = check_purchases(case, table)
        assert checked.status is AnswerStatus.FEASIBLE
        assert checked.answer is not None
        assert checked.answer.plan is not None
        assert checked.answer.plan.objective == pytest.approx(plan.objective)


def test_purchases_that_are_too_few_do_not_fit(case: Case) -> None:
    """Six cards for seven: no plan; an offer past its supply is a misfit or has no plan either."""
    six = pd.DataFrame({"offer": ["first"], "quantity": [6], "period": ["2024-Q1"]})
    assert check_purchases(case, six).status is AnswerStatus.INFEASIBLE
    seven = check_purchases(case, six.assign(quantity=7))
    assert seven.status is AnswerStatus.FEASIBLE


def test_orders_of_a_frame_are_kept(case: Case) -> None:
    """An earlier order in a frame holds a plan near it, as one from a file does."""
    earlier = pd.DataFrame({"offer": ["second"], "quantity": [4], "period": ["2024-Q1"]})
    kept = keep(case, kept_from_purchases(case, earlier), within=0.5)
    assert kept.answer.plan is not None
    units = {row.offer: row.quantity for row in kept.answer.plan.purchases}
    assert units == {"first": 3, "second": 4}
    with pytest.raises(ValueError, match="within must be a fraction, 0 or more"):
        keep(case, kept_from_purchases(case, earlier), within=-0.1)


@pytest.mark.parametrize(
    ("columns", "words"),
    [
        ({"offer": ["frst"]}, "purchases: row 0: unknown offer 'frst'; did you mean 'first'?"),
        ({"period": ["2024-Q7"]}, "purchases: row 0: unknown period '2024-Q7'; did you mean"),
        ({"quantity": [1.5]}, "purchases: row 0: quantity must be a whole number of units"),
        ({"quantity": [None]}, "purchases: row 0: lacks key 'quantity'"),
        ({"period": [None]}, "purchases: row 0: needs 'period' or 'delivered'"),
        ({"perod": ["x"]}, "purchases: unknown column 'perod'; did you mean 'period'?"),
        ({"delivered": ["soon"]}, "purchases: row 0: delivered must be a date"),
        (
            {"delivered": [pd.Timestamp("2024-01-01 08:00")]},
            "purchases: row 0, column 'delivered': must be a day, without a time",
        ),
    ],
)
def test_purchases_that_cannot_be_read(case: Case, columns: Any, words: str) -> None:
    """Each message names frame, row, column, what is wrong and the nearest name."""
    given = {"offer": ["first"], "quantity": [7], "period": ["2024-Q1"]} | columns
    assert words in refused(check_purchases, case, pd.DataFrame(given))


def test_a_list_of_purchases_without_offers_is_refused(case: Case) -> None:
    """What every purchase needs is asked for by name, even where there are no rows."""
    assert "purchases: lacks column 'offer'" in refused(
        check_purchases, case, pd.DataFrame({"quantity": []})
    )


# Plans


def test_the_tables_of_a_plan_hold_its_rows(plan: Plan) -> None:
    """Every table of the plan file is there, with its columns and every value."""
    document, frames = plan_to_json(plan), plan_frames(plan)
    tables = {name for name, value in document.items() if isinstance(value, list)}
    assert set(frames) == tables - {"binding", "assumptions", "facts"}
    for name, table in frames.items():
        rows = [dict(zip(table, row, strict=True)) for row in table.itertuples(index=False)]
        assert len(rows) == len(document[name])
        for row, written in zip(rows, document[name], strict=True):
            assert list(row) == list(written)
            for key, value in row.items():
                if isinstance(value, pd.Timestamp):
                    assert value == pd.Timestamp(written[key])
                elif written[key] is None:
                    assert pd.isna(value)
                else:
                    assert value == written[key]


def test_a_table_without_rows_has_its_columns(plan: Plan) -> None:
    """Code that reads a column does not depend on what a plan happens to hold."""
    routing = plan_frames(plan)["routing"]
    assert routing.empty
    assert "class" in routing


def test_frames_are_not_paid_for_by_those_who_use_none() -> None:
    """Loading a problem from a mapping, and all modules of the studies, import no pandas."""
    code = (
        "import sys; import solver; from solver import load_case, sweep, check_purchases, keep, "
        "variants_from_frame, block_from_frame, plan_frames; "
        f"load_case({PROBLEM!r}); assert 'pandas' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
