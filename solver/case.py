"""A case: a loaded problem with its catalogue and instance, ready to solve or check.

Belongs here: bringing file, facts and instance together, with every error placed in the file. Does not
belong here: solving (solver.answer).
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from os import PathLike
from pathlib import Path
from typing import Any

import catalogs
from problems.checks import check_problem
from problems.edits import Edit
from problems.items import catalog_with_items
from problems.loading import LoadedProblem, load_problem, problem_from_tree
from problems.paths import KeyPath
from problems.schema import Problem
from problems.schema.problem import ExportCaps
from solver.instance import Instance, InstanceError, build_instance


@dataclass(frozen=True)
class Case:
    """A problem, the facts it uses and the instance they make."""

    loaded: LoadedProblem
    catalog: catalogs.Catalog
    """With the problem's own items and catalogue files on top."""
    instance: Instance

    @property
    def problem(self) -> Problem:
        """The validated problem."""
        return self.loaded.problem

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
        return _case(replace(self.loaded, problem=problem), self.catalog)


def load_case(
    path: str | PathLike[str], *, scenarios: Iterable[str] = (), edits: Iterable[Edit] = ()
) -> Case:
    """Read a problem file and build its instance.

    Raises problems.InputError with everything that is wrong, each with file and line.
    """
    found: list[catalogs.Catalog] = []
    folder = Path(path).parent

    def check(problem: Problem) -> Iterator[tuple[KeyPath, str]]:
        files = [folder / name for name in problem.catalogs]
        try:
            found[:] = [catalog_with_items(problem, catalogs.load_catalog(files))]
        except catalogs.CatalogError as error:
            yield from (_placed(problem, message) for message in error.problems)
            return
        yield from check_problem(problem, found[0])

    loaded = load_problem(path, scenarios=scenarios, edits=edits, check=check)
    return _case(loaded, found[0])


def case_from_plan(problem: Any, facts: Any, origin: str) -> Case:
    """The case that a plan file carries: its resolved problem and the catalogue rows it used.

    Raises problems.InputError, and catalogs.CatalogError for facts that do not hold together.
    """
    catalog = catalogs.Catalog.from_rows(facts)
    loaded = problem_from_tree(problem, origin, lambda found: check_problem(found, catalog))
    return _case(loaded, catalog)


def _case(loaded: LoadedProblem, catalog: catalogs.Catalog) -> Case:
    try:
        return Case(loaded, catalog, build_instance(loaded.problem, catalog))
    except InstanceError as error:
        raise loaded.error(error.problems) from None


def _placed(problem: Problem, message: str) -> tuple[KeyPath, str]:
    """A catalogue's complaint at the block that caused it: an item it names, or the files."""
    named = [key for key in problem.items if f"items.{key}:" in message or f".{key}" in message]
    if named:
        return ("items", named[0]), message.removeprefix(f"items.{named[0]}: ")
    return ("catalogs",) if problem.catalogs else ("items",), message
