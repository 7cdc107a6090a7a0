"""The examples of docs/python.md: run in order, their output and the table of names written anew.

Belongs here: finding the examples, running them, the table. Does not belong here: what they show
(python.md). Run from the root: `.venv/bin/python docs/python_page.py`.

Blocks fenced as `python` run one after the other in one namespace, in an empty folder that has
`problems/` in it; what one prints stands in the block fenced as `text` right after it.
"""

import contextlib
import inspect
import io
import os
import re
import tempfile
from pathlib import Path
from typing import Any

import pandas

import solver

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "python.md"
_EXAMPLE = re.compile(r"^```python\n(.*?)^```\n(?:\n```text\n.*?^```\n)?", re.DOTALL | re.MULTILINE)
_TABLE = re.compile(r"(<!-- names -->\n).*?(<!-- end of names -->)", re.DOTALL)
SHOWN = ("display.width", "display.max_columns", "display.float_format")
"""What the examples may set of pandas; it is put back after them."""


def rendered(text: str) -> str:
    """The page with what its examples print today, and the names there are today.

    Raises what an example raises, with the example noted.
    """
    given = [part for name in SHOWN for part in (name, pandas.get_option(name))]
    namespace: dict[str, Any] = {}

    def run(example: re.Match[str]) -> str:
        code, printed = example[1], io.StringIO()
        try:
            with contextlib.redirect_stdout(printed):
                exec(compile(code, PAGE.name, "exec"), namespace)
        except Exception as error:
            error.add_note(f"in the example\n{code}")
            raise
        output = "\n".join(line.rstrip() for line in printed.getvalue().splitlines())
        shown = f"\n```text\n{output}\n```\n" if output else ""
        return f"```python\n{code}```\n{shown}"

    with tempfile.TemporaryDirectory() as folder, contextlib.chdir(folder):
        os.symlink(ROOT / "problems", "problems")
        with pandas.option_context(*given):
            text = _EXAMPLE.sub(run, text)
    return _TABLE.sub(lambda found: found[1] + names_table() + found[2], text)


def names_table() -> str:
    """Every name that `solver` offers, and the first sentence of what it says of itself."""
    rows = [f"| `{name}` | {meaning(name)} |" for name in sorted(solver.__all__, key=str.casefold)]
    return "\n".join(["| name | is |", "| --- | --- |", *rows, ""])


def meaning(name: str) -> str:
    """The first sentence of a name's docstring, on one line."""
    text = " ".join((inspect.getdoc(getattr(solver, name)) or "").split("\n\n")[0].split())
    return re.split(r"(?<=\.)\s(?=[A-Z`])", text)[0].replace("|", "\\|")


if __name__ == "__main__":
    PAGE.write_text(rendered(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
