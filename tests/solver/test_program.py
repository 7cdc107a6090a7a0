"""Programs as arrays say what the same lists would say one by one."""

import math
from dataclasses import replace
from pathlib import Path
from random import Random

import pytest

from solver.engines import mps
from solver.engines.program import Part, Program
from solver.engines.rows import Rows

SEEDS = range(30)


def program_of(random: Random) -> Program:
    """Some columns, some rows, among them empty and repeated ones."""
    columns, rows = random.randint(1, 8), []
    for _ in range(random.randint(0, 10)):
        ids = random.sample(range(columns), random.randint(0, columns))
        rows.append((ids, [random.choice([0.0, 1.0, -2.5, 1 / 3]) for _ in ids]))
        if random.random() < 0.3:
            rows.append(rows[0])
    low = [random.choice([-math.inf, -1.0, 0.0]) for _ in rows]
    return Program(
        costs=[random.choice([0.0, 1.5, -3.0, 1e-3]) for _ in range(columns)],
        constant=random.choice([0.0, 7.0]),
        lower=[random.choice([0.0, 1.0]) for _ in range(columns)],
        upper=[random.choice([1.0, 3.0, math.inf]) for _ in range(columns)],
        whole=[random.random() < 0.5 for _ in range(columns)],
        rows=Rows.of(rows),
        low=low,
        high=[random.choice([0.0, 2.0]) if each == -math.inf else each for each in low],
    )


def expected_text(part: Part) -> str:
    """The file, line by line from the definition of a part."""
    program, free = part.program, part.free
    scale = 2.0 ** max(0, -math.floor(math.log2(max(abs(program.costs[i]) for i in free) or 1)))
    lines: dict[int, list[str]] = {
        i: [f"OBJ {program.costs[i] * scale!r}"] if program.costs[i] else [] for i in free
    }
    kinds, limits = [], []
    for (ids, factors), low, high in zip(program.rows, program.low, program.high, strict=True):
        terms = dict(zip(ids, factors, strict=True))
        if terms.keys().isdisjoint(free):
            continue
        name = f"C{len(kinds):07d}"
        kinds.append(f" {'E' if low == high else 'L' if low == -math.inf else 'G'} {name}")
        for i in terms.keys() & set(free):
            lines[i].append(f"{name} {terms[i]!r}")
        moved = sum(factor * part.lower[i] for i, factor in terms.items() if i not in free)
        limits.append(f" RHS {name} {(high if low == -math.inf else low) - moved!r}")
    columns, bounds = [], []
    for n, i in enumerate(free):
        marked = part.whole[i]
        columns += [" MARKER 'MARKER' 'INTORG'"] * marked
        columns += [f" X{n:07d} {line}" for line in lines[i] or ["OBJ 0"]]
        columns += [" MARKER 'MARKER' 'INTEND'"] * marked
        bounds.append(f" LO BND X{n:07d} {part.lower[i]!r}")
        endless = part.upper[i] == math.inf
        bounds.append(f" PL BND X{n:07d}" if endless else f" UP BND X{n:07d} {part.upper[i]!r}")
    held = [program.costs[i] * low for i, low in enumerate(part.lower) if i not in free]
    one = f"X{len(free):07d}"
    columns.append(f" {one} OBJ {(program.constant + math.fsum(held)) * scale!r}")
    parts = ["*SENSE:Minimize\nNAME MODEL\nROWS\n N OBJ", *kinds, "COLUMNS", *columns]
    return "\n".join([*parts, "RHS", *limits, "BOUNDS", *bounds, f" FX BND {one} 1", "ENDATA\n"])


@pytest.mark.parametrize("seed", SEEDS)
def test_what_is_written_is_what_is_left(
    seed: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A part's file holds its free columns only, byte by byte, however many lines are made at once.

    Sensitivity: a line lost where one batch of lines ends and the next begins would be missing.
    """
    part = Part.all_of(program_of(Random(seed)))
    if not part.free:
        return
    for at_once in (1, 3, 1000):
        monkeypatch.setattr(mps, "AT_ONCE", at_once)
        model = part.write(tmp_path / "part.mps")
        assert (tmp_path / "part.mps").read_text() == expected_text(part)
        assert list(model.ids) == part.free


@pytest.mark.parametrize("seed", SEEDS)
def test_a_broken_row_is_named(seed: int) -> None:
    """A point is broken exactly where the sum of some row is outside its limits."""
    random = Random(seed)
    program = program_of(random)
    for _ in range(20):
        point = [float(random.randint(0, 3)) for _ in program.costs]
        sums = [sum(f * point[i] for i, f in zip(*row, strict=True)) for row in program.rows]
        broken = [
            number
            for number, (low, value, high) in enumerate(
                zip(program.low, sums, program.high, strict=True)
            )
            if not low - 1e-9 <= value <= high + 1e-9
        ]
        said = program.broken(point)
        assert (said is None) == (not broken)
        assert said is None or said.startswith(f"row {broken[0]} is broken")


def test_a_row_of_large_terms_may_be_off_by_more() -> None:
    """Proves that the tolerance is of the largest term: 1e9 - 1e9 + 100 <= 0 is off by 1e-7 of it,
    and 1e9 - 1e9 + 2000 <= 0 is off by 2e-6 of it.
    """
    program = replace(
        program_of(Random(0)), rows=Rows.of([([0, 1], [1.0, -1.0])]), low=[-math.inf], high=[0.0]
    )
    assert program.broken([1e9 + 100, 1e9]) is None
    assert program.broken([1e9 + 2000, 1e9]) == "row 0 is broken by 2000"


@pytest.mark.parametrize("seed", SEEDS)
def test_tied_rows_say_the_same_of_points_that_follow(seed: int) -> None:
    """Where columns follow others, a tied program has the costs, and breaks where the program does;
    and no two of its rows are the same.
    """
    random = Random(seed)
    program = program_of(random)
    like = [random.randint(0, i) for i in range(len(program.costs))]
    like = [like[first] if like[first] == first else i for i, first in enumerate(like)]
    like = [first if like[first] == first else i for i, first in enumerate(like)]
    tied = program.tied(like)
    rows = [tuple(map(tuple, row)) for row in tied.rows]
    assert len(set(rows)) == len(rows)
    for _ in range(20):
        some = [float(random.randint(0, 3)) for _ in like]
        followed = [some[first] for first in like]
        alone = [value if like[i] == i else 0.0 for i, value in enumerate(some)]
        assert tied.cost(alone) == pytest.approx(program.cost(followed))
        assert (tied.broken(alone) is None) == (program.broken(followed) is None)
