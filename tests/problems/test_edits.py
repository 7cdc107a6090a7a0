"""Edits: reading them, applying them, and what is said where they go astray."""

import json
from typing import Any

import pytest

from problems.document import Document, Location, node_of
from problems.edits import Edit, apply_edits, parse_edit, parse_unset
from problems.errors import InputError
from problems.paths import parse_path, path_text

TREE = {
    "sites": {
        "guizhou": {"pue": 1.2, "power_cap": {"2023-01-01": "20 MW", "2024-01-01": "30 MW"}},
        "a.b": {"pue": 1},
    },
    "offers": {
        "node": {
            "price": "1_000_000 CNY",
            "supply": "400 per quarter",
            "available": "2023-01-01..2023-11-16",
            "discounts": [{"from": 100, "off": "4 %"}, {"from": 200, "off": "6 %"}],
        }
    },
    "limits": {"budget": {"2023": "2.5e9 CNY"}},
    "empty": None,
}


def edited(*edits: str | Edit) -> Document:
    """The tree with edits applied; texts are read as --set."""
    document = Document(node_of(TREE, Location("p.yaml", 1, 1)), "p.yaml")
    return apply_edits(document, [parse_edit(e) if isinstance(e, str) else e for e in edits])


def value(path: str, *edits: str | Edit) -> Any:
    """The value at a path after edits that must all succeed."""
    document = edited(*edits)
    assert not document.problems
    node = document.find(parse_path(path))
    return None if node is None else node.plain()


def said(edit: str | Edit) -> str:
    """What is said of one edit that cannot be read or made."""
    try:
        (problem,) = edited(edit).problems
    except InputError as error:
        (problem,) = error.problems
    return str(problem)


@pytest.mark.parametrize(
    ("text", "new"),
    [
        ("1.3", 1.3),
        ("1e6", 1e6),
        ("20 MW", "20 MW"),
        ("2023-01-01", "2023-01-01"),
        ("..2023-11-16", "..2023-11-16"),
        ("a: b # c", "a: b # c"),
        ("a=b", "a=b"),
        ("*x", "*x"),
        ("'1.3'", "1.3"),
        ('"two words"', "two words"),
        ("{2023-01-01: 10 MW, 2024-01-01: 1e3}", {"2023-01-01": "10 MW", "2024-01-01": 1000.0}),
        ("[guizhou, {a: 1}]", ["guizhou", {"a": 1}]),
        ("false", False),
        ("NO", "NO"),
    ],
)
def test_values_read_as_in_yaml(text: str, new: object) -> None:
    """A value is a plain word with YAML's meaning, or structured where it begins like it."""
    assert value("sites.guizhou.pue", f"sites.guizhou.pue={text}") == new
    assert value("sites.guizhou.pue", f" sites.guizhou.pue = {text} ") == new


@pytest.mark.parametrize(
    ("path", "keys"),
    [
        ('sites."a.b".pue', ("sites", "a.b", "pue")),
        (' sites."a.b" ', ("sites", "a.b")),
        ("offers.node.discounts[1].off", ("offers", "node", "discounts", 1, "off")),
        ("offers.node.discounts.1.off", ("offers", "node", "discounts", 1, "off")),
        ("sites.guizhou.power_cap.2024-01-01", ("sites", "guizhou", "power_cap", "2024-01-01")),
        ("limits.budget.2023", ("limits", "budget", "2023")),
    ],
)
def test_paths_reach_their_value(path: str, keys: tuple[str | int, ...]) -> None:
    """Quoted keys, places in lists, dates and years are parts of a path."""
    document = edited(f"{path}=7 %")
    assert not document.problems
    node = document.find(keys)
    assert node is not None
    assert node.value == "7 %"


@pytest.mark.parametrize("keys", [("a", "b.c", 0, "d"), ('q"x', "="), ("", "*"), ("a b", "ü", "[")])
def test_paths_are_written_as_they_are_read(keys: tuple[str | int, ...]) -> None:
    """A path in a message can be pasted into an edit."""
    assert parse_path(path_text(keys)) == keys


