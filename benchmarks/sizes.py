"""How large a problem's programs are, and what reading it and building them takes.

python -m benchmarks.sizes PROBLEM
"""

import gc
import json
import sys
import time
from collections.abc import Callable
from pathlib import Path

from solver import load_case
from solver.formulation import Model, build, build_plain


class Steps:
    """Processor seconds of each step, and the highest memory of the process by its end.

    Processor time, because these steps wait for nothing and other work on the machine must not
    count.
    """

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self.peak_mib: dict[str, float] = {}

    def run[T](self, step: str, make: Callable[[], T]) -> T:
        """Do a step and note what it took."""
        gc.collect()
        began = time.process_time()
        made = make()
        self.seconds[step] = round(time.process_time() - began, 3)
        self.peak_mib[step] = round(highest_mib(), 1)
        return made


def highest_mib() -> float:
    """The highest resident memory of this process.

    Not `ru_maxrss`: a process begins with that of the one that started it, which may have built a
    larger program just before.
    """
    status = Path("/proc/self/status").read_text()
    (peak,) = (line for line in status.splitlines() if line.startswith("VmHWM:"))
    return int(peak.split()[1]) / 1024


def main(problem: str) -> None:
    """Print one line of JSON."""
    steps = Steps()
    case = steps.run("read", lambda: load_case(problem))
    tightened = dimensions(steps.run("build", lambda: build(case.instance)))
    plain = dimensions(steps.run("plain", lambda: build_plain(case.instance)))
    figures = {
        "intervals": len(case.instance.intervals),
        "pools": len(case.instance.pools),
        "tightened": tightened,
        "plain": plain,
        "seconds": steps.seconds,
        "peak_mib": steps.peak_mib,
    }
    print(json.dumps(figures))


def dimensions(model: Model) -> dict[str, int]:
    """Columns, integers among them, rows and non-zeros."""
    return {
        "columns": len(model.columns),
        "integers": sum(column.integer for column in model.columns),
        "rows": len(model.rows),
        "nonzeros": sum(len(row) for row in model.problem.constraints()),
    }


if __name__ == "__main__":
    main(sys.argv[1])
