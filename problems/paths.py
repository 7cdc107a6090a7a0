"""Paths into a problem file, as edits and messages write them: ``sites.guizhou.pue``.

Belongs here: reading and writing a path. Does not belong here: following one through a file
(document.py, edits.py).
"""

import re

KeyPath = tuple[str | int, ...]
"""Keys from the top of the file down; whole numbers are places in lists, counted from 0."""

_KEY = r'"(?:[^"\\]|\\.)*"|[^."\[\]]+'
_PATH = re.compile(rf"(?:{_KEY})(?:\.(?:{_KEY})|\[\d{{1,6}}\])*")
_PART = re.compile(rf"\[(?P<index>\d+)\]|(?P<key>{_KEY})")


def path_text(path: KeyPath) -> str:
    """Write a path.

    >>> path_text(("offers", "a.b", "discounts", 0, "off"))
    'offers."a.b".discounts[0].off'
    """
    text = ""
    for part in path:
        if isinstance(part, int):
            text += f"[{part}]"
            continue
        if not part or re.search(r'[."\[\]=*]|^\s|\s$', part):
            part = '"' + part.replace("\\", "\\\\").replace('"', '\\"') + '"'
        text += f".{part}" if text else part
    return text


def parse_path(text: str) -> KeyPath:
    """Read a path; a key that holds a dot stands in double quotes.

    A number between dots (``measured.0``) stays text: whether it is a place in a list or a key is
    known only where it is followed. Raises ValueError in words.

    >>> parse_path('offers."a.b".discounts[0].off'), parse_path("limits.budget.2023")
    (('offers', 'a.b', 'discounts', 0, 'off'), ('limits', 'budget', '2023'))
    """
    text = text.strip()
    if not _PATH.fullmatch(text):
        raise ValueError(
            f"cannot read the path {text!r}: expected keys joined by dots, e.g. sites.guizhou.pue, "
            'with "double quotes" around a key that holds a dot'
        )
    return tuple(
        int(part["index"]) if part["index"] is not None else _unquoted(part["key"])
        for part in _PART.finditer(text)
    )


def _unquoted(key: str) -> str:
    key = key.strip()
    return re.sub(r"\\(.)", r"\1", key[1:-1]) if key.startswith('"') else key
