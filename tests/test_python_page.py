"""The page on Python: its examples run, its outputs are real, and it leaves out no public name."""

import inspect
from pathlib import Path

import pytest

import solver
from docs.python_page import PAGE, meaning, names_table, rendered

HARMLESS = ("estimates", "plan_frames")
"""Functions of what was valid before, which have nothing to raise."""


def test_the_examples_run_and_print_what_the_page_shows() -> None:
    """Run in order, in one namespace, the examples print exactly what stands below them."""
    text = PAGE.read_text(encoding="utf-8")
    assert text.count("```text\n") > 15, "the page lost its outputs"
    assert rendered(text) == text, "run docs/python_page.py and look at what changed"


def test_an_output_that_is_wrong_would_be_seen() -> None:
    """Proves the comparison: rendering replaces an output that is not what the example prints."""
    page = "```python\nprint(1 + 1)\n```\n\n```text\n3\n```\n"
    assert rendered(page) == page.replace("3", "2")


def test_an_example_that_fails_is_named() -> None:
    """An error comes out as it is, with the example beside it."""
    with pytest.raises(ZeroDivisionError) as raised:
        rendered("```python\n1 / 0\n```\n")
    assert "1 / 0" in raised.value.__notes__[0]


def test_every_public_name_is_in_the_table() -> None:
    """The table has each name of `solver.__all__` once, with the first words of its docstring."""
    table = names_table()
    assert table in PAGE.read_text(encoding="utf-8")
    rows = [line.split("|")[1].strip() for line in table.splitlines()[2:]]
    assert sorted(rows) == sorted(f"`{name}`" for name in solver.__all__)


def test_the_lists_of_public_names_agree(repository: Path) -> None:
    """What loads on first use, what is listed and what type checkers see are the same names."""
    assert sorted(solver._HOMES) == sorted(solver.__all__)
    source = (repository / "solver" / "__init__.py").read_text(encoding="utf-8")
    for_checkers = source.partition("if TYPE_CHECKING:")[2].partition("_HOMES")[0]
    assert [name for name in solver.__all__ if name not in for_checkers] == []


@pytest.mark.parametrize("name", solver.__all__)
def test_every_public_name_says_what_it_is(name: str) -> None:
    """Each has a docstring of its own that begins with a whole sentence."""
    found = getattr(solver, name)
    assert found.__doc__, f"{name} has no docstring"
    assert not found.__doc__.startswith(f"{name}("), f"{name} has only what dataclass wrote"
    assert meaning(name).endswith((".", "...")), f"{name}: {meaning(name)}"


@pytest.mark.parametrize(
    "name",
    [n for n in solver.__all__ if inspect.isfunction(getattr(solver, n)) and n not in HARMLESS],
)
def test_every_public_function_says_what_it_raises(name: str) -> None:
    """A docstring says which errors can come, or that none does."""
    words = (getattr(solver, name).__doc__ or "").casefold().split()
    assert "raises" in words, f"{name} does not say what it raises"