def test_an_edit_changes_nothing_else() -> None:
    """The rest of the tree is as it was, and the original is untouched."""
    document = edited("sites.guizhou.pue=1.5")
    expected = json.loads(json.dumps(TREE))
    expected["sites"]["guizhou"]["pue"] = 1.5
    assert document.tree == expected
    assert edited().tree == TREE


def test_edits_apply_in_order() -> None:
    """Proves that each edit sees the one before: (1.2 -> 2) x 3 = 6; reversed it is 2."""
    assert value("sites.guizhou.pue", "sites.guizhou.pue=2", "sites.guizhou.pue*=3") == 6
    assert value("sites.guizhou.pue", "sites.guizhou.pue*=3", "sites.guizhou.pue=2") == 2
    assert value("limits.budget", parse_unset("limits.budget"), "limits.budget=1 CNY") == "1 CNY"


def test_a_new_block_is_made_on_the_way() -> None:
    """Setting what is not there yet makes the blocks above it; an empty block counts as one."""
    assert value("export_rules", "export_rules.as_of=2023-04-01") == {"as_of": "2023-04-01"}
    assert value("empty", "empty.a.b=1") == {"a": {"b": 1}}


def test_unset_takes_out() -> None:
    """A key or an entry of a list is gone, the others close up."""
    assert value("sites.guizhou", parse_unset("sites.guizhou.power_cap")) == {"pue": 1.2}
    rest = value("offers.node.discounts", parse_unset("offers.node.discounts[0]"))
    assert rest == [{"from": 200, "off": "6 %"}]


@pytest.mark.parametrize(
    ("old", "factor", "new"),
    [
        ("1.2", "1.1", 1.32),
        ("400", "1.5", 600),
        ("401", "1.5", 601.5),
        ("300e9", "2", 6e11),
        ("20 MW", "1.5", "30 MW"),
        ("0.1 MW", "3", "0.3 MW"),
        ("20MW", "1.5", "30MW"),
        ("5e6 per day", "1.5", "7500000 per day"),
        ("900/s", "2", "1800/s"),
        ("0.40 CNY/kWh", "1.1", "0.44 CNY/kWh"),
        ("1_000_000 CNY", "1.0000001", "1000000.1 CNY"),
        ("8 %", "1/2", "4 %"),
        ("400 per quarter", "1.333", "533.2 per quarter"),
        ("1600/3", "3", "1600"),
        ("1600/3", "1/7", "1600/21"),
        ("'1600/3 per day'", "2", "3200/3 per day"),
        ("1e300", "1e-300", 1.0),
    ],
)
def test_scaling_keeps_units_and_is_exact(old: str, factor: str, new: object) -> None:
    """Scaling multiplies the number and leaves the unit; decimal factors leave no dust behind."""
    result = value("x", f"x={old}", f"x*={factor}")
    assert result == new
    assert type(result) is type(new)


def test_scaling_a_table_scales_every_step() -> None:
    """Every value of a step function over dates, years or hours of the day is scaled."""
    path = "sites.guizhou.power_cap"
    assert value(path, f"{path}*=0.5") == {"2023-01-01": "10 MW", "2024-01-01": "15 MW"}
    assert value("limits.budget", "limits.budget*=2") == {"2023": "5000000000 CNY"}
    assert value('limits."budget"', 'limits."budget" *= 2') == {"2023": "5000000000 CNY"}
    assert value("t", "t={00-08: 1 CNY/kWh, 08-24: 2 CNY/kWh}", "t*=2") == {
        "00-08": "2 CNY/kWh",
        "08-24": "4 CNY/kWh",
    }


