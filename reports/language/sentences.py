"""Sentences that plans carry, from English to another language by their patterns.

Belongs here: matching a sentence with the templates of a table and filling in what it names. Does
not belong here: the templates (zh/sentences/*.yaml), texts of reports (language.py).
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property

_PLACEHOLDER = re.compile(r"\{(\w+)\}")
WHOLE = "sentence"
"""How placeholders begin whose text is a sentence itself."""
KNOWN = "known"
"""The same, where the template fits only if the tables know that sentence."""
TIME = "time"
"""How placeholders begin that stand for a period or a day only."""
SEVERAL = "list"
"""How placeholders begin whose text is a list of sentences or names."""


@dataclass(frozen=True)
class Sentences:
    """Templates of sentences and what they are in another language.

    A template names what varies in braces. `{sentence…}` stands for a sentence that is translated
    itself, `{known…}` for one that the tables must know, `{list…}` for several, `{time…}` for a
    period or day, everything else for a name or figure, which `value` may rewrite.
    """

    templates: Mapping[str, str]
    value: Callable[[str], str]
    comma: str
    """What stands between the entries of a list."""

    @cached_property
    def _patterns(self) -> tuple[tuple[re.Pattern[str], str], ...]:
        # What has more words of its own is the closer match, so it is tried first.
        ordered = sorted(self.templates, key=lambda english: -len(_PLACEHOLDER.sub("", english)))
        return tuple((_pattern(english), self.templates[english]) for english in ordered)

    def translate(self, english: str) -> str | None:
        """The sentence in the other language; None where no template fits it."""
        if english in self.templates:
            return self.templates[english]
        for pattern, target in self._patterns:
            if match := pattern.fullmatch(english):
                found = match.groupdict().items()
                if all(self.translate(text) for name, text in found if name.startswith(KNOWN)):
                    return target.format(**{name: self._value(name, text) for name, text in found})
        return None

    def _value(self, name: str, text: str) -> str:
        if name.startswith(SEVERAL):
            return self.comma.join(self._value(WHOLE, part) for part in text.split(", "))
        if name.startswith((WHOLE, KNOWN)):
            return self.translate(text) or self.value(text)
        return self.value(text)


def _pattern(english: str) -> re.Pattern[str]:
    """The expression that a template stands for; a name that comes twice is the same text.

    >>> bool(_pattern("{a} at {b}").fullmatch("h20 at guizhou"))
    True
    """
    parts, seen = [], set()
    for number, piece in enumerate(_PLACEHOLDER.split(english)):
        if number % 2 == 0:
            parts.append(re.escape(piece))
        else:
            fits = r"\d{4}[-\dQ]*" if piece.startswith(TIME) else ".+?"
            parts.append(f"(?P={piece})" if piece in seen else f"(?P<{piece}>{fits})")
            seen.add(piece)
    return re.compile("".join(parts), re.DOTALL)
