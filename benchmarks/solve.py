"""What `rackmix solve` does, telling of plans and bounds as they are found, one line of JSON each.

python -m benchmarks.solve PROBLEM [--engine cbc|highs] --limit S --gap FRACTION --threads N
"""

import argparse
import json
import threading
import time

from solver import load_case, options_of, solve_case
from solver.engines import Progress


def main() -> None:
    """Solve a problem file; the last line says what came of it."""
    parser = argparse.ArgumentParser()
    parser.add_argument("problem")
    parser.add_argument("--engine", choices=("cbc", "highs"))
    parser.add_argument("--limit", type=float, required=True)
    parser.add_argument("--gap", type=float, required=True)
    parser.add_argument("--threads", type=int, required=True)
    given = parser.parse_args()
    started = time.perf_counter()
    case = load_case(given.problem)
    say(read_s=time.perf_counter() - started)
    options = options_of(
        case,
        engine=given.engine,
        gap=given.gap,
        time_limit_s=given.limit,
        threads=given.threads,
    )
    lock = threading.Lock()

    def heard(progress: Progress) -> None:
        with lock:
            say(best=progress.best, bound=progress.bound)

    answer = solve_case(case, options, on_progress=heard)
    plan = answer.plan
    say(
        best=plan.objective if plan else None,
        bound=answer.bound,
        status=str(answer.status),
        verified=plan.verification.ok if plan else None,
        attempts=[f"{a.engine} {a.variant}: {a.status} {a.stop}" for a in answer.attempts],
    )


def say(**figures: object) -> None:
    """Print a line of JSON."""
    print(json.dumps(figures), flush=True)


if __name__ == "__main__":
    main()
