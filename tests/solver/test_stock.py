"""What stands while workloads are placed: prices and budgets by hand, and pools too small."""

import threading
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from benchmarks.generate import problem_text
from solver import engines
from solver.case import load_case
from solver.engines.parts import run_part
from solver.engines.points import Point
from solver.engines.program import Program
from solver.formulation import Model, build_tight
from solver.instance.model import Kind
from solver.search.incumbent import Incumbent
from solver.search.parts import Parts
from solver.search.placing import placed
from solver.search.prices import NEVER, Prices
from solver.search.shortage import Shortage
from solver.search.stages import HIGHS, Stage, first_plan
from solver.search.stock import Stock
from tests.solver.instances import NO_LIMITS, World

OPTIONS = engines.Options(gap=0.02, time_limit_s=60.0)


def two_years(budgets: dict[int, float]) -> tuple[Model, Prices]:
    """A node for 120 in the first year and for 100 in the second, of which three are needed."""
    world = World(periods=2)
    node = world.add_item("node")
    world.sell("early", node, 120.0, periods=[0])
    world.sell("late", node, 100.0, periods=[1])
    world.reserve("desk", [0, 24], ["here/node"])
    limits = replace(NO_LIMITS, budget_by_year=tuple(budgets.items()))
    model = build_tight(world.build(limits=limits))
    return model, Prices(model, Program.of(model.problem))


def costs(model: Model, prices: Prices) -> list[float]:
    """The cheapest unit until each year, in money."""
    units = prices.bought(model.instance.options)
    return [unit.cost * model.money_scale for unit in units]


def test_the_cheapest_unit_until_a_year() -> None:
    """Until the second year the later offer is the cheaper one, and until the first there is no
    other than the early one.
    """
    model, prices = two_years({})
    assert costs(model, prices) == pytest.approx([120.0, 100.0])
    assert prices.budgets == {}
    nothing = prices.bought([])
    assert [unit.cost for unit in nothing] == [NEVER, NEVER]


def test_money_that_is_short_counts_for_more() -> None:
    """Proves that three nodes overdraw 250 in the second year, whose money alone the late node
    takes, and that from 1.2 times that money on the early node is the cheaper one.

    Sensitivity: were the years mixed up, the first year's money would count for more.
    """
    model, prices = two_years({2023: 1000.0, 2024: 250.0})
    first, second = prices.budgets
    late = prices.bought(model.instance.options)[1]
    taken = {row: amount * model.money_scale for row, amount in late.takes.items()}
    assert taken == pytest.approx({second: 100.0})
    stock = Stock(model, prices, 1.0, {})
    stock.change("here/node", {1: 16.0})
    assert stock.overdrawn() == []
    stock.change("here/node", {1: 8.0})
    assert stock.overdrawn() == [second]
    for dearness, cheapest in ((0.19, 100.0), (0.21, 120.0)):
        prices.dearness[second] = dearness
        assert costs(model, prices)[1] == pytest.approx(cheapest)
    stock = Stock(model, prices, 1.0, {})
    stock.change("here/node", {1: 24.0})
    assert stock.overdrawn() == []
    assert first not in stock.overdrawn()


def test_a_share_of_a_host_is_paid_with_a_card() -> None:
    """Proves that a card for 10 in a host of four slots for 100 counts as 10 + 100/4 = 35, of the
    budget too.
    """
    world = World()
    card = world.add_item("card", Kind.CARD, card="l40s")
    host = world.add_item("host", Kind.HOST, slots=4)
    world.sell("cards", card, 10.0, box=host)
    world.sell("hosts", host, 100.0)
    world.reserve("desk", 3, ["here/host/l40s"])
    limits = replace(NO_LIMITS, budget_total=500.0)
    model = build_tight(world.build(limits=limits))
    prices = Prices(model, Program.of(model.problem))
    options = [option for option in model.instance.options if option.pool is not None]
    unit = prices.bought(options)[0]
    assert unit.cost * model.money_scale == pytest.approx(35.0)
    assert [n * model.money_scale for n in unit.takes.values()] == pytest.approx([35.0])


