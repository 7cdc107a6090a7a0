"""Random texts and trees: nothing but InputError escapes, and what is written is read back."""

import json
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from problems import InputError, parse_edit
from problems.document import Node
from problems.edits import apply_edit
from problems.json_text import parse_json
from problems.paths import parse_path, path_text
from problems.reading import Parser
from problems.toml_text import parse_toml
from problems.yaml_text import parse_yaml

PARSERS: list[Parser] = [parse_yaml, parse_json, parse_toml]
LIBRARY = Path(__file__).parents[2] / "problems" / "library"
SAMPLE = "".join(path.read_text() for path in sorted(LIBRARY.glob("*.yaml"))[:3])[:2000]
MARKS = "{}[]:,-\"'#&*!|>%"
"""What has a meaning in YAML."""

words = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1)
scalars = (
    st.none()
    | st.booleans()
    | st.integers(-(10**30), 10**30)
    | st.floats(allow_nan=False, allow_infinity=False)
    | words
)
trees = st.dictionaries(
    words.filter(str.strip),
    st.recursive(
        scalars,
        lambda inner: (
            st.lists(inner, max_size=4)
            | st.dictionaries(words.filter(str.strip), inner, max_size=4)
        ),
        max_leaves=20,
    ),
    min_size=1,
    max_size=4,
)


def check_places(node: Node, lines: list[str], path: tuple[Any, ...] = ()) -> None:
    """Every value stands within the text."""
    assert 1 <= node.at.line <= len(lines) + 1, path
    if isinstance(node.value, dict):
        for key, child in node.value.items():
            check_places(child, lines, (*path, key))


@pytest.mark.parametrize("parse", PARSERS)
@given(text=st.text(st.characters(exclude_categories=["Cs"])) | st.text(MARKS + "@ \n\tab1."))
@example(text='a: "\\ud83d"')
@example(text="%YAML 9.9\n---\na")
@example(text="%TAG ! x\n--- !y")
@example(text="a: !<tag:x> &b *b")
@example(text='"\\U99999999"')
def test_no_text_crashes_a_reader(parse: Parser, text: str) -> None:
    """Whatever a file holds, it is read or refused in words."""
    with suppress(InputError):
        node, _ = parse(text, "f")
        if node is not None:
            check_places(node, text.splitlines())
            json.dumps(node.plain(), allow_nan=False)


@given(st.lists(st.tuples(st.integers(0, len(SAMPLE)), st.sampled_from(MARKS)), max_size=3))
def test_a_damaged_file_is_read_or_refused(damage: list[tuple[int, str]]) -> None:
    """A stray character in a real file never crashes the reader."""
    text = SAMPLE
    for place, character in damage:
        text = text[:place] + character + text[place:]
    with suppress(InputError):
        parse_yaml(text, "f")


@given(trees)
def test_json_is_read_back(tree: dict[str, Any]) -> None:
    """What JSON holds is read back the same, laid out or not."""
    for indent in (None, 2):
        node, problems = parse_json(json.dumps(tree, indent=indent), "f")
        assert node is not None
        assert not problems
        assert node.plain() == tree


@given(st.lists(st.text(min_size=1).filter(lambda key: key == key.strip()) | st.integers(0, 999)))
def test_paths_are_read_back(parts: list[str | int]) -> None:
    """Every path that begins with a key is read as it was written."""
    path = ("x", *parts)
    assert parse_path(path_text(path)) == path


@given(st.text() | st.text('ab."[]0=*{}: 1/'))
def test_no_edit_crashes(text: str) -> None:
    """An edit is made or refused in words."""
    node, _ = parse_yaml('a: {b: [1, "2 MW"], "c.d": x}\n', "f")
    assert node is not None
    with suppress(InputError):
        apply_edit(node, parse_edit(text))
