"""Problems handed over as mappings and frames: what cells say, blocks both ways, refusals."""

import math
from datetime import date, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from problems import InputError
from problems.loading import problem_from_tree, read_problem
from solver import block_from_frame, frame_from_block, load_case

LIBRARY = Path(__file__).resolve().parents[2] / "problems" / "library"
SMALL = LIBRARY / "gpt3_training.yaml"


def block_of(**columns: Any) -> dict[str, dict[str, Any]]:
    """The block of a frame with one row, `a`."""
    return block_from_frame(pd.DataFrame(columns, index=["a"]))


def refusal(frame: pd.DataFrame) -> str:
    """What is said of a frame that makes no block."""
    with pytest.raises(InputError) as raised:
        block_from_frame(frame, "offers")
    return str(raised.value)


@pytest.mark.parametrize("file", sorted(LIBRARY.glob("*.yaml")), ids=lambda path: path.stem)
@pytest.mark.parametrize("block", ["sites", "offers", "items", "training", "inference", "fleet"])
def test_blocks_of_the_library_come_back_as_they_were(file: Path, block: str) -> None:
    """A block, made a frame and a block again, holds the same values under the same keys."""
    given = read_problem(file).document.tree.get(block, {})
    assert block_from_frame(frame_from_block(given)) == given


@pytest.mark.parametrize("name", ["gpt3_training", "card_in_host", "design_example", "roll_out"])
def test_a_mapping_is_the_same_problem_as_its_file(name: str) -> None:
    """A problem put together from frames of its blocks has the instance of the file."""
    file = load_case(LIBRARY / f"{name}.yaml")
    tree = dict(read_problem(LIBRARY / f"{name}.yaml").document.tree)
    for block in ("sites", "offers", "training", "inference"):
        if block in tree:
            tree[block] = block_from_frame(frame_from_block(tree[block]), block)
    assert load_case(tree).instance.sha256 == file.instance.sha256


KEYS = st.text(min_size=1, max_size=6).filter(str.strip)
NUMBERS = st.integers(-(2**53) + 1, 2**53 - 1) | st.floats(allow_nan=False, allow_infinity=False)
SCALARS = st.booleans() | NUMBERS | st.text(max_size=12)
LISTS = st.lists(SCALARS | st.dictionaries(KEYS, SCALARS, max_size=2), max_size=3)
ENTRIES = st.recursive(
    st.dictionaries(KEYS, SCALARS | LISTS, max_size=4),
    lambda below: st.dictionaries(KEYS, SCALARS | below, max_size=3),
    max_leaves=6,
)
BLOCKS = st.dictionaries(KEYS, ENTRIES, max_size=4)


@given(BLOCKS)
def test_any_block_comes_back_as_it_was(block: dict[str, Any]) -> None:
    """Whatever texts, numbers, lists and nested blocks it holds; dots and quotes in keys as well.

    Proves that texts stay texts ("007", "true", "[x]", " "), whole numbers whole beside gaps, and
    keys with dots one key. Sensitivity: without the quotes of a cell "007" would come back as 7.
    """
    assert block_from_frame(frame_from_block(block)) == block


@given(BLOCKS)
def test_values_keep_their_types(block: dict[str, Any]) -> None:
    """True does not come back as 1: equality of dictionaries alone would not tell."""

    def kinds(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: kinds(child) for key, child in value.items()}
        if isinstance(value, list):
            return [kinds(child) for child in value]
        return "number" if type(value) in (int, float) else type(value).__name__

    assert kinds(block_from_frame(frame_from_block(block))) == kinds(block)


def test_numpy_and_pandas_values_become_plain() -> None:
    """Scalars of numpy and nullable columns give the plain numbers, texts and dates of a file."""
    found = block_of(
        whole=np.int64(3),
        share=np.float32(0.5),
        flag=np.bool_(True),
        day=pd.Timestamp("2024-03-01"),
        late=pd.array([7], dtype="Int64"),
        kind=pd.Categorical(["node"]),
        bare=[date(2024, 1, 2)],
        array=[np.array([1, 2])],
        stamp=[np.datetime64("2024-05-06T00:00:00", "ns")],
    )["a"]
    expected = {"whole": 3, "share": 0.5, "flag": True, "day": "2024-03-01", "late": 7}
    expected |= {"kind": "node", "bare": "2024-01-02", "array": [1, 2], "stamp": "2024-05-06"}
    assert found == expected
    assert {type(value) for value in found.values()} == {int, float, bool, str, list}


def test_whole_numbers_beside_a_gap_stay_whole() -> None:
    """A column of counts that one row lacks is one of floats in pandas; its counts are still whole.

    Sensitivity: left as they are, a plan file would say 80.0 and a period called 2023 be unknown.
    """
    counts = block_from_frame(pd.DataFrame({"count": [80, None]}, index=["a", "b"]))
    assert counts == {"a": {"count": 80}, "b": {}}
    assert type(counts["a"]["count"]) is int


def test_cells_that_are_missing_say_nothing() -> None:
    """NaN, NaT, NA, None, blank texts and `null` leave the key out."""
    frame = pd.DataFrame({"none": [None], "nan": [math.nan], "nat": [pd.NaT]}, index=["a"])
    assert block_from_frame(frame) == {"a": {}}
    assert block_of(na=pd.array([pd.NA], dtype="Int64"), blank=" ", null="null") == {"a": {}}


