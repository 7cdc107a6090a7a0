"""HiGHS as anyone would call it, on a model file, telling of plans and bounds as it finds them.

python raw_highs.py MODEL.mps LIMIT_S GAP THREADS
"""

import json
import sys
from typing import Any

import highspy

Kind = highspy.cb.HighsCallbackType
NONE_YET = 1e40


def main(model: str, limit_s: float, gap: float, threads: int) -> None:
    """Solve, with one line of JSON for each change."""
    highs: Any = highspy.Highs()  # type: ignore[no-untyped-call]
    highs.setOptionValue("output_flag", False)
    highs.readModel(model)
    highs.setOptionValue("time_limit", limit_s)
    highs.setOptionValue("mip_rel_gap", gap)
    highs.setOptionValue("threads", threads)
    told: dict[str, float] = {}

    def heard(_kind: Any, _message: str, out: Any, _into: Any, _data: Any) -> None:
        tell(told, best=out.mip_primal_bound, bound=out.mip_dual_bound)

    highs.setCallback(heard, None)
    for kind in (Kind.kCallbackMipImprovingSolution, Kind.kCallbackMipInterrupt):
        highs.startCallback(kind)
    highs.run()
    status = highs.modelStatusToString(highs.getModelStatus())
    info = highs.getInfo()
    tell(told, best=info.objective_function_value, bound=info.mip_dual_bound)
    print(json.dumps({"status": status}), flush=True)


def tell(told: dict[str, float], **figures: float) -> None:
    """Print what has changed; an infinite figure is none yet."""
    news = {
        name: value
        for name, value in figures.items()
        if abs(value) < NONE_YET and told.get(name) != value
    }
    told.update(news)
    if news:
        print(json.dumps(news), flush=True)


if __name__ == "__main__":
    main(sys.argv[1], float(sys.argv[2]), float(sys.argv[3]), int(sys.argv[4]))
