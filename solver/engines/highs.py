"""HiGHS: the job for its process, and what its answers mean.

Belongs here: our side of the child process that runs HiGHS (highs_child). Does not belong here:
calls to highspy, believing an answer (judge).
"""

import array
import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from solver.engines.child import Ending, end_input, supervise
from solver.engines.claim import Claim, Job
from solver.engines.outcome import Status, StopReason

NAME = "highs"
PACKAGE = "highspy"
CHILD = Path(__file__).with_name("highs_child.py")
JOB, ANSWER, VALUES = "job.json", "answer.json", "plan.bin"
NEAR = 1e-9
"""Absolute: below this HiGHS counts plan and bound as one. Its own 1e-6 is much where costs are
small."""
RELIABLE = 1
"""Strong branchings of a column before its pseudo-costs are believed. With its own 8, HiGHS spends
two fifths of its simplex steps on them and comes as far in 40 s as with 1 in 25."""
NO_HEURISTICS: dict[str, float | bool] = {
    "mip_heuristic_effort": 0.0,
    "mip_heuristic_run_feasibility_jump": False,
    "mip_heuristic_run_rins": False,
    "mip_heuristic_run_rens": False,
    "mip_heuristic_run_root_reduced_cost": False,
}
"""Where there is likely nothing to be found, HiGHS spends half of its time or more on looking."""
TOLD_APART = {
    "kOptimal": Status.OPTIMAL,
    "kInfeasible": Status.INFEASIBLE,
    "kUnbounded": Status.UNBOUNDED,
}
NODES_USED = "kSolutionLimit"
"""How a run ends that has used up the nodes it was given."""
STOPS = {"kTimeLimit": StopReason.TIME_LIMIT, "kInterrupt": StopReason.INTERRUPTED}


def run(job: Job) -> Claim:
    """Run HiGHS once."""
    (job.folder / JOB).write_text(json.dumps(_task(job)))
    told: dict[str, float | None] = {"best": None, "bound": None}
    last = [""]

    def follow(lines: Sequence[str]) -> None:
        for line in lines:
            last[0] = line.strip() or last[0]
            if line.startswith("{"):
                told.update(json.loads(line))
        job.watch.report(NAME, job.cost(told["best"]), job.cost(told["bound"]))

    ending = supervise(
        [sys.executable, "-P", str(CHILD)],  # -P: its folder's modules are not for it to import
        job.folder,
        options=job.options,
        watch=job.watch,
        ask=end_input,
        patience_s=lambda: 2.0,
        follow=follow,
    )
    answer = job.folder / ANSWER
    if ending.killed or ending.code != 0 or not answer.is_file():
        return _without_answer(job, ending, job.cost(told["bound"]), last[0])
    return read_claim(job, json.loads(answer.read_text()), ending)


def read_claim(job: Job, answer: dict[str, Any], ending: Ending) -> Claim:
    """Say what HiGHS claims in its answer."""
    words, bound = answer["words"], job.cost(answer.get("bound"))
    status = TOLD_APART.get(answer["status"])
    if status in (Status.INFEASIBLE, Status.UNBOUNDED):
        return Claim(status, StopReason.PROVEN, words)
    stop = ending.cut or STOPS.get(answer["status"], StopReason.UNKNOWN)
    if status is Status.OPTIMAL:
        proven = bound is not None and answer["objective"] - answer["bound"] <= NEAR
        stop = StopReason.PROVEN if proven else StopReason.GAP
    values = _read_values(job) if answer["plan"] else None
    if values is not None:
        return Claim(status or Status.FEASIBLE, stop, words, values, bound)
    odd = stop is StopReason.UNKNOWN and answer["status"] != NODES_USED
    if odd or status is Status.OPTIMAL:
        return Claim(Status.ERROR, StopReason.UNKNOWN, words)
    return Claim(Status.NO_PLAN, stop, words, bound=bound)


def _without_answer(job: Job, ending: Ending, bound: float | None, last: str) -> Claim:
    """One that was killed has saved its best plan; one that died by itself is not believed."""
    message = f"HiGHS {ending.words}; its last line: {last}"
    if ending.cut is None:
        return Claim(Status.ERROR, StopReason.CRASH, message)
    values = _read_values(job)
    status = Status.NO_PLAN if values is None else Status.FEASIBLE
    return Claim(status, ending.cut, message, values, bound)


def _task(job: Job) -> dict[str, Any]:
    options = job.options
    start = None
    limits: dict[str, float | bool] = {} if job.nodes is None else {"mip_max_nodes": job.nodes}
    if job.heuristics is not None:
        limits["mip_heuristic_effort"] = job.heuristics
    if job.cutoff is not None:
        # Meant for the simplex method, as HiGHS documents it; its tree starts from it as from a
        # plan's cost too, and then may call a point above it optimal.
        limits |= {"objective_bound": job.cutoff * job.model.scale, **NO_HEURISTICS}
    if job.start is not None:
        start = [*(job.start[variable] for variable in job.model.ids), *job.model.added]
    return {
        "model": os.path.relpath(job.model.path, job.folder),
        "time_limit_s": options.time_limit_s,
        "start": start,
        "options": {
            "mip_rel_gap": options.gap,
            "mip_abs_gap": NEAR,
            "threads": options.threads,
            "random_seed": options.seed,
            "mip_pscost_minreliable": RELIABLE,
            **limits,
        },
    }


def _read_values(job: Job) -> list[float] | None:
    path = job.folder / VALUES
    if not path.is_file() or path.stat().st_size != 8 * job.model.columns:
        return None
    return list(array.array("d", path.read_bytes()))
