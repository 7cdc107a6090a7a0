"""Figures of several plans side by side, each with its difference from the base.

Belongs here: the table that what-ifs print for bills, units, cards and energy. Does not belong
here: which figures.
"""

from collections.abc import Callable, Mapping, Sequence

from reports.numbers import count, money_column
from reports.tables import Column, Kind, Row, Table
from reports.text.page import clean, table

type Figures = Mapping[str, float] | None
"""By label; None where there is no plan."""
NOTHING = "-"
"""A cell without a plan behind it."""
NO_CHANGE = "="
"""A difference of nothing."""


def side_by_side(
    what: str,
    names: Sequence[str],
    figures: Sequence[Figures],
    *,
    total: str = "",
    money: bool = False,
    changes: bool = True,
) -> Table:
    """A table with a line for each label, the base's figures first, and for each other plan its
    figures and, with ``changes``, what they are more than the base's. ``total`` labels a line of
    sums.
    """
    labels = list(dict.fromkeys(label for each in figures if each is not None for label in each))
    columns = [_values(each, labels, total) for each in figures]
    write = _money if money else _counts
    texts, unit = write([value for column in columns for value in column if value is not None])
    written = iter(texts)
    cells = [[NOTHING if v is None else next(written) for v in column] for column in columns]
    titles = [Column(f"{what}\n({unit})" if unit else what, name=True)]
    titles.append(Column(names[0], right=True, group=names[0]))
    parts = [cells[0]]
    for name, column, text in zip(names[1:], columns[1:], cells[1:], strict=True):
        titles.append(Column(clean(name), right=True, group=name))
        parts.append(text)
        if changes:
            titles.append(Column("change", right=True, group=name))
            parts.append(_changes(columns[0], column, money))
    lines = [*labels, *([total] if total else [])]
    rows = [
        Row((label, *(part[n] for part in parts)), Kind.TOTAL if n == len(labels) else Kind.LINE)
        for n, label in enumerate(lines)
    ]
    return table(titles, rows, grid=True)


def _values(figures: Figures, labels: Sequence[str], total: str) -> list[float | None]:
    if figures is None:
        return [None] * (len(labels) + bool(total))
    values: list[float | None] = [figures.get(label, 0.0) for label in labels]
    return [*values, sum(figures.values())] if total else values


def _changes(
    base: Sequence[float | None], column: Sequence[float | None], money: bool
) -> list[str]:
    pairs = list(zip(base, column, strict=True))
    known = [after - before for before, after in pairs if before is not None and after is not None]
    values = iter(known)
    scale = max((abs(v) for pair in pairs for v in pair if v is not None), default=0.0)
    write: Callable[[Sequence[float]], tuple[list[str], str]] = _money if money else _counts
    # Written beside the figures themselves, so that both have the same digits and unit.
    texts = iter(write([*known, scale])[0])
    found = []
    for before, after in pairs:
        if before is None or after is None:
            found.append("")
            continue
        value, text = next(values), next(texts)
        same = abs(value) <= 1e-9 * max(abs(before), abs(after), 1e-9)
        found.append(NO_CHANGE if same else f"+{text}" if value > 0 else text)
    return found


def _money(values: Sequence[float]) -> tuple[list[str], str]:
    return money_column(list(values))


def _counts(values: Sequence[float]) -> tuple[list[str], str]:
    return [count(round(value, 2)) for value in values], ""