@pytest.mark.parametrize(
    ("edit", "message"),
    [
        ("sites.guizou.pue*=2", "sites.guizou: there is nothing here to scale; did you mean "
         "'sites.guizhou'?"),
        ("sites.guizhou.pu*=2", "sites.guizhou.pu: there is nothing here to scale; did you mean "
         "'sites.guizhou.pue'?"),
        ("sites.guizhou*=2", "sites.guizhou: is a block and cannot be scaled as one: scale one of "
         "'pue', 'power_cap'"),
        ("offers.node.discounts*=2", "offers.node.discounts: is a list and cannot be scaled"),
        ("offers.node.available*=2", "offers.node.available: is '2023-01-01..2023-11-16', which "
         "is no number"),
        ("empty*=2", "empty: is nothing, which is no number"),
        ("sites.guizhou.pue*=big", "sites.guizhou.pue: needs a number to scale by, e.g. 1.5 "
         "(given 'big')"),
        ("sites.guizhou.pue*=20 MW", "sites.guizhou.pue: needs a number to scale by"),
        ("sites.guizhou.pue*=1/0", "sites.guizhou.pue: divides by zero"),
        ("sites.guizhou.pue*=[1]", "sites.guizhou.pue: needs a number to scale by"),
        ("offers.node.discounts[2].off=1 %", "offers.node.discounts[2]: there is no such entry: "
         "the list has entries 0 to 1"),
        ("offers.node.discounts.first=1", "offers.node.discounts.first: there is no such entry"),
        ("sites.guizhou.pue.x=1", "sites.guizhou.pue: is one value, not a block with a 'x'"),
        ("sites[0]=1", "sites[0]: is not a list"),
        ("sites.guizhou.pue", "expected PATH=VALUE, e.g. sites.guizhou.pue=1.2"),
        ("=1", "cannot read the path ''"),
        ("a..b=1", "cannot read the path 'a..b'"),
        ("a.=1", "cannot read the path 'a.'"),
        ('"a=1', "expected PATH=VALUE"),
        ("sites.guizhou.pue=", "has no value; --unset PATH takes a value out"),
        ("sites.guizhou.pue=null", "has no value; --unset PATH takes a value out"),
        ("sites.guizhou.pue=.nan", "must be a finite number (given .nan)"),
        ("sites.guizhou.pue={a: .inf}", "a: must be a finite number (given .inf)"),
        ("sites.guizhou.pue={a: 1, a: 2}", "a: duplicate key"),
        ("sites.guizhou.pue=[1", "cannot be read as YAML: expected ',' or ']'"),
    ],
)  # fmt: skip
def test_edits_that_cannot_be_made_are_named(edit: str, message: str) -> None:
    """The fault begins with the edit as it was written and names the nearest valid path."""
    assert said(edit).startswith(f"--set {edit}: {message}")


def test_unset_of_nothing_is_named() -> None:
    """Taking out what is not there is a typo, not a wish fulfilled."""
    assert said(parse_unset("sites.guizhou.puee")) == (
        "--unset sites.guizhou.puee: sites.guizhou.puee: there is nothing here to unset; "
        "did you mean 'sites.guizhou.pue'?"
    )


def test_every_edit_that_fails_is_listed() -> None:
    """One bad edit does not hide another, and the good ones between them are made."""
    document = edited("sites.x.pue*=2", "sites.guizhou.pue=1.5", parse_unset("nothing"))
    assert [problem.path for problem in document.problems] == ["sites.x", "nothing"]
    assert document.tree["sites"]["guizhou"]["pue"] == 1.5


def test_edited_values_stand_at_the_edit() -> None:
    """Later faults of an edited value name the edit; its neighbours keep their lines."""
    document = edited("sites.guizhou={pue: 1.1}", "offers.node.supply*=1.5")
    assert document.locate(("sites", "guizhou", "pue")).file == "--set sites.guizhou={pue: 1.1}"
    assert document.locate(("offers", "node", "supply")).file == "--set offers.node.supply*=1.5"
    assert document.locate(("offers", "node", "price")) == Location("p.yaml", 1, 1)
