"""Export rules as data: what a rule, a country group and a ruleset are.

Belongs here: the rows, and what a condition over a card's figures says of one card. Does not belong
here: the rules themselves (data/export_rules.yaml), and which rule wins (ruling.py).
"""

import datetime
import operator
from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import Annotated, Any, ClassVar, Literal, NamedTuple

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field
from pydantic import model_validator as checks

from catalogs.countries import COUNTRIES
from catalogs.errors import nearest
from catalogs.items import Accelerator
from catalogs.row import Country, Date, Row, Text

Day = datetime.date


class Treatment(StrEnum):
    """What a rule does to a delivery, from the mildest to the strictest."""

    FREE = "free"
    """Allowed."""
    ADVISORY = "advisory"
    """Allowed; reported, and a prohibition only where the problem file enforces it."""
    SURCHARGE = "surcharge"
    """Allowed at a higher price: a term of the bill."""
    NOTIFY = "notify"
    """Allowed after a notification that adds to the lead time."""
    LICENCE = "licence"
    """Allowed up to the number of cards granted; none without a licence."""
    PROHIBITED = "prohibited"
    """Not allowed."""
    UNDECIDED = "undecided"
    """A figure is missing that could make it stricter; only ever an answer, never a rule."""

    @property
    def strictness(self) -> int:
        """Rank among the treatments; higher is stricter."""
        return list(Treatment).index(self)


class Figure(NamedTuple):
    """A figure a condition may look at, in words."""

    label: str
    unit: str


FIGURES: dict[str, Figure] = {
    "io_gb_per_s": Figure("I/O sum", " GB/s"),
    "tpp": Figure("TPP", ""),
    "performance_density": Figure("performance density", ""),
    "memory_bandwidth_gb_per_s": Figure("memory bandwidth", " GB/s"),
    "interconnect_gb_per_s": Figure("interconnect", " GB/s"),
    "system_cards": Figure("cards in one system", ""),
    "data_centre": Figure("data-centre product", ""),
}
"""Every figure a condition can name. All are figures of the card but system_cards."""


