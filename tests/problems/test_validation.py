"""Pydantic's errors in the words of the file, on a small model of its own."""

from typing import Annotated, Literal

import pytest
from pydantic import BaseModel, ConfigDict, Field, field_validator

from problems.document import Document
from problems.edits import apply_edits, parse_edit
from problems.validation import keys_at, validate
from problems.yaml_text import parse_yaml


class Part(BaseModel):
    """A block that refuses unknown keys."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Tiered(Part):
    """A price with tiers."""

    base: float
    tiers: list[float] = []


class Site(Part):
    """A place."""

    destination: str
    pue: Annotated[float, Field(ge=1, lt=3)] = 1.0
    kind: Literal["own", "rented"] = "own"
    since: Annotated[int, Field(alias="from")] = 0
    price: float | dict[str, float] | Tiered | None = None
    open: bool = True

    @field_validator("destination")
    @classmethod
    def _not_the_moon(cls, value: str) -> str:
        if value == "moon":
            raise ValueError("must lie on earth (given 'moon')")
        return value


class Root(Part):
    """The file."""

    sites: dict[str, Site]
    years: dict[int, float] = {}
    rows: list[Site] = []
    code: Annotated[str, Field(pattern="^[A-Z]{2}$")] = "CN"


def said(text: str, *edits: str) -> list[str]:
    """What is said of a text, each fault with its line and column."""
    node, problems = parse_yaml(text, "f")
    assert node is not None
    assert not problems
    document = apply_edits(Document(node, "f"), [parse_edit(edit) for edit in edits])
    return [str(problem) for problem in validate(Root, document, None)[1]]


@pytest.mark.parametrize(
    ("site", "message"),
    [
        ("pue: 0.9", "f:3:8: sites.a.pue: must be at least 1 (given 0.9)"),
        ("pue: 3", "f:3:8: sites.a.pue: must be below 3 (given 3)"),
        ("pue: high", "f:3:8: sites.a.pue: must be a number (given 'high')"),
        ("pue: [1]", "f:3:8: sites.a.pue: must be a number (given a list)"),
        ("pue:", "f:3:3: sites.a.pue: must be a number (given nothing)"),
        ("from: 1.5", "f:3:9: sites.a.from: must be a whole number (given 1.5)"),
        ("open: maybe", "f:3:9: sites.a.open: must be true or false (given 'maybe')"),
        ("kind: ownn", "f:3:9: sites.a.kind: must be 'own' or 'rented' (given 'ownn'); "
         "did you mean 'own'?"),
        ("kind: xyz", "f:3:9: sites.a.kind: must be 'own' or 'rented' (given 'xyz')"),
        ("destination: 3", "f:3:16: sites.a.destination: must be a text (given 3)"),
        ("destination: moon", "f:3:16: sites.a.destination: must lie on earth (given 'moon')"),
        ("pue_: 1", "f:3:3: sites.a.pue_: unknown key 'pue_'; did you mean 'pue'?"),
        ("form: 1", "f:3:3: sites.a.form: unknown key 'form'; did you mean 'from'?"),
        ("zzz: 1", "f:3:3: sites.a.zzz: unknown key 'zzz'; expected one of 'destination', 'pue', "
         "'kind', 'from', 'price', 'open'"),
    ],
)  # fmt: skip
def test_each_fault_is_one_line_in_plain_words(site: str, message: str) -> None:
    """Place, path, what was expected, what was given, the nearest name; no word of pydantic's."""
    rest = "" if site.startswith("destination") else "destination: CN"
    assert said(f"sites:\n a:\n  {site}\n  {rest}\n") == [message]


def test_a_missing_key_is_named_at_its_block() -> None:
    """The line is that of the block's name, where the key must be added."""
    assert said("sites:\n  a:\n    pue: 1\n") == [
        "f:2:3: sites.a: required key 'destination' is missing"
    ]
    assert said("code: CN\n") == ["f:1:1: required key 'sites' is missing"]


def test_keys_of_a_table_are_reported_as_keys() -> None:
    """A key that cannot be read is pointed at, not its value."""
    assert said("sites: {}\nyears: {2023: 1, soon: 2}\n") == [
        "f:2:18: years.soon: must be a whole number (given 'soon')"
    ]
    assert said("sites: {}\nyears: {2023: x}\n") == [
        "f:2:15: years.2023: must be a number (given 'x')"
    ]


def test_places_in_lists_are_counted_from_zero() -> None:
    """An entry of a list is named as an edit would name it."""
    found = said("sites: {}\nrows: [{destination: CN}, {destination: CN, pue: 0}]\n")
    assert found == ["f:2:50: rows[1].pue: must be at least 1 (given 0)"]


@pytest.mark.parametrize(
    ("price", "messages"),
    [
        ("{base: 1, tiers: [x]}", ["f:3:46: sites.a.price.tiers[0]: must be a number (given 'x')"]),
        ("{2023-01-01: x}", ["f:3:41: sites.a.price.2023-01-01: must be a number (given 'x')"]),
    ],
)
def test_a_value_with_several_forms_is_refused_once(price: str, messages: list[str]) -> None:
    """Of a number, a table or a block, only the form that was meant is spoken of."""
    assert said(f"sites:\n a:\n  {{destination: CN, price: {price}}}\n") == messages


def test_codes_show_an_example() -> None:
    """A pattern of letters is put into words."""
    assert said("sites: {}\ncode: China\n") == [
        "f:2:7: code: must be 2 capital letters, e.g. CN (given 'China')"
    ]


def test_a_block_made_by_an_edit_names_what_was_meant() -> None:
    """Proves that a typo on the way of an edit is answered with the right path, once.

    Sensitivity: without the note the fault would be a missing destination.
    """
    text = "sites:\n  guizhou: {destination: CN}\n"
    assert said(text, "sites.guizou.pue=1.3") == [
        "--set sites.guizou.pue=1.3: sites.guizou: there is no sites.guizou; "
        "did you mean sites.guizhou?"
    ]
    assert said(text, "sites.guizou.pue=0", "site.guizhou.pue=2")[0].endswith("sites.guizhou?")
    assert said(text, "sites.new.destination=SG", "sites.new.pue=1.1") == []
    assert said(text, "sites.guizhou.pue=0.5") == [
        "--set sites.guizhou.pue=0.5: sites.guizhou.pue: must be at least 1 (given 0.5)"
    ]


def test_thousands_of_faults_are_cut_short() -> None:
    """Nobody reads the ten-thousandth fault, and looking for words for each would take long."""
    found = said("sites: {}\nyears:\n" + "".join(f"  k{i}: 1\n" for i in range(1500)))
    assert len(found) == 1001
    assert found[-1] == "f: and 500 more faults"


def test_keys_are_found_through_every_kind_of_field() -> None:
    """Nearest names come from the model at that place: through tables, lists and unions."""
    assert keys_at(Root, ()) == ["sites", "years", "rows", "code"]
    assert keys_at(Root, ("sites", "a"))[3] == "from"
    assert keys_at(Root, ("rows", 0)) == keys_at(Root, ("sites", "a"))
    assert keys_at(Root, ("sites", "a", "price")) == ["base", "tiers"]
    assert keys_at(Root, ("sites",)) == []
