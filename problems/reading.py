"""Files to documents: bytes, encodings, formats and includes.

Belongs here: everything that can be wrong with a file before its values mean anything. Does not
belong here: the formats themselves (yaml_text, json_text, toml_text), scenarios and edits.
"""

import os
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path, PurePosixPath, PureWindowsPath

from problems.document import Document, Location, Node, problem_at
from problems.errors import InputError, InputProblem, nearest, shown
from problems.overrides import merge

DEEPEST_INCLUDES = 16
"""Files that may include one another in a row."""
SUFFIXES = (".yaml", ".yml", ".toml", ".json")
"""What a problem file's name ends in; one without a suffix is read as YAML."""
LARGEST_BYTES = 2 * 1024 * 1024
"""Largest file that is read: hundreds of times a large problem."""

Parser = Callable[[str, str], tuple[Node | None, list[InputProblem]]]


def read_document(path: str | os.PathLike[str]) -> Document:
    """Read a problem file (YAML, TOML or JSON by its suffix) with the files it includes.

    Faults that do not stop the reading are noted in the document. Raises InputError for a file that
    cannot be read at all.
    """
    if fault := _file_fault(Path(path)):
        raise InputError([InputProblem(fault, str(path))])
    reader = _Reader()
    root = reader.read(Path(path), ())
    if root is None or reader.stopped:
        raise InputError(reader.problems)
    return Document(root, str(path), tuple(reader.problems))


class _Reader:
    """Reads a file and its includes; each file once, however often it is included."""

    def __init__(self) -> None:
        self.problems: list[InputProblem] = []
        self.stopped = False
        self._read: dict[Path, Node | None] = {}

    def read(self, path: Path, above: tuple[Path, ...]) -> Node | None:
        """The file with its includes laid under it; None, with a problem noted, if it cannot be."""
        real = path.resolve()
        if real not in self._read:
            try:
                root, problems = _parsed(path)
                self.problems += problems
                self._read[real] = self._with_includes(root, path, (*above, real))
            except InputError as error:
                self.problems += error.problems
                self.stopped = True
                self._read[real] = None
        return self._read[real]

    def _with_includes(self, root: Node, path: Path, above: tuple[Path, ...]) -> Node:
        include = root.child("include")
        if include is None:
            return root
        root = root.with_child("include", None)
        if not isinstance(include.value, tuple):
            self._note(include.at, f"must be a list of files (given {shown(include.plain())})")
            return root
        base = Node({}, root.at)
        for entry in include.value:
            part = self._included(entry, path, above)
            if part is not None:
                base = merge(base, part, self.problems)
        return merge(base, root, self.problems)

    def _included(self, entry: Node, path: Path, above: tuple[Path, ...]) -> Node | None:
        name = entry.value
        fault = _name_fault(name)
        if fault is not None or not isinstance(name, str):
            self._note(entry.at, f"{fault} (given {shown(entry.plain())})")
            return None
        part = path.parent / name
        fault = _file_fault(part)
        if len(above) > DEEPEST_INCLUDES:
            fault = f"is included through more than {DEEPEST_INCLUDES} files"
        if fault is not None:
            self._note(entry.at, f"{part}: {fault}")
            self.stopped = True
            return None
        if part.resolve() in above:
            chain = " -> ".join(p.name for p in (*above[above.index(part.resolve()) :], part))
            self._note(entry.at, f"includes itself: {chain}")
            return None
        root = self.read(part, above)
        return None if root is None else _with_moved_catalogs(root, PurePosixPath(name).parent)

    def _note(self, at: Location, message: str) -> None:
        self.problems.append(problem_at(at, message, ("include",)))


def _name_fault(name: object) -> str | None:
    """Why a file may not include another of this name. A problem file from elsewhere must not be
    able to read what lies outside its own folder.
    """
    if not isinstance(name, str) or not name.strip():
        return "must be the name of a file"
    # Windows' reading of a path knows the roots of both systems.
    if PureWindowsPath(name).anchor or "\\" in name:
        return "must be a file in the same folder or below it, not an absolute path"
    if ".." in PurePosixPath(name).parts:
        return "must be a file in the same folder or below it: no '..'"
    return None


def _with_moved_catalogs(root: Node, folder: PurePosixPath) -> Node:
    """An included file names its catalogues from its own folder; the problem from its own."""
    catalogs = root.child("catalogs")
    if folder == PurePosixPath() or catalogs is None or not isinstance(catalogs.value, tuple):
        return root
    moved = tuple(
        replace(entry, value=str(folder / entry.value)) if isinstance(entry.value, str) else entry
        for entry in catalogs.value
    )
    return root.with_child("catalogs", replace(catalogs, value=moved))


def _parsed(path: Path) -> tuple[Node, list[InputProblem]]:
    """One file as a mapping of nodes. Raises InputError."""
    parse = _parser(path)
    root, problems = parse(_text(path), str(path))
    if root is None:
        raise InputError([*problems, InputProblem("is empty: expected a problem", str(path))])
    if not isinstance(root.value, Mapping):
        message = f"must be a mapping of blocks like 'horizon:' (given {shown(root.plain())})"
        raise InputError([*problems, problem_at(root.at, message)])
    return root, problems


def _parser(path: Path) -> Parser:
    suffix = path.suffix.lower()
    if suffix in (*SUFFIXES[:2], ""):
        from problems.yaml_text import parse_yaml

        return parse_yaml
    if suffix == ".toml":
        from problems.toml_text import parse_toml

        return parse_toml
    if suffix == ".json":
        from problems.json_text import parse_json

        return parse_json
    message = f"expected a .yaml, .toml or .json file (given {suffix})"
    raise InputError([InputProblem(message, str(path))])


def _file_fault(path: Path) -> str | None:
    """Why there is nothing to open."""
    try:
        if path.is_dir():
            return "is a folder, not a file"
        if path.exists():
            return None
        beside = [entry for entry in path.parent.iterdir() if entry.suffix in SUFFIXES]
    except FileNotFoundError:
        return f"no such file: there is no folder {path.parent}"
    except (OSError, ValueError) as error:
        return f"cannot be read: {getattr(error, 'strerror', None) or error}"
    names = {entry.stem: entry for entry in beside}
    near = nearest(path.stem, names)
    return "no such file" + (f"; did you mean '{names[near]}'?" if near else "")


def _text(path: Path) -> str:
    """The text of a file. Raises InputError."""
    try:
        with path.open("rb") as file:
            data = file.read(LARGEST_BYTES + 1)
    except OSError as error:
        message = f"cannot be read: {error.strerror or error}"
        raise InputError([InputProblem(message, str(path))]) from None
    if len(data) > LARGEST_BYTES:
        message = f"is larger than {LARGEST_BYTES // 1024**2} MB: not a problem file"
        raise InputError([InputProblem(message, str(path))])
    if b"\0" in data:
        message = "holds zero bytes: not a text file in UTF-8"
        raise InputError([InputProblem(message, str(path))])
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        column = error.start - data.rfind(b"\n", 0, error.start)
        message = f"is not text in UTF-8: byte 0x{data[error.start]:02x} cannot be read"
        raise InputError([InputProblem(message, str(path), line, column)]) from None