def test_texts_are_read_as_edits_are() -> None:
    """A text cell says what would stand after `--set PATH=`, so that frames of a CSV will do."""
    found = block_of(cap=" 20 MW ", tokens="300e9", sites="[here, there]", on="true", price="1_000")
    assert found["a"] == {
        "cap": "20 MW",
        "tokens": 300e9,
        "sites": ["here", "there"],
        "on": True,
        "price": "1_000",
    }


def test_columns_name_keys_of_blocks_below() -> None:
    """A dot leads one block down, and a quoted key may hold one."""
    found = block_from_frame(
        pd.DataFrame({"electricity.price": ["1 CNY/kWh"], 'a."b.c"': [2]}, index=["hall"])
    )
    assert found == {"hall": {"electricity": {"price": "1 CNY/kWh"}, "a": {"b.c": 2}}}


@pytest.mark.parametrize(
    ("columns", "index", "words"),
    [
        ({"a": [1]}, [0], "offers: row 0: the index must hold names: set_index(...)"),
        ({"a": [1, 2]}, ["x", "x"], "offers: row 'x': stands there twice"),
        ({0: [1]}, ["x"], "offers: column 0: the name must be a text"),
        ({"a..b": [1]}, ["x"], "offers: row 'x', column 'a..b': cannot read the path 'a..b'"),
        ({"a": [1], "a.b": [2]}, ["x"], "column 'a.b': a stands in a column of its own, too"),
        ({"a.b": [2], "a": [1]}, ["x"], "column 'a': a stands in columns of its own, too"),
        ({"a[0].b": [2]}, ["x"], "column 'a[0].b': a list goes into one cell, whole"),
        ({"a": [math.inf]}, ["x"], "offers: row 'x', column 'a': must be a finite number"),
        ({"a": ["nan"]}, ["x"], "column 'a': must be a finite number (given nan)"),
        ({"a": [datetime(2024, 1, 1, 9)]}, ["x"], "must be a day, without a time or a time zone"),
        ({"a": [pd.Timedelta("1h")]}, ["x"], "is a Timedelta: expected a text such as '20 MW'"),
        ({"a": [{1.5: 2}]}, ["x"], "column 'a': the key 1.5 must be a text or a date"),
        ({"a": [{"b": pd.NaT}]}, ["x"], "column 'a': b: is missing: leave the key out"),
        ({"a": ["{x"]}, ["x"], "offers: row 'x', column 'a'"),
    ],
)
def test_frames_that_make_no_block(columns: Any, index: Any, words: str) -> None:
    """Each refusal names frame, row and column, and what was expected."""
    assert words in refusal(pd.DataFrame(columns, index=index))


def test_all_faults_are_told_at_once() -> None:
    """Two bad cells are two lines."""
    told = refusal(pd.DataFrame({"a": [math.inf], "b": [-math.inf]}, index=["x"]))
    assert len(told.splitlines()) == 2


def test_columns_twice_and_several_levels_are_refused() -> None:
    """A frame whose columns or rows are not one plain list of names is no block."""
    twice = pd.DataFrame([[1, 2]], columns=["a", "a"], index=["x"])
    assert refusal(twice) == "offers: column 'a': stands there twice"
    deep = pd.DataFrame({("a", "b"): [1]}, index=["x"])
    assert "must have one level of rows and of columns" in refusal(deep)


def test_a_block_of_single_values_is_no_frame() -> None:
    """`solve:` has no entries to make rows of."""
    with pytest.raises(InputError, match=r"block: gap: must be a mapping of keys to values"):
        frame_from_block({"gap": 0.1})


def test_a_mapping_may_hold_dates_and_numbers_of_numpy() -> None:
    """A step function with dates for keys, as YAML readers of Python give it, is one of a file."""
    tree = dict(read_problem(LIBRARY / "uncertain_demand.yaml").document.tree)
    same = load_case(tree).instance.sha256
    start, end = np.datetime64("2023-01-01", "ns"), pd.Timestamp("2024-12-31")
    tree["horizon"] = {"start": start, "end": end, "period": "year"}
    cards = {date(2023, 1, 1): np.int64(80), date(2024, 1, 1): np.int64(240)}
    tree["reservations"] = {"research": {"cards": cards, "of": ("a800_sxm_80",)}}
    assert load_case(tree).instance.sha256 == same


def test_faults_of_a_mapping_are_placed_by_their_paths() -> None:
    """Row and column of a block's frame are the path of the message, with the nearest name."""
    tree = dict(load_case(SMALL).loaded.tree)
    frame = frame_from_block(tree["offers"]).rename(columns={"vendor": "vendr"})
    with pytest.raises(InputError) as raised:
        load_case(tree | {"offers": block_from_frame(frame)})
    told = str(raised.value)
    assert "problem: offers.a100-card.vendr: unknown key 'vendr'; did you mean 'vendor'?" in told


def test_a_mapping_cannot_include_files() -> None:
    """Sensitivity: read as it stands, the key would be dropped and half the problem be missing."""
    with pytest.raises(InputError, match=r"problem: include: only a file can include others"):
        load_case({"rackmix": 1, "include": ["offers.yaml"]})


def test_the_mapping_given_is_not_changed() -> None:
    """Loading reads; a second load with edits starts from the same values."""
    tree = load_case(SMALL).loaded.tree
    before = repr(tree)
    load_case(tree, edits=[])
    assert repr(tree) == before
    assert problem_from_tree(tree, "x").tree == tree
