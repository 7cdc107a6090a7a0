"""How little is imported before rackmix knows what it is asked to do.

The budget is held on modules, not on seconds, so that it means the same on every machine.
"""

import subprocess
import sys
from pathlib import Path

import pytest

from cli import HOMES

HEAVY = {
    *("altair", "dask", "distributed", "docx", "highspy", "jinja2", "numpy", "pandas", "pint"),
    *("pulp", "pyarrow", "pydantic", "rich", "ruamel", "vl_convert", "xlsxwriter"),
}
HANDING_OVER = {
    *("altair", "distributed", "docx", "openpyxl", "pandas", "pyarrow", "vl_convert", "xlsxwriter"),
}
ROOMS = {"catalogs", "problems", "solver", "reports"}
MODULE_BUDGET = 150
"""`rackmix --help` imports some 110 modules, the interpreter's own and click's needs."""


def modules_imported(repository: Path, *arguments: str, exit_code: int = 0) -> set[str]:
    """Run the command line in a process of its own and return all modules it imported."""
    run = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "cli", *arguments],
        cwd=repository,
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == exit_code, run.stderr
    lines = [line for line in run.stderr.splitlines() if line.startswith("import time:")]
    assert len(lines) > 10, "the interpreter reported no imports"
    return {line.rpartition("|")[2].strip() for line in lines}


def top_level(modules: set[str]) -> set[str]:
    """Return the packages that the modules belong to."""
    return {name.partition(".")[0] for name in modules}


def test_the_probe_sees_heavy_imports(repository: Path) -> None:
    """A command that reads the catalogue does import pydantic: the probe is not blind."""
    assert "pydantic" in top_level(modules_imported(repository, "catalog", "accelerators"))


@pytest.mark.parametrize("arguments", [["--help"], ["--version"], *([c, "--help"] for c in HOMES)])
def test_help_imports_nothing_heavy(repository: Path, arguments: list[str]) -> None:
    """Help and version are answered without the solvers, the schema, the units or any room."""
    modules = modules_imported(repository, *arguments)
    assert not top_level(modules) & (HEAVY | ROOMS)


def test_help_stays_within_the_module_budget(repository: Path) -> None:
    """The number of modules behind `rackmix --help` does not creep up."""
    assert len(modules_imported(repository, "--help")) <= MODULE_BUDGET


def test_a_mistyped_option_imports_nothing_heavy(repository: Path) -> None:
    """What click can refuse alone is refused before anything is loaded."""
    modules = modules_imported(repository, "solve", "--gab", "1%", "x.yaml", exit_code=2)
    assert not top_level(modules) & (HEAVY | ROOMS)


@pytest.mark.parametrize("command", [["solve", "--time-limit", "20s"], ["validate"]])
def test_solving_imports_nothing_that_only_handing_over_needs(
    repository: Path, command: list[str]
) -> None:
    """A solve never waits for the tables, charts and documents of an export.

    Of dask, which pint looks for by itself where it is installed, no scheduler is loaded.
    """
    file = repository / "problems" / "library" / "card_in_host.yaml"
    modules = modules_imported(repository, *command, str(file))
    assert not top_level(modules) & HANDING_OVER
