"""One language: its table of texts, and how it writes numbers, money and dates.

Belongs here: looking texts up and formatting. Does not belong here: the tables (zh/*.yaml).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib import resources

LANGUAGES = ("en", "zh")
"""Codes of the languages that reports come in."""


@dataclass(frozen=True)
class Language:
    """How a report speaks to its reader."""

    code: str
    texts: Mapping[str, str]
    """From English; empty for English itself."""

    def text(self, english: str, /, **values: object) -> str:
        """A text of a report, with its {placeholders} filled in.

        Raises KeyError for a text that the language's tables lack: a report is never half
        translated.

        >>> language("en").text("{count} cards", count=3)
        '3 cards'
        """
        template = self.texts[english] if self.code != "en" else english
        return template.format(**values)

    def date(self, day: date) -> str:
        """A day: ISO in English, as 2024年1月1日 in Chinese.

        >>> language("zh").date(date(2024, 1, 1))
        '2024年1月1日'
        """
        return f"{day.year}年{day.month}月{day.day}日" if self.code == "zh" else day.isoformat()


@cache
def language(code: str) -> Language:
    """The language of a code in `LANGUAGES`; its tables are read on first use."""
    if code not in LANGUAGES:
        raise ValueError(f"language must be one of {', '.join(LANGUAGES)} (given {code!r})")
    texts: dict[str, str] = {}
    if code != "en":
        from ruamel.yaml import YAML

        folder = resources.files("reports.language").joinpath(code)
        for file in sorted(folder.iterdir(), key=lambda file: file.name):
            if file.name.endswith(".yaml"):
                texts |= YAML(typ="safe").load(file.read_text(encoding="utf-8")) or {}
    return Language(code, texts)
