"""The two errors of the catalogue, and how a misspelt name is answered.

Belongs here: what can go wrong with catalogue data, in words a buyer can act on.
Does not belong here: reading files, rows, rules.
"""

import difflib
from collections.abc import Iterable, Sequence


class CatalogError(ValueError):
    """Catalogue data that cannot be used: every problem found, one readable line each."""

    def __init__(self, problems: Sequence[str]) -> None:
        """Keep the lines as `problems`; the message is all of them."""
        self.problems: list[str] = list(problems)
        super().__init__("\n".join(self.problems))


class MissingFigure(CatalogError):
    """A figure that something needs and the catalogue does not know."""

    def __init__(self, table: str, row_id: str, figure: str, needed_for: str = "") -> None:
        """Name the row and the figure; `needed_for` says what asked for it."""
        self.table, self.id, self.figure, self.needed_for = table, row_id, figure, needed_for
        reason = f", needed for {needed_for}" if needed_for else ""
        places = "a catalogue file of your own"
        if table in ("accelerators", "nodes", "hosts", "switches", "models"):
            places = f"items: {{{row_id}: ...}} of the problem file, or in {places}"
        super().__init__(
            [
                f"{table}.{row_id} has no {figure}{reason}: "
                f"none is known with a source; give it in {places}"
            ]
        )


def nearest(name: str, known: Iterable[str]) -> str:
    """Return '; did you mean ...?' for the known names nearest to one, or nothing.

    >>> nearest("a100_sxm80", ["a100_sxm_80", "l40s"])
    "; did you mean 'a100_sxm_80'?"
    >>> nearest("h20", ["gh200", "h20_sxm_96"])
    "; did you mean 'h20_sxm_96'?"
    >>> nearest("zebra", ["l40s"])
    ''
    """
    by_letters = {_letters(each): each for each in known}
    letters = _letters(name)
    begun = [each for each in by_letters if letters and each.startswith(letters)]
    matches = begun[:3] or difflib.get_close_matches(letters, by_letters, n=1, cutoff=0.6)
    if not matches:
        return ""
    return f"; did you mean {' or '.join(repr(by_letters[match]) for match in matches)}?"


def _letters(name: str) -> str:
    """A name without what is easily mistyped: case, dashes, underscores, blanks."""
    return "".join(character for character in name.lower() if character.isalnum())
