"""The program that answers many small questions of feasibility, one after the other.

Run as a script by solver.engines.sieve. Belongs here: the calls to highspy. It imports nothing of
rackmix, reads one question per line and ends when its standard input does.
"""

import json
import sys
from typing import Any

import highspy

FEASIBLE = 2
"""HiGHS's number for "this point is feasible"."""
HUGE = 1e30
"""What HiGHS says for infinity is beyond it."""
ModelStatus = highspy.HighsModelStatus


def main() -> None:
    """Answer until the questions end."""
    for line in sys.stdin:
        sys.stdout.write(json.dumps(answer(json.loads(line))) + "\n")
        sys.stdout.flush()


def answer(question: dict[str, Any]) -> dict[str, Any]:
    """Say whether the model has a point and which one; with elastic columns the cheapest one."""
    highs: Any = highspy.Highs()  # type: ignore[no-untyped-call]
    highs.setOptionValue("output_flag", False)
    for name, value in question["options"].items():
        highs.setOptionValue(name, value)
    if highs.readModel(question["model"]) == highspy.HighsStatus.kError:
        return {"status": "unreadable"}
    columns = highs.getNumCol()
    for column in range(columns):
        highs.changeColCost(column, 0.0)
    for number, elastic in enumerate(question["elastic"]):
        rows, values = elastic["rows"], elastic["values"]
        highs.addCol(elastic["cost"], 0.0, elastic["upper"], len(rows), rows, values)
        if elastic["whole"]:
            highs.changeColIntegrality(columns + number, highspy.HighsVarType.kInteger)
    highs.run()
    status = highs.getModelStatus()
    info = highs.getInfo()
    if info.primal_solution_status == FEASIBLE:
        whole = any(kind == highspy.HighsVarType.kInteger for kind in highs.getLp().integrality_)
        optimal = status == ModelStatus.kOptimal
        bound = info.mip_dual_bound if whole else info.objective_function_value
        return {
            "status": "point",
            "values": list(highs.getSolution().col_value),
            "bound": max(0.0, bound) if (whole or optimal) and abs(bound) < HUGE else 0.0,
        }
    if status in (ModelStatus.kInfeasible, ModelStatus.kUnboundedOrInfeasible):
        # Nothing can be unbounded here: the costs are zero, or those of elastic columns above zero.
        return {"status": "none"}
    return {"status": "unknown"}


if __name__ == "__main__":
    main()
