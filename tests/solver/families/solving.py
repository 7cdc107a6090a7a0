"""Small problems solved to the end: the least total, with everything or with one thing taken away.

Belongs here: what the hand-solved tests of the constraint families and cost terms share. Does not
belong here: tests, and how instances are written down (instances.py).
"""

import tempfile
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import highspy
import pytest

from problems.loading import problem_from_tree
from problems.yaml_text import parse_yaml
from solver import engines
from solver.extract import extract
from solver.families import Family
from solver.formulation import Model, build, build_plain
from solver.instance import Instance, build_instance
from solver.verify import verify
from tests.solver.plans import plan_of

ZERO_GAP = engines.Options(engine="cbc", gap=0.0)
INFEASIBLE = "infeasible"
"""The total of a problem that has no plan."""

BASE = """\
rackmix: 1
horizon: {start: 2023-01-01, end: 2023-12-31, period: year}
currency: CNY
items:
  acc: {kind: accelerator, form_factor: SXM, memory: 80 GB, bf16: 1000 TFLOPS, power: 500 W}
  box: {kind: node, card: acc, cards: 1, power: 1 kW}
sites:
  here: {destination: CN}
"""
"""What a problem text need not say: one year, and nodes of one card that does 1 PFLOP/s."""


def close(total: float) -> Any:
    """Equal to 1e-6, relative."""
    return pytest.approx(total, rel=1e-6, abs=1e-9)


def instance_of(text: str) -> Instance:
    """The instance of a problem text; the blocks it leaves out are those of `BASE`."""
    loaded = problem_from_tree(_tree(BASE) | _tree(text), "test")
    return build_instance(loaded.problem, loaded.catalog)


def _tree(text: str) -> dict[str, Any]:
    root, problems = parse_yaml(text, "test")
    assert root is not None, problems
    assert not problems
    tree: dict[str, Any] = root.plain()
    return tree


def cheapest(
    problem: Instance | str,
    *,
    without: Family | None = None,
    free: str | None = None,
) -> float | str:
    """The least total of a problem, or INFEASIBLE: CBC proves it for the tightened program, HiGHS
    finds the same for the plain one, and the plan is verified.

    `without` leaves out the rows of a family (and the bounds on orders that follow from them),
    `free` a term of the bill, both in the plain program, whose families mean what they say.
    """
    instance = instance_of(problem) if isinstance(problem, str) else problem
    if without or free:
        plain = lacking(build_plain(_unbounded(instance) if without else instance), without, free)
        outcome = engines.solve(plain.problem, ZERO_GAP)
        return _total(plain, outcome)
    model, plain = build(instance), build_plain(instance)
    outcome = engines.solve(model.problem, ZERO_GAP)
    total = _total(model, outcome)
    assert total == _by_highs(plain)
    if isinstance(total, float):
        _confirm(model, outcome.values, total)
    return total


def _total(model: Model, outcome: engines.Outcome) -> float | str:
    if outcome.status is engines.Status.INFEASIBLE:
        return INFEASIBLE
    assert outcome.status is engines.Status.OPTIMAL, outcome
    assert outcome.objective is not None
    return outcome.objective * model.money_scale


def _unbounded(instance: Instance) -> Instance:
    """The instance with room in every order for more than any small problem needs."""
    offers = (replace(o, max_units=1000) if o.max_units else o for o in instance.offers)
    return replace(instance, offers=tuple(offers))


def _confirm(model: Model, values: Mapping[str, float], total: float) -> None:
    """The bill of the plan, priced apart from the program, has the same total and is verified."""
    plan = plan_of(model.instance, extract(model, values))
    verification = verify(model.instance, plan)
    assert verification.ok, verification.violations
    assert plan.objective == close(total)


def _by_highs(model: Model) -> Any:
    """The least total that HiGHS finds, in this process: quick enough for every small problem."""
    engine = highspy.Highs()  # type: ignore[no-untyped-call]
    engine.silent()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "program.mps"
        model.problem.writeMPS(str(path))
        engine.readModel(str(path))
    engine.setOptionValue("mip_rel_gap", 0.0)
    engine.run()
    if engine.getModelStatus() == highspy.HighsModelStatus.kInfeasible:
        return INFEASIBLE
    assert engine.getModelStatus() == highspy.HighsModelStatus.kOptimal
    # The MPS file has no place for the constant.
    least: float = engine.getInfo().objective_function_value
    return close(least * model.money_scale + sum(model.fixed.values()))


def lacking(model: Model, family: Family | None, term: str | None) -> Model:
    """The same program without the rows of a family and without a term of the bill."""
    assert family is None or any(row.family is family for row in model.rows), "nothing to leave out"
    assert term is None or term in model.costs or term in model.fixed, "nothing to leave out"
    rest = Model(model.instance, model.money_scale)
    for column in model.columns:
        rest.column(column.kind, column.index, column.upper, integer=column.integer)
    number = {column.variable.name: n for n, column in enumerate(model.columns)}
    add: dict[int, Callable[..., None]] = {-1: rest.at_most, 0: rest.equal, 1: rest.at_least}
    for name, row in zip(model.rows, model.problem.constraints(), strict=True):
        if name.family is not family:
            terms = [(number[variable.name], value) for variable, value in row.items()]
            add[row.sense](name.family, name.index, name.path, terms, -row.constant)
    rest.costs = {key: terms for key, terms in model.costs.items() if key != term}
    rest.fixed = {key: amount for key, amount in model.fixed.items() if key != term}
    rest.finish()
    return rest
