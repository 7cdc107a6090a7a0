"""The table of results, from the records on disk.

Belongs here: layout in Markdown. Does not belong here: arithmetic (scores.py), runs (run.py).
"""

from collections.abc import Sequence
from pathlib import Path

from benchmarks import scores
from benchmarks.contenders import CONTENDERS
from benchmarks.generate import SIZES
from benchmarks.records import Record

RESULTS_PAGE = Path(__file__).parent / "RESULTS.md"
TUNING_SEEDS = range(5)


def page(runs: Sequence[Record], dimensions: Sequence[Record]) -> str:
    """The whole page."""
    parts = ["# Benchmark results", "", *_about(runs or dimensions), ""]
    for size in SIZES:
        of_size = [run for run in runs if run.size == size]
        if of_size:
            parts += [*_size(size, of_size), ""]
    if dimensions:
        parts += [*_growth(dimensions), ""]
    if wrong := list(scores.contradictions(runs)):
        parts += ["## Contradictions", "", *(f"- {line}" for line in wrong), ""]
    return "\n".join(parts)


def _about(runs: Sequence[Record]) -> list[str]:
    machines = {tuple(sorted(run.machine.items())) for run in runs}
    lines = [
        "Made by `make bench` (see [README](README.md)); the instances follow from their seeds.",
        "Gap = (best plan - best bound) / best plan. Times are seconds of wall clock from the "
        "start of the process, reading included; the raw engines start from a ready MPS. "
        "Of several seeds the median is shown, and `-` where most seeds never got there, or where "
        "a process was gone before its memory was sampled.",
        "",
    ]
    for kind in sorted(machines):
        lines.append("Machine: " + ", ".join(f"{name} {value}" for name, value in kind) + ".")
    codes = {run.code_sha256 for run in runs} - {None}
    if len(codes) > 1:
        lines.append(f"Warning: the runs of rackmix are of {len(codes)} states of its code.")
    days = sorted({run.finished[:10] for run in runs})
    if days:
        lines.append(f"Runs of {days[0]}" + (f" to {days[-1]}." if len(days) > 1 else "."))
    return lines


def _size(size: str, runs: Sequence[Record]) -> list[str]:
    chosen = SIZES[size]
    lines = [
        f"## {size}: {chosen.offers} offers x {chosen.sites} sites x {chosen.calendar.periods} "
        f"periods x {chosen.workloads} workloads",
        "",
        "### All seeds",
        "",
        *_medians(runs),
        "",
    ]
    for title, seeds in (("Seeds used for tuning", True), ("Seeds not used for tuning", False)):
        part = [run for run in runs if (run.seed in TUNING_SEEDS) is seeds]
        if part:
            lines += [f"### {title}", "", *_medians(part), "", *_each(part), ""]
    return lines


HEADS = (
    *("plan", *(f"to {100 * gap:g} %" for gap in scores.GAPS)),
    *(f"gap at {moment:g} s" for moment in scores.MOMENTS_S),
    "gap at the end",
    "MiB",
)


def _medians(runs: Sequence[Record]) -> list[str]:
    rows = []
    for name in CONTENDERS:
        mine = [run for run in runs if run.contender == name]
        if mine:
            efforts = {f"{r.effort['limit_s']:g} s, {r.effort['threads']:g} thr." for r in mine}
            rows.append([name, str(len(mine)), "; ".join(sorted(efforts)), *_cells(mine)])
    return _markdown(["median of", "seeds", "given", *HEADS], rows)


def _each(runs: Sequence[Record]) -> list[str]:
    ordered = sorted(runs, key=lambda run: (run.seed, list(CONTENDERS).index(run.contender)))
    rows = [
        [str(run.seed), run.contender, *_cells([run]), str(run.notes.get("status", "?"))[:40]]
        for run in ordered
    ]
    return _markdown(["seed", "program", *HEADS, "its words"], rows)


def _cells(runs: Sequence[Record]) -> list[str]:
    cells = [_seconds(scores.middle([scores.first_plan_s(run) for run in runs]))]
    for gap in scores.GAPS:
        times = [scores.reached_s(run, gap) for run in runs]
        hits = sum(time < scores.NEVER for time in times)
        share = "" if hits in (0, len(runs)) else f" ({hits}/{len(runs)})"
        cells.append(_seconds(scores.middle(times)) + share)
    for moment in scores.MOMENTS_S:
        read = [scores.gap_at(run, moment) for run in runs]
        known = [value for value in read if value is not None]
        cells.append(_percent(scores.middle(known)) if known else "")
    cells.append(_percent(scores.middle([scores.final_gap(run) for run in runs])))
    cells.append(_mib(scores.middle([float(str(run.trace["peak_mib"])) for run in runs])))
    return cells


def _growth(records: Sequence[Record]) -> list[str]:
    """How reading and building grow with size."""
    rows = []
    for record in sorted(records, key=lambda r: (list(SIZES).index(r.size), r.seed)):
        notes = record.notes
        plain, tight = notes["plain"], notes["tightened"]
        seconds, memory = notes["seconds"], notes["peak_mib"]
        assert isinstance(plain, dict)
        assert isinstance(tight, dict)
        assert isinstance(seconds, dict)
        assert isinstance(memory, dict)
        rows.append(
            [
                *(f"{record.size} {record.seed}", str(notes["intervals"]), f"{plain['columns']:,}"),
                *(f"{plain['integers']:,}", f"{plain['rows']:,}", f"{plain['nonzeros']:,}"),
                *(f"{tight['rows']:,}", f"{seconds['read']:.2f}", f"{seconds['build']:.2f}"),
                f"{1e6 * seconds['build'] / max(1, tight['nonzeros']):.1f}",
                f"{memory['build']:.0f}",
            ]
        )
    heads = [
        *("instance", "intervals", "columns", "integers", "rows", "non-zeros"),
        *("rows tightened", "read s", "build s", "build µs per non-zero", "MiB"),
    ]
    about = (
        "Processor seconds and the process's highest memory; the dimensions are those of the "
        "plain program."
    )
    return ["## Reading and building", "", about, "", *_markdown(heads, rows)]


def _markdown(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    line = "| {} |".format
    return [
        line(" | ".join(heads)),
        line(" | ".join("---" for _ in heads)),
        *(line(" | ".join(row)) for row in rows),
    ]


def _seconds(value: float) -> str:
    if value == scores.NEVER:
        return "-"
    return f"{value:.1f}" if value < 100 else f"{value:.0f}"


def _mib(value: float) -> str:
    """Memory, which is sampled: a process may be gone before anything of it was seen.

    >>> _mib(73.6), _mib(0.0)
    ('74', '-')
    """
    return f"{value:.0f}" if value >= 1 else "-"


def _percent(value: float) -> str:
    return "-" if value == scores.NEVER else f"{100 * value:.2f} %"
