"""What is read of YAML, JSON and TOML, what is refused, and that a refusal knows its line."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from problems import InputError
from problems import reading as reading_module
from problems.reading import LARGEST_BYTES, read_document


def read(folder: Path, text: str | bytes, name: str = "p.yaml") -> dict[str, object]:
    """The plain values of a file; raises InputError for its faults, whether or not they stop it."""
    path = folder / name
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    document = read_document(path)
    if document.problems:
        raise InputError(document.problems)
    return document.tree


def refusal(folder: Path, text: str | bytes, name: str = "p.yaml") -> str:
    """What is said of a file that is refused, without the folder."""
    with pytest.raises(InputError) as caught:
        read(folder, text, name)
    return str(caught.value).replace(f"{folder}/", "")


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("1e6", 1e6),
        ("300e9", 300e9),
        ("0.40", 0.4),
        ("010", 10),
        ("0x1F", 31),
        ("NO", "NO"),
        ("yes", "yes"),
        ("true", True),
        ("~", None),
        ("", None),
        ("2023-01-01", "2023-01-01"),
        ("12:30", "12:30"),
        ("50_000", "50_000"),
        ("50_000 CNY", "50_000 CNY"),
        ("1600/3", "1600/3"),
        ("46.2 %", "46.2 %"),
        ("..2023-11-16", "..2023-11-16"),
        ("'5'", "5"),
        ('".nan"', ".nan"),
        ("nano", "nano"),
        ("=", "="),
    ],
)
def test_yaml_words_mean_what_yaml_1_2_says(tmp_path: Path, written: str, value: object) -> None:
    """Numbers are numbers, and the words that YAML 1.1 turned into something else are texts."""
    assert read(tmp_path, f"a: {written}\n") == {"a": value}


def test_keys_are_texts_as_written(tmp_path: Path) -> None:
    """Years, dates and country codes are keys as they stand in the file."""
    text = "{2023: 1, 2023-04-01: 2, NO: 3, true: 4, 1e3: 5}"
    assert read(tmp_path, text) == {"2023": 1, "2023-04-01": 2, "NO": 3, "true": 4, "1e3": 5}


def test_aliases_are_written_out(tmp_path: Path) -> None:
    """An alias stands for a copy of what was named."""
    assert read(tmp_path, "a: &x {b: [1]}\nc: *x\n") == {"a": {"b": [1]}, "c": {"b": [1]}}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a: 1\na: 2\n", "p.yaml:2:1: a: duplicate key, first on line 1"),
        ("a: {b: 1,\n  b: 2}\n", "p.yaml:2:3: a.b: duplicate key, first on line 1"),
        ("a: .nan\n", "p.yaml:1:4: a: must be a finite number (given .nan)"),
        ("a: [1, -.INF]\n", "p.yaml:1:8: a[1]: must be a finite number (given -.INF)"),
        ("a: NaN\n", "p.yaml:1:4: a: must be a finite number (given NaN)"),
        ("a: 1e999\n", "p.yaml:1:4: a: must be a finite number (given 1e999)"),
        ("<<: {a: 1}\n", "p.yaml:1:1: <<: merge keys (<<) are not read"),
        ("a: !!float 1\n", "p.yaml:1:4: a: tags are not read"),
        ("a: !!python/object:os.system x\n", "p.yaml:1:4: a: tags are not read"),
        ("a: 1\n---\nb: 1\n", "p.yaml:2:1: a second document begins here"),
        ("a: *b\n", "p.yaml:1:4: a: *b stands for nothing written above it"),
        ("a: &b [*b]\n", "p.yaml:1:8: a[0]: *b stands for nothing written above it in full"),
        ("? [a]\n: 1\n", "p.yaml:1:3: a key must be a plain name"),
        ("{a: 1, '': 2}\n", "p.yaml:1:8: empty key"),
        ("a:\n\tb: 1\n", "p.yaml:2:1: cannot be read as YAML: a tab; YAML indents with spaces"),
        ("a: b: c\n", "p.yaml:1:5: cannot be read as YAML: a second ': ' in one value"),
        ("a: [1,\nb: 2\n", "p.yaml:3:1: cannot be read as YAML: expected ',' or ']'"),
        ("a: 'x\n", "p.yaml:2:1: cannot be read as YAML: a quote that is never closed"),
        ("a: %\n", "p.yaml:1:4: cannot be read as YAML: a value cannot begin with this"),
        ("a: 1\nb: \x07\n", "p.yaml:2:4: holds a control character (U+0007)"),
        ('a: "\\ud83d"\n', "p.yaml:1:4: a: holds half of a two-part character"),
    ],
)
def test_yaml_is_refused_with_its_line(tmp_path: Path, text: str, said: str) -> None:
    """Each fault of YAML names the line and column it stands at."""
    assert refusal(tmp_path, text).startswith(said)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('{"a": 1,\n "a": 2}', "p.json:2:2: a: duplicate key, first on line 1"),
        ('{"b": [1,\n NaN]}', "p.json:2:2: b[1]: must be a finite number (given NaN)"),
        ('{"b": -Infinity}', "p.json:1:7: b: must be a finite number (given -Infinity)"),
        ('{"b": 1e999}', "p.json:1:7: b: must be a finite number (given 1e999)"),
        ('{"b": %s}' % ("1" * 5000), "p.json:1:7: b: is a number too long to read"),
        ('{"b": "\\ud83d"}', "p.json:1:7: b: holds half of a two-part character"),
        ('{"b": 1,}', "p.json:1:"),  # the column depends on the Python
        ("{\n\"b\": 'x'}", "p.json:2:6: cannot be read as JSON"),
        ("[1]", "p.json:1:1: must be a mapping of blocks"),
        ('{"": 1}', "p.json:1:2: empty key"),
        (" \n", "p.json: is empty"),
    ],
)
def test_json_is_refused_with_its_line(tmp_path: Path, text: str, said: str) -> None:
    """Each fault of JSON names the line and column it stands at."""
    assert refusal(tmp_path, text, "p.json").startswith(said)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a = 1\na = 2\n", "p.toml:2:6: cannot be read as TOML: cannot overwrite a value"),
        ("a = \n", "p.toml:1:5: cannot be read as TOML: invalid value"),
        ("[s.g]\nx = nan\n", "p.toml:2:1: s.g.x: must be a finite number (given nan)"),
        ("[s.g]\n\n  'y z' = -inf\n", "p.toml:3:3: s.g.y z: must be a finite number"),
        ("[[m]]\na = 1\n[[m]]\na = inf\n", "p.toml:4:1: m[1].a: must be a finite number"),
        ("a = {b = 1, c = inf}\n", "p.toml:1:13: a.c: must be a finite number (given inf)"),
        (f"a = 0x{'f' * 5000}\n", "p.toml:1:1: a: must be a finite number"),
        ("", "p.toml: is empty"),
    ],
)
def test_toml_is_refused_with_its_line(tmp_path: Path, text: str, said: str) -> None:
    """Each fault of TOML names the line it stands at, as near as the text tells."""
    assert refusal(tmp_path, text, "p.toml").startswith(said)


def test_the_formats_agree(tmp_path: Path) -> None:
    """One problem written three ways is one tree, dates included."""
    yaml = "h: {start: 2023-01-01}\ns:\n  g: {pue: 1.2, cap: {2023-01-01: 20 MW}}\nl: [1, true]\n"
    toml = 'l = [1, true]\nh.start = 2023-01-01\n[s.g]\npue = 1.2\ncap = {2023-01-01 = "20 MW"}\n'
    tree = read(tmp_path, yaml)
    assert read(tmp_path, toml, "p.toml") == tree
    assert read(tmp_path, json.dumps(tree, indent=2), "p.json") == tree
    assert read(tmp_path, json.dumps(tree), "p.yaml") == tree


def test_json_places_are_those_of_the_text(tmp_path: Path) -> None:
    """Strings that look like structure do not shift lines and columns."""
    path = tmp_path / "p.json"
    path.write_text('{"a": "}{[\\"\\n,:",\n\n  "b": [0, {"c": 5}]}')
    document = read_document(path)
    at = document.locate(("b", 1, "c"))
    assert (at.line, at.column) == (3, 18)
    assert document.locate(("b",), key=True).column == 3


def test_windows_text_is_read(tmp_path: Path) -> None:
    """A byte order mark and Windows line ends change nothing."""
    for name, text in (("p.yaml", "a: 1\nb: x\n"), ("p.toml", "a = 1\nb = 'x'\n")):
        bytes_ = b"\xef\xbb\xbf" + text.replace("\n", "\r\n").encode()
        assert read(tmp_path, bytes_, name) == {"a": 1, "b": "x"}


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"a: 1\nb: \xe9\n", "p.yaml:2:4: is not text in UTF-8: byte 0xe9 cannot be read"),
        ("a: 1".encode("utf-16"), "p.yaml: holds zero bytes: not a text file in UTF-8"),
        (b"\x00\x01", "p.yaml: holds zero bytes"),
        (b"a" * (LARGEST_BYTES + 1), "p.yaml: is larger than 2 MB"),
    ],
)
def test_other_bytes_are_refused(tmp_path: Path, content: bytes, said: str) -> None:
    """What is not a text of a sane size is refused before any format is tried."""
    assert refusal(tmp_path, content).startswith(said)


def test_files_that_cannot_be_opened_are_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Folders, missing and forbidden files, other kinds of file: one line each, nearest name."""
    monkeypatch.chdir(tmp_path)
    Path("problem.yaml").write_text("a: 1\n")
    Path("table.csv").write_text("a\n")

    def said(name: str) -> str:
        with pytest.raises(InputError) as caught:
            read_document(name)
        return str(caught.value)

    assert said("problm.yml") == "problm.yml: no such file; did you mean 'problem.yaml'?"
    assert said("x/p.yaml") == "x/p.yaml: no such file: there is no folder x"
    assert said(".") == ".: is a folder, not a file"
    assert said("table.csv") == "table.csv: expected a .yaml, .toml or .json file (given .csv)"
    assert said("a" * 300).endswith("File name too long")

    def forbidden(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    # Root may read anything, so that a mode of 000 would prove nothing where tests run as root.
    monkeypatch.setattr(reading_module.Path, "open", forbidden)
    assert said("problem.yaml") == "problem.yaml: cannot be read: Permission denied"


def _laughs() -> str:
    lines = ["a0: &a0 [x,x,x,x,x,x,x,x,x,x]"]
    lines += [f"a{i}: &a{i} [{','.join([f'*a{i - 1}'] * 10)}]" for i in range(1, 30)]
    return "\n".join(lines)


@pytest.mark.parametrize(
    ("name", "make", "said"),
    [
        ("p.yaml", _laughs, "a5: swells to more than 200000 values"),
        (
            "p.yaml",
            lambda: "a0: &a0 [x]\n" + "".join(f"a{i}: &a{i} [*a{i - 1}]\n" for i in range(1, 99)),
            "a63: swells to more than",
        ),
        ("p.yaml", lambda: "a: " + "[" * 3000, "is nested more than 64 levels"),
        ("p.json", lambda: '{"a":' + "[" * 500 + "]" * 500 + "}", "is nested more than 64 levels"),
        ("p.json", lambda: "[" * 200_000 + "]" * 200_000, "is nested too deep"),
        ("p.toml", lambda: "a = " + "[" * 5000 + "]" * 5000, "is nested too deep"),
        ("p.toml", lambda: ".".join("a" * 500) + " = 1", "is nested more than 64 levels"),
    ],
)
def test_bombs_are_refused_quickly(
    tmp_path: Path, name: str, make: Callable[[], str], said: str
) -> None:
    """Aliases of aliases and bottomless nesting end in a refusal, not in a crash."""
    assert said in refusal(tmp_path, make(), name)
