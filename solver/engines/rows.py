"""The rows of a program as arrays: the entries of all rows end to end, and where each begins.

Belongs here: what is done with all entries at once, since a large program has millions of them.
Does not belong here: what rows are limited by (program), or files (mps).
"""

from array import array
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int32]
Places = npt.NDArray[np.int64]
"""Where something is among all entries."""
ENTRY = np.dtype([("id", np.int32), ("factor", np.float64)])


@dataclass(frozen=True, eq=False)
class Rows:
    """Rows by number; nobody changes them."""

    starts: Places
    """Where each row begins among the entries, and at last where the last one ends."""
    ids: Integers
    """The variable of each entry."""
    factors: Floats

    @classmethod
    def of(cls, rows: Iterable[tuple[Sequence[int], Sequence[float]]]) -> "Rows":
        """Read rows of variable ids and their factors; a factor of 0 is no entry.

        >>> rows = Rows.of([([0, 3], [2.0, 0.0]), ([], [])])
        >>> len(rows), rows[0]
        (2, ([0], [2.0]))
        """
        lengths, ids, factors = array("q"), array("i"), array("d")
        for row, each in rows:
            lengths.append(len(row))
            ids.extend(row)
            factors.extend(each)
        values = np.frombuffer(factors, np.float64)
        some = values != 0
        before = np.concatenate([[0], np.cumsum(some)])
        ends = np.concatenate([[0], np.cumsum(np.frombuffer(lengths, np.int64))])
        return cls(before[ends], np.frombuffer(ids, np.int32)[some], values[some])

    def __len__(self) -> int:
        return len(self.starts) - 1

    def __getitem__(self, number: int) -> tuple[list[int], list[float]]:
        """The variable ids and the factors of one row."""
        row = slice(self.starts[number], self.starts[number + 1])
        return self.ids[row].tolist(), self.factors[row].tolist()

    def __iter__(self) -> Iterator[tuple[list[int], list[float]]]:
        return (self[number] for number in range(len(self)))

    def numbers(self) -> Integers:
        """The row of each entry."""
        return np.repeat(np.arange(len(self), dtype=np.int32), np.diff(self.starts))

    def sums(self, point: Sequence[float] | Floats) -> Floats:
        """The value of each row at a point."""
        terms = self.factors * np.asarray(point, np.float64)[self.ids]
        return np.bincount(self.numbers(), weights=terms, minlength=len(self))

    def merged(self, rows: Integers, columns: Integers, factors: Floats, count: int) -> "Rows":
        """So many rows of entries in any order; those of one row and column are added up."""
        key = rows.astype(np.int64) * (int(columns.max(initial=0)) + 1) + columns
        order = np.argsort(key, kind="stable")
        key = key[order]
        first = np.ones(len(key), np.bool_)
        first[1:] = key[1:] != key[:-1]
        heads = order[first]
        lengths = np.bincount(rows[heads], minlength=count)
        return Rows(
            np.concatenate([[0], np.cumsum(lengths)]),
            columns[heads],
            np.bincount(np.cumsum(first) - 1, weights=factors[order], minlength=len(heads)),
        )

    def tied(self, like: Integers) -> "Rows":
        """The same rows where each variable ``i`` is variable ``like[i]``, in order of ids."""
        return self.merged(self.numbers(), like[self.ids], self.factors, len(self))

    def some(self, numbers: Sequence[int] | Integers) -> "Rows":
        """The rows of these numbers."""
        chosen = np.asarray(numbers, np.int64)
        lengths = np.diff(self.starts)[chosen]
        starts = np.concatenate([[0], np.cumsum(lengths)])
        entries = np.arange(starts[-1]) + np.repeat(self.starts[chosen] - starts[:-1], lengths)
        return Rows(starts, self.ids[entries], self.factors[entries])

    def same(self) -> list[int]:
        """For each row the number of the first one that has the same entries in the same order."""
        entries = np.empty(len(self.ids), ENTRY)
        entries["id"], entries["factor"] = self.ids, self.factors
        text, size = entries.tobytes(), ENTRY.itemsize
        ends = (self.starts * size).tolist()
        first: dict[bytes, int] = {}
        return [
            first.setdefault(text[ends[number] : ends[number + 1]], number)
            for number in range(len(self))
        ]
