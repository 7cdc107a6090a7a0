"""What is in the wheel, and that it works away from the checkout."""

import os
import subprocess
import sys
import tarfile
import tomllib
import venv
import zipfile
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

ROOMS = ("catalogs", "problems", "solver", "reports", "commands")


def run(*command: str | Path, cwd: Path) -> str:
    """Run a command without any search path of ours and return what it printed."""
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}
    done = subprocess.run(
        [str(part) for part in command], cwd=cwd, env=environment, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def built(repository: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the source distribution and the wheel that was built from it."""
    folder = tmp_path_factory.mktemp("dist")
    run(sys.executable, "-m", "build", "--outdir", folder, repository, cwd=folder)
    return folder


@pytest.fixture(scope="module")
def wheel(built: Path) -> Path:
    """The wheel."""
    (path,) = built.glob("*.whl")
    return path


@pytest.fixture(scope="module")
def environment(wheel: Path, repository: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The programs of a fresh environment in which only the wheel is installed."""
    folder = tmp_path_factory.mktemp("fresh")
    venv.create(folder, with_pip=True)
    programs = folder / "bin"
    constraints = repository / "constraints.txt"
    run(programs / "python", "-m", "pip", "install", "-q", "-c", constraints, wheel, cwd=folder)
    return programs


def room_files(repository: Path) -> set[str]:
    """Return every file of the rooms in the checkout, caches apart."""
    return {
        path.relative_to(repository).as_posix()
        for room in ROOMS
        for path in (repository / room).rglob("*")
        if path.is_file() and not {"__pycache__", ".DS_Store"} & set(path.parts)
    }


def test_the_wheel_carries_every_file_of_the_rooms(repository: Path, wheel: Path) -> None:
    """Code, catalogue data, problem files and py.typed: all of it, and nothing from beside."""
    with zipfile.ZipFile(wheel) as archive:
        names = {name for name in archive.namelist() if ".dist-info/" not in name}
    assert names == room_files(repository) | {"cli.py"}


def test_the_wheel_carries_data_and_typing_marks(wheel: Path) -> None:
    """Both rooms with data have some, and every room says that it is typed."""
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
    assert "catalogs/data/accelerators.csv" in names
    assert any(name.startswith("problems/") and name.endswith(".yaml") for name in names)
    assert {f"{room}/py.typed" for room in ROOMS} <= names


def test_the_source_distribution_can_be_tested(repository: Path, built: Path) -> None:
    """Whoever packages from source gets the data, the tests, the Makefile and the licence."""
    (path,) = built.glob("*.tar.gz")
    with tarfile.open(path) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    beside = {"LICENSE", "Makefile", "constraints.txt", "tests/conftest.py", "pyproject.toml"}
    assert room_files(repository) | beside <= names


def test_the_wheel_says_what_it_is(repository: Path, wheel: Path) -> None:
    """Name, version, licence and the oldest Python are those of pyproject.toml."""
    project = tomllib.loads((repository / "pyproject.toml").read_text("utf-8"))["project"]
    with zipfile.ZipFile(wheel) as archive:
        (metadata,) = [name for name in archive.namelist() if name.endswith("/METADATA")]
        lines = archive.read(metadata).decode().splitlines()
    assert "Name: rackmix" in lines
    assert f"Version: {project['version']}" in lines
    assert "License-Expression: Apache-2.0" in lines
    assert "Requires-Python: >=3.12" in lines


def test_the_installed_command_works_from_an_empty_folder(
    environment: Path, repository: Path, tmp_path: Path
) -> None:
    """Help, version, the catalogue and the schema need nothing but the wheel."""
    project = tomllib.loads((repository / "pyproject.toml").read_text("utf-8"))["project"]
    assert "Usage: rackmix" in run(environment / "rackmix", "--help", cwd=tmp_path)
    assert project["version"] in run(environment / "rackmix", "--version", cwd=tmp_path)
    assert "h20_sxm_96" in run(environment / "rackmix", "catalog", "accelerators", cwd=tmp_path)
    assert '"$defs"' in run(environment / "rackmix", "schema", cwd=tmp_path)


def test_the_installed_command_solves_its_starter(environment: Path, tmp_path: Path) -> None:
    """`rackmix new` writes a file that `rackmix solve` solves: the solver came with the wheel."""
    run(environment / "rackmix", "new", "own.yaml", cwd=tmp_path)
    assert "Verified" in run(environment / "rackmix", "solve", "own.yaml", cwd=tmp_path)


def test_the_installed_code_is_not_the_checkout(environment: Path, tmp_path: Path) -> None:
    """The tests above looked at the wheel: no module comes from the checkout."""
    code = f"import cli, {', '.join(ROOMS)}; print(catalogs.__file__, cli.__file__)"
    files = run(environment / "python", "-c", code, cwd=tmp_path).split()
    assert all(Path(file).is_relative_to(environment.parent) for file in files)
