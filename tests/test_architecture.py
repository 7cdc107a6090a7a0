"""The rules of the house that can be read from the files alone.

Which room may import which, who may know the solvers, and what no file may contain. What the
code computes is tested in the folder of its room.
"""

import ast
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
ROOMS = ("catalogs", "problems", "solver", "reports", "commands", "cli")
"""From the bottom up: a room may import itself and the rooms before it."""
MAX_LINES = 400


def module_name(path: Path) -> str:
    """Return the dotted name of a module of ours: `solver/plan.py` is `solver.plan`."""
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def room_modules() -> list[Path]:
    """Return the modules of all rooms."""
    packages = [path for room in ROOMS[:-1] for path in sorted((ROOT / room).rglob("*.py"))]
    return [*packages, ROOT / "cli.py"]


MODULES = {module_name(path): path for path in room_modules()}
each_module = pytest.mark.parametrize("name", MODULES)


def imports(source: str, name: str, is_package: bool = False) -> Iterator[str]:
    r"""Yield the dotted name of everything a module imports, wherever in it the import stands.

    `from solver import plan` yields `solver` and `solver.plan`: which of the two is the module
    cannot be told from here.

    >>> sorted(imports("import os.path\nfrom . import plan", "solver.verify"))
    ['os.path', 'solver', 'solver.plan']
    >>> list(imports("def f():\n    import_module('pulp')", "solver.verify"))
    ['pulp']
    """
    package = name.split(".") if is_package else name.split(".")[:-1]
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            parts = package[: len(package) - node.level + 1] if node.level else []
            base = ".".join([*parts, *([node.module] if node.module else [])])
            yield base
            yield from (f"{base}.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.Call) and called(node) in {"import_module", "__import__"}:
            first = node.args[0] if node.args else None
            if isinstance(first, ast.Constant) and isinstance(first.value, str):
                target = first.value.lstrip(".")
                yield f"{'.'.join(package)}.{target}" if first.value != target else target


def called(node: ast.Call) -> str:
    """Return the last part of the name that is called, or nothing."""
    function = node.func
    if isinstance(function, ast.Attribute):
        return function.attr
    return function.id if isinstance(function, ast.Name) else ""


def imported(name: str) -> set[str]:
    """Return what the named module of ours imports."""
    path = MODULES[name]
    return set(imports(path.read_text("utf-8"), name, path.name == "__init__.py"))


def within(name: str, *packages: str) -> bool:
    """Tell whether a dotted name is one of the packages or lies in one of them."""
    return any(name == package or name.startswith(f"{package}.") for package in packages)


def test_every_room_is_found() -> None:
    """The tests below must not pass because they looked at nothing."""
    assert {name.partition(".")[0] for name in MODULES} == set(ROOMS)


@each_module
def test_imports_run_one_way(name: str) -> None:
    """A module imports its own room and the rooms below it, never one above."""
    own = ROOMS.index(name.partition(".")[0])
    upwards = {target for target in imported(name) if within(target, *ROOMS[own + 1 :])}
    assert not upwards, f"{name} imports upwards: {sorted(upwards)}"


@each_module
def test_rooms_import_nothing_from_beside_the_product(name: str) -> None:
    """Tests, benchmarks and documentation are not in the wheel, so no room imports them."""
    assert not {t for t in imported(name) if within(t, "tests", "benchmarks", "docs")}


@each_module
def test_only_formulation_and_engines_know_the_solvers(name: str) -> None:
    """PuLP is known to `solver.formulation` and `solver.engines`, HiGHS to the engines alone."""
    found = imported(name)
    if not within(name, "solver.formulation", "solver.engines"):
        assert not {target for target in found if within(target, "pulp")}
    if not within(name, "solver.engines"):
        assert not {target for target in found if within(target, "highspy", "cbcbox")}


def test_verification_is_independent() -> None:
    """`solver.verify` re-checks plans without the code that made them."""
    verifiers = [name for name in MODULES if within(name, "solver.verify")]
    assert verifiers, "solver.verify is gone: has it another name now?"
    for name in verifiers:
        made_by = {
            target
            for target in imported(name)
            if within(target, "solver.formulation", "solver.engines")
        }
        assert not made_by, f"{name} imports {sorted(made_by)}"


@each_module
def test_only_cli_and_reports_print(name: str) -> None:
    """What the lower rooms have to say is returned, raised or logged."""
    if within(name, "cli", "commands", "reports"):
        return
    tree = ast.parse(MODULES[name].read_text("utf-8"))
    lines = [n.lineno for n in ast.walk(tree) if isinstance(n, ast.Call) and called(n) == "print"]
    assert not lines, f"{name} prints on lines {lines}"


@each_module
def test_every_module_says_what_belongs_in_it(name: str) -> None:
    """The first lines of each module are a docstring."""
    docstring = ast.get_docstring(ast.parse(MODULES[name].read_text("utf-8")))
    assert docstring, f"{name} has none"


@each_module
def test_modules_are_read_in_one_sitting(name: str) -> None:
    """No module grows past the limit."""
    lines = len(MODULES[name].read_text("utf-8").splitlines())
    assert lines <= MAX_LINES, f"{name} has {lines} lines"


HOMES = packages_distributions()
"""Packages that offer a module of that name."""


def distributions(requirements: list[str]) -> set[str]:
    """Return the names of the packages that requirements ask for, in one spelling."""
    names = (re.match(r"[\w.-]+", line) for line in requirements)
    return {re.sub(r"[-_.]+", "-", name[0]).lower() for name in names if name}


@each_module
def test_what_is_imported_is_declared(name: str) -> None:
    """Third-party imports of the rooms are dependencies that pyproject.toml names."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    optional = project["optional-dependencies"]
    declared = distributions(project["dependencies"] + optional["dask"])
    own = set(sys.stdlib_module_names) | set(ROOMS)
    for package in {target.partition(".")[0] for target in imported(name)} - own:
        assert distributions(HOMES[package]) <= declared, package


def repository_files() -> list[Path]:
    """Return the files that are or would be tracked; without git, all but hidden ones."""
    if git := shutil.which("git"):
        command = [git, "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
        listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
        found = [ROOT / name for name in listed.stdout.split("\0") if name]
    if not git or listed.returncode:
        found = [
            path
            for path in ROOT.rglob("*")
            if not any(part.startswith(".") for part in path.relative_to(ROOT).parts)
        ]
    return sorted({path for path in found if path.is_file()})


# Put together from pieces, so that this file does not contain what it forbids.
REGISTRY_HOSTS = [
    ".".join(parts)
    for parts in [
        ("pypi", "org"),
        ("pythonhosted", "org"),
        ("anaconda", "org"),
        ("npmjs", "org"),
        ("proxy", "golang", "org"),
        ("crates", "io"),
        ("tuna", "tsinghua", "edu", "cn"),
        ("mirrors", "aliyun", "com"),
    ]
] + ["arti" + "factory"]
MACHINE_FOLDERS = ["home", "root", "work", "opt", "tmp", "Users", "private/var"]
FORBIDDEN = re.compile(
    "|".join(
        [
            *map(re.escape, REGISTRY_HOSTS),
            rf"(?<![\w.~)}}/-])/(?:{'|'.join(MACHINE_FOLDERS)})/",
            r"\b[A-Z]:\\\\?" + "Users",
        ]
    )
)


def test_the_search_for_hosts_and_paths_finds_them() -> None:
    """The pattern hits what it is meant for and leaves addresses on the web alone."""
    for folder in MACHINE_FOLDERS:
        assert FORBIDDEN.search(f'open("/{folder}/someone/plan.json")')
    for host in REGISTRY_HOSTS:
        assert FORBIDDEN.search(f"https://{host}/simple")
    assert not FORBIDDEN.search("https://example.com/" + "home/page")


def test_no_registry_hosts_and_no_machine_paths() -> None:
    """No file names a host that packages are fetched from, or a folder of one machine."""
    hits = []
    files = repository_files()
    assert Path(__file__) in files
    for path in files:
        text = path.read_bytes().decode("utf-8", errors="ignore")
        for number, line in enumerate(text.splitlines(), start=1):
            if FORBIDDEN.search(line):
                hits.append(f"{path.relative_to(ROOT)}:{number}: {line.strip()[:100]}")
    assert not hits, "\n".join(hits)
