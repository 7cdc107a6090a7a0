"""What pydantic says about a document, in the words of the file.

Belongs here: from pydantic's errors to paths, lines, sentences and the name that was meant. Does
not belong here: what is valid (schema), reading files (reading.py).
"""

import re
import types
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAliasType, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo

from problems.document import Document, Node
from problems.errors import InputProblem, did_you_mean, shown
from problems.paths import KeyPath

_KINDS = {
    "string": "a text",
    "int": "a whole number",
    "float": "a number",
    "decimal": "a number",
    "bool": "true or false",
    "date": "a date like 2023-01-01",
    "dict": "a mapping",
    "mapping": "a mapping",
    "model": "a mapping of keys",
    "list": "a list",
    "tuple": "a list",
    "set": "a list",
}
_LIMITS = {
    "greater_than_equal": ("at least", "ge"),
    "greater_than": ("above", "gt"),
    "less_than_equal": ("at most", "le"),
    "less_than": ("below", "lt"),
}
_MOST_FAULTS = 1000
"""Faults that are put into words; nobody reads on, and the words take their time."""
_STEP = re.compile(r"(?:at|for) ([^:]+): (.*)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class _Fault:
    """One error of pydantic, followed through the document."""

    path: KeyPath
    """Where it is in the file, as deep as the file goes."""
    error: Mapping[str, Any]
    branch: tuple[KeyPath, str | int] | None
    """For one way of reading a value that can be read in several: the value and the way's name."""

    @property
    def kind(self) -> str:
        return str(self.error["type"])


def validate[M: BaseModel](
    model: type[M], document: Document, context: object
) -> tuple[M | None, list[InputProblem], list[KeyPath]]:
    """The document as a model; or None, what is wrong, and the paths that hold the faults."""
    try:
        return model.model_validate(document.tree, context=context), [], []
    except ValidationError as error:
        faults = [_followed(e, document.root) for e in error.errors(include_url=False)]
    meant = list(_without_other_readings(faults))
    problems = dict.fromkeys(_problem(fault, document, model) for fault in meant[:_MOST_FAULTS])
    if len(meant) > _MOST_FAULTS:
        problems[InputProblem(f"and {len(meant) - _MOST_FAULTS} more faults", document.file)] = None
    return None, list(problems), [fault.path for fault in meant]


def _followed(error: Any, root: Node) -> _Fault:
    """Tell keys from pydantic's own marks by walking the file along the error's location."""
    path: KeyPath = ()
    node, branch = root, None
    is_missing = error["type"] == "missing"
    for part in error["loc"][:-1] if is_missing else error["loc"]:
        part = part if isinstance(part, int) and isinstance(node.value, tuple) else str(part)
        child = node.child(part)
        if child is not None:
            path, node = (*path, part), child
        elif branch is None and part != "[key]":
            branch = (path, part)
    return _Fault(path, error, branch)


def _without_other_readings(faults: Sequence[_Fault]) -> Iterator[_Fault]:
    """Where a value can be read in several ways, keep the faults of the way that was meant: the one
    whose first fault lies deepest in the value, else the one with words of its own.
    """
    ways: dict[KeyPath, dict[str | int, tuple[int, bool]]] = {}
    for fault in faults:
        if fault.branch is not None:
            at, way = fault.branch
            # An unknown or missing key is a fault inside the block, not of the block.
            depth = len(fault.path) + (fault.kind in ("missing", "extra_forbidden"))
            rank = (depth, fault.kind == "value_error")
            ways.setdefault(at, {})[way] = min(rank, ways.get(at, {}).get(way, rank))
    meant = {at: max(ranks, key=lambda way: ranks[way]) for at, ranks in ways.items()}
    for fault in faults:
        if fault.branch is None or meant[fault.branch[0]] == fault.branch[1]:
            yield fault


def _problem(fault: _Fault, document: Document, model: type[BaseModel]) -> InputProblem:
    path, message = fault.path, _in_words(fault, model)
    # Fields that read a whole table in one go say which entry is wrong; point at its own line.
    while (step := _STEP.fullmatch(message)) and document.find((*path, step[1])):
        path, message = (*path, step[1]), step[2]
    on_key = fault.kind in ("missing", "extra_forbidden") or "[key]" in fault.error["loc"]
    found = document.locate(path, key=on_key)
    note = found.note or document.locate(path[:-1]).note
    return document.problem(path, note or message, key=on_key)


def _in_words(fault: _Fault, model: type[BaseModel]) -> str:
    error, kind = fault.error, fault.kind
    given = f" (given {shown(error.get('input'))})"
    context = error.get("ctx") or {}
    if kind == "missing":
        return f"required key '{error['loc'][-1]}' is missing"
    if kind == "extra_forbidden":
        key = str(fault.path[-1])
        return f"unknown key '{key}'{did_you_mean(key, keys_at(model, fault.path[:-1]))}"
    if kind in ("value_error", "assertion_error"):
        return re.sub(r"^(Value error|Assertion failed), ", "", error["msg"])
    if kind in _LIMITS:
        words, name = _LIMITS[kind]
        return f"must be {words} {context[name]:g}{given}"
    if kind in ("literal_error", "enum"):
        names = re.findall(r"'([^']*)'", context["expected"])
        hint = did_you_mean(str(error.get("input")), names) if len(names) > 1 else ""
        hint = hint if "mean" in hint else ""
        return f"must be {context['expected']}{given}{hint}"
    if kind == "string_pattern_mismatch":
        return f"must be {_looks(context['pattern'])}{given}"
    if kind == "finite_number":
        return f"must be a finite number{given}"
    name, _, why = kind.partition("_")
    if kind == "int_from_float":
        return f"must be a whole number{given}"
    if name in _KINDS and why in ("type", "parsing", "from_date_parsing", "attributes_type"):
        return f"must be {_KINDS[name]}{given}"
    said = str(error["msg"])
    return said[:1].lower() + said[1:] + given


def _looks(pattern: str) -> str:
    """A pattern of the schema in words; country and currency codes are the common ones.

    >>> _looks("^[A-Z]{2}$")
    '2 capital letters, e.g. CN'
    """
    letters = re.fullmatch(r"\^\[A-Z\]\{(\d)\}\$", pattern)
    if not letters:
        return f"written as {pattern}"
    example = {"2": ", e.g. CN", "3": ", e.g. CNY"}.get(letters[1], "")
    return f"{letters[1]} capital letters{example}"


def keys_at(model: type[BaseModel], path: KeyPath) -> list[str]:
    """The keys that the block at ``path`` can have, by its model; none for freely named entries."""
    kinds: list[Any] = [model]
    for part in path:
        kinds = [inner for kind in kinds for inner in _inside(kind, str(part))]
    return [name for kind in kinds for name in _fields(kind)]


def _fields(kind: Any) -> dict[str, FieldInfo]:
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        return {info.alias or name: info for name, info in kind.model_fields.items()}
    return {}


def _inside(kind: Any, key: str) -> list[Any]:
    """The types that one key of a value of this type can have."""
    fields = _fields(kind)
    if key in fields:
        return _plain_types(fields[key].annotation)
    arguments = get_args(kind)
    if arguments and get_origin(kind) in (dict, Mapping, list, tuple, Sequence):
        return _plain_types(arguments[-1] if arguments[-1] is not ... else arguments[0])
    return []


def _plain_types(kind: Any) -> list[Any]:
    """The types behind unions, annotations and aliases."""
    if isinstance(kind, TypeAliasType):
        return _plain_types(kind.__value__)
    if hasattr(kind, "__metadata__"):
        return _plain_types(get_args(kind)[0])
    if isinstance(kind, types.UnionType) or str(get_origin(kind)) == "typing.Union":
        return [inner for choice in get_args(kind) for inner in _plain_types(choice)]
    return [kind]
