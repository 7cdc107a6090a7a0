"""Files that include others."""

from pathlib import Path

import pytest

from problems import InputError
from problems.document import Document
from problems.reading import read_document


def read(folder: Path, **files: str) -> Document:
    """Write files, `main` among them, and read that one; `sub__a` stands for sub/a.yaml."""
    for name, text in files.items():
        path = folder / f"{name.replace('__', '/')}.yaml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return read_document(folder / "main.yaml")


def said(folder: Path, **files: str) -> list[str]:
    """What is wrong with the files, without the folder, whether or not it stops the reading."""
    try:
        problems = read(folder, **files).problems
    except InputError as error:
        problems = error.problems
    return [str(problem).replace(f"{folder}/", "") for problem in problems]


def test_the_including_file_wins(tmp_path: Path) -> None:
    """Proves the order: the file itself over its includes, later includes over earlier ones; blocks
    merge, values and lists replace.

    Sensitivity: were includes on top, a.x would be 2; were lists joined, l would have 3 entries.
    """
    document = read(
        tmp_path,
        main="include: [one.yaml, two.yaml]\na: {x: 1}\nl: [9]\n",
        one="a: {x: 2, y: 3, z: 4}\nl: [7, 8]\n",
        two="a: {y: 5}\n",
    )
    assert document.tree == {"a": {"x": 1, "y": 5, "z": 4}, "l": [9]}
    assert not document.problems


def test_places_keep_the_name_of_their_file(tmp_path: Path) -> None:
    """A value of an included file is reported in that file."""
    document = read(tmp_path, main="include: [sub/one.yaml]\nb: 1\n", sub__one="# x\na: 1\n")
    at = document.locate(("a",))
    assert (at.file, at.line) == (str(tmp_path / "sub/one.yaml"), 2)
    assert document.locate(()).file == str(tmp_path / "main.yaml")


def test_null_takes_out_what_was_included(tmp_path: Path) -> None:
    """Null in the including file removes a key; where there is none it is a fault."""
    files = {"main": "include: [one.yaml]\na: {x: null}\n", "one": "a: {x: 1, y: 2}\n"}
    assert read(tmp_path, **files).tree == {"a": {"y": 2}}
    files["main"] = "include: [one.yaml]\na: {zebra: null, yy: ~}\n"
    assert said(tmp_path, **files)[0] == (
        "main.yaml:2:5: a.zebra: null takes a key out, but there is none here; "
        "expected one of 'x', 'y'"
    )


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("/etc/passwd", "not an absolute path (given '/etc/passwd')"),
        ("../x.yaml", "no '..' (given '../x.yaml')"),
        ("sub/../../x.yaml", "no '..'"),
        ("C:/x.yaml", "not an absolute path"),
        ('"..\\\\x.yaml"', "not an absolute path"),
        ("7", "must be the name of a file (given 7)"),
        ("''", "must be the name of a file"),
        ("[a]", "must be the name of a file (given a list)"),
    ],
)
def test_only_files_below_are_included(tmp_path: Path, name: str, message: str) -> None:
    """A problem file cannot read what lies outside its folder."""
    found = said(tmp_path, main=f"include: [{name}]\na: 1\n")
    assert len(found) == 1
    assert found[0].startswith("main.yaml:1:11: include: must be")
    assert message in found[0]


def test_cycles_are_refused(tmp_path: Path) -> None:
    """Files that include one another in a circle are named in order."""
    found = said(
        tmp_path, main="include: [a.yaml]\n", a="include: [b.yaml]\n", b="include: [a.yaml]\n"
    )
    assert found == ["b.yaml:1:11: include: includes itself: a.yaml -> b.yaml -> a.yaml"]
    found = said(tmp_path, main="include: [main.yaml]\n")
    assert found == ["main.yaml:1:11: include: includes itself: main.yaml -> main.yaml"]


def test_a_file_may_be_included_twice(tmp_path: Path) -> None:
    """Two files that share a third are no circle."""
    document = read(
        tmp_path,
        main="include: [a.yaml, b.yaml]\n",
        a="include: [c.yaml]\nx: 1\n",
        b="include: [c.yaml]\n",
        c="x: 3\ny: 4\n",
    )
    assert document.tree == {"x": 3, "y": 4}
    assert not document.problems


def test_faults_of_all_files_are_listed(tmp_path: Path) -> None:
    """A missing and a broken include are reported in one go, with the place that asked for it."""
    found = said(
        tmp_path, main="include: [on.yaml, two.yaml]\na: 1\na: 2\n", one="b: 1\n", two="x: [\n"
    )
    assert [line.split(": ")[0] for line in found] == [
        "main.yaml:1:11",
        "main.yaml:3:1",
        "two.yaml:2:1",
    ]
    assert found[0] == "main.yaml:1:11: include: on.yaml: no such file; did you mean 'one.yaml'?"


def test_endless_chains_are_refused(tmp_path: Path) -> None:
    """A chain of includes longer than anybody writes ends in a refusal."""
    files = {f"f{i}": f"include: [f{i + 1}.yaml]\n" for i in range(40)}
    found = said(tmp_path, main="include: [f0.yaml]\n", **files)
    assert len(found) == 1
    assert "is included through more than 16 files" in found[0]


def test_include_must_be_a_list(tmp_path: Path) -> None:
    """A single name outside a list is refused, as the schema says."""
    assert said(tmp_path, main="include: a.yaml\n") == [
        "main.yaml:1:10: include: must be a list of files (given 'a.yaml')"
    ]


def test_catalogues_of_an_included_file_are_found(tmp_path: Path) -> None:
    """An included file names its catalogues from its own folder, the problem all from its own."""
    document = read(tmp_path, main="include: [sub/one.yaml]\n", sub__one="catalogs: [own.yaml]\n")
    assert document.tree == {"catalogs": ["sub/own.yaml"]}