def test_rent_is_paid_by_period() -> None:
    """Proves that 2 per hour over a year of two periods costs half of 2·8760 in each."""
    world = World(periods=2, months=6)
    node = world.add_item("node")
    world.let("cloud", node, 2.0, 0, world.periods[1].end.date())
    world.reserve("desk", 8, ["here/node"])
    model = build_tight(world.build())
    prices = Prices(model, Program.of(model.problem))
    rented = [unit.cost * model.money_scale for unit in prices.rented(model.instance.options)]
    assert rented == pytest.approx([8760.0, 8760.0])


def test_no_more_is_held_than_a_pool_has_room_for() -> None:
    """A pool that has room for 16 cards takes no 17th, in that year only."""
    model, prices = two_years({})
    stock = Stock(model, prices, 1.0, {("here/node", 1): 16.0})
    assert stock.dearer("here/node", {1: 16.0}) < NEVER
    assert stock.dearer("here/node", {1: 17.0}) == NEVER
    assert stock.dearer("here/node", {0: 17.0}) < NEVER


def short_of(folder: Path, share: float) -> Parts:
    """A problem of 12 quarters with only a share of power, racks, supply and budgets."""
    path = folder / "m1.yaml"
    path.write_text(problem_text("M", 1), encoding="utf-8")
    model = build_tight(load_case(path).instance)
    return Parts(model, Program.of(model.problem)).narrow(share)


def placed_in(parts: Parts) -> Point:
    """A use that knows nothing of what the program has less of."""
    model = parts.model
    use = placed(model, Program.of(model.problem), 0.95, 0, lambda: False, {})
    assert use is not None
    return use


def test_what_cannot_be_bought_is_found_by_pool(tmp_path: Path) -> None:
    """With a tenth of all limits some pools are too small for what was placed: the relaxation in
    which cards may be missing says which, and that each has room for fewer than are used there.

    Sensitivity: were the missing cards free, all would be missing.
    """
    parts = short_of(tmp_path, 0.1)
    use = placed_in(parts)
    assert run_part(parts.buying(use), OPTIONS).status is engines.Status.INFEASIBLE
    shortage = Shortage(parts)
    found = run_part(shortage.parts.buying(use).relaxed(), OPTIONS)
    assert found.point is not None
    room = shortage.room(found.point)
    used = {key: shortage._used(rows[0], use) for key, rows in shortage.rows.items()}
    assert room
    assert all(0 <= room[key] < used[key] for key in room)
    assert any(used[key] > 0 and key not in room for key in used)
    enough = Shortage(short_of(tmp_path, 1.0))
    found = run_part(enough.parts.buying(use).relaxed(), OPTIONS)
    assert found.point is not None
    assert enough.room(found.point) == {}


def test_a_first_plan_places_anew_what_could_not_be_bought(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Proves that 16 cards go to the dearer nodes, 2·150, where the vendor of the cheaper ones may
    have half of the spend only, which is not seen while they are placed.

    Sensitivity: were what is found out forgotten, every try would be the same and none a plan.
    """
    world = World()
    cheap, dear = world.add_item("cheap"), world.add_item("dear")
    world.sell("one", cheap, 100.0, vendor="acme")
    world.sell("two", dear, 150.0, vendor="other")
    world.reserve("desk", 16, ["here/cheap", "here/dear"])
    limits = replace(NO_LIMITS, vendor_share=(("acme", 0.5),))
    model = build_tight(world.build(limits=limits))
    parts, rooms = Parts(model, Program.of(model.problem)), []

    def told(*words: Any) -> Point | None:
        rooms.append(words[-1])
        return placed(*words)

    monkeypatch.setattr("solver.search.stages.placed", told)
    monkeypatch.setattr("solver.search.stages.is_large", lambda model: True)
    incumbent = Incumbent(parts.program, OPTIONS.gap, lambda point: True)
    stage = Stage(parts, incumbent, OPTIONS, HIGHS, time.monotonic(), threading.Event())
    assert first_plan(stage, diving=True)
    assert incumbent.cost == pytest.approx(300.0 / model.money_scale)
    assert rooms == [{}, {("here/cheap", 0): pytest.approx(0.0, abs=1e-6)}]
