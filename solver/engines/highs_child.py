"""The program that runs HiGHS in a process of its own, so that it can be stopped and can do no
harm.

Run as a script by solver.engines.highs, which writes the job and reads the answer. Belongs here:
the calls to highspy. It imports nothing of rackmix. It ends when its standard input does: that is
how it is asked to stop, and it stops of itself when the process that started it is gone.
"""

import array
import json
import os
import sys
import threading
import time
from typing import Any

import highspy

SAVED = "plan.bin"
FEASIBLE = 2
"""HiGHS's number for "this point is feasible"."""

Kind = highspy.cb.HighsCallbackType
ModelStatus = highspy.HighsModelStatus


def main() -> None:
    """Do the job in job.json, leave answer.json and, with a plan, plan.bin."""
    began = time.monotonic()
    with open("job.json", encoding="utf-8") as file:
        job = json.load(file)
    highs: Any = highspy.Highs()  # type: ignore[no-untyped-call]
    highs.setOptionValue("output_flag", False)
    for name, value in job["options"].items():
        if highs.setOptionValue(name, value) != highspy.HighsStatus.kOk:
            raise SystemExit(f"HiGHS does not take {name} = {value!r}")
    if highs.readModel(job["model"]) == highspy.HighsStatus.kError:
        raise SystemExit("HiGHS could not read the model")
    if job["start"] is not None:
        highs.setSolution(solution_of(job["start"]))
    listen(highs)
    highs.setOptionValue("time_limit", max(0.1, job["time_limit_s"] - (time.monotonic() - began)))
    highs.run()
    answer(highs)


def solution_of(values: list[float]) -> Any:
    """Return the column values as HiGHS takes them."""
    solution = highspy.HighsSolution()
    solution.col_value = values
    return solution


def listen(highs: Any) -> None:
    """Tell of progress, save every better plan, stop when standard input ends."""
    stop = threading.Event()

    def wait_for_end() -> None:
        while os.read(0, 4096):
            pass
        stop.set()

    def heard(kind: Any, _message: str, out: Any, into: Any, _data: Any) -> None:
        if kind == Kind.kCallbackMipImprovingSolution:
            save(out.mip_solution)
        elif stop.is_set():
            into.user_interrupt = True
        if kind in (Kind.kCallbackMipImprovingSolution, Kind.kCallbackMipInterrupt):
            tell(best=out.mip_primal_bound, bound=out.mip_dual_bound)

    threading.Thread(target=wait_for_end, daemon=True).start()
    highs.setCallback(heard, None)
    for kind in (
        Kind.kCallbackMipImprovingSolution,
        Kind.kCallbackMipInterrupt,
        Kind.kCallbackSimplexInterrupt,
        Kind.kCallbackIpmInterrupt,
    ):
        highs.startCallback(kind)


def save(values: Any) -> None:
    """Write a plan so that whoever reads the file finds the old plan or the new one, whole."""
    with open(f"{SAVED}.new", "wb") as file:
        array.array("d", values).tofile(file)
    os.replace(f"{SAVED}.new", SAVED)


def tell(**numbers: float) -> None:
    """Write one line of progress; an infinite number means "none yet"."""
    sys.stdout.write(json.dumps({k: v if abs(v) < 1e40 else None for k, v in numbers.items()}))
    sys.stdout.write("\n")
    sys.stdout.flush()


def answer(highs: Any) -> None:
    """Leave what HiGHS says, and its plan in full digits."""
    status = highs.getModelStatus()
    words = highs.modelStatusToString(status)
    info = highs.getInfo()
    plan = info.primal_solution_status == FEASIBLE
    found = {"plan": plan, "objective": info.objective_function_value if plan else None}
    whole = any(kind == highspy.HighsVarType.kInteger for kind in highs.getLp().integrality_)
    if whole and abs(info.mip_dual_bound) < 1e40:
        found["bound"] = info.mip_dual_bound
    elif status == ModelStatus.kOptimal:
        found["bound"] = info.objective_function_value
    if plan:
        save(highs.getSolution().col_value)
    if status == ModelStatus.kUnboundedOrInfeasible:
        status = which(highs)
        words += f"; without costs: {highs.modelStatusToString(status)}"
        status = ModelStatus.kUnbounded if status == ModelStatus.kOptimal else status
    with open("answer.json", "w", encoding="utf-8") as file:
        json.dump(found | {"status": status.name, "words": words}, file)


def which(highs: Any) -> Any:
    """Solve again without costs: a plan means that the problem was unbounded, not infeasible."""
    for column in range(highs.getNumCol()):
        highs.changeColCost(column, 0.0)
    highs.run()
    return highs.getModelStatus()


if __name__ == "__main__":
    main()
