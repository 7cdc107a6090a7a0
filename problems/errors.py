"""What is wrong with an input, in words: its place, what was expected, the nearest valid name.

Belongs here: the error every reader of problem files raises, and the search for the name that was
meant. Does not belong here: finding the faults. Imports nothing heavy, so that it can be caught
anywhere.
"""

import difflib
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class InputProblem:
    """One thing that is wrong with the input.

    >>> print(InputProblem("must be at least 1 (given 0.9)", "p.yaml", 12, 5, "sites.guizhou.pue"))
    p.yaml:12:5: sites.guizhou.pue: must be at least 1 (given 0.9)
    """

    message: str
    """What is wrong and what was expected; begins in lower case, to follow the path."""
    file: str = ""
    """The file as the user named it, or the command-line edit as it was written."""
    line: int = 0
    """Line counted from 1; 0 where there is none."""
    column: int = 0
    """Column counted from 1; 0 where it is not known."""
    path: str = ""
    """Path of the value in the file's own words; empty for the file as a whole."""

    def __str__(self) -> str:
        place = ":".join([self.file, *(str(n) for n in (self.line, self.column) if n)])
        return printable(": ".join(part for part in (place, self.path, self.message) if part))


class InputError(Exception):
    """The input is wrong; ``problems`` lists everything found, sorted by file and line.

    >>> str(InputError([InputProblem("b", "f", 9), InputProblem("a", "f", 2)])).splitlines()
    ['f:2: a', 'f:9: b']
    """

    def __init__(self, problems: Iterable[InputProblem]) -> None:
        self.problems: tuple[InputProblem, ...] = tuple(
            sorted(dict.fromkeys(problems), key=lambda p: (p.file, p.line, p.column, p.path))
        )
        super().__init__("\n".join(str(problem) for problem in self.problems))


def printable(text: str) -> str:
    r"""The text with control characters escaped, so that a file cannot steer the terminal.

    >>> printable("a\x1b[2J")
    'a\\x1b[2J'
    """
    return "".join(c if c.isprintable() else ascii(c)[1:-1] for c in text)


def nearest(word: str, names: Iterable[str]) -> str | None:
    """The name that ``word`` was most likely meant to be; None when none is near.

    >>> nearest("guizou", ["guizhou", "ningxia"]), nearest("PUE", ["pue"]), nearest("x", ["pue"])
    ('guizhou', 'pue', None)
    """
    folded = {name.casefold(): name for name in names}
    found = difflib.get_close_matches(word.casefold(), folded, n=1, cutoff=0.6)
    return folded[found[0]] if found else None


def did_you_mean(word: str, names: Iterable[str], prefix: str = "") -> str:
    """The end of a message: the nearest name, else the choice where it is short, else nothing.

    >>> did_you_mean("pue_", ["pue", "space"]), did_you_mean("x", ["cbc", "highs"])
    ("; did you mean 'pue'?", "; expected one of 'cbc', 'highs'")
    """
    known = list(names)
    near = nearest(word, known)
    if near is not None:
        return f"; did you mean '{prefix}{near}'?"
    if 0 < len(known) <= 8:
        choice = ", ".join(f"'{prefix}{name}'" for name in known)
        return f"; expected {'one of ' if len(known) > 1 else ''}{choice}"
    return ""


def shown(value: object) -> str:
    """A value as a message quotes it, cut where it is long.

    >>> shown("20 kWh"), shown(True), shown({"a": 1})
    ("'20 kWh'", 'true', 'a mapping')
    """
    if isinstance(value, dict):
        return "a mapping"
    if isinstance(value, list | tuple):
        return "a list"
    if value is None or isinstance(value, bool):
        return {None: "nothing", True: "true", False: "false"}[value]
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "..."
