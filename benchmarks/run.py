"""The benchmark: every contender on every instance that is asked for, then the table.

Belongs here: the command line and the order of the runs. Does not belong here: anything else.

    python -m benchmarks.run --sizes S,M --seeds 0-4 --limit 60 --engines rackmix,cbc,highs
"""

import argparse
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from benchmarks import records, table
from benchmarks.contenders import CONTENDERS, PLAIN, PROBLEM, Effort, json_reader
from benchmarks.generate import SIZES, problem_text
from benchmarks.race import Trace, race
from solver import load_case
from solver.engines.claim import MODEL, Model
from solver.formulation import build_plain

DIMENSIONS = "sizes"
"""The run that measures reading and building."""
DEFAULT = ("rackmix", "rackmix-cbc", "cbc", "highs")


def main(arguments: Sequence[str] | None = None) -> None:
    """Make the runs that are missing and write the table."""
    given = _parser().parse_args(arguments)
    effort = Effort(given.limit, given.gap, given.threads)
    for size in given.sizes:
        for seed in given.seeds:
            for name in (DIMENSIONS, *given.engines):
                _run(size, seed, name, effort, given.again)
                _write_table()
    _write_table()
    print(f"Wrote {table.RESULTS_PAGE}", file=sys.stderr)


def _run(size: str, seed: int, name: str, effort: Effort, again: bool) -> None:
    text = problem_text(size, seed)
    if not again and records.known(size, seed, name, effort, text):
        return
    print(f"{size} seed {seed}: {name} ...", end=" ", file=sys.stderr, flush=True)
    with tempfile.TemporaryDirectory(prefix="rackmix-bench-") as folder:
        trace = _raced(name, effort, text, Path(folder))
        if trace.exit_code:
            words = (Path(folder) / "stderr.txt").read_text(errors="replace").strip()
            trace.notes["failed"] = words[-500:]
    run = records.record(size, seed, name, effort, text, trace)
    records.save(run)
    print(_in_words(run), file=sys.stderr)


def _raced(name: str, effort: Effort, text: str, folder: Path) -> Trace:
    """Run one program on a problem; the raw engines get its plain formulation."""
    problem = folder / PROBLEM
    problem.write_text(text, encoding="utf-8")
    if name == DIMENSIONS:
        command = [sys.executable, "-m", "benchmarks.sizes", PROBLEM]
        return race(command, folder, json_reader(1.0), 600.0)
    contender = CONTENDERS[name]
    unit = 1.0
    if contender.plain:
        plain = build_plain(load_case(problem).instance)
        written = Model.write(plain.problem, folder)
        (folder / MODEL).rename(folder / PLAIN)
        unit = plain.money_scale / written.scale
    return race(contender.command(effort), folder, contender.reader(unit), effort.limit_s)


def _in_words(run: records.Record) -> str:
    if run.contender == DIMENSIONS:
        return str(run.notes.get("seconds", run.notes.get("failed")))
    _, best, bound = run.events[-1] if run.events else (0.0, None, None)
    return f"{run.trace['ended_s']} s, plan {best}, bound {bound}, {run.notes.get('status')}"


def _write_table() -> None:
    every = records.load_all()
    runs = [run for run in every if run.contender in CONTENDERS]
    dimensions = [run for run in every if run.contender == DIMENSIONS]
    table.RESULTS_PAGE.write_text(table.page(runs, dimensions), encoding="utf-8")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.run", description=__doc__)
    parser.add_argument("--sizes", type=_sizes, default=list(SIZES), help="S,M,L,XL")
    parser.add_argument("--seeds", type=_seeds, default=_seeds("5"), help="5 (0 to 4), 0-9 or 1,3")
    parser.add_argument(
        "--engines", type=_engines, default=list(DEFAULT), help=", ".join(CONTENDERS)
    )
    parser.add_argument("--limit", type=float, default=300.0, help="seconds for each run")
    parser.add_argument("--gap", type=float, default=0.001, help="relative gap to stop at")
    parser.add_argument("--threads", type=int, default=1, help="threads for every engine")
    parser.add_argument("--again", action="store_true", help="make known runs again")
    return parser


def _names(text: str, known: Sequence[str]) -> list[str]:
    names = [name.strip() for name in text.split(",") if name.strip()]
    if wrong := [name for name in names if name not in known]:
        raise argparse.ArgumentTypeError(f"{wrong[0]!r} is none of {', '.join(known)}")
    return names


def _sizes(text: str) -> list[str]:
    return _names(text, list(SIZES))


def _engines(text: str) -> list[str]:
    return _names(text, list(CONTENDERS))


def _seeds(text: str) -> list[int]:
    """Seeds as a count, a range or a list, of one with a comma at its end.

    >>> _seeds("3"), _seeds("5-7"), _seeds("0,4-6"), _seeds("3,")
    ([0, 1, 2], [5, 6, 7], [0, 4, 5, 6], [3])
    """
    first, dash, last = text.partition("-")
    if "," in text:
        parts = [part if "-" in part else f"{part}-{part}" for part in text.split(",") if part]
        return [seed for part in parts for seed in _seeds(part)]
    return list(range(int(first), int(last) + 1)) if dash else list(range(int(text)))


if __name__ == "__main__":
    main()
