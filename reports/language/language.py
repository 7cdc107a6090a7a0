"""One language: its table of texts, and how it writes numbers, money and dates.

Belongs here: looking texts up and formatting. Does not belong here: the tables (zh/*.yaml), how
Chinese writes a figure (chinese.py).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cache, cached_property
from importlib import resources
from importlib.resources.abc import Traversable

from reports import numbers
from reports.language import chinese
from reports.language.sentences import Sentences

LANGUAGES = ("en", "zh")
"""Codes of the languages that reports come in."""


@dataclass(frozen=True)
class Language:
    """How a report speaks to its reader."""

    code: str
    texts: Mapping[str, str]
    """From English; empty for English itself."""
    patterns: Mapping[str, str] = field(default_factory=dict)
    """Templates of the sentences that plans carry, from English; empty for English itself."""

    def text(self, english: str, /, **values: object) -> str:
        """A text of a report, with its {placeholders} filled in.

        Raises KeyError for a text that the language's tables lack: a report is never half
        translated.

        >>> language("en").text("{count} cards", count=3)
        '3 cards'
        """
        template = self.texts[english] if self.code != "en" else english
        return template.format(**values)

    def sentence(self, english: str) -> str:
        """A sentence that a plan carries, such as an assumption or the reason of an exclusion.

        One that the tables do not know stays English: a plan may hold sentences of the buyer's own
        catalogue.

        >>> language("zh").sentence("used up in 2025-Q3")
        '2025年第3季度已用尽'
        """
        return self.translated(english) or english

    def translated(self, english: str) -> str | None:
        """The same, or None where the tables do not know the sentence."""
        return english if self.code == "en" else self._sentences.translate(english)

    @cached_property
    def _sentences(self) -> Sentences:
        return Sentences(self.patterns, chinese.period, "、")

    @property
    def _zh(self) -> bool:
        return self.code == "zh"

    def date(self, day: date) -> str:
        """A day: ISO in English, as 2024年1月1日 in Chinese.

        >>> language("zh").date(date(2024, 1, 1))
        '2024年1月1日'
        """
        return chinese.day(day) if self._zh else day.isoformat()

    def span(self, start: datetime, end: datetime) -> tuple[str, str]:
        """A stretch of time by its first and last day, or by the minute where it ends within one.

        >>> language("zh").span(datetime(2023, 7, 1), datetime(2023, 7, 31))
        ('2023年7月1日', '2023年7月30日')
        """
        first, last = numbers.first_and_last(start, end)
        return self._moment(first), self._moment(last)

    def _moment(self, text: str) -> str:
        day, _, time = text.partition(" ")
        return f"{self.date(date.fromisoformat(day))} {time}".rstrip()

    def period(self, label: str) -> str:
        """A period by its label.

        >>> language("en").period("2023-Q1"), language("zh").period("2023-Q1")
        ('2023-Q1', '2023年第1季度')
        """
        return chinese.period(label) if self._zh else label

    def money(self, amount: float, currency: str) -> str:
        """Money in a sentence, four digits.

        >>> language("en").money(84_800_000, "CNY"), language("zh").money(84_800_000, "CNY")
        ('84.8 million CNY', '8,480万元')
        """
        if self._zh:
            return chinese.money(amount, currency)
        return numbers.money_in_words(amount, currency)

    def currency(self, code: str) -> str:
        """The name of a currency: its code in English."""
        return chinese.currency_name(code) if self._zh else code

    def scale(self, top: float) -> tuple[float, str]:
        """What figures up to this are best counted in: its size, and its name.

        >>> language("en").scale(2.5e8), language("zh").scale(2.5e8), language("en").scale(90)
        ((1000000.0, 'million'), (100000000.0, '亿'), (1.0, ''))
        """
        sizes = chinese.SCALES if self._zh else numbers.NAMED
        fits = ((size, name) for size, name in sizes if abs(top) >= size)
        return next(fits, (1.0, ""))

    def exact(self, amount: float) -> str:
        """Money to the cent.

        >>> language("en").exact(1234.5), language("en").exact(-0.001)
        ('1,234.50', '0.00')
        """
        text = f"{amount:,.2f}"
        return "0.00" if text == "-0.00" else text

    def price(self, price: float) -> str:
        """A price of one thing: cents where they matter, more digits below one."""
        return numbers.unit_price(price)

    def count(self, number: float) -> str:
        """A number of things."""
        return numbers.count(number)

    def figure(self, value: float) -> str:
        """A measured or computed quantity."""
        return numbers.figure(value)

    def percent(self, fraction: float) -> str:
        """A share, two digits.

        >>> language("en").percent(0.213), language("zh").percent(0.213)
        ('21 %', '21%')
        """
        return self._tight(numbers.percent(fraction))

    def percent_up(self, fraction: float) -> str:
        """A share that is an upper limit, rounded up."""
        return self._tight(numbers.percent_up(fraction))

    def share(self, part: float, whole: float) -> str:
        """A share in a column, one digit after the point."""
        return self._tight(numbers.share_of(part, whole))

    def _tight(self, text: str) -> str:
        return text.replace(" %", "%") if self._zh else text

    def listed(self, names: Sequence[str]) -> str:
        """Names as a sentence lists them.

        >>> language("en").listed(["a", "b", "c"]), language("zh").listed(["a", "b", "c"])
        ('a, b and c', 'a、b和c')
        """
        comma, last = ("、", "和") if self._zh else (", ", " and ")
        if len(names) < 2:
            return "".join(names)
        return f"{comma.join(names[:-1])}{last}{names[-1]}"


@cache
def language(code: str) -> Language:
    """The language of a code in `LANGUAGES`; its tables are read on first use."""
    if code not in LANGUAGES:
        raise ValueError(f"language must be one of {', '.join(LANGUAGES)} (given {code!r})")
    if code == "en":
        return Language(code, {})
    folder = resources.files("reports.language").joinpath(code)
    return Language(code, _tables(folder), _tables(folder.joinpath("sentences")))


def _tables(folder: Traversable) -> dict[str, str]:
    """All tables of a folder as one."""
    from ruamel.yaml import YAML

    texts: dict[str, str] = {}
    for file in sorted(folder.iterdir(), key=lambda file: file.name):
        if file.name.endswith(".yaml"):
            texts |= YAML(typ="safe").load(file.read_text(encoding="utf-8")) or {}
    return texts
