"""A case: a loaded problem with its catalogue and instance, ready to solve or check.

Belongs here: bringing file, facts and instance together, with every error placed in the file. Does
not belong here: solving (solver.answer).
"""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from os import PathLike
from typing import Any

import catalogs
from problems import InputError, InputProblem
from problems.edits import Edit
from problems.loading import (
    LoadedProblem,
    ProblemFile,
    Source,
    problem_from_tree,
    read_problem,
)
from problems.schema import Problem
from problems.schema.problem import ExportCaps, Uncertainty
from solver.instance import Instance, InstanceError, build_instance

BASE_ALONE = (
    "The problem is looked at as it stands, without the cases of its uncertainty: `rackmix solve` "
    "plans for all of them at once."
)
"""What is said where an uncertain problem is treated as a certain one."""


@dataclass(frozen=True)
class Uncertain:
    """The cases of an uncertain problem, each a problem of its own."""

    loaded: LoadedProblem
    """The file with its `uncertainty:` block."""
    cases: "Mapping[str, Case]"
    """By name, in the order of the file."""

    @property
    def block(self) -> Uncertainty:
        """What the file says of it."""
        assert self.loaded.problem.uncertainty is not None
        return self.loaded.problem.uncertainty

    @property
    def weights(self) -> dict[str, float]:
        """Weights by case; they add up to 1."""
        weights = {name: case.weight for name, case in self.block.cases.items()}
        total = math.fsum(weights.values())
        return {name: weight / total for name, weight in weights.items()}


@dataclass(frozen=True)
class Case:
    """A problem, the facts it uses and the instance they make.

    Of an uncertain problem it is the file as it stands, without its cases: `uncertain` has them.
    """

    loaded: LoadedProblem
    instance: Instance
    uncertain: Uncertain | None = None
    """The cases to plan for at once; None for a problem that is certain."""

    @property
    def problem(self) -> Problem:
        """The validated problem."""
        return self.loaded.problem

    @property
    def catalog(self) -> catalogs.Catalog:
        """The facts, with the problem's own items and catalogue files on top."""
        return self.loaded.catalog

    @cached_property
    def facts(self) -> dict[str, list[dict[str, object]]]:
        """The catalogue rows the problem uses."""
        from solver.facts import facts_used

        return facts_used(self.problem, self.catalog)

    def with_one_card_type(self) -> "Case":
        """The same problem, allowed one kind of card."""
        limits = self.problem.limits.model_copy(update={"card_types": 1})
        return self._changed(limits=limits)

    def without_rules(self) -> "Case":
        """The same problem without export rules and the buyer's own caps."""
        return self._changed(export_rules=None, export_licences={}, export_caps=ExportCaps())

    def _changed(self, **changes: object) -> "Case":
        problem = self.problem.model_copy(update=changes)
        return _case(replace(self.loaded, problem=problem))


def load_case(source: Source, *, scenarios: Iterable[str] = (), edits: Iterable[Edit] = ()) -> Case:
    """Read a problem and build its instance, after scenarios and then edits.

    ``source`` is the path of a problem file, or a mapping that holds what a file would:
    `{"rackmix": 1, "horizon": {...}, "offers": {...}}`. ``edits`` come from `problems.parse_edit`.
    Raises problems.InputError with everything that is wrong, each with file and line; the places in
    a mapping are paths.
    """
    return case_of(read_problem(source), scenarios=scenarios, edits=edits)


def case_of(
    file: ProblemFile, *, scenarios: Iterable[str] = (), edits: Iterable[Edit] = ()
) -> Case:
    """The instance of a problem file that was read before, after scenarios and then edits.

    Raises problems.InputError with everything that is wrong, each with file and line.
    """
    return _case(file.problem(scenarios, edits))


def validate_file(path: str | PathLike[str], *, edits: Iterable[Edit] = ()) -> None:
    """Read a problem file and each of its scenarios.

    Raises problems.InputError with everything that is wrong in any of them.
    """
    edits, file = tuple(edits), read_problem(path)
    wrong: list[InputProblem] = []
    for chosen in ((), *((name,) for name in file.scenarios)):
        try:
            case_of(file, scenarios=chosen, edits=edits)
        except InputError as error:
            wrong += [problem for problem in error.problems if problem not in wrong]
    if wrong:
        raise InputError(wrong)


def case_from_plan(problem: Any, facts: Any, origin: str) -> Case:
    """The case that a plan file carries: its resolved problem and the catalogue rows it used.

    ``problem`` and ``facts`` are the plan's fields of these names; ``origin`` names the plan in
    messages. Nothing is looked up in the catalogue of today. Raises problems.InputError, and
    catalogs.CatalogError for facts that do not hold together.
    """
    return _case(problem_from_tree(problem, origin, catalogs.Catalog.from_rows(facts)))


def _case(loaded: LoadedProblem) -> Case:
    if loaded.problem.uncertainty is None:
        return _certain(loaded)
    base = _certain(loaded.without_uncertainty)
    wrong: list[InputProblem] = []
    cases = {}
    for name, each in loaded.cases.items():
        try:
            cases[name] = _certain(each)
        except InputError as error:
            wrong += [
                replace(problem, message=f"{problem.message}, in case {name!r}")
                for problem in error.problems
            ]
    if wrong:
        raise InputError(wrong)
    assumptions = (BASE_ALONE, *base.instance.assumptions)
    return Case(
        base.loaded, replace(base.instance, assumptions=assumptions), Uncertain(loaded, cases)
    )


def _certain(loaded: LoadedProblem) -> Case:
    try:
        return Case(loaded, build_instance(loaded.problem, loaded.catalog))
    except InstanceError as error:
        raise loaded.error(error.problems) from None
