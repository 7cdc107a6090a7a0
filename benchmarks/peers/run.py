"""rackmix beside the peers on serving mixes: cost and time of each, side by side.

Belongs here: the cases, the comparison and its table. Does not belong here: the programs.

    python -m benchmarks.peers.run [--limit 30] [--repeats 3]
"""

import argparse
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.peers.melange import Answer, exact, sliced
from benchmarks.peers.mixes import Mix, drawn, problem_text, published
from benchmarks.records import machine
from solver import load_case, solve_case

PAGE = Path(__file__).parent / "PEERS.md"
SLICES = (1, 2, 4, 8, 16, 32)
MOST_SLICES = 480
"""Of all classes together; finer cuts are left out."""
COST_TOLERANCE = 1e-6
"""Relative: costs this close are the same plan, priced in another order."""
NOISE_S, NOISE = 0.25, 1.5
"""How much slower than a peer rackmix may be: seconds for reading, checking and verification, and a
factor for a machine that does other things."""


@dataclass(frozen=True)
class Row:
    """A mix and what every program answered."""

    mix: Mix
    rackmix: Answer
    exact: Answer
    sliced: dict[int, Answer]

    @property
    def faults(self) -> Iterator[str]:
        """Where a peer is cheaper or faster than rackmix."""
        for name, peer in self.peers:
            if peer.usd_per_hour is None:
                continue
            if not _as_cheap(self.rackmix, peer):
                yield f"{self.mix.name}: {name} is cheaper, {peer.usd_per_hour:.4f} USD/h"
            late = self.rackmix.seconds > NOISE * peer.seconds + NOISE_S
            if late and peer.proven and _as_cheap(peer, self.rackmix):
                yield f"{self.mix.name}: {name} is faster, {peer.seconds:.2f} s"

    @property
    def peers(self) -> Iterator[tuple[str, Answer]]:
        """Every peer's answer."""
        yield "exact", self.exact
        for slices, answer in self.sliced.items():
            yield f"{slices} slices", answer


def _as_cheap(one: Answer, other: Answer) -> bool:
    """Whether the first costs no more than the second."""
    if one.usd_per_hour is None or other.usd_per_hour is None:
        return other.usd_per_hour is None
    return one.usd_per_hour <= other.usd_per_hour * (1 + COST_TOLERANCE)


def cases() -> list[Mix]:
    """Published mixes, and drawn ones up to four kinds, 480 slices and 10,000 requests a second."""
    drawings = [
        drawn(kinds, classes, rate, seed)
        for seed, (kinds, classes) in enumerate(((2, 4), (3, 12), (4, 15), (4, 60)))
        for rate in (10.0, 100.0, 1_000.0, 10_000.0)
    ]
    return [*published(), *drawings]


def rackmix(mix: Mix, limit_s: float) -> Answer:
    """Rackmix from the problem file's text to a verified plan."""
    with tempfile.TemporaryDirectory(prefix="rackmix-bench-") as folder:
        path = Path(folder) / "problem.json"
        path.write_text(problem_text(mix, limit_s), encoding="utf-8")
        started = time.perf_counter()
        answer = solve_case(load_case(path))
        seconds = time.perf_counter() - started
    usd = answer.plan.objective if answer.plan else None
    return Answer(usd, seconds, str(answer.status) == "optimal")


def compare(mix: Mix, limit_s: float, repeats: int) -> Row:
    """Every program on one mix, the best time of several."""
    cuts = [n for n in SLICES if n * mix.classes <= MOST_SLICES or n == 1]

    def best(program: Callable[[], Answer]) -> Answer:
        answers: list[Answer] = []
        while len(answers) < repeats and sum(answer.seconds for answer in answers) < limit_s:
            answers.append(program())
        return min(answers, key=lambda answer: answer.seconds)

    return Row(
        mix,
        best(lambda: rackmix(mix, limit_s)),
        best(lambda: exact(mix, limit_s)),
        {n: best(lambda n=n: sliced(mix, n, limit_s)) for n in cuts},  # type: ignore[misc]
    )


def page(rows: Sequence[Row], limit_s: float) -> str:
    """The table and what it shows."""
    heads = ["mix", "rackmix", "exact", *(f"{n} slice{'s' * (n > 1)}" for n in SLICES)]
    faults = [fault for row in rows for fault in row.faults]
    lines = [
        "# rackmix and its peers on serving mixes",
        "",
        "USD per hour (seconds) from the mix in memory to the answer, imports done, the best of "
        f"several runs; `>` marks an answer without a proof after {limit_s:g} s. Columns with "
        "slices: the program of Mélange (arXiv 2404.14527) with PuLP and CBC, each class cut into "
        "that many slices; exact: rates routed without slices, PuLP and CBC. rackmix reads its "
        "problem file and verifies its plan within its time.",
        "",
        "Machine: " + ", ".join(f"{name} {value}" for name, value in machine().items()) + ".",
        "",
        "| " + " | ".join(heads) + " |",
        "|" + " --- |" * len(heads),
    ]
    for row in rows:
        cells = [_cell(row.rackmix), _cell(row.exact)]
        cells += [_cell(row.sliced[n]) if n in row.sliced else "" for n in SLICES]
        lines.append(f"| {row.mix.name} | " + " | ".join(cells) + " |")
    lines += ["", "Cheaper than rackmix, or as good and faster by more than the noise: "]
    lines[-1] += "nothing." if not faults else ""
    lines += [f"- {fault}" for fault in faults]
    return "\n".join(lines) + "\n"


def _cell(answer: Answer) -> str:
    if answer.usd_per_hour is None:
        return f"no plan ({answer.seconds:.1f})"
    mark = "" if answer.proven else "> "
    return f"{mark}{answer.usd_per_hour:,.2f} ({answer.seconds:.2f})"


def main(arguments: Sequence[str] | None = None) -> None:
    """Compare everything and write the page."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.peers.run", description=__doc__)
    parser.add_argument("--limit", type=float, default=30.0, help="seconds for each run")
    parser.add_argument("--repeats", type=int, default=3)
    given = parser.parse_args(arguments)
    rows = []
    for mix in cases():
        rows.append(compare(mix, given.limit, given.repeats))
        print(mix.name, _cell(rows[-1].rackmix), _cell(rows[-1].exact), file=sys.stderr)
        PAGE.write_text(page(rows, given.limit), encoding="utf-8")
    print(f"Wrote {PAGE}", file=sys.stderr)


if __name__ == "__main__":
    main()