class Bounds(BaseModel):
    """A range that a figure must lie in."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    at_least: float | None = None
    """figure >= this"""
    above: float | None = None
    """figure > this"""
    at_most: float | None = None
    """figure <= this"""
    below: float | None = None
    """figure < this"""

    @checks(mode="after")
    def _some_bound(self) -> "Bounds":
        if not self.model_fields_set:
            raise ValueError("needs at least one of at_least, above, at_most, below")
        return self

    def judge(self, value: float) -> tuple[bool, str]:
        """Whether the value lies in the range, in symbols: (True, '4,992 >= 4,800').

        Outside the range only the bound that it breaks is shown.
        """
        holding: list[str] = []
        for name, (sign, opposite, holds) in _COMPARISONS.items():
            bound = getattr(self, name)
            if bound is None:
                continue
            if not holds(value, bound):
                return False, f"{_plain(value)} {opposite} {_plain(bound)}"
            holding.append(f"{sign} {_plain(bound)}")
        return True, f"{_plain(value)} {' and '.join(holding)}"


_COMPARISONS: dict[str, tuple[str, str, Callable[[float, float], bool]]] = {
    "at_least": (">=", "<", operator.ge),
    "above": (">", "<=", operator.gt),
    "at_most": ("<=", ">", operator.le),
    "below": ("<", ">=", operator.lt),
}
"""The sign of each bound, the sign that holds when it does not, and the comparison."""


def _plain(number: float) -> str:
    """A number with thousands separated and no needless digits.

    >>> _plain(4992.0), _plain(3.196), _plain(20919.2)
    ('4,992', '3.196', '20,919.2')
    """
    return f"{number:,.3f}".rstrip("0").rstrip(".")


class Verdict(NamedTuple):
    """Whether a condition holds for a card; None where a missing figure leaves it open."""

    holds: bool | None
    words: str
    """The comparisons that decided it, with the figures."""
    missing: tuple[str, ...] = ()
    """Figures that would decide it."""


Condition = Mapping[str, Bounds | bool]


def judge(condition: Condition, card: Accelerator, system_cards: int) -> Verdict:
    """Compare a card with one condition: every figure named must lie in its range."""
    words: list[str] = []
    against: list[str] = []
    missing: list[str] = []
    for figure, wanted in condition.items():
        value = system_cards if figure == "system_cards" else getattr(card, figure)
        label, unit = FIGURES[figure]
        if value is None:
            missing.append(figure)
        elif isinstance(wanted, bool):
            if value is not wanted:
                against.append(f"{'a' if value else 'no'} {label}")
            elif not value:  # nearly every card is one: only its absence is worth a word
                words.append(f"no {label}")
        else:
            holds, comparison = wanted.judge(value)
            (words if holds else against).append(f"{label} {comparison}{unit}")
    if against:
        return Verdict(False, ", ".join(against))
    if missing:
        return Verdict(None, ", ".join(words), tuple(missing))
    return Verdict(True, ", ".join(words))


def judge_any(conditions: tuple[Condition, ...], card: Accelerator, system_cards: int) -> Verdict:
    """Compare a card with alternatives: one that holds is enough; none given holds for all."""
    if not conditions:
        return Verdict(True, "")
    verdicts = [judge(condition, card, system_cards) for condition in conditions]
    for answer in (True, None):
        for verdict in verdicts:
            if verdict.holds is answer:
                return verdict
    return Verdict(False, "; ".join(dict.fromkeys(verdict.words for verdict in verdicts)))


def _known_figures(value: Any) -> Any:
    if isinstance(value, Mapping):
        for figure, wanted in value.items():
            if figure not in FIGURES:
                raise ValueError(f"unknown figure '{figure}'{nearest(str(figure), FIGURES)}")
            if isinstance(wanted, bool) is not (figure == "data_centre"):
                raise ValueError(
                    f"{figure} needs {'true or false' if figure == 'data_centre' else 'bounds'}"
                )
    return value


Place = Text
"""A country code, the id of a country group, or `any`."""


class Rule(Row):
    """One export rule: when, where, for whom, for which cards it holds, and what it does."""

    table: ClassVar[str] = "export_rules"

    name: Text
    """What it is called, e.g. 3A090.a.1."""
    ruleset: Text
    """The ruleset it belongs to."""
    issuer: Text
    """Who made it."""
    citation: Text
    """Where it is written."""
    published: Date
    """When it was published; stands for `date` where that is not given."""
    effective: Day
    """First day it holds."""
    until: Day | None = None
    """First day it no longer holds (exclusive); empty: still in force."""
    destinations: tuple[Place, ...] = ()
    """Where deliveries are judged by it."""
    exempt: tuple[Place, ...] = ()
    """Destinations taken out of `destinations` again."""
    headquarters: tuple[Place, ...] = ()
    """Buyers judged by it wherever the site is, by the country of their headquarters."""
    not_abroad: tuple[Country, ...] = ()
    """Destinations never judged by it: a delivery inside the issuer's country is no export."""
    jurisdiction: Literal["EAR", "any"] = "EAR"
    """EAR: only items subject to the US regulations."""
    cards: tuple[Text, ...] = ()
    """Only these cards, by id; empty: any."""
    when: tuple[Annotated[dict[str, Bounds | bool], BeforeValidator(_known_figures)], ...] = ()
    """Alternatives over the card's figures; within one, all must hold. Empty: no condition."""
    treatment: Treatment
    """What it does."""
    extra_lead_days: Annotated[int, Field(ge=0)] = 0
    """Days added to the lead time by a notification."""
    surcharge_fraction: Annotated[float, Field(ge=0)] = 0.0
    """Share of the price added."""
    review: Text | None = None
    """How a licence is judged: presumption of denial, case by case."""
    exception: Text | None = None
    """Licence exceptions that exist."""
    text: Text | None = None
    """What an advisory says, or what the rule means in a sentence."""
    replaces: tuple[Text, ...] = ()
    """Rules that do not count where this one holds."""

    @checks(mode="before")
    @classmethod
    def _dated_by_publication(cls, fields: Any) -> Any:
        if isinstance(fields, Mapping) and "published" in fields and "date" not in fields:
            return {**fields, "date": fields["published"]}
        return fields

    @checks(mode="after")
    def _complete(self) -> "Rule":
        if self.until is not None and self.until <= self.effective:
            raise ValueError("until must lie after effective")
        if self.treatment is Treatment.UNDECIDED:
            raise ValueError("undecided is an answer, not a treatment")
        if (self.treatment is Treatment.NOTIFY) != (self.extra_lead_days > 0):
            raise ValueError("notify and extra_lead_days go together")
        if (self.treatment is Treatment.SURCHARGE) != (self.surcharge_fraction > 0):
            raise ValueError("surcharge and surcharge_fraction go together")
        if not self.destinations and not self.headquarters:
            raise ValueError("needs destinations or headquarters")
        return self


class CountryGroup(Row):
    """A named group of countries, with the days on which countries joined or left."""

    table: ClassVar[str] = "country_groups"

    name: Text
    """What it is called."""
    members: Annotated[tuple[Country, ...], Field(min_length=1)]
    """Countries that are or were in it."""
    joined: dict[Country, Day] = {}
    """First day of membership where it matters; others: always."""
    left: dict[Country, Day] = {}
    """First day without membership (exclusive); others: still members."""

    def holds(self, country: str, on: Day) -> bool:
        """Whether the country is a member on that day."""
        if country not in self.members:
            return False
        return self.joined.get(country, Day.min) <= on < self.left.get(country, Day.max)


class Ruleset(Row):
    """A named choice of export rules: its own and those of the rulesets it includes."""

    table: ClassVar[str] = "rulesets"

    name: Text
    """What it is called."""
    includes: tuple[Text, ...] = ()
    """Other rulesets that hold as well."""
    not_modelled: dict[str, Text] = {}
    """Rules known but not applied, each with the reason."""


def is_place(name: str, groups: Mapping[str, CountryGroup]) -> bool:
    """Whether a rule may name this place."""
    return name == "any" or name in COUNTRIES or name in groups


def place_holds(name: str, country: str, on: Day, groups: Mapping[str, CountryGroup]) -> bool:
    """Whether the country lies in a place named by a rule, on that day."""
    return name in ("any", country) or (name in groups and groups[name].holds(country, on))
